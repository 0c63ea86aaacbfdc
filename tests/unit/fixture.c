/* SPDX-License-Identifier: ISC */
/*
 * Keys for tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "fixture.h"
#include "tap.h"

/* For what a test cannot go on without. */
static void need(int err, const struct wax_diag *diag)
{
	if (err) {
		printf("Bail out! %d: %s\n", err, diag ? diag->text : "");
		exit(1);
	}
}

enum wax_identity_kind fixture_kind(unsigned i)
{
	static const enum wax_identity_kind kinds[FIXTURE_KINDS] = {
		WAX_IDENTITY_MLKEM768X25519,
		WAX_IDENTITY_X25519,
		WAX_IDENTITY_SSH_ED25519,
	};

	return kinds[i];
}

const char *fixture_name(enum wax_identity_kind kind)
{
	switch (kind) {
	case WAX_IDENTITY_MLKEM768X25519:
		return "mlkem768x25519";
	case WAX_IDENTITY_X25519:
		return "X25519";
	case WAX_IDENTITY_SSH_ED25519:
		break;
	}
	return "ssh-ed25519";
}

void fixture_key(enum wax_identity_kind kind, uint32_t seed,
		 struct wax_secret_key *out)
{
	const bool ssh = kind == WAX_IDENTITY_SSH_ED25519;
	struct wax_diag diag = {0};
	struct wax_secret *secret;
	uint8_t *p;

	need(wax_secret_new(ssh ? 64 : 32, &secret, &diag), &diag);
	p = wax_secret_bytes(secret);
	tap_fill(p, 32, seed + 1000);
	if (ssh)
		wax_ed25519_public(p + 32, p);
	wax_secret_key_init(out, kind, secret);
}

char *fixture_recipient(enum wax_identity_kind kind, uint32_t seed)
{
	struct wax_diag diag = {0};
	struct wax_secret_key secret;
	struct wax_public_key public;
	char *text;

	fixture_key(kind, seed, &secret);
	wax_secret_key_public(&secret, &public);
	need(wax_public_key_text(&public, &text, &diag), &diag);
	wax_secret_key_release(&secret);
	return text;
}

static char *ssh_file(uint32_t seed)
{
	struct openssh k = openssh_good(seed);
	struct wax_bytes raw = {0}, pem = {0};

	openssh_raw(&k, &raw);
	openssh_pem(&raw, 70, "\n", &pem);
	need(wax_bytes_add(&pem, "", 1, NULL), NULL);
	wax_bytes_release(&raw);
	return (char *)pem.data;
}

char *fixture_file(enum wax_identity_kind kind, uint32_t seed)
{
	struct wax_diag diag = {0};
	struct wax_secret *line;
	struct wax_secret_key key;
	char *text = malloc(256);

	if (!text || kind == WAX_IDENTITY_SSH_ED25519) {
		free(text);
		return ssh_file(seed);
	}
	fixture_key(kind, seed, &key);
	need(wax_secret_key_text(&key, &line, &diag), &diag);
	snprintf(text, 256, "# a comment\n%.*s\n", (int)wax_secret_size(line),
		 (char *)wax_secret_bytes(line));
	wax_secret_free(line);
	wax_secret_key_release(&key);
	return text;
}

int fixture_read(struct wax_identities *list, const char *text, size_t len,
		 struct wax_diag *diag)
{
	struct wax_source *source;
	int err = wax_source_memory(text, len, &source, diag);

	if (err)
		return err;
	err = wax_identities_read(list, source, "a file", diag);
	wax_source_free(source);
	return err;
}

struct wax_identities *fixture_identities(enum wax_identity_kind kind,
					  uint32_t seed)
{
	struct wax_diag diag = {0};
	struct wax_identities *list;
	char *text = fixture_file(kind, seed);

	need(wax_identities_new(NULL, NULL, &list, &diag), &diag);
	need(fixture_read(list, text, strlen(text), &diag), &diag);
	free(text);
	return list;
}

struct wax_secret *fixture_secret(const char *text)
{
	struct wax_diag diag = {0};
	struct wax_secret *secret;

	need(wax_secret_new(strlen(text), &secret, &diag), &diag);
	memcpy(wax_secret_bytes(secret), text, strlen(text));
	return secret;
}

struct openssh openssh_good(uint32_t seed)
{
	struct openssh k = {
		.magic = "openssh-key-v1",
		.magic_len = sizeof("openssh-key-v1"),
		.cipher = "none",
		.kdf = "none",
		.options = "",
		.keys = 1,
		.outer_type = "ssh-ed25519",
		.check1 = 0x01020304,
		.check2 = 0x01020304,
		.type = "ssh-ed25519",
		.secret_len = 64,
		.comment = "user@host",
		.padding = -1,
		.padding_begin = 1,
		.after = "",
	};
	struct wax_secret_key key;

	fixture_key(WAX_IDENTITY_SSH_ED25519, seed, &key);
	memcpy(k.secret, wax_secret_bytes(key.secret), 64);
	memcpy(k.public, k.secret + 32, 32);
	memcpy(k.outer_public, k.secret + 32, 32);
	wax_secret_key_release(&key);
	return k;
}

static void add_u32(struct wax_bytes *b, size_t v)
{
	const uint8_t p[] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16),
			     (uint8_t)(v >> 8), (uint8_t)v};

	need(wax_bytes_add(b, p, 4, NULL), NULL);
}

static void add_string(struct wax_bytes *b, const void *data, size_t len)
{
	add_u32(b, len);
	need(wax_bytes_add(b, data, len, NULL), NULL);
}

void openssh_raw(const struct openssh *k, struct wax_bytes *out)
{
	struct wax_bytes wire = {0}, secret = {0};
	uint8_t c = k->padding_begin;

	add_string(&wire, k->outer_type, strlen(k->outer_type));
	add_string(&wire, k->outer_public, 32);
	add_u32(&secret, k->check1);
	add_u32(&secret, k->check2);
	add_string(&secret, k->type, strlen(k->type));
	add_string(&secret, k->public, 32);
	add_string(&secret, k->secret, k->secret_len);
	add_string(&secret, k->comment, strlen(k->comment));
	for (int n = 0;
	     k->padding < 0 ? secret.len % 8 : (size_t)n < (size_t)k->padding;
	     n++, c++)
		need(wax_bytes_add(&secret, &c, 1, NULL), NULL);

	need(wax_bytes_add(out, k->magic, k->magic_len, NULL), NULL);
	add_string(out, k->cipher, strlen(k->cipher));
	add_string(out, k->kdf, strlen(k->kdf));
	add_string(out, k->options, strlen(k->options));
	add_u32(out, k->keys);
	add_string(out, wire.data, wire.len);
	add_string(out, secret.data, secret.len);
	need(wax_bytes_add_text(out, k->after, NULL), NULL);
	wax_bytes_release(&wire);
	wax_bytes_release(&secret);
}

void openssh_pem(const struct wax_bytes *raw, size_t columns, const char *eol,
		 struct wax_bytes *out)
{
	size_t n, room = wax_base64_len(raw->len) + 4;
	char *text = malloc(room);

	need(text ? 0 : WAX_ERR_IO, NULL);
	n = wax_base64_encode_padded(raw->data, raw->len, text);
	need(wax_bytes_add_text(out, "-----BEGIN OPENSSH PRIVATE KEY-----",
				NULL),
	     NULL);
	need(wax_bytes_add_text(out, eol, NULL), NULL);
	for (size_t at = 0; at < n; at += columns) {
		size_t len = n - at < columns ? n - at : columns;

		need(wax_bytes_add(out, text + at, len, NULL), NULL);
		need(wax_bytes_add_text(out, eol, NULL), NULL);
	}
	need(wax_bytes_add_text(out, "-----END OPENSSH PRIVATE KEY-----", NULL),
	     NULL);
	need(wax_bytes_add_text(out, eol, NULL), NULL);
	free(text);
}

void fixture_expect(const char *text, size_t len, int err, size_t n,
		    const char *what)
{
	struct wax_identities *list = NULL;
	struct wax_diag diag = {0};
	size_t got = 99;
	int e;

	wax_identities_new(NULL, NULL, &list, NULL);
	e = fixture_read(list, text, len, &diag);
	if (tap_err(e, err, &diag, "%s", what) && !e) {
		tap_err(wax_identities_unlock(list, &got, &diag), 0, &diag,
			"%s: unlocked", what);
		tap_is((long long)got, (long long)n, "%s: how many", what);
	} else if (e) {
		wax_identities_unlock(list, &got, NULL);
		tap_is((long long)got, 0, "%s: none is left over", what);
	}
	wax_identities_free(list);
}

void fixture_expect_text(const char *text, int err, size_t n, const char *what)
{
	fixture_expect(text, strlen(text), err, n, what);
}
