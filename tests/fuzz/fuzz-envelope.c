/* SPDX-License-Identifier: ISC */
/*
 * The envelope, under a fixed header. The first byte says whether the rest is a
 * payload, or a script of frames, which are then made with good signatures and
 * paddings, for no fuzzer would find those by itself.
 *
 * Holds: no other errors than two; byte by byte everything is the same; what is
 * taken out is, by a second reader that only walks along the frames, in the
 * order M data... [S] [P]; a script whose frames are in that order is taken
 * out, and signed by the one who signed it; M written again is the same; zstd's
 * reader finds the same data; and any payload passes as bare bytes, and then
 * says nothing of itself.
 */
#include <string.h>

#include "crypto/identity.h"
#include "envelope/envelope.h"
#include "envelope/padding.h"
#include "envelope/signature.h"
#include "envelope/zstd.h"
#include "fuzz.h"

/* What is looked at of the data, and what of them is kept. */
#define LOOK_MAX (1 << 20)
#define KEEP_MAX (1 << 17)

#define HEADER "age-encryption.org/v1\n-> made up\n\n--- 0000\n"

static uint8_t secret[WAX_ED25519_SECRET_SIZE];
static char sender[WAX_PUBLIC_IDENTITY_SIZE];
static struct wax_bytes header;

static void start(void)
{
	uint8_t seed[32];

	if (header.len)
		return;
	for (unsigned i = 0; i < 32; i++)
		seed[i] = (uint8_t)i;
	wax_identity_derive(seed, WAX_DERIVE_IDENTITY, secret);
	wax_identity_text(secret + 32, sender);
	add_text(&header, HEADER);
}

struct taken {
	int err;
	bool all; /* and not only the first LOOK_MAX bytes */
	uint64_t hash, len;
	struct wax_bytes first;
	struct wax_contents c;
};

/* Reads on to the end, or until it is too much. */
static void look(struct wax_source *from, struct taken *t)
{
	static uint8_t buf[50000];
	size_t got = 1;

	t->hash = UINT64_C(14695981039346656037);
	while (!t->err && got && t->len < LOOK_MAX) {
		size_t n = KEEP_MAX - t->first.len;

		t->err = wax_source_read(from, buf, sizeof(buf), &got, NULL);
		check(!t->err || !got, "an error gives nothing");
		for (size_t i = 0; i < got; i++)
			t->hash = (t->hash ^ buf[i]) * 1099511628211;
		add(&t->first, buf, got < n ? got : n);
		t->len += got;
	}
	t->all = !got;
}

static struct taken take_out(const struct wax_bytes *payload, bool wanted,
			     size_t step)
{
	const struct wax_envelope_limits limits = {
		.max_ratio = 1,
		.senders = secret + 32,
		.n_senders = wanted ? 1 : 0,
	};
	struct wax_source *source =
		slow_source(payload->data, payload->len, step);
	struct taken t = {0};

	t.err = wax_envelope_source(&header, &limits, &source, &t.c, NULL);
	if (!t.err)
		look(source, &t);
	wax_source_free(source);
	check(!t.err || t.err == WAX_ERR_FORMAT || t.err == WAX_ERR_TRUST,
	      "no other error");
	return t;
}

/* The end of a frame of data that begins at at, by its blocks; 0: none. */
static size_t data_end(const struct wax_bytes *b, size_t at)
{
	static const size_t ids[] = {0, 1, 2, 4}, sizes[] = {0, 2, 4, 8};
	uint8_t d;
	bool last = false;

	if (at + 5 > b->len)
		return 0;
	d = b->data[at + 4];
	at += 5 + ids[d & 3] + sizes[d >> 6];
	/* The window; or, where it is the size, that in one byte. */
	at += !(d & 0x20) || !(d >> 6) ? 1 : 0;
	while (!last) {
		uint32_t block;

		if (at + 3 > b->len)
			return 0;
		block = b->data[at] | (uint32_t)b->data[at + 1] << 8 |
			(uint32_t)b->data[at + 2] << 16;
		last = block & 1;
		at += 3 + ((block >> 1 & 3) == 1 ? 1 : block >> 3);
	}
	at += d & 4 ? 4 : 0;
	return at <= b->len ? at : 0;
}

/* The end of a skippable frame of the envelope's magic; 0: none. */
static size_t skippable_end(const struct wax_bytes *b, size_t at)
{
	size_t len;

	if (at + 8 > b->len || wax_le32(b->data + at) != WAX_FRAME_MAGIC)
		return 0;
	len = wax_le32(b->data + at + 4);
	return len <= b->len - at - 8 ? at + 8 + len : 0;
}

static bool is_padding(const struct wax_bytes *b, size_t at, size_t end)
{
	for (size_t i = at + 8; i < end; i++)
		if (b->data[i])
			return false;
	return end == wax_padme(at + 8);
}

/* Whether the frames are M data... [S] [P]; *sent: with S. */
static bool walk(const struct wax_bytes *b, bool *sent)
{
	size_t end, at = skippable_end(b, 0);
	unsigned frames = 0;

	*sent = false;
	while (at && at + 4 <= b->len &&
	       wax_le32(b->data + at) == WAX_ZSTD_MAGIC) {
		at = data_end(b, at);
		frames++;
	}
	end = at ? skippable_end(b, at) : 0;
	if (end == at + 109 && !memcmp(b->data + at + 8, "waxs\x01", 5)) {
		*sent = true;
		at = end;
		end = skippable_end(b, at);
	}
	if (end && is_padding(b, at, end))
		at = end;
	return frames && at == b->len;
}

/* M says what was told, and in the only way. */
static void check_meta(const struct wax_bytes *b, const struct wax_contents *c)
{
	struct wax_meta meta = {.archive = c->archive};
	struct wax_bytes again = {0};

	memcpy(meta.name, c->name, sizeof(meta.name));
	meta.has_sender = *c->sender;
	check(!*c->sender || wax_identity_parse(c->sender, strlen(c->sender),
						meta.sender),
	      "the sender is a key");
	check(!*c->name || wax_name_is_valid(c->name, strlen(c->name)),
	      "the name is one");
	check(!wax_meta_write(&meta, &again, NULL), "there is memory");
	check(again.len <= b->len && same(&again, b->data, again.len),
	      "M written again is the same");
	wax_bytes_release(&again);
}

/* The same data by zstd's reader, which skips our frames. */
static void check_zstd(const struct wax_bytes *b, const struct taken *t)
{
	struct wax_source *source = slow_source(b->data, b->len, 0);
	struct taken z = {0};

	check(!wax_unzstd_source(&source, NULL), "there is memory");
	look(source, &z);
	check(!z.err && z.all == t->all && z.len == t->len && z.hash == t->hash,
	      "zstd finds the same data");
	wax_source_free(source);
	wax_bytes_release(&z.first);
}

/* Any payload, as bytes to be sealed: it comes back, and is of nobody. */
static void check_bare(const struct wax_bytes *b, size_t step)
{
	struct wax_bytes sealed = {0};
	struct wax_sink *sink = bytes_sink(&sealed);
	struct taken t;
	int err = wax_bare_sink(&sink, NULL);

	for (size_t at = 0; !err && at < b->len; at += step)
		err = wax_sink_write(sink, b->data + at,
				     b->len - at < step ? b->len - at : step,
				     NULL);
	check(!err && !wax_sink_finish(sink, NULL), "there is memory");
	wax_sink_free(sink);
	t = take_out(&sealed, false, 0);
	check(!t.err && t.len == b->len && !*t.c.sender && !*t.c.name &&
		      !t.c.archive,
	      "bare bytes say nothing");
	check(same(&t.first, b->data, b->len < KEEP_MAX ? b->len : KEEP_MAX),
	      "and come back");
	wax_bytes_release(&t.first);
	t = take_out(&sealed, true, 0);
	check(t.err == WAX_ERR_TRUST && !t.len, "and are of nobody");
	wax_bytes_release(&t.first);
	wax_bytes_release(&sealed);
}

static int check_payload(const struct wax_bytes *b, bool wanted, size_t step)
{
	struct taken t = take_out(b, wanted, 0);
	struct taken slow = take_out(b, wanted, step);
	bool sent;
	int err = t.err;

	check(slow.err == err &&
		      (err || (slow.len == t.len && slow.hash == t.hash &&
			       slow.all == t.all)),
	      "in small steps, the same");
	check(!memcmp(&slow.c, &t.c, sizeof(t.c)),
	      "in small steps, told the same");
	check(err || !wanted || !strcmp(t.c.sender, sender),
	      "whoever is wanted it is");
	check(err || !t.all || !*t.c.sender || !strcmp(t.c.sender, sender),
	      "nobody else can sign");
	if (!err && t.c.enveloped) {
		check_meta(b, &t.c);
		check(!t.all || (walk(b, &sent) && sent == !!*t.c.sender),
		      "the frames are in their order");
		check_zstd(b, &t);
	} else if (!err) {
		check(!wax_meta_begins(b->data, b->len), "M is not bare");
		check(b->len > KEEP_MAX || same(&t.first, b->data, b->len),
		      "bare bytes are as they are");
	}
	check_bare(b, step);
	wax_bytes_release(&t.first);
	wax_bytes_release(&slow.first);
	return err;
}

static void add_frame(struct wax_bytes *b, const void *p, size_t len)
{
	uint8_t frame[WAX_FRAME_HEADER_SIZE];

	wax_frame_header(frame, (uint32_t)len);
	add(b, frame, sizeof(frame));
	add(b, p, len);
}

static void add_signature(struct wax_bytes *b)
{
	struct wax_prehash *p;
	uint8_t frame[WAX_SIGNATURE_FRAME_SIZE];

	check(!wax_signature_begin(WAX_SIGNATURE_SENDER, secret + 32, &header,
				   0, &p, NULL),
	      "there is memory");
	check(!wax_prehash_add(p, b->data, b->len, NULL), "there is memory");
	wax_signature_write(p, WAX_SIGNATURE_SENDER, secret, frame);
	wax_prehash_free(p);
	add(b, frame, sizeof(frame));
}

/* Takes up to as many bytes of the input as its next byte says. */
static struct input take_some(struct input *in)
{
	size_t len = take(in, 1);
	struct input some = {in->data, len < in->len ? len : in->len};

	in->data += some.len;
	in->len -= some.len;
	return some;
}

/* A frame of data, compressed or not. */
static void add_data(struct wax_bytes *b, struct input *in, int level)
{
	struct input some = take_some(in);
	struct wax_sink *sink = bytes_sink(b);

	check(!wax_zstd_sink(level, false, 0, &sink, NULL) &&
		      !wax_sink_write(sink, some.data, some.len, NULL) &&
		      !wax_sink_finish(sink, NULL),
	      "there is memory");
	wax_sink_free(sink);
}

static void add_meta(struct wax_bytes *b, struct input *in, bool *sent)
{
	uint32_t what = take(in, 1);
	struct wax_meta meta = {.archive = what & 1, .has_sender = what & 4};

	if (what & 2)
		strcpy(meta.name, "a name");
	*sent = meta.has_sender;
	memcpy(meta.sender, secret + 32, 32);
	check(!wax_meta_write(&meta, b, NULL), "there is memory");
}

static void add_padding(struct wax_bytes *b)
{
	static const uint8_t zeros[65536];
	uint64_t whole = b->len + 8;

	add_frame(b, zeros, (size_t)(wax_padme(whole) - whole));
}

/* Where a script is, and whether it is right so far. */
struct script {
	struct wax_bytes b;
	enum { NOTHING, META, DATA, SIGNATURE, PADDING, WRONG } at;
	bool sent, is_signed;
};

static void add_piece(struct script *s, struct input *in)
{
	uint32_t what = take(in, 1) % 7;
	struct input some;

	switch (what) {
	case 0:
		s->at = s->at == NOTHING ? META : WRONG;
		add_meta(&s->b, in, &s->sent);
		return;
	case 1:
	case 2:
		s->at = s->at == META || s->at == DATA ? DATA : WRONG;
		add_data(&s->b, in, what == 1 ? 0 : 3);
		return;
	case 3:
		s->at = s->at == DATA && s->sent ? SIGNATURE : WRONG;
		s->is_signed = true;
		add_signature(&s->b);
		return;
	case 4:
		s->at = s->at == DATA || s->at == SIGNATURE ? PADDING : WRONG;
		add_padding(&s->b);
		return;
	default:
		/* A frame of any content, or any bytes. */
		s->at = WRONG;
		some = take_some(in);
		if (what == 5)
			add_frame(&s->b, some.data, some.len);
		else
			add(&s->b, some.data, some.len);
	}
}

static void run_script(struct input *in, bool wanted, size_t step)
{
	struct script s = {.at = NOTHING};
	uint32_t flip = take(in, 2);
	bool good;
	int err;

	while (in->len && s.b.len < 60000)
		add_piece(&s, in);
	good = s.at >= DATA && s.at != WRONG && s.sent == s.is_signed &&
	       (s.sent || !wanted);
	if (flip && s.b.len) {
		s.b.data[flip % s.b.len] ^= (uint8_t)(flip >> 8 | 1);
		good = false;
	}
	err = check_payload(&s.b, wanted, step);
	check(!err || !good, "what is good is taken out");
	check(err || !wanted || s.is_signed, "what is wanted is signed");
	check(err || !wanted || !flip, "what is signed cannot be changed");
	wax_bytes_release(&s.b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	uint32_t how = take(&in, 1);
	size_t step = how >> 2 ? how >> 2 : 1;

	start();
	if (how & 1) {
		run_script(&in, how & 2, step);
	} else {
		struct wax_bytes b = {0};

		add(&b, in.data, in.len);
		check_payload(&b, how & 2, step);
		wax_bytes_release(&b);
	}
	return 0;
}
