/* SPDX-License-Identifier: ISC */
/*
 * The file of a peer. One description of its fields serves both ways: writing
 * and reading. All numbers are little-endian.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/text.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"
#include "ratchet/epoch.h"
#include "ratchet/peer.h"

#define VERSION 1

/* A pass over the fields: measuring where at is NULL, writing, or reading. */
struct pass {
	uint8_t *at;
	size_t left, done;
	bool reading, bad;
};

static void bytes(struct pass *p, void *field, size_t len)
{
	p->done += len;
	if (p->bad || (p->at && p->left < len)) {
		p->bad = true;
		return;
	}
	if (!p->at)
		return;
	if (p->reading)
		memcpy(field, p->at, len);
	else
		memcpy(p->at, field, len);
	p->at += len;
	p->left -= len;
}

static void number(struct pass *p, uint64_t *value, size_t size)
{
	uint8_t raw[8] = {0};

	if (!p->reading)
		wax_le_put(raw, *value, size);
	bytes(p, raw, size);
	if (p->reading)
		*value = p->bad ? 0 : wax_le_get(raw, size);
}

static void u32(struct pass *p, uint32_t *value)
{
	uint64_t v = *value;

	number(p, &v, 4);
	*value = (uint32_t)v;
}

static void when(struct pass *p, int64_t *value)
{
	uint64_t v = (uint64_t)*value;

	number(p, &v, 8);
	if (v > (uint64_t)WAX_TIME_MAX)
		p->bad = true;
	else
		*value = (int64_t)v;
}

/* Bits of a number; others must be zero. */
static void flags(struct pass *p, bool *const *bits, size_t n)
{
	uint32_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= *bits[i] ? 1u << i : 0;
	u32(p, &v);
	p->bad |= v >> n != 0;
	for (size_t i = 0; i < n; i++)
		*bits[i] = v >> i & 1;
}

/* Whether one's own newest epoch was answered, so that it is over. */
static bool is_answered(const struct wax_session *s)
{
	return s->receiving.begun &&
	       (!s->sending.begun || s->receiving.epoch > s->sending.epoch);
}

static void side(struct pass *p, struct wax_side *s)
{
	bool *const bits[] = {&s->begun, &s->offered};

	flags(p, bits, 2);
	u32(p, &s->epoch);
	u32(p, &s->n);
	u32(p, &s->before);
	bytes(p, s->chain, sizeof(s->chain));
	bytes(p, s->header, sizeof(s->header));
	bytes(p, s->next, sizeof(s->next));
	if (s->offered)
		bytes(p, s->offer.digest, sizeof(s->offer.digest));
}

/* What a caller repeats until it is answered. */
static void hello(struct pass *p, struct wax_hello *h)
{
	bytes(p, h->share, sizeof(h->share));
	bytes(p, h->c1, sizeof(h->c1));
	bytes(p, h->c2, sizeof(h->c2));
}

static void session(struct pass *p, struct wax_session *s)
{
	bool *const bits[] = {&s->caller, &s->retired, &s->heard, &s->noted};

	u32(p, &s->serial);
	flags(p, bits, 4);
	u32(p, &s->prekey);
	when(p, &s->t);
	when(p, &s->expires);
	when(p, &s->made);
	when(p, &s->used);
	when(p, &s->touched);
	number(p, &s->sent, 8);
	number(p, &s->opened, 8);
	bytes(p, s->transcript, sizeof(s->transcript));
	bytes(p, s->ad, sizeof(s->ad));
	bytes(p, s->root, sizeof(s->root));
	side(p, &s->sending);
	side(p, &s->receiving);
	/* What is to be repeated, and what is to be answered. */
	if (!is_answered(s) && s->sending.begun) {
		bytes(p, s->seed, sizeof(s->seed));
		bytes(p, s->sending.offer.key,
		      wax_offer_size(s->sending.epoch));
	} else if (s->receiving.offered) {
		bytes(p, s->receiving.offer.key, WAX_XWING_PUBLIC_SIZE);
	}
	if (s->caller && !s->receiving.begun)
		hello(p, &s->hello);
}

static void old_key(struct pass *p, void *element)
{
	struct wax_old_key *k = element;

	u32(p, &k->serial);
	u32(p, &k->epoch);
	u32(p, &k->n);
	u32(p, &k->before);
	when(p, &k->since);
	bytes(p, k->header, sizeof(k->header));
	bytes(p, k->digest, sizeof(k->digest));
}

static void skipped(struct pass *p, void *element)
{
	struct wax_skipped *k = element;

	u32(p, &k->serial);
	u32(p, &k->epoch);
	u32(p, &k->n);
	when(p, &k->since);
	bytes(p, k->key, sizeof(k->key));
}

static void opened(struct pass *p, void *element)
{
	struct wax_opened_once *o = element;

	u32(p, &o->serial);
	u32(p, &o->epoch);
	u32(p, &o->n);
	when(p, &o->when);
}

static void one_session(struct pass *p, void *element)
{
	session(p, element);
}

/* An array: its number, and as many elements. */
static int array(struct pass *p, struct wax_array *a, size_t size, size_t max,
		 void (*one)(struct pass *p, void *element),
		 struct wax_diag *diag)
{
	uint32_t n = (uint32_t)a->n;

	u32(p, &n);
	p->bad |= n > max;
	for (size_t i = 0; !p->bad && i < n; i++) {
		if (p->reading && !wax_array_add(a, size, diag))
			return WAX_ERR_IO;
		one(p, wax_array_at(a, size, i));
	}
	return 0;
}

/* All that there can be: each session keeps the old keys it may. */
#define SESSIONS_MAX (2 * (1 + WAX_RECEIVING_MAX))
#define OLD_MAX (SESSIONS_MAX * (WAX_OLD_KEYS_MAX + 1) + WAX_SKIP_MAX)

static int peer(struct pass *p, struct wax_peer *peer, struct wax_diag *diag)
{
	struct wax_past *past = &peer->past;
	uint32_t version = VERSION;
	int err;

	u32(p, &version);
	p->bad |= version != VERSION;
	number(p, &peer->marker.file, 8);
	number(p, &peer->marker.born, 8);
	number(p, &peer->marker.changes, 8);
	bytes(p, peer->party.identity, sizeof(peer->party.identity));
	bytes(p, peer->party.recipient, sizeof(peer->party.recipient));
	u32(p, &peer->serials);
	when(p, &peer->t);
	err = array(p, &peer->sessions, sizeof(struct wax_session),
		    SESSIONS_MAX, one_session, diag);
	if (!err)
		err = array(p, &past->old, sizeof(struct wax_old_key), OLD_MAX,
			    old_key, diag);
	if (!err)
		err = array(p, &past->skipped, sizeof(struct wax_skipped),
			    WAX_SKIP_MAX, skipped, diag);
	if (!err)
		err = array(p, &past->opened, sizeof(struct wax_opened_once),
			    WAX_OPENED_MAX, opened, diag);
	return err;
}

/* What a hello says beside what the file keeps of it. */
static void complete(struct wax_peer *p)
{
	for (size_t i = 0; i < p->sessions.n; i++) {
		struct wax_session *s = wax_peer_session(p, i);

		s->hello.t = s->t;
		s->hello.prekey = s->prekey;
	}
}

int wax_peer_decode(struct wax_peer *p, const uint8_t *data, size_t len,
		    struct wax_diag *diag)
{
	/* Reading writes nothing there. */
	struct pass pass = {(uint8_t *)(uintptr_t)data, len, 0, true, false};
	int err = peer(&pass, p, diag);

	if (err)
		return err;
	complete(p);
	return !pass.bad && !pass.left
		       ? 0
		       : wax_diag_set(diag, WAX_ERR_STATE,
				      "the sessions are damaged, or of a later "
				      "version of wax");
}

int wax_peer_encode(struct wax_peer *p, struct wax_secret **out,
		    struct wax_diag *diag)
{
	struct pass measure = {0}, write = {0};
	struct wax_secret *file;
	int err = peer(&measure, p, diag);

	/* What decoding would refuse must not replace what can be read. */
	if (!err && measure.bad)
		err = wax_diag_set(diag, WAX_ERR_STATE,
				   "the clock is before 1970 or beyond 9999");
	if (!err)
		err = wax_secret_new(measure.done, &file, diag);
	if (err)
		return err;
	write.at = wax_secret_bytes(file);
	write.left = measure.done;
	peer(&write, p, diag);
	*out = file;
	return 0;
}
