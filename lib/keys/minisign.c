/* SPDX-License-Identifier: ISC */
/*
 * minisign's format: what is base64 in its files begins with an algorithm of
 * two bytes and a key's number of eight.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wax/secret.h>
#include <wax/sign.h>
#include <wax/stream.h>
#include <wax/text.h>

#include "base/base64.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/identity.h"
#include "keys/identities.h"
#include "keys/minisign.h"

#define ALGORITHM_SIZE 2
#define ID_SIZE 8
#define HEAD_SIZE (ALGORITHM_SIZE + ID_SIZE)
#define KEY_BYTES (HEAD_SIZE + WAX_ED25519_PUBLIC_SIZE)
#define SIGNATURE_BYTES (HEAD_SIZE + WAX_ED25519_SIGNATURE_SIZE)

/* Of keys and of signatures over the data; and of those over their hash. */
static const uint8_t plain[ALGORITHM_SIZE] = {'E', 'd'};
static const uint8_t prehashed[ALGORITHM_SIZE] = {'E', 'D'};

#define UNTRUSTED "untrusted comment: "
#define TRUSTED "trusted comment: "

/* Whole files; and what an old signature is over. */
#define FILE_MAX (16 * 1024)
#define LEGACY_MAX (1024 * 1024 * 1024)

struct wax_signature {
	uint8_t bytes[SIGNATURE_BYTES];
	uint8_t global[WAX_ED25519_SIGNATURE_SIZE]; /* of it and the comment */
	char comment[WAX_TRUSTED_COMMENT_MAX + 1];
};

/* The number that goes with a key: minisign's are random, ours derive. */
static void key_bytes(const uint8_t public[WAX_ED25519_PUBLIC_SIZE],
		      uint8_t out[KEY_BYTES])
{
	static const char label[] = "wax/v1 minisign id";
	uint8_t buf[sizeof(label) - 1 + WAX_ED25519_PUBLIC_SIZE];
	uint8_t hash[WAX_HASH_SIZE];

	memcpy(buf, label, sizeof(label) - 1);
	memcpy(buf + sizeof(label) - 1, public, WAX_ED25519_PUBLIC_SIZE);
	wax_sha256(buf, sizeof(buf), hash);
	memcpy(out, plain, ALGORITHM_SIZE);
	memcpy(out + ALGORITHM_SIZE, hash, ID_SIZE);
	memcpy(out + HEAD_SIZE, public, WAX_ED25519_PUBLIC_SIZE);
}

int wax_identities_minisign(struct wax_identities *list, size_t i,
			    char out[WAX_MINISIGN_KEY_SIZE],
			    struct wax_diag *diag)
{
	uint8_t public[WAX_ED25519_PUBLIC_SIZE], bytes[KEY_BYTES];
	struct wax_secret *secret;
	int err = wax_identities_derive(list, i, WAX_DERIVE_MINISIGN, &secret,
					diag);

	if (err)
		return err;
	wax_ed25519_secret_public(public, wax_secret_bytes(secret));
	wax_secret_free(secret);
	key_bytes(public, bytes);
	out[wax_base64_encode_padded(bytes, sizeof(bytes), out)] = '\0';
	return 0;
}

/* One line of text, in which tabs are allowed. */
static int check_comment(const char *text, size_t max, struct wax_diag *diag)
{
	size_t len = strlen(text);

	if (len > max)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "a comment is longer than %zu bytes", max);
	while (len) {
		size_t n = strcspn(text, "\t");

		if (!wax_text_is_plain(text, n))
			return wax_diag_set(diag, WAX_ERR_USAGE,
					    "a comment has control characters, "
					    "or is not UTF-8");
		n += text[n] == '\t';
		text += n;
		len -= n;
	}
	return 0;
}

static int hash_source(struct wax_source *from, uint8_t out[WAX_BLAKE2B_SIZE],
		       struct wax_diag *diag)
{
	struct wax_blake2b *hash = NULL;
	uint8_t *buf = malloc(64 * 1024);
	size_t got = 1;
	int err = buf ? wax_blake2b_new(&hash, diag) : wax_no_memory(diag);

	while (!err && got) {
		err = wax_source_read(from, buf, 64 * 1024, &got, diag);
		if (!err)
			wax_blake2b_add(hash, buf, got);
	}
	if (!err)
		wax_blake2b_end(hash, out);
	wax_blake2b_free(hash);
	if (buf)
		wax_wipe(buf, 64 * 1024);
	free(buf);
	return err;
}

static int put_line(struct wax_sink *to, const char *text, const void *data,
		    size_t len, struct wax_diag *diag)
{
	char line[128];
	size_t n = wax_base64_encode_padded(data, len, line);
	int err = wax_sink_write(to, text, strlen(text), diag);

	line[n++] = '\n';
	return err ? err : wax_sink_write(to, line, n, diag);
}

/* Signs the hash, and the signature with the comment; writes both. */
static int write_signature(const uint8_t secret[WAX_ED25519_SECRET_SIZE],
			   const uint8_t hash[WAX_BLAKE2B_SIZE],
			   const char *comment, const char *trusted,
			   struct wax_sink *to, struct wax_diag *diag)
{
	uint8_t key[KEY_BYTES], signature[SIGNATURE_BYTES];
	uint8_t global[WAX_ED25519_SIGNATURE_SIZE];
	uint8_t both[WAX_ED25519_SIGNATURE_SIZE + WAX_TRUSTED_COMMENT_MAX];
	char lines[sizeof(TRUSTED) + WAX_TRUSTED_COMMENT_MAX + 2];
	size_t len = strlen(trusted);
	int err;

	wax_ed25519_secret_public(both, secret);
	key_bytes(both, key);
	memcpy(signature, key, HEAD_SIZE);
	memcpy(signature, prehashed, ALGORITHM_SIZE);
	wax_ed25519_sign(signature + HEAD_SIZE, hash, WAX_BLAKE2B_SIZE, secret);
	memcpy(both, signature + HEAD_SIZE, WAX_ED25519_SIGNATURE_SIZE);
	memcpy(both + WAX_ED25519_SIGNATURE_SIZE, trusted, len);
	wax_ed25519_sign(global, both, WAX_ED25519_SIGNATURE_SIZE + len,
			 secret);
	snprintf(lines, sizeof(lines), UNTRUSTED "%s\n", comment);
	err = put_line(to, lines, signature, sizeof(signature), diag);
	snprintf(lines, sizeof(lines), TRUSTED "%s\n", trusted);
	return err ? err : put_line(to, lines, global, sizeof(global), diag);
}

int wax_sign(struct wax_identities *signer, const char *comment,
	     const char *trusted_comment, struct wax_source *from,
	     struct wax_sink *to, struct wax_diag *diag)
{
	const char *c = comment ? comment : "signature of a wax identity";
	const char *t = trusted_comment ? trusted_comment : "";
	uint8_t hash[WAX_BLAKE2B_SIZE];
	struct wax_secret *secret = NULL;
	int err = check_comment(c, WAX_COMMENT_MAX, diag);

	if (!err)
		err = check_comment(t, WAX_TRUSTED_COMMENT_MAX, diag);
	if (!err)
		err = wax_identities_signer(signer, WAX_DERIVE_MINISIGN,
					    &secret, diag);
	if (!err)
		err = hash_source(from, hash, diag);
	if (!err)
		err = write_signature(wax_secret_bytes(secret), hash, c, t, to,
				      diag);
	wax_secret_free(secret);
	return err;
}

/* Reads a small text file, without NUL; to be freed. */
static int read_text(struct wax_source *from, struct wax_secret **out,
		     struct wax_diag *diag)
{
	int err = wax_secret_read(from, FILE_MAX, out, diag);

	if (!err &&
	    memchr(wax_secret_bytes(*out), '\0', wax_secret_size(*out))) {
		wax_secret_free(*out);
		err = wax_diag_set(diag, WAX_ERR_FORMAT, "it is not text");
	}
	return err;
}

/* Takes a line that is a base64 of exactly out_len bytes. */
static bool take_base64(struct wax_cursor *c, uint8_t *out, size_t out_len)
{
	uint8_t buf[128];
	const char *line;
	size_t len, n;

	if (!wax_cursor_line(c, &line, &len) || len > 128 ||
	    !wax_base64_decode_padded(line, len, buf, &n) || n != out_len)
		return false;
	memcpy(out, buf, n);
	return true;
}

static bool take_comment(struct wax_cursor *c, const char *prefix,
			 const char **comment, size_t *len)
{
	if (!wax_cursor_line(c, comment, len) ||
	    !wax_starts(*comment, *len, prefix))
		return false;
	*comment += strlen(prefix);
	*len -= strlen(prefix);
	return true;
}

static bool parse(struct wax_signature *s, struct wax_cursor *c)
{
	const char *comment;
	size_t len;

	if (!take_comment(c, UNTRUSTED, &comment, &len) ||
	    !take_base64(c, s->bytes, sizeof(s->bytes)) ||
	    !take_comment(c, TRUSTED, &comment, &len) ||
	    len > WAX_TRUSTED_COMMENT_MAX)
		return false;
	memcpy(s->comment, comment, len);
	return take_base64(c, s->global, sizeof(s->global)) && !c->left &&
	       (!memcmp(s->bytes, plain, ALGORITHM_SIZE) ||
		!memcmp(s->bytes, prehashed, ALGORITHM_SIZE));
}

int wax_signature_read(struct wax_source *from, struct wax_signature **out,
		       struct wax_diag *diag)
{
	struct wax_signature *s = calloc(1, sizeof(*s));
	struct wax_secret *text = NULL;
	int err = s ? read_text(from, &text, diag) : wax_no_memory(diag);

	if (!err) {
		struct wax_cursor c = wax_cursor(wax_secret_bytes(text),
						 wax_secret_size(text));

		if (!parse(s, &c))
			err = wax_diag_set(diag, WAX_ERR_FORMAT,
					   "this is no signature of "
					   "minisign's, or it is damaged");
		wax_secret_free(text);
	}
	if (err) {
		free(s);
		return err;
	}
	*out = s;
	return 0;
}

void wax_signature_free(struct wax_signature *s)
{
	free(s);
}

const char *wax_signature_trusted_comment(const struct wax_signature *s)
{
	return s->comment;
}

static bool parse_key(const char *text, size_t len, uint8_t out[KEY_BYTES])
{
	struct wax_cursor c = wax_cursor(text, len);

	return len == WAX_MINISIGN_KEY_SIZE - 1 &&
	       take_base64(&c, out, KEY_BYTES) && !c.left &&
	       !memcmp(out, plain, ALGORITHM_SIZE);
}

bool wax_minisign_key_is_valid(const char *text, size_t len)
{
	uint8_t bytes[KEY_BYTES];

	return parse_key(text, len, bytes);
}

bool wax_signature_is_by(const struct wax_signature *s, const char *key)
{
	uint8_t bytes[KEY_BYTES];

	return parse_key(key, strlen(key), bytes) &&
	       !memcmp(s->bytes + ALGORITHM_SIZE, bytes + ALGORITHM_SIZE,
		       ID_SIZE);
}

int wax_minisign_key_read(struct wax_source *from,
			  char out[WAX_MINISIGN_KEY_SIZE],
			  struct wax_diag *diag)
{
	struct wax_secret *text;
	struct wax_cursor c;
	const char *line;
	size_t len;
	bool ok;
	int err = read_text(from, &text, diag);

	if (err)
		return err;
	c = wax_cursor(wax_secret_bytes(text), wax_secret_size(text));
	ok = wax_cursor_line(&c, &line, &len);
	if (ok && wax_starts(line, len, UNTRUSTED))
		ok = wax_cursor_line(&c, &line, &len);
	ok = ok && !c.left && wax_minisign_key_is_valid(line, len);
	if (ok) {
		memcpy(out, line, len);
		out[len] = '\0';
	}
	wax_secret_free(text);
	return ok ? 0
		  : wax_diag_set(diag, WAX_ERR_FORMAT,
				 "this is no public key of minisign's");
}

static int wrong(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_TRUST,
			    "the signature is wrong: this is not what was "
			    "signed");
}

static int verify_data(const struct wax_signature *s, const uint8_t *key,
		       struct wax_source *from, struct wax_diag *diag)
{
	uint8_t hash[WAX_BLAKE2B_SIZE];
	struct wax_secret *whole;
	bool ok;
	int err;

	if (!memcmp(s->bytes, prehashed, ALGORITHM_SIZE)) {
		err = hash_source(from, hash, diag);
		ok = !err && wax_ed25519_verify(s->bytes + HEAD_SIZE, hash,
						sizeof(hash), key);
		return err || ok ? err : wrong(diag);
	}
	err = wax_secret_read(from, LEGACY_MAX, &whole, diag);
	if (err)
		return err;
	ok = wax_ed25519_verify(s->bytes + HEAD_SIZE, wax_secret_bytes(whole),
				wax_secret_size(whole), key);
	wax_secret_free(whole);
	return ok ? 0 : wrong(diag);
}

int wax_verify(const struct wax_signature *s, const char *key,
	       struct wax_source *from, struct wax_diag *diag)
{
	uint8_t bytes[KEY_BYTES];
	uint8_t both[WAX_ED25519_SIGNATURE_SIZE + WAX_TRUSTED_COMMENT_MAX];
	size_t len = strlen(s->comment);
	int err;

	if (!parse_key(key, strlen(key), bytes))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "this is no public key of minisign's, "
				    "RW...");
	if (!wax_signature_is_by(s, key))
		return wax_diag_set(diag, WAX_ERR_TRUST,
				    "it is signed with another key");
	err = verify_data(s, bytes + HEAD_SIZE, from, diag);
	if (err)
		return err;
	memcpy(both, s->bytes + HEAD_SIZE, WAX_ED25519_SIGNATURE_SIZE);
	memcpy(both + WAX_ED25519_SIGNATURE_SIZE, s->comment, len);
	if (!wax_ed25519_verify(s->global, both,
				WAX_ED25519_SIGNATURE_SIZE + len,
				bytes + HEAD_SIZE))
		return wax_diag_set(diag, WAX_ERR_TRUST,
				    "the trusted comment was changed");
	return 0;
}
