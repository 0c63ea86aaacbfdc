#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# wax-keygen: where identities go, what is in them, and what is refused.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

setup() { wax_setup; }

# is_identity FILE: four comments and one post-quantum secret key.
is_identity() {
	local want got
	want='^# created: [0-9]{4}-[01][0-9]-[0-3][0-9]T[0-9:]{8}Z
^# name: .+$
^# public key: age1pq1[0-9a-z]{1952}$
^# identity: wax1[0-9a-z]{58}$
^AGE-SECRET-KEY-PQ-1[0-9A-Z]{58}$'
	got=$(paste -d '\n' <(printf '%s\n' "$want") "$1" |
		while IFS= read -r regex && IFS= read -r line; do
			printf '%s\n' "$line" | grep -cE "$regex"
		done)
	[ "$got" = $'1\n1\n1\n1\n1' ] || fail "no identity: $(cut -c1-20 "$1")"
}

recipient_in() { sed -n 's/^# public key: //p' "$1"; }

@test "the identity goes to WAX_HOME, folder 0700 and file 0600" {
	local mask
	for mask in 000 022 077; do
		umask "$mask"
		WAX_HOME=$work/$mask/home call 0 wax-keygen
		out_is
		err_is "wax-keygen: made '$work/$mask/home/identity';$(
		) 'wax-keygen -y' prints its recipient"
		mode_is 700 "$mask"
		mode_is 700 "$mask/home"
		mode_is 600 "$mask/home/identity"
		folder_holds "$mask/home" identity
		is_identity "$mask/home/identity"
	done
	holds 000 022 077
}

@test "without WAX_HOME it goes to XDG_DATA_HOME/wax" {
	WAX_HOME='' XDG_DATA_HOME=$work/data call 0 wax-keygen
	mode_is 700 data
	mode_is 700 data/wax
	is_identity data/wax/identity
	folder_holds "$HOME"
}

@test "a relative XDG_DATA_HOME does not count" {
	XDG_DATA_HOME=data call 0 wax-keygen
	holds
	is_identity "$HOME/.local/share/wax/identity"
}

@test "without either it goes to HOME/.local/share/wax, all folders 0700" {
	umask 000
	call 0 wax-keygen
	mode_is 700 "$HOME/.local"
	mode_is 700 "$HOME/.local/share"
	mode_is 700 "$HOME/.local/share/wax"
	mode_is 600 "$HOME/.local/share/wax/identity"
	is_identity "$HOME/.local/share/wax/identity"
}

@test "folders that exist keep their modes" {
	mkdir -m 755 data data/wax
	XDG_DATA_HOME=$work/data call 0 wax-keygen
	mode_is 755 data
	mode_is 755 data/wax
	mode_is 600 data/wax/identity
}

@test "without any home the status is 2" {
	unset HOME
	call 2 wax-keygen
	err_is 'wax-keygen: no home: neither WAX_HOME nor HOME is set'
	HOME='' WAX_HOME='' XDG_DATA_HOME='' call 2 wax-keygen
	out_is
	holds
}

@test "a home below a file is an I/O error" {
	echo text >file
	WAX_HOME=$work/file/home call 7 wax-keygen
	err_has 'Not a directory'
	holds file
	[ "$(cat file)" = text ]
}

@test "an identity in the home is never overwritten" {
	call 0 wax-keygen
	cp "$HOME/.local/share/wax/identity" first
	call 2 wax-keygen
	out_is
	err_has "'$HOME/.local/share/wax/identity' exists"
	cmp first "$HOME/.local/share/wax/identity"
	folder_holds "$HOME/.local/share/wax" identity
	call 2 wax-keygen -p
	cmp first "$HOME/.local/share/wax/identity"
}

@test "-o FILE writes there, mode 0600, and leaves the home alone" {
	local mask
	for mask in 000 077; do
		umask "$mask"
		call 0 wax-keygen -o "id$mask"
		out_is
		err_is "wax-keygen: made 'id$mask';$(
		) 'wax-keygen -y id$mask' prints its recipient"
		mode_is 600 "id$mask"
		is_identity "id$mask"
	done
	holds id000 id077
	folder_holds "$HOME"
	run ! cmp -s id000 id077
}

@test "-o never overwrites: not a file, a folder, a link, a dangling link" {
	echo mine >file
	mkdir folder
	ln -s file link
	ln -s nowhere dangling
	mkfifo fifo
	local target
	for target in file folder link dangling fifo; do
		call 2 timeout 5 wax-keygen -o "$target"
		out_is
		err_has "'$target'"
	done
	call 2 wax-keygen -o /dev/null
	holds file folder link dangling fifo
	folder_holds folder
	[ "$(cat file)" = mine ]
	[ "$(readlink dangling)" = nowhere ]
	[ -p fifo ] && [ -c /dev/null ]
	err_has 'exists'
}

@test "what is told to be done next can be pasted" {
	call 0 wax-keygen -o 'my key'
	err_is "wax-keygen: made 'my key'; 'wax-keygen -y \"my key\"' prints its recipient"
	call 0 wax-keygen -o "my\$key"
	err_is "wax-keygen: made 'my\$key'; 'wax-keygen -y FILE' prints its recipient"
}

@test "there is no -f" {
	echo mine >file
	call 2 wax-keygen -f -o file
	err_has "option '-f' is not known"
	[ "$(cat file)" = mine ]
}

@test "-o needs a name in a folder that exists" {
	call 2 wax-keygen -o ''
	call 2 wax-keygen -o .
	call 2 wax-keygen -o ..
	call 7 wax-keygen -o nowhere/id
	err_is "wax-keygen: the folder of 'nowhere/id': No such file or directory"
	call 7 wax-keygen -o nowhere/
	call 2 wax-keygen -o a -o b
	err_has "option '-o' is given twice"
	holds
}

@test "-o - writes to standard output, and says nothing" {
	call 0 wax-keygen -o -
	err_is
	is_identity "$io/out"
	holds
	folder_holds "$HOME"
}

@test "-o - to a full device is an I/O error" {
	local got=0
	wax-keygen -o - >/dev/full 2>"$io/err" || got=$?
	[ "$got" -eq 7 ]
	err_is 'wax-keygen: standard output: No space left on device'
}

@test "-y prints the recipient of the home's identity, a file, and stdin" {
	call 0 wax-keygen
	recipient_in "$HOME/.local/share/wax/identity" >want
	call 0 wax-keygen -y
	err_is
	out_same want
	call 0 wax-keygen -o id
	recipient_in id >want
	call 0 wax-keygen -y id
	out_same want
	call 0 wax-keygen --recipient -- id
	out_same want
	call 0 wax-keygen -y - <id
	out_same want
	err_is
	holds id want
}

@test "-y without an identity in the home points at wax-keygen" {
	call 3 wax-keygen -y
	out_is
	err_is "wax-keygen: there is no identity to print: $(
	)'$HOME/.local/share/wax/identity' is missing (wax-keygen makes $(
	)one; WAX_HOME names another home)"
	folder_holds "$HOME"
}

@test "-y -o FILE writes the recipient, mode by umask, never over a file" {
	wax-keygen -o id 2>/dev/null
	recipient_in id >want
	umask 027
	call 0 wax-keygen -y id -o pub
	out_is
	err_is
	cmp want pub
	mode_is 640 pub
	call 2 wax-keygen -y id -o pub
	err_is "wax-keygen: 'pub' exists (choose another name)"
	cmp want pub
	call 0 wax-keygen -y id -o -
	out_same want
	holds id want pub
}

@test "-y -o FILE leaves no file when it fails" {
	echo 'no identity' >bad
	: >empty
	call 1 wax-keygen -y bad -o pub
	err_is "wax-keygen: 'bad': line 1: not an identity"
	call 1 wax-keygen -y empty -o pub
	err_has 'there is no identity in it'
	call 7 wax-keygen -y missing -o pub
	err_is "wax-keygen: 'missing': No such file or directory"
	call 3 wax-keygen -y -o pub
	holds bad empty
}

@test "-y -o does not write onto the identity" {
	wax-keygen -o id 2>/dev/null
	cp id copy
	ln id hard
	# Nobody is told to remove that.
	call 2 wax-keygen -y id -o id
	err_is "wax-keygen: 'id' is input and output at once"
	call 2 wax-keygen -y id -o hard
	cmp id copy
	# Appending to it by the shell is the same.
	local got=0
	# shellcheck disable=SC2094
	wax-keygen -y id >>id 2>"$io/err" || got=$?
	[ "$got" -eq 2 ]
	err_is 'wax-keygen: standard output is input and output at once'
	cmp id copy
}

@test "-y prints all identities of a file, with comments, CRLF, empty lines" {
	wax-keygen -o a 2>/dev/null
	wax-keygen --x25519 -o b 2>/dev/null
	wax-keygen -o c 2>/dev/null
	{ recipient_in a; recipient_in b; recipient_in c; } >want
	{
		printf '# \303\244 comment\r\n\r\n'
		grep AGE a | sed 's/$/\r/'
		printf '\n\n# another\n'
		grep AGE b
		grep AGE c | tr -d '\n'
	} >all
	call 0 wax-keygen -y all
	err_is
	out_same want
}

@test "-y prints the recipient of an OpenSSH key" {
	needs ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -C 'a comment' -f ssh
	cut -d' ' -f1,2 ssh.pub >want
	call 0 wax-keygen -y ssh
	err_is
	out_same want
}

@test "-y is for no more than one file, and makes nothing" {
	wax-keygen -o id 2>/dev/null
	call 2 wax-keygen -y id id
	err_has 'more than one file'
	call 2 wax-keygen -y id -p
	call 2 wax-keygen -y id -n name
	call 2 wax-keygen -y id --x25519
	err_has '-y makes no identity'
	call 2 wax-keygen id2
	err_is "wax-keygen: a file is given without -y, -w or -m $(
	)(-o FILE says where the identity goes)"
	holds id
	folder_holds "$HOME"
}

@test "--x25519 makes a classic key, and needs -o" {
	call 2 wax-keygen --x25519
	err_is "wax-keygen: --x25519 makes no identity for the home $(
	)(-o FILE says where it goes)"
	folder_holds "$HOME"
	call 0 wax-keygen --x25519 -o id
	mode_is 600 id
	grep -qxE 'AGE-SECRET-KEY-1[0-9A-Z]{58}' id
	grep -qxE '# public key: age1[0-9a-z]{58}' id
	recipient_in id >want
	call 0 wax-keygen -y id
	out_same want
	call 0 wax-keygen --x25519 -o -
	out_has 'AGE-SECRET-KEY-1'
}

@test "-n names the identity" {
	local name='Zo\xc3\xab of Caf\xc3\xa9, #1'
	# shellcheck disable=SC2059
	name=$(printf "$name")
	call 0 wax-keygen -n "$name" -o id
	sed -n 2p id | grep -qxF "# name: $name"
	name=$(printf '%255s' '' | tr ' ' n)
	call 0 wax-keygen --name="$name" -o long
	grep -qxF "# name: $name" long
	call 0 wax-keygen -y long
}

@test "a name that is not one line of plain text is refused" {
	local name
	for name in '' $'two\nlines' $'tab\tbed' $'\e[31mred' $'bell\a' \
		$'del\x7f' $'bad\xff' $'cut\xc3' $'over\xc0\xaflong' \
		$'surrogate\xed\xa0\x80' $'c1\xc2\x9b' $'turned\xe2\x80\xae' \
		$'lf\xe2\x80\xa8' "$(printf '%256s' '' | tr ' ' n)"; do
		call 2 wax-keygen -n "$name" -o id
		out_is
		err_is "wax-keygen: a name is 1 to 255 bytes of UTF-8 $(
		)without control characters"
		holds
	done
}

@test "without -n the name is user@host, whatever the environment holds" {
	LOGNAME=kim call 0 wax-keygen -o id
	grep -qx "# name: kim@$(uname -n)" id
	LOGNAME=$'k\nAGE-SECRET-KEY-1' call 0 wax-keygen -o odd
	is_identity odd
	LOGNAME=$(printf '%300s' '' | tr ' ' n) call 0 wax-keygen -o long
	is_identity long
	env -u LOGNAME -u USER "$WAX_BIN/wax-keygen" -o none 2>/dev/null
	is_identity none
}

@test "-p seals the identity with a passphrase, for -y and wax-open" {
	printf 'a long passphrase\n' >pw
	umask 000
	call 0 wax-keygen -p --passphrase-file pw
	out_is
	local id=$HOME/.local/share/wax/identity
	mode_is 600 "$id"
	[ "$(head -n 1 "$id")" = '-----BEGIN AGE ENCRYPTED FILE-----' ]
	run ! grep -q AGE-SECRET "$id"
	call 0 wax-inspect "$id"
	out_has 'recipients: 1' '  scrypt: 1' 'armor: yes'
	call 0 wax-keygen -y --passphrase-file pw
	out_has age1pq1
	cp "$io/out" pub
	# It opens what is sealed to it, and is itself an age file.
	echo hello | wax-seal -R pub -o sealed
	call 0 wax-open --passphrase-file pw sealed
	out_is hello
	call 0 wax-open --passphrase-file pw "$id"
	is_identity "$io/out"
	printf 'another passphrase\n' >pw2
	call 3 wax-open --passphrase-file pw2 sealed
	err_is "wax-open: '$id': the passphrase is wrong"
	out_is
}

@test "a passphrase for keygen needs -p, and -p a passphrase" {
	echo secret >pw
	call 2 wax-keygen --passphrase-file pw -o id
	err_is 'wax-keygen: a passphrase is given without -p'
	: >empty
	call 2 wax-keygen -p --passphrase-file empty -o id
	err_is 'wax-keygen: the passphrase is empty'
	call 7 wax-keygen -p --passphrase-file missing -o id
	holds pw empty
}

@test "stock age accepts the identities" {
	needs age age-keygen
	wax-keygen --x25519 -o classic 2>/dev/null
	age-keygen -y classic >want
	call 0 wax-keygen -y classic
	out_same want
	echo hello | wax-seal -R want -o sealed
	call 0 age -d -i classic sealed
	out_is hello
	wax-keygen -o id 2>/dev/null
	wax-keygen -y id >want
	age-keygen -y id >"$io/out" 2>"$io/err" ||
		skip "$(age --version) knows no post-quantum keys"
	out_same want
	echo hello | wax-seal -i id -o pq
	call 0 age -d -i id pq
	out_is hello
}

@test "a home that cannot be made: the system's own reason" {
	[ -d /sys/kernel ] || skip 'without /sys, where nobody makes folders'
	WAX_HOME=/sys/none/wax call 7 wax-keygen
	err_has "wax-keygen: '/sys/none': "
	! grep -q 'No such file' "$io/err" || fail 'that is no reason'
}

@test "no identity beside the state of a lost one, by its path either" {
	export WAX_HOME=$PWD/h
	wax-keygen 2>/dev/null
	wax-card >card
	rm h/identity
	local path
	for path in h/identity ./h/identity "$PWD/h/identity"; do
		call 6 wax-keygen -o "$path"
		err_has "'$path' is lost, and what it opens is there still"
		[ ! -e h/identity ]
	done
	(cd h && call 6 wax-keygen -o identity) || return
	[ ! -e h/identity ]
	call 0 wax-keygen -o identity
	call 2 wax-keygen -y identity -o h/state.key
}
