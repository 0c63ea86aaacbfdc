#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The walls around the process that takes an archive apart. wax-unpack is linked
# anew, with a wax_unpack() that tries to get out (tests/walls), and each attempt
# must fail: behind both walls, and behind each alone as far as that one goes.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

setup_file() {
	wax_environment
	! is_sanitized || return 0
	built=$(dirname "$WAX_BIN")
	[ -e "$built/obj/cmd/jail.o" ] || return 0
	cd "$BATS_FILE_TMPDIR" || return 1
	local sodium=$top/build/deps/root/lib/libsodium.a file
	if pkg-config --atleast-version=1.0.22 libsodium 2>/dev/null; then
		sodium=$(pkg-config --libs libsodium)
	fi
	for file in prepare files system jailed lies bare without; do
		cc -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror \
			-I"$top/include" -I"$top/lib" -I"$top" \
			-c -o "$file.o" "$top/tests/walls/$file.c"
	done
	cc -o without without.o
	cc -o bare bare.o prepare.o files.o system.o
	mkdir jailed lies
	# shellcheck disable=SC2086 # flags are words
	link() {
		cc -o "$@" "$built/obj/cmd/unpack.o" "$built/obj/cmd/jail.o" \
			"$built/cmd.a" "$built/private.a" $sodium -lzstd
	}
	link jailed/wax-unpack jailed.o prepare.o files.o system.o
	link lies/wax-unpack lies.o
}

setup() {
	wax_setup
	without=$keys/without
}

# needs_build: wax-unpack was linked anew.
needs_build() {
	! is_sanitized || skip 'the default flavour has been tried'
	[ -x "$keys/lies/wax-unpack" ] || skip 'without the objects of a build'
}

# prepared: what the attempts are at. It is outside of work, so that what is
# made beside the target shows.
prepared() {
	export WALLS_OUTSIDE=$BATS_TEST_TMPDIR/outside
	rm -rf "$WALLS_OUTSIDE" new
	mkdir -p "$WALLS_OUTSIDE/folder" "$WALLS_OUTSIDE/removed"
	(cd "$WALLS_OUTSIDE" && touch unlinked renamed stolen && echo old >file)
	touch -d @1 "$WALLS_OUTSIDE/file"
	chmod 600 "$WALLS_OUTSIDE/file"
	what_is_outside >"$io/before"
}

# Everything but the times of folders, in which a socket is made.
what_is_outside() {
	find "$WALLS_OUTSIDE" -not -type s -printf '%p %y %m %u %l %i ' \
		\( -type d -printf '\n' -o -printf '%T@\n' \) | sort
}

# unharmed: what is outside is as it was.
unharmed() {
	what_is_outside | diff "$io/before" -
	[ "$(cat "$WALLS_OUTSIDE/file")" = old ]
}

# jailed: runs it on /dev/null, with or without what is given before.
jailed() { "$@" "$keys/jailed/wax-unpack" -C new /dev/null; }

# walls_of COMMAND...: which walls it says there are.
walls_of() { "$@" wax-unpack --version | sed -n 's/^walls of this kernel: //p'; }

# all_failed FILE COUNT: at least so many attempts, and none was done. An error
# of another kind than these was not a wall.
all_failed() {
	[ "$(wc -l <"$1")" -ge "$2" ] || fail "$(wc -l <"$1") attempts"
	! grep -vE ': (Operation not permitted|Permission denied|Invalid cross-device link)$' \
		"$1" || fail 'some were done'
}

@test "without walls the attempts succeed" {
	needs_build
	prepared
	mkdir folder
	"$keys/bare" folder >"$io/out"
	if ! grep -v ': done$' "$io/out" >"$io/not"; then
		:
	elif grep -vE ': not here: ' "$io/not"; then
		fail 'an attempt fails by itself'
	else
		sed 's/^/# /' "$io/not" >&3
	fi
	[ "$(grep -c ': done$' "$io/out")" -gt 60 ]
	# They did what they say.
	[ -e "$WALLS_OUTSIDE/new" ]
	[ -e "$WALLS_OUTSIDE/renamed2" ]
	[ ! -e "$WALLS_OUTSIDE/unlinked" ]
	[ ! -s "$WALLS_OUTSIDE/file" ]
	[ -e above ]
	[ -u folder/setuid ]
}

@test "behind the walls every attempt fails, and the folder is filled" {
	needs_build
	walls=$(walls_of)
	[[ $walls == "Landlock "*", seccomp" ]] || skip "this kernel has $walls"
	prepared
	call 0 jailed
	all_failed new/results 78
	unharmed
	holds new
	[ ! -e new/fifo ]
	[ -z "$(find new -perm /6000)" ]
}

@test "nor can it do more with -t, where it has no folder" {
	needs_build
	walls=$(walls_of)
	[[ $walls == "Landlock "*", seccomp" ]] || skip "this kernel has $walls"
	prepared
	call 0 "$keys/jailed/wax-unpack" -t </dev/null
	[ "$(wc -l <"$io/out")" -ge 78 ]
	! grep ': done$' "$io/out" || fail 'some were done'
	unharmed
	holds
}

@test "only the archive, the folder and the report are open" {
	needs_build
	prepared
	local none='other descriptors: Permission denied'
	# Whatever the standard streams are, and whatever else is inherited.
	call 0 jailed 9<"$keys/bare" 200>"$io/x" <"$keys/bare"
	grep -qx "$none" new/results
	prepared
	call 0 sh -c 'exec "$@" <&- >&- 2>&-' sh "$keys/jailed/wax-unpack" \
		-C new /dev/null
	grep -qx "$none" new/results
	grep -qx 'read by a placeholder: Permission denied' new/results
	prepared
	echo x | call 0 "$keys/jailed/wax-unpack" -C new
	grep -qx "$none" new/results
}

@test "each wall alone stops what it can" {
	needs_build
	local wall
	for wall in seccomp landlock; do
		walls=$(walls_of "$without" $wall)
		case $wall,$walls in
		seccomp,"Landlock "*', no seccomp') min=10 ;;
		landlock,'no Landlock, seccomp') min=60 ;;
		*) skip "this kernel without $wall has $walls" ;;
		esac
		prepared
		WALLS=$walls call 0 jailed "$without" $wall
		all_failed new/results "$min"
		unharmed
	done
}

@test "Landlock as of Linux 6.1, and seccomp" {
	needs_build
	needs strace
	walls=$(walls_of)
	[[ $walls == "Landlock "*", seccomp" ]] || skip "this kernel has $walls"
	# The first call of each process asks for the version.
	old=(strace -f -qq -o /dev/null
		-e inject=landlock_create_ruleset:retval=2:when=1)
	[ "$(walls_of "${old[@]}")" = 'Landlock 2, seccomp' ] ||
		skip 'strace may not trace here'
	prepared
	call 0 jailed "${old[@]}"
	all_failed new/results 78
	unharmed
}

@test "a kernel without walls is told of, and unpacked on" {
	needs_build
	mkdir tree
	echo hello >tree/file
	wax-pack -o "$io/archive" tree
	call 0 wax-unpack --version
	grep -xE 'walls of this kernel: (no Landlock|Landlock [1-9][0-9]*), (no )?seccomp' \
		"$io/out"
	local has
	has=$(walls_of)
	for wall in landlock seccomp both; do
		case $wall in
		landlock) want="no Landlock, ${has#*, }" ;;
		seccomp) want="${has%, *}, no seccomp" ;;
		both) want='no Landlock, no seccomp' ;;
		esac
		[ "$(walls_of "$without" $wall)" = "$want" ] ||
			fail "$(walls_of "$without" $wall)"
		call 0 "$without" $wall wax-unpack -C new "$io/archive"
		err_is
		diff -r tree new/tree
		rm -r new
	done
	# What refuses must not be walls: names are checked just the same.
	"$python" "$top/tests/tarcraft.py" hostile "$io" "$work" >"$io/list"
	for name in dots-0 absolute-0 link-there link-through twice-file; do
		call 1 "$without" both wax-unpack -C new "$io/$name.tar"
		holds tree
	done
}

@test "a wall that the kernel has and refuses is an error" {
	needs_build
	needs strace
	mkdir tree
	wax-pack -o "$io/archive" tree
	walls=$(walls_of)
	[[ $walls == "Landlock "* ]] || skip "this kernel has $walls"
	for what in landlock_restrict_self landlock_add_rule \
		landlock_create_ruleset:when=2; do
		call 7 strace -f -qq -o /dev/null -e \
			"inject=${what%:*}:error=EPERM${what#"${what%:*}"}" \
			wax-unpack -C new "$io/archive"
		err_is 'wax-unpack: Landlock: Operation not permitted'
		holds tree
	done
}

@test "what the process behind the walls says is not taken for true" {
	needs_build
	local lie
	unpack=("$keys/lies/wax-unpack" -C new /dev/null)
	WALLS_LIE=shout call 1 "${unpack[@]}"
	[ "$(wc -l <"$io/err")" -eq 1 ]
	err_has '\x1b[2J\x1b]0;evil\x07\x0aroot# \xff\x0d'
	# A line, whatever it has for text and hint.
	[ "$(wc -c <"$io/err")" -lt 6000 ]
	for lie in positive negative exit garbage; do
		WALLS_LIE=$lie call 7 "${unpack[@]}"
		err_is 'wax-unpack: the unpacking process did not say how it ended'
		holds
	done
	# One that goes on is ended before its folder is put into place.
	WALLS_LIE=linger call 0 timeout -k 1 20 "${unpack[@]}"
	find new/lie -printf '%s %T@\n' >"$io/before"
	sleep 0.1
	find new/lie -printf '%s %T@\n' | diff "$io/before" -
	rm -r new
	WALLS_LIE=status call 7 "${unpack[@]}"
	holds
	WALLS_LIE=crash call 7 "${unpack[@]}"
	err_is "wax-unpack: the unpacking process was stopped: $(
	)Illegal instruction"
	holds
	if [ "$(uname -m)" = x86_64 ] && [[ $(walls_of) == *", seccomp" ]]; then
		WALLS_LIE=i386 call 7 "${unpack[@]}"
		err_is "wax-unpack: the unpacking process was stopped: $(
		)Bad system call"
		holds
	fi
}

@test "names from behind the walls do nothing to a terminal" {
	needs_build
	WALLS_LIE=list pty 2 -- "$keys/lies/wax-unpack" -t /dev/null
	! grep -qF $'\x1b[2J' "$io/out" || fail 'the terminal was reached'
}

@test "wax-seal, wax-open and the rest never map libarchive" {
	local tool pid
	for tool in wax wax-keygen wax-seal wax-open wax-inspect wax-extract; do
		! ldd "$WAX_BIN/$tool" | grep -q libarchive ||
			fail "$tool is linked with libarchive"
	done
	ldd "$WAX_BIN/wax-unpack" | grep -q libarchive
	needs pgrep
	mkdir tree
	random 20000000 tree/file
	wax-keygen --x25519 -o key 2>/dev/null
	wax-keygen -y key >key.pub
	wax-seal -R key.pub -o sealed tree
	# While they work: one's output is not read, the other waits for more.
	mkfifo to from
	wax-seal -R key.pub tree >to 3>&- &
	local seal=$!
	exec 4<to
	head -c 100 <&4 >/dev/null
	wax-open -i key -C new <from 3>&- 4<&- &
	local open=$!
	exec 5>from
	head -c 9000000 sealed >&5
	# shellcheck disable=SC2016
	timeout 20 sh -c 'until pgrep -P "$1"; do sleep 0.02; done' sh "$open"
	for pid in "$seal" "$open"; do
		grep -q libc "/proc/$pid/maps"
		! grep -q libarchive "/proc/$pid/maps" ||
			fail 'libarchive is mapped'
		grep -q libarchive "/proc/$(pgrep -P "$pid")/maps"
	done
	kill "$open"
	exec 4<&- 5>&-
	wait "$seal" "$open" || :
}
