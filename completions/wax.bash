# bash completion of wax and its tools; needs bash 4.
# Made by gen-completions from cmd/tools.c: change it there.

_wax_tools='keygen seal open inspect pack unpack sign verify card contact session'

# The options of tool $1: those without a value, with a level,
# a file, a folder, and with another value.
_wax_table()
{
	case $1 in
	wax)
		flags='-h --help --version'
		levels=''
		files=''
		folders=''
		texts=''
		;;
	wax-keygen)
		flags='-p --passphrase -y --recipient -w --who -m --minisign --x25519 -h --help --version'
		levels=''
		files='-o --output --passphrase-file'
		folders=''
		texts='-n --name --passphrase-fd'
		;;
	wax-seal)
		flags='-p --passphrase -a --armor -s --sign --pad --no-pad --no-name -f --force -h --help --version'
		levels='-z --compress'
		files='-R --recipients-file -i --identity -o --output --passphrase-file'
		folders=''
		texts='-r --recipient -c --chain --passphrase-fd'
		;;
	wax-open)
		flags='-f --force --info -h --help --version'
		levels=''
		files='-i --identity -o --output --passphrase-file'
		folders='-C --directory'
		texts='--from --max-entries --max-size --max-ratio --passphrase-fd'
		;;
	wax-inspect)
		flags='--json -h --help --version'
		levels=''
		files=''
		folders=''
		texts=''
		;;
	wax-pack)
		flags='--tar -f --force -q --quiet -h --help --version'
		levels='-z --compress'
		files='-o --output'
		folders=''
		texts='--not-fd'
		;;
	wax-unpack)
		flags='-t --list -f --force --tar -q --quiet -h --help --version'
		levels=''
		files=''
		folders='-C --directory'
		texts='--max-entries --max-size --max-ratio --confirm-fd'
		;;
	wax-sign)
		flags='-f --force -h --help --version'
		levels=''
		files='-i --identity -o --output --passphrase-file'
		folders=''
		texts='-t --trusted-comment --passphrase-fd'
		;;
	wax-verify)
		flags='-q --quiet -h --help --version'
		levels=''
		files='-K --key-file -x --signature --passphrase-file'
		folders=''
		texts='-k --key --passphrase-fd'
		;;
	wax-card)
		flags='--once -f --force -h --help --version'
		levels=''
		files='-o --output --passphrase-file'
		folders=''
		texts='-n --name --passphrase-fd'
		;;
	wax-contact)
		flags='--all --device --json -f --force -q --quiet -h --help --version'
		levels=''
		files='-o --output --passphrase-file'
		folders=''
		texts='--code --passphrase-fd'
		;;
	wax-session)
		flags='--json -q --quiet -h --help --version'
		levels=''
		files='--passphrase-file'
		folders=''
		texts='--passphrase-fd'
		;;
	esac
}

# There is nothing to offer here, not even a file.
_wax_nothing()
{
	compopt +o bashdefault +o default
}

# The option among the words from $1 to the cursor that waits for its
# value, to pending; '--' when options have ended. A level is never apart.
_wax_pending()
{
	local i j word letter with=" $files $folders $texts "
	pending=
	for ((i = $1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $pending ]]; then
			# bash takes --name=value apart: '=' is a word.
			[[ $word == '=' ]] || pending=
		elif [[ $word == -- ]]; then
			pending=--
			return
		elif [[ $word == --* ]]; then
			[[ $with != *" $word "* ]] || pending=$word
			[[ " $levels " != *" $word "* ||
				${COMP_WORDS[i + 1]} != '=' ]] || pending=$word
		elif [[ $word == -* ]]; then
			for ((j = 1; j < ${#word}; j++)); do
				letter=-${word:j:1}
				[[ " $levels " != *" $letter "* ]] || break
				[[ $with == *" $letter "* ]] || continue
				((j + 1 < ${#word})) || pending=$letter
				break
			done
		fi
	done
}

# Completes for tool $1, whose arguments begin with word $2. Where the
# result is empty, readline completes files by itself.
_wax_arguments()
{
	local flags levels files folders texts pending IFS=$' \t\n'
	local cur=${COMP_WORDS[COMP_CWORD]}
	_wax_table "$1"
	_wax_pending "$2"
	if [[ $pending == -- ]]; then
		return
	elif [[ $pending ]]; then
		[[ " $files " == *" $pending "* ]] || _wax_nothing
		[[ " $folders " != *" $pending "* ]] || compopt -o dirnames
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(
			compgen -W "$flags $levels $files $folders $texts" \
				-- "$cur")
		_wax_nothing
	fi
}

_wax()
{
	local tool=${1##*/} IFS=$' \t\n'
	COMPREPLY=()
	if [[ $tool != wax ]]; then
		_wax_arguments "$tool" 1
	elif ((COMP_CWORD > 1)); then
		tool=${COMP_WORDS[1]#wax-}
		if [[ " $_wax_tools " == *" $tool "* ]]; then
			_wax_arguments "wax-$tool" 2
		else
			_wax_nothing
		fi
	elif [[ ${COMP_WORDS[1]} == -* ]]; then
		_wax_arguments wax 1
	else
		mapfile -t COMPREPLY < <(
			compgen -W "$_wax_tools" -- "${COMP_WORDS[1]}")
		_wax_nothing
	fi
}

complete -o bashdefault -o default -F _wax wax \
	wax-keygen \
	wax-seal \
	wax-open \
	wax-inspect \
	wax-pack \
	wax-unpack \
	wax-sign \
	wax-verify \
	wax-card \
	wax-contact \
	wax-session
