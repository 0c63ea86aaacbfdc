#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Sealed messages by email, between two homes: written by real programs, taken
# by a real SMTP server to a Maildir, and opened from the file there, or from a
# pipe. The server listens on loopback only, and ends by its process id.
# shellcheck disable=SC2034,SC2154 # they share variables with helpers
# shellcheck disable=SC2030,SC2031

load helpers
load people
load mail

setup_file() {
	wax_environment
	make_people ada bob
	echo 'meet at nine' >"$BATS_FILE_TMPDIR/note"
	start_smtpd
}

teardown_file() {
	[ ! -s "$BATS_FILE_TMPDIR/pid" ] || kill "$(cat "$BATS_FILE_TMPDIR/pid")"
}

setup() {
	wax_setup
	people ada bob
	know ada bob
	know bob ada
	[ -s "$keys/pid" ] || skip 'without aiosmtpd'
	kill -0 "$(cat "$keys/pid")" || fail "$(cat "$keys/log")"
	port=$(cat "$keys/port")
	box=$keys/box
	rm -f "$box"/new/* "$box"/cur/*
}

# The server of python3-aiosmtpd, with its Maildir, where it is installed.
start_smtpd() {
	local folder=$BATS_FILE_TMPDIR port
	"$python" -c 'import aiosmtpd' 2>/dev/null || return 0
	port=$(free_port)
	echo "$port" >"$folder/port"
	"$python" -m aiosmtpd -n -l "127.0.0.1:$port" \
		-c aiosmtpd.handlers.Mailbox "$folder/box" \
		>"$folder/log" 2>&1 3>&- &
	echo $! >"$folder/pid"
	until_it_listens "$port"
}

@test "s-nail: armor as the body" { bodies s_nail; }
@test "mutt: armor as the body" { bodies mutt; }
@test "msmtp: armor as the body" { bodies msmtp; }
@test "nmh: armor as the body" { bodies nmh; }
@test "s-nail: attached, binary and armored" { attachments s_nail; }
@test "mutt: attached, binary and armored" { attachments mutt; }
@test "mutt and msmtp: attached, binary and armored" { attachments msmtp; }
@test "nmh: attached, binary and armored" { attachments nmh; }

@test "an attachment of 20 MB" {
	the_film
	piped as bob wax-open --from ada 2>"$io/err" | cmp big -
	# A mail that was cut leaves no file.
	head -c 20000000 "$mail" >half
	call 1 as bob wax-open -o out2 half
	[ ! -e out2 ]
}

@test "a word that is not ASCII beside the armor" {
	needs s-nail mutt msmtp
	local program
	local -x LC_ALL=C.UTF-8
	mutt_settings+=' noallow_8bit'
	for program in s_nail mutt msmtp; do
		{ printf 'Grüße\n\n' && seal chained -a && echo 'Ada – bye'; } >body
		sent "by_$program" body
		case $program in
		msmtp) grep -q '^Grüße$' "$mail" ;;
		*) grep -q '^Content-Transfer.*quoted-printable' "$mail" ;;
		esac || fail "$(head -n 20 "$mail")"
		opens chained from_file piped
	done
}

@test "lines that are longer than SMTP allows" {
	needs s-nail mutt
	local program
	for program in s_nail mutt; do
		{
			head -c 3000 /dev/zero | tr '\0' x
			printf '\n\n'
			seal chained -a
		} >body
		sent "by_$program" body
		opens chained from_file piped
		{ printf 'Hello\n\n' && seal chained -a | joined; } >body
		[ "$(wc -L <body)" -gt 2000 ]
		sent "by_$program" body
		opens chained piped from_file
	done
}

@test "format=flowed" {
	needs mutt
	local flowed="text_flowed smtp_url=smtp://127.0.0.1:$port"
	# With trailing spaces, lines would flow; what is indented is stuffed.
	{ printf 'Hello, \nBob.\n\n' && seal chained -a | sed 's/^/ /'; } >body
	sent mutt_with "$flowed" body
	grep -qi '^content-type:.*format=flowed' "$mail"
	grep -q '^  -----BEGIN' "$mail"
	opens chained from_file piped
	{ printf 'Hello\n\n' && seal chained -a | fold -w 40 |
		sed '/^.\{40\}$/s/$/ /'; } >body
	sent mutt_with "$flowed" body
	grep -q '^-----BEGIN AGE.* $\|^[A-Za-z0-9+/]\{40\} $' "$mail"
	opens chained from_file piped
}

# sealed_for_both: Ada signs for Bob and for herself, so that she can open what
# Bob's reply quotes.
sealed_for_both() {
	as ada wax-seal -a -s -r bob -r "$(as ada wax-keygen -y)" "$keys/note"
}

# quoted: the reply in $mail quotes the armor, and Ada opens that.
quoted() {
	mail=$(grep -l '^Subject: Re: note' "$box"/*/*) || fail 'no reply'
	grep -q '^> \?-----BEGIN AGE' "$mail"
	call 0 as ada wax-open "$mail"
	out_same "$keys/note"
	err_has quoting "signed by $(identity ada)"
	call 0 piped as ada wax-open
	out_same "$keys/note"
}

@test "a reply of s-nail that quotes the armor" {
	needs s-nail
	{ printf 'Grüße\n\n' && sealed_for_both; } >body
	sent by_s_nail body
	printf '%s\n' 'reply 1' '~m' yes '~.' quit | s-nail -:/ -# \
		-S indentprefix='> ' -S v15-compat -S mta="smtp://127.0.0.1:$port" \
		-S smtp-auth=none -S from=bob@example.org \
		-S ttycharset=utf-8 -f "$box" >"$io/out" 2>"$io/err"
	quoted
}

@test "a reply of mutt that quotes the armor" {
	needs mutt
	export TERM=vt100
	sealed_for_both >body
	sent by_mutt body
	pty 0 --timeout=20 'expect:Mutt: ' send:r expect:Compose send:y \
		expect:sent 'send:x' -- mutt -F /dev/null -e "set \
		$mutt_settings smtp_url=smtp://127.0.0.1:$port \
		from=bob@example.org folder=. include=yes fast_reply=yes \
		editor=true abort_unmodified=no abort_nosubject=no" -f "$box"
	quoted
}

# post FROM TO NAME: a chained message, mailed by one program or another
post() {
	local to=$2@example.org subject=$3 armor=-a
	case $3 in *-3) armor= ;; esac
	echo "$3" | as "$1" wax-seal -c "$2" $armor -o "$3.seal"
	echo 'see what is attached' >text
	case $3 in
	*-1) sent_too by_s_nail "$3.seal" ;;
	*-2) sent_too by_msmtp "$3.seal" ;;
	*-3) sent_too by_mutt text "$3.seal" ;;
	esac
}

sent_too() { "$@" >"$io/out" 2>"$io/err" || fail "not sent: $*"; }

# field NAME FILE: of a mail's head
field() { sed -n "s/^$1: //p; /^\$/q" "$2" | head -n 1; }

# opened_once WHO FROM NAME FILE: opens the mail; the first time it is NAME.
opened_once() {
	if [ -e "$1.$3" ]; then
		call 5 as "$1" wax-open --from "$2" -o again "$4"
		[ ! -e again ]
	else
		call 0 as "$1" wax-open --from "$2" -o "$1.$3" "$4"
		[ "$(cat "$1.$3")" = "$3" ]
	fi
}

# in_disorder GLOB: the mails that have such a subject
in_disorder() {
	local file
	for file in "$box"/new/*; do
		# shellcheck disable=SC2053 # a pattern
		[[ $(field Subject "$file") != $1 ]] || echo "$file"
	done | shuf
}

@test "chained mails that come twice and in any order" {
	needs s-nail msmtp mutt
	local i m name round
	for round in 1 2; do
		for i in 1 2 3; do
			post ada bob "a-$round-$i"
			post bob ada "b-$round-$i"
		done
		for m in $(in_disorder "?-$round-?"); do
			to=$(field To "$m") sent_too raw "$m"
		done
		# All that is there, also of the round before.
		for m in $(in_disorder '*'); do
			name=$(field Subject "$m")
			case $name in
			a-*) opened_once bob ada "$name" "$m" ;;
			b-*) opened_once ada bob "$name" "$m" ;;
			esac
		done
	done
	[ "$(printf '%s\n' "$box"/new/* | wc -l)" -eq 24 ]
	[ "$(printf '%s\n' bob.a-* ada.b-* | wc -l)" -eq 12 ]
}
