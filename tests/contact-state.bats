#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The address book when its files are damaged, lost, locked or sealed, and when
# several processes change it at once.
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

mend='(a contact whose file is moved away can be added anew)'

# two: alice and bob are known, in the files $a and $b.
two() {
	know alice
	a=$(echo "$home"/contacts/c-*)
	know bob
	b=$(find "$home/contacts" -name 'c-*' ! -path "$a")
	cp -a "$home" "$io/good"
}

again() {
	rm -rf "$home"
	cp -a "$io/good" "$home"
}

# link_of WHICH FILE: the link of the name (n) or the identity (i) of a contact
# with one device, whose file it is.
link_of() {
	find "$home/contacts" -name "$1-*" -lname "$(basename "$2")"
}

# alice_is_damaged REASON: she is taken for nobody else, nor for unknown.
alice_is_damaged() {
	unchanged call 6 wax-contact show alice
	err_is "wax-contact: '$a': $1 $mend"
	call 6 wax-contact add alice eve.card
	call 6 wax-contact list
	out_is 'CODE COMPARED  CARD UNTIL  DEVICES  NAME' \
		"never          $(day expires bob)  1        bob"
	err_is "wax-contact: '$a': $1 $mend"
	again
}

# only_alice_is_damaged REASON: whatever is done with her and the other one.
only_alice_is_damaged() {
	local word reason="wax-contact: '$a': $1 $mend"
	for word in show verify export rm; do
		unchanged call 6 wax-contact $word alice
		out_is
		err_is "$reason"
	done
	unchanged call 6 wax-contact add alice alice.card
	err_is "$reason"
	unchanged call 6 wax-contact rename alice al
	unchanged call 6 wax-seal -r alice -o sealed alice.card
	err_is "wax-seal: -r: '$a': $1 $mend"
	[ ! -e sealed ]
	unchanged call 6 wax-contact list
	out_is 'CODE COMPARED  CARD UNTIL  DEVICES  NAME' \
		"never          $(day expires bob)  1        bob"
	err_is "$reason"
	unchanged call 6 wax-contact export --all
	out_is "# bob, $unverified" "$(field recipient bob.card)"
	unchanged call 6 wax-contact list --json
	! command -v jq >/dev/null || [ "$(jq -r '.[].name' "$io/out")" = bob ]
	unchanged call 6 wax-contact export --all -o all
	[ ! -e all ]
	# The other one is as before.
	unchanged call 0 wax-contact show bob
	call 0 wax-contact verify bob --code "$(cat "$keys/bob.code")"
	call 0 wax-contact rename bob B
	call 0 wax-contact add -q eve eve.card
	call 0 wax-contact rm -q B eve
	# What the hint says helps.
	rm "$a"
	call 0 wax-contact add -q alice alice.card
	err_is
	names_are alice
	again
}

@test "a contact's file that is damaged" {
	two
	local at size
	size=$(stat -c %s "$a")
	: >"$a"
	only_alice_is_damaged "this is no state file of wax's"
	for at in 12 60 $((size - 1)); do
		spoil "$a" "$at"
		alice_is_damaged 'it is damaged, or belongs to another identity'
	done
	for at in 5 48; do
		truncate -s "$at" "$a"
		alice_is_damaged "this is no state file of wax's"
	done
	printf '\2' | dd of="$a" bs=1 seek=8 conv=notrunc 2>/dev/null
	mend='(a newer wax opens it)' \
		alice_is_damaged 'it is of a later version of wax'
	cp "$b" "$a"
	alice_is_damaged 'it is damaged, or belongs to another identity'
	cp "$home/state.key" "$a"
	alice_is_damaged 'it is damaged, or belongs to another identity'
	truncate -s 65M "$a"
	alice_is_damaged 'it is too large'
}

@test "whichever contact is damaged, the others are listed" {
	local name file
	know alice bob eve
	cp -a "$home" "$io/good"
	for file in "$home"/contacts/c-*; do
		: >"$file"
		unchanged call 6 wax-contact list
		[ "$(wc -l <"$io/out")" -eq 3 ]
		err_is "wax-contact: '$file': this is no state file of wax's $mend"
		unchanged call 6 wax-contact export --all
		[ "$(grep -c '^age1pq1' "$io/out")" -eq 2 ]
		# Look-alikes of the others are pointed out, too.
		for name in alice bob eve; do
			WAX_HOME=$io/good call 0 wax-contact show $name
			unchanged call 2 wax-contact show "${name^^}"
			! wax-contact show $name >/dev/null 2>&1 ||
				err_has "(there is '$name')"
		done
		cp "$io/good/contacts/$(basename "$file")" "$file"
	done
	names_are alice bob eve
}

@test "what is no file in the place of a contact's" {
	two
	rm "$a"
	mkfifo "$a"
	call 7 timeout 60 wax-contact show alice
	err_has 'is not a regular file'
	call 7 timeout 60 wax-contact list
	rm "$a"
	mkdir "$a"
	unchanged call 7 wax-contact show alice
	rmdir "$a"
	ln -s "$work/absent" "$a"
	unchanged call 7 wax-contact add alice eve.card
	err_has 'No such file or directory'
	unchanged call 0 wax-contact show bob
}

@test "strange names in the folder are passed over" {
	two
	touch "$home/contacts/c-" "$home/contacts/c-1" "$home/contacts/.x" \
		"$home/contacts/README" "$home/contacts/$(basename "$a")~"
	mkdir "$home/contacts/sub"
	names_are alice bob
	call 0 wax-contact rename alice Al
	names_are Al bob
	[ -d "$home/contacts/sub" ]
	# What a killed process left goes after an hour.
	call 0 wax-contact add eve eve.card
	[ -e "$home/contacts/.x" ]
}

@test "the folder is no folder, or leads nowhere" {
	two
	mv "$home/contacts" "$io/contacts"
	local word
	for word in file link; do
		[ $word = link ] || : >"$home/contacts"
		[ $word = file ] || ln -sf "$work/absent" "$home/contacts"
		unchanged call 7 wax-contact list
		out_is
		err_has "wax-contact: '$home/contacts': No"
		unchanged call 7 wax-contact show alice
		unchanged call 7 wax-seal -r alice -o sealed alice.card
		unchanged call 7 wax-contact add alice eve.card
		out_is
	done
	rm "$home/contacts"
	# A link to where it is is a folder.
	ln -s "$io/contacts" "$home/contacts"
	names_are alice bob
	call 0 wax-contact rm alice
	names_are bob
}

@test "the state's key is missing, or another's" {
	two
	local key="$home/state.key" word
	rm "$key"
	for word in show verify export rm; do
		unchanged call 6 wax-contact $word alice
		out_is
		err_is "wax-contact: '$home/contacts': its key, state.key, is missing $no_key"
	done
	unchanged call 6 wax-contact list
	unchanged call 6 wax-contact add eve eve.card
	unchanged call 6 wax-contact add --all eve.card
	err_is "wax-contact: '$home/contacts': its key, state.key, is missing $no_key"
	unchanged call 6 wax-contact rename alice al
	unchanged call 6 wax-seal -r alice -o sealed alice.card
	unchanged call 6 wax-open --from alice alice.card
	: >"$key"
	unchanged call 6 wax-contact list
	err_is "wax-contact: '$key': this is no state file of wax's $no_key"
	cp "$keys/h/eve/state.key" "$key"
	unchanged call 6 wax-contact list
	err_is "wax-contact: '$key': it is damaged, or belongs to another identity $no_key"
	again
	cp "$keys/h/eve/identity" "$home"
	unchanged call 6 wax-contact list
	err_is "wax-contact: '$key': it is damaged, or belongs to another identity $no_key"
	again
	names_are alice bob
}

# all_is_well: alice and bob are found by all that they are known by, and no
# other card gets under their names.
all_is_well() {
	names_are alice bob
	local who
	for who in alice "$(id alice)" bob "$(id bob)"; do
		unchanged call 0 wax-contact show "$who"
	done
	[ "$(sed -n 's/^name: //p' "$io/out")" = bob ]
	call 4 wax-contact add alice eve.card
	err_has "'alice' is known with another identity"
	call 2 wax-contact add al alice.card
	err_has "the card's identity is known as 'alice'"
	unchanged call 2 wax-contact show nobody
	# This mends the links.
	call 0 wax-contact add alice alice.card
	err_has 'is known already'
	call 0 wax-contact add bob bob.card
	names_are alice bob
	entries 2 4
	[ "$(link_of n "$a" | wc -l)" -eq 1 ]
	[ "$(link_of i "$a" | wc -l)" -eq 1 ]
	[ "$(link_of n "$b" | wc -l)" -eq 1 ]
	[ "$(link_of i "$b" | wc -l)" -eq 1 ]
	again
}

@test "links that are lost hide nobody, and are made again" {
	two
	all_is_well
	rm "$home"/contacts/[in]-*
	all_is_well
	rm "$(link_of n "$a")"
	all_is_well
	rm "$(link_of i "$a")"
	all_is_well
	rm "$home"/contacts/n-*
	all_is_well
}

@test "one lost link of somebody with several devices" {
	wax-contact -q add al "$keys/alice.card"
	wax-contact -q add --device al "$keys/bob.card"
	local link who
	for link in "$home"/contacts/[in]-*; do
		mv "$link" "$io/link"
		for who in al "$(id alice)" "$(id bob)"; do
			unchanged call 0 wax-contact show "$who"
			out_has 'name: al'
		done
		unchanged call 2 wax-contact add other "$keys/bob.card"
		unchanged call 2 wax-contact add other "$keys/alice.card"
		[ ! -L "$link" ]
		mv "$io/link" "$link"
	done
	# Nor does the number of all tell.
	ln -s c-00000000000000000000000000000000 		"$home/contacts/n-00000000000000000000000000000000"
	rm "$home"/contacts/i-*
	wax-contact -q add eve "$keys/eve.card"
	unchanged call 0 wax-contact show "$(id bob)"
	unchanged call 2 wax-contact add other "$keys/bob.card"
}

@test "links that lead elsewhere are ignored, and mended" {
	two
	local kind link to
	for kind in n i; do
		for to in "$(basename "$b")" c-00000000000000000000000000000000 \
			nowhere ../identity "$(printf '%0200d' 1)"; do
			link=$(link_of $kind "$a")
			ln -sfn "$to" "$link"
			all_is_well
		done
		# As what copies without links leaves it.
		link=$(link_of $kind "$a")
		rm "$link"
		cp "$a" "$link"
		all_is_well
	done
	# Those of nobody do no harm.
	ln -s "$(basename "$a")" "$home/contacts/n-00000000000000000000000000000000"
	names_are alice bob
	call 0 wax-contact rm -q alice bob
	names_are
}

@test "lost links and a damaged contact: nobody is taken for unknown" {
	two
	rm "$home"/contacts/[in]-*
	: >"$a"
	unchanged call 6 wax-contact show alice
	err_is "wax-contact: '$a': this is no state file of wax's $mend"
	unchanged call 6 wax-contact add alice eve.card
	unchanged call 0 wax-contact show bob
}

@test "two at once add two" {
	for _ in 1 2 3 4 5; do
		wax-contact -q add alice alice.card 3>&- &
		local one=$!
		wax-contact -q add bob bob.card 3>&-
		wait "$one"
		names_are alice bob
		entries 2 4
		rm -r "$home/contacts" "$home/state.key" "$home/contacts.lock"
	done
}

@test "eight at once, with one name: one wins" {
	mkdir many
	"$python" "$top/tests/cards.py" many alice.card 8 many
	local i pids=() won=0
	for i in {1..8}; do
		(
			got=0
			wax-contact add x "many/0000$i" 2>"err$i" || got=$?
			echo $got >"got$i"
		) 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	[ "$(sort got* | xargs)" = '0 4 4 4 4 4 4 4' ]
	for i in {1..8}; do
		if [ "$(cat "got$i")" -eq 0 ]; then
			won=$(field identity "many/0000$i")
		else
			grep -q "'x' is known with another identity" "err$i"
		fi
	done
	entries 1 2
	names_are x
	call 0 wax-contact show "$won"
	out_has 'name: x'
}

@test "eight at once, with one card: one adds it" {
	local i pids=()
	for i in {1..8}; do
		wax-contact add alice alice.card 2>"err$i" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	[ "$(cat err* | grep -c added)" -eq 1 ]
	[ "$(cat err* | grep -c 'known already')" -eq 7 ]
	entries 1 2
}

# hold SECONDS: holds the lock for so long; returns when it is held.
hold() {
	mkfifo "$io/held"
	"$python" -c 'import fcntl, sys, time
f = open(sys.argv[1], "a+")
fcntl.lockf(f, fcntl.LOCK_EX)
open(sys.argv[2], "w").close()
time.sleep(float(sys.argv[3]))' "$home/contacts.lock" "$io/held" "$1" 3>&- &
	holder=$!
	cat "$io/held"
	rm "$io/held"
}

@test "who holds the lock is waited for, ten seconds and not more" {
	two
	hold 1
	call 0 wax-contact rename alice al
	wait "$holder"
	hold 60
	# Those that only read wait for nobody.
	unchanged call 0 wax-contact list
	unchanged call 0 wax-contact verify al
	unchanged call 0 wax-seal -r al -o sealed alice.card
	local from=$SECONDS
	unchanged call 6 wax-contact add eve eve.card
	out_is
	err_is "wax-contact: '$home/contacts.lock' is locked by process $holder for more than 10 seconds (wait for it, or end it)"
	[ $((SECONDS - from)) -ge 9 ]
	[ $((SECONDS - from)) -le 20 ]
	kill "$holder"
	wait "$holder" || :
	call 0 wax-contact add eve eve.card
	rm "$home/contacts.lock"
	ln -s "$work/absent" "$home/contacts.lock"
	unchanged call 7 wax-contact rm eve
	[ ! -e absent ]
}

@test "a disk that is full" {
	can_mount || skip 'a tmpfs cannot be mounted'
	local pages
	for pages in 1 2 3 4 5 6 7; do
		cat >script <<-EOF
			set -e
			mount -t tmpfs -o size=$((pages * 4))k none "$home"
			cp "$keys/h/me/identity" "$home"
			cd "$home"
			got=0
			wax-contact add alice "$work/alice.card" \
				2>"$io/err" || got=\$?
			if [ \$got -eq 0 ]; then
				echo whole
				! grep -q 'No space' "$io/err"
			else
				[ \$got -eq 7 ]
				grep -q 'No space left' "$io/err"
				echo full
				[ -z "\$(ls contacts 2>/dev/null)" ]
			fi
			[ -z "\$(find . -name '.wax*')" ]
			got=0
			wax-contact add --all "$work/bob.card" \
				2>"$io/err" || got=\$?
			[ \$got -eq 0 ] || [ \$got -eq 7 ]
			mount -o remount,size=64k none "$home"
			wax-contact -q add alice "$work/alice.card"
			wax-contact -q add bob "$work/bob.card"
			[ "\$(wax-contact list | wc -l)" -eq 3 ]
		EOF
		unshare -rm sh script || fail "with $pages pages"
	done >how
	grep -q full how
	grep -q whole how
}

@test "an identity that is sealed: its passphrase opens the address book" {
	printf 'correct horse\n' >pw
	echo wrong >wrong
	locked_identity "$home/identity"
	call 0 wax-contact --passphrase-file pw add alice alice.card
	unchanged call 3 wax-contact --passphrase-file wrong add bob bob.card
	err_is "wax-contact: '$home/identity': the passphrase is wrong"
	unchanged call 2 setsid -w wax-contact list
	err_has 'no terminal to ask for the passphrase (--passphrase-file'
	call 0 wax-contact --passphrase-fd 5 list 5<pw
	out_has alice
	call 0 wax-seal --passphrase-file pw -r alice -o sealed eve.card
	call 0 as alice wax-open sealed
	out_same eve.card
	call 2 setsid -w wax-seal -r alice -o none eve.card
	[ ! -e none ]
	# Nobody is asked where the address book has nothing to say.
	call 0 setsid -w wax-seal -R alice.card -o without eve.card
	call 0 setsid -w wax-seal -r "$(field recipient alice.card)" -o three \
		eve.card
	call 2 wax-seal --passphrase-file pw -R alice.card -o four eve.card
	err_has 'nothing here needs the passphrase that is given'
	call 0 setsid -w wax-open -i "$keys/h/alice/identity" sealed
	out_same eve.card
	err_is
	as alice wax-seal -s -R bob.card -o signed eve.card
	call 0 setsid -w wax-open -i "$keys/h/bob/identity" signed
	err_is "wax-open: signed by $(id alice); whether that is a contact is not known, as the address book is locked"
	setsid -w wax-open --info -i "$keys/h/bob/identity" signed \
		>"$io/out" 2>"$io/err"
	err_is 'kind: data' 'name: eve.card' "sender: $(id alice)" \
		'trust: none: the address book is locked'
	call 0 wax-open --passphrase-file pw -i "$keys/h/bob/identity" signed
	err_is "wax-open: signed by 'alice', $unverified"
	call 0 wax-open --passphrase-file wrong -i "$keys/h/bob/identity" signed
	err_has 'as the address book is locked'
	call 0 wax-open --from alice --passphrase-file pw \
		-i "$keys/h/bob/identity" signed
	err_is "wax-open: signed by 'alice', $unverified"
	unchanged call 2 setsid -w wax-open --from alice \
		-i "$keys/h/bob/identity" signed
	out_is
}

@test "a home without an identity, or with one that has no address book" {
	rm "$home/identity"
	local missing='there is no identity to open the address book with'
	missing="wax-contact: $missing: '$home/identity' is missing (wax-keygen makes one; WAX_HOME names another home)"
	call 3 wax-contact list
	err_is "$missing"
	call 3 wax-contact add alice alice.card
	err_is "$missing"
	call 3 wax-contact add --all alice.card
	err_is "$missing"
	call 3 env -u HOME -u WAX_HOME wax-contact list
	err_is 'wax-contact: there is no identity to open the address book with, and no home: neither WAX_HOME nor HOME is set (set one of them)'
	folder_holds "$home"
	local who="there is no contact 'alice' (there is no address book; 'wax-keygen', then 'wax-contact add' begin one)"
	call 2 wax-seal -r alice -o sealed alice.card
	err_is "wax-seal: -r: $who"
	call 2 wax-open -i "$keys/h/bob/identity" --from alice sealed
	err_is "wax-open: --from: $who"
	as alice wax-sign -o sig eve.card 2>/dev/null
	call 2 wax-verify -k alice -x sig eve.card
	err_is "wax-verify: -k: $who"
	call 3 wax-contact -o out list
	[ ! -e out ]
	wax-keygen --x25519 -o "$home/identity" 2>/dev/null
	call 2 wax-contact list
	err_is "wax-contact: '$home/identity': this kind of identity cannot sign (an address book and sessions need one as wax-keygen makes it, age1pq1...)"
	as alice wax-seal -s -R bob.card -o signed eve.card
	call 0 wax-open -i "$keys/h/bob/identity" signed
	err_is "wax-open: signed by $(id alice), whom nobody here vouches for"
	echo text >"$home/identity"
	call 1 wax-contact list
	folder_holds "$home" identity
}

# lost TOOL [CONTEXT]: what it has said of the identity that is gone.
lost() {
	err_has "$1: ${2-}there is no identity to " \
		": '$home/identity' is missing (put it back from a backup, for what it opens is there still; WAX_HOME names another home"
}

@test "an identity that is lost is missed by all, with one status" {
	two
	mv "$home/identity" mine
	unchanged call 3 wax-contact list
	lost wax-contact
	unchanged call 3 wax-contact add eve eve.card
	lost wax-contact
	unchanged call 3 wax-session list
	lost wax-session
	unchanged call 3 wax-card
	lost wax-card
	unchanged call 3 wax-keygen -y
	lost wax-keygen
	unchanged call 3 wax-seal -r alice -o sealed alice.card
	lost wax-seal '-r: '
	unchanged call 3 wax-seal -c alice -o sealed alice.card
	lost wax-seal
	unchanged call 3 wax-seal -s -R bob.card -o sealed alice.card
	lost wax-seal
	err_has '; -i FILE names one)'
	as alice wax-seal -s -R bob.card -o signed eve.card
	unchanged call 3 wax-open --from alice signed
	lost wax-open '--from: '
	unchanged call 3 wax-open signed
	lost wax-open "'signed': "
	# Who is known is not known now.
	unchanged call 0 wax-open -i "$keys/h/bob/identity" signed
	err_is "wax-open: signed by $(id alice); whether that is a contact is not known, as the address book's identity is missing"
	# Another identity could not open what is there.
	unchanged call 6 wax-keygen
	err_is "wax-keygen: '$home/identity' is lost, and what it opens is there still (put it back from a backup; without one, move the rest of the folder away, or choose another with WAX_HOME)"
	mv mine "$home/identity"
	names_are alice bob
	# A link to what is not there is not for another one either.
	mv "$home/identity" mine
	ln -s "$work/stick/identity" "$home/identity"
	unchanged call 3 wax-contact list
	err_has "'$home/identity' leads nowhere (mount or restore what it leads to;"
	unchanged call 2 wax-keygen
	err_has "'$home/identity' exists"
	mkdir stick
	mv mine stick/identity
	names_are alice bob
}
