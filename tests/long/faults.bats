# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# All the faults that tests/faults.bats and tests/card.bats have a choice of, and
# those of wax-pack under a temporary name: fifteen minutes.

load ../helpers
load ../faults/faults
load ../faults/card

setup_file() {
	wax_environment
	faults_setup_file
	cards_setup_file
}

setup() {
	wax_setup
}

teardown() {
	chmod -R u+w "$BATS_TEST_TMPDIR"
}

@test "wax-card" {
	local kind
	cards_setup
	for kind in first next; do
		faults_of_cards $kind
		rm -r ./*
	done
}

@test "tools of one process, nameless and named" {
	local mode scenario
	for mode in nameless named; do
		for scenario in keygen keygen-home seal seal-over open \
			open-over pack seal-signed; do
			faults calls "$scenario" "$mode"
		done
	done
}

@test "wax-open of signed data, and of a file into a folder" {
	faults_among open-signed wax-open
	faults_among open-data wax-open
}

@test "wax-seal of a folder, both processes" {
	faults_among seal-folder wax-seal
	faults_among seal-folder wax-pack
}

@test "wax-open -C into a new folder, all three processes" {
	faults_among open-new wax-open
	faults_among open-new wax-unpack
	faults_among open-new jail
}

@test "wax-open -C into a folder that is there, all three processes" {
	faults_among open-into wax-open
	faults_among open-into wax-unpack
	faults_among open-into jail
}

@test "wax-unpack into a new folder, one that is there, and -f, both processes" {
	local scenario
	for scenario in unpack-new unpack-into unpack-over; do
		faults_among $scenario wax-unpack
		faults_among $scenario jail
	done
}

@test "wax-seal and wax-open with threads" {
	local kind
	for kind in '' -signed -zstd -pipe -engine; do
		faults_among seal-crew$kind wax-seal+thread
		faults_among open-crew$kind wax-open+thread
	done
	faults_among seal-crew wax-seal+thread 0 O_TMPFILE=EOPNOTSUPP
}

@test "where a rename knows no flags, and files need names" {
	faults_among unpack-into wax-unpack 0 renameat2=EINVAL
	faults_among unpack-new wax-unpack 0 renameat2=EINVAL
	faults_among open-signed wax-open 0 O_TMPFILE=EOPNOTSUPP
	faults_among seal-folder wax-seal 0 O_TMPFILE=EOPNOTSUPP
}

@test "wax-seal -c" {
	faults_of_sessions send
	faults_of_sessions send-stdout
	faults_of_sessions send-first
}

@test "wax-open of chained messages" {
	faults_of_sessions open
	faults_of_sessions open-stdout
	faults_of_sessions open-first
	faults_of_sessions open-rm
}

@test "wax-session reset and rm" {
	faults_of_sessions reset
	faults_of_sessions rm
}
