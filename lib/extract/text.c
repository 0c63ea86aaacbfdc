/* SPDX-License-Identifier: ISC */
/*
 * From text to what matters of it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <wax/text.h>

#include "extract/extract.h"
#include "extract/text.h"

/* &name; with its semicolon and a number are not longer. */
#define ENTITY_MAX 16

/* What has no width: nothing is left of it. */
static bool is_invisible(uint32_t c)
{
	return c == 0xad || c == 0x34f || c == 0x61c || c == 0x180e ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static bool is_space(uint32_t c)
{
	return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	       c == 0x202f || c == 0x205f || c == 0x3000;
}

static void put(struct wax_text *t, uint32_t c)
{
	char shown = WAX_TEXT_OTHER;

	if (is_invisible(c)) {
		t->undone |= WAX_UNDONE_INVISIBLE;
		return;
	}
	if (is_space(c)) {
		t->undone |= WAX_UNDONE_SPACE;
		shown = ' ';
	} else if (c == 0x85 || c == 0x2028 || c == 0x2029) {
		shown = '\n';
	} else if (c < 0x80) {
		shown = (char)c;
	}
	t->out[t->len++] = shown;
}

/* What &name; stands for, without & and ;. */
static bool entity(const char *name, size_t len, uint32_t *out)
{
	static const struct {
		const char *name;
		uint32_t c;
	} known[] = {{"gt", '>'},      {"lt", '<'},	 {"amp", '&'},
		     {"quot", '"'},    {"nbsp", 0xa0},	 {"shy", 0xad},
		     {"zwj", 0x200d},  {"zwnj", 0x200c}, {"plus", '+'},
		     {"sol", '/'},     {"equals", '='},	 {"vert", '|'},
		     {"ensp", 0x2002}, {"emsp", 0x2003}, {"thinsp", 0x2009}};
	bool hex = len > 1 && (name[1] == 'x' || name[1] == 'X');
	char number[ENTITY_MAX + 1] = "", *end;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (len == strlen(known[i].name) &&
		    !memcmp(name, known[i].name, len)) {
			*out = known[i].c;
			return true;
		}
	if (len < 2 || *name != '#')
		return false;
	memcpy(number, name + 1 + hex, len - 1 - hex);
	*out = (uint32_t)strtoul(number, &end, hex ? 16 : 10);
	return *number > ' ' && *number != '-' && *number != '+' && !*end;
}

/* Whether a line ends where this tag is. */
static bool breaks(const char *name, size_t len)
{
	static const char *const block[] = {
		"br", "p",  "div", "pre", "blockquote", "tr", "td",    "li",
		"ul", "ol", "h1",  "h2",  "h3",		"hr", "table", "body"};

	for (size_t i = 0; i < sizeof(block) / sizeof(*block); i++)
		if (len == strlen(block[i]) &&
		    !strncasecmp(name, block[i], len))
			return true;
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Each of these takes what it knows at p: so many bytes, or 0, or -1: more. */
static int take_entity(struct wax_text *t, const char *p, size_t len)
{
	size_t n = 1;
	uint32_t c;

	while (n < len && n < ENTITY_MAX &&
	       (is_letter(p[n]) || p[n] == '#' || (p[n] >= '0' && p[n] <= '9')))
		n++;
	if (n == len && n < ENTITY_MAX)
		return -1;
	if (n == ENTITY_MAX || p[n] != ';' || !entity(p + 1, n - 1, &c))
		return 0;
	put(t, c);
	t->undone |= WAX_UNDONE_HTML;
	return (int)n + 1;
}

/*
 * One that another begins in is none; and what was looked at before more came
 * is not looked at again. So the time for any text grows as the text.
 */
static int take_tag(struct wax_text *t, const char *p, size_t len, bool html)
{
	size_t n = 1, name, end, seen = t->seen;

	n += n < len && p[n] == '/';
	if (n == len)
		return -1;
	if (!is_letter(p[n]) && p[n] != '!')
		return 0;
	name = n;
	n = seen > n ? seen : n;
	while (n < len && n < WAX_TEXT_TAG_MAX && p[n] != '>' && p[n] != '<' &&
	       (html || p[n] != '\n'))
		n++;
	if (n == len && n < WAX_TEXT_TAG_MAX) {
		t->seen = n;
		return -1;
	}
	if (n == WAX_TEXT_TAG_MAX || p[n] != '>')
		return 0;
	for (end = name; is_letter(p[end]) || (p[end] >= '0' && p[end] <= '9');)
		end++;
	if (breaks(p + name, end - name))
		t->out[t->len++] = '\n';
	t->undone |= WAX_UNDONE_HTML;
	return (int)n + 1;
}

static int take_utf8(struct wax_text *t, const char *p, size_t len)
{
	uint32_t c;
	int n = wax_utf8_decode(p, len, &c);

	if (n < 0)
		return -1;
	/* Where it is none, Latin-1 is likely. */
	put(t, n ? c : (uint8_t)*p);
	return n ? n : 1;
}

static bool is_plain(char c)
{
	return (uint8_t)c < 0x80 && c != '&' && c != '<';
}

void wax_text_piece(struct wax_text *t, const struct wax_piece *piece)
{
	const char *p = t->buf, *end;
	size_t plain = 0;

	t->undone = 0;
	t->seen = t->kept ? t->seen : 0;
	while (!t->kept && plain < piece->len && is_plain(piece->data[plain]))
		plain++;
	if (!t->kept && plain == piece->len) {
		t->data = piece->data;
		t->len = piece->len;
		return;
	}
	memcpy(t->buf + t->kept, piece->data, piece->len);
	end = t->buf + t->kept + piece->len;
	t->kept = 0;
	t->len = 0;
	t->data = t->out;
	while (p < end) {
		size_t len = (size_t)(end - p);
		int n = 0;

		if (*p == '&')
			n = take_entity(t, p, len);
		else if (*p == '<')
			n = take_tag(t, p, len, piece->html);
		else if (!is_plain(*p))
			n = take_utf8(t, p, len);
		if (n < 0) {
			memmove(t->buf, p, len);
			t->kept = len;
			return;
		}
		t->seen = 0;
		if (!n)
			t->out[t->len++] = *p++;
		p += n;
	}
}
