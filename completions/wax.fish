# fish completion of wax and its tools.
# Made by gen-completions from cmd/tools.c: change it there.

# The operands among words: neither options nor their values.
function __wax_operands
    set -l skip
    set -l ended
    for word in $argv
        if set -q skip[1]
            set -e skip[1]
        else if set -q ended[1]
            printf '%s\n' $word
        else if test "$word" = --
            set ended yes
        else if contains -- "$word" --name --output --passphrase-fd --passphrase-file --code --output --passphrase-fd --passphrase-file --passphrase-fd --passphrase-file
            set skip yes
        else if string match -qr -- '^-[a-z]*[noo]$' "$word"
            set skip yes
        else if not string match -q -- '-?*' "$word"
            printf '%s\n' $word
        end
    end
end

# What a command takes: of what kinds its first operand and the others are.
function __wax_kinds
    switch $argv[1]
        case 'card show'
            printf '%s\n' file none
        case 'contact add'
            printf '%s\n' who file
        case 'contact list'
            printf '%s\n' none none
        case 'contact show'
            printf '%s\n' who none
        case 'contact verify'
            printf '%s\n' who none
        case 'contact rename'
            printf '%s\n' who none
        case 'contact rm'
            printf '%s\n' who who
        case 'contact export'
            printf '%s\n' who who
        case 'session list'
            printf '%s\n' none none
        case 'session show'
            printf '%s\n' who none
        case 'session reset'
            printf '%s\n' who none
        case 'session rm'
            printf '%s\n' who none
        case '*'
            printf '%s\n' none none
    end
end

# The names of contacts.
function __wax_contacts
    wax-contact list --names 2>/dev/null </dev/null
end

# Whether the word at the cursor is the first after 'wax'.
function __wax_first
    test (count (commandline -opc)) -eq 1
end

# Whether the front was told to run this tool.
function __wax_tool
    set -l words (commandline -opc)
    test (count $words) -gt 1
    and contains -- $words[2] $argv[1] wax-$argv[1]
end

# Whether an operand of this tool is at the cursor, and is of this kind: command,
# or as __wax_kinds says.
function __wax_operand
    set -l words (commandline -opc)
    set -l tool (string replace -r '.*/' '' -- $words[1])
    if test $tool = wax
        set -e words[1]
        set tool wax-(string replace -r '^wax-' '' -- $words[1])
    end
    test $tool = wax-$argv[1]
    or return
    set -e words[1]
    set -l operands (__wax_operands $words)
    set -l kind command
    if set -q operands[1]
        set -l kinds (__wax_kinds "$argv[1] $operands[1]")
        set kind $kinds[1]
        if set -q operands[2]; or contains -- --all $words
            set kind $kinds[2]
        end
    end
    test "$kind" = $argv[2]
end

complete -c wax -n __wax_first -s h -l help -d 'show this help'
complete -c wax -n __wax_first -l version -d 'show the version'

complete -c wax-keygen -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax-keygen -s p -l passphrase -d 'seal the identity with a passphrase'
complete -c wax-keygen -s n -l name -x -d 'name it; the default is user@host'
complete -c wax-keygen -s y -l recipient -d 'print the recipient of an identity file'
complete -c wax-keygen -s w -l who -d 'print its public identity, wax1..., which signs'
complete -c wax-keygen -s m -l minisign -d 'print its key for detached signatures, RW...'
complete -c wax-keygen -l x25519 -d 'make a classic age key for old peers; needs -o'
complete -c wax-keygen -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax-keygen -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax-keygen -s h -l help -d 'show this help'
complete -c wax-keygen -l version -d 'show the version'

complete -c wax -n __wax_first -f -a keygen -d 'make an identity, or print what is public of one'
complete -c wax -n '__wax_tool keygen' -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax -n '__wax_tool keygen' -s p -l passphrase -d 'seal the identity with a passphrase'
complete -c wax -n '__wax_tool keygen' -s n -l name -x -d 'name it; the default is user@host'
complete -c wax -n '__wax_tool keygen' -s y -l recipient -d 'print the recipient of an identity file'
complete -c wax -n '__wax_tool keygen' -s w -l who -d 'print its public identity, wax1..., which signs'
complete -c wax -n '__wax_tool keygen' -s m -l minisign -d 'print its key for detached signatures, RW...'
complete -c wax -n '__wax_tool keygen' -l x25519 -d 'make a classic age key for old peers; needs -o'
complete -c wax -n '__wax_tool keygen' -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax -n '__wax_tool keygen' -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax -n '__wax_tool keygen' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool keygen' -l version -d 'show the version'

complete -c wax-seal -s r -l recipient -x -a '(__wax_contacts)' -d 'seal to a contact, or age1..., ssh-ed25519 ...'
complete -c wax-seal -s R -l recipients-file -r -F -d 'seal to a list of recipients, a card, a folder'
complete -c wax-seal -s c -l chain -x -a '(__wax_contacts)' -d 'seal for the session with a contact'
complete -c wax-seal -s i -l identity -r -F -d 'seal to FILE\'s identities; with -s, sign with it'
complete -c wax-seal -s p -l passphrase -d 'seal with a passphrase'
complete -c wax-seal -s a -l armor -d 'write text instead of binary'
complete -c wax-seal -s s -l sign -d 'sign, with the home\'s identity'
complete -c wax-seal -s z -l compress -f -d 'compress, at level 1 to 19; default 3'
complete -c wax-seal -l pad -d 'hide the exact length'
complete -c wax-seal -l no-pad -d 'do not hide it; the default, but for -c'
complete -c wax-seal -l no-name -d 'leave the file\'s name out'
complete -c wax-seal -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax-seal -s f -l force -d 'replace an existing file'
complete -c wax-seal -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax-seal -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax-seal -s h -l help -d 'show this help'
complete -c wax-seal -l version -d 'show the version'

complete -c wax -n __wax_first -f -a seal -d 'seal standard input, a file, or several and folders'
complete -c wax -n '__wax_tool seal' -s r -l recipient -x -a '(__wax_contacts)' -d 'seal to a contact, or age1..., ssh-ed25519 ...'
complete -c wax -n '__wax_tool seal' -s R -l recipients-file -r -F -d 'seal to a list of recipients, a card, a folder'
complete -c wax -n '__wax_tool seal' -s c -l chain -x -a '(__wax_contacts)' -d 'seal for the session with a contact'
complete -c wax -n '__wax_tool seal' -s i -l identity -r -F -d 'seal to FILE\'s identities; with -s, sign with it'
complete -c wax -n '__wax_tool seal' -s p -l passphrase -d 'seal with a passphrase'
complete -c wax -n '__wax_tool seal' -s a -l armor -d 'write text instead of binary'
complete -c wax -n '__wax_tool seal' -s s -l sign -d 'sign, with the home\'s identity'
complete -c wax -n '__wax_tool seal' -s z -l compress -f -d 'compress, at level 1 to 19; default 3'
complete -c wax -n '__wax_tool seal' -l pad -d 'hide the exact length'
complete -c wax -n '__wax_tool seal' -l no-pad -d 'do not hide it; the default, but for -c'
complete -c wax -n '__wax_tool seal' -l no-name -d 'leave the file\'s name out'
complete -c wax -n '__wax_tool seal' -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax -n '__wax_tool seal' -s f -l force -d 'replace an existing file'
complete -c wax -n '__wax_tool seal' -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax -n '__wax_tool seal' -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax -n '__wax_tool seal' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool seal' -l version -d 'show the version'

complete -c wax-open -s i -l identity -r -F -d 'open with the identities in FILE, not the home\'s'
complete -c wax-open -l from -x -a '(__wax_contacts)' -d 'refuse what WHO did not sign or chain'
complete -c wax-open -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax-open -s C -l directory -x -a '(__fish_complete_directories)' -d 'unpack to DIR; a file goes there by its name'
complete -c wax-open -s f -l force -d 'replace an existing file'
complete -c wax-open -l info -d 'tell what it is and who signed it'
complete -c wax-open -l json -d 'tell it as one JSON object'
complete -c wax-open -l max-entries -x -d 'unpack up to N entries; default 1000000, 0: any'
complete -c wax-open -l max-size -x -d 'unpack up to SIZE bytes; default 1T, 0: any'
complete -c wax-open -l max-ratio -x -d 'unpack up to N times the size; default 1000'
complete -c wax-open -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax-open -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax-open -s h -l help -d 'show this help'
complete -c wax-open -l version -d 'show the version'

complete -c wax -n __wax_first -f -a open -d 'open standard input or a sealed file'
complete -c wax -n '__wax_tool open' -s i -l identity -r -F -d 'open with the identities in FILE, not the home\'s'
complete -c wax -n '__wax_tool open' -l from -x -a '(__wax_contacts)' -d 'refuse what WHO did not sign or chain'
complete -c wax -n '__wax_tool open' -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax -n '__wax_tool open' -s C -l directory -x -a '(__fish_complete_directories)' -d 'unpack to DIR; a file goes there by its name'
complete -c wax -n '__wax_tool open' -s f -l force -d 'replace an existing file'
complete -c wax -n '__wax_tool open' -l info -d 'tell what it is and who signed it'
complete -c wax -n '__wax_tool open' -l json -d 'tell it as one JSON object'
complete -c wax -n '__wax_tool open' -l max-entries -x -d 'unpack up to N entries; default 1000000, 0: any'
complete -c wax -n '__wax_tool open' -l max-size -x -d 'unpack up to SIZE bytes; default 1T, 0: any'
complete -c wax -n '__wax_tool open' -l max-ratio -x -d 'unpack up to N times the size; default 1000'
complete -c wax -n '__wax_tool open' -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax -n '__wax_tool open' -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax -n '__wax_tool open' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool open' -l version -d 'show the version'

complete -c wax-inspect -l json -d 'print one JSON object'
complete -c wax-inspect -s h -l help -d 'show this help'
complete -c wax-inspect -l version -d 'show the version'

complete -c wax -n __wax_first -f -a inspect -d 'say what can be known of a sealed file without a key'
complete -c wax -n '__wax_tool inspect' -l json -d 'print one JSON object'
complete -c wax -n '__wax_tool inspect' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool inspect' -l version -d 'show the version'

complete -c wax-extract -s n -l number -x -d 'take the Nth message, not the first'
complete -c wax-extract -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax-extract -s f -l force -d 'replace an existing file'
complete -c wax-extract -l begin-fd -x -d 'the input\'s beginning comes from descriptor N'
complete -c wax-extract -s h -l help -d 'show this help'
complete -c wax-extract -l version -d 'show the version'

complete -c wax -n __wax_first -f -a extract -d 'find a sealed message in a mail or in pasted text'
complete -c wax -n '__wax_tool extract' -s n -l number -x -d 'take the Nth message, not the first'
complete -c wax -n '__wax_tool extract' -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax -n '__wax_tool extract' -s f -l force -d 'replace an existing file'
complete -c wax -n '__wax_tool extract' -l begin-fd -x -d 'the input\'s beginning comes from descriptor N'
complete -c wax -n '__wax_tool extract' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool extract' -l version -d 'show the version'

complete -c wax-pack -s z -l compress -f -d 'compress, at level 1 to 19; default 3'
complete -c wax-pack -l tar -d 'do not compress: plain tar'
complete -c wax-pack -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax-pack -s f -l force -d 'replace an existing file'
complete -c wax-pack -s q -l quiet -d 'show no progress'
complete -c wax-pack -l not-fd -x -d 'leave out the file open as descriptor N'
complete -c wax-pack -s h -l help -d 'show this help'
complete -c wax-pack -l version -d 'show the version'

complete -c wax -n __wax_first -f -a pack -d 'bundle files and folders into one stream, .tar.zst'
complete -c wax -n '__wax_tool pack' -s z -l compress -f -d 'compress, at level 1 to 19; default 3'
complete -c wax -n '__wax_tool pack' -l tar -d 'do not compress: plain tar'
complete -c wax -n '__wax_tool pack' -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax -n '__wax_tool pack' -s f -l force -d 'replace an existing file'
complete -c wax -n '__wax_tool pack' -s q -l quiet -d 'show no progress'
complete -c wax -n '__wax_tool pack' -l not-fd -x -d 'leave out the file open as descriptor N'
complete -c wax -n '__wax_tool pack' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool pack' -l version -d 'show the version'

complete -c wax-unpack -s C -l directory -x -a '(__fish_complete_directories)' -d 'unpack to DIR; the default is here'
complete -c wax-unpack -s t -l list -d 'list the names, and make nothing'
complete -c wax-unpack -s f -l force -d 'replace an existing file'
complete -c wax-unpack -l max-entries -x -d 'unpack up to N entries; default 1000000, 0: any'
complete -c wax-unpack -l max-size -x -d 'unpack up to SIZE bytes; default 1T, 0: any'
complete -c wax-unpack -l max-ratio -x -d 'unpack up to N times the size; default 1000'
complete -c wax-unpack -l tar -d 'take plain tar only'
complete -c wax-unpack -s q -l quiet -d 'show no progress'
complete -c wax-unpack -l confirm-fd -x -d 'wait for a byte from descriptor N in the end'
complete -c wax-unpack -s h -l help -d 'show this help'
complete -c wax-unpack -l version -d 'show the version'

complete -c wax -n __wax_first -f -a unpack -d 'take a .tar or .tar.zst stream apart, safely'
complete -c wax -n '__wax_tool unpack' -s C -l directory -x -a '(__fish_complete_directories)' -d 'unpack to DIR; the default is here'
complete -c wax -n '__wax_tool unpack' -s t -l list -d 'list the names, and make nothing'
complete -c wax -n '__wax_tool unpack' -s f -l force -d 'replace an existing file'
complete -c wax -n '__wax_tool unpack' -l max-entries -x -d 'unpack up to N entries; default 1000000, 0: any'
complete -c wax -n '__wax_tool unpack' -l max-size -x -d 'unpack up to SIZE bytes; default 1T, 0: any'
complete -c wax -n '__wax_tool unpack' -l max-ratio -x -d 'unpack up to N times the size; default 1000'
complete -c wax -n '__wax_tool unpack' -l tar -d 'take plain tar only'
complete -c wax -n '__wax_tool unpack' -s q -l quiet -d 'show no progress'
complete -c wax -n '__wax_tool unpack' -l confirm-fd -x -d 'wait for a byte from descriptor N in the end'
complete -c wax -n '__wax_tool unpack' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool unpack' -l version -d 'show the version'

complete -c wax-sign -s i -l identity -r -F -d 'sign with the identity in FILE, not the home\'s'
complete -c wax-sign -s t -l trusted-comment -x -d 'a comment that is signed too; time and name'
complete -c wax-sign -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax-sign -s f -l force -d 'replace an existing file'
complete -c wax-sign -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax-sign -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax-sign -s h -l help -d 'show this help'
complete -c wax-sign -l version -d 'show the version'

complete -c wax -n __wax_first -f -a sign -d 'sign a file; the signature, for minisign too, is FILE.minisig'
complete -c wax -n '__wax_tool sign' -s i -l identity -r -F -d 'sign with the identity in FILE, not the home\'s'
complete -c wax -n '__wax_tool sign' -s t -l trusted-comment -x -d 'a comment that is signed too; time and name'
complete -c wax -n '__wax_tool sign' -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax -n '__wax_tool sign' -s f -l force -d 'replace an existing file'
complete -c wax -n '__wax_tool sign' -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax -n '__wax_tool sign' -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax -n '__wax_tool sign' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool sign' -l version -d 'show the version'

complete -c wax-verify -s k -l key -x -a '(__wax_contacts)' -d 'the signer: a contact, or a key, RW...'
complete -c wax-verify -s K -l key-file -r -F -d 'the signer\'s key is in FILE, minisign\'s'
complete -c wax-verify -s x -l signature -r -F -d 'the signature is in FILE, not FILE.minisig'
complete -c wax-verify -s q -l quiet -d 'say nothing of a good signature'
complete -c wax-verify -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax-verify -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax-verify -s h -l help -d 'show this help'
complete -c wax-verify -l version -d 'show the version'

complete -c wax -n __wax_first -f -a verify -d 'check the signature of a file, wax\'s or minisign\'s'
complete -c wax -n '__wax_tool verify' -s k -l key -x -a '(__wax_contacts)' -d 'the signer: a contact, or a key, RW...'
complete -c wax -n '__wax_tool verify' -s K -l key-file -r -F -d 'the signer\'s key is in FILE, minisign\'s'
complete -c wax -n '__wax_tool verify' -s x -l signature -r -F -d 'the signature is in FILE, not FILE.minisig'
complete -c wax -n '__wax_tool verify' -s q -l quiet -d 'say nothing of a good signature'
complete -c wax -n '__wax_tool verify' -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax -n '__wax_tool verify' -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax -n '__wax_tool verify' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool verify' -l version -d 'show the version'

complete -c wax-card -l once -d 'make a card for one caller'
complete -c wax-card -s n -l name -x -d 'put NAME on it; default: the identity\'s'
complete -c wax-card -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax-card -s f -l force -d 'replace an existing file'
complete -c wax-card -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax-card -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax-card -s h -l help -d 'show this help'
complete -c wax-card -l version -d 'show the version'
complete -c wax-card -n '__wax_operand card command' -f -a show -d 'check and explain a card'
complete -c wax-card -n '__wax_operand card who' -f -a '(__wax_contacts)'
complete -c wax-card -n '__wax_operand card none' -f

complete -c wax -n __wax_first -f -a card -d 'print one\'s own card, or check and explain one'
complete -c wax -n '__wax_tool card' -l once -d 'make a card for one caller'
complete -c wax -n '__wax_tool card' -s n -l name -x -d 'put NAME on it; default: the identity\'s'
complete -c wax -n '__wax_tool card' -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax -n '__wax_tool card' -s f -l force -d 'replace an existing file'
complete -c wax -n '__wax_tool card' -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax -n '__wax_tool card' -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax -n '__wax_tool card' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool card' -l version -d 'show the version'
complete -c wax -n '__wax_operand card command' -f -a show -d 'check and explain a card'
complete -c wax -n '__wax_operand card who' -f -a '(__wax_contacts)'
complete -c wax -n '__wax_operand card none' -f

complete -c wax-contact -l all -d 'add: all cards, of folders too; export: everybody'
complete -c wax-contact -l device -d 'add: one more device of a known contact'
complete -c wax-contact -l code -x -d 'verify: compare this code; - is standard input'
complete -c wax-contact -l json -d 'list, show: print JSON'
complete -c wax-contact -l names -d 'list: the names only, and never ask'
complete -c wax-contact -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax-contact -s f -l force -d 'replace an existing file'
complete -c wax-contact -s q -l quiet -d 'do not tell what was done'
complete -c wax-contact -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax-contact -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax-contact -s h -l help -d 'show this help'
complete -c wax-contact -l version -d 'show the version'
complete -c wax-contact -n '__wax_operand contact command' -f -a add -d 'add a card, or renew it; or name a caller'
complete -c wax-contact -n '__wax_operand contact command' -f -a list -d 'print a line for each contact'
complete -c wax-contact -n '__wax_operand contact command' -f -a show -d 'print all of a contact'
complete -c wax-contact -n '__wax_operand contact command' -f -a verify -d 'print the code, or compare it'
complete -c wax-contact -n '__wax_operand contact command' -f -a rename -d 'give another name'
complete -c wax-contact -n '__wax_operand contact command' -f -a rm -d 'remove contacts'
complete -c wax-contact -n '__wax_operand contact command' -f -a export -d 'print the recipients'
complete -c wax-contact -n '__wax_operand contact who' -f -a '(__wax_contacts)'
complete -c wax-contact -n '__wax_operand contact none' -f

complete -c wax -n __wax_first -f -a contact -d 'keep an address book of cards, and verify whose they are'
complete -c wax -n '__wax_tool contact' -l all -d 'add: all cards, of folders too; export: everybody'
complete -c wax -n '__wax_tool contact' -l device -d 'add: one more device of a known contact'
complete -c wax -n '__wax_tool contact' -l code -x -d 'verify: compare this code; - is standard input'
complete -c wax -n '__wax_tool contact' -l json -d 'list, show: print JSON'
complete -c wax -n '__wax_tool contact' -l names -d 'list: the names only, and never ask'
complete -c wax -n '__wax_tool contact' -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax -n '__wax_tool contact' -s f -l force -d 'replace an existing file'
complete -c wax -n '__wax_tool contact' -s q -l quiet -d 'do not tell what was done'
complete -c wax -n '__wax_tool contact' -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax -n '__wax_tool contact' -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax -n '__wax_tool contact' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool contact' -l version -d 'show the version'
complete -c wax -n '__wax_operand contact command' -f -a add -d 'add a card, or renew it; or name a caller'
complete -c wax -n '__wax_operand contact command' -f -a list -d 'print a line for each contact'
complete -c wax -n '__wax_operand contact command' -f -a show -d 'print all of a contact'
complete -c wax -n '__wax_operand contact command' -f -a verify -d 'print the code, or compare it'
complete -c wax -n '__wax_operand contact command' -f -a rename -d 'give another name'
complete -c wax -n '__wax_operand contact command' -f -a rm -d 'remove contacts'
complete -c wax -n '__wax_operand contact command' -f -a export -d 'print the recipients'
complete -c wax -n '__wax_operand contact who' -f -a '(__wax_contacts)'
complete -c wax -n '__wax_operand contact none' -f

complete -c wax-session -l json -d 'list, show: print JSON'
complete -c wax-session -s q -l quiet -d 'do not tell what was done'
complete -c wax-session -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax-session -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax-session -s h -l help -d 'show this help'
complete -c wax-session -l version -d 'show the version'
complete -c wax-session -n '__wax_operand session command' -f -a list -d 'print a line for each session'
complete -c wax-session -n '__wax_operand session command' -f -a show -d 'print all of a session'
complete -c wax-session -n '__wax_operand session command' -f -a reset -d 'begin anew when sending'
complete -c wax-session -n '__wax_operand session command' -f -a rm -d 'forget the sessions'
complete -c wax-session -n '__wax_operand session who' -f -a '(__wax_contacts)'
complete -c wax-session -n '__wax_operand session none' -f

complete -c wax -n __wax_first -f -a session -d 'tell of sessions, begin them anew, forget them'
complete -c wax -n '__wax_tool session' -l json -d 'list, show: print JSON'
complete -c wax -n '__wax_tool session' -s q -l quiet -d 'do not tell what was done'
complete -c wax -n '__wax_tool session' -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax -n '__wax_tool session' -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax -n '__wax_tool session' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool session' -l version -d 'show the version'
complete -c wax -n '__wax_operand session command' -f -a list -d 'print a line for each session'
complete -c wax -n '__wax_operand session command' -f -a show -d 'print all of a session'
complete -c wax -n '__wax_operand session command' -f -a reset -d 'begin anew when sending'
complete -c wax -n '__wax_operand session command' -f -a rm -d 'forget the sessions'
complete -c wax -n '__wax_operand session who' -f -a '(__wax_contacts)'
complete -c wax -n '__wax_operand session none' -f
