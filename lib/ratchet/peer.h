/* SPDX-License-Identifier: ISC */
/*
 * A peer: another device, the sessions with it, and the file that keeps them.
 */
#ifndef WAX_RATCHET_PEER_H
#define WAX_RATCHET_PEER_H

#include "ratchet/session.h"

/* Beside the one that one sends on, so many sessions receive, for so long. */
#define WAX_RECEIVING_MAX 4
#define WAX_RECEIVING_VALID (30 * 24 * 3600) /* seconds */

/*
 * What does not travel with copies, to notice that a state is not the last one:
 * which file it is, and how often it was changed, which the file of its lock
 * says as well.
 */
struct wax_marker {
	uint64_t file, born, changes;
};

/* Where file and born are in what is encoded. */
#define WAX_MARKER_AT 4

/* Initialise with {0}, release. */
struct wax_peer {
	struct wax_marker marker;
	struct wax_party party;
	uint32_t serials; /* the last that was given to a session */
	int64_t t;	  /* the greatest of any hello with this peer */
	struct wax_array sessions; /* of struct wax_session */
	struct wax_past past;
};

void wax_peer_release(struct wax_peer *p);

/* Empties it for another, which is read into the same memory. */
void wax_peer_clear(struct wax_peer *p);

static inline struct wax_session *wax_peer_session(const struct wax_peer *p,
						   size_t i)
{
	return wax_array_at(&p->sessions, sizeof(struct wax_session), i);
}

/* Adds a session, which has a serial number and is all zero otherwise. */
int wax_peer_add(struct wax_peer *p, struct wax_session **out,
		 struct wax_diag *diag);

/*
 * The session to send on, or NULL: of those in which the peer was heard and
 * that are not retired, the one with the greatest t, then transcript; if there
 * is none, one's own newest whose card has not expired.
 */
struct wax_session *wax_peer_sender(const struct wax_peer *p, int64_t now);

/* The session with this transcript, or NULL. */
struct wax_session *wax_peer_by_transcript(const struct wax_peer *p,
					   const uint8_t t[WAX_HASH_SIZE]);

/*
 * Forgets the keys whose time is over, which are not to be used though nothing
 * was pruned since.
 */
void wax_peer_expire(struct wax_peer *p, int64_t now);

/*
 * Whether a session is over: it does not send, and its time to receive has
 * passed. It is not to be used either.
 */
bool wax_peer_is_over(const struct wax_peer *p, const struct wax_session *s,
		      int64_t now);

/*
 * Forgets what is over: keys and sessions, but for that with the serial number
 * keep, which is in use; 0: none is. The hellos of all must be noted.
 */
void wax_peer_prune(struct wax_peer *p, int64_t now, uint32_t keep);

/*
 * Decodes what the file holds (wax-protocol(7)); anything odd is WAX_ERR_STATE.
 * Encodes it; what could not be decoded again, as it is of an impossible time,
 * is WAX_ERR_STATE as well.
 */
int wax_peer_decode(struct wax_peer *p, const uint8_t *data, size_t len,
		    struct wax_diag *diag);
int wax_peer_encode(struct wax_peer *p, struct wax_secret **out,
		    struct wax_diag *diag);

#endif
