/* SPDX-License-Identifier: ISC */
/*
 * Checked reading from bytes.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"

bool wax_starts(const char *text, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && !memcmp(text, with, n);
}

size_t wax_chomp(const char *line, size_t len)
{
	len -= len && line[len - 1] == '\n' ? 1 : 0;
	return len - (len && line[len - 1] == '\r' ? 1 : 0);
}

bool wax_cursor_take(struct wax_cursor *c, size_t len, const uint8_t **out)
{
	if (len > c->left)
		return false;
	*out = c->at;
	c->at += len;
	c->left -= len;
	return true;
}

bool wax_cursor_skip(struct wax_cursor *c, const void *data, size_t len)
{
	const uint8_t *at;

	if (len > c->left || memcmp(c->at, data, len) != 0)
		return false;
	return wax_cursor_take(c, len, &at);
}

/* Takes up to the next byte end, which is taken too but not part of it. */
static size_t until(struct wax_cursor *c, char end, const char **out)
{
	const uint8_t *at = memchr(c->at, end, c->left);
	size_t len = at ? (size_t)(at - c->at) : c->left;

	*out = (const char *)c->at;
	c->at += len + (at ? 1 : 0);
	c->left -= len + (at ? 1 : 0);
	return len;
}

bool wax_cursor_line(struct wax_cursor *c, const char **line, size_t *len)
{
	if (!c->left)
		return false;
	*len = until(c, '\n', line);
	if (*len && (*line)[*len - 1] == '\r')
		--*len;
	return true;
}

bool wax_cursor_field(struct wax_cursor *c, const char *key,
		      struct wax_cursor *value)
{
	const char *line = (const char *)c->at;
	const char *lf = memchr(line, '\n', c->left);
	size_t n = strlen(key), len = lf ? (size_t)(lf - line) : 0;
	const uint8_t *taken;

	if (!lf || !wax_starts(line, len, key) || (len > n && line[n] != ' ') ||
	    len == n + 1)
		return false;
	n += len > n;
	*value = wax_cursor(line + n, len - n);
	return wax_cursor_take(c, len + 1, &taken);
}

void wax_cursor_word(struct wax_cursor *c, const char **word, size_t *len)
{
	*len = until(c, ' ', word);
}

bool wax_cursor_le(struct wax_cursor *c, size_t n, uint64_t *out)
{
	const uint8_t *p;

	if (!wax_cursor_take(c, n, &p))
		return false;
	*out = wax_le_get(p, n);
	return true;
}

bool wax_cursor_u32(struct wax_cursor *c, uint32_t *out)
{
	const uint8_t *p;

	if (!wax_cursor_take(c, 4, &p))
		return false;
	*out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
	return true;
}

bool wax_cursor_string(struct wax_cursor *c, struct wax_cursor *out)
{
	const uint8_t *p;
	uint32_t len;

	if (!wax_cursor_u32(c, &len) || !wax_cursor_take(c, len, &p))
		return false;
	*out = wax_cursor(p, len);
	return true;
}
