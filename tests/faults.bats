#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Whatever fails, and whenever: a file appears whole or not at all, an old one
# is never lost, and nothing else is left behind. faults/inject.py does it, and
# says what exactly is looked at.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

setup_file() {
	wax_environment
	# Asked once, for it takes longer than most of the tests.
	local kind
	for kind in xfs ext4; do
		(cd "$BATS_FILE_TMPDIR" && inject can-mount "$kind") &&
			touch "$BATS_FILE_TMPDIR/can-mount-$kind"
	done
	(cd "$BATS_FILE_TMPDIR" && inject can-trace) &&
		touch "$BATS_FILE_TMPDIR/can-trace"
	return 0
}

setup() {
	wax_setup
}

inject() {
	"$python" "$top/tests/faults/inject.py" "$@" 3>&-
}

# faults COMMAND...: inject.py must find nothing, and have done something.
faults() {
	[ -e "$BATS_FILE_TMPDIR/can-trace" ] ||
		skip 'strace may not trace here, or is missing'
	run inject "$@"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output =~ [1-9][0-9]*\ (runs|names) ]]
	echo "# $output" >&3
}

# power FILESYSTEM SCENARIO
power() {
	[ -e "$BATS_FILE_TMPDIR/can-mount-$1" ] ||
		skip "$1 cannot be mounted or shut down here"
	run inject power "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "wax-keygen -o, each system call killed or failing" {
	faults calls keygen nameless
}

@test "wax-keygen -o, the same with a temporary name" {
	faults calls keygen named
}

@test "wax-keygen for the home, each system call killed or failing" {
	faults calls keygen-home nameless
}

@test "wax-keygen for the home, the same with a temporary name" {
	faults calls keygen-home named
}

@test "wax-seal -o, each system call killed or failing" {
	faults calls seal nameless
}

@test "wax-seal -o, the same with a temporary name" {
	faults calls seal named
}

@test "wax-seal -o -f over a file, each system call killed or failing" {
	faults calls seal-over nameless
}

@test "wax-seal -o -f over a file, the same with a temporary name" {
	faults calls seal-over named
}

@test "wax-open -o, each system call killed or failing" {
	faults calls open nameless
}

@test "wax-open -o, the same with a temporary name" {
	faults calls open named
}

@test "wax-open -o -f over a file, each system call killed or failing" {
	faults calls open-over nameless
}

@test "wax-open -o -f over a file, the same with a temporary name" {
	faults calls open-over named
}

@test "before exit 0 of wax-keygen -o, file and folder are flushed" {
	faults flushes keygen
}

@test "before exit 0 of wax-keygen, new folders of the home are flushed too" {
	faults flushes keygen-home
}

@test "before exit 0 of wax-seal and wax-open, file and folder are flushed" {
	faults flushes seal
	rm -r common
	faults flushes open
}

@test "before exit 0 of both with -f, file and folder are flushed" {
	faults flushes seal-over
	rm -r common
	faults flushes open-over
}

@test "after a loss of power, what wax-keygen made is there: xfs" {
	power xfs keygen
	rm -r ./*
	power xfs keygen-home
}

@test "after a loss of power, what wax-seal -o made is there: xfs" {
	power xfs seal
	rm -r ./*
	power xfs seal-over
}

@test "after a loss of power, what wax-open -o made is there: xfs" {
	power xfs open
	rm -r ./*
	power xfs open-over
}

@test "after a loss of power, what the tools made is there: ext4" {
	local scenario
	for scenario in keygen keygen-home seal seal-over open open-over; do
		power ext4 "$scenario"
		rm -r ./*
	done
}
