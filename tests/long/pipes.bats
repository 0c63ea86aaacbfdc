# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# A large folder, and one of many entries, through all processes in the memory
# of a small one: a minute.

load ../helpers

setup_file() {
	wax_environment
	wax_keys
}

setup() {
	wax_setup
	peak=("$python" "$top/tests/craft.py" peak "$io/kib")
}

# in_memory COMMAND...: done, and no process of it has needed more than 40 MiB.
in_memory() {
	call 0 "${peak[@]}" "$@"
	[ "$(cat "$io/kib")" -lt 40960 ] || fail "$(cat "$io/kib") KiB: $*"
}

@test "a folder of 1 GiB, sealed and opened in less than 40 MiB" {
	mkdir big
	truncate -s 1G big/file
	local options
	for options in '' '-s -z'; do
		# shellcheck disable=SC2086 # a list of words
		in_memory wax-seal -R "$keys/pq.pub" $options \
			${options:+-i "$keys/pq"} -o sealed big
		in_memory wax-open -i "$keys/pq" --max-ratio 0 -C new sealed
		cmp big/file new/big/file
		rm -r new sealed
	done
}

@test "a folder of 1 GiB, packed and unpacked in less than 40 MiB" {
	mkdir big
	truncate -s 1G big/file
	in_memory wax-pack -o pack big
	in_memory wax-unpack --max-ratio 0 -C new pack
	cmp big/file new/big/file
}

@test "a tree of 100,000 files in less than 40 MiB" {
	local i
	mkdir tree
	for ((i = 0; i < 100; i++)); do
		mkdir "tree/$i"
		(cd "tree/$i" && seq -f 'file %g' 1000 | xargs -d '\n' touch)
	done
	in_memory wax-seal -R "$keys/pq.pub" -o sealed tree
	in_memory wax-open -i "$keys/pq" -C new sealed
	[ "$(find new/tree -type f | wc -l)" -eq 100000 ]
	# One folder of them, all moved one by one, or rolled back.
	(cd tree/0 && seq -f 'more %g' 20000 | xargs -d '\n' touch)
	(cd tree/0 && in_memory wax-pack -o ../../pack .)
	mkdir there
	in_memory wax-unpack -C there pack
	[ "$(find there -type f | wc -l)" -eq 21000 ]
	call 2 wax-unpack -C there pack
	[ "$(find there -type f | wc -l)" -eq 21000 ]
	folder_holds "$work" tree new there pack sealed
}
