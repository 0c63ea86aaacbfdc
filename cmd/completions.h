/* SPDX-License-Identifier: ISC */
/*
 * The completions of the shells: what their printers share.
 */
#ifndef WAX_CMD_COMPLETIONS_H
#define WAX_CMD_COMPLETIONS_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools.h"

#define MADE_BY "# Made by gen-completions from cmd/tools.c: change it there.\n"

/* What prints the names of contacts, whatever fails; it asks nobody. */
#define LIST_NAMES "wax-contact list --names 2>/dev/null </dev/null"

void bash_print(void);
void zsh_print(void);
void fish_print(void);

static inline bool has_letter(const struct option_spec *o)
{
	return o->id < 256;
}

/* The name of a tool within the front, as in 'wax seal'. */
static inline const char *short_name(const struct tool *tool)
{
	return tool->name + strlen("wax-");
}

/* What is completed for an operand: "who", "file", or "none". */
static inline const char *operand_kind(enum value_kind kind)
{
	return kind == VALUE_WHO ? "who" : kind == VALUE_FILE ? "file" : "none";
}

/* Prints text with a backslash before each of the characters in special. */
static inline void put_escaped(const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			putchar('\\');
		putchar(*text);
	}
}

#endif
