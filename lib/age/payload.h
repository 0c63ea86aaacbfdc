/* SPDX-License-Identifier: ISC */
/*
 * The payload of an age file (c2sp.org/age, "Payload"): a nonce, then STREAM,
 * chunks of 64 KiB under ChaCha20-Poly1305 whose nonce is a counter of 11
 * bytes and a byte that marks the last one.
 *
 * Of a large one, threads take batches of chunks, and libcrypto does the work
 * where it is there. What goes out is in order and, on opening, authentic:
 * the same, up to the same error, as with one thread.
 */
#ifndef WAX_AGE_PAYLOAD_H
#define WAX_AGE_PAYLOAD_H

#include "age/header.h"
#include "base/bytes.h"
#include "crypto/crypto.h"
#include "stream/reader.h"

#define WAX_PAYLOAD_NONCE_SIZE 16
#define WAX_CHUNK_SIZE (64 * 1024) /* plaintext */
#define WAX_SEALED_CHUNK_SIZE (WAX_CHUNK_SIZE + WAX_TAG_SIZE)

/*
 * Puts a sink before *sink that writes first the header's text, which it takes
 * over, then the payload. threads: at most, 1 for the caller's alone, 0 for as
 * many as there are processors.
 */
int wax_payload_sink(const uint8_t file_key[WAX_FILE_KEY_SIZE],
		     unsigned threads, struct wax_bytes *header,
		     struct wax_sink **sink, struct wax_diag *diag);

/* Reads the nonce, and makes a source of the plaintext. from is borrowed. */
int wax_payload_source(const uint8_t file_key[WAX_FILE_KEY_SIZE],
		       unsigned threads, struct wax_reader *from,
		       struct wax_source **out, struct wax_diag *diag);

/*
 * Whether a payload can have this size, nonce and all; then stores that of its
 * plaintext.
 */
bool wax_payload_measure(uint64_t size, uint64_t *plaintext);

#endif
