/* SPDX-License-Identifier: ISC */
/*
 * The files of the sessions.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wax/home.h>
#include <wax/text.h>

#include "base/error.h"
#include "ratchet/index.h"
#include "ratchet/store.h"
#include "sys/fd.h"

#define STATE "s-"
#define LOCK "l-"

static void name_of(const struct wax_sessions *s, const char *prefix,
		    const uint8_t identity[WAX_ED25519_PUBLIC_SIZE],
		    char out[WAX_SESSION_NAME_SIZE])
{
	char *at = out + sprintf(out, WAX_SESSIONS_FOLDER "/%s", prefix);

	wax_state_hide(s->state, "wax/v1 session peer", identity,
		       WAX_ED25519_PUBLIC_SIZE, at);
}

/* Takes the lock; the folder is made for the first one. */
static int take_lock(struct wax_sessions *s,
		     const uint8_t identity[WAX_ED25519_PUBLIC_SIZE],
		     struct wax_lock **out, struct wax_diag *diag)
{
	char name[WAX_SESSION_NAME_SIZE];
	int err = wax_state_settle(s->state, diag);

	if (err)
		return err;
	name_of(s, LOCK, identity, name);
	err = wax_state_make(s->home, name, diag);
	return err ? err
		   : wax_state_lock(s->home, name, WAX_SESSIONS_WAIT, out,
				    diag);
}

/*
 * Not every time, as the folder may be large; and not by the minute or the day,
 * or what runs at a fixed time might never do it.
 */
#define SWEEP_EVERY 17

void wax_sessions_sweep(struct wax_sessions *s, bool all, int64_t now)
{
	char *path;

	if ((!all && (s->swept || now % SWEEP_EVERY)) ||
	    wax_state_path(s->home, WAX_SESSIONS_FOLDER, &path, NULL))
		return;
	wax_state_sweep(path, all ? WAX_TIME_MAX : now);
	free(path);
	s->swept = true;
}

/* How often the state was changed, as the lock's file says; empty: 0. */
static uint64_t count_in(const uint8_t raw[8], ssize_t n)
{
	return n == 8 ? wax_le_get(raw, 8) : 0;
}

/* A state that is ahead is one whose process was killed just then. */
static bool is_stale(const struct wax_marker *m, const struct wax_birth *now,
		     uint64_t count)
{
	return m->file != now->file || m->born != now->time ||
	       m->changes < count;
}

int wax_peer_is_stale(struct wax_sessions *s, const struct wax_peer *p,
		      bool *out, struct wax_diag *diag)
{
	char name[WAX_SESSION_NAME_SIZE];
	struct wax_birth birth;
	uint8_t raw[8];
	char *path;
	int err;

	name_of(s, STATE, p->party.identity, name);
	err = wax_state_birth(s->state, name, &birth, diag);
	name_of(s, LOCK, p->party.identity, name);
	if (!err)
		err = wax_state_path(s->home, name, &path, diag);
	if (err)
		return err;
	*out = is_stale(&p->marker, &birth,
			count_in(raw, wax_lock_peek(path, raw, sizeof(raw))));
	free(path);
	return 0;
}

/* Compares what the state says with what it is. */
static int check_marker(struct wax_sessions *s, const char *name,
			struct wax_held *h, struct wax_diag *diag)
{
	struct wax_birth birth;
	uint8_t raw[8];
	int err = wax_state_birth(s->state, name, &birth, diag);

	h->count =
		count_in(raw, pread(wax_lock_fd(h->lock), raw, sizeof(raw), 0));
	if (!err)
		h->stale = is_stale(&h->peer.marker, &birth, h->count);
	return err;
}

void wax_held_renew(struct wax_held *h)
{
	if (h->peer.marker.changes < h->count)
		h->peer.marker.changes = h->count;
	h->stale = false;
}

/* Reads the file of a peer; *found is false where there is none. */
static int read_peer(struct wax_sessions *s, const char *name,
		     struct wax_reading *r, struct wax_peer *out, bool *found,
		     struct wax_diag *diag)
{
	const uint8_t *data;
	size_t len;
	int err = wax_state_read_next(s->state, name, r, &data, &len, diag);

	*found = data != NULL;
	if (!err && data) {
		err = wax_peer_decode(out, data, len, diag);
		if (err)
			wax_state_name(s->state, name, err, diag);
	}
	return err;
}

/*
 * The greatest t of a hello stands behind the count, and outlives the sessions:
 * one that begins later, with a smaller t, would not be answered in.
 */
static int64_t read_greatest(const struct wax_held *h)
{
	uint8_t raw[8];
	ssize_t n = pread(wax_lock_fd(h->lock), raw, sizeof(raw), 8);
	uint64_t t = count_in(raw, n);

	return t < (uint64_t)WAX_TIME_MAX ? (int64_t)t : 0;
}

int wax_held_take(struct wax_sessions *s,
		  const uint8_t identity[WAX_ED25519_PUBLIC_SIZE],
		  struct wax_held *out, struct wax_diag *diag)
{
	char name[WAX_SESSION_NAME_SIZE];
	struct wax_reading r = {0};
	int err = take_lock(s, identity, &out->lock, diag);

	if (err)
		return err;
	name_of(s, STATE, identity, name);
	err = read_peer(s, name, &r, &out->peer, &out->known, diag);
	wax_reading_release(&r);
	if (!err && out->known)
		err = check_marker(s, name, out, diag);
	if (!err && !out->known) {
		memcpy(out->peer.party.identity, identity,
		       WAX_ED25519_PUBLIC_SIZE);
		out->peer.t = read_greatest(out);
	}
	wax_index_digest(&out->peer, out->indexed);
	return err;
}

int wax_held_write(struct wax_sessions *s, struct wax_held *h,
		   struct wax_diag *diag)
{
	char name[WAX_SESSION_NAME_SIZE];
	struct wax_secret *data;
	uint8_t *bytes, raw[16], indexed[WAX_HASH_SIZE];
	size_t len;
	int err;

	/* A stale one must neither catch up nor become another file's. */
	if (!h->stale)
		h->peer.marker.changes++;
	err = wax_peer_encode(&h->peer, &data, diag);
	if (err)
		return err;
	bytes = wax_secret_bytes(data);
	len = wax_secret_size(data);
	/* Before, so that no key in the index outlives that in the state. */
	wax_index_digest(&h->peer, indexed);
	if (h->unindexed || memcmp(indexed, h->indexed, sizeof(indexed)) != 0)
		wax_index_put(s, &h->peer);
	name_of(s, STATE, h->peer.party.identity, name);
	err = h->stale ? wax_state_write(s->state, name, bytes, len, diag)
		       : wax_state_write_born(s->state, name, bytes, len,
					      WAX_MARKER_AT, diag);
	wax_secret_free(data);
	/* If this does not get there the state is ahead, which is no harm. */
	wax_le_put(raw, h->peer.marker.changes, 8);
	wax_le_put(raw + 8, (uint64_t)h->peer.t, 8);
	if (!err && !h->stale)
		(void)!wax_fd_write_at(wax_lock_fd(h->lock), raw, sizeof(raw),
				       0);
	return err;
}

int wax_held_remove(struct wax_sessions *s, struct wax_held *h, bool whole,
		    struct wax_diag *diag)
{
	char name[WAX_SESSION_NAME_SIZE];
	char *path, *lock = NULL;
	bool removed;
	int err;

	name_of(s, LOCK, h->peer.party.identity, name);
	err = wax_state_path(s->home, name, &lock, diag);
	if (!err)
		err = wax_state_path(s->home, WAX_SESSIONS_FOLDER, &path, diag);
	if (err) {
		free(lock);
		return err;
	}
	wax_index_drop(s, &h->peer);
	name_of(s, STATE, h->peer.party.identity, name);
	if (wax_remove_file(path, name + sizeof(WAX_SESSIONS_FOLDER), &removed))
		err = wax_diag_sys(diag, errno, "'%s'", path);
	if (!err && whole) {
		wax_lock_remove(h->lock, lock);
		h->lock = NULL;
	}
	free(lock);
	free(path);
	return err;
}

void wax_held_release(struct wax_held *h)
{
	wax_peer_release(&h->peer);
	wax_lock_free(h->lock);
	*h = (struct wax_held){0};
}

/* Peers that are looked at one after the other, in the same memory. */
struct visitor {
	struct wax_sessions *sessions;
	wax_peer_fn *fn;
	void *ctx;
	struct wax_reading reading;
	struct wax_peer peer;
};

static void visitor_release(struct visitor *v)
{
	wax_reading_release(&v->reading);
	wax_peer_release(&v->peer);
}

/* Calls fn for the peer in a file; *bad when it cannot be read as one. */
static int visit(struct visitor *v, const char *name, bool *bad,
		 struct wax_diag *diag)
{
	bool found;
	int err;

	wax_peer_clear(&v->peer);
	err = read_peer(v->sessions, name, &v->reading, &v->peer, &found, diag);
	*bad = err == WAX_ERR_STATE;
	return err || !found ? err : v->fn(v->ctx, &v->peer, diag);
}

int wax_sessions_visit(struct wax_sessions *s,
		       const uint8_t identity[WAX_ED25519_PUBLIC_SIZE],
		       wax_peer_fn *fn, void *ctx, struct wax_diag *diag)
{
	struct visitor v = {.sessions = s, .fn = fn, .ctx = ctx};
	char name[WAX_SESSION_NAME_SIZE];
	bool bad, any;
	int err = wax_state_has_key(s->state, &any, diag);

	if (err || !any)
		return err;
	name_of(s, STATE, identity, name);
	err = visit(&v, name, &bad, diag);
	visitor_release(&v);
	return err;
}

static bool is_state(const char *name)
{
	return wax_starts(name, strlen(name), STATE) &&
	       strlen(name) == 2 + WAX_HIDDEN_NAME_SIZE - 1;
}

static int walk(struct visitor *v, DIR *folder, size_t *damaged,
		struct wax_diag *diag)
{
	char name[WAX_SESSION_NAME_SIZE];
	struct dirent *d;
	int err = 0;

	while (!err && (errno = 0, d = readdir(folder))) {
		bool bad = false;

		if (!is_state(d->d_name))
			continue;
		snprintf(name, sizeof(name), WAX_SESSIONS_FOLDER "/%.34s",
			 d->d_name);
		err = visit(v, name, &bad, diag);
		*damaged += bad;
		err = bad ? 0 : err;
	}
	return !err && errno ? wax_diag_sys(diag, errno, "the sessions") : err;
}

/* Opens the folder; *out is NULL where there is none. */
static int open_folder(const struct wax_sessions *s, DIR **out,
		       struct wax_diag *diag)
{
	bool any = false;
	char *path;
	int err = wax_state_path(s->home, WAX_SESSIONS_FOLDER, &path, diag);

	if (err)
		return err;
	*out = opendir(path);
	if (!*out && errno != ENOENT)
		err = wax_diag_sys(diag, errno, "'%s'", path);
	if (!err && *out)
		err = wax_state_has_key(s->state, &any, diag);
	if (*out && (err || !any)) {
		closedir(*out);
		*out = NULL;
		err = err ? err : wax_state_no_key(path, diag);
	}
	free(path);
	return err;
}

int wax_sessions_walk(struct wax_sessions *s, wax_peer_fn *fn, void *ctx,
		      size_t *damaged, struct wax_diag *diag)
{
	struct visitor v = {.sessions = s, .fn = fn, .ctx = ctx};
	DIR *folder;
	int err = open_folder(s, &folder, diag);

	*damaged = 0;
	if (err || !folder)
		return err;
	err = walk(&v, folder, damaged, diag);
	visitor_release(&v);
	closedir(folder);
	return err;
}

int wax_sessions_count(struct wax_sessions *s, size_t *out,
		       struct wax_diag *diag)
{
	DIR *folder;
	struct dirent *d;
	int err = open_folder(s, &folder, diag);

	*out = 0;
	while (!err && folder && (d = readdir(folder)))
		*out += is_state(d->d_name);
	if (folder)
		closedir(folder);
	return err;
}
