#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Sealed files carried by real programs, between two homes: ssh and scp, git,
# FIFOs, netcat, split and cat. Each carries a plain, a signed and a chained
# message and an attachment. Servers listen on loopback only, and end by their
# process ids.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2016,SC2030,SC2031

load helpers
load people

setup_file() {
	wax_environment
	make_people ada bob
	random 20000000 "$BATS_FILE_TMPDIR/attachment"
	echo 'meet at nine' >"$BATS_FILE_TMPDIR/note"
	WAX_HOME=$BATS_FILE_TMPDIR/ada wax-seal -s -R "$BATS_FILE_TMPDIR/bob.card" \
		-o "$BATS_FILE_TMPDIR/attachment.seal" \
		"$BATS_FILE_TMPDIR/attachment"
	start_sshd
}

teardown_file() {
	local pid=$BATS_FILE_TMPDIR/sshd/pid
	[ ! -s "$pid" ] || kill "$(cat "$pid")"
}

setup() {
	wax_setup
	people ada bob
	know ada bob
	know bob ada
	jobs=()
}

teardown() {
	local pid
	for pid in "${jobs[@]}"; do
		kill "$pid" 2>/dev/null || :
	done
}

# An sshd with keys and configuration of its own, where one is installed; the
# file "config" is the client's. As root it wants a folder in /run, which it
# gets in a name space of its own, where that can be had: not in a chroot. A user whose account is locked is refused.
start_sshd() {
	local sshd folder=$BATS_FILE_TMPDIR/sshd port
	sshd=$(PATH=$PATH:/usr/sbin:/sbin command -v sshd) || return 0
	[ "$(id -u)" -ne 0 ] || [ -d /run/sshd ] || unshare -m true || return 0
	mkdir -m 700 "$folder" "$folder/home"
	port=$(free_port)
	ssh-keygen -q -t ed25519 -N '' -f "$folder/host"
	ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
	cat >"$folder/sshd_config" <<-EOF
		ListenAddress 127.0.0.1:$port
		HostKey $folder/host
		AuthorizedKeysFile $folder/key.pub
		PidFile $folder/pid
		StrictModes no
		UsePAM no
		PasswordAuthentication no
		PermitRootLogin yes
		Subsystem sftp internal-sftp
		SetEnv HOME=$folder/home PATH=$PATH LC_ALL=C
	EOF
	cat >"$folder/config" <<-EOF
		Host bob
		HostName 127.0.0.1
		Port $port
		User $(id -un)
		IdentityFile $folder/key
		IdentitiesOnly yes
		UserKnownHostsFile $folder/known
		StrictHostKeyChecking yes
		BatchMode yes
		LogLevel ERROR
	EOF
	echo "[127.0.0.1]:$port $(cat "$folder/host.pub")" >"$folder/known"
	set -- "$sshd" -e -f "$folder/sshd_config"
	if [ "$(id -u)" -eq 0 ] && [ ! -d /run/sshd ]; then
		set -- unshare -m sh -c 'mount -t tmpfs none /run &&
			mkdir -m 755 /run/sshd && exec "$@"' sh "$@"
	fi
	"$@" >"$folder/log" 2>&1 3>&- </dev/null && until_it_listens "$port"
}

ssh=(ssh -F "$BATS_FILE_TMPDIR/sshd/config" bob)
needs_sshd() {
	[ -s "$keys/sshd/pid" ] || skip 'without an sshd, or its folder in /run'
	"${ssh[@]}" true || fail "$(cat "$keys/sshd/log")"
}

# at_bob COMMAND: over ssh, in the test's folder and with Bob's home
at_bob() {
	"${ssh[@]}" "cd '$work' && export WAX_HOME='$homes/bob' && $1"
}

# forms: what is sealed, by name; seal FORM writes it. The attachment was sealed
# once for all.
forms='plain signed chained armored attachment'
seal() {
	case $1 in
	plain) set -- -r bob "$keys/note" ;;
	signed) set -- -s -r bob "$keys/note" ;;
	chained) set -- -c bob "$keys/note" ;;
	armored) set -- -a -c bob "$keys/note" ;;
	attachment)
		cat "$keys/attachment.seal"
		return
		;;
	esac
	as ada wax-seal "$@"
}

# The file that a form is made of.
source_of() {
	case $1 in
	attachment) echo "$keys/attachment" ;;
	*) echo "$keys/note" ;;
	esac
}

# arrived FORM FILE: Bob opens it, and it is what Ada has sealed.
arrived() {
	local from=(--from ada)
	[ "$1" != plain ] || from=()
	call 0 as bob wax-open "${from[@]}" -o "opened.$1" "$2"
	cmp "$(source_of "$1")" "opened.$1"
}

# all_arrive COMMAND: carries each form, or $few, as the file $1 to the file $2.
all_arrive() {
	local form
	for form in ${few:-$forms}; do
		seal "$form" >sent
		"$@" sent "got.$form"
		cmp sent "got.$form"
		arrived "$form" "got.$form"
	done
	call 5 as bob wax-open got.chained
}

# in_a_pipe RECEIVER...: seals each form into a pipe, whose other end opens.
in_a_pipe() {
	local form
	for form in $forms; do
		seal "$form" | "$@" "opened.$form"
		cmp "$(source_of "$form")" "opened.$form"
	done
}

# with_status COMMAND...: its exit status, to the file "status"
with_status() {
	local status=0
	"$@" 2>"$io/err" || status=$?
	echo "$status" >status
}

# ssh

by_scp() { scp -q -F "$keys/sshd/config" "$1" "bob:$work/$2"; }
by_old_scp() { scp -O -q -F "$keys/sshd/config" "bob:$work/$1" "$2"; }

@test "scp carries all there is, in both of its protocols" {
	needs_sshd
	all_arrive by_scp
	rm opened.*
	few='chained armored' all_arrive by_old_scp
}

open_at_bob() { at_bob "wax-open -o '$1'" 2>"$io/err"; }

@test "wax-seal | ssh | wax-open" {
	needs_sshd
	in_a_pipe open_at_bob
}

@test "sealed over there, opened here" {
	needs_sshd
	at_bob "wax-seal -r ada '$keys/attachment'" |
		call 0 as ada wax-open
	out_same "$keys/attachment"
}

@test "the exit status of wax-open comes back through ssh" {
	needs_sshd
	seal chained >m
	at_bob wax-open <m >out 2>"$io/err"
	cmp "$keys/note" out
	call 5 at_bob wax-open <m
	head -c 1000 m >short
	call 1 at_bob wax-open <short
	call 3 as ada wax-open m
}

@test "a terminal on the way damages binary, which is noticed, and not armor" {
	needs_sshd
	seal plain >m
	seal armored >m.txt
	"${ssh[@]}" -tt "cat '$work/m'" >got 2>"$io/err" || :
	[ -s got ] || skip "no terminal from sshd: $(cat "$io/err")"
	run ! cmp -s m got
	call 1 as bob wax-open -o out got
	"${ssh[@]}" -tt "cat '$work/m.txt'" >got.txt 2>"$io/err" || :
	run ! cmp -s m.txt got.txt
	arrived armored got.txt
	[ ! -e out ]
}

# hang_up: ends the connection of the session whose process wrote its number
# and that of its parent, when so many bytes have come to the file.
hang_up() {
	local i
	for ((i = 0; i < 500; i++)); do
		[ ! -s session ] || [ "$(stat -c %s "$2")" -lt "$1" ] || break
		sleep 0.02
	done
	kill "$(cat session)"
}

@test "a connection that breaks while receiving: exit 1, and no file" {
	needs_sshd
	seal attachment >m
	: >seen
	at_bob "echo \$PPID >session; head -c 10000000 m; sleep 60" |
		tee seen | with_status as bob wax-open -o out 3>&- &
	jobs+=($!)
	hang_up 10000000 seen
	wait "${jobs[0]}"
	[ "$(cat status)" -eq 1 ]
	err_is "wax-open: standard input: the payload is damaged or cut short"
	[ ! -e out ]
	[ -z "$(find . -name '.wax*')" ]
	# The same again is the whole of it.
	at_bob 'cat m' | call 0 as bob wax-open -o out
	cmp "$keys/attachment" out
}

@test "a connection that breaks while sending: the other side has no file" {
	needs_sshd
	local form
	mkfifo line
	for form in attachment chained; do
		seal $form >m
		rm -f session status
		# What receives outlives the connection, and is waited for.
		at_bob 'echo $PPID >session
			wax-open -o out 2>err; echo $? >status' <line 3>&- &
		jobs=($!)
		exec 9>line
		head -c $(($(stat -c %s m) / 2)) m >&9
		hang_up 0 m
		wait "${jobs[0]}" || :
		exec 9>&-
		for _ in $(seq 250); do
			[ ! -s status ] || break
			sleep 0.02
		done
		[ "$(cat status)" -eq 1 ]
		[ ! -e out ]
		# What was chained opens when it is sent again.
		at_bob 'wax-open -o out 2>err' <m
		cmp "$(source_of $form)" out
		rm out
	done
	seal chained | at_bob 'wax-open -o out 2>err'
}

# git

git_setup() {
	needs git
	export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$HOME/gitconfig
	git config --global user.name nobody
	git config --global user.email nobody@localhost
	git config --global init.defaultBranch main
	git init -q --bare drop
	git clone -q drop at-ada 2>"$io/err"
}

# by_git FROM TO: Ada puts it into the drop box, Bob takes it from there.
by_git() {
	cp "$1" "at-ada/$2"
	git -C at-ada add .
	git -C at-ada commit -q -m "$2"
	git -C at-ada push -q origin HEAD
	[ -d at-bob ] || git clone -q drop at-bob
	git -C at-bob pull -q
	mv "at-bob/$2" "$2"
	git -C at-bob checkout -q .
}

@test "a repository of git is a drop box" {
	git_setup
	few='plain signed chained armored' all_arrive by_git
}

@test "git's ends of lines: damage is noticed, armor and attributes stand it" {
	git_setup
	git clone -q -c core.autocrlf=true drop at-bob 2>"$io/err"
	# git takes most short sealed files for text, for they begin as text.
	local i
	for i in $(seq 50); do
		seal plain >at-ada/m
		git -C at-ada add m
		! git -C at-ada ls-files --eol | grep -q 'i/lf.*m$' || break
	done
	cp at-ada/m m
	by_git m m
	run ! cmp -s at-ada/m m
	[ "$(tr -dc '\r' <m | wc -c)" -gt 2 ]
	call 1 as bob wax-open -o out m
	err_is "wax-open: 'm': its line ends were changed on the way (carry it as binary, or seal with -a)"
	[ ! -e out ]
	seal armored >m.txt
	by_git m.txt m.txt
	[ "$(tr -dc '\r' <m.txt | wc -c)" -gt 2 ]
	arrived armored m.txt
	# The same file, in a repository that knows it to be binary.
	cp at-ada/m note.seal
	echo '*.seal binary' >at-ada/.gitattributes
	by_git note.seal note.seal
	cmp at-ada/m note.seal
	arrived plain note.seal
}

# post FROM TO NAME: a chained message, pushed to the drop box.
post() {
	echo "$3" | as "$1" wax-seal -c "$2" -o "at-$1/$3.seal"
	git -C "at-$1" add .
	git -C "at-$1" commit -q -m "$3"
}

@test "a drop box that is read twice and in any order" {
	git_setup
	git clone -q drop at-bob 2>"$io/err"
	local i m round
	for round in 1 2; do
		for i in 1 2 3; do
			post ada bob "a-$round-$i"
			post bob ada "b-$round-$i"
		done
		git -C at-ada push -q origin HEAD
		git -C at-bob pull -q --rebase
		git -C at-bob push -q origin HEAD
		git -C at-ada pull -q
		# All that is there, also of earlier rounds, twice.
		for m in $(printf '%s\n' at-bob/a-* at-bob/a-* | shuf); do
			m=$(basename "$m" .seal)
			if [ -e "bob.$m" ]; then
				call 5 as bob wax-open -o again "at-bob/$m.seal"
				[ ! -e again ]
			else
				call 0 as bob wax-open -o "bob.$m" \
					"at-bob/$m.seal"
			fi
		done
		for m in $(printf '%s\n' at-ada/b-* | shuf); do
			m=$(basename "$m" .seal)
			[ -e "ada.$m" ] || call 0 as ada wax-open -o "ada.$m" \
				"at-ada/$m.seal"
		done
	done
	for m in bob.* ada.*; do
		[ "$(cat "$m")" = "${m#*.}" ]
	done
	[ "$(printf '%s\n' bob.* ada.* | wc -l)" -eq 12 ]
}

# on one machine

open_fifo() {
	cat >fifo &
	as bob wax-open -o "$1" fifo 2>"$io/err"
	wait
}

@test "a FIFO" {
	mkfifo fifo
	in_a_pipe open_fifo
}

@test "a FIFO whose writer goes away: exit 1, and no file" {
	mkfifo fifo
	seal chained >m
	head -c $(($(stat -c %s m) - 1)) m >fifo 3>&- &
	call 1 as bob wax-open -o out fifo
	[ ! -e out ]
	arrived chained m
}

# listen COMMAND...: what netcat receives, on $port, is its input.
listen() {
	port=$(free_port)
	nc -l 127.0.0.1 "$port" 2>"$io/nc" | with_status "$@" 3>&- &
	listener=$!
	jobs+=("$listener")
	until_it_listens "$port"
}

@test "netcat" {
	nc -h 2>&1 | grep -q -- '-N' || skip 'without OpenBSD netcat'
	local form
	for form in $forms; do
		listen as bob wax-open -o "opened.$form"
		seal "$form" | nc -N 127.0.0.1 "$port"
		wait "$listener"
		[ "$(cat status)" -eq 0 ]
		cmp "$(source_of "$form")" "opened.$form"
	done
}

@test "netcat that is killed: exit 1, and no file" {
	nc -h 2>&1 | grep -q -- '-N' || skip 'without OpenBSD netcat'
	seal attachment >m
	mkfifo line
	listen as bob wax-open -o out
	nc -N 127.0.0.1 "$port" <line 3>&- &
	jobs+=($!)
	exec 9>line
	head -c 10000000 m >&9
	kill "${jobs[1]}"
	exec 9>&-
	wait "$listener"
	[ "$(cat status)" -eq 1 ]
	err_is "wax-open: standard input: the payload is damaged or cut short"
	[ ! -e out ]
}

by_parts() {
	rm -f part.*
	split -b 900000 -a 3 "$1" part.
	cat part.* >"$2"
}

@test "split and cat" {
	all_arrive by_parts
}

@test "parts that are missing, doubled or in another order: exit 1, no file" {
	seal attachment >m
	split -b 2000000 m part.
	local bad parts=(part.*)
	[ "${#parts[@]}" -eq 11 ]
	for bad in "${parts[*]:0:10}" "${parts[*]:1}" \
		"part.aa part.ac part.ab ${parts[*]:3}" \
		"part.aa part.ab ${parts[*]:1}" "${parts[*]} part.ak" \
		"${parts[*]} ${parts[*]}"; do
		# shellcheck disable=SC2086 # a list of words
		cat $bad >joined
		call 1 as bob wax-open -o out joined
		[ ! -e out ]
	done
	cat part.* >joined
	arrived attachment joined
}

# sticks

# on_stick: runs the script in standard input in the root folder of a
# stick, with FAT and so without modes and links of any kind; mounted by the
# kernel, or by FUSE where the kernel has no FAT. It goes as the script ends.
on_stick() {
	local name=$work/stick mkfs
	mkfs=$(PATH=$PATH:/usr/sbin:/sbin command -v mkfs.vfat) ||
		skip 'without dosfstools'
	if [ ! -e "$name.img" ]; then
		truncate -s 64M "$name.img"
		"$mkfs" "$name.img" >/dev/null
		mkdir "$name"
	fi
	{
		echo 'set -e'
		cat
	} >"$name.sh"
	export -f write as
	export homes keys
	if unshare -m mount -o loop -t vfat "$name.img" "$name" 2>/dev/null
	then
		call 0 unshare -m sh -c 'mount -o loop -t vfat "$1.img" "$1" &&
			cd "$1" && bash "$1.sh"' sh "$name"
		return
	fi
	if [ ! -w /dev/fuse ] || ! command -v fusefat >/dev/null; then
		skip 'neither the kernel nor FUSE has FAT here'
	fi
	call 0 unshare -rm bash -c 'fusefat -f -o rw+ "$1.img" "$1" \
		>/dev/null 2>&1 3>&- &
	until mountpoint -q "$1"; do
		kill -0 $! 2>/dev/null || exit 77
		sleep 0.02
	done
	(cd "$1" && bash "$1.sh")
	status=$?
	umount "$1"
	wait
	exit $status' bash "$name"
}

@test "a stick carries messages, and takes what is opened and unpacked" {
	seal attachment >big
	on_stick <<-'EOF'
		! ln -s x link 2>/dev/null
		echo 'meet at nine' >NOTE.TXT
		as ada wax-seal -s -r bob -o NOTE.SEA NOTE.TXT
		as ada wax-seal -a -c bob -o NOTE.ASC NOTE.TXT
		cp ../big BIG.SEA
	EOF
	on_stick <<-'EOF'
		as bob wax-open --from ada -o A.TXT NOTE.SEA
		as bob wax-open --from ada -o B.TXT NOTE.ASC
		as bob wax-open --from ada -o BIG BIG.SEA
		cmp A.TXT NOTE.TXT
		cmp B.TXT NOTE.TXT
		cmp BIG "$keys/attachment"
	EOF
	on_stick <<-'EOF'
		echo old >A.TXT
		! as bob wax-open -o A.TXT NOTE.SEA 2>err || exit 9
		grep -q "'A.TXT' exists" err
		as bob wax-open -f -o A.TXT NOTE.SEA
		cmp A.TXT NOTE.TXT
		head -c 10000000 BIG.SEA >CUT.SEA
		! as bob wax-open -o CUT CUT.SEA 2>err || exit 9
		grep -q 'cut short' err
		[ ! -e CUT ]
		as ada wax-pack -o ALL.ZST NOTE.TXT A.TXT
		mkdir ALL
		wax-unpack -C ALL ALL.ZST
		cmp NOTE.TXT ALL/NOTE.TXT
		cmp NOTE.TXT ALL/A.TXT
		[ -z "$(find . -name '.wax*')" ]
		# fusefat itself empties a folder that is renamed.
		[ "$(stat -f -c %T .)" = msdos ] || exit 0
		mkdir FOLDER
		cp NOTE.TXT FOLDER
		as ada wax-seal -r bob -o FOLDER.SEA FOLDER NOTE.TXT
		as bob wax-open -C IN FOLDER.SEA
		diff -r FOLDER IN/FOLDER
		as ada wax-pack -o ALL.ZST FOLDER
		wax-unpack -C OUT ALL.ZST
		diff -r FOLDER OUT/FOLDER
		[ -z "$(find . -name '.wax*')" ]
	EOF
}

@test "a home on a stick" {
	on_stick <<-'EOF'
		export WAX_HOME=$PWD/carol
		wax-keygen -n carol
		wax-card -o CARD
		wax-contact add -q ada "$keys/ada.card"
		wax-contact add -q bob "$keys/bob.card"
		wax-contact rename -q bob rob
		wax-contact list | grep -q ada
		wax-contact show rob >/dev/null
		as ada wax-contact add -q carol CARD
		echo hello | as ada wax-seal -c carol -o M1
		wax-open M1 | grep -qx hello
		echo hi | wax-seal -c ada -o M2
		echo ho | wax-seal -c ada -o M3
		as ada wax-open M3 | grep -qx ho
		as ada wax-open M2 | grep -qx hi
		got=0
		wax-open M1 || got=$?
		[ $got -eq 5 ]
		wax-contact rm -q rob
		wax-session rm -q ada
	EOF
	on_stick <<-'EOF'
		export WAX_HOME=$PWD/carol
		[ "$(wax-contact list | tail -n +2 | wc -l)" -eq 1 ]
		wax-seal -r ada -o M4 M1
		as ada wax-open M4 | cmp - M1
	EOF
}

# FAT numbers its files anew whenever it is mounted, and the kernel's makes no
# links: like_fat COMMAND...
like_fat() {
	[ -e stick.so ] || make_like_fat
	LD_PRELOAD=$work/stick.so "$@"
}

make_like_fat() {
	cat >stick.c <<-'EOC'
		#define _GNU_SOURCE
		#include <dlfcn.h>
		#include <errno.h>
		#include <stdlib.h>
		#include <sys/stat.h>
		#include <sys/vfs.h>
		#include <unistd.h>
		#include <linux/magic.h>
		int fstatfs64(int fd, struct statfs64 *out)
		{
			(void)fd;
			*out = (struct statfs64){.f_type = MSDOS_SUPER_MAGIC};
			return 0;
		}
		int symlink(const char *to, const char *from)
		{
			(void)to;
			(void)from;
			errno = EPERM;
			return -1;
		}
		int statx(int dir, const char *path, int flags, unsigned mask,
			  struct statx *out)
		{
			int (*real)(int, const char *, int, unsigned,
				    struct statx *) = dlsym(RTLD_NEXT, "statx");
			int err = real(dir, path, flags, mask, out);
			out->stx_ino += (unsigned)getpid();
			if (getenv("NO_BIRTH"))
				out->stx_mask &= ~(unsigned)STATX_BTIME;
			return err;
		}
	EOC
	"${CC:-cc}" -shared -fPIC -o stick.so stick.c -ldl 2>/dev/null ||
		skip 'without a compiler'
}

@test "where files are numbered anew, the time of their birth tells copies" {
	local m
	for m in 1 2 3; do
		echo $m | like_fat call 0 as ada wax-seal -c bob -o m$m
		reads bob m$m $m
	done
	mv "$homes/ada" "$homes/a"
	cp -a "$homes/a" "$homes/ada"
	like_fat call 6 as ada wax-seal -c bob -o m4 /dev/null
}

@test "where there is no time of birth, it is the number or nothing" {
	local -x NO_BIRTH=1
	like_fat call 0 as ada wax-seal -c bob -o m1 /dev/null
	like_fat call 6 as ada wax-seal -c bob -o m2 /dev/null
}

@test "where there are no links, contacts are found" {
	like_fat call 0 as ada wax-contact rename bob rob
	call 0 as ada wax-contact show rob
	out_has 'name: rob'
	call 2 as ada wax-contact show bob
	like_fat call 0 as ada wax-seal -r rob -o m "$keys/note"
	arrived plain m
}
