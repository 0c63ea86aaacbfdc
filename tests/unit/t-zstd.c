/* SPDX-License-Identifier: ISC */
/*
 * zstd frames, both ways: raw blocks as the bytes that RFC 8878 says, every
 * level, every way to cut the data; what a frame may not be; and that no
 * stream knows anything of another.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "envelope/zstd.h"
#include "mock.h"
#include "tap.h"

#define BLOCK 131072
#define MIB (1024 * 1024)

/* Half of it shrinks, half does not. */
static uint8_t data[5 * MIB + 3];

static const struct wax_bytes none;

static void add(struct wax_bytes *to, const void *p, size_t len)
{
	if (wax_bytes_add(to, p, len, NULL))
		exit(1);
}

/* Encodes len bytes at p, step at a time. */
static struct wax_bytes encode(int level, bool checksum, const void *p,
			       size_t len, size_t step)
{
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	struct wax_diag diag = {0};
	int err = wax_zstd_sink(level, checksum, 0, &sink, &diag);

	if (m.writes || m.finishes)
		tap_ok(false, "nothing is written before the first byte");
	if (!err)
		err = mock_fill(sink, p, len, step, &diag);
	wax_sink_free(sink);
	if (err || m.misuse || m.finishes != 1 || m.frees != 1)
		tap_err(err, 99, &diag, "level %d: %zu bytes", level, len);
	return m.got;
}

struct result {
	int err;
	struct wax_bytes out;
	struct wax_diag diag;
	bool good_use;
};

/* Decodes, given step bytes at a time (0: at once), asking for take. */
static struct result decode(const struct wax_bytes *in, size_t step,
			    size_t take)
{
	struct result r = {0};
	struct mock_source m;
	struct wax_source *source = mock_source(&m, in->data, in->len);

	m.step = step;
	r.err = wax_unzstd_source(&source, &r.diag);
	if (!r.err)
		r.err = mock_drain(source, take, &r.out, &r.diag);
	wax_source_free(source);
	r.good_use = m.frees == 1 && !m.misuse;
	return r;
}

/*
 * Decodes in several ways, which must agree on the error and, where it is
 * none, on what comes out.
 */
static void expect(const struct wax_bytes *in, int err, const void *want,
		   size_t len, const char *what)
{
	static const struct {
		size_t step, take;
	} ways[] = {{0, 65536}, {1, 65536}, {0, 1}, {0, 4 * MIB}, {3, 7}};

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		struct result r = decode(in, ways[i].step, ways[i].take);

		tap_err(r.err, err, &r.diag, "%s, given by %zu, taken by %zu",
			what, ways[i].step, ways[i].take);
		if (!err)
			tap_bytes(r.out.data, r.out.len, want, len,
				  "%s: the data", what);
		if (!r.good_use)
			tap_ok(false, "%s: the source was misused", what);
		wax_bytes_release(&r.out);
	}
}

/* RFC 8878: magic, descriptor 0, a window of 2^17, then raw blocks. */
static void raw_frame(const uint8_t *p, size_t len, struct wax_bytes *to)
{
	static const uint8_t header[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38};
	bool last;

	add(to, header, sizeof(header));
	do {
		size_t n = len < BLOCK ? len : BLOCK;
		uint8_t block[3];

		last = n == len;
		block[0] = (uint8_t)(n << 3 | last);
		block[1] = (uint8_t)(n >> 5);
		block[2] = (uint8_t)(n >> 13);
		add(to, block, 3);
		add(to, p, n);
		p += n;
		len -= n;
	} while (!last);
}

static void known_bytes(void)
{
	static const struct {
		const char *text, *hex;
	} known[] = {
		{"", "28b52ffd0038010000"},
		{"a", "28b52ffd003809000061"},
		{"hello world\n", "28b52ffd003861000068656c6c6f20776f726c640a"},
	};

	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(known[i].text);
		struct wax_bytes got = encode(0, false, known[i].text, len, 5);
		uint8_t want[32];

		tap_hex(known[i].hex, want, 9 + len);
		tap_bytes(got.data, got.len, want, 9 + len,
			  "raw blocks of %zu bytes", len);
		expect(&got, 0, known[i].text, len, "raw blocks");
		wax_bytes_release(&got);
	}
}

static const size_t sizes[] = {0,
			       1,
			       12,
			       13,
			       BLOCK - 1,
			       BLOCK,
			       BLOCK + 1,
			       2 * BLOCK,
			       512 * 1024 - 1,
			       512 * 1024,
			       512 * 1024 + 1,
			       3 * MIB + 1};
#define N_SIZES (sizeof(sizes) / sizeof(*sizes))

static void raw_blocks(void)
{
	static const size_t steps[] = {1000, BLOCK - 1, BLOCK, BLOCK + 1,
				       sizeof(data)};

	for (size_t i = 0; i < N_SIZES; i++) {
		struct wax_bytes want = {0};

		raw_frame(data, sizes[i], &want);
		for (size_t j = 0; j < 5; j++) {
			struct wax_bytes got =
				encode(0, false, data, sizes[i], steps[j]);

			tap_bytes(got.data, got.len, want.data, want.len,
				  "raw: %zu bytes by %zu", sizes[i], steps[j]);
			wax_bytes_release(&got);
		}
		wax_bytes_release(&want);
	}
}

/* The window of the frame, from its header (RFC 8878, section 3.1.1.1). */
static uint64_t window(const struct wax_bytes *b)
{
	const uint8_t *p = b->data;
	unsigned fcs = p[4] >> 6, n = fcs ? 1u << fcs : 1;
	uint64_t size = 0;

	if (!(p[4] & 0x20))
		return (UINT64_C(1) << (10 + (p[5] >> 3))) / 8 *
		       (8 + (p[5] & 7));
	for (unsigned i = 0; i < n; i++)
		size |= (uint64_t)p[5 + i] << (8 * i);
	return fcs == 1 ? size + 256 : size;
}

static void compressed(void)
{
	static const int levels[] = {1, 3, 19};
	static const size_t steps[] = {777, BLOCK, sizeof(data)};

	for (size_t i = 0; i < 3 * N_SIZES; i++) {
		int level = levels[i % 3];
		size_t len = sizes[i / 3];

		for (size_t j = 0; j < 3; j++) {
			struct wax_bytes b =
				encode(level, j == 1, data, len, steps[j]);
			struct result r = decode(&b, 0, 65536);

			tap_err(r.err, 0, &r.diag, "level %d: %zu bytes by %zu",
				level, len, steps[j]);
			tap_bytes(r.out.data, r.out.len, data, len,
				  "they come back");
			tap_ok(b.len > 6 && !(b.data[4] & 0x1b) &&
				       !(b.data[4] & 4) == (j != 1),
			       "no dictionary; a checksum if wanted");
			tap_ok(window(&b) <= 8 * MIB, "a window of 8 MiB");
			tap_ok(len < BLOCK || b.len < len * 2 / 3,
			       "smaller: %zu", b.len);
			wax_bytes_release(&r.out);
			wax_bytes_release(&b);
		}
	}
}

static void all_levels(void)
{
	for (int level = 0; level <= 19; level++) {
		struct wax_bytes b = encode(level, false, data, 200000, 200000);
		char what[32];

		snprintf(what, sizeof(what), "level %d", level);
		expect(&b, 0, data, 200000, what);
		wax_bytes_release(&b);
	}
}

/* What does not shrink costs no more than raw blocks do. */
static void incompressible(void)
{
	static const int levels[] = {1, 3, 19};
	static const size_t some[] = {0, 1, 100, BLOCK, 600000, 3 * MIB + 1};
	uint8_t *noise = malloc(3 * MIB + 1);

	if (!noise)
		exit(1);
	for (size_t i = 0; i < 18; i++) {
		struct wax_bytes raw, small;
		size_t len = some[i / 3];

		tap_fill(noise, len, 77);
		raw = encode(0, false, noise, len, 4096);
		small = encode(levels[i % 3], false, noise, len, 4096);
		tap_ok(small.len <= raw.len,
		       "level %d: %zu of noise are %zu bytes, raw %zu",
		       levels[i % 3], len, small.len, raw.len);
		wax_bytes_release(&raw);
		wax_bytes_release(&small);
	}
	free(noise);
}

static struct wax_sink *open_sink(struct mock_sink *m, int level)
{
	struct wax_sink *sink = mock_sink(m);

	if (wax_zstd_sink(level, false, 0, &sink, NULL))
		exit(1);
	return sink;
}

/* Two streams at once, of data that begin alike, are as each would be alone. */
static void independent(int level, size_t len)
{
	static uint8_t other[sizeof(data)];
	struct wax_bytes alone[2];
	struct mock_sink m[2];
	struct wax_sink *sinks[2];

	memcpy(other, data, len);
	memset(other + len - 100, 'x', 100);
	alone[0] = encode(level, false, data, len, len);
	alone[1] = encode(level, false, other, len, len);
	for (unsigned i = 0; i < 2; i++)
		sinks[i] = open_sink(&m[i], level);
	for (size_t at = 0; at < len; at += 10000) {
		size_t n = len - at < 10000 ? len - at : 10000;

		if (wax_sink_write(sinks[0], data + at, n, NULL) ||
		    wax_sink_write(sinks[1], other + at, n, NULL))
			tap_ok(false, "a write");
	}
	for (unsigned i = 0; i < 2; i++) {
		if (wax_sink_finish(sinks[i], NULL))
			tap_ok(false, "a finish");
		wax_sink_free(sinks[i]);
		/* The sizes: with threads the bytes may differ. */
		tap_is((long long)m[i].got.len, (long long)alone[i].len,
		       "level %d: stream %u of two, %zu bytes", level, i, len);
		wax_bytes_release(&m[i].got);
		wax_bytes_release(&alone[i]);
	}
}

/* An error below stays, and nothing is written after it. */
static void errors_below(int level)
{
	for (unsigned at = 1; at < 40; at++) {
		struct mock_sink m;
		struct wax_sink *sink = open_sink(&m, level);
		struct wax_diag diag = {0};
		bool failed;
		int err = 0;

		m.fail_at = at;
		for (size_t i = 0; i + MIB <= sizeof(data) && !err; i += MIB)
			err = wax_sink_write(sink, data + i, MIB - 1, &diag);
		if (!err)
			err = wax_sink_finish(sink, &diag);
		wax_sink_free(sink);
		failed = m.writes >= at;
		tap_err(err, failed ? MOCK_ERR : 0, &diag,
			"level %d: write %u fails", level, at);
		tap_ok(m.frees == 1 && !m.misuse && m.finishes == !failed,
		       "and no other call comes after it");
		wax_bytes_release(&m.got);
		if (!failed)
			break;
	}
}

static void finish_fails(int level)
{
	struct mock_sink m;
	struct wax_sink *sink = open_sink(&m, level);

	m.fail_finish = true;
	tap_err(wax_sink_finish(sink, NULL), MOCK_ERR, NULL,
		"level %d: a finish that fails", level);
	wax_sink_free(sink);
	tap_ok(m.frees == 1, "is freed once");
	wax_bytes_release(&m.got);
	sink = open_sink(&m, level);
	if (wax_sink_write(sink, data, sizeof(data), NULL))
		tap_ok(false, "a write");
	wax_sink_free(sink);
	tap_ok(!m.finishes && m.frees == 1 && !m.misuse,
	       "level %d: given up, it is not finished", level);
	wax_bytes_release(&m.got);
}

static void add_le32(struct wax_bytes *to, uint32_t v)
{
	const uint8_t p[] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
			     (uint8_t)(v >> 24)};

	add(to, p, 4);
}

static void skippable(struct wax_bytes *to, uint32_t magic, size_t len)
{
	add_le32(to, magic);
	add_le32(to, (uint32_t)len);
	add(to, data, len);
}

/* Frames one after the other, skippable ones of all magics among them. */
static void many_frames(void)
{
	struct wax_bytes b = {0}, want = {0}, small;

	for (uint32_t i = 0; i < 16; i++)
		skippable(&b, 0x184d2a50 + i, i * 10);
	small = encode(3, true, data, 200000, 200000);
	add(&b, small.data, small.len);
	add(&want, data, 200000);
	for (uint32_t i = 0; i < 16; i++) {
		skippable(&b, 0x184d2a50 + i, i * i * 100);
		raw_frame(data + i, i * 2000, &b);
		add(&want, data + i, i * 2000);
	}
	raw_frame(data, 0, &b);
	skippable(&b, 0x184d2a57, 0);
	expect(&b, 0, want.data, want.len, "many frames");
	wax_bytes_release(&small);
	wax_bytes_release(&b);
	wax_bytes_release(&want);
	skippable(&b, 0x184d2a50, 10);
	expect(&b, 0, "", 0, "a skippable frame alone");
	wax_bytes_release(&b);
}

/* Cut after each byte: an error, but where a frame ends, or none has begun. */
static void cut_short(void)
{
	struct wax_bytes b = {0}, frame = encode(3, true, data, 300, 300);
	size_t ends[3];

	add(&b, frame.data, frame.len);
	ends[0] = b.len;
	skippable(&b, 0x184d2a53, 9);
	ends[1] = b.len;
	raw_frame(data, 20, &b);
	ends[2] = b.len;
	for (size_t len = 0; len <= b.len; len++) {
		struct wax_bytes cut = {.data = b.data, .len = len};
		bool bare = len < 4;
		bool good = bare || len == ends[0] || len == ends[1] ||
			    len == ends[2];

		for (size_t step = 0; step < 2; step++) {
			struct result r = decode(&cut, step, 65536);

			tap_err(r.err, good ? 0 : WAX_ERR_FORMAT, &r.diag,
				"cut to %zu bytes of %zu", len, b.len);
			if (bare)
				tap_bytes(r.out.data, r.out.len, b.data, len,
					  "too few for a magic pass");
			wax_bytes_release(&r.out);
		}
	}
	wax_bytes_release(&b);
	wax_bytes_release(&frame);
}

/* A good frame, then something that is none. */
static void followed(void)
{
	static const struct {
		const char *what;
		uint8_t bytes[9];
		size_t len;
	} after[] = {
		{"a byte", {'x'}, 1},
		{"zeros", {0}, 9},
		{"a part of a magic", {0x28, 0xb5, 0x2f}, 3},
		{"a magic", {0x28, 0xb5, 0x2f, 0xfd}, 4},
		{"zstd 0.7's magic", {0x27, 0xb5, 0x2f, 0xfd, 0, 0, 0}, 7},
		{"zstd 0.5's magic", {0x25, 0xb5, 0x2f, 0xfd, 0, 0, 0}, 7},
		{"zstd 0.1's magic", {0x1e, 0xb5, 0x2f, 0xfd, 0, 0, 0}, 7},
		{"gzip's magic", {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0}, 9},
		{"lz4's magic", {0x04, 0x22, 0x4d, 0x18, 0, 0, 0, 0}, 8},
		{"a skippable magic alone", {0x50, 0x2a, 0x4d, 0x18}, 4},
		{"a skippable frame without its content",
		 {0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0},
		 8},
		{"one of 4 GiB",
		 {0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff, 0},
		 9},
		{"a magic beside the skippable ones",
		 {0x60, 0x2a, 0x4d, 0x18, 0, 0, 0, 0},
		 8},
	};

	for (size_t i = 0; i < sizeof(after) / sizeof(*after); i++) {
		struct wax_bytes b = encode(3, false, data, 300, 300);

		add(&b, after[i].bytes, after[i].len);
		expect(&b, WAX_ERR_FORMAT, NULL, 0, after[i].what);
		wax_bytes_release(&b);
	}
}

/* What begins with no frame passes as it is. */
static void bare(void)
{
	static const char *const texts[] = {
		"",
		"a",
		"(\xb5/",
		"(\xb5/\xfc",
		"\x27\xb5/\xfd more",
		"\x1f\x8b\x08 gzip",
		"`*M\x18 no",
		"O*M\x18 no",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct wax_bytes b = none;

		add(&b, texts[i], strlen(texts[i]));
		add(&b, data, i * 30000);
		expect(&b, 0, b.data, b.len, "bare bytes");
		wax_bytes_release(&b);
	}
}

/* Frames that RFC 8878 has, and this has not; and those that nobody has. */
static const struct {
	const char *what, *hex;
	int err;
} odd_frames[] = {
	/* Behind the magic: descriptor, window, an RLE block of 10. */
	{"a window of 128 KiB", "003853000061", 0},
	{"a window of 8 MiB", "006853000061", 0},
	{"a window of 9 MiB", "006953000061", WAX_ERR_FORMAT},
	{"a window of 16 MiB", "007053000061", WAX_ERR_FORMAT},
	{"a window of 2^41", "00f853000061", WAX_ERR_FORMAT},
	{"one of 9 MiB with the size", "40690a0053000061", WAX_ERR_FORMAT},
	{"one of 9 MiB with a size of 10", "80690a00000053000061",
	 WAX_ERR_FORMAT},
	{"a size of 10", "80380a00000053000061", 0},
	{"a size of 10, no window", "200a53000061", 0},
	{"a size of 11, no window", "200b53000061", WAX_ERR_FORMAT},
	{"a size of 9, no window", "200953000061", WAX_ERR_FORMAT},
	{"a size of 9 MiB, no window", "a00000900053000061", WAX_ERR_FORMAT},
	{"a dictionary of one byte", "01380153000061", WAX_ERR_FORMAT},
	{"a dictionary of two bytes", "0238000153000061", WAX_ERR_FORMAT},
	{"a dictionary of four bytes", "03380100000053000061", WAX_ERR_FORMAT},
	{"the reserved bit", "083853000061", WAX_ERR_FORMAT},
	{"a reserved block", "003857000061", WAX_ERR_FORMAT},
	{"a raw block beyond 128 KiB", "006809001061", WAX_ERR_FORMAT},
	{"a wrong checksum", "04385300006100000000", WAX_ERR_FORMAT},
	{"a checksum cut short", "0438530000610000", WAX_ERR_FORMAT},
	{"no last block", "003852000061", WAX_ERR_FORMAT},
};

static void bad_frames(void)
{
	for (size_t i = 0; i < sizeof(odd_frames) / sizeof(*odd_frames); i++) {
		size_t len = strlen(odd_frames[i].hex) / 2;
		struct wax_bytes b = none;
		uint8_t bytes[32];

		add_le32(&b, WAX_ZSTD_MAGIC);
		tap_hex(odd_frames[i].hex, bytes, len);
		add(&b, bytes, len);
		expect(&b, odd_frames[i].err, "aaaaaaaaaa", 10,
		       odd_frames[i].what);
		wax_bytes_release(&b);
	}
}

/* Each byte of a frame changed: an error, or other data of the same length. */
static void changed(void)
{
	struct wax_bytes b = encode(3, true, data, 400, 400);
	unsigned overlooked = 0, others = 0;

	for (size_t i = 4; i < b.len; i++) {
		for (unsigned bit = 1; bit < 256; bit <<= 1) {
			struct result r;

			/* A bit of no meaning; and other windows will do. */
			if ((i == 4 && bit == 0x10) || i == 5)
				continue;
			b.data[i] ^= (uint8_t)bit;
			r = decode(&b, 0, 65536);
			overlooked += !r.err;
			others += r.err && r.err != WAX_ERR_FORMAT;
			b.data[i] ^= (uint8_t)bit;
			wax_bytes_release(&r.out);
		}
	}
	tap_is(overlooked, 0, "a checksum tells of each changed bit");
	tap_is(others, 0, "always as WAX_ERR_FORMAT");
	wax_bytes_release(&b);
}

/* An error of the source comes through, from wherever it is. */
static void source_fails(void)
{
	struct wax_bytes b = encode(0, false, data, 100000, 100000);

	for (unsigned at = 1; at < 100; at += 9) {
		struct mock_source m;
		struct wax_source *source = mock_source(&m, b.data, b.len);
		struct wax_bytes out = none;
		struct wax_diag diag = {0};
		int err = wax_unzstd_source(&source, &diag);

		m.step = 1000;
		m.fail_at = at;
		if (!err)
			err = mock_drain(source, 5000, &out, &diag);
		wax_source_free(source);
		tap_err(err, MOCK_ERR, &diag, "read %u fails", at);
		tap_text(diag.text, MOCK_TEXT, "for its own reason");
		tap_ok(m.frees == 1 && !m.misuse && out.len <= 100000 &&
			       (!out.len || !memcmp(out.data, data, out.len)),
		       "what came before is good");
		wax_bytes_release(&out);
	}
	wax_bytes_release(&b);
}

/* Step by step: what the envelope's reader does. */
static void steps_of_frames(void)
{
	struct wax_bytes b = none;
	struct wax_unzstd *z = NULL;
	struct wax_cursor in;
	uint8_t buf[64];
	size_t got = 9;
	bool ended = false;

	raw_frame(data, 10, &b);
	raw_frame(data + 10, 20, &b);
	add(&b, "rest", 4);
	in = wax_cursor(b.data, b.len);
	tap_ok(!wax_unzstd_new(&z, NULL), "a decoder");
	tap_err(wax_unzstd_step(z, &in, buf, sizeof(buf), &got, &ended, NULL),
		0, NULL, "a step");
	tap_ok(ended && got == 10 && !memcmp(buf, data, 10) &&
		       in.left == 29 + 4,
	       "takes one frame, and no byte of the next");
	tap_err(wax_unzstd_step(z, &in, buf, sizeof(buf), &got, &ended, NULL),
		0, NULL, "another");
	tap_ok(ended && got == 20 && in.left == 4, "the next one");
	tap_err(wax_unzstd_step(z, &in, buf, sizeof(buf), &got, &ended, NULL),
		WAX_ERR_FORMAT, NULL, "what is no frame");
	wax_unzstd_free(z);
	wax_unzstd_free(NULL);
	wax_bytes_release(&b);
}

int main(void)
{
	tap_fill(data, sizeof(data), 5);
	for (size_t i = 0; i < sizeof(data); i++)
		if (i / 1000 % 2)
			data[i] = (uint8_t)(i / 5000);
	known_bytes();
	raw_blocks();
	compressed();
	all_levels();
	incompressible();
	independent(3, 300000);
	independent(3, 4 * MIB);
	independent(1, 600000);
	independent(19, 200000);
	errors_below(0);
	errors_below(3);
	finish_fails(0);
	finish_fails(3);
	many_frames();
	cut_short();
	followed();
	bare();
	bad_frames();
	changed();
	source_fails();
	steps_of_frames();
	return tap_end();
}
