/* SPDX-License-Identifier: ISC */
/*
 * The ratchet in memory: a hello, a conversation, and what a message may not
 * be.
 */
#include <stdlib.h>
#include <string.h>

#include "talk.h"
#include "tap.h"

#define NOT_FOUND TALK_NOT_FOUND
#define LIE WAX_ERR_TRUST
#define SEEN WAX_ERR_SEEN

/* A letter, and whether it arrives with this result. */
static struct letter one;

static void get(struct talk *t, int to, const struct letter *l, int want,
		const char *what)
{
	tap_is(talk_get(t, to, l), want, "%s", what);
}

static void agreed(void)
{
	struct talk t;
	uint8_t all[8000], hash[WAX_HASH_SIZE], *at = all;
	const struct talker *a = &t.who[ALICE], *b = &t.who[BOB];

	talk_begin(&t);
	tap_ok(!memcmp(&t.agreed[0], &t.agreed[1], sizeof(t.agreed[0])),
	       "both agree");
	at = mempcpy(at, "wax/v1 hello", 12);
	at = mempcpy(at, &a->party, sizeof(a->party));
	at = mempcpy(at, &b->party, sizeof(b->party));
	at = mempcpy(at, "\x01\x02\x03\x20", 4);
	at = mempcpy(at, "\0\0\0\0\x6b\x04\x0e\xa0", 8);
	at = mempcpy(at, b->prekey.x25519, 32);
	at = mempcpy(at, b->prekey.xwing, 1216);
	at = mempcpy(at, t.hello.share, 32);
	at = mempcpy(at, t.hello.c1, 1120);
	at = mempcpy(at, t.hello.c2, 1120);
	wax_sha256(all, (size_t)(at - all), hash);
	tap_bytes(t.agreed[0].transcript, 32, hash, 32, "the transcript");
	at = mempcpy(all, "wax/v1 ad", 9);
	at = mempcpy(at, hash, 32);
	at = mempcpy(at, a->party.identity, 32);
	at = mempcpy(at, b->party.identity, 32);
	wax_sha256(all, (size_t)(at - all), hash);
	tap_bytes(t.agreed[0].ad, 32, hash, 32, "the associated data");
	talk_release(&t);
}

/* The five keys, from Bob's secrets, as the protocol has it. */
static void derived(void)
{
	struct talk t;
	uint8_t ikm[32 * 6], keys[160], x[32], image[32];
	const struct talker *b = &t.who[BOB];

	talk_begin(&t);
	memset(ikm, 0xff, 32);
	wax_ed25519_secret_image(x, b->own.identity);
	tap_ok(wax_ed25519_public_image(image, t.hello.caller.identity) &&
		       wax_x25519(ikm + 32, b->secret.x25519, image) &&
		       wax_x25519(ikm + 64, x, t.hello.share) &&
		       wax_x25519(ikm + 96, b->secret.x25519, t.hello.share) &&
		       wax_xwing_decap(ikm + 128, t.hello.c1,
				       b->secret.xwing) &&
		       wax_xwing_decap(ikm + 160, t.hello.c2, b->own.seed),
	       "all secrets are there");
	wax_hkdf(t.agreed[0].transcript, 32, ikm, sizeof(ikm), "wax/v1 session",
		 14, keys, sizeof(keys));
	tap_bytes(t.agreed[0].root, 32, keys, 32, "the root");
	tap_bytes(t.agreed[0].chain, 32, keys + 32, 32, "the first chain");
	tap_bytes(t.agreed[0].header, 96, keys + 64, 96, "the header keys");
	talk_release(&t);
}

/* Points of low order: 0, 1, two of order 8, p - 1, p, p + 1. */
static const char *const low_order[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};
#define LOW_ORDERS (sizeof(low_order) / sizeof(*low_order))

/* Makes the X25519 part, which is the last, of a key or ciphertext bad. */
static void make_low(uint8_t *end, size_t i)
{
	tap_hex(low_order[i], end - 32, 32);
}

static bool makes(const struct talk *t, const struct wax_party *to,
		  const struct wax_prekey_public *prekey)
{
	struct wax_hello h = t->hello;
	struct wax_agreed a;

	return wax_hello_make(&h, &t->who[ALICE].own, to, prekey, &a);
}

static bool takes(const struct talk *t, const struct wax_hello *h)
{
	struct wax_agreed a;

	return wax_hello_take(h, &t->who[BOB].own, &t->who[BOB].party,
			      &t->who[BOB].secret, &a);
}

/* An X-Wing key whose first coefficients are no numbers below q. */
static void spoil(uint8_t key[WAX_XWING_PUBLIC_SIZE])
{
	memset(key, 0xff, 3);
}

static void bad_points(void)
{
	struct talk t;
	unsigned made = 0, taken = 0;

	talk_begin(&t);
	for (size_t i = 0; i < LOW_ORDERS; i++) {
		struct wax_prekey_public sp = t.who[BOB].prekey, kp = sp;
		struct wax_party to = t.who[BOB].party;
		struct wax_hello e = t.hello, c1 = e, c2 = e;

		make_low(sp.x25519 + 32, i);
		made += makes(&t, &t.who[BOB].party, &sp);
		make_low(kp.xwing + WAX_XWING_PUBLIC_SIZE, i);
		made += makes(&t, &t.who[BOB].party, &kp);
		make_low(to.recipient + WAX_XWING_PUBLIC_SIZE, i);
		made += makes(&t, &to, &t.who[BOB].prekey);
		make_low(e.share + 32, i);
		taken += takes(&t, &e);
		make_low(c1.c1 + WAX_XWING_CIPHERTEXT_SIZE, i);
		taken += takes(&t, &c1);
		make_low(c2.c2 + WAX_XWING_CIPHERTEXT_SIZE, i);
		taken += takes(&t, &c2);
	}
	tap_is(made, 0, "no hello to a key of low order");
	tap_is(taken, 0, "none with a share of low order is taken");
	talk_release(&t);
}

static void bad_keys(void)
{
	struct talk t;
	struct wax_prekey_public prekey;
	struct wax_party to;
	struct wax_hello h;

	talk_begin(&t);
	prekey = t.who[BOB].prekey;
	to = t.who[BOB].party;
	h = t.hello;
	tap_ok(makes(&t, &to, &prekey), "a hello to good keys");
	tap_ok(takes(&t, &h), "is taken");
	spoil(prekey.xwing);
	tap_ok(!makes(&t, &to, &prekey), "a prekey that is none");
	prekey = t.who[BOB].prekey;
	spoil(to.recipient);
	tap_ok(!makes(&t, &to, &prekey), "a recipient that is none");
	tap_ok(!wax_hello_seal(&h, to.recipient, (uint8_t[WAX_HELLO_SIZE]){0}),
	       "nor is a hello sealed to it");
	to = t.who[BOB].party;
	memset(to.identity, 0, 32);
	tap_ok(!makes(&t, &to, &prekey), "an identity that is none");
	memset(h.caller.identity, 0, 32);
	tap_ok(!takes(&t, &h), "nor is its hello taken");
	talk_release(&t);
}

/* A change of any field makes for another session. */
static void other_hellos(void)
{
	struct talk t;
	struct wax_agreed a;
	unsigned same = 0;

	talk_begin(&t);
	for (unsigned i = 0; i < 7; i++) {
		struct wax_hello h = t.hello;

		h.prekey ^= i == 0;
		h.t += i == 1;
		h.caller.recipient[0] ^= i == 2;
		h.share[0] ^= i == 3;
		h.c1[0] ^= i == 4;
		h.c2[0] ^= i == 5;
		if (i == 6)
			h.caller.identity[0] ^= 1;
		if (!wax_hello_take(&h, &t.who[BOB].own, &t.who[BOB].party,
				    &t.who[BOB].secret, &a))
			continue;
		same += !memcmp(a.transcript, t.agreed[0].transcript, 32) ||
			!memcmp(a.root, t.agreed[0].root, 32) ||
			!memcmp(a.header[0], t.agreed[0].header[0], 32);
	}
	tap_is(same, 0, "a hello that was changed agrees on nothing");
	talk_release(&t);
}

static int open_hello(const struct talk *t, int who, const uint8_t *body,
		      struct wax_hello *out)
{
	struct wax_diag diag = {0};
	int err = wax_hello_open(body, &t->who[who].own, &t->who[who].party,
				 out, &diag);

	return err && !*diag.text ? -99 : err;
}

static void sealed_hello(void)
{
	static uint8_t body[WAX_HELLO_SIZE], again[WAX_HELLO_SIZE];
	struct wax_hello h = {0};
	struct talk t;
	unsigned opened = 0;

	talk_begin(&t);
	tap_is(WAX_HELLO_SIZE, 4693, "the size of a hello");
	tap_ok(wax_hello_seal(&t.hello, t.who[BOB].party.recipient, body) &&
		       wax_hello_seal(&t.hello, t.who[BOB].party.recipient,
				      again),
	       "sealed twice");
	tap_ok(memcmp(body, again, 1120) != 0 &&
		       memcmp(body + 1120, again + 1120, 24) != 0,
	       "and differently");
	tap_is(open_hello(&t, BOB, body, &h), 0, "it opens");
	tap_ok(!memcmp(&h, &t.hello, sizeof(h)), "and is what it was");
	tap_is(open_hello(&t, ALICE, body, &h), WAX_ERR_NO_KEY,
	       "not for another");
	for (size_t i = 0; i < 8 * sizeof(body); i += 7) {
		body[i / 8] ^= (uint8_t)(1 << i % 8);
		opened += open_hello(&t, BOB, body, &h) != WAX_ERR_NO_KEY;
		body[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	tap_is(opened, 0, "a bit is changed: it does not open");
	talk_release(&t);
}

/* Seals any bytes as a hello, as the protocol has it. */
static void seal_odd(const struct talk *t, const uint8_t *plain, bool with_ad,
		     uint8_t body[WAX_HELLO_SIZE])
{
	const uint8_t *r = t->who[BOB].party.recipient;
	uint8_t secret[32], key[32];

	if (!wax_xwing_encap(body, secret, r))
		tap_ok(false, "there is a secret");
	wax_hkdf("", 0, secret, 32, "wax/v1 hello", 12, key, 32);
	wax_random(body + 1120, 24);
	wax_xaead_seal(key, body + 1120, r, with_ad ? WAX_XWING_PUBLIC_SIZE : 0,
		       plain, WAX_HELLO_PLAIN_SIZE, body + 1144);
}

static void odd_hellos(void)
{
	static const struct {
		size_t at, len;
		uint8_t value;
		int err;
		const char *what;
	} cases[] = {
		{0, 0, 0, 0, "a hello by hand"},
		{0, 1, 0, WAX_ERR_FORMAT, "version 0"},
		{0, 1, 2, WAX_ERR_FORMAT, "version 2"},
		{1, 4, 0xff, 0, "any prekey"},
		{5, 1, 0x80, WAX_ERR_FORMAT, "a time before 1970"},
		{5, 8, 0xff, WAX_ERR_FORMAT, "a second before 1970"},
		{8, 1, 0xff, WAX_ERR_FORMAT, "a time beyond 9999"},
		{13, 32, 0, WAX_ERR_FORMAT, "an identity of low order"},
		{13, 32, 0xff, WAX_ERR_FORMAT, "an identity that is no point"},
	};
	static uint8_t plain[WAX_HELLO_PLAIN_SIZE], body[WAX_HELLO_SIZE];
	struct wax_hello h;
	struct talk t;

	talk_begin(&t);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t *at =
			mempcpy(plain, "\x01\0\0\0\1\0\0\0\0\x6b\0\0\0", 13);

		memcpy(at, &t.hello.caller, sizeof(t.hello.caller));
		memset(plain + cases[i].at, cases[i].value, cases[i].len);
		seal_odd(&t, plain, true, body);
		tap_is(open_hello(&t, BOB, body, &h), cases[i].err, "%s",
		       cases[i].what);
	}
	memset(plain + 13, 0, 32);
	seal_odd(&t, plain, false, body);
	tap_is(open_hello(&t, BOB, body, &h), WAX_ERR_NO_KEY,
	       "without the recipient as associated data");
	talk_release(&t);
}

static void conversation(void)
{
	static const size_t sizes[] = {1357, 3597, 2477, 2477,
				       2477, 2477, 2477};
	struct talk t;

	talk_begin(&t);
	for (uint32_t epoch = 0; epoch < 7; epoch++) {
		int from = epoch % 2 ? BOB : ALICE;
		const struct wax_session *s = talk_session(&t, from);
		int err = 0;
		unsigned sizes_off = 0;

		for (unsigned i = 0; i < 3; i++) {
			talk_send(&t, from, &one);
			err += talk_get(&t, !from, &one);
			sizes_off += one.len != sizes[epoch];
		}
		tap_is(err, 0, "epoch %u arrives", epoch);
		tap_is(sizes_off, 0, "its messages have %zu bytes",
		       sizes[epoch]);
		tap_ok(s->sending.epoch == epoch && s->sending.n == 3 &&
			       s->sending.before == (epoch < 2 ? 0 : 3),
		       "and its numbers");
		s = talk_session(&t, !from);
		tap_ok(s->receiving.epoch == epoch && s->receiving.n == 3 &&
			       s->heard && s->opened == 3 * (epoch / 2 + 1),
		       "are so on the other side");
	}
	tap_is((long long)t.side[BOB].past.old.n, 3, "three epochs are over");
	talk_release(&t);
}

/* What another program would send is understood, and the reverse. */
static void by_hand(void)
{
	struct talk t;
	struct forged f;

	talk_begin(&t);
	for (unsigned epoch = 0; epoch < 5; epoch++) {
		int from = epoch % 2 ? BOB : ALICE;

		if (epoch) {
			struct talk copy = t;

			talk_copy(&t.side[!from], &copy.side[!from]);
			f = forge_next(&copy, from);
			one = forge_seal(&f);
			get(&copy, !from, &one, 0, "an epoch made by hand");
			wax_peer_release(&copy.side[!from]);
		}
		tap_is(talk_on(&t, from, 2), 0, "the epoch arrives");
		f = forge(&t, from);
		one = forge_seal(&f);
		get(&t, !from, &one, 0, "and a message made by hand");
		talk_send(&t, from, &one);
		get(&t, !from, &one, SEEN, "whose number is then gone");
		tap_is(talk_on(&t, from, 1), 0, "but not the next");
	}
	talk_release(&t);
}

static void reordered(void)
{
	static const int order[] = {4, 2, 0, 1, 3};
	static struct letter l[8], later[3];
	struct talk t;

	talk_begin(&t);
	for (int i = 0; i < 8; i++)
		talk_send(&t, ALICE, &l[i]);
	for (int i = 0; i < 5; i++)
		get(&t, BOB, &l[order[i]], 0, "out of order");
	tap_is((long long)t.side[BOB].past.skipped.n, 0, "none is missing");
	tap_is(talk_on(&t, BOB, 2), 0, "an answer");
	for (int i = 0; i < 3; i++)
		talk_send(&t, ALICE, &later[i]);
	get(&t, BOB, &later[1], 0, "an epoch begins with its second message");
	tap_is((long long)t.side[BOB].past.skipped.n, 4, "four are missing");
	get(&t, BOB, &l[7], 0, "one of the epoch before");
	get(&t, BOB, &later[0], 0, "the first of this epoch");
	get(&t, BOB, &l[5], 0, "another of the epoch before");
	get(&t, BOB, &later[2], 0, "the last of this one");
	get(&t, BOB, &l[6], 0, "the last of the one before");
	tap_is((long long)t.side[BOB].past.skipped.n, 0, "none is missing");
	for (int i = 0; i < 8; i++)
		get(&t, BOB, &l[i], SEEN, "each opens once");
	for (int i = 0; i < 3; i++)
		get(&t, BOB, &later[i], SEEN, "each opens once");
	talk_release(&t);
}

static void duplicates(void)
{
	static struct letter first, lost, last;
	struct talk t;

	talk_begin(&t);
	talk_send(&t, ALICE, &first);
	talk_send(&t, ALICE, &lost);
	talk_send(&t, ALICE, &last);
	get(&t, BOB, &first, 0, "a message");
	t.now += 10;
	get(&t, BOB, &last, 0, "a later one");
	t.now += 10;
	get(&t, BOB, &first, SEEN, "the first again");
	tap_is(t.when, TALK_NOW, "which was then");
	get(&t, BOB, &last, SEEN, "the later one again");
	tap_is(t.when, TALK_NOW + 10, "which was then");
	get(&t, BOB, &lost, 0, "the one between");
	get(&t, BOB, &lost, SEEN, "and again");
	tap_is(t.when, TALK_NOW + 20, "which was then");
	for (int i = 0; i < 6; i++)
		talk_on(&t, i % 2 ? ALICE : BOB, 60);
	get(&t, BOB, &lost, SEEN, "three epochs later");
	tap_is(t.when, TALK_NOW + 20, "it is still known when");
	talk_on(&t, ALICE, 100);
	get(&t, BOB, &lost, SEEN, "256 messages later");
	tap_is(t.when, 0, "it is not");
	talk_release(&t);
}

/* Alice has sent n, of which Bob gets the first few and the last. */
static void send_many(struct talk *t, unsigned n, unsigned few,
		      struct letter *last)
{
	for (unsigned i = 0; i < n; i++) {
		talk_send(t, ALICE, last);
		if (i < few && talk_get(t, BOB, last))
			tap_ok(false, "a message arrives");
	}
}

static void skip_one_chain(void)
{
	static struct letter early, most, more;
	struct talk t;

	talk_begin(&t);
	talk_send(&t, ALICE, &early);
	send_many(&t, 10000, 0, &most);
	send_many(&t, 1, 0, &more);
	get(&t, BOB, &more, LIE, "10,001 are missing");
	get(&t, BOB, &most, 0, "10,000 are missing");
	tap_is((long long)t.side[BOB].past.skipped.n, 10000, "all are kept");
	get(&t, BOB, &more, 0, "the next");
	get(&t, BOB, &early, 0, "the first");
	talk_send(&t, ALICE, &one);
	get(&t, BOB, &one, 0, "one more");
	send_many(&t, 10000, 0, &most);
	send_many(&t, 1, 0, &more);
	get(&t, BOB, &more, 0, "10,000 are missing again");
	tap_is((long long)t.side[BOB].past.skipped.n, 10000,
	       "there are no more of them");
	get(&t, BOB, &most, 0, "the newest of them");
	get(&t, BOB, &early, SEEN, "what was opened");
	talk_release(&t);
}

/* So many are missing in the old epoch and in the new one. */
static int skip_both(unsigned in_old, unsigned in_new)
{
	struct talk t;
	int err;

	talk_begin(&t);
	send_many(&t, 1 + in_old, 1, &one);
	talk_on(&t, BOB, 1);
	send_many(&t, in_new + 1, 0, &one);
	err = talk_get(&t, BOB, &one);
	if (!err && t.side[BOB].past.skipped.n != in_old + in_new)
		err = -98;
	talk_release(&t);
	return err;
}

static void skip_two_chains(void)
{
	tap_is(skip_both(10000, 0), 0, "10,000 are missing in the old epoch");
	tap_is(skip_both(10001, 0), LIE, "10,001");
	tap_is(skip_both(0, 10000), 0, "10,000 in the new epoch");
	tap_is(skip_both(0, 10001), LIE, "10,001");
	tap_is(skip_both(4000, 6000), 0, "10,000 in both");
	tap_is(skip_both(4000, 6001), LIE, "10,001 in both");
}

/* Only the oldest of the skipped keys make room. */
static void skipped_make_room(void)
{
	static struct letter l[20], last;
	struct talk t;
	int err = 0, seen = 0;

	talk_begin(&t);
	for (int i = 0; i < 20; i++)
		talk_send(&t, ALICE, &l[i]);
	send_many(&t, 9981, 0, &last);
	get(&t, BOB, &last, 0, "10,000 are missing");
	send_many(&t, 11, 0, &last);
	get(&t, BOB, &last, 0, "10 more");
	for (int i = 0; i < 10; i++) {
		seen += talk_get(&t, BOB, &l[i]) == SEEN && !t.when;
		err += talk_get(&t, BOB, &l[10 + i]);
	}
	tap_is(seen, 10, "the ten oldest were dropped");
	tap_is(err, 0, "the ten next were not");
	talk_release(&t);
}

/* Ways to change what a peer says that knows all keys. */
enum lie {
	TRUTH,
	VERSION_0,
	VERSION_2,
	EPOCH_NEXT,
	EPOCH_BEFORE,
	EPOCH_FAR,
	NO_MORE, /* n is the last there can be */
	N_BELOW,
	N_ABOVE,
	N_FAR,
	PN_BELOW,
	PN_ABOVE,
	PN_FAR,
	PK,
	CT,
	CT_OWN,
	BAD_PK,
	LOW_PK,
	LOW_CT,
	LOW_CT_OWN,
	MORE_CTS,
	FEWER_CTS,
	MESSAGE_KEY,
	W,
	AD,
	REFLECTED,
	LIES,
};

static const char *const lies[] = {
	"the truth",
	"version 0",
	"version 2",
	"the epoch after the next",
	"the epoch before",
	"an epoch far away",
	"the last number",
	"a number that was used",
	"a number of another key",
	"a number far away",
	"a PN below",
	"a PN above",
	"a PN far away",
	"another pk",
	"another ct",
	"another ct_I",
	"a pk that is no key",
	"a pk of low order",
	"a ct of low order",
	"a ct_I of low order",
	"a ciphertext too many",
	"a ciphertext too few",
	"another message key",
	"w of another header",
	"other associated data",
	"a header key of the other direction",
};
_Static_assert(sizeof(lies) / sizeof(*lies) == LIES, "each has a name");

static void lie_in_numbers(struct forged *f, enum lie lie)
{
	f->version = lie == VERSION_0 ? 0 : lie == VERSION_2 ? 2 : f->version;
	f->epoch += lie == EPOCH_NEXT ? 2 : 0;
	f->epoch -= lie == EPOCH_BEFORE ? 2 : 0;
	f->epoch += lie == EPOCH_FAR ? 1u << 31 : 0;
	f->n = lie == NO_MORE ? UINT32_MAX : f->n;
	f->n -= lie == N_BELOW ? 1 : 0;
	f->n += lie == N_ABOVE ? 1 : 0;
	f->n += lie == N_FAR ? 10001 : 0;
	f->before -= lie == PN_BELOW ? 1 : 0;
	f->before += lie == PN_ABOVE ? 1 : 0;
	f->before += lie == PN_FAR ? 10001 : 0;
}

static void lie_in_keys(struct forged *f, enum lie lie)
{
	f->offer.key[5] ^= lie == PK;
	f->offer.ct[5] ^= lie == CT;
	f->offer.ct_own[5] ^= lie == CT_OWN;
	if (lie == BAD_PK)
		spoil(f->offer.key);
	if (lie == LOW_PK)
		make_low(f->offer.key + sizeof(f->offer.key), 0);
	if (lie == LOW_CT)
		make_low(f->offer.ct + sizeof(f->offer.ct), 1);
	if (lie == LOW_CT_OWN)
		make_low(f->offer.ct_own + sizeof(f->offer.ct_own), 2);
	f->cts += lie == MORE_CTS;
	f->cts -= lie == FEWER_CTS;
	f->message_key[0] ^= lie == MESSAGE_KEY;
	f->ad[0] ^= lie == AD;
}

/* What a lie is answered with, in an epoch that is known or begins. */
static int judged(enum lie lie, uint32_t epoch, bool begins)
{
	switch (lie) {
	case TRUTH:
		return 0;
	case N_BELOW:
		return begins ? LIE : SEEN;
	case AD:
	case REFLECTED:
		return NOT_FOUND;
	case CT:
		return epoch ? LIE : 0;
	case CT_OWN:
	case LOW_CT_OWN:
		return epoch == 1 ? LIE : 0;
	case LOW_CT:
		return epoch ? LIE : 0;
	case PN_ABOVE: /* than what was seen: the rest is missing */
		return begins && epoch > 1 ? 0 : LIE;
	default:
		return LIE;
	}
}

static bool applies(enum lie lie, const struct forged *f)
{
	return (lie != MORE_CTS || f->cts < 2) &&
	       (lie != FEWER_CTS || f->cts > 0);
}

/* Delivers a lie, and then the truth, so that one sees that nothing changed. */
static void tell(struct talk *t, int from, const struct forged *truth,
		 bool begins)
{
	struct letter good = forge_seal(truth), other;
	struct forged f;

	for (enum lie lie = TRUTH; lie < LIES; lie++) {
		struct talk copy = *t;
		int want = judged(lie, truth->epoch, begins);

		f = *truth;
		if (!applies(lie, &f))
			continue;
		lie_in_numbers(&f, lie);
		lie_in_keys(&f, lie);
		if (lie == REFLECTED)
			memcpy(f.header_key,
			       talk_session(t, from)->receiving.next, 32);
		other = forge_seal(&f);
		if (lie == W)
			memcpy(other.body + other.len - 88,
			       good.body + good.len - 88, 88);
		talk_copy(&t->side[!from], &copy.side[!from]);
		tap_is(talk_get(&copy, !from, &other), want, "epoch %u%s: %s",
		       truth->epoch, begins ? " begins" : "", lies[lie]);
		if (want)
			tap_is(talk_get(&copy, !from, &good), 0,
			       "and then the truth");
		wax_peer_release(&copy.side[!from]);
	}
}

/* Lies in a known epoch and at its beginning. */
static void contradictions(void)
{
	struct talk t;

	talk_begin(&t);
	for (uint32_t epoch = 0; epoch < 4; epoch++) {
		int from = epoch % 2 ? BOB : ALICE;
		struct forged f;

		if (epoch) {
			f = forge_next(&t, from);
			tell(&t, from, &f, true);
		}
		tap_is(talk_on(&t, from, 3), 0, "epoch %u arrives", epoch);
		f = forge(&t, from);
		tell(&t, from, &f, false);
	}
	talk_release(&t);
}

/* The first message that arrives makes the offer of epoch 0 known. */
static void first_offer(void)
{
	struct talk t;
	struct forged f;

	talk_begin(&t);
	f = forge(&t, ALICE);
	spoil(f.offer.key);
	one = forge_seal(&f);
	get(&t, BOB, &one, LIE, "the first pk is no key");
	tap_is(talk_on(&t, ALICE, 1), 0, "a good one arrives");
	f = forge(&t, ALICE);
	f.before = 1;
	one = forge_seal(&f);
	get(&t, BOB, &one, LIE, "a PN in epoch 0");
	talk_release(&t);
}

/* Lies about an epoch that is over; the number is of a message that is lost. */
static void old_contradictions(void)
{
	struct talk t;
	struct forged lost, f;

	talk_begin(&t);
	talk_on(&t, ALICE, 1);
	talk_on(&t, BOB, 1);
	talk_on(&t, ALICE, 2);
	lost = forge(&t, ALICE);
	talk_send(&t, ALICE, &one);
	talk_on(&t, ALICE, 1);
	talk_on(&t, BOB, 1);
	talk_on(&t, ALICE, 1);
	tap_is((long long)t.side[BOB].past.skipped.n, 1, "one is missing");
	for (enum lie lie = TRUTH + 1; lie < W; lie++) {
		f = lost;
		/* In itself, ct_I is not there. */
		if (lie == CT_OWN || lie == LOW_CT_OWN)
			continue;
		lie_in_numbers(&f, lie);
		lie_in_keys(&f, lie);
		one = forge_seal(&f);
		get(&t, BOB, &one,
		    lie == N_BELOW || lie == N_ABOVE ? SEEN : LIE, lies[lie]);
	}
	f = lost;
	f.n = 4;
	one = forge_seal(&f);
	get(&t, BOB, &one, LIE, "a number that the epoch did not have");
	one = forge_seal(&lost);
	get(&t, BOB, &one, 0, "the one that was missing");
	get(&t, BOB, &one, SEEN, "and again");
	talk_release(&t);
}

/*
 * Who has sent nothing cannot be answered, though the peer knows what is in the
 * place of the key: that of a seed of zeros.
 */
static void unasked(void)
{
	static const uint8_t zeros[WAX_XWING_SEED_SIZE];
	uint8_t none[WAX_XWING_PUBLIC_SIZE];
	const uint8_t *offer;
	struct talk t;
	struct forged f;

	wax_xwing_public(none, zeros);
	talk_begin(&t);
	offer = t.who[ALICE].party.recipient;
	talk_on(&t, ALICE, 1);
	f = forge_epoch(&t, ALICE, 2, none, offer);
	one = forge_seal(&f);
	get(&t, BOB, &one, LIE, "epoch 2 before epoch 1");
	talk_on(&t, BOB, 1);
	f = forge_epoch(&t, BOB, 3, none, offer);
	one = forge_seal(&f);
	get(&t, ALICE, &one, LIE, "epoch 3 before epoch 2");
	tap_is(talk_on(&t, ALICE, 1) + talk_on(&t, BOB, 1), 0,
	       "it goes on all the same");
	talk_release(&t);
}

/* An epoch whose offer is no key, by a peer that does all else right. */
static void bad_offers(void)
{
	uint8_t key[WAX_XWING_PUBLIC_SIZE];
	struct talk t;
	struct forged f;

	talk_begin(&t);
	for (uint32_t epoch = 0; epoch < 4; epoch++) {
		int from = epoch % 2 ? BOB : ALICE;

		for (int i = 0; i < 3 && epoch; i++) {
			memcpy(key, t.who[from].party.recipient, sizeof(key));
			if (i == 0)
				spoil(key);
			if (i == 1)
				make_low(key + sizeof(key), 0);
			f = forge_epoch(
				&t, from, epoch,
				talk_session(&t, from)->receiving.offer.key,
				key);
			one = forge_seal(&f);
			if (i < 2)
				get(&t, !from, &one, LIE, "a bad offer");
		}
		tap_is(talk_on(&t, from, 2), 0, "a good one");
	}
	talk_release(&t);
}

/* No bit of a body can be changed: of eh it fits no key, of w it is a lie. */
static void bits(void)
{
	static struct letter l;
	struct talk t;

	talk_begin(&t);
	for (uint32_t epoch = 0; epoch < 3; epoch++) {
		int from = epoch % 2 ? BOB : ALICE;
		unsigned bad = 0;

		talk_send(&t, from, &l);
		for (size_t i = 0; i < 8 * l.len; i++) {
			bool in_w = i / 8 >= l.len - 88;
			int err;

			/* Each bit of epoch 0, later some. */
			if (epoch && i % 8 != i / 8 % 8 && !in_w)
				continue;
			l.body[i / 8] ^= (uint8_t)(1 << i % 8);
			err = talk_get(&t, !from, &l);
			bad += err != (in_w ? LIE : NOT_FOUND);
			l.body[i / 8] ^= (uint8_t)(1 << i % 8);
		}
		tap_is(bad, 0, "epoch %u: no bit can be changed", epoch);
		get(&t, !from, &l, 0, "and as it was it opens");
	}
	talk_release(&t);
}

/* Letters mixed, reflected, and of another session. */
static void mixed(void)
{
	static struct letter a, b, mix;
	struct talk t, other;

	talk_begin(&t);
	talk_begin(&other);
	talk_on(&t, ALICE, 1);
	talk_send(&t, ALICE, &a);
	talk_send(&t, ALICE, &b);
	mix = a;
	memcpy(mix.body + mix.len - 88, b.body + b.len - 88, 88);
	get(&t, BOB, &mix, LIE, "the w of another message");
	get(&other, BOB, &a, NOT_FOUND, "a message of another session");
	get(&t, ALICE, &a, NOT_FOUND, "a message that comes back");
	talk_session(&t, BOB)->ad[31] ^= 1;
	get(&t, BOB, &a, NOT_FOUND, "other associated data");
	talk_session(&t, BOB)->ad[31] ^= 1;
	get(&t, BOB, &a, 0, "as it was it opens");
	talk_on(&t, BOB, 1);
	talk_send(&t, BOB, &a);
	get(&t, BOB, &a, NOT_FOUND, "nor does an answer that comes back");
	a.len = WAX_RATCHET_LATER_SIZE;
	get(&t, ALICE, &a, NOT_FOUND, "cut to another size");
	talk_release(&t);
	talk_release(&other);
}

/* What a side must not have any more after a step. */
struct spent {
	uint8_t keys[5][32];
	size_t n;
};

static void note(struct spent *s, const uint8_t key[32])
{
	memcpy(s->keys[s->n++], key, 32);
}

static void gone(const struct talk *t, int who, const struct spent *s,
		 const char *what)
{
	unsigned held = 0;

	for (size_t i = 0; i < s->n; i++)
		held += talk_holds(t, who, s->keys[i], 32);
	tap_is(held, 0, "%s: %zu secrets are gone", what, s->n);
}

static bool is_zero(const void *p, size_t len)
{
	const uint8_t *b = p;

	return !*b && !memcmp(b, b + 1, len - 1);
}

static void wiped(void)
{
	struct talk t;
	const struct wax_session *s;

	talk_begin(&t);
	for (uint32_t epoch = 0; epoch < 5; epoch++) {
		int from = epoch % 2 ? BOB : ALICE;
		struct spent sender = {.n = 0}, receiver = {.n = 0};

		s = talk_session(&t, from);
		if (epoch)
			note(&sender, s->root);
		note(&sender, s->sending.chain);
		s = talk_session(&t, !from);
		note(&receiver, s->receiving.chain);
		if (epoch) {
			note(&receiver, s->root);
			note(&receiver, s->seed);
			note(&receiver, s->sending.chain);
		}
		/* What nothing was drawn for is zero, and found anywhere. */
		if (is_zero(sender.keys[sender.n - 1], 32))
			sender.n--;
		if (is_zero(receiver.keys[0], 32))
			memcpy(receiver.keys[0], receiver.keys[1], 32);
		tap_is(talk_on(&t, from, 1), 0, "epoch %u", epoch);
		gone(&t, from, &sender, "who sends");
		gone(&t, !from, &receiver, "who opens");
		s = talk_session(&t, !from);
		tap_ok(is_zero(s->seed, 32) && is_zero(s->sending.chain, 32),
		       "what is answered is wiped");
		tap_ok(epoch == 0 || is_zero(&s->hello, sizeof(s->hello)),
		       "and so is the hello");
	}
	talk_release(&t);
}

/* A message key is gone when it was used, though it had been skipped. */
static void used_keys(void)
{
	static struct letter l[3];
	uint8_t key[32];
	struct forged f;
	struct talk t;

	talk_begin(&t);
	f = forge(&t, ALICE);
	memcpy(key, f.message_key, 32);
	for (int i = 0; i < 3; i++)
		talk_send(&t, ALICE, &l[i]);
	tap_ok(!talk_holds(&t, ALICE, key, 32), "not kept by who sends");
	get(&t, BOB, &l[2], 0, "two are skipped");
	tap_ok(talk_holds(&t, BOB, key, 32), "a skipped key is kept");
	get(&t, BOB, &l[0], 0, "and used");
	tap_ok(!talk_holds(&t, BOB, key, 32), "it is gone");
	tap_ok(is_zero(wax_array_at(&t.side[BOB].past.skipped,
				    sizeof(struct wax_skipped), 1),
		       sizeof(struct wax_skipped)),
	       "and its place is wiped");
	get(&t, BOB, &l[1], 0, "the other is still there");
	talk_release(&t);
}

int main(void)
{
	agreed();
	derived();
	bad_points();
	bad_keys();
	other_hellos();
	sealed_hello();
	odd_hellos();
	conversation();
	by_hand();
	reordered();
	duplicates();
	skip_one_chain();
	skip_two_chains();
	skipped_make_room();
	contradictions();
	first_offer();
	old_contradictions();
	unasked();
	bad_offers();
	bits();
	mixed();
	wiped();
	used_keys();
	return tap_end();
}
