/* SPDX-License-Identifier: ISC */
/*
 * The tables of all tools.
 */
#include <stddef.h>

#include "tools.h"

#define OUTPUT_OPTION                                                          \
	{                                                                      \
		'o', "output", VALUE_FILE, "FILE",                             \
			"write to FILE; - is standard output"                  \
	}

#define FORCE_OPTION                                                           \
	{                                                                      \
		'f', "force", VALUE_NONE, NULL, "replace an existing file"     \
	}

#define PASSPHRASE_OPTIONS                                                     \
	{OPT_PASSPHRASE_FD, "passphrase-fd", VALUE_TEXT, "N",                  \
	 "read the passphrase from descriptor N"},                             \
	{                                                                      \
		OPT_PASSPHRASE_FILE, "passphrase-file", VALUE_FILE, "FILE",    \
			"read the passphrase from FILE"                        \
	}

#define LEVEL_OPTION                                                           \
	{                                                                      \
		'z', "compress", VALUE_LEVEL, "LEVEL",                         \
			"compress, at level 1 to 19; default 3"                \
	}

#define LIMIT_OPTIONS                                                          \
	{OPT_MAX_ENTRIES, "max-entries", VALUE_TEXT, "N",                      \
	 "unpack up to N entries; default 1000000, 0: any"},                   \
		{OPT_MAX_SIZE, "max-size", VALUE_TEXT, "SIZE",                 \
		 "unpack up to SIZE bytes; default 1T, 0: any"},               \
	{                                                                      \
		OPT_MAX_RATIO, "max-ratio", VALUE_TEXT, "N",                   \
			"unpack up to N times the size; default 1000"          \
	}

#define QUIET_OPTION                                                           \
	{                                                                      \
		'q', "quiet", VALUE_NONE, NULL, "show no progress"             \
	}

#define COMMON_OPTIONS                                                         \
	{OPT_HELP, "help", VALUE_NONE, NULL, "show this help"},                \
		{OPT_VERSION, "version", VALUE_NONE, NULL,                     \
		 "show the version"},                                          \
	{                                                                      \
		0, NULL, VALUE_NONE, NULL, NULL                                \
	}

static const struct option_spec keygen_options[] = {
	OUTPUT_OPTION,
	{'p', "passphrase", VALUE_NONE, NULL,
	 "seal the identity with a passphrase"},
	{'n', "name", VALUE_TEXT, "NAME", "name it; the default is user@host"},
	{'y', "recipient", VALUE_NONE, NULL,
	 "print the recipient of an identity file"},
	{'w', "who", VALUE_NONE, NULL,
	 "print its public identity, wax1..., which signs"},
	{'m', "minisign", VALUE_NONE, NULL,
	 "print its key for detached signatures, RW..."},
	{OPT_X25519, "x25519", VALUE_NONE, NULL,
	 "make a classic age key for old peers; needs -o"},
	PASSPHRASE_OPTIONS,
	COMMON_OPTIONS,
};

const struct tool tool_keygen = {
	"wax-keygen",
	"[-y | -w | -m [FILE]]",
	"make an identity, or print what is public of one",
	keygen_options,
	NULL,
};

static const struct option_spec seal_options[] = {
	{'r', "recipient", VALUE_WHO, "WHO",
	 "seal to a contact, or age1..., ssh-ed25519 ..."},
	{'R', "recipients-file", VALUE_FILE, "FILE",
	 "seal to a list of recipients, a card, a folder"},
	{'c', "chain", VALUE_WHO, "WHO", "seal for the session with a contact"},
	{'i', "identity", VALUE_FILE, "FILE",
	 "seal to FILE's identities; with -s, sign with it"},
	{'p', "passphrase", VALUE_NONE, NULL, "seal with a passphrase"},
	{'a', "armor", VALUE_NONE, NULL, "write text instead of binary"},
	{'s', "sign", VALUE_NONE, NULL, "sign, with the home's identity"},
	LEVEL_OPTION,
	{OPT_PAD, "pad", VALUE_NONE, NULL, "hide the exact length"},
	{OPT_NO_PAD, "no-pad", VALUE_NONE, NULL,
	 "do not hide it; the default, but for -c"},
	{OPT_NO_NAME, "no-name", VALUE_NONE, NULL, "leave the file's name out"},
	OUTPUT_OPTION,
	FORCE_OPTION,
	PASSPHRASE_OPTIONS,
	COMMON_OPTIONS,
};

const struct tool tool_seal = {
	"wax-seal",
	"[PATH ...]",
	"seal standard input, a file, or several and folders",
	seal_options,
	NULL,
};

static const struct option_spec open_options[] = {
	{'i', "identity", VALUE_FILE, "FILE",
	 "open with the identities in FILE, not the home's"},
	{OPT_FROM, "from", VALUE_WHO, "WHO",
	 "refuse what WHO did not sign or chain"},
	OUTPUT_OPTION,
	{'C', "directory", VALUE_FOLDER, "DIR",
	 "unpack to DIR; a file goes there by its name"},
	FORCE_OPTION,
	{OPT_INFO, "info", VALUE_NONE, NULL,
	 "tell what it is and who signed it"},
	{OPT_JSON, "json", VALUE_NONE, NULL, "tell it as one JSON object"},
	LIMIT_OPTIONS,
	PASSPHRASE_OPTIONS,
	COMMON_OPTIONS,
};

const struct tool tool_open = {
	"wax-open",   "[FILE]", "open standard input or a sealed file",
	open_options, NULL,
};

static const struct option_spec pack_options[] = {
	LEVEL_OPTION,
	{OPT_TAR, "tar", VALUE_NONE, NULL, "do not compress: plain tar"},
	OUTPUT_OPTION,
	FORCE_OPTION,
	QUIET_OPTION,
	{OPT_NOT_FD, "not-fd", VALUE_TEXT, "N",
	 "leave out the file open as descriptor N"},
	COMMON_OPTIONS,
};

const struct tool tool_pack = {
	"wax-pack",
	"PATH ...",
	"bundle files and folders into one stream, .tar.zst",
	pack_options,
	NULL,
};

static const struct option_spec unpack_options[] = {
	{'C', "directory", VALUE_FOLDER, "DIR",
	 "unpack to DIR; the default is here"},
	{'t', "list", VALUE_NONE, NULL, "list the names, and make nothing"},
	FORCE_OPTION,
	LIMIT_OPTIONS,
	{OPT_TAR, "tar", VALUE_NONE, NULL, "take plain tar only"},
	QUIET_OPTION,
	{OPT_CONFIRM_FD, "confirm-fd", VALUE_TEXT, "N",
	 "wait for a byte from descriptor N in the end"},
	COMMON_OPTIONS,
};

const struct tool tool_unpack = {
	"wax-unpack",
	"[FILE]",
	"take a .tar or .tar.zst stream apart, safely",
	unpack_options,
	NULL,
};

static const struct option_spec inspect_options[] = {
	{OPT_JSON, "json", VALUE_NONE, NULL, "print one JSON object"},
	COMMON_OPTIONS,
};

const struct tool tool_inspect = {
	"wax-inspect",
	"[FILE]",
	"say what can be known of a sealed file without a key",
	inspect_options,
	NULL,
};

static const struct option_spec extract_options[] = {
	{'n', "number", VALUE_TEXT, "N", "take the Nth message, not the first"},
	OUTPUT_OPTION,
	FORCE_OPTION,
	{OPT_BEGIN_FD, "begin-fd", VALUE_TEXT, "N",
	 "the input's beginning comes from descriptor N"},
	COMMON_OPTIONS,
};

const struct tool tool_extract = {
	"wax-extract",
	"[FILE]",
	"find a sealed message in a mail or in pasted text",
	extract_options,
	NULL,
};

static const struct option_spec sign_options[] = {
	{'i', "identity", VALUE_FILE, "FILE",
	 "sign with the identity in FILE, not the home's"},
	{'t', "trusted-comment", VALUE_TEXT, "TEXT",
	 "a comment that is signed too; time and name"},
	OUTPUT_OPTION,
	FORCE_OPTION,
	PASSPHRASE_OPTIONS,
	COMMON_OPTIONS,
};

const struct tool tool_sign = {
	"wax-sign",
	"[FILE]",
	"sign a file; the signature, for minisign too, is FILE.minisig",
	sign_options,
	NULL,
};

static const struct option_spec verify_options[] = {
	{'k', "key", VALUE_WHO, "WHO",
	 "the signer: a contact, or a key, RW..."},
	{'K', "key-file", VALUE_FILE, "FILE",
	 "the signer's key is in FILE, minisign's"},
	{'x', "signature", VALUE_FILE, "FILE",
	 "the signature is in FILE, not FILE.minisig"},
	{'q', "quiet", VALUE_NONE, NULL, "say nothing of a good signature"},
	PASSPHRASE_OPTIONS,
	COMMON_OPTIONS,
};

const struct tool tool_verify = {
	"wax-verify",
	"[FILE]",
	"check the signature of a file, wax's or minisign's",
	verify_options,
	NULL,
};

static const struct option_spec card_options[] = {
	{OPT_ONCE, "once", VALUE_NONE, NULL, "make a card for one caller"},
	{'n', "name", VALUE_TEXT, "NAME",
	 "put NAME on it; default: the identity's"},
	OUTPUT_OPTION,
	FORCE_OPTION,
	PASSPHRASE_OPTIONS,
	COMMON_OPTIONS,
};

static const struct command_spec card_commands[] = {
	{"show", VALUE_FILE, VALUE_NONE, "[FILE]", "check and explain a card"},
	{NULL, VALUE_NONE, VALUE_NONE, NULL, NULL},
};

const struct tool tool_card = {
	"wax-card",
	"[show [FILE]]",
	"print one's own card, or check and explain one",
	card_options,
	card_commands,
};

static const struct option_spec contact_options[] = {
	{OPT_ALL, "all", VALUE_NONE, NULL,
	 "add: all cards, of folders too; export: everybody"},
	{OPT_DEVICE, "device", VALUE_NONE, NULL,
	 "add: one more device of a known contact"},
	{OPT_CODE, "code", VALUE_TEXT, "CODE",
	 "verify: compare this code; - is standard input"},
	{OPT_JSON, "json", VALUE_NONE, NULL, "list, show: print JSON"},
	{OPT_NAMES, "names", VALUE_NONE, NULL,
	 "list: the names only, and never ask"},
	OUTPUT_OPTION,
	FORCE_OPTION,
	{'q', "quiet", VALUE_NONE, NULL, "do not tell what was done"},
	PASSPHRASE_OPTIONS,
	COMMON_OPTIONS,
};

static const struct command_spec contact_commands[] = {
	{"add", VALUE_WHO, VALUE_FILE, "NAME [CARD|wax1...]",
	 "add a card, or renew it; or name a caller"},
	{"list", VALUE_NONE, VALUE_NONE, "", "print a line for each contact"},
	{"show", VALUE_WHO, VALUE_NONE, "WHO", "print all of a contact"},
	{"verify", VALUE_WHO, VALUE_NONE, "WHO",
	 "print the code, or compare it"},
	{"rename", VALUE_WHO, VALUE_NONE, "WHO NAME", "give another name"},
	{"rm", VALUE_WHO, VALUE_WHO, "WHO ...", "remove contacts"},
	{"export", VALUE_WHO, VALUE_WHO, "WHO ...", "print the recipients"},
	{NULL, VALUE_NONE, VALUE_NONE, NULL, NULL},
};

const struct tool tool_contact = {
	"wax-contact",
	"COMMAND [ARGUMENT ...]",
	"keep an address book of cards, and verify whose they are",
	contact_options,
	contact_commands,
};

static const struct option_spec session_options[] = {
	{OPT_JSON, "json", VALUE_NONE, NULL, "list, show: print JSON"},
	{'q', "quiet", VALUE_NONE, NULL, "do not tell what was done"},
	PASSPHRASE_OPTIONS,
	COMMON_OPTIONS,
};

static const struct command_spec session_commands[] = {
	{"list", VALUE_NONE, VALUE_NONE, "", "print a line for each session"},
	{"show", VALUE_WHO, VALUE_NONE, "WHO", "print all of a session"},
	{"reset", VALUE_WHO, VALUE_NONE, "WHO", "begin anew when sending"},
	{"rm", VALUE_WHO, VALUE_NONE, "WHO", "forget the sessions"},
	{NULL, VALUE_NONE, VALUE_NONE, NULL, NULL},
};

const struct tool tool_session = {
	"wax-session",
	"list | show WHO | reset WHO | rm WHO",
	"tell of sessions, begin them anew, forget them",
	session_options,
	session_commands,
};

static const struct option_spec wax_options[] = {COMMON_OPTIONS};

const struct tool tool_wax = {
	"wax",
	"TOOL [ARGUMENT ...]",
	"run a tool of the family; 'wax TOOL' is 'wax-TOOL'",
	wax_options,
	NULL,
};

const struct tool *const tools[] = {
	&tool_keygen,  &tool_seal,    &tool_open, &tool_inspect, &tool_extract,
	&tool_pack,    &tool_unpack,  &tool_sign, &tool_verify,	 &tool_card,
	&tool_contact, &tool_session, NULL,
};
