/* SPDX-License-Identifier: ISC */
/*
 * Finding armor's BEGIN and END lines, a character at a time. They may be
 * broken anywhere, and at their spaces have any white space; but a space that
 * was not there makes them something else.
 */
#ifndef WAX_EXTRACT_MARK_H
#define WAX_EXTRACT_MARK_H

#include <stdbool.h>
#include <stddef.h>

enum wax_marked {
	WAX_MARK_NONE,	 /* the character belongs to none */
	WAX_MARK_INSIDE, /* it may */
	WAX_MARK_BEGIN,	 /* it is the last one of a BEGIN line */
	WAX_MARK_END,
};

/* Initialise with {0}. */
struct wax_mark {
	const char *text; /* the one that it is, once that is known */
	size_t at;	  /* so much of it was there */
	bool space, line; /* since then there was white space, a line's end */
};

/* c is printable, a space or LF, which is no character of marks by itself. */
enum wax_marked wax_mark_step(struct wax_mark *m, char c);

#endif
