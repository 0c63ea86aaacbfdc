#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What all tools have in common, and the front: wax TOOL is wax-TOOL.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

setup() { wax_setup; }

all='wax wax-keygen wax-seal wax-open wax-inspect'

@test "wax TOOL is wax-TOOL: output, messages, exit status" {
	call 0 wax keygen -o id
	err_is "wax-keygen: made 'id'; 'wax-keygen -y id' prints its recipient"
	call 0 wax keygen -y id
	cp "$io/out" pub
	echo hello | call 0 wax seal -R pub -o sealed
	err_is
	call 0 wax open -i id sealed
	out_is hello
	call 0 wax inspect sealed
	cp "$io/out" want
	call 0 wax-inspect sealed
	out_same want
	call 3 wax open sealed
	call 7 wax open -i id missing
	err_is "wax-open: 'missing': No such file or directory"
	call 2 wax seal -o new sealed
	call 0 wax wax-open -i id sealed
	out_is hello
	holds id pub sealed want
}

@test "the front passes every argument on as it is" {
	echo hello >'a b'
	wax-keygen -o $'i\nd' 2>/dev/null
	call 0 wax seal -i $'i\nd' -o ' ' -- 'a b'
	call 0 wax open -i $'i\nd' -- ' '
	out_is hello
	call 7 wax seal -i $'i\nd' ''
	err_is "wax-seal: '': No such file or directory"
	call 0 wax open --help
	out_has 'usage: wax-open'
	call 0 wax seal --version
	out_has wax-seal
}

@test "the front keeps ignored signals and a changed umask" {
	umask 077
	call 0 wax keygen -o id
	call 0 wax keygen -y id -o pub
	mode_is 600 pub
}

@test "an unknown tool is a usage error" {
	local name
	for name in nonsense '' seal2 sea wax wax-wax Seal 'seal ' -- \
		../bin/wax-seal ./wax-seal /bin/sh "$WAX_BIN/wax-seal" \
		wax-../x $'es\e[31mcape'; do
		call 2 wax "$name" --version
		out_is
	done
	call 2 wax $'es\e[31mcape'
	err_is "wax: 'es\\x1b[31mcape' is not a tool (wax --help lists them)"
	call 2 wax
	err_is 'wax: no tool is named (wax --help lists them)'
}

@test "tools are not looked for in PATH nor in the folder one is in" {
	mkdir bin
	local name
	for name in wax-seal wax-open wax-nonsense; do
		printf '#!/bin/sh\ntouch "%s/ran"\n' "$work" |
			tee "$name" >"bin/$name"
		chmod +x "$name" "bin/$name"
	done
	PATH=$work/bin:$PATH call 0 "$WAX_BIN/wax" seal --version
	out_has 'wax-seal '
	PATH=$work/bin:.:$PATH call 2 "$WAX_BIN/wax" nonsense
	[ ! -e ran ]
}

@test "the front finds its tools by where it is, not by its name" {
	ln -s "$WAX_BIN/wax" other
	call 0 ./other seal --version
	out_has 'wax-seal '
	PATH=/usr/bin:/bin call 0 ./other open --version
	out_has 'wax-open '
	# Alone in a folder it has none.
	mkdir alone
	cp "$WAX_BIN/wax" alone
	call 7 alone/wax seal --version
	err_is "wax: '$work/alone/wax-seal': No such file or directory $(
	)(the tools belong in one folder)"
}

@test "--help of every tool is on stdout, exit 0" {
	local tool option
	for tool in $all; do
		for option in --help -h; do
			call 0 "$tool" "$option"
			err_is
			out_has "usage: $tool " --help --version \
				"'man $tool' tells more."
			[ "$tool" != wax ] || out_has "'man 7 wax' is a tour."
			awk 'length > 80 { exit 1 }' "$io/out" ||
				fail "$tool: lines wider than 80 columns"
		done
	done
	call 0 wax --help
	out_has '  keygen ' '  seal ' '  open ' '  inspect '
	holds
}

@test "--version of every tool is on stdout, exit 0, and the same" {
	local tool version
	version=$(sed -n 's/^#define WAX_VERSION "\(.*\)"$/\1/p' \
		"$top/include/wax.h")
	[ -n "$version" ]
	for tool in $all; do
		call 0 "$tool" --version
		case $tool in
		# Who does the work differs from machine to machine.
		wax-seal | wax-open)
			[ "$(head -n 1 "$io/out")" = "$tool $version" ]
			sed 1d "$io/out" >"$io/engine"
			grep -qxE 'for large payloads: (OpenSSL 3\..*|libsodium)' \
				"$io/engine"
			[ "$(wc -l <"$io/engine")" -eq 1 ]
			;;
		*) out_is "$tool $version" ;;
		esac
		err_is
	done
}

@test "--help and --version win over what follows, not over what was wrong" {
	call 0 wax-seal --help --nonsense
	call 0 wax-open --version missing
	call 2 wax-seal --nonsense --help
	out_is
	holds
}

@test "help and version that cannot be written are I/O errors" {
	local tool option got
	for tool in $all; do
		for option in --help --version; do
			got=0
			"$tool" "$option" >/dev/full 2>"$io/err" || got=$?
			[ "$got" -eq 7 ]
			err_is "$tool: standard output: $(
			)No space left on device"
		done
	done
}

@test "unknown options are told by their name, without a value" {
	local tool
	for tool in $all; do
		call 2 "$tool" -Z
		out_is
		err_is "$tool: option '-Z' is not known $(
		)($tool --help shows all)"
		call 2 "$tool" --nonsense=secret
		err_is "$tool: option '--nonsense' is not known $(
		)($tool --help shows all)"
		call 2 "$tool" --help=yes
		err_is "$tool: option '--help' takes no value $(
		)($tool --help shows all)"
	done
	call 2 wax-seal -aZ
	err_has "option '-Z' is not known"
	call 2 wax-seal in -Z
	err_has "option '-Z' is not known"
	holds
}

@test "an unknown letter is told as such behind a long option, too" {
	call 2 wax-seal --armor -Zx
	err_is "wax-seal: option '-Z' is not known (wax-seal --help shows all)"
	call 2 wax-seal --armor -aZx
	err_is "wax-seal: option '-Z' is not known (wax-seal --help shows all)"
}

@test "an option's missing value is told" {
	call 2 wax-seal -r
	err_has "wax-seal: option '-" 'needs a value (wax-seal --help shows all)'
	call 2 wax-open --identity
	err_is "wax-open: option '--identity' needs a value $(
	)(wax-open --help shows all)"
	call 2 wax-keygen -x25519
	err_has "option '-x' is not known"
}

@test "control bytes in an unknown option are escaped" {
	call 2 wax-seal $'--a\e[2Jb'
	err_is "wax-seal: option '--a\\x1b[2Jb' is not known $(
	)(wax-seal --help shows all)"
	call 2 wax-seal $'-\e'
	err_is "wax-seal: option '-\\x1b' is not known $(
	)(wax-seal --help shows all)"
	call 2 wax-seal $'-\xff'
	err_is "wax-seal: option '-\\xff' is not known $(
	)(wax-seal --help shows all)"
}

@test "no core dump, whatever the limit" {
	mkfifo fifo
	(
		ulimit -c unlimited 2>/dev/null || true
		exec wax-inspect <fifo >/dev/null 2>&1 3>&-
	) &
	exec 9>fifo
	local i
	for ((i = 0; i < 500; i++)); do
		! grep -qE '^Max core file size +0 +0 ' "/proc/$!/limits" ||
			break
		sleep 0.01
	done
	exec 9>&-
	wait "$!" || true
	[ "$i" -lt 500 ]
}

@test "options behind operands are options, POSIXLY_CORRECT or not" {
	POSIXLY_CORRECT=1 call 0 wax-inspect "$keys/none" --help
	out_has 'usage: wax-inspect'
}
