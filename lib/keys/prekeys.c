/* SPDX-License-Identifier: ISC */
/*
 * The file of prekeys, all numbers little-endian:
 *
 *	version:4 = 1, seen:8, suspect:8, n:4, then n times
 *	id:4, flags:4 (1: once), issued:8, expires:8, x25519:32, xwing:32,
 *	and the current card: length:4, text.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/card.h>
#include <wax/secret.h>

#include "base/cursor.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "keys/prekeys.h"

#define LOCK "prekeys.lock"
#define WAIT 10 /* seconds */

#define VERSION 1
#define HEAD_SIZE (4 + 8 + 8 + 4)
#define ENTRY_SIZE (4 + 4 + 8 + 8 + WAX_X25519_SIZE + WAX_XWING_SEED_SIZE)

/* What a clock may do since the last time without being doubted, in seconds. */
#define DAY (24 * 3600)
#define FORWARD_MAX (7 * DAY)
#define BACK_MAX DAY
/* One that does more must go on from there for so long, and no longer. */
#define SETTLED (7 * DAY)
#define AGAIN_MAX (400 * DAY)
/* Who comes back after so long needs no warning. */
#define IDLE_MAX (45 * DAY)

void wax_prekeys_release(struct wax_prekeys *p)
{
	wax_secret_free(p->list);
	wax_bytes_release(&p->card);
	*p = (struct wax_prekeys){0};
}

struct wax_prekey *wax_prekeys_at(const struct wax_prekeys *p, size_t i)
{
	return (struct wax_prekey *)(void *)wax_secret_bytes(p->list) + i;
}

struct wax_prekey *wax_prekeys_find(const struct wax_prekeys *p, uint32_t id)
{
	for (size_t i = 0; i < p->n; i++)
		if (wax_prekeys_at(p, i)->id == id)
			return wax_prekeys_at(p, i);
	return NULL;
}

/* Makes room for n in all. */
static int reserve(struct wax_prekeys *p, size_t n, struct wax_diag *diag)
{
	struct wax_secret *list;
	int err = wax_secret_new(n * sizeof(struct wax_prekey), &list, diag);

	if (err)
		return err;
	if (p->n)
		memcpy(wax_secret_bytes(list), wax_secret_bytes(p->list),
		       p->n * sizeof(struct wax_prekey));
	wax_secret_free(p->list);
	p->list = list;
	return 0;
}

static uint64_t get(const uint8_t **at, size_t n)
{
	uint64_t value = wax_le_get(*at, n);

	*at += n;
	return value;
}

static void put(uint8_t **at, uint64_t value, size_t n)
{
	wax_le_put(*at, value, n);
	*at += n;
}

static bool is_time(int64_t t)
{
	return t >= 0 && t <= WAX_TIME_MAX;
}

static bool decode_entry(struct wax_prekey *k, const uint8_t **at)
{
	uint32_t flags;

	k->id = (uint32_t)get(at, 4);
	flags = (uint32_t)get(at, 4);
	k->once = flags == WAX_CARD_ONCE;
	k->issued = (int64_t)get(at, 8);
	k->expires = (int64_t)get(at, 8);
	memcpy(k->x25519, *at, sizeof(k->x25519));
	*at += sizeof(k->x25519);
	memcpy(k->xwing, *at, sizeof(k->xwing));
	*at += sizeof(k->xwing);
	return flags <= WAX_CARD_ONCE && is_time(k->issued) &&
	       is_time(k->expires);
}

static int damaged(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_STATE,
			    "the prekeys are damaged, or of a later version "
			    "of wax");
}

int wax_prekeys_decode(struct wax_prekeys *p, const uint8_t *data, size_t len,
		       struct wax_diag *diag)
{
	const uint8_t *at = data;
	size_t n, card;
	int err;

	if (len < HEAD_SIZE || get(&at, 4) != VERSION)
		return damaged(diag);
	p->seen = (int64_t)get(&at, 8);
	p->suspect = (int64_t)get(&at, 8);
	n = (size_t)get(&at, 4);
	if (!is_time(p->seen) || !is_time(p->suspect) || n > WAX_PREKEYS_MAX ||
	    len < HEAD_SIZE + n * ENTRY_SIZE + 4)
		return damaged(diag);
	err = reserve(p, n + 1, diag);
	for (; !err && p->n < n; p->n++)
		if (!decode_entry(wax_prekeys_at(p, p->n), &at))
			return damaged(diag);
	if (err)
		return err;
	card = (size_t)get(&at, 4);
	if (card != len - HEAD_SIZE - n * ENTRY_SIZE - 4)
		return damaged(diag);
	return wax_bytes_add(&p->card, at, card, diag);
}

int wax_prekeys_encode(const struct wax_prekeys *p, struct wax_secret **out,
		       struct wax_diag *diag)
{
	struct wax_secret *file;
	uint8_t *at;
	int err = wax_secret_new(
		HEAD_SIZE + p->n * ENTRY_SIZE + 4 + p->card.len, &file, diag);

	if (err)
		return err;
	at = wax_secret_bytes(file);
	put(&at, VERSION, 4);
	put(&at, (uint64_t)p->seen, 8);
	put(&at, (uint64_t)p->suspect, 8);
	put(&at, p->n, 4);
	for (size_t i = 0; i < p->n; i++) {
		const struct wax_prekey *k = wax_prekeys_at(p, i);

		put(&at, k->id, 4);
		put(&at, k->once ? WAX_CARD_ONCE : 0, 4);
		put(&at, (uint64_t)k->issued, 8);
		put(&at, (uint64_t)k->expires, 8);
		memcpy(at, k->x25519, sizeof(k->x25519));
		at += sizeof(k->x25519);
		memcpy(at, k->xwing, sizeof(k->xwing));
		at += sizeof(k->xwing);
	}
	put(&at, p->card.len, 4);
	if (p->card.len)
		memcpy(at, p->card.data, p->card.len);
	*out = file;
	return 0;
}

int wax_prekeys_lock(const char *home, struct wax_lock **out,
		     struct wax_diag *diag)
{
	return wax_state_lock(home, LOCK, WAIT, out, diag);
}

int wax_prekeys_read(struct wax_prekeys *p, struct wax_state *state,
		     struct wax_diag *diag)
{
	struct wax_secret *file;
	int err = wax_state_read(state, WAX_PREKEYS_FILE, &file, diag);

	if (!err && file)
		err = wax_prekeys_decode(p, wax_secret_bytes(file),
					 wax_secret_size(file), diag);
	if (err == WAX_ERR_STATE && file)
		wax_state_name(state, WAX_PREKEYS_FILE, err, diag);
	wax_secret_free(file);
	return err;
}

int wax_prekeys_write(const struct wax_prekeys *p, struct wax_state *state,
		      struct wax_diag *diag)
{
	struct wax_secret *file;
	int err = wax_prekeys_encode(p, &file, diag);

	if (err)
		return err;
	err = wax_state_write(state, WAX_PREKEYS_FILE, wax_secret_bytes(file),
			      wax_secret_size(file), diag);
	wax_secret_free(file);
	return err;
}

int wax_prekeys_add(struct wax_prekeys *p, struct wax_prekey **out,
		    struct wax_diag *diag)
{
	struct wax_prekey *k;
	int err;

	if (p->n == WAX_PREKEYS_MAX)
		return wax_diag_set(diag, WAX_ERR_STATE,
				    "there are %d prekeys already; they go "
				    "with time",
				    WAX_PREKEYS_MAX);
	err = reserve(p, p->n + 1, diag);
	if (err)
		return err;
	k = wax_prekeys_at(p, p->n);
	do
		wax_random(&k->id, sizeof(k->id));
	while (wax_prekeys_find(p, k->id));
	wax_random(k->x25519, sizeof(k->x25519));
	wax_random(k->xwing, sizeof(k->xwing));
	p->n++;
	*out = k;
	return 0;
}

void wax_prekeys_remove(struct wax_prekeys *p, struct wax_prekey *k)
{
	struct wax_prekey *end = wax_prekeys_at(p, p->n);

	memmove(k, k + 1, (size_t)(end - (k + 1)) * sizeof(*k));
	wax_wipe(end - 1, sizeof(*end));
	p->n--;
}

/* Whether now can be believed; remembers what is needed to tell next time. */
static bool look_at_clock(struct wax_prekeys *p, int64_t now)
{
	int64_t since = now - p->seen;

	if (!p->seen || (since >= -BACK_MAX && since <= FORWARD_MAX)) {
		p->seen = now > p->seen ? now : p->seen;
		p->suspect = 0;
		return true;
	}
	since = now - p->suspect;
	if (!p->suspect || since < 0 || since > AGAIN_MAX) {
		p->suspect = now;
		return false;
	}
	if (since < SETTLED)
		return false;
	p->seen = now;
	p->suspect = 0;
	return true;
}

/* Destroys what was past its grace at this time. */
static void destroy(struct wax_prekeys *p, int64_t sure)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct wax_prekey *k = wax_prekeys_at(p, i);

		if (sure > k->expires && sure - k->expires > WAX_PREKEY_GRACE)
			continue;
		if (kept < i)
			*wax_prekeys_at(p, kept) = *k;
		kept++;
	}
	if (p->n)
		wax_wipe(wax_prekeys_at(p, kept),
			 (p->n - kept) * sizeof(struct wax_prekey));
	p->n = kept;
}

bool wax_prekeys_expire(struct wax_prekeys *p, int64_t now)
{
	int64_t before = p->seen, since = now - before;
	bool usual = !before || (since >= -BACK_MAX && since <= IDLE_MAX);

	/* No run destroys by its own clock alone. */
	if (look_at_clock(p, now))
		destroy(p, now < before ? now : before);
	return usual;
}
