/* SPDX-License-Identifier: ISC */
/*
 * OpenSSH private key files.
 */
#include <string.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/secret.h"
#include "keys/key.h"

#define END "-----END OPENSSH PRIVATE KEY-----"

static int malformed(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_FORMAT,
			    "a malformed OpenSSH private key");
}

/* Joins the base64 lines and decodes them. */
static int decode(const char *text, size_t len, struct wax_secret **out,
		  struct wax_diag *diag)
{
	struct wax_cursor c = wax_cursor(text, len);
	struct wax_secret *joined = NULL, *raw = NULL;
	const char *line;
	size_t n, chars = 0, bytes;
	bool ended = false, ok;
	int err = wax_secret_new(len, &joined, diag);

	if (!err)
		err = wax_secret_new(len, &raw, diag);
	if (err)
		goto out;
	ok = wax_cursor_line(&c, &line, &n) &&
	     n == sizeof(WAX_OPENSSH_BEGIN) - 1;
	while (ok && !ended && wax_cursor_line(&c, &line, &n)) {
		ended = n == sizeof(END) - 1 && !memcmp(line, END, n);
		if (ended)
			break;
		memcpy(wax_secret_bytes(joined) + chars, line, n);
		chars += n;
	}
	if (!ended || wax_cursor_line(&c, &line, &n) ||
	    !wax_base64_decode_padded((char *)wax_secret_bytes(joined), chars,
				      wax_secret_bytes(raw), &bytes)) {
		err = malformed(diag);
		goto out;
	}
	wax_secret_shrink(raw, bytes);
	*out = raw;
	raw = NULL;
out:
	wax_secret_free(joined);
	wax_secret_free(raw);
	return err;
}

static bool is_text(const struct wax_cursor *c, const char *text)
{
	return c->left == strlen(text) && !memcmp(c->at, text, c->left);
}

/* The padding after the comment counts up from 1, to a multiple of 8. */
static bool is_padding(const struct wax_cursor *c)
{
	for (size_t i = 0; i < c->left; i++)
		if (c->at[i] != i + 1)
			return false;
	return c->left < 8;
}

/* The part that an encrypted key would encrypt. */
static int parse_secret(struct wax_secret_key *key, struct wax_cursor c,
			const struct wax_cursor *public_wire,
			struct wax_diag *diag)
{
	struct wax_cursor type, pk, sk, comment;
	uint8_t derived[WAX_ED25519_PUBLIC_SIZE], wire[WAX_SSH_WIRE_SIZE];
	struct wax_secret *secret;
	uint32_t check1, check2;
	int err;

	if (c.left % 8 || !wax_cursor_u32(&c, &check1) ||
	    !wax_cursor_u32(&c, &check2) || check1 != check2 ||
	    !wax_cursor_string(&c, &type))
		return malformed(diag);
	if (!is_text(&type, WAX_SSH_ED25519))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "SSH keys other than ssh-ed25519 are not "
				    "supported");
	if (!wax_cursor_string(&c, &pk) || !wax_cursor_string(&c, &sk) ||
	    !wax_cursor_string(&c, &comment) || !is_padding(&c) ||
	    pk.left != WAX_ED25519_PUBLIC_SIZE ||
	    sk.left != WAX_ED25519_SECRET_SIZE)
		return malformed(diag);
	/* The public key stands there three times, and follows from the seed. */
	wax_ed25519_public(derived, sk.at);
	wax_ssh_ed25519_wire(derived, wire);
	if (memcmp(derived, pk.at, sizeof(derived)) != 0 ||
	    memcmp(derived, sk.at + 32, sizeof(derived)) != 0 ||
	    public_wire->left != sizeof(wire) ||
	    memcmp(wire, public_wire->at, sizeof(wire)) != 0)
		return malformed(diag);
	err = wax_secret_new(sk.left, &secret, diag);
	if (err)
		return err;
	memcpy(wax_secret_bytes(secret), sk.at, sk.left);
	wax_secret_key_init(key, WAX_IDENTITY_SSH_ED25519, secret);
	return 0;
}

static int parse_raw(struct wax_secret_key *key, struct wax_cursor c,
		     struct wax_diag *diag)
{
	static const char magic[] = "openssh-key-v1"; /* with its NUL */
	struct wax_cursor cipher, kdf, options, public_wire, secret;
	uint32_t keys;

	if (!wax_cursor_skip(&c, magic, sizeof(magic)) ||
	    !wax_cursor_string(&c, &cipher) || !wax_cursor_string(&c, &kdf) ||
	    !wax_cursor_string(&c, &options) || !wax_cursor_u32(&c, &keys) ||
	    keys != 1 || !wax_cursor_string(&c, &public_wire) ||
	    !wax_cursor_string(&c, &secret) || c.left)
		return malformed(diag);
	if (!is_text(&cipher, "none") || !is_text(&kdf, "none")) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "OpenSSH keys with a passphrase are not "
			     "supported");
		wax_diag_hint(diag, "'ssh-keygen -p -N \"\" -f COPY' takes it "
				    "off a copy");
		return WAX_ERR_USAGE;
	}
	if (options.left)
		return malformed(diag);
	return parse_secret(key, secret, &public_wire, diag);
}

int wax_openssh_parse(struct wax_secret_key *key, const char *text, size_t len,
		      struct wax_diag *diag)
{
	struct wax_secret *raw = NULL;
	int err = decode(text, len, &raw, diag);

	if (err)
		return err;
	err = parse_raw(key,
			wax_cursor(wax_secret_bytes(raw), wax_secret_size(raw)),
			diag);
	wax_secret_free(raw);
	return err;
}
