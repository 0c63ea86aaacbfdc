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
	wax_le_put(out, WAX_FRAME_MAGIC, 4);
	wax_le_put(out + 4, len, 4);
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
		err = wax_bytes_add_field(
			to, "kind", meta->archive ? "archive" : "data", diag);
	if (!err && *meta->name)
		err = wax_bytes_add_field(to, "name", meta->name, diag);
	if (!err && meta->has_sender) {
		wax_identity_text(meta->sender, sender);
		err = wax_bytes_add_field(to, "sender", sender, diag);
	}
	if (!err)
		wax_frame_header(to->data + at,
				 (uint32_t)(to->len - at - sizeof(header)));
	return err;
}

static bool is(struct wax_cursor value, const char *what)
{
	return value.left == strlen(what) &&
	       wax_cursor_skip(&value, what, value.left);
}

static bool parse(struct wax_meta *meta, struct wax_cursor *c)
{
	struct wax_cursor value;
	const char *text;

	if (!wax_cursor_skip(c, WAX_META_LABEL, strlen(WAX_META_LABEL)) ||
	    !wax_cursor_field(c, "kind", &value))
		return false;
	meta->archive = is(value, "archive");
	if (!meta->archive && !is(value, "data"))
		return false;
	if (wax_cursor_field(c, "name", &value)) {
		text = (const char *)value.at;
		if (!wax_name_is_valid(text, value.left))
			return false;
		memcpy(meta->name, text, value.left);
	}
	meta->has_sender = wax_cursor_field(c, "sender", &value);
	if (meta->has_sender && !wax_identity_parse((const char *)value.at,
						    value.left, meta->sender))
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
	wax_diag_set(diag, WAX_ERR_FORMAT,
		     "the envelope says something of itself that is not "
		     "understood");
	wax_diag_hint(diag, "a later wax may have sealed it");
	return WAX_ERR_FORMAT;
}
