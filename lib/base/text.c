/* SPDX-License-Identifier: ISC */
/*
 * Decoding UTF-8 strictly, and showing what is not printable.
 */
#include <stdio.h>
#include <string.h>

#include <wax/text.h>

int wax_utf8_decode(const char *text, size_t len, uint32_t *out)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)text;
	int n = p[0] < 0x80   ? 1
		: p[0] < 0xc2 ? 0
		: p[0] < 0xe0 ? 2
		: p[0] < 0xf0 ? 3
		: p[0] < 0xf5 ? 4
			      : 0;
	uint32_t c = n > 1 ? p[0] & (0x7fu >> n) : p[0];

	for (int i = 1; i < n; i++) {
		if ((size_t)i == len)
			return -1;
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (!n || c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*out = c;
	return n;
}

bool wax_utf8_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e ||
	       c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0x61c;
}

bool wax_text_is_plain(const char *text, size_t len)
{
	while (len) {
		uint32_t c;
		int n = wax_utf8_decode(text, len, &c);

		if (n <= 0 || wax_utf8_is_control(c))
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

void wax_text_escape(const char *text, char *out, size_t size)
{
	size_t len = strlen(text);

	while (len && size > 4) {
		uint32_t c;
		int n = wax_utf8_decode(text, len, &c);

		if (n > 0 && !wax_utf8_is_control(c)) {
			if ((size_t)n >= size)
				break;
			memcpy(out, text, (size_t)n);
			out += n;
			size -= (size_t)n;
		} else {
			n = 1;
			sprintf(out, "\\x%02x", (unsigned char)*text);
			out += 4;
			size -= 4;
		}
		text += n;
		len -= (size_t)n;
	}
	*out = '\0';
}

bool wax_utf8_is_hidden(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{0xa0, 0xa0},	    {0xad, 0xad},     {0x34f, 0x34f},
		{0x115f, 0x1160},   {0x1680, 0x1680}, {0x17b4, 0x17b5},
		{0x180b, 0x180f},   {0x2000, 0x200d}, {0x202f, 0x202f},
		{0x205f, 0x206f},   {0x2800, 0x2800}, {0x3000, 0x3000},
		{0x3164, 0x3164},   {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
		{0xffa0, 0xffa0},   {0xfff0, 0xfffb}, {0x1d173, 0x1d17a},
		{0xe0000, 0xe0fff},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return wax_utf8_is_control(c);
}

/* Whether each character of it is seen. */
static bool is_clear(const char *text, size_t len)
{
	while (len) {
		uint32_t c;
		int n = wax_utf8_decode(text, len, &c);

		if (n <= 0 || wax_utf8_is_hidden(c))
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* Whether a shell takes it as it is; zsh replaces what begins with =. */
static bool is_bare(const char *text)
{
	static const char bare[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789@%+=:,./_-";

	return *text && !strchr("-=", *text) && !text[strspn(text, bare)];
}

void wax_text_word(const char *text, const char *instead, char *out,
		   size_t size)
{
	size_t len = strlen(text);
	/* What means something even within the quotes, or would end them. */
	bool odd = !len || *text == '-' || strpbrk(text, "'\"`$\\!") ||
		   !is_clear(text, len);
	const char *quote = is_bare(text) ? "" : "\"";

	if (odd || len + 2 * strlen(quote) >= size)
		snprintf(out, size, "%s", instead);
	else
		snprintf(out, size, "%s%s%s", quote, text, quote);
}
