/* SPDX-License-Identifier: ISC */
/*
 * Finding a sealed message in a mail or in pasted text, and giving it clean.
 * What mail programs and people do to text is undone; what cannot be undone is
 * told by the line. No room but this one looks at mail, and no key is near it.
 *
 * A message is armor (c2sp.org/age, "ASCII armor") with anything around it, or
 * a part of a mail that is a binary age file. Memory does not grow with it. A
 * mail may say the same in several forms, and each is a message: which of them
 * a mail program shows is its own affair, so whether they differ is told.
 */
#ifndef WAX_EXTRACT_EXTRACT_H
#define WAX_EXTRACT_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/stream.h>

/* What was undone, as bits. */
enum wax_undone {
	WAX_UNDONE_MAIL = 1 << 0,	/* it was in a mail, or a part of it */
	WAX_UNDONE_BASE64 = 1 << 1,	/* of the mail, not of the armor */
	WAX_UNDONE_QP = 1 << 2,		/* quoted-printable */
	WAX_UNDONE_HTML = 1 << 3,	/* tags, or characters as &name; */
	WAX_UNDONE_AROUND = 1 << 4,	/* text before or after it */
	WAX_UNDONE_QUOTING = 1 << 5,	/* > or | before lines */
	WAX_UNDONE_INDENT = 1 << 6,	/* white space before lines */
	WAX_UNDONE_WRAP = 1 << 7,	/* lines of another length */
	WAX_UNDONE_BLANK = 1 << 8,	/* empty lines between */
	WAX_UNDONE_SPACE = 1 << 9,	/* white space within or behind lines */
	WAX_UNDONE_INVISIBLE = 1 << 10, /* characters of no width, a BOM too */
	WAX_UNDONE_PADDING = 1 << 11,	/* = were lost, or written as =3D */
};

/* The words for bit number i, or NULL past the last one. */
const char *wax_undone_name(unsigned i);

struct wax_extract {
	unsigned number; /* which of the messages, from 1 */
	/*
	 * Armor that begins right below a line of text, outside of a mail and
	 * not quoted or indented, is WAX_ERR_FORMAT: so strict readers of armor
	 * would have it. And what is before or behind all parts of a mail,
	 * where no mail program shows it, is not looked at.
	 */
	bool apart;
	/*
	 * So many bytes that are no message are looked at, before it and after
	 * it, and the rest is left alone; 0: any.
	 */
	uint64_t most;
};

/* What is known at the end. */
struct wax_extracted {
	unsigned count;	 /* of messages; some may be damaged */
	unsigned again;	 /* of those that are the first one, to the byte */
	unsigned undone; /* enum wax_undone, for the one that was chosen */
};

/*
 * Reads the source to its end and writes the message to *to: as armor if it was
 * that, otherwise binary. The sink may get another put before it, and is not
 * finished: until this returned 0, what was written may end too early.
 *
 * WAX_ERR_NO_KEY: no message is there. WAX_ERR_USAGE: fewer than asked for.
 * WAX_ERR_FORMAT: the message is damaged; the text names the line where that
 * shows. That its lines are all there and in order can be told in the header,
 * and where the lengths of lines do not fit; a whole line that is missing or
 * swapped in the payload is found by opening it only.
 */
int wax_extract(const struct wax_extract *what, struct wax_source *from,
		struct wax_sink **to, struct wax_extracted *out,
		struct wax_diag *diag);

#endif
