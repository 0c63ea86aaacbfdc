# fish completion of wax and its tools.
# Made by gen-completions from cmd/tools.c: change it there.

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

complete -c wax -n __wax_first -s h -l help -d 'show this help'
complete -c wax -n __wax_first -l version -d 'show the version'

complete -c wax-keygen -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax-keygen -s p -l passphrase -d 'seal the identity with a passphrase'
complete -c wax-keygen -s n -l name -x -d 'name it; the default is user@host'
complete -c wax-keygen -s y -l recipient -d 'print the recipient of an identity file'
complete -c wax-keygen -l x25519 -d 'make a classic age key for old peers; needs -o'
complete -c wax-keygen -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax-keygen -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax-keygen -s h -l help -d 'show this help'
complete -c wax-keygen -l version -d 'show the version'

complete -c wax -n __wax_first -f -a keygen -d 'make an identity, or print its recipient'
complete -c wax -n '__wax_tool keygen' -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax -n '__wax_tool keygen' -s p -l passphrase -d 'seal the identity with a passphrase'
complete -c wax -n '__wax_tool keygen' -s n -l name -x -d 'name it; the default is user@host'
complete -c wax -n '__wax_tool keygen' -s y -l recipient -d 'print the recipient of an identity file'
complete -c wax -n '__wax_tool keygen' -l x25519 -d 'make a classic age key for old peers; needs -o'
complete -c wax -n '__wax_tool keygen' -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax -n '__wax_tool keygen' -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax -n '__wax_tool keygen' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool keygen' -l version -d 'show the version'

complete -c wax-seal -s r -l recipient -x -d 'seal to a recipient: age1..., ssh-ed25519 ...'
complete -c wax-seal -s R -l recipients-file -r -F -d 'seal to the recipients listed in FILE'
complete -c wax-seal -s i -l identity -r -F -d 'seal to the identities in FILE'
complete -c wax-seal -s p -l passphrase -d 'seal with a passphrase'
complete -c wax-seal -s a -l armor -d 'write text instead of binary'
complete -c wax-seal -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax-seal -s f -l force -d 'replace an existing file'
complete -c wax-seal -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax-seal -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax-seal -s h -l help -d 'show this help'
complete -c wax-seal -l version -d 'show the version'

complete -c wax -n __wax_first -f -a seal -d 'seal standard input or a file to recipients'
complete -c wax -n '__wax_tool seal' -s r -l recipient -x -d 'seal to a recipient: age1..., ssh-ed25519 ...'
complete -c wax -n '__wax_tool seal' -s R -l recipients-file -r -F -d 'seal to the recipients listed in FILE'
complete -c wax -n '__wax_tool seal' -s i -l identity -r -F -d 'seal to the identities in FILE'
complete -c wax -n '__wax_tool seal' -s p -l passphrase -d 'seal with a passphrase'
complete -c wax -n '__wax_tool seal' -s a -l armor -d 'write text instead of binary'
complete -c wax -n '__wax_tool seal' -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax -n '__wax_tool seal' -s f -l force -d 'replace an existing file'
complete -c wax -n '__wax_tool seal' -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax -n '__wax_tool seal' -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax -n '__wax_tool seal' -s h -l help -d 'show this help'
complete -c wax -n '__wax_tool seal' -l version -d 'show the version'

complete -c wax-open -s i -l identity -r -F -d 'open with the identities in FILE, not the home\'s'
complete -c wax-open -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax-open -s f -l force -d 'replace an existing file'
complete -c wax-open -l passphrase-fd -x -d 'read the passphrase from descriptor N'
complete -c wax-open -l passphrase-file -r -F -d 'read the passphrase from FILE'
complete -c wax-open -s h -l help -d 'show this help'
complete -c wax-open -l version -d 'show the version'

complete -c wax -n __wax_first -f -a open -d 'open standard input or a sealed file'
complete -c wax -n '__wax_tool open' -s i -l identity -r -F -d 'open with the identities in FILE, not the home\'s'
complete -c wax -n '__wax_tool open' -s o -l output -r -F -d 'write to FILE; - is standard output'
complete -c wax -n '__wax_tool open' -s f -l force -d 'replace an existing file'
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
