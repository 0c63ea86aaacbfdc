/* SPDX-License-Identifier: ISC */
/*
 * The tools and their options: one table gives the parsing, --help and the
 * completions of the shells, and tests hold the manual against it.
 */
#ifndef WAX_CMD_TOOLS_H
#define WAX_CMD_TOOLS_H

/* Options without a letter have numbers above those of characters. */
enum option_id {
	OPT_HELP = 'h',
	OPT_VERSION = 256,
	OPT_PASSPHRASE_FD,
	OPT_PASSPHRASE_FILE,
	OPT_X25519,
	OPT_JSON,
	OPT_PAD,
	OPT_NO_PAD,
	OPT_NO_NAME,
	OPT_FROM,
	OPT_INFO,
	OPT_MAX_ENTRIES,
	OPT_MAX_SIZE,
	OPT_MAX_RATIO,
	OPT_TAR,
	OPT_NOT_FD,
	OPT_CONFIRM_FD,
	OPT_ONCE,
	OPT_ALL,
	OPT_DEVICE,
	OPT_CODE,
	OPT_NAMES,
	OPT_BEGIN_FD,
};

/* What an option's value is, which decides how shells complete it. */
enum value_kind {
	VALUE_NONE, /* the option takes no value */
	VALUE_FILE,
	VALUE_FOLDER,
	VALUE_TEXT,
	VALUE_WHO,   /* a recipient or an identity */
	VALUE_LEVEL, /* a number that may be left out, or stands right behind */
};

struct option_spec {
	int id; /* its letter, or one of enum option_id; 0 ends the table */
	const char *name; /* the long form, without -- */
	enum value_kind value;
	const char *value_name;
	const char *help;
};

/* A command, which is a tool's first operand; and what the others behind it are,
 * of which the first can differ. With --all there is no difference. */
struct command_spec {
	const char *name; /* NULL ends the table */
	enum value_kind first, rest;
	const char *operands;
	const char *help;
};

struct tool {
	const char *name; /* wax-... */
	const char *operands;
	const char *summary;
	const struct option_spec *options;
	const struct command_spec *commands; /* NULL: it has none */
};

extern const struct tool tool_keygen, tool_seal, tool_open, tool_inspect,
	tool_pack, tool_unpack, tool_sign, tool_verify, tool_card, tool_contact,
	tool_session, tool_extract;

/* The front itself, which has no options but --help and --version. */
extern const struct tool tool_wax;

/* All but the front, up to a NULL. */
extern const struct tool *const tools[];

#endif
