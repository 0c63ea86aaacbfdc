/* SPDX-License-Identifier: ISC */
/*
 * The order of the frames, and each byte of them: what was cut, changed,
 * dropped, moved, doubled or added is refused, and so are frames that zstd has
 * and envelopes have not.
 */
#include <string.h>

#include "crafted.h"
#include "tap.h"

/*
 * Cut after each byte. Without P it is still whole; without a part of M it is
 * taken for bare bytes, unless a sender is wanted.
 */
static void cut_short(void)
{
	struct whole w = whole();

	for (size_t len = 0; len <= w.p; len++) {
		struct wax_bytes cut = {.data = w.b.data, .len = len};
		bool between =
			len == w.meta || len == w.meta + 29 || len == w.frames;
		bool good = len == w.s || len == w.p;
		int want = between ? LIE : good ? 0 : BAD;

		for (size_t step = 0; step < 2; step++) {
			struct reading r = {.step = step};
			struct taken t = take_out(&cut, r);

			if (len < 13)
				tap_ok(!t.err && !t.c.enveloped &&
					       t.out.len == len,
				       "cut to %zu bytes they are bare", len);
			else if (len == w.meta)
				tap_ok(t.err == BAD || t.err == LIE, "M alone");
			else
				tap_err(t.err, want, &t.diag,
					"cut to %zu bytes", len);
			wax_bytes_release(&t.out);
			r.sender = publics[0];
			t = take_out(&cut, r);
			tap_ok(len < 13 ? t.err == LIE && !t.begun
					: t.err == want || len == w.meta,
			       "a wanted sender, cut to %zu bytes", len);
			wax_bytes_release(&t.out);
		}
	}
	wax_bytes_release(&w.b);
}

/* What a changed byte of the whole envelope is. */
static bool verdict_is_right(const struct whole *w, size_t at, uint8_t now,
			     int err, bool enveloped)
{
	const size_t name = 8 + strlen("wax1\nkind data\nname ");
	const size_t data1 = w->meta + 9, data2 = data1 + 20 + 9;

	if (at < 4 || (at >= 8 && at < 13))
		return !err && !enveloped; /* not M any more */
	if (at >= name && at < name + 10) {
		bool fits = now >= 0x20 && now < 0x7f && now != '/';

		return err == (fits ? LIE : BAD);
	}
	if (at < w->meta)
		return err == BAD;
	if ((at >= data1 && at < data1 + 20) ||
	    (at >= data2 && at < data2 + 13))
		return err == LIE;
	if (at < w->frames)
		return err == BAD || err == LIE;
	if (at < w->frames + 8 + 5)
		return err == BAD; /* S's frame, label, kind */
	if (at < w->s)
		return err == LIE;
	return err == BAD; /* P */
}

/* Each byte, each bit of it. */
static void changed(void)
{
	struct whole w = whole();

	for (size_t at = 0; at < w.p; at++) {
		unsigned wrong = 0, unwanted = 0;

		for (unsigned bit = 0; bit < 8; bit++) {
			struct reading r = {.step = bit % 2 * 7};
			struct taken t;

			w.b.data[at] ^= (uint8_t)(1 << bit);
			t = take_out(&w.b, r);
			if (!verdict_is_right(&w, at, w.b.data[at], t.err,
					      t.c.enveloped)) {
				tap_note("bit %u: %d, '%s'", bit, t.err,
					 t.diag.text);
				wrong++;
			}
			wax_bytes_release(&t.out);
			r.sender = publics[0];
			t = take_out(&w.b, r);
			unwanted += t.err != BAD && t.err != LIE;
			wax_bytes_release(&t.out);
			w.b.data[at] ^= (uint8_t)(1 << bit);
		}
		tap_is(wrong, 0, "byte %zu changed", at);
		tap_is(unwanted, 0, "never from a wanted sender");
	}
	wax_bytes_release(&w.b);
}

/*
 * All sequences of up to five frames, with repetitions; S and P are made anew
 * to fit at their places, so that only the order is wrong. The second writer's
 * grammar decides.
 */
enum frame { M, D1, D2, S, P, FRAMES };

static void add_any(struct wax_bytes *to, enum frame f, unsigned sender)
{
	switch (f) {
	case M:
		add_sent(to, sender);
		break;
	case D1:
		add_raw(to, sample, 20);
		break;
	case D2:
		add_raw(to, sample + 20, 13);
		break;
	case S:
		add_good_s(to);
		break;
	default:
		add_p(to);
		break;
	}
}

/* M data... [S] [P] */
static int grammar(const enum frame *f, size_t n, bool sent)
{
	size_t i = 1, d, s, p;

	for (d = 0; i < n && (f[i] == D1 || f[i] == D2); i++)
		d++;
	for (s = 0; i < n && f[i] == S && s < 1; i++)
		s++;
	for (p = 0; i < n && f[i] == P && p < 1; i++)
		p++;
	if (i < n || (s && !sent))
		return BAD;
	if (sent && !s)
		return LIE;
	return d ? 0 : BAD;
}

/* Whether the reader says the same. */
static bool sequence(const enum frame *f, size_t n, unsigned sender)
{
	struct wax_bytes b = {0};
	struct taken t;
	int want = grammar(f, n, sender < 2);
	bool right, bare = f[0] != M;

	for (size_t i = 0; i < n; i++)
		add_any(&b, f[i], sender);
	t = take_out(&b, (struct reading){0});
	/* Some are wrong in more than one way. */
	right = bare ? !t.err && !t.c.enveloped && t.out.len == b.len
		     : t.err == want || (want == LIE && f[n - 1] != D1 &&
					 f[n - 1] != D2 && t.err == BAD);
	wax_bytes_release(&t.out);
	if (bare || sender == 2) {
		t = take_out(&b, (struct reading){.sender = publics[0]});
		right = right && t.err == LIE && !t.begun;
		wax_bytes_release(&t.out);
	}
	wax_bytes_release(&b);
	return right;
}

/* Goes to the next one, counting in fives; false: it was the last. */
static bool next_sequence(enum frame *f, size_t n)
{
	size_t i;

	for (i = 0; i < n && f[i] == P; i++)
		f[i] = M;
	if (i == n)
		return false;
	f[i]++;
	return true;
}

static void sequences(void)
{
	for (size_t n = 1; n <= 5; n++) {
		enum frame f[5] = {M, M, M, M, M};
		unsigned wrong = 0, tried = 0;

		do {
			for (unsigned sender = 0; sender < 3; sender += 2) {
				tried++;
				if (sequence(f, n, sender))
					continue;
				wrong++;
				tap_note("wrong about %s:",
					 sender ? "data" : "sent data");
				for (size_t i = 0; i < n; i++)
					tap_note("  %c", "MabSP"[f[i]]);
			}
		} while (next_sequence(f, n));
		tap_is(wrong, 0, "%u sequences of %zu frames", tried, n);
	}
}

/* The frames of one good envelope, S and P included, in any other order. */
static void moved(void)
{
	struct whole w = whole();
	const size_t ends[] = {0, w.meta, w.meta + 29, w.frames, w.s, w.p};
	unsigned good = 0, tried = 0;

	for (unsigned code = 0; code < 6 * 6 * 6 * 6 * 6; code++) {
		struct wax_bytes b = {0};
		struct taken t;
		unsigned c = code;

		add(&b, w.b.data, w.meta);
		/* 5 stands for no frame. */
		for (unsigned i = 0; i < 5; i++, c /= 6)
			if (c % 6 < 5)
				add(&b, w.b.data + ends[c % 6],
				    ends[c % 6 + 1] - ends[c % 6]);
		t = take_out(&b, (struct reading){0});
		tried++;
		if (!t.err && (b.len != w.p && b.len != w.s))
			tap_ok(false, "not these frames: %u", code);
		if (!t.err && memcmp(b.data, w.b.data, b.len))
			tap_ok(false, "not in this order: %u", code);
		good += !t.err;
		wax_bytes_release(&t.out);
		wax_bytes_release(&b);
	}
	/* Two: with P and without, as often as 5 can be put among them. */
	tap_is(good, 5 + 10, "of %u orders only the right one opens", tried);
	wax_bytes_release(&w.b);
}

/* Something after what is complete. */
static void appended(void)
{
	static const char *const hex[] = {
		"00",
		"0a",
		"28b52ffd",
		"572a4d18",
		"572a4d1800000000",
		"572a4d180100000000",
		"502a4d1800000000",
		"5f2a4d1800000000",
		"28b52ffd0038010000",
		"27b52ffd0000000000",
		"00000000000000000000000000000000",
	};

	for (size_t i = 0; i < sizeof(hex) / sizeof(*hex); i++) {
		struct whole w = whole();
		struct wax_bytes b = {0};

		add_hex(&w.b, hex[i]);
		expect(&w.b, BAD, NULL, 0, "something after P");
		w.b.len = w.s;
		add_hex(&w.b, hex[i]);
		expect(&w.b, BAD, NULL, 0, "something after S");
		wax_bytes_release(&w.b);
		if (!strncmp(hex[i], "28b52ffd00", 10))
			continue; /* more data */
		add_sent(&b, 2);
		add_raw(&b, sample, 9);
		add_hex(&b, hex[i]);
		expect(&b, BAD, NULL, 0, "something after data");
		wax_bytes_release(&b);
	}
}

/* Frames of data that zstd has, and envelopes do not; in hex after M. */
static const struct {
	const char *what, *hex;
	int err;
} odd_frames[] = {
	{"an RLE block", "28b52ffd003853000061", 0},
	{"a checksum that is wrong", "28b52ffd04385300006100000000", BAD},
	{"a window of 8 MiB", "28b52ffd006853000061", 0},
	{"one of 9 MiB", "28b52ffd006953000061", BAD},
	{"one of 9 MiB beside the size", "28b52ffd80690a00000053000061", BAD},
	{"no window, and a size of 9 MiB", "28b52ffda00000900053000061", BAD},
	{"a dictionary", "28b52ffd01380753000061", BAD},
	{"a dictionary of 4 bytes", "28b52ffd03380700000053000061", BAD},
	{"the reserved bit", "28b52ffd083853000061", BAD},
	{"a reserved block", "28b52ffd003857000061", BAD},
	{"no last block", "28b52ffd003852000061", BAD},
	{"zstd 0.7's magic", "27b52ffd003853000061", BAD},
	{"zstd 0.6's magic", "26b52ffd003853000061", BAD},
	{"zstd 0.5's magic", "25b52ffd003853000061", BAD},
	{"zstd 0.4's magic", "24b52ffd003853000061", BAD},
	{"zstd 0.3's magic", "23b52ffd003853000061", BAD},
	{"zstd 0.2's magic", "22b52ffd003853000061", BAD},
	{"zstd 0.1's magic", "1eb52ffd003853000061", BAD},
	{"a dictionary itself", "37a430ec003853000061", BAD},
	{"gzip", "1f8b08000000000000", BAD},
	{"bare bytes", "68656c6c6f0a", BAD},
	{"a frame without a magic", "003853000061", BAD},
};

static void frames_of_data(void)
{
	for (size_t i = 0; i < sizeof(odd_frames) / sizeof(*odd_frames); i++) {
		struct wax_bytes b = {0};

		add_sent(&b, 2);
		add_hex(&b, odd_frames[i].hex);
		expect(&b, odd_frames[i].err, "aaaaaaaaaa", 10,
		       odd_frames[i].what);
		add_p(&b);
		expect(&b, odd_frames[i].err, "aaaaaaaaaa", 10,
		       "the same, padded");
		wax_bytes_release(&b);
	}
}

/* A skippable frame of any magic, in any place. */
static void skippables(void)
{
	for (uint32_t magic = 0x184d2a50; magic < 0x184d2a60; magic++) {
		for (unsigned place = 0; place < 5; place++) {
			struct wax_bytes b = {0};
			struct taken t;

			for (unsigned i = 0; i < 5; i++) {
				if (i == place)
					add_skippable(&b, magic, "hello", 5);
				add_any(&b, i < 2 ? (enum frame)i : M + i, 0);
				if (i < 4)
					continue;
				t = take_out(&b, (struct reading){0});
				if (!place)
					tap_ok(!t.err && !t.c.enveloped,
					       "before M: bare");
				else
					tap_err(t.err, BAD, &t.diag,
						"%08x before frame %u", magic,
						place);
				wax_bytes_release(&t.out);
			}
			wax_bytes_release(&b);
		}
	}
}

/* Many frames, some empty; each by itself is small. */
static void many_frames(void)
{
	struct wax_bytes b = {0}, want = {0};

	add_sent(&b, 0);
	for (size_t i = 0; i < 2000; i++) {
		add_raw(&b, sample + i, i % 5 * 7);
		add(&want, sample + i, i % 5 * 7);
	}
	add_good_s(&b);
	add_p(&b);
	expect(&b, 0, want.data, want.len, "2000 frames of data");
	wax_bytes_release(&b);
	wax_bytes_release(&want);
}

/* The ratio, above 64 MiB; and the size, of data that are no archive. */

/* mib MiB of zeros in RLE blocks of 128 KiB. */
static struct wax_bytes bomb(bool archive, size_t mib)
{
	static const uint8_t frame[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38};
	static const uint8_t last[] = {0x01, 0x00, 0x00};
	struct wax_bytes b = {0};

	add_meta(&b, archive ? "wax1\nkind archive\n" : "wax1\nkind data\n");
	add(&b, frame, sizeof(frame));
	for (size_t i = 0; i < mib * 8; i++)
		add(&b, "\x02\x00\x10", 4);
	add(&b, last, 3);
	return b;
}

static void ratio(bool archive, size_t mib, unsigned max, int err)
{
	struct wax_bytes b = bomb(archive, mib);
	struct taken t = take_out(&b, (struct reading){.ratio = max});
	size_t limit = (size_t)64 * MIB + 2 * BLOCK;

	tap_err(t.err, err, &t.diag, "%s of %zu MiB in %zu bytes, at most %u",
		archive ? "an archive" : "data", mib, b.len, max);
	tap_ok(err ? t.out.len <= limit : t.out.len == mib * MIB,
	       "%zu bytes came", t.out.len);
	wax_bytes_release(&t.out);
	wax_bytes_release(&b);
}

static void ratios(void)
{
	ratio(true, 80, 1000, BAD);
	ratio(true, 80, 1, BAD);
	ratio(true, 80, 0, 0);
	ratio(true, 80, 40000, 0);
	ratio(true, 64, 1000, 0);
	ratio(true, 1, 1, 0);
	ratio(false, 80, 1000, BAD);
	ratio(false, 80, 0, 0);
}

static void sizes(void)
{
	static const struct {
		bool archive;
		uint64_t max;
		int err;
	} cases[] = {
		{false, 0, 0},
		{false, 3 * MIB, 0},
		{false, 3 * MIB - 1, BAD},
		{false, 1, BAD},
		{false, UINT64_MAX, 0},
		{true, 3 * MIB - 1, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wax_bytes b = bomb(cases[i].archive, 3);
		struct taken t =
			take_out(&b, (struct reading){.size = cases[i].max});

		tap_err(t.err, cases[i].err, &t.diag,
			"%s of 3 MiB, at most %llu",
			cases[i].archive ? "an archive" : "data",
			(unsigned long long)cases[i].max);
		tap_ok(cases[i].err ? t.out.len <= cases[i].max
				    : t.out.len == 3 * MIB,
		       "%zu bytes came", t.out.len);
		wax_bytes_release(&t.out);
		wax_bytes_release(&b);
	}
}

int main(void)
{
	crafted_start();
	cut_short();
	changed();
	sequences();
	moved();
	appended();
	frames_of_data();
	skippables();
	many_frames();
	ratios();
	sizes();
	return tap_end();
}
