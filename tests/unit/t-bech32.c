/* SPDX-License-Identifier: ISC */
/*
 * Bech32: the vectors of BIP 173 that fit our use (whole bytes, a known
 * prefix), what must be refused, and a second implementation, written after
 * BIP 173's own, to make strings that our encoder never writes.
 */
#include <ctype.h>
#include <string.h>

#include "base/bech32.h"
#include "tap.h"

static const char charset[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t step(uint32_t chk, unsigned v)
{
	static const uint32_t gen[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
				       0x3d4233dd, 0x2a1462b3};
	unsigned top = chk >> 25;

	chk = (chk & 0x1ffffff) << 5 ^ v;
	for (unsigned i = 0; i < 5; i++)
		if (top >> i & 1)
			chk ^= gen[i];
	return chk;
}

/* The string of n groups of five bits; const_ is 1, in Bech32m another. */
static size_t reference(const char *hrp, const uint8_t *groups, size_t n,
			uint32_t const_, char *out)
{
	size_t len = strlen(hrp);
	uint32_t chk = 1;

	for (size_t i = 0; i < len; i++)
		chk = step(chk, (unsigned char)hrp[i] >> 5);
	chk = step(chk, 0);
	for (size_t i = 0; i < len; i++)
		chk = step(chk, hrp[i] & 31);
	memcpy(out, hrp, len);
	out[len++] = '1';
	for (size_t i = 0; i < n; i++) {
		chk = step(chk, groups[i]);
		out[len++] = charset[groups[i]];
	}
	for (unsigned i = 0; i < 6; i++)
		chk = step(chk, 0);
	chk ^= const_;
	for (unsigned i = 0; i < 6; i++)
		out[len++] = charset[chk >> 5 * (5 - i) & 31];
	out[len] = '\0';
	return len;
}

static void bip173_valid(void)
{
	static const struct {
		const char *text, *hrp;
		bool upper;
		const char *hex;
	} v[] = {
		{"A12UEL5L", "a", true, ""},
		{"a12uel5l", "a", false, ""},
		{"an83characterlonghumanreadablepartthatcontainsthenumber1and"
		 "theexcludedcharactersbio1tt5tgs",
		 "an83characterlonghumanreadablepartthatcontainsthenumber1and"
		 "theexcludedcharactersbio",
		 false, ""},
		{"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdef",
		 false, "00443214c74254b635cf84653a56d7c675be77df"},
		{"11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
		 "qqqqqqqqqqqqqqqqqqqqqqqqc8247j",
		 "1", false,
		 "000000000000000000000000000000000000000000000000000000000000"
		 "000000000000000000000000000000000000000000"},
		{"split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
		 "split", false,
		 "c5f38b70305f519bf66d85fb6cf03058f3dde463ecd7918f2dc743918f2d"},
		{"?1ezyfcl", "?", false, ""},
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		uint8_t want[51], out[52];
		size_t n = strlen(v[i].hex) / 2, len = strlen(v[i].text);
		char text[92];

		tap_hex(v[i].hex, want, n);
		tap_is((long long)wax_bech32_len(strlen(v[i].hrp), n),
		       (long long)len, "BIP 173 valid %zu: length", i + 1);
		tap_ok(wax_bech32_decode(v[i].text, len, v[i].hrp, v[i].upper,
					 out, n) &&
			       !memcmp(out, want, n),
		       "BIP 173 valid %zu: decoded", i + 1);
		wax_bech32_encode(v[i].hrp, v[i].upper, want, n, text);
		tap_bytes(text, len, v[i].text, len,
			  "BIP 173 valid %zu: encoded", i + 1);
	}
}

static void bip173_invalid(void)
{
	static const struct {
		const char *text, *hrp, *why;
		bool upper;
	} v[] = {
		{"pzry9x0s0muk", "p", "no separator", false},
		{"1pzry9x0s0muk", "p", "an empty prefix", false},
		{"x1b4n0q5v", "x", "a bad character", false},
		{"li1dgmt3", "li", "too short a checksum", false},
		{"de1lg7wt\xff", "de", "a bad character at the end", false},
		{"A1G7SGD8", "a", "the checksum of another prefix", true},
		{"10a06t8", "1", "an empty prefix and no data", false},
		{"1qzzfhee", "1", "an empty prefix, again", false},
		{"a12uel5L", "a", "one capital", false},
		{"A12UEL5l", "a", "one small letter", true},
		{"a12UEL5L", "a", "the prefix of another case", true},
		{"A12uel5l", "a", "a capital as prefix", false},
		{"A12UEL5L", "a", "capitals where small letters are due",
		 false},
		{"a12uel5l", "a", "small letters where capitals are due", true},
		{"a12uel5l", "b", "another prefix", false},
		{"a12uel5", "a", "the last character missing", false},
		{"a12uel5ll", "a", "a character too many", false},
		{"a2uel5l1", "a", "the separator elsewhere", false},
		{"", "a", "nothing", false},
		{"a", "a", "the prefix alone", false},
		{"a1", "a", "nothing after the separator", false},
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		uint8_t out[16];
		bool found = false;

		for (size_t n = 0; n < sizeof(out); n++)
			found |=
				wax_bech32_decode(v[i].text, strlen(v[i].text),
						  v[i].hrp, v[i].upper, out, n);
		tap_ok(!found, "refused: %s", v[i].why);
	}
}

/* All lengths, both cases, and nothing written beyond the room. */
static void round_trips(void)
{
	static const char hrp[] = "age-secret-key-pq-";
	uint8_t data[130], out[131];
	char text[300];
	bool good = true;

	for (size_t len = 0; len <= 130; len++) {
		for (int upper = 0; upper < 2; upper++) {
			size_t n = wax_bech32_len(strlen(hrp), len);

			tap_fill(data, len, (uint32_t)len);
			memset(text, '#', sizeof(text));
			memset(out, '#', sizeof(out));
			wax_bech32_encode(hrp, upper, data, len, text);
			good &= text[n] == '#' && text[n - 1] != '#';
			good &= wax_bech32_decode(text, n, hrp, upper, out,
						  len);
			good &= !memcmp(out, data, len) && out[len] == '#';
			good &= !wax_bech32_decode(text, n, hrp, !upper, out,
						   len);
		}
	}
	tap_ok(good, "0 to 130 bytes come back in both cases");
}

static void every_bit(void)
{
	uint8_t data[32] = {0}, out[32];
	char text[80];
	size_t n = wax_bech32_len(3, 32);
	bool good = true;

	for (unsigned bit = 0; bit < 256; bit++) {
		data[bit / 8] = (uint8_t)(1u << bit % 8);
		wax_bech32_encode("age", false, data, 32, text);
		good &= wax_bech32_decode(text, n, "age", false, out, 32) &&
			!memcmp(out, data, 32);
		data[bit / 8] = 0;
	}
	tap_ok(good, "each single bit of 32 bytes comes back");
}

/* Every character replaced by each of the other 255 bytes. */
static void every_change(void)
{
	uint8_t data[32], out[32];
	char text[80];
	size_t n = wax_bech32_len(15, 32);
	unsigned accepted = 0, swapped = 0;

	tap_fill(data, 32, 7);
	wax_bech32_encode("age-secret-key-", true, data, 32, text);
	for (size_t at = 0; at < n; at++) {
		char old = text[at];

		for (unsigned c = 0; c < 256; c++) {
			text[at] = (char)c;
			if (text[at] != old)
				accepted += wax_bech32_decode(text, n,
							      "age-secret-key-",
							      true, out, 32);
		}
		text[at] = old;
	}
	tap_is((long long)n, 74, "a secret key has 74 characters");
	tap_is(accepted, 0, "no changed character is accepted");
	for (size_t at = 16; at + 1 < n; at++) {
		char old = text[at];

		if (old == text[at + 1])
			continue;
		text[at] = text[at + 1];
		text[at + 1] = old;
		swapped += wax_bech32_decode(text, n, "age-secret-key-", true,
					     out, 32);
		text[at + 1] = text[at];
		text[at] = old;
	}
	tap_is(swapped, 0, "no two swapped neighbours are accepted");
}

/* Bech32 misses q inserted before a final p; the length does not. */
static void inserted_q(void)
{
	uint8_t data[32] = {0}, out[64];
	char text[80];
	size_t n = wax_bech32_len(3, 32);
	unsigned tried = 0, accepted = 0;

	for (unsigned i = 0; i < 4096; i++) {
		data[0] = (uint8_t)i;
		data[1] = (uint8_t)(i >> 8);
		wax_bech32_encode("age", false, data, 32, text);
		if (text[n - 1] != 'p')
			continue;
		tried++;
		text[n - 1] = 'q';
		text[n] = 'p';
		accepted +=
			wax_bech32_decode(text, n + 1, "age", false, out, 32);
	}
	tap_ok(tried > 50, "%u encodings end with p", tried);
	tap_is(accepted, 0, "none is accepted with a q before it");
}

/* The bits beyond the last byte: only zeros, and fewer than five. */
static void padding(void)
{
	char text[100];
	uint8_t out[32];

	for (size_t n = 1; n <= 4; n++) {
		size_t chars = (n * 8 + 4) / 5;
		unsigned spare = (unsigned)(chars * 5 - n * 8), accepted = 0;

		for (unsigned last = 0; last < 32; last++) {
			uint8_t groups[8] = {31, 31, 31, 31, 31, 31, 31, 31};
			size_t len;

			groups[chars - 1] = (uint8_t)last;
			len = reference("wax", groups, chars, 1, text);
			accepted += wax_bech32_decode(text, len, "wax", false,
						      out, n);
		}
		tap_is(accepted, 32 >> spare,
		       "%zu bytes: %u spare bits must be zero", n, spare);
	}
	for (size_t n = 0; n < 6; n++) {
		uint8_t groups[16] = {0};
		size_t chars = (n * 8 + 4) / 5, len;

		len = reference("wax", groups, chars + 1, 1, text);
		tap_ok(!wax_bech32_decode(text, len, "wax", false, out, n),
		       "%zu bytes: no whole group of padding", n);
	}
}

static void not_bech32m(void)
{
	uint8_t groups[52] = {0}, out[32];
	char text[100];
	size_t len = reference("age", groups, 52, 1, text);

	tap_ok(wax_bech32_decode(text, len, "age", false, out, 32),
	       "the reference's Bech32 is accepted");
	len = reference("age", groups, 52, 0x2bc830a3, text);
	tap_ok(!wax_bech32_decode(text, len, "age", false, out, 32),
	       "Bech32m is refused");
	len = reference("age", groups, 52, 0, text);
	tap_ok(!wax_bech32_decode(text, len, "age", false, out, 32),
	       "another constant is refused");
}

/* "age1pq1..." has two ones: the last is the separator. */
static void last_one_separates(void)
{
	uint8_t data[32], out[64];
	char text[100];
	size_t n = wax_bech32_len(6, 32);
	bool found = false;

	tap_fill(data, 32, 3);
	wax_bech32_encode("age1pq", false, data, 32, text);
	for (size_t size = 0; size < sizeof(out); size++)
		found |= wax_bech32_decode(text, n, "age", false, out, size);
	tap_ok(!found, "age1pq1... is nothing of the prefix age");
	tap_ok(wax_bech32_decode(text, n, "age1pq", false, out, 32),
	       "but of the prefix age1pq");
}

int main(void)
{
	bip173_valid();
	bip173_invalid();
	round_trips();
	every_bit();
	every_change();
	inserted_q();
	padding();
	not_bech32m();
	last_one_separates();
	return tap_end();
}
