/* SPDX-License-Identifier: ISC */
/*
 * S: by whom, over what; and that nothing which is signed comes out before the
 * signature was verified.
 */
#include <string.h>

#include <wax/stream.h>

#include "age/age.h"
#include "crafted.h"
#include "fixture.h"
#include "keys/identities.h"
#include "mock.h"
#include "tap.h"

/* M by the sender i and a frame of data. */
static struct wax_bytes sent_by(unsigned i)
{
	struct wax_bytes b = {0};

	add_sent(&b, i);
	add_raw(&b, sample, 50);
	return b;
}

static void signers(void)
{
	static const struct {
		unsigned sender; /* in M; 2: none */
		uint8_t kind;
		unsigned key, signer;
		int err;
		const char *what;
	} cases[] = {
		{0, 1, 0, 0, 0, "the sender's"},
		{1, 1, 1, 1, 0, "another sender's"},
		{0, 1, 1, 1, LIE, "a signature by another"},
		{0, 1, 0, 1, LIE, "by another with the sender's key"},
		{0, 1, 1, 0, LIE, "by the sender with another key"},
		{0, 2, 0, 0, BAD, "of kind 2"},
		{0, 0, 0, 0, BAD, "of kind 0"},
		{0, 3, 0, 0, BAD, "of kind 3"},
		{0, 0x31, 0, 0, BAD, "of kind '1'"},
		{2, 1, 0, 0, BAD, "without a sender"},
		{2, 2, 0, 0, BAD, "of kind 2 without a sender"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wax_bytes b = sent_by(cases[i].sender);

		add_s(&b, cases[i].kind, publics[cases[i].key],
		      secrets[cases[i].signer], made_up_header());
		expect(&b, cases[i].err, sample, 50, cases[i].what);
		wax_bytes_release(&b);
	}
}

/* A good signature, and what else its frame may hold. */
static void signature_frames(void)
{
	struct wax_bytes b = sent_by(0), good, odd = {0};
	const size_t at = b.len, due = padding_due(&b);

	add_good_s(&b);
	good = bytes_of(b.data + at + 8, 101);
	for (size_t len = 0; len < 110; len++) {
		if (len == 101)
			continue;
		b.len = at;
		add(&good, "", 1);
		add_frame(&b, good.data, len);
		/* An empty frame may be P. */
		expect(&b, len || due ? BAD : LIE, NULL, 0,
		       "an S of another length");
		b.len = at;
		add_frame(&b, good.data, len);
		add(&b, good.data, 101);
		expect(&b, BAD, NULL, 0, "and more bytes after it");
	}
	for (uint32_t magic = 0x184d2a50; magic < 0x184d2a60; magic++) {
		b.len = at;
		add_skippable(&b, magic, good.data, 101);
		expect(&b, magic == 0x184d2a57 ? 0 : BAD, sample, 50,
		       "S under another magic");
	}
	/* An S with the same bits, as another number. */
	add(&odd, b.data, at);
	add_frame(&odd, good.data, 101);
	memset(odd.data + odd.len - 64, 0, 64);
	expect(&odd, LIE, NULL, 0, "a signature of zeros");
	wax_bytes_release(&odd);
	wax_bytes_release(&good);
	wax_bytes_release(&b);
}

/* What is signed: another header, and other data before S. */
static void what_is_signed(void)
{
	static const char *const headers[] = {
		"",
		"age-encryption.org/v1\n-> made up\n\n--- 0000",
		"age-encryption.org/v1\n-> made up\n\n--- 0000\n\n",
		"age-encryption.org/v1\n-> made up\n\n--- 0001\n",
		"age-encryption.org/v1\n-> made\n\n--- 0000\n",
		"age-encryption.org/v1\n-> made up\n\n---",
	};
	const struct asked a = {.sign = true, .pad = true};
	struct wax_bytes b = enclose(&a, sample, 500, 500);
	struct wax_bytes h =
		bytes_of(made_up_header()->data, made_up_header()->len);
	struct taken t;

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		struct wax_bytes other =
			bytes_of(headers[i], strlen(headers[i]));

		t = take_out(&b, (struct reading){.header = &other});
		tap_err(t.err, LIE, &t.diag, "sealed under header %zu", i);
		wax_bytes_release(&t.out);
		wax_bytes_release(&other);
	}
	for (size_t i = 0; i < h.len; i++) {
		h.data[i] ^= 1;
		t = take_out(&b, (struct reading){.header = &h});
		tap_err(t.err, LIE, &t.diag, "byte %zu of the header", i);
		wax_bytes_release(&t.out);
		h.data[i] ^= 1;
	}
	wax_bytes_release(&b);
	wax_bytes_release(&h);
	/* Nothing of the header is taken for the payload, or the reverse. */
	b = sent_by(0);
	add_s(&b, 1, publics[0], secrets[0], &(struct wax_bytes){0});
	expect(&b, LIE, NULL, 0, "signed without a header");
	wax_bytes_release(&b);
}

/* Whole files. */

/* How many of len bytes came: all, some or none; only with EARLY some may. */
static void released(const struct wax_bytes *b, int err, size_t len,
		     const char *what)
{
	for (unsigned early = 0; early < 2; early++) {
		struct taken t = open_file(b, early ? WAX_OPEN_EARLY : 0, NULL);

		tap_err(t.err, err, &t.diag, "%s%s", what,
			early ? ", early" : "");
		tap_bytes(t.out.data, t.out.len, sample,
			  err && !early ? 0 : t.out.len, "%s: what came", what);
		tap_ok((err || t.out.len == len) && t.good_use, "%s: %zu bytes",
		       what, t.out.len);
		if (early)
			tap_ok(t.out.len == len,
			       "%s: early, all came before the end", what);
		wax_bytes_release(&t.out);
	}
}

/* What is signed is given out after the signature was seen, and not before. */
static void nothing_before_it_verified(void)
{
	const size_t len = 3 * (BLOCK - 1);

	for (unsigned i = 0; i < 6; i++) {
		struct wax_bytes p = {0}, sealed;
		struct file f;

		file_begin(&f);
		add_sent(&p, 0);
		for (unsigned j = 0; j < 3; j++)
			add_raw(&p, sample + j * (BLOCK - 1), BLOCK - 1);
		if (i != 1)
			add_s(&p, i == 2 ? 2 : 1, publics[i == 3],
			      secrets[i == 4],
			      i == 5 ? made_up_header() : &f.head);
		add_p(&p);
		sealed = file_end(&f, &p);
		released(&sealed,
			 i == 0	  ? 0
			 : i == 2 ? BAD
				  : LIE,
			 len,
			 (const char *const[]){"good", "no signature",
					       "one of kind 2", "another key",
					       "by another",
					       "of another header"}[i]);
		wax_bytes_release(&p);
		wax_bytes_release(&sealed);
	}
}

/* A change in the data, and P that is wrong, are noticed too late for EARLY. */
static void nothing_before_the_end(void)
{
	const size_t len = 1000;

	for (unsigned i = 0; i < 4; i++) {
		struct wax_bytes p = {0}, sealed;
		struct file f;

		file_begin(&f);
		add_sent(&p, 0);
		add_raw(&p, sample, len);
		add_s(&p, 1, publics[0], secrets[0], &f.head);
		if (i == 1)
			add(&p, "x", 1);
		if (i == 2)
			add_bad_p(&p, padding_due(&p), 0);
		sealed = file_end(&f, &p);
		if (i == 3)
			sealed.len--;
		released(&sealed, i ? BAD : 0, i == 3 ? 0 : len,
			 (const char *const[]){"good", "a byte too many",
					       "a bad P", "a cut payload"}[i]);
		wax_bytes_release(&p);
		wax_bytes_release(&sealed);
	}
}

/* A changed byte of signed data: whoever sealed it has no other signature. */
static void nothing_that_was_changed(void)
{
	unsigned came = 0, wrong = 0;

	for (size_t at = 85; at < 85 + 70 + 200; at++) {
		struct wax_bytes p = {0}, sealed;
		struct file f;
		struct taken t;

		file_begin(&f);
		add_sent(&p, 0);
		add_raw(&p, sample, 100);
		add_s(&p, 1, publics[0], secrets[0], &f.head);
		if (at < p.len)
			p.data[at] ^= 4;
		sealed = file_end(&f, &p);
		t = open_file(&sealed, 0, NULL);
		came += t.err && t.out.len;
		wrong += (at < p.len) != (t.err == LIE || t.err == BAD);
		wax_bytes_release(&t.out);
		wax_bytes_release(&p);
		wax_bytes_release(&sealed);
	}
	tap_is(came, 0, "of what was changed nothing comes out");
	tap_is(wrong, 0, "and each change is noticed");
}

/* A signed payload, taken out by its recipient and sealed to another one. */
static void sealed_again(void)
{
	struct wax_identities *signer =
		fixture_identities(WAX_IDENTITY_MLKEM768X25519, 4);
	const struct wax_seal_options o = {.signer = signer};
	struct wax_bytes b = seal_file(&o, sample, 5000, 5000), payload = {0};
	struct wax_identities *with =
		fixture_identities(WAX_IDENTITY_X25519, 1);
	struct wax_source *source = NULL;
	struct taken t;
	struct file f;
	int err = wax_source_memory(b.data, b.len, &source, NULL);

	if (!err)
		err = wax_age_open(wax_identities_unwrap, with, NULL, 0,
				   &source, NULL);
	if (!err)
		err = mock_drain(source, 50000, &payload, NULL);
	tap_ok(!err && payload.len > 5000, "a payload is taken out");
	wax_source_free(source);
	wax_bytes_release(&b);
	file_begin(&f);
	b = file_end(&f, &payload);
	t = open_file(&b, 0, NULL);
	tap_err(t.err, LIE, &t.diag, "sealed again, by a copy of the payload");
	tap_is((long long)t.out.len, 0, "nothing comes out");
	wax_bytes_release(&t.out);
	wax_bytes_release(&b);
	/* By wax-seal it is data: of no sender. */
	b = seal_file(NULL, payload.data, payload.len, 100);
	t = open_file(&b, 0, NULL);
	tap_ok(!t.err && !*t.c.sender && t.c.enveloped,
	       "sealed as data it is of no sender");
	tap_bytes(t.out.data, t.out.len, payload.data, payload.len,
		  "and the same");
	wax_bytes_release(&t.out);
	wax_bytes_release(&b);
	wax_bytes_release(&payload);
	wax_identities_free(with);
	wax_identities_free(signer);
}

/* Several may have signed it; the one who did must be among them. */
static void one_of_several(void)
{
	struct wax_identities *signer =
		fixture_identities(WAX_IDENTITY_MLKEM768X25519, 4);
	const struct wax_seal_options o = {.signer = signer};
	struct wax_bytes b = seal_file(&o, sample, 5000, 5000);
	struct wax_bytes unsigned_ = seal_file(NULL, sample, 5000, 5000);
	char who[WAX_PUBLIC_IDENTITY_SIZE] = "";
	const char *const good[][4] = {
		{who, NULL},
		{who, senders[0], NULL},
		{senders[0], who, NULL},
		{senders[0], senders[1], who, NULL},
		{who, who, who, NULL},
	};
	const char *const bad[][4] = {
		{senders[0], NULL},
		{senders[0], senders[1], NULL},
		{senders[0], senders[0], NULL},
	};
	const char *const odd[][4] = {
		{NULL},
		{who, "", NULL},
		{who, "alice", NULL},
		{"wax1", who, NULL},
	};

	wax_identities_public(signer, 0, who, NULL);
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct taken t = open_file_from(&b, 0, good[i]);

		tap_ok(!t.err && t.out.len == 5000 && !strcmp(t.c.sender, who),
		       "the signer is in list %zu", i);
		wax_bytes_release(&t.out);
		t = open_file_from(&unsigned_, 0, good[i]);
		tap_err(t.err, LIE, &t.diag, "nobody signed");
		wax_bytes_release(&t.out);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct taken t = open_file_from(&b, WAX_OPEN_EARLY, bad[i]);

		tap_err(t.err, LIE, &t.diag, "and not in this list, %zu", i);
		tap_ok(!t.begun && !t.out.len, "nothing comes out");
		wax_bytes_release(&t.out);
	}
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		struct taken t = open_file_from(&b, WAX_OPEN_EARLY, odd[i]);

		tap_err(t.err, WAX_ERR_USAGE, &t.diag, "an odd list, %zu", i);
		tap_ok(!t.begun && t.good_use, "is refused at once");
		wax_bytes_release(&t.out);
	}
	wax_bytes_release(&unsigned_);
	wax_bytes_release(&b);
	wax_identities_free(signer);
}

int main(void)
{
	crafted_start();
	signers();
	signature_frames();
	what_is_signed();
	nothing_before_it_verified();
	nothing_before_the_end();
	nothing_that_was_changed();
	sealed_again();
	one_of_several();
	return tap_end();
}
