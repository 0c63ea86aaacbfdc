/* SPDX-License-Identifier: ISC */
/*
 * What the commands of wax-contact share.
 */
#ifndef WAX_CMD_CONTACT_H
#define WAX_CMD_CONTACT_H

#include <stdbool.h>
#include <wax.h>

#include "book.h"

/* Options, as bits: each command has its own. */
enum { ALL = 1, DEVICE = 2, CODE = 4, JSON = 8, OUTPUT = 16, NAMES = 32 };

struct contact {
	struct book book;
	struct passphrase passphrase;
	struct wax_sessions *sessions; /* NULL: not open yet */
	unsigned given;		       /* of the bits above */
	unsigned file_flags;
	bool quiet;
	const char *code, *out;
	struct wax_sink *to;
	size_t seen, skipped; /* cards, of add --all; contacts, of a list */
	bool stuck;	      /* it is the book that is in trouble */
};

/* Adds a card, or with ALL many. */
int contact_add(struct contact *c, char **words, int n, struct wax_diag *diag);

/* Points out that a new name looks like another. */
void contact_warn_alike(struct contact *c, const char *name);

#endif
