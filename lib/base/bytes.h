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

/* Adds a string without its NUL. */
int wax_bytes_add_text(struct wax_bytes *b, const char *text,
		       struct wax_diag *diag);

#endif
