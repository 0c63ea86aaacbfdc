/* SPDX-License-Identifier: ISC */
/*
 * The steps that sending and receiving have in common.
 */
#ifndef WAX_RATCHET_EPOCH_H
#define WAX_RATCHET_EPOCH_H

#include "ratchet/session.h"

/* A header before it is sealed, and after. */
#define WAX_HEADER_PLAIN_MAX (WAX_RATCHET_FIXED + 2 * WAX_XWING_CIPHERTEXT_SIZE)
#define WAX_EH_MAX (WAX_HEADER_PLAIN_MAX + WAX_RATCHET_SEAL)

/* s_n, and in epoch 1 s_I. */
#define WAX_EPOCH_SECRETS (2 * WAX_XWING_SHARED_SIZE)

/* The bytes of an offer in a header of this epoch: pk [ct] [ct_I]. */
size_t wax_offer_size(uint32_t epoch);
void wax_offer_digest(struct wax_offer *o, uint32_t epoch);

/*
 * Takes a side to an epoch, whose offer is there with its digest, and wipes the
 * secrets.
 */
void wax_epoch_step(struct wax_session *s, struct wax_side *side,
		    uint32_t epoch, uint8_t secrets[WAX_EPOCH_SECRETS]);

/* Takes the next message key out of a side's chain. */
void wax_chain_step(struct wax_side *side, uint8_t key[WAX_KEY_SIZE]);

#endif
