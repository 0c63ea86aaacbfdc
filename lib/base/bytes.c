/* SPDX-License-Identifier: ISC */
/*
 * A growing buffer; doubles, so that adding stays linear.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"

void wax_bytes_release(struct wax_bytes *b)
{
	free(b->data);
	*b = (struct wax_bytes){0};
}

int wax_bytes_reserve(struct wax_bytes *b, size_t len, struct wax_diag *diag)
{
	size_t room = b->room ? b->room : 256;
	uint8_t *data;

	if (len <= b->room - b->len)
		return 0;
	if (len > SIZE_MAX / 2 - b->len)
		return wax_no_memory(diag);
	while (room < b->len + len)
		room *= 2;
	data = realloc(b->data, room);
	if (!data)
		return wax_no_memory(diag);
	b->data = data;
	b->room = room;
	return 0;
}

int wax_bytes_add(struct wax_bytes *b, const void *data, size_t len,
		  struct wax_diag *diag)
{
	int err = wax_bytes_reserve(b, len, diag);

	if (err || !len)
		return err;
	memcpy(b->data + b->len, data, len);
	b->len += len;
	return 0;
}

int wax_bytes_add_text(struct wax_bytes *b, const char *text,
		       struct wax_diag *diag)
{
	return wax_bytes_add(b, text, strlen(text), diag);
}

int wax_bytes_add_le(struct wax_bytes *b, uint64_t value, size_t n,
		     struct wax_diag *diag)
{
	uint8_t raw[8];

	wax_le_put(raw, value, n);
	return wax_bytes_add(b, raw, n, diag);
}

int wax_bytes_add_field(struct wax_bytes *b, const char *key, const char *value,
			struct wax_diag *diag)
{
	int err = wax_bytes_add_text(b, key, diag);

	if (!err && *value)
		err = wax_bytes_add_text(b, " ", diag);
	if (!err)
		err = wax_bytes_add_text(b, value, diag);
	return err ? err : wax_bytes_add_text(b, "\n", diag);
}
