# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# All the faults that tests/faults.bats has a choice of, and those of wax-pack
# under a temporary name: eight minutes.

load ../helpers
load ../faults/faults
top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

setup_file() {
	wax_environment
	faults_setup_file
}

setup() {
	wax_setup
}

teardown() {
	chmod -R u+w "$BATS_TEST_TMPDIR"
}

@test "wax-pack -o and wax-seal -s, nameless and named" {
	local mode scenario
	for mode in nameless named; do
		for scenario in pack seal-signed; do
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

@test "wax-unpack into a folder that is there, and -f: the jailed process" {
	faults_among unpack-into jail
	faults_among unpack-over jail
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
