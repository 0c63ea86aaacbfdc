/* SPDX-License-Identifier: ISC */
/*
 * The index of the sessions, sessions/index of the home: the header keys that
 * the next message of each peer is to be expected under, so that not all files
 * must be read to tell whose a message is (wax-protocol(7)). It is a hint: who
 * is not in it is looked for in the files, and only these decide. So nobody
 * locks it, or waits until it is on the disk, and it need not be there.
 */
#ifndef WAX_RATCHET_INDEX_H
#define WAX_RATCHET_INDEX_H

#include "ratchet/peer.h"

struct wax_sessions;

/* Where a message may belong to. */
struct wax_indexed {
	uint8_t identity[WAX_ED25519_PUBLIC_SIZE];
	uint8_t digest[WAX_HASH_SIZE]; /* of the keys of a session */
};

/* Looks for the body of a ratchet stanza; nothing that fails is an error. */
bool wax_index_find(const struct wax_sessions *s, const uint8_t *body,
		    size_t len, struct wax_indexed *out);

/* Whether what was found there is what a session of the peer says. */
bool wax_indexed_agrees(const struct wax_indexed *found,
			const struct wax_peer *p);

/* A digest of all that the index holds of a peer. */
void wax_index_digest(const struct wax_peer *p, uint8_t out[WAX_HASH_SIZE]);

/*
 * Has it hold what is said of a peer, whose lock is held. An index that cannot
 * be written is removed, so that no key stays in it for too long.
 */
void wax_index_put(const struct wax_sessions *s, const struct wax_peer *p);

/* Has it hold nothing of a peer; at the return that is on the disk. */
void wax_index_drop(const struct wax_sessions *s, const struct wax_peer *p);

#endif
