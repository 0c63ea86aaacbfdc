/* SPDX-License-Identifier: ISC */
/*
 * A buffer before a sink.
 */
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "program.h"

struct buffer {
	struct wax_sink *to;
	size_t len;
	char data[65536];
};

static int flush(struct buffer *b, struct wax_diag *diag)
{
	size_t len = b->len;

	b->len = 0;
	return len ? wax_sink_write(b->to, b->data, len, diag) : 0;
}

static int buffer_write(void *ctx, const void *data, size_t len,
			struct wax_diag *diag)
{
	struct buffer *b = ctx;
	int err = len > sizeof(b->data) - b->len ? flush(b, diag) : 0;

	if (err)
		return err;
	if (len > sizeof(b->data))
		return wax_sink_write(b->to, data, len, diag);
	memcpy(b->data + b->len, data, len);
	b->len += len;
	return 0;
}

static int buffer_finish(void *ctx, struct wax_diag *diag)
{
	struct buffer *b = ctx;
	int err = flush(b, diag);

	return err ? err : wax_sink_finish(b->to, diag);
}

static void buffer_free(void *ctx)
{
	struct buffer *b = ctx;

	wax_sink_free(b->to);
	free(b);
}

int buffer_sink(struct wax_sink **sink, struct wax_diag *diag)
{
	static const struct wax_sink_ops ops = {.write = buffer_write,
						.finish = buffer_finish,
						.free = buffer_free};
	struct buffer *b = malloc(sizeof(*b));

	if (!b)
		return program_no_memory(diag);
	b->to = NULL;
	b->len = 0;
	return wax_sink_wrap(&ops, b, &b->to, sink, diag);
}
