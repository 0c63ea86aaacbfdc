#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Chained sealing: wax-seal -c, wax-open of what it made, and wax-session.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2016,SC2030,SC2031

load helpers
load people

DAY=86400
not_verified='not verified: no code was compared'

setup_file() {
	wax_environment
	make_people alice bob carol
	wax_clock
}

setup() {
	wax_setup
	people alice bob carol
}

teardown() {
	[ -z "${holder-}" ] || kill "$holder" 2>/dev/null || :
}

to_full() { "$@" >/dev/full; }

# the user's way

@test "the first message, and the answer" {
	know bob alice
	echo hi | as bob wax-seal -a -c alice >m
	grep -qx -- '-----BEGIN AGE ENCRYPTED FILE-----' m
	call 0 as alice wax-open m
	out_is hi
	err_is "wax-open: chained with $(identity bob), whom nobody here vouches for" \
		"wax-open: to give them a name: wax-contact add NAME $(identity bob)"
	call 0 as alice wax-contact add bob "$keys/bob.card"
	echo hello | as alice wax-seal -c bob >m2
	call 0 as bob wax-open <m2
	out_is hello
	err_is "wax-open: chained with 'alice', $not_verified"
	echo 'how are you?' | as bob wax-seal -c "$(identity alice)" >m3
	call 0 as alice wax-open -o out m3
	err_is "wax-open: chained with 'bob', $not_verified"
	[ "$(cat out)" = 'how are you?' ]
}

@test "an answer needs a contact" {
	know bob alice
	write bob alice m
	reads alice m
	call 2 as alice wax-seal -c "$(identity bob)" /dev/null
	err_has "wax-seal: -c: there is no contact 'wax1" \
		"'wax-contact add NAME CARD' adds one, and 'wax-contact add NAME $(identity bob)' one who has begun a session"
}

@test "the same message again, and says when" {
	know bob alice
	write bob alice m
	reads alice m
	unchanged call 5 as alice wax-open m
	out_is
	grep -qxE "wax-open: 'm': it was opened already, at 20..-..-..T..:..:..Z" \
		"$io/err" || fail 'not when'
	unchanged call 5 as alice wax-open -o out m
	[ ! -e out ]
	know alice bob
	write alice bob r
	reads bob r
	write bob alice m2
	reads alice m2
	# Of an epoch that is over.
	unchanged call 5 as alice wax-open m
	err_has ', at 20'
}

@test "lost, late and reordered messages" {
	talking
	local i
	for i in 1 2 3 4 5 6; do
		write bob alice "b$i"
	done
	reads alice b4
	reads alice b2
	[ "$(show alice bob waiting)" = 2 ]
	# An answer and the next epoch, while some are under way.
	write alice bob a1
	reads bob a1
	write bob alice b7
	reads alice b7
	[ "$(show alice bob waiting)" = 4 ]
	reads alice b6
	reads alice b1
	unchanged call 5 as alice wax-open b2
	reads alice b3
	reads alice b5
	[ "$(show alice bob waiting)" = 0 ]
	for i in 1 2 3 4 5 6 7; do
		unchanged call 5 as alice wax-open "b$i"
	done
}

@test "the first message is lost, the others do" {
	know bob alice
	write bob alice m1
	write bob alice m2
	write bob alice m3
	reads alice m3
	know alice bob
	write alice bob r
	reads bob r
	reads alice m1
	reads alice m2
	unchanged call 5 as alice wax-open m3
}

@test "both begin at once" {
	know alice bob
	know bob alice
	write alice bob a1
	write bob alice b1
	write alice bob a2
	reads bob a1
	err_is "wax-open: chained with 'alice', $not_verified"
	reads alice b1
	err_is "wax-open: chained with 'bob', $not_verified"
	# Both send on the same one of the two.
	write alice bob a3
	write bob alice b2
	reads bob a3
	reads alice b2
	reads bob a2
	write alice bob a4
	write bob alice b3
	reads alice b3
	reads bob a4
	[ "$(show alice bob since)" = "$(show bob alice since)" ] ||
		[ "$(show alice bob sessions)" = 2 ]
	[ "$(show alice bob begun_by_oneself)" != \
		"$(show bob alice begun_by_oneself)" ]
	unchanged call 5 as bob wax-open a1
	unchanged call 5 as alice wax-open b1
}

@test "several -c, and each of them opens it" {
	know alice bob carol
	echo all | as alice wax-seal -c bob -c carol -c bob -o m
	[ "$(chained stanzas m | sort)" = \
		'wax/hello 4693
wax/hello 4693
wax/ratchet 1357
wax/ratchet 1357' ]
	[ "$(chained stanzas m | sed -n 'p;n;n')" = "$(printf '%s\n' \
		'wax/hello 4693' 'wax/ratchet 1357')" ]
	know bob alice
	reads bob m all
	reads carol m all
	unchanged call 5 as bob wax-open m
	unchanged call 5 as carol wax-open m
	know carol alice
	write carol alice c
	reads alice c
	echo again | as alice wax-seal -c carol -c bob -o m2
	reads bob m2 again
	reads carol m2 again
}

@test "the devices of one contact" {
	know bob alice
	as bob wax-contact add --device alice "$keys/carol.card" 2>/dev/null ||
		as bob wax-contact add -d alice "$keys/carol.card" 2>/dev/null ||
		skip 'without devices'
	write bob alice m
	reads alice m
	reads carol m
	know carol bob
	write carol bob r
	call 0 as bob wax-open --from alice r
	err_is "wax-open: chained with 'alice', $not_verified"
	[ "$(as bob wax-session show alice --json | jq length)" = 2 ]
	call 0 as bob wax-session reset alice
	[ "$(as bob wax-session list --json | jq -c 'map(.since)')" = \
		'[null,null]' ]
	call 0 as bob wax-session rm alice
	[ "$(as bob wax-session list --json)" = '[]' ]
}

# options

@test "signed as well" {
	know bob alice
	know alice bob
	echo hi | as bob wax-seal -s -c alice -o m
	info alice m
	out_is hi
	err_is 'kind: data' "sender: $(identity bob)" \
		"session: $(identity bob), new" 'contact: bob' \
		"trust: $not_verified"
	echo hi | as bob wax-seal -s -c alice -o m2
	call 0 as alice wax-open m2
	err_is "wax-open: signed by 'bob', $not_verified"
	# As another than whose session it is.
	wax-keygen -o other 2>/dev/null
	echo hi | call 2 as bob wax-seal -s -i other -c alice
	err_is "wax-seal: for a session, only the identity that it is of can $(
	)sign (without -i, the home's does)"
}

@test "--from, with a name and with an identity" {
	know bob alice
	know carol alice
	know alice bob carol
	local i
	for i in 1 2 3 4; do
		write bob alice "m$i"
	done
	write carol alice c1
	unchanged call 4 as alice wax-open --from carol m1
	out_is
	err_is "wax-open: 'm1': it is from another sender, $(identity bob)"
	call 0 as alice wax-open --from bob m1
	err_is "wax-open: chained with 'bob', $not_verified"
	unchanged call 4 as alice wax-open --from carol m2
	out_is
	call 0 as alice wax-open --from "$(identity bob)" m2
	unchanged call 4 as alice wax-open --from "$(identity carol)" m3
	unchanged call 4 as alice wax-open --from bob c1
	call 0 as alice wax-open --from carol c1
	unchanged call 4 as alice wax-open --from bob c1
	# Where nobody is known, an identity does.
	know bob carol
	write bob carol k
	unchanged call 2 as carol wax-open --from bob k
	call 0 as carol wax-open --from "$(identity bob)" k
	err_is "wax-open: chained with $(identity bob), as asked for"
}

# info NAME FILE: what --info says, in $io/err.
info() {
	as "$1" wax-open --info "$2" >"$io/out" 2>"$io/err" ||
		fail "--info: exit status $?"
}

@test "--info, and --json" {
	needs jq
	know bob alice
	know carol alice
	write carol alice m0
	as alice wax-open --json m0 2>"$io/err" >"$io/out"
	jq -e --arg who "$(identity carol)" '. == {kind: "data", name: null,
		sender: null, session: $who, new_session: true, contact: null,
		trust: "none: the identity is in no contact"}' "$io/err"
	write bob alice m1
	write bob alice m2
	info alice m1
	err_is 'kind: data' 'sender: none' "session: $(identity bob), new" \
		'trust: none: the identity is in no contact'
	know alice bob
	echo x >file
	as bob wax-seal -c alice -o m3 file
	info alice m3
	err_is 'kind: data' 'name: file' 'sender: none' \
		"session: $(identity bob)" 'contact: bob' "trust: $not_verified"
	as bob wax-seal --no-pad -c alice -o m4 file
	info alice m4
	err_is 'kind: bytes' 'sender: none' "session: $(identity bob)" \
		'contact: bob' "trust: $not_verified"
	as bob wax-seal -s -c alice -o m5 file
	as alice wax-open --json m5 2>"$io/err" >"$io/out"
	jq -e --arg who "$(identity bob)" --arg trust "$not_verified" \
		'. == {kind: "data", name: "file", sender: $who, session: $who,
		new_session: false, contact: "bob", trust: $trust}' "$io/err"
}

@test "a folder, and -C" {
	know bob alice
	mkdir -p tree/sub
	echo one >tree/one
	random 100000 tree/sub/two
	as bob wax-seal -c alice -o m tree
	call 0 as alice wax-open -C new m
	diff -r tree new/tree
	unchanged call 5 as alice wax-open -C new2 m
	[ ! -e new2 ]
	cp tree/one two
	as bob wax-seal -z -s -c alice -o m2 tree two
	call 0 as alice wax-open -C new2 m2
	diff -r tree new2/tree
	cmp two new2/two
	# Into a place that cannot be.
	as bob wax-seal -c alice -o m3 tree
	unchanged call 2 as alice wax-open -C new m3
	call 0 as alice wax-open -C new3 m3
	diff -r tree new3/tree
	as bob wax-seal -c alice -o m4 tree/one
	call 0 as alice wax-open -C new4 m4
	[ "$(cat new4/one)" = one ]
}

@test "20 MB through pipes" {
	know bob alice
	random 20000000 large
	local ways=(-c -s\ -c -z\ -a\ -c) way
	for way in "${ways[@]}"; do
		# shellcheck disable=SC2002,SC2086 # a pipe, a list of words
		cat large | as bob wax-seal $way alice | cat >m
		# shellcheck disable=SC2002
		cat m | as alice wax-open 2>"$io/err" | cmp - large
		call 5 as alice wax-open m
	done
}

@test "padded, unless --no-pad" {
	know bob alice
	local n
	for n in 0 1 100 1000 54321; do
		random "$n" plain
		as bob wax-seal --no-name -c alice -o m plain
		wax-inspect --json m | jq .plaintext_bytes >>sizes
		as alice wax-open m 2>/dev/null | cmp - plain
		as bob wax-seal -c alice --no-pad -o m2 plain
		[ "$(wax-inspect --json m2 | jq .plaintext_bytes)" = "$n" ]
		as alice wax-open m2 2>/dev/null | cmp - plain
		rm m m2
	done
	"$python" - <<-EOP
		for line in open("sizes"):
		    n = int(line)
		    e = n.bit_length() - 1
		    last = e - e.bit_length()
		    assert n % (1 << last) == 0, n
	EOP
	[ "$(tr '\n' ' ' <sizes)" = '40 44 144 1088 55296 ' ]
	call 2 as bob wax-seal -c alice --pad --no-pad plain
}

@test "-c does not go with other recipients" {
	know bob alice
	wax-keygen -o key 2>/dev/null
	wax-keygen -y key >pub
	echo word >pw
	local what="wax-seal: -c cannot be combined with other recipients (they could open it for ever: seal twice)"
	unchanged call 2 as bob wax-seal -c alice -r "$(cat pub)" /dev/null
	err_is "$what"
	unchanged call 2 as bob wax-seal -c alice -r alice /dev/null
	err_is "$what"
	unchanged call 2 as bob wax-seal -R pub -c alice /dev/null
	err_is "$what"
	unchanged call 2 as bob wax-seal -c alice -p --passphrase-file pw \
		/dev/null
	err_is "$what"
	unchanged call 2 as bob wax-seal -i key -c alice /dev/null
	err_is "$what"
	[ ! -e "$homes/bob/sessions" ]
}

@test "what cannot be sealed costs no key" {
	know bob alice
	write bob alice m
	unchanged call 2 as bob wax-seal -c alice -o m /dev/null
	unchanged call 7 as bob wax-seal -c alice none
	unchanged call 2 as bob wax-seal -c alice -o . /dev/null
	unchanged call 7 as bob wax-seal -c alice -o none/m /dev/null
	unchanged call 7 as bob wax-seal -c alice -s -i none /dev/null
	unchanged call 7 as bob wax-seal -c alice --passphrase-fd 77 /dev/null
	unchanged call 7 as bob wax-seal -c alice m none
	reads alice m
}

@test "to whom there is no session" {
	know bob alice
	unchanged call 2 as bob wax-seal -c dave /dev/null
	err_has "wax-seal: -c: there is no contact 'dave'"
	unchanged call 2 as bob wax-seal -c Alice /dev/null
	err_has "(there is 'alice')"
	unchanged call 2 as bob wax-seal -c "$(as alice wax-keygen -y)" /dev/null
	err_has 'is no contact' 'a session needs the card of a contact'
	unchanged call 2 as bob wax-seal -c /dev/null
	unchanged call 2 as bob wax-seal -c '' /dev/null
	as bob wax-contact add -q me "$keys/bob.card" 2>/dev/null || :
	unchanged call 2 as bob wax-seal -c me /dev/null
	# Nobody gets it when one of several cannot.
	unchanged call 2 as bob wax-seal -c alice -c dave -o m /dev/null
	[ ! -e m ]
	rm -r "$homes/carol"
	call 3 as carol wax-seal -c bob /dev/null
	err_has 'there is no identity' 'wax-keygen makes one'
	[ ! -e "$homes/carol" ]
}

# cards

@test "a card that has expired begins no session, but ends none" {
	know bob alice carol
	know carol bob
	write bob carol m1
	reads carol m1
	write carol bob r1
	reads bob r1
	at $((31 * DAY)) unchanged call 4 as bob wax-seal -c alice -o m /dev/null
	err_has "wax-seal: the card of 'alice' expired on 20" \
		"ask for a new one, which 'wax-card' prints"
	[ ! -e m ]
	at $((31 * DAY)) write bob carol m2
	at $((31 * DAY)) reads carol m2
	# A session that was not answered does not outlive it.
	write bob alice m3
	at $((31 * DAY)) unchanged call 4 as bob wax-seal -c alice /dev/null
	reads alice m3
	# With two, the one that can does not get it alone.
	at $((31 * DAY)) unchanged call 4 as bob wax-seal -c alice -c carol \
		-o m4 /dev/null
	[ ! -e m4 ]
	at $((31 * DAY)) as alice wax-card >new.card
	at $((31 * DAY)) as bob wax-contact add -q -f alice new.card \
		2>/dev/null || at $((31 * DAY)) as bob wax-contact add -q \
		alice new.card
	at $((31 * DAY)) write bob alice m5
	at $((31 * DAY)) reads alice m5
}

@test "a message that comes after its prekey is gone" {
	know bob alice
	write bob alice m
	local day
	for day in 0 6 12 18 24 30 36 42 48 54 60 61 62; do
		at $((day * DAY)) as alice wax-card >/dev/null
	done
	unchanged call 3 as alice wax-open m
	err_is "wax-open: 'm': it uses a card whose key is gone (send its sender a new card, which 'wax-card' prints, and ask to have this one sealed again)"
}

@test "a card for one caller" {
	local size
	size=$(stat -c %s "$homes/alice/prekeys")
	as alice wax-card --once >once
	[ "$(stat -c %s "$homes/alice/prekeys")" -eq $((size + 88)) ]
	as bob wax-contact add -q alice once
	as carol wax-contact add -q alice once
	write bob alice b1
	write bob alice b2
	write carol alice c1
	cp -a "$homes/alice/prekeys" with
	# Not delivered is not used.
	unchanged call 7 to_full as alice wax-open b1
	reads alice b1
	[ "$(stat -c %s "$homes/alice/prekeys")" -eq "$size" ]
	unchanged call 3 as alice wax-open c1
	out_is
	err_is "wax-open: 'c1': it uses a card for one caller, and another was first (send its sender a new card, which 'wax-card' prints, and ask to have this one sealed again)"
	reads alice b2
	unchanged call 5 as alice wax-open b1
	# Its hello stays known when nothing else is.
	call 0 as alice wax-session rm "$(identity bob)"
	unchanged call 5 as alice wax-open b1
	err_has "wax-open: 'b1': its session was begun before, and is gone here" \
		'if it was never opened'
	unchanged call 3 as alice wax-open c1
	# The other one gets a card.
	call 0 as carol wax-session reset alice
	as carol wax-contact rm -q alice
	know carol alice
	write carol alice c2
	reads alice c2
}

@test "callers that nobody knows are told of loudly" {
	know bob alice
	know carol bob
	write bob alice m1
	unchanged call 2 as alice wax-open --from bob m1
	know alice carol
	unchanged call 4 as alice wax-open --from carol m1
	err_is "wax-open: 'm1': it is from another sender, $(identity bob)"
	call 0 as alice wax-open m1
	err_is "wax-open: chained with $(identity bob), whom nobody here vouches for" \
		"wax-open: to give them a name: wax-contact add NAME $(identity bob)"
	call 2 as alice wax-contact show bob
	write bob alice m2
	call 0 as alice wax-open m2
	err_is "wax-open: chained with $(identity bob), whom nobody here vouches for" \
		"wax-open: to give them a name: wax-contact add NAME $(identity bob)"
	# Whoever has a key of the same name, but is another.
	as alice wax-contact add -q bob "$keys/bob.card"
	write bob alice m3
	call 0 as alice wax-open m3
	err_is "wax-open: chained with 'bob', $not_verified"
}

@test "a contact that was verified" {
	know bob alice
	know alice bob
	as alice wax-contact verify bob | grep -oE '([0-9]{5}[- ]?){12}' >code ||
		as alice wax-contact verify bob >code
	as alice wax-contact verify bob --code - <code >/dev/null 2>&1 ||
		skip 'the code is not on one line'
	write bob alice m
	call 0 as alice wax-open m
	grep -qxE "wax-open: chained with 'bob', verified on 20..-..-.. by comparing the code" \
		"$io/err" || fail 'not verified'
}

@test "a contact with another recipient" {
	talking
	wax-keygen -o other 2>/dev/null
	chained card "$homes/alice/identity" "$keys/alice.card" \
		"$(wax-keygen -y other)" >forged
	call 0 wax-card show forged
	write alice bob a1
	write alice bob a2
	as bob wax-contact rm -q alice
	# Which adding would have refused; so the card was there before.
	mv "$homes/bob/sessions" sessions
	call 0 as bob wax-contact add alice forged
	mv sessions "$homes/bob"
	unchanged call 4 as bob wax-seal -c alice -o m /dev/null
	err_has "'alice' has a session with another recipient"
	unchanged call 4 as bob wax-open a1
	out_is
	err_has "$(identity alice) comes with another recipient than is known" \
		'somebody may pose as them: ask'
	as bob wax-contact rm -q alice
	know bob alice
	reads bob a1
	write bob alice m
	reads alice m
	# The first message of one whose recipient is known otherwise.
	chained card "$homes/carol/identity" "$keys/carol.card" \
		"$(wax-keygen -y other)" >forged2
	as alice wax-contact add -q carol forged2
	know carol alice
	write carol alice c
	unchanged call 4 as alice wax-open c
	err_has "$(identity carol) comes with another recipient than is known"
	as alice wax-contact rm -q carol
	reads alice c
}

# rollback

@test "a copied home does not send, and reads on" {
	talking
	copied alice
	write bob alice m1
	write bob alice m2
	unchanged call 6 as alice-copy wax-seal -c bob -o a /dev/null
	err_has "the sessions with 'bob' are a copy, or were rolled back" \
		"'wax-session reset bob' begins anew"
	[ ! -e a ]
	[ "$(show alice-copy bob copied)" = true ]
	[ "$(show alice bob copied)" = false ]
	as alice-copy wax-session list | grep -q '^copied .* bob$'
	call 0 as alice-copy wax-session show bob
	out_has "state: a copy, or rolled back: it does not send before 'wax-session reset'"
	reads alice-copy m1
	# Reading does not mend it.
	unchanged call 6 as alice-copy wax-seal -c bob /dev/null
	reads alice-copy m2
	[ "$(show alice-copy bob copied)" = true ]
	call 0 as alice-copy wax-session reset bob
	err_is "wax-session: the next message to 'bob' begins a new session"
	[ "$(show alice-copy bob copied)" = false ]
	[ "$(show alice-copy bob since)" = null ]
	write alice-copy bob a
	call 0 as bob wax-open a
	err_has 'note: they have begun a new session'
	write bob alice m3
	reads alice-copy m3
}

@test "a state that was put back does not send" {
	talking
	local state
	state=$(state_of alice)
	cp -a "$state" old
	write alice bob a1
	cp old "$state"
	unchanged call 6 as alice wax-seal -c bob -o a /dev/null
	[ "$(show alice bob copied)" = true ]
	write bob alice m1
	reads alice m1
	unchanged call 6 as alice wax-seal -c bob -o a /dev/null
	call 0 as alice wax-session reset bob
	write alice bob a2
	reads bob a2
	reads bob a1
	write bob alice m2
	reads alice m2
}

@test "a lock that is gone, or behind, is no copy; a file that is new is one" {
	talking
	local lock
	lock=$(lock_of alice)
	# Killed between the state and the lock's number.
	printf '\0\0\0\0\0\0\0\0' >"$lock"
	write alice bob a1
	reads bob a1
	rm "$lock"
	write alice bob a2
	reads bob a2
	# What a backup that was put in place looks like.
	local state
	state=$(state_of alice)
	cp "$state" copy
	rm "$state"
	cp copy "$state"
	unchanged call 6 as alice wax-seal -c bob /dev/null
	# Written over, it is the same file with what it said before.
	call 0 as alice wax-session reset bob
	write alice bob a3
	reads bob a3
	cp "$state" copy
	write alice bob a4
	reads bob a4
	cp copy "$state"
	unchanged call 6 as alice wax-seal -c bob /dev/null
}

@test "a whole home from a backup" {
	talking
	copied alice
	write alice bob a1
	reads bob a1
	write bob alice m1
	reads alice m1
	rm -r "$homes/alice"
	mv "$homes/alice-copy" "$homes/alice"
	unchanged call 6 as alice wax-seal -c bob /dev/null
	# What was opened since opens again.
	reads alice m1
	call 0 as alice wax-session reset bob
	write alice bob a2
	reads bob a2
	write bob alice m2
	reads alice m2
	write alice bob a3
	reads bob a3
	unchanged call 5 as bob wax-open a1
}

# reset, rm and replays

@test "reset on one side" {
	talking
	write bob alice late
	call 0 as alice wax-session reset bob
	call 0 as alice wax-session show bob
	out_has 'since: retired: the next message begins a new one'
	reads alice late
	# What the other side sends meanwhile still comes.
	write bob alice late2
	write alice bob a1
	call 0 as bob wax-open a1
	err_is "wax-open: chained with 'alice', $not_verified" \
		'wax-open: note: they have begun a new session, although there is one; they may have lost their state'
	write bob alice m1
	reads alice m1
	reads alice late2
	write alice bob a2
	call 0 as bob wax-open a2
	err_is "wax-open: chained with 'alice', $not_verified"
	unchanged call 5 as alice wax-open late
	unchanged call 5 as bob wax-open a1
}

@test "reset on both sides" {
	talking
	call 0 as alice wax-session reset bob
	call 0 as bob wax-session reset -q alice
	err_is
	write alice bob a1
	write bob alice b1
	reads bob a1
	reads alice b1
	write bob alice b2
	reads alice b2
	write alice bob a2
	reads bob a2
	call 0 as bob wax-session reset alice
	call 0 as bob wax-session reset alice
}

@test "rm, and the other side does not know" {
	talking
	local first=$io/1
	write bob alice lost
	call 0 as alice wax-session rm bob
	err_is "wax-session: forgot the sessions with 'bob'"
	[ "$(as alice wax-session list --json)" = '[]' ]
	[ ! -e "$(state_of alice)" ]
	unchanged call 3 as alice wax-open lost
	err_has 'it is of no session that is known here' \
		'send its sender a chained message'
	unchanged call 5 as alice wax-open "$first"
	err_has 'its session was begun before, and is gone'
	# Of two sessions, the one that was begun later is used.
	at 5 write alice bob a1
	call 0 as bob wax-open a1
	err_has 'they have begun a new session'
	write bob alice b1
	reads alice b1
	unchanged call 5 as alice wax-open "$first"
	call 2 as alice wax-session rm carol
}

@test "rm and reset, over and over, within a second or with another clock" {
	talking
	local i
	for i in 1 2 3 4 5 6; do
		as alice wax-session rm -q bob
		write alice bob "a$i"
		reads bob "a$i"
		write bob alice "b$i"
		reads alice "b$i"
		as bob wax-session reset -q alice
		write bob alice "c$i"
		reads alice "c$i"
		write alice bob "d$i"
		reads bob "d$i"
	done
	as alice wax-session rm -q bob
	at -3600 write alice bob a
	reads bob a
	write bob alice b
	reads alice b
}

@test "a first message from a clock that is far ahead" {
	know bob alice
	at $((2 * DAY)) write bob alice m
	unchanged call 4 as alice wax-open m
	err_is "wax-open: 'm': it was begun more than a day in the future (one of the two clocks is wrong)"
	at $((DAY + 60)) reads alice m
}

@test "five sessions with one device stay, the one that sends among them" {
	know alice bob
	know bob alice
	local i
	for i in 1 2 3 4 5 6 7; do
		write bob alice "m$i"
		write bob alice "late$i"
		reads alice "m$i"
		as bob wax-session reset -q alice
	done
	[ "$(show alice bob sessions)" = 5 ]
	for i in 1 2; do
		unchanged call 5 as alice wax-open "late$i"
		unchanged call 5 as alice wax-open "m$i"
	done
	for i in 3 4 5 6 7; do
		reads alice "late$i"
	done
	write alice bob r
	reads bob r
	# After 30 days without use, only that one.
	at $((31 * DAY)) write alice bob r2
	[ "$(show alice bob sessions)" = 1 ]
	reads bob r2
}

@test "keys for late messages stay for 60 days" {
	talking
	write bob alice b1
	write bob alice b2
	write bob alice b3
	write bob alice b4
	reads alice b3
	at $((59 * DAY)) reads alice b1
	at $((61 * DAY)) reads alice b4
	[ "$(show alice bob waiting)" = 0 ]
	unchanged call 5 as alice wax-open b2
	err_is "wax-open: 'b2': it was opened already, or its key was dropped"
}

@test "a hello that is sent again, after reset and after rm" {
	know bob alice
	write bob alice m1
	write bob alice m2
	reads alice m1
	local who
	who=$(identity bob)
	unchanged call 5 as alice wax-open m1
	call 0 as alice wax-session reset "$who"
	unchanged call 5 as alice wax-open m1
	err_has ', at 20'
	call 0 as alice wax-session rm "$who"
	unchanged call 5 as alice wax-open m1
	# Its key is gone with it.
	unchanged call 5 as alice wax-open m2
	know alice bob
	write alice bob a1
	reads bob a1
	unchanged call 5 as alice wax-open m1
	call 0 as alice wax-session rm bob
	unchanged call 5 as alice wax-open m1
}

@test "a hello that is sent again, after its prekey's time" {
	know bob alice
	know carol alice
	write bob alice m
	reads alice m
	call 0 as alice wax-session rm "$(identity bob)"
	# No card was made meanwhile, so that the prekey is still there.
	write carol alice c
	at $((70 * DAY)) unchanged call 3 as alice wax-open c
	err_has 'it uses a card whose key is gone'
	at $((70 * DAY)) unchanged call 3 as alice wax-open m
	unchanged call 5 as alice wax-open m
	# A clock that was wrong for a while has destroyed nothing.
	reads alice c
	unchanged call 5 as alice wax-open m
}

# damaged states

# refuses_state NAME WHAT: they can neither send nor read, and say why.
refuses_state() {
	unchanged call 6 as "$1" wax-seal -c bob -o none /dev/null
	err_has "$2"
	unchanged call 6 as "$1" wax-open m
	out_is
	unchanged call 6 as "$1" wax-session reset bob
	unchanged call 6 as "$1" wax-session rm bob
	unchanged call 6 as "$1" wax-session show bob
	unchanged call 6 as "$1" wax-session list
	[ ! -e none ]
}

@test "damaged, truncated and later states" {
	talking
	know alice carol
	know carol alice
	write bob alice m
	local state
	state=$(state_of alice)
	cp -a "$state" good
	write carol alice c1
	reads alice c1
	spoil "$state" 100
	refuses_state alice 'it is damaged, or belongs to another identity'
	head -c 1000 good >"$state"
	refuses_state alice 'it is damaged, or belongs to another identity'
	: >"$state"
	refuses_state alice "this is no state file of wax's"
	{
		head -c 8 good
		printf '\2'
		tail -c +10 good
	} >"$state"
	refuses_state alice 'it is of a later version of wax'
	# That of another peer does not stand in for it.
	cp -a "$(find "$homes/alice/sessions" -name 's-*' ! -path "$state")" \
		"$state"
	refuses_state alice 'it is damaged, or belongs to another identity'
	# What is of no other session may be of that one.
	know carol bob
	write carol bob foreign
	unchanged call 6 as alice wax-open foreign
	err_is "wax-open: 'foreign': it may be of a session here whose file is damaged; there is 1 such file ('wax-session list' says which, and what to do)"
	# Others are not affected.
	write alice carol a1
	reads carol a1
	write carol alice c2
	reads alice c2
	call 6 as alice wax-session list
	out_has carol
	err_has "'$state': " '(move it away: then these sessions begin anew)'
	call 0 as alice wax-session show carol
	# Another one; how many there are is told besides.
	local other
	other=$(find "$homes/alice/sessions" -name 's-*' ! -path "$state")
	: >"$other"
	call 6 as alice wax-session list
	err_has 'begin anew; 1 more cannot be read)'
	unchanged call 6 as alice wax-open foreign
	err_has 'there are 2 such files'
	cat good >"$state"
	reads alice m
}

@test "without the state's key, or without what hellos are known" {
	talking
	write bob alice m0
	reads alice m0
	write bob alice m
	mv "$homes/alice/state.key" key
	unchanged call 6 as alice wax-seal -c bob -o none /dev/null
	unchanged call 6 as alice wax-open m
	unchanged call 6 as alice wax-session list
	mv key "$homes/alice/state.key"
	know carol alice
	write carol alice c
	cp "$homes/alice/hellos" hellos
	spoil "$homes/alice/hellos" 60
	unchanged call 6 as alice wax-open c
	err_has "'$homes/alice/hellos': it is damaged" \
		"(move it and 'prekeys' away and give out a new card)"
	reads alice m
	cat hellos >"$homes/alice/hellos"
	cp "$homes/alice/prekeys" prekeys
	head -c 500 prekeys >"$homes/alice/prekeys"
	unchanged call 6 as alice wax-open c
	err_has "'$homes/alice/prekeys': " \
		'(move it away and give out a new card)'
	cat prekeys >"$homes/alice/prekeys"
	reads alice c
}

@test "states of another identity" {
	talking
	write bob alice m
	wax-keygen -n alice -o other 2>/dev/null
	mv "$homes/alice/identity" mine
	cp other "$homes/alice/identity"
	unchanged call 6 as alice wax-open m
	err_has 'belongs to another identity'
	unchanged call 6 as alice wax-session list
	cp mine "$homes/alice/identity"
	reads alice m
}

# hold FILE: another process has that lock, for a minute.
hold() {
	"$python" -c 'import fcntl, sys, time
f = open(sys.argv[1], "r+b")
fcntl.lockf(f, fcntl.LOCK_EX)
print("locked", flush=True)
time.sleep(60)' "$1" >held 3>&- &
	holder=$!
	until [ -s held ]; do
		sleep 0.05
	done
}

@test "a lock that is held too long, and others that do not wait" {
	talking
	local lock
	lock=$(lock_of alice)
	know alice carol
	know carol alice
	write alice carol a0
	reads carol a0
	write bob alice m
	local begun
	hold "$lock"
	as alice wax-seal -c bob -o none /dev/null 2>sealing 3>&- &
	local sealing=$! status=0
	as alice wax-open m >opened 2>opening 3>&- &
	local opening=$!
	begun=$SECONDS
	write alice carol a1
	reads carol a1
	write carol alice c1
	reads alice c1
	call 0 as alice wax-session list
	call 0 as alice wax-session show bob
	[ $((SECONDS - begun)) -lt 8 ] || fail 'others waited'
	unchanged call 6 as alice wax-session reset bob
	err_is "wax-session: '$lock' is locked by process $holder for more than 10 seconds (wait for it, or end it)"
	wait $sealing || status=$?
	[ "$status" -eq 6 ]
	grep -q "locked by process $holder" sealing
	status=0
	wait $opening || status=$?
	[ "$status" -eq 6 ]
	[ ! -s opened ]
	[ ! -e none ]
	kill $holder
	wait $holder || :
	write alice bob a2
	reads alice m
	reads bob a2
}

# crafted files

# malformed OP...: the file m, so changed, is refused at once.
malformed() {
	chained edit m "$@" >bad
	unchanged call 1 as alice wax-open bad
	out_is
	err_is "wax-open: 'bad': its stanzas for sessions are malformed"
}

@test "stanzas that nobody makes" {
	know bob alice carol
	echo m | as bob wax-seal -c alice -o m
	echo m | as bob wax-seal -c alice -c carol -o both
	chained edit m >same
	cmp m same
	malformed drop=1
	malformed drop=0 size=0:1356
	malformed move=1:0
	malformed size=1:1356
	malformed size=1:1358
	malformed size=1:3597
	malformed size=1:2477
	malformed size=1:0
	malformed size=0:4692
	malformed size=0:4694
	malformed line=0:'wax/hello a'
	malformed line=1:'wax/ratchet a'
	malformed line=0:wax/ratchet
	malformed line=1:wax/hello
	malformed line=0:wax/Hello
	malformed line=0:grease
	malformed plain
	malformed plain move=2:0
	malformed pairs=257
	malformed add=m:0
	malformed add=m:0 add=m:0
	cp m first
	chained edit both plain >m
	malformed drop=0
	cp first m
	reads alice m m
}

@test "stanzas of other files" {
	talking
	write bob alice m1
	write bob alice m2
	chained edit m1 take=0:m2:0 >bad
	unchanged call 1 as alice wax-open bad
	chained edit m1 payload=m2 >bad
	unchanged call 1 as alice wax-open bad
	chained edit m1 add=m2:0 >bad
	unchanged call 4 as alice wax-open bad
	err_has 'it is for several sessions, and names no signer'
	chained edit m1 pairs=2 >bad
	unchanged call 4 as alice wax-open bad
	chained edit m1 pairs=256 >bad
	unchanged call 4 as alice wax-open bad
	local i
	for i in 0 30 1000 2388; do
		chained edit m1 flip=0:$i >bad
		unchanged call 3 as alice wax-open bad
		err_has 'it is of no session that is known here'
	done
	# The header opens, what it wraps does not.
	chained edit m1 flip=0:2470 >bad
	unchanged call 4 as alice wax-open bad
	err_has 'it contradicts what this session has seen' \
		"(ask for the file again; if that says the same, 'wax-session reset $(identity bob)', then send them a chained message, and ask to have this one sealed again)"
	head -c -1 m1 >bad
	unchanged call 1 as alice wax-open bad
	{
		cat m1
		echo
	} >bad
	unchanged call 1 as alice wax-open bad
	reads alice m1
	reads alice m2
}

@test "256 pairs of noise are refused" {
	talking
	know carol alice
	write carol alice c
	reads alice c
	# shellcheck disable=SC2094 # its operand is no file
	chained noise 256 >noise
	unchanged call 3 as alice wax-open noise
	out_is
	unchanged call 3 as alice wax-open -o out noise
	[ ! -e out ]
	unchanged call 3 as alice wax-open --from bob noise
}

@test "an index that cannot be written is removed, and hinders nothing" {
	! is_sanitized || skip 'sanitizers look for leaks with ptrace, too'
	strace -qq -o trace -e inject=getppid:error=EIO true 2>/dev/null ||
		skip 'strace may not trace here, or is missing'
	talking
	local index=$homes/alice/sessions/index fault
	for fault in pwrite64:error=ENOSPC openat:error=EIO; do
		rm -f a b
		write bob alice b
		call 0 as alice strace -qq -o trace -P "$index" \
			-e trace=pwrite64,openat -e "inject=$fault" wax-open b
		out_is b
		grep -q INJECTED trace || fail "$fault: not reached"
		[ ! -e "$index" ] || [ "$fault" = openat:error=EIO ]
		write alice bob a
		reads bob a
	done
}

@test "without the index, and with a wrong one, messages open" {
	talking
	know carol alice
	write carol alice c
	reads alice c
	local index=$homes/alice/sessions/index
	[ "$(stat -c %s "$index")" -eq $((2 * 177)) ]
	cp "$index" old
	write bob alice b1
	rm "$index"
	reads alice b1
	[ -e "$index" ]
	head -c 177 /dev/urandom >"$index"
	unchanged call 5 as alice wax-open b1
	write bob alice b2
	reads alice b2
	write alice bob a
	reads bob a
	cp old "$index"
	write bob alice b3
	reads alice b3
	write bob alice b4
	cp "$homes/bob/sessions/index" "$index"
	reads alice b4
	call 5 as alice wax-open b3
	# It goes with the session.
	as alice wax-session rm -q "$(identity carol)" 2>/dev/null ||
		as alice wax-session rm "$(identity carol)"
	[ "$(tr -d '\0' <"$index" | wc -c)" -le 177 ]
}

@test "hellos of other files" {
	know bob alice
	know carol alice
	know alice bob
	write bob alice b1
	write bob alice b2
	write carol alice c1
	local i
	for i in 0 1120 2000 4692; do
		chained edit b1 flip=0:$i >bad
		unchanged call 3 as alice wax-open bad
	done
	chained edit b1 take=1:c1:1 >bad
	unchanged call 4 as alice wax-open bad
	err_is "wax-open: 'bad': its stanzas do not belong together, or its caller poses as another"
	chained edit b1 flip=1:20 >bad
	unchanged call 4 as alice wax-open bad
	chained edit b1 take=1:b2:1 >bad
	unchanged call 1 as alice wax-open bad
	chained edit b1 add=c1:0 add=c1:1 >bad
	unchanged call 4 as alice wax-open bad
	chained edit b1 payload=c1 >bad
	unchanged call 1 as alice wax-open bad
	reads alice b1
	reads alice c1
	# A hello of the same session, after the session is known.
	chained edit b2 take=0:b1:0 >bad
	unchanged call 1 as alice wax-open bad
	reads alice b2
}

@test "one of several recipients cannot forge for the others" {
	know bob alice carol
	know alice bob
	know carol bob
	echo m | as bob wax-seal -c alice -c carol -o m
	local ratchet
	for ratchet in 0 2; do
		chained edit m drop=$ratchet drop=$ratchet >bad
		unchanged call 1 as alice wax-open bad ||
			unchanged call 3 as alice wax-open bad
	done
	reads alice m
	reads carol m
}

# delivery

@test "what was not delivered opens again" {
	talking
	random 300000 plain
	as bob wax-seal -c alice -o m plain
	unchanged call 7 to_full as alice wax-open m
	unchanged call 7 as alice wax-open -o none/out m
	mkdir out
	unchanged call 2 as alice wax-open -o out m
	unchanged call 7 as alice wax-open -C none/out m
	local status=0
	{ as alice wax-open m 2>err || echo $? >status; } | head -c 10 >/dev/null
	[ "$(cat status)" = 7 ] || fail "status $(cat status)"
	(
		ulimit -f 100
		trap '' XFSZ
		as alice wax-open -o out2 m 2>err
	) || status=$?
	[ "$status" -eq 7 ]
	[ ! -e out2 ]
	call 0 as alice wax-open -o out3 m
	cmp plain out3
	unchanged call 5 as alice wax-open -o out4 m
	[ ! -e out4 ]
}

@test "a disk that is full of what is opened" {
	can_mount || skip 'nothing can be mounted here'
	talking
	random 300000 plain
	as bob wax-seal -c alice -o m plain
	mkdir small
	export homes small=$work/small
	unchanged call 7 unshare -rm sh -c 'mount -t tmpfs -o size=64k none \
		"$small" && WAX_HOME=$homes/alice exec wax-open -o "$small/out" m'
	err_has 'No space left on device'
	call 0 as alice wax-open -o out m
	cmp plain out
}

@test "a home without room or that cannot be written" {
	can_mount || skip 'nothing can be mounted here'
	talking
	write bob alice m
	export homes
	# Neither costs a message.
	unchanged call 7 unshare -rm sh -c 'mount --bind "$homes" "$homes" &&
		mount -o remount,bind,ro "$homes" &&
		WAX_HOME=$homes/alice exec wax-seal -c bob -o a /dev/null'
	[ ! -e a ]
	unchanged call 7 unshare -rm sh -c 'mount --bind "$homes" "$homes" &&
		mount -o remount,bind,ro "$homes" &&
		WAX_HOME=$homes/alice exec wax-open m'
	reads alice m
	call 0 as alice wax-session list
	write alice bob a
	reads bob a
}

# the home's identity

@test "an identity sealed with a passphrase" {
	echo 'correct horse' >pw
	echo 'wrong horse' >wrong
	locked_identity "$homes/alice/identity"
	rm "$homes/alice/"{prekeys,state.key}
	as alice wax-card -n alice --passphrase-file pw >card
	as bob wax-contact add -q alice card
	write bob alice m
	unchanged call 3 as alice wax-open --passphrase-file wrong m
	unchanged call 2 setsid -w env WAX_HOME="$homes/alice" wax-open m
	err_has 'no terminal to ask for the passphrase'
	call 0 as alice wax-open --passphrase-file pw m
	out_is m
	unchanged call 5 as alice wax-open --passphrase-file pw m
	as alice wax-contact add -q --passphrase-file pw bob "$keys/bob.card"
	echo r | as alice wax-seal -c bob --passphrase-file pw -o r
	reads bob r
	call 0 as alice wax-session list --passphrase-file pw
	out_has bob
	unchanged call 2 setsid -w env WAX_HOME="$homes/alice" wax-session list
	call 0 as alice wax-session reset bob --passphrase-fd 5 5<pw
}

@test "without a home, or with an identity that cannot" {
	know bob alice
	write bob alice m
	rm "$homes/alice/identity"
	unchanged call 3 as alice wax-open m
	out_is
	err_is "wax-open: 'm': there is no identity to open it with: $(
	)'$homes/alice/identity' is missing (put it back from a backup, for $(
	)what it opens is there still; WAX_HOME names another home)"
	WAX_HOME=$PWD/empty call 3 wax-open m
	err_is "wax-open: 'm': it is sealed for a session, and there is no $(
	)identity here that has one (WAX_HOME names another home)"
	unchanged call 3 as alice wax-session list
	wax-keygen --x25519 -o "$homes/alice/identity" 2>/dev/null
	call 2 as alice wax-session list
	call 2 as alice wax-open m
	call 2 as alice wax-seal -c bob /dev/null
}

@test "-i does not stand in the way of a session" {
	know bob alice
	write bob alice m
	wax-keygen -o other 2>/dev/null
	call 0 as alice wax-open -i other m
	out_is m
}

# wax-session

@test "wax-session list and show, from nothing on" {
	know alice bob
	know bob alice
	call 0 as alice wax-session list
	out_is
	call 0 as alice wax-session list --json
	out_is '[]'
	unchanged call 2 as alice wax-session show bob
	out_is
	err_has 'there is no session with'
	unchanged call 2 as alice wax-session show dave
	unchanged call 2 as alice wax-session reset bob
	unchanged call 2 as alice wax-session rm bob
	unchanged call 2 as alice wax-session show "$(identity carol)"
	write alice bob a1
	local today
	today=$(date -u +%F)
	call 0 as alice wax-session list
	out_is 'SINCE       HEARD         SENT  OPENED  NAME' \
		"$today  never            1       0  bob"
	call 0 as alice wax-session show bob
	out_is "identity: $(identity bob)" 'contact: bob' \
		"trust: $not_verified" "since: $today" 'begun by: oneself' \
		'answered: no' 'post-quantum both ways: no' 'epoch: 0' \
		'sent: 1' 'opened: 0' 'heard: never' \
		'keys for late messages: 0' 'sessions: 1'
	call 0 as alice wax-session show "$(identity bob)" --json
	jq -e --arg who "$(identity bob)" '. == [{identity: $who,
		contact: "bob", trust: .[0].trust, since: .[0].since,
		heard: null, begun_by_oneself: true, answered: false,
		post_quantum: false, epoch: 0, sent: 1, opened: 0, waiting: 0,
		sessions: 1, copied: false}] and (.[0].since | fromdate) > 0' \
		"$io/out" >/dev/null || fail 'not what was sent'
	reads bob a1
	[ "$(show bob alice answered)" = false ]
	write bob alice b1
	[ "$(show bob alice answered)" = true ]
	reads alice b1
	[ "$(show alice bob epoch)" = 1 ]
	[ "$(show alice bob post_quantum)" = false ]
	write alice bob a2
	[ "$(show alice bob post_quantum)" = true ]
	[ "$(show bob alice post_quantum)" = false ]
	reads bob a2
	[ "$(show bob alice post_quantum)" = true ]
	call 0 as bob wax-session list
	out_is 'SINCE       HEARD         SENT  OPENED  NAME' \
		"$today  $today       1       2  alice"
	write bob alice b2
	write bob alice b3
	reads alice b3
	[ "$(show alice bob waiting)" = 1 ]
	call 0 as alice wax-session reset bob
	[ "$(show alice bob since)" = null ]
	as alice wax-session list | grep -qx 'retired .* 2 *2  bob'
	as alice wax-contact rm -q bob
	call 0 as alice wax-session list
	out_has "$(identity bob)"
	call 0 as alice wax-session show "$(identity bob)"
	out_has 'trust: none: the identity is in no contact'
	[ "$(show alice "$(identity bob)" contact)" = null ]
}

@test "wax-session's usage" {
	call 2 as alice wax-session
	err_is 'wax-session: no command (commands are list, show WHO, reset WHO and rm WHO)'
	call 2 as alice wax-session show
	call 2 as alice wax-session list bob
	call 2 as alice wax-session reset
	call 2 as alice wax-session rm a b
	call 2 as alice wax-session forget bob
	err_has "'forget' is no command"
	call 2 as alice wax-session --jason list
	call 2 as alice wax-session show age1abc
	call 2 as alice wax-session show ''
	call 7 to_full as alice wax-session list --json
	echo word >pw
	call 2 as alice wax-session list --passphrase-file pw
}

@test "files' names and modes tell nothing" {
	umask 0
	talking
	know carol alice
	write carol alice c
	reads alice c
	local path name who
	while read -r path; do
		if [ -d "$path" ]; then
			mode_is 700 "$path"
		elif [ ! -L "$path" ]; then
			mode_is 600 "$path"
		fi
	done < <(find "$homes/alice" "$homes/bob")
	find "$homes/alice/sessions" -type f -printf '%f\n' | sort >names
	[ "$(wc -l <names)" -eq 5 ]
	run ! grep -vxE '[sl]-[0-9a-f]{32}|index' names
	who=$(identity bob)
	for name in alice bob carol "${who:0:12}" wax1; do
		run ! grep -raqF "$name" "$homes/alice/sessions" \
			"$homes/alice/hellos"
	done
	# Each home has names of its own.
	for path in "$homes"/bob/sessions/*-*; do
		[ ! -e "$homes/alice/sessions/${path##*/}" ]
	done
	cp "$(state_of bob)" before
	write bob alice m
	run ! cmp -s before "$(state_of bob)"
	folder_holds "$homes/alice" contacts contacts.lock hellos identity \
		prekeys prekeys.lock sessions state.key
}

@test "files tell nothing but how many, and which epoch" {
	know alice bob
	write alice bob a1
	write alice bob a2
	[ "$(chained stanzas a1)" = "$(printf '%s\n' 'wax/hello 4693' \
		'wax/ratchet 1357')" ]
	"$python" - a1 a2 <<-'EOP'
		import sys
		sys.path.insert(0, sys.argv[0])
		a, b = (open(f, "rb").read().split(b"\n--- ")[0]
		        for f in sys.argv[1:])
		runs = {a[i:i + 16] for i in range(40, len(a) - 16)
		        if b"\n" not in a[i:i + 16]}
		common = [r for r in runs if r in b]
		assert not common, common
	EOP
	reads bob a1
	know bob alice
	write bob alice b1
	[ "$(chained stanzas b1)" = 'wax/ratchet 3597' ]
	reads alice b1
	write alice bob a3
	[ "$(chained stanzas a3)" = 'wax/ratchet 2477' ]
	call 0 wax-inspect a1
	out_has '  wax/hello: 1' '  wax/ratchet: 1' 'post-quantum: yes' \
		'recipients: 1'
	call 0 wax-inspect --json a3
	jq -e '.recipients == [{type: "wax/ratchet", count: 1}]' "$io/out" \
		>/dev/null
}

@test "age has no key for it, and says so" {
	needs age age-keygen
	talking
	write bob alice m
	age-keygen -o k 2>/dev/null
	run age -d -i k m
	[ "$status" -eq 1 ]
	[[ "$output" == *'no identity matched'* ]]
	reads alice m
}

# many at once

# send FROM TO FIRST LAST: messages of these numbers.
send() {
	local i
	for ((i = $3; i <= $4; i++)); do
		echo "$i" | as "$1" wax-seal -c "$2" -o "$5-$i" || return
	done
}

@test "40 messages from 4 processes: each has a number of its own" {
	talking
	local i pids=()
	for i in 0 1 2 3; do
		send bob alice $((10 * i)) $((10 * i + 9)) m 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	for i in $(seq 0 39 | shuf); do
		reads alice "m-$i" "$i"
	done
	[ "$(show alice bob waiting)" = 0 ]
	[ "$(show alice bob opened)" = 41 ]
	[ "$(show bob alice sent)" = 41 ]
}

@test "opening the same one from 4 processes: one does" {
	talking
	write bob alice m
	local i openers=()
	for i in 1 2 3 4; do
		{ as alice wax-open -o "out$i" m 2>/dev/null || :; } 3>&- &
		openers+=($!)
	done
	wait "${openers[@]}"
	[ "$(find . -name 'out?' | wc -l)" -eq 1 ]
	write bob alice m2
	reads alice m2
}

# forward secrecy

# stays_shut FILE NAME...: none of these homes opens it any more.
stays_shut() {
	local file=$1 name status
	shift
	for name; do
		status=0
		as "$name" wax-open "$file" >"$io/out" 2>"$io/err" || status=$?
		[[ $status =~ ^[35]$ ]] || fail "$name opens $file: $status"
		[ ! -s "$io/out" ] || fail "$name opens $file"
	done
}

@test "what was opened is opened by no copy made afterwards" {
	talking
	write bob alice m
	cp -a "$homes/alice" "$homes/before"
	reads alice m
	copied alice
	copied bob
	stays_shut m alice alice-copy bob bob-copy
	# Not by what the one and the other have together either.
	local state
	for state in prekeys hellos; do
		cp "$homes/alice/$state" "$homes/alice-copy/$state"
	done
	cp "$homes/alice/identity" "$homes/bob-copy/identity"
	stays_shut m alice-copy
	run as bob-copy wax-open m
	[ "$status" -ne 0 ]
	# The control.
	reads before m
}

@test "the first message, with a card for one caller" {
	as alice wax-card --once >once
	as bob wax-contact add -q alice once
	write bob alice m
	cp -a "$homes/alice" "$homes/before"
	cp -a "$homes/alice" "$homes/without"
	reads alice m
	copied alice
	stays_shut m alice alice-copy bob
	# Without what it remembers, too: the secret itself is gone.
	rm -r "$homes/alice-copy/sessions" "$homes/alice-copy/hellos"
	stays_shut m alice-copy
	reads before m
	# It is the prekey that does it.
	cp "$homes/alice/prekeys" "$homes/without/prekeys"
	stays_shut m without
}

@test "the first message, by a card for all, waits for its prekey's end" {
	know bob alice
	write bob alice m
	reads alice m
	copied alice
	stays_shut m alice-copy
	# As the manual says: until then the secret is there.
	rm -r "$homes/alice-copy/sessions" "$homes/alice-copy/hellos"
	cp -a "$homes/alice-copy" "$homes/late"
	reads alice-copy m
	local day
	for day in 0 6 12 18 24 30 36 42 48 54 60 61 62; do
		at $((day * DAY)) as late wax-card >/dev/null
	done
	at $((62 * DAY)) stays_shut m late
}

@test "a stolen home opens nothing new after one round trip" {
	talking
	write alice bob a0
	reads bob a0
	copied alice
	write bob alice b1
	# Until then it does: the control.
	cp -a "$homes/alice-copy" "$homes/thief"
	reads thief b1
	reads alice b1
	write alice bob a1
	reads bob a1
	write bob alice b2
	# It knows the header's key, and nothing behind it.
	local status=0
	as thief wax-open b2 >"$io/out" 2>/dev/null || status=$?
	[[ $status =~ ^[34]$ ]]
	[ ! -s "$io/out" ]
	reads alice b2
	write alice bob a2
	reads bob a2
	write bob alice b3
	unchanged call 3 as thief wax-open b3
	reads alice b3
}

@test "a lock of the prekeys that is held costs a repeat, not a message" {
	know carol alice
	as alice wax-card --once >once.card
	call 0 as bob wax-contact add -q alice once.card
	random 3000000 big
	call 0 as bob wax-seal -c alice -o b1 big
	write carol alice c1
	# Opened into a pipe that is not read on for longer than one waits.
	as alice wax-open b1 2>/dev/null 3>&- | {
		head -c 1 >begun
		for ((i = 0; i < 600; i++)); do
			[ ! -e waited ] || break
			sleep 0.1
		done
		cat >/dev/null
	} 3>&- &
	local opener=$!
	until [ -s begun ]; do
		sleep 0.05
	done
	unchanged call 6 as alice wax-open c1
	touch waited
	wait "$opener"
	reads alice c1
}

@test "what a killed process leaves goes with the sessions, or with time" {
	talking
	local left=$homes/alice/sessions/.wax-0123456789abcdef
	cp "$(state_of alice)" "$left"
	write alice bob a1
	[ -e "$left" ] # it may still be at work
	call 0 as alice wax-session rm bob
	[ ! -e "$left" ]
}

@test "a card for one caller is not used again after rm" {
	as alice wax-card --once >once.card
	call 0 as bob wax-contact add -q alice once.card
	write bob alice m1
	reads alice m1
	call 0 as bob wax-session rm alice
	unchanged call 4 as bob wax-seal -c alice -o none /dev/null
	err_has "the card of 'alice' was for one session" 'ask for a new one'
	[ ! -e none ]
}

@test "no output goes where the home keeps its own" {
	talking
	local file
	write bob alice m1
	for file in identity state.key prekeys hellos contacts.lock \
		"${homes:+sessions/x}" contacts/x; do
		unchanged call 2 as alice wax-open -f \
			-o "$homes/alice/$file" m1
		unchanged call 2 as alice wax-sign -f \
			-o "$homes/alice/$file" m1
		unchanged call 2 as alice wax-seal -r bob -f \
			-o "$homes/alice/$file" m1
	done
	reads alice m1
}
