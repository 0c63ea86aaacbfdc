# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# Files, keys and refusals between wax and other implementations of age v1,
# live and both ways.

load helpers
load peers/peers

setup_file() { peers_setup_file; }

setup() {
	wax_setup
	peers_setup
}

# Four times the memory that wax may have; tests/long has more.
big_size='60 MiB'
big() { seq 100000000 106291455; }
big_sum=5ba77a3c6f53f584b031c8c59dff1455d4f23aa2dc61b2830d24566cd7012ce3

# Each size and kind; every other one is armored, which is enough, as the
# armor knows nothing of the kind. A passphrase costs a second, and has fewer
# sizes. tests/long has all of it.
table() { # SEALER OPENER
	local kind size some form=
	for kind in $kinds; do
		knows "$1" "$kind" || continue
		knows "$2" "$kind" || continue
		some=$sizes
		[ "$kind" != scrypt ] || some='0 65537 1048576'
		for size in $some; do
			round "$1" "$2" "$kind" "$size" $form
			[ -n "$form" ] && form='' || form=-a
		done
		# An even number of sizes: the next kind has the other half.
		[ -n "$form" ] && form='' || form=-a
	done
}

@test "age 1.3 opens what wax seals, of every kind and size" {
	needs_peer age
	table wax age
}

@test "wax opens what age 1.3 seals, of every kind and size" {
	needs_peer age
	table age wax
}

@test "rage opens what wax seals, of every kind and size" {
	needs_peer rage
	table wax rage
}

@test "wax opens what rage seals, of every kind and size" {
	needs_peer rage
	table rage wax
}

@test "npm's age-encryption opens what wax seals, of every kind and size" {
	needs_peer npm
	table wax npm
}

@test "wax opens what npm's age-encryption seals, of every kind and size" {
	needs_peer npm
	table npm wax
}

@test "60 MiB pass in constant memory between wax and age, both ways" {
	needs_peer age
	big_round wax age mlkem768x25519
	big_round age wax mlkem768x25519
}

@test "60 MiB pass in constant memory between wax and rage, both ways" {
	needs_peer rage
	big_round wax rage x25519
	big_round rage wax x25519
}

@test "60 MiB pass in constant memory between wax and age-encryption, both ways" {
	needs_peer npm
	big_round wax npm mlkem768x25519
	big_round npm wax x25519
}

# The default cost and a person at the terminal, on both sides.
@test "a passphrase typed to one program opens what another typed one sealed" {
	local peer
	needs_peer age rage
	for peer in age rage; do
		agree "$peer -p" typed 2 "$bin/$peer" -p -a \
			<"$keys/in.65537" >sealed
		agree "wax-open after $peer -p" typed 1 wax-open <sealed >opened
		cmp "$keys/in.65537" opened
		agree "wax-seal -p" typed 2 wax-seal -p \
			<"$keys/in.65537" >sealed
		agree "$peer after wax-seal -p" typed 1 "$bin/$peer" -d \
			<sealed >opened
		cmp "$keys/in.65537" opened
	done
}

@test "a wrong passphrase is refused by whoever did not seal" {
	local peer
	needs_peer age
	seal_with wax scrypt <"$keys/in.1" >by-wax
	seal_with age scrypt <"$keys/in.1" >by-age
	passphrase=wrong
	echo wrong >wrong
	call 3 wax-open --passphrase-file wrong by-age
	out_is
	! open_with age scrypt <by-wax >opened 2>err || fail 'age opened it'
	[ ! -s opened ]
	grep -q 'incorrect passphrase' err
}

# many OPTION: an option with each recipient file of two lists of keys.
several() { # SEALER KEY...: each of the keys opens
	local sealer=$1 options=() opener key
	shift
	for key; do
		case $sealer in
		npm) options+=(-r "$(cat "$key.pub")") ;;
		*) options+=(-R "$key.pub") ;;
		esac
	done
	case $sealer in
	wax) wax-seal "${options[@]}" <"$keys/in.65537" >sealed ;;
	npm) npm seal "${options[@]}" <"$keys/in.65537" >sealed ;;
	*) "$bin/$sealer" "${options[@]}" <"$keys/in.65537" >sealed ;;
	esac || fail "$sealer: exit status $?"
	for key; do
		for opener in $openers; do
			agree "$sealer to $opener, key $key" \
				one_opens "$opener" "$key" <sealed >opened
			cmp "$keys/in.65537" opened ||
				fail "$sealer to $opener, key $key"
		done
	done
}

one_opens() { # OPENER KEY
	case $1 in
	wax) wax-open -i "$2" ;;
	npm) npm open -i "$2" ;;
	*) "$bin/$1" -d -i "$2" ;;
	esac
}

make_keys() { # KIND...: key1, key2, ...
	local kind n=0
	for kind; do
		n=$((n + 1))
		case $kind in
		ssh) ssh-keygen -q -t ed25519 -N '' -f "key$n" && continue ;;
		pq) "$bin/age-keygen" -pq -o "key$n" 2>/dev/null ;;
		x) "$bin/age-keygen" -o "key$n" 2>/dev/null ;;
		esac
		wax-keygen -y "key$n" >"key$n.pub"
	done
}

@test "a file for several classic keys opens with each, whoever sealed it" {
	local openers
	needs_peer age rage
	make_keys x ssh x ssh
	openers='age rage' several wax key1 key2 key3 key4
	openers=wax several age key1 key2 key3 key4
	openers=wax several rage key1 key2 key3 key4
}

@test "a file for several post-quantum keys opens with each, whoever sealed it" {
	local openers
	needs_peer age
	make_keys pq pq pq
	openers=age several wax key1 key2 key3
	openers=wax several age key1 key2 key3
}

@test "a file for several keys goes between wax and age-encryption" {
	local openers
	needs_peer npm age
	make_keys x x
	openers=npm several wax key1 key2
	openers=wax several npm key1 key2
}

# As rage does, which puts a stanza of a random type into each header.
@test "a key fits behind stanzas of a kind that wax does not know" {
	local type
	needs_peer rage
	seal_with rage x25519 <"$keys/in.1" >sealed
	type=$(sed -n 's/^-> \([^ ]*grease\).*/\1/p' sealed)
	[ -n "$type" ] || skip 'this rage adds no such stanza'
	call 0 wax-open -i "$keys/x25519" sealed
	out_same "$keys/in.1"
	call 0 wax-inspect sealed
	out_has "$type: 1" 'recipients: 2' 'X25519: 1'
}

@test "a recipients file with comments means the same to all" {
	local peer key
	needs_peer age rage
	make_keys x ssh
	{
		printf '# two keys\n\n'
		cat key1.pub
		printf '#\n'
		cat key2.pub
	} >list
	for peer in wax age rage; do
		case $peer in
		wax) wax-seal -R list <"$keys/in.1" >sealed ;;
		*) "$bin/$peer" -R list <"$keys/in.1" >sealed ;;
		esac
		for key in key1 key2; do
			for opener in wax age rage; do
				agree "$peer to $opener, $key" \
					one_opens $opener $key <sealed >opened
				cmp "$keys/in.1" opened
			done
		done
	done
}

@test "all derive the same recipient from an identity, whoever made it" {
	local key
	needs_peer age rage
	make_keys x pq
	"$bin/rage-keygen" -o key3 2>/dev/null
	for key in key1 key3 "$keys/x25519"; do
		wax-keygen -y "$key" >wax.out
		"$bin/age-keygen" -y "$key" | cmp - wax.out
		"$bin/rage-keygen" -y "$key" | cmp - wax.out
		grep -qxF "# public key: $(cat wax.out)" "$key"
	done
	for key in key2 "$keys/mlkem768x25519"; do
		wax-keygen -y "$key" >wax.out
		"$bin/age-keygen" -y "$key" | cmp - wax.out
		grep -qxF "# public key: $(cat wax.out)" "$key"
	done
	[ "$(wc -c <wax.out)" -eq 1960 ]
}

@test "age-encryption derives the same recipients" {
	local kind
	needs_peer npm
	for kind in x25519 mlkem768x25519; do
		npm recipient "$keys/$kind" | cmp - "$keys/$kind.pub"
	done
}

@test "a file of several identities means the same to wax and age" {
	needs_peer age
	make_keys x pq x
	cat key1 key2 key3 >three
	wax-keygen -y three >wax.out
	[ "$(wc -l <wax.out)" -eq 3 ]
	"$bin/age-keygen" -y three | cmp - wax.out
	for key in key1 key2 key3; do
		wax-seal -R $key.pub <"$keys/in.1" >sealed
		agree "age, $key of three" one_opens age three <sealed >opened
		cmp "$keys/in.1" opened
		"$bin/age" -R $key.pub <"$keys/in.1" >sealed
		agree "wax, $key of three" one_opens wax three <sealed >opened
		cmp "$keys/in.1" opened
	done
}

# lock WHO PLAIN LOCKED [-a]
lock() {
	case $1 in
	wax) wax-seal -p --passphrase-file "$keys/pw" "${@:4}" ;;
	*) typed 2 "$bin/$1" -p "${@:4}" ;;
	esac <"$2" >"$3"
}

@test "an identity file sealed with a passphrase by age or rage opens in wax" {
	local peer
	needs_peer age rage
	make_keys x pq
	"$bin/age" -R key1.pub <"$keys/in.65537" >x.sealed
	"$bin/age" -R key2.pub <"$keys/in.65537" >pq.sealed
	lock age key1 key1.age
	lock rage key2 key2.rage -a
	call 0 wax-open --passphrase-file "$keys/pw" -i key1.age x.sealed
	out_same "$keys/in.65537"
	call 0 wax-open --passphrase-file "$keys/pw" -i key2.rage pq.sealed
	out_same "$keys/in.65537"
	call 0 wax-keygen -y --passphrase-file "$keys/pw" key1.age
	out_same key1.pub
}

@test "an identity that wax-keygen -p made opens in age and rage" {
	local peer
	needs_peer age rage
	wax-keygen -p --passphrase-file "$keys/pw" -o pq
	wax-keygen -p --passphrase-file "$keys/pw" --x25519 -o x
	wax-keygen -y --passphrase-file "$keys/pw" pq >pq.pub
	wax-keygen -y --passphrase-file "$keys/pw" x >x.pub
	wax-seal -R pq.pub <"$keys/in.65537" >pq.sealed
	wax-seal -R x.pub <"$keys/in.65537" >x.sealed
	agree 'age, post-quantum' typed 1 "$bin/age" -d -i pq \
		<pq.sealed >opened
	cmp "$keys/in.65537" opened
	for peer in age rage; do
		agree "$peer, X25519" typed 1 "$bin/$peer" -d -i x \
			<x.sealed >opened
		cmp "$keys/in.65537" opened
	done
}

@test "sealing with -i to an identity file opens with it, between wax and age" {
	needs_peer age
	wax-seal -i "$keys/mlkem768x25519" <"$keys/in.1" >sealed
	open_with age mlkem768x25519 <sealed | cmp - "$keys/in.1"
	"$bin/age" -e -i "$keys/mlkem768x25519" <"$keys/in.1" >sealed
	open_with wax mlkem768x25519 <sealed | cmp - "$keys/in.1"
}

@test "wax and age both refuse to mix post-quantum and classic recipients" {
	needs_peer age
	call 2 wax-seal -R "$keys/mlkem768x25519.pub" -R "$keys/x25519.pub"
	out_is
	! "$bin/age" -R "$keys/mlkem768x25519.pub" -R "$keys/x25519.pub" \
		</dev/null >out 2>err || fail 'age sealed it'
	[ ! -s out ]
	grep -q 'post-quantum' err
}

@test "of a damaged file wax and age put out the same bytes, and both fail" {
	local name at
	needs_peer age
	seq 99999 | head -c 200000 >plain
	seal_with wax x25519 <plain >whole
	for at in -1 -65000 -140000 -199000; do
		cp whole "flip$at"
		printf '\0\0\0\0' | dd of="flip$at" bs=1 conv=notrunc \
			seek=$(($(stat -c %s whole) + at - 3)) status=none
		head -c "$at" whole >"cut$at"
	done
	cat whole whole >twice
	for name in flip-* cut-* twice; do
		call 1 wax-open -i "$keys/x25519" "$name"
		! "$bin/age" -d -i "$keys/x25519" "$name" >age.out 2>/dev/null ||
			fail "$name: age opened it"
		cmp "$io/out" age.out || fail "$name: other bytes"
	done
	[ -s age.out ]
}

# compare FILE: age-inspect and wax-inspect give the same facts.
compare() {
	"$bin/age-inspect" --json "$1" >age.json
	wax-inspect --json "$1" >wax.json
	"$python" - "$1" <<-'EOF'
	import collections, json, os, sys
	age, wax = (json.load(open(f)) for f in ("age.json", "wax.json"))
	sizes = age["sizes"]
	types = collections.Counter(age["stanza_types"])
	facts = {
	    "version": age["version"],
	    "armor": age["armor"],
	    "post_quantum": {"yes": True, "no": False}.get(age["postquantum"]),
	    "recipients": [{"type": t, "count": n} for t, n in types.items()],
	    "header_bytes": sizes["header"],
	    "payload_bytes": sizes["overhead"] + sizes["min_payload"],
	    "plaintext_bytes": sizes["min_payload"],
	}
	if facts != wax:
	    sys.exit(f"{sys.argv[1]}:\nage {facts}\nwax {wax}")
	if sizes["header"] + wax["payload_bytes"] + sizes["armor"] != \
	        os.stat(sys.argv[1]).st_size:
	    sys.exit(f"{sys.argv[1]}: the sizes are not the file's")
	EOF
}

@test "wax-inspect and age-inspect give the same facts of a file" {
	local kind size
	needs_peer age
	for kind in $kinds; do
		for size in 0 1 65536 65537; do
			seal_with age "$kind" <"$keys/in.$size" >file
			compare file || fail "age's, $kind, $size bytes"
			seal_with wax "$kind" -a <"$keys/in.$size" >file
			compare file || fail "wax's, $kind, $size bytes, -a"
		done
	done
	wax-seal -R "$keys/x25519.pub" -R "$keys/ssh-ed25519.pub" \
		<"$keys/in.1" >file
	compare file
	if has_peer rage; then
		seal_with rage x25519 <"$keys/in.1" >file
		compare file
	fi
}

# Debian 12's own age is 1.1.1: nothing post-quantum, but in wide use.
@test "the system's own age and wax open each other's classic files" {
	local age kind size
	age=$(PATH=${PATH%":$bin"} command -v age) || skip 'no age in PATH'
	for kind in x25519 ssh-ed25519; do
		for size in $sizes; do
			seal_with wax "$kind" -a <"$keys/in.$size" >sealed
			agree "wax to $age, $kind, $size bytes" \
				"$age" -d -i "$keys/$kind" <sealed >opened
			cmp "$keys/in.$size" opened
			agree "$age to wax, $kind, $size bytes" \
				"$age" -R "$keys/$kind.pub" \
				<"$keys/in.$size" >sealed
			agree "$age to wax, $kind, $size bytes" \
				open_with wax $kind <sealed >opened
			cmp "$keys/in.$size" opened
		done
	done
}
