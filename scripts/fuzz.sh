#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Runs the fuzz targets that make built in build/fuzz, one for each core, each
# for so many seconds:
#
#	fuzz.sh SECONDS [NAME...]
#
# They begin with tests/fuzz/corpus/NAME, and keep what they learn in
# build/fuzz/corpus/NAME, for the next time. Inputs that crash one are left in
# build/fuzz/found. tests/fuzz/NAME.dict is used where there is one.
set -eu
cd "$(dirname "$0")/.."

# fuzz.sh -1 SECONDS NAME: one target.
if [ "$1" = -1 ]; then
	name=$3
	log=build/log/libfuzzer-$name
	mkdir -p "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name"
	set -- -max_total_time="$2" -timeout=20 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="build/fuzz/found/$name-"
	[ ! -e "tests/fuzz/$name.dict" ] || set -- "$@" \
		-dict="tests/fuzz/$name.dict"
	"build/fuzz/fuzz/fuzz-$name" "$@" "build/fuzz/corpus/$name" \
		"tests/fuzz/corpus/$name" >"$log" 2>&1 || {
		tail -n 40 "$log" >&2
		echo "$name: FAILED, see $log and build/fuzz/found"
		exit 1
	}
	awk -v name="$name" '
		/ cov: / { cov = $4; ft = $6 }
		/^stat::number_of_executed_units/ { runs = $2 }
		END { print name ": " runs " runs, " cov " edges, " ft " features" }
	' "$log"
	exit 0
fi

seconds=${1:?usage: fuzz.sh SECONDS [NAME...]}
shift
mkdir -p build/log build/fuzz/found
if [ $# -eq 0 ]; then
	for target in tests/fuzz/fuzz-*.c; do
		[ -e "$target" ] || { echo "fuzz.sh: no targets" >&2; exit 1; }
		target=${target##*/fuzz-}
		set -- "$@" "${target%.c}"
	done
fi
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 "$0" -1 "$seconds"
