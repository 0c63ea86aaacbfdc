# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# All combinations with other implementations of age v1, which tests/peers.bats
# has a choice of: about 15 minutes.

load ../helpers
load ../peers/peers

setup_file() { peers_setup_file; }

setup() {
	wax_setup
	peers_setup
}

each_kind() { # SEALER OPENER COMMAND...
	local kind
	for kind in $kinds; do
		knows "$1" "$kind" || continue
		knows "$2" "$kind" || continue
		"${@:3}" "$1" "$2" "$kind"
	done
}

all_sizes() { # SEALER OPENER KIND
	local size
	for size in $sizes; do
		round "$@" "$size"
		round "$@" "$size" -a
	done
}

@test "each kind and size, armored and not, between wax and age" {
	needs_peer age
	each_kind wax age all_sizes
	each_kind age wax all_sizes
}

@test "each kind and size, armored and not, between wax and rage" {
	needs_peer rage
	each_kind wax rage all_sizes
	each_kind rage wax all_sizes
}

@test "each kind and size, armored and not, between wax and age-encryption" {
	needs_peer npm
	each_kind wax npm all_sizes
	each_kind npm wax all_sizes
}

big_both() {
	big_round "$@"
	big_round "$@" -a
}

@test "300 MiB of each kind, armored and not, between wax and age" {
	needs_peer age
	each_kind wax age big_both
	each_kind age wax big_both
}

@test "300 MiB of each kind, armored and not, between wax and rage" {
	needs_peer rage
	each_kind wax rage big_both
	each_kind rage wax big_both
}

# It takes armor into memory as a whole, which is more than it can have.
@test "300 MiB of each kind between wax and age-encryption" {
	needs_peer npm
	each_kind wax npm big_round
	each_kind npm wax big_round
}

@test "damaged files mean the same to wax and age" {
	local names
	needs_peer age
	cat "$keys/x25519" "$keys/mlkem768x25519" >id
	head -c 200 "$keys/in.65536" >small
	wax-seal -R "$keys/x25519.pub" small -o wax.x
	wax-seal -R "$keys/mlkem768x25519.pub" small -o wax.pq
	wax-seal -a -R "$keys/x25519.pub" -R "$keys/ssh-ed25519.pub" small \
		-o wax.armor
	wax-seal -R "$keys/x25519.pub" "$keys/in.1048576" -o wax.chunks
	"$bin/age" -R "$keys/x25519.pub" -o age.x small
	"$bin/age" -a -R "$keys/mlkem768x25519.pub" -o age.armor small
	names='wax.x wax.pq wax.armor wax.chunks age.x age.armor'
	if has_peer rage; then
		"$bin/rage" -R "$keys/x25519.pub" -o rage.x small
		names+=' rage.x'
	fi
	# shellcheck disable=SC2086 # names without spaces
	"$python" "$top/tests/peers/differ.py" "${DIFFER_COUNT:-10000}" \
		"${DIFFER_SEED:-wax}" wax-open "$bin/age" id $names
}
