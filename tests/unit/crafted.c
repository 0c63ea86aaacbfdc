/* SPDX-License-Identifier: ISC */
/*
 * Envelopes as they should be and as they should not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "age/age.h"
#include "crafted.h"
#include "crypto/identity.h"
#include "fixture.h"
#include "keys/identities.h"
#include "mock.h"
#include "tap.h"

#define HEADER "age-encryption.org/v1\n-> made up\n\n--- 0000\n"

uint8_t sample[3 * MIB + 5];

uint8_t secrets[2][WAX_ED25519_SECRET_SIZE];
char senders[2][WAX_PUBLIC_IDENTITY_SIZE];
const uint8_t *publics[2];

void add(struct wax_bytes *to, const void *p, size_t len)
{
	if (wax_bytes_add(to, p, len, NULL))
		exit(1);
}

struct wax_bytes bytes_of(const void *p, size_t len)
{
	struct wax_bytes b = {0};

	add(&b, p, len);
	return b;
}

const struct wax_bytes *made_up_header(void)
{
	static uint8_t text[] = HEADER;
	static const struct wax_bytes b = {text, sizeof(text) - 1, 0};

	return &b;
}

/* The writer under test. */

int open_envelope(const struct asked *a, struct wax_sink **sink,
		  struct wax_diag *diag)
{
	struct wax_envelope e = {
		.level = a->level,
		.pad = a->pad,
		.meta.archive = a->archive,
	};
	int err = 0;

	if (a->name)
		strcpy(e.meta.name, a->name);
	if (a->sign)
		err = wax_secret_new(WAX_ED25519_SECRET_SIZE, &e.signer, diag);
	if (!err && a->sign)
		memcpy(wax_secret_bytes(e.signer), secrets[0], 64);
	if (!err)
		err = wax_envelope_begin(&e, made_up_header(), diag);
	if (!err)
		err = wax_envelope_sink(&e, sink, diag);
	wax_envelope_release(&e);
	return err;
}

struct wax_bytes enclose(const struct asked *a, const void *p, size_t len,
			 size_t step)
{
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	struct wax_diag diag = {0};
	int err = open_envelope(a, &sink, &diag);

	if (m.writes || m.finishes)
		tap_ok(false, "nothing is written before the first byte");
	if (!err)
		err = mock_fill(sink, p, len, step, &diag);
	wax_sink_free(sink);
	if (err || m.misuse || m.finishes != 1 || m.frees != 1)
		tap_err(err, 99, &diag, "%zu bytes enclosed", len);
	return m.got;
}

/* The reader under test. */

struct taken take_out(const struct wax_bytes *payload, struct reading r)
{
	const struct wax_envelope_limits limits = {
		.max_ratio = r.ratio,
		.max_size = r.size,
		.senders = r.sender,
		.n_senders = r.sender ? 1 : 0,
	};
	/* Gone after the call. */
	struct wax_bytes copy =
		bytes_of((r.header ? r.header : made_up_header())->data,
			 (r.header ? r.header : made_up_header())->len);
	struct mock_source m;
	struct wax_source *source =
		mock_source(&m, payload->data, payload->len);
	struct taken t = {0};

	m.step = r.step;
	t.err = wax_envelope_source(&copy, &limits, &source, &t.c, &t.diag);
	if (copy.data)
		memset(copy.data, 0, copy.len);
	wax_bytes_release(&copy);
	if (!t.err) {
		t.begun = true;
		t.err = mock_drain(source, 100000, &t.out, &t.diag);
	}
	wax_source_free(source);
	t.good_use = m.frees == 1 && !m.misuse;
	return t;
}

void expect(const struct wax_bytes *payload, int err, const void *want,
	    size_t len, const char *what)
{
	for (size_t step = 0; step < 3; step++) {
		struct taken t =
			take_out(payload, (struct reading){.step = step});

		tap_err(t.err, err, &t.diag, "%s", what);
		if (!err)
			tap_bytes(t.out.data, t.out.len, want, len,
				  "%s: the data", what);
		if (!t.good_use)
			tap_ok(false, "%s: the source was misused", what);
		wax_bytes_release(&t.out);
	}
}

/* The second writer. */

void add_le32(struct wax_bytes *to, uint32_t v)
{
	const uint8_t p[] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
			     (uint8_t)(v >> 24)};

	add(to, p, 4);
}

void add_skippable(struct wax_bytes *to, uint32_t magic, const void *p,
		   size_t len)
{
	add_le32(to, magic);
	add_le32(to, (uint32_t)len);
	add(to, p, len);
}

void add_frame(struct wax_bytes *to, const void *p, size_t len)
{
	add_skippable(to, 0x184d2a57, p, len);
}

void add_meta(struct wax_bytes *to, const char *text)
{
	add_frame(to, text, strlen(text));
}

void add_sent(struct wax_bytes *to, unsigned i)
{
	char text[200] = "wax1\nkind data\n";

	if (i < 2)
		sprintf(text + strlen(text), "sender %s\n", senders[i]);
	add_meta(to, text);
}

void add_raw(struct wax_bytes *to, const void *p, size_t len)
{
	const uint8_t frame[] = {0x28,
				 0xb5,
				 0x2f,
				 0xfd,
				 0x00,
				 0x38,
				 (uint8_t)(len << 3 | 1),
				 (uint8_t)(len >> 5),
				 (uint8_t)(len >> 13)};

	add(to, frame, sizeof(frame));
	add(to, p, len);
}

void add_hex(struct wax_bytes *to, const char *hex)
{
	size_t len = strlen(hex) / 2;
	uint8_t *p = malloc(len + 1);

	if (!p)
		exit(1);
	tap_hex(hex, p, len);
	add(to, p, len);
	free(p);
}

void add_s(struct wax_bytes *to, uint8_t kind, const uint8_t *key,
	   const uint8_t *signer, const struct wax_bytes *head)
{
	uint8_t content[101] = "waxs";
	struct wax_prehash *p = NULL;

	if (wax_prehash_new(1, &p, NULL))
		exit(1);
	wax_prehash_text(p, "wax/v1 sealed", 14);
	wax_prehash_text(p, &kind, 1);
	wax_prehash_text(p, key, 32);
	wax_prehash_text(p, head->data, head->len);
	if (wax_prehash_add(p, to->data, to->len, NULL))
		exit(1);
	content[4] = kind;
	memcpy(content + 5, key, 32);
	wax_prehash_sign(p, signer, content + 37);
	wax_prehash_free(p);
	add_frame(to, content, sizeof(content));
}

void add_good_s(struct wax_bytes *to)
{
	add_s(to, 1, publics[0], secrets[0], made_up_header());
}

/* The paper's words: L, E, S, z. */
uint64_t padme(uint64_t l)
{
	unsigned e, s;

	if (l < 2)
		return l;
	e = 63 - (unsigned)__builtin_clzll(l);
	s = e ? 32 - (unsigned)__builtin_clz(e) : 0;
	return ((l + (UINT64_C(1) << (e - s)) - 1) >> (e - s)) << (e - s);
}

size_t padding_due(const struct wax_bytes *b)
{
	return (size_t)padme(b->len + 8) - b->len - 8;
}

void add_p(struct wax_bytes *to)
{
	size_t len = padding_due(to);
	uint8_t *zeros = calloc(len + 1, 1);

	if (!zeros)
		exit(1);
	add_frame(to, zeros, len);
	free(zeros);
}

void add_bad_p(struct wax_bytes *to, size_t len, size_t spot)
{
	uint8_t *zeros = calloc(len + 1, 1);

	if (!zeros)
		exit(1);
	if (spot < len)
		zeros[spot] = 0x80;
	add_frame(to, zeros, len);
	free(zeros);
}

struct whole whole(void)
{
	struct whole w = {0};
	char text[200];

	snprintf(text, sizeof(text),
		 "wax1\nkind data\nname a name.txt\nsender %s\n", senders[0]);
	add_meta(&w.b, text);
	w.meta = w.b.len;
	add_raw(&w.b, sample, 20);
	add_raw(&w.b, sample + 20, 13);
	w.frames = w.b.len;
	add_good_s(&w.b);
	w.s = w.b.len;
	add_p(&w.b);
	w.p = w.b.len;
	return w;
}

/* Whole files. */

void file_begin(struct file *f)
{
	struct wax_recipients *to = NULL;
	char *text = fixture_recipient(WAX_IDENTITY_X25519, 1);

	*f = (struct file){0};
	if (wax_recipients_new(&to, NULL) ||
	    wax_recipients_add(to, text, strlen(text), NULL) ||
	    wax_secret_new(16, &f->key, NULL))
		exit(1);
	wax_random(wax_secret_bytes(f->key), 16);
	if (wax_recipients_wrap(to, wax_secret_bytes(f->key), &f->header,
				NULL) ||
	    wax_header_finish(&f->header, wax_secret_bytes(f->key), NULL))
		exit(1);
	f->head = bytes_of(f->header.text.data, f->header.text.len);
	wax_recipients_free(to);
	free(text);
}

struct wax_bytes file_end(struct file *f, const struct wax_bytes *payload)
{
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);

	if (wax_age_seal(&f->header, wax_secret_bytes(f->key), false, 0, &sink,
			 NULL) ||
	    wax_sink_write(sink, payload->data, payload->len, NULL) ||
	    wax_sink_finish(sink, NULL))
		tap_ok(false, "a file is made");
	wax_sink_free(sink);
	wax_header_release(&f->header);
	wax_bytes_release(&f->head);
	wax_secret_free(f->key);
	return m.got;
}

static const char *temporary(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

struct taken open_file(const struct wax_bytes *b, unsigned flags,
		       const char *from)
{
	const char *const wanted[] = {from, NULL};

	return open_file_from(b, flags, from ? wanted : NULL);
}

struct taken open_file_from(const struct wax_bytes *b, unsigned flags,
			    const char *const *from)
{
	const struct wax_open_options o = {
		.flags = flags, .from = from, .temporary = temporary()};
	struct wax_identities *with =
		fixture_identities(WAX_IDENTITY_X25519, 1);
	struct mock_source m;
	struct wax_source *source = mock_source(&m, b->data, b->len);
	struct taken t = {0};

	t.err = wax_open(with, &o, &source, &t.c, &t.diag);
	wax_identities_free(with);
	if (!t.err) {
		t.begun = true;
		t.err = mock_drain(source, 50000, &t.out, &t.diag);
	}
	wax_source_free(source);
	t.good_use = m.frees == 1 && !m.misuse;
	return t;
}

struct wax_bytes seal_file(const struct wax_seal_options *o, const void *p,
			   size_t len, size_t step)
{
	struct wax_recipients *to = NULL;
	char *text = fixture_recipient(WAX_IDENTITY_X25519, 1);
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	struct wax_diag diag = {0};
	int err = wax_recipients_new(&to, &diag);

	if (!err)
		err = wax_recipients_add(to, text, strlen(text), &diag);
	if (!err)
		err = wax_seal(to, o, &sink, &diag);
	wax_recipients_free(to);
	free(text);
	if (!err)
		err = mock_fill(sink, p, len, step, &diag);
	wax_sink_free(sink);
	if (err || m.frees != 1 || m.misuse)
		tap_err(err, 99, &diag, "a file is sealed");
	return m.got;
}

void crafted_start(void)
{
	uint8_t seed[32];

	for (unsigned i = 0; i < 2; i++) {
		for (unsigned j = 0; j < 32; j++)
			seed[j] = (uint8_t)(i ? 0xff : j);
		wax_identity_derive(seed, WAX_DERIVE_IDENTITY, secrets[i]);
		publics[i] = secrets[i] + 32;
		wax_identity_text(publics[i], senders[i]);
	}
	tap_fill(sample, sizeof(sample), 9);
	for (size_t i = 0; i < sizeof(sample); i++)
		if (i / 1000 % 2)
			sample[i] = (uint8_t)(i / 5000);
}
