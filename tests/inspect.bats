#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# wax-inspect: what it says of a sealed file, to people and to programs.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC1003 # a backslash before a quote is meant so

load helpers

setup_file() {
	wax_environment
	wax_keys
	wax_ssh_key ssh
}

setup() {
	wax_setup
	echo hello >in
}

# stanza TYPE ARGUMENT...: with a body of 32 bytes.
stanza() {
	printf -- '-> %s\n' "$*"
	printf '%043d\n' 0
}

# header STANZA...: each a word list, with a MAC of nobody.
header() {
	local words
	printf 'age-encryption.org/v1\n'
	for words; do
		# shellcheck disable=SC2086
		stanza $words
	done
	printf -- '--- %043d\n' 0
}

# payload SIZE: of a plaintext of that size.
payload() { head -c $((16 + $1 + 16 * ($1 ? ($1 + 65535) / 65536 : 1))) /dev/zero; }

# json EXPRESSION...: each is true of the one object, j, that was printed.
json() {
	"$python" - "$io/out" "$@" <<-'EOF' || fail "not so: $*"
		import json, sys
		with open(sys.argv[1]) as file:
		    text = file.read()
		assert text.count("\n") == 1 and text.endswith("\n")
		j = json.loads(text, object_pairs_hook=lambda pairs:
		               dict(pairs) if len(dict(pairs)) == len(pairs)
		               else sys.exit("a key twice"))
		for expression in sys.argv[2:]:
		    if not eval(expression):
		        sys.exit(f"{expression}: {j}")
	EOF
}

# tells SEALED ARMOR PQ COUNT LINES HEADER PLAINTEXT: in text and as JSON.
tells() {
	local chunks=$(($7 ? ($7 + 65535) / 65536 : 1)) payload
	payload=$((16 + $7 + 16 * chunks))
	printf '%s\n' 'version: age-encryption.org/v1' "armor: $2" \
		"post-quantum: $3" "recipients: $4" "$5" "header: $6 bytes" \
		"payload: $payload bytes" "plaintext: $7 bytes" >want
	call 0 wax-inspect "$1"
	err_is
	out_same want
	call 0 wax-inspect <"$1"
	out_same want
	call 0 wax-inspect --json "$1"
	err_is
	json 'list(j) == ["version", "armor", "post_quantum", "recipients",
		"header_bytes", "payload_bytes", "plaintext_bytes"]' \
		'j["version"] == "age-encryption.org/v1"' \
		"j['armor'] is ('$2' == 'yes')" \
		"j['post_quantum'] is dict(yes=True, no=False).get('$3')" \
		"'\n'.join('  %(type)s: %(count)s' % r
			for r in j['recipients']) == '''$5'''" \
		"sum(r['count'] for r in j['recipients']) == $4" \
		"j['header_bytes'] == $6" "j['payload_bytes'] == $payload" \
		"j['plaintext_bytes'] == $7"
}

@test "a file for a post-quantum recipient" {
	wax-seal -R "$keys/pq.pub" -o sealed in
	# The stanza's line, 44 characters of body, the MAC's line.
	tells sealed no yes 1 '  mlkem768x25519: 1' \
		$((22 + 18 + 1494 + 1 + 44 + 48)) 6
}

@test "a file for classic recipients" {
	wax-seal -R "$keys/x.pub" -R "$keys/x2.pub" -o sealed in
	tells sealed no no 2 '  X25519: 2' $((22 + 2 * (54 + 44) + 48)) 6
}

@test "a file for an SSH key and another" {
	needs ssh-keygen
	wax-seal -R "$keys/ssh.pub" -R "$keys/x.pub" -o sealed in
	tells sealed no no 2 $'  ssh-ed25519: 1\n  X25519: 1' \
		$((22 + 15 + 7 + 44 + 44 + 98 + 48)) 6
}

@test "a file for a passphrase" {
	locked_files
	tells hello.age yes yes 1 '  scrypt: 1' 149 6
}

@test "an armored file" {
	random 100000 data
	wax-seal -a -R "$keys/x.pub" -o sealed data
	tells sealed yes no 1 '  X25519: 1' 168 100000
	sed 's/$/\r/' sealed >crlf
	tells crlf yes no 1 '  X25519: 1' 168 100000
}

@test "sizes around those of the chunks" {
	local size
	for size in 0 1 65535 65536 65537 131072 131073; do
		random "$size" data
		wax-seal -R "$keys/x.pub" data >sealed
		tells sealed no no 1 '  X25519: 1' 168 "$size"
	done
}

@test "kinds in the order of their first appearance, unknown ones too" {
	{
		header 'X25519 A' 'x-grease' 'X25519 B' 'piv-p256 a b' \
			'X25519 C' 'x-grease y'
		payload 10
	} >sealed
	tells sealed no no 6 $'  X25519: 3\n  x-grease: 2\n  piv-p256: 1' \
		"$(head -c -42 sealed | wc -c)" 10
	{ header 'mlkem768x25519 A' 'joint'; payload 10; } >sealed
	tells sealed no unknown 2 $'  mlkem768x25519: 1\n  joint: 1' \
		"$(head -c -42 sealed | wc -c)" 10
	{ header 'mlkem768x25519 A' 'X25519 B'; payload 10; } >sealed
	tells sealed no no 2 $'  mlkem768x25519: 1\n  X25519: 1' \
		"$(head -c -42 sealed | wc -c)" 10
}

@test "a hostile kind makes valid JSON all the same" {
	{ header '"\' '\u0041"},' '",{}[]:' '<script>&' '</'; payload 1; } \
		>sealed
	call 0 wax-inspect --json sealed
	json '[r["type"] for r in j["recipients"]] == ["\"\\", "\\u0041\"},",
		"\",{}[]:", "<script>&", "</"]'
	if command -v jq >/dev/null; then
		[ "$(jq -r '.recipients[0].type' "$io/out")" = '"\' ]
	fi
	call 0 wax-inspect sealed
	out_has '  "\: 1' '  \u0041"},: 1'
}

@test "long kinds and many kinds are told in lines of limited length" {
	local kind i
	kind=$(printf '%3000s' '' | tr ' ' '"')
	{ header "$kind" "${kind}x"; payload 1; } >sealed
	call 0 wax-inspect sealed
	[ "$(awk '{ print length }' "$io/out" | sort -n | tail -n 1)" -lt 300 ]
	out_has 'recipients: 2'
	call 0 wax-inspect --json sealed
	json 'sum(r["count"] for r in j["recipients"]) == 2'
	# shellcheck disable=SC2046
	{ header $(for i in $(seq 500); do echo "kind$i"; done); payload 1; } \
		>sealed
	call 0 wax-inspect sealed
	out_has 'recipients: 500' '  kind1: 1'
	[ "$(wc -l <"$io/out")" -lt 100 ]
	call 0 wax-inspect --json sealed
	json 'sum(r["count"] for r in j["recipients"]) == 500'
}

@test "from a pipe that stalls in the payload, the header is told at once" {
	wax-seal -R "$keys/x.pub" -o sealed in
	mkfifo fifo
	timeout 10 wax-inspect <fifo >"$io/out" 2>"$io/err" 3>&- &
	exec 9>fifo
	head -c 180 sealed >&9
	local i
	for ((i = 0; i < 500; i++)); do
		! grep -q '^header: 168 bytes$' "$io/out" || break
		sleep 0.01
	done
	out_is 'version: age-encryption.org/v1' 'armor: no' 'post-quantum: no' \
		'recipients: 1' '  X25519: 1' 'header: 168 bytes'
	tail -c +181 sealed >&9
	exec 9>&-
	wait "$!"
	err_is
	out_has 'plaintext: 6 bytes'
}

@test "from a pipe that stalls in an armored payload, too" {
	random 1000 data
	wax-seal -a -R "$keys/x.pub" -o sealed data
	mkfifo fifo
	timeout 10 wax-inspect <fifo >"$io/out" 2>"$io/err" 3>&- &
	exec 9>fifo
	head -n 6 sealed >&9
	local i
	for ((i = 0; i < 500; i++)); do
		! grep -q '^header: 168 bytes$' "$io/out" || break
		sleep 0.01
	done
	out_has 'header: 168 bytes' 'armor: yes'
	tail -n +7 sealed >&9
	exec 9>&-
	wait "$!"
	out_has 'plaintext: 1000 bytes'
}

@test "a payload that is cut short exits 1; JSON then says nothing" {
	random 70000 data
	wax-seal -R "$keys/x.pub" -o sealed data
	local size
	for size in 168 169 184 199 $((168 + 16 + 65552 + 16)); do
		head -c "$size" sealed >less
		call 1 wax-inspect less
		out_has 'header: 168 bytes'
		run ! grep -q payload "$io/out"
		err_is "wax-inspect: 'less': the payload is cut short"
		call 1 wax-inspect --json less
		out_is
		err_is "wax-inspect: 'less': the payload is cut short"
	done
	wax-seal -a -R "$keys/x.pub" data | sed '$d' >less
	call 1 wax-inspect less
	err_is "wax-inspect: 'less': the armor is cut short: no END line"
}

@test "a header that is cut short anywhere exits 1 and says nothing" {
	wax-seal -R "$keys/x.pub" -o sealed in
	local size
	for ((size = 1; size < 168; size += 3)); do
		head -c "$size" sealed >less
		call 1 wax-inspect less
		out_is
		err_is "wax-inspect: 'less': the header is cut short"
	done
}

@test "what is no sealed file exits 1" {
	call 1 wax-inspect in
	out_is
	err_is "wax-inspect: 'in': not a sealed file"
	call 1 wax-inspect </dev/null
	err_is "wax-inspect: standard input: it is empty"
	call 1 wax-inspect --json </dev/null
	out_is
	{ header; payload 1; } >none
	call 1 wax-inspect none
	err_is "wax-inspect: 'none': the header is for no recipient"
}

@test "what cannot be read is told" {
	mkdir folder
	call 7 wax-inspect missing
	err_is "wax-inspect: 'missing': No such file or directory"
	call 2 wax-inspect folder
	err_is "wax-inspect: 'folder' is a folder"
	call 2 wax-inspect in in
	err_is "wax-inspect: more than one file: 'in' (wax-inspect takes one at a time)"
	call 2 wax-inspect -o out in
	err_has "option '-o' is not known"
	holds in folder
}

@test "it needs no key and no home" {
	wax-seal -R "$keys/x.pub" -o sealed in
	unset HOME
	call 0 wax-inspect sealed
	call 0 wax-inspect --json -- sealed
	call 0 wax-inspect - <sealed
}

@test "a full device is an I/O error" {
	wax-seal -R "$keys/x.pub" -o sealed in
	local option got
	for option in '' --json; do
		got=0
		wax-inspect ${option:+"$option"} sealed >/dev/full \
			2>"$io/err" || got=$?
		[ "$got" -eq 7 ]
		err_is 'wax-inspect: standard output: No space left on device'
	done
}
