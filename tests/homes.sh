#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes a folder of tests/vectors/homes, with the tools that are in the path:
# two homes, and files that one of them can open. It is to be run whenever the
# format of a file of the home gets another version, for a folder beside those
# that there are; tests/old-homes.bats takes them all.
#
#   usage: homes.sh FOLDER
set -eu

mkdir "$1"
cd "$1"
at=$PWD

as() {
	name=$1
	shift
	WAX_HOME=$at/$name "$@"
}

# met NAME OTHER [CARD]
met() { as "$1" wax-contact add -q "$2" "${3-$2.card}"; }

# writes NAME OTHER FILE: seals the file's name.
writes() { echo "$3" | as "$1" wax-seal -c "$2" -o "$3.seal"; }

# reads NAME FILE: opens it, and lets nobody else do so.
reads() {
	as "$1" wax-open -o - "$2.seal" >/dev/null 2>&1
	[ "$2" = seen ] || rm "$2.seal"
}

for name in ada bob carol dora emil finn; do
	mkdir -m 700 "$name"
	as "$name" wax-keygen -n "$name" 2>/dev/null
	as "$name" wax-card >"$name.card"
done
date +%s >made

# Bob is a contact who was verified; Zoe has two devices.
met ada bob
met bob ada
as bob wax-contact verify ada >code
as ada wax-contact verify -q bob --code - <code
as ada wax-contact add -q "$(printf 'Zo\303\253')" dora.card
as ada wax-contact add -q --device "$(printf 'Zo\303\253')" emil.card

# A conversation with Bob, of three epochs; a late message, and one to come.
writes ada bob first
reads bob first
writes bob ada seen
reads ada seen
writes ada bob third
reads bob third
writes bob ada late
writes bob ada fifth
reads ada fifth
writes bob ada next
writes ada bob answer

# Carol has called, and has a name, but gave no card; Finn's call is to come.
met carol ada
met finn ada
writes carol ada hello
reads ada hello
met ada carol "$(as carol wax-keygen -w)"
writes carol ada again
writes finn ada call

# A card for one caller: Dora was it, and Emil is too late.
as ada wax-card --once >once.card
met dora ada once.card
met emil ada once.card
writes dora ada once
reads ada once
writes emil ada spent

rm -r carol dora emil finn bob.card carol.card dora.card emil.card finn.card \
	once.card
