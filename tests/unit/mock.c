/* SPDX-License-Identifier: ISC */
/*
 * Streams for tests.
 */
#include <stdlib.h>
#include <string.h>

#include "mock.h"
#include "tap.h"

/* For what a test cannot go on without. */
static void need(int err)
{
	if (err) {
		tap_ok(false, "the test's own streams can be made");
		exit(1);
	}
}

static int source_read(void *ctx, void *buf, size_t len, size_t *got,
		       struct wax_diag *diag)
{
	struct mock_source *m = ctx;
	size_t n = m->len - m->at;

	m->misuse |= m->over || !len || m->frees;
	m->reads++;
	if (m->reads == m->fail_at) {
		m->over = true;
		*got = 1; /* which nobody may believe */
		return wax_diag_set(diag, MOCK_ERR, MOCK_TEXT);
	}
	n = n < len ? n : len;
	n = m->step && m->step < n ? m->step : n;
	if (n)
		memcpy(buf, m->data + m->at, n);
	m->at += n;
	m->over = !n;
	*got = n;
	return 0;
}

static void source_free(void *ctx)
{
	struct mock_source *m = ctx;

	m->frees++;
}

struct wax_source *mock_source(struct mock_source *m, const void *data,
			       size_t len)
{
	static const struct wax_source_ops ops = {.read = source_read,
						  .free = source_free};
	struct wax_source *source;

	*m = (struct mock_source){.data = data, .len = len};
	need(wax_source_new(&ops, m, &source, NULL));
	return source;
}

static int sink_write(void *ctx, const void *data, size_t len,
		      struct wax_diag *diag)
{
	struct mock_sink *m = ctx;

	m->misuse |= m->over || !len || m->frees;
	m->writes++;
	if (m->writes == m->fail_at) {
		m->over = true;
		return wax_diag_set(diag, MOCK_ERR, MOCK_TEXT);
	}
	return wax_bytes_add(&m->got, data, len, diag);
}

static int sink_finish(void *ctx, struct wax_diag *diag)
{
	struct mock_sink *m = ctx;

	m->misuse |= m->over || m->frees;
	m->over = true;
	m->finishes++;
	return m->fail_finish ? wax_diag_set(diag, MOCK_ERR, MOCK_TEXT) : 0;
}

static void sink_free(void *ctx)
{
	struct mock_sink *m = ctx;

	m->frees++;
}

struct wax_sink *mock_sink(struct mock_sink *m)
{
	static const struct wax_sink_ops ops = {
		.write = sink_write, .finish = sink_finish, .free = sink_free};
	struct wax_sink *sink;

	*m = (struct mock_sink){0};
	need(wax_sink_new(&ops, m, &sink, NULL));
	return sink;
}

int mock_fill(struct wax_sink *to, const void *data, size_t len, size_t step,
	      struct wax_diag *diag)
{
	int err = 0;

	for (size_t at = 0; !err && at < len; at += step)
		err = wax_sink_write(to, (const uint8_t *)data + at,
				     len - at < step ? len - at : step, diag);
	return err ? err : wax_sink_finish(to, diag);
}

int mock_drain(struct wax_source *from, size_t step, struct wax_bytes *got,
	       struct wax_diag *diag)
{
	uint8_t *buf = malloc(step);
	size_t n = 0;
	int err = buf ? 0 : WAX_ERR_IO;

	need(err);
	do {
		err = wax_source_read(from, buf, step, &n, diag);
		if (!err)
			need(wax_bytes_add(got, buf, n, NULL));
	} while (!err && n);
	free(buf);
	return err;
}

void mock_reader_init(struct mock_reader *m, const void *data, size_t len,
		      size_t step)
{
	m->source = mock_source(&m->mock, data, len);
	m->mock.step = step;
	need(wax_reader_init(&m->reader, m->source, NULL));
}

void mock_reader_release(struct mock_reader *m)
{
	wax_reader_release(&m->reader);
	wax_source_free(m->source);
}
