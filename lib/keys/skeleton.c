/* SPDX-License-Identifier: ISC */
/*
 * Names that can be mistaken for each other: two are alike when they have the
 * same skeleton, as in Unicode's technical standard 39. Of its table this is
 * what looks like ASCII: accented and full-width Latin, mathematical letters,
 * and the Greek, Cyrillic and Armenian letters of such a shape. Beyond the
 * standard, capitals, accents and spaces make no difference, but for Greek
 * capitals of another shape than the small letter's.
 */
#include <stdint.h>
#include <string.h>

#include <wax/text.h>

#include "keys/contact.h"

/* The letters below U+00C0 to U+024F without their accents; a space: none. */
static const char latin[] = "aaaaaa ceeeeiiiidnooooo ouuuuy baaaaaa ceeeeiiii"
			    "dnooooo ouuuuy yaaaaaaccccccccddddeeeeeeeeeegggg"
			    "gggghhhhiiiiiiiiil  jjkkkllllll  llnnnnnn   oooo"
			    "oo  rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzf"
			    "b bb   cc dd     ffg   lkkl  nnooo  pp      tt u"
			    "u  yyzz         l  !         aaiioouuuuuuuuuu aa"
			    "aa  ggggkkoooo  j   gg  nnaa    aaaaeeeeiiiioooo"
			    "rrrruuuusstt  hhnd  zzaaeeooooooooyylntj  acclts"
			    "z  bu eejj  rryy";

/* The same of U+1E00 to U+1EFF. */
static const char latin_more[] =
	"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiii"
	"kkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr"
	"ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyy"
	"zzzzzzhtwy      aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
	"eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuu"
	"uuyyyyyyyy      ";

/* Letters of other scripts, and the ASCII that they look like. */
static const struct {
	uint16_t c;
	char like;
} others[] = {
	/* Latin beyond the tables */
	{0x251, 'a'},
	{0x261, 'g'},
	{0x26a, 'l'},
	{0x26f, 'w'},
	{0x269, 'l'},
	{0x28f, 'y'},
	{0x1d04, 'c'},
	{0x1d0f, 'o'},
	{0x1d1c, 'u'},
	{0x1d20, 'v'},
	{0x1d21, 'w'},
	{0x1d22, 'z'},
	{0x2113, 'l'},
	{0x212a, 'k'},
	{0x212b, 'a'},
	{0x2170, 'l'},
	{0x2160, 'l'},
	/* Greek */
	{0x37f, 'j'},
	{0x391, 'a'},
	{0x392, 'b'},
	{0x395, 'e'},
	{0x396, 'z'},
	{0x397, 'h'},
	{0x399, 'l'},
	{0x39a, 'k'},
	{0x39c, 'm'},
	{0x39d, 'n'},
	{0x39f, 'o'},
	{0x3a1, 'p'},
	{0x3a4, 't'},
	{0x3a5, 'y'},
	{0x3a7, 'x'},
	{0x3b1, 'a'},
	{0x3b3, 'y'},
	{0x3b5, 'e'},
	{0x3b7, 'n'},
	{0x3b9, 'l'},
	{0x3ba, 'k'},
	{0x3bd, 'v'},
	{0x3bf, 'o'},
	{0x3c1, 'p'},
	{0x3c3, 'o'},
	{0x3c4, 't'},
	{0x3c5, 'u'},
	{0x3c7, 'x'},
	{0x3c9, 'w'},
	{0x3f2, 'c'},
	{0x3f3, 'j'},
	{0x3f9, 'c'},
	{0x3ac, 'a'},
	{0x3ad, 'e'},
	{0x3ae, 'n'},
	{0x3af, 'l'},
	{0x3cc, 'o'},
	{0x3cd, 'u'},
	{0x3ce, 'w'},
	/* Cyrillic */
	{0x405, 's'},
	{0x406, 'l'},
	{0x407, 'l'},
	{0x408, 'j'},
	{0x410, 'a'},
	{0x412, 'b'},
	{0x415, 'e'},
	{0x417, '3'},
	{0x41a, 'k'},
	{0x41c, 'm'},
	{0x41d, 'h'},
	{0x41e, 'o'},
	{0x420, 'p'},
	{0x421, 'c'},
	{0x422, 't'},
	{0x423, 'y'},
	{0x425, 'x'},
	{0x42c, 'b'},
	{0x430, 'a'},
	{0x431, '6'},
	{0x432, 'b'},
	{0x433, 'r'},
	{0x435, 'e'},
	{0x437, '3'},
	{0x438, 'u'},
	{0x43a, 'k'},
	{0x43c, 'm'},
	{0x43d, 'h'},
	{0x43e, 'o'},
	{0x43f, 'n'},
	{0x440, 'p'},
	{0x441, 'c'},
	{0x442, 't'},
	{0x443, 'y'},
	{0x445, 'x'},
	{0x44c, 'b'},
	{0x450, 'e'},
	{0x401, 'e'},
	{0x451, 'e'},
	{0x455, 's'},
	{0x456, 'l'},
	{0x457, 'l'},
	{0x458, 'j'},
	{0x45b, 'h'},
	{0x461, 'w'},
	{0x474, 'v'},
	{0x475, 'v'},
	{0x4ae, 'y'},
	{0x4af, 'y'},
	{0x4bb, 'h'},
	{0x4c0, 'l'},
	{0x4cf, 'l'},
	{0x501, 'd'},
	{0x50c, 'g'},
	{0x51b, 'q'},
	{0x51c, 'w'},
	{0x51d, 'w'},
	/* Armenian */
	{0x555, 'o'},
	{0x561, 'w'},
	{0x563, 'q'},
	{0x566, 'q'},
	{0x570, 'h'},
	{0x575, 'j'},
	{0x578, 'n'},
	{0x57d, 'u'},
	{0x581, 'g'},
	{0x585, 'o'},
	{0x54d, 'u'},
	{0x54f, 's'},
	{0x53c, 'l'},
	/* Hyphens and quotes */
	{0x2010, '-'},
	{0x2011, '-'},
	{0x2012, '-'},
	{0x2013, '-'},
	{0x2014, '-'},
	{0x2015, '-'},
	{0x2212, '-'},
	{0x2018, '\''},
	{0x2019, '\''},
	{0x201b, '\''},
	{0x2032, '\''},
	{0x2bc, '\''},
};

/* Ranges of accents by themselves. */
static const uint16_t accents[][2] = {
	{0x300, 0x36f},	  {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
	{0x20d0, 0x20ff}, {0xfe20, 0xfe2f},
};

/* Whether it makes no difference. */
static bool is_nothing(uint32_t c)
{
	for (size_t i = 0; i < sizeof(accents) / sizeof(*accents); i++)
		if (c >= accents[i][0] && c <= accents[i][1])
			return true;
	return c == ' ' || wax_utf8_is_hidden(c);
}

/* Letters with accents that are one character, and without: no ASCII. */
static const uint16_t accented[][2] = {
	{0x386, 0x391}, {0x388, 0x395}, {0x389, 0x397}, {0x38a, 0x399},
	{0x38c, 0x39f}, {0x38e, 0x3a5}, {0x38f, 0x3a9}, {0x390, 0x3b9},
	{0x3aa, 0x399}, {0x3ab, 0x3a5}, {0x3b0, 0x3c5}, {0x3ca, 0x3b9},
	{0x3cb, 0x3c5}, {0x400, 0x415}, {0x403, 0x413}, {0x40c, 0x41a},
	{0x40d, 0x418}, {0x40e, 0x423}, {0x419, 0x418}, {0x439, 0x438},
	{0x453, 0x433}, {0x45c, 0x43a}, {0x45d, 0x438}, {0x45e, 0x443},
};

static uint32_t without_accent(uint32_t c)
{
	for (size_t i = 0; i < sizeof(accented) / sizeof(*accented); i++)
		if (accented[i][0] == c)
			return accented[i][1];
	return c;
}

/* The small letter of a capital that is not ASCII nor looks like it. */
static uint32_t small(uint32_t c)
{
	if (c == 0xc6 || c == 0xde)
		return c + 0x20;
	if (c == 0x132 || c == 0x14a || c == 0x152)
		return c + 1;
	if ((c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40f)
		return c + 0x50;
	if (c >= 0x531 && c <= 0x556)
		return c + 0x30;
	if ((c >= 0x460 && c <= 0x481) || (c >= 0x48a && c <= 0x4bf) ||
	    (c >= 0x4d0 && c <= 0x52f))
		return c | 1;
	if (c >= 0x4c1 && c <= 0x4ce)
		return c + (c & 1);
	return c;
}

/* ASCII: small letters, and one for those that differ by a stroke. */
static uint32_t fold(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	return c == '0' ? 'o' : c == 'i' || c == '1' || c == '|' ? 'l' : c;
}

/* The ASCII that c looks like; a space where there is none. */
static uint32_t ascii(uint32_t c)
{
	if (c < 0x80)
		return c;
	if (c >= 0xc0 && c <= 0x24f)
		return (unsigned char)latin[c - 0xc0];
	if (c >= 0x1e00 && c <= 0x1eff)
		return (unsigned char)latin_more[c - 0x1e00];
	if (c >= 0xff01 && c <= 0xff5e) /* of full width */
		return c - 0xff01 + '!';
	if (c >= 0x1d400 && c <= 0x1d6a3) /* mathematical */
		return 'A' + (c - 0x1d400) % 26;
	if (c >= 0x1d7ce && c <= 0x1d7ff)
		return '0' + (c - 0x1d7ce) % 10;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (others[i].c == c)
			return (unsigned char)others[i].like;
	return ' ';
}

/* The character that c looks like; capitals may look otherwise. */
static uint32_t like(uint32_t c)
{
	uint32_t bare = without_accent(c), found = ascii(bare);

	if (found == ' ') {
		bare = small(bare);
		found = ascii(bare);
	}
	return found == ' ' ? bare : fold(found);
}

/*
 * Writes c at the end, or puts it together with what is there. as is how it was
 * written, in n bytes: small letters take as many.
 */
static size_t append(char *out, size_t len, uint32_t c, const char *as, int n)
{
	char last = len ? out[len - 1] : '\0';

	if (c == 'n' && last == 'r') {
		out[len - 1] = 'm';
		return len;
	}
	if (c == 'v' && last == 'v') {
		out[len - 1] = 'w';
		return len;
	}
	if (c < 0x80) {
		out[len] = (char)c;
		return len + 1;
	}
	memcpy(out + len, as, (size_t)n);
	if (n == 2) {
		out[len] = (char)(0xc0 | c >> 6);
		out[len + 1] = (char)(0x80 | (c & 0x3f));
	}
	return len + (size_t)n;
}

void wax_contact_skeleton(const char *name, char out[WAX_CONTACT_NAME_SIZE])
{
	size_t left = strlen(name), len = 0;

	while (left) {
		uint32_t c = 0;
		int n = wax_utf8_decode(name, left, &c);

		if (n <= 0)
			break;
		if (!is_nothing(c))
			len = append(out, len, like(c), name, n);
		name += n;
		left -= (size_t)n;
	}
	out[len] = '\0';
}
