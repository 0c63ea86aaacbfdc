/* SPDX-License-Identifier: ISC */
/*
 * The frame M. Its lines stand in one order, each at most once, so that a
 * content has one form.
 */
#include <string.h>

#include <wax/text.h>

#include "base/cursor.h"
#include "crypto/identity.h"
#include "envelope/meta.h"

void wax_frame_header(uint8_t out[WAX_FRAME_HEADER_SIZE], uint32_t len)
{
	for (unsigned i = 0; i < 4; i++) {
		out[i] = (uint8_t)(WAX_FRAME_MAGIC >> (8 * i));
		out[4 + i] = (uint8_t)(len >> (8 * i));
	}
}

uint32_t wax_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

bool wax_meta_begins(const uint8_t *data, size_t len)
{
	return len >= WAX_META_PREFIX && wax_le32(data) == WAX_FRAME_MAGIC &&
	       !memcmp(data + WAX_FRAME_HEADER_SIZE, WAX_META_LABEL,
		       WAX_META_PREFIX - WAX_FRAME_HEADER_SIZE);
}

bool wax_name_is_valid(const char *name, size_t len)
{
	bool dots = (len == 1 || len == 2) && !memcmp(name, "..", len);

	return len && len <= WAX_NAME_MAX && !dots && !memchr(name, '/', len) &&
	       wax_text_is_plain(name, len);
}

static int add_line(struct wax_bytes *to, const char *key, const char *value,
		    struct wax_diag *diag)
{
	int err = wax_bytes_add_text(to, key, diag);

	if (!err)
		err = wax_bytes_add_text(to, value, diag);
	return err ? err : wax_bytes_add_text(to, "\n", diag);
}

int wax_meta_write(const struct wax_meta *meta, struct wax_bytes *to,
		   struct wax_diag *diag)
{
	uint8_t header[WAX_FRAME_HEADER_SIZE] = {0};
	char sender[WAX_PUBLIC_IDENTITY_SIZE];
	size_t at = to->len;
	int err = wax_bytes_add(to, header, sizeof(header), diag);

	if (!err)
		err = wax_bytes_add_text(to, WAX_META_LABEL, diag);
	if (!err)
		err = add_line(to, "kind ", meta->archive ? "archive" : "data",
			       diag);
	if (!err && *meta->name)
		err = add_line(to, "name ", meta->name, diag);
	if (!err && meta->has_sender) {
		wax_identity_text(meta->sender, sender);
		err = add_line(to, "sender ", sender, diag);
	}
	if (!err)
		wax_frame_header(to->data + at,
				 (uint32_t)(to->len - at - sizeof(header)));
	return err;
}

/* Takes a line's value when the line has this key. */
static bool take_line(struct wax_cursor *c, const char *key, const char **value,
		      size_t *len)
{
	const char *text = (const char *)c->at;
	const char *lf = memchr(text, '\n', c->left);
	size_t n = strlen(key);
	const uint8_t *line;

	if (!lf || (size_t)(lf - text) < n || memcmp(text, key, n))
		return false;
	*value = text + n;
	*len = (size_t)(lf - text) - n;
	return wax_cursor_take(c, n + *len + 1, &line);
}

static bool is(const char *value, size_t len, const char *what)
{
	return len == strlen(what) && !memcmp(value, what, len);
}

static bool parse(struct wax_meta *meta, struct wax_cursor *c)
{
	const char *value;
	size_t len;

	if (!wax_cursor_skip(c, WAX_META_LABEL, strlen(WAX_META_LABEL)) ||
	    !take_line(c, "kind ", &value, &len))
		return false;
	meta->archive = is(value, len, "archive");
	if (!meta->archive && !is(value, len, "data"))
		return false;
	if (take_line(c, "name ", &value, &len)) {
		if (!wax_name_is_valid(value, len))
			return false;
		memcpy(meta->name, value, len);
	}
	meta->has_sender = take_line(c, "sender ", &value, &len);
	if (meta->has_sender && !wax_identity_parse(value, len, meta->sender))
		return false;
	return !c->left;
}

int wax_meta_parse(struct wax_meta *meta, const void *text, size_t len,
		   struct wax_diag *diag)
{
	struct wax_cursor c = wax_cursor(text, len);

	*meta = (struct wax_meta){0};
	if (parse(meta, &c))
		return 0;
	return wax_diag_set(diag, WAX_ERR_FORMAT,
			    "the envelope says something of itself that is "
			    "not understood");
}
