#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The rules of output: a file appears whole or not at all, nothing is lost that
# was there, and every failure to deliver is told.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2016,SC2030,SC2031,SC2094

load helpers

setup_file() {
	wax_environment
	wax_keys
	random 200000 "$BATS_FILE_TMPDIR/data"
	wax-seal -R "$BATS_FILE_TMPDIR/x.pub" -o "$BATS_FILE_TMPDIR/big" \
		"$BATS_FILE_TMPDIR/data"
}

setup() {
	wax_setup
	echo 'a message' >in
	wax-seal -R "$keys/x.pub" in >sealed
	seal=(wax-seal -R "$keys/x.pub")
	open=(wax-open -i "$keys/x")
}

# start_writing COMMAND...: starts it in the background on a FIFO, and returns
# when it has read most of the first 200 KB of $from there, so that it is
# writing by now. The FIFO stays open as descriptor 9.
start_writing() {
	mkfifo "$io/fifo"
	env --default-signal=INT,TERM,HUP,QUIT,PIPE "$@" <"$io/fifo" \
		>"$io/out" 2>"$io/err" 3>&- &
	writer=$!
	exec 9>"$io/fifo"
	head -c 200000 "$from" >&9
}

# wait_for STATUS: gives it the rest, and waits for it.
wait_for() {
	tail -c +200001 "$from" >&9
	ends_with "$1"
}

ends_with() {
	local got=0
	exec 9>&-
	wait "$writer" || got=$?
	[ "$got" -eq "$1" ] || fail "exit status $got, not $1"
}

@test "an existing file is not replaced, with -f it is" {
	echo old >out
	call 2 "${seal[@]}" -o out in
	err_is "wax-seal: 'out' exists (-f replaces it)"
	[ "$(cat out)" = old ]
	call 2 "${open[@]}" -o out sealed
	err_is "wax-open: 'out' exists (-f replaces it)"
	[ "$(cat out)" = old ]
	call 0 "${open[@]}" -f -o out sealed
	err_is
	cmp in out
	call 0 "${seal[@]}" -f -o out in
	call 0 "${open[@]}" out
	out_same in
	holds in sealed out
}

@test "-f that fails leaves the old file" {
	echo old >out
	head -c 150000 "$keys/big" >cut_off
	call 1 "${open[@]}" -f -o out cut_off
	call 1 "${open[@]}" -f -o out in
	call 3 wax-open -f -i "$keys/x2" -o out sealed
	call 2 wax-seal -f -o out in
	call 7 "${seal[@]}" -f -o out missing
	[ "$(cat out)" = old ]
	holds in sealed out cut_off
}

@test "-f gives a new file: other links to the old one keep its content" {
	echo old >out
	ln out other
	chmod 640 out
	call 0 "${open[@]}" -f -o out sealed
	cmp in out
	[ "$(cat other)" = old ]
}

@test "-f gives nobody a permission that the old file did not" {
	umask 022
	echo old >out
	chmod 640 out
	call 0 "${open[@]}" -f -o out sealed
	mode_is 640 out
	chmod 600 out
	call 0 "${open[@]}" -f -o out sealed
	mode_is 600 out
	chmod 777 out
	call 0 "${open[@]}" -f -o out sealed
	mode_is 644 out
}

@test "a target that appears meanwhile survives" {
	from=$keys/data
	start_writing "${seal[@]}" -o out
	echo mine >out
	wait_for 2
	err_is "wax-seal: 'out' exists (-f replaces it)"
	[ "$(cat out)" = mine ]
	holds in sealed out
}

@test "a link or a folder that appears meanwhile survives, too" {
	from=$keys/big
	start_writing "${open[@]}" -o out
	ln -s nowhere out
	wait_for 2
	[ "$(readlink out)" = nowhere ]
	holds in sealed out
	rm out "$io/fifo"
	from=$keys/data
	start_writing "${seal[@]}" -f -o out
	mkdir out
	wait_for 2
	err_is "wax-seal: 'out' is a folder"
	[ -d out ]
	holds in sealed out
}

@test "the target appears only when it is whole" {
	from=$keys/data
	start_writing "${seal[@]}" -o out
	[ ! -e out ]
	wait_for 0
	call 0 "${open[@]}" out
	out_same "$keys/data"
	holds in sealed out
}

@test "a link as target exists, also when it points nowhere" {
	echo old >file
	ln -s file link
	ln -s nowhere dangling
	local target
	for target in link dangling; do
		call 2 "${open[@]}" -o "$target" sealed
		err_is "wax-open: '$target' exists (-f replaces it)"
	done
	[ "$(cat file)" = old ]
	holds in sealed file link dangling
	# With -f the link is replaced, not what it points to.
	for target in link dangling; do
		call 0 "${open[@]}" -f -o "$target" sealed
		[ ! -L "$target" ]
		cmp in "$target"
	done
	[ "$(cat file)" = old ]
	holds in sealed file link dangling
}

@test "the input is never the target: by name, hard link, link, other path" {
	cp in copy
	cp sealed sealed_copy
	ln in hard
	ln -s in soft
	ln -s . here
	local target
	for target in in hard soft ./in here/in "$work/in"; do
		call 2 "${seal[@]}" -f -o "$target" in
		err_is "wax-seal: '$target' is input and output at once"
		call 2 "${seal[@]}" -f -o "$target" <in
		call 2 "${seal[@]}" -f -o "$target" soft
		cmp in copy
	done
	call 2 "${open[@]}" -f -o sealed sealed
	err_is "wax-open: 'sealed' is input and output at once"
	call 2 "${open[@]}" -o sealed <sealed
	cmp sealed sealed_copy
	holds in sealed copy sealed_copy hard soft here
}

@test "the input is never standard output" {
	cp in copy
	cp sealed sealed_copy
	local got=0
	# shellcheck disable=SC2094
	"${seal[@]}" in >>in 2>"$io/err" || got=$?
	[ "$got" -eq 2 ]
	err_is 'wax-seal: standard output is input and output at once'
	got=0
	"${open[@]}" <sealed 1<>sealed 2>"$io/err" || got=$?
	[ "$got" -eq 2 ]
	err_is 'wax-open: standard output is input and output at once'
	got=0
	wax-inspect sealed 1<>sealed 2>"$io/err" || got=$?
	[ "$got" -eq 2 ]
	cmp in copy
	cmp sealed sealed_copy
}

@test "a key file is never the target, even with -f" {
	cp "$keys/x" id
	cp "$keys/x.pub" pub
	call 2 wax-open -f -i id -o id sealed
	err_is "wax-open: 'id' is input and output at once"
	call 2 wax-seal -f -R pub -o pub in
	err_is "wax-seal: 'pub' is input and output at once"
	call 2 wax-seal -f -i id -o id in
	cmp id "$keys/x"
	cmp pub "$keys/x.pub"
}

@test "the home's identity is never the target, even with -f" {
	wax-keygen 2>/dev/null
	local id=$HOME/.local/share/wax/identity
	cp "$id" copy
	wax-keygen -y >pub
	wax-seal -f -R pub -o sealed in
	call 2 wax-open -f -o "$id" sealed
	err_is "wax-open: '$id' is input and output at once"
	cmp "$id" copy
}

@test "sealing and listing never replace the identity or the state, even with -f" {
	wax-keygen 2>/dev/null
	wax-card -o card
	wax-contact add -q me card
	local home=$HOME/.local/share/wax file
	cp -a "$home" copy
	for file in identity state.key prekeys contacts.lock; do
		call 2 wax-seal -f -R card -o "$home/$file" in
		err_is "wax-seal: '$home/$file' is input and output at once"
		call 2 wax-seal -s -f -r me -o "$home/$file" in
		call 2 wax-contact list -f -o "$home/$file"
		err_is "wax-contact: '$home/$file' is input and output at once"
		call 2 wax-contact export me -f -o "$home/$file"
	done
	call 2 wax-seal -R card -o "$home/contacts/new" in
	err_is "wax-seal: '$home/contacts/new' is among wax's own files $(
	)(write elsewhere)"
	diff -r copy "$home"
}

@test "the passphrase's file is never the target, even with -f" {
	locked_files
	cp pw copy
	call 2 wax-open --passphrase-file pw -f -o pw hello.age
	err_is "wax-open: 'pw' is input and output at once"
	cmp pw copy
	call 2 wax-seal -p --passphrase-file pw -f -o pw in
	err_is "wax-seal: 'pw' is input and output at once"
	cmp pw copy
}

@test "a folder, a FIFO and a device are no targets" {
	mkdir folder
	mkfifo fifo
	local tool
	for tool in "${seal[*]} -f" "${open[*]} -f" "${seal[*]}"; do
		# shellcheck disable=SC2206
		tool=($tool)
		call 2 timeout 5 "${tool[@]}" -o folder sealed
		err_has "'folder' is a folder"
		call 2 timeout 5 "${tool[@]}" -o fifo sealed
		err_has "'fifo'"
		call 2 timeout 5 "${tool[@]}" -o /dev/null sealed
		err_has "'/dev/null'"
		call 2 timeout 5 "${tool[@]}" -o folder/ sealed
		call 2 timeout 5 "${tool[@]}" -o . sealed
		call 2 timeout 5 "${tool[@]}" -o folder/.. sealed
		call 7 timeout 5 "${tool[@]}" -o nowhere/out sealed
		err_has "'nowhere/out': No such file or directory"
		call 7 timeout 5 "${tool[@]}" -o in/out sealed
		call 2 timeout 5 "${tool[@]}" -o '' sealed
	done
	[ -p fifo ] && [ -c /dev/null ]
	folder_holds folder
	holds in sealed folder fifo
}

@test "a target in another folder, and with a long name" {
	mkdir -p a/b
	call 0 "${open[@]}" -o a/b/out sealed
	cmp in a/b/out
	folder_holds a/b out
	local long
	long=$(printf '%255s' '' | tr ' ' n)
	call 0 "${open[@]}" -o "$long" sealed
	cmp in "$long"
	call 7 "${open[@]}" -o "${long}n" sealed
	err_has 'File name too long'
	holds in sealed a "$long"
}

@test "modes follow the umask" {
	local mask mode
	for mask in 000:666 022:644 027:640 077:600; do
		mode=${mask#*:}
		umask "${mask%:*}"
		call 0 "${seal[@]}" -o "s$mode" in
		mode_is "$mode" "s$mode"
		call 0 "${open[@]}" -o "o$mode" "s$mode"
		mode_is "$mode" "o$mode"
		call 0 "${open[@]}" -f -o "o$mode" "s$mode"
		mode_is "$mode" "o$mode"
	done
}

@test "an empty message makes an empty file" {
	: >empty
	call 0 "${seal[@]}" -o esealed empty
	call 0 "${open[@]}" -o out esealed
	[ -f out ] && [ ! -s out ]
	mode_is 644 out
	call 0 "${open[@]}" esealed
	out_is
	err_is
}

@test "a full device is told" {
	local got tool
	for tool in "${seal[*]}" "${seal[*]} -a" "${open[*]}" wax-inspect \
		'wax-inspect --json'; do
		got=0
		# shellcheck disable=SC2086
		$tool <sealed >/dev/full 2>"$io/err" || got=$?
		[ "$got" -eq 7 ] || fail "exit status $got of $tool"
		err_is "${tool%% *}: standard output: No space left on device"
	done
}

# closed DIGITS STATUS COMMAND...: runs the command with these of its first
# three descriptors closed, the others to files.
closed() {
	local set=$1 want=$2 got=0
	shift 2
	: >"$io/out"
	: >"$io/err"
	(
		exec 3>&- 0<sealed 1>"$io/out" 2>"$io/err"
		case $set in *0*) exec 0<&- ;; esac
		case $set in *1*) exec 1>&- ;; esac
		case $set in *2*) exec 2>&- ;; esac
		exec "$@"
	) || got=$?
	[ "$got" -eq "$want" ] || fail "exit status $got, not $want, of: $*" \
		"with $set closed"
	case $want$set in
	0* | *2*) ;;
	*) [ -s "$io/err" ] || fail "no word about $got of: $*" ;;
	esac
}

@test "closed standard descriptors: what needs none of them works" {
	local set
	for set in 0 1 2 01 02 12 012; do
		closed "$set" 0 wax-keygen -o id
		closed "$set" 0 wax-keygen -y id -o pub
		closed "$set" 0 wax-seal -R pub -o s in
		closed "$set" 0 wax-open -i id -o o s
		cmp in o
		[ "$(grep -c AGE-SECRET id)" -eq 1 ]
		[ "$(wc -l <id)" -eq 5 ]
		holds in sealed id pub s o
		rm id pub s o
		out_is
	done
}

@test "closed standard descriptors: through the front, too" {
	local set
	for set in 0 1 2 01 02 12 012; do
		closed "$set" 0 wax keygen -o id
		closed "$set" 0 wax seal -i id -o s in
		closed "$set" 0 wax open -i id -o o s
		cmp in o
		rm id s o
	done
	closed 1 7 wax open -i "$keys/x" sealed
	closed 0 7 wax open -i "$keys/x"
	closed 1 7 wax --help
	closed 01 7 wax --version
	closed 2 2 wax nonsense
	closed 12 2 wax
}

@test "a closed standard input that is to be read is an I/O error" {
	local set
	for set in 0 01 02 012; do
		closed "$set" 7 wax-seal -R "$keys/x.pub" -o out
		closed "$set" 7 wax-seal -R "$keys/x.pub" -o out -
		closed "$set" 7 wax-seal -R - -o out in
		closed "$set" 7 wax-open -i "$keys/x" -o out
		closed "$set" 7 wax-open -i - -o out sealed
		closed "$set" 7 wax-keygen -y - -o out
		closed "$set" 7 wax-inspect
		out_is
		holds in sealed
	done
	closed 0 7 wax-seal -R "$keys/x.pub"
	err_is 'wax-seal: standard input is closed'
	out_is
}

@test "a closed standard input is not an empty message by another name" {
	local name
	for name in /dev/stdin /dev/fd/0 /proc/self/fd/0; do
		closed 0 7 wax-seal -R "$keys/x.pub" -o out "$name"
		holds in sealed
	done
}

@test "a closed standard output that is to be written is an I/O error" {
	local set
	for set in 1 01 12 012; do
		closed "$set" 7 wax-keygen -o -
		closed "$set" 7 wax-keygen -y "$keys/x"
		closed "$set" 7 wax-seal -R "$keys/x.pub" in
		closed "$set" 7 wax-open -i "$keys/x" sealed
		closed "$set" 7 wax-inspect sealed
		closed "$set" 7 wax-inspect --json sealed
		closed "$set" 7 wax-seal --help
		closed "$set" 7 wax-open --version
	done
	closed 1 7 wax-open -i "$keys/x" sealed
	err_is 'wax-open: standard output is closed'
	holds in sealed
}

@test "standard descriptors of the wrong direction are as good as closed" {
	local got=0
	"${seal[@]}" -o out 0>>in 2>"$io/err" || got=$?
	[ "$got" -eq 7 ]
	err_is 'wax-seal: standard input is closed'
	got=0
	"${open[@]}" sealed 1<in 2>"$io/err" || got=$?
	[ "$got" -eq 7 ]
	err_is 'wax-open: standard output is closed'
	[ "$(cat in)" = 'a message' ]
	holds in sealed
}

@test "a reader that goes away is told, and does not kill" {
	local reader tool got
	for reader in true 'head -c 10'; do
		for tool in "${seal[*]} $keys/data" "${open[*]} $keys/big" \
			"${seal[*]} -a $keys/data"; do
			# shellcheck disable=SC2086
			{
				$tool 2>"$io/err" && echo 0 >"$io/got" ||
					echo $? >"$io/got"
			} | $reader >/dev/null
			got=$(cat "$io/got")
			[ "$got" -eq 7 ] || fail "exit status $got of $tool"
			err_is "${tool%% *}: standard output: Broken pipe"
		done
	done
	holds in sealed
}

@test "a limit of file sizes is an I/O error, and leaves nothing" {
	local got target
	echo old >old
	for target in out old; do
		got=0
		# In blocks of 1024 bytes: less than the output needs.
		(
			ulimit -f 64
			exec 3>&-
			exec "${seal[@]}" -f -o "$target" "$keys/data"
		) 2>"$io/err" || got=$?
		[ "$got" -eq 7 ]
		err_is "wax-seal: '$target': File too large"
	done
	[ "$(cat old)" = old ]
	holds in sealed old
}

@test "without descriptors left it is an I/O error, and leaves nothing" {
	! is_sanitized || skip 'sanitizers open files of their own'
	local n got
	for n in 4 5 6; do
		got=0
		(
			exec 3>&-
			ulimit -n "$n"
			exec "${seal[@]}" -o out in
		) 2>"$io/err" || got=$?
		[ "$got" -eq 7 ] || [ "$got" -eq 0 ]
		if [ "$got" -eq 7 ]; then
			err_has 'wax-seal: ' 'Too many open files'
			holds in sealed
		else
			call 0 "${open[@]}" out
			out_same in
			rm out
		fi
		[ "$n" -ne 4 ] || [ "$got" -eq 7 ]
	done
}

@test "a read-only folder is an I/O error" {
	if [ "$(id -u)" -ne 0 ]; then
		mkdir -m 555 folder
		call 7 "${open[@]}" -o folder/out sealed
		err_is "wax-open: 'folder/out': Permission denied"
		folder_holds folder
		return
	fi
	can_mount || skip 'a tmpfs cannot be mounted'
	mkdir folder
	call 7 unshare -rm sh -c 'mount -t tmpfs -o ro none folder &&
		exec "$@" -o folder/out sealed' sh "${open[@]}"
	err_is "wax-open: 'folder/out': Read-only file system"
}

@test "a file system that gets full: an I/O error, and what was there stays" {
	can_mount || skip 'a tmpfs cannot be mounted'
	mkdir folder
	cat >script <<-'EOF'
		mount -t tmpfs -o size=8k none folder || exit 99
		echo old >folder/old
		"$@" || echo "$?" >status
		cp folder/old after
		ls -A folder >list
	EOF
	local target tool
	for target in folder/out folder/old; do
		for tool in "${seal[*]} $keys/data" "${open[*]} $keys/big"; do
			# shellcheck disable=SC2086
			call 0 unshare -rm sh script $tool -f -o "$target"
			[ "$(cat status)" -eq 7 ]
			err_is "${tool%% *}: '$target': No space left on device"
			[ "$(cat list)" = old ]
			[ "$(cat after)" = old ]
		done
	done
	call 0 unshare -rm sh script wax-keygen -o folder/id
	[ "$(cat list)" = "$(printf 'id\nold')" ]
}

@test "a file system without room for one more file" {
	can_mount || skip 'a tmpfs cannot be mounted'
	mkdir folder
	call 7 unshare -rm sh -c 'mount -t tmpfs -o nr_inodes=2 none folder &&
		: >folder/one && "$@" -o folder/out sealed; status=$?
		ls -A folder >list; exit $status' sh "${open[@]}"
	err_is "wax-open: 'folder/out': No space left on device"
	[ "$(cat list)" = one ]
}

@test "signals while writing end it, and leave nothing" {
	local name
	from=$keys/data
	for name in INT TERM HUP QUIT; do
		start_writing "${seal[@]}" -o out
		kill -s "$name" "$writer"
		ends_with $((128 + $(kill -l "$name")))
		out_is
		err_is
		holds in sealed
		rm "$io/fifo"
	done
	from=$keys/big
	start_writing "${open[@]}" -f -o in
	kill -s INT "$writer"
	ends_with 130
	[ "$(cat in)" = 'a message' ]
	holds in sealed
}

@test "an ignored signal stays ignored" {
	from=$keys/data
	mkfifo "$io/fifo"
	(
		trap '' HUP
		exec "${seal[@]}" -o out <"$io/fifo" >"$io/out" 2>"$io/err" 3>&-
	) &
	writer=$!
	exec 9>"$io/fifo"
	head -c 200000 "$from" >&9
	kill -s HUP "$writer"
	wait_for 0
	call 0 "${open[@]}" out
	out_same "$keys/data"
}

@test "SIGKILL while writing leaves no target, and the old one whole" {
	from=$keys/data
	start_writing "${seal[@]}" -o out
	kill -s KILL "$writer"
	ends_with 137
	[ ! -e out ]
	rm -f "$io/fifo" .wax-*
	holds in sealed
	start_writing "${seal[@]}" -f -o in
	kill -s KILL "$writer"
	ends_with 137
	[ "$(cat in)" = 'a message' ]
	rm -f .wax-*
	holds in sealed
}

@test "a failure leaves no file, whatever failed" {
	cp sealed forged
	# In the header's MAC.
	printf '####' | dd of=forged bs=1 seek=130 conv=notrunc status=none
	call 1 "${open[@]}" -o out forged
	err_is "wax-open: 'forged': the header is malformed, in its last line"
	head -c 100000 "$keys/big" >cut_off
	call 1 "${open[@]}" -o out cut_off
	call 1 "${open[@]}" -o out in
	call 3 wax-open -i "$keys/x2" -o out sealed
	call 3 wax-open -o out sealed
	call 2 "${seal[@]}" -R "$keys/pq.pub" -o out in
	call 7 "${seal[@]}" -o out missing
	holds in sealed forged cut_off
}

# Without /proc a nameless file cannot be given a name, so that a temporary name
# stands beside the target, as on some file systems.
without_proc=(unshare -rm sh -c 'mount --bind "$HOME" /proc && exec "$@"' sh)

needs_without_proc() {
	can_mount || skip 'a tmpfs cannot be mounted'
	! is_sanitized || skip 'sanitizers need /proc'
}

@test "where a temporary name is needed, the rules are the same" {
	needs_without_proc
	call 0 "${without_proc[@]}" "${open[@]}" -o out sealed
	cmp in out
	mode_is 644 out
	call 2 "${without_proc[@]}" "${open[@]}" -o out sealed
	err_is "wax-open: 'out' exists (-f replaces it)"
	call 0 "${without_proc[@]}" "${seal[@]}" -f -o out in
	call 0 "${open[@]}" out
	out_same in
	call 1 "${without_proc[@]}" "${open[@]}" -o none in
	call 0 "${without_proc[@]}" wax-keygen -o id
	mode_is 600 id
	holds in sealed out id
}

@test "where a temporary name is needed, what appears meanwhile survives" {
	needs_without_proc
	from=$keys/data
	start_writing "${without_proc[@]}" "${seal[@]}" -o out
	[ "$(find . -name '.wax-*' | wc -l)" -eq 1 ]
	echo mine >out
	wait_for 2
	err_is "wax-seal: 'out' exists (-f replaces it)"
	[ "$(cat out)" = mine ]
	holds in sealed out
}

@test "where a temporary name is needed, signals remove it" {
	needs_without_proc
	local name
	from=$keys/data
	for name in INT TERM HUP QUIT; do
		start_writing "${without_proc[@]}" "${seal[@]}" -f -o in
		[ "$(find . -name '.wax-*' | wc -l)" -eq 1 ]
		kill -s "$name" "$writer"
		ends_with $((128 + $(kill -l "$name")))
		[ "$(cat in)" = 'a message' ]
		holds in sealed
		rm "$io/fifo"
	done
}

@test "the file behind a passphrase's descriptor is never the target" {
	locked_files
	call 2 wax-open --passphrase-fd 3 -f -o pw hello.age 3<pw
	err_is "wax-open: 'pw' is input and output at once"
	[ "$(cat pw)" = 'correct horse' ]
}

@test "a pipe that somebody made non-blocking is waited for" {
	needs "$python"
	"$python" - "${open[@]}" "$keys/big" >"$io/out" <<-'END'
	import os, subprocess, sys, time
	r, w = os.pipe()
	os.set_blocking(w, False)
	p = subprocess.Popen(sys.argv[1:], stdout=w)
	os.close(w)
	time.sleep(.3)
	data = b''
	while part := os.read(r, 1 << 16):
	    data += part
	sys.stdout.buffer.write(data)
	sys.stdout.flush()
	sys.exit(p.wait())
	END
	out_same "$keys/data"
}

@test "a closed standard input is nothing to read by any spelling" {
	local name
	for name in /dev//stdin /dev/../dev/stdin /proc/self/fd//0; do
		call 7 "${seal[@]}" -o out "$name" <&-
		err_is "wax-seal: '$name': Too many levels of symbolic links"
		holds in sealed
	done
}

@test "a link to a descriptor, as /dev/stdout is, is never replaced" {
	ln -s /proc/self/fd/2 link
	call 2 "${seal[@]}" -f -o link in
	[ "$(readlink link)" = /proc/self/fd/2 ]
}
