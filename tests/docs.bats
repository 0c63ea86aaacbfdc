#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The manual, the README, the demo and the completions of the shells: that they
# say what the tools do, and that what they show runs as written.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2016 # what goes to other shells is not expanded here
# shellcheck disable=SC2030,SC2031 # each test has an environment of its own
# shellcheck disable=SC2317 # what sessions call

load helpers

setup_file() {
	wax_environment
	wax_keys
}

setup() { wax_setup; }

# tools: wax and all that it lists
tools() {
	echo wax
	wax --help | sed -n '/^tools:/,$ s/^  \([a-z]\+\) .*/wax-\1/p'
}

# options TOOL: a line LETTER|NAME|VALUE for each; LETTER and VALUE can be
# empty, and VALUE is in brackets where it can be left out
options() {
	local value='( ([A-Z]+)|(\[)=([A-Z]+)(\]))?'
	"$1" --help | sed -nE \
		"s/^  (-(.),|   ) --([a-z0-9-]+)$value( .*)?\$/\2|\3|\5\6\7\8/p"
}

# words TOOL: the options as one types them, sorted
words() {
	options "$1" | sed -E 's/^\|/--/; s/^(.)\|/-\1\n--/; s/\|.*//' | sort
}

# same WHAT WANTED GOT
same() {
	[ "$2" = "$3" ] || {
		echo "$1 differ:"
		diff <(echo "$2") <(echo "$3")
		return 1
	}
}

@test "each tool has a page in the manual, and each page a tool" {
	same pages "$(tools | sort)" \
		"$(cd "$top/man" && printf '%s\n' *.1 | sed 's/\.1$//' | sort)"
}

@test "the help of every tool is understood here" {
	local tool
	for tool in $(tools); do
		# Each line that begins like an option is one.
		same "options of $tool" "$("$tool" --help | grep -c '^ *-')" \
			"$(options "$tool" | wc -l)"
	done
	same words $'--help\n--json\n--version\n-h' "$(words wax-inspect)"
	same values $'R|recipients-file|FILE\nz|compress|[LEVEL]\n|pad|' \
		"$(options wax-seal | grep -E '^(R|z|.pad)')"
}

@test "each option has its line in the manual, and no other is there" {
	local tool want
	for tool in $(tools); do
		want=$(options "$tool" | while IFS='|' read -r letter name value; do
			case $value in
			'') set -- '' '' ;;
			'['*)
				value=${value:1:-1}
				set -- " Ns Oo Ar $value Oc" \
					" Ns Oo = Ns Ar $value Oc"
				;;
			*) set -- " Ar $value" " Ar $value" ;;
			esac
			echo ".It ${letter:+Fl $letter$1 , }Fl -$name$2"
		done)
		same "options of $tool(1)" "$want" \
			"$(grep '^\.It Fl' "$top/man/$tool.1")"
	done
}

@test "each command that the manual names in passing is one" {
	local page tool words word n=0
	while read -r page tool words; do
		[ -x "$WAX_BIN/$tool" ] || fail "$page: no tool $tool"
		options "$tool" >"$io/out"
		for word in $words; do
			case $word in
			--*) grep -q "|${word#--}|" "$io/out" ;;
			-?*) grep -q "^${word:1:1}|" "$io/out" ;;
			*) : ;;
			esac || fail "$page: $tool has no $word"
		done
		n=$((n + 1))
	done < <(cd "$top/man" && grep -Eo '^\.(Ic|Ql) wax-[a-z]+ .*' -- *.[157] |
		sed 's/:\.[A-Z][a-z]//; s/ [.,;:()]*$//')
	[ "$n" -gt 35 ]
}

@test "each option but help and version is in the synopsis of its page" {
	local tool letter name synopsis
	for tool in $(tools); do
		synopsis=$(sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' \
			"$top/man/$tool.1")
		while IFS='|' read -r letter name _; do
			case $name in help | version) continue ;; esac
			grep -qE "Fl ([a-zA-Z]*${letter}[a-zA-Z]*|-$name)( |\$)" \
				<<<"$synopsis" ||
				fail "$tool(1): no --$name in the synopsis"
		done < <(options "$tool" | sed 's/^|/0|/')
	done
}

@test "mandoc has nothing to say about the manual" {
	needs mandoc
	cd "$top/man"
	mandoc -T lint -- *.[1-9] >"$io/out" 2>"$io/err" ||
		fail "mandoc's exit status is $?"
	out_is
}

# constant NAME FILE: a number that the source defines
constant() {
	local value
	value=$(sed -nE "s/^#define $1 ([0-9 ()*]+).*/\1/p" "$top/$2")
	echo $((value))
}

@test "the limits in the manual are those of the source" {
	local limits want
	limits=$(sed -n '/^\.Sh LIMITS/,/^\.El/p' "$top/man/wax-format.5")
	want=$(
		echo "$(constant WAX_HEADER_MAX lib/age/header.h) bytes"
		constant WAX_STANZAS_MAX lib/age/header.h
		echo "$(constant WAX_READER_SIZE lib/stream/reader.h) bytes"
		constant WAX_SCRYPT_LOG_N_MAX include/wax/recipient.h
		echo "$(constant WAX_PASSPHRASE_MAX include/wax/terminal.h) bytes"
		echo "$(constant WAX_IDENTITY_FILE_MAX include/wax/identity.h) bytes"
		echo "$(constant WAX_META_MAX lib/envelope/meta.h) bytes"
		echo "$(constant WAX_NAME_MAX include/wax/open.h) bytes"
		echo "$((1 << $(constant WAX_ZSTD_WINDOW_LOG \
			lib/envelope/zstd.h))) bytes"
		echo "$(constant WAX_PATH_MAX lib/archive/path.h) bytes"
		echo "$(constant PART_MAX lib/archive/path.c) bytes"
		constant WAX_DEPTH_MAX lib/archive/path.h
		echo "$(constant WAX_TRUSTED_COMMENT_MAX include/wax/sign.h) bytes"
		constant SIGNATURES_MAX lib/keys/note.c
		echo "$(constant WAX_CARD_MAX include/wax/card.h) bytes"
		echo "$(($(constant WAX_CONTACT_NAME_SIZE \
			include/wax/contact.h) - 1)) bytes"
		constant WAX_DEVICES_MAX include/wax/contact.h
		echo "$(constant FILE_MAX lib/keys/sealed.c) bytes"
	)
	same limits "$want" "$(sed -n 's/^\.It //p' <<<"$limits")"
}

@test "the limits of unpacking in the manual and the help are the source's" {
	local page tool n=cmd/numbers.c
	grep -qF '.entries = 1000000, .size = UINT64_C(1) << 40, .ratio = 1000}' \
		"$top/$n" || fail "other limits in $n"
	for page in wax-open wax-unpack; do
		tr '\n' ' ' <"$top/man/$page.1" >"$io/out"
		out_has 'entries; 1000000 by default' 'bytes; 1T by default' \
			'1000 by default. The first 64 MiB are free'
		"$page" --help >"$io/out"
		out_has 'entries; default 1000000' 'bytes; default 1T' \
			'size; default 1000'
	done
}

@test "the examples of wax-format(5) are what the page says, and what we write" {
	needs age
	local page=$top/man/wax-format.5
	local format=("$python" "$top/tests/format.py" "$page")
	"${format[@]}" take
	age -d -i reader note.seal | "${format[@]}" file |
		grep -qx 'all is as it says'
	[ "$(wax-keygen -w signer)" = "$(cat who)" ]
	call 0 wax-open --from "$(cat who)" -i reader note.seal
	out_is 'meet at nine'
	wax-open --info -C in -i reader note.seal 2>"$io/err"
	err_is 'kind: data' 'name: note.txt' "sender: $(cat who)" \
		'trust: none: the identity is in no contact'
	[ "$(cat in/note.txt)" = 'meet at nine' ]

	# Sealed anew, all but the signature is the same.
	wax-keygen -y reader >reader.txt
	cp in/note.txt .
	wax-seal -s -i signer --pad -R reader.txt note.txt |
		age -d -i reader >plain2
	[ "$(wc -c <plain2)" -eq 256 ]
	cmp -n 174 plain plain2
	cmp -i 238 plain plain2
	run cmp -s plain plain2
	[ "$status" -eq 1 ]
}

@test "the keys, card, code and home of wax-format(5) are what we make" {
	local key format=("$python" "$top/tests/format.py" \
		"$top/man/wax-format.5")
	"${format[@]}" take
	for key in signer second prekey; do
		wax-keygen -y -o "$key.pub" "$key"
	done
	"${format[@]}" keys | grep -qx 'all is as it says'
	"${format[@]}" units "$top/tests/unit" | grep -qx 'all is as it says'

	local file
	file=$(display wax-format.5 '^# created' |
		sed 's/[0-9]/[0-9]/g; s/[.][.][.]/*/')
	wax-keygen -n ada@laptop -o fresh
	# shellcheck disable=SC2053 # a pattern
	[[ $(cat fresh) == $file ]] || fail "an identity is not '$file'"

	# What Python has made, the tools take; and they make the same.
	call 0 wax-card show known.card
	out_has "identity: $(cat who)" 'signature: good'
	echo hello >hello
	call 0 wax-verify -q -k "$(wax-keygen -m signer)" hello
	wax-sign -i signer -t $'timestamp:0\tfile:hello' -o - hello |
		cmp - hello.minisig

	# The home of the page, and a contact in it.
	mkdir -m 700 home other
	cp signer home/identity
	cp state.key home
	cp second other/identity
	WAX_HOME=home call 0 wax-contact add bob second.card
	WAX_HOME=other call 0 wax-contact add zoe first.card
	WAX_HOME=home call 0 wax-contact verify bob
	out_same code
	WAX_HOME=other call 0 wax-contact verify zoe
	out_same code
	WAX_HOME=home call 0 wax-contact verify --code - bob <code
	"${format[@]}" state home | grep -qx 'all is as it says'
	cmp state.key home/state.key
}

# session FILE [strict]: runs the commands of a session, which are the lines
# that begin with "$ ", and expects each to succeed. Where lines follow, they
# are what it shows, "..." standing for anything; strict: also where none do.
session() {
	local line command='' shown='' n=0
	set -o pipefail
	while IFS= read -r line; do
		if [[ $line != '$ '* ]]; then
			shown+=$line$'\n'
			continue
		fi
		[ -z "$command" ] || step "$command" "$shown" "${2-}"
		command=${line#'$ '} shown='' n=$((n + 1))
	done <"$1"
	[ "$n" -gt 0 ] || fail 'there is no command'
	step "$command" "$shown" "${2-}"
}

step() {
	local status=0 got pattern=$2
	eval "$1" >"$io/out" 2>&1 3>&- || status=$?
	: >"$io/err"
	[ "$status" -eq 0 ] || fail "exit status $status of: $1"
	[ -n "$pattern$3" ] || return 0
	got=$(tr -d '\0' <"$io/out" && echo .)
	pattern=$(sed 's/[][\\*?]/\\&/g; s/\.\.\./*/g' <<<"$pattern." )
	[ -n "$2" ] || pattern=.
	# shellcheck disable=SC2053 # a pattern
	[[ $got == $pattern ]] || fail "does not show what it should: $1"
}

# display PAGE PATTERN [SECTION]: the literal displays of a page, or of one of
# its sections, whose first line is such; those of one line among them
display() {
	awk -v first_line="$2" -v section="${3-}" '
	/^\.Sh / { there = section == "" || $0 == ".Sh " section }
	/^\.Bd -literal/ { inside = first = there; next }
	/^\.Ed/ { inside = 0 }
	there && sub(/^\.Dl /, "") && $0 ~ first_line
	inside && first { inside = $0 ~ first_line; first = 0 }
	inside' "$top/man/$1" |
		sed "s/\\\\(ti/~/g; s/\\\\(aq/'/g; s/\\\\&//g; s/\\\\e/\\\\/g"
}

# prompts NAME: a prompt says whose home it is, "bob$ "; without, it is NAME's.
prompts() {
	sed -E 's/^([a-z]+)\$ /$ me \1; /; t
		s/^\$ /$ me '"$1"'; /'
}

# run_page PAGE [SECTION]: runs the sessions there
run_page() {
	display "$1" '^[a-z]*[$] ' "${2-}" | prompts own >"$io/session"
	session "$io/session"
}

# me NAME: the home is that of NAME; "own" is the one without a name
me() {
	unset WAX_HOME
	[ "$1" = own ] || export WAX_HOME=$BATS_TEST_TMPDIR/$1
}

# program NAME: a program of that name in PATH, whose script is standard input
program() {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/$1"
	chmod +x "$BATS_TEST_TMPDIR/bin/$1"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# The files that the examples work on.
desk() {
	cp "$top/LICENSE" report.txt
	cp report.txt notes.txt
	cp report.txt plan.txt
	cp report.txt diary.txt
	echo 'meet at nine' >note.txt
	mkdir photos report
	random 100000 photos/lake.jpg
	random 100000 photo.jpg
	cp report.txt report/final.txt
	echo 'correct horse' >passphrase
	cp "$keys/pq.pub" bob.txt
	{ echo '# Bob and Carol' && cat "$keys/pq.pub" "$keys/pq2.pub"; } \
		>friends.txt
}

ssh_key() {
	needs ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -C bob@example -f id_ed25519
}

home_identity() {
	mkdir -p "$HOME/.local/share/wax"
	cp "$keys/pq" "$HOME/.local/share/wax/identity"
}

# bobs [CODE]: Bob's homes, bob and telephone, those of others, and their cards
# here; what Bob sees as the code with the home here goes to the file CODE.
bobs() {
	local home
	for home in bob telephone carol eve; do
		WAX_HOME=$BATS_TEST_TMPDIR/$home wax-keygen -n "$home" 2>/dev/null
		WAX_HOME=$BATS_TEST_TMPDIR/$home wax-card -o "$home.card"
	done
	[ $# -gt 0 ] || return 0
	wax-card | WAX_HOME=$BATS_TEST_TMPDIR/bob wax-contact add -q ada
	WAX_HOME=$BATS_TEST_TMPDIR/bob wax-contact verify ada >"$1"
}

# tried PAGE SECTION LINE: whether a test runs, or compares, the display there
# that begins with the line.
tried() {
	local pattern
	if [[ $3 =~ ^[a-z]*[$]\  ]]; then
		grep -qE "run_page $1( '?$2'?)?\$" "$BATS_TEST_FILENAME"
		return
	fi
	while IFS= read -r pattern; do
		! [[ $3 =~ $pattern ]] || return 0
	done < <(sed -nE "s/.*(display|says) $1 '([^']*)'.*/\2/p" \
		"$BATS_TEST_FILENAME")
	return 1
}

@test "every display of the manual is run or compared by a test" {
	local page section line n=0
	# tests/format.py and tests/protocol.py have these.
	while IFS='|' read -r page section line; do
		case $page in wax-format.5 | wax-protocol.7) continue ;; esac
		tried "$page" "$section" "$line" ||
			fail "nothing tries, in $page, $section: $line"
		n=$((n + 1))
	done < <(cd "$top/man" && awk '
		/^\.Sh/ { section = substr($0, 5) }
		/^\.Bd -literal/ {
			getline
			print FILENAME "|" section "|" $0
		}
		sub(/^\.Dl /, "") {
			print FILENAME "|" section "|" $0
		}' wax*.[157])
	[ "$n" -gt 80 ]
	! tried wax.7 TOUR 'no such line' || fail 'it finds everything'
	! tried wax-none.7 TOUR '$ true' || fail 'it finds every page'
}

# says PAGE PATTERN COMMAND...: the command writes to standard error what the
# page shows; its day is today, and "..." stands for anything.
says() {
	local want
	want=$(display "$1" "$2" | tr '\n' ' ' |
		sed "s/2026-11-23/$(date -u +%F)/; s/[*]/./g; s/[.][.][.]/*/g")
	"${@:3}" 2>"$io/err" >"$io/out"
	# shellcheck disable=SC2053 # a pattern
	[[ $(tr '\n' ' ' <"$io/err") == $want ]] || fail "not '$want'"
}

@test "the messages that pages show are those of the tools" {
	local alice=$BATS_TEST_TMPDIR/alice code
	desk
	wax-keygen 2>/dev/null
	bobs code
	WAX_HOME=$alice wax-keygen -n alice 2>/dev/null
	WAX_HOME=$alice wax-card >alice.card
	wax-card >me.card
	WAX_HOME=$alice wax-seal -s -R me.card -o signed.seal note.txt
	wax-seal -s -R me.card -o own.seal note.txt
	says wax-open.1 '^wax-open: signed by' sh -c '
		wax-open signed.seal 2>fourth
		wax-open own.seal 2>third
		wax-contact add -q alice alice.card
		wax-open signed.seal 2>second
		wax-contact verify alice >code.alice
		wax-contact verify -q --code - alice <code.alice
		wax-open signed.seal 2>first
		cat first second third fourth >&2'

	wax-contact add -q bob bob.card
	says wax-contact.1 '^wax-contact: warning' \
		wax-contact add -q b0b carol.card
	code=$(tr '\n' ' ' <code)
	eval "$(display wax-contact.1 '^wax-contact verify' |
		sed "s/'06546 36732 ...'/'${code% }'/")" 2>"$io/err"
	err_has "verified 'bob': the code is that of"

	WAX_HOME=$alice wax-sign note.txt
	wax-contact rename -q alice ada
	says wax-verify.1 '^wax-verify: ' wax-verify -k ada note.txt

	wax-unpack --version >"$io/out"
	grep -qE "^$(display wax-unpack.1 '^walls' | sed 's/:.*/: /')" "$io/out"
}

@test "the examples of wax(1) run" {
	run_page wax.1
}

@test "the examples of wax-keygen(1) run" {
	desk
	run_page wax-keygen.1
	[ "$(cat ada.txt)" = "$(wax-keygen -y)" ]
	grep -q '^# name: Ada, laptop$' "$HOME/.local/share/wax/identity"
}

@test "the examples of wax-seal(1) run" {
	desk
	ssh_key
	wax-keygen 2>/dev/null
	bobs code
	wax-contact add -q bob bob.card
	mkdir cards
	cp ./*.card cards
	export BOB
	BOB=$(cat bob.txt)
	run_page wax-seal.1
	wax-open report.seal | cmp - report.txt
	wax-inspect plan.seal | grep -x '  mlkem768x25519: 4'
	WAX_HOME=$BATS_TEST_TMPDIR/bob
	export WAX_HOME
	wax-open photos.tar.seal | tar -t | grep -q lake.jpg
	call 0 wax-open --from ada -C in attached.seal
	unset WAX_HOME
	WAX_HOME=$BATS_TEST_TMPDIR/bob wax-open message.seal 2>/dev/null |
		cmp - notes.txt
	folder_holds in photos notes.txt
	diff -r in/photos photos
	cmp in/notes.txt notes.txt
	wax-open -i id_ed25519 notes.seal | cmp - notes.txt
}

@test "the examples of wax-open(1) run" {
	local alice=$BATS_TEST_TMPDIR/alice
	desk
	home_identity
	cp "$keys/pq2" backup.key
	wax-seal -i "$keys/pq" -o message.seal note.txt
	{
		printf 'From: alice\n\n'
		wax-seal -a -i "$keys/pq" note.txt
	} >mail.eml
	wax-seal -i backup.key -o report.seal report.txt
	wax-seal -s -i "$keys/pq2" -R "$keys/pq.pub" -o attached.seal photos
	wax-seal -p --passphrase-file passphrase -o notes.age notes.txt
	mkdir -m 700 "$alice"
	cp backup.key "$alice/identity"
	WAX_HOME=$alice wax-card -n Alice | wax-contact add -q alice
	wax-card | WAX_HOME=$alice wax-contact add -q me
	WAX_HOME=$alice wax-seal -c me -o answer.seal note.txt
	mkdir there
	mv ./*.seal notes.age mail.eml backup.key passphrase there
	cd there
	run_page wax-open.1
	cmp answer.txt ../note.txt
	cmp report.txt ../report.txt
	cmp notes.txt ../notes.txt
	diff -r in/photos ../photos
}

@test "the examples of wax-pack(1) run" {
	needs zstd
	desk
	mkdir here
	mv photos notes.txt here
	cd here
	run_page wax-pack.1
	diff -r photos copy/photos
	diff -r photos other/photos
	cmp notes.txt other/notes.txt
	wax-unpack -t ../desk.tar.zst | grep -x photos/lake.jpg
}

@test "the examples of wax-unpack(1) run" {
	desk
	wax-pack -o work.tar.zst photos notes.txt
	tar -czf old.tar.gz photos
	run_page wax-unpack.1
	diff -r photos work/photos
	diff -r photos old/photos
	cmp backup/notes.txt notes.txt
}

@test "the examples of wax-contact(1) run and show what they should" {
	needs jq
	desk
	wax-keygen -n Ada 2>/dev/null
	bobs code.txt
	mkdir cards
	cp carol.card bob.card cards
	run_page wax-contact.1
	wax-contact list | awk '{ print $1, $3, $4 }' >"$io/out"
	out_is 'CODE CARD UNTIL' 'partly 2 bob' 'never 1 carol'
	wax-inspect report.seal | grep -x '  mlkem768x25519: 1'
	wax-inspect plan.seal | grep -x '  mlkem768x25519: 3'
	WAX_HOME=$BATS_TEST_TMPDIR/bob wax-open report.seal | cmp - report.txt
	WAX_HOME=$BATS_TEST_TMPDIR/telephone wax-open plan.seal | cmp - plan.txt
}

@test "the JSON of wax-contact(1) has the members that the page lists" {
	needs jq
	wax-keygen -n Ada 2>/dev/null
	bobs code
	wax-contact add -q bob bob.card
	wax-contact verify -q bob --code - <code
	wax-contact list --json >book
	same members "$(sed -n '/^\.Ss JSON/,/^\.Ss What/ s/^\.It Li //p' \
		"$top/man/wax-contact.1" | tr -d ',' | xargs)" \
		"$(jq -r '[(.[0] | keys_unsorted[]),
			(.[0].devices[0] | keys_unsorted[])] | join(" ")' book)"
	same types 'boolean string' "$(jq -r '[.[0].devices[0][] | type] |
		unique | join(" ")' book)"
	wax-contact show --json bob | jq -e --slurpfile l book '. == $l[0][0]'
}

# member_types FILE...: a line MEMBER TYPE for each member in the JSON.
member_types() {
	jq -r 'def kind: if test("^[0-9-]{10}T[0-9:]{8}Z$") then "time"
		else "string" end;
		.. | objects | to_entries[] | .key + " " +
		(.value | if type == "string" then kind else type end)' "$@"
}

@test "the JSON of all tools is of the shape that wax(7) describes" {
	needs jq
	desk
	wax-keygen 2>/dev/null
	bobs code
	wax-contact add -q 'bob "b" \ß' bob.card
	wax-contact add -q carol carol.card
	wax-contact verify -q 'bob "b" \ß' --code - <code
	wax-card -o me.card
	export bob=$BATS_TEST_TMPDIR/bob
	wax-seal -c 'bob "b" \ß' <note.txt |
		WAX_HOME=$bob wax-open --json 2>first >"$io/out"
	cp note.txt 'a "b" \ß'
	WAX_HOME=$bob wax-seal -s -c ada -o reply.seal 'a "b" \ß'
	wax-seal -R bob.txt note.txt | wax-inspect --json >new
	wax-seal -R "$keys/x.pub" note.txt | wax-inspect --json >classic
	{
		printf '%s\n' 'age-encryption.org/v1' '-> of-another-kind' ''
		printf -- '--- %043d\n' 0
		head -c 33 /dev/zero
	} | wax-inspect --json >unknown
	wax-contact list --json >contacts
	wax-contact show --json carol >one
	wax-seal -R me.card note.txt | wax-open --json 2>bare >"$io/out"
	WAX_HOME=$bob wax-seal -s -R me.card <note.txt >signed
	wax-session list --json >started
	wax-open --json reply.seal 2>second >"$io/out"
	wax-session list --json >sessions
	wax-session show --json 'bob "b" \ß' | cmp - sessions
	wax-session reset -q 'bob "b" \ß'
	wax-session list --json >retired
	member_types first second bare contacts one started sessions \
		retired new classic unknown | sort -u >got
	# A row of the table: the types, and the members that have them.
	sed -n '/^\.Sh JSON/,/^\.El/p' "$top/man/wax.7" | awk '
		/^\.It/ {
			types = ""
			if (/string/ && !/times/) types = types " string"
			if (/times/) types = types " time"
			if (/true/) types = types " boolean"
			if (/numbers/) types = types " number"
			if (/arrays/) types = types " array"
			if (/null/) types = types " null"
			rows = 1
			next
		}
		rows && /^\.Li/ {
			n = split(types, type, " ")
			for (i = 1; i <= n; i++)
				print $2, type[i]
		}' | sort >want
	same 'members and types' "$(cat want)" "$(cat got)"
	jq -e --arg n 'bob "b" \ß' '.[0].contact == $n' sessions
	jq -e --arg n 'a "b" \ß' '.name == $n' second
	jq -e --arg n 'bob "b" \ß' '.contact == $n' second
	jq -es 'map(.post_quantum) == [true, false, null]' new classic unknown
}

@test "the examples of wax-session(1) run" {
	desk
	wax-keygen 2>/dev/null
	bobs code
	wax-contact add -q bob bob.card
	wax-seal -c bob -o first.seal notes.txt
	run_page wax-session.1
	export WAX_HOME=$BATS_TEST_TMPDIR/bob
	wax-open note.seal 2>/dev/null | cmp - note.txt
	wax-open first.seal 2>/dev/null | cmp - notes.txt
}

@test "the examples of wax-inspect(1) run and show what they should" {
	needs jq
	desk
	wax-seal -R friends.txt -o report.seal report.txt
	run_page wax-inspect.1
	[ "$(cat "$io/out")" = "$(wc -c <report.txt)" ]
}

@test "the examples of wax-extract(1) run and show what they should" {
	desk
	home_identity
	wax-seal -a -i "$keys/pq" -o message note.txt
	{ printf 'From: bob\n\nHello\n\n' && cat message; } >mail.eml
	{ echo 'Bob has written:' && sed 's/^/> /' message; } >pasted.txt
	wax-seal -f -a -i "$keys/pq" -o message report.txt
	{
		printf 'From bob\n' && cat mail.eml
		printf '\nFrom eve\nFrom: eve\n\n' && cat message
	} >mailbox
	run_page wax-extract.1
	out_has "$(sed -n 3p report.txt)"
	wax-open message.age | cmp - note.txt
}

@test "the examples of wax-card(1) run" {
	desk
	wax-keygen 2>/dev/null
	run_page wax-card.1
	grep -qx 'name Ada' ada.card
	wax-open report.seal | cmp - report.txt
}

@test "the examples of wax-sign(1) and wax-verify(1) run" {
	needs minisign
	desk
	wax-keygen 2>/dev/null
	wax-pack --tar -o release.tar photos
	run_page wax-sign.1
	WAX_HOME=$BATS_TEST_TMPDIR/ada wax-keygen -n ada 2>/dev/null
	export WAX_HOME=$BATS_TEST_TMPDIR/ada
	wax-sign -f release.tar
	wax-keygen -m -o author.pub
	cp release.tar download.tar
	cp release.tar.minisig download.tar.minisig
	wax-card -o ada.card
	unset WAX_HOME
	wax-contact add -q ada ada.card
	run_page wax-verify.1
}

@test "the tour of wax(7) runs" {
	needs age zstd
	desk
	ssh_key
	rm -f friends.txt
	export bob=$BATS_TEST_TMPDIR/bob
	# As soon as the reader has a card, Bob and another make what they send.
	wax-card() {
		command wax-card "$@" || return
		[ ! -e bob.card ] || return 0
		bobs code.txt
		mkdir cards
		mv carol.card telephone.card cards
		WAX_HOME=$bob wax-seal -s -R me.card -o signed.seal note.txt
		WAX_HOME=$bob wax-sign plan.txt
		echo 'meet at ten' | WAX_HOME=$BATS_TEST_TMPDIR/carol \
			wax-seal -s -R me.card -o other.seal
		{
			printf 'From: bob\n\nHello\n\n'
			WAX_HOME=$bob wax-seal -a -s -R me.card note.txt
		} >mail.eml
	}
	# Once Bob has a chained message, he answers.
	wax-seal() {
		command wax-seal "$@" || return
		if [ ! -e note.seal ] || [ -e reply.seal ]; then
			return 0
		fi
		WAX_HOME=$bob wax-open -o note.bob note.seal
		WAX_HOME=$bob command wax-seal -c ada -o reply.seal report.txt
	}
	run_page wax.7
	unset -f wax-card wax-seal
	cmp note.bob note.txt
	cmp reply.txt report.txt
	WAX_HOME=$bob wax-open report.seal | cmp - report.txt
	WAX_HOME=$bob wax-open --from ada plan.seal | cmp - plan.txt
	cmp answer.txt report.txt
	out_has photos/lake.jpg
	folder_holds in photos plan.txt
	diff -r photos in/photos
	diff -r photos copy/photos
	diff -r photos restored/photos
	# The jobs that it begins with are its sections.
	local jobs
	jobs=$(sed -n '/^\.Sh TOUR/,/^\.Ss/s/^\.Pq Sx \(.*\) [.,]$/\1/p' \
		"$top/man/wax.7")
	[ "$(wc -l <<<"$jobs")" -eq 5 ]
	same jobs "$(sort <<<"$jobs")" "$(awk '{ print ".Ss " $0 }' <<<"$jobs" |
		grep -xFf - "$top/man/wax.7" | sed 's/^\.Ss //' | sort)"
}

# What mutt is told beyond the page's macros, so that it asks for nothing else.
mutt_settings="set sendmail=./sendmail editor=true copy=no folder=.
	abort_unmodified=no charset=utf-8 user_agent=no"

@test "mail: mutt seals and opens with the macros of wax-cookbook(7)" {
	needs mutt
	desk
	wax-keygen -n ada 2>/dev/null
	bobs code
	wax-contact add -q bob bob.card
	display wax-cookbook.7 '^# ~/.muttrc' >muttrc
	[ "$(wc -l <muttrc)" -eq 3 ]
	printf '#!/bin/sh\nexec cat >sent\n' >sendmail
	chmod +x sendmail
	export TERM=vt100
	echo 'lunch, grüße' >letter
	pty 0 --timeout=20 'expect:To: ' 'send:\n' 'expect:Subject: ' \
		'send:\n' expect:Compose send:S 'expect:-r ' 'send:bob\n' \
		expect:continue send:y 'expect:any key' 'send: ' \
		expect:filtered send:y -- mutt -F muttrc -e "$mutt_settings" \
		-s plan -i letter bob@example.org
	grep -qx -- '-----BEGIN AGE ENCRYPTED FILE-----' sent
	run grep -i lunch sent
	[ "$status" -eq 1 ]
	{ echo 'From ada@example.org Mon Nov 23 12:00:00 2026' && cat sent; } \
		>mbox
	me bob
	pty 0 --timeout=20 'expect:Mutt: ' send:O 'expect:any key' 'send: ' \
		expect:Mutt: send:x -- mutt -F muttrc \
		-e "$mutt_settings" -f mbox
	out_has 'lunch, gr' "signed by 'ada', not verified"
}

@test "backups: the script and the examples of wax-cookbook(7) run" {
	desk
	display wax-cookbook.7 '^#!/bin/bash' BACKUPS >backup
	chmod +x backup
	mkdir "$BATS_TEST_TMPDIR/store"
	# The other machine: a folder, where the command runs in a shell.
	program ssh <<-EOF
		#!/bin/sh
		[ "\$1" = store ] && cd '$BATS_TEST_TMPDIR/store' &&
			exec sh -c "\$2"
	EOF
	run_page wax-cookbook.7 BACKUPS
	folder_holds "$BATS_TEST_TMPDIR/store" "$(date +%F).tar.seal"
	diff -r photos restored/photos
	diff -r report today/report
	# What breaks off gets no name.
	program tar <<-'EOF'
		#!/bin/sh
		/bin/tar "$@" | head -c 20000
		exit 2
	EOF
	rm "$BATS_TEST_TMPDIR/store"/*
	run ./backup
	[ "$status" -eq 2 ]
	folder_holds "$BATS_TEST_TMPDIR/store" "$(date +%F).tar.seal.part"
}

@test "secrets: the scripts, cron's line and the service of wax-cookbook(7) work" {
	local name line
	desk
	echo s3cret >token.txt
	display wax-cookbook.7 '^#!/bin/sh' 'SECRETS FOR SCRIPTS' >job
	chmod +x job
	program curl <<-'EOF'
		#!/bin/sh
		echo "$*" >arguments
		cat >input
	EOF
	program pass <<<$'#!/bin/sh\necho "the words of $2"'
	run_page wax-cookbook.7 'SECRETS FOR SCRIPTS'
	[ "$(cat input)" = 'header = "Authorization: Bearer s3cret"' ]
	run grep -q s3cret arguments
	[ "$status" -eq 1 ]
	cmp config note.txt
	rm input
	wax-seal -f -R bob.txt -o token.seal token.txt
	run ./job
	[ "$status" -eq 3 ]
	[ ! -e input ]

	line=$(display wax-cookbook.7 '^# crontab' | sed -n 's/^\([^ ]* \)\{5\}//p')
	printf '#!/bin/sh\necho ran >ran\n' >backup
	chmod +x backup
	sh -c "${line//"/srv/data"/$PWD}"
	[ -e ran ]

	display wax-cookbook.7 '^.Service.' >report.service
	if command -v systemd-analyze >/dev/null; then
		# wax need not be installed.
		systemd-analyze verify ./report.service >said 2>&1 || :
		! grep -v ' is not executable: ' said ||
			fail 'systemd does not take the service'
	fi
	pass show config >passphrase
	name=$(sed -n 's/^LoadCredential=\(.*\):.*/\1/p' report.service)
	mkdir credentials
	cp passphrase "credentials/$name"
	rm config
	line=$(sed -n 's|^ExecStart=/usr/local/bin/||p' report.service)
	# shellcheck disable=SC2086 # words
	call 0 ${line//%d/credentials}
	cmp config note.txt
}

@test "git: the examples of wax-cookbook(7) run, and commit what is sealed" {
	needs git
	desk
	echo s3cret >token.txt
	wax-keygen 2>/dev/null
	program wax-clean < <(display wax-cookbook.7 '^#!/bin/sh' GIT)
	git config --global user.name Ada
	git config --global user.email ada@example.org
	git config --global init.defaultBranch main
	export PAGER=cat
	run_page wax-cookbook.7 GIT
	run grep -r s3cret shared/.git
	[ "$status" -eq 1 ]
	# Git changes no line ends in what is sealed.
	git -C notes check-attr text note.seal | grep -qx '.*: unset'
	git -C shared check-attr text token.secret | grep -qx '.*: unset'
	# A clone has it in the clear, and a change is sealed anew.
	git clone -q --no-checkout shared other
	cp shared/.git/config other/.git
	cd other
	git checkout -q
	cmp token.secret ../token.txt
	echo another >token.secret
	git commit -q -a -m 'Another token'
	[ "$(git cat-file blob HEAD:token.secret | wax-open)" = another ]
	: >token.secret
	git commit -q -a -m 'None'
	git cat-file blob HEAD:token.secret | wax-inspect |
		grep -x 'plaintext: 0 bytes'
	# What cannot be sealed is not committed.
	echo plain >token.secret
	echo nothing >team.txt
	run git commit -q -a -m 'Plain'
	[ "$status" -ne 0 ]
	[ "$(git log --format=%s -n 1)" = None ]
}

@test "machines without a network: the rounds of wax-cookbook(7) go" {
	needs jq
	desk
	echo s3cret >token.txt
	wax-keygen -n admin 2>/dev/null
	mkdir stick
	run_page wax-cookbook.7 'MACHINES WITHOUT A NETWORK'
	diff -r photos new/photos
	cmp token.txt new/token.txt
	wax-inspect stick/keys.seal | grep -x 'recipients: 2'
	me db
	call 0 wax-open --from admin -C db stick/keys.seal
}

# readme LANGUAGE: the blocks of that language in the README
readme() {
	awk -v begin="\`\`\`$1" '
	$0 == "```" { inside = 0 }
	inside
	$0 == begin { inside = 1 }' "$top/README.md"
}

@test "the sessions of the README run and show what they should" {
	needs age zstd
	desk
	bobs
	readme console | sed 's/^ada[$] /$ /' | prompts own >"$io/session"
	session "$io/session" strict
}

@test "the README begins with the session that tests/readme.sh has made" {
	is_sanitized && skip 'not about the tools'
	TMPDIR=$work "$top/tests/readme.sh" >readme
	diff "$top/README.md" readme || fail "'make readme' writes it anew"
	grep -A 20 '^```console' readme | grep -qx 'bob$ wax-open note.seal'
	rm readme
	holds
	# The thing is seen at work on the first screen.
	[ "$(grep -nx -m 1 'meet at nine' "$top/README.md" | cut -d : -f 1)" \
		-lt 30 ]
}

@test "the README's session is made of what works only" {
	is_sanitized && skip 'not about the tools'
	broken_tools 'exit 3'
	WAX_BIN=$work/bin run "$top/tests/readme.sh"
	[ "$status" -eq 1 ]
	[[ $output == *'readme.sh: failed, after:'*'wax-open note.seal'* ]]
}

@test "every make target that the README names is there" {
	local line target n=0
	# Not even 'make -n' is run here: it would begin this very check.
	while read -r line; do
		line=${line%%#*} line=${line#sudo }
		for target in ${line#make}; do
			grep -qE "^([a-z -]+ )?$target( [a-z -]+)?:" \
				"$top/Makefile" || fail "no target '$target'"
			n=$((n + 1))
		done
	done < <(readme sh | grep -E '^(sudo )?make' &&
		grep -oE '`make [a-z]+' "$top/README.md" | tr -d '`')
	[ "$n" -gt 4 ]
}

@test "the README's program seals, built with the README's command" {
	needs pkg-config cc
	local so library=$top/build/lib
	so=$(basename "$(ls "$library"/libwax.so.*.* 2>/dev/null || :)")
	[ -n "$so" ] || skip 'without build/lib/libwax.so'
	readme c >seal.c
	mkdir lib
	ln -s "$library/$so" lib/libwax.so
	ln -s "$library/$so" lib/libwax.so.0
	ln -s "$top/include" include
	sed -e "s|@PREFIX@|$work|; s|@LIBDIR@|$work/lib|; s|@REQUIRES@||" \
		-e "s|@INCLUDEDIR@|$work/include|; s|@VERSION@|0|" \
		"$top/lib/wax.pc.in" >lib/wax.pc
	export PKG_CONFIG_PATH=$work/lib LD_LIBRARY_PATH=$work/lib
	readme sh | sed -n 's/^cc /$ cc -Wall -Wextra -Werror /p' >"$io/session"
	session "$io/session" strict
	random 100000 content
	./seal "$(cat "$keys/pq.pub")" <content >sealed
	head -n 1 sealed | grep -q 'BEGIN AGE'
	wax-open -i "$keys/pq" sealed | cmp - content
	call 2 sh -c './seal age1pq1x 2>&1 | sed "s/^/wax: /" >&2; exit 2'
	err_is 'wax: a malformed recipient, mistyped or cut'
}

@test "the demo works, and leaves nothing behind" {
	TMPDIR=$work call 0 "$top/tests/demo.sh"
	out_has 'All of it worked' '(exit status 3)' '(exit status 1)'
	err_is
	holds
	folder_holds "$HOME"
}

# broken_tools SCRIPT: the tools, but for a wax-open that is the script, which
# calls the real one by $real
broken_tools() {
	mkdir -p bin
	ln -sf "$WAX_BIN"/wax* bin
	rm bin/wax-open
	printf "#!/bin/sh\nreal='%s'\n%s\n" "$WAX_BIN/wax-open" "$1" \
		>bin/wax-open
	chmod +x bin/wax-open
}

@test "the demo fails when a tool does not give back what was sealed" {
	is_sanitized && skip 'not about the tools'
	needs age
	local file
	for file in README.seal lib.seal attached.seal signed.seal letter.txt \
		secret.seal b.age; do
		broken_tools '"$real" "$@"; status=$?
			case $* in *'"$file"'*) echo more | tee -a README.copy \
				in/README.md from-ada/include/wax.h 2>/dev/null
			esac
			exit $status'
		WAX_BIN=$work/bin run "$top/tests/demo.sh"
		[ "$status" -eq 1 ]
		[[ $output == *$file*'demo.sh: failed'* ]]
		[[ $output != *'All of it worked'* ]]
	done
}

@test "the demo fails when an exit status is wrong" {
	local wrong
	for wrong in 3 4; do
		broken_tools '"$real" "$@"; s=$?
			[ $s -ne '$wrong' ] || s=1; exit $s'
		WAX_BIN=$work/bin run "$top/tests/demo.sh"
		[ "$status" -eq 1 ]
		[[ $output == *"the exit status should be $wrong"* ]]
	done
}

# The completions are the same whatever the tools were built with.
completions() {
	is_sanitized && skip 'not about the tools'
	needs "$@"
	echo >oneone
	echo >'sp ace'
	mkdir inner 'de ep'
}

@test "the completions are what the generator makes of the tables" {
	local generator=$top/build/gen-completions
	[ -x "$generator" ] || skip 'without build/gen-completions'
	"$generator" bash | cmp - "$top/completions/wax.bash"
	"$generator" zsh | cmp - "$top/completions/_wax"
	"$generator" fish | cmp - "$top/completions/wax.fish"
}

@test "the generator refuses other shells and does not lose a write error" {
	local generator=$top/build/gen-completions
	[ -x "$generator" ] || skip 'without build/gen-completions'
	local args
	for args in '' 'tcsh' 'bash zsh'; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr "$generator" $args
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[ "$stderr" = 'usage: gen-completions bash|zsh|fish' ]
	done
	run bash -c '"$0" bash >/dev/full' "$generator"
	[ "$status" -eq 7 ]
}

# bash_offers WORD...: what bash offers for the last word. The line "files"
# says that readline would complete files, as it does after an empty result.
bash_offers() {
	bash --norc -uc '. "$0"
	readline=files
	compopt() {
		case $* in
		"+o bashdefault +o default") readline= ;;
		"-o dirnames") readline+=folders ;;
		*) readline="compopt $*" ;;
		esac
	}
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=() COMP_LINE=$*
	COMP_LINE=${COMP_LINE/ =/=} COMP_LINE=${COMP_LINE/= /=}
	"$(complete -p "$1" | sed "s/.*-F \([^ ]*\).*/\1/")" "$1"
	printf "%s\n" ${COMPREPLY[@]+"${COMPREPLY[@]}"} $readline' \
		"$top/completions/wax.bash" "$@" | sort | sed '/^$/d'
}

@test "bash offers all options of each tool, and no other" {
	completions bash
	local tool
	for tool in $(tools); do
		same "$tool -" "$(words "$tool")" "$(bash_offers "$tool" -)"
	done
	for tool in $(tools | sed -n 's/^wax-//p'); do
		same "wax $tool -" "$(words "wax-$tool")" \
			"$(bash_offers wax "$tool" -)"
	done
	same 'wax' "$(tools | sed -n 's/^wax-//p' | sort)" \
		"$(bash_offers wax '')"
}

@test "bash completes files and folders after the options that take one" {
	completions bash
	local tool letter name value want attached
	for tool in $(tools); do
		while IFS='|' read -r letter name value; do
			want=
			case $value in
			'' | FILE | *']') want=files ;;
			DIR) want=folders ;;
			esac
			attached=$want
			case $value in '' | *']') attached= ;; esac
			# Their operands are commands (see completions.bats).
			case $tool$value in
			wax-card | wax-contact | wax-session) continue ;;
			esac
			same "$tool --$name" "$want" \
				"$(bash_offers "$tool" "--$name" '')"
			same "$tool --$name=o" "$attached" \
				"$(bash_offers "$tool" "--$name" = o)"
			same "$tool --$name=" "$attached" \
				"$(bash_offers "$tool" "--$name" =)"
			[ -n "$letter" ] || continue
			same "$tool -$letter" "$want" \
				"$(bash_offers "$tool" "-$letter" o)"
		done < <(options "$tool" | grep -v '|help|\||version|')
	done
	same 'a level' '' "$(bash_offers wax-seal -z9)"
	same 'behind a level' files "$(bash_offers wax-seal -z9 o)"
	same 'behind a long level' files \
		"$(bash_offers wax-seal --compress = 9 o)"
	same 'behind a level in a bundle' files "$(bash_offers wax-seal -azr o)"
	same 'an operand' files "$(bash_offers wax-seal on)"
	same 'behind --' files "$(bash_offers wax-seal -- -)"
	same 'a bundle' files "$(bash_offers wax-seal -afo '')"
	same 'a value in the bundle' files "$(bash_offers wax-seal -rx '')"
	same 'the front' '' "$(bash_offers wax nothing '')"
}

# What is typed, up to TAB, and what then stands there, in bash and zsh. In
# the folder are the files oneone and "sp ace", and the folders inner and
# "de ep".
typed=(
	'wax-seal --arm' 'wax-seal --armor '
	'wax-seal -o on' 'wax-seal -o oneone '
	'wax-seal --output=on' 'wax-seal --output=oneone '
	'wax-seal -afi on' 'wax-seal -afi oneone '
	'wax-seal sp' 'wax-seal sp\\ ace '
	'wax-seal -ar on' 'wax-seal -ar on'
	'wax-seal -- --arm' 'wax-seal -- --arm'
	'wax-seal --passphrase-fd on' 'wax-seal --passphrase-fd on'
	'wax-seal --passphrase-fd=on' 'wax-seal --passphrase-fd=on'
	'wax-open -i x -- on' 'wax-open -i x -- oneone '
	'wax-open -C in' 'wax-open -C inner/'
	'wax-open -C on' 'wax-open -C on'
	'wax-open --directory=in' 'wax-open --directory=inner/'
	'wax-unpack -tC de' 'wax-unpack -tC de\\ ep/'
	'wax pack -z on' 'wax pack -z oneone '
	'wax-seal -z9 on' 'wax-seal -z9 oneone '
	'wax-seal --compress=9 on' 'wax-seal --compress=9 oneone '
	'wax-seal --compress=on' 'wax-seal --compress=on'
	'wax in' 'wax inspect '
	'wax inspect --js' 'wax inspect --json '
	'wax seal -R on' 'wax seal -R oneone '
	'wax wax-open --vers' 'wax wax-open --version '
)

# types SHELL...: types all that on a terminal. The shell shows its line between
# << and >> when control-G is typed, and tells by READY that it is.
types() {
	local i steps=(expect:READY)
	for ((i = 0; i < ${#typed[@]}; i += 2)); do
		steps+=("send:${typed[i]}\\t" key:g
			"expect:<<${typed[i + 1]}>>" key:u)
	done
	TERM=dumb pty 0 "${steps[@]}" 'send:exit\n' -- "$@"
}

bash_terminal='PS1="$ "
bind "set enable-bracketed-paste off"
show() { printf "<<%s>>" "$READLINE_LINE"; }
bind -x "\"\C-g\": show"
echo READY'

@test "typing TAB in bash completes" {
	completions bash
	[ -x "$python" ] || needs "$python"
	{
		echo ". '$top/completions/wax.bash'"
		echo "$bash_terminal"
	} >"$io/rc"
	types bash --noprofile --rcfile "$io/rc" -i
}

@test "typing TAB in bash completes with bash-completion loaded too" {
	completions bash
	local package=/usr/share/bash-completion/bash_completion
	[ -r $package ] || skip 'without bash-completion'
	# It finds the file by the name of the command, as make install puts it.
	local folder=$HOME/.local/share/bash-completion/completions tool
	mkdir -p "$folder"
	for tool in $(tools); do
		ln -s "$top/completions/wax.bash" "$folder/$tool"
	done
	{
		echo ". $package"
		echo "$bash_terminal"
	} >"$io/rc"
	types bash --noprofile --rcfile "$io/rc" -i
}

# A zsh of its own rules, with the completion of wax.
zsh_terminal() {
	cat >"$io/.zshrc" <<-EOF
		stty rows 50 cols 200
		PROMPT='%% ' LISTMAX=1000
		unsetopt zle_bracketed_paste
		show() { print -rn -- "<<\$BUFFER>>" }
		zle -N show
		bindkey -e
		bindkey '^G' show
		fpath=('$top/completions' \$fpath)
		autoload -Uz compinit
		compinit -D -u
		echo READY
	EOF
	export ZDOTDIR=$io
}

@test "typing TAB in zsh completes" {
	completions zsh
	zsh_terminal
	types zsh -d -i
}

# zsh_offers LINE: the options that zsh lists when TAB is typed after the line.
zsh_offers() {
	TERM=dumb pty 0 expect:READY "send:$1\\t" key:g "expect:<<$1>>" key:u \
		'send:exit\n' -- zsh -d -i
	tr -d '\r' <"$io/out" | sed -n 's/ -- .*//p' | tr -s ' ' '\n' |
		grep '^-' | sort
}

@test "zsh offers all options of each tool, and no other" {
	completions zsh
	zsh_terminal
	local tool
	for tool in $(tools); do
		same "$tool -" "$(words "$tool")" "$(zsh_offers "$tool -")"
	done
	same 'wax seal -' "$(words wax-seal)" "$(zsh_offers 'wax seal -')"
}

# fish_offers LINE
fish_offers() {
	fish --no-config -c "source '$top/completions/wax.fish'
		complete -C '$1'" | cut -f 1 | sort
}

@test "fish offers all options of each tool, and no other" {
	completions fish
	local tool
	for tool in $(tools); do
		same "$tool -" "$(words "$tool")" "$(fish_offers "$tool -")"
	done
	for tool in $(tools | sed -n 's/^wax-//p'); do
		same "wax $tool -" "$(words "wax-$tool")" \
			"$(fish_offers "wax $tool -")"
	done
	same 'wax' "$(tools | sed -n 's/^wax-//p' | sort)" \
		"$(fish_offers 'wax ')"
}

@test "fish completes files and folders after the options that take one" {
	completions fish
	local tool name value files folders
	for tool in $(tools | grep -v '^wax$'); do
		while IFS='|' read -r _ name value; do
			files='' folders=''
			case $tool$value in
			wax-card | wax-contact | wax-session) continue ;;
			esac
			case $value in
			'' | FILE | *']') files=oneone folders=inner/ ;;
			DIR) folders=inner/ ;;
			esac
			same "$tool --$name on" "$files" \
				"$(fish_offers "$tool --$name on")"
			same "$tool --$name in" "$folders" \
				"$(fish_offers "$tool --$name in")"
		done < <(options "$tool")
	done
	same 'a level' '' "$(fish_offers 'wax-seal --compress=on')"
	same 'behind a level' oneone "$(fish_offers 'wax seal -z9 on')"
	same 'an operand' oneone "$(fish_offers 'wax seal on')"
	same 'the name of a tool as a file' --json \
		"$(fish_offers 'wax inspect seal --j')"
}
