# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2030,SC2031,SC2034,SC2154
# Mails with sealed messages, from Ada to Bob: how real programs send them to the
# server at $port, and how they are opened in its Maildir, $box. helpers.bash and
# people.bash come before it.

# The programs: by_NAME BODY [ATTACHMENT] sends a mail to $to, whose subject is
# $subject; none reads a file of settings but its own.
to=bob@example.org
subject=note

by_s_nail() {
	s-nail -:/ -S v15-compat -S mta="smtp://127.0.0.1:$port" \
		-S smtp-auth=none -S from=ada@example.org \
		-S ttycharset=utf-8 -s "$subject" ${2:+-a "$2"} "$to" <"$1"
}

mutt_settings="from=ada@example.org charset=utf-8 copy=no ssl_starttls=no
	ssl_force_tls=no sleep_time=0"
# mutt_with SETTINGS BODY [ATTACHMENT]
mutt_with() {
	mutt -F /dev/null -e "set $mutt_settings $1" -s "$subject" \
		${3:+-a "$3" --} "$to" <"$2"
}
by_mutt() { mutt_with "smtp_url=smtp://127.0.0.1:$port" "$@"; }

msmtp_with="msmtp --host=127.0.0.1 --auth=off --tls=off --from=ada@example.org"
# raw FILE...: sends the files as they are, head and all.
raw() { cat "$@" | $msmtp_with --port="$port" "$to"; }
# The body alone as a script sends it; what is attached comes from mutt.
by_msmtp() {
	if [ -n "${2-}" ]; then
		mutt_with "sendmail='$msmtp_with --port=$port'" "$@"
	else
		printf 'To: %s\nSubject: %s\n\n' "$to" "$subject" | raw - "$1"
	fi
}

by_nmh() {
	mkdir -p "$HOME/Mail"
	echo 'Path: Mail' >"$HOME/.mh_profile"
	printf '%s\n' 'From: ada@example.org' "To: $to" "Subject: $subject" \
		${2:+"Attach: $work/$2"} '' | cat - "$1" >draft
	/usr/bin/mh/send -server 127.0.0.1 -port "$port" -mts smtp "$work/draft"
}

needs_program() {
	case $1 in
	s_nail) needs s-nail ;;
	nmh) [ -x /usr/bin/mh/send ] || skip 'without nmh' ;;
	msmtp) needs msmtp mutt ;;
	*) needs "$1" ;;
	esac
}

# sent COMMAND...: sends one mail, and sets $mail to its file in the Maildir.
sent() {
	rm -f "$box"/new/*
	"$@" >"$io/out" 2>"$io/err" || fail "not sent: $*"
	local i
	for ((i = 0; i < 500; i++)); do
		mail=$(echo "$box"/new/*)
		[ ! -e "$mail" ] || break
		sleep 0.02
	done
	[ -f "$mail" ] || fail "not one mail has come from: $*"
}

# seal FORM [OPTION]...: Ada seals the note for Bob.
seal() {
	local form=$1
	shift
	case "$form" in
	plain) as ada wax-seal -r bob "$@" "$keys/note" ;;
	signed) as ada wax-seal -s -r bob "$@" "$keys/note" ;;
	chained) as ada wax-seal -c bob "$@" "$keys/note" ;;
	esac
}

# shellcheck disable=SC2002 # a pipe is what is wanted
piped() { cat "$mail" | "$@"; }
from_file() { "$@" "$mail"; }

# opens FORM FIRST SECOND: Bob opens the mail in both ways, as the file that it
# is and from a pipe, and finds the note; twice, if it is not chained.
opens() {
	local from=(--from ada) again=0
	case $1 in
	plain) from=() ;;
	chained) again=5 ;;
	esac
	call 0 "$2" as bob wax-open "${from[@]}"
	out_same "$keys/note"
	err_has 'wax-extract: undone: mail'
	call $again "$3" as bob wax-open "${from[@]}"
	[ $again -ne 0 ] || out_same "$keys/note"
}

forms='plain signed chained'

# bodies PROGRAM, attachments PROGRAM: sends and opens each form.
bodies() {
	local form
	needs_program "$1"
	for form in $forms; do
		seal "$form" -a >body
		sent "by_$1" body
		opens "$form" from_file piped
	done
}
attachments() {
	local form
	needs_program "$1"
	echo 'see what is attached' >body
	for form in $forms; do
		seal "$form" >note.seal
		sent "by_$1" body note.seal
		opens "$form" piped from_file
		seal "$form" -a >note.txt
		sent "by_$1" body note.txt
		opens "$form" from_file piped
	done
}

# joined: the armor on one line, as some paste it
joined() { tr '\n' ' ' && echo; }

# The 20 MB of big come as an attachment, and out of $mail.
the_film() {
	needs s-nail
	random 20000000 big
	as ada wax-seal -s -r bob -o big.seal big
	echo 'the film' >body
	sent by_s_nail body big.seal
	call 0 as bob wax-open --from ada -o out "$mail"
	cmp big out
}
