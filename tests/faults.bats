#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Whatever fails, and whenever: a file or a folder appears whole or not at all,
# an old one is never lost, and nothing else is left behind. faults/inject.py
# and faults/processes.py do it, and say what exactly is looked at. A number is
# how many of all faults are tried, each kind of call with each kind of fault
# first; tests/long/faults.bats tries all.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers
load faults/faults

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

@test "wax-keygen -o, system calls killed or failing" {
	faults calls keygen nameless 110
}

@test "wax-keygen -o, the same with a temporary name" {
	faults calls keygen named 110
}

@test "wax-keygen for the home, system calls killed or failing" {
	faults calls keygen-home nameless 110
}

@test "wax-keygen for the home, the same with a temporary name" {
	faults calls keygen-home named 110
}

@test "wax-seal -o, system calls killed or failing" {
	faults calls seal nameless 110
}

@test "wax-seal -o, the same with a temporary name" {
	faults calls seal named 110
}

@test "wax-seal -o -f over a file, system calls killed or failing" {
	faults calls seal-over nameless 110
}

@test "wax-seal -o -f over a file, the same with a temporary name" {
	faults calls seal-over named 110
}

@test "wax-open -o, system calls killed or failing" {
	faults calls open nameless 110
}

@test "wax-open -o, the same with a temporary name" {
	faults calls open named 110
}

@test "wax-open -o -f over a file, system calls killed or failing" {
	faults calls open-over nameless 110
}

@test "wax-open -o -f over a file, the same with a temporary name" {
	faults calls open-over named 110
}

@test "wax-pack -o, system calls killed or failing" {
	faults_among pack wax-pack 110
}

@test "wax-seal -s -o, system calls killed or failing" {
	faults_among seal-signed wax-seal 110
}

@test "wax-open of signed data to standard output, the same" {
	faults_among open-signed wax-open 110
}

@test "wax-open -C of a file into a new folder, the same" {
	faults_among open-data wax-open 110
}

@test "wax-unpack into a new folder, system calls killed or failing" {
	faults_among unpack-new wax-unpack 130
}

@test "wax-unpack into a new folder, the same of its jailed process" {
	faults_among unpack-new jail 130
}

@test "wax-unpack into a folder that is there, the same" {
	faults_among unpack-into wax-unpack 130
}

@test "wax-unpack -f over files, the same" {
	faults_among unpack-over wax-unpack 130
}

@test "wax-seal of a folder, system calls of wax-seal" {
	faults_among seal-folder wax-seal 110
}

@test "wax-seal of a folder, system calls of wax-pack" {
	faults_among seal-folder spawn
	faults_among seal-folder wax-pack 110
}

@test "wax-open -C of an archive, system calls of wax-open" {
	faults_among open-new wax-open 110
}

@test "wax-open -C of an archive, system calls of wax-unpack" {
	faults_among open-new spawn
	faults_among open-new wax-unpack 110
}

@test "wax-open -C of an archive, system calls of the jailed process" {
	faults_among open-new jail 110
}

@test "wax-open -C of an archive into a folder that is there" {
	faults_among open-into wax-open 100
	faults_among open-into wax-unpack 110
}

@test "wax-seal -o with threads, system calls of all of them" {
	faults_among seal-crew wax-seal+thread 60
	faults_among seal-crew-engine wax-seal+thread 30
}

@test "wax-seal -o with threads, the same with -s, with -z, from a pipe" {
	faults_among seal-crew-signed wax-seal+thread 30
	faults_among seal-crew-zstd wax-seal+thread 30
	faults_among seal-crew-pipe wax-seal+thread 30
}

@test "wax-open -o with threads, system calls of all of them" {
	faults_among open-crew wax-open+thread 60
	faults_among open-crew-engine wax-open+thread 30
}

@test "wax-open with threads, the same of signed and compressed data, and pipes" {
	faults_among open-crew-signed wax-open+thread 40
	faults_among open-crew-zstd wax-open+thread 20
	faults_among open-crew-pipe wax-open+thread 30
}

@test "where a rename knows no flags, and files need names, the same" {
	faults_among unpack-into wax-unpack 110 renameat2=EINVAL
	faults_among unpack-new wax-unpack 50 renameat2=EINVAL
	faults_among open-signed wax-open 50 O_TMPFILE=EOPNOTSUPP
	faults_among seal-folder wax-seal 100 O_TMPFILE=EOPNOTSUPP
	faults_among pack wax-pack 100 O_TMPFILE=EOPNOTSUPP
}

@test "wax-seal -c, system calls killed or failing" {
	faults_of_sessions send 50
	faults_of_sessions send-stdout 25
	faults_of_sessions send-first 25
}

@test "wax-open of chained messages, the same" {
	faults_of_sessions open 50
	faults_of_sessions open-stdout 25
	faults_of_sessions open-first 50
	faults_of_sessions open-rm 25
}

@test "wax-session reset and rm, the same" {
	faults_of_sessions reset 20
	faults_of_sessions rm 20
}

@test "where names cannot be exchanged, -f replaces nothing, and says so" {
	[ -e "$BATS_FILE_TMPDIR/can-trace" ] ||
		skip 'strace may not trace here, or is missing'
	mkdir tree there
	echo new >tree/a
	echo new >tree/b
	echo old >there/b
	(cd tree && wax-pack -o "$io/archive" .)
	local without=(strace -f -qq -o /dev/null -e trace=renameat2 -e
		inject=renameat2:error=EINVAL)
	call 2 "${without[@]}" wax-unpack -f -C there "$io/archive"
	err_has "'b' cannot be replaced in 'there'"
	[ "$(cat there/b)" = old ]
	folder_holds there b
	call 0 "${without[@]}" wax-unpack -f -C there2 "$io/archive"
	diff -r tree there2
	mkdir there3
	call 0 "${without[@]}" wax-unpack -f -C there3 "$io/archive"
	diff -r tree there3
}

@test "before exit 0 of wax-keygen -o, file and folder are flushed" {
	faults flushes keygen
}

@test "before exit 0 of wax-keygen, new folders of the home are flushed too" {
	faults flushes keygen-home
}

@test "before exit 0 of wax-seal and wax-open, file and folder are flushed" {
	faults flushes seal
	faults flushes seal-folder
	faults flushes open
	faults flushes open-data
}

@test "before exit 0 of both with -f, file and folder are flushed" {
	faults flushes seal-over
	faults flushes open-over
}

@test "before exit 0 of wax-pack and wax-unpack, all is flushed" {
	faults flushes pack
	faults flushes unpack-new
	faults flushes unpack-into
	faults flushes unpack-over
}

@test "after a loss of power, what wax-keygen made is there: xfs" {
	power xfs keygen keygen-home
}

@test "after a loss of power, what wax-seal -o made is there: xfs" {
	power xfs seal seal-over seal-folder pack
}

@test "after a loss of power, what wax-open -o made is there: xfs" {
	power xfs open open-over
}

@test "after a loss of power, what was unpacked is there: xfs" {
	power xfs unpack-new unpack-into unpack-over open-new open-into \
		open-data
}

@test "after a loss of power, no key is used twice: xfs and ext4" {
	local kind
	for kind in xfs ext4; do
		[ -e "$BATS_FILE_TMPDIR/can-mount-$kind" ] ||
			skip "$kind cannot be mounted or shut down here"
		found_nothing sessions power "$kind"
		rm -r ./*
	done
}

@test "after a loss of power, what the tools made is there: ext4" {
	power ext4 keygen keygen-home seal seal-over open open-over
}

@test "after a loss of power, what was packed and unpacked is there: ext4" {
	power ext4 seal-folder pack unpack-new unpack-into unpack-over \
		open-new open-into open-data
}
