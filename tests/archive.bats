#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Packing and unpacking among friends: what goes in comes out, by our tools and
# by those that everybody has, and what is asked for that cannot be.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

setup_file() {
	wax_environment
	wax_keys
}

setup() {
	wax_setup
	craft=("$python" "$top/tests/tarcraft.py")
}

# Runs a command for which modes count, as they do for others than root.
plain() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --bounding-set -all --inh-caps -all "$@"
	else
		"$@"
	fi
}

# tree: one with something of each kind, whose times are whole seconds.
tree() {
	mkdir -p tree/a/b/c tree/empty "tree/with space" tree/.hidden \
		tree/closed
	seq 20000 >tree/a/large
	printf '#!/bin/sh\n' >tree/a/b/run
	: >tree/a/b/c/nothing
	echo x >"tree/with space/-rf *"
	echo y >tree/.hidden/.dot
	echo z >"tree/$(printf 'caf\303\251 \346\274\242 \360\237\230\200')"
	echo secret >tree/closed/file
	ln -s b/run tree/a/link
	ln -s ../../.hidden tree/a/b/up
	ln -s nowhere tree/dangling
	ln -s . tree/self
	chmod 755 tree/a/b/run
	chmod 600 tree/closed/file
	chmod 700 tree/closed
	whole_seconds tree
}

# whole_seconds DIR: as its times, a different one for each.
whole_seconds() {
	local name n=1000000000
	find "$1" -depth -not -type l | while read -r name; do
		n=$((n + 100))
		touch -d "@$n" "$name"
	done
}

# In memory, nothing waits for a disk that others make busy.
in_memory() {
	if [ -w /dev/shm ]; then
		cd "$(mktemp -d "/dev/shm/wax-$$-XXXXXX")" || return
	fi
}

# is_tree DIR [OTHER]: it is the same, in all that is kept.
is_tree() {
	diff <(describe "${2-tree}") <(describe "$1") &&
		diff -r --no-dereference "${2-tree}" "$1"
}

describe() {
	(cd "$1" && find . -mindepth 1 -type l -printf '%P -> %l\n' \
		-o -mindepth 1 -printf '%P %y %m %T@\n' | sort)
}

# opens ARCHIVE: it is unpacked, and is the tree, under that name.
opens() {
	rm -rf out
	call 0 wax-unpack -C out "$@"
	out_is
	err_is
	is_tree out/tree
	folder_holds out tree
}

@test "what GNU tar makes, in each of its formats" {
	tree
	local format
	for format in gnu oldgnu pax posix ustar v7; do
		tar --format=$format -cf a.tar tree 2>"$io/err" ||
			[ "$format" = v7 ]
		opens a.tar
		tar --format=$format -c tree | zstd -q >a.zst
		opens a.zst
	done
	tar --format=pax --owner=nobody --numeric-owner -H pax -b 1 -cf a.tar tree
	opens a.tar
	tar -cf a.tar --sort=name --no-recursion tree/a/large tree
	call 0 wax-unpack -C loose a.tar
	folder_holds loose tree
}

@test "what bsdtar makes, in each of its formats" {
	needs bsdtar
	tree
	local format
	for format in pax ustar gnutar v7; do
		LC_ALL=C.UTF-8 bsdtar --format="$format" -cf a.tar tree
		opens a.tar
	done
	LC_ALL=C.UTF-8 bsdtar -cf a.tar tree
	opens a.tar
	LC_ALL=C.UTF-8 bsdtar --zstd --options zstd:threads=2 -cf a.zst tree
	opens a.zst
}

@test "what Python makes, in each of its formats, and npm" {
	tree
	local format
	for format in USTAR GNU PAX; do
		"$python" - "$format" >a.tar <<-'EOF'
			import sys, tarfile
			format = getattr(tarfile, sys.argv[1] + "_FORMAT")
			with tarfile.open(fileobj=sys.stdout.buffer, mode="w|",
			                  format=format, encoding="utf-8") as t:
			    t.add("tree")
		EOF
		opens a.tar
	done
	# Files without their folders, all of one time, as npm pack has them.
	(cd tree && find . -type f -print0 | tar --null -T - --owner=0 --group=0 \
		--mtime='1985-10-26 08:15:00Z' --transform 's,^\.,package,' \
		--format=ustar -cf ../npm.tar)
	call 0 wax-unpack -C npm npm.tar
	[ "$(cd npm/package && find . -type f | sort)" = \
		"$(cd tree && find . -type f | sort)" ]
	[ "$(stat -c %Y npm/package/a/large)" -eq 499162500 ]
	cmp npm/package/a/large tree/a/large
}

@test "what git archive makes, with its global header" {
	needs git
	git init -q repository
	echo hello >repository/file
	local git=(git -C repository -c user.name=x -c user.email=x
		-c commit.gpgsign=false)
	"${git[@]}" add file
	"${git[@]}" commit -qm x
	git -C repository archive --prefix=project/ HEAD >a.tar
	grep -qa pax_global_header a.tar
	call 0 wax-unpack -C out a.tar
	out_is
	err_is
	[ "$(cat out/project/file)" = hello ]
	[ "$(find out -type f | wc -l)" -eq 1 ]
}

@test "archives that are odd, and good" {
	in_memory
	mkdir "$io/odd"
	"${craft[@]}" honest "$io/odd"
	local name n=0
	for name in "$io/odd"/*.tar; do
		call 0 wax-unpack -C out "$name"
		err_is
		[ "$(cat out/f)" = evil ]
		folder_holds out f
		[ "$(stat -c %u out/f)" -eq "$(id -u)" ]
		case $name in
		# An access list takes part in the mode.
		*/xattr.tar) ;;
		*) mode_is 644 out/f ;;
		esac
		[ -z "$("$python" -c 'import os; print(*os.listxattr("out/f"))')" ]
		rm -r out
		call 0 wax-unpack -t "$name"
		out_is f
		n=$((n + 1))
	done
	[ "$n" -gt 10 ]
}

@test "empty archives" {
	local size
	for size in 1024 10240 1048576; do
		head -c "$size" /dev/zero >a.tar
		call 0 wax-unpack -C out a.tar
		folder_holds out
		rmdir out
		zstd -q a.tar
		call 0 wax-unpack -t a.tar.zst
		out_is
		rm a.tar.zst
	done
	mkdir nothing
	call 0 wax-pack -o a.zst nothing
	call 0 wax-unpack -t a.zst
	out_is nothing/
	(cd nothing && call 0 wax-pack .)
	cp "$io/out" a.zst
	call 0 wax-unpack -C out a.zst
	folder_holds out
}

@test "what wax-pack makes, tar, bsdtar and Python take apart" {
	tree
	call 0 wax-pack -o a.tar.zst tree
	out_is
	err_is
	opens a.tar.zst
	call 0 wax-pack --tar tree
	cp "$io/out" a.tar
	[ "$(zstd -dc a.tar.zst | cksum)" = "$(cksum <a.tar)" ]
	opens - <a.tar
	mkdir gnu zstd bsd python
	tar -xf a.tar -C gnu
	is_tree gnu/tree
	zstd -dc a.tar.zst | tar -xC zstd
	is_tree zstd/tree
	"$python" -c 'import tarfile; tarfile.open("a.tar").extractall("python")'
	is_tree python/tree
	if command -v bsdtar >/dev/null; then
		LC_ALL=C.UTF-8 bsdtar -xf a.tar.zst -C bsd
		is_tree bsd/tree
	fi
}

@test "several paths sealed, opened with age, zstd and tar" {
	tree
	echo hello >note
	call 0 wax-seal -z -R "$keys/x.pub" -o sealed tree note
	mkdir gnu
	age -d -i "$keys/x" sealed | zstd -dc | tar -xC gnu
	is_tree gnu/tree
	cmp note gnu/note
	call 0 wax-open -i "$keys/x" -C out sealed
	is_tree out/tree
	cmp note out/note
	call 0 wax-open -i "$keys/x" sealed
	tar -tf "$io/out" >list
	[ "$(wc -l <list)" -gt 10 ]
}

@test "an archive tells nothing of who made it, and is the same every time" {
	tree
	wax-pack --tar tree >one
	wax-pack --tar tree >two
	cmp one two
	tar --numeric-owner -tvf one >list
	! grep -v ' 0/0 ' list || fail 'owners'
	[ "$(id -un)" = root ] || ! grep -qa "$(id -un)" one || fail 'a name'
	! grep -qaE 'SCHILY|LIBARCHIVE|atime|ctime|[0-9]\.[0-9]{9}' one ||
		fail 'more than is needed'
	# Fractions of a second, set-user-ID and hard links are not kept.
	mkdir more
	echo x >more/a
	ln more/a more/b
	chmod 6755 more/a
	touch -d @1000000000.987654321 more/a
	wax-pack -o more.zst more
	call 0 wax-unpack -C out more.zst
	mode_is 755 out/more/a
	[ "$(stat -c %.9Y out/more/a)" = 1000000000.000000000 ]
	[ "$(stat -c %h out/more/b)" -eq 1 ]
	cmp out/more/a out/more/b
}

@test "names of any length, and as deep as it goes" {
	local n name long
	long=$(printf '%0255d' 0)
	mkdir names
	for n in 1 98 99 100 101 155 156 254 255; do
		name=${long:0:$n}
		echo "$n" >"names/$name"
		mkdir -p "names/d$n/$long"
		ln -s "$name" "names/d$n/${long:0:$((n - n / 5))}"
		echo "$n" >"names/d$n/$long/$name"
	done
	name=names/deep
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do
		name=$name/$long
	done
	mkdir -p "$name"
	echo deep >"$name/file"
	name=names/deeper
	for ((n = 0; n < 253; n++)); do
		name=$name/d
	done
	mkdir -p "$name"
	echo deeper >"$name/f"
	call 0 wax-pack -o a.zst names
	call 0 wax-unpack -C out a.zst
	diff -r --no-dereference names out/names
	call 0 wax-unpack -t a.zst
	[ "$(wc -l <"$io/out")" -eq "$(find names | wc -l)" ]
	mkdir gnu "$name/x"
	zstd -dc a.zst | tar -xC gnu
	diff -r --no-dereference out/names gnu/names
	# One level more is too many.
	: >"$name/x/y"
	call 2 wax-pack -o b.zst names
	err_has 'nested too deep'
	[ ! -e b.zst ]
}

@test "the umask takes its bits, and only those" {
	mkdir -m 777 open
	echo x >open/file
	echo x >open/program
	chmod 666 open/file
	chmod 777 open/program
	wax-pack -o a.zst open
	local mask want
	for mask in 000 002 022 027 077; do
		want=$((8#777 & ~8#$mask))
		(umask "$mask" && call 0 wax-unpack -C out a.zst)
		mode_is "$(printf %o $want)" out
		mode_is "$(printf %o $want)" out/open
		mode_is "$(printf %o $want)" out/open/program
		mode_is "$(printf %o $((want & 8#666)))" out/open/file
		rm -r out
		mkdir -m 755 out
		(umask "$mask" && call 0 wax-unpack -C out a.zst)
		mode_is 755 out
		mode_is "$(printf %o $want)" out/open
		rm -r out
	done
}

@test "in a folder with the set-group-ID bit, which is not the archive's" {
	mkdir -m 2775 shared
	mkdir -m 775 tree
	: >tree/file
	wax-pack -o a.zst tree
	call 0 wax-unpack -C shared a.zst
	call 0 wax-unpack -C shared/new a.zst
	mode_is 2775 shared
	[ -f shared/tree/file ]
	[ -f shared/new/tree/file ]
	folder_holds shared tree new
}

@test "folders that may not be written to, also for others than root" {
	needs setpriv
	mkdir -p tree/one/two/three tree/file-in
	echo x >tree/one/two/three/file
	echo x >tree/one/x
	whole_seconds tree
	chmod 555 tree/one/two/three tree/one/two tree/one tree
	call 0 plain wax-pack -o a.zst tree
	call 0 plain wax-unpack -C out a.zst
	is_tree out/tree
	mkdir inside
	call 0 plain wax-unpack -C inside a.zst
	is_tree inside/tree
	call 2 plain wax-unpack -C inside -f a.zst
	err_has "'tree' exists in 'inside'"
	folder_holds inside tree
	# One that fails in the end leaves none of them.
	{ wax-pack --tar tree; echo; } >bad.tar
	call 1 plain wax-unpack -C new bad.tar
	call 1 plain wax-unpack -C inside bad.tar
	folder_holds inside tree
	[ ! -e new ]
	# Where there is none for the owner to read, he gets it.
	chmod 000 tree/file-in
	wax-pack --tar tree >odd.tar
	call 0 plain wax-unpack -C odd odd.tar
	mode_is 500 odd/tree/file-in
	chmod -R u+w tree out inside odd
}

@test "ten thousand files" {
	in_memory
	mkdir many
	(cd many && seq 10000 | split -l 1 -a 4 -d)
	call 0 wax-pack -o a.zst many
	call 0 wax-unpack -C out a.zst
	diff -r many out/many
	call 0 wax-unpack -t a.zst
	[ "$(wc -l <"$io/out")" -eq 10001 ]
}

@test "sparse files stay so, and may be larger than 8 GiB" {
	mkdir tree
	truncate -s 100M tree/sparse
	echo end | dd of=tree/sparse bs=1 seek=90000000 conv=notrunc status=none
	local format
	for format in gnu pax; do
		tar --format=$format -Scf a.tar tree
		call 0 wax-unpack -C out --max-ratio 0 a.tar
		cmp tree/sparse out/tree/sparse
		[ "$(stat -c %b out/tree/sparse)" -lt 1000 ]
		rm -r out
	done
	truncate -s 9G large
	tar --format=gnu -Scf a.tar large
	call 1 wax-unpack -C out a.tar
	err_has '--max-ratio 0 allows it'
	call 0 wax-unpack -C out --max-ratio 0 a.tar
	[ "$(stat -c %s out/large)" -eq $((9 << 30)) ]
	[ "$(stat -c %b out/large)" -lt 1000 ]
}

@test "-t lists as it stands there" {
	tree
	tar --format=pax -cf a.tar tree/a tree/dangling ./tree/.hidden
	call 0 wax-unpack -t a.tar
	sort "$io/out" >list
	sort >want <<-EOF
		tree/a/
		tree/a/b/
		tree/a/b/c/
		tree/a/b/c/nothing
		tree/a/b/run
		tree/a/b/up -> ../../.hidden
		tree/a/large
		tree/a/link -> b/run
		tree/dangling -> nowhere
		tree/.hidden/
		tree/.hidden/.dot
	EOF
	diff want list
	err_is
	holds tree a.tar list want
	call 0 wax-unpack --list --quiet - <a.tar
	call 2 wax-unpack -t -C out a.tar
	call 2 wax-unpack -t -f a.tar
	holds tree a.tar list want
	# Names are given as they are, whatever the locale.
	wax-pack --tar tree/caf* >b.tar
	LC_ALL=POSIX call 0 wax-unpack -t b.tar
	out_is "$(echo tree/caf*)"
	call 7 sh -c 'wax-unpack -t a.tar >/dev/full'
}

@test "without -C it unpacks here, and reads what it is told to" {
	tree
	wax-pack --tar tree >a.tar
	mkdir here
	(
		cd here
		call 0 wax-unpack ../a.tar
		is_tree tree ../tree
		rm -r tree
		call 0 wax-unpack <../a.tar
		is_tree tree ../tree
		rm -r tree
		# shellcheck disable=SC2002
		cat ../a.tar | call 0 wax-unpack -q -C . -
		is_tree tree ../tree
	)
	call 7 wax-unpack missing
	err_is "wax-unpack: 'missing': No such file or directory"
	call 2 wax-unpack tree
	call 2 wax-unpack a.tar a.tar
	call 2 wax-unpack -C '' a.tar
	call 2 wax-unpack -C x -C y a.tar
	call 7 sh -c 'wax-unpack -C new <&-'
	call 2 wax-unpack --no-such-option
	call 0 wax-unpack -C -odd -- a.tar
	is_tree ./-odd/tree
}

@test "what exists is not touched" {
	mkdir tree in
	echo new >tree/one
	echo new >tree/two
	mkdir tree/folder
	(cd tree && wax-pack .) >a.zst
	echo old >in/two
	find in/* -printf '%p %i %m %T@\n' >"$io/before"
	call 2 wax-unpack -C in a.zst
	err_is "wax-unpack: 'two' exists in 'in' (-f replaces it)"
	find in/* -printf '%p %i %m %T@\n' | diff "$io/before" -
	# With -f it is replaced, and what else is there stays.
	echo more >in/more
	ln -s missing in/one
	call 0 wax-unpack -f -C in a.zst
	folder_holds in one two folder more
	cmp in/one tree/one
	cmp in/two tree/two
	[ ! -L in/one ]
	[ ! -e in/missing ]
	# A folder is not, nor gives a file way to one.
	call 2 wax-unpack -f -C in a.zst
	err_is "wax-unpack: 'folder' exists in 'in' $(
	)(move it away, or unpack elsewhere)"
	rmdir in/folder
	echo old >in/folder
	call 2 wax-unpack -f -C in a.zst
	err_has "'folder' exists in 'in'"
	[ "$(cat in/folder)" = old ]
	folder_holds in one two folder more
	rm in/folder
	mkdir in/one.d
	rm in/one
	mv in/one.d in/one
	call 2 wax-unpack -f -C in a.zst
	folder_holds in one two more
}

@test "a folder that cannot be" {
	needs setpriv
	mkdir tree locked
	wax-pack --tar tree >a.tar
	echo x >file
	ln -s nowhere dangling
	ln -s loop loop
	chmod 555 locked
	call 2 wax-unpack -C file a.tar
	err_is "wax-unpack: 'file' is no folder"
	call 2 wax-unpack -C file/in a.tar
	call 2 wax-unpack -C dangling a.tar
	err_is "wax-unpack: 'dangling' is no folder"
	call 2 wax-unpack -C loop a.tar
	call 7 wax-unpack -C missing/in a.tar
	err_is "wax-unpack: the folder of 'missing/in': No such file or directory"
	call 7 plain wax-unpack -C locked a.tar
	err_is "wax-unpack: 'locked': Permission denied"
	call 7 plain wax-unpack -C locked/in a.tar
	err_has "'locked/in': Permission denied"
	[ "$(cat file)" = x ]
	folder_holds locked
	holds tree locked file dangling loop a.tar
	# A link to one is as good.
	mkdir real
	ln -s real link
	call 0 wax-unpack -C link a.tar
	folder_holds real tree
	call 0 wax-unpack -C ./new/ a.tar
	folder_holds new tree
}

# packed PATH... -- NAME...: the names under which the paths are packed.
packed() {
	local paths=()
	while [ "$1" != -- ]; do
		paths+=("$1")
		shift
	done
	shift
	call 0 wax-pack --tar "${paths[@]}"
	tar -tf "$io/out" >"$io/list"
	printf '%s\n' "$@" | diff - <(sort "$io/list")
}

@test "what is named, and what it is called then" {
	mkdir -p a/b other
	echo x >a/b/f
	echo x >a.b
	echo x >./-o
	ln -s a link
	packed a -- a/ a/b/ a/b/f
	packed a/ -- a/ a/b/ a/b/f
	packed ./a -- a/ a/b/ a/b/f
	packed a/b -- a/b/ a/b/f
	packed a//./b/f -- a/b/f
	packed "$PWD/a/b" -- b/ b/f
	packed "$PWD/a/b/f" -- f
	packed a.b a -- a.b a/ a/b/ a/b/f
	packed other/../a/b -- b/ b/f
	(cd other && packed ../a/b -- b/ b/f)
	(cd a && packed . -- b/ b/f)
	(cd a && packed ./. -- b/ b/f)
	packed a/. -- a/ a/b/ a/b/f
	call 0 wax-pack --tar -- -o a.b
	[ "$(tar -tf "$io/out")" = "$(printf '%s\n' -o a.b)" ]
}

@test "what is named twice, and what has no name" {
	mkdir -p a/b other
	echo x >a/b/f
	echo x >a.b
	local n
	set -- 'a a' 'a ./a' 'a a/b' 'a/b a' 'a/b/f a' 'a a.b a/b/f' '. a' 'a .' \
		'. .' "a/b/f $PWD/a/b" "$PWD/a a" 'other/../a a'
	[ $# -eq 12 ]
	# The tenth is no such case: b/f and a/b/f.
	for n; do
		case $n in
		a/b/f\ /*) want=0 ;;
		*) want=2 ;;
		esac
		# shellcheck disable=SC2086
		call "$want" wax-pack -o out.zst $n
		[ "$want" -eq 0 ] || err_has 'would be packed twice' \
			'(leave one path out, or pack them one by one)'
		rm -f out.zst
	done
	call 7 wax-pack -o out.zst ''
	for n in .. / a/.. ../.. // /.; do
		call 2 wax-pack -o out.zst "$n"
		[ ! -e out.zst ]
	done
	call 2 wax-pack -o out.zst
	err_has 'nothing to pack is named'
	call 7 wax-pack -o out.zst missing
	err_is "wax-pack: 'missing': No such file or directory"
	call 7 wax-pack -o out.zst a missing
	call 2 wax-pack --tar -z3 -o out.zst a
	call 2 wax-pack -z20 -o out.zst a
	err_is 'wax-pack: the levels of -z are 1 to 19 (as in -z19; files stand apart from it)'
	[ ! -e out.zst ]
}

@test "standard input is no path to be packed, a file of its name is" {
	local hint='standard input cannot be packed (./- names a file)'
	echo x | tee -- ./- >a
	call 2 wax-pack -o out.zst -
	err_is "wax-pack: $hint"
	call 2 wax-pack -o out.zst -- a -
	call 2 wax-seal -R "$keys/x.pub" -o out.seal . -
	err_is "wax-seal: $hint"
	holds a -
	call 0 wax-pack --tar -o out.tar ./-
	[ "$(tar -tf out.tar)" = - ]
}

@test "a level that stands apart is told from a path" {
	local hint="'19': No such file or directory (a level stands right behind: -z19)"
	echo x >a
	call 7 wax-pack -z 19 -o out.zst a
	err_is "wax-pack: $hint"
	call 7 wax-seal -z 19 -R "$keys/x.pub" -o out.seal a
	err_is "wax-seal: $hint"
	call 7 wax-seal -z 19 -R "$keys/x.pub" -o out.seal
	err_is "wax-seal: $hint"
	call 7 wax-seal -R "$keys/x.pub" -o out.seal 19
	err_is "wax-seal: '19': No such file or directory"
	holds a
}

@test "what is no file, folder or link is refused, alone and in a folder" {
	mkdir tree
	echo x >tree/file
	mkfifo tree/odd
	refused() {
		call 2 wax-pack -o out.zst tree
		err_has "wax-pack: 'tree/odd': $1"
		call 2 wax-pack -o out.zst tree/odd
		err_has "wax-pack: 'tree/odd': $1"
		call 2 wax-seal -R "$keys/x.pub" -o out.seal tree
		err_has "wax-pack: 'tree/odd': $1"
		rm tree/odd
		holds tree
	}
	refused 'a FIFO cannot be packed'
	"$python" -c 'import socket
socket.socket(socket.AF_UNIX).bind("tree/odd")'
	refused 'a socket cannot be packed'
	if mknod tree/odd c 1 3 2>/dev/null; then
		refused 'a device cannot be packed'
	fi
	call 2 wax-pack -o out.zst /dev/null
	err_has "'/dev/null': a device cannot be packed"
}

@test "links that lead out are refused, and names that are not text" {
	mkdir -p tree/a/b
	local target name
	for target in /etc/passwd .. ../.. ../../../../x a/../.. \
		b/../x; do
		ln -s "$target" tree/a/b/link
		case $target in
		../.. | ..)
			call 0 wax-pack -o out.zst tree
			rm out.zst
			# From here it is less deep.
			(cd tree/a/b && call 2 wax-pack -o out.zst .)
			;;
		*)
			call 2 wax-pack -o out.zst tree
			err_has "wax-pack: 'tree/a/b/link': the link leads out"
			;;
		esac
		rm tree/a/b/link
	done
	for name in $'a\nb' $'a\x1b[2Jb' $'\xff' $'\xe2\x80\xaex' $'\x7f'; do
		echo x >"tree/a/$name"
		call 2 wax-pack -o out.zst tree
		err_has 'the name has control characters or is not UTF-8'
		call 2 wax-pack -o out.zst "tree/a/$name"
		rm "tree/a/$name"
		mkdir "tree/$name"
		echo x >"tree/$name/file"
		call 2 wax-pack -o out.zst "tree/$name/file"
		call 0 wax-pack -o out.zst "$PWD/tree/$name/file"
		rm -r "tree/$name" out.zst
		ln -s "$name" tree/link
		call 2 wax-pack -o out.zst tree
		err_has "'tree/link': the link's target is no name"
		rm tree/link
	done
	holds tree
}

@test "what may not be read" {
	needs setpriv
	mkdir -p tree/folder
	echo x >tree/file
	chmod 000 tree/file
	call 7 plain wax-pack -o out.zst tree
	err_is "wax-pack: 'tree/file': Permission denied"
	chmod 644 tree/file
	chmod 000 tree/folder
	call 7 plain wax-pack -o out.zst tree
	err_is "wax-pack: 'tree/folder': Permission denied"
	# By the path that was named, whatever the entry would be called.
	call 7 plain wax-pack -o out.zst "$PWD/tree//"
	err_is "wax-pack: '$PWD/tree/folder': Permission denied"
	call 7 plain wax-pack -o out.zst tree/../tree
	err_is "wax-pack: 'tree/../tree/folder': Permission denied"
	(cd tree && call 7 plain wax-pack .)
	err_is "wax-pack: 'folder': Permission denied"
	chmod 755 tree/folder
	holds tree
}

@test "what lies in the tree and is the output is not packed" {
	mkdir tree
	echo x >tree/file
	local words
	words="wax-pack: the output, or a temporary file of wax's, lies in $(
	)what is packed, and is left out"
	call 0 wax-pack --tar -o tree/out.tar tree
	tar -tf tree/out.tar >list
	printf 'tree/\ntree/file\n' | diff - list
	# Nor the one of the last time.
	call 0 wax-pack --tar -f -o tree/out.tar tree
	err_is "$words"
	tar -tf tree/out.tar | diff list -
	wax-pack --tar tree >tree/out.tar 2>"$io/err"
	err_is "$words"
	tar -tf tree/out.tar | diff list -
	wax-seal -R "$keys/x.pub" tree >tree/out.tar 2>"$io/err"
	age -d -i "$keys/x" tree/out.tar | zstd -dc | tar -t | diff list -
	rm tree/out.tar
	# And what is unpacked or written meanwhile.
	mkdir tree/.wax-0123456789abcdef
	: >tree/.wax-fedcba9876543210
	wax-pack --tar tree | tar -t | diff list -
}

@test "the memory of packing is the same for a thousand files and for a hundred thousand" {
	! is_sanitized || skip 'sanitizers need memory of their own'
	in_memory
	"$python" - <<-'EOF'
		import os
		for i in range(100):
		    os.makedirs(f"large/{i}")
		    for n in range(1000):
		        os.close(os.open(f"large/{i}/a-name-of-a-file-{n}",
		                         os.O_CREAT | os.O_WRONLY))
	EOF
	local peak=("$python" "$top/tests/craft.py" peak)
	call 0 "${peak[@]}" all sh -c 'wax-pack --tar large >/dev/null'
	call 0 "${peak[@]}" one sh -c 'wax-pack --tar large/0 >/dev/null'
	echo "# 1,000: $(cat one) KiB, 100,000: $(cat all) KiB" >&3
	[ $(($(cat all) - $(cat one))) -lt 1024 ]
	wax-pack --tar large >a.tar
	call 0 "${peak[@]}" list sh -c 'wax-unpack -t a.tar >/dev/null'
	[ $(($(cat list) - $(cat one))) -lt 2048 ]
}

teardown() {
	chmod -R u+rwx "$work" 2>/dev/null || :
	rm -rf /dev/shm/wax-$$-??????
}
