/* SPDX-License-Identifier: ISC */
/*
 * Cards: a known one, each field's forms, and what is no card or not signed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bech32.h"
#include "base/time.h"
#include "keys/note.h"
#include "known.h"
#include "mock.h"
#include "tap.h"

/* The lines of the known card's text. */
enum { FIRST, NAME, IDENTITY, RECIPIENT, MINISIGN, PREKEY, ISSUED, EXPIRES, N };

#define TEXT_MAX (70 * 1024)
#define SIGNED_AS_IT_SAYS NULL

static char lines[N][2048];

static void take_lines(void)
{
	const char *at = known_text;

	for (int i = 0; i < N; i++) {
		size_t n = strcspn(at, "\n");

		memcpy(lines[i], at, n);
		at += n + 1;
	}
}

/* Three texts as one, until the next call. */
static const char *paste(const char *a, const char *b, const char *c)
{
	static char out[TEXT_MAX];

	strcpy(out, a);
	strcat(out, b);
	return strcat(out, c);
}

/* The known text with a line in the place of another; NULL: without it. */
static void text_with(int line, const char *instead, char *out)
{
	char *at = out;

	for (int i = 0; i < N; i++) {
		const char *from = i == line ? instead : lines[i];

		if (from)
			at += sprintf(at, "%s\n", from);
	}
}

/* The name of the key that a text's signature should have. */
static void key_name(const char *text, char out[WAX_NOTE_NAME_MAX + 1])
{
	const char *at = strstr(text, "\nname ");
	char name[4096] = "";

	if (at) {
		at += 6;
		memcpy(name, at, strcspn(at, "\n"));
	}
	wax_note_name(name, out);
}

/* A text, signed with the known key. */
static struct wax_bytes sign(const char *text, const char *as)
{
	uint8_t secret[WAX_ED25519_SECRET_SIZE];
	char name[WAX_NOTE_NAME_MAX + 1];
	struct wax_bytes in = {0}, out = {0};

	key_name(text, name);
	known_signer(secret);
	if (wax_bytes_add_text(&in, text, NULL) ||
	    wax_note_sign(&in, as ? as : name, secret, &out, NULL))
		tap_ok(false, "a text can be signed");
	wax_bytes_release(&in);
	return out;
}

/* Parses exactly as much, so that reading beyond is noticed. */
static int parse(struct wax_card *card, const void *data, size_t len,
		 struct wax_diag *diag)
{
	uint8_t *copy = malloc(len ? len : 1);
	int err;

	if (len)
		memcpy(copy, data, len);
	err = wax_card_parse(card, wax_cursor(copy, len), diag);
	free(copy);
	return err;
}

/* Whether a card that was read begins its note as writing it does. */
static bool writes_the_same(const struct wax_card *card,
			    const struct wax_bytes *note)
{
	uint8_t secret[WAX_ED25519_SECRET_SIZE];
	struct wax_bytes again = {0};
	const uint8_t *end;
	bool same;

	known_signer(secret);
	if (wax_card_write(card, secret, &again, NULL))
		return false;
	end = memmem(again.data, again.len, "\n\n", 2);
	same = end && note->len > (size_t)(end - again.data) &&
	       !memcmp(again.data, note->data, (size_t)(end - again.data) + 1);
	wax_bytes_release(&again);
	return same;
}

/* Signs a text and expects what reading says of it. */
static void expect(const char *text, const char *as, int err, const char *what)
{
	struct wax_bytes note = sign(text, as);
	struct wax_diag diag = {0};
	struct wax_card card;
	int got = parse(&card, note.data, note.len, &diag);

	tap_err(got, err, &diag, "%s", what);
	if (!got && !err)
		tap_ok(writes_the_same(&card, &note), "written the same again");
	wax_bytes_release(&note);
}

static void expect_line(int line, const char *instead, int err,
			const char *what)
{
	static char text[TEXT_MAX];

	text_with(line, instead, text);
	expect(text, SIGNED_AS_IT_SAYS, err, what);
}

static void known_answer(void)
{
	uint8_t secret[WAX_ED25519_SECRET_SIZE], hash[WAX_HASH_SIZE];
	struct wax_bytes got = {0};
	struct wax_card card;

	known_card(&card);
	known_signer(secret);
	tap_err(wax_card_write(&card, secret, &got, NULL), 0, NULL,
		"the known card is written");
	tap_bytes(got.data, got.len, known_text, strlen(known_text),
		  "and is the known text");
	got.len = 0;
	card.once = true;
	wax_card_write(&card, secret, &got, NULL);
	wax_sha256(got.data, got.len, hash);
	tap_bytes(hash, sizeof(hash), known_once, sizeof(known_once),
		  "so is the one for one caller");
	wax_bytes_release(&got);
}

static void reading(size_t step)
{
	struct wax_card *card = NULL, want;
	struct wax_diag diag = {0};
	struct mock_source m;
	struct wax_source *from =
		mock_source(&m, known_text, strlen(known_text));

	m.step = step;
	known_card(&want);
	tap_err(wax_card_read(from, &card, &diag), 0, &diag,
		"the known text is read, %zu bytes at a time", step);
	if (card) {
		tap_text(wax_card_name(card), want.name, "its name");
		tap_text(wax_card_identity(card), want.identity, "identity");
		tap_text(wax_card_recipient(card), want.recipient, "recipient");
		tap_text(wax_card_minisign(card), want.minisign, "minisign");
		tap_is(wax_card_prekey(card), want.prekey.id, "prekey");
		tap_is(wax_card_once(card), 0, "for every caller");
		tap_is(wax_card_issued(card), want.issued, "issued");
		tap_is(wax_card_expires(card), want.expires, "expires");
		tap_bytes(card->key, 32, want.key, 32, "the key");
		tap_bytes(card->prekey.x25519, 32, want.prekey.x25519, 32,
			  "the prekey's X25519");
		tap_bytes(card->prekey.xwing, sizeof(want.prekey.xwing),
			  want.prekey.xwing, sizeof(want.prekey.xwing),
			  "the prekey's X-Wing");
	}
	wax_card_free(card);
	wax_source_free(from);
}

/* A card of len bytes, with a line that nobody knows. */
static struct wax_bytes card_of(size_t len)
{
	static char text[TEXT_MAX];
	size_t more = len - strlen(known_text);
	char *end;

	text_with(N, NULL, text);
	end = strchr(text, '\0');
	memset(end, 'x', more);
	end[more - 1] = '\n';
	end[more] = '\0';
	return sign(text, SIGNED_AS_IT_SAYS);
}

static int read_all(const void *data, size_t len, unsigned fail_at)
{
	struct wax_card *card = NULL;
	struct wax_diag diag = {0};
	struct mock_source m;
	struct wax_source *from = mock_source(&m, data, len);
	int err;

	m.step = 1000;
	m.fail_at = fail_at;
	err = wax_card_read(from, &card, &diag);
	tap_ok(!err == (card != NULL) && !err == !*diag.text,
	       "a card or a reason");
	wax_card_free(card);
	wax_source_free(from);
	return err;
}

/* What wax_card_read() says of all sizes, and of a source that fails. */
static void sizes(void)
{
	for (size_t over = 0; over <= 1; over++) {
		struct wax_bytes note = card_of(WAX_CARD_MAX + over);

		tap_is((long long)note.len, (long long)(WAX_CARD_MAX + over),
		       "a long card");
		tap_is(read_all(note.data, note.len, 0),
		       over ? WAX_ERR_FORMAT : 0, "is %s",
		       over ? "too long" : "read");
		wax_bytes_release(&note);
	}
	for (unsigned i = 1; i <= 5; i++)
		tap_is(read_all(known_text, strlen(known_text), i), MOCK_ERR,
		       "read %u fails", i);
	tap_is(read_all("", 0, 0), WAX_ERR_FORMAT, "nothing is no card");
	wax_card_free(NULL);
}

/* A glance at what was read sees the same, but for the keys. */
static void glancing(void)
{
	struct wax_bytes once = {0};
	uint8_t secret[WAX_ED25519_SECRET_SIZE];
	struct wax_card want, got;
	unsigned wrong = 0;
	ptrdiff_t end;

	known_card(&want);
	known_signer(secret);
	for (unsigned i = 0; i < 2; i++) {
		want.once = i;
		once.len = 0;
		wax_card_write(&want, secret, &once, NULL);
		memset(&got, 0xff, sizeof(got));
		tap_ok(wax_card_glance(&got, wax_cursor(once.data, once.len)),
		       "a glance");
		tap_ok(!strcmp(got.name, want.name) &&
			       !strcmp(got.identity, want.identity) &&
			       !strcmp(got.recipient, want.recipient) &&
			       !strcmp(got.minisign, want.minisign),
		       "the texts");
		tap_ok(got.once == i && got.issued == want.issued &&
			       got.expires == want.expires,
		       "once and the times");
		tap_ok(!got.note.data && !got.prekey.id, "and no more");
	}
	end = (uint8_t *)memmem(once.data, once.len, "\n\n", 2) + 1 - once.data;
	for (size_t i = 0; i < once.len; i++) {
		uint8_t *copy = malloc(i ? i : 1);

		memcpy(copy, once.data, i);
		wrong += wax_card_glance(&got, wax_cursor(copy, i)) !=
			 ((ptrdiff_t)i >= end);
		free(copy);
	}
	tap_is(wrong, 0, "a glance goes to the end of the known lines");
	wax_bytes_release(&once);
}

/* A card of its own keeps all that it was read from. */
static void new_cards(void)
{
	const size_t len = strlen(known_text);
	struct wax_card *card = NULL;
	struct wax_diag diag = {0};
	char *copy = strdup(known_text);

	tap_err(wax_card_new(wax_cursor(copy, len), &card, &diag), 0, &diag,
		"a new card");
	memset(copy, 'x', len);
	tap_ok(card && card->note.len == len &&
		       !memcmp(card->note.data, known_text, len),
	       "with its note");
	wax_card_free(card);
	card = NULL;
	tap_err(wax_card_new(wax_cursor(copy, len), &card, &diag),
		WAX_ERR_FORMAT, &diag, "what is none");
	memcpy(copy, known_text, len);
	copy[len - 10] ^= 1;
	tap_err(wax_card_new(wax_cursor(copy, len), &card, &diag),
		WAX_ERR_TRUST, &diag, "a wrong signature");
	tap_ok(!card, "gives nothing");
	free(copy);
	for (size_t over = 0; over <= 1; over++) {
		struct wax_bytes note = card_of(WAX_CARD_MAX + over);

		tap_err(wax_card_new(wax_cursor(note.data, note.len), &card,
				     &diag),
			over ? WAX_ERR_FORMAT : 0, &diag, "a long one");
		tap_ok(over || (card && card->note.len == note.len),
		       "all of it is kept");
		if (!over)
			wax_card_free(card);
		wax_bytes_release(&note);
	}
}

/* Bits to change in the byte at i: where many are alike, one will do. */
static unsigned bits_of(size_t i)
{
	const char *recipient = strstr(known_text, "\nrecipient ");
	const char *prekey = strstr(known_text, "\nprekey ");
	const char *at = known_text + i;

	return (at > recipient + 20 && at < recipient + 1900) ||
			       (at > prekey + 80 && at < prekey + 1650)
		       ? 1
		       : 8;
}

/* A changed card is none, or is seen not to be signed. */
static void every_byte(void)
{
	size_t len = strlen(known_text), good = 0, odd = 0, trust = 0;
	char *copy = strdup(known_text);

	for (size_t i = 0; i < len; i++)
		for (unsigned bit = 0; bit < bits_of(i); bit++) {
			struct wax_diag diag = {0};
			struct wax_card card;
			int err;

			copy[i] ^= (char)(1 << bit);
			err = parse(&card, copy, len, &diag);
			copy[i] ^= (char)(1 << bit);
			good += !err;
			trust += err == WAX_ERR_TRUST;
			odd += (err != WAX_ERR_FORMAT &&
				err != WAX_ERR_TRUST) ||
			       !*diag.text;
		}
	tap_is((long long)good, 0, "no bit can be changed");
	tap_is((long long)odd, 0, "and it is one of two errors");
	/* Most of a prekey's bits, for one, are seen by the signature only. */
	tap_ok(trust > 1000, "the signature is what finds %zu", trust);
	for (size_t i = 0; i < len; i++)
		good += !parse(&(struct wax_card){0}, copy, i, NULL);
	tap_is((long long)good, 0, "nothing can be cut off");
	for (size_t i = 1; i < len; i++)
		good += !parse(&(struct wax_card){0}, copy + i, len - i, NULL);
	tap_is((long long)good, 0, "nor at the beginning");
	free(copy);
}

static void one_line(int i)
{
	static char text[TEXT_MAX];
	const char *line = lines[i];
	const char other_case[] = {(char)(*line ^ 0x20), '\0'};

	expect_line(i, NULL, WAX_ERR_FORMAT, "a line is missing");
	expect_line(i, paste(line, "\n", line), WAX_ERR_FORMAT, "one twice");
	text_with(N, NULL, text);
	strcat(text, paste(line, "\n", ""));
	expect(text, SIGNED_AS_IT_SAYS, WAX_ERR_FORMAT, "again at the end");
	expect_line(i, paste("unknown x\n", line, ""), WAX_ERR_FORMAT,
		    "an unknown one before it");
	expect_line(i, paste("\n", line, ""), WAX_ERR_FORMAT,
		    "an empty one before it");
	expect_line(i, paste(" ", line, ""), WAX_ERR_FORMAT, "indented");
	/* A name's spaces are its own. */
	expect_line(i, paste(line, " ", ""), i == NAME ? 0 : WAX_ERR_FORMAT,
		    "a space at its end");
	expect_line(i, paste(line, "\r", ""), WAX_ERR_FORMAT, "a CR there");
	expect_line(i, paste(other_case, line + 1, ""), WAX_ERR_FORMAT,
		    "a capital");
}

/* The lines in another order, one missing, one twice, one between. */
static void order(void)
{
	static char text[TEXT_MAX];
	char a[sizeof(*lines)], b[sizeof(*lines)];

	for (int i = 0; i < N; i++) {
		one_line(i);
		for (int j = i + 1; j < N; j++) {
			memcpy(a, lines[i], sizeof(a));
			memcpy(b, lines[j], sizeof(b));
			memcpy(lines[i], b, sizeof(b));
			memcpy(lines[j], a, sizeof(a));
			text_with(N, NULL, text);
			memcpy(lines[i], a, sizeof(a));
			memcpy(lines[j], b, sizeof(b));
			expect(text, SIGNED_AS_IT_SAYS, WAX_ERR_FORMAT,
			       "two lines change places");
		}
	}
}

static const struct {
	const char *more;
	int err;
} unknown[] = {
	{"x\n", 0},
	{"x y\nz\n", 0},
	{"\n", 0},
	{"\n\n\n", 0},
	{"Name x\n", 0},
	{"names x\n", 0},
	{"once-more\n", 0},
	{"wax/card/v2\n", 0},
	{" once\n", 0},
	{"g\xc3\xb6\xc3\xb6\x64\n", 0},
	/* What looks like signatures is text, where an empty line follows. */
	{"\n\xe2\x80\x94 bob AAAA\n", 0},
	{"once\n", WAX_ERR_FORMAT},
	{"x\nonce\n", WAX_ERR_FORMAT},
	{"\nonce\n", WAX_ERR_FORMAT},
	{"once x\n", WAX_ERR_FORMAT},
	{"name x\n", WAX_ERR_FORMAT},
	{"name\n", WAX_ERR_FORMAT},
	{"wax/card/v1\n", WAX_ERR_FORMAT},
	{"issued never\n", WAX_ERR_FORMAT},
	{"expires 9999-12-31T23:59:59Z\n", WAX_ERR_FORMAT},
	{"x\x1b[2J\n", WAX_ERR_FORMAT},
	{"x\ty\n", WAX_ERR_FORMAT},
	{"x\r\n", WAX_ERR_FORMAT},
	{"x\x7f\n", WAX_ERR_FORMAT},
	{"x\xff\n", WAX_ERR_FORMAT},
	{"x\xe2\x80\xaey\n", WAX_ERR_FORMAT},
};

static void more_lines(void)
{
	static char text[TEXT_MAX];

	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		text_with(N, NULL, text);
		strcat(text, unknown[i].more);
		expect(text, SIGNED_AS_IT_SAYS, unknown[i].err,
		       unknown[i].err ? "more that is refused"
				      : "more that is ignored");
	}
}

static const struct {
	const char *name;
	int err;
} names[] = {
	{"a", 0},
	{" ", 0},
	{" a ", 0},
	{"+", 0},
	{"-rf", 0},
	{"a/../b", 0},
	{"Anna Maria + Karl", 0},
	{"a\xc2\xa0z\xe3\x80\x80z", 0},
	{"\xe5\xb1\xb1\xe7\x94\xb0 \xe5\xa4\xaa\xe9\x83\x8e", 0},
	{"\xf0\x9f\x95\xaf", 0},
	{"\xe2\x80\x94 alice AAAA", 0},
	{"", WAX_ERR_FORMAT},
	{"a\x1b[31m", WAX_ERR_FORMAT},
	{"a\tb", WAX_ERR_FORMAT},
	{"a\xc2\x9bz", WAX_ERR_FORMAT},
	{"a\xe2\x80\xaez", WAX_ERR_FORMAT},
	{"a\xe2\x80\xa8z", WAX_ERR_FORMAT},
	{"a\xff", WAX_ERR_FORMAT},
	{"a\xc3", WAX_ERR_FORMAT},
};

static void card_names(void)
{
	char line[1024];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(line, sizeof(line), "name %s", names[i].name);
		expect_line(NAME, line, names[i].err, "a name");
	}
	expect_line(NAME, "name", WAX_ERR_FORMAT, "no name");
	for (int n = 254; n <= 256; n++) {
		snprintf(line, sizeof(line), "name %*d", n, 1);
		expect_line(NAME, line, n < 256 ? 0 : WAX_ERR_FORMAT,
			    "a long name");
		strcpy(line, "name ");
		for (int i = 0; i < n / 2; i++)
			strcat(line, "\xc3\xab");
		expect_line(NAME, line, n < 256 ? 0 : WAX_ERR_FORMAT,
			    "one of two bytes each");
		memset(line + 5, '+', (size_t)n);
		line[5 + n] = '\0';
		expect_line(NAME, line, n < 256 ? 0 : WAX_ERR_FORMAT,
			    "one of pluses");
	}
}

/* The signature's name is the card's; its key is the identity. */
static void signers(void)
{
	static const char *const others[] = {
		"Zo\xc3\xab M\xc3\xbcller+1", "Zo\xc3\xab-M\xc3\xbcller+1",
		"zo\xc3\xab-M\xc3\xbcller-1", "Zo\xc3\xab-M\xc3\xbcller-1 ",
		"Zo\xc3\xab-M\xc3\xbcller-",  "alice",
		KNOWN_KEY_NAME "-",	      "wax",
	};
	static char text[TEXT_MAX];
	uint8_t secret[WAX_ED25519_SECRET_SIZE], seed[32] = {1};
	struct wax_bytes in = {0}, note = {0};
	struct wax_card card;
	char line[80];

	text_with(N, NULL, text);
	expect(text, KNOWN_KEY_NAME, 0, "signed as it should be");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		expect(text, others[i], WAX_ERR_TRUST, "under another name");
	/* Another key, under the right name and number's form. */
	wax_ed25519_secret(secret, seed);
	wax_bytes_add_text(&in, text, NULL);
	wax_note_sign(&in, KNOWN_KEY_NAME, secret, &note, NULL);
	tap_err(parse(&card, note.data, note.len, NULL), WAX_ERR_TRUST, NULL,
		"with another key");
	/* And the other way around: another identity, this key. */
	wax_ed25519_secret_public(seed, secret);
	strcpy(line, "identity ");
	wax_bech32_encode("wax", false, seed, sizeof(seed), line + 9);
	line[9 + 62] = '\0';
	expect_line(IDENTITY, line, WAX_ERR_TRUST, "of another identity");
	wax_bytes_release(&in);
	wax_bytes_release(&note);
}

static void several_signatures(void)
{
	static const char other[] = "\xe2\x80\x94 bob AAAAAAA=\n";
	static char note[TEXT_MAX];
	const char *ours = strstr(known_text, "\n\n") + 2;
	size_t at = (size_t)(ours - known_text);
	struct wax_card card;

	for (int n = 1; n <= 17; n++) {
		int want = n > 16 ? WAX_ERR_TRUST : 0;

		sprintf(note, "%.*s", (int)at, known_text);
		for (int i = 1; i < n; i++)
			strcat(note, other);
		strcat(note, ours);
		tap_err(parse(&card, note, strlen(note), NULL), want, NULL,
			"the last of %d signatures", n);
		sprintf(note, "%s", known_text);
		for (int i = 1; i < n; i++)
			strcat(note, other);
		tap_err(parse(&card, note, strlen(note), NULL), want, NULL,
			"the first of %d signatures", n);
	}
	sprintf(note, "%.*s%s", (int)at, known_text, other);
	tap_err(parse(&card, note, strlen(note), NULL), WAX_ERR_TRUST, NULL,
		"others only");
}

/* Points that are none, or not of the main group, or not the least form. */
static void identities(void)
{
	static const char *const bad[] = {
		"0000000000000000000000000000000000000000000000000000000000"
		"000000",
		"0100000000000000000000000000000000000000000000000000000000"
		"000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"ffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"ffff7f",
		"0200000000000000000000000000000000000000000000000000000000"
		"000000",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792"
		"ac037a",
	};
	char line[128], *to = line + strlen("identity ");

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		uint8_t key[32];

		tap_hex(bad[i], key, sizeof(key));
		memset(line, 0, sizeof(line));
		strcpy(line, "identity ");
		wax_bech32_encode("wax", false, key, sizeof(key), to);
		expect_line(IDENTITY, line, WAX_ERR_FORMAT, "no good point");
	}
	strcpy(line, lines[IDENTITY]);
	for (char *c = to; *c; c++)
		*c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
	expect_line(IDENTITY, line, WAX_ERR_FORMAT, "capitals");
	strcpy(line, lines[IDENTITY]);
	*to = 'W';
	expect_line(IDENTITY, line, WAX_ERR_FORMAT, "one capital");
	strcpy(line, lines[IDENTITY]);
	line[strlen(line) - 1] ^= 1;
	expect_line(IDENTITY, line, WAX_ERR_FORMAT, "a wrong checksum");
	expect_line(IDENTITY, "identity", WAX_ERR_FORMAT, "none");
	expect_line(IDENTITY, "identity ", WAX_ERR_FORMAT, "an empty one");
}

static const struct {
	int line;
	const char *instead;
	int err;
} fields[] = {
	{FIRST, "wax/card/v2", WAX_ERR_FORMAT},
	{FIRST, "wax/card/v1 x", WAX_ERR_FORMAT},
	{FIRST, "wax/card/v1x", WAX_ERR_FORMAT},
	{RECIPIENT,
	 "recipient age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnu"
	 "jwj",
	 WAX_ERR_FORMAT},
	{RECIPIENT,
	 "recipient ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEQ+lmQtqTa0jo6/"
	 "6qJ5nQGcIJCIBKGPVHuJy0Kq6fTc",
	 WAX_ERR_FORMAT},
	{RECIPIENT, "recipient", WAX_ERR_FORMAT},
	{RECIPIENT, "recipient age1pq1", WAX_ERR_FORMAT},
	{MINISIGN, "minisign", WAX_ERR_FORMAT},
	{MINISIGN, "minisign RW", WAX_ERR_FORMAT},
	{MINISIGN,
	 "minisign RURE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVuDmK",
	 WAX_ERR_FORMAT},
	{MINISIGN,
	 "minisign AWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVuDmK",
	 WAX_ERR_FORMAT},
	{MINISIGN,
	 "minisign RWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVuDm",
	 WAX_ERR_FORMAT},
	{MINISIGN,
	 "minisign RWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVuDmKA",
	 WAX_ERR_FORMAT},
	{MINISIGN,
	 "minisign RWRE2gIMiN90nIocCVSjM-fLipthM2AuCgRDIFnN/3+14zFsFjgVuDmK",
	 WAX_ERR_FORMAT},
	/* As long, and of 41 or 40 bytes. */
	{MINISIGN,
	 "minisign RWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVuDk=",
	 WAX_ERR_FORMAT},
	{MINISIGN,
	 "minisign RWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVuA==",
	 WAX_ERR_FORMAT},
	{PREKEY, "prekey", WAX_ERR_FORMAT},
	{PREKEY, "prekey 1", WAX_ERR_FORMAT},
	{PREKEY, "prekey 1 ", WAX_ERR_FORMAT},
	{ISSUED, "issued 2026-11-23T10:00:00Z\nonce", WAX_ERR_FORMAT},
	{ISSUED, "once\nissued 2026-11-23T10:00:00Z", 0},
	{ISSUED, "once \nissued 2026-11-23T10:00:00Z", WAX_ERR_FORMAT},
	{ISSUED, "once x\nissued 2026-11-23T10:00:00Z", WAX_ERR_FORMAT},
	{ISSUED, "Once\nissued 2026-11-23T10:00:00Z", WAX_ERR_FORMAT},
	{ISSUED, "once\nonce\nissued 2026-11-23T10:00:00Z", WAX_ERR_FORMAT},
	{ISSUED, "issued 1970-01-01T00:00:00Z", 0},
	{ISSUED, "issued 2024-02-29T00:00:00Z", 0},
	{ISSUED, "issued 2026-12-23T09:59:59Z", 0},
	{ISSUED, "issued 2026-12-23T10:00:00Z", WAX_ERR_FORMAT},
	{ISSUED, "issued 2026-12-23T10:00:01Z", WAX_ERR_FORMAT},
	{ISSUED, "issued 9999-12-31T23:59:59Z", WAX_ERR_FORMAT},
	{ISSUED, "issued 2026-02-29T00:00:00Z", WAX_ERR_FORMAT},
	{ISSUED, "issued 2026-11-22T24:00:00Z", WAX_ERR_FORMAT},
	{ISSUED, "issued 1969-12-31T23:59:59Z", WAX_ERR_FORMAT},
	{ISSUED, "issued 2026-11-23T10:00:00+00:00", WAX_ERR_FORMAT},
	{ISSUED, "issued 2026-11-23T10:00:00.5Z", WAX_ERR_FORMAT},
	{ISSUED, "issued 2026-11-23", WAX_ERR_FORMAT},
	{ISSUED, "issued 1795428000", WAX_ERR_FORMAT},
	{ISSUED, "issued  2026-11-23T10:00:00Z", WAX_ERR_FORMAT},
	{ISSUED, "issued", WAX_ERR_FORMAT},
	{EXPIRES, "expires 9999-12-31T23:59:59Z", 0},
	{EXPIRES, "expires 2026-11-23T10:00:01Z", 0},
	{EXPIRES, "expires 2026-11-23T10:00:00Z", WAX_ERR_FORMAT},
	{EXPIRES, "expires 2026-11-23T09:59:59Z", WAX_ERR_FORMAT},
	{EXPIRES, "expires 10000-01-01T00:00:00Z", WAX_ERR_FORMAT},
	{EXPIRES, "expires 9999-12-31T23:59:60Z", WAX_ERR_FORMAT},
	{EXPIRES, "expires never", WAX_ERR_FORMAT},
	{EXPIRES, "expires", WAX_ERR_FORMAT},
};

static void all_fields(void)
{
	char line[4096], what[64];

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		snprintf(what, sizeof(what), "%zu: %.50s", i,
			 fields[i].instead);
		what[strcspn(what, "\n")] = '\0';
		expect_line(fields[i].line, fields[i].instead, fields[i].err,
			    what);
	}
	expect_line(RECIPIENT,
		    paste(lines[RECIPIENT], " ", strchr(lines[RECIPIENT], 'a')),
		    WAX_ERR_FORMAT, "two recipients");
	strcpy(line, lines[RECIPIENT]);
	for (char *c = line + strlen("recipient "); *c; c++)
		*c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
	expect_line(RECIPIENT, line, WAX_ERR_FORMAT, "one in capitals");
	strcpy(line, lines[RECIPIENT]);
	line[strlen(line) - 1] ^= 1;
	expect_line(RECIPIENT, line, WAX_ERR_FORMAT, "one mistyped");
}

static void prekey_numbers(void)
{
	static const struct {
		const char *id;
		int err;
	} ids[] = {
		{"0", 0},
		{"1", 0},
		{"4294967295", 0},
		{"4294967296", WAX_ERR_FORMAT},
		{"4294967306", WAX_ERR_FORMAT},
		{"9999999999", WAX_ERR_FORMAT},
		{"18446744073709551617", WAX_ERR_FORMAT},
		{"00", WAX_ERR_FORMAT},
		{"01", WAX_ERR_FORMAT},
		{"+1", WAX_ERR_FORMAT},
		{"-1", WAX_ERR_FORMAT},
		{" 1", WAX_ERR_FORMAT},
		{"1 ", WAX_ERR_FORMAT},
		{"0x1", WAX_ERR_FORMAT},
		{"1a", WAX_ERR_FORMAT},
		{"1.0", WAX_ERR_FORMAT},
		{"", WAX_ERR_FORMAT},
		{"\xd9\xa1", WAX_ERR_FORMAT},
	};
	const char *keys = strchr(lines[PREKEY] + strlen("prekey "), ' ');
	char line[4096];

	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		snprintf(line, sizeof(line), "prekey %s%s", ids[i].id, keys);
		expect_line(PREKEY, line, ids[i].err, ids[i].id);
	}
}

/* Both keys are unpadded base64 of one length, in one form. */
static void prekey_keys(void)
{
	const char *x = strchr(lines[PREKEY] + strlen("prekey "), ' ') + 1;
	const char *k = strchr(x, ' ') + 1;
	const int n = (int)(k - x) - 1, m = (int)strlen(k);
	char line[4096];

	tap_ok(n == 43 && m == 1622, "the sizes of both keys");
	snprintf(line, sizeof(line), "prekey 1 %.*s %s", n - 1, x, k);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "the first is short");
	snprintf(line, sizeof(line), "prekey 1 %.*sA %s", n, x, k);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "the first is long");
	snprintf(line, sizeof(line), "prekey 1 %.*s= %s", n, x, k);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "the first is padded");
	snprintf(line, sizeof(line), "prekey 1 %.*s= %s", n - 1, x, k);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "or padded and as long");
	/* The last character has two bits more than the key. */
	snprintf(line, sizeof(line), "prekey 1 %.*s%c %s", n - 1, x,
		 x[n - 1] + 1, k);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "bits behind the first");
	snprintf(line, sizeof(line), "prekey 1 %.*s %.*s", n, x, m - 1, k);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "the second is short");
	snprintf(line, sizeof(line), "prekey 1 %.*s %sA", n, x, k);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "the second is long");
	snprintf(line, sizeof(line), "prekey 1 %.*s %s==", n, x, k);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "the second is padded");
	snprintf(line, sizeof(line), "prekey 1 %.*s %.*s%c", n, x, m - 1, k,
		 k[m - 1] + 1);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "bits behind the second");
	snprintf(line, sizeof(line), "prekey 1 %s %.*s", k, n, x);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "the other way around");
	snprintf(line, sizeof(line), "prekey 1 %.*s  %s", n, x, k);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "two spaces");
	snprintf(line, sizeof(line), "prekey 1 %.*s %s x", n, x, k);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "a fourth word");
	snprintf(line, sizeof(line), "prekey 1 %.*s", n, x);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "one key only");
	snprintf(line, sizeof(line), "prekey 1 %.*s -%s", n, x, k + 1);
	expect_line(PREKEY, line, WAX_ERR_FORMAT, "another alphabet");
}

/* What is around the card, or no card at all. */
static void other_texts(void)
{
	static const char *const none[] = {
		"",
		"\n",
		"wax/card/v1\n",
		"age1pq1xyz\n",
		"untrusted comment: minisign public key\nRW\n",
		"a note\n\n\xe2\x80\x94 bob AAAAAAA=\n",
	};
	static char text[TEXT_MAX];
	struct wax_card card;

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		tap_err(parse(&card, none[i], strlen(none[i]), NULL),
			WAX_ERR_FORMAT, NULL, "no card, %zu", i);
	snprintf(text, sizeof(text), "\n%s", known_text);
	tap_err(parse(&card, text, strlen(text), NULL), WAX_ERR_FORMAT, NULL,
		"an empty line before it");
	snprintf(text, sizeof(text), "\xef\xbb\xbf%s", known_text);
	tap_err(parse(&card, text, strlen(text), NULL), WAX_ERR_FORMAT, NULL,
		"a byte order mark");
	snprintf(text, sizeof(text), "%s\n", known_text);
	tap_err(parse(&card, text, strlen(text), NULL), WAX_ERR_FORMAT, NULL,
		"an empty line behind it");
	snprintf(text, sizeof(text), "%s%s", known_text, known_text);
	tap_ok(parse(&card, text, strlen(text), NULL), "two cards");
	snprintf(text, sizeof(text), "%s", known_text);
	tap_err(parse(&card, text, strlen(text) + 1, NULL), WAX_ERR_FORMAT,
		NULL, "a NUL behind it");
	strstr(text, "\nissued")[1] = '\0';
	tap_err(parse(&card, text, strlen(known_text), NULL), WAX_ERR_FORMAT,
		NULL, "a NUL within");
	for (size_t n = 0, i = 0; i <= strlen(known_text); i++) {
		text[n++] = known_text[i];
		if (known_text[i] == '\n') {
			text[n - 1] = '\r';
			text[n++] = '\n';
		}
	}
	tap_err(parse(&card, text, strlen(text), NULL), WAX_ERR_FORMAT, NULL,
		"lines of Windows'");
}

int main(void)
{
	take_lines();
	known_answer();
	reading(0);
	reading(1);
	reading(7);
	sizes();
	glancing();
	new_cards();
	every_byte();
	order();
	more_lines();
	card_names();
	signers();
	several_signatures();
	identities();
	all_fields();
	prekey_numbers();
	prekey_keys();
	other_texts();
	return tap_end();
}
