# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# Files between wax and npm's age-encryption in a page of a real browser,
# headless: a minute.

load ../helpers
load ../peers/peers

setup_file() { peers_setup_file; }

setup() {
	wax_setup
	peers_setup
	needs chromium
	needs_peer npm
	page_kinds='x25519 mlkem768x25519 scrypt'
	random 20000000 "$keys/in.20000000"
	page_sizes="$sizes 20000000"
}

# page FILE: has the page do the jobs in it, each of which is to work.
page() {
	"$python" "$top/tests/peers/browser.py" <"$1" >"$io/out" 2>"$io/err" ||
		fail "the browser: exit status $?"
	[ "$(grep -cx ok "$io/out")" -eq "$(wc -l <"$1")" ] ||
		fail 'not all jobs were done'
}

# each COMMAND...: for each kind and size, every other one armored; those that
# a passphrase seals are fewer, for each takes seconds.
each() {
	local kind size armor=
	for kind in $page_kinds; do
		for size in $page_sizes; do
			if [ "$kind" = scrypt ] && ((size > 1 && size != 65537))
			then
				continue
			fi
			"$@" "$kind" "$size" $armor
			[ -n "$armor" ] && armor='' || armor=-a
		done
	done
}

wax_seals() { # KIND SIZE [-a]
	local name=$1.$2
	seal_with wax "$1" ${3:+"$3"} <"$keys/in.$2" >"$name.sealed"
	case $1 in
	scrypt) echo "open -p $keys/pw" ;;
	*) echo "open -i $keys/$1" ;;
	esac | sed "s|\$| $name.sealed $name.opened|" >>jobs
}

page_seals() { # KIND SIZE [-a]
	case $1 in
	scrypt) echo "seal ${3-} -p $keys/pw" ;;
	*) echo "seal ${3-} -r $(cat "$keys/$1.pub")" ;;
	esac | sed "s|\$| $keys/in.$2 $1.$2.sealed|" >>jobs
}

wax_opens() { # KIND SIZE [-a]
	local begin='age-encryption.org/v1'
	[ -z "${3-}" ] || begin='-----BEGIN AGE ENCRYPTED FILE-----'
	head -n 1 "$1.$2.sealed" | grep -aqxF -- "$begin" ||
		fail "$*: armored, or not"
	open_with wax "$1" <"$1.$2.sealed" | cmp - "$keys/in.$2" ||
		fail "$*: not the same"
}

@test "a page in Chromium opens what wax seals, of every kind and size" {
	each wax_seals
	page jobs
	same() { cmp "$1.$2.opened" "$keys/in.$2"; }
	each same
	[ "$(wc -l <jobs)" -eq 17 ]
}

@test "wax opens what a page in Chromium seals, of every kind and size" {
	each page_seals
	page jobs
	each wax_opens
	[ "$(wc -l <jobs)" -eq 17 ]
	grep -aqx -- '-> scrypt .* 18' scrypt.0.sealed
}

@test "a page opens with a key of WebCrypto what wax sealed to its recipient" {
	local size
	for size in $page_sizes; do
		echo "meet $keys/in.$size $size" >>jobs
	done
	page jobs
	for size in $page_sizes; do
		cmp "$size" "$keys/in.$size"
	done
}

@test "neither a page nor wax opens what is another's, or damaged" {
	local name
	wax-keygen --x25519 -o other 2>/dev/null
	echo wrong >wrong
	seal_with wax x25519 <"$keys/in.65537" >whole
	seal_with wax scrypt <"$keys/in.1" >locked
	head -c -1 whole >cut
	{ cat whole && echo; } >more
	echo "seal -r $(cat "$keys/x25519.pub") $keys/in.65537 page.whole" >jobs
	echo "seal -p $keys/pw $keys/in.1 page.locked" >>jobs
	page jobs
	for name in 'other whole' "$keys/x25519 cut" "$keys/x25519 more"; do
		echo "open -i $name opened"
	done >jobs
	echo "open -p wrong locked opened" >>jobs
	echo "open -i $keys/x25519 whole good" >>jobs
	! page jobs 2>/dev/null || fail 'something was opened'
	[ "$(cut -d : -f 1 "$io/out" | xargs)" = 'failed failed failed failed ok' ]
	cmp good "$keys/in.65537"
	[ ! -e opened ]
	head -c -1 page.whole >page.cut
	call 1 wax-open -i "$keys/x25519" -o opened page.cut
	call 3 wax-open -i other -o opened page.whole
	call 3 wax-open --passphrase-file wrong -o opened page.locked
	[ ! -e opened ]
	call 0 wax-open -i "$keys/x25519" page.whole
	out_same "$keys/in.65537"
}
