#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# wax-contact: the address book, its commands, and what they leave on the disk.
# shellcheck disable=SC2154 # helpers.bash and contacts.bash set what is shared
# shellcheck disable=SC2016,SC2030,SC2031

load helpers
load contacts

setup_file() {
	people_make
}

setup() {
	people_setup
}

teardown() {
	[ -z "${holder-}" ] || kill "$holder" 2>/dev/null || :
}


@test "add, list, show, export and rm" {
	call 0 wax-contact add alice alice.card
	out_is
	err_is "wax-contact: added 'alice', by a card of $(id alice); $(compare alice)"
	call 0 wax-contact add -q bob bob.card
	out_is
	err_is
	call 0 wax-contact list
	err_is
	out_is 'CODE COMPARED  CARD UNTIL  DEVICES  NAME' \
		"never          $(day expires alice)  1        alice" \
		"never          $(day expires bob)  1        bob"
	call 0 wax-contact show alice
	err_is
	out_is 'name: alice' "identity: $(id alice)" \
		"recipient: $(field recipient alice.card)" \
		"minisign: $(field minisign alice.card)" \
		"card: of 'alice', issued $(day issued alice), valid until $(day expires alice)" \
		"added: $today" "trust: $unverified"
	cp "$io/out" shown
	call 0 wax-contact show "$(id alice)"
	out_same shown
	call 0 wax contact show alice
	out_same shown
	call 0 wax-contact export alice bob
	err_is
	out_is "# alice, $unverified" "$(field recipient alice.card)" \
		"# bob, $unverified" "$(field recipient bob.card)"
	cp "$io/out" exported
	call 0 wax-contact export --all
	out_same exported
	call 0 wax-contact add alice alice.card
	err_is "wax-contact: the card of 'alice' is known already: $(id alice)"
	call 0 wax-contact rm alice "$(id bob)"
	out_is
	err_is "wax-contact: removed 'alice'" "wax-contact: removed '$(id bob)'"
	names_are
	out_is
	entries 0 0
}

@test "the files are for the owner, and their names say nothing" {
	umask 0
	know alice bob
	folder_holds "$home" identity state.key contacts contacts.lock
	mode_is 700 "$home/contacts"
	mode_is 600 "$home/contacts.lock"
	mode_is 600 "$home/state.key"
	[ ! -s "$home/contacts.lock" ]
	entries 2 4
	local file
	for file in "$home"/contacts/c-*; do
		mode_is 600 "$file"
		[ "$(head -c 9 "$file")" = $'waxstate\1' ]
	done
	run ! grep -raqE 'alice|wax1|age1' "$home/contacts"
	# Of all links each leads to a contact, and each contact has two.
	[ "$(find "$home/contacts" -type l -printf '%l\n' | sort | uniq -c |
		awk '{ print $1 }' | xargs)" = '2 2' ]
	# Two homes have no name in common, though they know the same.
	mv "$home/contacts" before
	rm "$home/state.key"
	know alice bob
	[ -z "$(cd before && find . -type l -exec test -h "$home/contacts/{}" \; \
		-print)" ]
	wax-contact -q rm bob
	entries 1 2
}

@test "reading makes nothing, and needs no home that can be written to" {
	call 0 wax-contact list
	out_is
	err_is
	call 0 wax-contact list --json
	out_is '[]'
	call 0 wax-contact export --all
	out_is
	local word
	for word in show verify export rm; do
		call 2 wax-contact $word alice
		out_is
		err_is "wax-contact: there is no contact 'alice' ('wax-contact list' tells who is there, 'wax-contact add alice CARD' adds one)"
	done
	call 2 wax-contact rename alice bob
	err_is "wax-contact: there is no contact 'alice' ('wax-contact list' tells who is there, 'wax-contact add alice CARD' adds one)"
	folder_holds "$home" identity
	know alice
	unchanged call 0 wax-contact list
	unchanged call 0 wax-contact show alice
	unchanged call 0 wax-contact verify alice
	unchanged call 0 wax-contact export alice
	unchanged call 0 wax-seal -r alice -o sealed alice.card
	unchanged call 2 wax-contact show bob
	can_mount || skip 'a tmpfs cannot be mounted'
	local ro='mount --bind "$WAX_HOME" "$WAX_HOME" &&
		mount -o remount,ro,bind "$WAX_HOME" && exec "$@"'
	call 0 unshare -rm sh -c "$ro" - wax-contact list
	out_has alice
	call 0 unshare -rm sh -c "$ro" - wax-contact verify alice
	call 0 unshare -rm sh -c "$ro" - wax-seal -r alice -o sealed2 alice.card
	unchanged call 7 unshare -rm sh -c "$ro" - wax-contact add bob bob.card
	err_has 'Read-only file system'
	unchanged call 7 unshare -rm sh -c "$ro" - wax-contact add --all .
	err_has 'Read-only file system'
	run ! grep -q skipped "$io/err"
	unchanged call 7 unshare -rm sh -c "$ro" - wax-contact rm alice
	unchanged call 7 unshare -rm sh -c "$ro" - wax-contact rename alice al
}

@test "what is asked for wrongly" {
	local commands='(commands are add, list, show, verify, rename, rm and export)'
	call 2 wax-contact
	err_is "wax-contact: no command $commands"
	call 2 wax-contact remove alice
	err_is "wax-contact: 'remove' is no command $commands"
	local add='(it is: wax-contact add [--device] NAME [CARD|wax1...], or add --all CARD|FOLDER ...)'
	call 2 wax-contact add
	err_is "wax-contact: too few arguments for 'add' $add"
	call 2 wax-contact add alice alice.card bob.card
	err_is "wax-contact: too many arguments for 'add' $add"
	call 2 wax-contact add --all
	err_is "wax-contact: too few arguments for 'add' $add"
	call 2 wax-contact add --json alice alice.card
	err_is "wax-contact: an option that is not for 'add' $add"
	call 2 wax-contact list alice
	err_is "wax-contact: too many arguments for 'list' (it is: wax-contact list [--json|--names])"
	call 2 wax-contact show
	err_is "wax-contact: too few arguments for 'show' (it is: wax-contact show [--json] WHO)"
	call 2 wax-contact show --all
	call 2 wax-contact verify
	err_is "wax-contact: too few arguments for 'verify' (it is: wax-contact verify WHO [--code CODE|-])"
	call 2 wax-contact verify alice --code 1 -o out
	err_is "wax-contact: an option that is not for 'verify' (it is: wax-contact verify WHO [--code CODE|-])"
	call 2 wax-contact rename alice
	err_is "wax-contact: too few arguments for 'rename' (it is: wax-contact rename WHO NAME)"
	call 2 wax-contact rm
	err_is "wax-contact: too few arguments for 'rm' (it is: wax-contact rm WHO ...)"
	call 2 wax-contact rm --all
	call 2 wax-contact export
	err_is "wax-contact: too few arguments for 'export' (it is: wax-contact export WHO ..., or export --all)"
	call 2 wax-contact export --all alice
	err_is "wax-contact: too many arguments for 'export' (it is: wax-contact export WHO ..., or export --all)"
	call 2 wax-contact verify alice --code 1 --code 2
	call 2 wax-contact list -o a -o b
	call 2 wax-contact --frobnicate list
	call 2 wax-contact -i "$home/identity" list
	echo word >pw
	call 2 wax-contact --passphrase-file pw add alice alice.card
	err_has 'nothing here needs the passphrase that is given'
	call 0 wax-contact --help
	call 0 wax-contact --version
	folder_holds "$home" identity
}

@test "names that a contact cannot have" {
	local name
	know alice
	for name in '' $'a\nb' $'\e[2J' $'a\rb' $'\x7f' $'\xff' $'a\xc0\x80' \
		$'a\xe2\x80\xaeb' $'a\xe2\x80\x8fb' "$(printf '%0256d' 1)"; do
		unchanged call 2 wax-contact add -- "$name" bob.card
		out_is
		err_is 'wax-contact: a name is 1 to 255 bytes of UTF-8 without control characters'
		unchanged call 2 wax-contact rename alice "$name"
		unchanged call 2 wax-contact show "$name"
	done
	for name in a/b / -b - -- --all; do
		unchanged call 2 wax-contact add -- "$name" bob.card
		err_is "wax-contact: '$name': a contact's name has no slash in it and does not begin with -"
		unchanged call 2 wax-contact rename -- alice "$name"
	done
	for name in age1 age1x wax1 "$(id bob)" ssh-ed25519 ssh-x ecdsa-x sk-x \
		AGE-x AGE-SECRET-KEY-1; do
		unchanged call 2 wax-contact add "$name" bob.card
		err_is "wax-contact: a contact's name must not begin like a key: age1, wax1, ssh- and so on"
	done
	# What begins like a secret key is not repeated as advice either.
	unchanged call 2 wax-contact show AGE-SECRET-KEY-1QQQ
	err_has "there is no contact 'AGE-SECRET-KEY-****'"
	# minisign's own key.
	unchanged call 2 wax-contact add \
		RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3 bob.card
	err_has 'must not begin like a key'
	names_are alice
}

@test "names that a contact can have" {
	local name
	for name in show add list ' ' 'a  b' "it's" 'say "x"' \\ '*' '$(id)' \
		. .. n-1 c-1 RW RWx WAX1 age1 Zoë '🦊 fox' $'\xd9\x85\xd9\x86' \
		'#x' '%s%n' "$(printf '%0255d' 1)"; do
		[ "$name" != age1 ] || continue
		call 0 wax-contact add -- "$name" bob.card
		call 0 wax-contact show "$name"
		out_has "name: $name"
		names_are "$name"
		call 0 wax-contact export "$name"
		out_has "# $name, $unverified"
		call 0 wax-contact list --json
		! command -v jq >/dev/null ||
			[ "$(jq -r '.[].name' "$io/out")" = "$name" ]
		wax-seal -r "$name" <alice.card >sealed
		call 0 as bob wax-open sealed
		out_same alice.card
		call 0 wax-contact rm "$name"
		err_is "wax-contact: removed '$name'"
		entries 0 0
	done
	# Letters beyond ASCII count as they are.
	call 0 wax-contact add 'Zoë' bob.card
	call 2 wax-contact show Zoe
	err_is "wax-contact: there is no contact 'Zoe' (there is 'Zoë')"
}

@test "a card from standard input" {
	call 0 wax-contact add alice <alice.card
	call 0 wax-contact add bob - <bob.card
	wax-contact -q rm alice bob
	call 0 wax-contact add alice /dev/stdin < <(cat alice.card)
	call 0 wax-contact add bob <(cat bob.card)
	call 0 wax-contact add --all - <eve.card
	err_is "wax-contact: added 'eve', by a card of $(id eve); $(compare eve)"
	names_are alice bob eve
	unchanged call 7 wax-contact add x <&-
	err_is 'wax-contact: standard input is closed'
	unchanged call 4 wax-contact add --all - <&-
	err_has 'skipped: standard input is closed'
	call 0 wax-contact list <&-
	unchanged call 1 wax-contact add x </dev/null
	err_is 'wax-contact: standard input: this is no card, or it is damaged'
}

@test "cards that are none, damaged or forged change nothing" {
	local file
	unchanged call 7 wax-contact add x none.card
	err_is "wax-contact: 'none.card': No such file or directory"
	: >swapped
	call 7 wax-contact add swapped eve
	err_is "wax-contact: 'eve': No such file or directory (it is 'wax-contact add NAME CARD')"
	mkdir folder
	unchanged call 2 wax-contact add x folder
	err_is "wax-contact: 'folder' is a folder ('wax-contact add --all' takes a folder of cards)"
	: >empty
	sed '$d' alice.card >short
	cp "$home/identity" secret
	head -c 70000 /dev/zero >zeros
	sed 's/$/\r/' alice.card >crlf
	cat alice.card alice.card >twice
	for file in empty short secret crlf; do
		unchanged call 1 wax-contact add alice "$file"
		out_is
		err_is "wax-contact: '$file': this is no card, or it is damaged"
	done
	unchanged call 1 wax-contact add alice zeros
	unchanged call 1 wax-contact add alice twice
	sed 's/^name .*/name Mallory/' alice.card >forged
	unchanged call 4 wax-contact add alice forged
	err_is "wax-contact: 'forged': the card's signature is wrong"
	sed "s/^recipient .*/recipient $(field recipient eve.card)/" alice.card \
		>forged
	unchanged call 4 wax-contact add alice forged
	craft eve "identity=$(id alice)" >forged
	unchanged call 4 wax-contact add alice forged
	folder_holds "$home" identity
}

@test "-o writes a file, and spares what is there" {
	know alice
	call 0 wax-contact list -o listed
	out_is
	err_is
	call 0 wax-contact list
	out_same listed
	mode_is 644 listed
	cp listed before
	call 2 wax-contact show alice -o listed
	err_is "wax-contact: 'listed' exists (-f replaces it)"
	cmp listed before
	call 0 wax-contact show alice -f -o listed
	grep -qx 'name: alice' listed
	call 0 wax-contact verify alice -o code
	[ "$(cat code)" = "$(cat "$keys/alice.code")" ]
	call 2 wax-contact show nobody -o none
	call 7 wax-contact list -o none/listed
	[ ! -e none ]
	local file
	for file in identity state.key contacts.lock; do
		unchanged call 2 wax-contact list -f -o "$home/$file"
		err_is "wax-contact: '$home/$file' is input and output at once"
		unchanged call 2 wax-seal -r alice -f -o "$home/$file" before
		err_is "wax-seal: '$home/$file' is input and output at once"
	done
	call 7 sh -c 'wax-contact list >&-'
	err_is 'wax-contact: standard output is closed'
	[ -e /dev/full ] || return 0
	local got=0
	wax-contact show alice >/dev/full 2>"$io/err" || got=$?
	[ "$got" -eq 7 ]
	err_is 'wax-contact: standard output: No space left on device'
}

@test "JSON is what jq reads" {
	needs jq
	know alice
	call 0 wax-contact add 'q"\ xüß' bob.card
	wax-contact -q add --device alice eve.card
	call 0 wax-contact list --json
	err_is
	[ "$(jq -c 'map([.name, (.devices | length)])' "$io/out")" = \
		'[["alice",2],["q\"\\ xüß",1]]' ]
	[ "$(jq -c '.[0].devices[0] | keys' "$io/out")" = \
		'["added","card_name","expired","expires","identity","issued","minisign","recipient","trust","verified"]' ]
	jq -c '.[0]' "$io/out" >alice.json
	call 0 wax-contact show --json alice
	jq -c . "$io/out" >shown
	cmp shown alice.json
	[ "$(jq -r '.devices[1].identity' shown)" = "$(id eve)" ]
	[ "$(jq -r '.devices[1].recipient' shown)" = "$(field recipient eve.card)" ]
	[ "$(jq -r '.devices[1].minisign' shown)" = "$(field minisign eve.card)" ]
	[ "$(jq -r '.devices[1].card_name' shown)" = eve ]
	[ "$(jq -r '.devices[1].issued' shown)" = "$(field issued eve.card)" ]
	[ "$(jq -r '.devices[1].expires' shown)" = "$(field expires eve.card)" ]
	[ "$(jq -r '.devices[1].expired' shown)" = false ]
	[ "$(jq -r '.devices[1].verified' shown)" = null ]
	[ "$(jq -r '.devices[1].trust' shown)" = "$unverified" ]
	[ "$(jq -r '.devices[1].added | .[:10]' shown)" = "$today" ]
}

@test "rename, and rm of several: all or none" {
	know alice bob
	call 0 wax-contact rename alice Alice
	out_is
	err_is "wax-contact: 'alice' is now 'Alice'"
	names_are Alice bob
	entries 2 4
	unchanged call 2 wax-contact show alice
	err_is "wax-contact: there is no contact 'alice' (there is 'Alice')"
	unchanged call 2 wax-contact rename Alice bob
	err_is "wax-contact: there is a contact 'bob' already"
	unchanged call 2 wax-contact rename bob bob
	call 0 wax-contact rename -q "$(id bob)" 'Bob B.'
	err_is
	call 0 wax-contact add bob eve.card
	unchanged call 2 wax-contact rm Alice nobody bob
	err_is "wax-contact: there is no contact 'nobody' ('wax-contact list' tells who is there, 'wax-contact add nobody CARD' adds one)"
	unchanged call 2 wax-contact show 'no body'
	err_is "wax-contact: there is no contact 'no body' ('wax-contact list' tells who is there, 'wax-contact add \"no body\" CARD' adds one)"
	unchanged call 2 wax-contact show eve.card
	err_is "wax-contact: there is no contact 'eve.card' ('wax-contact add NAME eve.card' adds one, if the file is the card that they gave you)"
	unchanged call 2 wax-contact show wax1cut
	err_is "wax-contact: there is no contact 'wax1cut' (an identity it is not either, mistyped or cut)"
	call 0 wax-contact rm -q Alice bob
	err_is
	names_are 'Bob B.'
	entries 1 2
	call 0 wax-contact rename 'Bob B.' b
	call 0 wax-contact show "$(id bob)"
	out_has 'name: b'
}

@test "names that look like another's are pointed out" {
	know alice
	local name
	for name in Alice $'\xd0\xb0lice' $'a\xd3\x8fice' 'al ice' $'al\xc3\xadce' \
		$'\xef\xbd\x81lice' a1ice $'alice\xe2\x80\x8b' $'ali\xcc\x81ce'; do
		call 0 wax-contact add -q "$name" bob.card
		err_is "wax-contact: warning: '$name' looks like 'alice', who is another contact"
		call 0 wax-contact rm -q "$name"
	done
	for name in alicia malice bob; do
		call 0 wax-contact add -q "$name" bob.card
		err_is
		call 0 wax-contact rm -q "$name"
	done
	know bob
	call 0 wax-contact rename -q bob 'ALICE'
	err_is "wax-contact: warning: 'ALICE' looks like 'alice', who is another contact"
	call 2 wax-contact show 'A lice'
	err_is "wax-contact: there is no contact 'A lice' (there is 'ALICE')"
	# A contact's own name is no reason.
	call 0 wax-contact rename -q ALICE bob
	call 0 wax-contact rename -q alice Alice
	err_is
}

@test "a person with several devices" {
	know alice
	call 0 wax-contact add --device alice bob.card
	err_is "wax-contact: added a device to 'alice', by a card of $(id bob); $(compare alice)"
	entries 1 3
	call 0 wax-contact list
	out_has "never          $(day expires alice)  2        alice"
	call 0 wax-contact show "$(id bob)"
	[ "$(field 'identity:' "$io/out")" = "$(id alice)"$'\n'"$(id bob)" ]
	unchanged call 0 wax-contact add --device alice bob.card
	unchanged call 2 wax-contact add bob bob.card
	err_is "wax-contact: the card's identity is known as 'alice' ('wax-contact rename alice NEW' gives it another name)"
	call 0 wax-contact export alice
	[ "$(grep -c '^age1pq1' "$io/out")" -eq 2 ]
	wax-seal -r alice -o sealed eve.card
	local name
	for name in alice bob; do
		call 0 as $name wax-open sealed
		out_same eve.card
	done
	call 3 as eve wax-open sealed
	# The name of a new one may be given with --device too.
	call 0 wax-contact add --device eve eve.card
	err_has "added 'eve'"
	# One device goes, the other stays; then the contact.
	call 0 wax-contact rm "$(id alice)"
	names_are alice eve
	entries 2 4
	unchanged call 2 wax-contact show "$(id alice)"
	call 0 wax-contact rm "$(id bob)"
	names_are eve
}

@test "seventeen devices are one too many" {
	mkdir many
	"$python" "$top/tests/cards.py" many alice.card 17 many
	local card
	for card in many/0000? many/0001[0-6]; do
		call 0 wax-contact add -q --device alice "$card"
	done
	call 0 wax-contact list
	out_has '  16       alice'
	unchanged call 2 wax-contact add --device alice many/00017
	err_is "wax-contact: 'alice' has 16 devices already ('wax-contact show alice' lists them, 'wax-contact rm wax1...' removes one)"
	unchanged call 0 wax-contact add alice many/00016
	entries 1 17
	call 0 wax-contact verify alice
	[ "$(wc -l <"$io/out")" -eq 16 ]
	call 0 wax-contact rm -q "$(field identity many/00003)"
	call 0 wax-contact add --device alice many/00017
}

@test "add --all: good cards are added, others named and skipped" {
	mkdir cards cards/folder
	cp alice.card bob.card cards
	cp eve.card cards/.hidden
	cp eve.card cards/folder
	echo text >cards/c-text
	: >cards/d-empty
	ln -s nowhere cards/e-dangling
	mkfifo cards/f-fifo
	craft eve name=a/b >cards/g-slash
	craft eve name=alice >cards/h-alice
	craft eve name=age1x >cards/i-key
	sed 's/^name .*/name x/' eve.card >cards/j-forged
	call 4 wax-contact add --all cards
	out_is
	err_is "wax-contact: added 'alice', by a card of $(id alice); $(compare alice)" \
		"wax-contact: added 'bob', by a card of $(id bob); $(compare bob)" \
		"wax-contact: skipped: 'cards/c-text': this is no card, or it is damaged" \
		"wax-contact: skipped: 'cards/d-empty': this is no card, or it is damaged" \
		"wax-contact: skipped: 'cards/e-dangling': No such file or directory" \
		"wax-contact: skipped: 'cards/f-fifo' is not a regular file" \
		"wax-contact: skipped: 'cards/folder' is not a regular file" \
		"wax-contact: skipped: 'cards/g-slash': 'a/b': a contact's name has no slash in it and does not begin with -" \
		"wax-contact: skipped: 'cards/h-alice': 'alice' is known with another identity (somebody may pose as them: ask. For one more device: --device; for a new identity: rm first)" \
		"wax-contact: skipped: 'cards/i-key': a contact's name must not begin like a key: age1, wax1, ssh- and so on" \
		"wax-contact: skipped: 'cards/j-forged': the card's signature is wrong" \
		'wax-contact: of 11 cards 9 were skipped'
	names_are alice bob
	# By the name that they are known under, and several at once.
	wax-contact -q rename alice Al
	call 4 wax-contact add --all alice.card nothing cards/folder eve.card
	err_is "wax-contact: the card of 'Al' is known already: $(id alice)" \
		"wax-contact: skipped: 'nothing': No such file or directory" \
		"wax-contact: added 'eve', by a card of $(id eve); $(compare eve)" \
		"wax-contact: the card of 'eve' is known already: $(id eve)" \
		'wax-contact: of 4 cards 1 were skipped'
	unchanged call 0 wax-contact add -q --all alice.card bob.card
	err_is
	mkdir empty
	touch empty/.hidden
	unchanged call 2 wax-contact add --all empty
	err_is "wax-contact: there is no file in 'empty'"
}

@test "add --all in an empty home: bad cards leave no trace" {
	mkdir cards
	craft eve name=a/b >cards/slash
	craft eve issued=2999-01-01T00:00:00Z expires=3000-01-01T00:00:00Z \
		>cards/future
	echo text >cards/text
	call 4 wax-contact add --all cards
	folder_holds "$home" identity
}

@test "300 cards, with few descriptors" {
	mkdir many
	"$python" "$top/tests/cards.py" many alice.card 300 many
	call 0 sh -c 'ulimit -n 64 && wax-contact add -q --all many'
	err_is
	entries 300 600
	call 0 sh -c 'ulimit -n 64 && wax-contact list'
	[ "$(wc -l <"$io/out")" -eq 301 ]
	[ "$(tail -n +2 "$io/out" | cut -c37- | sort -c 2>&1)" = '' ]
	call 0 wax-contact export --all -o all
	[ "$(grep -c '^# person' all)" -eq 300 ]
	call 0 sh -c 'ulimit -n 64 && wax-seal -R many -o sealed alice.card'
	call 0 as alice wax-open sealed
	out_same alice.card
	unchanged call 0 sh -c 'ulimit -n 64 && wax-contact add -q --all many/*'
	call 2 wax-contact show 'Person 300'
	err_has "(there is 'person 300')"
	call 0 sh -c 'ulimit -n 64 && wax-contact rm -q $(
		sed -n "s/^identity //p" many/*)'
	entries 0 0
}

@test "what is exported, stock age and wax-seal take" {
	know alice bob
	call 0 wax-contact export --all -o all
	call 0 wax-seal -R all -o sealed eve.card
	local name
	for name in alice bob; do
		call 0 as $name wax-open sealed
		out_same eve.card
	done
	call 3 as eve wax-open sealed
	needs age
	[[ $(age --version) =~ v?1\.([3-9]|[1-9][0-9]) ]] ||
		skip 'with an age that knows no post-quantum recipients'
	call 0 age -R all -o aged eve.card
	call 0 as bob wax-open aged
	out_same eve.card
}

@test "wax-seal -R: a card, and a folder of cards" {
	call 0 wax-seal -R alice.card -o sealed eve.card
	call 0 as alice wax-open sealed
	out_same eve.card
	mkdir cards cards/none
	cp alice.card cards/a
	cp bob.card cards/b
	cp eve.card cards/.hidden
	call 2 wax-seal -R cards -o both eve.card
	err_is "wax-seal: 'cards/none' is not a regular file"
	rmdir cards/none
	field recipient eve.card >cards/c-list
	call 0 wax-seal -R cards -o both eve.card
	local name
	for name in alice bob eve; do
		call 0 as $name wax-open both
		out_same eve.card
	done
	echo text >cards/d
	call 1 wax-seal -R cards -o none eve.card
	err_is "wax-seal: 'cards/d': line 1: not a recipient"
	sed 's/^name .*/name x/' eve.card >cards/d
	call 4 wax-seal -R cards -o none eve.card
	err_is "wax-seal: 'cards/d': the card's signature is wrong"
	rm cards/*
	call 2 wax-seal -R cards -o none eve.card
	err_is "wax-seal: there is no file in 'cards'"
	[ ! -e none ]
	# Neither an identity nor a home is needed.
	rm -r "$home"
	call 0 env -u HOME -u WAX_HOME wax-seal -R alice.card -o without eve.card
	[ ! -e "$home" ]
}
