/* SPDX-License-Identifier: ISC */
/*
 * The hello: how two who hold each other's cards come to a session without
 * waiting for each other (wax-protocol(7), after Signal's PQXDH).
 */
#ifndef WAX_RATCHET_HELLO_H
#define WAX_RATCHET_HELLO_H

#include <stdbool.h>
#include <stdint.h>
#include <wax/error.h>

#include "crypto/crypto.h"
#include "keys/card.h"

/* Whose keys these are: an identity with its recipient. */
struct wax_party {
	uint8_t identity[WAX_ED25519_PUBLIC_SIZE];
	uint8_t recipient[WAX_XWING_PUBLIC_SIZE];
};

/* What a caller tells, sealed to the recipient of the one called. */
struct wax_hello {
	uint32_t prekey;
	int64_t t; /* seconds since 1970 */
	struct wax_party caller;
	uint8_t share[WAX_X25519_SIZE]; /* E */
	uint8_t c1[WAX_XWING_CIPHERTEXT_SIZE];
	uint8_t c2[WAX_XWING_CIPHERTEXT_SIZE];
};

/* What both sides have after it. */
struct wax_agreed {
	uint8_t transcript[WAX_HASH_SIZE]; /* T */
	uint8_t ad[WAX_HASH_SIZE];	   /* AD */
	uint8_t root[WAX_KEY_SIZE];	   /* RK0 */
	uint8_t chain[WAX_KEY_SIZE];	   /* CK0 */
	uint8_t header[3][WAX_KEY_SIZE];   /* HK0, HK1, HK2 */
};

/* One's own secrets: the Ed25519 identity key, and the seed it comes from. */
struct wax_own_keys {
	uint8_t identity[WAX_ED25519_SECRET_SIZE];
	uint8_t seed[WAX_XWING_SEED_SIZE];
};

/* The secret half of a prekey. */
struct wax_prekey_secret {
	uint8_t x25519[WAX_X25519_SIZE];
	uint8_t xwing[WAX_XWING_SEED_SIZE];
};

/*
 * A to B: makes a hello to the owner of a card. The caller's party and t are
 * set before. False when a key of the card's is no good.
 */
bool wax_hello_make(struct wax_hello *hello, const struct wax_own_keys *own,
		    const struct wax_party *to,
		    const struct wax_prekey_public *prekey,
		    struct wax_agreed *out);

/* B: agrees on what A did. False when a key in the hello is no good. */
bool wax_hello_take(const struct wax_hello *hello,
		    const struct wax_own_keys *own,
		    const struct wax_party *self,
		    const struct wax_prekey_secret *prekey,
		    struct wax_agreed *out);

/* The transcript of a hello to self, without any secret. */
void wax_hello_transcript(const struct wax_hello *hello,
			  const struct wax_party *to,
			  const struct wax_prekey_public *prekey,
			  uint8_t out[WAX_HASH_SIZE]);

/* The stanza's body: a fresh c3 each time, and the hello sealed under it. */
#define WAX_HELLO_PLAIN_SIZE                                                   \
	(1 + 4 + 8 + WAX_ED25519_PUBLIC_SIZE + WAX_XWING_PUBLIC_SIZE +         \
	 WAX_X25519_SIZE + 2 * WAX_XWING_CIPHERTEXT_SIZE)
#define WAX_HELLO_SIZE                                                         \
	(WAX_XWING_CIPHERTEXT_SIZE + WAX_XNONCE_SIZE + WAX_HELLO_PLAIN_SIZE +  \
	 WAX_TAG_SIZE)

/* False when the recipient cannot be encapsulated to. */
bool wax_hello_seal(const struct wax_hello *hello,
		    const uint8_t recipient[WAX_XWING_PUBLIC_SIZE],
		    uint8_t out[WAX_HELLO_SIZE]);

/*
 * WAX_ERR_NO_KEY when it is not for this recipient, WAX_ERR_FORMAT when what is
 * in it is no hello: a version, a key that is none, a time out of range.
 */
int wax_hello_open(const uint8_t body[WAX_HELLO_SIZE],
		   const struct wax_own_keys *own, const struct wax_party *self,
		   struct wax_hello *out, struct wax_diag *diag);

#endif
