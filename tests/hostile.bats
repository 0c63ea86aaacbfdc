#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Input that means harm: it is rejected soon, in little memory, with a message
# that does nothing but tell.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

setup_file() {
	wax_environment
	wax_keys
	wax_ssh_key ssh
}

setup() {
	wax_setup
	echo hello >in
	craft=("$python" "$top/tests/craft.py")
	open=(wax-open -i "$keys/x")
}

# rejects WORD ARGUMENT...: what craft.py makes with these arguments, by
# wax-open and wax-inspect, with this word, in less than 64 MiB.
rejects() {
	local word=$1 tool
	shift
	for tool in "${open[*]}" wax-inspect; do
		# shellcheck disable=SC2086
		"${craft[@]}" "$@" | call 1 "${craft[@]}" peak kib \
			timeout 20 $tool
		out_is
		err_has "${tool%% *}: " "$word"
		is_sanitized || [ "$(cat kib)" -lt 65536 ] ||
			fail "$(cat kib) KiB for $tool"
	done
}

@test "a header of a million stanzas, and one without end" {
	rejects 'the header has more than 16384 stanzas' stanzas 1000000
	rejects 'the header has more than 16384 stanzas' stanzas endless
}

@test "a header of one line of 20 MiB, and one without end" {
	rejects 'a line of more than 65536 bytes' line 20
	rejects 'a line of more than 65536 bytes' line endless
}

@test "a header of one body of 20 MiB, and one without end" {
	rejects 'the header is larger than 16777216 bytes' body 330000
	rejects 'the header is larger than 16777216 bytes' body endless
}

@test "a header of 17 MiB in few stanzas" {
	rejects 'the header is larger than 16777216 bytes' header 17
}

@test "a header of 15 MiB for nobody here is read in less than 64 MiB" {
	"${craft[@]}" header 15 | call 3 "${craft[@]}" peak kib \
		timeout 20 "${open[@]}"
	err_is "wax-open: standard input: sealed to none of the identities here"
	is_sanitized || [ "$(cat kib)" -lt 65536 ]
}

@test "endless white space, armor and rubbish are rejected soon" {
	yes '' | call 1 timeout 20 "${open[@]}"
	err_is "wax-open: standard input: not a sealed file"
	yes | call 1 timeout 20 "${open[@]}"
	call 1 timeout 20 "${open[@]}" /dev/zero
	{
		echo '-----BEGIN AGE ENCRYPTED FILE-----'
		yes AAAA | tr -d '\n'
	} | call 1 timeout 20 "${open[@]}"
	err_is "wax-open: standard input: a line of more than 65536 bytes"
	{
		echo '-----BEGIN AGE ENCRYPTED FILE-----'
		yes "$(printf '%064d' 0)"
	} | call 1 timeout 20 "${open[@]}"
	err_is "wax-open: standard input: not a sealed file"
	out_is
}

@test "a work factor above 22 is refused before anything is allocated" {
	echo secret >pw
	local n
	for n in 23 30 64 255 4294967297 99999999999999999999; do
		"${craft[@]}" scrypt "$n" >sealed
		call 1 "${craft[@]}" peak kib timeout 5 wax-open \
			--passphrase-file pw sealed
		err_is "wax-open: 'sealed': the passphrase's work factor is above 22, and would take too long"
		is_sanitized || [ "$(cat kib)" -lt 65536 ]
		# Nor is anybody asked.
		call 1 setsid -w wax-open sealed
		err_is "wax-open: 'sealed': the passphrase's work factor is above 22, and would take too long"
		call 1 wax-keygen -y --passphrase-file pw sealed
	done
	for n in 0 01 018 -1 +1 1x '' 0x12; do
		"${craft[@]}" scrypt "$n" >sealed
		call 1 wax-open --passphrase-file pw sealed
	done
}

@test "a work factor that is allowed, without the memory: I/O error" {
	is_sanitized && skip 'sanitizers need address space'
	echo secret >pw
	"${craft[@]}" scrypt 22 >sealed
	(
		ulimit -v 1000000
		call 7 wax-open --passphrase-file pw sealed
	)
	err_is "wax-open: the passphrase needs 4096 MiB of memory, $(
	)and there is not as much"
}

@test "low-order shares are rejected for all who read them" {
	local share
	for share in "$(printf '%064d' 0)" "01$(printf '%062d' 0)" \
		e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800 \
		5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157 \
		ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f \
		edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f \
		eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
	do
		"${craft[@]}" x25519 "$share" >sealed
		call 1 "${open[@]}" -o out sealed
		err_is "wax-open: 'sealed': the header is malformed, in a share of a key"
		if [ -e "$keys/ssh" ]; then
			"${craft[@]}" ssh "$share" "$keys/ssh.pub" >sealed
			call 1 wax-open -i "$keys/ssh" -o out sealed
			err_is "wax-open: 'sealed': the header is malformed, in a share of a key"
		fi
	done
	[ ! -e out ]
}

@test "a folder, a FIFO or a device as key file: refused, and no waiting" {
	mkdir folder
	mkfifo fifo
	local name hint
	wax-seal -R "$keys/x.pub" -o sealed in
	for name in folder fifo /dev/zero /dev/null /dev/random; do
		case $name in
		folder) hint="'folder' is a folder" ;;
		fifo) hint="'fifo' is not a regular file $(
		)(a FIFO is given as /dev/fd/3, with 3<FIFO)" ;;
		*) hint="'$name' is not a regular file" ;;
		esac
		call 2 timeout 5 wax-open -o out -i "$name" sealed
		err_is "wax-open: $hint"
		call 2 timeout 5 wax-seal -o out -i "$name" in
		err_is "wax-seal: $hint"
		# A folder is good there, with files in it.
		call 2 timeout 5 wax-seal -o out -R "$name" in
		err_is "wax-seal: ${hint/#\'folder\' is a folder/there is no file in \'folder\'}"
		call 2 timeout 5 wax-keygen -o out -y "$name"
		err_is "wax-keygen: $hint"
		call 2 timeout 5 wax-seal -o out -p --passphrase-file "$name" in
		err_is "wax-seal: $hint"
		out_is
	done
	holds folder fifo sealed in
}

@test "a home whose identity is a folder or a FIFO" {
	wax-seal -R "$keys/x.pub" -o sealed in
	export WAX_HOME=$work/home
	mkdir -p home/identity
	call 2 timeout 5 wax-open sealed
	err_is "wax-open: '$work/home/identity' is a folder"
	call 2 timeout 5 wax-keygen
	rmdir home/identity
	mkfifo home/identity
	call 2 timeout 5 wax-open sealed
	call 2 timeout 5 wax-keygen -y
	call 2 timeout 5 wax-keygen
	[ -p home/identity ]
}

@test "a terminal as key file is refused" {
	pty 2 -- wax-seal -a -R /dev/tty in
	out_has "'/dev/tty' is not a regular file"
	pty 2 -- wax-open -i /dev/tty in
	out_has "'/dev/tty' is not a regular file"
	locked_files
	pty 2 -- wax-open --passphrase-file /dev/tty hello.age
	out_has "'/dev/tty' is not a regular file"
}

@test "a device as message is read as such, a folder is refused" {
	call 0 wax-seal -R "$keys/x.pub" -o sealed /dev/null
	call 0 "${open[@]}" sealed
	out_is
	mkdir folder
	call 2 wax-seal -R "$keys/x.pub" -o other <folder
	holds in sealed folder
}

@test "an identity file over 16 MiB is refused, not cut" {
	wax-seal -R "$keys/x.pub" -o sealed in
	{
		cat "$keys/x"
		head -c 16777216 /dev/zero | tr '\0' '#'
	} >large
	call 1 "${craft[@]}" peak kib wax-open -i large sealed
	err_has "wax-open: 'large': " 'larger than 16777216 bytes'
	out_is
	# As large as may be.
	head -c 16777216 large >largest
	call 0 wax-open -i largest sealed
	out_same in
	# Sealed with a passphrase, it is no other.
	"${craft[@]}" header 17 >large
	call 1 wax-open -i large sealed
	err_has "'large'" 'larger than 16777216 bytes'
	# And from a pipe without end.
	call 1 timeout 20 wax-open -i - sealed < <(yes '#' 2>/dev/null)
	err_has 'larger than 16777216 bytes'
}

@test "NUL and escape bytes in key files do not reach the terminal" {
	local text as_recipients as_identities
	wax-seal -R "$keys/x.pub" -o sealed in
	while IFS='|' read -r as_recipients as_identities text; do
		# shellcheck disable=SC2059
		printf -- "$text\n" >list
		call "$as_recipients" wax-seal -R list -o out in
		err_has "wax-seal: 'list': "
		call "$as_identities" wax-open -i list -o out sealed
		err_has "wax-open: 'list': "
		call "$as_identities" wax-keygen -y list
		call 1 wax-inspect list
		call 1 "${open[@]}" list
		out_is
	done <<-'EOF'
		1|1|\000
		1|1|a\000b
		1|1|\033[31mred\033]0;title\a
		1|1|\377\376
		1|1|\302\233
		1|1|age1\033
		2|1|AGE-SECRET-KEY-1\033[2J
		1|1|\r\n\v
		1|1|ssh-ed25519 \033
		2|1|ssh-\033
		2|2|AGE-PLUGIN-\033
		2|2|-----BEGIN \033
		2|1|-----BEGIN OPENSSH PRIVATE KEY-----\033
	EOF
	holds in list sealed
}

@test "a key with a NUL in it is none" {
	wax-seal -R "$keys/x.pub" -o sealed in
	{ grep AGE "$keys/x" | tr -d '\n'; printf '\000\n'; } >id
	call 1 wax-open -i id sealed
	{ tr -d '\n' <"$keys/x.pub"; printf '\000\n'; } >list
	call 1 wax-seal -R list -o out in
	{ tr -d '\n' <"$keys/x.pub"; printf '\000 comment\n'; } >list
	call 1 wax-seal -R list -o out in
	out_is
	holds in sealed id list
}

@test "control bytes in arguments are escaped in messages" {
	local name=$'a\e[31mb\a\xff\n\xe2\x80\xaec\xc2\x9b'
	local shown='a\x1b[31mb\x07\xff\x0a\xe2\x80\xaec\xc2\x9b'
	call 7 wax-open "$name"
	err_is "wax-open: '$shown': No such file or directory"
	call 7 wax-open -i "$name"
	err_is "wax-open: '$shown': No such file or directory"
	call 7 wax-seal -R "$name" in
	err_is "wax-seal: '$shown': No such file or directory"
	call 7 wax-inspect "$name"
	call 2 wax-seal -r "$name" in
	err_is 'wax-seal: -r: not a recipient (one begins with age1 or ssh-ed25519; -R reads them from a file)'
	call 7 wax-seal -R "$keys/x.pub" -o "$name/x" in
	err_is "wax-seal: the folder of '$shown/x': No such file or directory"
	call 2 wax-open a "$name"
	err_is "wax-open: more than one file: '$shown' (wax-open takes one at a time)"
	locked_files
	call 2 wax-open --passphrase-fd "$name" hello.age
	err_is "wax-open: '$shown' is not a descriptor's number"
	call 2 wax-keygen -n "$name" -o id
	# What is made under such a name is told as such.
	call 0 wax-keygen -o "$name"
	err_has "made '$shown'"
	mkdir "$name.d"
	call 2 wax-open -i "$name.d" in
	err_is "wax-open: '$shown.d' is a folder"
	echo Zanzibar >"$name"2
	call 1 wax-open -i "${name}2" in
	err_is "wax-open: '${shown}2': line 1: not an identity"
	[ ! -e id ]
}

@test "very long arguments are cut in messages, and harm nothing" {
	local long
	long=$(printf '%100000s' '' | tr ' ' '\033')
	call 7 wax-open "$long"
	[ "$(wc -c <"$io/err")" -lt 6000 ]
	call 2 wax-seal -r "$long"
	call 2 wax-seal "--$long"
	[ "$(wc -c <"$io/err")" -lt 6000 ]
	call 2 wax-keygen -n "$long" -o id
	call 2 wax "$long"
	call 7 wax-seal -R "$keys/x.pub" -o "$long" in
	[ "$(wc -c <"$io/err")" -lt 6000 ]
	holds in
}

@test "control bytes in a sealed file's kinds do not reach messages" {
	local kind
	for kind in $'\e[31m' $'x\x7f' $'\xc2\x9b' $'a\rb' ''; do
		{
			printf 'age-encryption.org/v1\n-> %s\n\n' "$kind"
			printf -- '--- %043d\n%032d' 0 0
		} >sealed
		call 1 "${open[@]}" sealed
		err_is "wax-open: 'sealed': the header is malformed, in the first line of a stanza"
		call 1 wax-inspect sealed
		out_is
	done
}

@test "a secret key in the wrong place is never repeated" {
	local key where secret lower kinds='pq x'
	! is_sanitized || kinds=pq
	for key in $kinds; do
		key=$(grep AGE "$keys/$key")
		lower=$(echo "$key" | tr '[:upper:]' '[:lower:]')
		echo "$key" >list
		for where in "$key" "$lower" "x$key" "$key$key" "--$key" \
			"--passphrase=$key" "--$lower=x" "$key/x" \
			"--passphrase-fd=$key" "--nonsense=$key" "-r$key" \
			"-R$key" "-i$key" "-n$key" "-Z$key" $'a\n'"$key"; do
			for tool in keygen seal open inspect; do
				got=0
				"wax-$tool" -- "$where" >>shown 2>&1 ||
					got=1
				"wax-$tool" "$where" >>shown 2>&1 || got=1
				"wax-$tool" -i "$where" >>shown 2>&1 || got=1
				"wax-$tool" -R "$where" >>shown 2>&1 || got=1
				"wax-$tool" -r "$where" >>shown 2>&1 || got=1
				"wax-$tool" -o "$where/x" in >>shown 2>&1 ||
					got=1
				[ "$got" -eq 1 ]
			done
			wax "$where" >>shown 2>&1 || true
		done
		wax-seal -R list in >>shown 2>&1 || true
		wax-seal -r "$key" in >>shown 2>&1 || true
		wax-keygen -o "$key" >>shown 2>&1
		wax-keygen -o "$key" >>shown 2>&1 || true
		wax-open -i in list >>shown 2>&1 || true
		wax-inspect list >>shown 2>&1 || true
		# All but the prefix is what must not be seen, any 12 of it.
		secret=${key##*1}
		secret=${key#*KEY-}
		for ((at = 5; at + 12 <= ${#secret}; at += 4)); do
			run ! grep -qiF "${secret:at:12}" shown
		done
		grep -q 'a secret key where a recipient is due' shown
		rm shown
	done
}

@test "a secret key that is wrapped over lines is not repeated" {
	local key break
	key=$(grep AGE "$keys/pq")
	for break in $'\n' $'\r\n' ' ' $'\n> ' $'=\n'; do
		call 7 wax-open -i "${key:0:40}$break${key:40}" in
		run ! grep -qF "${key:45:12}" "$io/err"
	done
}

@test "a damaged secret key is not repeated either" {
	local key
	key=$(grep AGE "$keys/pq")
	echo "${key%????}" >id
	call 1 wax-open -i id in
	err_is "wax-open: 'id': line 1: a malformed secret key, $(
	)mistyped or cut"
	echo " $key" >id
	call 1 wax-open -i id in
	err_is "wax-open: 'id': line 1: not an identity"
	echo "$key" | tr '[:upper:]' '[:lower:]' >id
	call 1 wax-open -i id in
	echo "${key/AGE/age}" >id
	call 1 wax-open -i id in
	run ! grep -qi "${key:30:10}" "$io/err"
}

@test "cut after any byte, a small file does not open" {
	local step=1
	! is_sanitized || step=3
	wax-seal -R "$keys/x.pub" -o sealed in
	run "$python" "$top/tests/mutate.py" cut "$WAX_BIN/wax-open" \
		"$keys/x" sealed in "$step"
	[ "$output" = $((($(stat -c %s sealed) + step - 1) / step)) ]
	wax-seal -R "$keys/pq.pub" -o pq in
	run "$python" "$top/tests/mutate.py" cut "$WAX_BIN/wax-open" \
		"$keys/pq" pq in 7
	[ "$output" = $((($(stat -c %s pq) + 6) / 7)) ]
}

@test "cut after any byte, a small armored file does not open" {
	local step=1
	! is_sanitized || step=5
	wax-seal -a -R "$keys/x.pub" in | head -c -1 >sealed
	run "$python" "$top/tests/mutate.py" cut "$WAX_BIN/wax-open" \
		"$keys/x" sealed in "$step"
	[ "$output" = $((($(stat -c %s sealed) + step - 1) / step)) ]
}

@test "with any bit turned, a small file does not open" {
	local step=1
	! is_sanitized || step=7
	wax-seal -R "$keys/x.pub" -o sealed in
	run "$python" "$top/tests/mutate.py" flip "$WAX_BIN/wax-open" \
		"$keys/x" sealed in "$step"
	[ "$output" = $(((8 * $(stat -c %s sealed) + step - 1) / step)) ]
}

@test "with any bit turned, a small post-quantum file does not open" {
	local step=17
	! is_sanitized || step=101
	wax-seal -R "$keys/pq.pub" -o sealed in
	run "$python" "$top/tests/mutate.py" flip "$WAX_BIN/wax-open" \
		"$keys/pq" sealed in "$step"
	[ "$output" = $(((8 * $(stat -c %s sealed) + step - 1) / step)) ]
}

@test "with any bit turned, a small armored file does not open" {
	local step=3
	! is_sanitized || step=19
	wax-seal -a -R "$keys/x.pub" -o sealed in
	run "$python" "$top/tests/mutate.py" flip "$WAX_BIN/wax-open" \
		"$keys/x" sealed in "$step"
	[ "$output" = $(((8 * $(stat -c %s sealed) + step - 1) / step)) ]
}

@test "pieces put together wrongly do not open" {
	random 200000 data
	wax-seal -R "$keys/x.pub" -o a data
	wax-seal -R "$keys/x.pub" -o b data
	local start=184 chunk=65552
	# Chunks swapped, doubled, left out, and of another file.
	{
		head -c $((start)) a
		tail -c +$((start + chunk + 1)) a | head -c $chunk
		tail -c +$((start + 1)) a | head -c $chunk
		tail -c +$((start + 2 * chunk + 1)) a
	} >swapped
	call 1 "${open[@]}" swapped
	out_is
	{
		head -c $((start + chunk)) a
		tail -c +$((start + 1)) a
	} >doubled
	call 1 "${open[@]}" doubled
	out_same <(head -c 65536 data)
	{
		head -c $((start + chunk)) a
		tail -c +$((start + 2 * chunk + 1)) a
	} >less
	call 1 "${open[@]}" less
	out_same <(head -c 65536 data)
	{
		head -c $((start + chunk)) a
		tail -c +$((start + chunk + 1)) b
	} >other
	call 1 "${open[@]}" other
	out_same <(head -c 65536 data)
	cat a a >twice
	call 1 "${open[@]}" twice
	out_same <(head -c 196608 data)
	call 1 "${open[@]}" -o out twice
	{ head -c 168 a; tail -c +169 b; } >header
	call 1 "${open[@]}" -o out header
	[ ! -e out ]
}

@test "an SSH private key in the place of a file's name is not repeated" {
	needs ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -f key
	call 7 wax-open -i "$(cat key)" sealed
	run ! grep -qF "$(sed -n 3p key)" "$io/err"
}
