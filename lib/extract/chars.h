/* SPDX-License-Identifier: ISC */
/*
 * The alphabet of base64 (RFC 4648, section 4) by a table: fast, for text that
 * is not secret.
 */
#ifndef WAX_EXTRACT_CHARS_H
#define WAX_EXTRACT_CHARS_H

#include <stdint.h>

extern const int8_t wax_base64_values[256];

/* The value of a character, or -1. */
static inline int wax_base64_value(char c)
{
	return wax_base64_values[(uint8_t)c];
}

#endif
