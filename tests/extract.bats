#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Finding sealed messages in mails and in text: what is undone, what is refused,
# and that wax-open and wax-inspect do it by themselves.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2016 # what goes to other shells is not expanded here

load helpers

setup_file() {
	wax_environment
	wax_keys
	cd "$BATS_FILE_TMPDIR" || return 1
	# For what takes many runs, the quick kind; both are in the identity.
	cat pq x >both
	random 3000 plain
	wax-seal -R x.pub -o binary plain
	wax-seal -a -R x.pub -o armor plain
	wax-seal -a -R pq.pub -o armor-pq plain
	wc -l <armor >lines
	"$python" "$top/tests/mangle.py" mails . armor binary
}

setup() {
	wax_setup
	cp "$keys/plain" "$keys/armor" "$keys/binary" .
	# The last line of the data, which is a short one.
	last=$(($(cat "$keys/lines") - 1))
	open=(wax-open -i "$keys/both")
}

# undone WORDS: the message in the file "in" is found, by the tool and, to the
# same effect, by wax-open, and that is what is said of it.
undone() {
	call 0 wax-extract in
	out_same armor
	err_is ${1:+"wax-extract: undone: $1"}
	call 0 wax-extract - <in
	out_same armor
	call 0 "${open[@]}" in
	out_same plain
	err_is ${1:+"wax-extract: undone: $1"}
}

# damaged LINE TEXT: it is not, with these words.
damaged() {
	call 1 wax-extract in
	err_is "wax-extract: 'in': $1"
	call 1 wax-extract -o out in
	[ ! -e out ]
	call 1 wax-extract <in
	err_is "wax-extract: standard input: $1"
}

@test "a binary file and strict armor come out as they are" {
	call 0 wax-extract armor
	out_same armor
	err_is
	call 0 wax-extract <binary
	out_same binary
	err_is
	sed 's/$/\r/' armor >in
	call 0 wax-extract in
	out_same armor
	err_is
}

@test "each thing that happens to text is undone, and told" {
	local begin='-----BEGIN AGE ENCRYPTED FILE-----'
	sed 's/^/> /' armor >in
	undone quoting
	sed 's/^/>>|> >/' armor >in
	undone quoting
	sed 's/^/    /' armor >in
	undone indentation
	{ sed 's/^/    /' armor && echo bye; } >in
	undone 'text around it, indentation'
	{ printf 'Hello\n\n' && cat armor; } >in
	undone 'text around it'
	{ printf '\xef\xbb\xbf' && cat armor; } >in
	undone 'invisible characters'
	sed 's/^/\xc2\xa0/' armor >in
	undone 'indentation, white space'
	sed '3s/^.../&\xe2\x80\x8b/' armor >in
	call 0 wax-extract in
	out_same armor
	err_is 'wax-extract: undone: invisible characters'
	{ echo && sed 's/^/> /; s/$/\n/' armor; } >in
	undone 'quoting, empty lines'
	{ echo && tr '\n' ' ' <armor; } >in
	sed -i 's/^/ /' in
	undone 'indentation, line wrapping, white space'
	{ echo . && echo && fold -w 48 armor; } >in
	undone 'text around it, line wrapping'
	{ echo . && echo && sed "s/^$begin\$/-----BEGIN AGE\\n> ENCRY\\nPTED FILE-----/" \
		armor; } >in
	undone 'text around it'
	sed 's/=//g; s/^/ /' armor >in
	undone 'indentation, lost padding'
	sed 's/=/=3D/g; s/^/ /' armor >in
	undone 'indentation, lost padding'
	{ echo '<html><p>Hello<pre>' && sed 's/^/\&gt; /; s/$/<br>/' armor; } >in
	undone 'HTML, text around it, quoting, empty lines'
}

@test "in mails, armored or attached, in every encoding" {
	local file n=0
	for file in "$keys"/*.eml; do
		call 0 wax-extract "$file"
		case $file in
		*/binary-*) out_same binary ;;
		*) out_same armor ;;
		esac
		err_has 'wax-extract: undone: mail'
		case $file in
		*-base64*) err_has 'mail, base64' ;;
		*-qp*) err_has 'mail, quoted-printable' ;;
		*-html*) err_has HTML ;;
		esac
		call 0 "${open[@]}" <"$file"
		out_same plain
		err_has 'wax-extract: undone: mail'
		n=$((n + 1))
	done
	[ "$n" -ge 24 ]
}

@test "of several messages the first, or the one that is asked for" {
	{ echo a && echo && cat "$keys/armor-pq" && echo b && cat armor; } >in
	call 0 wax-extract in
	out_same "$keys/armor-pq"
	err_is 'wax-extract: undone: text around it' \
		'wax-extract: 2 messages are in it, and this is the first; '"$(
		)wax-extract -n takes another"
	call 0 wax-extract -n 1 in
	out_same "$keys/armor-pq"
	err_is 'wax-extract: undone: text around it'
	call 0 wax-extract -n 2 in
	out_same armor
	call 2 wax-extract -n 3 in
	err_is "wax-extract: 'in': there are only 2 messages in it"
	call 2 wax-extract -n 2 armor
	err_is "wax-extract: 'armor': there is only one message in it"
	call 0 "${open[@]}" in
	out_same plain
	err_has '2 messages are in it'
	# One that is damaged does not hide the next.
	{ head -n 9 armor && cat binary "$keys/armor-pq"; } >in
	call 0 wax-extract -n 2 in
	out_same "$keys/armor-pq"
	# The same thing in two forms needs no words.
	call 0 wax-extract "$keys/alternative.eml"
	err_is 'wax-extract: undone: mail, text around it'
	call 0 wax-extract -n 2 "$keys/alternative.eml"
	out_same armor
	# A mailbox, and a part that comes first.
	{
		for file in "$keys/armor-qp.eml" "$keys/binary-base64.eml"; do
			echo 'From ada@example.org Mon Nov 23 10:00:00 2026'
			cat "$file" && echo
		done
	} >box
	call 0 wax-extract -n 2 box
	out_same binary
	err_is 'wax-extract: undone: mail, base64'
}

# mail TYPE FILE...: a multipart of that type, with the files as its parts.
mail() {
	printf 'From: me\nContent-Type: multipart/%s; boundary=b\n\n' "$1"
	shift
	local file
	for file; do
		printf -- '\n--b\n'
		case $file in
		*.html) printf 'Content-Type: text/html\n\n<pre>' ;;
		*binary) printf 'Content-Transfer-Encoding: base64\n\n' ;;
		*) echo ;;
		esac
		case $file in
		*binary) base64 "$file" ;;
		*) cat "$file" ;;
		esac
	done
	printf -- '\n--b--\n'
}

@test "forms of one mail that are not the same are told, and all are reached" {
	local other=$keys/armor-pq n of='messages are in it, and this is the first'
	mv binary other.binary
	sed '/^-/d' armor | base64 -d >binary
	cp armor armor.html
	cp "$other" other.html
	# Equal in every form, and where another message is there besides.
	mail alternative armor armor.html armor >in
	call 0 wax-extract in
	err_is 'wax-extract: undone: mail'
	mail mixed binary armor >in
	call 0 wax-extract in
	out_same binary
	err_is 'wax-extract: undone: mail, base64'
	mail mixed armor binary >in
	call 0 wax-extract in
	err_is 'wax-extract: undone: mail'
	mail alternative armor armor.html "$other" >in
	call 0 wax-extract in
	err_has "3 $of"
	call 0 wax-extract -n 3 in
	out_same "$other"
	# What a mail program shows is often the last of them.
	for n in other.html other.binary; do
		mail alternative armor "$n" >in
		call 0 wax-extract in
		out_same armor
		err_has "2 $of"
		call 0 "${open[@]}" in
		out_same plain
		err_has "2 $of"
	done
	call 0 wax-extract -n 2 in
	out_same other.binary
	mail alternative armor other.html >in
	call 0 wax-extract -n 2 in
	out_same "$other"
	call 2 wax-extract -n 3 in
	err_has 'there are only 2 messages in it'
	# Only the payload, or a bit of its end.
	sed "${last}s/^./Q/" armor >armor.html
	! cmp -s armor armor.html || sed "${last}s/^./R/" armor >armor.html
	mail alternative armor armor.html >in
	call 0 wax-extract in
	err_has "2 $of"
	# Damaged ones are no errors here, but not the same either.
	for n in '$d' '9d;20s/...//' "${last}s/.\$//" '9s/$/!/'; do
		sed "$n" armor >armor.html
		mail alternative armor armor.html "$other" >in
		call 0 wax-extract in
		out_same armor
		err_has "3 $of"
		call 0 wax-extract -n 3 in
		out_same "$other"
	done
	mail mixed armor binary "$other" |
		sed '/: base64/,/^--b/ { /^YWdl/ { n; s/./!/; }; }' >in
	call 0 wax-extract in
	err_has "3 $of"
	call 0 wax-extract -n 3 in
	out_same "$other"
}

@test "wax-open does not look where no mail program shows anything" {
	echo hello >note
	mail mixed note >in
	sed -n '1,/^$/p' in >first
	sed '1,/^$/d' in >rest
	cat first armor rest >before
	cat in armor >behind
	for n in before behind; do
		call 0 wax-extract "$n"
		out_same armor
		call 1 "${open[@]}" "$n"
		err_is "wax-open: '$n': not a sealed file"
	done
	mail mixed armor >in
	# Or where nothing tells where that would be.
	{ printf '%s\n' 'Subject: note' \
		'Content-Type: multipart/mixed; boundary=never' '' &&
		cat armor; } >unbegun
	call 0 wax-extract unbegun
	out_same armor
	call 1 "${open[@]}" unbegun
	err_is "wax-extract: 'unbegun': a mail of several parts, but the $(
	)line that is to begin each never comes (wax-extract FILE, by $(
	)itself, looks for a message all the same)"
	call 1 wax-inspect <unbegun
	err_has 'wax-extract: standard input: a mail of several parts'
	{ cat unbegun && echo --never-- && cat armor; } >over
	call 1 "${open[@]}" over
	err_is "wax-open: 'over': not a sealed file"
	{ cat first "$keys/armor-pq" && sed '1,/^$/d' in &&
		cat "$keys/armor-pq"; } >both
	call 0 wax-extract both
	out_same "$keys/armor-pq"
	err_has '3 messages are in it'
	call 0 "${open[@]}" both
	out_same plain
	err_is 'wax-extract: undone: mail'
}

@test "what is missing or too much is found, with its line" {
	local n
	sed '$d' armor >in
	damaged "the message that begins in line 1 has no END line; line $last $(
	)is the last of it"
	{ echo x && head -n 20 armor && cat armor; } >in
	damaged 'line 22: another message begins, and this one has no END line'
	for n in 2 3 5 9 "$((last - 1))"; do
		sed "${n}p" armor >in
		damaged "line $((n + 1)): it is the one before once more"
	done
	for n in 9 "$((last - 1))"; do
		sed "${n}s/...//" armor >in
		damaged "line $((n + 1)): the lines do not fit together any more $(
		)here"
	done
	sed '9s/^/Bob! /' armor >in
	damaged 'line 9: this is no part of the message'
	sed "${last}s/=*\$//; ${last}s/.\$//" armor >in
	call 1 wax-extract in
	err_has 'characters are missing before the END line, or wrong'
	# In the header, which has a form.
	for n in 2 3 4 5; do
		sed "${n}d" armor >in
		call 1 wax-extract in
		grep -qE "'in': line [0-9]+: " "$io/err"
		sed "${n}{h;d};$((n + 1)){G}" armor >in
		call 1 wax-extract in
		grep -qE "'in': line [0-9]+: " "$io/err"
	done
	for n in 4 10 20; do
		sed "${n}d" "$keys/armor-pq" >in
		call 1 wax-extract in
		err_has 'has a mlkem768x25519 stanza of another size'
		sed "${n}{h;d};$((n + 1)){G}" "$keys/armor-pq" | sed 's/^/> /' \
			>in
		call 0 wax-extract in
		call 3 "${open[@]}" in
	done
	# Too little for any payload.
	{ head -n 5 armor && tail -n 1 armor; } >in
	call 1 wax-extract in
	err_has 'the message is cut short before'
	# What shows in the payload only when it is opened.
	sed '20d; s/^/> /' armor >in
	call 0 wax-extract in
	call 1 "${open[@]}" -o out in
	[ ! -e out ]
}

@test "a damaged attachment is found, with its line" {
	local line
	line=$(grep -n ^YWdl "$keys/binary-base64.eml" | cut -d: -f1)
	line=$((line + 12))
	sed "${line}p" "$keys/binary-base64.eml" >in
	damaged "line $((line + 1)): it is the one before once more"
	sed "${line}s/..//" "$keys/binary-base64.eml" >in
	damaged "line $((line + 1)): the lines do not fit together any more here"
	sed "${line}s/../!!/" "$keys/binary-base64.eml" >in
	damaged "line $line: this is not base64"
	head -n "$((line - 10))" "$keys/binary-base64.eml" >in
	call 1 wax-extract in
}

@test "where there is none, that is said, and no output appears" {
	echo hello >in
	damaged 'there is no sealed message in it'
	: >in
	damaged 'there is no sealed message in it'
	random 300000 in
	damaged 'there is no sealed message in it'
	printf -- '%s\n' '' '-----BEGIN AGE ENCRYPTED FILE-----' hello >in
	damaged 'line 2: a BEGIN line, and what follows it is no age file'
	for word in 'BEGIN PGP MESSAGE' 'begin age encrypted file' \
		' BEGIN AGE ENCRYPTED FILE'; do
		sed "1s/BEGIN AGE ENCRYPTED FILE/$word/" armor >in
		damaged 'there is no sealed message in it'
	done
	call 1 "${open[@]}" in
	err_is "wax-open: 'in': not a sealed file"
	call 1 wax-inspect <in
	err_is 'wax-inspect: standard input: not a sealed file'
	holds in plain armor binary
	# One that was only mentioned is none.
	{ echo 'It begins with -----BEGIN AGE ENCRYPTED FILE-----, and so on.'
		echo && cat armor; } >in
	call 0 wax-extract in
	out_same armor
}

@test "output goes where it should, whole or not at all" {
	sed 's/^/> /' armor >in
	call 0 wax-extract -o out in
	cmp out armor
	call 2 wax-extract -o out in
	call 0 wax-extract -f -o out "$keys/binary-base64.eml"
	cmp out binary
	call 2 wax-extract -f -o in in
	call 2 wax-extract -n 0 in
	err_is 'wax-extract: -n counts messages from 1'
	call 2 wax-extract -n x in
	call 2 wax-extract in armor
	call 7 wax-extract missing
	call 7 sh -c 'wax-extract in >/dev/full'
	call 7 sh -c 'wax-extract <&-'
	pty 2 -- wax-extract "$keys/binary-base64.eml"
	pty 0 -- wax-extract in
	out_has "$(sed -n 3p armor)"
}

@test "wax-inspect looks into mails, and wax-open writes nothing unopened" {
	call 0 wax-inspect "$keys/armor-qp.eml"
	out_has 'armor: yes' '  X25519: 1' 'plaintext: 3000 bytes'
	err_is 'wax-extract: undone: mail, quoted-printable, text around it'
	call 0 wax-inspect --json "$keys/binary-base64.eml"
	out_has '"armor":false'
	call 3 wax-open -i "$keys/x2" -o out "$keys/armor-qp.eml"
	[ ! -e out ]
	sed '20s/....$//; s/^/> /' armor >in
	call 1 "${open[@]}" -o out in
	err_is "wax-extract: 'in': line 21: the lines do not fit together any more here"
	call 1 "${open[@]}" <in
	err_is 'wax-extract: standard input: line 21: the lines do not fit together any more here'
	[ ! -e out ]
	# A message, whatever else there is to open it with.
	sed 's/^/> /' armor >in
	call 0 "${open[@]}" -o out in
	cmp out plain
	call 1 wax-inspect - <<<'From: me'
}

@test "what begins as an age file or armor is read strictly, and directly" {
	local file edit
	for file in armor binary; do
		# Leaks are not looked for under strace.
		! is_sanitized || continue
		strace -f -qq -o /dev/null true 2>/dev/null || continue
		call 0 strace -f -qq -e trace=clone,clone3,vfork,fork,execve \
			-o "$io/trace" "${open[@]}" "$file"
		[ "$(grep -c . "$io/trace")" -eq 1 ]
		out_same plain
	done
	for edit in '3s/^/ /' '3s/$/\n/' '2s/^/\n/' '$s/$/\nx/' '$d' \
		'3s/=*$/=/'; do
		sed "$edit" armor >in
		call 1 "${open[@]}" in
		grep -q '^wax-open: ' "$io/err"
	done
	printf 'age-encryption.org/v2\n' >in
	call 1 "${open[@]}" in
	err_is "wax-open: 'in': of another version than age-encryption.org/v1"
	printf 'age-encryption.org/v1\r\n' >in
	call 1 "${open[@]}" in
	printf 'age-enc' >in
	call 1 "${open[@]}" in
	err_is "wax-open: 'in': the header is cut short"
	# Read strictly, a line that is missing shows in what the rest says.
	sed 3d "$keys/armor-pq" >in
	call 1 wax-open -i "$keys/pq" in
	err_is "wax-open: 'in': the header is malformed, in an argument of a $(
	)stanza of type mlkem768x25519 (wax-extract tells if a line is $(
	)missing or doubled)"
	# Right below text, only the tool by its name takes it.
	{ echo hello && cat armor; } >in
	call 1 "${open[@]}" in
	err_is "wax-extract: 'in': line 2: armor begins right below a line $(
		)of text (wax-extract FILE, by itself, takes it out)"
	call 0 wax-extract in
	out_same armor
	{ echo hello && sed 's/^/> /' armor; } >in
	call 0 "${open[@]}" in
	out_same plain
}

@test "the input is read in pieces of any size, and from a pipe" {
	sed 's/^/> /' armor >in
	slowly() { while IFS= read -r line; do printf '%s\n' "$line"; done <in; }
	slowly | call 0 "${open[@]}"
	out_same plain
	dd bs=1 if=in 2>/dev/null | call 0 wax-extract
	out_same armor
	{ head -c 10 in && sleep 0.1 && tail -c +11 in; } |
		call 0 wax-inspect
	err_is 'wax-extract: undone: quoting'
	# What is longer than any buffer.
	random 400000 big
	wax-seal -a -R "$keys/x.pub" big | tr -d '\n' |
		sed 's/FILE-----/& /' >in
	call 0 "${open[@]}" in
	out_same big
}

@test "mangled at random they come back, or are refused, and never differ" {
	local n=150 size
	! is_sanitized || n=60
	for size in 0 1 30 100 1000 20000 300000; do
		random "$size" "plain$size"
		wax-seal -a -R "$keys/x.pub" -o "seal$size" "plain$size"
	done
	"$python" "$top/tests/mangle.py" random "${MANGLE_SEED:-1}" "$n" \
		"$keys/both" seal* "$keys/armor-pq" >"$io/out"
	out_is
}

@test "an attachment of 20 MB takes little memory" {
	! is_sanitized || skip 'sanitizers have memory of their own'
	random 20000000 plain
	wax-seal -f -R "$keys/x.pub" -o binary plain
	{
		printf 'From: me\nContent-Transfer-Encoding: base64\n\n'
		base64 binary
	} >in
	# 16 MiB of memory for all, the programs included.
	call 0 sh -c 'ulimit -v 16384; exec "$@"' - "${open[@]}" -o out in
	cmp out plain
	wax-seal -a -R "$keys/x.pub" plain | sed 's/^/> /' >in
	call 0 sh -c 'ulimit -v 16384; exec "$@"' - "${open[@]}" -f -o out in
	cmp out plain
}

# cpu FILE: how many milliseconds of a processor it takes to look through it.
cpu() {
	local TIMEFORMAT=%3U taken
	taken=$({ time wax-extract "$1" >/dev/null 2>&1 || :; } 2>&1)
	echo "$((10#${taken/./}))"
}

@test "tags that do not end take about as long as other text" {
	local text limit took
	html() {
		printf 'From: a@b\nContent-Type: text/html\n\n'
		"$python" -c 'import sys
text = sys.argv[1].encode().decode("unicode_escape")
text += text[-1] * int(sys.argv[2])
sys.stdout.write(text * (1000000 // len(text)))' "$1" "$2"
	}
	html 'ab\n' 19 >in
	limit=$((6 * $(cpu in) + 100))
	for text in '<a' '<a\n' '<!--\n' '</a ' '<a\n\xe4\n' '&a\n'; do
		for n in 0 19 1100; do
			html "$text" "$n" >in
			took=$(cpu in)
			[ "$took" -lt "$limit" ] ||
				fail "'$text' $n: $took ms, not below $limit"
		done
	done
	# What one was begun in is no tag, and the one in it is.
	{ printf '<html>\n\na < b <a <br>\n\n' && sed 's/^/<a\n >/' armor; } >in
	sed -i '1s/^/From: a@b\nContent-Type: text\/html\n\n/' in
	call 0 wax-extract in
	out_same armor
}

@test "the process that reads mail has no keys, no files and no network" {
	needs strace
	strace -f -qq -o /dev/null true 2>/dev/null || skip 'strace may not trace'
	! is_sanitized || skip 'sanitizers open files of their own'
	sed 's/^/> /' armor >in
	call 0 strace -f -qq -o "$io/trace" "${open[@]}" in
	grep -q 'landlock_restrict_self' "$io/trace" || skip 'without Landlock'
	# Once behind the walls it reads, writes and ends.
	local pid
	pid=$(sed -n 's/ .*prctl(PR_SET_SECCOMP, .* = 0$//p' "$io/trace" | tail -n 1)
	[ -n "$pid" ]
	sed -n "/^$pid .*SECCOMP.* = 0\$/,\$ s/^$pid *\\([a-z_0-9]*\\)(.*/\\1/p" \
		"$io/trace" | sort -u >"$io/calls"
	! grep -vxE 'prctl|read|write|brk|mmap|munmap|mremap|exit_group|fcntl' \
		"$io/calls" || fail 'other calls'
	# It was begun by wax-extract, which opened no key either.
	! grep "^$pid .*open" "$io/trace" | grep -F "$keys" || fail 'a key'
}
