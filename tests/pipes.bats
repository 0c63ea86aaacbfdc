#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Several processes at the ends of pipes: wax-pack and wax-unpack by themselves,
# under wax-seal and wax-open, and any of them killed, stopped, starved, or
# called in strange ways. Whatever happens: nothing half done, nothing left
# behind, and one message.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2016,SC2030,SC2031

load helpers

setup_file() {
	wax_environment
	wax_keys
	cd "$BATS_FILE_TMPDIR" || return 1
	mkdir -p src/deep/er src/empty src/closed
	echo small >src/small
	echo deep >src/deep/er/file
	echo closed >src/closed/file
	ln -s ../small src/deep/link
	# Larger than all the buffers and pipes on its way, and not to compress.
	random 700000 src/large
	chmod 640 src/small
	chmod 555 src/closed
	touch -d @1000000000 src/small src/deep/er/file src/large
	wax-pack -o archive src
	wax-pack --tar -o tar src
	wax-seal -R pq.pub -o sealed src
	# Its file comes late, so that a pause finds the others there.
	(cd src && wax-seal -R ../pq.pub -o ../parts small closed large)
	# So that another user gets here, too.
	chmod a+x "$BATS_RUN_TMPDIR"
}

setup() {
	wax_setup
	src=$keys/src
	seal=(wax-seal -R "$keys/pq.pub")
	open=(wax-open -i "$keys/pq")
	# A test that fails leaves nobody behind either.
	started=()
}

teardown() {
	local pid
	exec 8>&- 9>&-
	for pid in "${started[@]}"; do
		kill -s KILL -- "-$pid" 2>/dev/null || true
	done
	chmod -R u+rwx "$BATS_TEST_TMPDIR"
}

teardown_file() {
	chmod -R u+w "$BATS_FILE_TMPDIR"
}

# pipeline 'STATUS...' SCRIPT: runs a line of bash, and expects these statuses
# of the commands in its last pipe.
pipeline() {
	timeout 60 bash -c "$2"'
		echo "${PIPESTATUS[*]}" >"$0"' "$io/statuses" \
		>"$io/out" 2>"$io/err" 3>&- || true
	[ "$(cat "$io/statuses")" = "$1" ] ||
		fail "statuses $(cat "$io/statuses"), not $1, of: $2"
	message_is_clean "$io/err" || fail "a bad message from: $2"
}

# one_word: exactly one line was said.
one_word() {
	[ "$(wc -l <"$io/err")" -eq 1 ] || fail 'not one line is said'
}

# same_tree FOLDER FOLDER: the same names, kinds, modes, times and content.
same_tree() {
	diff -r --no-dereference "$1" "$2"
	diff <(listing "$1") <(listing "$2")
}
listing() {
	(cd "$1" && find . -printf '%P %y %m %l %s ' \
		\( -type f -printf '%Ts\n' -o -printf '\n' \) |
		sed 's/^\(.* d [0-7]* \) *[0-9]* $/\1/' | sort)
}

# nothing_left FOLDER...: no fresh folder is there, soon.
nothing_left() {
	await no_fresh "$@"
}
no_fresh() {
	[ -z "$(find "$@" -name '.wax-*')" ]
}

# await COMMAND...: waits until it succeeds, for 10 seconds.
await() {
	local i
	for ((i = 0; i < 500; i++)); do
		! "$@" || return 0
		sleep .02
	done
	fail "it never comes to that: $*"
}

# start COMMAND...: in the background, in a process group of its own, with the
# default signals, and the FIFO that is open as descriptor 9 as standard input.
start() {
	rm -f "$io/fifo"
	mkfifo "$io/fifo"
	setsid env --default-signal=INT,TERM,HUP,QUIT,PIPE,CHLD,TSTP "$@" \
		<"$io/fifo" >"$io/out" 2>"$io/err" 3>&- &
	pid=$!
	started+=("$pid")
	exec 9>"$io/fifo"
}

# start_writing COMMAND...: likewise, with standard output instead, as
# descriptor 8.
start_writing() {
	rm -f "$io/fifo"
	mkfifo "$io/fifo"
	setsid env --default-signal=INT,TERM,HUP,QUIT,PIPE,CHLD,TSTP "$@" \
		</dev/null >"$io/fifo" 2>"$io/err" 3>&- &
	pid=$!
	started+=("$pid")
	exec 8<"$io/fifo"
}

# ends STATUS: it has ended so, and so has everybody that it had started.
ends() {
	local got=0
	exec 8<&- 9>&-
	await is_gone "$pid"
	wait "$pid" || got=$?
	[ "$got" -eq "$1" ] || fail "exit status $got, not $1"
	await no_group "$pid"
	message_is_clean "$io/err" || fail 'a bad message'
}
# Somebody may take long to ask how those that lost their parent have ended.
no_group() {
	local file line
	kill -s 0 -- "-$1" 2>/dev/null || return 0
	for file in /proc/[0-9]*/stat; do
		{ read -r line <"$file"; } 2>/dev/null || continue
		# The state, the parent, and the group follow the name.
		[[ ${line##*) } != [!Z]\ +([0-9])\ $1\ * ]] || return 1
	done
}
is_gone() {
	! kill -s 0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"
}

# child PID NAME: sets $child to the process that it has started, as soon as
# it has become NAME.
child() {
	[ -e "/proc/$$/task/$$/children" ] || skip 'children are not told here'
	await has_child "$1" "$2"
}
has_child() {
	local one
	# shellcheck disable=SC2013 # words are wanted
	for one in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		[ "$(cat "/proc/$one/comm" 2>/dev/null)" != "$2" ] ||
			child=$one
	done
	[ -n "${child-}" ] && [ "$(cat "/proc/$child/comm")" = "$2" ]
}

# start_unpack and start_open ARGUMENT...: wax-unpack, or wax-open -C, with most
# of an archive before it, of which the jailed process has made files by now.
# $unpack is wax-unpack's process, and $jail the jailed one.
start_unpack() {
	start wax-unpack "$@"
	head -c 500000 "$keys/archive" >&9
	unpack=$pid
	child=
	child "$unpack" wax-unpack
	jail=$child
	await made_something
}
start_open() {
	start "${open[@]}" "$@"
	head -c 500000 "$keys/parts" >&9
	child=
	child "$pid" wax-unpack
	unpack=$child
	child=
	child "$unpack" wax-unpack
	jail=$child
	await made_something
}
made_something() {
	[ -n "$(find . -path '*/.wax-*/*' -type f -size +0)" ]
}

@test "wax-pack | wax-unpack brings a tree over as it is" {
	pipeline '0 0' "wax-pack '$src' | wax-unpack -C new"
	err_is
	same_tree "$src" new/src
	pipeline '0 0' "wax-pack --tar '$src' | wax-unpack -C new2"
	same_tree "$src" new2/src
	pipeline '0 0' "cd '$src' && wax-pack . | wax-unpack -C '$work/new3'"
	same_tree "$src" new3
	pipeline '0 0 0' "wax-pack '$src' | dd bs=1000 status=none |
		wax-unpack -C new4"
	same_tree "$src" new4/src
}

@test "wax-seal PATH... | wax-open -C, plain, signed, compressed and padded" {
	local options n=0
	for options in '' '-s' '-z' '-s -z --pad -a'; do
		n=$((n + 1))
		pipeline '0 0' "wax-seal -R '$keys/pq.pub' $options \
			${options:+-i '$keys/pq'} '$src' '$keys/x' |
			wax-open -i '$keys/pq' -C new$n"
		same_tree "$src" "new$n/src"
		cmp "$keys/x" "new$n/x"
		folder_holds "new$n" src x
	done
}

@test "four processes of one's own, with the same result" {
	pipeline '0 0 0 0' "wax-pack '$src' | wax-seal -R '$keys/pq.pub' |
		wax-open -i '$keys/pq' | wax-unpack -C new"
	err_is
	same_tree "$src" new/src
	pipeline '0 0 0' "wax-seal -R '$keys/pq.pub' '$src' |
		wax-open -i '$keys/pq' | wax-unpack -C new2"
	same_tree "$src" new2/src
}

@test "an archive that is cut short leaves nothing, wherever it ends" {
	local size n file
	for file in archive tar; do
		size=$(stat -c %s "$keys/$file")
		for n in 0 1 4 511 512 1024 65536 200000 $((size - 1025)) \
			$((size - 1024)) $((size - 512)) $((size - 1)); do
			pipeline '0 1' "head -c $n '$keys/$file' |
				wax-unpack -C new"
			one_word
			holds
		done
	done
	size=$(stat -c %s "$keys/sealed")
	for n in 0 100 1700 2000 70000 300000 $((size - 1)); do
		pipeline '0 1' "head -c $n '$keys/sealed' |
			wax-open -i '$keys/pq' -C new"
		one_word
		holds
	done
}

@test "into a folder with something else in it, neither" {
	mkdir there
	echo mine >there/mine
	pipeline '0 1' "head -c 400000 '$keys/archive' | wax-unpack -C there"
	pipeline '0 1' "head -c 400000 '$keys/sealed' |
		wax-open -i '$keys/pq' -C there"
	one_word
	folder_holds there mine
	[ "$(cat there/mine)" = mine ]
}

@test "wax-pack that is killed has written no archive" {
	mkdir big
	truncate -s 100M big/file
	mkfifo "$io/archive"
	wax-unpack -C new <"$io/archive" >"$io/out" 2>"$io/err" 3>&- &
	unpack=$!
	start_writing wax-pack --tar big
	{
		head -c 1000000 <&8
		kill -s KILL "$pid"
		cat <&8
	} >"$io/archive"
	ends 137
	local got=0
	wait "$unpack" || got=$?
	[ "$got" -eq 1 ]
	err_has 'wax-unpack: standard input: '
	one_word
	holds big
}

@test "a reader that goes away: exit 7 and one message, of all that write" {
	local tool reader
	for reader in true 'head -c 10'; do
		for tool in "wax-pack '$src'" "wax-pack --tar '$src'" \
			"wax-seal -R '$keys/pq.pub' '$src'" \
			"wax-seal -R '$keys/pq.pub' -s -z -i '$keys/pq' '$src'" \
			"wax-open -i '$keys/pq' '$keys/sealed'"; do
			pipeline '7 0' "$tool | $reader >/dev/null"
			err_is "${tool%% *}: standard output: Broken pipe"
		done
	done
	mkdir many
	(cd many && seq -f 'a file of some other name %g' 5000 | xargs -d '\n' touch)
	wax-pack -o "$io/many" many
	pipeline '7 0' "wax-unpack -t '$io/many' | true"
	err_is 'wax-unpack: standard output: Broken pipe'
	holds many
}

@test "a full device is told once" {
	local tool
	for tool in "wax-pack '$src'" "wax-pack --tar '$src'" \
		"wax-seal -R '$keys/pq.pub' '$src'" \
		"wax-unpack -t '$keys/archive'" \
		"wax-open -i '$keys/pq' '$keys/sealed'"; do
		pipeline 7 "$tool >/dev/full"
		err_is "${tool%% *}: standard output: No space left on device"
	done
}

# seal_fails STATUS WORDS PATH...: wax-seal, whose wax-pack fails.
seal_fails() {
	local want=$1 words=$2
	shift 2
	call "$want" "${seal[@]}" -o out "$@"
	one_word
	err_has "wax-pack: $words"
	out_is
	[ ! -e out ]
	no_fresh .
	call "$want" "${seal[@]}" -f -o "$io/old" "$@"
	[ "$(cat "$io/old")" = old ]
	call "$want" "${seal[@]}" "$@"
	one_word
	cp "$io/out" "$io/cut"
	call 1 "${open[@]}" -C new "$io/cut"
	one_word
	[ ! -e new ]
	no_fresh .
}

@test "wax-pack fails under wax-seal: its status, its message, no output" {
	echo old >"$io/old"
	mkfifo fifo
	mkdir folder
	ln -s /etc folder/link
	seal_fails 2 "'fifo': a FIFO cannot be packed" "$src" fifo
	seal_fails 2 "'folder/link': the link leads out of the folder" "$src" \
		folder
	seal_fails 2 "'src' would be packed twice" "$src" "$src/"
	holds fifo folder
}

# discard PATH...: also folders that one may not enter
discard() {
	chmod -fR u+rwx "$@" || :
	rm -rf "$@"
}

# as_nobody COMMAND...: without the rights of the superuser.
as_nobody() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
	else
		setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	fi
}
needs_nobody() {
	[ "$(id -u)" -ne 0 ] || needs setpriv
	chmod 777 "$work"
	as_nobody test -x "$WAX_BIN/wax-seal" -a -r "$keys/pq.pub" -a -w . ||
		skip 'another user cannot get here'
}

@test "a file that cannot be read ends wax-pack and wax-seal with 7" {
	needs_nobody
	mkdir folder
	echo secret >folder/secret
	chmod 0 folder/secret
	chmod 755 folder
	seal=(as_nobody "${seal[@]}")
	open=(as_nobody "${open[@]}")
	echo old >"$io/old"
	chmod 777 "$io" "$io/old"
	chmod 644 "$keys/pq"
	seal_fails 7 "'folder/secret': Permission denied" "$keys/tar" folder
	call 7 as_nobody wax-pack -o out "$keys/tar" folder
	err_is "wax-pack: 'folder/secret': Permission denied"
	holds folder
}

@test "a file that vanishes or shrinks meanwhile is told by name" {
	mkdir folder
	# More than what stands between them can hold.
	seq 4000000 >a
	echo b >folder/b
	start_writing "${seal[@]}" a folder/b
	head -c 1000 <&8 >"$io/sealed"
	rm folder/b
	cat <&8 >>"$io/sealed"
	ends 7
	err_is "wax-pack: 'folder/b': No such file or directory"
	call 1 "${open[@]}" -C new "$io/sealed"
	start_writing "${seal[@]}" a folder
	head -c 1000 <&8 >"$io/sealed"
	: >a
	cat <&8 >>"$io/sealed"
	ends 7
	err_is "wax-pack: 'a' became shorter while it was packed"
	call 1 "${open[@]}" -C new "$io/sealed"
	holds a folder
}

# own_bin TOOL...: these tools in a folder of their own, bin.
own_bin() {
	local name
	mkdir -p bin
	for name; do
		cp "$WAX_BIN/$name" bin/
	done
}

@test "a tool says which other one is missing beside it" {
	own_bin wax wax-seal wax-open
	call 7 bin/wax-seal -R "$keys/pq.pub" -o out "$src"
	err_is "wax-seal: '$(realpath bin)/wax-pack': No such file or directory (the tools belong in one folder)"
	call 7 bin/wax-open -i "$keys/pq" -C new "$keys/sealed"
	err_is "wax-open: '$(realpath bin)/wax-unpack': No such file or directory (the tools belong in one folder)"
	# Sanitizers need /proc themselves.
	if can_mount && ! is_sanitized; then
		call 7 unshare -rm sh -c 'mount -t tmpfs none /proc &&
			exec "$@"' sh bin/wax open "$keys/sealed"
		err_is "wax: /proc/self/exe: No such file or directory (the $(
		)tools find each other by /proc)"
	fi
	echo 'echo "wax-pack: a fake" >&2; exit 7' >bin/wax-pack
	cp bin/wax-pack bin/wax-unpack
	call 7 bin/wax-seal -R "$keys/pq.pub" -o out "$src"
	err_is "wax-seal: '$(realpath bin)/wax-pack': Permission denied"
	call 7 bin/wax-open -i "$keys/pq" -C new "$keys/sealed"
	err_is "wax-open: '$(realpath bin)/wax-unpack': Permission denied"
	holds bin
}

# With a status that is not one of ours, nothing may have been said.
@test "another tool that ends strangely is told" {
	own_bin wax-seal wax-open
	local status
	for status in 0 127 99; do
		printf '#!/bin/sh\nexit %d\n' "$status" >bin/wax-unpack
		chmod +x bin/wax-unpack
		call 7 bin/wax-open -i "$keys/pq" -C new "$keys/sealed"
		one_word
		err_has 'wax-unpack'
	done
	for status in 127 99; do
		printf '#!/bin/sh\nexit %d\n' "$status" >bin/wax-pack
		chmod +x bin/wax-pack
		call 7 bin/wax-seal -R "$keys/pq.pub" -o out "$src"
		one_word
		err_has 'wax-pack'
	done
	holds bin
}

@test "other tools are never taken from PATH" {
	mkdir fake
	printf '#!/bin/sh\necho fake >>"%s"\nexit 0\n' "$io/called" >fake/wax-pack
	cp fake/wax-pack fake/wax-unpack
	chmod +x fake/*
	call 0 env PATH="$PWD/fake:$PATH" "${seal[@]}" -o out "$src"
	call 0 env PATH="$PWD/fake:$PATH" "${open[@]}" -C new out
	[ ! -e "$io/called" ]
	same_tree "$src" new/src
}

@test "the tools find each other however they are called" {
	local path
	mkdir links
	ln -s "$WAX_BIN/wax" links/wax
	ln -s "$WAX_BIN/wax-seal" links/renamed
	ln -s "$WAX_BIN/wax-open" links/wax-open
	ln -s "$(realpath --relative-to=. "$WAX_BIN")" bin
	call 0 links/renamed -R "$keys/pq.pub" -o out1 "$src"
	call 0 links/wax seal -R "$keys/pq.pub" -o out2 "$src"
	call 0 bin/wax seal -R "$keys/pq.pub" -o out3 "$src"
	call 0 env PATH=bin:/usr/bin:/bin wax-seal -R "$keys/pq.pub" -o out4 \
		"$src"
	call 0 "$WAX_BIN/wax-seal" -R "$keys/pq.pub" -o out5 "$src"
	call 0 links/wax-open -i "$keys/pq" -C new1 out1
	call 0 links/wax open -i "$keys/pq" -C new2 out2
	call 0 bin/wax-open -i "$keys/pq" -C new3 out3
	call 0 env PATH=bin:/usr/bin:/bin wax open -i "$keys/pq" -C new4 out4
	call 0 env -i "$WAX_BIN/wax-open" -i "$keys/pq" -C new5 out5
	call 0 bash -c "exec -a other '$WAX_BIN/wax-open' -i '$keys/pq' \
		-C new6 out5"
	for path in new?; do
		same_tree "$src" "$path/src"
	done
	call 0 links/wax pack -o out6 "$src"
	call 0 links/wax unpack -C new7 out6
	same_tree "$src" new7/src
}

@test "from a folder that was deleted" {
	local tool
	mkdir gone
	cd gone
	rmdir ../gone
	call 0 "${seal[@]}" -o "$work/out" "$src"
	call 0 "${open[@]}" -C "$work/new" "$work/out"
	call 0 wax-pack -o "$work/pack" "$src"
	call 0 wax-unpack -C "$work/new2" "$work/pack"
	same_tree "$src" "$work/new/src"
	same_tree "$src" "$work/new2/src"
	call 7 wax-unpack "$work/pack"
	one_word
	call 7 "${open[@]}" -C . "$work/out"
	one_word
	call 7 "${open[@]}" -C new "$work/out"
	one_word
	call 2 "${seal[@]}" .. . 2>/dev/null || call 7 "${seal[@]}" .. .
	cd "$work"
	holds new new2 out pack
}

@test "a thousand operands, and names like options" {
	local i
	mkdir many
	for ((i = 0; i < 1000; i++)); do
		echo "$i" >"many/file $i"
	done
	echo option >many/--tar
	pipeline 0 "cd many; wax-seal -R '$keys/pq.pub' -o ../out -- *"
	call 0 "${open[@]}" -C new out
	diff -r many new
	call 0 wax-pack -o pack many/file*
	call 0 wax-unpack -C new2 pack
	rm many/--tar
	diff -r many new2/many
}

# fds PID: what its descriptors are, a line each.
fds() {
	find "/proc/$1/fd" -mindepth 1 -printf '%f %l\n'
}

# no_secrets PID: none of the secrets' files is open there, nor a stray one.
no_secrets() {
	fds "$1" >"$io/fds"
	[ -s "$io/fds" ]
	! grep -e /pw -e /locked -e secret -e "$keys/pq" "$io/fds" ||
		fail "descriptors of $(tr '\0' ' ' <"/proc/$1/cmdline")"
}

# only PID PATTERN...: each descriptor is one of these.
only() {
	local pid=$1 pattern patterns=()
	shift
	for pattern; do
		patterns+=(-e "$pattern")
	done
	fds "$pid" >"$io/fds"
	! grep -vx "${patterns[@]}" "$io/fds" ||
		fail "descriptors of $(tr '\0' ' ' <"/proc/$pid/cmdline")"
}

@test "other tools inherit no keys, no passphrases, and nothing else that is open" {
	! is_sanitized || skip 'sanitizers open files of their own'
	locked_files
	echo secret >secret
	start_writing sh -c 'exec "$@" 4<pw 5<secret 6<locked' sh wax-seal \
		-i locked --passphrase-fd 4 -i /dev/fd/6 "$src" "$keys/src/large"
	child=
	child "$pid" wax-pack
	head -c 1000 <&8 >/dev/null
	no_secrets "$child"
	# Where to write, words, the output to be left out; folders and a file.
	only "$child" '0 /dev/null' '1 pipe:.*' '2 .*/err' '3 pipe:.*' \
		'3 .*/fifo' "[0-9]* $src.*"
	[ "$(grep -c '' "$io/fds")" -le 12 ]
	exec 8<&-
	ends 7
	wax-seal -r "$locked_recipient" -o sealed "$src/small" "$src/large"
	start sh -c 'exec "$@" 4<pw 5<secret 6<locked' sh wax-open -i /dev/fd/6 \
		--passphrase-fd 4 -C new
	head -c 500000 sealed >&9
	child=
	child "$pid" wax-unpack
	unpack=$child
	child=
	child "$unpack" wax-unpack
	jail=$child
	await made_something
	no_secrets "$unpack"
	only "$unpack" '0 pipe:.*' '1 .*/out' '2 .*/err' '3 pipe:.*' \
		"[0-9]* pipe:.*" "[0-9]* $work" "[0-9]* $work/\.wax-[0-9a-f]*"
	no_secrets "$jail"
	only "$jail" '0 pipe:.*' '1 /' '2 /' '[0-9]* pipe:.*' \
		"[0-9]* $work/\.wax-[0-9a-f]*\(/.*\)\?"
	[ "$(grep -c pipe: "$io/fds")" -eq 2 ]
	tail -c +500001 sealed >&9
	ends 0
	cmp new/large "$src/large"
}

# closed DIGITS STATUS COMMAND...: with these of its first three descriptors
# closed.
closed() {
	local set=$1 want=$2 got=0
	shift 2
	: >"$io/out"
	: >"$io/err"
	(
		exec 3>&- 0</dev/null 1>"$io/out" 2>"$io/err"
		case $set in *0*) exec 0<&- ;; esac
		case $set in *1*) exec 1>&- ;; esac
		case $set in *2*) exec 2>&- ;; esac
		exec timeout 20 "$@"
	) || got=$?
	[ "$got" -eq "$want" ] || fail "exit status $got, not $want, of: $*" \
		"with $set closed"
	message_is_clean "$io/err" || fail "a bad message from: $*"
	case $want$set in
	0* | *2*) ;;
	*) one_word ;;
	esac
}

@test "closed standard descriptors: what needs none of them works" {
	local set
	for set in '' 0 1 2 01 02 12 012; do
		closed "$set" 0 wax-pack -o pack "$src"
		cmp pack "$keys/archive"
		closed "$set" 0 wax-unpack -C new pack
		same_tree "$src" new/src
		closed "$set" 0 "${seal[@]}" -o out "$src" pack
		closed "$set" 0 "${open[@]}" -C new2 out
		same_tree "$src" new2/src
		cmp pack new2/pack
		out_is
		err_is
		holds new new2 out pack
		chmod -R u+w new new2
		rm -r new new2 out pack
	done
}

@test "closed standard descriptors: what fails says so, and leaves nothing" {
	local set
	head -c 300000 "$keys/archive" >pack-cut
	head -c 300000 "$keys/sealed" >sealed-cut
	mkfifo fifo
	for set in '' 0 1 2 01 02 12 012; do
		closed "$set" 1 wax-unpack -C new pack-cut
		closed "$set" 1 "${open[@]}" -C new sealed-cut
		closed "$set" 2 wax-pack -o out "$src" fifo
		closed "$set" 2 "${seal[@]}" -o out "$src" fifo
		closed "$set" 2 wax-unpack -C pack-cut "$keys/archive"
		out_is
		holds pack-cut sealed-cut fifo
	done
	for set in 0 01 02 012; do
		closed "$set" 7 wax-unpack -C new
		closed "$set" 7 wax-unpack -t
		closed "$set" 7 "${open[@]}" -C new
		holds pack-cut sealed-cut fifo
	done
	for set in 1 01 12 012; do
		closed "$set" 7 wax-pack "$src"
		closed "$set" 7 wax-unpack -t "$keys/archive"
		closed "$set" 7 "${seal[@]}" "$src"
		holds pack-cut sealed-cut fifo
	done
}

@test "children that nobody wants to hear of are heard of all the same" {
	local ignore=(env --ignore-signal=CHLD)
	call 0 "${ignore[@]}" "${seal[@]}" -o out "$src"
	call 0 "${ignore[@]}" "${open[@]}" -C new out
	same_tree "$src" new/src
	call 0 "${ignore[@]}" wax-unpack -C new2 "$keys/archive"
	call 0 "${ignore[@]}" wax-unpack -t "$keys/archive"
}

@test "a signal to wax-unpack: it ends so, and nothing is left" {
	local name
	for name in INT TERM HUP QUIT USR1 ALRM XCPU; do
		start_unpack -C new
		kill -s "$name" "$pid"
		ends $((128 + $(kill -l "$name")))
		err_is
		holds
	done
	mkdir there
	echo mine >there/mine
	start_unpack -C there
	kill -s TERM "$pid"
	ends 143
	folder_holds there mine
}

@test "a signal to all of wax-unpack, as a terminal sends it" {
	local name
	for name in INT TERM HUP QUIT; do
		start_unpack -C new
		kill -s "$name" -- "-$pid"
		ends $((128 + $(kill -l "$name")))
		err_is
		holds
	done
}

@test "a signal to wax-open -C, or to all of it: nothing is left" {
	local name whom
	for name in INT TERM HUP QUIT; do
		for whom in '' -; do
			start_open -C new
			kill -s "$name" -- "$whom$pid"
			ends $((128 + $(kill -l "$name")))
			err_is
			holds
		done
	done
}

@test "a signal while wax-open waits for what goes into a new folder" {
	wax-seal -R "$keys/pq.pub" --pad -o "$io/padded" "$src/large"
	local name
	for name in INT TERM HUP; do
		start "${open[@]}" -C new
		head -c 300000 "$io/padded" >&9
		await test -d new
		kill -s "$name" "$pid"
		ends $((128 + $(kill -l "$name")))
		# The folder may have been made; nothing is in it.
		rmdir new
		holds
	done
}

@test "a signal to wax-seal PATH, or to all of it: nothing is left" {
	local name whom
	for name in INT TERM HUP QUIT KILL; do
		for whom in '' -; do
			start_writing "${seal[@]}" "$src"
			head -c 1000 <&8 >/dev/null
			kill -s "$name" -- "$whom$pid"
			ends $((128 + $(kill -l "$name")))
		done
		[ "$name" = KILL ] || err_is
	done
	mkdir big
	truncate -s 4G big/file
	for name in INT TERM HUP; do
		start "${seal[@]}" -o out big
		child=
		child "$pid" wax-pack
		kill -s "$name" -- "-$pid"
		ends $((128 + $(kill -l "$name")))
		err_is
		holds big
	done
}

@test "ignored signals stay ignored" {
	start env --ignore-signal=HUP,INT wax-unpack -C new
	head -c 500000 "$keys/archive" >&9
	child=
	child "$pid" wax-unpack
	kill -s HUP -- "-$pid"
	kill -s INT -- "-$pid"
	tail -c +500001 "$keys/archive" >&9
	ends 0
	same_tree "$src" new/src
}

@test "a signal ends wax-unpack before it has anything to read" {
	mkfifo fifo
	start wax-unpack fifo -C new
	await is_asleep
	kill -s TERM "$pid"
	ends 143
	start wax-unpack -C new
	child=
	child "$pid" wax-unpack
	kill -s TERM "$pid"
	ends 143
	holds fifo
}
is_asleep() { grep -q '^State:.S' "/proc/$pid/status"; }

@test "a signal ends wax-unpack -t when nobody reads the list" {
	mkdir many
	(cd many && seq -f 'a file of some other name %g' 5000 | xargs -d '\n' touch)
	wax-pack -o "$io/many" many
	start_writing wax-unpack -t "$io/many"
	head -c 100 <&8 >/dev/null
	child=
	child "$pid" wax-unpack
	sleep .2
	kill -s TERM "$pid"
	await is_gone "$pid"
	ends 143
}

@test "wax-unpack killed: its jailed process ends, too" {
	start_unpack -C new
	kill -s KILL "$pid"
	await is_gone "$jail"
	ends 137
	# What it was filling stays; the target never was there.
	[ "$(find . -maxdepth 1 -name '.wax-*' | wc -l)" -eq 1 ]
	[ ! -e new ]
}

@test "the jailed process killed: exit 7, and nothing is left" {
	start_unpack -C new
	kill -s KILL "$jail"
	ends 7
	err_is 'wax-unpack: the unpacking process was stopped: Killed'
	holds
	start_open -C new
	kill -s KILL "$jail"
	tail -c +500001 "$keys/parts" >&9 2>/dev/null || true
	ends 7
	err_is 'wax-unpack: the unpacking process was stopped: Killed'
	holds
}

@test "wax-unpack killed under wax-open: exit 7, and it says so" {
	start_open -C new
	kill -s KILL "$unpack"
	await is_gone "$jail"
	tail -c +500001 "$keys/parts" >&9 2>/dev/null || true
	ends 7
	err_is 'wax-open: wax-unpack was stopped: Killed'
	[ ! -e new ]
	discard .wax-*
	holds
	start_open -C new
	kill -s TERM "$unpack"
	tail -c +500001 "$keys/parts" >&9 2>/dev/null || true
	ends 7
	err_is 'wax-open: wax-unpack was stopped: Terminated'
	holds
}

@test "wax-open killed: wax-unpack notices, and leaves nothing" {
	start_open -C new
	kill -s KILL "$pid"
	await is_gone "$unpack"
	await is_gone "$jail"
	ends 137
	err_is
	holds
}

@test "wax-pack killed under wax-seal: exit 7, and no output" {
	mkdir big
	truncate -s 4G big/file
	start "${seal[@]}" -o out big
	child=
	child "$pid" wax-pack
	kill -s KILL "$child"
	ends 7
	err_is 'wax-seal: wax-pack was stopped: Killed'
	holds big
	start_writing "${seal[@]}" big
	child=
	child "$pid" wax-pack
	head -c 300000 <&8 >"$io/cut"
	kill -s KILL "$child"
	cat <&8 >>"$io/cut"
	ends 7
	call 1 "${open[@]}" -C new "$io/cut"
	holds big
}

@test "stopped and continued, everything comes to its good end" {
	local one
	start_open -C new
	for one in "$jail" "$unpack" "$pid"; do
		kill -s STOP "$one"
		kill -s CONT "$one"
	done
	for one in TSTP STOP; do
		kill -s "$one" -- "-$pid"
		sleep .05
		kill -s CONT -- "-$pid"
	done
	tail -c +500001 "$keys/parts" >&9
	ends 0
	err_is
	cmp new/large "$src/large"
	folder_holds new closed large small
	start_writing "${seal[@]}" "$src"
	head -c 1000 <&8 >"$io/sealed"
	kill -s STOP -- "-$pid"
	kill -s CONT -- "-$pid"
	cat <&8 >>"$io/sealed"
	ends 0
	call 0 "${open[@]}" -C new2 "$io/sealed"
	same_tree "$src" new2/src
}

# limited 'LIMIT...' COMMAND...: under this limit it is done, or exit 7 with
# words. Sets $got.
limited() {
	local limit=$1
	shift
	got=0
	(
		# shellcheck disable=SC2086 # the option and its value
		ulimit $limit
		exec timeout 60 "$@"
	) >"$io/out" 2>"$io/err" 3>&- || got=$?
	# The loader has an exit status of its own.
	case $got in
	0) ;;
	7)
		[ -s "$io/err" ] || fail "no word: $*"
		message_is_clean "$io/err" || fail "a bad message: $*"
		;;
	127) grep -q 'error while loading shared libraries' "$io/err" ||
		fail "exit status 127 of: $*" ;;
	*) fail "exit status $got with $limit of: $*" ;;
	esac
}

@test "few descriptors: done, or exit 7 and nothing left" {
	! is_sanitized || skip 'sanitizers open files of their own'
	local n
	for n in 3 4 5 6 7 8 9 10 12 14 20; do
		limited "-n $n" wax-pack -o out "$src"
		[ "$got" -eq 0 ] || holds
		rm -f out
		limited "-n $n" wax-unpack -C new "$keys/archive"
		[ "$got" -eq 0 ] || holds
		limited "-n $n" "${open[@]}" -C new2 "$keys/sealed"
		[ "$got" -eq 0 ] || [ ! -e new2 ]
		no_fresh .
		limited "-n $n" "${seal[@]}" -o out "$src"
		[ "$got" -eq 0 ] || [ ! -e out ]
		rm -rf new new2 out
	done
	[ "$got" -eq 0 ]
}

@test "fewer descriptors than levels of folders: nothing is left" {
	! is_sanitized || skip 'sanitizers open files of their own'
	local n path=deep
	for ((n = 0; n < 40; n++)); do
		path+=/folder
	done
	mkdir -p "$path"
	echo deep >"$path/file"
	wax-pack -o "$io/deep" deep
	for n in 12 16 20 30 40 45; do
		limited "-n $n" wax-unpack -C new "$io/deep"
		[ "$got" -eq 7 ]
		holds deep
		mkdir there
		limited "-n $n" wax-unpack -C there "$io/deep"
		folder_holds there
		rmdir there
	done
	limited '-n 100' wax-unpack -C new "$io/deep"
	diff -r deep new/deep
}

@test "a limit of file sizes: exit 7, and nothing left" {
	mkdir there
	limited '-f 64' wax-unpack -C new "$keys/archive"
	[ "$got" -eq 7 ]
	one_word
	err_has 'File too large'
	limited '-f 64' "${open[@]}" -C there "$keys/sealed"
	[ "$got" -eq 7 ]
	one_word
	limited '-f 64' wax-pack -o out "$src"
	[ "$got" -eq 7 ]
	limited '-f 64' "${seal[@]}" -o out "$src"
	[ "$got" -eq 7 ]
	err_is "wax-seal: 'out': File too large"
	folder_holds there
	holds there
}

@test "little memory: done, or exit 7 and nothing left" {
	! is_sanitized || skip 'sanitizers need memory of their own'
	local n
	for n in 4000 8000 10000 12000 14000 16000 18000 20000 24000 28000 \
		32000 40000 50000 200000; do
		limited "-v $n" wax-pack -o out "$src"
		[ "$got" -eq 0 ] || holds
		rm -f out
		limited "-v $n" wax-unpack -C new "$keys/archive"
		[ "$got" -eq 0 ] || holds
		discard new
		limited "-v $n" "${seal[@]}" -o out "$src"
		[ "$got" -eq 0 ] || holds
		rm -f out
		limited "-v $n" "${open[@]}" -C new "$keys/sealed"
		[ "$got" -eq 0 ] || holds
		discard new
	done
	[ "$got" -eq 0 ]
}

@test "a disk that gets full: exit 7, and nothing left" {
	can_mount || skip 'a tmpfs cannot be mounted'
	mkdir folder
	cat >"$io/script" <<-'EOF'
		mount -t tmpfs -o "$1" none folder || exit 99
		shift
		echo mine >folder/mine
		"$@"
		echo $? >status
		find folder -mindepth 1 -printf '%P\n' >list
	EOF
	local target limit
	for limit in size=200k nr_inodes=6 size=8k,nr_inodes=5; do
		for target in folder folder/new; do
			call 0 unshare -rm sh "$io/script" "$limit" \
				wax-unpack -C "$target" "$keys/archive"
			[ "$(cat status)" -eq 7 ]
			err_has 'No space left on device'
			one_word
			[ "$(cat list)" = mine ]
			call 0 unshare -rm sh "$io/script" "$limit" \
				"${open[@]}" -C "$target" "$keys/sealed"
			[ "$(cat status)" -eq 7 ]
			err_has 'No space left on device'
			one_word
			[ "$(cat list)" = mine ]
		done
	done
}

@test "an output in the folder that is packed is left out, and that is told" {
	local tool
	mkdir folder
	echo a >folder/a
	for tool in "wax-pack folder" "wax-seal -R '$keys/pq.pub' folder" \
		"wax-seal -R '$keys/pq.pub' -o /dev/stdout folder"; do
		pipeline 0 "$tool >folder/out"
		one_word
		err_has 'wax-pack: the output' 'is left out'
		mv folder/out out
		case $tool in
		wax-pack*) call 0 wax-unpack -C new out ;;
		*) call 0 "${open[@]}" -C new out ;;
		esac
		folder_holds new/folder a
		rm -r new out
	done
	pipeline 0 "cd folder; wax-seal -R '$keys/pq.pub' . >>out"
	err_has 'wax-pack: the output'
	call 0 "${open[@]}" -C new folder/out
	folder_holds new a
	rm -r new folder/out
	# One that appears only when it is whole is not there yet.
	call 0 wax-pack -o folder/out folder
	err_is
	call 0 wax-unpack -t folder/out
	out_is folder/ folder/a
	rm folder/out
	call 0 "${seal[@]}" -o folder/out folder
	err_is
	call 0 "${open[@]}" -C new folder/out
	folder_holds new/folder a
}

@test "a folder appears that wax-unpack was going to make: it survives" {
	start_unpack -C new
	mkdir new
	echo mine >new/mine
	tail -c +500001 "$keys/archive" >&9
	ends 2
	err_is "wax-unpack: 'new' has appeared meanwhile"
	[ "$(cat new/mine)" = mine ]
	holds new
}

@test "an entry appears that wax-unpack was going to make: it survives" {
	mkdir there
	start_open -C there
	echo mine >there/large
	tail -c +500001 "$keys/parts" >&9
	ends 2
	err_has "wax-unpack: 'large' exists in 'there'"
	one_word
	[ "$(cat there/large)" = mine ]
	folder_holds there large
}

@test "what cannot be replaced stops -f, and what was moved goes back" {
	needs_nobody
	needs setpriv
	[ "$(id -u)" -eq 0 ] || skip 'only root can make files of two users'
	chmod 644 "$keys/pq"
	mkdir -m 1777 there tree
	local i
	# So many that some are moved before.
	for i in a b c d e f g h i j k l; do
		mkdir "tree/$i"
		echo "$i" >"tree/$i/file"
		chmod 555 "tree/$i"
		echo "$i" >"tree/file $i"
	done
	echo new >tree/stuck
	(cd tree && wax-pack -o "$io/archive" .)
	chmod 755 "$io"
	chmod 644 "$io/archive"
	# In a folder like /tmp, nobody else can move it.
	echo old >there/stuck
	call 7 as_nobody wax-unpack -f -C there "$io/archive"
	err_is "wax-unpack: 'stuck': Operation not permitted"
	[ "$(cat there/stuck)" = old ]
	folder_holds there stuck
	call 7 as_nobody wax-unpack -f -C there "$io/archive"
	rm there/stuck
	call 0 as_nobody wax-unpack -f -C there "$io/archive"
	diff -r tree there
	mode_is 555 there/a
}

@test "a folder that cannot be listed is no folder that is missing" {
	needs_nobody
	mkdir there
	as_nobody mkdir mine
	chmod 311 there
	call 7 as_nobody wax-unpack -C there "$keys/archive"
	err_is "wax-unpack: 'there': Permission denied"
	chmod 555 mine
	call 7 as_nobody wax-unpack -C mine "$keys/archive"
	err_is "wax-unpack: 'mine': Permission denied"
	call 7 as_nobody wax-unpack -C mine/new "$keys/archive"
	err_is "wax-unpack: the folder of 'mine/new': Permission denied"
	folder_holds there
	folder_holds mine
}

@test "without the names' character set it says so, and blames no archive" {
	can_mount || skip 'a tmpfs cannot be mounted'
	[ -d /usr/lib/locale ] || skip 'there are no locales'
	mkdir tree
	echo green >tree/grün
	call 0 wax-pack -o pack tree
	got=0
	unshare -rm sh -c 'mount -t tmpfs none /usr/lib/locale && exec "$@"' sh \
		wax-unpack -C new pack >"$io/out" 2>"$io/err" || got=$?
	case $got in
	0) diff -r tree new/tree ;;
	7) one_word && err_has UTF-8 && [ ! -e new ] ;;
	*) fail "exit status $got" ;;
	esac
}

@test "nothing is put in place without the byte that confirms it" {
	call 0 wax-unpack --confirm-fd 4 -C new "$keys/archive" 4< <(printf x)
	same_tree "$src" new/src
	local got=0
	wax-unpack --confirm-fd 4 -C new2 "$keys/archive" 4</dev/null \
		2>"$io/err" || got=$?
	[ "$got" -eq 1 ]
	# Whoever should have sent it says why.
	err_is
	call 7 wax-unpack --confirm-fd 9 -C new2 "$keys/archive" 9<&-
	holds new
}

@test "of several that unpack to one name, one does, and the others say no" {
	local i n one statuses
	for i in 1 2 3; do
		started=()
		for n in 1 2 3; do
			wax-unpack -C new "$keys/archive" \
				2>"$io/err.$n" 3>&- &
			started+=($!)
		done
		statuses=
		for one in "${started[@]}"; do
			n=0
			wait "$one" || n=$?
			statuses+=" $n"
		done
		started=()
		[ "${statuses//[ 2]/}" = 0 ] || fail "statuses $statuses"
		same_tree "$src" new/src
		holds new
		chmod -R u+w new
		rm -r new
	done
}

@test "100 MiB pass in less than 40 MiB of memory, of whichever process" {
	! is_sanitized || skip 'sanitizers need memory of their own'
	peak=("$python" "$top/tests/craft.py" peak "$io/kib")
	mkdir big
	truncate -s 100M big/file
	round_in_memory
	round_in_memory -s -z -i "$keys/pq"
}

# round_in_memory OPTION...: seals the folder big, and opens it.
round_in_memory() {
	call 0 "${peak[@]}" "${seal[@]}" "$@" -o out big
	[ "$(cat "$io/kib")" -lt 40960 ] || fail "$(cat "$io/kib") KiB"
	call 0 "${peak[@]}" "${open[@]}" --max-ratio 0 -C new out
	[ "$(cat "$io/kib")" -lt 40960 ] || fail "$(cat "$io/kib") KiB"
	cmp big/file new/big/file
	rm -r new out
}
