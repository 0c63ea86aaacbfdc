/* SPDX-License-Identifier: ISC */
/*
 * The header of an age file (c2sp.org/age, "Header"): a version line, stanzas
 * that each wrap the file key for one recipient, and a MAC under the file key.
 */
#ifndef WAX_AGE_HEADER_H
#define WAX_AGE_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/error.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "stream/reader.h"

#define WAX_AGE_VERSION "age-encryption.org/v1"
#define WAX_FILE_KEY_SIZE 16

/*
 * Limits of our own, both ways: room for 10,000 post-quantum recipients, and
 * no more for those who would fill the memory.
 */
#define WAX_HEADER_MAX (16 * 1024 * 1024) /* bytes */
#define WAX_STANZAS_MAX 16384

/* One stanza, as a view into its header. */
struct wax_stanza {
	struct wax_cursor args; /* the type and the arguments, with spaces */
	const uint8_t *body;
	size_t body_len;
};

/* A header, read or being written. Initialise with {0}. */
struct wax_header {
	struct wax_bytes text; /* as in the file, the MAC's line included */
	struct wax_bytes bodies;
	struct wax_bytes stanzas; /* of struct span, see header.c */
	size_t mac_at;		  /* how much of the text the MAC covers */
	uint8_t mac[32];
};

void wax_header_release(struct wax_header *h);

/* Reads a header, strictly; the reader is then at the payload. */
int wax_header_read(struct wax_header *h, struct wax_reader *from,
		    struct wax_diag *diag);

size_t wax_header_count(const struct wax_header *h);
/* Stanza i of a header that was read. */
struct wax_stanza wax_header_stanza(const struct wax_header *h, size_t i);

/* Whether the MAC is that of this file key. */
bool wax_header_verify(const struct wax_header *h,
		       const uint8_t file_key[WAX_FILE_KEY_SIZE]);

/* Adds a stanza of n arguments, the type first, to a header being written. */
int wax_header_add(struct wax_header *h, const char *const *args, size_t n,
		   const uint8_t *body, size_t len, struct wax_diag *diag);

/* Ends it with the MAC. */
int wax_header_finish(struct wax_header *h,
		      const uint8_t file_key[WAX_FILE_KEY_SIZE],
		      struct wax_diag *diag);

/* The type of a stanza, which is not terminated, and comparing it. */
const char *wax_stanza_type(const struct wax_stanza *s, size_t *len);
bool wax_stanza_is(const struct wax_stanza *s, const char *type);

/*
 * Checks that there are n arguments beside the type, and a body of body_len
 * bytes; otherwise WAX_ERR_FORMAT.
 */
int wax_stanza_expect(const struct wax_stanza *s, size_t n, size_t body_len,
		      struct wax_diag *diag);

/* Argument i; 0 is the first one after the type. It must exist. */
const char *wax_stanza_arg(const struct wax_stanza *s, size_t i, size_t *len);

/* Decodes argument i, base64 of exactly len bytes; else WAX_ERR_FORMAT. */
int wax_stanza_decode(const struct wax_stanza *s, size_t i, uint8_t *out,
		      size_t len, struct wax_diag *diag);

#endif
