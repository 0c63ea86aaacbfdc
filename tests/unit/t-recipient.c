/* SPDX-License-Identifier: ISC */
/*
 * Recipients: which texts are ones, which may be in one file together, and
 * that duplicates are folded, many of them fast.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "age/header.h"
#include "base/base64.h"
#include "base/bech32.h"
#include "fixture.h"
#include "keys/identities.h"
#include "keys/note.h"
#include "known.h"
#include "mock.h"
#include "tap.h"

#define PQ WAX_IDENTITY_MLKEM768X25519
#define X WAX_IDENTITY_X25519
#define SSH WAX_IDENTITY_SSH_ED25519

static struct wax_recipients *empty(void)
{
	struct wax_recipients *list = NULL;

	if (wax_recipients_new(&list, NULL))
		tap_ok(false, "an empty list");
	return list;
}

static int add(struct wax_recipients *list, const char *text,
	       struct wax_diag *diag)
{
	return wax_recipients_add(list, text, strlen(text), diag);
}

static int add_fixture(struct wax_recipients *list, enum wax_identity_kind kind,
		       uint32_t seed, struct wax_diag *diag)
{
	char *text = fixture_recipient(kind, seed);
	int err = add(list, text, diag);

	free(text);
	return err;
}

static int read_text(struct wax_recipients *list, const char *text, size_t step,
		     struct wax_diag *diag)
{
	struct mock_source m;
	struct wax_source *source = mock_source(&m, text, strlen(text));
	int err;

	m.step = step;
	err = wax_recipients_read(list, source, NULL, diag);
	if (m.misuse)
		tap_ok(false, "the source is used as it should be");
	wax_source_free(source);
	return err;
}

static void count_is(struct wax_recipients *list, size_t n, const char *what)
{
	tap_is((long long)wax_recipients_count(list), (long long)n, "%s", what);
}

static const struct {
	const char *text;
	int err;
} bad[] = {
	{"", WAX_ERR_FORMAT},
	{"hello", WAX_ERR_FORMAT},
	{"age1", WAX_ERR_FORMAT},
	{"age1qqqq", WAX_ERR_FORMAT},
	{"age1pq1", WAX_ERR_FORMAT},
	{"age1pq1qqqq", WAX_ERR_FORMAT},
	{"AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJW"
	 "J",
	 WAX_ERR_FORMAT},
	{"age1yubikey1qqqqqqqqqqqqqqqqqq", WAX_ERR_USAGE},
	{"age1../../x1qqqqqqqqqqqqqqqqqq", WAX_ERR_USAGE},
	{"age1tag1qqqqqqqqqqqqqqqqqq", WAX_ERR_USAGE},
	{"AGE-SECRET-KEY-1QQQ", WAX_ERR_USAGE},
	{"AGE-SECRET-KEY-PQ-1QQQ", WAX_ERR_USAGE},
	{"AGE-PLUGIN-X-1QQQ", WAX_ERR_USAGE},
	{"-----BEGIN OPENSSH PRIVATE KEY-----", WAX_ERR_USAGE},
	{"ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB", WAX_ERR_USAGE},
	{"ecdsa-sha2-nistp256 AAAA", WAX_ERR_USAGE},
	{"sk-ssh-ed25519@openssh.com AAAA", WAX_ERR_USAGE},
	{"ssh-ed25519", WAX_ERR_USAGE},
	{"ssh-ed25519 ", WAX_ERR_FORMAT},
	{"ssh-ed25519 AAAA", WAX_ERR_FORMAT},
	{"ssh-ed25519  AAAAC3NzaC1lZDI1NTE5AAAAIKXaNW2ybUy+BOprnsin2i3d"
	 "NX+ZQdcPf12iyWybizCb",
	 WAX_ERR_FORMAT},
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKXaNW2ybUy+BOprnsin2i3d"
	 "NX+ZQdcPf12iyWybizC=",
	 WAX_ERR_FORMAT},
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKXaNW2ybUy+BOprnsin2i3d"
	 "NX+ZQdcPf12iyWybizCbAAAA",
	 WAX_ERR_FORMAT},
	/* The point of order 1, and one that is no point. */
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAA"
	 "AAAAAAAAAAAAAAAAAAAA",
	 WAX_ERR_FORMAT},
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAIAAAAAAAAAAAAAAAAAAAAA"
	 "AAAAAAAAAAAAAAAAAAAA",
	 WAX_ERR_FORMAT},
	{"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujw"
	 "j ",
	 WAX_ERR_FORMAT},
	{" age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnuj"
	 "wj",
	 WAX_ERR_FORMAT},
};

static void texts(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct wax_recipients *list = empty();
		struct wax_diag diag = {0};

		tap_err(add(list, bad[i].text, &diag), bad[i].err, &diag,
			"'%.50s'", bad[i].text);
		tap_ok(strlen(bad[i].text) < 20 ||
			       !strstr(diag.text, bad[i].text),
		       "is not repeated");
		count_is(list, 0, "nothing was added");
		wax_recipients_free(list);
	}
	wax_recipients_free(NULL);
}

/* The text form is the only one that stands for its key. */
static void one_form(void)
{
	for (unsigned i = 0; i < FIXTURE_KINDS; i++) {
		char *text = fixture_recipient(fixture_kind(i), 1);
		size_t n = strlen(text);
		unsigned accepted = 0;

		for (size_t at = 0; at < n; at += 1 + n / 50) {
			struct wax_public_key key;
			char old = text[at];

			text[at] = old == 'q' ? 'p' : 'q';
			/* Another SSH key may be a point as well. */
			if (!wax_public_key_parse(&key, text, n, NULL)) {
				char *again = NULL;

				wax_public_key_text(&key, &again, NULL);
				accepted += strcmp(again, text) != 0;
				free(again);
			}
			text[at] = old;
			accepted += !wax_public_key_parse(&key, text, at, NULL);
		}
		tap_is(accepted, 0, "%s: no other text is taken for it",
		       fixture_name(fixture_kind(i)));
		free(text);
	}
}

static void ssh_comment(void)
{
	char *text = fixture_recipient(SSH, 1), line[200];
	struct wax_recipients *list = empty();

	tap_err(add(list, text, NULL), 0, NULL, "an SSH key");
	snprintf(line, sizeof(line), "%s a comment of words", text);
	tap_err(add(list, line, NULL), 0, NULL, "with a comment");
	count_is(list, 1, "is the same one");
	wax_recipients_free(list);
	free(text);
}

static void mixing(void)
{
	static const enum wax_identity_kind kinds[] = {PQ, X, SSH};

	for (unsigned a = 0; a < 3; a++) {
		for (unsigned b = 0; b < 3; b++) {
			struct wax_recipients *list = empty();
			struct wax_diag diag = {0};
			bool fits = (a == 0) == (b == 0);

			add_fixture(list, kinds[a], 1, NULL);
			tap_err(add_fixture(list, kinds[b], 2, &diag),
				fits ? 0 : WAX_ERR_USAGE, &diag, "%s with %s",
				fixture_name(kinds[a]), fixture_name(kinds[b]));
			tap_ok(fits || strlen(diag.hint), "a hint, if not");
			count_is(list, fits ? 2 : 1, "their number");
			wax_recipients_free(list);
		}
	}
}

static void passphrases(void)
{
	struct wax_secret *pass = fixture_secret("secret words");
	struct wax_secret *none = fixture_secret("");
	struct wax_recipients *list = empty();
	struct wax_diag diag = {0};

	tap_err(wax_recipients_add_passphrase(list, none, 10, &diag),
		WAX_ERR_USAGE, &diag, "an empty passphrase");
	tap_err(wax_recipients_add_passphrase(list, pass, 0, &diag),
		WAX_ERR_USAGE, &diag, "a work factor of 0");
	tap_err(wax_recipients_add_passphrase(list, pass, 23, &diag),
		WAX_ERR_USAGE, &diag, "a work factor of 23");
	count_is(list, 0, "nothing was added");
	tap_err(wax_recipients_add_passphrase(list, pass, 22, &diag), 0, &diag,
		"a work factor of 22");
	count_is(list, 1, "counts as one");
	tap_err(wax_recipients_add_passphrase(list, pass, 10, &diag),
		WAX_ERR_USAGE, &diag, "a second passphrase");
	for (unsigned i = 0; i < FIXTURE_KINDS; i++)
		tap_err(add_fixture(list, fixture_kind(i), 1, &diag),
			WAX_ERR_USAGE, &diag, "%s beside a passphrase",
			fixture_name(fixture_kind(i)));
	count_is(list, 1, "still one");
	wax_recipients_free(list);
	for (unsigned i = 0; i < FIXTURE_KINDS; i++) {
		list = empty();
		add_fixture(list, fixture_kind(i), 1, NULL);
		tap_err(wax_recipients_add_passphrase(list, pass, 10, &diag),
			WAX_ERR_USAGE, &diag, "a passphrase beside %s",
			fixture_name(fixture_kind(i)));
		wax_recipients_free(list);
	}
	wax_secret_free(pass);
	wax_secret_free(none);
}

static void files(void)
{
	char *a = fixture_recipient(X, 1), *b = fixture_recipient(SSH, 2);
	char *pq = fixture_recipient(PQ, 1), text[3000];
	static const size_t steps[] = {0, 1, 33};
	struct wax_recipients *list;
	struct wax_diag diag = {0};

	for (size_t i = 0; i < 3; i++) {
		list = empty();
		snprintf(text, sizeof(text),
			 "# x\n\n%s\r\n#%s\n%s comment\n\r\n%s", a, pq, b, a);
		tap_err(read_text(list, text, steps[i], &diag), 0, &diag,
			"a file, %zu bytes at a time", steps[i]);
		count_is(list, 2, "two, one of them twice");
		wax_recipients_free(list);
	}
	list = empty();
	tap_err(read_text(list, "", 0, &diag), WAX_ERR_FORMAT, &diag,
		"an empty file");
	tap_err(read_text(list, "# x\n\n", 0, &diag), WAX_ERR_FORMAT, &diag,
		"comments alone");
	snprintf(text, sizeof(text), "%s\nx\n", a);
	tap_err(read_text(list, text, 0, &diag), WAX_ERR_FORMAT, &diag,
		"a bad line");
	tap_ok(!strncmp(diag.text, "line 2: ", 8), "its number is named");
	snprintf(text, sizeof(text), "%s\n%s\n", a, pq);
	tap_err(read_text(list, text, 0, &diag), WAX_ERR_USAGE, &diag,
		"post-quantum after classic");
	tap_ok(!strncmp(diag.text, "line 2: ", 8), "its number is named");
	snprintf(text, sizeof(text), " %s\n", a);
	tap_err(read_text(list, text, 0, &diag), WAX_ERR_FORMAT, &diag,
		"a space before");
	wax_recipients_free(list);
	free(a);
	free(b);
	free(pq);
}

/* Reads a card in the place of recipients. */
static int read_card(struct wax_recipients *list, const void *data, size_t len,
		     size_t step, unsigned fail_at, struct wax_card **card)
{
	struct wax_diag diag = {0};
	struct mock_source m;
	struct wax_source *source = mock_source(&m, data, len);
	int err;

	m.step = step;
	m.fail_at = fail_at;
	err = wax_recipients_read(list, source, card, &diag);
	if (m.misuse || !err != !*diag.text || (card && err && *card))
		tap_ok(false, "a card, or a reason");
	wax_source_free(source);
	return err;
}

static void cards(void)
{
	const size_t steps[] = {0, 1, 11, 12, 13, 1000},
		     len = strlen(known_text);
	struct wax_card *card, *untouched = (struct wax_card *)&card;
	struct wax_recipients *list = empty();
	char *x = fixture_recipient(X, 1);

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		card = untouched;
		tap_is(read_card(list, known_text, len, steps[i], 0, &card), 0,
		       "a card, %zu bytes at a time", steps[i]);
		if (!card || card == untouched)
			continue;
		tap_text(wax_card_identity(card), KNOWN_IDENTITY,
			 "which it is");
		tap_bytes(card->note.data, card->note.len, known_text, len,
			  "with its note");
		tap_ok(add(list, wax_card_recipient(card), NULL) == 0, "again");
		wax_card_free(card);
	}
	tap_is(read_card(list, known_text, len, 0, 0, NULL), 0,
	       "no card asked");
	count_is(list, 1, "one recipient of all that");
	card = untouched;
	tap_is(read_text(list, x, 0, NULL), WAX_ERR_USAGE, "a classic one");
	tap_is(read_card(list, x, strlen(x), 0, 0, &card), WAX_ERR_USAGE,
	       "too");
	wax_recipients_free(list);
	list = empty();
	card = untouched;
	tap_is(read_card(list, x, strlen(x), 0, 0, &card), 0, "a recipient");
	tap_ok(!card, "is no card");
	tap_is(read_card(list, known_text, len, 0, 0, &card), WAX_ERR_USAGE,
	       "a card after a classic recipient");
	count_is(list, 1, "is not added");
	wax_recipients_free(list);
	free(x);
}

/* What begins like a card is one, or nothing. */
static void damaged_cards(void)
{
	struct wax_recipients *list = empty();
	size_t len = strlen(known_text);
	char *text = malloc(len + 2100);
	struct wax_card *card;

	memcpy(text, known_text, len);
	for (size_t i = 12; i < len; i += 7)
		tap_ok(read_card(list, text, i, 0, 0, &card) < 0, "cut at %zu",
		       i);
	text[len - 10] ^= 1;
	tap_is(read_card(list, text, len, 0, 0, &card), WAX_ERR_TRUST,
	       "a wrong signature");
	text[len - 10] ^= 1;
	text[20] ^= 1;
	tap_is(read_card(list, text, len, 0, 0, &card), WAX_ERR_TRUST,
	       "another name");
	tap_is(read_card(list, text, len, 0, 0, NULL), WAX_ERR_TRUST,
	       "unasked");
	text[20] ^= 1;
	tap_is(read_card(list, "wax/card/v1", 11, 0, 0, &card), WAX_ERR_FORMAT,
	       "a line alone");
	tap_is(read_card(list, "wax/card/v2\n", 12, 0, 0, &card),
	       WAX_ERR_FORMAT, "another version");
	text[len] = '\n';
	strcpy(text + len + 1, "x\n");
	tap_is(read_card(list, text, len + 3, 0, 0, &card), WAX_ERR_TRUST,
	       "more lines after it");
	for (unsigned i = 1; i < 5; i++)
		tap_is(read_card(list, known_text, len, 1000, i, &card),
		       MOCK_ERR, "read %u fails", i);
	count_is(list, 0, "none is added");
	wax_recipients_free(list);
	free(text);
}

/* Cards of the largest size, and of a byte more. */
static void long_cards(void)
{
	const char *end = strstr(known_text, "\n\n") + 1;
	size_t text = (size_t)(end - known_text);
	uint8_t secret[WAX_ED25519_SECRET_SIZE];

	known_signer(secret);
	for (size_t over = 0; over < 2; over++) {
		size_t more = WAX_CARD_MAX + over - strlen(known_text);
		struct wax_recipients *list = empty();
		struct wax_bytes in = {0}, note = {0};

		wax_bytes_add(&in, known_text, text, NULL);
		wax_bytes_reserve(&in, more, NULL);
		memset(in.data + in.len, 'x', more);
		in.len += more;
		in.data[in.len - 1] = '\n';
		wax_note_sign(&in, KNOWN_KEY_NAME, secret, &note, NULL);
		tap_is((long long)note.len, (long long)(WAX_CARD_MAX + over),
		       "a card of that size");
		tap_is(read_card(list, note.data, note.len, 0, 0, NULL),
		       over ? WAX_ERR_FORMAT : 0, "is %s",
		       over ? "too large" : "read");
		count_is(list, over ? 0 : 1, "and added, or not");
		wax_bytes_add(&note, "x", 1, NULL);
		tap_is(read_card(list, note.data, note.len, 0, 0, NULL),
		       WAX_ERR_FORMAT, "nothing is cut off");
		wax_bytes_release(&in);
		wax_bytes_release(&note);
		wax_recipients_free(list);
	}
}

static void endless_line(void)
{
	struct wax_recipients *list = empty();
	struct wax_diag diag = {0};
	char *text = calloc(1, 100001);

	if (!text)
		return;
	memset(text, '#', 100000);
	tap_err(read_text(list, text, 0, &diag), WAX_ERR_FORMAT, &diag,
		"a line of 100,000 bytes");
	wax_recipients_free(list);
	free(text);
}

static void failing_file(void)
{
	struct wax_recipients *list = empty();
	struct wax_diag diag = {0};
	struct mock_source m;
	struct wax_source *source = mock_source(&m, "# x\n", 4);

	m.fail_at = 2;
	tap_err(wax_recipients_read(list, source, NULL, &diag), MOCK_ERR, &diag,
		"a file that cannot be read");
	wax_source_free(source);
	wax_recipients_free(list);
}

/* How many stanzas a list makes, or an error. */
static int stanzas(struct wax_recipients *list)
{
	static const uint8_t key[WAX_FILE_KEY_SIZE];
	struct wax_header h = {0};
	struct wax_diag diag = {0};
	int err = wax_recipients_wrap(list, key, &h, &diag);
	int n = (int)wax_header_count(&h);

	wax_header_release(&h);
	return err ? err : n;
}

static void wrapping(void)
{
	struct wax_recipients *list = empty();

	tap_is(stanzas(list), WAX_ERR_USAGE, "no recipient, no file");
	for (uint32_t i = 0; i < 5; i++) {
		add_fixture(list, PQ, i, NULL);
		add_fixture(list, PQ, 4 - i, NULL);
	}
	tap_is(stanzas(list), 5, "five twice: five stanzas");
	wax_recipients_free(list);
}

/* A low-order point is a key in form, but nobody's. */
static void low_order(void)
{
	struct wax_recipients *list = empty();
	uint8_t zero[32] = {0};
	char text[63] = "";

	wax_bech32_encode("age", false, zero, 32, text);
	if (!add(list, text, NULL))
		tap_is(stanzas(list), WAX_ERR_USAGE,
		       "nothing is sealed to a low-order point");
	else
		tap_ok(true, "a low-order point is refused at once");
	wax_recipients_free(list);
}

static void of_identities(void)
{
	struct wax_identities *from = fixture_identities(PQ, 1);
	struct wax_recipients *list = empty();
	struct wax_diag diag = {0};

	add_fixture(list, PQ, 1, NULL);
	tap_err(wax_recipients_add_identities(list, from, &diag), 0, &diag,
		"an identity's recipient");
	count_is(list, 1, "was there already");
	wax_recipients_free(list);
	wax_identities_free(from);
}

/* Far below a second where folding is not quadratic. */
static void many(void)
{
	struct wax_recipients *list = empty();
	clock_t begin = clock();
	double seconds;
	int err = 0;

	for (unsigned twice = 0; twice < 2; twice++) {
		for (uint32_t i = 0; i < 10000; i++) {
			uint8_t bytes[32] = {(uint8_t)i, (uint8_t)(i >> 8)};
			char text[63] = "";

			wax_bech32_encode("age", false, bytes, 32, text);
			err |= add(list, text, NULL);
		}
	}
	seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	tap_ok(!err, "10,000 recipients, each twice");
	count_is(list, 10000, "are folded");
	tap_ok(seconds < 10, "in %.2f s", seconds);
	wax_recipients_free(list);
}

static void many_times_one(void)
{
	struct wax_recipients *list = empty();
	char *text = fixture_recipient(PQ, 1);
	clock_t begin = clock();
	double seconds;
	int err = 0;

	for (uint32_t i = 0; i < 10000; i++)
		err |= add(list, text, NULL);
	seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	tap_ok(!err, "10,000 times one post-quantum recipient");
	count_is(list, 1, "are one");
	tap_ok(seconds < 30, "in %.2f s", seconds);
	wax_recipients_free(list);
	free(text);
}

int main(void)
{
	texts();
	one_form();
	ssh_comment();
	mixing();
	passphrases();
	files();
	cards();
	damaged_cards();
	long_cards();
	endless_line();
	failing_file();
	wrapping();
	low_order();
	of_identities();
	many();
	many_times_one();
	return tap_end();
}
