# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154
# What the tests with inject.py and processes.py share; helpers.bash comes
# before it.

# For the tools that these run.
export WAX_BIN

# To be called by setup_file(): asks once what can be done here, for it takes
# longer than most of the tests.
faults_setup_file() {
	local kind
	for kind in xfs ext4; do
		can "mount-$kind" inject can-mount "$kind"
	done
	can trace inject can-trace
	can follow processes can-trace
}

can() {
	(cd "$BATS_FILE_TMPDIR" && "${@:2}") || return 0
	touch "$BATS_FILE_TMPDIR/can-$1"
}

inject() {
	"$python" "$top/tests/faults/inject.py" "$@" 3>&-
}

processes() {
	"$python" "$top/tests/faults/processes.py" "$@" 3>&-
}

# To be called by setup_file(), too, for contacts.py.
contacts_setup_file() {
	export FAULTS_BOOK=$BATS_FILE_TMPDIR/book
	can follow processes can-trace
	contacts prepare
}

contacts() {
	"$python" "$top/tests/faults/contacts.py" "$@" 3>&-
}

sessions() {
	"$python" "$top/tests/faults/sessions.py" "$@" 3>&-
}

# found_nothing COMMAND...: it must find nothing, and have done something.
found_nothing() {
	run "$@"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output =~ [1-9][0-9]*\ (runs|names) ]]
	echo "# $output" >&3
	[ ! -d common ] || chmod -R u+rwx common
	rm -rf common
}

# faults COMMAND...: of one process, by inject.py.
faults() {
	[ -e "$BATS_FILE_TMPDIR/can-trace" ] ||
		skip 'strace may not trace here, or is missing'
	found_nothing inject "$@"
}

# faults_among SCENARIO ROLE [RUNS]: of one of several, by processes.py.
faults_among() {
	[ -e "$BATS_FILE_TMPDIR/can-follow" ] ||
		skip 'processes cannot be followed here, or not on this machine'
	found_nothing processes calls "$@"
}

# contacts_faults COMMAND...: of wax-contact, by contacts.py.
contacts_faults() {
	faults_of_contacts follow "$@"
}

faults_of_contacts() {
	[ -e "$BATS_FILE_TMPDIR/can-$1" ] ||
		skip 'processes cannot be followed here, or not on this machine'
	found_nothing contacts "${@:2}"
	rm -rf ./*
}

# faults_of_sessions SCENARIO [RUNS]: of the tools that use sessions, by
# sessions.py.
faults_of_sessions() {
	[ -e "$BATS_FILE_TMPDIR/can-follow" ] ||
		skip 'processes cannot be followed here, or not on this machine'
	found_nothing sessions calls "$@"
}

# power FILESYSTEM SCENARIO...
power() {
	local scenario
	[ -e "$BATS_FILE_TMPDIR/can-mount-$1" ] ||
		skip "$1 cannot be mounted or shut down here"
	for scenario in "${@:2}"; do
		run inject power "$1" "$scenario"
		echo "$output"
		[ "$status" -eq 0 ]
		chmod -R u+w common
		rm -r ./*
	done
}
