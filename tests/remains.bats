#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What remains of the secrets of sessions. In memory: nothing as a tool exits,
# and while it waits for somebody to read its output only what is still needed;
# remains.py looks for it. On the disk: nothing that opens what was opened;
# thief.py tries.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers
load people

DAY=86400

setup_file() {
	wax_environment
	make_people alice bob carol
	wax_clock
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >drawn.c <<-EOC
		#include <fcntl.h>
		#include <stdint.h>
		#include <stdlib.h>
		#include <sys/syscall.h>
		#include <sys/uio.h>
		#include <unistd.h>
		ssize_t getrandom(void *data, size_t len, unsigned flags)
		{
			ssize_t n = syscall(SYS_getrandom, data, len, flags);
			uint32_t size = (uint32_t)len;
			struct iovec v[] = {{&size, sizeof(size)}, {data, len}};
			const char *path = getenv("DRAWS");
			int fd = open(path ? path : "/dev/null",
				      O_WRONLY | O_CREAT | O_APPEND, 0600);
			if (n != (ssize_t)len || writev(fd, v, 2) < 0)
				_exit(99);
			close(fd);
			return n;
		}
	EOC
	${CC:-cc} -shared -fPIC -o drawn.so drawn.c 2>/dev/null ||
		rm -f drawn.so
}

setup() {
	wax_setup
	people alice bob carol
}

# memory

# Neither is allowed everywhere, as in some containers.
can_debug() {
	needs gdb
	# shellcheck disable=SC2016 # gdb's own
	gdb -nx -batch -ex run -ex 'print $_exitcode' "$(command -v true)" \
		2>/dev/null | grep -q ' = 0$' || skip 'gdb cannot run programs here'
}
can_look() {
	sleep 10 3>&- &
	local pid=$! ok=
	head -c 0 "/proc/$pid/mem" 2>/dev/null && ok=1
	kill "$pid"
	[ "$ok" ] || skip 'the memory of processes cannot be read here'
}

remains() {
	local -x DRAWN=$keys/drawn.so
	[ -e "$DRAWN" ] || skip 'without a compiler'
	! is_sanitized || skip 'a sanitizer keeps what was freed'
	"$python" "$top/tests/remains.py" "$@" >"$io/out" 2>"$io/err" ||
		fail "remains.py $*"
	grep -q '^[1-9][0-9]* searches for up to [0-9]* secrets$' "$io/out"
}

@test "a core shows what is held: the control" {
	can_debug
	remains control
}

@test "nothing is left in a core of tools that exit, when a peer calls" {
	can_debug
	remains end peer
}

@test "nothing is left in a core of tools that exit, when they call" {
	can_debug
	remains end tool
}

@test "a tool that waits holds what is needed and no more, when a peer calls" {
	can_look
	remains middle peer
}

@test "a tool that waits holds what is needed and no more, when it calls" {
	can_look
	remains middle tool
}

# the disk

# steals NAME... -- FILE: WORD...: all that is in these homes, put together,
# opens the files so, or they stay shut. thief.py knows the protocol.
steals() {
	local args=()
	while [ "$1" != -- ]; do
		args+=("$homes/$1")
		shift
	done
	shift
	"$python" "$top/tests/thief.py" "${args[@]}" -- "${@%%:*}" >"$io/out"
	out_is "$@"
}

@test "all files of both homes together do not open what was opened" {
	talking
	write bob alice m1
	write bob alice m2
	copied alice
	reads alice m2
	steals alice bob -- 'm1: a skipped key' 'm2: shut'
	reads alice m1
	write bob alice m3
	steals alice bob -- 'm1: shut' 'm2: shut' 'm3: a chain key'
	reads alice m3
	write alice bob m4
	reads bob m4
	steals alice bob -- 'm1: shut' 'm2: shut' 'm3: shut' 'm4: shut'
	# The control: the same files, as they were before.
	steals alice-copy -- "m1: an epoch's step" "m2: an epoch's step" \
		"m3: an epoch's step" 'm4: shut'
}

@test "nor the first message, without its prekey" {
	know carol alice
	as alice wax-card --once >once
	as bob wax-contact add -q alice once
	write bob alice once-1
	write carol alice all-1
	steals alice -- 'once-1: a prekey' 'all-1: a prekey'
	reads alice once-1
	reads alice all-1
	steals alice bob carol -- 'once-1: shut' 'all-1: a prekey'
	local day
	for day in 0 6 12 18 24 30 36 42 48 54 60 61 62; do
		at $((day * DAY)) as alice wax-card >/dev/null
	done
	steals alice bob carol -- 'once-1: shut' 'all-1: shut'
}

@test "who has stolen both homes follows one answer, and no more" {
	talking
	write alice bob a0
	copied alice
	copied bob
	write bob alice b1
	write alice bob a1
	reads alice b1
	write alice bob a2
	reads bob a2
	write bob alice b2
	reads alice b2
	write alice bob a3
	reads bob a3
	steals alice-copy -- "b1: an epoch's step" 'a2: shut' 'b2: shut' \
		'a3: shut'
	steals bob-copy -- 'a0: a chain key' 'a1: a chain key' 'b1: shut' \
		'a2: shut' 'b2: shut' 'a3: shut'
	steals alice-copy bob-copy -- "b1: an epoch's step" 'a2: shut' \
		'b2: shut' 'a3: shut'
	# The control: with what came after the theft.
	cp -a "$homes/bob" "$homes/bob-later"
	write alice bob a4
	steals bob-later -- 'a3: shut' 'a4: a chain key'
}
