#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Many recipients and many identities: that the limits of an ordinary process
# are enough for them. What they cost is in tests/unit/t-many.c.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2016 # what is quoted is for sh -c

load helpers

setup_file() {
	wax_environment
	wax_keys
	"$python" "$top/tests/craft.py" identities 2000 >"$BATS_FILE_TMPDIR/many"
}

setup() {
	wax_setup
	wax-seal -R "$keys/x.pub" -o sealed <<<hello
}

# limited KIB COMMAND...: with so much memory that may be locked, also by root.
limited() {
	local run=()
	[ "$(id -u)" -ne 0 ] || run=(setpriv --bounding-set -all --inh-caps -all)
	"${run[@]}" sh -c 'ulimit -l "$1" && shift && exec "$@"' - "$@"
}

@test "two thousand identities are locked into 2 MiB, and read without a lock" {
	[ "$(id -u)" -ne 0 ] || needs setpriv
	cat "$keys/many" "$keys/x" >last
	call 0 limited 2048 wax-open -i last sealed
	out_is hello
	err_is
	call 3 limited 2048 wax-open -i "$keys/many" sealed
	err_is "wax-open: 'sealed': sealed to none of the identities here"
	# A sanitizer locks nothing, and says it did.
	is_sanitized && return
	call 0 limited 16 wax-open -i last sealed
	out_is hello
	err_is "wax-open: warning: a key could not be locked into memory; 'ulimit -l' is too low"
}

@test "identities and recipients by the file need no descriptors" {
	local i args=() recipients=()
	mkdir ids pubs
	split -l 2 -a 3 <(head -n 400 "$keys/many") ids/
	wax-keygen -y <(head -n 400 "$keys/many") | split -l 1 -a 3 - pubs/
	for i in ids/*; do args+=(-i "$i"); done
	for i in pubs/*; do recipients+=(-R "$i"); done
	[ ${#args[@]} -eq 400 ] && [ ${#recipients[@]} -eq 400 ]
	call 0 sh -c 'ulimit -n 32 && exec "$@"' - wax-open "${args[@]}" \
		-i "$keys/x" sealed
	out_is hello
	echo hello >in
	call 0 sh -c 'ulimit -n 32 && exec "$@"' - wax-seal "${recipients[@]}" \
		-R "$keys/pq.pub" -o to_all in
	call 0 wax-inspect to_all
	out_has 'mlkem768x25519: 201'
	call 0 wax-open -i "$keys/pq" to_all
	out_is hello
	# Each of them is an input still, that no output may be.
	call 2 wax-open -f "${args[@]}" -i "$keys/x" -o ids/aaa sealed
	err_is "wax-open: 'ids/aaa' is input and output at once"
	call 2 wax-seal -f "${recipients[@]}" -o pubs/aab in
	err_is "wax-seal: 'pubs/aab' is input and output at once"
}

@test "a recipient too many is refused before anything is sealed" {
	"$python" "$top/tests/craft.py" recipients 16385 >many
	call 2 wax-seal -R many -o none sealed
	err_is "wax-seal: 'many': line 16385: too many recipients for one file (16384 at most)"
	holds many sealed
	head -n 16384 many >most
	cat most most >twice
	call 2 wax-seal -R twice -r "$(cat "$keys/x.pub")" -o none sealed
	err_is "wax-seal: -r: too many recipients for one file (16384 at most)"
	holds many sealed most twice
}
