/* SPDX-License-Identifier: ISC */
/*
 * What derives from the 32-byte seed of a post-quantum age key, and the public
 * text form of the identity key (wax-format(5)).
 */
#ifndef WAX_CRYPTO_IDENTITY_H
#define WAX_CRYPTO_IDENTITY_H

#include <wax/identity.h>

#include "crypto/crypto.h"

/* Ed25519 keys, for what their names say. */
#define WAX_DERIVE_IDENTITY "wax/v1 identity"
#define WAX_DERIVE_MINISIGN "wax/v1 minisign"

/* HKDF-SHA-256(seed, salt "", info) as an Ed25519 seed. */
void wax_identity_derive(const uint8_t seed[WAX_XWING_SEED_SIZE],
			 const char *info,
			 uint8_t out[WAX_ED25519_SECRET_SIZE]);

void wax_identity_text(const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
		       char out[WAX_PUBLIC_IDENTITY_SIZE]);

/* False unless it is the one text of a valid key. */
bool wax_identity_parse(const char *text, size_t len,
			uint8_t out[WAX_ED25519_PUBLIC_SIZE]);

#endif
