/* SPDX-License-Identifier: ISC */
/*
 * HPKE (RFC 9180) in base mode with the one suite that age uses: KEM 0x647a
 * (X-Wing), KDF 0x0001 (HKDF-SHA-256), AEAD 0x0003 (ChaCha20-Poly1305), for a
 * single message without associated data.
 */
#ifndef WAX_CRYPTO_HPKE_H
#define WAX_CRYPTO_HPKE_H

#include "crypto/crypto.h"

/* Section 5.1: the key and the nonce of the first message. */
void wax_hpke_schedule(const uint8_t shared[WAX_XWING_SHARED_SIZE],
		       const char *info, uint8_t key[WAX_KEY_SIZE],
		       uint8_t nonce[WAX_NONCE_SIZE]);

/* Writes enc and len + WAX_TAG_SIZE bytes; false for a bad public key. */
bool wax_hpke_seal(const uint8_t key[WAX_XWING_PUBLIC_SIZE], const char *info,
		   const void *plain, size_t len,
		   uint8_t enc[WAX_XWING_CIPHERTEXT_SIZE], uint8_t *out);

enum wax_hpke_result {
	WAX_HPKE_OPENED,
	WAX_HPKE_OTHER_KEY, /* the tag does not fit */
	WAX_HPKE_BAD_ENC,   /* the encapsulated key is invalid */
};

/* Takes len bytes with the tag, writes len - WAX_TAG_SIZE. */
enum wax_hpke_result wax_hpke_open(const uint8_t seed[WAX_XWING_SEED_SIZE],
				   const char *info,
				   const uint8_t enc[WAX_XWING_CIPHERTEXT_SIZE],
				   const void *sealed, size_t len,
				   uint8_t *out);

#endif
