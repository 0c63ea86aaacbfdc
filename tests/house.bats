#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The order of the house: who may include what, what the library may call, and
# how long functions are.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2046 # names of our own files need no quotes

load helpers

# From the ground up: a room includes its own headers and those of rooms before
# it, and the public ones.
rooms='base sys crypto stream age extract envelope archive keys ratchet'

setup() {
	wax_setup
	cd "$top" || return 1
	cc=${CC:-cc}
}

# Lists what is the project's own, as git would, but also outside a clone.
sources() {
	find include lib cmd tests -name "$1" -not -path '*/corpus/*' | sort
}

# report FILE: fails with what is in it.
report() {
	[ ! -s "$1" ] || fail "$(head -n 40 "$1")"
}

@test "a room of lib/ includes its own headers and those of rooms before it" {
	local file room allowed r
	[ "$(sources '*.c' | grep -c ^lib/)" -gt 20 ]
	for file in $(sources '*.[ch]' | grep ^lib/); do
		room=$(echo "$file" | cut -d/ -f2)
		allowed=wax
		for r in $rooms; do
			allowed="$allowed|$r"
			[ "$r" != "$room" ] || break
		done
		# A file outside any room may include all, an unknown room
		# nothing.
		case " $rooms  $room.c " in
		*" $room "*" $room.c "*) ;;
		*) [ "$(dirname "$file")" = lib ] || allowed=none ;;
		esac
		grep -nE '^#[[:space:]]*include[[:space:]]*["<][^">]*/' "$file" |
			grep -vE "[\"<]($allowed|sys)/|<linux/" |
			sed "s,^,$file:," || true
		# "sys/..." is a room, <sys/...> is the system's.
		case "|$allowed|" in
		*'|sys|'*) ;;
		*) grep -nH '"sys/' "$file" || true ;;
		esac
		# No headers of the library by another path.
		grep -nHE '^#[[:space:]]*include[[:space:]]*"([^/"]*"|[^"]*\.\.)' \
			"$file" || true
	done >"$io/bad"
	report "$io/bad"
}

@test "every room of lib/ stands in the list of rooms" {
	local folder
	for folder in lib/*/; do
		case " $rooms " in
		*" $(basename "$folder") "*) ;;
		*) echo "$folder" ;;
		esac
	done >"$io/bad"
	report "$io/bad"
}

@test "only lib/crypto and lib/base/secret.c see <sodium.h>" {
	grep -rnE '#[[:space:]]*include.*sodium' include lib cmd |
		grep -vE '^lib/(crypto/[^/]*|base/secret\.c):' \
			>"$io/bad" || true
	report "$io/bad"
	grep -rlE '#[[:space:]]*include.*sodium' lib/crypto
}

@test "only lib/archive sees <archive.h>" {
	grep -rnE '#[[:space:]]*include.*<archive(_entry)?\.h>' \
		include lib cmd | grep -v '^lib/archive/' >"$io/bad" || true
	report "$io/bad"
}

@test "the tools use the public headers and cmd/'s own, nothing of lib/" {
	local file name
	[ "$(sources '*.c' | grep -c ^cmd/)" -gt 5 ]
	# But for those about archives and mail, which are no part of the
	# library.
	for file in $(sources '*.[ch]' | grep ^cmd/ |
		grep -vE '^cmd/(pack|unpack|jail|extract)\.'); do
		sed -n 's/^#[[:space:]]*include[[:space:]]*"\(.*\)".*/\1/p' \
			"$file" | while read -r name; do
			[ -f "cmd/$name" ] || echo "$file: \"$name\""
		done
		grep -nHE '^#[[:space:]]*include[[:space:]]*<(base|crypto|stream|age|extract|envelope|archive|keys|ratchet)/' \
			"$file" || true
	done >"$io/bad"
	report "$io/bad"
}

@test "public headers include public and standard headers only" {
	grep -nE '^#[[:space:]]*include' include/wax.h include/wax/*.h |
		grep -vE '<(wax/[a-z]+|std(bool|def|int|arg))\.h>$' \
			>"$io/bad" || true
	report "$io/bad"
}

@test "every header compiles alone, public ones in strict C11" {
	local file
	for file in $(sources '*.h'); do
		case $file in
		include/*)
			echo "#include <${file#include/}>" | "$cc" -std=c11 \
				-Wall -Wextra -Wpedantic -Werror \
				-Iinclude -fsyntax-only -x c - ||
				echo "$file"
			;;
		*)
			echo "#include \"$file\"" | "$cc" -std=c11 \
				-D_GNU_SOURCE -Wall -Wextra -Werror \
				-Iinclude -Ilib -Icmd -Itests/unit -I. \
				$(sodium_flags) -fsyntax-only -x c - ||
				echo "$file"
			;;
		esac
	done >"$io/bad" 2>&1
	report "$io/bad"
}

sodium_flags() {
	[ ! -d build/deps/root/include ] || echo -isystem build/deps/root/include
}

@test "every header has a guard of its own" {
	local file guard
	for file in $(sources '*.h'); do
		guard=$(sed -n 's/^#ifndef \([A-Z0-9_]*_H\)$/\1/p' "$file" |
			head -n 1)
		if [ -z "$guard" ] || ! grep -qx "#define $guard" "$file"; then
			echo "$file: no guard"
		else
			echo "$guard"
		fi
	done | sort | uniq -c | awk '$1 != 1 || /no guard/' >"$io/bad"
	report "$io/bad"
}

@test "the library never prints, exits, runs programs, reads the environment" {
	needs nm
	local objects
	objects=$(dirname "$WAX_BIN")/obj/lib
	[ -d "$objects" ] || skip "without $objects"
	[ "$(find "$objects" -name '*.o' | wc -l)" -gt 20 ]
	find "$objects" -name '*.o' -exec nm -A -u {} + |
		sed 's/@.*//' | awk '{ print $1, $NF }' |
		sed '/crypto\/bulk\.o: dlopen$/d' |
		grep -E ' (_*v?f?d?printf(_chk)?|puts|fputs|putchar|putc|fputc|fwrite|perror|psignal|stdin|stdout|stderr|exit|_exit|_Exit|quick_exit|abort|atexit|getenv|secure_getenv|setenv|putenv|environ|system|popen|fork|vfork|clone|posix_spawnp?|exec[vlpe]+|dlopen|syslog|err|errx|warn|warnx|error|getpass|isatty|setlocale|signal|alarm|sleep|umask|chdir|setrlimit|gets|scanf|__isoc99_f?scanf|f?open64?_?stream|rand|random|srand|time|localtime)$' \
		>"$io/bad" || true
	report "$io/bad"
}

@test "every source file begins with the license" {
	{
		sources '*.[ch]'
		sources '*.bats'
		sources '*.bash'
		sources '*.py'
		sources '*.sh'
		find scripts man -type f
		echo Makefile
		echo tests/run
	} >"$io/files"
	[ "$(wc -l <"$io/files")" -gt 80 ]
	# shellcheck disable=SC2016 # awk's own
	xargs awk 'BEGIN { license = "SPDX-License-Identifier: ISC" }
		FNR == 1 {
			found = index($0, license)
			if (FILENAME ~ /\.[ch]$/)
				found = $0 == "/* " license " */"
		}
		FNR == 2 && !found &&
		(FILENAME ~ /\.[ch]$/ || !index($0, license)) {
			print FILENAME
		}' <"$io/files" >"$io/bad"
	report "$io/bad"
}

@test "every C file says in a paragraph what it owns" {
	awk 'FNR == 2 { begun = $0 == "/*" }
		FNR == 3 && !(begun && /^ \* [A-Za-z]/) { print FILENAME }' \
		$(sources '*.[ch]') >"$io/bad"
	report "$io/bad"
}

@test "no function is longer than 60 lines, no file of the tools than 400" {
	local file
	for file in $(sources '*.[ch]'); do
		awk -v name="$file" '
		/^{$/ { start = NR }
		/^}/ && start {
			if (NR - start + 1 > 60)
				print name ":" start ": " NR - start + 1 " lines"
			start = 0
		}
		END { if (NR > 400 && name !~ /^tests/)
			print name ": " NR " lines" }' "$file"
	done >"$io/bad"
	report "$io/bad"
}

@test "each main is below 60 lines, each tool a short file" {
	local file
	for file in keygen seal open inspect extract pack unpack wax; do
		awk -v name="cmd/$file.c" '
		/^int main\(/ { start = NR }
		/^}/ && start {
			if (NR - start > 60)
				print name ": main of " NR - start " lines"
			found = 1
			start = 0
		}
		END { if (!found) print name ": no main" }' "cmd/$file.c"
	done >"$io/bad"
	report "$io/bad"
}

@test "no #if inside a function" {
	local file
	for file in $(sources '*.c' | grep -vE '^tests/'); do
		awk -v name="$file" '
		/^{$/ { inside = 1 }
		/^}/ { inside = 0 }
		/^[ \t]*#[ \t]*if/ && inside { print name ":" NR }' "$file"
	done >"$io/bad"
	report "$io/bad"
}

@test "no function-like macros" {
	grep -nE '^#[[:space:]]*define[[:space:]]+[A-Za-z_0-9]+\(' \
		$(sources '*.[ch]' | grep -E '^(include|lib|cmd)/') |
		grep -v '#define WAX_PRINTF(' >"$io/bad" || true
	report "$io/bad"
}

@test "no file names the folder that it was written in" {
	grep -rIlF "$top/" --exclude-dir=.git --exclude-dir=build . \
		>"$io/bad" || true
	report "$io/bad"
}

@test "clang-format has nothing to change" {
	needs clang-format
	clang-format --dry-run -Werror $(sources '*.[ch]') 2>&1 |
		grep -o '^[^:]*\.[ch]:[0-9]*' | uniq >"$io/bad" || true
	report "$io/bad"
}

@test "shellcheck has nothing to say of the tests" {
	needs shellcheck
	# helpers.bash sets what others use.
	find tests -maxdepth 1 -name '*.ba*' -print0 |
		xargs -0 -n 4 -P 2 shellcheck -e SC2154 >"$io/bad" 2>&1 ||
		report "$io/bad"
}
