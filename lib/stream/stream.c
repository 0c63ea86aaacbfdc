/* SPDX-License-Identifier: ISC */
/*
 * What all streams have in common: sticky errors, and the order of calls.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <wax/secret.h>
#include <wax/stream.h>

#include "base/error.h"
#include "base/secret.h"

#define COPY_SIZE (64 * 1024)

struct wax_sink {
	const struct wax_sink_ops *ops;
	void *ctx;
	int err;
	bool finished;
	struct wax_diag diag; /* of err */
};

struct wax_source {
	const struct wax_source_ops *ops;
	void *ctx;
	int err;
	bool ended;
	struct wax_diag diag; /* of err */
};

int wax_sink_new(const struct wax_sink_ops *ops, void *ctx,
		 struct wax_sink **out, struct wax_diag *diag)
{
	struct wax_sink *sink = calloc(1, sizeof(*sink));

	if (!sink) {
		ops->free(ctx);
		return wax_no_memory(diag);
	}
	sink->ops = ops;
	sink->ctx = ctx;
	*out = sink;
	return 0;
}

/* Hands out the reason that was kept. */
static int fail(int err, const struct wax_diag *kept, struct wax_diag *diag)
{
	if (diag)
		*diag = *kept;
	return err;
}

int wax_sink_write(struct wax_sink *sink, const void *data, size_t len,
		   struct wax_diag *diag)
{
	assert(!sink->finished);
	if (!sink->err && len)
		sink->err = sink->ops->write(sink->ctx, data, len, &sink->diag);
	return sink->err ? fail(sink->err, &sink->diag, diag) : 0;
}

void *wax_sink_room(struct wax_sink *sink, size_t *len)
{
	void *room = NULL;

	*len = 0;
	if (!sink->err && !sink->finished && sink->ops->room)
		room = sink->ops->room(sink->ctx, len);
	return *len ? room : NULL;
}

int wax_sink_flush(struct wax_sink *sink, struct wax_diag *diag)
{
	assert(!sink->finished);
	if (!sink->err && sink->ops->flush)
		sink->err = sink->ops->flush(sink->ctx, &sink->diag);
	return sink->err ? fail(sink->err, &sink->diag, diag) : 0;
}

int wax_sink_finish(struct wax_sink *sink, struct wax_diag *diag)
{
	assert(!sink->finished);
	if (!sink->err)
		sink->err = sink->ops->finish(sink->ctx, &sink->diag);
	sink->finished = !sink->err;
	return sink->err ? fail(sink->err, &sink->diag, diag) : 0;
}

void wax_sink_free(struct wax_sink *sink)
{
	if (!sink)
		return;
	sink->ops->free(sink->ctx);
	free(sink);
}

int wax_source_new(const struct wax_source_ops *ops, void *ctx,
		   struct wax_source **out, struct wax_diag *diag)
{
	struct wax_source *source = calloc(1, sizeof(*source));

	if (!source) {
		ops->free(ctx);
		return wax_no_memory(diag);
	}
	source->ops = ops;
	source->ctx = ctx;
	*out = source;
	return 0;
}

int wax_sink_wrap(const struct wax_sink_ops *ops, void *ctx,
		  struct wax_sink **below, struct wax_sink **sink,
		  struct wax_diag *diag)
{
	struct wax_sink *upper = NULL;
	int err = wax_sink_new(ops, ctx, &upper, diag);

	if (err)
		return err;
	*below = *sink;
	*sink = upper;
	return 0;
}

int wax_source_wrap(const struct wax_source_ops *ops, void *ctx,
		    struct wax_source **below, struct wax_source **source,
		    struct wax_diag *diag)
{
	struct wax_source *upper = NULL;
	int err = wax_source_new(ops, ctx, &upper, diag);

	if (err)
		return err;
	*below = *source;
	*source = upper;
	return 0;
}

int wax_source_read(struct wax_source *source, void *buf, size_t len,
		    size_t *got, struct wax_diag *diag)
{
	*got = 0;
	if (source->err)
		return fail(source->err, &source->diag, diag);
	if (source->ended || !len)
		return 0;
	source->err =
		source->ops->read(source->ctx, buf, len, got, &source->diag);
	if (source->err) {
		*got = 0;
		return fail(source->err, &source->diag, diag);
	}
	source->ended = !*got;
	return 0;
}

bool wax_source_lends(const struct wax_source *source)
{
	return source->ops->lend;
}

int wax_source_lend(struct wax_source *source, const void **data, size_t *len,
		    struct wax_diag *diag)
{
	*len = 0;
	if (source->err)
		return fail(source->err, &source->diag, diag);
	if (source->ended)
		return 0;
	source->err = source->ops->lend(source->ctx, data, len, &source->diag);
	if (source->err) {
		*len = 0;
		return fail(source->err, &source->diag, diag);
	}
	source->ended = !*len;
	return 0;
}

bool wax_source_ready(struct wax_source *source)
{
	return source->err || source->ended || !source->ops->ready ||
	       source->ops->ready(source->ctx);
}

void wax_source_free(struct wax_source *source)
{
	if (!source)
		return;
	source->ops->free(source->ctx);
	free(source);
}

/* What passes through the copy's own hands, where neither side saves that. */
struct passing {
	uint8_t *buf;
	size_t used;
};

/* Reads to where the sink wants it, or else into the buffer. */
static int pass_read(struct passing *p, struct wax_source *from,
		     struct wax_sink *to, const void **data, size_t *len,
		     struct wax_diag *diag)
{
	uint8_t *room = wax_sink_room(to, len);
	int err;

	if (!room && !p->buf)
		p->buf = malloc(COPY_SIZE);
	if (!room && !p->buf)
		return wax_no_memory(diag);
	err = room ? wax_source_read(from, room, *len, len, diag)
		   : wax_source_read(from, p->buf, COPY_SIZE, len, diag);
	*data = room ? room : p->buf;
	if (!room)
		p->used = *len > p->used ? *len : p->used;
	return err;
}

int wax_copy(struct wax_source *from, struct wax_sink *to,
	     struct wax_diag *diag)
{
	struct passing p = {0};
	const void *data = NULL;
	size_t len;
	int err;

	do {
		err = wax_source_ready(from) ? 0 : wax_sink_flush(to, diag);
		if (!err)
			err = wax_source_lends(from)
				      ? wax_source_lend(from, &data, &len, diag)
				      : pass_read(&p, from, to, &data, &len,
						  diag);
		if (!err && len)
			err = wax_sink_write(to, data, len, diag);
	} while (!err && len);
	if (p.buf)
		wax_wipe(p.buf, p.used);
	free(p.buf);
	return err;
}

/* Replaces the secret by one of twice the size with the same content. */
static int grow(struct wax_secret **secret, struct wax_diag *diag)
{
	size_t size = wax_secret_size(*secret);
	struct wax_secret *larger;
	int err = wax_secret_new(size * 2, &larger, diag);

	if (err)
		return err;
	memcpy(wax_secret_bytes(larger), wax_secret_bytes(*secret), size);
	wax_secret_free(*secret);
	*secret = larger;
	return 0;
}

int wax_secret_read(struct wax_source *from, size_t max,
		    struct wax_secret **out, struct wax_diag *diag)
{
	struct wax_secret *secret;
	size_t len = 0, got;
	int err = wax_secret_new(4096, &secret, diag);

	if (err)
		return err;
	do {
		if (len == wax_secret_size(secret))
			err = grow(&secret, diag);
		if (!err)
			err = wax_source_read(from,
					      wax_secret_bytes(secret) + len,
					      wax_secret_size(secret) - len,
					      &got, diag);
		if (err)
			goto fail;
		len += got;
	} while (got && len <= max);
	if (len > max) {
		err = wax_diag_set(diag, WAX_ERR_FORMAT,
				   "larger than %zu bytes", max);
		goto fail;
	}
	wax_secret_shrink(secret, len);
	*out = secret;
	return 0;
fail:
	wax_secret_free(secret);
	return err;
}
