/* SPDX-License-Identifier: ISC */
/*
 * The payload. The input is a script: which chunks are sealed (by a second
 * implementation of STREAM, written here), what is then done to the bytes, and
 * how they are read. So the tags fit where nothing was done, which no fuzzer
 * would find by itself.
 *
 * Holds: an untouched payload gives its plaintext; a touched one fails; and
 * what is handed out until then is the beginning of the plaintext, in whole
 * chunks up to the first that was touched.
 */
#include <stdlib.h>
#include <string.h>

#include "age/payload.h"
#include "fuzz.h"

#define CHUNKS_MAX 4

static const uint8_t file_key[WAX_FILE_KEY_SIZE] = "0123456789abcdef";

struct script {
	size_t sizes[CHUNKS_MAX];
	bool last[CHUNKS_MAX]; /* marked as the last */
	size_t n;
	struct wax_bytes plain, sealed, touched;
};

/* Sizes near those that matter. */
static size_t chunk_size(uint32_t v)
{
	static const size_t near[] = {0, 1, 15, 16, 17, 65519, 65535, 65536};

	return v & 0x80 ? near[v & 7] : v * 13;
}

static void seal(struct script *s)
{
	uint8_t nonce[16], key[32], counter[12] = {0};
	static uint8_t chunk[WAX_SEALED_CHUNK_SIZE];
	const uint8_t *plain = s->plain.data;

	fill(nonce, sizeof(nonce), 1);
	wax_hkdf(nonce, 16, file_key, 16, "payload", 7, key, 32);
	add(&s->sealed, nonce, 16);
	for (size_t i = 0; i < s->n; i++) {
		counter[10] = (uint8_t)i;
		counter[11] = s->last[i];
		wax_aead_seal(key, counter, NULL, 0, plain, s->sizes[i], chunk);
		add(&s->sealed, chunk, s->sizes[i] + 16);
		if (s->sizes[i])
			plain += s->sizes[i];
	}
}

static void make(struct script *s, struct input *in)
{
	static uint8_t plain[CHUNKS_MAX * WAX_CHUNK_SIZE];
	size_t total = 0;

	s->n = take(in, 1) % (CHUNKS_MAX + 1);
	for (size_t i = 0; i < s->n; i++) {
		uint32_t v = take(in, 1);

		/* Mostly as it should be: full ones, then the last. */
		s->sizes[i] = i + 1 < s->n && !(v & 0x40) ? WAX_CHUNK_SIZE
							  : chunk_size(v);
		s->last[i] = (i + 1 == s->n) != (v == 0x7f);
		total += s->sizes[i];
	}
	fill(plain, sizeof(plain), 2);
	add(&s->plain, plain, total);
	seal(s);
	add(&s->touched, s->sealed.data, s->sealed.len);
}

/* Does one thing to the bytes. */
static void touch(struct wax_bytes *b, struct input *in)
{
	uint32_t what = take(in, 1), at = take(in, 3);
	uint8_t byte = (uint8_t)take(in, 1);

	at = b->len ? at % (uint32_t)b->len : 0;
	switch (what % 4) {
	case 0:
		if (b->len)
			b->data[at] ^= byte;
		break;
	case 1:
		b->len = at;
		break;
	case 2:
		add(b, &byte, 1);
		break;
	default:
		/* A chunk again, or another in its place. */
		if (b->len > 16 + 2 * WAX_SEALED_CHUNK_SIZE)
			memmove(b->data + 16,
				b->data + 16 + WAX_SEALED_CHUNK_SIZE,
				WAX_SEALED_CHUNK_SIZE);
		break;
	}
}

/* Whether the first n chunks are what a writer would make. */
static bool well_formed(const struct script *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool is_last = i + 1 == n;

		if (s->last[i] != is_last ||
		    (!is_last && s->sizes[i] != WAX_CHUNK_SIZE) ||
		    (is_last && i && !s->sizes[i]))
			return false;
	}
	return n > 0;
}

/* Whether the bytes are a payload, and how long its plaintext is then. */
static bool is_good(const struct script *s, size_t *len)
{
	size_t end = 16, plain = 0;

	if (s->touched.len > s->sealed.len ||
	    !same(&s->touched, s->sealed.data, s->touched.len))
		return false;
	for (size_t i = 0; i < s->n; i++) {
		end += s->sizes[i] + 16;
		plain += s->sizes[i];
		*len = plain;
		if (end == s->touched.len)
			return well_formed(s, i + 1);
	}
	return false;
}

/* How much of the plaintext lies in chunks before the first difference. */
static size_t untouched(const struct script *s)
{
	size_t at = 0, released = 0;

	while (at < s->sealed.len && at < s->touched.len &&
	       s->sealed.data[at] == s->touched.data[at])
		at++;
	for (size_t i = 0, end = 16; i < s->n; i++) {
		end += s->sizes[i] + 16;
		if (end > at)
			break;
		released += s->sizes[i];
	}
	return released;
}

static int open_all(const struct wax_bytes *b, size_t step,
		    struct wax_bytes *out)
{
	struct wax_source *from = slow_source(b->data, b->len, step), *source;
	struct wax_reader r;
	int err;

	check(!wax_reader_init(&r, from, NULL), "there is memory");
	err = wax_payload_source(file_key, 0, &r, &source, NULL);
	if (!err) {
		err = drain(source, out);
		wax_source_free(source);
	}
	wax_reader_release(&r);
	wax_source_free(from);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	size_t step = take(&in, 2);
	struct script s = {.n = 0};
	struct wax_bytes out = {0};
	size_t len = 0;
	bool good;
	int err;

	make(&s, &in);
	for (unsigned i = 0; in.len && i < 4; i++)
		touch(&s.touched, &in);
	good = is_good(&s, &len);
	err = open_all(&s.touched, step < 64 ? 0 : step, &out);
	check(err == 0 || err == WAX_ERR_FORMAT, "no other error");
	check(out.len <= s.plain.len && same(&out, s.plain.data, out.len),
	      "only plaintext is handed out");
	check(out.len <= untouched(&s), "and none beyond a touched byte");
	check(!err == good, "opened if, and only if, it is well formed");
	check(err || out.len == len, "the end means that it is all");
	wax_bytes_release(&out);
	wax_bytes_release(&s.plain);
	wax_bytes_release(&s.sealed);
	wax_bytes_release(&s.touched);
	return 0;
}
