#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# --passphrase-fd and --passphrase-file: where a script's passphrase comes from,
# and what is not one.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

setup() {
	wax_setup
	locked_files
}

# refused STATUS TEXT OPTION...: by wax-open, wax-seal and wax-keygen alike, and
# before they make anything.
refused() {
	local want=$1 text=$2
	shift 2
	find . | sort >"$io/before"
	call "$want" timeout 5 wax-open -o out "$@" hello.age
	err_is "wax-open: $text"
	call "$want" timeout 5 wax-seal -p -o out "$@" hello.age
	err_is "wax-seal: $text"
	call "$want" timeout 5 wax-keygen -p -o out "$@"
	err_is "wax-keygen: $text"
	find . | sort | cmp - "$io/before"
}

# opens OPTION...: hello.age with it.
opens() {
	call 0 timeout 5 wax-open "$@" hello.age
	out_is hello
	err_is
}

@test "from a file: with LF, CR LF, or no line end" {
	local end
	for end in '' '\n' '\r\n'; do
		# shellcheck disable=SC2059
		printf "correct horse$end" >pw
		opens --passphrase-file pw
		opens --passphrase-file=pw
	done
}

@test "one line end is taken off, spaces are not" {
	local odd
	for odd in 'correct horse \n' ' correct horse' 'correct horse\r\r\n' \
		'correct horse\t\n' 'Correct horse\n'; do
		# shellcheck disable=SC2059
		printf "$odd" >pw
		call 3 wax-open --passphrase-file pw hello.age
		err_is "wax-open: 'hello.age': the passphrase is wrong"
		out_is
	done
}

@test "from a descriptor: a file, a pipe, a here-string" {
	opens --passphrase-fd 3 3<pw
	opens --passphrase-fd 9 9<pw
	opens --passphrase-fd=4 4<<<'correct horse'
	opens --passphrase-fd 5 5< <(printf 'correct horse')
	# From where it stands, not from the file's start.
	printf 'first line\ncorrect horse\n' >two
	exec 6<two
	dd bs=11 count=1 status=none <&6
	opens --passphrase-fd 6
	exec 6<&-
}

@test "from a process substitution of the shell" {
	opens --passphrase-file <(echo 'correct horse')
	call 0 wax-keygen -y --passphrase-file <(cat pw) locked
	out_is "$locked_recipient"
}

@test "one passphrase is read once, and serves wherever it is asked for" {
	cp locked second
	echo hi | wax-seal -r "$locked_recipient" -o sealed
	call 0 wax-open --passphrase-fd 5 -i locked -i second sealed \
		5< <(echo 'correct horse')
	out_is hi
}

@test "it is not read where none is needed" {
	wax-keygen -o id 2>/dev/null
	echo hi | wax-seal -i id -o sealed
	call 0 wax-open --passphrase-file missing -i id sealed
	out_is hi
	err_is
}

@test "descriptors 0 to 2 are not for passphrases" {
	local n
	for n in 0 1 2 00 02; do
		refused 2 "descriptor $((n)) is not for passphrases $(
		)(use --passphrase-fd 3 and 3<FILE)" --passphrase-fd "$n" <pw
	done
}

@test "a descriptor is a number, and open for reading" {
	local n
	for n in x '' -3 +3 3x ' 3' 0x3 99999999999999999999 1000001; do
		refused 2 "'$n' is not a descriptor's number" \
			--passphrase-fd="$n"
	done
	refused 7 'descriptor 77 is not open' --passphrase-fd 77
	exec 6>>pw
	refused 7 "the passphrase's descriptor is closed" --passphrase-fd 6
	exec 6>&-
}

@test "a descriptor that is not open is told, and no other taken for it" {
	echo line >in
	local n
	for n in 3 4 5 6; do
		call 7 wax-seal -p --passphrase-fd "$n" -o out in \
			3>&- 4>&- 5>&- 6>&-
		err_is "wax-seal: descriptor $n is not open"
		call 7 wax-open -i locked --passphrase-fd "$n" hello.age \
			3>&- 4>&- 5>&- 6>&-
		out_is
		call 7 wax-keygen -p --passphrase-fd "$n" -o out \
			3>&- 4>&- 5>&- 6>&-
		holds pw wrong hello.age locked in
	done
}

@test "standard input is not for passphrases" {
	refused 2 'no passphrase is read from standard input (--passphrase-fd 3 3<FILE reads one)' \
		--passphrase-file - <pw
}

@test "two sources of a passphrase are refused" {
	exec 6<pw
	refused 2 'the passphrase is given twice' \
		--passphrase-file pw --passphrase-fd 6
	refused 2 'the passphrase is given twice' \
		--passphrase-fd 6 --passphrase-file pw
	refused 2 'the passphrase is given twice' \
		--passphrase-file pw --passphrase-file pw
	exec 6<&-
}

@test "an empty passphrase is refused" {
	local text
	for text in '' '\n' '\r\n'; do
		# shellcheck disable=SC2059
		printf "$text" >pw
		refused 2 'the passphrase is empty' --passphrase-file pw
	done
	refused 2 'the passphrase is empty' --passphrase-file <(:)
}

@test "no name of standard input gives a passphrase" {
	local name
	for name in - /dev/stdin /dev/fd/0 /proc/self/fd/0; do
		refused 2 'no passphrase is read from standard input (--passphrase-fd 3 3<FILE reads one)' \
			--passphrase-file "$name" < <(echo secret)
	done
}

@test "more than one line, and a NUL, are refused" {
	local text
	for text in 'one\ntwo\n' 'one\n\n' '\none' 'one\000' '\000' \
		'on\000e\n'; do
		# shellcheck disable=SC2059
		printf "$text" >pw
		refused 2 'the passphrase is not one line of text' \
			--passphrase-file pw
	done
}

@test "up to 1024 bytes are taken, more are refused, not cut" {
	printf '%1024s' '' | tr ' ' x >longest
	echo hi | call 0 wax-seal -p --passphrase-file longest -o sealed
	call 0 wax-open --passphrase-file longest sealed
	out_is hi
	local size end
	for size in 1025 1026 1027 2000 5000 100000; do
		for end in '' '\n'; do
			printf '%*s' "$size" '' | tr ' ' x >pw
			# shellcheck disable=SC2059
			printf "$end" >>pw
			refused 2 'the passphrase is longer than 1024 bytes' \
				--passphrase-file pw
		done
	done
}

@test "a passphrase's file is a regular file" {
	mkdir folder
	mkfifo fifo
	refused 2 "'folder' is a folder" --passphrase-file folder
	local name
	for name in /dev/zero /dev/null /dev/tty; do
		[ "$name" != /dev/tty ] || : 2>/dev/null </dev/tty || continue
		refused 2 "'$name' is not a regular file" \
			--passphrase-file "$name"
	done
	# What a FIFO's message says is so.
	refused 2 "'fifo' is not a regular file (a FIFO is given as $(
	)/dev/fd/3, with 3<FIFO)" --passphrase-file fifo
	cat pw >fifo 3>&- &
	local cat=$!
	call 0 wax-open --passphrase-file /dev/fd/3 hello.age 3<fifo
	out_is hello
	wait "$cat"
	refused 7 "'missing': No such file or directory" \
		--passphrase-file missing
	refused 7 "'': No such file or directory" --passphrase-file ''
}

@test "an endless passphrase is refused soon" {
	call 2 timeout 5 wax-open --passphrase-fd 5 hello.age \
		5< <(tr '\0' x </dev/zero 2>/dev/null)
	err_is 'wax-open: the passphrase is longer than 1024 bytes'
}

@test "a passphrase is not taken from the arguments or the environment" {
	call 2 setsid -w wax-open -p hello.age
	call 2 setsid -w wax-open --passphrase='correct horse' hello.age
	run ! grep -q horse "$io/err"
	call 2 setsid -w wax-seal --passphrase='correct horse' hello.age
	err_is "wax-seal: option '--passphrase' takes no value $(
	)(wax-seal --help shows all)"
	AGE_PASSPHRASE='correct horse' WAX_PASSPHRASE='correct horse' \
		PASSPHRASE='correct horse' call 2 setsid -w wax-open hello.age
	err_has 'no terminal'
}

@test "the file with the passphrase is left as it was" {
	cp pw copy
	touch -d 2020-01-01 pw
	opens --passphrase-file pw
	cmp pw copy
	[ "$(stat -c %Y pw)" -eq "$(date -d 2020-01-01 +%s)" ]
	holds pw wrong hello.age locked copy
}
