#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Sealed messages by way of Postfix, which folds long lines and rewrites what is
# not ASCII: two hops, the second of which takes 7 bits only, to a Maildir. It
# has folders and a name space of its own; no other Postfix is touched.
# shellcheck disable=SC2034,SC2154 # they share variables with helpers
# shellcheck disable=SC2030,SC2031

load ../helpers
load ../people
load ../mail

setup_file() {
	wax_environment
	make_people ada bob
	echo 'meet at nine' >"$BATS_FILE_TMPDIR/note"
	start_postfix >"$BATS_FILE_TMPDIR/log" 2>&1
}

# unshare heeds no other signal while it waits; what it started ends with it.
teardown_file() {
	[ ! -s "$BATS_FILE_TMPDIR/pid" ] ||
		kill -KILL "$(cat "$BATS_FILE_TMPDIR/pid")"
	[ ! -s "$BATS_FILE_TMPDIR/folder" ] ||
		rm -rf "$(cat "$BATS_FILE_TMPDIR/folder")"
}

setup() {
	wax_setup
	people ada bob
	know ada bob
	know bob ada
	[ -s "$keys/port" ] || skip "without Postfix: $(tail -n 1 "$keys/log")"
	kill -0 "$(cat "$keys/pid")" || fail "$(cat "$keys/log")"
	port=$(cat "$keys/port")
	box=$(cat "$keys/folder")/box
}

# services: Postfix's table of them
services() {
	local name
	echo 'postlog unix-dgram n - n - 1 postlogd'
	echo "127.0.0.1:$1 inet n - n - - smtpd
	 -o content_filter=smtp:[127.0.0.1]:$2"
	echo "127.0.0.1:$2 inet n - n - - smtpd
	 -o smtpd_discard_ehlo_keywords=8bitmime,chunking,smtputf8"
	echo 'qmgr unix n - n 300 1 qmgr'
	echo 'cleanup unix n - n - 0 cleanup'
	echo 'rewrite unix - - n - - trivial-rewrite'
	for name in bounce defer trace; do
		echo "$name unix - - n - 0 bounce"
	done
	echo 'virtual unix - n n - - virtual'
	for name in smtp error retry:error anvil proxymap; do
		echo "${name%:*} unix - - n - - ${name#*:}"
	done
}

# Postfix wants folders that its accounts can enter, and root. It and all that
# it starts end with the process whose number is in the file "pid".
start_postfix() {
	local postfix folder port hop
	postfix=$(PATH=$PATH:/usr/sbin:/sbin command -v postfix) || {
		echo 'it is not installed'
		return 0
	}
	if [ "$(id -u)" -ne 0 ] || ! unshare -pf --mount-proc true; then
		echo 'not root, or no name spaces'
		return 0
	fi
	folder=$(mktemp -d /tmp/wax-postfix.XXXXXX)
	echo "$folder" >"$BATS_FILE_TMPDIR/folder"
	chmod 711 "$folder"
	mkdir "$folder/etc" "$folder/queue" "$folder/data" "$folder/box"
	chown postfix "$folder/data"
	chown nobody "$folder/box"
	port=$(free_port)
	hop=$(free_port)
	services "$port" "$hop" >"$folder/etc/master.cf"
	cat >"$folder/etc/main.cf" <<-EOF
		compatibility_level = 3.6
		queue_directory = $folder/queue
		data_directory = $folder/data
		maillog_file = /dev/stdout
		myhostname = mail.example.org
		mydestination =
		mynetworks = 127.0.0.0/8
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		disable_dns_lookups = yes
		local_recipient_maps =
		alias_maps =
		message_size_limit = 50000000
		mailbox_size_limit = 0
		virtual_mailbox_limit = 0
		virtual_mailbox_domains = example.org
		virtual_mailbox_base = $folder
		virtual_mailbox_maps = static:box/
		virtual_uid_maps = static:$(id -u nobody)
		virtual_gid_maps = static:$(id -g nobody)
	EOF
	unshare -pf --kill-child --mount-proc "$postfix" -c "$folder/etc" \
		start-fg 3>&- &
	echo $! >"$BATS_FILE_TMPDIR/pid"
	until_it_listens "$port" || return 0
	echo "$port" >"$BATS_FILE_TMPDIR/port"
}

@test "armor as the body, through Postfix" {
	needs s-nail
	bodies s_nail
}

@test "attached, binary and armored, through Postfix" {
	needs s-nail
	attachments s_nail
}

@test "8 bits, which Postfix writes as quoted-printable" {
	needs msmtp
	{ printf 'Grüße\n\n' && seal chained -a; } >body
	eight_bits() {
		{
			printf 'To: %s\nMIME-Version: 1.0\n' "$to"
			printf 'Content-Type: text/plain; charset=utf-8\n'
			printf 'Content-Transfer-Encoding: 8bit\n\n'
		} | raw - body
	}
	sent eight_bits
	grep -q '^Content-Transfer-Encoding: quoted-printable' "$mail"
	opens chained from_file piped
}

@test "armor in one line, which Postfix folds" {
	needs msmtp
	{ printf 'Hello\n\n' && seal chained -a | joined; } >body
	[ "$(wc -L <body)" -gt 998 ]
	sent by_msmtp body
	[ "$(wc -L <"$mail")" -lt 1000 ]
	opens chained from_file piped
}

@test "an attachment of 20 MB, through Postfix" {
	the_film
}
