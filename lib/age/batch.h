/* SPDX-License-Identifier: ISC */
/*
 * A batch of the payload's chunks, sealed or opened at one go: what a thread
 * works on. Chunks are counted from 0; their nonce is the count, big-endian in
 * 11 bytes, and a byte that is 1 in the last one (c2sp.org/age, "Payload").
 */
#ifndef WAX_AGE_BATCH_H
#define WAX_AGE_BATCH_H

#include <string.h>

#include "age/payload.h"
#include "crypto/bulk.h"

#define WAX_BATCH_CHUNKS 4
#define WAX_BATCH_PLAIN ((size_t)WAX_BATCH_CHUNKS * WAX_CHUNK_SIZE)
#define WAX_BATCH_SEALED ((size_t)WAX_BATCH_CHUNKS * WAX_SEALED_CHUNK_SIZE)

enum wax_batch_end {
	WAX_BATCH_GOES_ON, /* all of it was opened */
	WAX_BATCH_LAST,	   /* its last chunk was the payload's */
	WAX_BATCH_CUT,	   /* something is missing behind what was opened */
	WAX_BATCH_BAD,	   /* something is wrong there, or missing */
	WAX_BATCH_FAILED,  /* libcrypto did */
};

struct wax_batch {
	const uint8_t *key;    /* the payload's; somebody else's */
	struct wax_bulk *bulk; /* NULL: libsodium works */
	uint64_t first;	       /* the count of its first chunk */
	/*
	 * Chunks side by side, each with room for its tag. Sealing is done in
	 * place, and opening by libcrypto: what one processor has written and
	 * another one read is slow to be written by the first again.
	 */
	uint8_t *sealed; /* WAX_BATCH_SEALED, somebody else's too */
	uint8_t *plain;	 /* WAX_BATCH_PLAIN, for opening: what libsodium did */
	size_t in_place; /* chunks that were opened there, from the first */
	size_t len;	 /* before the work: of plaintext, or of sealed bytes */
	size_t out;	 /* after it: of sealed bytes, or of plaintext */
	size_t rest;	 /* opening: sealed bytes behind the last chunk */
	bool last;	 /* sealing: the last chunk is the payload's */
	enum wax_batch_end end;
	size_t used; /* of the buffers, ever */
};

/* Wipes the buffers, and leaves them. */
void wax_batch_release(struct wax_batch *b);

/* Where the byte of plaintext number at is, in a batch for sealing. */
static inline uint8_t *wax_batch_at(const struct wax_batch *b, size_t at)
{
	return b->sealed + at / WAX_CHUNK_SIZE * WAX_SEALED_CHUNK_SIZE +
	       at % WAX_CHUNK_SIZE;
}

/* Where the byte of plaintext number at is, in a batch that was opened. */
static inline const uint8_t *wax_batch_opened(const struct wax_batch *b,
					      size_t at)
{
	return at / WAX_CHUNK_SIZE < b->in_place ? wax_batch_at(b, at)
						 : b->plain + at;
}

/* Says that so many bytes more were put behind those that are there. */
static inline void wax_batch_fill(struct wax_batch *b, size_t n)
{
	size_t end;

	b->len += n;
	/* With the tags that may stand between them. */
	end = b->len + WAX_BATCH_CHUNKS * WAX_TAG_SIZE;
	end = end < WAX_BATCH_SEALED ? end : WAX_BATCH_SEALED;
	b->used = end > b->used ? end : b->used;
}

/* The work, of a struct wax_batch: fills out and end. */
void wax_batch_seal(void *batch);
void wax_batch_open(void *batch);

#endif
