/* SPDX-License-Identifier: ISC */
/*
 * Sealing for sessions: the stanzas of a file, and the state they cost.
 */
#ifndef WAX_RATCHET_CHAIN_H
#define WAX_RATCHET_CHAIN_H

#include <wax/session.h>

#include "age/header.h"
#include "ratchet/store.h"

#define WAX_STANZA_HELLO "wax/hello"
#define WAX_STANZA_RATCHET "wax/ratchet"

/* Whether the sessions are those of this identity. */
bool wax_chain_is_of(const struct wax_chain *chain,
		     const uint8_t identity[WAX_ED25519_PUBLIC_SIZE]);

/*
 * Takes a step with each device, writes all states to the disk, and adds the
 * stanzas; signer is an Ed25519 key, or zeros. A failure before the states are
 * written leaves them as they were.
 */
int wax_chain_wrap(struct wax_chain *chain,
		   const uint8_t file_key[WAX_FILE_KEY_SIZE],
		   const uint8_t signer[WAX_ED25519_PUBLIC_SIZE],
		   struct wax_header *to, struct wax_diag *diag);

#endif
