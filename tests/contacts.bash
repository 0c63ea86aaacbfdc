# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2016,SC2030,SC2031
# What the tests of the address book share: people with homes and cards, and a
# home that knows nobody.

DAY=86400
unverified='not verified: no code was compared'

# What is to be done about the state's key.
no_key='(put it back from a backup, with the identity that it belongs to; without one, contacts and sessions are lost: move all in the home but the identity away)'

# compare NAME: what is said when they are added.
compare() { echo "'wax-contact verify $1' prints a code to compare"; }

# To be called by setup_file(): me, alice, bob and eve, each with a home in
# $keys/h and a card; what the others know is only me.
people_make() {
	wax_environment
	local folder=$BATS_FILE_TMPDIR name
	mkdir "$folder/h"
	for name in me alice bob eve; do
		mkdir -m 700 "$folder/h/$name"
		wax-keygen -n $name -o "$folder/h/$name/identity" 2>/dev/null
		WAX_HOME=$folder/h/$name wax-card >"$folder/$name.card"
	done
	for name in alice bob eve; do
		WAX_HOME=$folder/h/$name wax-contact -q add me "$folder/me.card"
		WAX_HOME=$folder/h/$name wax-contact verify me \
			>"$folder/$name.code"
	done
	wax_clock
}

# To be called by setup(): my home, with an identity and nothing else.
people_setup() {
	wax_setup
	home=$BATS_TEST_TMPDIR/h
	mkdir -m 700 "$home"
	cp "$keys/h/me/identity" "$home"
	cp "$keys"/*.card .
	export WAX_HOME=$home
	today=$(date -u +%F)
}

# as NAME COMMAND...: with that person's home.
as() {
	local name=$1
	shift
	WAX_HOME=$keys/h/$name "$@"
}

field() { sed -n "s/^$1 //p" "$2"; }
id() { field identity "$work/$1.card"; }

# day FIELD NAME: of a time on that person's card, the day.
day() { field "$1" "$work/$2.card" | cut -c1-10; }

# craft NAME FIELD=VALUE...: that person's card, changed and signed again.
craft() {
	local name=$1
	shift
	"$python" "$top/tests/cards.py" edit "$keys/h/$name/identity" \
		"$keys/$name.card" "$@"
}

# know NAME...: adds these people, by their names.
know() {
	local name
	for name; do
		wax-contact -q add "$name" "$keys/$name.card" || return
	done
}

# unchanged COMMAND...: the home is the same before and after, to the byte.
unchanged() {
	rm -rf "$io/before"
	cp -a "$home" "$io/before"
	"$@"
	diff -r --no-dereference "$io/before" "$home" || fail 'the home has changed'
	[ "$(find "$io/before" -printf '%P %m %l\n' | sort)" = \
		"$(find "$home" -printf '%P %m %l\n' | sort)" ] ||
		fail 'the home has changed'
}

# entries N LINKS: there are N contacts, with so many links of names and
# identities, and nothing else.
entries() {
	local all
	all=$(find "$home/contacts" -mindepth 1 -printf '%f\n')
	set -- "$1 $2 $(($1 + $2))" "$(grep -cxE 'c-[0-9a-f]{32}' <<<"$all") $(
		grep -cxE '[in]-[0-9a-f]{32}' <<<"$all") $(grep -c . <<<"$all")"
	[ "$1" = "$2" ] ||
		fail "contacts, links and all: not $1, but $2: $all"
}

# names_are NAME...: these are listed, and no others.
names_are() {
	call 0 wax-contact list
	[ "$(tail -n +2 "$io/out" | cut -c37-)" = "$(printf '%s\n' "$@")" ] ||
		fail 'other names'
}
