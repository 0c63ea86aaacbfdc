/* SPDX-License-Identifier: ISC */
/*
 * ChaCha20-Poly1305 and SHA-256 for large payloads: libcrypto's, several times
 * as fast as libsodium's on common processors, where it is installed and
 * computes what libsodium does. It is loaded when it is first asked for, which
 * takes about two milliseconds, and never needed.
 */
#ifndef WAX_CRYPTO_BULK_H
#define WAX_CRYPTO_BULK_H

#include <stdbool.h>

#include "crypto/crypto.h"

/* For one key, and one thread at a time. */
struct wax_bulk;

/*
 * NULL where there is no such engine, or no memory: libsodium's functions do
 * the same. free accepts NULL and wipes.
 */
struct wax_bulk *wax_bulk_new(const uint8_t key[WAX_KEY_SIZE]);
void wax_bulk_free(struct wax_bulk *b);

/*
 * As wax_aead_seal() without associated data, in place: len is that of the
 * plaintext, behind which the tag stands. False only when libcrypto fails, which
 * leaves nothing of use.
 */
bool wax_bulk_seal(struct wax_bulk *b, const uint8_t nonce[WAX_NONCE_SIZE],
		   uint8_t *data, size_t len);

enum wax_opened {
	WAX_OPENED_NOT,	 /* it is as it was: libsodium can tell why */
	WAX_OPENED,	 /* the plaintext is there */
	WAX_OPENED_LOST, /* libcrypto failed, and nothing is left */
};

/* As wax_aead_open(), likewise in place. */
enum wax_opened wax_bulk_open(struct wax_bulk *b,
			      const uint8_t nonce[WAX_NONCE_SIZE],
			      uint8_t *data, size_t len);

/* As wax_sha256(); false where there is no such engine, or it fails. */
bool wax_bulk_sha256(const uint8_t *data, size_t len,
		     uint8_t out[WAX_HASH_SIZE]);

#endif
