#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Contacts without a card: callers who get a name, by the recipient of their
# session.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2030,SC2031

load helpers
load people

not_verified='not verified: no code was compared'
ask="ask for it; 'wax-card' prints it, and 'wax-contact add' takes it"

setup_file() {
	wax_environment
	make_people alice bob carol
}

setup() {
	wax_setup
	people alice bob carol
	bob=$(identity bob)
}

# calls: bob has called alice, who does not know him.
calls() {
	know bob alice
	write bob alice m
	reads alice m
}

# named: and alice has given him a name since.
named() {
	calls
	as alice wax-contact add -q bob "$bob"
}

# forges FILE: makes bob's card with another recipient.
forges() {
	[ -e other ] || wax-keygen -o other 2>/dev/null
	chained card "$homes/bob/identity" "$keys/bob.card" \
		"$(wax-keygen -y other)" >"$1"
}

# compared: she has compared the code as well.
compared() {
	as bob wax-contact verify alice >code
	as alice wax-contact verify -q bob --code - <code
}

@test "a caller gets a name, and an answer" {
	calls
	call 0 as alice wax-contact add bob "$bob"
	err_is "wax-contact: added 'bob', by the session of $bob; 'wax-contact verify bob' prints a code to compare"
	call 0 as alice wax-session list
	grep -qx '20[^ ]* *20[^ ]* *0 *1  bob' "$io/out" || fail 'no name'
	call 0 as alice wax-session show bob
	out_has "identity: $bob" 'contact: bob' "trust: $not_verified"
	write alice bob r
	call 0 as bob wax-open r
	out_is r
	write bob alice m2
	call 0 as alice wax-open --from bob m2
	out_is m2
	err_is "wax-open: chained with 'bob', $not_verified"
	# Files that are not chained, both ways.
	echo plain | as alice wax-seal -r bob -o p
	reads bob p plain
	echo signed | as bob wax-seal -s -r alice -o s
	call 0 as alice wax-open --from bob s
	err_is "wax-open: signed by 'bob', $not_verified"
	know carol alice
	echo signed | as carol wax-seal -s -r alice -f -o s
	unchanged call 4 as alice wax-open --from bob s
}

@test "what is told of a contact without a card" {
	named
	call 0 as alice wax-contact list
	out_is 'CODE COMPARED  CARD UNTIL  DEVICES  NAME' \
		'never          none        1        bob'
	call 0 as alice wax-contact show bob
	out_is 'name: bob' "identity: $bob" "recipient: $(
		as bob wax-keygen -y)" \
		'card: none; the keys are those of the session' \
		"added: $(date -u +%F)" "trust: $not_verified"
	call 0 as alice wax-contact show --json "$bob"
	[ "$(jq -c '.devices[0]|[.minisign,.card_name,.issued,.expires,.expired]' \
		"$io/out")" = '[null,null,null,null,null]' ]
	[ "$(jq -r '.devices[0]|.identity,.recipient' "$io/out")" = \
		"$bob"$'\n'"$(as bob wax-keygen -y)" ]
	call 0 as alice wax-contact export bob
	out_is "# bob, $not_verified" "$(as bob wax-keygen -y)"
	# Of several devices one has a card.
	as alice wax-contact add -q --device bob "$keys/carol.card"
	call 0 as alice wax-contact list
	out_has 'never          none        2        bob'
}

@test "the code of a caller, and verification" {
	named
	compared
	call 0 as alice wax-contact verify bob
	out_same code
	write bob alice m2
	call 0 as alice wax-open m2
	err_has "chained with 'bob', verified on "
}

@test "rename and rm of a contact without a card; then it is a caller again" {
	named
	as alice wax-contact rename -q bob rob
	write alice rob r
	reads bob r
	as alice wax-contact rm -q rob
	call 2 as alice wax-contact show "$bob"
	write bob alice m2
	call 0 as alice wax-open m2
	err_is "wax-open: chained with $bob, whom nobody here vouches for" \
		"wax-open: to give them a name: wax-contact add NAME $bob"
	call 0 as alice wax-contact add bob "$bob"
}

@test "a card that comes later joins what is known" {
	named
	compared
	cp "$keys/bob.card" card
	call 0 as alice wax-contact add bob card
	err_is "wax-contact: renewed the card of 'bob', $bob"
	call 0 as alice wax-contact show bob
	out_has 'minisign: RW' "card: of 'bob', issued 20" 'trust: verified on 20'
	echo x >x
	as bob wax-sign x
	call 0 as alice wax-verify -k bob x
	# The identity alone is nothing new then, and takes nothing away.
	unchanged call 0 as alice wax-contact add bob "$bob"
	err_is "wax-contact: 'bob' is known already: $bob"
	unchanged call 2 as alice wax-contact add rob "$bob"
	err_is "wax-contact: the identity is known as 'bob' ('wax-contact rename bob NEW' gives it another name)"
}

@test "another identity or recipient is not the caller" {
	named
	forges forged
	unchanged call 4 as alice wax-contact add bob forged
	err_has "'forged': the card has the identity of 'bob', and another recipient"
	unchanged call 4 as alice wax-contact add bob "$keys/carol.card"
	err_has "'bob' is known with another identity"
	unchanged call 2 as alice wax-contact add rob "$keys/bob.card"
	err_has "the card's identity is known as 'bob'"
	know carol alice
	write carol alice c
	reads alice c
	unchanged call 4 as alice wax-contact add bob "$(identity carol)"
	err_has "'bob' is known with another identity"
	call 0 as alice wax-contact add --device bob "$(identity carol)"
	err_has "added a device to 'bob', by the session of $(identity carol)"
	write alice bob both
	reads bob both
	reads carol both
	# The other way round: a card that was there before the session.
	as alice wax-contact rm -q bob
	mv "$homes/alice/sessions" sessions
	as alice wax-contact add -q bob forged
	mv sessions "$homes/alice"
	unchanged call 4 as alice wax-contact add bob "$bob"
	err_has "the session has the identity of 'bob', and another recipient"
}

@test "a card with another recipient than a session's is another's" {
	local other="the card has the identity of a session, and another recipient (do not use it before you have asked its owner why; if it is right, 'wax-session rm $bob' forgets the session)"
	forges forged
	# An unknown caller.
	calls
	unchanged call 4 as alice wax-contact add bob forged
	out_is
	err_is "wax-contact: 'forged': $other"
	unchanged call 4 as alice wax-contact add bob <forged
	err_is "wax-contact: standard input: $other"
	cp "$keys/carol.card" card
	call 4 as alice wax-contact add --all forged card
	err_has "skipped: 'forged': $other" "added 'carol'" \
		'of 2 cards 1 were skipped'
	unchanged call 4 as alice wax-contact add --device carol forged
	know alice bob
	# One who was a contact.
	as alice wax-contact rm -q bob
	unchanged call 4 as alice wax-contact add bob forged
	know alice bob
	write alice bob r
	reads bob r
	# Where the session is forgotten, or cannot be read.
	as alice wax-contact rm -q bob
	cp "$(state_of alice)" state
	spoil "$(state_of alice)" 100
	call 0 as alice wax-contact add bob forged
	err_has 'warning: whether the card agrees with a session is not known' \
		'it is damaged, or belongs to another identity' "added 'bob'"
	cat state >"$(state_of alice)"
	unchanged call 4 as alice wax-seal -c bob -o r2 /dev/null
	as alice wax-contact rm -q bob
	as alice wax-session rm -q "$bob"
	call 0 as alice wax-contact add bob forged
	err_has "added 'bob'"
}

@test "without a card no session begins" {
	named
	write bob alice m2
	call 0 as alice wax-session reset bob
	err_is "wax-session: the next message to 'bob' begins a new session" \
		"wax-session: warning: there is no card of 'bob'; nothing can be sent before there is one"
	unchanged call 2 as alice wax-seal -c bob -o r /dev/null
	err_is "wax-seal: there is no card of 'bob' to begin a session with (ask for it, which 'wax-card' prints there and 'wax-contact add bob CARD' takes here)"
	[ ! -e r ]
	reads alice m2
	unchanged call 2 as alice wax-seal -c bob -o r /dev/null
	as alice wax-contact add -q bob "$keys/bob.card"
	write alice bob r
	reads bob r
	# And where all is forgotten.
	as alice wax-contact rm -q bob
	as alice wax-contact add -q bob "$bob"
	as alice wax-session rm -q bob
	unchanged call 2 as alice wax-seal -c bob -o r2 /dev/null
	err_has "there is no card of 'bob' to begin a session with"
	echo plain | as alice wax-seal -r bob -o p
	reads bob p plain
}

@test "a key of signatures is on the card alone" {
	named
	echo x >x
	as bob wax-sign x
	unchanged call 2 as alice wax-verify -k bob x
	err_is "wax-verify: -k: there is no card of 'bob', which tells the key of signatures ($ask)"
	as alice wax-contact add -q --device bob "$keys/carol.card"
	call 4 as alice wax-verify -k bob x
	as carol wax-sign -f x
	call 0 as alice wax-verify -k bob x
}

@test "an identity that has no session, or is none" {
	know bob alice
	write bob alice m
	unchanged call 2 as alice wax-contact add bob "$bob"
	err_is "wax-contact: there is no session with $bob (only who has begun one can be added without a card: ask for theirs)"
	unchanged call 2 as alice wax-contact add al "$(identity alice)"
	err_has "there is no session with $(identity alice)"
	unchanged call 7 as alice wax-contact add bob "${bob}q"
	err_is "wax-contact: '${bob}q': No such file or directory (an identity it is not either, mistyped or cut)"
	unchanged call 2 as alice wax-contact add "$bob" "$bob"
	unchanged call 2 as alice wax-seal -c "$bob" -o r /dev/null
	err_has "'wax-contact add NAME CARD' adds one, and 'wax-contact add NAME wax1"
	# A file of that name is meant with a slash.
	cp "$keys/bob.card" "$bob"
	call 0 as alice wax-contact add bob "./$bob"
	as alice wax-contact rm -q bob
	reads alice m
	spoil "$(state_of alice)" 100
	unchanged call 6 as alice wax-contact add bob "$bob"
	err_has 'it is damaged, or belongs to another identity'
}
