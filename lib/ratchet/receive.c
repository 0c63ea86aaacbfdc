/* SPDX-License-Identifier: ISC */
/*
 * Opening a message: finding its key, and taking the steps it asks for.
 */
#include <string.h>

#include <wax/text.h>

#include "base/bytes.h"
#include "base/secret.h"
#include "ratchet/epoch.h"

#define VERSION 0x01

static struct wax_old_key *old_at(const struct wax_past *past, size_t i)
{
	return wax_array_at(&past->old, sizeof(struct wax_old_key), i);
}

static struct wax_skipped *skipped_at(const struct wax_past *past, size_t i)
{
	return wax_array_at(&past->skipped, sizeof(struct wax_skipped), i);
}

static size_t header_len(size_t body_len)
{
	return body_len - WAX_WRAPPED_BOTH - WAX_RATCHET_SEAL;
}

bool wax_header_try(const uint8_t key[WAX_KEY_SIZE],
		    const uint8_t ad[WAX_HASH_SIZE], const uint8_t *body,
		    size_t len, uint8_t *header)
{
	return wax_xaead_open(key, body, ad, WAX_HASH_SIZE,
			      body + WAX_XNONCE_SIZE,
			      len - WAX_WRAPPED_BOTH - WAX_XNONCE_SIZE, header);
}

static bool try_key(const struct wax_session *s,
		    const uint8_t key[WAX_KEY_SIZE], uint32_t epoch, size_t old,
		    struct wax_found *f)
{
	f->epoch = epoch;
	f->old = old;
	return wax_header_try(key, s->ad, f->body, f->len, f->header);
}

bool wax_session_find(const struct wax_session *s, const struct wax_past *past,
		      const uint8_t *body, size_t len, struct wax_found *out)
{
	const struct wax_side *r = &s->receiving;

	out->body = body;
	out->len = len;
	for (size_t i = 0; i < past->old.n; i++)
		if (old_at(past, i)->serial == s->serial &&
		    try_key(s, old_at(past, i)->header, old_at(past, i)->epoch,
			    i, out))
			return true;
	if (r->begun && try_key(s, r->header, r->epoch, SIZE_MAX, out))
		return true;
	return try_key(s, r->next, r->begun ? r->epoch + 2 : r->epoch, SIZE_MAX,
		       out);
}

/* What a header says. */
struct said {
	uint32_t epoch, n, before;
	struct wax_offer offer;
};

/* False when it is not that of the epoch whose key opened it. */
static bool parse(const struct wax_found *f, struct said *out)
{
	size_t offer = header_len(f->len) - 13;

	out->epoch = (uint32_t)wax_be_get(f->header + 1, 4);
	out->n = (uint32_t)wax_be_get(f->header + 5, 4);
	out->before = (uint32_t)wax_be_get(f->header + 9, 4);
	if (*f->header != VERSION || out->epoch != f->epoch ||
	    offer != wax_offer_size(out->epoch) || out->n == UINT32_MAX ||
	    (out->epoch < 2 && out->before))
		return false;
	memcpy(out->offer.key, f->header + 13, offer);
	wax_offer_digest(&out->offer, out->epoch);
	return true;
}

static int contradicts(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_TRUST,
			    "it contradicts what this session has seen: a "
			    "copied or rolled-back state, or damage");
}

/* When a message was opened; 0: not known any more. */
static int64_t opened_when(const struct wax_past *past, uint32_t serial,
			   uint32_t epoch, uint32_t n)
{
	for (size_t i = past->opened.n; i > 0; i--) {
		const struct wax_opened_once *o =
			wax_array_at(&past->opened, sizeof(*o), i - 1);

		if (o->serial == serial && o->epoch == epoch && o->n == n)
			return o->when;
	}
	return 0;
}

static int remember(struct wax_past *past, const struct wax_session *s,
		    const struct said *said, int64_t now, struct wax_diag *diag)
{
	struct wax_opened_once *o;

	if (past->opened.n == WAX_OPENED_MAX)
		wax_array_remove(&past->opened, sizeof(*o), 0);
	o = wax_array_add(&past->opened, sizeof(*o), diag);
	if (!o)
		return WAX_ERR_IO;
	*o = (struct wax_opened_once){s->serial, said->epoch, said->n, now};
	return 0;
}

static int seen(int64_t when, struct wax_diag *diag)
{
	char text[WAX_TIME_TEXT_SIZE];

	if (when)
		wax_time_text(when, text);
	return wax_diag_set(diag, WAX_ERR_SEEN, "it was opened already%s%s",
			    when ? ", at " : ", or its key was dropped",
			    when ? text : "");
}

/* Takes the key of a message that was skipped before, or was opened. */
static int take_skipped(const struct wax_session *s, struct wax_past *past,
			const struct said *said, uint8_t key[WAX_KEY_SIZE],
			int64_t *when, struct wax_diag *diag)
{
	for (size_t i = 0; i < past->skipped.n; i++) {
		struct wax_skipped *k = skipped_at(past, i);

		if (k->serial != s->serial || k->epoch != said->epoch ||
		    k->n != said->n)
			continue;
		memcpy(key, k->key, WAX_KEY_SIZE);
		wax_array_remove(&past->skipped, sizeof(*k), i);
		return 0;
	}
	*when = opened_when(past, s->serial, said->epoch, said->n);
	return seen(*when, diag);
}

/* Keeps the keys of a side's messages up to number n. */
static int skip_to(const struct wax_session *s, struct wax_past *past,
		   struct wax_side *side, uint32_t n, int64_t now,
		   struct wax_diag *diag)
{
	size_t more = side->n < n ? n - side->n : 0;
	size_t all = past->skipped.n + more;

	/* The oldest go; more than WAX_SKIP_MAX at once was refused before. */
	if (all > WAX_SKIP_MAX)
		wax_array_shift(&past->skipped, sizeof(struct wax_skipped),
				all - WAX_SKIP_MAX);
	while (side->n < n) {
		struct wax_skipped *k;

		k = wax_array_add(&past->skipped, sizeof(*k), diag);
		if (!k)
			return WAX_ERR_IO;
		*k = (struct wax_skipped){
			s->serial, side->epoch, side->n, now, {0}};
		wax_chain_step(side, k->key);
	}
	return 0;
}

static int too_far(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_TRUST,
			    "it skips more than %d messages", WAX_SKIP_MAX);
}

/* A new key is tried at once, so that a bad one cannot block sending later. */
static bool is_good(const uint8_t key[WAX_XWING_PUBLIC_SIZE])
{
	uint8_t ct[WAX_XWING_CIPHERTEXT_SIZE], secret[WAX_XWING_SHARED_SIZE];
	bool ok = wax_xwing_encap(ct, secret, key);

	wax_wipe(secret, sizeof(secret));
	return ok;
}

/* The message is of the newest epoch of the other side. */
static int open_current(struct wax_session *s, struct wax_past *past,
			const struct said *said, uint8_t key[WAX_KEY_SIZE],
			int64_t now, int64_t *when, struct wax_diag *diag)
{
	struct wax_side *r = &s->receiving;
	int err;

	if (!r->offered) {
		if (!is_good(said->offer.key))
			return contradicts(diag);
		r->offer = said->offer;
		r->offered = true;
	}
	if (memcmp(r->offer.digest, said->offer.digest, WAX_HASH_SIZE) ||
	    r->before != said->before)
		return contradicts(diag);
	if (said->n < r->n)
		return take_skipped(s, past, said, key, when, diag);
	if (said->n - r->n > WAX_SKIP_MAX)
		return too_far(diag);
	err = skip_to(s, past, r, said->n, now, diag);
	if (!err)
		wax_chain_step(r, key);
	return err;
}

/* Keeps the header key of an epoch that is over. */
static int keep_old(const struct wax_session *s, struct wax_past *past,
		    int64_t now, struct wax_diag *diag)
{
	const struct wax_side *r = &s->receiving;
	struct wax_old_key *k = wax_array_add(&past->old, sizeof(*k), diag);

	if (!k)
		return WAX_ERR_IO;
	*k = (struct wax_old_key){.serial = s->serial,
				  .epoch = r->epoch,
				  .n = r->n,
				  .before = r->before,
				  .since = now};
	memcpy(k->header, r->header, WAX_KEY_SIZE);
	memcpy(k->digest, r->offer.digest, WAX_HASH_SIZE);
	return 0;
}

/* What the other side has encapsulated to one's keys. */
static bool decapsulate(const struct wax_session *s, const struct said *said,
			const uint8_t own[WAX_XWING_SEED_SIZE],
			uint8_t secrets[WAX_EPOCH_SECRETS])
{
	return wax_xwing_decap(secrets, said->offer.ct, s->seed) &&
	       (said->epoch != 1 ||
		wax_xwing_decap(secrets + WAX_XWING_SHARED_SIZE,
				said->offer.ct_own, own));
}

/* The message begins an epoch: what was before ends, with what it lacks. */
static int open_next(struct wax_session *s, struct wax_past *past,
		     const struct said *said,
		     const uint8_t own[WAX_XWING_SEED_SIZE],
		     uint8_t key[WAX_KEY_SIZE], int64_t now,
		     struct wax_diag *diag)
{
	uint8_t secrets[WAX_EPOCH_SECRETS];
	struct wax_side *r = &s->receiving;
	uint32_t had = r->begun ? r->n : 0;
	int err = 0;

	/* It answers one's own newest epoch, which therefore must be there. */
	if (!s->sending.begun || s->sending.epoch + 1 != said->epoch ||
	    said->before < had || !is_good(said->offer.key))
		return contradicts(diag);
	if ((uint64_t)(said->before - had) + said->n > WAX_SKIP_MAX)
		return too_far(diag);
	if (r->begun)
		err = skip_to(s, past, r, said->before, now, diag);
	if (!err && r->begun)
		err = keep_old(s, past, now, diag);
	if (err)
		return err;
	if (!decapsulate(s, said, own, secrets)) {
		wax_wipe(secrets, sizeof(secrets));
		return contradicts(diag);
	}
	r->offer = said->offer;
	wax_epoch_step(s, r, said->epoch, secrets);
	r->before = said->before;
	wax_wipe(s->seed, sizeof(s->seed));
	wax_wipe(s->sending.chain, sizeof(s->sending.chain));
	wax_wipe(&s->hello, sizeof(s->hello));
	err = skip_to(s, past, r, said->n, now, diag);
	if (!err)
		wax_chain_step(r, key);
	return err;
}

/* The message is of an epoch that is over. */
static int open_old(struct wax_session *s, struct wax_past *past, size_t old,
		    const struct said *said, uint8_t key[WAX_KEY_SIZE],
		    int64_t *when, struct wax_diag *diag)
{
	const struct wax_old_key *k = old_at(past, old);

	if (memcmp(k->digest, said->offer.digest, WAX_HASH_SIZE) ||
	    k->before != said->before || said->n >= k->n)
		return contradicts(diag);
	return take_skipped(s, past, said, key, when, diag);
}

/* Opens w, which is tied to the header by its associated data. */
static bool unwrap(const struct wax_session *s, const struct wax_found *f,
		   const uint8_t key[WAX_KEY_SIZE],
		   uint8_t wrapped[WAX_WRAPPED_PLAIN])
{
	uint8_t ad[WAX_HASH_SIZE + WAX_EH_MAX];
	size_t n = f->len - WAX_WRAPPED_BOTH;
	const uint8_t *w = f->body + n;

	memcpy(ad, s->ad, sizeof(s->ad));
	memcpy(ad + sizeof(s->ad), f->body, n);
	return wax_xaead_open(key, w, ad, sizeof(s->ad) + n,
			      w + WAX_XNONCE_SIZE,
			      WAX_WRAPPED_BOTH - WAX_XNONCE_SIZE, wrapped);
}

int wax_session_open(struct wax_session *s, struct wax_past *past,
		     const struct wax_found *found,
		     const uint8_t own[WAX_XWING_SEED_SIZE], int64_t now,
		     uint8_t wrapped[WAX_WRAPPED_PLAIN], int64_t *when,
		     struct wax_diag *diag)
{
	uint8_t key[WAX_KEY_SIZE];
	struct said said;
	int err = parse(found, &said) ? 0 : contradicts(diag);

	*when = 0;
	if (!err && found->old != SIZE_MAX)
		err = open_old(s, past, found->old, &said, key, when, diag);
	else if (!err && s->receiving.begun && said.epoch == s->receiving.epoch)
		err = open_current(s, past, &said, key, now, when, diag);
	else if (!err)
		err = open_next(s, past, &said, own, key, now, diag);
	if (!err && !unwrap(s, found, key, wrapped))
		err = contradicts(diag);
	wax_wipe(key, sizeof(key));
	if (!err)
		err = remember(past, s, &said, now, diag);
	if (err)
		return err;
	s->heard = true;
	s->used = s->touched = now;
	s->opened++;
	return 0;
}
