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
	shows "Passphrase: \nwax-open: 'hello.age': the passphrase is wrong\n"
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
	shows "Passphrase: \nwax-open: 'hello.age': the passphrase is empty\n"
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
	out_has "wax-open: 'hello.age': no passphrase was given"
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
	err_is "wax-open: 'hello.age': no terminal to ask for the passphrase $hint"
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
	[ "$(cat err)" = "wax-open: 'hello.age': the passphrase is wrong" ]
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

# slow_reader FILE: a FIFO, slow, whose reader slows the work down, once that has
# begun, and writes to FILE.
slow_reader() {
	mkfifo slow
	{ head -c 1; sleep 0.7; cat; } <slow >"$1" 3>&- &
}

@test "the progress of a file of known size tells what is left" {
	head -c 4194304 /dev/zero >data
	slow_reader sealed
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

# A folder of two files, 4 MiB that cannot be compressed, and its bundle.
bundle() {
	mkdir folder
	random 2097152 folder/one
	random 2097152 folder/two
	wax-pack -o bundle folder 2>/dev/null
}

# slow_file FILE: the file, with a pause in the middle.
slow_file() {
	head -c 2500000 "$1"
	sleep 0.7
	tail -c +2500001 "$1"
}

# shows_progress: a line of progress without a total was shown, and cleared.
shows_progress() {
	tr '\r' '\n' <"$io/out" | grep -qE '^[0-4] MiB, [0-9]+ MiB/s' ||
		fail 'no progress'
	[ "$(tail -c 4 "$io/out")" = $'\r\e[K' ] || fail 'not cleared'
}

@test "packing shows how far it is, and clears it" {
	bundle
	slow_reader packed
	# Compressing takes much in before it gives anything out.
	pty 0 --stdout=slow -- wax-pack --tar folder
	wait "$!"
	ended 0
	shows_progress
	wax-unpack -C copy packed
	diff -r folder copy/folder
}

@test "sealing a folder shows how far it is, once" {
	bundle
	slow_reader sealed
	pty 0 --stdout=slow -- wax-seal -R "$keys/x.pub" folder
	wait "$!"
	ended 0
	shows_progress
	# One line, not that of wax-pack in between.
	[ "$(tr '\r' '\n' <"$io/out" | grep -c '^.\[K$')" -eq 1 ]
	call 0 "${open[@]}" -C copy sealed
	diff -r folder copy/folder
}

@test "unpacking shows how far it is, and clears it" {
	bundle
	slow_file bundle | pty 0 --stdin=- -- wax-unpack -C copy
	ended 0
	shows_progress
	diff -r folder copy/folder
}

@test "the progress of unpacking a file tells what is left" {
	needs strace
	bundle
	# Leaks cannot be looked for under strace.
	export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0
	pty 0 -- strace -f -qq -o /dev/null -e trace=pwrite64 \
		-e inject=pwrite64:delay_enter=20000 wax-unpack -C copy bundle
	ended 0
	tr '\r' '\n' <"$io/out" | grep -qE \
		'^[0-4] MiB of 4 MiB, [0-9]+%, [0-9]+ s left, [0-9]+ MiB/s'
	[ "$(tail -c 4 "$io/out")" = $'\r\e[K' ]
	diff -r folder copy/folder
}

@test "opening to a folder shows how far it is, then who signed it" {
	bundle
	wax-seal -s -i "$keys/pq" -R "$keys/x.pub" -o sealed folder
	slow_file sealed | pty 0 --stdin=- -- "${open[@]}" -C copy
	ended 0
	tr '\r' '\n' <"$io/out" | grep -qE '^[0-4] MiB, [0-9]+ MiB/s'
	tail -n 1 "$io/out" | grep -qE \
		$'\r\e\\[Kwax-open: signed by wax1[0-9a-z]{58}, whom nobody'
	diff -r folder copy/folder
}

# slow_copy OPTION...: copies the folder through a slow pipe.
slow_copy() {
	pty 0 "$@" -- sh -c "wax-pack $quiet folder |
		{ head -c 1000000; sleep 0.7; cat; } | wax-unpack $quiet -C copy"
	ended 0
	diff -r folder copy/folder
	rm -r copy
}

@test "-q, and stderr that is no terminal, keep the progress away" {
	local quiet=
	bundle
	slow_copy
	shows_progress
	slow_copy --stderr=err
	shows ''
	[ ! -s err ]
	quiet=--quiet
	slow_copy
	shows ''
}

@test "quick packing and unpacking show no progress" {
	mkdir folder
	pty 0 --stdout=packed -- wax-pack folder
	shows ''
	pty 0 -- wax-unpack -C copy packed
	shows ''
}

@test "a failure of unpacking clears the progress line first" {
	bundle
	slow_file bundle | head -c 3000000 | pty 1 --stdin=- -- wax-unpack -C new
	ended 1
	tail -n 1 "$io/out" | grep -qE \
		$'\r\e\\[Kwax-unpack: standard input: .*cut short'
	holds "${files[@]}" bundle folder
}

# gone: what was unpacked is removed, by a process that may outlive its parent.
gone() {
	local i
	for ((i = 0; i < 50; i++)); do
		[ -n "$(find . -name '.wax-*')" ] || return 0
		sleep 0.1
	done
	fail 'something is left'
}

@test "ctrl-C in the middle of unpacking leaves nothing" {
	bundle
	wax-seal -R "$keys/x.pub" -o sealed folder
	mkdir here
	slow_file bundle | pty 130 --stdin=- 'expect:MiB' key:C -- \
		wax-unpack -C here
	err_is 'signal SIGINT' 'echo on'
	slow_file sealed | pty 130 --stdin=- 'expect:MiB' key:C -- \
		"${open[@]}" -C new
	err_is 'signal SIGINT' 'echo on'
	gone
	folder_holds here
	holds "${files[@]}" bundle folder sealed here
}

@test "an archive is not for a terminal, unless -o - insists" {
	local words='(-o FILE writes a file, -o - insists)'
	mkdir folder
	pty 2 -- wax-pack folder
	ended 2
	shows "wax-pack: binary output is not for a terminal $words\n"
	pty 2 -- wax-pack --tar folder
	shows "wax-pack: binary output is not for a terminal $words\n"
	pty 0 -- wax-pack --tar -o - folder
	out_has 'folder/' ustar
	pty 0 -- wax-pack -o packed folder
	shows ''
	wax-seal -R "$keys/x.pub" -o sealed folder
	pty 2 -- "${open[@]}" sealed
	out_has 'wax-open: this is not plain text, and not for a terminal' \
		'(-C DIR unpacks this archive, -o FILE keeps it)'
}

# names_archive FILE NAME...: a tar archive of empty files.
names_archive() {
	"$python" - "$@" <<-'EOF'
		import sys, tarfile
		with tarfile.open(sys.argv[1], "w", format=tarfile.GNU_FORMAT,
		                  encoding="utf-8") as t:
		    for name in sys.argv[2:]:
		        t.addfile(tarfile.TarInfo(name.encode().decode(
		            "unicode_escape").encode("latin-1").decode(
		            "utf-8", "surrogateescape")))
	EOF
}

@test "a list goes to a terminal, and no control character with it" {
	local name
	names_archive good 'gr\xc3\xbcn/\xe4\xbd\xa0' 'two words'
	pty 0 -- wax-unpack -t good
	ended 0
	shows 'gr\303\274n/\344\275\240\ntwo words\n'
	for name in 'red\x1b[31m' 'bell\x07' 'line\nwax-unpack: all is well' \
		'del\x7f' 'c1\xc2\x9bm' 'bad\xff' 'turn\xe2\x80\xaeed'; do
		names_archive bad fine "$name"
		pty 1 -- wax-unpack -t bad
		ended 1
		head -n 1 "$io/out" | grep -qx fine
		[ "$(wc -l <"$io/out")" -eq 2 ]
		out_has "wax-unpack: 'bad': entry 2, '" '\x'
		[ "$(tr -d '\n\040-\176' <"$io/out" | wc -c)" -eq 0 ] ||
			fail "shown of $name"
	done
	pty 1 -- wax-unpack -C new bad
	[ "$(wc -l <"$io/out")" -eq 1 ]
	out_has 'turn\xe2\x80\xaeed'
}

@test "a signed text reaches a terminal, and then who signed it" {
	local who
	who=$(wax-keygen -w "$keys/pq")
	printf 'hello\n' | wax-seal -s -i "$keys/pq" -R "$keys/x.pub" -o sealed
	pty 0 -- "${open[@]}" sealed
	ended 0
	shows "hello\nwax-open: signed by $who, whom nobody here vouches for\n"
	pty 0 -- "${open[@]}" --info sealed
	shows "hello\nkind: data\nsender: $who\ntrust: none: the identity is in no contact\n"
	# What is not plain text is refused, signed or not.
	printf '\033[31m' | wax-seal -s -i "$keys/pq" -R "$keys/x.pub" -o sealed2
	pty 2 -- "${open[@]}" sealed2
	[ "$(tr -d '\n\040-\176' <"$io/out" | wc -c)" -eq 0 ]
}

@test "the passphrase of an identity that is to sign is asked for" {
	wax-seal -p --passphrase-file pw -o me "$keys/pq"
	pty 0 "expect:Passphrase of 'me': " echo:off 'send:correct horse\n' -- \
		wax-seal -s -i me -R "$keys/x.pub" -o sealed pw
	ended 0
	call 0 "${open[@]}" --from "$(wax-keygen -w "$keys/pq")" sealed
	out_same pw
}
