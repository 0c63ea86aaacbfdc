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
	{OPT_X25519, "x25519", VALUE_NONE, NULL,
	 "make a classic age key for old peers; needs -o"},
	PASSPHRASE_OPTIONS,
	COMMON_OPTIONS,
};

const struct tool tool_keygen = {
	"wax-keygen",
	"[-y [FILE]]",
	"make an identity, or print its recipient",
	keygen_options,
};

static const struct option_spec seal_options[] = {
	{'r', "recipient", VALUE_WHO, "WHO",
	 "seal to a recipient: age1..., ssh-ed25519 ..."},
	{'R', "recipients-file", VALUE_FILE, "FILE",
	 "seal to the recipients listed in FILE"},
	{'i', "identity", VALUE_FILE, "FILE", "seal to the identities in FILE"},
	{'p', "passphrase", VALUE_NONE, NULL, "seal with a passphrase"},
	{'a', "armor", VALUE_NONE, NULL, "write text instead of binary"},
	OUTPUT_OPTION,
	FORCE_OPTION,
	PASSPHRASE_OPTIONS,
	COMMON_OPTIONS,
};

const struct tool tool_seal = {
	"wax-seal",
	"[FILE]",
	"seal standard input or a file to recipients",
	seal_options,
};

static const struct option_spec open_options[] = {
	{'i', "identity", VALUE_FILE, "FILE",
	 "open with the identities in FILE, not the home's"},
	OUTPUT_OPTION,
	FORCE_OPTION,
	PASSPHRASE_OPTIONS,
	COMMON_OPTIONS,
};

const struct tool tool_open = {
	"wax-open",
	"[FILE]",
	"open standard input or a sealed file",
	open_options,
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
};

static const struct option_spec wax_options[] = {COMMON_OPTIONS};

const struct tool tool_wax = {
	"wax",
	"TOOL [ARGUMENT ...]",
	"run a tool of the family; 'wax TOOL' is 'wax-TOOL'",
	wax_options,
};

const struct tool *const tools[] = {
	&tool_keygen, &tool_seal, &tool_open, &tool_inspect, NULL,
};
