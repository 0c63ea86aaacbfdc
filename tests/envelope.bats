#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What an envelope adds, as users meet it: signatures, compression, padding,
# names; and that nothing of a signed file comes out before it is sure who
# sealed it.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2016,SC2030,SC2031,SC2094

load helpers

setup_file() {
	wax_environment
	wax_keys
	wax_ssh_key ssh
	cd "$BATS_FILE_TMPDIR" || return 1
	# A home with an identity, whose messages are "mine".
	WAX_HOME=$BATS_FILE_TMPDIR/home wax-keygen 2>/dev/null
	locked_identity locked
	printf 'correct horse\n' >pw
	printf 'wrong horse\n' >wrong
}

setup() {
	wax_setup
	echo 'a message' >in
	seal=(wax-seal -R "$keys/x.pub")
	open=(wax-open -i "$keys/x")
	export WAX_HOME=$keys/home
	mine=$(wax-keygen -w)
	theirs=$(wax-keygen -w "$keys/pq")
	locked=wax1qeszzly95hc0vrdmp8sc7gru0ht20cpz4wupwz9tuu8huzatjjjs987lgp
	envelope=("$python" "$top/tests/envelope.py")
}

# tells COMMAND...: it ends well, and wrote these lines to standard error, which
# are read from standard input.
tells() {
	cat >"$io/want"
	"$@" >"$io/out" 2>"$io/err" || fail "exit status $? of: $*"
	cmp -s "$io/want" "$io/err" || fail "not told: $(cat "$io/want")"
}

# nothing_from STATUS COMMAND...: as call, and neither on standard output nor
# with -o or -C anything appears.
nothing_from() {
	local want=$1
	shift
	call "$want" "$@"
	out_is
	call "$want" "$@" -o appeared
	[ ! -e appeared ] || fail "-o made a file: $*"
	call "$want" "$@" -C appeared
	[ ! -e appeared ] || fail "-C made a folder: $*"
	find . -name '.wax*' | grep . >"$io/left" || return 0
	fail "left over: $(cat "$io/left")"
}

# age 1.1 or later, for classic keys: what is sealed with it is what wax-seal
# would never write.
age_seal() { age -R "$keys/x.pub"; }
age_open() { age -d -i "$keys/x"; }

@test "-s signs with the home's identity, and wax-open says who it was" {
	call 0 "${seal[@]}" -s -o sealed in
	err_is
	call 0 "${open[@]}" sealed
	out_same in
	err_is "wax-open: signed by $mine, the identity of this home"
	call 0 "${open[@]}" --from "$mine" sealed
	out_same in
	err_is "wax-open: signed by $mine, as asked for"
	call 0 "${open[@]}" -o out sealed
	cmp in out
	err_is "wax-open: signed by $mine, the identity of this home"
	# From stdin, in armor, empty, and large.
	"${seal[@]}" -s -a <in | call 0 "${open[@]}" --from "$mine"
	out_same in
	"${seal[@]}" -s </dev/null | call 0 "${open[@]}" --from "$mine"
	out_is
	seq 999999 >large
	"${seal[@]}" -s <large | call 0 "${open[@]}" --from "$mine"
	out_same large
}

@test "with -s, -i names who signs, and is no recipient" {
	call 0 "${seal[@]}" -s -i "$keys/pq" -o sealed in
	call 0 "${open[@]}" --from "$theirs" sealed
	out_same in
	nothing_from 3 wax-open -i "$keys/pq" sealed
	# One file, of which the first identity signs.
	cat "$keys/pq" "$keys/pq2" >both
	call 0 "${seal[@]}" -s -i both -o two in
	call 0 "${open[@]}" --from "$theirs" two
	call 2 "${seal[@]}" -s -i "$keys/pq" -i "$keys/pq2" -o three in
	err_is "wax-seal: with -s, -i names who signs: one of them is too many"
	[ ! -e three ]
	# Without -s it is a recipient.
	call 0 wax-seal -i "$keys/pq" -o plain in
	call 0 wax-open -i "$keys/pq" plain
	# Nobody is left to seal to.
	call 2 wax-seal -s -i "$keys/pq" -o none in
	err_is "wax-seal: no recipient: with -s, -i names who signs (-r WHO or -R FILE names one, $(
	)-c WHO a session, -p seals with a passphrase)"
	[ ! -e none ]
}

@test "an identity that is sealed with a passphrase signs" {
	call 0 "${seal[@]}" -s -i "$keys/locked" \
		--passphrase-file "$keys/pw" -o sealed in
	call 0 "${open[@]}" --from "$locked" sealed
	out_same in
	call 0 "${seal[@]}" -s -i "$keys/locked" --passphrase-fd 9 \
		-f -o sealed in 9<"$keys/pw"
	call 0 "${open[@]}" --from "$locked" sealed
	call 3 "${seal[@]}" -s -i "$keys/locked" \
		--passphrase-file "$keys/wrong" -o no in
	err_is "wax-seal: '$keys/locked': the passphrase is wrong"
	call 3 "${seal[@]}" -s -i "$keys/locked" \
		--passphrase-file "$keys/wrong" in
	out_is
	call 2 setsid -w "${seal[@]}" -s -i "$keys/locked" -o no in
	err_has 'no terminal to ask for the passphrase'
	[ ! -e no ]
}

@test "a file sealed with a passphrase can be signed" {
	is_sanitized && skip 'scrypt is slow then'
	call 0 wax-seal -s -p --passphrase-file "$keys/pw" -o sealed in
	call 0 wax-open --passphrase-file "$keys/pw" --from "$mine" sealed
	out_same in
	call 3 wax-open --passphrase-file "$keys/wrong" sealed
	out_is
}

@test "classic identities and SSH keys cannot sign" {
	local id
	for id in x ssh; do
		[ -e "$keys/$id" ] || continue
		call 2 wax-seal -r "$(cat "$keys/pq.pub")" -s -i "$keys/$id" in
		err_is "wax-seal: '$keys/$id': this kind of identity cannot sign $(
		)(wax-keygen makes one that can)"
		out_is
		call 2 "${seal[@]}" -s -i "$keys/$id" -o sealed in
		holds in
	done
	# Nor as the first of two.
	cat "$keys/x" "$keys/pq" >both
	call 2 "${seal[@]}" -s -i both -o sealed in
	holds both in
}

@test "without an identity nobody signs" {
	WAX_HOME=$work/none call 3 "${seal[@]}" -s in
	err_is "wax-seal: there is no identity to sign with: $(
	)'$work/none/identity' is missing (wax-keygen makes one; $(
	)WAX_HOME names another home; -i FILE names one)"
	out_is
	WAX_HOME=$work/none call 3 "${seal[@]}" -s -o sealed in
	call 7 "${seal[@]}" -s -i missing -o sealed in
	err_is "wax-seal: 'missing': No such file or directory"
	holds in
}

@test "--from refuses another sender, none at all, and what is no identity" {
	"${seal[@]}" -s -o signed in
	"${seal[@]}" -z -o unsigned in
	"${seal[@]}" -o bare in
	local who
	nothing_from 4 "${open[@]}" --from "$theirs" signed
	err_is "wax-open: 'signed': it names another sender, $mine"
	nothing_from 4 "${open[@]}" --from "$mine" unsigned
	err_is "wax-open: 'unsigned': it is not signed (ask for one that is; without --from, it opens)"
	nothing_from 4 "${open[@]}" --from "$mine" bare
	err_is "wax-open: 'bare': it is not signed (ask for one that is; without --from, it opens)"
	nothing_from 4 "${open[@]}" --info --from "$theirs" signed
	for who in alice '' wax1 "${mine%?}" "${mine}q" "${mine^^}" \
		"$(cat "$keys/x.pub")"; do
		nothing_from 2 "${open[@]}" --from "$who" signed
	done
	call 2 "${open[@]}" --from "$mine" --from "$mine" signed
	call 2 "${open[@]}" --from
	# Whose file it is, is known only with a key.
	call 3 wax-open -i "$keys/x2" --from "$mine" signed
}

@test "the sender is nowhere to be seen in a sealed file" {
	"${seal[@]}" -s -o sealed in
	run ! grep -qaE "wax1|waxs|$mine" sealed
	call 0 wax-inspect sealed
	run ! grep -q "$mine" "$io/out"
}

# signed_by_hand OP...: a signed file, changed and sealed again with age.
signed_by_hand() {
	age_open <signed | "${envelope[@]}" edit "$@" | age_seal >changed
}

@test "nothing comes out of a signed file that was changed and sealed again" {
	needs age
	local op status
	seq 30000 >in
	"${seal[@]}" -s --pad -o signed in
	"${seal[@]}" -s -i "$keys/pq" -o another in
	age_open <signed | "${envelope[@]}" list >frames
	[ "$(cut -c1 frames | tr -d '\n')" = MDSP ]
	while read -r status op; do
		# shellcheck disable=SC2086 # a list of words
		signed_by_hand $op
		nothing_from "$status" "${open[@]}" changed
	done <<-EOF
		4 append=
		4 drop=P
		4 flip=D
		4 flip=S
		4 drop=S drop=P
		1 drop=D drop=P
		4 double=D drop=P
		1 drop=S
		1 kind=2
		1 kind=0
		1 meta=wax1\nkind=data\n
		1 meta=wax1\n
	EOF
	age_open <signed | "${envelope[@]}" edit 'meta=wax1\nmood good\n' |
		age_seal >changed
	nothing_from 1 "${open[@]}" changed
	err_is "wax-open: 'changed': the envelope says something of itself $(
	)that is not understood (a later wax may have sealed it)"
	# The sender's line of another, whose signature does not fit either.
	age_open <signed | "${envelope[@]}" edit \
		"meta=wax1\\nkind data\\nname in\\nsender $theirs\\n" | age_seal >changed
	nothing_from 4 "${open[@]}" changed
	err_is "wax-open: 'changed': the signature is by another than the $(
	)sender that is named"
	nothing_from 4 "${open[@]}" --from "$theirs" changed
	# A file as it was, for another recipient.
	age_open <signed | age -R "$keys/x2.pub" >forwarded
	nothing_from 4 wax-open -i "$keys/x2" forwarded
	err_is "wax-open: 'forwarded': the signature is wrong: this is not $(
	)what the sender sealed, or not for whom"
	# Without its envelope's first frame it is data of nobody.
	signed_by_hand drop=M
	call 0 "${open[@]}" changed
	err_is
	nothing_from 4 "${open[@]}" --from "$mine" changed
}

@test "what -f would replace stays, and so does a folder, when it fails" {
	needs age
	"${seal[@]}" -s -o signed in
	age_open <signed | "${envelope[@]}" edit flip=D | age_seal >changed
	echo before >out
	call 4 "${open[@]}" -f -o out changed
	[ "$(cat out)" = before ]
	mkdir dir
	echo before >dir/in
	call 4 "${open[@]}" -f -C dir changed
	[ "$(cat dir/in)" = before ]
	folder_holds dir in
	# An archive, too.
	mkdir tree
	seq 100000 >tree/file
	"${seal[@]}" -s -o archive tree
	age_open <archive | "${envelope[@]}" edit flip=D | age_seal >changed
	nothing_from 4 "${open[@]}" changed
	call 4 "${open[@]}" -C dir changed
	folder_holds dir in
}

@test "in the armor or out of it, a signature holds" {
	needs age
	"${seal[@]}" -s -a -o text in
	"${seal[@]}" -s -o binary in
	{
		sed '1d;$d' text | base64 -d
	} >dearmored
	call 0 "${open[@]}" --from "$mine" dearmored
	out_same in
	{
		echo '-----BEGIN AGE ENCRYPTED FILE-----'
		base64 -w 64 binary
		echo '-----END AGE ENCRYPTED FILE-----'
	} | call 0 "${open[@]}" --from "$mine"
	out_same in
}

@test "--info tells kind, name, sender and trust, after success only" {
	needs age
	mkdir tree
	echo file >tree/file
	"${seal[@]}" -o bare in
	"${seal[@]}" -z -o data in
	"${seal[@]}" -z --no-name -o nameless in
	"${seal[@]}" -z <in >stdin
	"${seal[@]}" -s -o signed in
	"${seal[@]}" -o archive tree
	"${seal[@]}" -s -o sent tree
	tells "${open[@]}" --info bare <<-EOF
		kind: bytes
		sender: none
	EOF
	tells "${open[@]}" --info data <<-EOF
		kind: data
		name: in
		sender: none
	EOF
	local file
	for file in nameless stdin; do
		tells "${open[@]}" --info "$file" <<-EOF
			kind: data
			sender: none
		EOF
		out_same in
	done
	tells "${open[@]}" --info signed <<-EOF
		kind: data
		name: in
		sender: $mine
		trust: own: it is the identity of this home
	EOF
	tells "${open[@]}" --info --from "$mine" signed <<-EOF
		kind: data
		name: in
		sender: $mine
		trust: asked for
	EOF
	tells "${open[@]}" --info archive <<-EOF
		kind: archive
		sender: none
	EOF
	tells "${open[@]}" --info -C there sent <<-EOF
		kind: archive
		sender: $mine
		trust: own: it is the identity of this home
	EOF
	# Of what fails nothing is told but the failure.
	age_open <signed | "${envelope[@]}" edit flip=D | age_seal >changed
	call 4 "${open[@]}" --info changed
	[ "$(wc -l <"$io/err")" -eq 1 ]
	head -c 300 signed >cut_off
	call 1 "${open[@]}" --info cut_off
}

# told JSON ARGUMENT... FILTER: one object in one line, of which that is true.
told() {
	needs jq
	[ "$(wc -l <<<"$1")" -eq 1 ] || fail "more than a line: $1"
	jq -e "${@:2}" >"$io/jq" <<<"$1" || fail "not so: $1"
}

@test "--json tells the same as --info, with every member, after success only" {
	needs jq
	local common='"session": null, "new_session": false, "contact": null'
	mkdir tree
	"${seal[@]}" -o bare in
	"${seal[@]}" -z -o data in
	"${seal[@]}" -s -o sent tree
	told "$("${open[@]}" --json bare 2>&1 >"$io/out")" '. == {kind: "bytes",
		name: null, sender: null, trust: null, '"$common}"
	out_same in
	# --info says nothing twice.
	told "$("${open[@]}" --json --info data 2>&1 >"$io/out")" \
		'. == {kind: "data", name: "in", sender: null, trust: null,
		'"$common}"
	told "$("${open[@]}" --json -C there sent 2>&1)" --arg who "$mine" \
		'. == {kind: "archive", name: null, sender: $who,
		trust: "own: it is the identity of this home", '"$common}"
	[ -d there/tree ]
	told "$("${open[@]}" --json --from "$mine" sent 2>&1 >"$io/out")" \
		'.trust == "asked for"'
	head -c 300 sent >cut_off
	call 1 "${open[@]}" --json cut_off
	[ "$(wc -l <"$io/err")" -eq 1 ]
	# Nobody to tell it to is no failure.
	"${open[@]}" --json data 2>/dev/full >"$io/out"
	out_same in
	"${open[@]}" --json data 2>&- >"$io/out"
	out_same in
}

@test "a name goes with the file where there is an envelope, as it is" {
	local name
	for name in 'with space' "it's" '"q"' '-s' '\x41' 'a:b' '*' '...' \
		.hidden $'gr\303\274\303\237e' $'\360\237\220\235' \
		"$(printf '%0255d' 0)"; do
		cp in "./$name"
		"${seal[@]}" -z -f -o sealed -- "./$name"
		"${open[@]}" --info -o - sealed 2>"$io/err" >"$io/out"
		grep -qxF "name: $name" "$io/err" || fail "not the name $name"
		told "$("${open[@]}" --json -o - sealed 2>&1 >"$io/out")" \
			--arg n "$name" '.name == $n'
		call 0 "${open[@]}" -C "dir $name" sealed ||
			[ ${#name} -gt 200 ]
		[ ${#name} -gt 200 ] || cmp in "dir $name/$name"
	done
	# The folders before it do not.
	mkdir -p a/b
	cp in a/b/c
	"${seal[@]}" -z -f -o sealed ./a//b/../b/c
	"${open[@]}" --info sealed 2>"$io/err" >"$io/out"
	grep -qx 'name: c' "$io/err"
}

@test "a name that could not be shown is refused, or left out with --no-name" {
	local name
	for name in $'a\nb' $'a\tb' $'\033[31m' $'a\177' $'\377' $'a\302\205' \
		$'a\342\200\256b'; do
		cp in "./$name"
		call 2 "${seal[@]}" -z -o sealed "./$name"
		err_has '(--no-name leaves the name out)'
		[ ! -e sealed ]
		call 0 "${seal[@]}" -z --no-name -o sealed "./$name"
		call 0 "${open[@]}" sealed
		out_same in
		# Bare bytes have no name.
		call 0 "${seal[@]}" -f -o sealed "./$name"
		rm sealed
	done
}

@test "what a pipe is called is no name" {
	"${seal[@]}" -z -o sealed <(cat in)
	tells "${open[@]}" --info sealed <<-EOF
		kind: data
		sender: none
	EOF
	out_same in
}

@test "-C gives a single file the name that came with it" {
	"${seal[@]}" -z -o data in
	"${seal[@]}" -z --no-name -o nameless in
	"${seal[@]}" -o bare in
	call 0 "${open[@]}" -C dir data
	cmp in dir/in
	call 2 "${open[@]}" -C dir data
	err_is "wax-open: 'dir/in' exists (-f replaces it)"
	echo other >dir/in
	call 0 "${open[@]}" -f -C dir data
	cmp in dir/in
	folder_holds dir in
	call 2 "${open[@]}" -C new nameless
	call 2 "${open[@]}" -C new bare
	[ ! -e new ]
}

@test "-z compresses at the levels 1 to 19, and no other" {
	local level size last=9999999
	cat "$top"/lib/*/*.c >in
	for level in 1 3 19; do
		call 0 "${seal[@]}" -z$level -f -o sealed in
		call 0 "${open[@]}" sealed
		out_same in
		size=$(stat -c %s sealed)
		[ "$size" -lt "$last" ] || fail "level $level: $size bytes"
		last=$size
	done
	"${seal[@]}" -z <in >default
	"${seal[@]}" -z3 <in >three
	"${seal[@]}" --compress=3 <in >long
	size=$(stat -c %s default)
	[ "$(stat -c %s three)" -eq "$size" ]
	[ "$(stat -c %s long)" -eq "$size" ]
	for level in 0 20 x '' -1 +3 3x ' 3' 99999999999999999999 3.5 00; do
		call 2 "${seal[@]}" --compress="$level" -o no in
		out_is
		[ -z "$level" ] || call 2 "${seal[@]}" "-z$level" -o no in
	done
	[ ! -e no ]
}

@test "what does not shrink costs next to nothing with -z" {
	local level
	random 3000000 in
	"${seal[@]}" <in >bare
	for level in 1 3; do
		"${seal[@]}" -z$level --no-name <in >sealed
		# M, a frame's header, 3 bytes for every block of 128 KiB.
		[ "$(stat -c %s sealed)" -le $(($(stat -c %s bare) + 200)) ]
	done
}

# plaintext FILE: how many bytes are sealed in it.
plaintext() {
	wax-inspect --json "$1" >inspected
	sed -n 's/.*"plaintext": *\([0-9]*\).*/\1/p' inspected
}

# padme LENGTH...: those that are no Padme lengths.
padme() {
	"$python" -c '
import sys
for word in sys.argv[1:]:
    n = int(word)
    e = n.bit_length() - 1
    s = e.bit_length()
    if n % (1 << (e - s)):
        print(word)
' "$@"
}

@test "--pad: of 200 sizes only Padme lengths are to be seen" {
	local i n=200 lengths=()
	! is_sanitized || n=40
	random 200000 noise
	[ "$(padme 9 129 | wc -l)" -eq 2 ]
	for ((i = 0; i < n; i++)); do
		head -c $((i * i * 160000 / n / n + i)) noise |
			"${seal[@]}" --pad >sealed
		lengths+=("$(plaintext sealed)")
	done
	[ "${#lengths[@]}" -eq "$n" ]
	[ -z "$(padme "${lengths[@]}")" ] ||
		fail "not Padme's: $(padme "${lengths[@]}")"
	# In their order, and many are the same.
	printf '%s\n' "${lengths[@]}" | sort -nc
	[ "$(printf '%s\n' "${lengths[@]}" | uniq | wc -l)" -lt $((n * 3 / 4)) ]
	! is_sanitized || return 0
	# With everything else that an envelope can be.
	for i in -z -s '-s -z19' -a; do
		# shellcheck disable=SC2086
		head -c 77777 noise | "${seal[@]}" --pad $i >sealed
		[ -z "$(padme "$(plaintext sealed)")" ]
	done
}

@test "a padded size depends on the size alone" {
	local size
	for size in 0 1000 100000; do
		random "$size" a
		head -c "$size" /dev/zero >b
		"${seal[@]}" --pad -f -o sealed_a a
		"${seal[@]}" --pad -f -o sealed_b b
		[ "$(stat -c %s sealed_a)" -eq "$(stat -c %s sealed_b)" ]
	done
	# A byte more is not to be seen.
	random 100001 c
	"${seal[@]}" --pad -o sealed_c c
	[ "$(stat -c %s sealed_a)" -eq "$(stat -c %s sealed_c)" ]
	# Without, it is.
	"${seal[@]}" --no-pad -f -o sealed_a a
	"${seal[@]}" -f -o sealed_c c
	[ $(($(stat -c %s sealed_a) + 1)) -eq "$(stat -c %s sealed_c)" ]
	call 2 "${seal[@]}" --pad --no-pad in
	err_is 'wax-seal: --pad and --no-pad are opposites'
	out_is
	"${seal[@]}" --no-pad <in >sealed
	"${open[@]}" --info sealed 2>&1 >"$io/out" | grep -qx 'kind: bytes'
}

@test "what is not asked for is not there: bare bytes, as age has them" {
	needs age
	"${seal[@]}" <in | age_open | cmp - in
	local name=in
	"${seal[@]}" "$name" | age_open | cmp - in
	"${seal[@]}" --no-name "$name" | age_open | cmp - in
}

@test "age and zstd get everything out again" {
	needs age zstd
	local options
	seq 200000 >in
	for options in -z -z1 -z19 --pad -s '-s --pad' '-z --pad -s'; do
		# shellcheck disable=SC2086
		"${seal[@]}" $options in >sealed
		age_open <sealed >payload
		zstd -qdc <payload >out
		cmp in out || fail "with $options"
		zstd -qt <payload
		[ "$("${envelope[@]}" meta <payload | head -n 2)" = \
			$'wax1\nkind data' ]
	done
	"${seal[@]}" --pad -s -z </dev/null | age_open | zstd -qdc | cmp - /dev/null
	"${envelope[@]}" meta <payload >meta
	printf 'wax1\nkind data\nname in\nsender %s\n' "$mine" | cmp - meta
	"${envelope[@]}" list <payload >frames
	[ "$(cut -c1 frames | tr -d '\n')" = MDSP ]
	grep -qx 'S 109' frames
}

@test "age, zstd and tar get an archive out again" {
	needs age zstd
	mkdir -p tree/deep
	seq 50000 >tree/deep/numbers
	ln -s deep/numbers tree/link
	local options
	for options in '' -z '-z -s --pad'; do
		rm -rf out
		mkdir out
		# shellcheck disable=SC2086
		"${seal[@]}" $options tree | age_open | zstd -qdc | tar xC out
		diff -r tree out/tree
		[ "$(readlink out/tree/link)" = deep/numbers ]
	done
	# And wax-open without -C gives the tar.
	"${seal[@]}" -z tree | "${open[@]}" | tar t | grep -qx tree/link
}

@test "age 1.3 opens an envelope for a post-quantum recipient" {
	local bin=${WAX_PEERS:-$top/build/peers}/bin
	[ -x "$bin/age" ] || skip 'without age 1.3'
	needs zstd
	seq 100000 >in
	wax-seal -R "$keys/pq2.pub" -s -z --pad in >sealed
	"$bin/age" -d -i "$keys/pq2" <sealed | zstd -qdc | cmp - in
}

@test "a message that is an envelope itself comes back as it is" {
	needs age
	local file
	"${seal[@]}" -s -o signed in
	age_open <signed >payload
	head -c 13 payload >begin
	head -c 12 payload >almost
	for file in payload begin almost; do
		"${seal[@]}" <"$file" >sealed
		call 0 "${open[@]}" sealed
		out_same "$file"
		err_is
		nothing_from 4 "${open[@]}" --from "$mine" sealed
		"${seal[@]}" -s -z <"$file" | call 0 "${open[@]}" --from "$mine"
		out_same "$file"
	done
}

# limited BLOCKS COMMAND...: no file gets larger, and nothing is killed for it.
limited() (
	trap '' XFSZ
	ulimit -f "$1"
	"${@:2}"
)

@test "without a place to wait, a signed message is not opened to stdout" {
	"${seal[@]}" -s -o sealed in
	TMPDIR=$work/missing call 7 "${open[@]}" sealed
	out_is
	err_is "wax-open: a temporary file in '$work/missing': $(
	)No such file or directory (TMPDIR names another folder for it; $(
	)-o and -C need none)"
	# Full, as a disk may be.
	random 100000 in
	"${seal[@]}" -s -f -o sealed in
	TMPDIR=$work call 7 limited 40 "${open[@]}" sealed
	out_is
	err_is "wax-open: a temporary file in '$work': File too large $(
	)(TMPDIR names another folder for it; -o and -C need none)"
	TMPDIR=$work/in call 7 "${open[@]}" sealed
	out_is
	TMPDIR=/proc call 7 "${open[@]}" sealed
	out_is
	# A file and a folder need none, and what is not signed does not either.
	TMPDIR=$work/missing call 0 "${open[@]}" -o out sealed
	TMPDIR=$work/missing call 0 "${open[@]}" -C dir sealed
	"${seal[@]}" -z -o unsigned in
	TMPDIR=$work/missing call 0 "${open[@]}" unsigned
	# An empty name is none.
	TMPDIR='' call 0 "${open[@]}" sealed
	out_same in
	[ "$(id -u)" -ne 0 ] || return 0
	mkdir -m 500 closed
	TMPDIR=$work/closed call 7 "${open[@]}" sealed
	out_is
}

@test "where there is no room to wait, nothing comes out" {
	can_mount || skip 'a tmpfs cannot be mounted'
	seq 100000 >in
	"${seal[@]}" -s -o sealed in
	mkdir tmp
	export TMPDIR=$work/tmp
	local option
	for option in size=16k size=512k nr_inodes=1 ro; do
		call 7 unshare -rm sh -c 'mount -t tmpfs -o "$1" none tmp &&
			shift && exec "$@"' sh $option "${open[@]}" sealed
		out_is
	done
	call 0 unshare -rm sh -c 'mount -t tmpfs -o size=2m none tmp &&
		exec "$@"' sh "${open[@]}" sealed
	out_same in
}

@test "what waits is encrypted, and has no name" {
	local pid fd found=
	yes 'a secret that nobody may see' | head -n 60000 >in
	"${seal[@]}" -s -o sealed in
	mkdir tmp
	mkfifo pipe
	TMPDIR=$work/tmp "${open[@]}" sealed >pipe 2>"$io/err" 3>&- &
	pid=$!
	exec 9<pipe
	# When the first byte is there, all is in the file, as it waits for us.
	head -c 1 <&9 >out
	folder_holds tmp
	for fd in "/proc/$pid/fd"/*; do
		case $(readlink "$fd") in
		"$work/tmp/"*' (deleted)')
			cat "$fd" >waiting
			found=1
			;;
		esac
	done
	cat <&9 >>out
	exec 9<&-
	wait "$pid"
	cmp in out
	[ "$found" ] || fail 'no file was found'
	[ "$(stat -c %s waiting)" -gt "$(stat -c %s in)" ]
	run ! grep -qaF 'secret' waiting
	[ "$(gzip -c waiting | wc -c)" -gt "$(stat -c %s in)" ]
}

@test "where the file system has no nameless files, a name is gone at once" {
	needs strace
	is_sanitized && skip 'sanitizers look for leaks with ptrace, too'
	seq 100000 >in
	"${seal[@]}" -s -o sealed in
	mkdir tmp
	export TMPDIR=$work/tmp
	local error
	for error in EOPNOTSUPP EISDIR; do
		call 0 strace -qq -o calls -P "$TMPDIR" -e trace=openat \
			-e inject=openat:error=$error "${open[@]}" sealed
		out_same in
		grep -q O_TMPFILE calls
		folder_holds tmp
	done
	call 7 strace -qq -o calls -P "$TMPDIR" -e trace=openat \
		-e inject=openat:error=EACCES "${open[@]}" sealed
	out_is
}

@test "300 MiB, signed, are opened in little memory" {
	is_sanitized && skip 'sanitizers need memory of their own'
	local craft=("$python" "$top/tests/craft.py") tool
	export TMPDIR=$work
	seq 100000000 131457279 |
		"${craft[@]}" peak seal.kib "${seal[@]}" -s --pad >sealed
	"${craft[@]}" peak open.kib "${open[@]}" --from "$mine" sealed \
		2>"$io/err" | sha256sum >sum
	read -r sum _ <sum
	[ "$sum" = 1b93975948a8c3a6ba95f516449ece90ac3e631bb530a77d7b6f09bfd78234da ]
	for tool in seal open; do
		[ "$(cat $tool.kib)" -lt 24576 ] ||
			fail "wax-$tool: $(cat $tool.kib) KiB"
	done
}

@test "a payload cut or changed: of a signed message nothing, even of its start" {
	random 300000 in
	"${seal[@]}" -s -o sealed in
	local size
	size=$(stat -c %s sealed)
	local at
	for at in 1000 100000 $((size - 200)) $((size - 1)); do
		head -c "$at" sealed >cut_off
		nothing_from 1 "${open[@]}" cut_off
		cp sealed changed
		printf 'x' | dd of=changed bs=1 seek="$at" conv=notrunc status=none
		cmp -s sealed changed && printf 'y' | dd of=changed bs=1 \
			seek="$at" conv=notrunc status=none
		nothing_from 1 "${open[@]}" changed
	done
	{ cat sealed; echo more; } >longer
	nothing_from 1 "${open[@]}" longer
}
