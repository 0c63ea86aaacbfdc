/* SPDX-License-Identifier: ISC */
/*
 * Opening files that are sealed for sessions.
 */
#ifndef WAX_RATCHET_UNCHAIN_H
#define WAX_RATCHET_UNCHAIN_H

#include <wax/session.h>

#include "age/header.h"
#include "ratchet/store.h"

/* The most stanzas of sessions in a file, and the largest header with any. */
#define WAX_PAIRS_MAX 256
#define WAX_CHAINED_HEADER_MAX (4 * 1024 * 1024)

/* Whether a header has stanzas of sessions. */
bool wax_header_is_chained(const struct wax_header *h);

/* What opened it. */
struct wax_unchained {
	uint8_t sender[WAX_ED25519_PUBLIC_SIZE];
	uint8_t signer[WAX_ED25519_PUBLIC_SIZE]; /* zeros: none */
	bool began;				 /* it has begun a session */
	bool renewed; /* although there was one that lives */
	int64_t seen; /* WAX_ERR_SEEN: when it was opened; 0: not known */
};

/*
 * Finds the file key, and keeps the peer locked until wax_sessions_commit() or
 * wax_sessions_give_up(). Errors beside those of a state: WAX_ERR_FORMAT, the
 * header is malformed; WAX_ERR_NO_KEY, no session and no hello of it is ours;
 * WAX_ERR_TRUST, it contradicts a session, or its caller has another recipient
 * than is known; WAX_ERR_SEEN. from, of n identities, are the only callers and
 * peers that are looked for; none: anybody.
 */
int wax_unchain(struct wax_sessions *s, const struct wax_header *h, int64_t now,
		const uint8_t *from, size_t n,
		uint8_t file_key[WAX_FILE_KEY_SIZE], struct wax_unchained *out,
		struct wax_diag *diag);

#endif
