/* SPDX-License-Identifier: ISC */
/*
 * A mail (RFC 5322) as a stream of what its parts hold: multiparts and mails
 * within mails are followed (RFC 2046), base64 and quoted-printable decoded
 * (RFC 2045), a mailbox of several mails taken one by one. What does not begin
 * as a mail is one part, as it is.
 */
#ifndef WAX_EXTRACT_MAIL_H
#define WAX_EXTRACT_MAIL_H

#include "extract/layout.h"
#include "stream/reader.h"

/* How deep parts are followed; deeper ones are text. */
#define WAX_MAIL_DEPTH 32
/* A field of a header is looked at so far. */
#define WAX_MAIL_FIELD_MAX 2048
/* RFC 2046 has 70. */
#define WAX_MAIL_BOUNDARY_MAX 200
/* What is not longer is one piece; a longer line comes in several. */
#define WAX_MAIL_PIECE (16 * 1024)

enum wax_coding { WAX_CODING_NONE, WAX_CODING_BASE64, WAX_CODING_QP };

/* A piece of a part: no more than a line, or than a line decodes to. */
struct wax_piece {
	const char *data;
	size_t len;
	unsigned long part; /* counts up; another part begins when it changes */
	enum wax_coding coding;
	bool html;
	bool mail;   /* it is from within a mail */
	bool hidden; /* it is before or behind all parts: no program shows it */
	bool ends;   /* it is the end of the input, and empty */
};

struct wax_multipart {
	char boundary[WAX_MAIL_BOUNDARY_MAX];
	size_t len;
};

struct wax_mail {
	struct wax_reader r;
	unsigned long line; /* of the input, from 1: the last one read */
	unsigned long part;
	uint64_t most;	/* bytes; then it is over. Set by the caller; 0: any */
	uint64_t taken; /* since the caller has set it to 0 */
	bool mail, mailbox;
	bool bom;	/* it began with one */
	bool in_line;	/* the last one read goes on */
	bool was_blank; /* it was empty */
	bool in_header;
	bool hidden;

	struct wax_multipart stack[WAX_MAIL_DEPTH];
	size_t depth;
	bool awaited; /* the last of them has begun, and no part of it yet */

	/* The field that is being read, and what those before it said. */
	char field[WAX_MAIL_FIELD_MAX];
	size_t field_len;
	struct wax_multipart multi; /* empty: it is none */
	bool inner;		    /* it is a mail itself */
	enum wax_coding coding;
	bool html;

	/* Decoding. */
	uint32_t bits;
	unsigned n_bits;
	bool padded;
	struct wax_layout layout; /* of base64 */
	unsigned long odd_line;	  /* the first with something wrong; 0: none */
	const char *odd;	  /* what */
	char out[WAX_MAIL_PIECE + 8];
	bool hold;  /* set by the caller: the part is no text, to the byte */
	size_t eol; /* of the line before, not given yet */
	char eol_bytes[2];
};

/* from is borrowed. */
int wax_mail_init(struct wax_mail *m, struct wax_source *from,
		  struct wax_diag *diag);
void wax_mail_release(struct wax_mail *m);

/* The next piece, valid until the next call. */
int wax_mail_next(struct wax_mail *m, struct wax_piece *out,
		  struct wax_diag *diag);

/* Transfer codings (decode.c) of the current part; the data go to m->out. */
void wax_decode_begin(struct wax_mail *m);
size_t wax_decode(struct wax_mail *m, const char *data, size_t len);

#endif
