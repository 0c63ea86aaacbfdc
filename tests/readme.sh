#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Prints the README with the session that it begins with as the tools show it
# now: the commands below run in fresh homes, and what differs each time, as
# keys, codes and times do, becomes "...". A test has the README be the same;
# make readme makes it so.
#
# WAX_BIN  the folder of the tools; build/bin of this repository by default
set -eu

REPO=$(cd "$(dirname "$0")/.." && pwd)
bin=${WAX_BIN:-$REPO/build/bin}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$tmp/desk" "$tmp/ada" "$tmp/bob"
cd "$tmp/desk"
export PATH="$bin:$PATH" LC_ALL=C

# Each line is whose prompt it is, and what is typed there.
session() {
	cat <<-'EOF'
	ada wax-keygen
	ada wax-card > ada.card
	ada wax-contact add bob bob.card
	ada wax-contact verify bob | tee code.txt
	ada echo 'meet at nine' | wax-seal -r bob -o note.seal
	ada echo 'and bring the plans' | wax-seal -c bob -o chained.seal
	bob wax-contact add -q ada ada.card
	bob wax-contact verify --code - ada < code.txt
	bob wax-open note.seal
	bob wax-open chained.seal
	bob wax-open chained.seal || echo "status $?"
	EOF
}

# shown: what a command wrote, without what is another the next time
shown() {
	sed -E "s|'[^']*(/wax/identity')|'...\1|; s/wax1[a-z0-9]{58}/wax1.../g
		s/[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]+Z)?/.../g
		s/^[0-9]{5}( [0-9]{5})*\$/.../" | uniq
}

run_session() {
	session >../session
	while read -r who command; do
		printf '%s$ %s\n' "$who" "$command"
		WAX_HOME=$tmp/$who/wax sh -c "$command" \
			>../shown 2>&1 </dev/null || return
		shown <../shown
	done <../session
}

WAX_HOME=$tmp/bob/wax wax-keygen -n bob 2>/dev/null
WAX_HOME=$tmp/bob/wax wax-card -o bob.card
run_session >../block || {
	echo "readme.sh: failed, after:" >&2
	tail -n 1 ../block ../shown >&2
	exit 1
}
awk -v block=../block '
	$0 == "```" && skipping { skipping = 0 }
	!skipping
	$0 == "```console" && !done {
		while ((getline line <block) > 0)
			print line
		done = skipping = 1
	}' "$REPO/README.md"
