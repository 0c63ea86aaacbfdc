#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# wax-seal: whom a message can be sealed to, and what is refused.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

setup_file() {
	wax_environment
	wax_keys
	if command -v ssh-keygen >/dev/null; then
		ssh-keygen -q -t ed25519 -N '' -C 'kim@host' \
			-f "$BATS_FILE_TMPDIR/ssh"
		ssh-keygen -q -t rsa -b 2048 -N '' -f "$BATS_FILE_TMPDIR/rsa"
		ssh-keygen -q -t ecdsa -N '' -f "$BATS_FILE_TMPDIR/ecdsa"
	fi
}

# The way on from what is not one file.

setup() {
	wax_setup
	echo 'a message' >in
}

# opens FILE IDENTITY...: each of the identities alone opens it to the message.
opens() {
	local file=$1 id
	shift
	for id; do
		call 0 wax-open -i "$id" "$file"
		out_same in
		err_is
	done
}

# stanzas FILE LINE...: what wax-inspect says of the recipients.
stanzas() {
	local file=$1
	shift
	call 0 wax-inspect "$file"
	sed -n '/^recipients/,/^header/p' "$io/out" | sed '$d' >got
	printf '%s\n' "$@" | cmp - got || fail "not the stanzas of $file"
	rm got
}

@test "to a post-quantum recipient, from stdin to stdout" {
	call 0 wax-seal -r "$(cat "$keys/pq.pub")" <in
	err_is
	cp "$io/out" sealed
	stanzas sealed 'recipients: 1' '  mlkem768x25519: 1'
	opens sealed "$keys/pq"
	run ! grep -qa 'a message' sealed
}

@test "to a classic recipient, from a file to a file" {
	call 0 wax-seal -r "$(cat "$keys/x.pub")" -o sealed in
	out_is
	err_is
	stanzas sealed 'recipients: 1' '  X25519: 1'
	opens sealed "$keys/x"
	holds in sealed
}

@test "to an SSH key, with its comment or without" {
	needs ssh-keygen
	call 0 wax-seal -r "$(cat "$keys/ssh.pub")" -o sealed in
	stanzas sealed 'recipients: 1' '  ssh-ed25519: 1'
	opens sealed "$keys/ssh"
	call 0 wax-seal -r "$(cut -d' ' -f1,2 "$keys/ssh.pub")" -o again in
	opens again "$keys/ssh"
}

@test "to a passphrase, which wax-open asks for again" {
	printf 'a b  c' >pw
	call 0 wax-seal -p --passphrase-file pw -o sealed in
	stanzas sealed 'recipients: 1' '  scrypt: 1'
	head -n 2 sealed | grep -qaE '^-> scrypt [A-Za-z0-9+/]{22} 18$'
	call 0 wax-open --passphrase-file pw sealed
	out_same in
	err_is
}

@test "to several recipients by several -r, each of whom can open it" {
	call 0 wax-seal -r "$(cat "$keys/pq.pub")" -r "$(cat "$keys/pq2.pub")" \
		-o sealed in
	stanzas sealed 'recipients: 2' '  mlkem768x25519: 2'
	opens sealed "$keys/pq" "$keys/pq2"
	call 3 wax-open -i "$keys/x" sealed
	out_is
}

@test "to classic recipients of both kinds in one file" {
	needs ssh-keygen
	call 0 wax-seal -r "$(cat "$keys/x.pub")" -R "$keys/ssh.pub" \
		-o sealed in
	stanzas sealed 'recipients: 2' '  X25519: 1' '  ssh-ed25519: 1'
	opens sealed "$keys/x" "$keys/ssh"
}

@test "to a recipients file with comments, empty lines and CRLF" {
	{
		printf '# friends \377\000\r\n\r\n'
		sed 's/$/\r/' "$keys/pq.pub"
		printf '\n#%s\n' "$(cat "$keys/x.pub")"
		tr -d '\n' <"$keys/pq2.pub"
	} >friends
	call 0 wax-seal -R friends -o sealed in
	err_is
	stanzas sealed 'recipients: 2' '  mlkem768x25519: 2'
	opens sealed "$keys/pq" "$keys/pq2"
}

@test "to a recipients file on standard input, or on a shell's descriptor" {
	call 0 wax-seal -R - -o sealed in <"$keys/pq.pub"
	opens sealed "$keys/pq"
	call 0 wax-seal -R <(cat "$keys/pq.pub") -o other in
	opens other "$keys/pq"
	call 2 wax-seal -R - -o third <"$keys/pq.pub"
	err_is 'wax-seal: standard input is asked for twice'
	holds in sealed other
}

@test "to the recipients of identity files, by -i" {
	cat "$keys/pq" "$keys/pq2" >both
	call 0 wax-seal -i both -o sealed in
	stanzas sealed 'recipients: 2' '  mlkem768x25519: 2'
	opens sealed "$keys/pq" "$keys/pq2"
	call 0 wax-seal -i - -o other in <"$keys/x"
	opens other "$keys/x"
}

@test "to an identity that a passphrase seals" {
	locked_files
	call 0 wax-seal -i locked --passphrase-file pw -o sealed in
	call 0 wax-open -i locked --passphrase-file pw sealed
	out_same in
	call 3 wax-seal -i locked --passphrase-file wrong -o none in
	err_is "wax-seal: 'locked': the passphrase is wrong"
	call 2 setsid -w wax-seal -i locked -o none in
	err_has 'no terminal to ask for the passphrase'
	[ ! -e none ]
}

@test "who is named twice counts once" {
	local who
	who=$(cat "$keys/pq.pub")
	call 0 wax-seal -r "$who" -R "$keys/pq.pub" -i "$keys/pq" \
		-r "$(cat "$keys/pq2.pub")" -r "$who" -o sealed in
	stanzas sealed 'recipients: 2' '  mlkem768x25519: 2'
	who=$(cat "$keys/x.pub")
	call 0 wax-seal -r "$who" -r "$who" -o classic in
	stanzas classic 'recipients: 1' '  X25519: 1'
}

@test "an SSH key named twice, with two comments, counts once" {
	needs ssh-keygen
	sed 's/kim@host/another comment/' "$keys/ssh.pub" >other
	call 0 wax-seal -R other -R "$keys/ssh.pub" -o sealed in
	stanzas sealed 'recipients: 1' '  ssh-ed25519: 1'
}

@test "recipients are in lower case" {
	tr '[:lower:]' '[:upper:]' <"$keys/x.pub" >upper
	call 1 wax-seal -R upper -o sealed in
	sed 's/q/Q/5' "$keys/pq.pub" >mixed
	call 1 wax-seal -R mixed -o sealed in
	[ ! -e sealed ]
}

@test "-a makes armor of 64 columns, which opens as well" {
	random 200 data
	call 0 wax-seal -a -r "$(cat "$keys/x.pub")" data
	err_is
	cp "$io/out" sealed
	[ "$(head -n 1 sealed)" = '-----BEGIN AGE ENCRYPTED FILE-----' ]
	[ "$(tail -n 1 sealed)" = '-----END AGE ENCRYPTED FILE-----' ]
	[ "$(sed '1d;$d' sealed | sed '$d' | awk '{print length}' |
		uniq)" = 64 ]
	call 0 wax-open -i "$keys/x" sealed
	out_same data
}

@test "options may stand behind the file, -- ends them, names may be long" {
	call 0 wax-seal in -r "$(cat "$keys/x.pub")" -o sealed
	opens sealed "$keys/x"
	cp in ./-a
	call 0 wax-seal -r "$(cat "$keys/x.pub")" -o dashed -- -a
	opens dashed "$keys/x"
	call 0 wax-seal --recipient "$(cat "$keys/x.pub")" --armor \
		--output=long in
	opens long "$keys/x"
	call 0 wax-seal --recipients="$keys/x.pub" --out short in
	opens short "$keys/x"
	call 0 wax-seal -aR"$keys/x.pub" -obundled in
	opens bundled "$keys/x"
	call 7 wax-seal -r "$(cat "$keys/x.pub")" -o none -- in --absent
	err_is "wax-seal: '--absent': No such file or directory"
	call 0 wax-seal -R "$keys/x.pub" - <in
	holds in sealed -a dashed long short bundled
}

@test "without a recipient the status is 2" {
	call 2 wax-seal in
	out_is
	err_has 'wax-seal: no recipient'
	call 2 wax-seal -o sealed in
	call 2 wax-seal -a -o sealed <in
	holds in
}

@test "the home's identity is no recipient of its own accord" {
	wax-keygen 2>/dev/null
	call 2 wax-seal -o sealed in
	holds in
}

@test "post-quantum and classic recipients are not mixed" {
	local what='post-quantum and classic recipients cannot be combined'
	call 2 wax-seal -r "$(cat "$keys/pq.pub")" -r "$(cat "$keys/x.pub")" \
		-o sealed in
	err_has "wax-seal: -r: $what" '(seal once for age1pq1'
	cat "$keys/x.pub" "$keys/pq.pub" >mixed
	call 2 wax-seal -R mixed -o sealed in
	err_has "wax-seal: 'mixed': line 2: $what"
	call 2 wax-seal -R "$keys/x.pub" -i "$keys/pq" -o sealed in
	err_has "$what"
	if [ -e "$keys/ssh.pub" ]; then
		call 2 wax-seal -R "$keys/pq.pub" -R "$keys/ssh.pub" \
			-o sealed in
		err_has "$what"
	fi
	out_is
	holds in mixed
}

@test "a passphrase is not combined with recipients" {
	echo secret >pw
	local args
	for args in "-R $keys/pq.pub" "-R $keys/x.pub" "-i $keys/pq"; do
		# shellcheck disable=SC2086
		call 2 wax-seal -p --passphrase-file pw $args -o sealed in
		err_is "wax-seal: a passphrase cannot be combined with $(
		)recipients (seal twice)"
		# shellcheck disable=SC2086
		call 2 wax-seal $args --passphrase-file pw -p -o sealed in
	done
	holds in pw
}

@test "a recipients file without a recipient is refused" {
	: >empty
	call 1 wax-seal -R empty -o sealed in
	err_is "wax-seal: 'empty': there is no recipient in it"
	printf '# nobody\n\r\n\n' >comments
	call 1 wax-seal -R comments -R "$keys/x.pub" -o sealed in
	err_is "wax-seal: 'comments': there is no recipient in it"
	call 7 wax-seal -R missing -o sealed in
	err_is "wax-seal: 'missing': No such file or directory"
	holds in empty comments
}

@test "a bad line in a recipients file is named by its number, not repeated" {
	{ cat "$keys/x.pub"; echo '# next'; echo 'Zanzibar'; } >friends
	call 1 wax-seal -R friends -o sealed in
	err_is "wax-seal: 'friends': line 3: not a recipient"
	sed 's/.$//' "$keys/x.pub" >less
	call 1 wax-seal -R less -o sealed in
	err_is "wax-seal: 'less': line 1: a malformed recipient, $(
	)mistyped or cut"
	printf ' %s' "$(cat "$keys/x.pub")" >spaced
	call 1 wax-seal -R spaced -o sealed in
	printf '%s ' "$(cat "$keys/x.pub")" >spaced
	call 1 wax-seal -R spaced -o sealed in
	[ ! -e sealed ]
}

@test "a bad recipient on the command line is a usage error" {
	local who
	for who in '' Zanzibar age1 age1pq1 "$(cat "$keys/x.pub")q" \
		"$(cat "$keys/x.pub" "$keys/x.pub")" 'ssh-ed25519' \
		'ssh-ed25519 AAAA' 'ssh-ed25519  AAAAC3NzaC1lZDI1NTE5AAAA'; do
		call 2 wax-seal -r "$who" -o sealed in
		err_has 'wax-seal: -r: '
	done
	run ! grep -q Zanzibar "$io/err"
	holds in
}

@test "every mistyped character of a recipient is noticed" {
	local who at c
	who=$(cat "$keys/x.pub")
	for ((at = 0; at < ${#who}; at += 3)); do
		c=q
		[ "${who:at:1}" != q ] || c=p
		call 2 wax-seal -r "${who:0:at}$c${who:at+1}" -o sealed in
		call 2 wax-seal -r "${who:0:at}${who:at+1}" -o sealed in
	done
	holds in
}

@test "recipients of plugins are not supported, and no program is run" {
	mkdir bin
	local name
	for name in age-plugin-yubikey age-plugin-x age-plugin-sss; do
		printf '#!/bin/sh\ntouch "%s/ran"\n' "$work" >"bin/$name"
		chmod +x "bin/$name"
	done
	for name in yubikey x sss ../bin/age-plugin-x; do
		name=age1${name}1qwps84rr7h0n3rfgdfhlj3a8z8w9u4lkqyqggy4dfmh6r
		PATH=$work/bin:$PATH call 2 wax-seal -r "$name" -o sealed in
		err_is 'wax-seal: -r: recipients of plugins are not supported'
		echo "$name" >list
		PATH=$work/bin:$PATH call 2 wax-seal -R list -o sealed in
		err_is "wax-seal: 'list': line 1: $(
		)recipients of plugins are not supported"
	done
	echo 'AGE-PLUGIN-YUBIKEY-1QWPS84RR7H0N3RFGDFHLJ3A8Z8W9U4' >id
	PATH=$work/bin:$PATH call 2 wax-seal -i id -o sealed in
	err_is "wax-seal: 'id': line 1: identities of plugins are not supported"
	holds in bin list id
}

@test "SSH keys of other kinds are refused, public and private" {
	needs ssh-keygen
	local kind
	for kind in rsa ecdsa; do
		call 2 wax-seal -R "$keys/$kind.pub" -o sealed in
		err_has "line 1: SSH keys other than ssh-ed25519 are not supported"
		call 2 wax-seal -r "$(cat "$keys/$kind.pub")" -o sealed in
		call 2 wax-seal -i "$keys/$kind" -o sealed in
		err_has 'SSH keys other than ssh-ed25519 are not supported'
	done
	holds in
}

@test "a secret key as a recipient is refused with a hint" {
	call 2 wax-seal -r "$(grep AGE- "$keys/pq")" -o sealed in
	err_is "wax-seal: -r: a secret key where a recipient is due $(
	)(wax-keygen -y prints its recipient)"
	call 2 wax-seal -R "$keys/pq" -o sealed in
	err_has 'line 5: a secret key where a recipient is due'
	if [ -e "$keys/ssh" ]; then
		call 2 wax-seal -R "$keys/ssh" -o sealed in
		err_has 'a secret key where a recipient is due'
	fi
	holds in
}

@test "an input that is missing, or a folder as standard input, leaves nothing" {
	mkdir folder
	call 7 wax-seal -R "$keys/x.pub" -o sealed missing
	err_is "wax-seal: 'missing': No such file or directory"
	call 2 wax-seal -R "$keys/x.pub" -o sealed <folder
	err_is 'wax-seal: standard input is a folder'
	out_is
	holds in folder
}

@test "two messages to one recipient have nothing in common but the header" {
	random 100000 data
	wax-seal -R "$keys/x.pub" -o a data
	wax-seal -R "$keys/x.pub" -o b data
	run ! cmp -s <(tail -c 1000 a) <(tail -c 1000 b)
	[ "$(stat -c %s a)" -eq "$(stat -c %s b)" ]
}

@test "a thousand recipients are no trouble" {
	"$python" "$top/tests/craft.py" recipients 1000 >thousand
	call 0 wax-seal -R thousand -R "$keys/x.pub" -R thousand -o sealed in
	stanzas sealed 'recipients: 1001' '  X25519: 1001'
	opens sealed "$keys/x"
}

@test "an SSH key that is cut is malformed, not completed from nowhere" {
	local key='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH6/CZmb6cjhM9lCptC9Sa5297wYmjYpFcCZS1Ar' end
	for end in xg== xgA= xg xgAAAA; do
		call 2 wax-seal -a -r "$key$end" <<<hello
		err_is 'wax-seal: -r: a malformed ssh-ed25519 key'
		out_is
	done
}
