/* SPDX-License-Identifier: ISC */
/*
 * OpenSSH private keys. The first byte says whether the rest is the file, or
 * the binary data, to be put into a file of good form first.
 *
 * Holds: a key that is accepted, written again with its check number and
 * comment, is the same binary data to the byte; and its public key is that of
 * its seed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "fuzz.h"
#include "keys/key.h"

#define END "-----END OPENSSH PRIVATE KEY-----"

static void add_u32(struct wax_bytes *b, size_t v)
{
	const uint8_t p[] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16),
			     (uint8_t)(v >> 8), (uint8_t)v};

	add(b, p, 4);
}

static void add_string(struct wax_bytes *b, const void *data, size_t len)
{
	add_u32(b, len);
	add(b, data, len);
}

/* What stands before the check numbers. */
static void add_begin(struct wax_bytes *b, const uint8_t *wire)
{
	add(b, "openssh-key-v1", 15);
	add_string(b, "none", 4);
	add_string(b, "none", 4);
	add_string(b, "", 0);
	add_u32(b, 1);
	add_string(b, wire, WAX_SSH_WIRE_SIZE);
}

/* Writes the key with the check number and the comment of raw. */
static void write_again(const struct wax_secret_key *key,
			const struct wax_bytes *raw, struct wax_bytes *out)
{
	const uint8_t *secret = wax_secret_bytes(key->secret);
	uint8_t wire[WAX_SSH_WIRE_SIZE], derived[32];
	struct wax_bytes part = {0};
	struct wax_cursor c, comment;
	size_t before;

	wax_ed25519_public(derived, secret);
	check(!memcmp(derived, secret + 32, 32), "public and secret fit");
	wax_ssh_ed25519_wire(secret + 32, wire);
	add_begin(out, wire);
	before = out->len + 4;
	check(raw->len > before + 8, "there is room for the check numbers");
	add(&part, raw->data + before, 4);
	add(&part, raw->data + before, 4);
	add_string(&part, WAX_SSH_ED25519, 11);
	add_string(&part, secret + 32, 32);
	add_string(&part, secret, 64);
	check(raw->len > before + part.len, "and for the comment");
	c = wax_cursor(raw->data + before + part.len,
		       raw->len - before - part.len);
	check(wax_cursor_string(&c, &comment), "which is a string");
	add_string(&part, comment.at, comment.left);
	for (uint8_t i = 1; part.len % 8; i++)
		add(&part, &i, 1);
	add_string(out, part.data, part.len);
	wax_bytes_release(&part);
}

/* The binary data of a file that was accepted, found in the simplest way. */
static void decode(const uint8_t *text, size_t len, struct wax_bytes *raw)
{
	struct wax_cursor c = wax_cursor(text, len);
	struct wax_bytes joined = {0};
	const char *line;
	size_t n, got;

	wax_cursor_line(&c, &line, &n);
	while (wax_cursor_line(&c, &line, &n) && (!n || *line != '-'))
		add(&joined, line, n);
	check(n == strlen(END) && !memcmp(line, END, n), "the END line");
	check(!wax_cursor_line(&c, &line, &n), "and nothing after it");
	check(!wax_bytes_reserve(raw, joined.len, NULL), "there is memory");
	check(wax_base64_decode_padded((char *)joined.data, joined.len,
				       raw->data, &got),
	      "it is base64");
	raw->len = got;
	wax_bytes_release(&joined);
}

static void parse(const uint8_t *text, size_t len)
{
	struct wax_bytes raw = {0}, again = {0};
	struct wax_secret_key key;
	int err;

	/* Its callers have looked at the first line. */
	if (len < strlen(WAX_OPENSSH_BEGIN) ||
	    memcmp(text, WAX_OPENSSH_BEGIN, strlen(WAX_OPENSSH_BEGIN)) != 0)
		return;
	err = wax_openssh_parse(&key, (const char *)text, len, NULL);
	check(!err || err == WAX_ERR_FORMAT || err == WAX_ERR_USAGE,
	      "no other error");
	if (err)
		return;
	decode(text, len, &raw);
	write_again(&key, &raw, &again);
	check(same(&again, raw.data, raw.len), "written again, the same");
	wax_secret_key_release(&key);
	wax_bytes_release(&raw);
	wax_bytes_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wax_bytes text = {0};
	struct input in = {data, size};

	if (take(&in, 1) & 1) {
		parse(in.data, in.len);
		return 0;
	}
	add_text(&text, WAX_OPENSSH_BEGIN "\n");
	add_base64(&text, in.data, in.len);
	for (size_t n = wax_base64_len(in.len); n % 4; n++)
		add_text(&text, "=");
	add_text(&text, "\n" END "\n");
	parse(text.data, text.len);
	wax_bytes_release(&text);
	return 0;
}
