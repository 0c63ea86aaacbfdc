# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# All the faults that tests/contact-faults.bats has a choice of, and losses of
# power: ten minutes.

load ../helpers
load ../faults/faults

setup_file() {
	wax_environment
	local kind
	for kind in xfs ext4; do
		can "mount-$kind" inject can-mount "$kind"
	done
	contacts_setup_file
}

setup() {
	wax_setup
}

# lost_power FILESYSTEM CHANGE...
lost_power() {
	[ -e "$BATS_FILE_TMPDIR/can-mount-$1" ] ||
		skip "$1 cannot be mounted or shut down here"
	[ -e "$BATS_FILE_TMPDIR/can-follow" ] ||
		skip 'processes cannot be followed here, or not on this machine'
	found_nothing contacts power "$@"
}

@test "wax-contact add, of each kind, all faults" {
	local name
	for name in first add stray renew same caller first-card device; do
		contacts_faults change "$name"
	done
}

@test "wax-contact verify, rename and rm, all faults" {
	local name
	for name in verify rename rm rm-device; do
		contacts_faults change "$name"
	done
}

@test "wax-contact add --all, all faults" {
	contacts_faults change add-all
	contacts_faults change first-all
}

@test "where files need names, all faults" {
	local name
	for name in first add renew device verify rename rm-device add-all; do
		contacts_faults change "$name" 0 O_TMPFILE=EOPNOTSUPP
	done
}

@test "what only reads, all faults" {
	local name
	for name in list list-json show show-identity codes export list-none \
		seal open; do
		contacts_faults reading "$name"
	done
}

@test "a loss of power at and after each change: xfs" {
	lost_power xfs first add stray renew same device verify rename rm rm-device \
		add-all
}

@test "a loss of power at and after each change: ext4" {
	lost_power ext4 first add stray renew same device verify rename rm rm-device \
		add-all
}
