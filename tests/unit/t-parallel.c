/* SPDX-License-Identifier: ISC */
/*
 * Large payloads: whatever the number of threads and whoever computes, the same
 * bytes come of sealing, and of opening the same plaintext up to the same error;
 * and what is there is not kept waiting for what is not.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "age/payload.h"
#include "dice.h"
#include "mock.h"
#include "tap.h"

#define CHUNK ((size_t)65536)
#define SEALED (CHUNK + 16)

/* Beyond where libcrypto begins, and not a whole batch. */
#define CHUNKS 77
#define LEN ((CHUNKS - 1) * CHUNK + 1234)
#define ALL (16 + LEN + 16 * (size_t)CHUNKS)

static const uint8_t file_key[WAX_FILE_KEY_SIZE] = "0123456789abcdef";
static uint8_t *plain, *sealed, *bad, *out;

static bool no_engine;

typedef void *open_fn(const char *, int);

/* A sanitizer's own comes before it, and then this is not called. */
WAX_API void *dlopen(const char *name, int flags)
{
	static open_fn *real;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "dlopen");
	return no_engine ? NULL : real(name, flags);
}

/* The payload under the nonce of another one, by libsodium alone. */
static void reference(const uint8_t nonce[16], size_t len, uint8_t *to)
{
	uint8_t key[32], counter[12] = {0};
	size_t n, i = 0;

	memcpy(to, nonce, 16);
	to += 16;
	wax_hkdf(nonce, 16, file_key, 16, "payload", 7, key, 32);
	do {
		n = len - i * CHUNK < CHUNK ? len - i * CHUNK : CHUNK;
		counter[9] = (uint8_t)(i >> 8);
		counter[10] = (uint8_t)i;
		counter[11] = i * CHUNK + n == len;
		wax_aead_seal(key, counter, NULL, 0, plain + i * CHUNK, n, to);
		to += n + 16;
		i++;
	} while (i * CHUNK < len);
}

static void seals(unsigned threads, size_t len, size_t step)
{
	struct wax_bytes header = {0};
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	size_t all = 16 + len + 16 * ((len + CHUNK - 1) / CHUNK);
	int err = wax_payload_sink(file_key, threads, &header, &sink, NULL);

	for (size_t at = 0, n; !err && at < len; at += n) {
		/* Where it wants them, or by pieces of any size. */
		void *room = wax_sink_room(sink, &n);

		if (step || !room) {
			n = step ? 1 + dice_below((unsigned)step) : 5000;
			room = NULL;
		}
		n = n < len - at ? n : len - at;
		if (room)
			memcpy(room, plain + at, n);
		err = wax_sink_write(sink, room ? room : plain + at, n, NULL);
		if (!err && step && !dice_below(40))
			err = wax_sink_flush(sink, NULL);
	}
	if (!err)
		err = wax_sink_finish(sink, NULL);
	wax_sink_free(sink);
	if (tap_ok(!err && !m.misuse && m.got.len == all && m.finishes == 1,
		   "%u threads seal %zu bytes by %zu", threads, len, step)) {
		reference(m.got.data, len, bad);
		tap_ok(!memcmp(bad, m.got.data, all), "as libsodium does");
	}
	wax_bytes_release(&m.got);
}

struct result {
	int err;
	size_t len;
	size_t taken; /* of what the source has */
	char text[WAX_DIAG_TEXT];
};

/* Opens what is in bad; the source gives step bytes and fails at a read. */
static struct result opens(unsigned threads, size_t len, size_t step,
			   unsigned fail_at, bool lends)
{
	struct result r = {0};
	struct wax_source *source = NULL;
	struct wax_diag diag = {0};
	struct mock_reader m;
	const void *data;
	size_t got;

	mock_reader_init(&m, bad, len, step);
	m.mock.fail_at = fail_at;
	r.err = wax_payload_source(file_key, threads, &m.reader, &source,
				   &diag);
	do {
		data = out + r.len;
		got = 0;
		if (!r.err)
			r.err = lends ? wax_source_lend(source, &data, &got,
							&diag)
				      : wax_source_read(source, out + r.len,
							1 + dice_below(200000),
							&got, &diag);
		if (!r.err && lends)
			memcpy(out + r.len, data, got);
		r.len += got;
	} while (!r.err && got);
	r.taken = m.mock.at;
	wax_source_free(source);
	mock_reader_release(&m);
	memcpy(r.text, diag.text, sizeof(r.text));
	return r;
}

/*
 * The bytes up to the error are the plaintext's, as many as released, and the
 * error is the one of a single thread.
 */
static void expect(size_t len, int err, size_t released, const char *what)
{
	struct result one = opens(1, len, 0, 0, false);

	tap_ok(one.err == err && one.len == released &&
		       !memcmp(out, plain, released),
	       "%s: %zu bytes, then '%s'", what, one.len, one.text);
	for (unsigned threads = 2; threads <= 5; threads += 3) {
		struct result r = opens(threads, len, 1 + dice_below(300000), 0,
					threads == 5);

		tap_ok(r.err == err && r.len == released &&
			       !memcmp(out, plain, released) &&
			       !strcmp(r.text, one.text),
		       "%s: with %u threads as with one", what, threads);
	}
}

static void damage(void)
{
	static const unsigned places[] = {0,  1,  7,  8,  15, 16, 40,
					  63, 64, 65, 71, 72, 75, 76};
	char what[80];

	memcpy(bad, sealed, ALL);
	expect(ALL, 0, LEN, "as it is");
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		size_t at = places[i], start = 16 + at * SEALED;

		snprintf(what, sizeof(what), "chunk %zu changed", at);
		bad[start + 99] ^= 4;
		expect(ALL, WAX_ERR_FORMAT, at * CHUNK, what);
		bad[start + 99] ^= 4;
		snprintf(what, sizeof(what), "cut before chunk %zu", at);
		expect(start, WAX_ERR_FORMAT, at * CHUNK, what);
		snprintf(what, sizeof(what), "cut in chunk %zu", at);
		expect(start + 1 + at * 15, WAX_ERR_FORMAT, at * CHUNK, what);
		if (at + 1 >= CHUNKS)
			continue;
		snprintf(what, sizeof(what), "chunk %zu twice", at);
		memcpy(bad + start + SEALED, sealed + start, SEALED);
		expect(ALL, WAX_ERR_FORMAT, (at + 1) * CHUNK, what);
		memcpy(bad, sealed, ALL);
	}
	memset(bad + ALL, 'x', SEALED);
	expect(ALL + 1, WAX_ERR_FORMAT, LEN - 1234, "a byte behind it");
	expect(ALL + SEALED, WAX_ERR_FORMAT, LEN - 1234, "a chunk behind it");
}

/* A last chunk that is full, wherever it stands in its batch. */
static void full_last(void)
{
	for (size_t n = 62; n <= 74; n += 3) {
		size_t all = 16 + n * SEALED;

		reference(sealed, n * CHUNK, bad);
		expect(all, 0, n * CHUNK, "a full last chunk");
		bad[all] = 'x';
		expect(all + 1, WAX_ERR_FORMAT, n * CHUNK,
		       "a byte behind a full last chunk");
		memset(bad + all, 'x', 3 * SEALED);
		expect(all + 3 * SEALED, WAX_ERR_FORMAT, n * CHUNK,
		       "chunks behind a full last chunk");
	}
}

/* What was read before a read failed is handed out: all whole chunks of it. */
static void failing(void)
{
	memcpy(bad, sealed, ALL);
	for (unsigned n = 2; n < 60; n += 5) {
		struct result one = opens(1, ALL, 100000, n, false);
		struct result four = opens(4, ALL, 100000, n, true);
		size_t whole = (one.taken - 16) / SEALED * CHUNK;

		tap_ok(one.err == MOCK_ERR && one.len == whole &&
			       four.err == MOCK_ERR && four.len == whole &&
			       !strcmp(four.text, MOCK_TEXT) &&
			       !memcmp(out, plain, whole),
		       "read %u fails: %zu bytes were handed out", n, whole);
	}
}

/* A sink that fails, at each of some writes. */
static void failing_sink(void)
{
	for (unsigned n = 1; n < 12; n++) {
		struct wax_bytes header = {0};
		struct wax_diag diag = {0};
		struct mock_sink m;
		struct wax_sink *sink = mock_sink(&m);
		int err = wax_payload_sink(file_key, 3, &header, &sink, NULL);

		m.fail_at = n;
		if (!err)
			err = mock_fill(sink, plain, LEN, 70000, &diag);
		tap_ok(err == MOCK_ERR && !strcmp(diag.text, MOCK_TEXT) &&
			       !m.misuse && !m.finishes,
		       "write %u fails, and nothing is written after it", n);
		wax_sink_free(sink);
		wax_bytes_release(&m.got);
	}
}

/* A source whose next bytes are long in coming, after some that are there. */
struct slow {
	size_t at, there;
	bool asked; /* for more than was there */
};

static int slow_read(void *ctx, void *buf, size_t len, size_t *got,
		     struct wax_diag *diag)
{
	struct slow *s = ctx;

	(void)diag;
	s->asked |= s->at >= s->there;
	*got = ALL - s->at < len ? ALL - s->at : len;
	*got = *got < 50000 ? *got : 50000;
	memcpy(buf, sealed + s->at, *got);
	s->at += *got;
	return 0;
}

static bool slow_ready(void *ctx)
{
	struct slow *s = ctx;

	return s->at < s->there;
}

static void slow_free(void *ctx)
{
	(void)ctx;
}

/* Every chunk that is there is handed out before more is asked for. */
static void slowly(unsigned threads, size_t there)
{
	static const struct wax_source_ops ops = {
		.read = slow_read, .free = slow_free, .ready = slow_ready};
	struct slow s = {.there = there};
	struct wax_source *below = NULL, *source = NULL;
	struct wax_reader reader;
	size_t want, got, len = 0;
	int err = wax_source_new(&ops, &s, &below, NULL);

	if (!err)
		err = wax_reader_init(&reader, below, NULL);
	if (!err)
		err = wax_payload_source(file_key, threads, &reader, &source,
					 NULL);
	want = (there - 16) / SEALED * CHUNK;
	while (!err && !s.asked && len < want) {
		err = wax_source_read(source, out + len, CHUNK, &got, NULL);
		len += s.asked ? 0 : got;
	}
	tap_ok(!err && !s.asked && len == want && !memcmp(out, plain, len),
	       "%u threads: of %zu bytes, %zu are handed out at once", threads,
	       there, want);
	wax_source_free(source);
	wax_reader_release(&reader);
	wax_source_free(below);
}

/* The same for sealing: all chunks but one that may be the last. */
static void flushed(unsigned threads, size_t len)
{
	struct wax_bytes header = {0};
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	size_t want = 16 + (len - 1) / CHUNK * SEALED;
	int err = wax_payload_sink(file_key, threads, &header, &sink, NULL);

	if (!err)
		err = wax_sink_write(sink, plain, len, NULL);
	if (!err)
		err = wax_sink_flush(sink, NULL);
	tap_ok(!err && m.got.len == want,
	       "%u threads: of %zu bytes, %zu are written at once", threads,
	       len, want);
	wax_sink_free(sink);
	wax_bytes_release(&m.got);
}

static void all(void)
{
	static const size_t sizes[] = {1,	   CHUNK,
				       8 * CHUNK,  8 * CHUNK + 1,
				       24 * CHUNK, 64 * CHUNK,
				       72 * CHUNK, LEN};
	static const unsigned threads[] = {1, 2, 3, 16};

	for (size_t t = 0; t < 4; t++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			seals(threads[t], sizes[i], 0);
			seals(threads[t], sizes[i], 150000);
		}
		for (size_t n = 1; n <= 75; n += 1 + n / 2) {
			slowly(threads[t], 16 + n * SEALED + 700);
			flushed(threads[t], n * CHUNK);
			flushed(threads[t], n * CHUNK + 1);
		}
	}
	damage();
	full_last();
	failing();
	failing_sink();
}

int main(void)
{
	int status;
	pid_t pid;

	plain = malloc(LEN + CHUNK);
	sealed = malloc(ALL);
	bad = malloc(ALL + 4 * SEALED);
	out = malloc(LEN + 4 * CHUNK);
	if (!plain || !sealed || !bad || !out)
		return 1;
	dice_seed(7);
	tap_fill(plain, LEN + CHUNK, 1);
	tap_fill(sealed, 16, 5);
	reference(sealed, LEN, sealed);
	/* The same where only libsodium is; once found, an engine stays. */
	fflush(stdout);
	pid = fork();
	no_engine = !pid;
	if (!pid && !freopen("/dev/null", "w", stdout))
		return 1;
	all();
	if (!pid)
		return tap_end();
	tap_ok(waitpid(pid, &status, 0) == pid && !status,
	       "all of it without libcrypto");
	return tap_end();
}
