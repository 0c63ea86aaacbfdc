/* SPDX-License-Identifier: ISC */
/*
 * Armor, both ways, a line at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "age/armor.h"
#include "base/base64.h"
#include "base/cursor.h"
#include "base/error.h"

#define BEGIN WAX_ARMOR_BEGIN
#define END WAX_ARMOR_END
#define COLUMNS 64
#define LINE_BYTES 48
#define MENDS "wax-extract undoes what mail does to armor"
#define BATCH 512 /* lines that are written at once */

int wax_armor_detect(struct wax_reader *from, bool *out, struct wax_diag *diag)
{
	static const size_t n = sizeof(BEGIN) - 1;
	const uint8_t *data;
	size_t len, space = 0;
	int err;

	for (;;) {
		err = wax_reader_peek(from, space + 1, &data, &len, diag);
		if (err)
			return err;
		if (len == space)
			break;
		while (space < len && wax_is_space((char)data[space]))
			space++;
		if (space < len || space > WAX_ARMOR_SPACE_MAX)
			break;
	}
	*out = false;
	if (space > WAX_ARMOR_SPACE_MAX || space == len || data[space] != '-' ||
	    (space && data[space - 1] != '\n'))
		return 0;
	err = wax_reader_peek(from, space + n, &data, &len, diag);
	if (err || len < space + n || memcmp(data + space, BEGIN, n) != 0)
		return err;
	wax_reader_take(from, space);
	*out = true;
	return 0;
}

struct dearmor {
	struct wax_reader *from;
	unsigned long line; /* in the armor, from 1 */
	bool last;	    /* a line came that can only be the last */
	bool ended;
	uint8_t buf[LINE_BYTES];
	size_t at, len;
};

static int bad_line(const struct dearmor *d, const char *what,
		    struct wax_diag *diag)
{
	wax_diag_set(diag, WAX_ERR_FORMAT, "armor, line %lu: %s", d->line,
		     what);
	wax_diag_hint(diag, MENDS);
	return WAX_ERR_FORMAT;
}

/* The next line, without its end; at the end of the source it is missing. */
static int next_line(struct dearmor *d, const char **line, size_t *len,
		     struct wax_diag *diag)
{
	int err = wax_reader_line(d->from, line, len, diag);

	if (err)
		return err;
	d->line++;
	if (!*len)
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the armor is cut short: no END line");
	*len = wax_chomp(*line, *len);
	return 0;
}

static int expect_space(struct dearmor *d, struct wax_diag *diag)
{
	const uint8_t *data;
	size_t len;
	int err = wax_reader_peek(d->from, WAX_ARMOR_SPACE_MAX + 1, &data, &len,
				  diag);

	if (err)
		return err;
	for (size_t i = 0; i < len; i++) {
		if (wax_is_space((char)data[i]) && i < WAX_ARMOR_SPACE_MAX)
			continue;
		wax_diag_set(diag, WAX_ERR_FORMAT,
			     "something follows the armor");
		wax_diag_hint(diag, MENDS);
		return WAX_ERR_FORMAT;
	}
	return 0;
}

/* Decodes the next line into buf; at the END line sets ended. */
static int decode_line(struct dearmor *d, struct wax_diag *diag)
{
	const char *line;
	size_t len;
	int err;

	if (!d->line) {
		err = next_line(d, &line, &len, diag);
		if (err)
			return err;
		if (len != sizeof(BEGIN) - 1)
			return bad_line(d, "a bad BEGIN line", diag);
	}
	err = next_line(d, &line, &len, diag);
	if (err)
		return err;
	if (len == sizeof(END) - 1 && !memcmp(line, END, len)) {
		d->ended = true;
		return expect_space(d, diag);
	}
	if (d->last)
		return bad_line(d, "the one before is too short", diag);
	if (!len || len > COLUMNS)
		return bad_line(d, len ? "too long" : "it is empty", diag);
	if (!wax_base64_decode_padded(line, len, d->buf, &d->len))
		return bad_line(d, "not base64", diag);
	d->at = 0;
	d->last = d->len < LINE_BYTES;
	return 0;
}

/*
 * Gives no more than the rest of one line, so that an error in a line does not
 * take back what the lines before it gave.
 */
static int dearmor_read(void *ctx, void *buf, size_t len, size_t *got,
			struct wax_diag *diag)
{
	struct dearmor *d = ctx;
	size_t n;

	if (d->at == d->len && !d->ended) {
		int err = decode_line(d, diag);

		if (err)
			return err;
	}
	if (d->ended)
		return 0;
	n = d->len - d->at < len ? d->len - d->at : len;
	memcpy(buf, d->buf + d->at, n);
	d->at += n;
	*got = n;
	return 0;
}

static bool dearmor_ready(void *ctx)
{
	struct dearmor *d = ctx;

	return d->at < d->len || wax_reader_ready(d->from);
}

static const struct wax_source_ops dearmor_ops = {
	.read = dearmor_read, .free = free, .ready = dearmor_ready};

int wax_armor_source(struct wax_reader *from, struct wax_source **out,
		     struct wax_diag *diag)
{
	struct dearmor *d = calloc(1, sizeof(*d));

	if (!d)
		return wax_no_memory(diag);
	d->from = from;
	return wax_source_new(&dearmor_ops, d, out, diag);
}

struct armor {
	struct wax_sink *to;
	bool begun;
	uint8_t buf[LINE_BYTES]; /* a line that is not full yet */
	size_t len;
	char lines[BATCH * (COLUMNS + 1)];
	size_t n; /* characters in lines */
};

static int flush(struct armor *a, struct wax_diag *diag)
{
	size_t n = a->n;

	a->n = 0;
	return wax_sink_write(a->to, a->lines, n, diag);
}

static int put_line(struct armor *a, const uint8_t *data, size_t len,
		    struct wax_diag *diag)
{
	a->n += wax_base64_encode_padded(data, len, a->lines + a->n);
	a->lines[a->n++] = '\n';
	return a->n == sizeof(a->lines) ? flush(a, diag) : 0;
}

static int armor_write(void *ctx, const void *data, size_t len,
		       struct wax_diag *diag)
{
	struct armor *a = ctx;
	const uint8_t *p = data;
	int err = 0;

	if (!a->begun)
		err = wax_sink_write(a->to, BEGIN "\n", sizeof(BEGIN), diag);
	a->begun = true;
	while (len && !err) {
		size_t n = LINE_BYTES - a->len;

		n = n < len ? n : len;
		memcpy(a->buf + a->len, p, n);
		a->len += n;
		p += n;
		len -= n;
		if (a->len < LINE_BYTES)
			break;
		err = put_line(a, a->buf, LINE_BYTES, diag);
		a->len = 0;
	}
	return err;
}

static int armor_finish(void *ctx, struct wax_diag *diag)
{
	struct armor *a = ctx;
	int err = armor_write(a, NULL, 0, diag); /* BEGIN, at least */

	if (!err && a->len)
		err = put_line(a, a->buf, a->len, diag);
	if (!err)
		err = flush(a, diag);
	if (!err)
		err = wax_sink_write(a->to, END "\n", sizeof(END), diag);
	return err ? err : wax_sink_finish(a->to, diag);
}

static void armor_free(void *ctx)
{
	struct armor *a = ctx;

	wax_sink_free(a->to);
	free(a);
}

static const struct wax_sink_ops armor_ops = {
	.write = armor_write, .finish = armor_finish, .free = armor_free};

int wax_armor_sink(struct wax_sink **sink, struct wax_diag *diag)
{
	struct armor *a = calloc(1, sizeof(*a));

	if (!a)
		return wax_no_memory(diag);
	return wax_sink_wrap(&armor_ops, a, &a->to, sink, diag);
}
