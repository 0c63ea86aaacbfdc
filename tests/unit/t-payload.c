/* SPDX-License-Identifier: ISC */
/*
 * The payload: STREAM at the boundaries of its chunks, against a second
 * implementation that is written down here from the specification; and what is
 * handed out of a payload that is damaged: whole authentic chunks, no more.
 */
#include <stdlib.h>
#include <string.h>

#include "age/payload.h"
#include "mock.h"
#include "tap.h"

#define CHUNK 65536
#define SEALED (CHUNK + 16)

static const uint8_t file_key[WAX_FILE_KEY_SIZE] = "0123456789abcdef";

/* Seals chunk by chunk: sizes of n chunks, the last one marked if last. */
static void reference(const uint8_t *plain, const size_t *sizes, size_t n,
		      bool last, struct wax_bytes *out)
{
	uint8_t nonce[16], key[32], counter[12] = {0};
	uint8_t *chunk = malloc(SEALED);

	tap_fill(nonce, sizeof(nonce), 11);
	wax_hkdf(nonce, 16, file_key, 16, "payload", 7, key, 32);
	wax_bytes_add(out, nonce, 16, NULL);
	for (size_t i = 0; i < n; i++) {
		counter[11] = last && i + 1 == n;
		wax_aead_seal(key, counter, NULL, 0, plain, sizes[i], chunk);
		wax_bytes_add(out, chunk, sizes[i] + 16, NULL);
		plain += sizes[i];
		counter[10]++;
	}
	free(chunk);
}

struct result {
	int err;
	struct wax_bytes out;
	struct wax_diag diag;
	bool misuse;
};

/* Opens, with a source that gives step bytes and reads of take bytes. */
static struct result open_all(const void *data, size_t len, size_t step,
			      size_t take)
{
	struct result r = {0};
	struct wax_source *source = NULL;
	struct mock_reader m;
	size_t got = 1;
	uint8_t c;

	mock_reader_init(&m, data, len, step);
	r.err = wax_payload_source(file_key, 0, &m.reader, &source, &r.diag);
	if (!r.err) {
		r.err = mock_drain(source, take, &r.out, &r.diag);
		/* The result stays what it was. */
		if (wax_source_read(source, &c, 1, &got, NULL) != r.err || got)
			r.misuse = true;
	}
	r.misuse |= m.mock.misuse;
	wax_source_free(source);
	mock_reader_release(&m);
	return r;
}

static const size_t sizes[] = {0,	  1,
			       15,	  16,
			       CHUNK - 1, CHUNK,
			       CHUNK + 1, 2 * CHUNK - 1,
			       2 * CHUNK, 2 * CHUNK + 1,
			       3 * CHUNK};
#define N_SIZES (sizeof(sizes) / sizeof(*sizes))

static uint8_t plain[3 * CHUNK + 1];

/* Seals len bytes of plain through the sink, written step at a time. */
static void seal(size_t len, size_t step, struct wax_bytes *out)
{
	struct wax_bytes header = {0};
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	int err = wax_bytes_add_text(&header, "HEADER", NULL);

	if (!err)
		err = wax_payload_sink(file_key, 0, &header, &sink, NULL);
	tap_ok(!err && !m.writes, "nothing is written before the first byte");
	if (!err)
		err = mock_fill(sink, plain, len, step, NULL);
	wax_sink_free(sink);
	tap_ok(!err && !m.misuse && m.finishes == 1 && m.frees == 1 &&
		       m.got.len >= 6 && !memcmp(m.got.data, "HEADER", 6),
	       "%zu bytes sealed", len);
	*out = m.got;
}

/* What was sealed under another nonce: opened, and sealed by the reference. */
static void boundaries(void)
{
	for (size_t i = 0; i < N_SIZES; i++) {
		size_t len = sizes[i], chunks = (len + CHUNK - 1) / CHUNK;
		size_t want = 6 + 16 + len + 16 * (chunks ? chunks : 1);

		for (size_t step = 1000; step <= 200000; step += 199000) {
			struct wax_bytes sealed = {0};
			struct result r;

			seal(len, step, &sealed);
			tap_is((long long)sealed.len, (long long)want,
			       "%zu bytes: no empty chunk at the end", len);
			r = open_all(sealed.data + 6, sealed.len - 6, 0, 4096);
			tap_err(r.err, 0, &r.diag, "%zu bytes opened", len);
			tap_bytes(r.out.data, r.out.len, plain, len,
				  "%zu bytes come back", len);
			wax_bytes_release(&sealed);
			wax_bytes_release(&r.out);
		}
	}
}

static void by_the_reference(void)
{
	static const size_t steps[] = {0, 1, 16, 65551, 65552, 65553};
	static const size_t two[] = {CHUNK, 5};
	struct wax_bytes sealed = {0};

	reference(plain, two, 2, true, &sealed);
	for (size_t i = 0; i < 6; i++) {
		for (size_t take = 1; take <= 1000000; take = take * 100 + 7) {
			struct result r = open_all(sealed.data, sealed.len,
						   steps[i], take);

			tap_ok(!r.err && !r.misuse && r.out.len == CHUNK + 5 &&
				       !memcmp(r.out.data, plain, CHUNK + 5),
			       "given by %zu, taken by %zu", steps[i], take);
			wax_bytes_release(&r.out);
		}
	}
	wax_bytes_release(&sealed);
}

/* Opens, and checks the error and how much was handed out before it. */
static void expect(const struct wax_bytes *sealed, size_t len, int err,
		   size_t released, const char *what)
{
	static const size_t takes[] = {100000, 7777};

	for (size_t i = 0; i < 2; i++) {
		struct result r = open_all(sealed->data, len, 0, takes[i]);

		tap_err(r.err, err, &r.diag, "%s", what);
		tap_bytes(r.out.data, r.out.len, plain, released,
			  "%s: %zu bytes are handed out", what, released);
		tap_ok(!r.misuse, "%s: and it stays so", what);
		wax_bytes_release(&r.out);
	}
}

static void cut_short(void)
{
	static const size_t three[] = {CHUNK, CHUNK, 100};
	static const size_t full[] = {CHUNK, CHUNK};
	const int bad = WAX_ERR_FORMAT;
	struct wax_bytes s = {0}, f = {0};

	reference(plain, three, 3, true, &s);
	expect(&s, s.len, 0, 2 * CHUNK + 100, "all of three chunks");
	expect(&s, 0, bad, 0, "nothing");
	expect(&s, 15, bad, 0, "a part of the nonce");
	expect(&s, 16, bad, 0, "the nonce alone");
	expect(&s, 16 + 15, bad, 0, "a part of a tag");
	expect(&s, 16 + 16, bad, 0, "as much as a tag");
	expect(&s, 16 + 5000, bad, 0, "a part of the first chunk");
	expect(&s, 16 + SEALED - 1, bad, 0, "the first chunk less a byte");
	expect(&s, 16 + SEALED, bad, CHUNK, "the first chunk alone");
	expect(&s, 16 + SEALED + 1, bad, CHUNK, "a byte of the second");
	expect(&s, 16 + SEALED + 16, bad, CHUNK, "a tag's size of the second");
	expect(&s, 16 + 2 * SEALED, bad, 2 * CHUNK, "the last chunk missing");
	expect(&s, s.len - 1, bad, 2 * CHUNK, "the last byte missing");
	reference(plain, full, 2, true, &f);
	expect(&f, f.len, 0, 2 * CHUNK, "a last chunk that is full");
	expect(&f, f.len - 1, bad, CHUNK, "a full last chunk less a byte");
	wax_bytes_release(&s);
	wax_bytes_release(&f);
}

/* Everything that is not exactly as it was written. */
static void damaged(void)
{
	static const size_t three[] = {CHUNK, CHUNK, 100};
	static const size_t empty[] = {CHUNK, 0};
	static const size_t none[] = {0};
	static const size_t small[] = {10, 10};
	const int bad = WAX_ERR_FORMAT;
	struct wax_bytes s = {0}, x = {0};

	reference(plain, three, 3, true, &s);
	wax_bytes_add(&s, "x", 1, NULL);
	expect(&s, s.len, bad, 2 * CHUNK, "a byte more");
	s.len--;
	wax_bytes_add(&s, plain, SEALED, NULL);
	expect(&s, s.len, bad, 2 * CHUNK, "a chunk more");
	s.len -= SEALED;
	s.data[16 + SEALED + 3] ^= 1;
	expect(&s, s.len, bad, CHUNK, "a changed bit in the second chunk");
	s.data[16 + SEALED + 3] ^= 1;
	s.data[3] ^= 1;
	expect(&s, s.len, bad, 0, "a changed nonce");
	wax_bytes_release(&s);

	reference(plain, three, 3, false, &s);
	expect(&s, s.len, bad, 2 * CHUNK, "no chunk marked as the last");
	wax_bytes_release(&s);

	reference(plain, three, 2, true, &s);
	reference(plain + 2 * CHUNK, three + 2, 1, true, &x);
	wax_bytes_add(&s, x.data + 16, x.len - 16, NULL);
	expect(&s, s.len, bad, 2 * CHUNK, "something after a full last chunk");
	wax_bytes_release(&s);
	wax_bytes_release(&x);

	reference(plain, empty, 2, true, &s);
	expect(&s, s.len, bad, CHUNK, "an empty chunk after a full one");
	wax_bytes_release(&s);

	reference(plain, none, 1, true, &s);
	expect(&s, s.len, 0, 0, "an empty chunk alone");
	wax_bytes_release(&s);

	reference(plain, small, 2, true, &s);
	expect(&s, s.len, bad, 0, "a short chunk before the last");
	wax_bytes_release(&s);
}

static void swapped(void)
{
	static const size_t three[] = {CHUNK, CHUNK, CHUNK};
	uint8_t *first = malloc(SEALED);
	struct wax_bytes s = {0};

	reference(plain, three, 3, true, &s);
	memcpy(first, s.data + 16, SEALED);
	memcpy(s.data + 16, s.data + 16 + SEALED, SEALED);
	expect(&s, s.len, WAX_ERR_FORMAT, 0, "the second chunk first");
	memcpy(s.data + 16, first, SEALED);
	memcpy(s.data + 16 + SEALED, first, SEALED);
	expect(&s, s.len, WAX_ERR_FORMAT, CHUNK, "the first chunk twice");
	free(first);
	wax_bytes_release(&s);
}

/* The counter's carry, from 255 chunks to 256 and beyond. */
static void many_chunks(void)
{
	static uint8_t zeros[300 * CHUNK];
	struct wax_bytes s = {0};
	struct mock_reader m;
	struct wax_source *source;
	uint8_t *buf = malloc(CHUNK);
	uint8_t nonce[16], key[32], counter[12] = {0};
	size_t got = 1, total = 0;
	int err;

	tap_fill(nonce, sizeof(nonce), 11);
	wax_hkdf(nonce, 16, file_key, 16, "payload", 7, key, 32);
	wax_bytes_add(&s, nonce, 16, NULL);
	wax_bytes_reserve(&s, 300 * SEALED, NULL);
	for (unsigned i = 0; i < 300; i++) {
		counter[10] = (uint8_t)i;
		counter[9] = (uint8_t)(i >> 8);
		counter[11] = i == 299;
		wax_aead_seal(key, counter, NULL, 0, zeros, CHUNK,
			      s.data + s.len);
		s.len += SEALED;
	}
	mock_reader_init(&m, s.data, s.len, 0);
	err = wax_payload_source(file_key, 0, &m.reader, &source, NULL);
	while (!err && got) {
		err = wax_source_read(source, buf, CHUNK, &got, NULL);
		total += got;
	}
	tap_ok(!err && total == sizeof(zeros), "300 chunks are opened");
	wax_source_free(source);
	mock_reader_release(&m);
	wax_bytes_release(&s);
	free(buf);
}

/* The source below fails at each of its reads in turn. */
static void failing_source(void)
{
	static const size_t two[] = {CHUNK, 5};
	struct wax_bytes sealed = {0};
	unsigned n = 0, good = 0;
	int err = MOCK_ERR;

	reference(plain, two, 2, true, &sealed);
	while (err && n < 200) {
		struct wax_source *source = NULL;
		struct wax_bytes out = {0};
		struct wax_diag diag = {0};
		struct mock_reader m;

		mock_reader_init(&m, sealed.data, sealed.len, 1000);
		m.mock.fail_at = ++n;
		err = wax_payload_source(file_key, 0, &m.reader, &source,
					 &diag);
		if (!err)
			err = mock_drain(source, 4096, &out, &diag);
		good += (!err ||
			 (err == MOCK_ERR && !strcmp(diag.text, MOCK_TEXT))) &&
			(!out.len || !memcmp(out.data, plain, out.len)) &&
			!m.mock.misuse;
		wax_source_free(source);
		wax_bytes_release(&out);
		mock_reader_release(&m);
	}
	tap_ok(n > 60 && n < 200 && good == n,
	       "%u reads, each fails once as it should", n - 1);
	wax_bytes_release(&sealed);
}

int main(void)
{
	tap_fill(plain, sizeof(plain), 1);
	boundaries();
	by_the_reference();
	cut_short();
	damaged();
	swapped();
	many_chunks();
	failing_source();
	return tap_end();
}
