/* SPDX-License-Identifier: ISC */
/*
 * A session between two devices, and what is kept of its past
 * (wax-protocol(7)): Signal's Double Ratchet with header encryption, whose key
 * agreement is a KEM's (Alwen, Coretti, Dodis), X-Wing.
 */
#ifndef WAX_RATCHET_SESSION_H
#define WAX_RATCHET_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/secret.h>

#include "age/header.h"
#include "ratchet/hello.h"

/* The most message keys that one message may skip, and that a peer may have. */
#define WAX_SKIP_MAX 10000

/* Skipped keys and old header keys stay for so long, in seconds. */
#define WAX_SKIPPED_VALID (60 * 24 * 3600)

/* So many old header keys of a session stay though nothing is skipped. */
#define WAX_OLD_KEYS_MAX 32

/* The header of a message, and the stanza's body: eh and w. */
#define WAX_RATCHET_FIXED (1 + 4 + 4 + 4 + WAX_XWING_PUBLIC_SIZE)
#define WAX_RATCHET_SEAL (WAX_XNONCE_SIZE + WAX_TAG_SIZE)
#define WAX_WRAPPED_PLAIN (WAX_FILE_KEY_SIZE + WAX_ED25519_PUBLIC_SIZE)
#define WAX_WRAPPED_BOTH (WAX_WRAPPED_PLAIN + WAX_RATCHET_SEAL)
#define WAX_RATCHET_0_SIZE                                                     \
	(WAX_RATCHET_FIXED + WAX_RATCHET_SEAL + WAX_WRAPPED_BOTH)
#define WAX_RATCHET_LATER_SIZE (WAX_RATCHET_0_SIZE + WAX_XWING_CIPHERTEXT_SIZE)
#define WAX_RATCHET_1_SIZE (WAX_RATCHET_LATER_SIZE + WAX_XWING_CIPHERTEXT_SIZE)
#define WAX_RATCHET_MAX WAX_RATCHET_1_SIZE

/* What the sender of an epoch offers: H(pk ct ct_I) is digest. */
struct wax_offer {
	uint8_t key[WAX_XWING_PUBLIC_SIZE];	   /* pk */
	uint8_t ct[WAX_XWING_CIPHERTEXT_SIZE];	   /* from epoch 1 on */
	uint8_t ct_own[WAX_XWING_CIPHERTEXT_SIZE]; /* ct_I, in epoch 1 */
	uint8_t digest[WAX_HASH_SIZE];
};

/* One direction of a session. */
struct wax_side {
	bool begun;
	bool offered;	    /* its offer is known */
	uint32_t epoch;	    /* when it has begun; otherwise its first one */
	uint32_t n, before; /* the next message; PN */
	uint8_t chain[WAX_KEY_SIZE];
	uint8_t header[WAX_KEY_SIZE];
	uint8_t next[WAX_KEY_SIZE]; /* the header key of its next epoch */
	struct wax_offer offer;
};

struct wax_session {
	uint32_t serial; /* tells the sessions of one peer apart */
	bool caller;	 /* one has begun it oneself */
	bool retired;	 /* never sends again */
	bool heard;	 /* a message of the peer was opened in it */
	bool noted;	 /* its hello is remembered elsewhere, too */
	uint32_t prekey; /* that its hello used */
	int64_t t;	 /* of its hello */
	int64_t expires; /* of the card that the caller had */
	int64_t made;
	int64_t used;	 /* a message of the peer was opened last; 0: never */
	int64_t touched; /* it was used in any way, or retired, last */
	uint64_t sent, opened; /* messages */
	uint8_t transcript[WAX_HASH_SIZE];
	uint8_t ad[WAX_HASH_SIZE];
	uint8_t root[WAX_KEY_SIZE];
	uint8_t seed[WAX_XWING_SEED_SIZE]; /* of the offer, until the answer */
	struct wax_side sending, receiving;
	struct wax_hello hello; /* the caller's, until the first answer */
};

/* A header key of an epoch that is over. */
struct wax_old_key {
	uint32_t serial, epoch;
	uint32_t n, before; /* as they were in the end */
	int64_t since;
	uint8_t header[WAX_KEY_SIZE];
	uint8_t digest[WAX_HASH_SIZE];
};

/* The key of a message that has not come yet. */
struct wax_skipped {
	uint32_t serial, epoch, n;
	int64_t since;
	uint8_t key[WAX_KEY_SIZE];
};

/* A message that was opened. */
struct wax_opened_once {
	uint32_t serial, epoch, n;
	int64_t when;
};

/* So many are remembered, to tell when. */
#define WAX_OPENED_MAX 256

/* An array in secret memory. Initialise with {0}. */
struct wax_array {
	struct wax_secret *memory;
	size_t n;
};

/* What is kept beside the sessions of a peer; the oldest is first. */
struct wax_past {
	struct wax_array old;	  /* of struct wax_old_key */
	struct wax_array skipped; /* of struct wax_skipped */
	struct wax_array opened;  /* of struct wax_opened_once */
};

void wax_array_release(struct wax_array *a);

/* Adds zeros of one element's size, and returns it; NULL without memory. */
void *wax_array_add(struct wax_array *a, size_t size, struct wax_diag *diag);

/* Removes the first n elements, and wipes what is free then. */
void wax_array_shift(struct wax_array *a, size_t size, size_t n);

/* Removes element i, and wipes it. */
void wax_array_remove(struct wax_array *a, size_t size, size_t i);

static inline void *wax_array_at(const struct wax_array *a, size_t size,
				 size_t i)
{
	return wax_secret_bytes(a->memory) + i * size;
}

/*
 * Begins a session with what both have agreed on, as A or as B. Of what was
 * there only the serial number stays.
 */
void wax_session_call(struct wax_session *s, const struct wax_hello *hello,
		      const struct wax_agreed *agreed);
void wax_session_answer(struct wax_session *s, const struct wax_hello *hello,
			const struct wax_agreed *agreed);

/*
 * Takes the next step, and writes the body of its stanza, of *len bytes. peer
 * is the recipient of the other side. False when a key of theirs is no good.
 */
bool wax_session_seal(struct wax_session *s,
		      const uint8_t peer[WAX_XWING_PUBLIC_SIZE],
		      const uint8_t wrapped[WAX_WRAPPED_PLAIN],
		      uint8_t body[WAX_RATCHET_MAX], size_t *len);

/* A stanza's body whose header one of the keys of a session opens. */
struct wax_found {
	const uint8_t *body;
	size_t len;
	uint32_t epoch; /* of the key */
	size_t old;	/* the number of an old key, or SIZE_MAX */
	uint8_t header[WAX_RATCHET_FIXED + 2 * WAX_XWING_CIPHERTEXT_SIZE];
};

/* Whether a header key opens such a body; the header is what was sealed. */
bool wax_header_try(const uint8_t key[WAX_KEY_SIZE],
		    const uint8_t ad[WAX_HASH_SIZE], const uint8_t *body,
		    size_t len, uint8_t *header);

/* Tries the keys: those that are stored, the current, the next. */
bool wax_session_find(const struct wax_session *s, const struct wax_past *past,
		      const uint8_t *body, size_t len, struct wax_found *out);

/*
 * Opens what was found, and takes the step. own is one's recipient's seed.
 * After an error the session and its past are to be given up.
 *
 * WAX_ERR_SEEN: its number was used; *when is the time, or 0. WAX_ERR_TRUST: it
 * contradicts what is known, or skips too much.
 */
int wax_session_open(struct wax_session *s, struct wax_past *past,
		     const struct wax_found *found,
		     const uint8_t own[WAX_XWING_SEED_SIZE], int64_t now,
		     uint8_t wrapped[WAX_WRAPPED_PLAIN], int64_t *when,
		     struct wax_diag *diag);

#endif
