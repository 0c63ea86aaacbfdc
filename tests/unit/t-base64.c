/* SPDX-License-Identifier: ISC */
/*
 * Base64: the vectors of RFC 4648, section 10, and that each byte string has
 * one encoding only.
 */
#include <string.h>

#include "base/base64.h"
#include "tap.h"

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void rfc4648(void)
{
	static const char *const vectors[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
	};

	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		const char *plain = vectors[i][0], *padded = vectors[i][1];
		size_t n = strlen(plain), bare = strcspn(padded, "="), got = 99;
		char text[16];
		uint8_t out[16];

		tap_is((long long)wax_base64_len(n), (long long)bare,
		       "length of '%s'", plain);
		tap_is((long long)wax_base64_bytes(bare), (long long)n,
		       "bytes in '%s'", padded);
		wax_base64_encode(plain, n, text);
		tap_bytes(text, bare, padded, bare, "'%s' without padding",
			  plain);
		tap_bytes(text, wax_base64_encode_padded(plain, n, text),
			  padded, strlen(padded), "'%s' with padding", plain);
		tap_ok(wax_base64_decode(padded, bare, out) &&
			       !memcmp(out, plain, n),
		       "'%.*s' decoded", (int)bare, padded);
		tap_ok(wax_base64_decode_padded(padded, strlen(padded), out,
						&got) &&
			       got == n && !memcmp(out, plain, n),
		       "'%s' decoded", padded);
	}
}

/* What follows the encoding in memory must not be touched. */
static void keeps_to_its_room(void)
{
	uint8_t data[300], out[301];
	char text[401];
	bool same = true;

	for (size_t len = 0; len <= 300; len++) {
		size_t n = wax_base64_len(len), padded, got = 0;

		tap_fill(data, len, (uint32_t)len);
		memset(text, '#', sizeof(text));
		memset(out, '#', sizeof(out));
		wax_base64_encode(data, len, text);
		same &= text[n] == '#' && wax_base64_decode(text, n, out) &&
			!memcmp(out, data, len) && out[len] == '#';
		memset(text, '#', sizeof(text));
		memset(out, '#', sizeof(out));
		padded = wax_base64_encode_padded(data, len, text);
		same &= text[padded] == '#' && padded % 4 == 0 &&
			wax_base64_decode_padded(text, padded, out, &got) &&
			got == len && !memcmp(out, data, len) &&
			out[len] == '#';
	}
	tap_ok(same, "0 to 300 bytes come back, and nothing beyond is written");
}

static void alphabet_only(void)
{
	bool same = true;
	unsigned accepted = 0;

	for (unsigned v = 0; v < 64; v++) {
		const uint8_t data[3] = {(uint8_t)(v << 2), 0, 0};
		char text[4];

		wax_base64_encode(data, 3, text);
		same &= text[0] == alphabet[v];
	}
	tap_ok(same, "the 64 values have the characters of the alphabet");
	same = true;
	for (unsigned at = 0; at < 4; at++) {
		for (unsigned c = 0; c < 256; c++) {
			char text[4] = {'A', 'A', 'A', 'A'};
			uint8_t out[3];
			bool ok;

			text[at] = (char)c;
			ok = wax_base64_decode(text, 4, out);
			same &= ok == (c && strchr(alphabet, (int)c));
			accepted += ok;
		}
	}
	tap_ok(same, "a character outside of the alphabet is refused");
	tap_is(accepted, 4 * 64, "64 characters are accepted at each place");
}

/* The same at each place of a longer text, however it is worked through. */
static void each_place(void)
{
	char text[300];
	uint8_t out[225];
	unsigned accepted = 0;

	memset(text, 'A', sizeof(text));
	for (size_t at = 0; at < sizeof(text); at++) {
		for (unsigned c = 0; c < 256; c++) {
			text[at] = (char)c;
			accepted += wax_base64_decode(text, sizeof(text), out);
		}
		text[at] = 'A';
	}
	tap_is(accepted, 300 * 64, "64 characters at each place of 300");
}

static void trailing_bits(void)
{
	unsigned two = 0, three = 0;
	uint8_t out[3];

	for (unsigned v = 0; v < 64 * 64; v++) {
		char text[3] = {'A', alphabet[v / 64], alphabet[v % 64]};

		two += wax_base64_decode(text + 1, 2, out);
		three += wax_base64_decode(text, 3, out);
	}
	tap_is(two, 256, "two characters: one form for each byte");
	tap_is(three, 1024, "three characters: one form for each two bytes");
	tap_ok(!wax_base64_decode("Zh", 2, out), "'Zh' has a trailing bit");
	tap_ok(!wax_base64_decode("Zm9", 3, out), "'Zm9' has a trailing bit");
}

static void impossible(void)
{
	static const char *const bad[] = {
		"=",	 "==",	 "===",	   "====",     "A",	   "AA",
		"AA=",	 "A===", "AAA",	   "AAA==",    "AAAA=",	   "AAAA==",
		"AA=A",	 "=AAA", "AA==AA", "AA==AAAA", "AAAA====", "AA= ",
		"AAA\n", " AAA", "AA-_",   "AB==",     "AAB=",
	};
	uint8_t out[16];
	size_t n = 99;
	char text[18];

	memset(text, 'A', sizeof(text));
	for (size_t len = 1; len < 18; len += 4)
		tap_ok(!wax_base64_decode(text, len, out),
		       "%zu characters are no bytes", len);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		tap_ok(!wax_base64_decode_padded(bad[i], strlen(bad[i]), out,
						 &n),
		       "bad padding, number %zu", i);
	tap_ok(!wax_base64_decode("AAA\0", 4, out), "a NUL is refused");
	tap_ok(!wax_base64_decode("AAA=", 4, out),
	       "= is refused where there is no padding");
}

int main(void)
{
	rfc4648();
	keeps_to_its_room();
	alphabet_only();
	each_place();
	trailing_bits();
	impossible();
	return tap_end();
}
