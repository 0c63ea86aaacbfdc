# bash completion of wax and its tools; needs bash 4.
# Made by gen-completions from cmd/tools.c: change it there.

_wax_tools='keygen seal open inspect extract pack unpack sign verify card contact session'

# The options of tool $1: those without a value, with a level,
# a file, a folder, a contact, and with another value. Its
# commands, and of what kinds the first and the other operands
# of each are.
_wax_table()
{
	case $1 in
	wax)
		flags='-h --help --version'
		levels=''
		files=''
		folders=''
		names=''
		texts=''
		commands=''
		kinds=''
		;;
	wax-keygen)
		flags='-p --passphrase -y --recipient -w --who -m --minisign --x25519 -h --help --version'
		levels=''
		files='-o --output --passphrase-file'
		folders=''
		names=''
		texts='-n --name --passphrase-fd'
		commands=''
		kinds=''
		;;
	wax-seal)
		flags='-p --passphrase -a --armor -s --sign --pad --no-pad --no-name -f --force -h --help --version'
		levels='-z --compress'
		files='-R --recipients-file -i --identity -o --output --passphrase-file'
		folders=''
		names='-r --recipient -c --chain'
		texts='--passphrase-fd'
		commands=''
		kinds=''
		;;
	wax-open)
		flags='-f --force --info --json -h --help --version'
		levels=''
		files='-i --identity -o --output --passphrase-file'
		folders='-C --directory'
		names='--from'
		texts='--max-entries --max-size --max-ratio --passphrase-fd'
		commands=''
		kinds=''
		;;
	wax-inspect)
		flags='--json -h --help --version'
		levels=''
		files=''
		folders=''
		names=''
		texts=''
		commands=''
		kinds=''
		;;
	wax-extract)
		flags='-f --force -h --help --version'
		levels=''
		files='-o --output'
		folders=''
		names=''
		texts='-n --number --begin-fd'
		commands=''
		kinds=''
		;;
	wax-pack)
		flags='--tar -f --force -q --quiet -h --help --version'
		levels='-z --compress'
		files='-o --output'
		folders=''
		names=''
		texts='--not-fd'
		commands=''
		kinds=''
		;;
	wax-unpack)
		flags='-t --list -f --force --tar -q --quiet -h --help --version'
		levels=''
		files=''
		folders='-C --directory'
		names=''
		texts='--max-entries --max-size --max-ratio --confirm-fd'
		commands=''
		kinds=''
		;;
	wax-sign)
		flags='-f --force -h --help --version'
		levels=''
		files='-i --identity -o --output --passphrase-file'
		folders=''
		names=''
		texts='-t --trusted-comment --passphrase-fd'
		commands=''
		kinds=''
		;;
	wax-verify)
		flags='-q --quiet -h --help --version'
		levels=''
		files='-K --key-file -x --signature --passphrase-file'
		folders=''
		names='-k --key'
		texts='--passphrase-fd'
		commands=''
		kinds=''
		;;
	wax-card)
		flags='--once -f --force -h --help --version'
		levels=''
		files='-o --output --passphrase-file'
		folders=''
		names=''
		texts='-n --name --passphrase-fd'
		commands='show'
		kinds=' show:file:none'
		;;
	wax-contact)
		flags='--all --device --json --names -f --force -q --quiet -h --help --version'
		levels=''
		files='-o --output --passphrase-file'
		folders=''
		names=''
		texts='--code --passphrase-fd'
		commands='add list show verify rename rm export'
		kinds=' add:who:file list:none:none show:who:none verify:who:none rename:who:none rm:who:who export:who:who'
		;;
	wax-session)
		flags='--json -q --quiet -h --help --version'
		levels=''
		files='--passphrase-file'
		folders=''
		names=''
		texts='--passphrase-fd'
		commands='list show reset rm'
		kinds=' list:none:none show:who:none reset:who:none rm:who:none'
		;;
	esac
}

# The words up to the cursor, to words, and the number of the last, to last.
# bash takes words apart at @, = and : as well.
_wax_words()
{
	local i word space line=$COMP_LINE
	words=() last=-1
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		space=${line%%[![:space:]]*}
		line=${line#"$space"}
		line=${line#"$word"}
		if ((i)) && [[ ! $space &&
			$word${words[last]} != *[\<\>\&\|]* ]]; then
			words[last]+=$word
		else
			words[++last]=$word
		fi
	done
}

# Of the words from $1 to the cursor: the option that waits for its value, to
# pending, and what is there of that, or the last word, to cur; the operands;
# and to ended, whether options have ended. A level is never apart.
_wax_look()
{
	local i j word letter with=" $files $folders $names $texts "
	pending='' ended='' operands=() cur=${words[last]}
	for ((i = $1; i < last; i++)); do
		word=${words[i]}
		if [[ $pending ]]; then
			pending=
		elif [[ $ended || $word != -?* ]]; then
			operands+=("$word")
		elif [[ $word == -- ]]; then
			ended=1
		elif [[ $word == --* ]]; then
			[[ $with != *" $word "* ]] || pending=$word
		else
			for ((j = 1; j < ${#word}; j++)); do
				letter=-${word:j:1}
				[[ " $levels " != *" $letter "* ]] || break
				[[ $with == *" $letter "* ]] || continue
				((j + 1 < ${#word})) || pending=$letter
				break
			done
		fi
	done
	if [[ ! $pending && ! $ended && $cur == --*=* ]]; then
		pending=${cur%%=*} cur=${cur#*=}
	fi
}

# Takes the quotes off cur, to typed; the quote that is open, to quote; and to
# from, how much of it stays when readline replaces its end.
_wax_unquote()
{
	local i char
	typed='' quote='' from=0
	for ((i = 0; i < ${#cur}; i++)); do
		char=${cur:i:1}
		if [[ $quote && $char == "$quote" ]]; then
			quote='' from=${#typed}
		elif [[ ! $quote && $char == [\"\'] ]]; then
			quote=$char from=${#typed}
		elif [[ $char == \\ && $quote != \' ]] &&
			[[ ! $quote || ${cur:i+1:1} == [\"\\\$\`] ]]; then
			((i += 1))
			typed+=${cur:i:1}
		else
			typed+=$char
			[[ $quote || $COMP_WORDBREAKS != *"$char"* ]] ||
				from=${#typed}
			# An @ ends what is before it, and is replaced itself.
			[[ $char != @ || from -ne ${#typed} ]] || ((from -= 1, 1))
		fi
	done
}

# There is nothing to offer here, not even a file.
_wax_nothing()
{
	compopt +o bashdefault +o default
}

# Offers the names of contacts, in the quotes that were begun.
_wax_contacts()
{
	local name char typed quote from
	_wax_unquote
	while IFS= read -r name; do
		[[ $name == "$typed"* ]] || continue
		name=${name:from}
		if [[ $quote == \' ]]; then
			name=${name//\'/\'\\\'\'}
		elif [[ $quote ]]; then
			for char in \\ \" \$ \`; do
				name=${name//"$char"/"\\$char"}
			done
			# History is expanded here too, and nothing escapes it.
			name=${name//!/\"\'!\'\"}
		elif [[ $name ]]; then
			printf -v name %q "$name"
		fi
		COMPREPLY+=("$name")
	done < <(wax-contact list --names 2>/dev/null </dev/null)
	# readline closes no quote behind one that is in the name.
	[[ ! $quote || ${#COMPREPLY[@]} -ne 1 ]] || COMPREPLY[0]+=$quote
	_wax_nothing
}

# Offers those of the words in $1 that begin as what is typed.
_wax_offer()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
	_wax_nothing
}

# Completes an operand of a tool that has commands, or a file.
_wax_operand()
{
	local kind=${kinds#* "${operands[0]}":}
	if [[ ! $commands ]]; then
		return
	elif ((!${#operands[@]})); then
		_wax_offer "$commands"
		return
	fi
	[[ $kind != "$kinds" ]] || kind=none:none
	kind=${kind%% *}
	if ((${#operands[@]} > 1)) || [[ " ${words[*]} " == *' --all '* ]]; then
		kind=${kind#*:}
	fi
	case ${kind%:*} in
	who) _wax_contacts ;;
	none) _wax_nothing ;;
	esac
}

# Completes for tool $1, whose arguments begin with word $2. Where the
# result is empty, readline completes files by itself.
_wax_arguments()
{
	local flags levels files folders names texts commands kinds
	local pending ended operands cur
	_wax_table "$1"
	_wax_look "$2"
	if [[ $pending && " $names " == *" $pending "* ]]; then
		_wax_contacts
	elif [[ $pending ]]; then
		[[ " $files " == *" $pending "* ]] || _wax_nothing
		[[ " $folders " != *" $pending "* ]] || compopt -o dirnames
	elif [[ ! $ended && $cur == -* ]]; then
		_wax_offer "$flags $levels $files $folders $names $texts"
	else
		_wax_operand
	fi
}

_wax()
{
	local tool=${1##*/} words last cur IFS=$' \t\n'
	COMPREPLY=()
	_wax_words
	if [[ $tool != wax ]]; then
		_wax_arguments "$tool" 1
	elif ((last > 1)); then
		tool=${words[1]#wax-}
		if [[ " $_wax_tools " == *" $tool "* ]]; then
			_wax_arguments "wax-$tool" 2
		else
			_wax_nothing
		fi
	elif [[ ${words[1]} == -* ]]; then
		_wax_arguments wax 1
	else
		cur=${words[1]}
		_wax_offer "$_wax_tools"
	fi
}

complete -o bashdefault -o default -F _wax wax \
	wax-keygen \
	wax-seal \
	wax-open \
	wax-inspect \
	wax-extract \
	wax-pack \
	wax-unpack \
	wax-sign \
	wax-verify \
	wax-card \
	wax-contact \
	wax-session
