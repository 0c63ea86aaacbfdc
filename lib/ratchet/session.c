/* SPDX-License-Identifier: ISC */
/*
 * Beginning a session, and sending in it.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/secret.h"
#include "ratchet/epoch.h"

#define VERSION 0x01

void wax_array_release(struct wax_array *a)
{
	wax_secret_free(a->memory);
	*a = (struct wax_array){0};
}

void *wax_array_add(struct wax_array *a, size_t size, struct wax_diag *diag)
{
	size_t room = a->memory ? wax_secret_size(a->memory) / size : 0;

	if (a->n == room) {
		struct wax_secret *more;

		if (wax_secret_new((room	  ? 2 * room
				    : size > 4096 ? 1
						  : 8) *
					   size,
				   &more, diag))
			return NULL;
		if (a->n)
			memcpy(wax_secret_bytes(more),
			       wax_secret_bytes(a->memory), a->n * size);
		wax_secret_free(a->memory);
		a->memory = more;
	}
	memset(wax_array_at(a, size, a->n), 0, size);
	return wax_array_at(a, size, a->n++);
}

void wax_array_shift(struct wax_array *a, size_t size, size_t n)
{
	uint8_t *all = wax_secret_bytes(a->memory);

	memmove(all, all + n * size, (a->n - n) * size);
	wax_wipe(all + (a->n - n) * size, n * size);
	a->n -= n;
}

void wax_array_remove(struct wax_array *a, size_t size, size_t i)
{
	uint8_t *at = wax_array_at(a, size, i);

	a->n--;
	memmove(at, at + size, (a->n - i) * size);
	wax_wipe(wax_array_at(a, size, a->n), size);
}

size_t wax_offer_size(uint32_t epoch)
{
	size_t cts = epoch == 0 ? 0 : epoch == 1 ? 2 : 1;

	return WAX_XWING_PUBLIC_SIZE + cts * WAX_XWING_CIPHERTEXT_SIZE;
}

void wax_offer_digest(struct wax_offer *o, uint32_t epoch)
{
	/* pk, ct and ct_I stand one behind the other. */
	_Static_assert(offsetof(struct wax_offer, digest) ==
			       WAX_XWING_PUBLIC_SIZE +
				       2 * WAX_XWING_CIPHERTEXT_SIZE,
		       "an offer has no holes");
	wax_sha256(o->key, wax_offer_size(epoch), o->digest);
}

void wax_epoch_step(struct wax_session *s, struct wax_side *side,
		    uint32_t epoch, uint8_t secrets[WAX_EPOCH_SECRETS])
{
	static const char label[] = "wax/v1 epoch";
	uint8_t info[sizeof(label) - 1 + WAX_HASH_SIZE];
	uint8_t keys[3][WAX_KEY_SIZE];

	memcpy(info, label, sizeof(label) - 1);
	memcpy(info + sizeof(label) - 1, side->offer.digest, WAX_HASH_SIZE);
	wax_hkdf(s->root, sizeof(s->root), secrets,
		 epoch == 1 ? WAX_EPOCH_SECRETS : WAX_XWING_SHARED_SIZE, info,
		 sizeof(info), keys, sizeof(keys));
	memcpy(s->root, keys[0], WAX_KEY_SIZE);
	memcpy(side->chain, keys[1], WAX_KEY_SIZE);
	memcpy(side->header, side->next, WAX_KEY_SIZE);
	memcpy(side->next, keys[2], WAX_KEY_SIZE);
	side->before = side->begun ? side->n : 0;
	side->begun = side->offered = true;
	side->epoch = epoch;
	side->n = 0;
	wax_wipe(keys, sizeof(keys));
	wax_wipe(secrets, WAX_EPOCH_SECRETS);
}

void wax_chain_step(struct wax_side *side, uint8_t key[WAX_KEY_SIZE])
{
	static const uint8_t message = 0x01, chain = 0x02;
	uint8_t next[WAX_KEY_SIZE];

	wax_hmac(side->chain, &message, 1, key);
	wax_hmac(side->chain, &chain, 1, next);
	memcpy(side->chain, next, sizeof(next));
	side->n++;
	wax_wipe(next, sizeof(next));
}

/* Draws the key that the other side will encapsulate to. */
static void draw(struct wax_session *s)
{
	wax_random(s->seed, sizeof(s->seed));
	wax_xwing_public(s->sending.offer.key, s->seed);
}

static void begin(struct wax_session *s, const struct wax_hello *hello,
		  const struct wax_agreed *agreed, struct wax_side *first,
		  struct wax_side *second)
{
	s->t = hello->t;
	s->prekey = hello->prekey;
	memcpy(s->transcript, agreed->transcript, sizeof(s->transcript));
	memcpy(s->ad, agreed->ad, sizeof(s->ad));
	memcpy(s->root, agreed->root, sizeof(s->root));
	first->begun = true;
	memcpy(first->chain, agreed->chain, sizeof(first->chain));
	memcpy(first->header, agreed->header[0], WAX_KEY_SIZE);
	memcpy(first->next, agreed->header[2], WAX_KEY_SIZE);
	second->epoch = 1;
	memcpy(second->next, agreed->header[1], WAX_KEY_SIZE);
}

void wax_session_call(struct wax_session *s, const struct wax_hello *hello,
		      const struct wax_agreed *agreed)
{
	*s = (struct wax_session){
		.serial = s->serial, .caller = true, .hello = *hello};
	begin(s, hello, agreed, &s->sending, &s->receiving);
	draw(s);
	s->sending.offered = true;
	wax_offer_digest(&s->sending.offer, 0);
}

void wax_session_answer(struct wax_session *s, const struct wax_hello *hello,
			const struct wax_agreed *agreed)
{
	*s = (struct wax_session){.serial = s->serial};
	begin(s, hello, agreed, &s->receiving, &s->sending);
}

/* Begins the epoch that answers the newest one of the other side. */
static bool begin_epoch(struct wax_session *s,
			const uint8_t peer[WAX_XWING_PUBLIC_SIZE])
{
	uint8_t secrets[WAX_EPOCH_SECRETS];
	uint32_t epoch = s->receiving.epoch + 1;
	struct wax_offer *offer = &s->sending.offer;
	bool ok = wax_xwing_encap(offer->ct, secrets, s->receiving.offer.key) &&
		  (epoch != 1 ||
		   wax_xwing_encap(offer->ct_own,
				   secrets + WAX_XWING_SHARED_SIZE, peer));

	if (ok) {
		draw(s);
		wax_offer_digest(offer, epoch);
		wax_epoch_step(s, &s->sending, epoch, secrets);
	}
	wax_wipe(secrets, sizeof(secrets));
	return ok;
}

/* Writes a random nonce, and what is sealed under it. */
static uint8_t *seal(const uint8_t key[WAX_KEY_SIZE], const void *ad,
		     size_t ad_len, const void *plain, size_t len, uint8_t *out)
{
	wax_random(out, WAX_XNONCE_SIZE);
	wax_xaead_seal(key, out, ad, ad_len, plain, len, out + WAX_XNONCE_SIZE);
	return out + WAX_RATCHET_SEAL + len;
}

bool wax_session_seal(struct wax_session *s,
		      const uint8_t peer[WAX_XWING_PUBLIC_SIZE],
		      const uint8_t wrapped[WAX_WRAPPED_PLAIN],
		      uint8_t body[WAX_RATCHET_MAX], size_t *len)
{
	struct wax_side *side = &s->sending;
	uint8_t header[WAX_HEADER_PLAIN_MAX], ad[WAX_HASH_SIZE + WAX_EH_MAX];
	uint8_t key[WAX_KEY_SIZE], *end;
	size_t n;

	/* What the other side has begun since one's own epoch is answered. */
	if ((!side->begun ||
	     (s->receiving.begun && s->receiving.epoch > side->epoch)) &&
	    !begin_epoch(s, peer))
		return false;
	if (side->n == UINT32_MAX)
		return false;
	*header = VERSION;
	wax_be_put(header + 1, side->epoch, 4);
	wax_be_put(header + 5, side->n, 4);
	wax_be_put(header + 9, side->before, 4);
	n = wax_offer_size(side->epoch);
	memcpy(header + 13, side->offer.key, n);
	wax_chain_step(side, key);
	end = seal(side->header, s->ad, sizeof(s->ad), header, 13 + n, body);
	n = (size_t)(end - body);
	memcpy(ad, s->ad, sizeof(s->ad));
	memcpy(ad + sizeof(s->ad), body, n);
	end = seal(key, ad, sizeof(s->ad) + n, wrapped, WAX_WRAPPED_PLAIN, end);
	*len = (size_t)(end - body);
	s->sent++;
	wax_wipe(key, sizeof(key));
	return true;
}
