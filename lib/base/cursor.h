/* SPDX-License-Identifier: ISC */
/*
 * A cursor over bytes that somebody else wrote: every read is checked, and
 * what was not there is false. Used for text lines and for SSH's wire format
 * (RFC 4251, section 5).
 */
#ifndef WAX_BASE_CURSOR_H
#define WAX_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wax_cursor {
	const uint8_t *at;
	size_t left;
};

static inline struct wax_cursor wax_cursor(const void *data, size_t len)
{
	/* Never NULL, for even adding 0 to that is undefined. */
	return (struct wax_cursor){data ? data : "", len};
}

/* Whether a text begins with the string with. */
bool wax_starts(const char *text, size_t len, const char *with);

/* The length of a line without the LF, or CR LF, that it may end in. */
size_t wax_chomp(const char *line, size_t len);

/* Space, tab, CR or LF. */
static inline bool wax_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes len bytes. */
bool wax_cursor_take(struct wax_cursor *c, size_t len, const uint8_t **out);

/* Takes exactly these bytes. */
bool wax_cursor_skip(struct wax_cursor *c, const void *data, size_t len);

/*
 * Takes a text's line: up to the next LF or the end, without the LF and one CR
 * before it. False at the end.
 */
bool wax_cursor_line(struct wax_cursor *c, const char **line, size_t *len);

/*
 * Takes the line "key value" or "key", which ends in LF, when it has this key;
 * otherwise nothing. A space that no value follows makes it another line.
 */
bool wax_cursor_field(struct wax_cursor *c, const char *key,
		      struct wax_cursor *value);

/* Takes up to the next space or the end, without the space; maybe nothing. */
void wax_cursor_word(struct wax_cursor *c, const char **word, size_t *len);

/* Takes a little-endian number of n bytes, at most 8. */
bool wax_cursor_le(struct wax_cursor *c, size_t n, uint64_t *out);

/* Takes a big-endian uint32. */
bool wax_cursor_u32(struct wax_cursor *c, uint32_t *out);

/* Takes an SSH string: a uint32 length and as many bytes. */
bool wax_cursor_string(struct wax_cursor *c, struct wax_cursor *out);

#endif
