/* SPDX-License-Identifier: ISC */
/*
 * A reader: a source with a buffer before it, so that a format can look ahead
 * and take lines, and hand what follows on to the next. Embed it; it borrows
 * the source.
 */
#ifndef WAX_STREAM_READER_H
#define WAX_STREAM_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/stream.h>

/* What can be looked ahead, and the longest line with its LF, in bytes. */
#define WAX_READER_SIZE (64 * 1024)

struct wax_reader {
	struct wax_source *from;
	uint8_t *buf;
	size_t at, end; /* what is buffered: buf[at] to buf[end - 1] */
	size_t used;	/* how much of buf was ever written */
};

int wax_reader_init(struct wax_reader *r, struct wax_source *from,
		    struct wax_diag *diag);

/* Wipes the buffer; leaves the source alone. */
void wax_reader_release(struct wax_reader *r);

/*
 * Looks at what comes next without taking it: *len is at least want (at most
 * WAX_READER_SIZE), less only at the end. *data is valid until the next call.
 */
int wax_reader_peek(struct wax_reader *r, size_t want, const uint8_t **data,
		    size_t *len, struct wax_diag *diag);

/* Takes len bytes that were looked at. */
void wax_reader_take(struct wax_reader *r, size_t len);

/*
 * Takes a line: *data and *len with its LF, or without one at the end of the
 * source, where *len may be 0. A line that does not fit is WAX_ERR_FORMAT.
 */
int wax_reader_line(struct wax_reader *r, const char **data, size_t *len,
		    struct wax_diag *diag);

/* Takes up to len bytes; *got is less only at the end. */
int wax_reader_read(struct wax_reader *r, void *buf, size_t len, size_t *got,
		    struct wax_diag *diag);

/* Whether something can be taken without waiting. */
bool wax_reader_ready(struct wax_reader *r);

/*
 * Takes what comes next, up to len bytes, as a source does: *got is 0 only at
 * the end. What was not looked at is not copied through the buffer.
 */
int wax_reader_some(struct wax_reader *r, void *buf, size_t len, size_t *got,
		    struct wax_diag *diag);

/* The same without a copy, for a source that lends. */
int wax_reader_lend(struct wax_reader *r, const void **data, size_t *len,
		    struct wax_diag *diag);

#endif
