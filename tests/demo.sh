#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Shows wax at work, in fresh homes and a folder that go when it ends: each
# command stands before what it does, and every result is compared with what
# was sealed. Exits with 0 only if all of it is as it should be.
#
# WAX_BIN  the folder of the tools; build/bin of this repository by default
#
# shellcheck disable=SC2016 # commands are shown before they are expanded
set -eu

REPO=$(cd "$(dirname "$0")/.." && pwd)
bin=${WAX_BIN:-$REPO/build/bin}
if [ ! -x "$bin/wax-seal" ]; then
	echo "demo.sh: no tools in '$bin'; 'make' builds them" >&2
	exit 2
fi

tmp=$(mktemp -d)
finish() {
	status=$?
	rm -rf "$tmp"
	[ "$status" -eq 0 ] || echo "demo.sh: failed, as shown above" >&2
	exit "$status"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# In order, wherever the output goes.
exec 2>&1
mkdir "$tmp/home" "$tmp/desk" "$tmp/bin"
cd "$tmp/desk"
unset WAX_HOME XDG_DATA_HOME
export HOME="$tmp/home" PATH="$bin:$PATH" REPO

# tell TEXT...: a line of explanation
tell() { printf '\n# %s\n' "$*"; }

# show COMMAND: prints it, and runs it
show() {
	printf '$ %s\n' "$1"
	eval "$1"
}

# fails STATUS COMMAND: the same for one that is to fail
fails() {
	got=0
	show "$2" || got=$?
	echo "(exit status $got)"
	if [ "$got" -ne "$1" ]; then
		echo "demo.sh: the exit status should be $1" >&2
		exit 1
	fi
}

# bob COMMAND..., eve COMMAND...: the same with another home than Ada's
bob() { WAX_HOME=$HOME/bob "$@"; }
eve() { WAX_HOME=$HOME/eve "$@"; }

# is_there COMMAND
is_there() { command -v "$1" >/dev/null; }

# knows_pq AGE: whether this age knows post-quantum recipients
knows_pq() {
	is_there "$1" && "$1" -R ada.txt </dev/null >/dev/null 2>&1
}

tell 'Ada makes an identity, and a card to give away.'
show 'wax-keygen -n Ada'
show 'wax-card -o ada.card'
show 'wax-card show ada.card | cut -c 1-60'

tell 'So does Bob. His home is elsewhere; "bob" stands for that here.'
show 'bob wax-keygen -n Bob'
show 'bob wax-card -o bob.card'

tell 'Each adds the card of the other. Both see the same code: they compare it,' \
	'and each tells it to wax.'
show 'wax-contact add bob bob.card'
show 'bob wax-contact add ada ada.card'
show 'wax-contact verify bob | tee ada.code'
show 'bob wax-contact verify ada | tee bob.code | cmp - ada.code'
show 'wax-contact verify --code - bob <bob.code'
show 'bob wax-contact verify --code - ada <ada.code'
show 'wax-contact list'
wax-contact list --json | grep -q '"verified":"20'

tell 'A file, sealed to Bob and opened by him.'
show 'cp "$REPO/README.md" .'
show 'wax-seal -r bob -o README.seal README.md'
show 'ls -l README.md README.seal'
show 'wax-inspect README.seal'
show 'bob wax-open -o README.copy README.seal'
show 'cmp README.md README.copy'

tell 'The recipient alone, a line of text, will do, too, as age knows it.'
show 'wax-keygen -y -o ada.txt'
show 'cut -c 1-60 ada.txt'

tell 'A pipe: a folder of source code, packed, sealed and opened on the way.'
show 'tar -c -C "$REPO" lib | tee lib.tar | wax-seal -R ada.txt >lib.seal'
show 'wax-open lib.seal | cmp - lib.tar'
show 'wax-open lib.seal | tar -x && diff -r lib "$REPO/lib"'

tell 'A folder and a file, attached: whole or not at all on the other side.'
show 'cp -r "$REPO/include" .'
show 'wax-seal -r bob -o attached.seal include README.md'
show 'bob wax-open -C in attached.seal'
show 'diff -r include in/include && cmp README.md in/README.md'

tell 'Signed, compressed, and without showing the exact size; opened only if it' \
	'is by Ada.'
show 'wax-seal -s -z --pad -r bob -o signed.seal include README.md'
show 'bob wax-open --from ada -C from-ada signed.seal'
show 'diff -r include from-ada/include'
show 'bob wax-open --info signed.seal | wax-unpack -t | sort | head -n 3'

tell 'A signature apart from the file, which Bob knows by the card, too.'
show 'wax-sign README.md'
show 'bob wax-verify -k ada README.md'

tell 'The same bundle without sealing, through a pipe.'
show 'wax-pack include | wax-unpack -C copy && diff -r include copy/include'

tell 'Text, for mail.'
show 'echo "meet at nine" | wax-seal -a -R ada.txt >letter.txt'
show 'head -n 2 letter.txt'
show 'wax-open letter.txt | tee said.txt'
[ "$(cat said.txt)" = 'meet at nine' ]

tell 'A passphrase, from a file; without the option it is asked for.'
show 'echo "correct horse battery staple" >passphrase'
show 'wax-seal -p --passphrase-file passphrase README.md >secret.seal'
show 'wax-open --passphrase-file passphrase secret.seal | cmp - README.md'

with_age='age was not there, so that part is left out.'
if is_there age; then
	tell "Together with age, here $(age --version): a classic key," \
		'which every version knows.'
	show 'wax-keygen --x25519 -o classic.key'
	show 'wax-keygen -y -o classic.txt classic.key'
	show 'cat classic.txt'
	show 'wax-seal -R classic.txt -o a.age README.md'
	show 'age -d -i classic.key a.age | cmp - README.md'
	show 'age -R classic.txt -o b.age README.md'
	show 'wax-open -i classic.key b.age | cmp - README.md'
	if is_there zstd; then
		tell 'A folder comes out without wax, too.'
		show 'wax-seal -s -z -R classic.txt include >include.seal'
		show 'mkdir out'
		show 'age -d -i classic.key include.seal | zstd -d | tar -x -C out'
		show 'diff -r include out/include'
	fi
	with_age='age opened what wax sealed, and wax what age sealed.'
fi

newer=$REPO/build/peers/bin/age
if ! knows_pq age && knows_pq "$newer"; then
	ln -s "$newer" "$tmp/bin/age"
	PATH="$tmp/bin:$PATH"
fi
if knows_pq age; then
	tell "And with post-quantum keys; this is age $(age --version)."
	show 'age -d -i ~/bob/identity README.seal | cmp - README.md'
	show 'age -R ada.txt -o pq.age README.md'
	show 'wax-open pq.age | cmp - README.md'
else
	tell 'age knows post-quantum keys from 1.3 on; there is none here, so' \
		'that part is left out.'
fi

tell 'Somebody else cannot open it: exit status 3.'
show 'eve wax-keygen -n Ada'
fails 3 'eve wax-open README.seal'

tell 'Eve calls herself Ada. Her card is refused, and what she signs is not what' \
	'Ada signs: exit status 4.'
show 'eve wax-card -o eve.card'
fails 4 'bob wax-contact add ada eve.card'
show 'eve wax-seal -s -R bob.card -o eve.seal README.md'
show 'bob wax-open --info eve.seal >eve.txt && cmp eve.txt README.md'
fails 4 'bob wax-open --from ada -o not.txt eve.seal'
show 'test ! -e not.txt'

tell 'A file that was cut short: exit status 1, and no output file at all.'
show 'head -c 100000 lib.seal >cut.seal'
fails 1 'wax-open -o cut.tar cut.seal'
show 'test ! -e cut.tar'

tell 'The attachments with some bytes changed, and an archive that leads out of' \
	'its folder: exit status 1, and no folder at all.'
show 'size=$(wc -c <attached.seal)'
show '(head -c $((size - 20)) && printf XXXX) <attached.seal >bad.seal'
show 'tail -c 16 attached.seal >>bad.seal'
fails 1 'bob wax-open -C bad bad.seal'
show 'tar -cPf evil.tar ../desk/said.txt && rm said.txt'
fails 1 'wax-unpack -C bad evil.tar'
show 'test ! -e bad && test ! -e said.txt'

printf '\nAll of it worked, and every copy is the same as its original. %s\n' \
	"$with_age"
