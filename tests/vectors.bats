#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The age test vectors of C2SP's CCTV project, which are not part of this
# repository: they are read from ../shared or fetched from npm.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

package=cctv-age@0.2.0
package_sha256=3b795b89c8500746cdb23abf7176511683d31b5a50129676267aab2346bf161c

setup_file() {
	wax_environment
	local found=$top/../shared/vectors/age
	if [ ! -d "$found" ]; then
		found=$BATS_FILE_TMPDIR/vectors
		fetch "$found" || echo "$package could not be fetched from npm" \
			>"$BATS_FILE_TMPDIR/missing"
	fi
	export vectors=$found
}

# The package is one script with all the vectors in it, which is not run.
fetch() {
	local folder=$BATS_FILE_TMPDIR/npm
	mkdir "$folder" "$1"
	(cd "$folder" && timeout 60 npm pack --silent "$package" &&
		tar -xzf cctv-age-*.tgz package/index.js) >/dev/null 2>&1 ||
		return 1
	echo "$package_sha256  $folder/package/index.js" |
		sha256sum --check --status || return 1
	"$python" "$top/tests/vectors.py" unpack "$folder/package/index.js" "$1"
}

setup() {
	wax_setup
	[ ! -e "$BATS_FILE_TMPDIR/missing" ] ||
		skip "$(cat "$BATS_FILE_TMPDIR/missing")"
}

# vectors_are NUMBER EXPECTATION
vectors_are() {
	local report
	report=$("$python" "$top/tests/vectors.py" run "$vectors" \
		"$WAX_BIN/wax-open" "$2") || true
	printf '%s\n' "$report"
	[ "$report" = "$1" ]
}

@test "there are 143 vectors, each with an expectation that is known" {
	run "$python" "$top/tests/vectors.py" count "$vectors"
	[ "$output" = 143 ]
	[ $((26 + 22 + 62 + 1 + 19 + 13)) -eq 143 ]
}

@test "the 26 good vectors open, to the byte" {
	vectors_are 26 success
}

@test "the 22 vectors with bad armor exit 1 and release nothing" {
	vectors_are 22 'armor failure'
}

@test "the 62 vectors with a bad header exit 1 and release nothing" {
	vectors_are 62 'header failure'
}

@test "the vector with a bad header MAC exits 1 and releases nothing" {
	vectors_are 1 'HMAC failure'
}

@test "the 19 vectors with a bad payload exit 1 and release its good chunks" {
	vectors_are 19 'payload failure'
}

@test "the 13 vectors that are for other keys exit 3 and release nothing" {
	vectors_are 13 'no match'
}
