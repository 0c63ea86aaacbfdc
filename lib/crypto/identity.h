/* SPDX-License-Identifier: ISC */
/*
 * The identity key: what an identity signs with, and its public text form. It
 * derives from the 32-byte seed of the post-quantum age key (wax-format(5)).
 */
#ifndef WAX_CRYPTO_IDENTITY_H
#define WAX_CRYPTO_IDENTITY_H

#include <wax/identity.h>

#include "crypto/crypto.h"

/* HKDF-SHA-256(seed, salt "", "wax/v1 identity") as an Ed25519 seed. */
void wax_identity_derive(const uint8_t seed[WAX_XWING_SEED_SIZE],
			 uint8_t out[WAX_ED25519_SECRET_SIZE]);

void wax_identity_text(const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
		       char out[WAX_PUBLIC_IDENTITY_SIZE]);

/* False unless it is the one text of a valid key. */
bool wax_identity_parse(const char *text, size_t len,
			uint8_t out[WAX_ED25519_PUBLIC_SIZE]);

#endif
