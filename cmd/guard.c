/* SPDX-License-Identifier: ISC */
/*
 * Letting text through to a terminal, and nothing else.
 */
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "program.h"

struct guard {
	struct wax_sink *to;
	char tail[4]; /* the beginning of a character, not passed on yet */
	size_t tail_len;
};

static int refuse(struct wax_diag *diag)
{
	wax_diag_set(diag, WAX_ERR_USAGE,
		     "this is not plain text, and not for a terminal");
	wax_diag_hint(diag, "-o FILE writes a file, -o - insists");
	return WAX_ERR_USAGE;
}

/*
 * How much of text can be shown. The rest is refused, or, when *more is set,
 * depends on what follows.
 */
static size_t showable(const char *text, size_t len, bool *more)
{
	size_t at = 0;

	*more = false;
	while (at < len) {
		uint32_t c;
		int n = wax_utf8_decode(text + at, len - at, &c);
		bool cr = n == 1 && c == '\r';

		*more = n < 0 || (cr && at + 1 == len);
		if (n <= 0 || *more)
			break;
		if (cr && text[at + 1] != '\n')
			break;
		if (wax_utf8_is_control(c) && c != '\n' && c != '\t' && !cr)
			break;
		at += (size_t)n;
	}
	return at;
}

/* Passes on what can be shown of tail and data together. */
static int guard_write(void *ctx, const void *data, size_t len,
		       struct wax_diag *diag)
{
	struct guard *g = ctx;
	const char *p = data;
	bool more;
	size_t n;
	int err;

	/* A tail is completed byte by byte. */
	while (g->tail_len && len) {
		g->tail[g->tail_len++] = *p++;
		len--;
		n = showable(g->tail, g->tail_len, &more);
		if (n < g->tail_len && !more)
			return refuse(diag);
		err = wax_sink_write(g->to, g->tail, n, diag);
		if (err)
			return err;
		memmove(g->tail, g->tail + n, g->tail_len - n);
		g->tail_len -= n;
	}
	n = showable(p, len, &more);
	if (n < len && !more)
		return refuse(diag);
	err = wax_sink_write(g->to, p, n, diag);
	if (!err && n < len) {
		memcpy(g->tail, p + n, len - n);
		g->tail_len = len - n;
	}
	return err;
}

static int guard_finish(void *ctx, struct wax_diag *diag)
{
	struct guard *g = ctx;

	return g->tail_len ? refuse(diag) : wax_sink_finish(g->to, diag);
}

static void guard_free(void *ctx)
{
	struct guard *g = ctx;

	wax_sink_free(g->to);
	free(g);
}

static const struct wax_sink_ops guard_ops = {
	.write = guard_write, .finish = guard_finish, .free = guard_free};

int guard_sink(struct wax_sink **sink, struct wax_diag *diag)
{
	struct guard *g = calloc(1, sizeof(*g));

	if (!g)
		return program_no_memory(diag);
	return wax_sink_wrap(&guard_ops, g, &g->to, sink, diag);
}
