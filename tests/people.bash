# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154
# People with homes and cards, for the tests of sessions; helpers.bash comes
# before it.

# make_people NAME...: to be called by setup_file().
make_people() {
	local name
	for name; do
		mkdir -m 700 "$BATS_FILE_TMPDIR/$name"
		WAX_HOME=$BATS_FILE_TMPDIR/$name wax-keygen -n "$name" 2>/dev/null
		WAX_HOME=$BATS_FILE_TMPDIR/$name wax-card \
			>"$BATS_FILE_TMPDIR/$name.card"
	done
}

# people NAME...: gives the test homes of theirs, in $homes. None has sessions;
# those that had would notice that they are copies.
people() {
	homes=$BATS_TEST_TMPDIR/homes
	mkdir "$homes"
	more_people "$@"
}

more_people() {
	local name
	for name; do
		cp -a "$BATS_FILE_TMPDIR/$name" "$homes"
	done
}

# as NAME COMMAND...: runs it with their home.
as() {
	local -x WAX_HOME=$homes/$1
	shift
	"$@"
}

# know NAME OTHER...: gives them the others' cards.
know() {
	local name=$1 other
	shift
	for other; do
		as "$name" wax-contact add -q "$other" "$keys/$other.card"
	done
}

# write FROM TO FILE [WORD...]: seals a message, by default the file's name.
write() {
	local from=$1 to=$2 file=$3
	shift 3
	echo "${*:-$file}" | as "$from" wax-seal -c "$to" -o "$file"
}

# reads NAME FILE [WORD...]: opens it as what write() has sealed.
reads() {
	local name=$1 file=$2
	shift 2
	call 0 as "$name" wax-open "$file"
	out_is "${*:-$file}"
}

identity() { as "$1" wax-keygen -w; }

# The state of all homes, without locks.
states() {
	find "$homes" -type f ! -name 'l-*' ! -name '*.lock' \
		-exec sha256sum {} + | sort -k 2
}

# unchanged COMMAND...: the homes' files are the same before and after.
unchanged() {
	states >"$io/before"
	"$@"
	states | diff "$io/before" - || fail 'the state has changed'
}

# state_of NAME: the one file of their sessions.
state_of() { echo "$homes/$1"/sessions/s-*; }
lock_of() { echo "$homes/$1"/sessions/l-*; }

# show NAME WHO KEY: what wax-session says of it.
show() {
	as "$1" wax-session show "$2" --json | jq -r ".[0].$3"
}

# alice and bob talk: both have opened a message of the other.
talking() {
	know alice bob
	know bob alice
	write bob alice "$io/1" && as alice wax-open -o "$io/got1" "$io/1"
	write alice bob "$io/2" && as bob wax-open -o "$io/got2" "$io/2"
} 2>/dev/null

# copied NAME: another home, as a backup has it.
copied() { cp -a "$homes/$1" "$homes/$1-copy"; }

chained() { "$python" "$top/tests/chained.py" "$@"; }
