#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What a person at a terminal meets: the prompt for a passphrase, what may be
# shown, and the progress line. pty.py is the person.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

setup_file() {
	wax_environment
	wax_keys
}

setup() {
	wax_setup
	locked_files
	files=(pw wrong hello.age locked)
	open=(wax-open -i "$keys/x")
}

# shows TEXT: exactly this was shown on the terminal.
shows() {
	# shellcheck disable=SC2059
	printf "$1" | cmp -s - "$io/out" || fail "not what was to be shown: $1"
}

# ended STATUS: how it went, the terminal echoing again.
ended() { err_is "exit $1" 'echo on'; }

# seal_text FORMAT FILE
seal_text() {
	# shellcheck disable=SC2059
	printf "$1" | wax-seal -R "$keys/x.pub" -o "$2"
}

@test "the passphrase is asked for on the terminal, and never echoed" {
	pty 0 'expect:Passphrase: ' echo:off 'send:correct horse\n' -- \
		wax-open hello.age
	ended 0
	shows 'Passphrase: \nhello\n'
	holds "${files[@]}"
}

@test "a wrong passphrase exits 3" {
	pty 3 'expect:Passphrase: ' 'send:correct hors\n' -- \
		wax-open -o out hello.age
	ended 3
	shows 'Passphrase: \nwax-open: the passphrase is wrong\n'
	holds "${files[@]}"
}

@test "the passphrase may be edited, and hold any byte but the line's end" {
	pty 0 'expect:Passphrase: ' 'send:correct horsX\x7fe\n' -- \
		wax-open hello.age
	shows 'Passphrase: \nhello\n'
	pty 0 'expect:New passphrase: ' 'send:z\xc3\xa4 \xff\n' \
		'expect:The same again: ' 'send:z\xc3\xa4 \xff\n' -- \
		wax-seal -p -o sealed pw
	printf 'z\303\244 \377' >odd
	call 0 wax-open --passphrase-file odd sealed
	out_same pw
}

@test "a new passphrase is asked for twice" {
	pty 0 'expect:New passphrase: ' echo:off 'send:s3cret word\n' \
		'expect:The same again: ' echo:off 'send:s3cret word\n' -- \
		wax-seal -p -o sealed pw
	ended 0
	shows 'New passphrase: \nThe same again: \n'
	echo 's3cret word' >right
	call 0 wax-open --passphrase-file right sealed
	out_same pw
	pty 0 'expect:New passphrase: ' 'send:s3cret word\n' \
		'expect:The same again: ' 'send:s3cret word\n' -- \
		wax-keygen -p -o id
	mode_is 600 id
	call 0 wax-keygen -y --passphrase-file right id
	out_has age1pq1
}

@test "two new passphrases that differ: exit 2, and no file" {
	pty 2 'expect:New passphrase: ' 'send:one\n' \
		'expect:The same again: ' 'send:two\n' -- \
		wax-seal -p -o sealed pw
	ended 2
	shows "New passphrase: \nThe same again: \n$(
	)wax-seal: the two passphrases are not the same\n"
	pty 2 'expect:New passphrase: ' 'send:one\n' \
		'expect:The same again: ' 'send:one \n' -- wax-keygen -p
	ended 2
	holds "${files[@]}"
	[ -z "$(find "$HOME" -type f)" ]
}

@test "an empty passphrase: exit 2, and no file" {
	pty 2 'expect:New passphrase: ' 'send:\n' -- wax-seal -p -o sealed pw
	ended 2
	shows 'New passphrase: \nwax-seal: the passphrase is empty\n'
	pty 2 'expect:Passphrase: ' 'send:\n' -- wax-open hello.age
	ended 2
	shows 'Passphrase: \nwax-open: the passphrase is empty\n'
	holds "${files[@]}"
}

@test "a passphrase that is too long is refused, not cut" {
	local long
	long=$(printf '%1025s' '' | tr ' ' x)
	pty 2 'expect:New passphrase: ' "send:$long\n" -- \
		wax-seal -p -o sealed pw
	ended 2
	out_has 'wax-seal: the passphrase is longer than 1024 bytes'
	holds "${files[@]}"
}

@test "ctrl-D at the prompt: exit 2, echo restored, and no file" {
	pty 2 'expect:Passphrase: ' echo:off key:D -- \
		wax-open -o out hello.age
	ended 2
	out_has 'wax-open: no passphrase was given'
	pty 2 'expect:New passphrase: ' 'send:one\n' \
		'expect:The same again: ' key:D -- wax-seal -p -o sealed pw
	ended 2
	holds "${files[@]}"
}

@test "ctrl-C at the prompt: dies of it, echo restored, and no file" {
	pty 130 'expect:Passphrase: ' echo:off reading key:C -- \
		wax-open -o out hello.age
	err_is 'signal SIGINT' 'echo on'
	shows 'Passphrase: \n'
	pty 130 'expect:New passphrase: ' reading key:C -- \
		wax-seal -p -o sealed pw
	err_is 'signal SIGINT' 'echo on'
	pty 130 'expect:New passphrase: ' 'send:one\n' \
		'expect:The same again: ' reading 'send:on' key:C -- \
		wax-keygen -p
	err_is 'signal SIGINT' 'echo on'
	shows 'New passphrase: \nThe same again: \n'
	pty 131 'expect:Passphrase: ' reading "key:\\\\" -- \
		wax-open -i locked -o out hello.age
	err_is 'signal SIGQUIT' 'echo on'
	holds "${files[@]}"
	[ -z "$(find "$HOME" -type f)" ]
}

@test "ctrl-C that comes right behind the prompt is not lost" {
	needs strace
	# The prompt's write returns only after the key was pressed.
	pty 130 --timeout=5 'expect:Passphrase: ' key:C -- strace -qq -o /dev/null \
		-e trace=write -e inject=write:delay_exit=200000 \
		wax-open -o out hello.age
	err_is 'signal SIGINT' 'echo on'
	holds "${files[@]}"
}

@test "ctrl-C with SIGINT ignored is ignored" {
	pty 0 'expect:Passphrase: ' reading key:C 'send:correct horse\n' -- \
		sh -c 'trap "" INT; exec wax-open hello.age'
	ended 0
	out_has hello
}

@test "ctrl-Z at the prompt stops with echo, and asks again when continued" {
	pty 0 'expect:Passphrase: ' echo:off reading 'send:corr' key:Z stopped \
		echo:on cont 'expect:Passphrase: ' echo:off \
		'send:correct horse\n' -- wax-open hello.age
	ended 0
	shows 'Passphrase: \nPassphrase: \nhello\n'
	pty 130 'expect:Passphrase: ' reading key:Z stopped echo:on cont \
		'expect:Passphrase: ' echo:off reading key:C -- \
		wax-open hello.age
	err_is 'signal SIGINT' 'echo on'
}

@test "in the background it stops, and asks when put into the foreground" {
	pty 0 --background stopped echo:on cont 'expect:Passphrase: ' \
		echo:off 'send:correct horse\n' -- wax-open hello.age
	ended 0
	out_has hello
}

@test "the prompt names the identity file that is locked" {
	echo hi | wax-seal -r "$locked_recipient" -o sealed
	pty 0 "expect:Passphrase of 'locked': " 'send:correct horse\n' -- \
		wax-open -i locked sealed
	ended 0
	shows "Passphrase of 'locked': \nhi\n"
}

@test "a file's name in the prompt has its control bytes escaped" {
	echo hi | wax-seal -r "$locked_recipient" -o sealed
	local name=$'a\e[31mb\xff\n'
	cp locked "$name"
	pty 0 "expect:Passphrase of 'a" 'expect:: ' 'send:correct horse\n' -- \
		wax-open -i "$name" sealed
	shows "Passphrase of 'a\\\\x1b[31mb\\\\xff\\\\x0a': \nhi\n"
}

@test "without any terminal: exit 2, and a hint" {
	local hint='(--passphrase-file and --passphrase-fd need no terminal)'
	call 2 setsid -w wax-open -o out hello.age
	err_is "wax-open: no terminal to ask for the passphrase $hint"
	call 2 setsid -w wax-seal -p -o sealed pw
	err_is "wax-seal: no terminal to ask for the passphrase $hint"
	call 2 setsid -w wax-keygen -p
	err_is "wax-keygen: no terminal to ask for the passphrase $hint"
	call 2 setsid -w wax-keygen -y locked
	holds "${files[@]}"
	[ -z "$(find "$HOME" -type f)" ]
}

@test "piped stdin is data, and never the passphrase" {
	echo 'correct horse' | call 2 setsid -w wax-open hello.age
	err_has 'no terminal to ask for the passphrase'
	out_is
	pty 0 --stdin=hello.age --stdout=out 'expect:Passphrase: ' \
		'send:correct horse\n' -- wax-open
	ended 0
	shows 'Passphrase: \n'
	[ "$(cat out)" = hello ]
	pty 0 --stdin=pw --stdout=sealed 'expect:New passphrase: ' \
		'send:word\n' 'expect:The same again: ' 'send:word\n' -- \
		wax-seal -p
	shows 'New passphrase: \nThe same again: \n'
	echo word >right
	call 0 wax-open --passphrase-file right sealed
	out_same pw
}

@test "the prompt is shown with stdout and stderr elsewhere" {
	pty 3 --stdout=out --stderr=err 'expect:Passphrase: ' 'send:x\n' -- \
		wax-open hello.age
	shows 'Passphrase: \n'
	[ "$(cat err)" = 'wax-open: the passphrase is wrong' ]
	[ ! -s out ]
}

@test "a passphrase by option asks nothing on the terminal" {
	pty 0 -- wax-open --passphrase-file pw hello.age
	ended 0
	shows 'hello\n'
}

@test "a binary sealed file is not for a terminal, unless -o - insists" {
	local words
	words="wax-seal: binary output is not for a terminal $(
	)(-a makes text, -o FILE writes a file, -o - insists)"
	pty 2 -- wax-seal -R "$keys/x.pub" pw
	ended 2
	shows "$words\n"
	# Before any question is asked.
	pty 2 -- wax-seal -p pw
	shows "$words\n"
	pty 0 -- wax-seal -R "$keys/x.pub" -o - pw
	out_has 'age-encryption.org/v1'
	pty 0 --stdout=sealed -- wax-seal -R "$keys/x.pub" pw
	shows ''
	call 0 "${open[@]}" sealed
	out_same pw
}

@test "armor goes to a terminal" {
	pty 0 -- wax-seal -a -R "$keys/x.pub" pw
	ended 0
	cp "$io/out" sealed
	call 0 "${open[@]}" sealed
	out_same pw
}

@test "keys, recipients and what wax-inspect says go to a terminal" {
	pty 0 -- wax-keygen -o -
	out_has AGE-SECRET-KEY-PQ-1
	pty 0 -- wax-keygen -y "$keys/x"
	out_same "$keys/x.pub"
	pty 0 -- wax-inspect hello.age
	out_has 'scrypt: 1'
	pty 0 -- wax-open --help
	out_has 'usage: wax-open'
}

@test "plain text of any script reaches a terminal" {
	local text='Gr\303\274\303\237e,\t\344\275\240\345\245\275 \360\237\220\264\r\nend\n'
	seal_text "$text" sealed
	pty 0 -- "${open[@]}" sealed
	ended 0
	shows "$text"
	# Without a last line end, and empty.
	seal_text 'no end' other
	pty 0 -- "${open[@]}" other
	shows 'no end'
	seal_text '' empty
	pty 0 -- "${open[@]}" empty
	shows ''
}

@test "text across the borders of chunks reaches a terminal whole" {
	# Three bytes each, so that a border falls into a character.
	yes '€' | tr -d '\n' | head -c 90000 >text
	wax-seal -R "$keys/x.pub" -o sealed text
	pty 0 -- "${open[@]}" sealed
	ended 0
	out_same text
	{ printf 'x'; cat text; } >shifted
	wax-seal -R "$keys/x.pub" -o sealed2 shifted
	pty 0 -- "${open[@]}" sealed2
	out_same shifted
}

@test "what is not plain text is refused on a terminal" {
	local text words
	words="wax-open: this is not plain text, and not for a $(
	)terminal (-o FILE writes a file, -o - insists)"
	for text in 'red \033[31mtext\n' 'bell\a' 'nul\000' 'back\b' \
		'del\177' 'over\rwritten\n' 'cr\r' 'c1\302\233m' \
		'bad\377' 'cut\303' 'turn\342\200\256ed' \
		'surrogate\355\240\200' 'over\300\257long'; do
		seal_text "$text" sealed
		pty 2 -- "${open[@]}" sealed
		ended 2
		tail -n 1 "$io/out" | grep -qF "$words" ||
			fail "not refused: $text"
		[ "$(tr -d '\n\040-\176' <"$io/out" | wc -c)" -eq 0 ] ||
			fail "shown of $text"
		# -o - lets all of it through.
		pty 0 -- "${open[@]}" -o - sealed
		ended 0
		shows "$text"
		# A file gets all of it as well.
		call 0 "${open[@]}" sealed
		rm sealed
	done
}

@test "a secret key in a message is text like any other" {
	wax-seal -R "$keys/x.pub" -o sealed "$keys/pq"
	pty 0 -- "${open[@]}" sealed
	out_same "$keys/pq"
}

# slow_input SECONDS: 1 MiB, and after that time another.
slow_input() {
	head -c 1048576 /dev/zero
	sleep "$1"
	head -c 1048576 /dev/zero
}

@test "work of more than half a second shows how far it is, and clears it" {
	slow_input 0.7 | pty 0 --stdin=- --stdout=sealed -- \
		wax-seal -R "$keys/x.pub"
	ended 0
	tr '\r' '\n' <"$io/out" >lines
	grep -qE '^[12] MiB, [0-9]+ MiB/s' lines
	# The last of it clears the line.
	[ "$(tail -c 4 "$io/out")" = $'\r\e[K' ]
	slow_input 0.7 >data
	call 0 "${open[@]}" sealed
	out_same data
}

@test "the progress of a file of known size tells what is left" {
	head -c 4194304 /dev/zero >data
	# A reader that takes its time slows the work down.
	mkfifo slow
	{ sleep 0.7; cat; } <slow >sealed 3>&- &
	pty 0 --stdout=slow -- wax-seal -R "$keys/x.pub" data
	wait "$!"
	ended 0
	tr '\r' '\n' <"$io/out" | grep -qE \
		'^[0-4] MiB of 4 MiB, [0-9]+%, [0-9]+ s left, [0-9]+ MiB/s'
	[ "$(tail -c 4 "$io/out")" = $'\r\e[K' ]
	call 0 "${open[@]}" sealed
	out_same data
}

@test "quick work shows no progress" {
	head -c 1048576 /dev/zero >data
	pty 0 --stdout=sealed -- wax-seal -R "$keys/x.pub" data
	shows ''
}

@test "a failure clears the progress line first" {
	slow_input 0 | wax-seal -R "$keys/x.pub" -o sealed
	{ head -c 1000000 sealed; sleep 0.7; tail -c +1000001 sealed |
		head -c 1000000; } | pty 1 --stdin=- --stdout=/dev/null -- \
		"${open[@]}"
	ended 1
	tail -n 1 "$io/out" | grep -qE $'\r\e\\[Kwax-open: .*the payload is '
}

@test "stderr that is no terminal gets no progress" {
	slow_input 0.7 | pty 0 --stdin=- --stdout=sealed --stderr=err -- \
		wax-seal -R "$keys/x.pub"
	ended 0
	shows ''
	[ ! -s err ]
	slow_input 0.7 | call 0 wax-seal -R "$keys/x.pub"
	err_is
}
