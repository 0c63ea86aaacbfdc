/* SPDX-License-Identifier: ISC */
/*
 * Signed notes.
 */
#include <string.h>

#include <wax/text.h>

#include "base/base64.h"
#include "keys/note.h"

/* An em dash and a space begin a signature's line. */
#define DASH "\xe2\x80\x94 "
#define ID_SIZE 4
#define BLOB_SIZE (ID_SIZE + WAX_ED25519_SIGNATURE_SIZE)
#define BLOB_TEXT_SIZE ((BLOB_SIZE + 2) / 3 * 4)

/* The most signatures that are looked at. */
#define SIGNATURES_MAX 16

/* What Unicode calls a space, as far as it is no control character. */
static bool is_space(uint32_t c)
{
	return c == 0x20 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
	       c == 0x3000;
}

void wax_note_name(const char *name, char out[WAX_NOTE_NAME_MAX + 1])
{
	size_t len = strlen(name);
	char *to = out;

	while (len) {
		uint32_t c = 0;
		int n = wax_utf8_decode(name, len, &c);

		n = n > 0 ? n : 1;
		if (to - out + n > WAX_NOTE_NAME_MAX)
			break;
		if (is_space(c) || c == '+') {
			*to++ = '-';
		} else {
			memcpy(to, name, (size_t)n);
			to += n;
		}
		name += n;
		len -= (size_t)n;
	}
	*to = '\0';
}

/* SHA-256(name LF 0x01 key), cut to four bytes. */
static void key_id(const char *name, const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
		   uint8_t out[ID_SIZE])
{
	uint8_t buf[WAX_NOTE_NAME_MAX + 2 + WAX_ED25519_PUBLIC_SIZE];
	uint8_t hash[WAX_HASH_SIZE];
	size_t len = strlen(name);

	memcpy(buf, name, len);
	buf[len++] = '\n';
	buf[len++] = 0x01; /* Ed25519 */
	memcpy(buf + len, key, WAX_ED25519_PUBLIC_SIZE);
	wax_sha256(buf, len + WAX_ED25519_PUBLIC_SIZE, hash);
	memcpy(out, hash, ID_SIZE);
}

int wax_note_sign(const struct wax_bytes *text, const char *key_name,
		  const uint8_t secret[WAX_ED25519_SECRET_SIZE],
		  struct wax_bytes *out, struct wax_diag *diag)
{
	uint8_t key[WAX_ED25519_PUBLIC_SIZE], blob[BLOB_SIZE];
	char line[BLOB_TEXT_SIZE + 1];
	int err = wax_bytes_add(out, text->data, text->len, diag);

	wax_ed25519_secret_public(key, secret);
	key_id(key_name, key, blob);
	wax_ed25519_sign(blob + ID_SIZE, text->data, text->len, secret);
	line[wax_base64_encode_padded(blob, sizeof(blob), line)] = '\n';
	if (!err)
		err = wax_bytes_add_text(out, "\n" DASH, diag);
	if (!err)
		err = wax_bytes_add_text(out, key_name, diag);
	if (!err)
		err = wax_bytes_add_text(out, " ", diag);
	return err ? err : wax_bytes_add(out, line, sizeof(line), diag);
}

/* Text is UTF-8 whose only control character is LF. */
static bool is_text(struct wax_cursor c)
{
	while (c.left) {
		const uint8_t *lf = memchr(c.at, '\n', c.left), *line;
		size_t len = lf ? (size_t)(lf - c.at) : c.left;

		if (!wax_text_is_plain((const char *)c.at, len))
			return false;
		wax_cursor_take(&c, len + (lf ? 1 : 0), &line);
	}
	return true;
}

bool wax_note_split(struct wax_cursor note, struct wax_cursor *text,
		    struct wax_cursor *signatures)
{
	size_t at = note.left;

	if (!at || note.at[at - 1] != '\n' || !is_text(note))
		return false;
	/* The last empty line. */
	while (at >= 2 && !(note.at[at - 1] == '\n' && note.at[at - 2] == '\n'))
		at--;
	if (at < 3 || at == note.left)
		return false;
	*text = wax_cursor(note.at, at - 1);
	*signatures = wax_cursor(note.at + at, note.left - at);
	return true;
}

/* The most that a signature of any kind may have, in bytes. */
#define ANY_BLOB_MAX 6000

/* A signature's line: DASH name SPACE base64. */
struct signature {
	const char *name;
	size_t name_len;
	uint8_t blob[ANY_BLOB_MAX];
	size_t blob_len;
};

static bool is_name(const char *name, size_t len)
{
	bool ok = len;

	while (ok && len) {
		uint32_t c;
		int n = wax_utf8_decode(name, len, &c);

		ok = n > 0 && c != '+' && !is_space(c);
		name += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return ok;
}

static bool parse_line(struct signature *s, const char *line, size_t len)
{
	const char *space;

	if (!wax_starts(line, len, DASH))
		return false;
	s->name = line + strlen(DASH);
	len -= strlen(DASH);
	space = memchr(s->name, ' ', len);
	if (!space)
		return false;
	s->name_len = (size_t)(space - s->name);
	len -= s->name_len + 1;
	return is_name(s->name, s->name_len) &&
	       wax_base64_bytes(len) <= ANY_BLOB_MAX &&
	       wax_base64_decode_padded(space + 1, len, s->blob,
					&s->blob_len) &&
	       s->blob_len > ID_SIZE;
}

bool wax_note_verify(struct wax_cursor text, struct wax_cursor signatures,
		     const char *key_name,
		     const uint8_t key[WAX_ED25519_PUBLIC_SIZE])
{
	uint8_t id[ID_SIZE];
	struct signature s;
	const char *line;
	size_t len, found = 0;

	key_id(key_name, key, id);
	for (int n = 0; wax_cursor_line(&signatures, &line, &len); n++) {
		if (n == SIGNATURES_MAX || !parse_line(&s, line, len))
			return false;
		if (s.name_len != strlen(key_name) ||
		    memcmp(s.name, key_name, s.name_len) ||
		    memcmp(s.blob, id, ID_SIZE))
			continue; /* another key's */
		if (s.blob_len != BLOB_SIZE ||
		    !wax_ed25519_verify(s.blob + ID_SIZE, text.at, text.left,
					key))
			return false;
		found++;
	}
	return found;
}
