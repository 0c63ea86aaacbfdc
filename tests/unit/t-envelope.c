/* SPDX-License-Identifier: ISC */
/*
 * The envelope: bytes as the format says, found with another implementation;
 * all combinations of what it can say, there and back; bare bytes; and what
 * cannot be asked for.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/stream.h>

#include "crafted.h"
#include "crypto/identity.h"
#include "fixture.h"
#include "keys/identities.h"
#include "mock.h"
#include "tap.h"

static void known_bytes(void)
{
	static const struct {
		struct asked a;
		const char *text, *hex;
	} known[] = {
		{{.level = 0},
		 "",
		 "572a4d180f000000776178310a6b696e6420646174610a28b52ffd00380100"
		 "00"},
		{{.archive = true},
		 "hello world\n",
		 "572a4d1812000000776178310a6b696e6420617263686976650a28b52ffd00"
		 "3861000068656c6c6f20776f726c640a"},
		{{.name = "gr\xc3\xbc\xc3\x9f"
			  "e.txt",
		  .sign = true,
		  .pad = true},
		 "hello world\n",
		 "572a4d1866000000776178310a6b696e6420646174610a6e616d65206772c3"
		 "bcc39f652e7478740a73656e6465722077617831786a756679647539377171"
		 "616d68686d656d68763876337576747177677773377a6e3735747573683067"
		 "7865397665737a657171637039666d740a28b52ffd003861000068656c6c6f"
		 "20776f726c640a572a4d1865000000776178730134b8923785f001dddefbce"
		 "eec3b23c62c0e43a1e14fd45f2177a0d92b330164094436654d1657ad4fc72"
		 "40c8e053d65b0337126e16e19b2b29fd5f2aaf2653061f84a4894df0def6be"
		 "229d83cc380df54d5b15053dc29fea707509df3f65660f572a4d1808000000"
		 "0000000000000000"},
	};

	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(known[i].text);
		struct wax_bytes want = {0}, got;

		add_hex(&want, known[i].hex);
		got = enclose(&known[i].a, known[i].text, len, 5);
		tap_bytes(got.data, got.len, want.data, want.len,
			  "the bytes of envelope %zu", i);
		expect(&want, 0, known[i].text, len, "they are taken out");
		wax_bytes_release(&want);
		wax_bytes_release(&got);
	}
}

static void check_contents(const struct taken *t, const struct asked *a)
{
	tap_ok(t->c.enveloped && t->c.archive == a->archive &&
		       !strcmp(t->c.name, a->name ? a->name : "") &&
		       !strcmp(t->c.sender, a->sign ? senders[0] : "") &&
		       t->good_use,
	       "it is told what it is");
}

static void round_trip(const struct asked *a, size_t len, size_t step)
{
	struct wax_bytes b = enclose(a, sample, len, step);
	struct taken t = take_out(&b, (struct reading){.step = step / 2});

	tap_err(t.err, 0, &t.diag,
		"%zu bytes by %zu, level %d,%s%s%s%s: taken out", len, step,
		a->level, a->pad ? " padded" : "", a->sign ? " signed" : "",
		a->archive ? " archive" : "", a->name ? " named" : "");
	tap_bytes(t.out.data, t.out.len, sample, len, "the data");
	check_contents(&t, a);
	if (a->pad)
		tap_ok(padme(b.len) == b.len, "%zu is a Padme length", b.len);
	wax_bytes_release(&t.out);
	wax_bytes_release(&b);
}

static void round_trips(void)
{
	static const size_t sizes[] = {0,	  1,	 12,	   13,
				       BLOCK - 1, BLOCK, BLOCK + 1};
	static const int levels[] = {0, 1, 3, 19};

	for (unsigned i = 0; i < 64; i++) {
		const struct asked a = {
			.level = levels[i % 4],
			.pad = i & 4,
			.sign = i & 8,
			.archive = i & 16,
			.name = i & 32 ? "a name" : NULL,
		};

		for (size_t j = 0; j < 7; j++)
			round_trip(&a, sizes[j], sizes[j] < 100 ? 1 : 9973);
	}
}

/* So much that threads hash and compress. */
static void long_round_trips(void)
{
	static const size_t steps[] = {1009, 65536, MIB, sizeof(sample)};
	static const int levels[] = {0, 1, 3};

	for (unsigned i = 0; i < 24; i++) {
		const struct asked a = {
			.level = levels[i % 3],
			.pad = i & 4,
			.sign = i & 8,
			.name = "a name",
		};

		round_trip(&a, sizeof(sample), steps[i % 4]);
		round_trip(&a, MIB + 13, steps[i % 3]);
	}
	round_trip(&(struct asked){.level = 19, .sign = true, .pad = true},
		   MIB + 13, 65536);
}

/* Errors below the envelope come through, and stop it. */
static void errors_below(void)
{
	const struct asked a = {.level = 0, .sign = true, .pad = true};

	for (unsigned at = 1; at < 12; at++) {
		struct mock_sink m;
		struct wax_sink *sink = mock_sink(&m);
		struct wax_diag diag = {0};
		int err = open_envelope(&a, &sink, &diag);
		bool failed;

		m.fail_at = at;
		if (!err)
			err = wax_sink_write(sink, sample, 2 * BLOCK, &diag);
		if (!err)
			err = wax_sink_finish(sink, &diag);
		wax_sink_free(sink);
		failed = m.writes >= at;
		tap_err(err, failed ? MOCK_ERR : 0, &diag, "write %u fails",
			at);
		tap_ok(m.frees == 1 && !m.misuse && m.finishes == !failed,
		       "no other call comes after it");
		wax_bytes_release(&m.got);
	}
}

static void source_fails(void)
{
	const struct asked a = {.sign = true, .pad = true};
	const struct wax_envelope_limits limits = {0};
	struct wax_bytes b = enclose(&a, sample, 3000, 3000);

	for (unsigned at = 1; at <= b.len / 100; at++) {
		struct mock_source m;
		struct wax_source *source = mock_source(&m, b.data, b.len);
		struct wax_bytes out = {0};
		struct wax_diag diag = {0};
		struct wax_contents c;
		int err;

		m.step = 100;
		m.fail_at = at;
		err = wax_envelope_source(made_up_header(), &limits, &source,
					  &c, &diag);
		if (!err)
			err = mock_drain(source, 700, &out, &diag);
		wax_source_free(source);
		tap_err(err, MOCK_ERR, &diag, "read %u fails", at);
		tap_ok(m.frees == 1 && !m.misuse && out.len <= 3000 &&
			       (!out.len || !memcmp(out.data, sample, out.len)),
		       "what came before is good");
		wax_bytes_release(&out);
	}
	wax_bytes_release(&b);
}

/* Who is wanted, and who it is: known before any data. */
static void wanted(void)
{
	static const int want[4][2] = {
		{0, LIE}, {LIE, 0}, {LIE, LIE}, {LIE, LIE}};

	for (unsigned sender = 0; sender < 4; sender++) {
		struct wax_bytes b = {0};

		/* 2: nobody; 3: bare bytes */
		if (sender < 3)
			add_sent(&b, sender);
		add_raw(&b, sample, 50);
		if (sender < 2)
			add_s(&b, 1, publics[sender], secrets[sender],
			      made_up_header());
		for (unsigned i = 0; i < 2; i++) {
			struct taken t = take_out(
				&b, (struct reading){.sender = publics[i]});

			tap_err(t.err, want[sender][i], &t.diag,
				"%u wanted, %u it is", i, sender);
			tap_ok(t.begun == !t.err, "told at once");
			wax_bytes_release(&t.out);
		}
		wax_bytes_release(&b);
	}
}

/* Bare bytes. */

/* Through the sink for bare bytes, by step. */
static struct wax_bytes pass(const struct wax_bytes *b, size_t step)
{
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	int err = wax_bare_sink(&sink, NULL);

	if (!err)
		err = mock_fill(sink, b->data, b->len, step, NULL);
	wax_sink_free(sink);
	if (err || m.misuse || m.finishes != 1 || m.frees != 1)
		tap_ok(false, "bare bytes are written");
	return m.got;
}

static void bare(const struct wax_bytes *b, bool enveloped, const char *what)
{
	static const size_t steps[] = {1, 2, 5, 12, 13, 14, 1000000};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct wax_bytes got = pass(b, steps[i]);
		struct taken t = take_out(&got, (struct reading){0});

		tap_err(t.err, 0, &t.diag, "%s by %zu", what, steps[i]);
		tap_bytes(t.out.data, t.out.len, b->data, b->len,
			  "%s: the same come back", what);
		tap_ok(t.c.enveloped == enveloped && !*t.c.name &&
			       !*t.c.sender && !t.c.archive,
		       "%s: enveloped if they must be", what);
		if (!enveloped)
			tap_bytes(got.data, got.len, b->data, b->len,
				  "%s: and else as they are", what);
		wax_bytes_release(&t.out);
		wax_bytes_release(&got);
	}
}

/* All beginnings of M, and those that are nearly one. */
static void bare_bytes(void)
{
	struct whole w = whole();

	for (size_t len = 0; len < 20; len++) {
		struct wax_bytes b = bytes_of(w.b.data, len);

		bare(&b, len >= 13, "a beginning of M");
		wax_bytes_release(&b);
	}
	for (size_t at = 0; at < 13; at++) {
		struct wax_bytes b = bytes_of(w.b.data, 13 + at * 4);

		b.data[at] ^= 0x20;
		bare(&b, at >= 4 && at < 8, "nearly M");
		wax_bytes_release(&b);
	}
	bare(&w.b, true, "a whole envelope");
	w.b.len = w.s;
	add(&w.b, sample, 300000);
	bare(&w.b, true, "one with more behind it");
	wax_bytes_release(&w.b);
	w.b = bytes_of(sample, 200000);
	bare(&w.b, false, "others");
	wax_bytes_release(&w.b);
}

/* Whole files. */

static void sealed_and_opened(void)
{
	struct wax_identities *signer =
		fixture_identities(WAX_IDENTITY_MLKEM768X25519, 4);
	char who[WAX_PUBLIC_IDENTITY_SIZE] = "", text[WAX_META_PREFIX * 2];
	struct wax_secret *secret = NULL;
	size_t n;

	wax_identities_unlock(signer, &n, NULL);
	if (wax_identities_public(signer, 0, who, NULL) ||
	    wax_identities_signer(signer, WAX_DERIVE_IDENTITY, &secret, NULL))
		exit(1);
	for (unsigned i = 0; i < 64; i++) {
		static const unsigned flags[] = {
			WAX_SEAL_ARMOR, WAX_SEAL_ARCHIVE, WAX_SEAL_PAD};
		struct wax_seal_options o = {
			.level = i & 1 ? 3 : 0,
			.name = i & 2 ? "it" : NULL,
			.signer = i & 4 ? signer : NULL,
		};
		bool enveloped;
		struct wax_bytes b;
		struct taken t;

		for (unsigned j = 0; j < 3; j++)
			o.flags |= i & 8u << j ? flags[j] : 0;
		enveloped = o.level || o.signer ||
			    o.flags & (WAX_SEAL_ARCHIVE | WAX_SEAL_PAD);
		b = seal_file(&o, sample, 100000, 777);
		t = open_file(&b, 0, o.signer ? who : NULL);
		tap_err(t.err, 0, &t.diag, "options %u", i);
		tap_bytes(t.out.data, t.out.len, sample, 100000, "the data");
		tap_ok(t.c.enveloped == enveloped &&
			       t.c.archive == !!(o.flags & WAX_SEAL_ARCHIVE) &&
			       !strcmp(t.c.name,
				       enveloped && o.name ? "it" : "") &&
			       !strcmp(t.c.sender, o.signer ? who : "") &&
			       t.good_use,
		       "what it is");
		wax_bytes_release(&t.out);
		t = open_file(&b, WAX_OPEN_EARLY, senders[0]);
		tap_ok(t.err == LIE && !t.begun, "another is wanted");
		wax_bytes_release(&t.out);
		wax_bytes_release(&b);
	}
	/* The first bytes of M as data, through everything. */
	memcpy(text, "W*M\x18\x0f\0\0\0wax1\nkind data\n", 22);
	for (size_t len = 0; len <= 22; len++) {
		struct wax_bytes b = seal_file(NULL, text, len, 1);
		struct taken t = open_file(&b, 0, NULL);

		tap_ok(!t.err && t.c.enveloped == (len >= 13) &&
			       t.out.len == len &&
			       (!len || !memcmp(t.out.data, text, len)),
		       "%zu bytes of M sealed as data", len);
		wax_bytes_release(&t.out);
		wax_bytes_release(&b);
	}
	wax_secret_free(secret);
	wax_identities_free(signer);
}

static void cannot_seal(const struct wax_seal_options *o, const char *what)
{
	struct wax_recipients *to = NULL;
	char *text = fixture_recipient(WAX_IDENTITY_X25519, 1);
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	struct wax_diag diag = {0};

	if (wax_recipients_new(&to, NULL) ||
	    wax_recipients_add(to, text, strlen(text), NULL))
		exit(1);
	tap_err(wax_seal(to, o, &sink, &diag), WAX_ERR_USAGE, &diag, "%s",
		what);
	wax_sink_free(sink);
	tap_ok(!m.writes && !m.finishes && m.frees == 1,
	       "%s: nothing is written", what);
	wax_recipients_free(to);
	free(text);
}

static void usage(void)
{
	static const char *const names[] = {
		"",	".",	"..",	    "a/b",	    "/",     "a\nb",
		"\x7f", "\xff", "\xc2\x85", "\xe2\x80\xae", "\033[m"};
	static char longest[300];
	struct wax_identities *x = fixture_identities(WAX_IDENTITY_X25519, 1);
	struct wax_identities *ssh =
		fixture_identities(WAX_IDENTITY_SSH_ED25519, 1);
	struct wax_identities *empty = NULL;

	wax_identities_new(NULL, NULL, &empty, NULL);
	cannot_seal(&(struct wax_seal_options){.level = 20}, "level 20");
	cannot_seal(&(struct wax_seal_options){.level = -1}, "level -1");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		cannot_seal(&(struct wax_seal_options){.name = names[i]},
			    "a bad name");
	memset(longest, 'a', 256);
	cannot_seal(&(struct wax_seal_options){.name = longest},
		    "a name of 256 bytes");
	cannot_seal(&(struct wax_seal_options){.signer = x},
		    "a classic identity");
	cannot_seal(&(struct wax_seal_options){.signer = ssh}, "an SSH key");
	cannot_seal(&(struct wax_seal_options){.signer = empty}, "nobody");
	wax_identities_free(x);
	wax_identities_free(ssh);
	wax_identities_free(empty);
}

static void options_of_opening(void)
{
	static const char *const bad[] = {
		"",
		"alice",
		"wax1",
		"age1qqqq",
		"wax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeqqcp9fm"
		"u",
		"WAX1XJUFYDU97QQAMHHMEMHV8V3UVTQWGWS7ZN75TUSH0GXE9VESZEQQCP9FM"
		"T",
	};
	struct wax_identities *signer =
		fixture_identities(WAX_IDENTITY_MLKEM768X25519, 4);
	const struct wax_seal_options o = {.signer = signer};
	struct wax_bytes b = seal_file(&o, sample, 5000, 5000);
	struct wax_identities *with =
		fixture_identities(WAX_IDENTITY_X25519, 1);
	const struct wax_open_options nowhere = {.temporary = "/nonexistent"};
	struct wax_source *source = NULL;
	struct wax_bytes out = {0};
	struct wax_diag diag = {0};
	int err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct taken t = open_file(&b, 0, bad[i]);

		tap_err(t.err, WAX_ERR_USAGE, &t.diag, "from '%s'", bad[i]);
		tap_ok(!t.begun && t.good_use, "at once");
		wax_bytes_release(&t.out);
	}
	err = wax_source_memory(b.data, b.len, &source, NULL);
	if (!err)
		err = wax_open(with, &nowhere, &source, NULL, &diag);
	if (!err)
		err = mock_drain(source, 1000, &out, &diag);
	tap_err(err, WAX_ERR_IO, &diag, "nowhere to wait");
	tap_is((long long)out.len, 0, "so nothing comes out");
	wax_source_free(source);
	wax_bytes_release(&out);
	wax_bytes_release(&b);
	wax_identities_free(with);
	wax_identities_free(signer);
}

int main(void)
{
	crafted_start();
	known_bytes();
	round_trips();
	long_round_trips();
	errors_below();
	source_fails();
	wanted();
	bare_bytes();
	sealed_and_opened();
	usage();
	options_of_opening();
	return tap_end();
}
