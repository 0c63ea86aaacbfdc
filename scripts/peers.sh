#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Has the other implementations of age v1 at hand, for tests and measurements:
#
#	peers.sh [DIR]
#
# age and rage of Debian sid, and npm's age-encryption, in DIR (build/peers):
#
#	DIR/bin/age, age-keygen, age-inspect, age-plugin-pq, ...
#	DIR/bin/rage, rage-keygen	with a libc of their own beside them
#	DIR/npm/node_modules		for tests/peers/age-npm.mjs
#	DIR/missing/PEER		why there is no age, rage or npm
#
# Each of the three appears whole or not at all, and one that is there is left
# alone. What cannot be had is said, and the exit status is 0 all the same, for
# a test that needs it skips. apt checks signatures, npm the hashes in
# tests/peers/package-lock.json. No root needed.
set -eu

here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
src=$here/../tests/peers

say() { echo "peers.sh: $*" >&2; }

# missing PEER REASON: keeps the reason, in a line, for the tests.
missing() {
	say "no $1: $2"
	mkdir -p "$dir/missing"
	echo "$2" >"$dir/missing/$1"
}

last_line() { grep '[^[:space:]]' "$1" | tail -n 1 | cut -c 1-300; }

# runs PEER PROGRAM [ARGUMENT...]: whether it does, on this machine.
runs() {
	peer=$1
	shift
	"$@" --version >/dev/null 2>"$tmp/log" && return
	missing "$peer" "it does not run here: $(last_line "$tmp/log")"
	return 1
}

# debian PEER PACKAGE...: unpacks packages of sid into $dir/PEER.
debian() {
	peer=$1
	shift
	SUITES=sid "$here/debs.sh" "$dir/$peer" "$@" 2>"$tmp/log" && return
	[ ! -d "$dir/$peer" ] || return 0 # another run was faster
	missing "$peer" "$(last_line "$tmp/log" | sed 's/^debs.sh: //')"
	return 1
}

get_age() {
	debian age age && runs age "$dir/age/usr/bin/age" || return 0
	for program in "$dir"/age/usr/bin/*; do
		ln -sfn "../age/usr/bin/${program##*/}" \
			"$dir/bin/${program##*/}"
	done
	rm -f "$dir/missing/age"
}

# rage is built for a newer libc than Debian 12 has: it runs under the loader
# of the one that it was unpacked with.
rage_script() {
	cat <<-EOF
	#!/bin/sh
	usr=\${0%/*}/../rage/usr
	exec "\$usr/$loader" --library-path "\$usr/${loader%/*}" \\
		"\$usr/bin/$1" "\$@"
	EOF
}

get_rage() {
	debian rage rage libc6 libgcc-s1 || return 0
	loader=$(cd "$dir/rage/usr" && echo lib/*/ld-linux*.so.?)
	for program in rage-keygen rage; do
		rage_script $program >"$tmp/$program"
		chmod 755 "$tmp/$program"
		mv "$tmp/$program" "$dir/bin/$program"
	done
	runs rage "$dir/bin/rage" || return 0
	rm -f "$dir/missing/rage"
}

node_is_there() {
	for tool in node npm; do
		command -v $tool >/dev/null || {
			missing npm "there is no $tool here"
			return 1
		}
	done
	major=$(node -p 'process.versions.node.split(".")[0]')
	[ "$major" -ge 18 ] || {
		missing npm "node is older than 18"
		return 1
	}
}

get_npm() {
	node_is_there || return 0
	mkdir "$tmp/npm"
	cp "$src/package.json" "$src/package-lock.json" "$tmp/npm"
	(cd "$tmp/npm" && npm ci --ignore-scripts --no-audit --no-fund \
		--cache "$tmp/cache" --fetch-retries 1 --fetch-timeout 30000) \
		>"$tmp/log" 2>&1 || {
		missing npm "$(grep -i -m 1 '^npm err' "$tmp/log" | cut -c 1-300)"
		return 0
	}
	mv -T "$tmp/npm" "$dir/npm" 2>/dev/null || [ -d "$dir/npm" ]
	rm -f "$dir/missing/npm"
}

dir=${1:-$here/../build/peers}
mkdir -p "$dir/bin"
dir=$(CDPATH='' cd "$dir" && pwd)
has() { [ ! -e "$dir/missing/$1" ] && [ -e "$dir/$2" ]; }
if has age bin/age && has rage bin/rage && has npm npm; then
	exit 0
fi

say "getting what is missing of age, rage and age-encryption"
tmp=$(mktemp -d "$dir/.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
has age bin/age || get_age
has rage bin/rage || get_rage
has npm npm || get_npm
