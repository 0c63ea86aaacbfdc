/* SPDX-License-Identifier: ISC */
/*
 * One contact: what its file holds, what can be its name and what looks like
 * it, and the code that two people compare.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "keys/contact.h"
#include "keys/key.h"
#include "known.h"
#include "people.h"
#include "tap.h"

#define T0 KNOWN_ISSUED
#define PQ WAX_IDENTITY_MLKEM768X25519

/* "Zoe" with a diaeresis, and the file of that contact: computed elsewhere. */
#define ZOE "Zo\xc3\xab"
#define FILE_SIZE 4030
static const char *const file_hash =
	"051beb8c0fd2b8544242f642306fc9783d6c5ec26915d48977a40ea1bd1b62f0";

/* Where the fields are in a file of one device, by the length of its name. */
static size_t at_count(size_t name)
{
	return 8 + name;
}

static void add_device(struct wax_contact *c, const struct wax_card *card,
		       int64_t added, int64_t verified)
{
	struct wax_device *d = NULL;

	if (wax_contact_add(c, &d, NULL) || wax_device_set(d, card, NULL)) {
		tap_ok(false, "a device can be added");
		return;
	}
	d->added = added;
	d->verified = verified;
}

static struct wax_bytes encode(const struct wax_contact *c)
{
	struct wax_bytes out = {0};

	if (wax_contact_encode(c, &out, NULL))
		tap_ok(false, "a contact can be encoded");
	return out;
}

/* A file of one device of the known card. */
static struct wax_bytes known_contact(const char *name)
{
	struct wax_contact c = {0};
	struct wax_card *card = people_known();
	struct wax_bytes out;

	strcpy(c.name, name);
	add_device(&c, card, T0 + 1, T0 + 2);
	out = encode(&c);
	wax_contact_release(&c);
	wax_card_free(card);
	return out;
}

/* Decodes exactly as much, both ways, which must agree. */
static int decode(const void *data, size_t len, struct wax_bytes *again)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct wax_contact c = {0}, glance = {0};
	struct wax_diag diag = {0};
	int err, other;

	if (len)
		memcpy(copy, data, len);
	err = wax_contact_decode(&c, wax_cursor(copy, len), false, &diag);
	other = wax_contact_decode(&glance, wax_cursor(copy, len), true, NULL);
	free(copy);
	/* A glance may see less that is wrong, never more. */
	if ((err && err != WAX_ERR_STATE) || (!err && other) ||
	    (err && !*diag.text))
		tap_ok(false, "odd: %d, at a glance %d, '%s'", err, other,
		       diag.text);
	if (!err && again)
		*again = encode(&c);
	wax_contact_release(&c);
	wax_contact_release(&glance);
	return err;
}

static void known_answer(void)
{
	struct wax_bytes file = known_contact(ZOE);
	uint8_t want[WAX_HASH_SIZE], hash[WAX_HASH_SIZE];

	tap_is((long long)file.len, FILE_SIZE, "the known file's size");
	tap_hex(file_hash, want, sizeof(want));
	wax_sha256(file.data, file.len, hash);
	tap_bytes(hash, sizeof(hash), want, sizeof(want), "and its bytes");
	wax_bytes_release(&file);
}

static void expect_card(const struct wax_card *got, const struct wax_card *want)
{
	tap_text(wax_card_name(got), wax_card_name(want), "the card's name");
	tap_text(wax_card_identity(got), wax_card_identity(want), "identity");
	tap_text(wax_card_recipient(got), wax_card_recipient(want),
		 "recipient");
	tap_text(wax_card_minisign(got), wax_card_minisign(want), "minisign");
	tap_is(wax_card_issued(got), wax_card_issued(want), "issued");
	tap_is(wax_card_expires(got), wax_card_expires(want), "expires");
	tap_is(wax_card_once(got), wax_card_once(want), "once");
}

/* Of a contact with two devices, decoded whole or at a glance. */
static void decoded(bool glance)
{
	struct wax_card *cards[] = {people_known(), people_card(1, "Bob", 0)};
	struct wax_contact c = {.name = "both"}, got = {0};
	struct wax_bytes file;

	cards[1]->once = true;
	people_sign(cards[1], 1);
	add_device(&c, cards[0], 1, 0);
	add_device(&c, cards[1], WAX_TIME_MAX, WAX_TIME_MAX);
	file = encode(&c);
	tap_err(wax_contact_decode(&got, wax_cursor(file.data, file.len),
				   glance, NULL),
		0, NULL, "two devices%s", glance ? ", at a glance" : "");
	/* Nothing of it lives in the file. */
	memset(file.data, 0xff, file.len);
	tap_text(wax_contact_name(&got), "both", "the name");
	tap_is((long long)wax_contact_devices(&got), 2, "of two devices");
	for (size_t i = 0; i < got.n; i++) {
		expect_card(wax_contact_card(&got, i), cards[i]);
		tap_is(wax_contact_added(&got, i), i ? WAX_TIME_MAX : 1,
		       "added");
		tap_is(wax_contact_verified(&got, i), i ? WAX_TIME_MAX : 0,
		       "verified");
		tap_is((long long)wax_contact_device(&got, cards[i]->identity),
		       (long long)i, "found by its identity");
		tap_ok(glance ? !got.devices[i].card.note.len
			      : !memcmp(&cards[i]->prekey,
					&got.devices[i].card.prekey,
					sizeof(cards[i]->prekey)),
		       "and its prekey");
	}
	tap_is((long long)wax_contact_device(&got, "wax1"), 2, "another: none");
	wax_bytes_release(&file);
	wax_contact_release(&c);
	wax_contact_release(&got);
	wax_card_free(cards[0]);
	wax_card_free(cards[1]);
}

/* With one device and the maximum, not none and not more. */
static void device_counts(void)
{
	struct wax_contact c = {.name = "x"};

	for (uint32_t n = 0; n <= WAX_DEVICES_MAX + 1; n++) {
		struct wax_bytes file = encode(&c), again = {0};
		struct wax_card *card = people_card(n, "x", T0);
		bool good = n && n <= WAX_DEVICES_MAX;

		tap_is(decode(file.data, file.len, &again),
		       good ? 0 : WAX_ERR_STATE, "%u devices", n);
		tap_ok(!good || (again.len == file.len &&
				 !memcmp(again.data, file.data, file.len)),
		       "encoded the same again");
		add_device(&c, card, T0, 0);
		wax_bytes_release(&file);
		wax_bytes_release(&again);
		wax_card_free(card);
	}
	wax_contact_release(&c);
}

/* Where a file with no cards has what, after a name of one byte. */
#define BARE_AT (at_count(1) + 5 - 1)
#define BARE_SIZE (8 + 8 + 4 + 32 + 1216)

/* The file of one device without a card, put together by hand. */
static struct wax_bytes bare_contact(const struct wax_card *of, uint8_t version)
{
	const uint8_t head[] = {version, 0, 0, 0, 1, 0, 0, 0, 'x', 1, 0, 0, 0};
	struct wax_public_key to;
	struct wax_bytes out = {0};

	wax_public_key_parse(&to, of->recipient, strlen(of->recipient), NULL);
	wax_bytes_add(&out, head, sizeof(head), NULL);
	wax_bytes_add_le(&out, T0, 8, NULL);
	wax_bytes_add_le(&out, T0 + 1, 8, NULL);
	wax_bytes_add_le(&out, 0, 4, NULL);
	wax_bytes_add(&out, of->key, sizeof(of->key), NULL);
	wax_bytes_add(&out, to.bytes, 1216, NULL);
	return out;
}

static bool is_bare(const struct wax_contact *c, const struct wax_card *of)
{
	return c->n == 1 && !wax_contact_card(c, 0) &&
	       !strcmp(wax_contact_identity(c, 0), of->identity) &&
	       !strcmp(wax_contact_recipient(c, 0), of->recipient) &&
	       wax_contact_added(c, 0) == T0 &&
	       wax_contact_verified(c, 0) == T0 + 1 &&
	       wax_contact_device(c, of->identity) == 0;
}

/* The version that has devices without cards, and what is none. */
static void without_card(void)
{
	struct wax_card *card = people_known();
	struct wax_bytes file = bare_contact(card, 2), again = {0};
	struct wax_contact c = {0}, glance = {0};
	unsigned taken = 0;

	tap_is((long long)file.len, (long long)(BARE_AT + BARE_SIZE), "size");
	tap_is(decode(file.data, file.len, &again), 0, "a device without card");
	tap_bytes(again.data, again.len, file.data, file.len, "the same again");
	wax_contact_decode(&c, wax_cursor(file.data, file.len), false, NULL);
	wax_contact_decode(&glance, wax_cursor(file.data, file.len), true,
			   NULL);
	tap_ok(is_bare(&c, card), "it has an identity and a recipient");
	tap_ok(is_bare(&glance, card), "at a glance, too");
	for (size_t i = 0; i < file.len; i++)
		taken += !decode(file.data, i, NULL);
	tap_is(taken, 0, "wherever it is cut");
	for (uint8_t v = 0; v < 5; v++) {
		file.data[0] = v;
		tap_is(decode(file.data, file.len, NULL),
		       v == 2 ? 0 : WAX_ERR_STATE, "as version %u", v);
	}
	file.data[0] = 2;
	memset(file.data + BARE_AT + 20, 0xff, 32);
	tap_is(decode(file.data, file.len, NULL), WAX_ERR_STATE, "no identity");
	tap_is(wax_device_set(&c.devices[0], card, NULL), 0, "a card comes");
	tap_ok(wax_contact_card(&c, 0) && wax_contact_added(&c, 0) == T0 &&
		       wax_contact_verified(&c, 0) == T0 + 1,
	       "and is there");
	wax_bytes_release(&again);
	again = encode(&c);
	tap_is(again.data[0], 1, "the first version serves again");
	again.data[0] = 2;
	tap_is(decode(again.data, again.len, NULL), WAX_ERR_STATE,
	       "and the second one does not");
	wax_bytes_release(&again);
	wax_bytes_release(&file);
	wax_contact_release(&c);
	wax_contact_release(&glance);
	wax_card_free(card);
}

static void same_twice(void)
{
	struct wax_card *a = people_card(1, "x", T0);
	struct wax_card *b = people_card(1, "y", T0 + 1);
	struct wax_card *other = people_card(2, "x", T0);
	struct wax_contact c = {.name = "x"};
	struct wax_bytes file;

	add_device(&c, a, T0, 0);
	add_device(&c, other, T0, 0);
	add_device(&c, b, T0, 0);
	file = encode(&c);
	tap_is(decode(file.data, file.len, NULL), WAX_ERR_STATE,
	       "one identity twice");
	wax_bytes_release(&file);
	wax_contact_drop(&c, 0);
	tap_ok(c.n == 2 &&
		       !strcmp(c.devices[0].card.identity, other->identity) &&
		       !strcmp(c.devices[1].card.identity, b->identity),
	       "the first is dropped");
	file = encode(&c);
	tap_is(decode(file.data, file.len, NULL), 0, "once");
	wax_bytes_release(&file);
	wax_contact_release(&c);
	wax_card_free(a);
	wax_card_free(b);
	wax_card_free(other);
}

/* A glance does not look at signatures and prekeys; all else is seen. */
static void damage(void)
{
	struct wax_bytes file = known_contact("x");
	unsigned taken = 0;

	for (size_t i = 0; i < file.len; i++)
		taken += !decode(file.data, i, NULL);
	tap_is(taken, 0, "wherever it is cut");
	wax_bytes_reserve(&file, 1, NULL);
	file.data[file.len] = 0;
	tap_is(decode(file.data, file.len + 1, NULL), WAX_ERR_STATE,
	       "a byte more");
	/* Of the card a bit in each byte: its own test has them all. */
	for (size_t i = 0; i < 8 * file.len; i += i / 8 < 100 ? 1 : 9) {
		struct wax_bytes again = {0};

		file.data[i / 8] ^= (uint8_t)(1 << i % 8);
		/* Names and times have other values, the card has not. */
		if (!decode(file.data, file.len, &again)) {
			taken += again.len != file.len ||
				 memcmp(again.data, file.data, file.len) != 0;
			taken += i / 8 > at_count(1) + 4 + 16;
		}
		wax_bytes_release(&again);
		file.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	tap_is(taken, 0, "each bit changed is seen, or is another value");
	tap_is(decode(file.data, file.len, NULL), 0, "and it is good");
	wax_bytes_release(&file);
}

/* A number of n bytes at a place in the file. */
static void expect_number(size_t at, uint64_t value, size_t n, int err,
			  const char *what)
{
	struct wax_bytes file = known_contact("x");

	wax_le_put(file.data + at, value, n);
	tap_is(decode(file.data, file.len, NULL), err, "%s is %llx", what,
	       (unsigned long long)value);
	wax_bytes_release(&file);
}

static void numbers(void)
{
	static const uint64_t versions[] = {0, 2, 0x101, 0xffffffff};
	static const uint64_t lengths[] = {0, 2, 256, 0x7fffffff, 0xffffffff};
	static const uint64_t late[] = {(uint64_t)WAX_TIME_MAX + 1,
					(uint64_t)INT64_MAX,
					(uint64_t)INT64_MAX + 1, UINT64_MAX};
	const size_t times = at_count(1) + 5 - 1;

	for (size_t i = 0; i < 4; i++) {
		expect_number(0, versions[i], 4, WAX_ERR_STATE, "the version");
		expect_number(times, late[i], 8, WAX_ERR_STATE, "added");
		expect_number(times + 8, late[i], 8, WAX_ERR_STATE, "verified");
	}
	expect_number(times, 0, 8, 0, "added");
	expect_number(times, (uint64_t)WAX_TIME_MAX, 8, 0, "added");
	expect_number(times + 8, (uint64_t)WAX_TIME_MAX, 8, 0, "verified");
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		expect_number(4, lengths[i], 4, WAX_ERR_STATE, "the name's");
		expect_number(times + 16, lengths[i], 4, WAX_ERR_STATE,
			      "the card's");
		expect_number(at_count(1), lengths[i], 4, WAX_ERR_STATE,
			      "the devices");
	}
	expect_number(times + 16, strlen(known_text) - 1, 4, WAX_ERR_STATE,
		      "the card's");
}

static const struct {
	const char *name;
	int err;
} names[] = {
	{"a", 0},
	{"Al ice", 0},
	{" a", 0},
	{".", 0},
	{"..", 0},
	{"a-", 0},
	{"+", 0},
	{"age", 0},
	{"age 1", 0},
	{"Age1", 0},
	{"wax", 0},
	{"wax-1", 0},
	{"ssh", 0},
	{"sshd", 0},
	{"skip", 0},
	{"RW", 0},
	{"RWRE2gIMiN90", 0},
	{"alice@example.org", 0},
	{"\xe5\xb1\xb1\xe7\x94\xb0", 0},
	{"\xf0\x9f\x95\xaf", 0},
	{"", WAX_ERR_USAGE},
	{"-", WAX_ERR_USAGE},
	{"-r", WAX_ERR_USAGE},
	{"/", WAX_ERR_USAGE},
	{"a/b", WAX_ERR_USAGE},
	{"a/", WAX_ERR_USAGE},
	{"age1", WAX_ERR_USAGE},
	{"age1pq1x", WAX_ERR_USAGE},
	{"wax1", WAX_ERR_USAGE},
	{KNOWN_IDENTITY, WAX_ERR_USAGE},
	{KNOWN_MINISIGN, WAX_ERR_USAGE},
	{"ssh-ed25519 x", WAX_ERR_USAGE},
	{"ssh-", WAX_ERR_USAGE},
	{"sk-ssh", WAX_ERR_USAGE},
	{"ecdsa-", WAX_ERR_USAGE},
	{"AGE-SECRET-KEY-1", WAX_ERR_USAGE},
	{"a\nb", WAX_ERR_USAGE},
	{"a\tb", WAX_ERR_USAGE},
	{"\x7f", WAX_ERR_USAGE},
	{"\x1b[2J", WAX_ERR_USAGE},
	{"a\xc2\x85z", WAX_ERR_USAGE},
	{"a\xe2\x80\xaez", WAX_ERR_USAGE},
	{"\xff", WAX_ERR_USAGE},
	{"a\xc3", WAX_ERR_USAGE},
	{"\xc0\xaf", WAX_ERR_USAGE},
};

/* What the check says, and that a file of such a name is as good. */
static void name_checks(void)
{
	char name[300];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct wax_diag diag = {0};
		struct wax_bytes file = known_contact(names[i].name);

		tap_err(wax_contact_name_check(names[i].name, &diag),
			names[i].err, &diag, "name %zu", i);
		tap_is(decode(file.data, file.len, NULL),
		       names[i].err ? WAX_ERR_STATE : 0, "and in a file");
		wax_bytes_release(&file);
	}
	memset(name, 'x', sizeof(name));
	name[256] = '\0';
	tap_is(wax_contact_name_check(name, NULL), WAX_ERR_USAGE, "256 bytes");
	name[255] = '\0';
	tap_is(wax_contact_name_check(name, NULL), 0, "255 bytes");
}

/* A NUL ends a name for us, so that one that has it would not come back. */
static void name_with_nul(void)
{
	struct wax_bytes file = known_contact("abc");

	for (size_t i = 0; i < 3; i++) {
		uint8_t was = file.data[8 + i];

		file.data[8 + i] = 0;
		tap_is(decode(file.data, file.len, NULL), WAX_ERR_STATE,
		       "a NUL as byte %zu of the name", i);
		file.data[8 + i] = was;
	}
	wax_bytes_release(&file);
}

static const struct {
	const char *a, *b;
	bool alike;
} pairs[] = {
	{"alice", "Alice", true},
	{"alice", "a lice", true},
	{"alice", " alice ", true},
	{"alice", "al1ce", true},
	{"alice", "aIice", true},
	{"alice", "a|ice", true},
	{"bob", "b0b", true},
	{"anna", "\xd0\xb0nna", true},			       /* Cyrillic a */
	{"anna", "\xce\x91nna", true},			       /* Greek A */
	{"oscar", "\xd6\x85scar", true},		       /* Armenian o */
	{"Zoe", "Zo\xc3\xab", true},			       /* diaeresis */
	{"Zo\xc3\xab", "Zoe\xcc\x88", true},		       /* decomposed */
	{"modem", "modern", true},			       /* rn */
	{"wanda", "vvanda", true},			       /* vv */
	{"bob", "\xef\xbd\x82\xef\xbd\x8f\xef\xbd\x82", true}, /* wide */
	{"bob", "\xf0\x9d\x93\xab\xf0\x9d\x93\xb8\xf0\x9d\x93\xab", true},
	{"b8", "b\xf0\x9d\x9f\x96", true}, /* a bold 8 */
	{"bob", "b\xc2\xadob", true},	   /* soft hyphen */
	{"bob", "bob\xef\xbb\xbf", true},  /* BOM */
	{"bob", "b\xe2\x80\x8bob", true},  /* no width */
	{"bob",
	 "\xe3\x85\xa4"
	 "bob",
	 true}, /* Hangul filler */
	{"bob",
	 "b\xc3\xb8"
	 "b",
	 true}, /* a stroke */
	{"\xc5\x81ukasz", "Lukasz", true},
	{"Nguy\xe1\xbb\x85n", "Nguyen", true},
	{"a-b",
	 "a\xe2\x80\x90"
	 "b",
	 true},
	{"o'neil", "o\xe2\x80\x99neil", true},
	{"\xc3\x86gir", "\xc3\xa6gir", true},
	{"\xc5\x92uvre", "\xc5\x93uvre", true},
	/* Sergey: composed and decomposed, capitals, and with c for es */
	{"\xd0\xa1\xd0\xb5\xd1\x80\xd0\xb3\xd0\xb5\xd0\xb9",
	 "\xd0\xa1\xd0\xb5\xd1\x80\xd0\xb3\xd0\xb5\xd0\xb8\xcc\x86", true},
	{"\xd0\xa1\xd0\xb5\xd1\x80\xd0\xb3\xd0\xb5\xd0\xb9",
	 "\xd0\xa1\xd0\x95\xd0\xa0\xd0\x93\xd0\x95\xd0\x99", true},
	{"\xd0\xa1\xd0\xb5\xd1\x80\xd0\xb3\xd0\xb5\xd0\xb9",
	 "Cep\xd0\xb3"
	 "e\xd0\xb9",
	 true},
	/* Zhenya and Yuliya with capitals that ASCII has nothing like */
	{"\xd0\x96\xd0\xb5\xd0\xbd\xd1\x8f", "\xd0\xb6\xd0\xb5\xd0\xbd\xd1\x8f",
	 true},
	{"\xd0\xae\xd0\xbb\xd0\xb8\xd1\x8f", "\xd1\x8e\xd0\x9b\xd0\x98\xd0\xaf",
	 true},
	{"\xd1\x92", "\xd0\x82", true}, /* dje */
	{"\xd3\x81", "\xd3\x82", true}, /* zhe, breve */
	{"\xd5\xa2", "\xd4\xb2", true}, /* Armenian ben */
	{"\xce\x86", "\xce\xac", true}, /* alpha, tonos */
	{"\xce\x94", "\xce\xb4", true}, /* delta */
	{"alice", "alicia", false},
	{"alice", "aloce", false},
	{"anna", "ann", false},
	{"anna", "annna", false},
	{"bob", "rob", false},
	{"bob", "bo6", false},
	{"bob2", "bob3", false},
	{"a-b", "ab", false},
	{"a.b", "ab", false},
	{"o'neil", "oneil", false},
	{"a", "", false},
	{"Hans", "H\xc3\xa6ns", false},
	{"\xe5\xb1\xb1", "\xe5\xb7\x9d", false},
	{"\xe5\xb1\xb1\xe7\x94\xb0", "\xe5\xb1\xb1", false},
	{"\xf0\x9f\x95\xaf", "\xf0\x9f\x94\xa5", false},
	{"\xd0\xb6", "\xd1\x88", false},
	{"\xce\x94", "\xce\xa6", false},
	{"\xce\xb4", "\xd0\xb4", false},
};

static void skeletons(void)
{
	char a[WAX_CONTACT_NAME_SIZE], b[WAX_CONTACT_NAME_SIZE];

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		wax_contact_skeleton(pairs[i].a, a);
		wax_contact_skeleton(pairs[i].b, b);
		tap_ok(!strcmp(a, b) == pairs[i].alike,
		       "'%s' and '%s' are%s alike: '%s', '%s'", pairs[i].a,
		       pairs[i].b, pairs[i].alike ? "" : " not", a, b);
	}
}

static size_t utf8(uint32_t c, char *out)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n; --i; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(n > 1 ? 0xf00u >> n | c : c);
	out[n] = '\0';
	return n;
}

/* Every character: never longer, and the same when it is done again. */
static void every_character(void)
{
	char name[5], out[WAX_CONTACT_NAME_SIZE], again[WAX_CONTACT_NAME_SIZE];
	unsigned longer = 0, unstable = 0, empty = 0;

	for (uint32_t c = 1; c <= 0x10ffff; c++) {
		size_t n = utf8(c, name);

		if (c >= 0xd800 && c < 0xe000)
			continue;
		wax_contact_skeleton(name, out);
		wax_contact_skeleton(out, again);
		longer += strlen(out) > n;
		unstable += strcmp(out, again) != 0;
		empty += !*out;
	}
	tap_is(longer, 0, "no character is longer than it was");
	tap_is(unstable, 0, "each is the same again");
	tap_ok(empty > 200 && empty < 10000, "%u are not seen", empty);
	memset(out, 'x', sizeof(out));
	wax_contact_skeleton("rrnvvvrn\xff", out);
	tap_text(out, "rmwvm", "what is put together, up to what is no UTF-8");
}

/* Halves of codes: of the known identity, and of the fixture's 1 and 2. */
#define HALF "190793592495653380757969875846"
static const char *const halves[] = {
	"160478941665680138087292450843",
	"787169141651438847614040424089",
};

/* 60 digits in groups, of two halves. */
static void group(const char *first, const char *second,
		  char out[WAX_CODE_SIZE])
{
	for (int i = 0; i < 12; i++)
		out += sprintf(out, "%s%.5s", i ? " " : "",
			       (i < 6 ? first : second) + i % 6 * 5);
}

static void codes(void)
{
	for (uint32_t i = 1; i <= 2; i++) {
		struct wax_identities *own = known_identities();
		struct wax_identities *theirs = fixture_identities(PQ, i);
		struct wax_card *a = people_known();
		struct wax_card *b = people_card(i, "Bob", T0);
		struct wax_contact alice = {.name = "alice"};
		struct wax_contact bob = {.name = "bob"};
		char code[WAX_CODE_SIZE] = "", want[WAX_CODE_SIZE];

		add_device(&alice, a, T0, 0);
		add_device(&bob, b, T0, 0);
		if (i == 1)
			group(halves[0], HALF, want);
		else
			group(HALF, halves[1], want);
		tap_err(wax_contact_code(&bob, 0, own, code, NULL), 0, NULL,
			"the code of %u", i);
		tap_text(code, want, "is the known one");
		*code = '\0';
		tap_err(wax_contact_code(&alice, 0, theirs, code, NULL), 0,
			NULL, "and on the other side");
		tap_text(code, want, "it is the same");
		wax_contact_release(&alice);
		wax_contact_release(&bob);
		wax_card_free(a);
		wax_card_free(b);
		wax_identities_free(own);
		wax_identities_free(theirs);
	}
}

/* One half: each byte of both keys counts. */
static void code_half(void)
{
	uint8_t key[WAX_ED25519_PUBLIC_SIZE] = {0};
	uint8_t recipient[WAX_XWING_PUBLIC_SIZE] = {0};
	char first[WAX_CODE_HALF_SIZE], other[WAX_CODE_HALF_SIZE];
	unsigned same = 0;

	wax_code_half(key, recipient, first);
	tap_ok(strlen(first) == 30 && strspn(first, "0123456789") == 30,
	       "30 digits");
	for (size_t i = 0; i < sizeof(key) + sizeof(recipient); i++) {
		uint8_t *at =
			i < sizeof(key) ? key + i : recipient + i - sizeof(key);

		*at ^= 1;
		wax_code_half(key, recipient, other);
		same += !strcmp(first, other);
		*at ^= 1;
	}
	tap_is(same, 0, "which depend on every byte");
}

/* No code with oneself, without an identity, or of one that has no card. */
static void no_code(void)
{
	struct wax_identities *own = known_identities(), *none = NULL;
	struct wax_identities *classic =
		fixture_identities(WAX_IDENTITY_X25519, 1);
	struct wax_card *a = people_known(), *b = people_card(1, "b", T0);
	struct wax_contact c = {.name = "me"};
	char code[WAX_CODE_SIZE] = "unchanged";
	struct wax_diag diag = {0};

	add_device(&c, a, T0, 0);
	add_device(&c, b, T0, 0);
	tap_err(wax_contact_code(&c, 0, own, code, &diag), WAX_ERR_USAGE, &diag,
		"one's own identity");
	tap_err(wax_contact_code(&c, 1, classic, code, &diag), WAX_ERR_USAGE,
		&diag, "an identity of another kind");
	wax_identities_new(NULL, NULL, &none, NULL);
	tap_ok(wax_contact_code(&c, 1, none, code, &diag) < 0, "no identity");
	tap_text(code, "unchanged", "nothing is stored");
	tap_err(wax_contact_code(&c, 1, own, code, &diag), 0, &diag,
		"with the other device there is one");
	wax_contact_release(&c);
	wax_card_free(a);
	wax_card_free(b);
	wax_identities_free(own);
	wax_identities_free(none);
	wax_identities_free(classic);
}

/* What was only glanced at gives the same code as all of it. */
static void code_at_a_glance(void)
{
	struct wax_identities *own = fixture_identities(PQ, 1);
	struct wax_bytes file = known_contact("zoe");
	struct wax_contact c = {0};
	char code[WAX_CODE_SIZE] = "", want[WAX_CODE_SIZE];

	wax_contact_decode(&c, wax_cursor(file.data, file.len), true, NULL);
	tap_err(wax_contact_code(&c, 0, own, code, NULL), 0, NULL,
		"the code of what was glanced at");
	group(halves[0], HALF, want);
	tap_text(code, want, "is the same");
	wax_contact_release(&c);
	wax_bytes_release(&file);
	wax_identities_free(own);
}

int main(void)
{
	known_answer();
	decoded(false);
	decoded(true);
	device_counts();
	without_card();
	same_twice();
	damage();
	numbers();
	name_checks();
	name_with_nul();
	skeletons();
	every_character();
	codes();
	code_half();
	no_code();
	code_at_a_glance();
	wax_contact_free(NULL);
	return tap_end();
}
