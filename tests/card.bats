#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# wax-card: one's own card, what stays in the home for it, and the cards of
# others.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2016,SC2030,SC2031

load helpers
load faults/card

DAY=86400
clock_warning='wax-card: warning: the clock is far from where it was the last time; old keys are kept until it is sure'

setup_file() {
	wax_environment
	wax_keys
	cards_setup_file
	wax_clock
}

# Each test has a home with an identity that has a name, and nothing else.
setup() {
	wax_setup
	cards_setup
}

teardown() {
	[ -z "${holder-}" ] || kill "$holder" 2>/dev/null || :
}

field() { sed -n "s/^$1 //p" "$2"; }

# prekeys_are N: as many are in the home, by the size of their file, around a
# card that is the last one written.
prekeys_are() {
	local size card
	size=$(stat -c %s "$home/prekeys")
	card=$(stat -c %s "${2:-$io/out}")
	[ "$size" -eq $((9 + 24 + 24 + 88 * $1 + 4 + card + 16)) ] ||
		fail "not $1 prekeys: $size bytes, with a card of $card"
}

# unchanged COMMAND...: the home's files are the same before and after.
unchanged() {
	rm -rf "$io/before"
	cp -a "$home" "$io/before"
	"$@"
	diff -r --no-dereference "$io/before" "$home" || fail 'the home has changed'
}

@test "a card says what the identity's other tools say" {
	call 0 wax-card
	err_is
	cp "$io/out" card
	[ "$(head -n 1 card)" = wax/card/v1 ]
	[ "$(field name card)" = 'Zoë + Max' ]
	[ "$(field identity card)" = "$(wax-keygen -w)" ]
	[ "$(field recipient card)" = "$(wax-keygen -y)" ]
	[ "$(field minisign card)" = "$(wax-keygen -m)" ]
	[[ $(field prekey card) =~ ^[0-9]+\ [A-Za-z0-9+/]{43}\ [A-Za-z0-9+/]{1622}$ ]]
	local issued expires
	issued=$(date -d "$(field issued card)" +%s)
	expires=$(date -d "$(field expires card)" +%s)
	[ $((expires - issued)) -eq $((30 * DAY)) ]
	[ $((issued - $(date +%s))) -le 0 ]
	[ $((issued - $(date +%s))) -ge -60 ]
	[ "$(wc -l <card)" -eq 10 ]
	[ "$(tail -n 1 card | cut -d' ' -f1-2)" = '— Zoë---Max' ]
	printf 'for Zoë\n' | wax-seal -r "$(field recipient card)" >sealed
	call 0 wax-open sealed
	out_is 'for Zoë'
}

@test "the same card again, byte for byte, and one prekey" {
	call 0 wax-card
	cp "$io/out" card
	call 0 wax-card
	out_same card
	prekeys_are 1
	call 0 wax-card -o -
	out_same card
	call 0 wax-card -n 'Zoë + Max'
	out_same card
	prekeys_are 1
}

@test "files are for the owner, and say nothing by themselves" {
	umask 0
	call 0 wax-card
	folder_holds "$home" identity prekeys prekeys.lock state.key
	mode_is 600 "$home/prekeys"
	mode_is 600 "$home/prekeys.lock"
	mode_is 600 "$home/state.key"
	mode_is 700 "$home"
	[ "$(head -c 9 "$home/prekeys")" = $'waxstate\1' ]
	[ "$(stat -c %s "$home/state.key")" -eq 81 ]
	[ ! -s "$home/prekeys.lock" ]
	run ! grep -qaE 'wax/card|identity|issued' "$home/prekeys"
	run ! grep -qaF "$(field prekey "$io/out" | cut -c1-10)" "$home/prekeys"
	# No two writings are alike.
	cp "$home/prekeys" before
	call 0 wax-card
	run ! cmp -s before "$home/prekeys"
}

@test "after seven days there is a new prekey, and the old one stays" {
	call 0 at 0 wax-card
	cp "$io/out" card
	call 0 at $((7 * DAY - 60)) wax-card
	out_same card
	call 0 at $((7 * DAY)) wax-card
	cp "$io/out" next
	[ "$(field prekey card)" != "$(field prekey next)" ]
	[ "$(field identity card)" = "$(field identity next)" ]
	[ "$(field recipient card)" = "$(field recipient next)" ]
	prekeys_are 2
	call 0 at $((14 * DAY - 60)) wax-card
	out_same next
	err_is
}

@test "prekeys go 30 days after their cards, not sooner" {
	call 0 at 0 wax-card
	local day
	for day in 6 12 18 24 30 36 42 48 54; do
		call 0 at $((day * DAY)) wax-card
		err_is
	done
	call 0 at $((60 * DAY - 60)) wax-card
	# A new one each time but when the last was six days old.
	prekeys_are 6
	call 0 at $((60 * DAY + 60)) wax-card
	call 0 at $((61 * DAY)) wax-card
	err_is
	prekeys_are 5
	for day in 67 73 79 85 91 97; do
		call 0 at $((day * DAY)) wax-card
	done
	prekeys_are 6
}

@test "a clock that jumps is told, and destroys nothing" {
	call 0 at 0 wax-card
	cp "$io/out" card
	call 0 at $((3650 * DAY)) wax-card
	err_is "$clock_warning"
	[ "$(field issued "$io/out" | cut -c1-4)" -gt 2035 ]
	prekeys_are 2
	call 0 at $((-3650 * DAY)) wax-card
	err_is "$clock_warning"
	prekeys_are 3
	call 0 at 60 wax-card
	err_is
	# The one that says 2036 is not given away again.
	cp "$io/out" again
	[ "$(field issued "$io/out" | cut -c1-4)" -lt 2035 ]
	call 0 at 60 wax-card show again
	call 0 at $((8 * DAY)) wax-card
	err_is
}

@test "clocks that no card can have" {
	call 2 at -$(($(date +%s) + DAY)) wax-card
	out_is
	err_is 'wax-card: the clock is before 1970 or beyond 9999'
	call 2 at $((253402300799 - $(date +%s))) wax-card
	err_is 'wax-card: the clock is before 1970 or beyond 9999'
	folder_holds "$home" identity
}

@test "cards for one caller are never repeated, the current one is" {
	call 0 wax-card
	cp "$io/out" card
	call 0 wax-card --once
	cp "$io/out" one
	grep -qx once one
	[ "$(wc -l <one)" -eq 11 ]
	call 0 wax-card --once
	cp "$io/out" two
	[ "$(field prekey one)" != "$(field prekey two)" ]
	[ "$(field prekey one)" != "$(field prekey card)" ]
	call 0 wax-card
	out_same card
	prekeys_are 3
	call 0 wax-card show one
	out_has ', for one caller'
	call 0 wax-card show card
	run ! grep -q 'one caller' "$io/out"
}

@test "-n makes another card, which is the current one for that name" {
	call 0 wax-card
	cp "$io/out" card
	call 0 wax-card -n Zoe
	cp "$io/out" named
	[ "$(field name named)" = Zoe ]
	[ "$(field prekey named)" != "$(field prekey card)" ]
	prekeys_are 2
	call 0 wax-card --name=Zoe
	out_same named
	call 0 wax-card show named
	out_has 'name: Zoe'
	call 2 wax-card -n a -n b
	call 2 wax-card -n
}

@test "names that a card cannot have" {
	local name
	for name in '' $'a\nb' $'\e[2J' $'a\rb' $'\x7f' $'\xff' $'a\xe2\x80\xaeb' \
		"$(printf '%0256d' 1)"; do
		call 2 wax-card -n "$name"
		out_is
		err_is 'wax-card: a name is 1 to 255 bytes of UTF-8 without control characters'
	done
	folder_holds "$home" identity
	for name in ' ' + -n 'a  b' "$(printf '%0255d' 1)" $'a\xc2\xa0\xe3\x80\x80b' \
		'— alice AAAA' name; do
		call 0 wax-card -n "$name"
		cp "$io/out" card
		call 0 wax-card show card
		out_has "name: $name"
	done
}

@test "an identity without a name needs one" {
	sed -i '/^# name/d' "$home/identity"
	call 2 wax-card
	out_is
	err_is 'wax-card: the identity has no name; -n NAME gives the card one'
	folder_holds "$home" identity
	call 0 wax-card -n Max
	call 2 wax-card
}

@test "a sealed identity, with its passphrase" {
	printf 'correct horse\n' >pw
	rm "$home/identity"
	call 0 wax-keygen -p --passphrase-file pw -n 'Zoë' \
		-o "$home/identity"
	call 0 wax-card --passphrase-file pw
	cp "$io/out" card
	[ "$(field name card)" = 'Zoë' ]
	echo wrong >wrong
	unchanged call 3 wax-card --passphrase-file wrong
	out_is
	unchanged call 2 setsid -w wax-card
	out_is
	err_has 'no terminal to ask for the passphrase'
	call 0 wax-card --passphrase-fd 5 5<pw
	out_same card
}

@test "a passphrase that nothing needs" {
	echo word >pw
	call 2 wax-card --passphrase-file pw -o card
	err_has 'wax-card: nothing here needs the passphrase that is given'
	holds pw
}

@test "without an identity, or with one that has no card" {
	rm "$home/identity"
	call 3 wax-card
	out_is
	err_has 'wax-card: there is no identity' 'wax-keygen makes one'
	run ! grep -qe '-i FILE' "$io/err"
	WAX_HOME=$work/none call 3 wax-card
	holds
	cp "$keys/x" "$home/identity"
	call 2 wax-card -n Max
	err_is 'wax-card: this kind of identity cannot sign (wax-keygen makes one that can)'
	echo text >"$home/identity"
	call 1 wax-card -n Max
	folder_holds "$home" identity
}

@test "-o writes a file, and -f replaces one" {
	call 0 wax-card -o card
	out_is
	mode_is 644 card
	cp card first
	unchanged call 2 wax-card -o card
	err_is "wax-card: 'card' exists (-f replaces it)"
	call 0 wax-card -f -n Max -o card
	[ "$(field name card)" = Max ]
	prekeys_are 2 card
	unchanged call 2 wax-card -f -o "$home/identity"
	err_has 'is input and output at once'
	unchanged call 7 wax-card -o none/card
	call 0 wax-card show -o shown first
	out_is
	grep -qx 'signature: good' shown
	call 2 wax-card show -f -o first first
	holds card first shown
}

@test "show explains a card, by name, from - and from standard input" {
	local card=$keys/card
	call 0 wax-card show "$card"
	err_is
	out_is 'name: Zoë + Max' \
		"identity: $(wax-keygen -w)" \
		"recipient: $(wax-keygen -y)" \
		"minisign: $(wax-keygen -m)" \
		"prekey: $(field prekey "$card" | cut -d' ' -f1)" \
		"issued: $(field issued "$card")" \
		"expires: $(field expires "$card")" \
		'signature: good'
	cp "$io/out" shown
	call 0 wax-card show <"$card"
	out_same shown
	call 0 wax-card show - <"$card"
	out_same shown
	call 0 wax-card -- show "$card"
	out_same shown
	# Neither home nor identity are needed for the cards of others.
	rm -r "$home"
	call 0 env -u HOME -u WAX_HOME wax-card show "$card"
	call 0 wax-card show "$card"
	[ ! -e "$home" ]
}

@test "show tells when a card is past" {
	call 0 at $((30 * DAY - 600)) wax-card show "$keys/card"
	run ! grep -q past "$io/out"
	call 0 at $((30 * DAY + 600)) wax-card show "$keys/card"
	grep -q '^expires: .*Z, which is past$' "$io/out"
	out_has 'signature: good'
	call 0 at $((3650 * DAY)) wax-card show "$keys/card"
	out_has 'which is past'
}

@test "cards that are damaged, forged, or none" {
	local card=$keys/card
	sed 's/^name .*/name Mallory/' "$card" >forged
	call 4 wax-card show forged
	out_is
	err_is "wax-card: 'forged': the card's signature is wrong"
	sed 's/^issued 20../issued 1999/' "$card" >forged
	call 4 wax-card show forged
	sed '$d' "$card" >short
	call 1 wax-card show short
	out_is
	err_is "wax-card: 'short': this is no card, or it is damaged"
	sed 's/$/\r/' "$card" >crlf
	call 1 wax-card show crlf
	call 1 wax-card show /dev/null
	call 1 wax-card show <short
	err_is 'wax-card: standard input: this is no card, or it is damaged'
	call 1 wax-card show "$home/identity"
	head -c 70000 /dev/zero >large
	call 1 wax-card show large
	cat "$card" large >large2
	call 1 wax-card show large2
	call 1 wax-card show -o out short
	[ ! -e out ]
	call 7 wax-card show absent
	call 2 wax-card show .
	call 7 wax-card show <&-
	err_is 'wax-card: standard input is closed'
}

@test "lines that are not known are ignored, and signed" {
	# Whoever adds one has no signature for it.
	sed 's/^expires .*/&\ncolour blue/' "$keys/card" >longer
	call 4 wax-card show longer
	{
		cat "$keys/card"
		echo '— bob AAAAAAA='
	} >cosigned
	call 0 wax-card show cosigned
}

@test "what is asked for wrongly" {
	call 2 wax-card list
	err_is "wax-card: 'list' is not understood (wax-card show FILE explains a card)"
	call 2 wax-card show a b
	err_has "'b' is not understood"
	call 2 wax-card show --once "$keys/card"
	call 2 wax-card show -n Max "$keys/card"
	err_is 'wax-card: show makes no card: --once and -n are not for it'
	call 2 wax-card --twice
	call 2 wax-card -i "$home/identity"
	call 0 wax-card --help
	call 0 wax-card --version
	folder_holds "$home" identity
}

@test "an output that fails is told, and its prekey stays" {
	[ -e /dev/full ] || skip 'without /dev/full'
	call 7 sh -c 'wax-card >&-'
	err_is 'wax-card: standard output is closed'
	folder_holds "$home" identity
	local got=0
	wax-card >/dev/full 2>"$io/err" || got=$?
	[ "$got" -eq 7 ]
	err_is 'wax-card: standard output: No space left on device'
	# The next one is what could not be delivered.
	call 0 wax-card
	prekeys_are 1
	got=0
	wax-card show "$keys/card" >/dev/full 2>"$io/err" || got=$?
	[ "$got" -eq 7 ]
	call 7 sh -c 'wax-card show "$1" >&-' - "$keys/card"
}

@test "a reader that goes away" {
	{
		sleep 0.3
		wax-card 2>"$io/err" && echo 0 >got || echo $? >got
	} | true
	[ "$(cat got)" -eq 7 ]
	err_has 'Broken pipe'
	call 0 wax-card
	prekeys_are 1
}

@test "a home that cannot be written to" {
	can_mount || skip 'a tmpfs cannot be mounted'
	call 7 unshare -rm sh -c 'mount -t tmpfs none "$WAX_HOME" &&
		cp "$1" "$WAX_HOME/identity" &&
		mount -o remount,ro none "$WAX_HOME" && exec wax-card' - \
		"$keys/h/identity"
	out_is
	err_has 'Read-only file system'
	call 0 wax-card
	cp "$io/out" card
	call 7 unshare -rm sh -c 'mount --bind "$WAX_HOME" "$WAX_HOME" &&
		mount -o remount,ro,bind "$WAX_HOME" && exec wax-card'
	out_is
	call 0 wax-card
	out_same card
}

@test "a disk that is full" {
	can_mount || skip 'a tmpfs cannot be mounted'
	# Room for the identity and one more page, or two, and so on.
	local pages
	for pages in 1 2 3 4 5; do
		cat >script <<-EOF
			set -e
			mount -t tmpfs -o size=$((pages * 4))k none "$home"
			cp "$keys/h/identity" "$home"
			cd "$home"
			got=0
			wax-card >"$io/out" 2>"$io/err" || got=\$?
			if [ \$got -eq 0 ]; then
				echo whole >"$io/how"
				[ ! -s "$io/err" ]
			else
				[ \$got -eq 7 ]
				[ ! -s "$io/out" ]
				grep -q 'No space left' "$io/err"
				echo full >"$io/how"
				[ ! -e prekeys ]
			fi
			[ -z "\$(find . -name '.wax*')" ]
			mount -o remount,size=64k none "$home"
			wax-card >"$io/again"
			[ \$got -ne 0 ] || cmp "$io/out" "$io/again"
			wax-card show "$io/again" >/dev/null
		EOF
		unshare -rm sh script || fail "with $pages pages"
		cat "$io/how"
	done >how
	grep -q full how
	grep -q whole how
}

@test "state that is damaged is exit 6, and stays as it is" {
	call 0 wax-card
	cp -a "$home" "$io/good"
	local file size at
	local mend='(move it away and give out a new card)'
	for file in prekeys state.key; do
		size=$(stat -c %s "$home/$file")
		[ "$file" = prekeys ] || mend='(put it back from a backup'
		for at in 0 8 9 40 $((size - 1)); do
			cp "$io/good/$file" "$home/$file"
			spoil "$home/$file" "$at"
			unchanged call 6 wax-card
			out_is
			err_has "wax-card: '$home/$file': "
			if [ "$at" -eq 8 ]; then
				err_has 'later version of wax (a newer wax opens it)'
			else
				err_has "$mend"
			fi
		done
		for at in 0 1 30 50 $((size - 1)); do
			head -c "$at" "$io/good/$file" >"$home/$file"
			unchanged call 6 wax-card --once
			out_is
		done
		cp "$io/good/$file" "$home/$file"
		call 0 wax-card
	done
	truncate -s 65M "$home/state.key"
	call 6 wax-card
	err_has 'it is too large'
	cp "$io/good/state.key" "$home"
	cp "$home/state.key" "$home/prekeys"
	unchanged call 6 wax-card
}

@test "the state of another identity, or without its key" {
	call 0 wax-card
	cp "$io/out" card
	cp -a "$home" "$io/good"
	cp "$keys/pq2" "$home/identity"
	unchanged call 6 wax-card -n Max
	out_is
	err_has 'belongs to another identity'
	cp "$io/good/identity" "$home"
	rm "$home/state.key"
	unchanged call 6 wax-card
	out_is
	cp "$io/good/state.key" "$home"
	call 0 wax-card
	out_same card
}

@test "what is no file in the place of one" {
	call 0 wax-card
	cp "$io/out" card
	local file
	for file in prekeys state.key; do
		mv "$home/$file" "$io/kept"
		mkfifo "$home/$file"
		call 7 timeout 60 wax-card
		err_has 'is not a regular file'
		rm "$home/$file"
		mkdir "$home/$file"
		call 7 wax-card
		err_has 'is not a regular file'
		rmdir "$home/$file"
		ln -s /dev/zero "$home/$file"
		call 7 wax-card
		rm "$home/$file"
		# As on a stick that is not there.
		ln -s "$work/absent/$file" "$home/$file"
		unchanged call 7 wax-card
		out_is
		rm "$home/$file"
		mv "$io/kept" "$home/$file"
		call 0 wax-card
		out_same card
	done
	rm "$home/prekeys.lock"
	ln -s "$work/absent" "$home/prekeys.lock"
	call 7 wax-card
	[ ! -e absent ]
}

# hold SECONDS: holds the lock for so long; returns when it is held.
hold() {
	mkfifo "$io/held"
	"$python" -c 'import fcntl, sys, time
f = open(sys.argv[1], "r+")
fcntl.lockf(f, fcntl.LOCK_EX)
open(sys.argv[2], "w").close()
time.sleep(float(sys.argv[3]))' "$home/prekeys.lock" "$io/held" "$1" 3>&- &
	holder=$!
	cat "$io/held"
	rm "$io/held"
}

@test "who holds the lock is waited for, ten seconds and not more" {
	call 0 wax-card
	cp "$io/out" card
	hold 1
	call 0 wax-card
	out_same card
	wait "$holder"
	hold 60
	local from=$SECONDS
	unchanged call 6 wax-card
	out_is
	err_has "prekeys.lock' is locked by process $holder for more than 10 seconds (wait for it, or end it)"
	[ $((SECONDS - from)) -ge 9 ]
	[ $((SECONDS - from)) -le 20 ]
	# Those that only read wait for nobody.
	call 0 wax-card show card
	kill "$holder"
	wait "$holder" || :
	call 0 wax-card
	out_same card
}

@test "twenty at once have twenty prekeys" {
	# A bare wait would wait for bats' own time limit, too.
	local i pids=()
	for i in {1..20}; do
		wax-card --once >"one$i" 2>"err$i" 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	cat err*
	[ "$(cat err* | wc -c)" -eq 0 ]
	for i in {1..20}; do
		call 0 wax-card show "one$i"
	done
	[ "$(cat one* | field prekey - | cut -d' ' -f1 | sort -u | wc -l)" -eq 20 ]
	call 0 wax-card
	prekeys_are 21
}

@test "twenty first ones at once are one card" {
	local i pids=()
	for i in {1..20}; do
		wax-card >"card$i" 2>"err$i" 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	[ "$(cat err* | wc -c)" -eq 0 ]
	for i in {2..20}; do
		cmp card1 "card$i"
	done
	call 0 wax-card
	out_same card1
	prekeys_are 1
	folder_holds "$home" identity prekeys prekeys.lock state.key
}

@test "prekeys are on the disk before a card is out" {
	[ -e "$keys/can-trace" ] || skip 'strace may not trace here'
	! is_sanitized || skip 'sanitizers cannot be traced'
	local out
	for out in - card; do
		rm -rf "$home"
		cp -a "$keys/h" "$home"
		rm "$home/prekeys" "$home/state.key"
		strace -qq -e signal=none -o trace -y \
			-e trace=write,fsync,rename,renameat,renameat2,link,linkat \
			wax-card -o $out >/dev/null
		# Each file is flushed before it gets its name, and the folder
		# after that; then the card is written.
		awk -v home="$home" '
		/^fsync/ && !index($0, home ">") { flushed = 1 }
		/^(rename|link)/ && /"(prekeys|state.key)"/ {
			if (!flushed)
				print "a name before the data: " $0
			flushed = 0
			named++
		}
		/^fsync/ && index($0, home ">") { folder = named }
		/^write.*wax\/card\/v1/ && !done {
			if (named != 2 || folder != 2)
				print "the card is out too early: " $0
			done = 1
		}
		END {
			if (!done)
				print "there is no card"
		}' trace >wrong
		cat wrong
		[ ! -s wrong ]
	done
	call 0 wax-card
	out_same card
}

@test "system calls killed or failing lose no prekey" {
	! is_sanitized || skip 'sanitizers cannot be traced'
	faults_of_cards first 110
	faults_of_cards next 110
}

@test "Go's notes: it verifies cards, and signs them besides" {
	needs go
	local go=(env GO111MODULE=off GOFLAGS= GOPATH="${GOPATH:-/usr/share/gocode}"
		GOCACHE="$work/cache" GOTMPDIR="$work" go)
	"${go[@]}" list golang.org/x/mod/sumdb/note >/dev/null 2>&1 ||
		skip 'without golang.org/x/mod'
	cat >note.go <<-EOF
		package main

		import (
			"crypto/rand"
			"crypto/sha256"
			"encoding/base64"
			"encoding/hex"
			"fmt"
			"io"
			"os"

			"golang.org/x/mod/sumdb/note"
		)

		func must(err error) {
			if err != nil {
				fmt.Fprintln(os.Stderr, "wax:", err)
				os.Exit(4)
			}
		}

		// NAME KEY [SIGNER]: prints a note's text when the key has
		// signed it, or the note with another signature.
		func main() {
			name := os.Args[1]
			key, err := hex.DecodeString(os.Args[2])
			must(err)
			sum := sha256.Sum256([]byte(name + "\n\x01" + string(key)))
			v, err := note.NewVerifier(fmt.Sprintf("%s+%x+%s", name,
				sum[:4], base64.StdEncoding.EncodeToString(
					append([]byte{1}, key...))))
			must(err)
			msg, err := io.ReadAll(os.Stdin)
			must(err)
			n, err := note.Open(msg, note.VerifierList(v))
			must(err)
			if len(os.Args) == 3 {
				fmt.Print(n.Text)
				return
			}
			secret, _, err := note.GenerateKey(rand.Reader, os.Args[3])
			must(err)
			s, err := note.NewSigner(secret)
			must(err)
			msg, err = note.Sign(n, s)
			must(err)
			os.Stdout.Write(msg)
		}
	EOF
	"${go[@]}" build -o note note.go
	local name key key_name
	for name in Max 'Zoë + Max' $'a\xc2\xa0b\xe3\x80\x80c' '++' \
		"$(printf '%0255d' 1)"; do
		wax-card -n "$name" >card
		key_name=$(tail -n 1 card | cut -d' ' -f2)
		key=$("$python" -c "$unbech32" "$(field identity card)")
		call 0 ./note "$key_name" "$key" <card
		sed '/^$/,$d' card >text
		out_same text
		call 0 ./note "$key_name" "$key" witness.example/w <card
		cp "$io/out" cosigned
		[ "$(tail -n 2 cosigned | grep -c witness)" -eq 1 ]
		call 0 wax-card show cosigned
		out_has "name: $name"
		sed 's/^issued 2/issued 3/' card >forged
		call 4 ./note "$key_name" "$key" <forged
	done
}

# The key of a wax1... identity, as hexadecimal digits.
unbech32='import sys
text = sys.argv[1].split("1")[1][:-6]
n = 0
for c in text:
    n = n << 5 | "qpzry9x8gf2tvdw0s3jn54khce6mua7l".index(c)
print("%064x" % (n >> 5 * len(text) - 256))'

@test "the front knows it, an unused passphrase and the state's files are refused" {
	wax-card >before
	call 0 wax card
	out_same before
	echo secret >pw
	call 2 wax-card --passphrase-file pw
	out_is
	local file
	for file in prekeys state.key prekeys.lock; do
		call 2 wax-card -f -o "$home/$file"
		err_has 'is input and output at once'
	done
	call 0 wax-card
	out_same before
}
