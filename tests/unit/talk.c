/* SPDX-License-Identifier: ISC */
/*
 * Two who talk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/identity.h"
#include "talk.h"
#include "tap.h"

/* For what a test cannot go on without. */
static void need(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s\n", what);
	exit(1);
}

void talker_new(struct talker *t, uint8_t seed)
{
	memset(t->own.seed, seed, sizeof(t->own.seed));
	wax_identity_derive(t->own.seed, WAX_DERIVE_IDENTITY, t->own.identity);
	wax_ed25519_secret_public(t->party.identity, t->own.identity);
	wax_xwing_public(t->party.recipient, t->own.seed);
	memset(t->secret.x25519, seed + 1, sizeof(t->secret.x25519));
	memset(t->secret.xwing, seed + 2, sizeof(t->secret.xwing));
	t->prekey.id = 0x01020300u + seed;
	wax_x25519_base(t->prekey.x25519, t->secret.x25519);
	wax_xwing_public(t->prekey.xwing, t->secret.xwing);
}

struct wax_session *talk_session(const struct talk *t, int who)
{
	return wax_peer_session(&t->side[who], 0);
}

void talk_begin(struct talk *t)
{
	talk_between(t, 0x10, 0x20);
}

void talk_between(struct talk *t, uint8_t caller, uint8_t called)
{
	struct wax_session *s;

	memset(t, 0, sizeof(*t));
	t->now = TALK_NOW;
	talker_new(&t->who[ALICE], caller);
	talker_new(&t->who[BOB], called);
	t->hello.caller = t->who[ALICE].party;
	t->hello.t = TALK_NOW;
	need(wax_hello_make(&t->hello, &t->who[ALICE].own, &t->who[BOB].party,
			    &t->who[BOB].prekey, &t->agreed[ALICE]) &&
		     wax_hello_take(&t->hello, &t->who[BOB].own,
				    &t->who[BOB].party, &t->who[BOB].secret,
				    &t->agreed[BOB]),
	     "no hello");
	for (int i = 0; i < 2; i++) {
		t->side[i].party = t->who[!i].party;
		t->side[i].t = t->hello.t;
		need(!wax_peer_add(&t->side[i], &s, NULL), "no memory");
		if (i == ALICE)
			wax_session_call(s, &t->hello, &t->agreed[i]);
		else
			wax_session_answer(s, &t->hello, &t->agreed[i]);
		s->serial = 1;
		s->made = TALK_NOW;
		s->expires = i == ALICE ? TALK_NOW + WAX_CARD_VALID : 0;
	}
}

void talk_release(struct talk *t)
{
	wax_peer_release(&t->side[0]);
	wax_peer_release(&t->side[1]);
}

void talk_send(struct talk *t, int from, struct letter *l)
{
	wax_random(l->wrapped, sizeof(l->wrapped));
	need(wax_session_seal(talk_session(t, from),
			      t->who[!from].party.recipient, l->wrapped,
			      l->body, &l->len),
	     "cannot send");
}

static void copy_array(const struct wax_array *from, size_t size,
		       struct wax_array *to)
{
	if (!from->n)
		return;
	need(!wax_secret_new(from->n * size, &to->memory, NULL), "no memory");
	memcpy(wax_secret_bytes(to->memory), wax_secret_bytes(from->memory),
	       from->n * size);
	to->n = from->n;
}

void talk_copy(const struct wax_peer *from, struct wax_peer *to)
{
	*to = *from;
	to->sessions = (struct wax_array){0};
	to->past = (struct wax_past){0};
	copy_array(&from->sessions, sizeof(struct wax_session), &to->sessions);
	copy_array(&from->past.old, sizeof(struct wax_old_key), &to->past.old);
	copy_array(&from->past.skipped, sizeof(struct wax_skipped),
		   &to->past.skipped);
	copy_array(&from->past.opened, sizeof(struct wax_opened_once),
		   &to->past.opened);
}

int talk_get(struct talk *t, int to, const struct letter *l)
{
	static struct wax_found found;
	uint8_t wrapped[WAX_WRAPPED_PLAIN];
	struct wax_diag diag = {0};
	struct wax_peer copy;
	int err;

	if (!wax_session_find(talk_session(t, to), &t->side[to].past, l->body,
			      l->len, &found))
		return TALK_NOT_FOUND;
	talk_copy(&t->side[to], &copy);
	err = wax_session_open(wax_peer_session(&copy, 0), &copy.past, &found,
			       t->who[to].own.seed, t->now, wrapped, &t->when,
			       &diag);
	if (err) {
		need(*diag.text, "an error without words");
		wax_peer_release(&copy);
		return err;
	}
	wax_peer_release(&t->side[to]);
	t->side[to] = copy;
	return memcmp(wrapped, l->wrapped, sizeof(wrapped)) ? -99 : 0;
}

int talk_on(struct talk *t, int from, unsigned n)
{
	static struct letter l;
	int err = 0;

	for (unsigned i = 0; i < n; i++) {
		talk_send(t, from, &l);
		err += talk_get(t, !from, &l);
	}
	return err;
}

static bool is_in(const struct wax_array *a, size_t size, const void *bytes,
		  size_t len)
{
	return a->n &&
	       memmem(wax_secret_bytes(a->memory), a->n * size, bytes, len);
}

bool talk_holds(const struct talk *t, int who, const void *bytes, size_t len)
{
	const struct wax_peer *p = &t->side[who];

	return is_in(&p->sessions, sizeof(struct wax_session), bytes, len) ||
	       is_in(&p->past.old, sizeof(struct wax_old_key), bytes, len) ||
	       is_in(&p->past.skipped, sizeof(struct wax_skipped), bytes, len);
}

void forge_key(const uint8_t chain[WAX_KEY_SIZE], uint32_t skip,
	       uint8_t out[WAX_KEY_SIZE])
{
	uint8_t now[WAX_KEY_SIZE], next[WAX_KEY_SIZE];

	memcpy(now, chain, sizeof(now));
	for (; skip; skip--) {
		wax_hmac(now, "\x02", 1, next);
		memcpy(now, next, sizeof(now));
	}
	wax_hmac(now, "\x01", 1, out);
}

struct forged forge(const struct talk *t, int from)
{
	const struct wax_session *s = talk_session(t, from);
	const struct wax_side *side = &s->sending;
	struct forged f = {.version = 1,
			   .epoch = side->epoch,
			   .n = side->n,
			   .before = side->before,
			   .offer = side->offer};

	f.cts = side->epoch == 0 ? 0 : side->epoch == 1 ? 2 : 1;
	memcpy(f.header_key, side->header, sizeof(f.header_key));
	forge_key(side->chain, 0, f.message_key);
	memcpy(f.ad, s->ad, sizeof(f.ad));
	wax_random(f.wrapped, sizeof(f.wrapped));
	return f;
}

/* RK, CK and HK of the step to f's epoch, of the secrets s_n and s_I. */
static void forge_step(const struct forged *f, const uint8_t *root,
		       const uint8_t *secrets, uint8_t out[3][WAX_KEY_SIZE])
{
	uint8_t all[WAX_XWING_PUBLIC_SIZE + 2 * WAX_XWING_CIPHERTEXT_SIZE];
	uint8_t info[12 + WAX_HASH_SIZE];
	uint8_t *at = mempcpy(all, f->offer.key, sizeof(f->offer.key));

	at = mempcpy(at, f->offer.ct, sizeof(f->offer.ct));
	if (f->epoch == 1)
		at = mempcpy(at, f->offer.ct_own, sizeof(f->offer.ct_own));
	memcpy(info, "wax/v1 epoch", 12);
	wax_sha256(all, (size_t)(at - all), info + 12);
	wax_hkdf(root, WAX_KEY_SIZE, secrets, f->epoch == 1 ? 64 : 32, info,
		 sizeof(info), out, (size_t)3 * WAX_KEY_SIZE);
}

struct forged forge_epoch(const struct talk *t, int from, uint32_t epoch,
			  const uint8_t to[WAX_XWING_PUBLIC_SIZE],
			  const uint8_t offer[WAX_XWING_PUBLIC_SIZE])
{
	const struct wax_session *s = talk_session(t, from);
	struct forged f = {.version = 1, .epoch = epoch};
	uint8_t secrets[64], keys[3][WAX_KEY_SIZE];

	f.cts = f.epoch == 1 ? 2 : 1;
	f.before = s->sending.begun ? s->sending.n : 0;
	memcpy(f.offer.key, offer, sizeof(f.offer.key));
	need(wax_xwing_encap(f.offer.ct, secrets, to) &&
		     wax_xwing_encap(f.offer.ct_own, secrets + 32,
				     t->who[!from].party.recipient),
	     "no epoch");
	forge_step(&f, s->root, secrets, keys);
	memcpy(f.header_key, s->sending.next, WAX_KEY_SIZE);
	forge_key(keys[1], 0, f.message_key);
	memcpy(f.ad, s->ad, sizeof(f.ad));
	wax_random(f.wrapped, sizeof(f.wrapped));
	return f;
}

struct forged forge_next(const struct talk *t, int from)
{
	const struct wax_side *in = &talk_session(t, from)->receiving;
	uint8_t seed[WAX_XWING_SEED_SIZE], key[WAX_XWING_PUBLIC_SIZE];

	wax_random(seed, sizeof(seed));
	wax_xwing_public(key, seed);
	return forge_epoch(t, from, in->epoch + 1, in->offer.key, key);
}

/* Seal(k, ad, p) of the protocol. */
static uint8_t *seal(const uint8_t *key, const uint8_t *ad, size_t ad_len,
		     const uint8_t *plain, size_t len, uint8_t *at)
{
	wax_random(at, WAX_XNONCE_SIZE);
	wax_xaead_seal(key, at, ad, ad_len, plain, len, at + WAX_XNONCE_SIZE);
	return at + WAX_XNONCE_SIZE + len + WAX_TAG_SIZE;
}

struct letter forge_seal(const struct forged *f)
{
	uint8_t header[13 + sizeof(f->offer)];
	uint8_t ad[WAX_HASH_SIZE + WAX_RATCHET_MAX];
	struct letter l = {.len = 0};
	uint8_t *at = header;
	size_t n;

	*at++ = f->version;
	wax_be_put(at, f->epoch, 4);
	wax_be_put(at + 4, f->n, 4);
	wax_be_put(at + 8, f->before, 4);
	at = mempcpy(at + 12, f->offer.key, sizeof(f->offer.key));
	if (f->cts)
		at = mempcpy(at, f->offer.ct, sizeof(f->offer.ct));
	if (f->cts > 1)
		at = mempcpy(at, f->offer.ct_own, sizeof(f->offer.ct_own));
	at = seal(f->header_key, f->ad, sizeof(f->ad), header,
		  (size_t)(at - header), l.body);
	n = (size_t)(at - l.body);
	memcpy(ad, f->ad, sizeof(f->ad));
	memcpy(ad + sizeof(f->ad), l.body, n);
	at = seal(f->message_key, ad, sizeof(f->ad) + n, f->wrapped,
		  sizeof(f->wrapped), at);
	l.len = (size_t)(at - l.body);
	memcpy(l.wrapped, f->wrapped, sizeof(l.wrapped));
	return l;
}
