# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# Much data, and much memory.

load ../helpers
load ../peers/peers

setup_file() { peers_setup_file; }

setup() {
	wax_setup
	peers_setup
}

# 5 GiB are 81920 chunks: a counter of two bytes would not do.
big_size='5 GiB'
big() { seq 100000000 636870911; }
big_sum=9b4f24147024eda1899df3a4b2c9480a969f788463889bb4fa37376f960f46a7

@test "5 GiB pass from wax to wax in constant memory" {
	big_round wax wax mlkem768x25519
}

@test "5 GiB pass from wax to age, and back, in constant memory" {
	needs_peer age
	big_round wax age x25519
	big_round age wax x25519
}

@test "5 GiB through files, whose target appears whole" {
	big >plain
	call 0 wax-seal -R "$keys/x25519.pub" plain -o sealed
	out_is
	err_is
	rm plain
	call 0 wax-open -i "$keys/x25519" sealed -o opened
	out_is
	err_is
	[ "$(sha256sum <opened)" = "$big_sum  -" ]
	call 0 wax-inspect sealed
	out_has 'plaintext: 5368709120 bytes' 'payload: 5370019856 bytes'
}

# 5 GiB more, so that the machine does not start to swap or kill.
@test "a passphrase at the highest cost, 2^22, opens with 4 GiB of memory" {
	local free
	needs_peer age
	free=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
	[ "${free:-0}" -gt 5242880 ] || skip 'less than 5 GiB of memory free'
	AGE_PASSPHRASE=$passphrase AGE_PASSPHRASE_WORK_FACTOR=22 \
		"$bin/age" -e -j batchpass <"$keys/in.65537" >sealed
	grep -aqx -- '-> scrypt .* 22' sealed
	call 0 bash -c "ulimit -v $((16384 + 4194304)) && exec wax-open \
		--passphrase-file '$keys/pw' sealed"
	out_same "$keys/in.65537"
	err_is
}

@test "without the memory that a passphrase needs, it says so" {
	needs_peer age
	AGE_PASSPHRASE=$passphrase AGE_PASSPHRASE_WORK_FACTOR=20 \
		"$bin/age" -e -j batchpass <"$keys/in.1" >sealed
	call 7 bash -c "ulimit -v 262144 && exec wax-open \
		--passphrase-file '$keys/pw' -o opened sealed"
	out_is
	err_has memory
	holds sealed
}
