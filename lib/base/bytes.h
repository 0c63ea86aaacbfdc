/* SPDX-License-Identifier: ISC */
/*
 * A growing buffer of bytes that are not secret. Embed it, initialise with
 * {0}, release in the end.
 */
#ifndef WAX_BASE_BYTES_H
#define WAX_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <wax/error.h>

struct wax_bytes {
	uint8_t *data; /* NULL while nothing was added */
	size_t len;
	size_t room;
};

void wax_bytes_release(struct wax_bytes *b);

/* Makes room for len more bytes; data may move. */
int wax_bytes_reserve(struct wax_bytes *b, size_t len, struct wax_diag *diag);

int wax_bytes_add(struct wax_bytes *b, const void *data, size_t len,
		  struct wax_diag *diag);

/* Adds the line "key value" LF, or "key" LF where the value is empty. */
int wax_bytes_add_field(struct wax_bytes *b, const char *key, const char *value,
			struct wax_diag *diag);

/* Numbers of n bytes, at most 8, little-endian. */
static inline uint64_t wax_le_get(const uint8_t *p, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value |= (uint64_t)p[i] << (8 * i);
	return value;
}

static inline void wax_le_put(uint8_t *p, uint64_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(value >> (8 * i));
}

/* Adds such a number. */
int wax_bytes_add_le(struct wax_bytes *b, uint64_t value, size_t n,
		     struct wax_diag *diag);

/* The same, big-endian. */
static inline uint64_t wax_be_get(const uint8_t *p, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | p[i];
	return value;
}

static inline void wax_be_put(uint8_t *p, uint64_t value, size_t n)
{
	for (size_t i = n; i > 0; i--) {
		p[i - 1] = (uint8_t)value;
		value >>= 8;
	}
}

static inline uint32_t wax_le32(const uint8_t *p)
{
	return (uint32_t)wax_le_get(p, 4);
}

/* Adds a string without its NUL. */
int wax_bytes_add_text(struct wax_bytes *b, const char *text,
		       struct wax_diag *diag);

#endif
