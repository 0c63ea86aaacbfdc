/* SPDX-License-Identifier: ISC */
/*
 * Constant time of what encodes, decodes and compares secrets. memcmp and a
 * table stand beside as controls, which must be reported.
 */
#include <string.h>

#include "base/base64.h"
#include "base/bech32.h"
#include "base/secret.h"
#include "ct.h"
#include "fixture.h"
#include "tap.h"

static uint8_t secret[64], other[64];

static void control_memcmp(void)
{
	ct_hide(secret, 32);
	ct_look(memcmp(secret, other, 32) != 0);
}

static void control_table(void)
{
	static volatile const uint8_t table[256] = {1, 2, 3};
	volatile uint8_t sink;

	ct_hide(secret, 32);
	for (size_t i = 0; i < 32; i++)
		sink = table[secret[i]];
	(void)sink;
}

static void control_branch(void)
{
	volatile unsigned odd = 0;

	ct_hide(secret, 1);
	if (secret[0] & 1)
		odd = 1;
	(void)odd;
}

static void equal(void)
{
	ct_hide(secret, 32);
	ct_look(!wax_equal(secret, other, 32));
}

static void base64_encode(void)
{
	char text[90];

	ct_hide(secret, 64);
	for (size_t len = 1; len <= 64; len++) {
		wax_base64_encode(secret, len, text);
		wax_base64_encode_padded(secret, len, text);
	}
}

static void base64_decode(void)
{
	char text[90];
	uint8_t out[64];

	for (size_t len = 1; len <= 64; len++) {
		size_t n = wax_base64_len(len);

		wax_base64_encode(secret, len, text);
		ct_hide(text, n);
		ct_look(wax_base64_decode(text, n, out));
		ct_reveal(text, n);
	}
}

static void bech32_encode(void)
{
	char text[200];

	ct_hide(secret, 64);
	for (size_t len = 1; len <= 64; len++) {
		wax_bech32_encode("age-secret-key-", true, secret, len, text);
		wax_bech32_encode("age-secret-key-", false, secret, len, text);
	}
}

static void bech32_decode(void)
{
	static const char hrp[] = "age-secret-key-";
	const size_t prefix = sizeof(hrp); /* with the 1 after it */
	char text[200];
	uint8_t out[64];

	for (size_t len = 1; len <= 64; len++) {
		for (int upper = 0; upper < 2; upper++) {
			size_t n = wax_bech32_len(prefix - 1, len);

			wax_bech32_encode(hrp, upper, secret, len, text);
			ct_hide(text + prefix, n - prefix);
			ct_look(wax_bech32_decode(text, n, hrp, upper, out,
						  len));
			ct_reveal(text, n);
		}
	}
}

/*
 * Reading a line is left out: whether its Bech32 is valid is a branch, on a
 * verdict that the caller hears anyway.
 */
static void secret_key_text(void)
{
	for (unsigned i = 0; i < 2; i++) {
		struct wax_secret_key key, again;
		struct wax_secret *line;

		fixture_key(fixture_kind(i), 1, &key);
		ct_hide(wax_secret_bytes(key.secret),
			wax_secret_size(key.secret));
		/* Makes the public key, for X25519. */
		wax_secret_key_init(&again, key.kind, key.secret);
		if (wax_secret_key_text(&again, &line, NULL))
			return;
		wax_secret_free(line);
		wax_secret_key_release(&again);
	}
}

static const struct ct_test tests[] = {
	{"memcmp", "memcmp is reported", control_memcmp, true},
	{"table", "an index into a table is reported", control_table, true},
	{"branch", "a branch is reported", control_branch, true},
	{"equal", "comparing", equal, false},
	{"base64-encode", "encoding base64", base64_encode, false},
	{"base64-decode", "decoding base64", base64_decode, false},
	{"bech32-encode", "encoding Bech32", bech32_encode, false},
	{"bech32-decode", "decoding Bech32", bech32_decode, false},
	{"key", "writing an identity", secret_key_text, false},
};

int main(int argc, char **argv)
{
	tap_fill(secret, sizeof(secret), 1);
	tap_fill(other, sizeof(other), 2);
	return ct_main(argc, argv, tests, sizeof(tests) / sizeof(*tests));
}
