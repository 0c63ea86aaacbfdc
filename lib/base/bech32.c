/* SPDX-License-Identifier: ISC */
/*
 * Bech32, with values found by comparing with all 32 characters instead of a
 * table, so that time and cache do not depend on a secret; by blocks, in loops
 * of a constant length on bytes, which compilers vectorise.
 */
#include <string.h>

#include "base/bech32.h"
#include "base/secret.h"

#define BLOCK 64

static const char charset[32] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t polymod(uint32_t chk, unsigned value)
{
	static const uint32_t generator[5] = {
		0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3,
	};
	uint32_t top = chk >> 25;

	chk = (chk & 0x1ffffff) << 5 ^ value;
	for (int i = 0; i < 5; i++)
		chk ^= generator[i] & (0u - (top >> i & 1));
	return chk;
}

static uint32_t polymod_hrp(const char *hrp)
{
	uint32_t chk = 1;

	for (const char *p = hrp; *p; p++)
		chk = polymod(chk, (unsigned char)*p >> 5);
	chk = polymod(chk, 0);
	for (const char *p = hrp; *p; p++)
		chk = polymod(chk, (unsigned char)*p & 31);
	return chk;
}

/* Character i of the set. */
static uint8_t character(unsigned i, bool upper)
{
	uint8_t c = (uint8_t)charset[i];

	/* Letters differ from capitals in one bit, digits in none. */
	return upper && c >= 'a' ? c ^ 0x20 : c;
}

/* The values of n characters; 32 for one that is not in the set. */
static void decode_block(const char *text, size_t n, bool upper,
			 uint8_t v[BLOCK])
{
	uint8_t c[BLOCK] = {0};

	memcpy(c, text, n);
	memset(v, 32, BLOCK);
	for (unsigned i = 0; i < 32; i++) {
		uint8_t want = character(i, upper);

		for (size_t j = 0; j < BLOCK; j++)
			v[j] ^= (uint8_t) - (c[j] == want) & (uint8_t)(32 ^ i);
	}
	wax_wipe(c, sizeof(c));
}

/* Replaces n values, each below 32, by their characters. */
static void encode_block(char *text, size_t n, bool upper)
{
	uint8_t c[BLOCK] = {0}, v[BLOCK] = {0};

	memcpy(v, text, n);
	for (unsigned i = 0; i < 32; i++) {
		uint8_t have = character(i, upper);

		for (size_t j = 0; j < BLOCK; j++)
			c[j] |= (uint8_t) - (v[j] == i) & have;
	}
	memcpy(text, c, n);
	wax_wipe(c, sizeof(c));
	wax_wipe(v, sizeof(v));
}

static size_t block(size_t left)
{
	return left < BLOCK ? left : BLOCK;
}

void wax_bech32_encode(const char *hrp, bool upper, const void *data,
		       size_t len, char *out)
{
	size_t chars = (len * 8 + 4) / 5, n;
	const uint8_t *p = data;
	uint32_t chk = polymod_hrp(hrp);
	unsigned v = 0, bits = 0;

	for (; *hrp; hrp++)
		*out++ = upper && *hrp >= 'a' && *hrp <= 'z'
				 ? (char)(*hrp - 'a' + 'A')
				 : *hrp;
	*out++ = '1';
	for (size_t i = 0; i < chars; i++) {
		if (bits < 5) {
			/* The last group is filled up with zeros. */
			v = (v << 8 | (len ? *p++ : 0)) & 0xfff;
			len -= len ? 1 : 0;
			bits += 8;
		}
		bits -= 5;
		chk = polymod(chk, v >> bits & 31);
		out[i] = (char)(v >> bits & 31);
	}
	for (int i = 0; i < 6; i++)
		chk = polymod(chk, 0);
	chk ^= 1;
	for (int i = 5; i >= 0; i--)
		out[chars++] = (char)(chk >> (5 * i) & 31);
	for (; chars; chars -= n, out += n) {
		n = block(chars);
		encode_block(out, n, upper);
	}
}

bool wax_bech32_decode(const char *text, size_t len, const char *hrp,
		       bool upper, uint8_t *out, size_t out_len)
{
	size_t hrp_len = strlen(hrp), chars = (out_len * 8 + 4) / 5;
	uint32_t chk = polymod_hrp(hrp);
	unsigned v = 0, bits = 0, bad = 0;
	uint8_t values[BLOCK];

	if (len != wax_bech32_len(hrp_len, out_len))
		return false;
	for (size_t i = 0; i < hrp_len; i++) {
		char c = text[i];

		if (upper && c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		else if (upper && c >= 'a' && c <= 'z')
			return false;
		if (c != hrp[i])
			return false;
	}
	if (text[hrp_len] != '1')
		return false;
	text += hrp_len + 1;
	for (size_t i = 0; i < chars + 6; i++) {
		unsigned c;

		if (i % BLOCK == 0)
			decode_block(text + i, block(chars + 6 - i), upper,
				     values);
		c = values[i % BLOCK];
		bad |= c >> 5;
		chk = polymod(chk, c & 31);
		if (i >= chars)
			continue;
		v = (v << 5 | (c & 31)) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			*out++ = (uint8_t)(v >> bits);
		}
	}
	wax_wipe(values, sizeof(values));
	/* The bits that are left over fill the last character: zeros. */
	bad |= v & ((1u << bits) - 1);
	return !(bad | (chk ^ 1));
}
