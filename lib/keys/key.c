/* SPDX-License-Identifier: ISC */
/*
 * Keys of all kinds: parsing, printing, and finding the kind's own functions.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/bech32.h"
#include "base/error.h"
#include "base/secret.h"
#include "keys/key.h"

/* How keys of a kind look as text; the ones of SSH are not Bech32. */
static const struct form {
	const char *public_hrp, *secret_hrp;
	size_t public_size, secret_size;
} forms[] = {
	[WAX_IDENTITY_MLKEM768X25519] = {WAX_HRP_MLKEM768X25519,
					 WAX_HRP_MLKEM768X25519_SECRET,
					 WAX_XWING_PUBLIC_SIZE,
					 WAX_XWING_SEED_SIZE},
	[WAX_IDENTITY_X25519] = {WAX_HRP_X25519, WAX_HRP_X25519_SECRET,
				 WAX_X25519_SIZE, WAX_X25519_SIZE},
};
#define N_FORMS (sizeof(forms) / sizeof(*forms))

static int unsupported(struct wax_diag *diag, const char *what)
{
	return wax_diag_set(diag, WAX_ERR_USAGE, "%s are not supported", what);
}

/* "ssh-ed25519 BASE64 [comment]" */
static int parse_ssh(struct wax_public_key *key, const char *text, size_t len,
		     struct wax_diag *diag)
{
	uint8_t wire[WAX_SSH_WIRE_SIZE], expected[WAX_SSH_WIRE_SIZE];
	uint8_t image[WAX_X25519_SIZE];
	struct wax_cursor c = wax_cursor(text, len);
	const char *word;
	size_t n;

	wax_cursor_word(&c, &word, &n);
	wax_cursor_word(&c, &word, &n);
	/* 51 bytes need no padding, so there is one form only. */
	if (n != wax_base64_len(sizeof(wire)) ||
	    !wax_base64_decode(word, n, wire))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "a malformed ssh-ed25519 key");
	memcpy(key->bytes, wire + sizeof(wire) - WAX_ED25519_PUBLIC_SIZE,
	       WAX_ED25519_PUBLIC_SIZE);
	wax_ssh_ed25519_wire(key->bytes, expected);
	if (memcmp(wire, expected, sizeof(wire)) != 0 ||
	    !wax_ed25519_public_image(image, key->bytes))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "a malformed ssh-ed25519 key");
	key->kind = WAX_IDENTITY_SSH_ED25519;
	return 0;
}

/* Why a text that is no recipient is none. */
static int refuse_recipient(const char *text, size_t len, struct wax_diag *diag)
{
	const char *one = len > 4 ? memchr(text + 4, '1', len - 4) : NULL;

	if (wax_starts(text, len, "AGE-SECRET-KEY-") ||
	    wax_starts(text, len, "AGE-PLUGIN-") ||
	    wax_starts(text, len, "-----")) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "a secret key where a recipient is due");
		wax_diag_hint(diag, "wax-keygen -y prints its recipient");
		return WAX_ERR_USAGE;
	}
	if (wax_starts(text, len, "ssh-") || wax_starts(text, len, "ecdsa-") ||
	    wax_starts(text, len, "sk-"))
		return unsupported(diag, "SSH keys other than ssh-ed25519");
	if (wax_starts(text, len, "age1") && one &&
	    !wax_starts(text, len, "age1pq1"))
		return unsupported(diag, "recipients of plugins");
	if (wax_starts(text, len, "age1"))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "a malformed recipient, mistyped or cut");
	return wax_diag_set(diag, WAX_ERR_FORMAT, "not a recipient");
}

int wax_public_key_parse(struct wax_public_key *key, const char *text,
			 size_t len, struct wax_diag *diag)
{
	*key = (struct wax_public_key){0};
	if (wax_starts(text, len, WAX_SSH_ED25519 " "))
		return parse_ssh(key, text, len, diag);
	for (size_t i = 0; i < N_FORMS; i++) {
		key->kind = (enum wax_identity_kind)i;
		if (wax_bech32_decode(text, len, forms[i].public_hrp, false,
				      key->bytes, forms[i].public_size))
			return 0;
	}
	return refuse_recipient(text, len, diag);
}

int wax_public_key_text(const struct wax_public_key *key, char **out,
			struct wax_diag *diag)
{
	size_t len;
	char *text;

	if (key->kind == WAX_IDENTITY_SSH_ED25519) {
		uint8_t wire[WAX_SSH_WIRE_SIZE];
		const size_t at = sizeof(WAX_SSH_ED25519);

		len = at + wax_base64_len(sizeof(wire));
		text = calloc(1, len + 1);
		if (!text)
			return wax_no_memory(diag);
		memcpy(text, WAX_SSH_ED25519 " ", at);
		wax_ssh_ed25519_wire(key->bytes, wire);
		wax_base64_encode(wire, sizeof(wire), text + at);
	} else {
		const struct form *f = &forms[key->kind];

		len = wax_bech32_len(strlen(f->public_hrp), f->public_size);
		text = calloc(1, len + 1);
		if (!text)
			return wax_no_memory(diag);
		wax_bech32_encode(f->public_hrp, false, key->bytes,
				  f->public_size, text);
	}
	*out = text;
	return 0;
}

void wax_secret_key_init(struct wax_secret_key *key,
			 enum wax_identity_kind kind, struct wax_secret *secret)
{
	*key = (struct wax_secret_key){.kind = kind, .secret = secret};
	if (kind == WAX_IDENTITY_X25519)
		wax_x25519_base(key->x25519, wax_secret_bytes(secret));
}

void wax_secret_key_release(struct wax_secret_key *key)
{
	wax_secret_free(key->secret);
	key->secret = NULL;
}

int wax_secret_key_parse(struct wax_secret_key *key, const char *text,
			 size_t len, struct wax_secret **pool,
			 struct wax_diag *diag)
{
	if (wax_starts(text, len, "AGE-PLUGIN-"))
		return unsupported(diag, "identities of plugins");
	for (size_t i = 0; i < N_FORMS; i++) {
		const struct form *f = &forms[i];
		struct wax_secret *secret;
		int err;

		if (len !=
		    wax_bech32_len(strlen(f->secret_hrp), f->secret_size))
			continue;
		err = pool ? wax_secret_cut(pool, f->secret_size, &secret, diag)
			   : wax_secret_new(f->secret_size, &secret, diag);
		if (err)
			return err;
		if (wax_bech32_decode(text, len, f->secret_hrp, true,
				      wax_secret_bytes(secret),
				      f->secret_size)) {
			wax_secret_key_init(key, (enum wax_identity_kind)i,
					    secret);
			return 0;
		}
		wax_secret_free(secret);
	}
	if (wax_starts(text, len, "age1") || wax_starts(text, len, "ssh-"))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "a recipient where an identity is due");
	return wax_diag_set(diag, WAX_ERR_FORMAT,
			    wax_starts(text, len, "AGE-SECRET-KEY-")
				    ? "a malformed secret key, mistyped or cut"
				    : "not an identity");
}

int wax_secret_key_text(const struct wax_secret_key *key,
			struct wax_secret **out, struct wax_diag *diag)
{
	const struct form *f;
	int err;

	if (key->kind == WAX_IDENTITY_SSH_ED25519)
		return unsupported(diag, "SSH keys in age's form");
	f = &forms[key->kind];
	err = wax_secret_new(wax_bech32_len(strlen(f->secret_hrp),
					    f->secret_size),
			     out, diag);
	if (err)
		return err;
	wax_bech32_encode(f->secret_hrp, true, wax_secret_bytes(key->secret),
			  f->secret_size, (char *)wax_secret_bytes(*out));
	return 0;
}

void wax_secret_key_public(const struct wax_secret_key *key,
			   struct wax_public_key *out)
{
	const uint8_t *secret = wax_secret_bytes(key->secret);

	*out = (struct wax_public_key){.kind = key->kind};
	switch (key->kind) {
	case WAX_IDENTITY_MLKEM768X25519:
		wax_xwing_public(out->bytes, secret);
		break;
	case WAX_IDENTITY_X25519:
		memcpy(out->bytes, key->x25519, WAX_X25519_SIZE);
		break;
	case WAX_IDENTITY_SSH_ED25519:
		memcpy(out->bytes, secret + 32, WAX_ED25519_PUBLIC_SIZE);
		break;
	}
}

int wax_public_key_wrap(const struct wax_public_key *key,
			const uint8_t file_key[WAX_FILE_KEY_SIZE],
			struct wax_header *to, struct wax_diag *diag)
{
	switch (key->kind) {
	case WAX_IDENTITY_MLKEM768X25519:
		return wax_mlkem768x25519_wrap(key->bytes, file_key, to, diag);
	case WAX_IDENTITY_X25519:
		return wax_x25519_wrap(key->bytes, file_key, to, diag);
	case WAX_IDENTITY_SSH_ED25519:
		break;
	}
	return wax_ssh_ed25519_wrap(key->bytes, file_key, to, diag);
}

int wax_secret_key_unwrap(const struct wax_secret_key *key,
			  const struct wax_stanza *stanza,
			  uint8_t file_key[WAX_FILE_KEY_SIZE],
			  struct wax_diag *diag)
{
	const uint8_t *secret = wax_secret_bytes(key->secret);

	if (key->kind == WAX_IDENTITY_MLKEM768X25519 &&
	    wax_stanza_is(stanza, WAX_MLKEM768X25519))
		return wax_mlkem768x25519_unwrap(secret, stanza, file_key,
						 diag);
	if (key->kind == WAX_IDENTITY_X25519 &&
	    wax_stanza_is(stanza, WAX_X25519))
		return wax_x25519_unwrap(secret, key->x25519, stanza, file_key,
					 diag);
	if (key->kind == WAX_IDENTITY_SSH_ED25519 &&
	    wax_stanza_is(stanza, WAX_SSH_ED25519))
		return wax_ssh_ed25519_unwrap(secret, stanza, file_key, diag);
	return WAX_ERR_NO_KEY;
}
