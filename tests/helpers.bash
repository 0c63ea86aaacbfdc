# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
# What the tests of the tools share. Each test runs in an empty folder with an
# empty home. call runs a command and keeps what it wrote in files, because
# bats' own run drops NUL bytes.

bats_require_minimum_version 1.5.0

top=${BATS_TEST_DIRNAME%/tests*}
export WAX_BIN=${WAX_BIN:-$top/build/bin}

# Wrappers that choose among versions make Python's start slow.
python=/usr/bin/python3
[ -x "$python" ] || python=python3

# To be called by setup() and setup_file(): makes the environment the same
# everywhere. Standard input is empty, so that nothing waits for a person.
wax_environment() {
	exec </dev/null
	unset WAX_HOME XDG_DATA_HOME
	export LC_ALL=C PATH="$WAX_BIN:$PATH" PYTHONDONTWRITEBYTECODE=1
	umask 022
}

# To be called by setup(): a folder and a home of the test's own.
wax_setup() {
	wax_environment
	io=$BATS_TEST_TMPDIR/io
	work=$BATS_TEST_TMPDIR/work
	export HOME=$BATS_TEST_TMPDIR/home
	mkdir "$io" "$work" "$HOME"
	: >"$io/out"
	: >"$io/err"
	cd "$work" || return 1
	keys=$BATS_FILE_TMPDIR
}

# To be called by setup_file(): identities and their recipients, in $keys.
wax_keys() {
	local name
	for name in pq pq2 x x2; do
		case $name in
		x*) wax-keygen --x25519 -o "$BATS_FILE_TMPDIR/$name" ;;
		*) wax-keygen -o "$BATS_FILE_TMPDIR/$name" ;;
		esac 2>/dev/null
		wax-keygen -y "$BATS_FILE_TMPDIR/$name" \
			>"$BATS_FILE_TMPDIR/$name.pub"
	done
}

# wax_ssh_key NAME: an OpenSSH key of that name in $keys, where ssh-keygen is.
wax_ssh_key() {
	! command -v ssh-keygen >/dev/null ||
		ssh-keygen -q -t ed25519 -N '' -f "$BATS_FILE_TMPDIR/$1"
}

fail() {
	printf '%s\n' "$*" '-- stdout:' | cat -v
	head -c 1000 "$io/out" | cat -v | cut -c1-300
	printf '%s\n' '-- stderr:'
	head -c 2000 "$io/err" | cat -v | cut -c1-300
	return 1
} >&2

# call STATUS COMMAND...: runs the command and expects the exit status. What
# holds for every tool is checked here: a failure says why, in lines that begin
# with the tool's name; no control byte and no secret key gets into a message.
call() {
	local want=$1 got=0
	shift
	"$@" >"$io/out" 2>"$io/err" || got=$?
	[ "$got" -eq "$want" ] || fail "exit status $got, not $want, of: $*"
	[ "$want" -eq 0 ] || [ "$want" -gt 128 ] || [ -s "$io/err" ] ||
		fail "no word about exit status $got of: $*"
	message_is_clean "$io/err" || fail "a bad message from: $*"
}

message_is_clean() {
	! grep -qv '^wax\(-[a-z]*\)\?: ' "$1" &&
		! grep -qai 'AGE-SECRET-KEY-[A-Z0-9]' "$1" &&
		[ "$(LC_ALL=C tr -d '\n\040-\176\200-\377' <"$1" | wc -c)" -eq 0 ]
}

# out_is LINE..., err_is LINE...: exactly these lines; none without arguments.
out_is() { lines_are "$io/out" "$@"; }
err_is() { lines_are "$io/err" "$@"; }
lines_are() {
	local file=$1
	shift
	if [ $# -eq 0 ]; then
		[ ! -s "$file" ] || fail 'something was written'
	else
		printf '%s\n' "$@" | cmp -s - "$file" ||
			fail "not the lines that were expected: $*"
	fi
}

# out_has TEXT..., err_has TEXT...: each of them is there.
out_has() { file_has "$io/out" "$@"; }
err_has() { file_has "$io/err" "$@"; }
file_has() {
	local file=$1 text
	shift
	for text; do
		grep -qaF -- "$text" "$file" || fail "no '$text'"
	done
}

# out_same FILE: standard output was the file, to the byte.
out_same() { cmp "$io/out" "$1" || fail "stdout is not $1"; }

# holds NAME...: the test's folder has exactly these entries.
holds() { folder_holds "$work" "$@"; }
folder_holds() {
	local folder=$1 want
	shift
	local found
	want=$([ $# -eq 0 ] || printf '%s\n' "$@" | sort)
	found=$(find "$folder" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort)
	[ "$found" = "$want" ] || fail "$folder holds:" "$found"
}

mode_is() { [ "$(stat -c %a "$2")" = "$1" ] || fail "mode of $(ls -ld "$2")"; }

# random SIZE FILE
random() { head -c "$1" /dev/urandom >"$2"; }

needs() {
	local program
	for program; do
		command -v "$program" >/dev/null || skip "without $program"
	done
}

# spoil FILE AT: puts another byte there, whatever it was.
spoil() {
	local byte=x
	[ "$(dd if="$1" bs=1 skip="$2" count=1 status=none | od -An -tx1)" \
		!= ' 78' ] || byte=y
	printf %s $byte | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# free_port: one of loopback's that nobody listens on
free_port() {
	"$python" -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# until_it_listens PORT: waits up to 5 seconds.
until_it_listens() {
	local i port
	port=$(printf ':%04X 00000000:0000 0A' "$1")
	for ((i = 0; i < 250; i++)); do
		! grep -q "$port" /proc/net/tcp || return 0
		sleep 0.02
	done
	return 1
}

# Sanitizers need memory and time of their own.
is_sanitized() { grep -qa __asan_init "$WAX_BIN/wax-open"; }

# can_mount: whether a tmpfs can be mounted, in a name space that ends with the
# command: unshare -rm sh -c '...'.
can_mount() { unshare -rm mount -t tmpfs none "$BATS_TEST_TMPDIR" 2>/dev/null; }

# pty STATUS STEP... -- COMMAND...: as call, on a terminal (see pty.py). What
# was shown there is in $io/out; $io/err has a line on how the command ended,
# and one on whether the terminal echoes.
pty() {
	local want=$1 got=0
	shift
	"$python" "$top/tests/pty.py" "$@" >"$io/out" 2>"$io/err" 3>&- ||
		got=$?
	[ "$got" -eq "$want" ] || fail "exit status $got, not $want, of: $*"
}

# wax_clock: to be called by setup_file(), where at() is to be used.
wax_clock() {
	local folder=$BATS_FILE_TMPDIR
	cat >"$folder/clock.c" <<-EOC
		#include <stdlib.h>
		#include <time.h>
		time_t time(time_t *t)
		{
			const char *off = getenv("CLOCK");
			struct timespec now;
			clock_gettime(CLOCK_REALTIME, &now);
			now.tv_sec += off ? atoll(off) : 0;
			if (t)
				*t = now.tv_sec;
			return now.tv_sec;
		}
	EOC
	${CC:-cc} -shared -fPIC -o "$folder/clock.so" "$folder/clock.c" \
		2>/dev/null || rm -f "$folder/clock.so"
}

# at SECONDS COMMAND...: runs it with a clock that is so far off. The command
# may be a function that runs one program.
at() {
	[ -e "$keys/clock.so" ] || skip 'without a compiler'
	local -x CLOCK=$1 LD_PRELOAD=$keys/clock.so
	local -x ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS-}"
	shift
	"$@"
}

# A message and an identity, sealed with the passphrase in the file pw at the
# lowest cost that scrypt has, for quick tests.
locked_files() {
	printf 'correct horse\n' >pw
	printf 'wrong horse\n' >wrong
	cat >hello.age <<-EOF
		-----BEGIN AGE ENCRYPTED FILE-----
		YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBCQU0xcUdGTUpiV0I4RGNq
		QWJ4VEJBIDEKdGEyalBHaXJFUkZEaFlYYmNSU0RMSk84NkVWaHFlaHJnczdMVnNm
		Z3c1awotLS0gUm12V1p5bEVlcXZ6QXkyeHNlTFpFOER5T2VLLzFCSHJsMnZtRHhE
		T05oOAqNuEsZaUXDjp9jHqIwWeHPSNSnVul3kH2De0EI0C8neiKR/haGaQ==
		-----END AGE ENCRYPTED FILE-----
	EOF
	cat >locked <<-EOF
		-----BEGIN AGE ENCRYPTED FILE-----
		YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBrMnVwSnZubjNnRWtMUHZ4
		c1ZYNEJBIDEKRno1UWNCUURheGtrdWpWMVZDa2NRdjBJakVDMm1hRUoxNFBoNzBj
		NG9NUQotLS0gNDQrWmtNMkVFK0J6N1VhdSt1SjRGYko3cHhZSURCUHV0SGhrVmtn
		MkJkUQr/eFhZr7cQvVZedXRJVNj7pKu9R1YDFSve9KRJgRMzAQvlhZEZCb4hRQjJ
		0DcSeDw8QjEMQ1lHOF8opaihlCYlF3okQ0oeKI4ycfGbKeLHqar1NmWDIRtn88HA
		F1t3UxBmm6GPOf7EwlC0UbWTxykgguCz9jnlR+dLdSr9+5yB1S2ltkxKLdazsfUp
		h8oowG0QTrMDuVbchCJKVb5rNuigov5moa99+wxIAJl8dLHz5DCpQF7Coes+KJAf
		xBTyneQlNxpxW8cB698/uydf3IbpJUkiet7ynk80Dq5sdLg20azY3oHW6mUY
		-----END AGE ENCRYPTED FILE-----
	EOF
	locked_recipient=age12g3r2va04nehq4qyf4v9wpnenkxu9vdtxd80t0tpc9279vr76ajs8dea25
}

# locked_identity FILE: a post-quantum identity, sealed in the same way.
locked_identity() {
	cat >"$1" <<-EOF
		-----BEGIN AGE ENCRYPTED FILE-----
		YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBDWkNTa1pCeGJBME5ZWGdD
		YWFGKzhBIDEKOVlpVHM1MERYSmpPUDNYRWxWQzVuY3VuajB2QjBGVWRWZlJBMUlj
		UzRDcwotLS0gbkkxL3plelFmSDloNjlzenhMbGJRTXlQS3ZDYzVWTmdTZ1dvaTM3
		d2lkYwr3PvJ7XEnJbl0v0OiehX5Bgeh4b9fR9IqR+XXWxQKJbMIwFxtQyU6y6isv
		8U/DgUwDEXNj1x2/Ud+x0Eab8wPgBVBkFmtfcMsJ72h3+1PpiSBnEG91pABrRnwD
		IiUmuIqADI9XZnsCuj7yVJZLKg==
		-----END AGE ENCRYPTED FILE-----
	EOF
}
