# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2030,SC2031,SC2154
# Faults in the system calls of wax-card, of which tests/card.bats tries some and
# tests/long/faults.bats all; helpers.bash comes before it.

# To be called by setup_file(): a home with a card, in $keys/h.
cards_setup_file() {
	local folder=$BATS_FILE_TMPDIR
	mkdir -m 700 "$folder/h"
	wax-keygen -n 'Zoë + Max' -o "$folder/h/identity" 2>/dev/null
	WAX_HOME=$folder/h wax-card >"$folder/card"
	if (cd "$folder" && strace -qq -o trace -e inject=getppid:error=EIO \
		true) 2>/dev/null; then
		touch "$folder/can-trace"
	fi
}

# To be called by setup(): a home with that identity, and nothing else.
cards_setup() {
	export WAX_HOME=$BATS_TEST_TMPDIR/h
	mkdir -m 700 "$WAX_HOME"
	cp "$keys/h/identity" "$WAX_HOME"
	home=$WAX_HOME
}

# calls COMMAND...: the system calls of a good run after the loader's, as lines
# "NAME K", and which faults they get.
calls() {
	strace -qq -e signal=none -o trace "$@" >/dev/null
	awk -F'(' '{
		n[$1]++
		begun = begun || /^fcntl\(0, F_GETFD/
		if (!begun)
			next
		what = "signal=KILL error=ENOSPC error=EIO error=EINTR"
		if ($1 ~ /^(exit_group|brk)$/)
			what = "signal=KILL"
		# Nobody else sees these: one error stands for all, and being
		# killed there is as being killed at the next of the others.
		else if ($1 ~ /^(m(map|protect|lock|advise)|mun|rt_sig)/)
			what = "error=ENOSPC"
		m = split(what, w, " ")
		for (i = 1; i <= m; i++)
			print $1, n[$1], w[i]
	}' trace
}

# some RUNS: as many of these lines, first one of each call and fault, or, for 0,
# all; FAULTS_SEED chooses which.
some() {
	local seed=${FAULTS_SEED:-$RANDOM}
	if [ "$1" -eq 0 ]; then
		cat
		return
	fi
	echo "# $1 faults, those of FAULTS_SEED=$seed" >&3
	shuf --random-source=<(yes "$seed" 3>&- 2>/dev/null) |
		awk -v runs="$1" '
		!seen[$1 " " $3]++ { print NR, $0; next }
		{ print NR + 1000000, $0 }' | sort -n | head -n "$1" | cut -d' ' -f2-
}

# run_faults PREKEYS PART COMMAND...: runs it with each second fault of the list,
# from the home in $from. Whatever happens, the state opens, a card that was
# written out is the current one, and there are as many prekeys in the end.
run_faults() {
	local prekeys=$1 part=$2 n=0 name k what got size
	shift 2
	export WAX_HOME=$work/home$part
	cd "$work" || return 1
	while read -r name k what; do
		((++n % 2 == part)) || continue
		rm -rf "$WAX_HOME"
		cp -a "$from" "$WAX_HOME"
		got=0
		strace -qq -o /dev/null -e trace="$name" \
			-e "inject=$name:$what:when=$k" "$@" \
			>"out$part" 2>"err$part" || got=$?
		"$@" >"next$part" 2>"err2$part" || {
			echo "$name $k $what: then exit $?"
			cat "err2$part"
		}
		size=$(stat -c %s "out$part" "next$part" "$WAX_HOME/prekeys")
		# shellcheck disable=SC2086 # three numbers
		set -- $size "$@"
		[ "$1" -eq 0 ] || [ "$1" -eq "$2" ] ||
			echo "$name $k $what: half a card"
		[ "$1" -eq 0 ] || cmp -s "out$part" "next$part" ||
			echo "$name $k $what: a card whose prekey is lost"
		[ "$1" -gt 0 ] || [ "$got" -ne 0 ] ||
			echo "$name $k $what: exit 0 without a card"
		[ "$3" -eq $((77 + 88 * prekeys + $2)) ] ||
			echo "$name $k $what: prekeys of $3 bytes"
		shift 3
		[[ $what = signal=* ]] || [ -z "$(find "$WAX_HOME" -name '.wax*')" ] ||
			echo "$name $k $what: something is left"
	done <list
	echo "$n faults" >"done$part"
}

# faults_of_cards first|next [RUNS]: of the run that makes the home's first card,
# or a newer one.
faults_of_cards() {
	local other from=$keys/h prekeys=2
	[ -e "$keys/can-trace" ] || skip 'strace may not trace here'
	if [ "$1" = first ]; then
		from=$home
		prekeys=1
	fi
	cp -a "$from" traced
	WAX_HOME=$work/traced calls wax-card -n Max >all
	# Of the first run, only what makes the key and the files.
	if [ "$1" = first ]; then
		grep -E '^(open|link|rename|f|write|close|getr)' all >these
	else
		mv all these
	fi
	some "${2-0}" <these >list
	rm -rf traced done0 done1
	# The shell tells on stderr how each run ends.
	(run_faults "$prekeys" 0 wax-card -n Max) >wrong0 2>told0 3>&- &
	other=$!
	(run_faults "$prekeys" 1 wax-card -n Max) >wrong1 2>told1 3>&-
	wait "$other"
	cat wrong0 wrong1 >wrong
	head -n 50 wrong
	[ ! -s wrong ]
	[ -e done0 ]
	[ -e done1 ]
	[ "$(wc -l <list)" -gt 50 ]
	WAX_HOME=$home
}
