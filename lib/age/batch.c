/* SPDX-License-Identifier: ISC */
/*
 * Sealing and opening a batch of chunks.
 */
#include <string.h>

#include "age/batch.h"
#include "base/secret.h"

#define LAST (WAX_NONCE_SIZE - 1) /* the nonce's byte that marks the last */

void wax_batch_release(struct wax_batch *b)
{
	size_t plain = b->used < WAX_BATCH_PLAIN ? b->used : WAX_BATCH_PLAIN;

	wax_wipe(b->sealed, b->used);
	if (b->plain)
		wax_wipe(b->plain, plain);
	wax_bulk_free(b->bulk);
}

static void make_nonce(uint8_t nonce[WAX_NONCE_SIZE], uint64_t count, bool last)
{
	memset(nonce, 0, WAX_NONCE_SIZE);
	wax_be_put(nonce + LAST - 8, count, 8);
	nonce[LAST] = last;
}

static bool seal_chunk(struct wax_batch *b, uint64_t count, bool last,
		       uint8_t *chunk, size_t len)
{
	uint8_t nonce[WAX_NONCE_SIZE];

	make_nonce(nonce, count, last);
	if (b->bulk)
		return wax_bulk_seal(b->bulk, nonce, chunk, len);
	wax_aead_seal(b->key, nonce, NULL, 0, chunk, len, chunk);
	return true;
}

/* An empty payload is one empty chunk. */
void wax_batch_seal(void *batch)
{
	struct wax_batch *b = batch;
	size_t left = b->len;
	uint8_t *chunk = b->sealed;
	uint64_t count = b->first;

	b->end = WAX_BATCH_GOES_ON;
	do {
		size_t n = left < WAX_CHUNK_SIZE ? left : WAX_CHUNK_SIZE;

		left -= n;
		if (!seal_chunk(b, count++, b->last && !left, chunk, n)) {
			b->end = WAX_BATCH_FAILED;
			return;
		}
		chunk += n + WAX_TAG_SIZE;
	} while (left);
	b->out = (size_t)(chunk - b->sealed);
}

static bool open_chunk(struct wax_batch *b, uint64_t count, bool last,
		       const uint8_t *chunk, size_t len)
{
	uint8_t nonce[WAX_NONCE_SIZE];

	make_nonce(nonce, count, last);
	return wax_aead_open(b->key, nonce, NULL, 0, chunk, len,
			     b->plain + b->out);
}

/* Opens as many full chunks as libcrypto can; the others are libsodium's. */
static enum wax_opened open_in_place(struct wax_batch *b)
{
	enum wax_opened how = WAX_OPENED;
	size_t n = b->bulk ? b->len / WAX_SEALED_CHUNK_SIZE : 0;

	b->in_place = 0;
	while (how == WAX_OPENED && b->in_place < n) {
		size_t at = b->in_place * WAX_SEALED_CHUNK_SIZE;
		uint8_t nonce[WAX_NONCE_SIZE];

		make_nonce(nonce, b->first + b->in_place, false);
		how = wax_bulk_open(b->bulk, nonce, b->sealed + at,
				    WAX_CHUNK_SIZE);
		b->in_place += how == WAX_OPENED;
	}
	return how;
}

/*
 * A full chunk is tried as one of many first, then as the last: this decides
 * how much is handed out of a payload that breaks off.
 */
static enum wax_batch_end try_chunk(struct wax_batch *b, uint64_t count,
				    const uint8_t *chunk, size_t len)
{
	if (len < WAX_TAG_SIZE || (len == WAX_TAG_SIZE && count))
		return WAX_BATCH_CUT;
	if (len == WAX_SEALED_CHUNK_SIZE &&
	    open_chunk(b, count, false, chunk, len))
		return WAX_BATCH_GOES_ON;
	return open_chunk(b, count, true, chunk, len) ? WAX_BATCH_LAST
						      : WAX_BATCH_BAD;
}

void wax_batch_open(void *batch)
{
	struct wax_batch *b = batch;
	enum wax_opened how = open_in_place(b);
	uint64_t count = b->first + b->in_place;

	b->out = b->in_place * WAX_CHUNK_SIZE;
	b->rest = b->len - b->in_place * WAX_SEALED_CHUNK_SIZE;
	b->end = how == WAX_OPENED_LOST ? WAX_BATCH_FAILED : WAX_BATCH_GOES_ON;
	while (b->rest && b->end == WAX_BATCH_GOES_ON) {
		size_t n = b->rest < WAX_SEALED_CHUNK_SIZE
				   ? b->rest
				   : WAX_SEALED_CHUNK_SIZE;

		b->end = try_chunk(b, count++, b->sealed + b->len - b->rest, n);
		if (b->end == WAX_BATCH_CUT || b->end == WAX_BATCH_BAD)
			return;
		b->out += n - WAX_TAG_SIZE;
		b->rest -= n;
	}
}
