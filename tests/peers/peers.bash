# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# What the tests with other implementations share: wax, age, rage and npm's
# age-encryption behind the same few functions.

kinds='mlkem768x25519 x25519 ssh-ed25519 scrypt'
sizes='0 1 65535 65536 65537 1048576'
passphrase='correct horse'

# To be called by setup_file(): gets the peers, and makes keys and inputs in
# $keys. The peers of another folder are taken with WAX_PEERS.
peers_setup_file() {
	local size
	wax_environment
	! is_sanitized || return 0
	export WAX_PEERS=${WAX_PEERS:-$top/build/peers}
	"$top/scripts/peers.sh" "$WAX_PEERS" 3>&-
	keys=$BATS_FILE_TMPDIR
	wax-keygen -o "$keys/mlkem768x25519"
	wax-keygen --x25519 -o "$keys/x25519"
	ssh-keygen -q -t ed25519 -N '' -C 'a comment' -f "$keys/ssh-ed25519"
	wax-keygen -y "$keys/mlkem768x25519" >"$keys/mlkem768x25519.pub"
	wax-keygen -y "$keys/x25519" >"$keys/x25519.pub"
	printf '%s\n' "$passphrase" >"$keys/pw"
	for size in $sizes; do
		seq 199999 | head -c "$size" >"$keys/in.$size"
	done
	# rage has the kind as a plugin, whose identities have a form of
	# their own.
	if has_peer age; then
		"$WAX_PEERS/bin/age-plugin-pq" -identity \
			"$keys/mlkem768x25519" >"$keys/mlkem768x25519.plugin"
	fi
}

# To be called by setup(), after wax_setup.
peers_setup() {
	bin=$WAX_PEERS/bin
	# age finds its plugins there. With an empty name of pinentry, rage
	# asks on the terminal.
	export PATH="$PATH:$bin" PINENTRY_PROGRAM='' PEERS_NPM=$WAX_PEERS/npm
	! is_sanitized || skip 'the default flavour has been tried'
}

has_peer() { [ ! -e "$WAX_PEERS/missing/$1" ]; }

needs_peer() {
	local peer
	for peer; do
		has_peer "$peer" ||
			skip "no $peer: $(cat "$WAX_PEERS/missing/$peer")"
	done
}

npm() { node "$top/tests/peers/age-npm.mjs" "$@"; }

# typed N COMMAND...: types the passphrase for the first N prompts of the
# command; its input and output are the caller's, by way of files.
typed() {
	local steps=() i
	for ((i = 0; i < $1; i++)); do
		steps+=("expect:: " echo:off "send:$passphrase\\n")
	done
	shift
	cat >"$io/typed.in"
	"$python" "$top/tests/pty.py" --timeout=60 --stdin="$io/typed.in" \
		--stdout="$io/typed.out" "${steps[@]}" -- "$@" \
		>"$io/typed.tty" 2>"$io/typed.end" || {
		local status=$?
		cat "$io/typed.tty" "$io/typed.end" >&2
		return $status
	}
	cat "$io/typed.out"
}

# seal_with PEER KIND [-a], open_with PEER KIND: filters.
seal_with() {
	local peer=$1 kind=$2
	shift 2
	case $peer.$kind in
	wax.scrypt) wax-seal "$@" -p --passphrase-file "$keys/pw" ;;
	wax.*) wax-seal "$@" -R "$keys/$kind.pub" ;;
	# A low cost, to save time; the other tests have the default.
	age.scrypt)
		AGE_PASSPHRASE=$passphrase AGE_PASSPHRASE_WORK_FACTOR=10 \
			"$bin/age" -e -j batchpass "$@"
		;;
	npm.scrypt) npm seal "$@" -p "$keys/pw" -w 10 ;;
	rage.scrypt) typed 2 "$bin/rage" -p "$@" ;;
	age.* | rage.*) "$bin/$peer" "$@" -R "$keys/$kind.pub" ;;
	npm.*) npm seal "$@" -r "$(cat "$keys/$kind.pub")" ;;
	esac
}

open_with() {
	case $1.$2 in
	wax.scrypt) wax-open --passphrase-file "$keys/pw" ;;
	wax.*) wax-open -i "$keys/$2" ;;
	age.scrypt)
		AGE_PASSPHRASE=$passphrase "$bin/age" -d -j batchpass
		;;
	npm.scrypt) npm open -p "$keys/pw" ;;
	rage.scrypt) typed 1 "$bin/rage" -d ;;
	rage.mlkem*) "$bin/rage" -d -i "$keys/$2.plugin" ;;
	age.* | rage.*) "$bin/$1" -d -i "$keys/$2" ;;
	npm.*) npm open -i "$keys/$2" ;;
	esac
}

# knows PEER KIND: npm's has no SSH keys; rage needs age's plugin for one kind.
knows() {
	case $1.$2 in
	npm.ssh-*) return 1 ;;
	rage.mlkem*) has_peer age ;;
	esac
}

# agree WHAT COMMAND...: the command's failure is that of WHAT.
agree() {
	local what=$1
	shift
	"$@" 2>"$io/err" || fail "$what: exit status $? of: $*"
}

# round SEALER OPENER KIND SIZE [-a]: what one seals the other opens.
round() {
	local sealer=$1 opener=$2 kind=$3 size=$4 form=${5-}
	local what="$sealer to $opener, $kind, $size bytes${form:+, armored}"
	: >"$io/out"
	agree "$what" seal_with "$sealer" "$kind" ${form:+"$form"} \
		<"$keys/in.$size" >sealed
	case $(head -c 5 sealed) in
	----- | '') [ -n "$form" ] || fail "$what: armored" ;;
	*) [ -z "$form" ] || fail "$what: not armored" ;;
	esac
	agree "$what" open_with "$opener" "$kind" <sealed >opened
	cmp "$keys/in.$size" opened || fail "$what: not the same"
}

# 300 MiB that are nowhere the same, in a moment.
big_size='300 MiB'
big() { seq 100000000 131457279; }
big_sum=1b93975948a8c3a6ba95f516449ece90ac3e631bb530a77d7b6f09bfd78234da

# What wax may have, in KiB: not of memory only, but of addresses, so that no
# look at it can come too late. The 16 MiB come on top of what scrypt needs,
# whose cost rage chooses after the machine: up to 2^20, or 1 GiB.
frugal() { # PEER KIND
	case $1.$2 in
	wax.scrypt) ulimit -v $((16384 + 1048576)) ;;
	wax.*) ulimit -v 16384 ;;
	esac
}

# big_round SEALER OPENER KIND [-a]: as round, through pipes only.
big_round() (
	set -o pipefail
	what="$1 to $2, $3, $big_size${4:+, armored}"
	sum=$(big |
		(frugal "$1" "$3" && seal_with "$1" "$3" ${4:+"$4"}) \
			2>"$io/out" |
		(frugal "$2" "$3" && open_with "$2" "$3") 2>"$io/err" |
		sha256sum) || fail "$what: exit status $?"
	[ "$sum" = "$big_sum  -" ] || fail "$what: not the same"
)
