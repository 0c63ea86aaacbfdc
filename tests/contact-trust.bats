#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Whom the address book trusts, and why: codes, cards that change, and what
# wax-seal, wax-open and wax-verify make of a contact.
# shellcheck disable=SC2154 # helpers.bash and contacts.bash set what is shared
# shellcheck disable=SC2016,SC2030,SC2031

load helpers
load contacts

setup_file() {
	people_make
	local folder=$BATS_FILE_TMPDIR name
	printf 'a message\n' >"$folder/message"
	cd "$folder" || return
	for name in alice bob eve; do
		WAX_HOME=h/$name wax-seal -s -R me.card -o "from-$name" message
		WAX_HOME=h/$name wax-sign -o "$name.minisig" message 2>/dev/null
	done
	wax-seal -R me.card -o unsigned message
}

setup() {
	people_setup
	cp "$keys"/from-* "$keys"/*.minisig "$keys"/*.code "$keys/message" \
		"$keys/unsigned" .
}

# has_code TEXT: it is twelve groups of five digits, in sorted halves.
has_code() {
	[[ $1 =~ ^([0-9]{5}\ ){11}[0-9]{5}$ ]] || fail "no code: $1"
	[[ ${1:0:35} < ${1:36} ]] || fail "not in order: $1"
}

verified() { echo "verified on $today by comparing the code"; }

# info_is LINE...: what wax-open --info says of the message in $1.
info_is() {
	local sealed=$1
	shift
	wax-open --info "${from[@]}" "$sealed" >"$io/out" 2>"$io/err" ||
		fail 'not opened'
	err_is 'kind: data' 'name: message' "$@"
}

@test "a code is the same on both sides, and another for each pair" {
	know alice bob eve
	local name
	for name in alice bob eve; do
		call 0 wax-contact verify $name
		err_is
		out_same "$name.code"
		has_code "$(cat "$io/out")"
		"$python" "$top/tests/cards.py" code me.card $name.card \
			>expected
		out_same expected
		call 0 wax-contact verify "$(id $name)"
		out_same "$name.code"
	done
	[ "$(cat ./*.code | sort -u | wc -l)" -eq 3 ]
	# My half is in each of them.
	[ "$(for name in alice bob eve; do
		cut -c1-35 $name.code
		cut -c37- $name.code
	done | sort | uniq -c | awk '$1 == 3' | wc -l)" -eq 1 ]
}

@test "the right code marks a contact as verified, with the date" {
	know alice bob
	call 0 wax-contact verify alice --code "$(cat alice.code)"
	out_is
	err_is "wax-contact: verified 'alice': the code is that of $(id alice)"
	call 0 wax-contact show alice
	out_has "trust: $(verified)"
	call 0 wax-contact list
	out_has "$today     $(day expires alice)  1        alice" \
		"never          $(day expires bob)  1        bob"
	call 0 wax-contact export alice
	out_has "# alice, $(verified)"
	if command -v jq >/dev/null; then
		call 0 wax-contact show --json alice
		[ "$(jq -r '.devices[0].verified | .[:10]' "$io/out")" = "$today" ]
		[ "$(jq -r '.devices[0].trust' "$io/out")" = "$(verified)" ]
	fi
	# The day is that of the last comparison, and a new name changes nothing.
	call 0 at $((3 * DAY)) wax-contact verify -q alice --code \
		"$(cat alice.code)"
	err_is
	today=$(date -u -d "3 days" +%F)
	call 0 wax-contact rename -q alice Al
	call 0 wax-contact show Al
	out_has "trust: $(verified)"
	# Whoever is removed is not known any more.
	call 0 wax-contact rm -q Al
	know alice
	call 0 wax-contact show alice
	out_has "trust: $unverified"
}

@test "codes as they are typed, and from standard input" {
	know alice
	local code form
	code=$(cat alice.code)
	for form in "$code" "${code// /}" "${code// /-}" "  $code  " \
		"${code// /$'\n'}" "${code// /$'\t'}"$'\r\n'; do
		call 0 wax-contact verify -q alice --code "$form"
		call 0 wax-contact verify -q alice --code - <<<"$form"
		wax-contact -q rm alice
		know alice
	done
	call 0 wax-contact verify alice --code=- <alice.code
	out_is
	cp -r "$home" "$io/home"
	for form in '' 1 "$code 0" "${code% *}" "${code/ /x}" "${code/?/٣}" \
		alice "$(printf '%01100d' 0)" "$code$(printf '%1100s' '')x"; do
		unchanged call 2 wax-contact verify alice --code "$form"
		out_is
		err_is 'wax-contact: --code: a code has 60 digits, in groups of five'
		unchanged call 1 wax-contact verify alice --code - <<<"$form"
		err_is 'wax-contact: standard input: a code has 60 digits, in groups of five'
	done
	printf '%s\0' "$code" >nul
	unchanged call 1 wax-contact verify alice --code - <nul
	unchanged call 7 wax-contact verify alice --code - <&-
	err_is 'wax-contact: standard input is closed'
	unchanged call 2 wax-contact verify alice --code - <.
	err_is 'wax-contact: standard input is a folder'
}

@test "a wrong code is not trusted, and says what it may mean" {
	know alice bob
	local code wrong hint='(if it was typed right, somebody may stand between you: exchange cards anew by a way that you trust)'
	code=$(cat alice.code)
	for wrong in "$(cat bob.code)" "${code:36} ${code:0:35}" \
		"$(tr 0-9 1-90 <alice.code)" "${code:0:70}$(((${code:70} + 1) % 10))" \
		"$(printf '%060d' 0)"; do
		unchanged call 4 wax-contact verify alice --code "$wrong"
		out_is
		err_is "wax-contact: the code is not that of 'alice' $hint"
		unchanged call 4 wax-contact verify alice --code - <<<"$wrong"
	done
	unchanged call 2 wax-contact verify eve --code "$code"
	err_is "wax-contact: there is no contact 'eve' ('wax-contact list' tells who is there, 'wax-contact add eve CARD' adds one)"
}

@test "of several devices each has a code" {
	know alice
	wax-contact -q add --device alice bob.card
	call 0 wax-contact verify alice
	out_is "$(cat alice.code) $(id alice)" "$(cat bob.code) $(id bob)"
	call 0 wax-contact verify alice --code "$(cat bob.code)"
	err_is "wax-contact: verified 'alice': the code is that of $(id bob)"
	call 0 wax-contact list
	out_has "partly         $(day expires alice)  2        alice"
	call 0 wax-contact show alice
	[ "$(grep '^trust' "$io/out")" = \
		"trust: $unverified"$'\n'"trust: $(verified)" ]
	unchanged call 4 wax-contact verify alice --code "$(cat eve.code)"
	call 0 wax-contact verify alice --code "$(cat alice.code)"
	call 0 wax-contact list
	out_has "$today     $(day expires alice)  2        alice"
	# A new device is verified by itself.
	wax-contact -q add --device alice eve.card
	call 0 wax-contact list
	out_has "partly         $(day expires alice)  3        alice"
	call 0 wax-contact rm "$(id eve)"
	call 0 wax-contact list
	out_has "$today     $(day expires alice)  2        alice"
}

@test "one's own identity has no code" {
	know me
	local own="wax-contact: this is one's own identity: there is nothing to compare"
	call 2 wax-contact verify me
	out_is
	err_is "$own"
	unchanged call 2 wax-contact verify me --code "$(cat alice.code)"
	err_is "$own"
	# Among one's own devices the others have.
	wax-contact -q add --device me alice.card
	call 0 wax-contact verify me
	out_is "$(cat alice.code) $(id alice)"
	call 0 wax-contact verify me --code "$(cat alice.code)"
	wax-seal -r me -o sealed message
	call 0 wax-open sealed
	call 0 as alice wax-open sealed
}

@test "a newer card replaces the older one, and never the reverse" {
	know alice
	call 0 wax-contact verify -q alice --code "$(cat alice.code)"
	local issued later earlier
	issued=$(field issued alice.card)
	later=$(date -u -d "$issued + 1 hour" +%FT%TZ)
	earlier=$(date -u -d "$issued - 1 second" +%FT%TZ)
	craft alice "issued=$earlier" >older
	unchanged call 4 wax-contact add alice older
	out_is
	err_is "wax-contact: 'older': the card is older than the one that is known of 'alice' (the newer one stays)"
	craft alice name=Alice >other
	unchanged call 4 wax-contact add alice other
	err_is "wax-contact: 'other': the card is as old as the one that is known of 'alice', and says something else (the known one stays; ask the owner for a newer one)"
	unchanged call 4 wax-contact add --all other
	err_has "wax-contact: skipped: 'other': the card is as old"
	craft alice "issued=$later" name=Alicia "minisign=@bob.card" \
		'+colour blue' >newer
	call 0 wax-contact add alice newer
	err_is "wax-contact: renewed the card of 'alice', $(id alice)"
	call 0 wax-contact show alice
	out_has 'name: alice' "card: of 'Alicia', issued ${later:0:10}" \
		"minisign: $(field minisign bob.card)" "trust: $(verified)"
	unchanged call 4 wax-contact add alice alice.card
	unchanged call 0 wax-contact add alice newer
	unchanged call 4 wax-contact add --all older alice.card other
	err_has 'of 3 cards 3 were skipped'
	# With --device, and by the name that it is known under.
	craft alice "issued=$(date -u -d "$issued + 2 hours" +%FT%TZ)" >newest
	call 0 wax-contact add --device alice newest
	err_has "renewed the card of 'alice'"
	entries 1 2
}

@test "another identity, or another recipient, is not the same person" {
	know alice bob
	local hint='(somebody may pose as them: ask. For one more device: --device; for a new identity: rm first)'
	unchanged call 4 wax-contact add alice eve.card
	out_is
	err_is "wax-contact: 'eve.card': 'alice' is known with another identity $hint"
	unchanged call 4 wax-contact add -q alice eve.card
	unchanged call 4 wax-contact add alice <eve.card
	err_is "wax-contact: standard input: 'alice' is known with another identity $hint"
	unchanged call 2 wax-contact add alice bob.card
	craft alice "recipient=@eve.card" \
		"issued=$(date -u -d '1 hour' +%FT%TZ)" >changed
	local other="the card has the identity of 'alice', and another recipient (do not use it before you have asked its owner why)"
	unchanged call 4 wax-contact add alice changed
	out_is
	err_is "wax-contact: 'changed': $other"
	unchanged call 4 wax-contact add --device alice changed
	unchanged call 4 wax-contact add --all changed
	err_has "skipped: 'changed': $other"
	call 0 wax-contact rm alice
	call 0 wax-contact add alice eve.card
	call 0 wax-contact show "$(id eve)"
	out_has 'name: alice' "trust: $unverified"
}

@test "cards of the future, and of the past" {
	craft alice "issued=$(date -u -d '25 hours' +%FT%TZ)" >future
	call 4 wax-contact add alice future
	out_is
	err_is "wax-contact: 'future': the card was issued in the future (one of the two clocks is wrong)"
	folder_holds "$home" identity
	call 0 at $((2 * 3600)) wax-contact add alice future
	call 0 wax-contact rm -q alice
	craft alice "issued=$(date -u -d '23 hours' +%FT%TZ)" >soon
	call 0 wax-contact add alice soon
	call 0 wax-contact rm -q alice
	# Whoever was away for long has cards that are over.
	local over=$((31 * DAY)) warning
	warning="warning: the card of 'alice' expired on $(day expires alice); ask for a new one"
	call 0 at $over wax-contact add alice alice.card
	err_is "wax-contact: warning: the card of 'alice' has expired; ask for a new one" \
		"wax-contact: added 'alice', by a card of $(id alice); $(compare alice)"
	call 0 at $over wax-contact list
	out_has 'never          expired     1        alice'
	call 0 at $over wax-contact show alice
	out_has "expired $(day expires alice)"
	call 0 at $over wax-seal -r alice -o sealed message
	err_is "wax-seal: $warning"
	call 0 as alice wax-open sealed
	call 0 at $over wax-seal -R alice.card -o sealed2 message
	err_is "wax-seal: $warning"
	call 0 wax-seal -r alice -o sealed3 message
	err_is
	# Clocks that no contact could be kept with.
	local off
	for off in -$(($(date +%s) + DAY)) $((253402300800 - $(date +%s))); do
		unchanged call 2 at "$off" wax-contact add bob bob.card
		err_is 'wax-contact: the clock is before 1970 or beyond 9999'
		unchanged call 2 at "$off" wax-contact verify alice --code \
			"$(cat alice.code)"
		unchanged call 0 at "$off" wax-contact show alice
	done
}

@test "keys to which nothing can be sealed" {
	local zero prekey
	zero=$(printf '%043d' 0 | tr 0 A)
	prekey=$(field prekey alice.card)
	craft alice "prekey=${prekey%% *} $zero ${prekey##* }" >low
	call 4 wax-contact add alice low
	err_is "wax-contact: 'low': the card's keys are no good (nothing could be sealed to them; ask its owner for another card)"
	craft alice "prekey=${prekey% *} $(printf '%01621d' 0 |
		tr 0 /)w" >bad
	call 4 wax-contact add alice bad
	err_has "the card's keys are no good"
	craft alice identity= >without
	call 1 wax-contact add alice without
	craft alice signer=bob >signer
	call 4 wax-contact add alice signer
	err_is "wax-contact: 'signer': the card's signature is wrong"
	folder_holds "$home" identity
}

@test "who has signed, when it is opened" {
	local from=()
	call 0 wax-open from-alice
	out_same message
	err_is "wax-open: signed by $(id alice), whom nobody here vouches for"
	info_is from-alice "sender: $(id alice)" \
		'trust: none: the identity is in no contact'
	folder_holds "$home" identity
	know alice
	unchanged call 0 wax-open from-alice
	out_same message
	err_is "wax-open: signed by 'alice', $unverified"
	info_is from-alice "sender: $(id alice)" 'contact: alice' \
		"trust: $unverified"
	wax-contact verify -q alice --code - <alice.code
	call 0 wax-open from-alice
	err_is "wax-open: signed by 'alice', $(verified)"
	info_is from-alice "sender: $(id alice)" 'contact: alice' \
		"trust: $(verified)"
	call 0 wax-open from-bob
	err_is "wax-open: signed by $(id bob), whom nobody here vouches for"
	call 0 wax-open unsigned
	err_is
	wax-open --info unsigned 2>"$io/err" >/dev/null
	err_is 'kind: bytes' 'sender: none'
	# With an identity of another place the address book is the home's.
	call 0 wax-open -i "$keys/h/me/identity" -o opened from-alice
	err_is "wax-open: signed by 'alice', $(verified)"
	# What is wrong with it is no reason not to open.
	: >"$home/state.key"
	call 0 wax-open from-alice
	out_same message
	err_is "wax-open: warning: '$home/state.key': this is no state file of wax's $no_key" \
		"wax-open: signed by $(id alice); whether that is a contact is not known, as the address book cannot be read"
}

@test "--from takes a contact, any device of it, and nobody else" {
	know alice
	unchanged call 0 wax-open --from alice from-alice
	out_same message
	err_is "wax-open: signed by 'alice', $unverified"
	unchanged call 4 wax-open --from alice from-bob
	out_is
	err_is "wax-open: 'from-bob': it names another sender, $(id bob)"
	call 4 wax-open --from alice -o opened unsigned
	[ ! -e opened ]
	call 2 wax-open --from nobody from-alice
	out_is
	err_is "wax-open: --from: there is no contact 'nobody' ('wax-contact list' tells who is there, 'wax-contact add nobody CARD' adds one)"
	call 2 wax-open --from Alice from-alice
	err_is "wax-open: --from: there is no contact 'Alice' (there is 'alice')"
	call 2 wax-open --from "$(field recipient alice.card)" from-alice
	out_is
	call 2 wax-open --from '' from-alice
	call 2 wax-open --from alice --from alice from-alice
	wax-contact -q add --device alice bob.card
	wax-contact -q verify alice --code - <bob.code
	call 0 wax-open --from alice from-bob
	err_is "wax-open: signed by 'alice', $(verified)"
	call 0 wax-open --from alice from-alice
	err_is "wax-open: signed by 'alice', $unverified"
	call 4 wax-open --from alice from-eve
	out_is
	# An identity is that device alone.
	call 4 wax-open --from "$(id alice)" from-bob
	call 0 wax-open --from "$(id bob)" from-bob
	err_is "wax-open: signed by 'alice', $(verified)"
	call 0 wax-open --from "$(id eve)" from-eve
	err_is "wax-open: signed by $(id eve), as asked for"
	local from=(--from "$(id eve)")
	info_is from-eve "sender: $(id eve)" 'trust: asked for'
	from=(--from alice)
	info_is from-bob "sender: $(id bob)" 'contact: alice' \
		"trust: $(verified)"
}

@test "wax-verify -k takes a contact, and any device of it" {
	know alice
	local good="wax-verify: the signature is good"
	unchanged call 0 wax-verify -k alice -x alice.minisig message
	out_is
	grep -q "^$good, by 'alice', $unverified; its comment: timestamp:" \
		"$io/err"
	wax-contact verify -q alice --code - <alice.code
	call 0 wax-verify -k "$(id alice)" -x alice.minisig message
	err_has "$good, by 'alice', $(verified); "
	unchanged call 4 wax-verify -k alice -x bob.minisig message
	out_is
	err_is "wax-verify: 'message': it is signed with another key"
	wax-contact -q add --device alice bob.card
	call 0 wax-verify -k alice -x bob.minisig message
	err_has "$good, by 'alice', $unverified; "
	call 0 wax-verify -q -k alice -x alice.minisig message
	err_is
	call 4 wax-verify -k alice -x eve.minisig message
	echo more >>message
	call 4 wax-verify -k alice -x alice.minisig message
	call 2 wax-verify -k nobody -x alice.minisig message
	err_is "wax-verify: -k: there is no contact 'nobody' ('wax-contact list' tells who is there, 'wax-contact add nobody CARD' adds one)"
	call 2 wax-verify -k RWx -x alice.minisig message
	err_is "wax-verify: -k: 'RWx' is neither a contact nor a public key of minisign's, RW..."
	call 2 wax-verify -k age1x -x alice.minisig message
	# A key is a key, whoever is known.
	cp "$keys/message" .
	call 0 wax-verify -k "$(field minisign alice.card)" -x alice.minisig \
		message
	err_has "$good; its comment:"
}

@test "wax-seal -r: contacts, identities, and who is neither" {
	know alice bob
	call 0 wax-seal -r alice -r "$(id bob)" -r "$(field recipient eve.card)" \
		-o sealed message
	local name
	for name in alice bob eve; do
		call 0 as $name wax-open sealed
		out_same message
	done
	call 0 wax-seal -s -r alice -o signed message
	call 0 as alice wax-open signed
	err_has "signed by 'me', $unverified"
	unchanged call 2 wax-seal -r alice -r nobody -o none message
	err_is "wax-seal: -r: there is no contact 'nobody' ('wax-contact list' tells who is there, 'wax-contact add nobody CARD' adds one)"
	unchanged call 2 wax-seal -r alice.card -o none message
	err_is "wax-seal: -r: there is no contact 'alice.card' (-R reads recipients from a file)"
	unchanged call 2 wax-seal -r "$(id eve)" -o none message
	err_is "wax-seal: -r: there is no contact '$(id eve)' ('wax-contact add NAME CARD' adds one, and 'wax-contact add NAME $(id eve)' one who has begun a session)"
	unchanged call 2 wax-seal -r wax1x -o none message
	err_is "wax-seal: -r: not a recipient (this is an identity; its owner gets the recipient with 'wax-keygen -y')"
	unchanged call 2 wax-seal -r '' -o none message
	unchanged call 2 wax-seal -r -x -o none message
	unchanged call 2 wax-seal -r a/b -o none message
	unchanged call 2 wax-seal -r alice -p -o none message
	err_is 'wax-seal: a passphrase cannot be combined with recipients (seal twice)'
	wax-keygen --x25519 -o x 2>/dev/null
	unchanged call 2 wax-seal -r alice -r "$(wax-keygen -y x)" -o none message
	err_has 'post-quantum and classic recipients cannot be combined'
	[ ! -e none ]
	# Who renews a card is reached by the same keys.
	craft alice "issued=$(date -u -d '1 hour' +%FT%TZ)" >newer
	call 0 wax-contact add -q alice newer
	call 0 wax-seal -r alice -o again message
	call 0 as alice wax-open again
}

@test "a card in a folder says neither whose device it is nor what to trust" {
	know alice
	mkdir cards
	craft bob name=alice >cards/a.card
	craft bob "name=alice', verified on 2026-11-20" >cards/b.card
	unchanged call 2 wax-contact add --all --device cards
	err_has "an option that is not for 'add'"
	unchanged call 4 wax-contact add --all cards
	err_has "skipped: 'cards/a.card': 'alice' is known with another identity" \
		"skipped: 'cards/b.card': a name with an apostrophe"
	# Nor anything that a shell would take for more than a letter.
	local c n=0
	rm cards/*
	for c in \! \` \$ \" \\; do
		n=$((n + 1))
		craft bob "name=b${c}x" >"cards/$n.card"
	done
	unchanged call 4 wax-contact add --all cards
	for c in \! \` \$ \" \\; do
		err_has "a name with '$c' is not taken from a card $(
		)('wax-contact add NAME CARD' gives it another)"
	done
	call 0 wax-contact add -q 'b!$x' cards/1.card
	# Once it is known, by that name.
	craft bob name='b!x' "issued=$(date -u -d '1 hour' +%FT%TZ)" \
		>cards/1.card
	call 0 wax-contact add --all cards/1.card
	call 0 wax-contact list --names
	grep -qxF 'b!$x' "$io/out"
}
