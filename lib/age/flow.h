/* SPDX-License-Identifier: ISC */
/*
 * What sealing and opening a payload have in common: the key, and a ring of
 * batches that a crew works on.
 */
#ifndef WAX_AGE_FLOW_H
#define WAX_AGE_FLOW_H

#include "age/batch.h"
#include "sys/crew.h"

struct wax_flow {
	struct wax_secret *key;
	struct wax_crew *crew;
	struct wax_batch *batches;
	size_t n;
	uint8_t *room;	/* of all batches */
	uint64_t count; /* of the chunks that were put */
	bool plain;	/* there is no engine but libsodium */
};

int wax_flow_init(struct wax_flow *f, bool opens,
		  const uint8_t file_key[WAX_FILE_KEY_SIZE],
		  const uint8_t nonce[WAX_PAYLOAD_NONCE_SIZE], unsigned threads,
		  struct wax_diag *diag);
void wax_flow_release(struct wax_flow *f);

/* The batch that is to be filled. */
static inline struct wax_batch *wax_flow_next(struct wax_flow *f)
{
	return wax_crew_next(f->crew);
}

/*
 * Hands it over, with chunks of them in it; what is behind those is the
 * caller's to move. Not when the crew is full.
 */
void wax_flow_put(struct wax_flow *f, size_t chunks);

#endif
