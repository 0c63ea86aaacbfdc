/* SPDX-License-Identifier: ISC */
/*
 * The file of hellos, all numbers little-endian:
 *
 *	version:4 = 1, n:4, then n times transcript:32, until:8;
 *	m:4, then m times a spent prekey: id:4, until:8, x25519:32, xwing:1216.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/card.h>

#include "base/error.h"
#include "base/secret.h"
#include "ratchet/replay.h"

#define FILE_NAME "hellos"
#define VERSION 1
#define HELLO_SIZE (WAX_HASH_SIZE + 8)
#define SPENT_SIZE (4 + 8 + WAX_X25519_SIZE + WAX_XWING_PUBLIC_SIZE)

/* The file, as it was read: hellos and spent prekeys are views into it. */
struct hellos {
	struct wax_bytes file;
	const uint8_t *known, *spent;
	size_t n_known, n_spent;
};

static int damaged(const struct wax_sessions *s, struct wax_diag *diag)
{
	int err = wax_diag_set(diag, WAX_ERR_STATE,
			       "it is damaged, or of a later version of wax");

	return wax_state_name(s->state, FILE_NAME, err, diag);
}

static bool take_list(struct wax_cursor *c, size_t size, const uint8_t **list,
		      size_t *n)
{
	uint64_t count;

	if (!wax_cursor_le(c, 4, &count))
		return false;
	*n = (size_t)count;
	return *n <= c->left / size && wax_cursor_take(c, *n * size, list);
}

static int read_hellos(struct wax_sessions *s, struct hellos *h,
		       struct wax_diag *diag)
{
	struct wax_cursor data;
	uint64_t version;
	int err = wax_state_load(s->state, FILE_NAME, &h->file, &data, diag);

	if (err || !data.at)
		return err;
	if (!wax_cursor_le(&data, 4, &version) || version != VERSION ||
	    !take_list(&data, HELLO_SIZE, &h->known, &h->n_known) ||
	    !take_list(&data, SPENT_SIZE, &h->spent, &h->n_spent) || data.left)
		return damaged(s, diag);
	return 0;
}

static bool is_known(const struct hellos *h,
		     const uint8_t transcript[WAX_HASH_SIZE])
{
	for (size_t i = 0; i < h->n_known; i++)
		if (!memcmp(h->known + i * HELLO_SIZE, transcript,
			    WAX_HASH_SIZE))
			return true;
	return false;
}

int wax_hello_is_known(struct wax_sessions *s,
		       const uint8_t transcript[WAX_HASH_SIZE], int64_t now,
		       bool *out, struct wax_diag *diag)
{
	struct hellos h = {0};
	size_t n = 0;
	int err = read_hellos(s, &h, diag);

	if (!err)
		*out = is_known(&h, transcript);
	for (size_t i = 0; !err && i < h.n_known; i++)
		n += (int64_t)wax_le_get(h.known + i * HELLO_SIZE +
						 WAX_HASH_SIZE,
					 8) >= now;
	if (!err && !*out && n >= WAX_HELLOS_MAX)
		err = wax_diag_set(diag, WAX_ERR_STATE,
				   "%d hellos are remembered already; they go "
				   "with time",
				   WAX_HELLOS_MAX);
	wax_bytes_release(&h.file);
	return err;
}

/* Takes what is there of a prekey. */
static int use(const struct wax_prekey *k, struct wax_prekey_use *out,
	       struct wax_diag *diag)
{
	struct wax_prekey_secret *secret;
	int err = wax_secret_new(sizeof(*secret), &out->secret, diag);

	if (err)
		return err;
	secret = (void *)wax_secret_bytes(out->secret);
	memcpy(secret->x25519, k->x25519, sizeof(secret->x25519));
	memcpy(secret->xwing, k->xwing, sizeof(secret->xwing));
	out->found = WAX_PREKEY_THERE;
	out->once = k->once;
	out->until = k->expires + WAX_PREKEY_GRACE;
	out->public.id = k->id;
	wax_x25519_base(out->public.x25519, k->x25519);
	wax_xwing_public(out->public.xwing, k->xwing);
	return 0;
}

/* Looks among the prekeys that are spent. */
static int find_spent(struct wax_sessions *s, uint32_t id,
		      struct wax_prekey_use *out, struct wax_diag *diag)
{
	struct hellos h = {0};
	int err = read_hellos(s, &h, diag);

	out->found = WAX_PREKEY_GONE;
	for (size_t i = 0; !err && i < h.n_spent; i++) {
		const uint8_t *at = h.spent + i * SPENT_SIZE;

		if (wax_le32(at) != id)
			continue;
		out->found = WAX_PREKEY_SPENT;
		out->public.id = id;
		memcpy(out->public.x25519, at + 12, WAX_X25519_SIZE);
		memcpy(out->public.xwing, at + 12 + WAX_X25519_SIZE,
		       WAX_XWING_PUBLIC_SIZE);
	}
	wax_bytes_release(&h.file);
	return err;
}

/* What was spent comes first: a crash may have left its secret. */
int wax_prekey_find(struct wax_sessions *s, uint32_t id, int64_t now,
		    struct wax_prekey_use *out, struct wax_diag *diag)
{
	struct wax_prekeys prekeys = {0};
	const struct wax_prekey *k;
	int err = find_spent(s, id, out, diag);

	if (err || out->found == WAX_PREKEY_SPENT)
		return err;
	err = wax_prekeys_read(&prekeys, s->state, diag);
	k = err ? NULL : wax_prekeys_find(&prekeys, id);
	if (k && now <= k->expires + WAX_PREKEY_GRACE)
		err = use(k, out, diag);
	wax_prekeys_release(&prekeys);
	return err;
}

int wax_prekey_hold(struct wax_sessions *s, int64_t now,
		    struct wax_prekey_use *u, struct wax_diag *diag)
{
	struct wax_lock *lock;
	uint32_t id = u->public.id;
	int err;

	if (!u->once)
		return 0;
	err = wax_prekeys_lock(s->home, &lock, diag);
	if (err)
		return err;
	wax_prekey_use_release(u);
	u->lock = lock;
	return wax_prekey_find(s, id, now, u, diag);
}

int wax_prekey_lock(struct wax_sessions *s, struct wax_prekey_use *u,
		    struct wax_diag *diag)
{
	return u->lock ? 0 : wax_prekeys_lock(s->home, &u->lock, diag);
}

void wax_prekey_forget(struct wax_prekey_use *u)
{
	wax_secret_free(u->secret);
	u->secret = NULL;
}

void wax_prekey_use_release(struct wax_prekey_use *u)
{
	wax_prekey_forget(u);
	wax_lock_free(u->lock);
	*u = (struct wax_prekey_use){0};
}

/* Whether a prekey whose grace ends then still has its secret. */
static bool is_there(const struct wax_prekeys *p, int64_t until)
{
	for (size_t i = 0; i < p->n; i++)
		if (wax_prekeys_at(p, i)->expires + WAX_PREKEY_GRACE == until)
			return true;
	return false;
}

/*
 * Copies the elements that are not over; at is where their time is. A clock
 * alone ends nothing: what a secret could still open stays known.
 */
static int copy_list(struct wax_bytes *to, const uint8_t *list, size_t n,
		     size_t size, size_t at, const struct wax_prekeys *prekeys,
		     int64_t now, size_t *kept, struct wax_diag *diag)
{
	int err = 0;

	*kept = 0;
	for (size_t i = 0; !err && i < n; i++) {
		const uint8_t *e = list + i * size;
		int64_t until = (int64_t)wax_le_get(e + at, 8);

		if (until < now && !is_there(prekeys, until))
			continue;
		err = wax_bytes_add(to, e, size, diag);
		++*kept;
	}
	return err;
}

static int add_spent(struct wax_bytes *to, const struct wax_prekey_use *u,
		     struct wax_diag *diag)
{
	int err = wax_bytes_add_le(to, u->public.id, 4, diag);

	if (!err)
		err = wax_bytes_add_le(to, (uint64_t)u->until, 8, diag);
	if (!err)
		err = wax_bytes_add(to, u->public.x25519, WAX_X25519_SIZE,
				    diag);
	return err ? err
		   : wax_bytes_add(to, u->public.xwing, WAX_XWING_PUBLIC_SIZE,
				   diag);
}

/* Writes the file with one hello more, and without what is over. */
static int write_hellos(struct wax_sessions *s, const struct hellos *h,
			const struct wax_prekey_use *u,
			const struct wax_prekeys *prekeys,
			const uint8_t transcript[WAX_HASH_SIZE], int64_t now,
			struct wax_diag *diag)
{
	struct wax_bytes file = {0};
	size_t n, second;
	int err = wax_bytes_add_le(&file, VERSION, 4, diag);

	if (!err)
		err = wax_bytes_add_le(&file, 0, 4, diag);
	if (!err)
		err = copy_list(&file, h->known, h->n_known, HELLO_SIZE,
				WAX_HASH_SIZE, prekeys, now, &n, diag);
	if (!err)
		err = wax_bytes_add(&file, transcript, WAX_HASH_SIZE, diag);
	if (!err)
		err = wax_bytes_add_le(&file, (uint64_t)u->until, 8, diag);
	second = file.len;
	if (!err)
		err = wax_bytes_add_le(&file, 0, 4, diag);
	if (!err) {
		wax_le_put(file.data + 4, n + 1, 4);
		err = copy_list(&file, h->spent, h->n_spent, SPENT_SIZE, 4,
				prekeys, now, &n, diag);
	}
	if (!err && u->once)
		err = add_spent(&file, u, diag);
	if (!err) {
		wax_le_put(file.data + second, n + u->once, 4);
		err = wax_state_write(s->state, FILE_NAME, file.data, file.len,
				      diag);
	}
	wax_bytes_release(&file);
	return err;
}

/* Destroys the secrets that are over, and the one that was for one caller. */
static int destroy(struct wax_sessions *s, struct wax_prekeys *prekeys,
		   const struct wax_prekey_use *u, struct wax_diag *diag)
{
	struct wax_prekey *k =
		u->once ? wax_prekeys_find(prekeys, u->public.id) : NULL;

	if (k)
		wax_prekeys_remove(prekeys, k);
	return wax_prekeys_write(prekeys, s->state, diag);
}

int wax_hello_remember(struct wax_sessions *s, struct wax_prekey_use *u,
		       const uint8_t transcript[WAX_HASH_SIZE], int64_t now,
		       struct wax_diag *diag)
{
	struct wax_prekeys prekeys = {0};
	struct hellos h = {0};
	size_t before = 0;
	int err = wax_prekey_lock(s, u, diag);

	if (!err)
		err = wax_prekeys_read(&prekeys, s->state, diag);
	if (!err) {
		before = prekeys.n;
		wax_prekeys_expire(&prekeys, now);
		err = read_hellos(s, &h, diag);
	}
	if (!err && !is_known(&h, transcript))
		err = write_hellos(s, &h, u, &prekeys, transcript, now, diag);
	if (!err && (prekeys.n < before ||
		     (u->once && wax_prekeys_find(&prekeys, u->public.id))))
		err = destroy(s, &prekeys, u, diag);
	wax_bytes_release(&h.file);
	wax_prekeys_release(&prekeys);
	return err;
}

int wax_note_hellos(struct wax_sessions *s, struct wax_peer *p,
		    struct wax_lock *lock, int64_t now, struct wax_diag *diag)
{
	int err = 0;

	for (size_t i = 0; !err && i < p->sessions.n; i++) {
		struct wax_session *x = wax_peer_session(p, i);
		struct wax_prekey_use prekey = {.lock = lock};

		if (x->caller || x->noted)
			continue;
		err = wax_prekey_find(s, x->prekey, now, &prekey, diag);
		if (!err && prekey.found == WAX_PREKEY_THERE)
			err = wax_hello_remember(s, &prekey, x->transcript, now,
						 diag);
		if (lock)
			prekey.lock = NULL;
		wax_prekey_use_release(&prekey);
		x->noted = !err;
	}
	return err;
}
