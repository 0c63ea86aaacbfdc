#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Homes as every version of the formats of their files has them: what was
# written stays readable. homes.sh has made them, and says what is in them.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2030,SC2031

load helpers
load people

setup_file() {
	wax_environment
	wax_clock
}

setup() {
	wax_setup
	homes=$BATS_TEST_TMPDIR/homes
}

# each TEST: runs it with a copy of each home, at the time that it was made.
each() {
	local folder n=0
	for folder in "$top"/tests/vectors/homes/*/; do
		rm -rf "$homes" ./*
		cp -R "$folder" "$homes"
		# Git keeps no modes.
		chmod -R go= "$homes"
		then=$(($(cat "$homes/made") + 60 - $(date +%s)))
		day=$(date -u -d "@$(cat "$homes/made")" +%F)
		echo "with $folder"
		"$1"
		n=$((n + 1))
	done
	[ "$n" -ge 1 ]
}

# At the time when the home was made, a minute and perhaps days later.
ada() { at "$then" as ada "$@"; }
bob() { at "$then" as bob "$@"; }
later() {
	local days=$1
	shift
	at "$((then + days * 24 * 3600))" as ada "$@"
}

says() { ada wax-session show "$1" --json | jq -c ".[0]|[$2]"; }

the_book() {
	call 0 ada wax-contact list
	[ "$(cut -c1-13,26- "$io/out")" = "CODE COMPARED  DEVICES  NAME
never          2        Zoë
$day     1        bob
never          1        carol" ] || fail 'another list'
	call 0 ada wax-contact verify bob
	out_same "$homes/code"
	call 0 bob wax-contact verify ada
	out_same "$homes/code"
	call 0 ada wax-contact show carol
	out_has 'card: none; the keys are those of the session'
	call 0 ada wax-contact show Zoë
	[ "$(grep -c '^card: of ' "$io/out")" -eq 2 ]
	# And it can be changed.
	call 0 ada wax-contact rename Zoë zoe
	call 0 ada wax-contact verify bob --code - <"$homes/code"
	call 0 ada wax-contact rm "$(as bob wax-keygen -w)" carol
	names=$(ada wax-contact list | tail -n +2 | cut -c37-)
	[ "$names" = zoe ]
}

@test "the address book" { each the_book; }

the_sessions() {
	call 0 ada wax-session list
	[ "$(tail -n +2 "$io/out" | cut -c13- | sort -k4)" = \
		"$day       0       1  Zoë
$day       3       2  bob
$day       0       1  carol" ] || fail 'another list'
	[ "$(says bob .answered,.post_quantum,.epoch,.sent,.opened,.waiting)" = \
		'[true,true,4,3,2,1]' ]
	[ "$(says carol .answered,.epoch,.opened,.copied)" = '[false,0,1,true]' ]
	[ "$(says bob .trust | cut -c1-13)" = '["verified on' ]
}

@test "the sessions" { each the_sessions; }

# opens STATUS FILE WORDS
opens() {
	call "$1" ada wax-open "$homes/$2.seal"
	[ "$1" -ne 0 ] || out_is "$2"
	err_has "$3"
}

the_messages() {
	opens 5 seen 'it was opened already, at 20'
	opens 0 late "chained with 'bob', verified on "
	opens 5 late 'it was opened already, at 20'
	opens 0 next "chained with 'bob', verified on "
	opens 0 again "chained with 'carol', not verified"
	opens 0 call 'chained with wax1'
	err_has 'whom nobody here vouches for'
	opens 5 call 'it was opened already, at 20'
	opens 3 spent 'it uses a card for one caller, and another was first'
	call 0 bob wax-open --from ada "$homes/answer.seal"
	out_is answer
	[ "$(says bob .waiting)" = '[0]' ]
}

@test "messages that were waiting" { each the_messages; }

# After 60 days keys of late ones go, with the next message.
too_late() {
	call 0 later 61 wax-open "$homes/next.seal"
	call 5 later 61 wax-open "$homes/late.seal"
	err_has 'it was opened already, or its key was dropped'
	call 0 ada wax-session rm bob
	call 3 ada wax-open "$homes/seen.seal"
}

@test "messages that come too late" { each too_late; }

# A copy of a home is told from it, and does not send.
the_next_message() {
	unchanged call 6 ada wax-seal -c bob -o m /dev/null
	err_has "the sessions with 'bob' are a copy, or were rolled back"
	unchanged call 6 ada wax-seal -c carol -o m /dev/null
	call 0 ada wax-session reset bob
	call 0 ada wax-session reset carol
	unchanged call 2 ada wax-seal -c carol -o m /dev/null
	err_has "there is no card of 'carol'"
	echo hi | ada wax-seal -c bob -o m
	call 0 bob wax-open m
	out_is hi
	err_has "chained with 'ada', " 'they have begun a new session'
	# Who was never written to needs no reset.
	echo hi | ada wax-seal -r Zoë -r carol -o p
	# On what is left of the old one, messages still come.
	opens 0 next "chained with 'bob'"
	opens 0 late "chained with 'bob'"
	bob wax-session reset -q ada
	echo ho | bob wax-seal -c ada -o m2
	call 0 ada wax-open m2
	out_is ho
}

@test "it sends when it was reset, and not before" { each the_next_message; }

the_card() {
	call 0 ada wax-card
	out_same "$homes/ada.card"
	call 0 later 6 wax-card
	out_same "$homes/ada.card"
	call 0 later 8 wax-card
	cp "$io/out" new
	call 0 later 8 wax-card show new
	[ "$(sed -n 's/^prekey //p' new)" != \
		"$(sed -n 's/^prekey //p' "$homes/ada.card")" ]
	# Its older prekey is there still.
	opens 0 call 'chained with wax1'
}

@test "the card is repeated, to the byte" { each the_card; }

# A bit in each of them, what is cut off, and what is later; whatever reads the
# file says so. Of sessions, contacts and prekeys other tests tell this, too.
damaged() {
	local name=$1 how
	shift
	cp "$homes/ada/$name" good
	for how in bit cut later; do
		case $how in
		bit) chained_flip good 50 ;;
		cut) head -c -1 good ;;
		later) printf 'waxstate\2' && tail -c +10 good ;;
		esac >"$homes/ada/$name"
		unchanged call 6 ada "$@"
		err_has "$name': $([ "$how" = later ] &&
			echo 'it is of a later version of wax' ||
			echo 'it is damaged, or belongs to another identity')"
	done
	cat good >"$homes/ada/$name"
}

chained_flip() {
	"$python" -c 'import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[int(sys.argv[2])] ^= 1
sys.stdout.buffer.write(data)' "$@"
}

all_damaged() {
	damaged state.key wax-contact list
	damaged state.key wax-session list
	damaged state.key wax-card
	damaged hellos wax-open "$homes/call.seal"
	damaged prekeys wax-open "$homes/call.seal"
	# Others are not affected by what is theirs.
	printf x >"$homes/ada/hellos"
	opens 0 next "chained with 'bob'"
	call 0 ada wax-card
	call 0 ada wax-contact list
}

@test "with damage, and of a later version" { each all_damaged; }
