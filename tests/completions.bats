#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Commands and the names of contacts, completed by bash, zsh and fish on a
# terminal. What is completed is then run, so that it is quoted as it should be.
# Options, files and folders are in docs.bats.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2016 # what is typed is not expanded here

load helpers

# Names that a shell takes for more than letters, if it can.
names=(bob 'Jörg Müller' "O'Neil \"Q\"" 'ada@laptop' 'ada@lamp' 'a:b=c'
	'cash $HOME `x`; &|' '~tilde' 'two  spaces' 'back\slash' '(x)*?[y]'
	'n!x' 'vic!#:s"$(touch PWNED)$')

setup_file() {
	wax_environment
	local i folder=$BATS_FILE_TMPDIR
	mkdir -m 700 "$folder/me"
	export WAX_HOME=$folder/me
	wax-keygen -n me 2>/dev/null
	for ((i = 0; i < ${#names[@]}; i++)); do
		mkdir -m 700 "$folder/x"
		WAX_HOME=$folder/x wax-keygen -n x 2>/dev/null
		WAX_HOME=$folder/x wax-card -o "$folder/card"
		wax-contact add -q "${names[i]}" "$folder/card"
		rm -r "$folder/x" "$folder/card"
	done
}

setup() {
	wax_setup
	! is_sanitized || skip 'not about the tools'
	cp -a "$BATS_FILE_TMPDIR/me" .
	export WAX_HOME=$work/me LC_ALL=C.UTF-8
	echo 'meet at nine' >note
	touch oneone
}

# Where the address book is open, and where it is not.

@test "wax-contact list --names prints names, and asks nobody" {
	call 0 wax-contact list --names
	[ "$(cat "$io/out")" = "$(printf '%s\n' "${names[@]}" |
		LC_ALL=C sort)" ]
	find "$WAX_HOME" -printf '%P %T@ %s\n' | sort >before
	call 0 wax-contact list --names -o list
	find "$WAX_HOME" -printf '%P %T@ %s\n' | sort | cmp - before
	call 2 wax-contact list --names --json
	call 2 wax-contact show --names bob
	WAX_HOME=$work/none call 3 wax-contact list --names
	[ ! -e none ]
	export WAX_HOME=$work/sealed
	locked_files
	mkdir -m 700 sealed
	wax-keygen -p --passphrase-file pw -o sealed/identity 2>/dev/null
	pty 3 -- wax-contact list --names
	out_has 'sealed with a passphrase'
	run ! grep -qi 'passphrase of' "$io/out"
	call 0 wax-contact list --names --passphrase-file pw
	out_is
}

@test "the commands in the help are those that the tools know" {
	local tool
	for tool in contact session; do
		"wax-$tool" --help | sed -n '/^commands:/,/^$/ s/^  \([a-z]*\) .*/\1/p' \
			>commands
		[ "$(wc -l <commands)" -gt 3 ]
		call 2 "wax-$tool" nonsense
		sed 's/.*commands are //; s/)$//; s/ WHO//g; s/,\| and/\n/g' \
			"$io/err" | tr -d ' ' | cmp - commands
	done
}

# typed: what is typed up to TAB and before what follows, and what the line
# then prints. \\t is TAB.
typed=(
	'wax-contact show bo\t' 'name: bob'
	'wax contact show J\t' 'name: Jörg Müller'
	'wax-contact show Jörg\\ M\t' 'name: Jörg Müller'
	'wax-contact show O\t' "name: O'Neil \"Q\""
	"wax-contact show \"O\t" "name: O'Neil \"Q\""
	"wax-contact show 'J\t" 'name: Jörg Müller'
	"wax-contact show 'O\t" "name: O'Neil \"Q\""
	'wax-contact show ada@lap\t' 'name: ada@laptop'
	'wax-contact sh\t ad\tp\t' 'name: ada@laptop'
	'wax-contact show a:b\t' 'name: a:b=c'
	'wax-contact show a:b=\t' 'name: a:b=c'
	'wax-contact show "ca\t' 'name: cash $HOME `x`; &|'
	'wax-contact show ca\t' 'name: cash $HOME `x`; &|'
	'wax-contact show two\t' 'name: two  spaces'
	'wax-contact show back\t' 'name: back\\slash'
	'wax-contact show \\(\t' 'name: (x)*?[y]'
	'wax-contact show "n\t' 'name: n!x'
	"wax-contact show 'n\t" 'name: n!x'
	'wax-contact show n\t' 'name: n!x'
	'wax-contact show "vic\t' 'name: vic!#:s"$(touch PWNED)$'
	'wax-contact show vic\t' 'name: vic!#:s"$(touch PWNED)$'
	'wax-contact -q exp\t bo\t two\t| grep -c "^age1pq1" | sed s/^/keys=/'
	'keys=2'
	'wax-seal -r ada@lap\t -c bo\t -o m n\t' 'cannot be combined'
	'wax-seal --recipient=J\t -ao m1 n\t && wax-insp\t m1' 'armor: yes'
	'wax-seal -c two\t -o m2 note && wax session sh\t two\t' 'begun by: oneself'
	'wax-session res\t tw\t' 'begins a new session'
	'wax-session rm tw\t' 'forgot the sessions'
	'wax-contact ren\t bo\t rob' "'bob' is now 'rob'"
)

# types SHELL...: all that, to a shell whose prompt is READY.
types() {
	local i steps=()
	for ((i = 0; i < ${#typed[@]}; i += 2)); do
		steps+=('expect:READY ' "send:$(bytes "${typed[i]}")"
			'send:\n' "expect:$(bytes "${typed[i + 1]}")")
	done
	TERM=dumb pty 0 "${steps[@]}" 'expect:READY ' 'send:exit\n' -- "$@"
	[ ! -e PWNED ]
}

# What is beyond ASCII, as pty.py wants it.
bytes() { "$python" -c 'import os, sys
for c in os.fsencode(sys.argv[1]):
    sys.stdout.write(chr(c) if c < 128 else f"\\x{c:02x}")' "$1"; }

@test "bash completes commands and contacts" {
	needs bash
	{
		echo ". '$top/completions/wax.bash'"
		echo 'PS1="READY "; bind "set enable-bracketed-paste off"'
	} >"$io/rc"
	types bash --noprofile --rcfile "$io/rc" -i
}

@test "zsh completes commands and contacts" {
	needs zsh
	cat >"$io/.zshrc" <<-EOF
		stty rows 50 cols 200
		PROMPT='READY '
		unsetopt zle_bracketed_paste
		bindkey -e
		fpath=('$top/completions' \$fpath)
		autoload -Uz compinit
		compinit -D -u
	EOF
	ZDOTDIR=$io types zsh -d -i
}

@test "fish completes commands and contacts" {
	needs fish
	mkdir -p "$HOME/.config/fish/completions"
	ln -s "$top/completions/wax.fish" "$HOME/.config/fish/completions"
	local tool
	for tool in seal contact session inspect; do
		ln -s wax.fish "$HOME/.config/fish/completions/wax-$tool.fish"
	done
	echo "function fish_prompt; echo -n 'READY '; end
		set -g fish_greeting" >"$HOME/.config/fish/config.fish"
	types fish -i
}
