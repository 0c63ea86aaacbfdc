#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Many chained messages at once, and what has grown large: three minutes.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2030,SC2031

load ../helpers
load ../people

setup_file() {
	wax_environment
	make_people alice bob
	local i
	for i in $(seq 50); do
		make_people "p$i"
	done
}

setup() {
	wax_setup
	people alice bob
}

teardown() {
	[ -z "${folder-}" ] || rm -rf "$folder"
	[ -z "${holders-}" ] || kill "${holders[@]}" 2>/dev/null || :
}

# send FROM TO FIRST LAST: messages of these numbers.
send() {
	local i
	for ((i = $3; i <= $4; i++)); do
		echo "$i" | as "$1" wax-seal -c "$2" -o "m-$i" || return
	done
}

# many: 400 messages from 8 processes at once.
many() {
	local i pids=()
	for i in 0 1 2 3 4 5 6 7; do
		send bob alice $((50 * i)) $((50 * i + 49)) 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || return
	done
}

@test "400 first messages from 8 processes have 400 numbers" {
	know bob alice
	many
	[ "$(show bob alice sent)" = 400 ]
	[ "$(show bob alice sessions)" = 1 ]
	local i
	for i in $(seq 0 399 | shuf); do
		reads alice "m-$i" "$i"
	done
	# Distinct, and without a gap.
	[ "$(show alice "$(identity bob)" opened)" = 400 ]
	[ "$(show alice "$(identity bob)" waiting)" = 0 ]
	for i in 0 17 399; do
		call 5 as alice wax-open "m-$i"
	done
}

@test "400 messages of a session, opened by 4 processes, each once" {
	know bob alice
	know alice bob
	write bob alice a && reads alice a
	write alice bob b && reads bob b
	many
	local i pids=()
	mkdir out
	for i in 0 1 2 3; do
		(
			for m in $(seq 0 399 | shuf); do
				as alice wax-open -o "out/$m-$i" "m-$m" \
					2>/dev/null || [ $? -eq 5 ] || exit 1
			done
		) 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	[ "$(find out -type f | wc -l)" -eq 400 ]
	[ "$(cat out/* | sort -n | uniq | wc -l)" -eq 400 ]
	[ "$(show alice bob waiting)" = 0 ]
}

@test "to 50 peers at once; who is locked delays no other" {
	local i names=() pids=() begun
	for i in $(seq 50); do
		names+=("p$i")
	done
	more_people "${names[@]}"
	know bob "${names[@]}"
	# A session with each, so that each has a lock.
	for i in "${names[@]}"; do
		write bob "$i" "first-$i"
	done
	# Ten of them are held, for a minute.
	find "$homes/bob/sessions" -name 'l-*' | sort | head -n 10 >locks
	: >held
	# shellcheck disable=SC2046 # names without spaces
	"$python" -c 'import fcntl, sys, time
files = [open(p, "r+b") for p in sys.argv[1:]]
for f in files:
    fcntl.lockf(f, fcntl.LOCK_EX)
print("locked", flush=True)
time.sleep(60)' $(cat locks) >held 3>&- &
	holders=($!)
	until [ -s held ]; do
		sleep 0.05
	done
	begun=$SECONDS
	for i in "${names[@]}"; do
		{
			echo "$i" | as bob wax-seal -c "$i" -o "m-$i" \
				2>"err-$i" && echo $((SECONDS - begun)) \
				>"after-$i"
		} 3>&- &
		pids+=($!)
	done
	local failed=0
	for i in "${pids[@]}"; do
		wait "$i" || failed=$((failed + 1))
	done
	kill "${holders[@]}"
	[ "$failed" -eq 10 ]
	[ "$(cat after-* | wc -l)" -eq 40 ]
	[ "$(cat after-* | sort -n | tail -n 1)" -lt 9 ]
	[ "$(grep -l "is locked by process ${holders[0]} for" err-* |
		wc -l)" -eq 10 ]
	for i in "${names[@]}"; do
		if [ -e "m-$i" ]; then
			reads "$i" "m-$i" "$i"
		fi
		reads "$i" "first-$i"
	done
	# One file for all of them, too.
	echo all | as bob wax-seal "${names[@]/#/-c}" -o m
	for i in "${names[@]}"; do
		reads "$i" m all
	done
}

@test "files for several, sealed at once in either order, block nobody" {
	more_people p1 p2
	know bob p1 p2 alice
	local i pids=()
	for i in 1 2 3 4 5 6 7 8; do
		{
			for n in 1 2 3 4 5; do
				if [ $((i % 2)) -eq 0 ]; then
					set -- p1 p2 alice
				else
					set -- alice p2 p1
				fi
				echo "$i-$n" | as bob wax-seal -c "$1" -c "$2" \
					-c "$3" -o "m-$i-$n" || exit 1
			done
		} 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	for i in m-*; do
		reads alice "$i" "${i#m-}"
		reads p1 "$i" "${i#m-}"
		reads p2 "$i" "${i#m-}"
	done
}

@test "10,001 messages ahead is too far, 10,000 is not" {
	know bob alice
	know alice bob
	write bob alice a && reads alice a
	write alice bob b && reads bob b
	local i
	# The state goes along without the messages.
	for ((i = 0; i < 10000; i++)); do
		as bob wax-seal -c alice -o skipped /dev/null
		rm skipped
	done
	write bob alice last
	write bob alice over
	cp -a "$homes/alice" "$homes/other"
	unchanged call 4 as alice wax-open over
	err_has 'it skips more than 10000 messages'
	reads alice last
	[ "$(show alice bob waiting)" = 10000 ]
	reads alice over
	unchanged call 5 as alice wax-open last
	write alice bob r
	reads bob r
	write bob alice next
	reads alice next
}

@test "256 unknown callers, and one more" {
	local i callers=()
	for i in $(seq 257); do
		mkdir -m 700 "$homes/c"
		as c wax-keygen -n c 2>/dev/null
		know c alice
		write c alice "m-$i"
		write c alice "late-$i"
		reads alice "m-$i"
		callers+=("$(identity c)")
		rm -r "$homes/c"
		[ "$i" -gt 1 ] || sleep 1.1
	done
	[ "$(as alice wax-session list --json | jq length)" = 256 ]
	[ "$(as alice wax-session list --json |
		jq -r '.[].identity' | grep -cx "${callers[0]}")" = 0 ]
	# Who was heard first is gone, and does not come back.
	unchanged call 5 as alice wax-open late-1
	unchanged call 5 as alice wax-open m-1
	reads alice late-2
	reads alice late-257
}

@test "1,000 peers: what is for nobody is refused, and what is opens" {
	make -sC "$top" build/bench/callers
	# In memory, where there is such a place: there is much to flush.
	folder=$(mktemp -d -p /dev/shm wax.XXXXXX 2>/dev/null) ||
		folder=$(mktemp -d)
	homes=$folder
	mkdir -m 700 "$homes/many"
	as many wax-keygen 2>/dev/null
	"$top/build/bench/callers" "$homes/many" 1000 3 "$folder/others"
	mv "$folder"/others/[0-9] .
	rm -r "$folder/others"
	[ "$(as many wax-session list --json | jq length)" = 1000 ]
	chained noise 256 >noise
	unchanged call 3 as many timeout 60 wax-open noise
	out_is
	reads many 0 hello
	reads many 2 hello
	# Without the index all are looked at.
	rm "$homes/many/sessions/index"
	reads many 1 hello
	unchanged call 5 as many wax-open 1
}
