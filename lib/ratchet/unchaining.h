/* SPDX-License-Identifier: ISC */
/*
 * An opening in the making: what its two ways share, by a session that is known
 * and by a hello.
 */
#ifndef WAX_RATCHET_UNCHAINING_H
#define WAX_RATCHET_UNCHAINING_H

#include "ratchet/index.h"
#include "ratchet/replay.h"
#include "ratchet/unchain.h"

/* What was opened, until it is committed. */
struct wax_waiting {
	struct wax_held held;
	int64_t now;
	struct wax_prekey_use prekey; /* of a hello */
	bool began;	 /* a session, by this message, which is the last */
	uint32_t serial; /* of the session that opened it */
	uint8_t transcript[WAX_HASH_SIZE];
};

/* A ratchet stanza, with the hello right before it, or NULL. */
struct pair {
	const uint8_t *hello, *body;
	size_t len;
};

/* An opening in the making. */
struct unchaining {
	struct wax_sessions *sessions;
	const uint8_t *from;
	size_t n_from;
	int64_t now;
	struct pair pairs[WAX_PAIRS_MAX];
	size_t n;
	/* The best that was found so far. */
	size_t best;
	bool others;		 /* it is of a peer that is not wanted */
	bool unindexed;		 /* the index was asked in vain */
	bool indexed;		 /* what it said is tried */
	struct wax_indexed hint; /* that */
	size_t damaged;		 /* files that could not be looked into */
	uint8_t identity[WAX_ED25519_PUBLIC_SIZE];
	struct wax_waiting *w;
	uint8_t wrapped[WAX_WRAPPED_PLAIN];
	struct wax_unchained *out;
};

/*
 * WAX_ERR_TRUST when the contact with this identity, if there is one, has
 * another recipient.
 */
int wax_check_party(struct wax_sessions *s, const struct wax_party *party,
		    struct wax_diag *diag);

/* Says who it is from, who is not wanted; WAX_ERR_TRUST. */
int wax_another_sender(const uint8_t identity[WAX_ED25519_PUBLIC_SIZE],
		       struct wax_diag *diag);

/* Opens a stanza in a session of the peer whose lock is held. */
int wax_open_in(struct unchaining *u, struct wax_session *s,
		const struct wax_found *found, struct wax_diag *diag);

/*
 * Takes the lock of the peer u->identity, and opens with a session that there
 * is; *done is false where none fits.
 */
int wax_open_known(struct unchaining *u, bool *done, struct wax_diag *diag);

/* Tries the hellos, in the order of the file. */
int wax_try_hellos(struct unchaining *u, struct wax_diag *diag);

#endif
