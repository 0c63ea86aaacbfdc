/* SPDX-License-Identifier: ISC */
/*
 * The sessions of a home: in its folder sessions a file s-HIDDEN for each peer,
 * and its lock, l-HIDDEN, whose names do not say whose they are. The lock's file
 * says how often the state was changed:8 and the greatest t of a hello:8, both
 * little-endian.
 */
#ifndef WAX_RATCHET_STORE_H
#define WAX_RATCHET_STORE_H

#include <wax/contact.h>
#include <wax/session.h>

#include "keys/state.h"
#include "ratchet/peer.h"
#include "sys/lock.h"

#define WAX_SESSIONS_WAIT 10 /* seconds, for a lock */

/* A name in the home: the folder, a prefix, 32 hexadecimal digits, a NUL. */
#define WAX_SESSIONS_FOLDER "sessions"
#define WAX_SESSION_NAME_SIZE                                                  \
	(sizeof(WAX_SESSIONS_FOLDER) + 2 + WAX_HIDDEN_NAME_SIZE)

struct wax_waiting; /* a message that was opened, see unchaining.h */

struct wax_sessions {
	char *home;
	struct wax_state *state; /* that of the contacts */
	struct wax_secret *own;	 /* struct wax_own_keys */
	struct wax_party self;
	struct wax_contacts *contacts;
	struct wax_waiting *waiting; /* NULL: none */
	bool swept;
};

static inline const struct wax_own_keys *wax_own(const struct wax_sessions *s)
{
	return (const void *)wax_secret_bytes(s->own);
}

/* A peer whose lock one holds. Initialise with {0}, release. */
struct wax_held {
	struct wax_lock *lock;
	struct wax_peer peer;
	uint64_t count; /* of changes, as the lock's file says */
	bool known;	/* it has a file */
	bool stale;	/* which is not the last one: copied, or rolled back */
	bool unindexed; /* the index is known to say otherwise */
	uint8_t indexed[WAX_HASH_SIZE]; /* what it is to say, as it was read */
};

/*
 * Takes the lock of the peer with this identity, and reads what there is; a
 * peer that is not known is empty but for its identity.
 */
int wax_held_take(struct wax_sessions *s,
		  const uint8_t identity[WAX_ED25519_PUBLIC_SIZE],
		  struct wax_held *out, struct wax_diag *diag);

/* Writes it; at the return it is on the disk. A stale one stays stale. */
int wax_held_write(struct wax_sessions *s, struct wax_held *h,
		   struct wax_diag *diag);

/* Makes a stale one the last one, when it is written. */
void wax_held_renew(struct wax_held *h);

/*
 * Removes, now and then, what killed processes have left in the folder, or with
 * all set certainly, even what is there since a moment ago.
 */
void wax_sessions_sweep(struct wax_sessions *s, bool all, int64_t now);

/* Whether a peer that was read without a lock is stale. */
int wax_peer_is_stale(struct wax_sessions *s, const struct wax_peer *p,
		      bool *out, struct wax_diag *diag);

/* Removes the file; with whole set also the lock's, which is gone then. */
int wax_held_remove(struct wax_sessions *s, struct wax_held *h, bool whole,
		    struct wax_diag *diag);

void wax_held_release(struct wax_held *h);

/*
 * Calls fn for each peer, in no order and without locks, until it returns other
 * than 0, which is then returned. A file that is damaged is passed over, and
 * counted in *damaged.
 */
typedef int wax_peer_fn(void *ctx, struct wax_peer *p, struct wax_diag *diag);
int wax_sessions_walk(struct wax_sessions *s, wax_peer_fn *fn, void *ctx,
		      size_t *damaged, struct wax_diag *diag);

/* How many files of peers there are. */
int wax_sessions_count(struct wax_sessions *s, size_t *out,
		       struct wax_diag *diag);

/*
 * Forgets the sessions with a device (wax1...), with whole set also the greatest
 * t of a hello, which is of nobody then. WAX_ERR_USAGE: there are none.
 */
int wax_sessions_forget(struct wax_sessions *s, const char *identity,
			int64_t now, bool whole, struct wax_diag *diag);

/*
 * Sees to it that there are sessions with at most so many unknown callers: the
 * one that was not used for the longest time goes. No lock is held.
 */
#define WAX_UNKNOWN_MAX 256
int wax_sessions_evict(struct wax_sessions *s, int64_t now,
		       struct wax_diag *diag);

/* Calls fn for one peer, if it is there; a damaged file is WAX_ERR_STATE. */
int wax_sessions_visit(struct wax_sessions *s,
		       const uint8_t identity[WAX_ED25519_PUBLIC_SIZE],
		       wax_peer_fn *fn, void *ctx, struct wax_diag *diag);

#endif
