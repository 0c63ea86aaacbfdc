/* SPDX-License-Identifier: ISC */
/*
 * Buffered reading.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "stream/reader.h"

int wax_reader_init(struct wax_reader *r, struct wax_source *from,
		    struct wax_diag *diag)
{
	*r = (struct wax_reader){.from = from, .buf = malloc(WAX_READER_SIZE)};
	return r->buf ? 0 : wax_no_memory(diag);
}

void wax_reader_release(struct wax_reader *r)
{
	if (r->buf)
		wax_wipe(r->buf, r->used);
	free(r->buf);
	*r = (struct wax_reader){0};
}

/* Reads once into the buffer's free end; *got is 0 at the end. */
static int fill(struct wax_reader *r, size_t *got, struct wax_diag *diag)
{
	int err;

	if (r->at) {
		memmove(r->buf, r->buf + r->at, r->end - r->at);
		r->end -= r->at;
		r->at = 0;
	}
	err = wax_source_read(r->from, r->buf + r->end,
			      WAX_READER_SIZE - r->end, got, diag);
	r->end += *got;
	r->used = r->end > r->used ? r->end : r->used;
	return err;
}

int wax_reader_peek(struct wax_reader *r, size_t want, const uint8_t **data,
		    size_t *len, struct wax_diag *diag)
{
	while (r->end - r->at < want) {
		size_t got;
		int err = fill(r, &got, diag);

		if (err)
			return err;
		if (!got)
			break;
	}
	*data = r->buf + r->at;
	*len = r->end - r->at;
	return 0;
}

void wax_reader_take(struct wax_reader *r, size_t len)
{
	r->at += len;
}

int wax_reader_line(struct wax_reader *r, const char **data, size_t *len,
		    struct wax_diag *diag)
{
	size_t searched = 0, got = 1;

	while (got) {
		uint8_t *at = r->buf + r->at;
		size_t left = r->end - r->at;
		uint8_t *lf = memchr(at + searched, '\n', left - searched);
		int err;

		if (lf) {
			*data = (char *)at;
			*len = (size_t)(lf - at) + 1;
			r->at += *len;
			return 0;
		}
		if (left == WAX_READER_SIZE)
			return wax_diag_set(diag, WAX_ERR_FORMAT,
					    "a line of more than %d bytes",
					    WAX_READER_SIZE);
		searched = left;
		err = fill(r, &got, diag);
		if (err)
			return err;
	}
	*data = (char *)r->buf + r->at;
	*len = r->end - r->at;
	r->at = r->end;
	return 0;
}

int wax_reader_read(struct wax_reader *r, void *buf, size_t len, size_t *got,
		    struct wax_diag *diag)
{
	size_t have = r->end - r->at, n = have < len ? have : len;
	uint8_t *p = buf;

	memcpy(p, r->buf + r->at, n);
	r->at += n;
	while (n < len) {
		size_t more;
		int err = wax_source_read(r->from, p + n, len - n, &more, diag);

		if (err)
			return err;
		if (!more)
			break;
		n += more;
	}
	*got = n;
	return 0;
}

bool wax_reader_ready(struct wax_reader *r)
{
	return r->end > r->at || wax_source_ready(r->from);
}

int wax_reader_some(struct wax_reader *r, void *buf, size_t len, size_t *got,
		    struct wax_diag *diag)
{
	size_t have = r->end - r->at;

	if (!have)
		return wax_source_read(r->from, buf, len, got, diag);
	*got = have < len ? have : len;
	memcpy(buf, r->buf + r->at, *got);
	r->at += *got;
	return 0;
}

int wax_reader_lend(struct wax_reader *r, const void **data, size_t *len,
		    struct wax_diag *diag)
{
	if (r->end == r->at)
		return wax_source_lend(r->from, data, len, diag);
	*data = r->buf + r->at;
	*len = r->end - r->at;
	r->at = r->end;
	return 0;
}
