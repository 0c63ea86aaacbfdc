/* SPDX-License-Identifier: ISC */
/*
 * Signed notes: known answers, one of another program's, and what is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "keys/note.h"
#include "known.h"
#include "mock.h"
#include "tap.h"

#define DASH "\xe2\x80\x94 "
#define ZOE "Zo\xc3\xab"
#define TEXT "wax/test/v1\nhello\n"

/* Of the known identity, computed elsewhere. */
#define SIGNATURE                                                              \
	"qr8KAYEgNM6f8n6woH4LX5X5yXDgE+xLTi+o/sENFP/6RjLme7Iwwq/ZDsWbkhiH7Z9x" \
	"W2G3j6L5bFSpfO6inZ8hGQ0="
#define LINE DASH ZOE " " SIGNATURE "\n"

static const struct {
	const char *name, *want;
} names[] = {
	{"alice", "alice"},
	{"", ""},
	{" ", "-"},
	{"a b+c", "a-b-c"},
	{"++  ", "----"},
	{"a\xc2\xa0z", "a-z"},		      /* no-break space */
	{"a\xe1\x9a\x80z", "a-z"},	      /* U+1680 */
	{"a\xe2\x80\x80z", "a-z"},	      /* U+2000 */
	{"a\xe2\x80\x8az", "a-z"},	      /* U+200A */
	{"a\xe2\x80\xafz", "a-z"},	      /* U+202F */
	{"a\xe2\x81\x9fz", "a-z"},	      /* U+205F */
	{"a\xe3\x80\x80z", "a-z"},	      /* U+3000 */
	{"a\xe2\x80\x8bz", "a\xe2\x80\x8bz"}, /* zero width: none */
	{"a\xef\xbb\xbfz", "a\xef\xbb\xbfz"}, /* nor this */
	{"a\xef\xbc\x8bz", "a\xef\xbc\x8bz"}, /* a wide plus is none */
	{"\xf0\x9f\x95\xaf", "\xf0\x9f\x95\xaf"},
	{"-", "-"},
};

static void key_names(void)
{
	char got[WAX_NOTE_NAME_MAX + 1], name[3 * WAX_NOTE_NAME_MAX + 1] = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		wax_note_name(names[i].name, got);
		tap_text(got, names[i].want, "the key of '%s'", names[i].name);
	}
	memset(name, 'x', WAX_NOTE_NAME_MAX);
	wax_note_name(name, got);
	tap_text(got, name, "the longest name");
	memset(name, '+', WAX_NOTE_NAME_MAX);
	wax_note_name(name, got);
	tap_ok(strspn(got, "-") == WAX_NOTE_NAME_MAX, "and one of pluses");
	*name = '\0';
	for (size_t i = 0; i < WAX_NOTE_NAME_MAX / 3; i++)
		strcat(name, "\xe3\x80\x80");
	wax_note_name(name, got);
	tap_ok(strspn(got, "-") == WAX_NOTE_NAME_MAX / 3, "and one of spaces");
}

/* Adds a note of the known identity. */
static void sign(const char *text, const char *name, struct wax_bytes *out)
{
	uint8_t secret[WAX_ED25519_SECRET_SIZE];
	struct wax_bytes in = {0};

	known_signer(secret);
	if (wax_bytes_add_text(&in, text, NULL) ||
	    wax_note_sign(&in, name, secret, out, NULL))
		tap_ok(false, "a note can be signed");
	wax_bytes_release(&in);
}

static void known_answers(void)
{
	static const char want[] = "before" TEXT "\n" LINE;
	struct wax_bytes got = {0};

	sign(TEXT, ZOE, &got);
	tap_bytes(got.data, got.len, want + 6, sizeof(want) - 7,
		  "the known note");
	got.len = 0;
	wax_bytes_add_text(&got, "before", NULL);
	sign(TEXT, ZOE, &got);
	tap_bytes(got.data, got.len, want, sizeof(want) - 1,
		  "it is added to what is there");
	wax_bytes_release(&got);
}

/* Whether a note is good, with this key. */
static bool good_by(const void *data, size_t len, const char *name,
		    const uint8_t *key)
{
	/* Exactly as much, so that reading beyond is noticed. */
	uint8_t *copy = malloc(len ? len : 1);
	struct wax_cursor text, signatures;
	bool good;

	if (len)
		memcpy(copy, data, len);
	good = wax_note_split(wax_cursor(copy, len), &text, &signatures) &&
	       wax_note_verify(text, signatures, name, key);
	free(copy);
	return good;
}

static bool is_good(const char *note)
{
	return good_by(note, strlen(note), ZOE, known_public);
}

/* The example in the tests of Go's golang.org/x/mod/sumdb/note. */
static void of_go(void)
{
	static const char key[] = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T"
				  "W";
	static const char note[] =
		"If you think cryptography is the answer to your problem,\n"
		"then you don't know what your problem is.\n"
		"\n" DASH "PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pA"
		"cElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
	uint8_t bytes[33] = {0};

	tap_ok(wax_base64_decode(key, sizeof(key) - 1, bytes) && *bytes == 1,
	       "a key of Go's");
	tap_ok(good_by(note, sizeof(note) - 1, "PeterNeumann", bytes + 1),
	       "has signed a note");
	tap_ok(!good_by(note, sizeof(note) - 1, "PeterNeumaNn", bytes + 1),
	       "and nobody else has");
}

static const struct {
	const char *note, *text;
} split[] = {
	{"a\n\n" DASH "x y\n", "a\n"},
	{"a\n\nb\n\n" DASH "x y\n", "a\n\nb\n"},
	{"a\n\n\n" DASH "x y\n", "a\n\n"},
	{"\n\n\n" DASH "x y\n", "\n\n"},
	{"a\n\n" DASH "x\n", "a\n"}, /* verifying is what finds this */
	{"\xc3\xab\n\nb\n", "\xc3\xab\n"},
	{"", NULL},
	{"\n", NULL},
	{"\n\n", NULL},
	{"a", NULL},
	{"a\n", NULL},
	{"a\n\n", NULL},
	{"a\n\n\n", NULL},
	{"\n" DASH "x y\n", NULL},
	{"\n\n" DASH "x y\n", NULL}, /* the text is empty */
	{"a\n" DASH "x y\n", NULL},
	{"a\n\n" DASH "x y", NULL},
	{"a\n\n" DASH "x y\n\n", NULL},
	{"a\r\n\r\n" DASH "x y\r\n", NULL},
	{"a\r\n\n" DASH "x y\n", NULL},
	{"a\n\n" DASH "x y\r\n", NULL},
	{"a\tb\n\n" DASH "x y\n", NULL},
	{"a\x1b[2J\n\n" DASH "x y\n", NULL},
	{"a\x7f\n\n" DASH "x y\n", NULL},
	{"a\xc2\x85z\n\n" DASH "x y\n", NULL},
	{"a\xe2\x80\xae\n\n" DASH "x y\n", NULL}, /* turns the text around */
	{"a\xe2\x80\xa8\n\n" DASH "x y\n", NULL}, /* a line separator */
	{"a\xff\n\n" DASH "x y\n", NULL},
	{"a\xc3\n\n" DASH "x y\n", NULL},
	{"a\xc0\xaf\n\n" DASH "x y\n", NULL},
	{"a\xed\xa0\x80\n\n" DASH "x y\n", NULL},
	{"a\n\n" DASH "x\x01 y\n", NULL},
	{"a\n\n\xe2\x80\n", NULL},
};

static void splitting(void)
{
	struct wax_cursor text = {0}, signatures;

	for (size_t i = 0; i < sizeof(split) / sizeof(*split); i++) {
		const char *note = split[i].note;
		bool got = wax_note_split(wax_cursor(note, strlen(note)), &text,
					  &signatures);

		tap_is(got, split[i].text != NULL, "note %zu is %s", i,
		       split[i].text ? "one" : "none");
		if (!got || !split[i].text)
			continue;
		tap_bytes(text.at, text.left, split[i].text,
			  strlen(split[i].text), "its text");
		tap_is((long long)(text.left + 1 + signatures.left),
		       (long long)strlen(note), "the rest are signatures");
	}
	tap_ok(!wax_note_split(wax_cursor("a\0b\n\n" DASH "x y\n", 13), &text,
			       &signatures),
	       "a NUL makes it none");
	tap_ok(!wax_note_split(wax_cursor(NULL, 0), &text, &signatures),
	       "and so does nothing at all");
}

/* A signature of nobody's: a good form and no sense. */
#define OTHER                                                                  \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAA="

static const struct {
	const char *lines;
	bool good;
	const char *what;
} lists[] = {
	{LINE, true, "one signature"},
	{LINE LINE, true, "the same twice"},
	{DASH "bob " OTHER "\n" LINE, true, "another one before"},
	{LINE DASH "bob " OTHER "\n", true, "another one behind"},
	{DASH ZOE " " OTHER "\n" LINE, true, "another key of the same name"},
	{LINE DASH ZOE " " OTHER "\n", true, "the same behind"},
	{DASH "bob AAAAAAA=\n" LINE, true, "one of another size"},
	{DASH ZOE " AAAAAAA=\n" LINE, true, "of the same name, too"},
	{DASH "Zo\xc3\xaa " SIGNATURE "\n", false, "another name"},
	{DASH "Zo\xc3 " SIGNATURE "\n", false, "half a name"},
	{DASH ZOE "e " SIGNATURE "\n", false, "a longer name"},
	{DASH " " SIGNATURE "\n", false, "no name"},
	{LINE DASH " " SIGNATURE "\n", false, "no name beside a good one"},
	{DASH ZOE "\n", false, "no signature"},
	{LINE DASH "bob\n", false, "none beside a good one"},
	{DASH ZOE "  " SIGNATURE "\n", false, "two spaces"},
	{DASH ZOE " " SIGNATURE " \n", false, "a space at the end"},
	{DASH ZOE " " SIGNATURE " x\n", false, "a word at the end"},
	{DASH DASH ZOE " " SIGNATURE "\n", false, "two dashes"},
	{"- " ZOE " " SIGNATURE "\n", false, "a hyphen"},
	{"\xe2\x80\x93 " ZOE " " SIGNATURE "\n", false, "an en dash"},
	{" " LINE, false, "indented"},
	{ZOE " " SIGNATURE "\n", false, "no dash"},
	{"x\n" LINE, false, "another line before"},
	{LINE "x\n", false, "another line behind"},
	{LINE DASH "\n", false, "a dash alone"},
	{DASH ZOE " " OTHER "\n", false, "another key only"},
	/* What Go's reader refuses, too. */
	{LINE DASH "bob !\n", false, "no base64 beside a good one"},
	{LINE DASH "bob AAAAAAA\n", false, "base64 without padding"},
	{LINE DASH "bob AAAA\n", false, "not even a key's number"},
	{LINE DASH "bob+b " OTHER "\n", false, "a plus in a name"},
	{LINE DASH "b\xc2\xa0z " OTHER "\n", false, "a space in a name"},
};

static void signatures(void)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		char note[1024];

		snprintf(note, sizeof(note), TEXT "\n%s", lists[i].lines);
		tap_is(is_good(note), lists[i].good, "%s", lists[i].what);
	}
}

/* c2sp.org/signed-note: 16 must be accepted; more need not be. */
static void many(void)
{
	char note[32768];

	for (int before = 0; before <= 16; before++) {
		strcpy(note, TEXT "\n");
		for (int i = 0; i < 16; i++)
			strcat(note,
			       i == before ? LINE : DASH "bob " OTHER "\n");
		tap_is(is_good(note), before < 16, "16, %d before ours",
		       before);
	}
	strcpy(note, TEXT "\n");
	for (int i = 0; i < 17; i++)
		strcat(note, LINE);
	tap_ok(!is_good(note), "17 are too many");
}

/* Those of a known key that are wrong should not be passed over, there. */
static void wrong_beside_good(void)
{
	static const char good[] = LINE;
	char bad[sizeof(good)], note[1024];

	/* A bit of the signature, not of the key's number. */
	memcpy(bad, good, sizeof(bad));
	bad[strlen(DASH ZOE) + 20] ^= 1;
	snprintf(note, sizeof(note), TEXT "\n%s", bad);
	tap_ok(!is_good(note), "a wrong one");
	snprintf(note, sizeof(note), TEXT "\n%s%s", bad, good);
	tap_ok(!is_good(note), "a wrong one before a good one");
	snprintf(note, sizeof(note), TEXT "\n%s%s", good, bad);
	tap_ok(!is_good(note), "a wrong one behind a good one");
}

/* No bit can be changed, and nothing cut off or added. */
static void every_bit(void)
{
	static const char note[] = TEXT "\n" LINE;
	const size_t len = sizeof(note) - 1;
	char copy[sizeof(note) + 1];
	unsigned good = 0;

	memcpy(copy, note, sizeof(note));
	for (size_t i = 0; i < 8 * len; i++) {
		copy[i / 8] ^= (char)(1 << i % 8);
		good += good_by(copy, len, ZOE, known_public);
		copy[i / 8] ^= (char)(1 << i % 8);
	}
	tap_is(good, 0, "no bit can be changed");
	for (size_t i = 0; i < len; i++)
		good += good_by(note, i, ZOE, known_public);
	tap_is(good, 0, "nothing can be cut off");
	for (size_t i = 1; i < len; i++)
		good += good_by(note + i, len - i, ZOE, known_public);
	tap_is(good, 0, "at the beginning neither");
	for (unsigned b = 0; b < 256; b++) {
		copy[len] = (char)b;
		good += good_by(copy, len + 1, ZOE, known_public);
	}
	tap_is(good, 0, "nothing can be added");
	tap_ok(good_by(copy, len, ZOE, known_public), "and it is good");
}

/* The key and its name are both in the key's number. */
static void other_keys(void)
{
	static const char note[] = TEXT "\n" LINE;
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];
	struct wax_bytes renamed = {0};
	unsigned good = 0;

	sign(TEXT, "Zoe", &renamed);
	for (size_t i = 0; i < 8 * sizeof(key); i++) {
		memcpy(key, known_public, sizeof(key));
		key[i / 8] ^= (uint8_t)(1 << i % 8);
		good += good_by(note, sizeof(note) - 1, ZOE, key);
	}
	tap_is(good, 0, "no other key");
	tap_ok(!good_by(note, sizeof(note) - 1, "", known_public), "no name");
	tap_ok(good_by(renamed.data, renamed.len, "Zoe", known_public),
	       "under another name");
	tap_ok(!good_by(renamed.data, renamed.len, ZOE, known_public),
	       "it is another key");
	wax_bytes_release(&renamed);
}

int main(void)
{
	key_names();
	known_answers();
	of_go();
	splitting();
	signatures();
	many();
	wrong_beside_good();
	every_bit();
	other_keys();
	return tap_end();
}
