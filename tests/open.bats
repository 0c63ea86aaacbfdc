#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# wax-open: which identities open what, and what is said when none does.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

setup_file() {
	wax_environment
	wax_keys
	wax_ssh_key ssh
	wax_ssh_key ssh2
}

setup() { wax_setup; }

# A message for each kind of recipient that does not cost a second.
kinds() {
	echo pq x
	[ ! -e "$keys/ssh" ] || echo ssh
}

@test "every size comes back, for every kind of recipient" {
	local kind size
	for kind in $(kinds); do
		for size in 0 1 65535 65536 65537 131072 200000; do
			random "$size" in
			call 0 wax-seal -R "$keys/$kind.pub" -o sealed in
			call 0 wax-open -i "$keys/$kind" -o out sealed
			out_is
			err_is
			cmp in out
			call 0 wax-open -i "$keys/$kind" <sealed
			out_same in
			err_is
			rm sealed out
		done
	done
}

@test "every size comes back through armor" {
	local size
	for size in 0 1 2 3 31 32 47 48 49 65535 65536 65537 200000; do
		random "$size" in
		call 0 wax-seal -a -R "$keys/x.pub" -o sealed in
		call 0 wax-open -i "$keys/x" sealed
		err_is
		out_same in
		rm sealed
	done
}

@test "a message of 20 MiB goes through pipes with little memory" {
	head -c 20971520 /dev/zero | call 0 "$python" "$top/tests/craft.py" \
		peak kib wax-seal -R "$keys/pq.pub"
	mv "$io/out" sealed
	is_sanitized || [ "$(cat kib)" -lt 16384 ]
	# shellcheck disable=SC2002
	cat sealed | call 0 "$python" "$top/tests/craft.py" \
		peak kib wax-open -i "$keys/pq"
	is_sanitized || [ "$(cat kib)" -lt 16384 ]
	cmp "$io/out" <(head -c 20971520 /dev/zero)
}

@test "armor is taken with CRLF, white space around, and no last line end" {
	random 1000 in
	wax-seal -a -R "$keys/x.pub" in >sealed
	sed 's/$/\r/' sealed >crlf
	call 0 wax-open -i "$keys/x" crlf
	out_same in
	{ printf ' \n\t\r\n'; cat sealed; printf '\n\n \n'; } >spaced
	call 0 wax-open -i "$keys/x" spaced
	out_same in
	head -c -1 sealed >chopped
	call 0 wax-open -i "$keys/x" chopped
	out_same in
}

@test "armor with anything else in it is refused" {
	random 1000 in
	wax-seal -a -R "$keys/x.pub" -o sealed in
	{ echo 'Hello,'; cat sealed; } >before
	call 1 wax-open -i "$keys/x" before
	err_is "wax-extract: 'before': line 2: armor begins right below a $(
	)line of text (wax-extract FILE, by itself, takes it out)"
	{ cat sealed; echo 'Bye.'; } >after
	call 1 wax-open -i "$keys/x" -o out after
	err_is "wax-open: 'after': something follows the armor $(
	)(wax-extract undoes what mail does to armor)"
	sed '3s/^/ /' sealed >indented
	call 1 wax-open -i "$keys/x" -o out indented
	err_has "wax-open: 'indented': armor, line 3: "
	sed '5s/$/ /' sealed >trailing
	call 1 wax-open -i "$keys/x" -o out trailing
	sed '$d' sealed >endless
	call 1 wax-open -i "$keys/x" -o out endless
	err_is "wax-open: 'endless': the armor is cut short: no END line"
	[ ! -e out ]
}

@test "the home's identity opens without -i" {
	wax-keygen 2>/dev/null
	echo hello | wax-seal -r "$(wax-keygen -y)" -o sealed
	call 0 wax-open sealed
	out_is hello
	err_is
	# With -i it is not used.
	call 3 wax-open -i "$keys/pq" sealed
	out_is
	err_is "wax-open: 'sealed': sealed to none of the identities here"
}

@test "several identities are tried, in several files and in one" {
	echo hello | wax-seal -R "$keys/pq2.pub" -o sealed
	call 0 wax-open -i "$keys/x" -i "$keys/pq" -i "$keys/pq2" sealed
	out_is hello
	cat "$keys/x" "$keys/pq" "$keys/pq2" >all
	call 0 wax-open -i all sealed
	out_is hello
	call 0 wax-open -i - sealed <all
	out_is hello
	call 0 wax-open -i <(cat all) sealed
	out_is hello
	call 0 wax-open -i all <sealed
	out_is hello
	call 2 wax-open -i - <sealed
	err_is 'wax-open: standard input is asked for twice'
}

@test "an identity file may have comments, CRLF and no last line end" {
	echo hello | wax-seal -R "$keys/pq.pub" -o sealed
	{
		printf '# kept in \303\240 safe\r\n\r\n'
		grep AGE- "$keys/pq" | tr -d '\n'
	} >id
	call 0 wax-open -i id sealed
	out_is hello
	err_is
}

@test "options may stand behind the file, -- ends them, names may be long" {
	echo hello | wax-seal -R "$keys/x.pub" -o ./-i
	call 0 wax-open -i "$keys/x" -- -i
	out_is hello
	cp ./-i sealed
	call 0 wax-open sealed --identity "$keys/x" --output=out
	out_is
	[ "$(cat out)" = hello ]
	call 0 wax-open sealed -f -o out -i "$keys/x"
	call 2 wax-open sealed sealed -i "$keys/x"
	err_is "wax-open: more than one file: 'sealed' (wax-open takes one at a time)"
	call 0 wax-open - -i "$keys/x" <sealed
	out_is hello
	holds -i sealed out
}

@test "another's identity exits 3, and neither writes nor creates anything" {
	echo hello | wax-seal -R "$keys/pq.pub" -o sealed
	local id
	for id in $(kinds) pq2 x2; do
		[ "$id" != pq ] || continue
		call 3 wax-open -i "$keys/$id" sealed
		out_is
		err_is "wax-open: 'sealed': sealed to none of the identities here"
		call 3 wax-open -i "$keys/$id" -o out sealed
		holds sealed
	done
}

@test "another's identity of the same kind exits 3, for each kind" {
	local kind
	for kind in $(kinds); do
		echo hello | wax-seal -R "$keys/$kind.pub" >sealed
		call 3 wax-open -i "$keys/${kind}2" -o out sealed
		err_is "wax-open: 'sealed': sealed to none of the identities here"
		holds sealed
	done
}

@test "no identity at all exits 3, with a hint at wax-keygen" {
	echo hello | wax-seal -R "$keys/pq.pub" -o sealed
	call 3 wax-open -o out sealed
	err_is "wax-open: 'sealed': there is no identity to open it with: $(
	)'$HOME/.local/share/wax/identity' is missing (wax-keygen makes $(
	)one; WAX_HOME names another home; -i FILE names one)"
	unset HOME
	call 3 wax-open -o out sealed
	err_is "wax-open: 'sealed': there is no identity to open it with, $(
	)and no home: neither WAX_HOME nor HOME is set (set one of them; $(
	)-i FILE names one)"
	holds sealed
}

@test "an identity file that is missing, empty or something else is refused" {
	echo hello | wax-seal -R "$keys/pq.pub" -o sealed
	: >empty
	echo '# only a comment' >comment
	echo 'AGE-SECRET-KEY-2QQQQ' >odd
	{ cat "$keys/pq"; echo Zanzibar; } >line
	call 7 wax-open -i missing sealed
	err_is "wax-open: 'missing': No such file or directory"
	call 1 wax-open -i empty sealed
	err_is "wax-open: 'empty': there is no identity in it"
	call 1 wax-open -i comment sealed
	err_is "wax-open: 'comment': there is no identity in it"
	call 1 wax-open -i odd sealed
	err_has "wax-open: 'odd': line 1: a malformed secret key"
	call 1 wax-open -i line sealed
	err_is "wax-open: 'line': line 6: not an identity"
	call 1 wax-open -i "$keys/pq.pub" sealed
	err_has 'line 1: a recipient where an identity is due'
	call 1 wax-open -i "$keys/pq" -i line sealed
	out_is
}

@test "a broken identity in the home is not passed over" {
	echo hello | wax-seal -R "$keys/pq.pub" -o sealed
	export WAX_HOME=$work/home
	mkdir -m 700 home
	echo Zanzibar >home/identity
	call 1 wax-open sealed
	err_is "wax-open: '$work/home/identity': line 1: not an identity $(
	)(put it back from a backup)"
}

@test "a passphrase opens, a wrong one exits 3 and leaves no file" {
	locked_files
	call 0 wax-open --passphrase-file pw hello.age
	out_is hello
	err_is
	call 3 wax-open --passphrase-file wrong hello.age
	out_is
	err_is "wax-open: 'hello.age': the passphrase is wrong"
	call 3 wax-open --passphrase-file wrong -o out hello.age
	holds pw wrong hello.age locked
	# Identities are not asked for, nor needed, where a passphrase is.
	call 0 wax-open -i "$keys/pq" --passphrase-file pw hello.age
	out_is hello
}

@test "a sealed identity opens, and its passphrase is asked for when needed" {
	locked_files
	echo one | wax-seal -r "$locked_recipient" -o sealed
	call 0 wax-open -i locked --passphrase-file pw sealed
	out_is one
	call 3 wax-open -i locked --passphrase-file wrong sealed
	err_is "wax-open: 'locked': the passphrase is wrong"
	echo other | wax-seal -R "$keys/pq.pub" -o other
	call 3 wax-open -i locked --passphrase-file pw other
	err_is "wax-open: 'other': sealed to none of the identities here"
	call 2 setsid -w wax-open -i locked sealed
	err_has "wax-open: 'locked': no terminal to ask for the passphrase"
	out_is
	# Another identity that fits makes it needless, in either order.
	echo two | wax-seal -r "$locked_recipient" -R "$keys/x.pub" -o both
	call 0 setsid -w wax-open -i locked -i "$keys/x" both
	out_is two
	call 0 setsid -w wax-open -i "$keys/x" -i locked both
	out_is two
	call 2 setsid -w wax-open -i "$keys/x2" -i locked both
}

@test "an identity sealed to another identity is refused" {
	wax-seal -a -R "$keys/pq.pub" -o id "$keys/x"
	echo hello | wax-seal -R "$keys/x.pub" -o sealed
	call 2 wax-open -i id sealed
	err_is "wax-open: 'id': sealed, and not with a passphrase"
	out_is
}

@test "an OpenSSH key with a passphrase is refused with a hint" {
	needs ssh-keygen
	ssh-keygen -q -t ed25519 -N secret -f key
	echo hello | wax-seal -R key.pub -o sealed
	call 2 wax-open -i key sealed
	out_is
	err_is "wax-open: 'key': OpenSSH keys with a passphrase are not $(
	)supported ('ssh-keygen -p -N \"\" -f COPY' takes it off a copy)"
	# What the hint says works.
	cp key copy
	ssh-keygen -q -p -P secret -N '' -f copy >/dev/null
	call 0 wax-open -i copy sealed
	out_is hello
}

@test "SSH keys of other kinds and forms are refused" {
	needs ssh-keygen
	ssh-keygen -q -t rsa -b 2048 -N '' -f rsa
	ssh-keygen -q -t rsa -b 2048 -N '' -m PEM -f pem
	echo hello | wax-seal -R "$keys/ssh.pub" -o sealed
	call 2 wax-open -i rsa sealed
	err_is "wax-open: 'rsa': SSH keys other than ssh-ed25519 are $(
	)not supported"
	call 2 wax-open -i pem sealed
	err_has "wax-open: 'pem': PEM keys other than OpenSSH's are not supported"
	out_is
}

@test "a damaged OpenSSH key is malformed" {
	needs ssh-keygen
	echo hello | wax-seal -R "$keys/ssh.pub" -o sealed
	sed '3d' "$keys/ssh" >less
	call 1 wax-open -i less sealed
	err_is "wax-open: 'less': a malformed OpenSSH private key"
	sed '$d' "$keys/ssh" >cut_off
	call 1 wax-open -i cut_off sealed
	{ cat "$keys/ssh"; echo more; } >longer
	call 1 wax-open -i longer sealed
	out_is
}

@test "identities of plugins are not supported, and no program is run" {
	mkdir bin
	local name
	for name in age-plugin-yubikey age-plugin-x; do
		printf '#!/bin/sh\ntouch "%s/ran"\n' "$work" >"bin/$name"
		chmod +x "bin/$name"
	done
	echo hello | wax-seal -R "$keys/x.pub" -o sealed
	for name in YUBIKEY X ../../BIN/X; do
		echo "AGE-PLUGIN-$name-1QWPS84RR7H0N3RFGDFHLJ3" >id
		PATH=$work/bin:$PATH call 2 wax-open -i id sealed
		err_is "wax-open: 'id': line 1: $(
		)identities of plugins are not supported"
		PATH=$work/bin:$PATH call 2 wax-keygen -y id
	done
	holds bin sealed id
}

@test "a stanza of a plugin is passed over" {
	mkdir bin
	printf '#!/bin/sh\ntouch "%s/ran"\n' "$work" >bin/age-plugin-yubikey
	chmod +x bin/age-plugin-yubikey
	{
		printf 'age-encryption.org/v1\n-> piv-p256 AAAA BBBB\n%s\n' AAAA
		printf -- '--- %043d\n%032d' 0 0
	} >sealed
	PATH=$work/bin:$PATH call 3 wax-open -i "$keys/x" -o out sealed
	err_is "wax-open: 'sealed': sealed to none of the identities here"
	holds bin sealed
}

@test "an empty input, text and another version are told apart" {
	: >empty
	call 1 wax-open -i "$keys/x" empty
	err_is "wax-open: 'empty': it is empty"
	call 1 wax-open -i "$keys/x" </dev/null
	err_is "wax-open: standard input: it is empty"
	echo 'just text' >text
	call 1 wax-open -i "$keys/x" -o out text
	err_is "wax-open: 'text': not a sealed file"
	printf 'age-encryption.org/v2\n-> X25519\n' >future
	call 1 wax-open -i "$keys/x" -o out future
	err_is "wax-open: 'future': of another version than age-encryption.org/v1"
	printf 'age-encryption.org/v1\r\n-> X25519\r\n' >mangled
	call 1 wax-open -i "$keys/x" -o out mangled
	err_is "wax-open: 'mangled': its line ends were changed on the way (carry it as binary, or seal with -a)"
	holds empty text future mangled
}

@test "what cannot be read is an I/O error, a folder a usage error" {
	mkdir folder
	call 7 wax-open -i "$keys/x" -o out missing
	err_is "wax-open: 'missing': No such file or directory"
	call 2 wax-open -i "$keys/x" -o out folder
	err_is "wax-open: 'folder' is a folder"
	call 2 wax-open -i folder -o out missing
	err_is "wax-open: 'folder' is a folder"
	holds folder
	echo hello >in
	wax-seal -R "$keys/x.pub" -o bare in
	wax-seal -z -R "$keys/x.pub" -o named in
	call 7 wax-open -i "$keys/x" -C missing/in named
	err_is "wax-open: the folder of 'missing/in': No such file or directory"
	call 2 wax-open -i "$keys/x" -C new bare
	err_is "wax-open: 'bare': this is no archive, and the file has no $(
	)name (-o FILE gives it one)"
	call 2 wax-open -i "$keys/x" --max-size 1 bare
	err_is "wax-open: the limits, as --max-size, are for unpacking, with -C"
	rm in bare named
	holds folder
	[ "$(id -u)" -ne 0 ] || return 0
	: >secret
	chmod 000 secret
	call 7 wax-open -i "$keys/x" secret
	err_is "wax-open: 'secret': Permission denied"
}

@test "a payload cut after a good chunk: that chunk, exit 1, no file" {
	random 200000 in
	wax-seal -R "$keys/x.pub" -o sealed in
	local header
	header=$(wax-inspect sealed | sed -n 's/^header: \(.*\) bytes/\1/p')
	head -c $((header + 16 + 65552 + 100)) sealed >cut_off
	call 1 wax-open -i "$keys/x" cut_off
	err_is "wax-open: 'cut_off': the payload is damaged or cut short"
	out_same <(head -c 65536 in)
	call 1 wax-open -i "$keys/x" -o out cut_off
	out_is
	# Cut between two chunks.
	head -c $((header + 16 + 65552)) sealed >cut_off
	call 1 wax-open -i "$keys/x" cut_off
	err_is "wax-open: 'cut_off': the payload is cut short"
	out_same <(head -c 65536 in)
	{ cat sealed; echo more; } >longer
	call 1 wax-open -i "$keys/x" -o out longer
	err_is "wax-open: 'longer': the payload is damaged or cut short"
	# Behind a last chunk that is full.
	head -c 65536 in >whole
	wax-seal -R "$keys/x.pub" whole >sealed
	printf x >>sealed
	call 1 wax-open -i "$keys/x" sealed
	err_is "wax-open: 'sealed': something follows the payload"
	out_same whole
	call 1 wax-open -i "$keys/x" -o out sealed
	holds in sealed cut_off longer whole
}

@test "a home that is no folder has no identity, and is no error" {
	locked_files
	HOME=/dev/null call 0 wax-open --passphrase-file pw hello.age
	out_is hello
}

@test "white space before the armor stands on lines of its own" {
	wax-seal -a -R "$keys/x.pub" -o text <<<hello
	{ printf ' \n\t\r\n' && cat text; } >below
	{ printf '\n  ' && cat text; } >beside
	call 0 wax-open -i "$keys/x" below
	out_is hello
	# As text, it can be on BEGIN's line, too.
	call 0 wax-open -i "$keys/x" beside
	out_is hello
	err_is 'wax-extract: undone: indentation'
}
