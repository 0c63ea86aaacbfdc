#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Sessions between the tools and another implementation of wax-protocol(7), in
# protocol.py; and what a malicious peer can do, who knows its sessions' keys.
# shellcheck disable=SC2154 # helpers.bash sets what is shared

load helpers

peer() { "$python" "$top/tests/protocol.py" "$@"; }

# One device of the tools', ada, and three of Python's, who know each other.
# Tests begin with copies of them.
setup_file() {
	wax_environment
	mkdir "$BATS_FILE_TMPDIR/home"
	cd "$BATS_FILE_TMPDIR" || return 1
	export HOME=$BATS_FILE_TMPDIR/home
	wax-keygen -n ada 2>/dev/null
	wax-card -o ada.card
	local name other
	for name in pia pim pax; do
		peer new "$name" "$name" >"$name.identity"
		wax-contact add -q "$name" "$name/card"
	done
	for name in pia pim pax; do
		peer meet "$name" ada.card
		for other in pia pim pax; do
			[ "$name" = "$other" ] || peer meet "$name" "$other/card"
		done
	done
}

setup() {
	wax_setup
	cp -R "$keys/home/." "$HOME"
	cp -R "$keys"/pia "$keys"/pim "$keys"/pax "$keys"/*.identity .
	store=$HOME/.local/share/wax
}

say() { printf '%s\n' "$1"; }
from_peer() { # TEXT PEER [OPTION...]
	local text=$1 name=$2
	shift 2
	say "$text" | peer seal "$@" "$name" ada
}

# opens TEXT FILE: the tools open it, once.
opens() {
	call 0 wax-open "$2"
	out_is "$1"
	grep -q '^wax-open: \(chained with\|signed by\) ' "$io/err" ||
		fail 'it is by nobody'
}

# peer_opens TEXT PEER FILE: Python does.
peer_opens() {
	call_peer 0 peer open "$2" <"$3"
	out_is "$1"
}
call_peer() {
	local want=$1 got=0
	shift
	"$@" >"$io/out" 2>"$io/err" || got=$?
	[ "$got" -eq "$want" ] || fail "exit status $got, not $want, of: $*"
}

# Everything in the home but the files for locking.
remains() {
	(cd "$store" && find . -type f -not -name '*.lock' -not -name 'l-*' \
		-exec sha256sum {} + | sort)
}

# refused STATUS FILE: that, nothing on stdout, and nothing is changed.
refused() {
	remains >"$io/before"
	call "$1" wax-open "$2"
	out_is
	remains | cmp - "$io/before" || fail "$2 has changed the state"
}

# talk COUNT: epochs 0 to COUNT - 1 between pia, who calls, and ada.
talk() {
	local n
	for ((n = 0; n < $1; n += 2)); do
		from_peer "epoch $n" pia >file
		opens "epoch $n" file
		[ $((n + 1)) -lt "$1" ] || break
		say "epoch $((n + 1))" | wax-seal -c pia >file
		peer_opens "epoch $((n + 1))" pia file
	done
}

state_is() { # PEER LINE...
	local name=$1
	shift
	call_peer 0 peer state "$store" "$name" ada
	out_is "$@"
}

@test "the examples of the page are right" {
	call_peer 0 peer examples "$top/man/wax-protocol.7"
	out_is 'all is as it says'
}

@test "the known conversation is what the page says, to the byte" {
	call_peer 0 peer vectors "$top/tests/vectors/session.txt"
	out_is 'all is as it says'
}

@test "another implementation calls, and the tools answer, epochs 0 to 4" {
	local n
	from_peer 'epoch 0' pia >file
	wax-open --info file >"$io/out" 2>"$io/err"
	out_is 'epoch 0'
	err_has "session: $(cat pia.identity), new" 'contact: pia' \
		'sender: none'
	for n in 0 2; do
		say "epoch $((n + 1))" | wax-seal -c pia >file
		peer_opens "epoch $((n + 1))" pia file
		from_peer "epoch $((n + 2))" pia >file
		opens "epoch $((n + 2))" file
	done
	state_is pia \
		'session 1: sending 3.1, receiving 4.1, sent 2, opened 3, root key same' \
		'skipped: ' 'old: 0:1 2:1' 'opened: 0.0 2.0 4.0'
	refused 5 file
}

@test "the tools call, and another implementation answers, epochs 0 to 4" {
	local n
	say 'epoch 0' | wax-seal -c pia >file
	peer_opens 'epoch 0' pia file
	err_has 'a new session with ada, epoch 0'
	for n in 0 2; do
		from_peer "epoch $((n + 1))" pia >file
		opens "epoch $((n + 1))" file
		say "epoch $((n + 2))" | wax-seal -c pia >file
		peer_opens "epoch $((n + 2))" pia file
	done
	state_is pia \
		'session 1: sending 4.1, receiving 3.1, sent 3, opened 2, root key same' \
		'skipped: ' 'old: 1:1' 'opened: 1.0 3.0'
}

@test "messages may be skipped and late, in every epoch" {
	local n
	for n in 0 1 2; do
		from_peer "0.$n" pia >"a$n"
	done
	opens 0.2 a2
	opens 0.0 a0
	state_is pia \
		'session 1: sending 1.0, receiving 0.3, sent 0, opened 2, root key same' \
		'skipped: 0.1' 'old: ' 'opened: 0.2 0.0'
	for n in 0 1 2; do
		say "1.$n" | wax-seal -c pia >"b$n"
	done
	peer_opens 1.1 pia b1
	from_peer 2.0 pia >c0
	from_peer 2.1 pia >c1
	opens 2.1 c1
	opens 0.1 a1
	opens 2.0 c0
	say 3.0 | wax-seal -c pia >d0
	peer_opens 3.0 pia d0
	peer_opens 1.2 pia b2
	peer_opens 1.0 pia b0
	for n in a0 a1 a2 c0 c1; do
		refused 5 $n
	done
	for n in b0 b1 b2 d0; do
		call_peer 5 peer open pia <$n
	done
	state_is pia \
		'session 1: sending 3.1, receiving 2.2, sent 4, opened 5, root key same' \
		'skipped: ' 'old: 0:3' 'opened: 0.2 0.0 2.1 0.1 2.0'
}

@test "both call at once, and come to the same session" {
	from_peer 'by pia' pia >theirs
	say 'by ada' | wax-seal -c pia >ours
	opens 'by pia' theirs
	peer_opens 'by ada' pia ours
	say answer | wax-seal -c pia >ours
	from_peer answer pia >theirs
	peer_opens answer pia ours
	opens answer theirs
	say again | wax-seal -c pia >ours
	peer_opens again pia ours
	from_peer again pia >theirs
	opens again theirs
	# Nothing needs a hello any more.
	! grep -qa 'wax/hello' ours || fail 'there is a hello'
	! grep -qa 'wax/hello' theirs || fail 'there is a hello'
	peer state "$store" pia ada >out
	[ "$(grep -c '^session' out)" -eq 2 ] || fail 'no two sessions'
	grep -q 'root key same' out
}

@test "the tools seal for three sessions, and another implementation opens" {
	local name
	talk 2
	say all | wax-seal -c pia -c pim -c pax >file
	[ "$(grep -ac '^-> wax/ratchet$' file)" -eq 3 ]
	for name in pim pax pia; do
		peer_opens all "$name" file
	done
	call_peer 5 peer open pim <file
}

@test "another implementation seals for three sessions, and the tools open" {
	talk 2
	say all | peer seal pia pim ada pax >file
	opens all file
	peer_opens all pim file
	peer_opens all pax file
	refused 5 file
}

@test "-s with -c is signed by the sender, both ways" {
	say 'one' | wax-seal -s -c pia >file
	peer_opens one pia file
	say 'both' | wax-seal -s -c pia -c pim >file
	peer_opens both pia file
	from_peer one pia --sign >file
	wax-open --info --from pia file >"$io/out" 2>"$io/err"
	out_is one
	err_has "sender: $(cat pia.identity)" "session: $(cat pia.identity)"
	say both | peer seal --sign pia ada pim >file
	opens both file
}

@test "a payload without an envelope is taken for a single session" {
	from_peer plain pia --plain >file
	opens plain file
	say plain | wax-seal --no-pad -c pia >file
	peer_opens plain pia file
}

@test "a repeated hello is refused, also when its session is forgotten" {
	from_peer first pia >one
	from_peer second pia >two
	opens first one
	refused 5 one
	opens second two
	refused 5 two
	wax-session rm -q pia
	refused 5 one
	refused 5 two
	say first | wax-seal -c pim >file
	peer_opens first pim file
	call_peer 5 peer open pim <file
}

# twisted STATUS TWIST [OPTION...] [PEER...]: pia sends something wrong.
twisted() {
	local status=$1 twist=$2
	shift 2
	say wrong | peer seal --twist "$twist" pia "$@" ada >file ||
		fail "$twist was not made"
	refused "$status" file || fail "that was $twist $*"
}

@test "contradictions of a peer in epoch 0 are refused" {
	local twist
	for twist in version n N N-last PN pk-bad pk-zero signer-zero; do
		case $twist in
		signer-zero) twisted 4 $twist pim ;;
		*) twisted 4 $twist ;;
		esac
	done
	twisted 4 skip-10001
	twisted 1 hello-version
	twisted 1 hello-never
	twisted 1 hello-small
	twisted 3 hello-prekey
	twisted 4 hello-late
	twisted 4 hello-E
	twisted 4 hello-c1
	from_peer right pia >file
	opens right file
	twisted 4 pk
	twisted 4 N
	twisted 4 PN
}

@test "contradictions of a peer in a later epoch are refused" {
	local twist
	talk 2
	# The next message is the first of epoch 2.
	for twist in version n n-far N N-last PN-far pk pk-bad pk-zero ct \
		ct-zero skip-10001; do
		twisted 4 $twist
	done
	twisted 4 PN-less
	from_peer 2.0 pia >c0
	from_peer 2.1 pia >c1
	from_peer 2.2 pia >c2
	opens 2.1 c1
	for twist in n N PN PN-less pk ct skip-10001; do
		twisted 4 $twist
	done
	# An epoch that is over: it had three messages.
	cp -R pia over
	opens 2.2 c2
	say 3.0 | wax-seal -c pia >d0
	peer_opens 3.0 pia d0
	from_peer 4.0 pia >e0
	opens 4.0 e0
	say wrong | peer seal --twist none over ada >file
	refused 4 file
	opens 2.0 c0
	refused 5 c1
}

@test "10000 messages are skipped, and no more" {
	from_peer first pia >file
	opens first file
	say away | peer seal --twist skip-10000 pia ada >file
	opens away file
	wax-session show --json pia >"$io/out"
	grep -q '"waiting": *10000\b' "$io/out" || fail 'not 10000 are waiting'
}

@test "what the signer demands is checked" {
	talk 2
	# For several sessions:
	twisted 4 signer-zero pim
	twisted 4 other-key pim
	twisted 4 unsigned pim
	twisted 4 no-envelope pim
	twisted 4 stranger pim
	twisted 4 stranger-named pim
	# For one, signed:
	twisted 4 stranger-named
	twisted 4 unsigned --sign
	twisted 4 dropped --sign
	twisted 4 no-envelope --sign
	twisted 4 other-key --sign
	twisted 4 stranger --sign
	twisted 1 other-kind --sign
	# Unsigned, but something is there:
	twisted 4 only-sender --sign
	twisted 4 stranger
	twisted 1 only-signature
}

@test "one of several recipients cannot change what the others get" {
	local how file
	talk 2
	say all | peer seal pax ada pim >file
	from_peer another pax >other
	for how in replaced kept bare unsigned; do
		peer forge $how pim <file >forged
		refused 4 forged || fail "that was $how"
	done
	# Fewer stanzas: what has none for ada any more is of no session.
	peer forge fewer pim <file
	for file in fewer.*; do
		remains >"$io/before"
		call_any '3 4' wax-open "$file"
		out_is
		remains | cmp - "$io/before"
	done
	peer forge spliced pim other <file >forged
	refused 4 forged
	peer forge swapped pim other <file >forged
	refused 1 forged
	opens all file
	opens another other
}
call_any() {
	local wants=$1 got=0
	shift
	"$@" >"$io/out" 2>"$io/err" || got=$?
	[[ " $wants " = *" $got "* ]] || fail "exit status $got of: $*"
}
