/* SPDX-License-Identifier: ISC */
/*
 * Frames of the envelope that are not data, and M, the first of them: what a
 * payload says of itself (wax-format(5)).
 */
#ifndef WAX_ENVELOPE_META_H
#define WAX_ENVELOPE_META_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/open.h>

#include "base/bytes.h"
#include "crypto/crypto.h"

/* A skippable frame of zstd (RFC 8878, section 3.1.2): magic and length. */
#define WAX_FRAME_MAGIC UINT32_C(0x184d2a57)
#define WAX_FRAME_HEADER_SIZE 8

/* What M begins with, and the most that it may hold. */
#define WAX_META_LABEL "wax1\n"
#define WAX_META_MAX (64 * 1024)

struct wax_meta {
	bool archive;
	char name[WAX_NAME_MAX + 1]; /* empty: none */
	bool has_sender;
	uint8_t sender[WAX_ED25519_PUBLIC_SIZE];
};

/* Writes a frame's magic and length. */
void wax_frame_header(uint8_t out[WAX_FRAME_HEADER_SIZE], uint32_t len);

/* Whether a payload that begins with these bytes begins with M. */
#define WAX_META_PREFIX (WAX_FRAME_HEADER_SIZE + sizeof(WAX_META_LABEL) - 1)
bool wax_meta_begins(const uint8_t *data, size_t len);

/*
 * Whether it can be the name of a file: 1 to WAX_NAME_MAX bytes of UTF-8
 * without control characters and slashes, not "." and not "..".
 */
bool wax_name_is_valid(const char *name, size_t len);

/* Adds the frame M. */
int wax_meta_write(const struct wax_meta *meta, struct wax_bytes *to,
		   struct wax_diag *diag);

/* Reads what the frame holds; anything odd is WAX_ERR_FORMAT. */
int wax_meta_parse(struct wax_meta *meta, const void *text, size_t len,
		   struct wax_diag *diag);

#endif
