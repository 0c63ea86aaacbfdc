/* SPDX-License-Identifier: ISC */
/*
 * Sealing and opening in one call.
 */
#include <stdlib.h>
#include <string.h>

#include "mock.h"
#include "tap.h"
#include "whole.h"

uint8_t whole_plain[3 * CHUNK];

struct wax_recipients *whole_recipients(enum wax_identity_kind kind,
					uint32_t from, uint32_t n)
{
	struct wax_recipients *list = NULL;

	if (wax_recipients_new(&list, NULL))
		tap_ok(false, "a list of recipients");
	for (uint32_t i = 0; i < n; i++) {
		char *text = fixture_recipient(kind, from + i);

		if (wax_recipients_add(list, text, strlen(text), NULL))
			tap_ok(false, "a recipient is added");
		free(text);
	}
	return list;
}

const struct wax_seal_options *whole_flags(unsigned flags)
{
	static struct wax_seal_options o;

	o = (struct wax_seal_options){.flags = flags};
	return &o;
}

struct wax_bytes whole_seal(const struct wax_recipients *to, unsigned flags,
			    size_t len, size_t step)
{
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	struct wax_diag diag = {0};
	int err = wax_seal(to, whole_flags(flags), &sink, &diag);

	if (!err)
		err = mock_fill(sink, whole_plain, len, step, &diag);
	if (err || m.misuse || m.finishes != 1)
		tap_err(err, 99, &diag, "sealing %zu bytes", len);
	wax_sink_free(sink);
	if (m.frees != 1)
		tap_ok(false, "the sink was freed %u times", m.frees);
	return m.got;
}

struct whole_opened whole_open(struct wax_identities *with, const void *data,
			       size_t len, size_t step)
{
	struct whole_opened o = {0};
	struct mock_source m;
	struct wax_source *source = mock_source(&m, data, len);

	m.step = step;
	o.err = wax_open(with, NULL, &source, NULL, &o.diag);
	if (!o.err)
		o.err = mock_drain(source, 10000, &o.out, &o.diag);
	wax_source_free(source);
	o.good_use = m.frees == 1 && !m.misuse;
	return o;
}

void whole_expect(struct wax_identities *with, const struct wax_bytes *sealed,
		  int err, size_t released, const char *what)
{
	struct whole_opened o = whole_open(with, sealed->data, sealed->len, 0);

	tap_err(o.err, err, &o.diag, "%s", what);
	tap_bytes(o.out.data, o.out.len, whole_plain, released, "%s: %zu bytes",
		  what, released);
	tap_ok(o.good_use, "%s: its source is freed once", what);
	wax_bytes_release(&o.out);
}
