#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Detached signatures: wax-sign, wax-verify and minisign, both ways.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

setup_file() {
	wax_environment
	wax_keys
	wax_ssh_key ssh
	wax-keygen -m "$BATS_FILE_TMPDIR/pq" >"$BATS_FILE_TMPDIR/pq.mini"
	if command -v minisign >/dev/null; then
		minisign -G -W -f -p "$BATS_FILE_TMPDIR/mini.pub" \
			-s "$BATS_FILE_TMPDIR/mini.key" >/dev/null
	fi
}

setup() {
	wax_setup
	printf 'hello\n' >in
	ours=$(cat "$keys/pq.mini")
}

@test "a key for signatures has 56 characters, and is the identity's own" {
	[[ $ours =~ ^RW[A-Za-z0-9+/]{54}$ ]]
	call 0 wax-keygen -m "$keys/pq2"
	[ "$(cat "$io/out")" != "$ours" ]
	call 0 wax-keygen -m "$keys/pq"
	out_is "$ours"
	call 2 wax-keygen -m "$keys/x"
	err_has 'this kind of identity cannot sign (wax-keygen makes one that can)'
	call 2 wax-keygen -y -m "$keys/pq"
	err_is 'wax-keygen: -y and -m print two things: one of them is too many'
}

@test "FILE.minisig appears beside FILE, and is good" {
	mkdir -p a/b
	cp in a/b/in
	call 0 wax-sign -i "$keys/pq" a/b/in
	out_is
	err_is
	[ "$(ls a/b)" = $'in\nin.minisig' ]
	[ "$(wc -l <a/b/in.minisig)" -eq 4 ]
	grep -qE '^trusted comment: timestamp:[0-9]+	file:in	hashed$' \
		a/b/in.minisig
	call 0 wax-verify -k "$ours" a/b/in
	out_is
	err_has 'the signature is good; its comment: timestamp:'
	call 0 wax-verify -q -k "$ours" a/b/in
	err_is
}

@test "the home's identity signs by default" {
	call 3 wax-sign in
	err_is "wax-sign: there is no identity to sign with: '$HOME/.local/share/wax/identity' is missing (wax-keygen makes one; WAX_HOME names another home; -i FILE names one)"
	holds in
	wax-keygen 2>/dev/null
	call 0 wax-sign in
	call 0 wax-verify -q -k "$(wax-keygen -m)" in
	call 4 wax-verify -q -k "$ours" in
	err_is "wax-verify: 'in': it is signed with another key"
}

@test "a sealed identity signs with its passphrase" {
	echo 'correct horse' >pw
	locked_identity sealed
	call 0 wax-sign -i sealed --passphrase-file pw in
	call 0 wax-keygen -m --passphrase-file pw sealed
	cp "$io/out" key
	call 0 wax-verify -q -K key in
	echo wrong >pw
	call 3 wax-sign -f -i sealed --passphrase-file pw in
}

@test "standard input and output, and other names" {
	call 0 wax-sign -i "$keys/pq" <in
	cp "$io/out" sig
	call 0 wax-verify -q -k "$ours" -x sig in
	call 0 wax-verify -q -k "$ours" -x sig <in
	call 0 wax-verify -q -k "$ours" -x - in <sig
	call 2 wax-verify -q -k "$ours" <in
	err_is 'wax-verify: for standard input, the signature must be named (-x FILE names it)'
	call 0 wax-sign -i "$keys/pq" -o named in
	call 2 wax-sign -i "$keys/pq" -o named in
	err_has "'named' exists"
	call 0 wax-sign -f -i "$keys/pq" -o named -t 'of my own' in
	call 0 wax-verify -k "$ours" -x named in
	err_is 'wax-verify: the signature is good; its comment: of my own'
	call 2 wax-sign -f -i "$keys/pq" -o in in
	err_has 'is input and output at once'
	holds in sig named
}

@test "what was changed is exit 4, what is no signature exit 1" {
	wax-sign -i "$keys/pq" in
	echo hullo >in
	call 4 wax-verify -k "$ours" in
	err_is "wax-verify: 'in': the signature is wrong: this is not what was signed"
	printf 'hello\n' >in
	sed -i '3s/timestamp/timestamq/' in.minisig
	call 4 wax-verify -k "$ours" in
	err_is "wax-verify: 'in': the trusted comment was changed"
	head -n 3 in.minisig >"cut"
	call 1 wax-verify -k "$ours" -x cut in
	err_is "wax-verify: 'cut': this is no signature of minisign's, or it is damaged"
	call 1 wax-verify -k "$ours" -x in in
	call 1 wax-verify -k "$ours" -x /dev/null in
	call 7 wax-verify -k "$ours" -x absent in
	call 2 wax-verify -k RWabc in
	err_is "wax-verify: -k: 'RWabc' is neither a contact nor a public key of minisign's, RW..."
	call 1 wax-verify -K in in
	err_is "wax-verify: 'in': this is no public key of minisign's ('wax-keygen -m' prints it to its owner)"
	call 2 wax-verify -k in in
	err_is "wax-verify: -k: there is no contact 'in' (-K reads the key from a file, if that is from its owner)"
	call 2 wax-verify -k "$(cat "$keys/x.pub")" in
	err_is "wax-verify: -k: this is no public key of minisign's, RW..."
	echo hello >other
	call 7 wax-verify -k "$ours" other
	err_is "wax-verify: 'other.minisig': No such file or directory (-x FILE names the signature)"
	call 2 wax-verify in
	err_is 'wax-verify: no key to check with (-k NAME, -k RW... or -K FILE names the signer'"'"'s)'
	call 2 wax-verify -k "$ours" -K in in
}

@test "classic and ssh identities cannot sign" {
	call 2 wax-sign -i "$keys/x" in
	err_is "wax-sign: '$keys/x': this kind of identity cannot sign (wax-keygen makes one that can)"
	call 2 wax-sign -i "$keys/pq" -i "$keys/pq2" in
	err_is "wax-sign: option '-i' is given twice"
	[ ! -e "$keys/ssh" ] || call 2 wax-sign -i "$keys/ssh" in
	holds in
}

@test "comments are one line of plain text" {
	call 2 wax-sign -i "$keys/pq" -t $'a\nb' in
	err_is 'wax-sign: a comment has control characters, or is not UTF-8'
	call 2 wax-sign -i "$keys/pq" -t $'\e[2J' in
	call 0 wax-sign -i "$keys/pq" -t 'grün	und gut' in
	call 0 wax-verify -q -k "$ours" in
	# A comment of somebody else's is shown without its controls.
	needs minisign
	minisign -S -s "$keys/mini.key" -m in -x esc -t $'a\e[2Jb' >/dev/null
	call 0 wax-verify -K "$keys/mini.pub" -x esc in
	err_is 'wax-verify: the signature is good; its comment: a\x1b[2Jb'
}

@test "minisign verifies what wax-sign made" {
	needs minisign
	local size
	for size in 0 1 127 128 129 65536 1000001; do
		head -c "$size" /dev/urandom >file
		call 0 wax-sign -f -i "$keys/pq" file
		call 0 minisign -V -P "$ours" -m file
		call 0 minisign -V -H -P "$ours" -m file
	done
	printf 'untrusted comment: ours\n%s\n' "$ours" >pub
	call 0 minisign -V -p pub -m file
	echo more >>file
	run ! minisign -V -P "$ours" -m file
}

@test "wax-verify takes what minisign made, old signatures too" {
	needs minisign
	local size old
	for size in 0 1 128 65536 1000001; do
		head -c "$size" /dev/urandom >file
		for old in '' -l; do
			minisign -S $old -s "$keys/mini.key" -m file \
				-t "of $size" >/dev/null
			call 0 wax-verify -K "$keys/mini.pub" file
			err_is "wax-verify: the signature is good; its comment: of $size"
			call 0 wax-verify -q -k \
				"$(sed -n 2p "$keys/mini.pub")" file
			echo x | cat file - >other
			call 4 wax-verify -K "$keys/mini.pub" \
				-x file.minisig other
		done
	done
}
