/* SPDX-License-Identifier: ISC */
/*
 * Base64 without tables: a character's value is computed from the ranges of
 * the alphabet, with masks in place of branches.
 */
#include "base/base64.h"

/* All ones where lo <= c <= hi, else 0; c is 0 to 255. */
static inline unsigned in_range(unsigned c, unsigned lo, unsigned hi)
{
	return 0u - (((lo - 1 - c) & (c - hi - 1)) >> 31);
}

static inline unsigned decode_char(unsigned char c)
{
	unsigned v = ~0u;

	/* Each range replaces the ~0 that stands for "none of these". */
	v ^= in_range(c, 'A', 'Z') & (v ^ (c - 65u));
	v ^= in_range(c, 'a', 'z') & (v ^ (c - 71u));
	v ^= in_range(c, '0', '9') & (v ^ (c + 4u));
	v ^= in_range(c, '+', '+') & (v ^ 62);
	v ^= in_range(c, '/', '/') & (v ^ 63);
	return v;
}

static inline char encode_char(unsigned v)
{
	unsigned c = v + 'A';

	c += in_range(v, 26, 63) & 6u;	/* from Z to a */
	c -= in_range(v, 52, 63) & 75u; /* from z to 0 */
	c -= in_range(v, 62, 63) & 15u; /* from 9 to + */
	c += in_range(v, 63, 63) & 3u;	/* from + to / */
	return (char)c;
}

void wax_base64_encode(const void *data, size_t len, char *out)
{
	const uint8_t *p = data;
	unsigned v;

	for (; len >= 3; len -= 3, p += 3) {
		v = (unsigned)p[0] << 16 | (unsigned)p[1] << 8 | p[2];
		*out++ = encode_char(v >> 18);
		*out++ = encode_char(v >> 12 & 63);
		*out++ = encode_char(v >> 6 & 63);
		*out++ = encode_char(v & 63);
	}
	if (!len)
		return;
	v = (unsigned)p[0] << 16 | (len == 2 ? (unsigned)p[1] << 8 : 0);
	*out++ = encode_char(v >> 18);
	*out++ = encode_char(v >> 12 & 63);
	if (len == 2)
		*out = encode_char(v >> 6 & 63);
}

size_t wax_base64_encode_padded(const void *data, size_t len, char *out)
{
	size_t n = wax_base64_len(len);

	wax_base64_encode(data, len, out);
	while (n % 4)
		out[n++] = '=';
	return n;
}

bool wax_base64_decode(const char *text, size_t len, uint8_t *out)
{
	unsigned bad = 0, v = 0, bits = 0;

	if (len % 4 == 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned c = decode_char((unsigned char)text[i]);

		bad |= c;
		v = v << 6 | (c & 63);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*out++ = (uint8_t)(v >> bits);
		}
		v &= (1u << bits) - 1;
	}
	return !(bad >> 6 | v);
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
