/* SPDX-License-Identifier: ISC */
/*
 * Text as far as armor is concerned: ASCII. Spaces of all kinds become one
 * kind, what has no width goes, tags of HTML become line ends or nothing, and
 * its named characters what they stand for. All else is one character that is
 * not base64.
 */
#ifndef WAX_EXTRACT_TEXT_H
#define WAX_EXTRACT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "extract/mail.h"

/* A tag or a named character that is not longer is taken for one. */
#define WAX_TEXT_TAG_MAX 1024

/* Stands for any character that is of no use. */
#define WAX_TEXT_OTHER '\x7f'

/* Initialise with {0}. */
struct wax_text {
	const char *data; /* what a piece has become, until the next one */
	size_t len;
	unsigned undone; /* enum wax_undone, in this piece */
	size_t kept;	 /* of buf, which is not complete yet */
	size_t seen;	 /* of what is kept: a tag so far, and no end of it */
	char buf[WAX_TEXT_TAG_MAX + WAX_MAIL_PIECE + 8];
	char out[WAX_TEXT_TAG_MAX + WAX_MAIL_PIECE + 8];
};

void wax_text_piece(struct wax_text *t, const struct wax_piece *piece);

#endif
