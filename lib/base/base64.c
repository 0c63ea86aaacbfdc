/* SPDX-License-Identifier: ISC */
/*
 * Base64 without tables: a character's value is computed from the ranges of
 * the alphabet, with masks in place of branches. Whole lines of 64 characters
 * go through loops of a constant length on bytes, which compilers vectorise.
 */
#include "base/base64.h"
#include "base/secret.h"

#define LINE_CHARS 64
#define LINE_BYTES 48

/* All ones where lo <= c <= hi, else 0. */
static inline uint8_t in_range(uint8_t c, uint8_t lo, uint8_t hi)
{
	return (uint8_t) - ((uint8_t)(c - lo) <= (uint8_t)(hi - lo));
}

/* 255 for a character that is not in the alphabet. */
static inline uint8_t decode_char(uint8_t c)
{
	uint8_t upper = in_range(c, 'A', 'Z'), lower = in_range(c, 'a', 'z');
	uint8_t digit = in_range(c, '0', '9'), plus = in_range(c, '+', '+');
	uint8_t slash = in_range(c, '/', '/');

	return (uint8_t)((upper & (c - 'A')) | (lower & (c - 'a' + 26)) |
			 (digit & (c - '0' + 52)) | (plus & 62) | (slash & 63) |
			 ~(upper | lower | digit | plus | slash));
}

static inline char encode_char(uint8_t v)
{
	/* The steps from Z to a, z to 0, 9 to + and + to /. */
	return (char)(v + 'A' + (in_range(v, 26, 63) & 6) -
		      (in_range(v, 52, 63) & 75) - (in_range(v, 62, 63) & 15) +
		      (in_range(v, 63, 63) & 3));
}

static void encode_line(const uint8_t *p, uint8_t v[LINE_CHARS], char *out)
{
	for (size_t i = 0; i < LINE_CHARS / 4; i++) {
		v[4 * i] = p[3 * i] >> 2;
		v[4 * i + 1] =
			(uint8_t)((p[3 * i] & 3) << 4 | p[3 * i + 1] >> 4);
		v[4 * i + 2] =
			(uint8_t)((p[3 * i + 1] & 15) << 2 | p[3 * i + 2] >> 6);
		v[4 * i + 3] = p[3 * i + 2] & 63;
	}
	for (size_t i = 0; i < LINE_CHARS; i++)
		out[i] = encode_char(v[i]);
}

void wax_base64_encode(const void *data, size_t len, char *out)
{
	const uint8_t *p = data;
	uint8_t line[LINE_CHARS];
	unsigned v = 0, bits = 0;

	for (; len >= LINE_BYTES; len -= LINE_BYTES, p += LINE_BYTES) {
		encode_line(p, line, out);
		out += LINE_CHARS;
	}
	wax_wipe(line, sizeof(line));
	for (; len; len--) {
		v = (v << 8 | *p++) & 0xfff;
		for (bits += 8; bits >= 6;) {
			bits -= 6;
			*out++ = encode_char(v >> bits & 63);
		}
	}
	if (bits)
		*out = encode_char(v << (6 - bits) & 63);
}

size_t wax_base64_encode_padded(const void *data, size_t len, char *out)
{
	size_t n = wax_base64_len(len);

	wax_base64_encode(data, len, out);
	while (n % 4)
		out[n++] = '=';
	return n;
}

/* Returns the values of all characters, or'd together. */
static uint8_t decode_line(const char *text, uint8_t v[LINE_CHARS],
			   uint8_t *out)
{
	uint8_t all = 0;

	for (size_t i = 0; i < LINE_CHARS; i++)
		v[i] = decode_char((uint8_t)text[i]);
	for (size_t i = 0; i < LINE_CHARS; i++)
		all |= v[i];
	for (size_t i = 0; i < LINE_CHARS / 4; i++) {
		out[3 * i] = (uint8_t)(v[4 * i] << 2 | v[4 * i + 1] >> 4);
		out[3 * i + 1] =
			(uint8_t)(v[4 * i + 1] << 4 | v[4 * i + 2] >> 2);
		out[3 * i + 2] = (uint8_t)(v[4 * i + 2] << 6 | v[4 * i + 3]);
	}
	return all;
}

bool wax_base64_decode(const char *text, size_t len, uint8_t *out)
{
	uint8_t line[LINE_CHARS];
	unsigned all = 0, v = 0, bits = 0;

	if (len % 4 == 1)
		return false;
	for (; len >= LINE_CHARS; len -= LINE_CHARS, text += LINE_CHARS) {
		all |= decode_line(text, line, out);
		out += LINE_BYTES;
	}
	wax_wipe(line, sizeof(line));
	for (; len; len--) {
		uint8_t c = decode_char((uint8_t)*text++);

		all |= c;
		v = v << 6 | (c & 63);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*out++ = (uint8_t)(v >> bits);
		}
		v &= (1u << bits) - 1;
	}
	return !(all >> 6 | v);
}

bool wax_base64_decode_padded(const char *text, size_t len, uint8_t *out,
			      size_t *out_len)
{
	size_t n = len;

	if (len % 4)
		return false;
	while (n && len - n < 2 && text[n - 1] == '=')
		n--;
	if (!wax_base64_decode(text, n, out))
		return false;
	*out_len = wax_base64_bytes(n);
	return true;
}
