/* SPDX-License-Identifier: ISC */
/*
 * Going through an input for messages, and reading the one that is wanted: a
 * source of the age file in it, one line at a time, so that whoever reads it
 * knows by the line how far it came.
 */
#ifndef WAX_EXTRACT_SCAN_H
#define WAX_EXTRACT_SCAN_H

#include "crypto/crypto.h"
#include "extract/extract.h"
#include "extract/layout.h"
#include "extract/mail.h"
#include "extract/mark.h"
#include "extract/text.h"

enum wax_scan_state {
	WAX_SCAN_SEARCH,
	WAX_SCAN_TRY,	 /* a BEGIN was there; is it followed by an age file? */
	WAX_SCAN_ARMOR,	 /* in armor */
	WAX_SCAN_BINARY, /* in a binary part */
};

struct wax_scan {
	struct wax_extract what;
	struct wax_mail mail;
	struct wax_text text;
	struct wax_piece piece;
	const char *at, *end; /* of the text, what is still to be looked at */

	enum wax_scan_state state;
	unsigned count;	 /* of messages that have begun */
	unsigned again;	 /* of those that are the first one once more */
	unsigned undone; /* for the one that is being read */
	unsigned told;	 /* for the one that is wanted, once it is over */
	bool found;	 /* it has begun */
	bool armored;	 /* it is armor */
	bool over;	 /* it has ended */
	bool aside;	 /* in one that is not wanted: it is only hashed */
	bool ended;	 /* the input has */
	unsigned long found_part;
	bool failed; /* the message is damaged, and the text says where */
	unsigned long begin_line, mark_line;
	unsigned long lost_line; /* of the first BEGIN that nothing followed */

	/* The text's line, as far as it was looked at. */
	bool in_line;	       /* something but marks of quoting was there */
	bool quoted, indented; /* something is before it */
	bool spaced;	       /* white space is right before */
	bool marked;	       /* BEGIN is on it */
	bool above;  /* the one before is text, and nothing before it */
	bool apart;  /* where the last mark began, this was not so */
	bool around; /* this part has text that is no message */
	struct wax_mark mark;

	/* The part's first bytes, as far as they are an age file's. */
	size_t same;
	bool binary;		   /* they may still be */
	unsigned long passed_over; /* a binary part that is damaged */

	/* What a message is known by when it comes again. */
	struct wax_blake2b *hash; /* of the one that is being read */
	uint8_t first[WAX_BLAKE2B_SIZE];
	bool has_first; /* the first one was not damaged */

	/* Armor: what came of it. */
	struct wax_layout layout;
	uint64_t chars;
	uint32_t bits;
	unsigned n_bits;
	unsigned pads, qp;	 /* = that came; how much of =3D */
	size_t columns;		 /* of the line */
	bool is_short;		 /* the line before was not 64 */
	unsigned long last_line; /* that had some of it */

	uint8_t out[WAX_TEXT_TAG_MAX + WAX_MAIL_PIECE + 64];
	size_t out_at, out_len;
};

/* Goes on to the message that is wanted: found is set, or ended. */
int wax_scan_find(struct wax_scan *s, struct wax_diag *diag);

/* A source of its bytes, over s, which is borrowed. */
int wax_scan_source(struct wax_scan *s, struct wax_source **out,
		    struct wax_diag *diag);

/* Goes on to the end of the input, counting. */
int wax_scan_rest(struct wax_scan *s, struct wax_diag *diag);

/* Damage in a line: WAX_ERR_FORMAT. */
int wax_scan_bad(struct wax_scan *s, unsigned long line, const char *what,
		 struct wax_diag *diag);

/*
 * The age file has begun (scan.c): it is counted, and kept if it is wanted. Any
 * is read to its end, as it may be the first one once more.
 */
int wax_scan_begun(struct wax_scan *s, enum wax_scan_state state,
		   struct wax_diag *diag);

/* Armor (dearmor.c): begins it anew; looks at text, and stops where it ends. */
void wax_dearmor_begin(struct wax_scan *s);
int wax_dearmor(struct wax_scan *s, struct wax_diag *diag);

/* The line of text has ended, or a message (scan.c). */
void wax_scan_line(struct wax_scan *s);
void wax_scan_over(struct wax_scan *s);

#endif
