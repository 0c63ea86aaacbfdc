#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Whatever fails, and whenever: the address book is as before or as after, and
# all that reads it works. faults/contacts.py does it, and says what exactly is
# looked at. A number is how many of all faults are tried, those that make a
# difference on the disk first; tests/long/contact-faults.bats tries all, and
# takes the power away.
# shellcheck disable=SC2030,SC2031,SC2154 # helpers.bash sets what is shared

load helpers
load faults/faults

setup_file() {
	wax_environment
	can trace inject can-trace
	contacts_setup_file
	people "$BATS_FILE_TMPDIR" 8
}

setup() {
	wax_setup
}

# people FOLDER N: as many cards, p1.card and so on, in a folder.
people() {
	local i
	for ((i = 1; i <= $2; i++)); do
		WAX_HOME=$1/p$i wax-keygen -n "P$i" 2>/dev/null
		WAX_HOME=$1/p$i wax-card >"$1/p$i.card"
	done
}

# all_at_once COMMAND...: runs it eight times at once, each with its number for
# %, and prints how many of them had which exit status.
all_at_once() {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		{
			"${@//%/$i}" >/dev/null 2>>words
			echo $? >"status$i"
		} 3>&- &
	done
	wait
	sort status? | uniq -c | tr -s ' \n' ' '
}

@test "wax-contact add of the first contact, system calls killed or failing" {
	contacts_faults change first 50
}

@test "wax-contact add of one more contact, the same" {
	contacts_faults change add 40
}

@test "wax-contact add where killed processes have left links, the same" {
	contacts_faults change stray 40
}

@test "wax-contact add of a newer card, and of a known one, the same" {
	contacts_faults change renew 40
	contacts_faults change same 20
}

@test "wax-contact add of a caller, and of their first card, the same" {
	contacts_faults change caller 40
	contacts_faults change first-card 20
}

@test "wax-contact add --device, the same" {
	contacts_faults change device 30
}

@test "wax-contact verify --code, the same" {
	contacts_faults change verify 20
}

@test "wax-contact rename, the same" {
	contacts_faults change rename 40
}

@test "wax-contact rm of a contact and of a device, the same" {
	contacts_faults change rm 30
	contacts_faults change rm-device 30
}

@test "wax-contact add --all, the same" {
	contacts_faults change add-all 40
}

@test "where files need names, the same" {
	contacts_faults change add 20 O_TMPFILE=EOPNOTSUPP
	contacts_faults change first 20 O_TMPFILE=EOPNOTSUPP
}

@test "commands that only read change nothing, whatever fails" {
	local name
	for name in list show show-identity codes export list-none; do
		contacts_faults reading "$name" 20
	done
}

@test "wax-seal -r NAME and wax-open --from NAME, whatever fails" {
	contacts_faults reading seal 50
	contacts_faults reading open 30
}

@test "before exit 0 of each change, files and folders are flushed in order" {
	local name
	for name in first begun add renew same caller first-card device verify rename rm rm-device \
		add-all; do
		faults_of_contacts trace flushes "$name"
	done
}

@test "a file or folder that comes while it is looked for is read" {
	[ -e "$BATS_FILE_TMPDIR/can-follow" ] ||
		skip 'strace may not trace here, or is missing'
	export WAX_HOME=$work/h
	mkdir -m 700 "$WAX_HOME"
	cp "$keys/p1/identity" "$WAX_HOME"
	wax-contact add -q one "$keys/p2.card"
	call 0 strace -f -qq -o strace -P "$WAX_HOME/state.key" \
		-e inject=open,openat:error=ENOENT:when=1 wax-contact list
	grep -q 'state.key.*INJECTED' strace || fail 'nothing was injected'
	out_has one
	call 0 strace -f -qq -o strace -P "$WAX_HOME/contacts" \
		-e inject=open,openat:error=ENOENT:when=1 wax-contact list
	grep -q 'contacts.*INJECTED' strace || fail 'nothing was injected'
	out_has one
}

@test "several first contacts at once are all there" {
	local round
	for round in 1 2 3 4 5 6; do
		export WAX_HOME=$work/h$round
		mkdir -m 700 "$WAX_HOME"
		cp "$keys/p1/identity" "$WAX_HOME"
		[ "$(all_at_once wax-contact add N% "$keys/p%.card")" = \
			' 8 0 ' ] || fail "$(cat words)"
		[ "$(wax-contact export --all | grep -c ^age1pq)" -eq 8 ]
	done
}

@test "who reads while the first contact is made finds all or nothing" {
	[ -e "$BATS_FILE_TMPDIR/can-trace" ] ||
		skip 'strace may not trace here, or is missing'
	export WAX_HOME=$work/h
	mkdir -m 700 "$WAX_HOME"
	cp "$keys/p1/identity" "$WAX_HOME"
	# After it has found no key, and before it looks for contacts.
	strace -f -qq -o trace -P "$WAX_HOME/contacts" \
		-e trace=/stat -e inject=/stat:delay_enter=700000 \
		wax-contact list >out 2>err 3>&- &
	local reader=$!
	until grep -q 'wax-contact\|stat' trace 2>/dev/null ||
		! kill -0 $reader 2>/dev/null; do
		sleep 0.05
	done
	wax-contact add One "$keys/p2.card"
	wait $reader || fail "$(cat err)"
	grep -q contacts trace
	grep -q One out
}

@test "where the key is missing, a folder that cannot be looked at is no none" {
	[ -e "$BATS_FILE_TMPDIR/can-trace" ] ||
		skip 'strace may not trace here, or is missing'
	export WAX_HOME=$work/h
	mkdir -m 700 "$WAX_HOME"
	cp "$keys/p1/identity" "$WAX_HOME"
	wax-contact add One "$keys/p2.card"
	rm "$WAX_HOME/state.key"
	call 6 wax-contact list
	err_has 'its key, state.key, is missing'
	call 7 strace -f -qq -o trace -P "$WAX_HOME/contacts" -e trace=/stat \
		-e inject=/stat:error=EIO wax-contact list
	err_has 'Input/output error'
}

@test "changes at once: none is lost, and none is made twice" {
	export WAX_HOME=$work/h
	mkdir -m 700 "$WAX_HOME"
	cp "$keys/p1/identity" "$WAX_HOME"
	wax-card >/dev/null
	[ "$(all_at_once wax-contact add --device N "$keys/p%.card")" = \
		' 8 0 ' ] || fail "$(cat words)"
	[ "$(wax-contact export N | grep -c ^age1pq)" -eq 8 ]
	[ "$(all_at_once wax-contact rm "$(wax-keygen -w "$keys/p2/identity")")" \
		= ' 1 0 7 2 ' ] || fail "$(cat words)"
	[ "$(wax-contact export N | grep -c ^age1pq)" -eq 7 ]
	[ "$(all_at_once wax-contact rename N M%)" = ' 1 0 7 2 ' ] ||
		fail "$(cat words)"
	[ "$(wax-contact export --all | grep -c ^age1pq)" -eq 7 ]
	wax-contact rm "$(wax-contact list | sed -n 's/.* \(M[0-9]\)$/\1/p')"
	[ "$(all_at_once wax-contact add N% "$keys/p%.card")" = ' 8 0 ' ] ||
		fail "$(cat words)"
	[ "$(all_at_once wax-contact rename N% M)" = ' 1 0 7 2 ' ] ||
		fail "$(cat words)"
	[ "$(all_at_once wax-contact add M "$keys/p%.card")" = ' 1 0 7 2 ' ] ||
		[ "$(all_at_once wax-contact rm N%)" = ' 7 0 1 2 ' ] ||
		fail "$(cat words)"
}

@test "who reads finds a contact while it changes" {
	export WAX_HOME=$work/h
	mkdir -m 700 "$WAX_HOME"
	cp "$keys/p1/identity" "$WAX_HOME"
	wax-contact add One "$keys/p2.card"
	wax-contact add Two "$keys/p3.card"
	local who code i
	who=$(wax-keygen -w "$keys/p3/identity")
	code=$(wax-contact verify One)
	for ((i = 0; i < 60; i++)); do
		wax-contact rename Two Drei
		wax-contact verify One --code "$code"
		wax-contact rename Drei Two
	done 2>/dev/null 3>&- &
	local writer=$!
	while kill -0 $writer 2>/dev/null; do
		call 0 wax-contact show One
		call 0 wax-contact show "$who"
		[ "$(wax-contact list | wc -l)" -eq 3 ]
	done
	wait $writer
}
