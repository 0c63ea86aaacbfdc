#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Archives that mean harm (tarcraft.py makes them): each is refused, with the
# entry's name and in words that do nothing but tell, and leaves nothing, neither
# where it was to go nor anywhere else.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2317 # functions are called by their names

load helpers

setup_file() {
	wax_environment
	wax_keys
	mkdir "$BATS_FILE_TMPDIR/cases" "$BATS_FILE_TMPDIR/outside"
	"$python" "$top/tests/tarcraft.py" hostile "$BATS_FILE_TMPDIR/cases" \
		"$BATS_FILE_TMPDIR/outside" >"$BATS_FILE_TMPDIR/list"
	# The age of the system, for wax-seal would put an envelope around one.
	local case
	for case in "$BATS_FILE_TMPDIR"/cases/*.env; do
		age -R "$BATS_FILE_TMPDIR/x.pub" -o "${case%.env}.age" "$case"
	done
}

setup() {
	wax_setup
	cases=$keys/cases
	craft=("$python" "$top/tests/tarcraft.py")
	open=(wax-open -i "$keys/x")
	# Sanitizers take their time.
	thin=1
	! is_sanitized || thin=3
	not_ascii=$'*[!\n -~]*'
	mkdir in
	echo old >in/good
	touch -d @1 in/good
}

# untouched: the target is as setup has made it, and nothing is beside it.
untouched() {
	local found
	shopt -s dotglob nullglob
	found=(* in/* "$keys"/outside/*)
	shopt -u dotglob nullglob
	[ "${found[*]}" = 'in in/good' ] || fail "there is: ${found[*]}"
	[ in/good -ot "$keys/list" ] || fail 'a file was changed'
}

# refused WHY COMMAND...: as call 1 and err_has, but without a process more, as
# there are hundreds. Nothing is shown but printable ASCII.
refused() {
	local why=$1 got=0 err
	shift
	"$@" >"$io/out" 2>"$io/err" || got=$?
	[ "$got" -eq 1 ] || fail "exit status $got of: $*"
	err=$(<"$io/err")
	[[ $err == wax-*': '*"$why"* ]] || fail "no '$why' from: $*"
	# shellcheck disable=SC2053 # a pattern
	[[ $err != $not_ascii ]] || fail "a bad message from: $*"
	untouched
}

# each_case FUNCTION [N]: calls it with name, who refuses it, and the reason, for
# each Nth only.
each_case() {
	local name who why n=0
	while IFS=$'\t' read -r name who why; do
		n=$((n + 1))
		[ $((n % ${2-1})) -eq 0 ] || continue
		"$1" "$name" "$who" "$why"
	done <"$keys/list"
	[ "$n" -gt 150 ]
}

@test "every hostile archive is refused beside a new folder" {
	each() {
		refused "$3" wax-unpack -C new "$cases/$1.tar"
		[ ! -s "$io/out" ]
	}
	each_case each
}

@test "hostile archives are refused inside an existing folder, with -f" {
	each() {
		refused "$3" wax-unpack -f -C in <"$cases/$1.tar"
		[ ! -s "$io/out" ]
	}
	# The folder is another, the archives are looked at as before.
	each_case each 3
}

@test "every hostile archive is refused by -t, but for names that are twice" {
	local list
	each() {
		if [ "$2" = all ]; then
			refused "$3" wax-unpack -t "$cases/$1.tar"
		else
			call 0 wax-unpack -t "$cases/$1.tar"
			err_is
		fi
		# What was listed before it is clean, and not it.
		list=$(<"$io/out")
		# shellcheck disable=SC2053
		[[ $list != $not_ascii && $list != *[./]./* ]] ||
			fail "listed in $1: $list"
	}
	each_case each "$thin"
}

@test "every hostile archive is refused when it comes sealed" {
	local why
	each() {
		case $1 in
		# Of frames, the envelope has words of its own.
		frame-* | window* | dictionary) why= ;;
		*) why=$3 ;;
		esac
		refused "$why" "${open[@]}" -C new "$cases/$1.age"
	}
	each_case each "$thin"
	call 0 "${open[@]}" "$cases/end-twice.age"
	out_same "$cases/end-twice.tar"
}

@test "the refusal names entry and position, escaped" {
	refused '' wax-unpack -C in "$cases/text-ustar-0.tar"
	err_is "wax-unpack: '$cases/text-ustar-0.tar': entry 4, 'a\\x1b[2Jb', $(
	)at byte 2560: the name has control characters or is not UTF-8"
	refused '' wax-unpack -C in "$cases/dots-2.tar"
	err_is "wax-unpack: '$cases/dots-2.tar': entry 4, 'a/../evil', $(
	)at byte 2560: the name leads out of the folder"
	local n
	for n in ustar gnu binary; do
		refused "'a\\x0ab'" wax-unpack -C in "$cases/text-$n-2.tar"
		refused "'a\\xe2\\x80\\xaegpj.exe'" wax-unpack -C in \
			"$cases/text-$n-8.tar"
		refused "'a\\xff'" wax-unpack -C in "$cases/text-$n-13.tar"
	done
	refused "'d\\x1b[2J'" wax-unpack -C in "$cases/fifo-terminal.tar"
	# A name of 5,000 bytes is not all shown.
	refused "'xxxx" wax-unpack -C in "$cases/long-0.tar"
	[ "$(wc -c <"$io/err")" -lt 500 ]
}

# A tree of all kinds, as good.tar and good.zst.
good() {
	mkdir -p "$io/tree/dir/sub"
	seq 500 >"$io/tree/file"
	seq 100 >"$io/tree/dir/sub/more"
	ln -s ../file "$io/tree/dir/link"
	(cd "$io/tree" && wax-pack --tar . >"$keys/good.tar" &&
		wax-pack . >"$keys/good.zst")
}

@test "an archive that is cut short, wherever, leaves nothing" {
	good
	local size at
	size=$(stat -c %s "$keys/good.tar")
	for ((at = 0; at < size; at += 256)); do
		head -c "$at" "$keys/good.tar" >"$io/cut"
		refused '' wax-unpack -C in "$io/cut"
		refused '' wax-unpack -t "$io/cut"
	done
	head -c $((size - 1)) "$keys/good.tar" >"$io/cut"
	refused 'the archive is cut short' wax-unpack -C new "$io/cut"
	size=$(stat -c %s "$keys/good.zst")
	[ "$size" -lt 3000 ]
	for ((at = 0; at < size; at += 37)) do
		head -c "$at" "$keys/good.zst" >"$io/cut"
		refused '' wax-unpack -C new "$io/cut"
	done
	head -c -1 "$keys/good.zst" >"$io/cut"
	refused 'the zstd data are cut short' wax-unpack -C new "$io/cut"
}

@test "a byte that is changed, wherever, is noticed by zstd's checksum" {
	good
	local size at
	size=$(stat -c %s "$keys/good.zst")
	for ((at = 0; at < size; at += 41)); do
		cp "$keys/good.zst" "$io/changed"
		printf '\125' | dd of="$io/changed" bs=1 seek="$at" conv=notrunc \
			status=none
		! cmp -s "$keys/good.zst" "$io/changed" || continue
		refused '' wax-unpack -C new "$io/changed"
	done
}

@test "a sealed archive that is cut or altered leaves nothing" {
	good
	age -R "$keys/x.pub" -o sealed "$cases/end-twice.env"
	local size at
	wax-seal -R "$keys/x.pub" -o "$io/sealed" "$io/tree"
	rm sealed
	size=$(stat -c %s "$io/sealed")
	for at in 0 1 100 $((size / 2)) $((size - 17)) $((size - 1)); do
		head -c "$at" "$io/sealed" >"$io/cut"
		refused '' "${open[@]}" -C new "$io/cut"
		refused '' "${open[@]}" -f -C in "$io/cut"
	done
	{ cat "$io/sealed"; echo; } >"$io/cut"
	refused '' "${open[@]}" -C new "$io/cut"
}

@test "the archive's words reach the end, or it is refused: pipes in pieces" {
	# libarchive looks for a second block of zeros, and finds rubbish.
	{
		head -c 512 /dev/zero
		printf '%0300d' 0
		sleep 0.3
		head -c 100000 /dev/zero
	} | refused 'something follows the archive' wax-unpack -C new
	{
		cat "$cases/end-missing.tar"
		head -c 512 /dev/zero
		sleep 0.3
		head -c 511 /dev/zero
	} | refused '' wax-unpack -C new
	{
		head -c 300 "$cases/end-missing.tar"
		sleep 0.1
		tail -c +301 "$cases/end-missing.tar"
		head -c 700 /dev/zero
		sleep 0.1
		head -c 324 /dev/zero
	} | call 0 wax-unpack -C new
	[ "$(cat new/good)" = good ]
}

@test "a limit on entries" {
	good
	for tool in "wax-unpack -t" "wax-unpack -C new"; do
		# shellcheck disable=SC2086
		refused 'there are more than 4 entries (--max-entries 0 allows it)' \
			$tool --max-entries 4 "$keys/good.zst"
	done
	call 0 wax-unpack -t --max-entries 5 "$keys/good.zst"
	[ "$(wc -l <"$io/out")" -eq 5 ]
	call 0 wax-unpack -C new --max-entries 0 "$keys/good.zst"
	diff -r "$io/tree" new
	wax-seal -R "$keys/x.pub" -o "$io/sealed" "$io/tree/file" "$io/tree/dir"
	rm -r new
	refused 'there are more than 2 entries' "${open[@]}" -C new \
		--max-entries 2 "$io/sealed"
	call 0 "${open[@]}" -C new --max-entries 5 "$io/sealed"
	call 2 wax-unpack -t --max-entries x "$keys/good.zst"
	call 2 wax-unpack -t --max-entries -1 "$keys/good.zst"
	call 2 "${open[@]}" --max-entries 3 "$io/sealed"
}

@test "a million entries by default, and no more" {
	! is_sanitized || skip 'it takes long with sanitizers'
	"${craft[@]}" count 1000001 | zstd -q1 >"$io/large"
	call 1 "$python" "$top/tests/craft.py" peak kib \
		wax-unpack -t --max-ratio 0 "$io/large"
	err_has 'there are more than 1000000 entries'
	[ "$(wc -l <"$io/out")" -eq 1000000 ]
	[ "$(cat kib)" -lt 32768 ] || fail "$(cat kib) KiB"
}

@test "a limit on the folders that names imply" {
	mkdir -p "$io/tree/a/b/c/d"
	: >"$io/tree/a/b/c/d/e"
	: >"$io/tree/f"
	(cd "$io/tree" && tar -cf "$io/a.tar" a/b/c/d/e f)
	refused 'there are more than 3 folders (--max-entries 0 allows it)' \
		wax-unpack -C new --max-entries 3 "$io/a.tar"
	call 0 wax-unpack -t --max-entries 3 "$io/a.tar"
	call 0 wax-unpack -C new --max-entries 4 "$io/a.tar"
	diff -r "$io/tree" new
	rm -r new
	call 0 wax-unpack -C new --max-entries 0 "$io/a.tar"
	# 5,000 entries, 255 folders each.
	"$python" - >"$io/many" <<-EOF
		import sys; sys.path.insert(0, "$top/tests")
		import tarcraft
		deep = b"d/" * 254 + b"f"
		sys.stdout.buffer.write(b"".join(
		    tarcraft.long(b"%d/" % i + deep)[0] for i in range(5000)))
	EOF
	rm -r new
	refused 'there are more than 5000 folders' wax-unpack -C new \
		--max-entries 5000 "$io/many"
}

@test "a map of a sparse file that needs much memory" {
	! is_sanitized || skip 'sanitizers need memory of their own'
	"$python" - <<-EOF | zstd -q >"$io/map"
		import sys; sys.path.insert(0, "$top/tests")
		import tarcraft
		n = 15000000
		data = b"%d\n" % n + b"0\n0\n" * n
		key = b"GNU.sparse."
		sys.stdout.buffer.write(tarcraft.pax(
		    (key + b"major", b"1"), (key + b"minor", b"0"),
		    (key + b"realsize", b"5")) + tarcraft.file(b"x", data))
	EOF
	[ "$(stat -c %s "$io/map")" -lt 20000 ]
	local got=0
	"$python" "$top/tests/craft.py" peak "$io/kib" wax-unpack -C new \
		--max-ratio 0 "$io/map" >"$io/out" 2>"$io/err" || got=$?
	[ "$got" -eq 7 ] || [ "$got" -eq 1 ] || fail "exit status $got"
	[ -s "$io/err" ]
	untouched
	[ "$(cat "$io/kib")" -lt 300000 ] || fail "$(cat "$io/kib") KiB"
}

@test "a file that is called like a device is none" {
	echo hello >"$io/stdout"
	wax-seal -z -R "$keys/x.pub" -o "$io/sealed" "$io/stdout"
	call 2 "${open[@]}" -C /dev "$io/sealed"
	out_is
}

@test "a limit on the size of all files together" {
	good
	local size
	size=$(cat "$io/tree/file" "$io/tree/dir/sub/more" | wc -c)
	for tool in "wax-unpack -t" "wax-unpack -C new"; do
		# shellcheck disable=SC2086
		refused "the files are larger than $((size - 1)) bytes $(
		)(--max-size 0 allows it)" \
			$tool --max-size $((size - 1)) "$keys/good.tar"
		# shellcheck disable=SC2086
		refused 'the files are larger than 1024 bytes' \
			$tool --max-size 1K "$keys/good.tar"
	done
	call 0 wax-unpack -t --max-size "$size" "$keys/good.tar"
	call 0 wax-unpack -t --max-size 1G "$keys/good.tar"
	call 0 wax-unpack -t --max-size 0 "$keys/good.tar"
	call 2 wax-unpack -t --max-size 1X "$keys/good.tar"
	call 2 wax-unpack -t --max-size 99999999T "$keys/good.tar"
}

@test "a limit on how much an archive grows" {
	"$python" - >"$io/bomb" <<-EOF
		import sys; sys.path.insert(0, "$top/tests")
		import tarcraft
		n = 100 << 20
		sys.stdout.buffer.write(tarcraft.zstd(
		    tarcraft.header(b"f", size=n), zeros=n + (1 << 17)))
	EOF
	refused "more than 1000 times its size (--max-ratio 0 allows it)" \
		wax-unpack -C new "$io/bomb"
	refused 'more than 20000 times' wax-unpack -t --max-ratio 20000 "$io/bomb"
	call 0 wax-unpack -t --max-ratio 100000 "$io/bomb"
	out_is f
	call 0 wax-unpack -t --max-ratio 0 "$io/bomb"
	out_is f
	# Sparse files are lifted, too, and stay sparse.
	call 0 wax-unpack -C new --max-ratio 0 "$cases/sparse-0.1.tar"
	[ "$(stat -c %s new/s)" -eq $((1 << 39)) ]
	[ "$(stat -c %b new/s)" -lt 1000 ]
}

@test "bombs need little memory, and end soon" {
	! is_sanitized || skip 'sanitizers need memory of their own'
	local name
	for name in bomb-file bomb-skipped bomb-behind sparse-1.0 pax-huge \
		gnu-huge special-many long-0 deep-0 window-huge; do
		call 1 timeout 10 "$python" "$top/tests/craft.py" peak "$io/kib" \
			wax-unpack -C new "$cases/$name.tar"
		[ "$(cat "$io/kib")" -lt 24576 ] ||
			fail "$(cat "$io/kib") KiB for $name"
	done
	untouched
}

@test "no program is run, whatever an archive begins with" {
	mkdir "$io/bin"
	local name
	for name in lrzip grzip lzop gzip uudecode rpm2cpio 7z unzip sh; do
		printf '#!/bin/sh\n: >%s/ran\nexec cat\n' "$keys" >"$io/bin/$name"
		chmod +x "$io/bin/$name"
	done
	# Not because there are walls, either.
	cc -o "$io/without" "$top/tests/walls/without.c"
	for name in "$cases"/other-*.tar; do
		PATH="$io/bin:$PATH" refused '' wax-unpack -C new "$name"
		PATH="$io/bin:$PATH" refused '' "$io/without" both \
			wax-unpack -C new "$name"
	done
	[ ! -e "$keys/ran" ]
}

# race SECONDS NAME COMMAND...: unpacks again and again, while somebody exchanges
# a folder for a link to another one; until something is in that one.
race() {
	local end=$((SECONDS + $1)) name=$2 n=0
	shift 2
	mkdir "$name"
	ln -sfn "$PWD/$name" link
	./swap-it link 3>&- &
	local swapper=$!
	while [ "$SECONDS" -le "$end" ] && [ -z "$(ls -A "$name")" ]; do
		"$@" >"$io/race" 2>&1 || :
		# The folder may be where the link was, and they change.
		rm -rf new swap other 2>/dev/null || :
		[ -L link ] || rm -rf link 2>/dev/null || :
		ln -sfn "$PWD/$name" link 2>/dev/null || :
		n=$((n + 1))
	done
	kill "$swapper"
	wait "$swapper" || :
	rm -rf new swap other .wax-*
	echo "# $name: $n rounds, outside: $(find "$name" -type f | wc -l)" >&3
}

@test "folders that are replaced by links meanwhile lead nowhere" {
	# In memory, where a round takes no time.
	if [ -w /dev/shm ]; then
		cd "$(mktemp -d "/dev/shm/wax-$$-XXXXXX")"
	fi
	cc -D_GNU_SOURCE -o swap-it "$top/tests/walls/swap.c"
	cc -o without "$top/tests/walls/without.c"
	"$python" - >race.tar <<-EOF
		import sys; sys.path.insert(0, "$top/tests")
		import tarcraft
		sys.stdout.buffer.write(b"".join(
		    tarcraft.file(b"swap/%d" % i) + tarcraft.file(b"other/%d" % i)
		    for i in range(300)) + tarcraft.END)
	EOF
	# A program that does not look shows that the swapping works.
	race 10 gnu tar -xf race.tar
	[ -n "$(ls -A gnu)" ] || skip 'swapping has no effect here'
	race 2 wax wax-unpack -C new race.tar
	[ -z "$(ls -A wax)" ]
	# And once more without the first wall.
	race 2 bare ./without landlock wax-unpack -C new race.tar
	[ -z "$(ls -A bare)" ]
}

teardown() {
	rm -rf /dev/shm/wax-$$-??????
}
