/* SPDX-License-Identifier: ISC */
/*
 * Reading and writing headers. Each has one encoding only: what is not exactly
 * as the specification writes it is refused.
 */
#include <string.h>

#include "age/header.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/crypto.h"

#define COLUMNS 64 /* of a body's line */
#define MAC_CHARS 43

/* A stanza by offsets, for the buffers move as they grow. */
struct span {
	size_t args, args_len; /* in text */
	size_t body, body_len; /* in bodies */
};

void wax_header_release(struct wax_header *h)
{
	wax_bytes_release(&h->text);
	wax_bytes_release(&h->bodies);
	wax_bytes_release(&h->stanzas);
}

static void mac(const struct wax_header *h,
		const uint8_t file_key[WAX_FILE_KEY_SIZE], uint8_t out[32])
{
	uint8_t key[WAX_KEY_SIZE];

	wax_hkdf(NULL, 0, file_key, WAX_FILE_KEY_SIZE, "header", 6, key,
		 sizeof(key));
	wax_hmac(key, h->text.data, h->mac_at, out);
	wax_wipe(key, sizeof(key));
}

bool wax_header_verify(const struct wax_header *h,
		       const uint8_t file_key[WAX_FILE_KEY_SIZE])
{
	uint8_t expected[32];

	mac(h, file_key, expected);
	return wax_equal(expected, h->mac, sizeof(expected));
}

/*
 * Takes a line, keeps it as part of the text, and returns it without its LF,
 * as an offset into the text.
 */
static int take_line(struct wax_header *h, struct wax_reader *from, size_t *at,
		     size_t *len, struct wax_diag *diag)
{
	const char *line;
	int err = wax_reader_line(from, &line, len, diag);

	if (err)
		return err;
	if (!*len || line[*len - 1] != '\n')
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the header is cut short");
	if (*len > WAX_HEADER_MAX - h->text.len)
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the header is larger than %d bytes",
				    WAX_HEADER_MAX);
	*at = h->text.len;
	err = wax_bytes_add(&h->text, line, *len, diag);
	--*len;
	return err;
}

/* Words of visible ASCII characters, one space between. */
static bool are_arguments(const uint8_t *p, size_t len)
{
	bool in_word = false;

	for (size_t i = 0; i < len; i++) {
		if (p[i] == ' ' && !in_word)
			return false;
		if (p[i] != ' ' && (p[i] < 33 || p[i] > 126))
			return false;
		in_word = p[i] != ' ';
	}
	return in_word;
}

/* The body ends with the first line that is not full. */
static int read_body(struct wax_header *h, struct wax_reader *from,
		     struct wax_diag *diag)
{
	size_t at, len = COLUMNS;

	while (len == COLUMNS) {
		int err = take_line(h, from, &at, &len, diag);

		if (!err && len <= COLUMNS)
			err = wax_bytes_reserve(&h->bodies, COLUMNS, diag);
		if (err)
			return err;
		if (len > COLUMNS ||
		    !wax_base64_decode((char *)h->text.data + at, len,
				       h->bodies.data + h->bodies.len))
			return wax_diag_set(diag, WAX_ERR_FORMAT,
					    "the header is malformed, in the "
					    "body of a stanza");
		h->bodies.len += wax_base64_bytes(len);
	}
	return 0;
}

static int read_stanza(struct wax_header *h, struct wax_reader *from, size_t at,
		       size_t len, struct wax_diag *diag)
{
	struct span s = {.args = at + 3, .body = h->bodies.len};
	int err;

	if (len < 3 || memcmp(h->text.data + at, "-> ", 3) != 0 ||
	    !are_arguments(h->text.data + at + 3, len - 3))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the header is malformed, in the first "
				    "line of a stanza");
	if (wax_header_count(h) == WAX_STANZAS_MAX)
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the header has more than %d stanzas",
				    WAX_STANZAS_MAX);
	s.args_len = len - 3;
	err = read_body(h, from, diag);
	if (err)
		return err;
	s.body_len = h->bodies.len - s.body;
	return wax_bytes_add(&h->stanzas, &s, sizeof(s), diag);
}

static int read_version(struct wax_header *h, struct wax_reader *from,
			struct wax_diag *diag)
{
	static const char version[] = WAX_AGE_VERSION "\n";
	static const size_t family = sizeof("age-encryption.org/") - 1;
	const uint8_t *data;
	size_t len, at;
	int err = wax_reader_peek(from, sizeof(version) - 1, &data, &len, diag);

	if (err)
		return err;
	if (!len)
		return wax_diag_set(diag, WAX_ERR_FORMAT, "it is empty");
	if (len >= sizeof(version) - 1 &&
	    !memcmp(data, version, sizeof(version) - 1))
		return take_line(h, from, &at, &len, diag);
	if (len < sizeof(version) - 1 && !memcmp(data, version, len))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the header is cut short");
	if (len >= sizeof(version) - 1 && data[sizeof(version) - 2] == '\r' &&
	    !memcmp(data, version, sizeof(version) - 2)) {
		wax_diag_set(diag, WAX_ERR_FORMAT,
			     "its line ends were changed on the way");
		wax_diag_hint(diag, "carry it as binary, or seal with -a");
		return WAX_ERR_FORMAT;
	}
	if (len > family && !memcmp(data, version, family))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "of another version than " WAX_AGE_VERSION);
	return wax_diag_set(diag, WAX_ERR_FORMAT, "not a sealed file");
}

int wax_header_read(struct wax_header *h, struct wax_reader *from,
		    struct wax_diag *diag)
{
	size_t at, len;
	const char *text;
	int err = read_version(h, from, diag);

	while (!err) {
		err = take_line(h, from, &at, &len, diag);
		if (err)
			return err;
		if (len >= 3 && !memcmp(h->text.data + at, "---", 3))
			break;
		err = read_stanza(h, from, at, len, diag);
	}
	if (err)
		return err;
	text = (char *)h->text.data + at;
	if (len != 4 + MAC_CHARS || text[3] != ' ' ||
	    !wax_base64_decode(text + 4, MAC_CHARS, h->mac))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the header is malformed, in its last "
				    "line");
	if (!wax_header_count(h))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the header is for no recipient");
	h->mac_at = at + 3;
	return 0;
}

size_t wax_header_count(const struct wax_header *h)
{
	return h->stanzas.len / sizeof(struct span);
}

struct wax_stanza wax_header_stanza(const struct wax_header *h, size_t i)
{
	struct span s;

	memcpy(&s, h->stanzas.data + i * sizeof(s), sizeof(s));
	return (struct wax_stanza){
		.args = wax_cursor(h->text.data + s.args, s.args_len),
		.body = s.body_len ? h->bodies.data + s.body : NULL,
		.body_len = s.body_len,
	};
}

static int add_line(struct wax_header *h, const uint8_t *body, size_t len,
		    struct wax_diag *diag)
{
	char line[COLUMNS + 1];
	size_t n = wax_base64_len(len);

	wax_base64_encode(body, len, line);
	line[n] = '\n';
	return wax_bytes_add(&h->text, line, n + 1, diag);
}

static int add_stanza(struct wax_header *h, const char *const *args, size_t n,
		      const uint8_t *body, size_t len, struct wax_diag *diag)
{
	const size_t full = COLUMNS / 4 * 3;
	int err = 0;

	if (!h->text.len)
		err = wax_bytes_add_text(&h->text, WAX_AGE_VERSION "\n", diag);
	if (!err)
		err = wax_bytes_add_text(&h->text, "->", diag);
	for (size_t i = 0; i < n && !err; i++) {
		err = wax_bytes_add_text(&h->text, " ", diag);
		if (!err)
			err = wax_bytes_add_text(&h->text, args[i], diag);
	}
	if (!err)
		err = wax_bytes_add_text(&h->text, "\n", diag);
	for (; len >= full && !err; body += full, len -= full)
		err = add_line(h, body, full, diag);
	if (!err)
		err = add_line(h, body, len, diag);
	return err;
}

int wax_header_add(struct wax_header *h, const char *const *args, size_t n,
		   const uint8_t *body, size_t len, struct wax_diag *diag)
{
	static const struct span none;
	int err = add_stanza(h, args, n, body, len, diag);

	if (!err)
		err = wax_bytes_add(&h->stanzas, &none, sizeof(none), diag);
	/* What could not be read again must not be written. */
	if (!err && (wax_header_count(h) > WAX_STANZAS_MAX ||
		     h->text.len > WAX_HEADER_MAX - COLUMNS))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "too many recipients for one file");
	return err;
}

int wax_header_finish(struct wax_header *h,
		      const uint8_t file_key[WAX_FILE_KEY_SIZE],
		      struct wax_diag *diag)
{
	char line[MAC_CHARS + 1];
	int err = wax_bytes_add_text(&h->text, "---", diag);

	if (err)
		return err;
	h->mac_at = h->text.len;
	mac(h, file_key, h->mac);
	wax_base64_encode(h->mac, sizeof(h->mac), line);
	line[MAC_CHARS] = '\n';
	err = wax_bytes_add_text(&h->text, " ", diag);
	if (!err)
		err = wax_bytes_add(&h->text, line, sizeof(line), diag);
	return err;
}

const char *wax_stanza_type(const struct wax_stanza *s, size_t *len)
{
	struct wax_cursor c = s->args;
	const char *type;

	wax_cursor_word(&c, &type, len);
	return type;
}

bool wax_stanza_is(const struct wax_stanza *s, const char *type)
{
	size_t len;
	const char *t = wax_stanza_type(s, &len);

	return len == strlen(type) && !memcmp(t, type, len);
}

int wax_stanza_expect(const struct wax_stanza *s, size_t n, size_t body_len,
		      struct wax_diag *diag)
{
	struct wax_cursor c = s->args;
	size_t len, words = 0;
	const char *type, *word;

	for (; c.left; words++)
		wax_cursor_word(&c, &word, &len);
	if (words == n + 1 && s->body_len == body_len)
		return 0;
	type = wax_stanza_type(s, &len);
	return wax_diag_set(diag, WAX_ERR_FORMAT,
			    "the header is malformed, in a stanza of type %.*s",
			    (int)len, type);
}

const char *wax_stanza_arg(const struct wax_stanza *s, size_t i, size_t *len)
{
	struct wax_cursor c = s->args;
	const char *word = NULL;

	for (size_t skip = i + 2; skip; skip--)
		wax_cursor_word(&c, &word, len);
	return word;
}

int wax_stanza_decode(const struct wax_stanza *s, size_t i, uint8_t *out,
		      size_t len, struct wax_diag *diag)
{
	size_t chars;
	const char *arg = wax_stanza_arg(s, i, &chars);

	if (chars == wax_base64_len(len) && wax_base64_decode(arg, chars, out))
		return 0;
	arg = wax_stanza_type(s, &chars);
	return wax_diag_set(diag, WAX_ERR_FORMAT,
			    "the header is malformed, in an argument of a "
			    "stanza of type %.*s",
			    (int)chars, arg);
}
