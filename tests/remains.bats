#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What the tools leave of their secrets in memory, while two talk in a session:
# nothing as they exit, and while they wait for somebody to read their output
# only what is still needed. remains.py does it, and says how and what for.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

setup_file() {
	wax_environment
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
	! is_sanitized || skip 'a sanitizer keeps what was freed'
	export DRAWN=$keys/drawn.so
	[ -e "$DRAWN" ] || skip 'without a compiler'
}

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
