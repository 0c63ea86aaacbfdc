/* SPDX-License-Identifier: ISC */
/*
 * Base64 (RFC 4648, section 4), strict: one encoding for every byte string. No
 * table is indexed by the data, so secrets may be coded too.
 */
#ifndef WAX_BASE_BASE64_H
#define WAX_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters for len bytes without padding. */
static inline size_t wax_base64_len(size_t len)
{
	return len / 3 * 4 + (len % 3 ? len % 3 + 1 : 0);
}

/* Bytes from len characters without padding, where len is possible at all. */
static inline size_t wax_base64_bytes(size_t len)
{
	return len / 4 * 3 + (len % 4 ? len % 4 - 1 : 0);
}

/* Writes wax_base64_len(len) characters, no padding, no NUL. */
void wax_base64_encode(const void *data, size_t len, char *out);

/* As above with = padding; returns how many characters were written. */
size_t wax_base64_encode_padded(const void *data, size_t len, char *out);

/*
 * Writes wax_base64_bytes(len) bytes to out, which may not overlap text. False
 * for other characters, for an impossible length, and for trailing bits that
 * are not zero.
 */
bool wax_base64_decode(const char *text, size_t len, uint8_t *out);

/* The same with mandatory = padding; stores how many bytes were written. */
bool wax_base64_decode_padded(const char *text, size_t len, uint8_t *out,
			      size_t *out_len);

#endif
