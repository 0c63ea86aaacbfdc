/* SPDX-License-Identifier: ISC */
/*
 * What the fuzz targets share.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/base64.h"
#include "fuzz.h"
#include "keys/note.h"

void check(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

struct slow {
	const uint8_t *at;
	size_t left, step;
};

static int slow_read(void *ctx, void *buf, size_t len, size_t *got,
		     struct wax_diag *diag)
{
	struct slow *s = ctx;
	size_t n = s->left < len ? s->left : len;

	(void)diag;
	n = s->step && s->step < n ? s->step : n;
	if (n)
		memcpy(buf, s->at, n);
	s->at += n;
	s->left -= n;
	*got = n;
	return 0;
}

struct wax_source *slow_source(const void *data, size_t len, size_t step)
{
	static const struct wax_source_ops ops = {.read = slow_read,
						  .free = free};
	struct slow *s = malloc(sizeof(*s));
	struct wax_source *source = NULL;

	check(s != NULL, "there is memory");
	*s = (struct slow){len ? data : (const uint8_t *)"", len, step};
	check(!wax_source_new(&ops, s, &source, NULL), "there is memory");
	return source;
}

int drain(struct wax_source *from, struct wax_bytes *out)
{
	static uint8_t buf[65536];
	size_t got = 0;
	int err;

	do {
		err = wax_source_read(from, buf, sizeof(buf), &got, NULL);
		check(!err || !got, "an error gives nothing");
		add(out, buf, got);
	} while (!err && got);
	return err;
}

static int sink_write(void *ctx, const void *data, size_t len,
		      struct wax_diag *diag)
{
	return wax_bytes_add(ctx, data, len, diag);
}

static int sink_finish(void *ctx, struct wax_diag *diag)
{
	(void)ctx;
	(void)diag;
	return 0;
}

static void sink_free(void *ctx)
{
	(void)ctx;
}

struct wax_sink *bytes_sink(struct wax_bytes *out)
{
	static const struct wax_sink_ops ops = {
		.write = sink_write, .finish = sink_finish, .free = sink_free};
	struct wax_sink *sink = NULL;

	check(!wax_sink_new(&ops, out, &sink, NULL), "there is memory");
	return sink;
}

void add(struct wax_bytes *b, const void *data, size_t len)
{
	check(!wax_bytes_add(b, data, len, NULL), "there is memory");
}

void add_text(struct wax_bytes *b, const char *text)
{
	add(b, text, strlen(text));
}

void add_base64(struct wax_bytes *b, const void *data, size_t len)
{
	size_t n = wax_base64_len(len);

	check(!wax_bytes_reserve(b, n, NULL), "there is memory");
	if (n)
		wax_base64_encode(data, len, (char *)b->data + b->len);
	b->len += n;
}

/* The name that a text gives, or another. */
static void name_in(const uint8_t *text, size_t size, char out[256])
{
	const uint8_t *at = size ? memmem(text, size, "\nname ", 6) : NULL;
	const uint8_t *end;

	strcpy(out, "x");
	if (!at)
		return;
	at += 6;
	end = memchr(at, '\n', size - (size_t)(at - text));
	if (!end || end - at > 255)
		return;
	memcpy(out, at, (size_t)(end - at));
	out[end - at] = '\0';
}

void sign_card(const uint8_t *text, size_t len, const uint8_t *secret,
	       struct wax_bytes *out)
{
	struct wax_bytes whole = {0};
	char name[256], key_name[WAX_NOTE_NAME_MAX + 1];

	add(&whole, text, len);
	add_text(&whole, len && text[len - 1] == '\n' ? "" : "\n");
	name_in(whole.data, whole.len, name);
	wax_note_name(name, key_name);
	check(!wax_note_sign(&whole, key_name, secret, out, NULL), "signed");
	wax_bytes_release(&whole);
}

bool same(const struct wax_bytes *a, const void *data, size_t len)
{
	return a->len == len && (!len || !memcmp(a->data, data, len));
}

uint32_t take(struct input *in, unsigned n)
{
	uint32_t v = 0;

	for (; n; n--) {
		v = v << 8 | (in->len ? *in->data : 0u);
		in->data += in->len ? 1 : 0;
		in->len -= in->len ? 1 : 0;
	}
	return v;
}

void fill(void *out, size_t len, uint32_t seed)
{
	uint8_t *p = out;

	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525 + 1013904223;
		p[i] = (uint8_t)(seed >> 24);
	}
}

static uint32_t drawn;

static const char *drawn_name(void)
{
	return "fuzz";
}

static void drawn_bytes(void *const out, const size_t len)
{
	fill(out, len, drawn);
	drawn += (uint32_t)len * 2 + 1;
}

static uint32_t drawn_number(void)
{
	uint32_t n;

	drawn_bytes(&n, sizeof(n));
	return n;
}

void draw_from(uint32_t seed)
{
	static struct randombytes_implementation fixed = {
		.implementation_name = drawn_name,
		.random = drawn_number,
		.buf = drawn_bytes};

	drawn = seed;
	randombytes_set_implementation(&fixed);
}
