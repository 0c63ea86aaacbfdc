/* SPDX-License-Identifier: ISC */
/*
 * Words for a shell: what it makes of them is the text again, and what it would
 * not stands for itself no longer.
 */
#include <stdio.h>
#include <string.h>

#include <wax/text.h>

#include "tap.h"

static const struct {
	const char *text, *word;
} words[] = {
	{"bob", "bob"},
	{"ada@host.example", "ada@host.example"},
	{"/home/a-b/x_1.card", "/home/a-b/x_1.card"},
	{"bob b", "\"bob b\""},
	{"~bob", "\"~bob\""},
	{"a;b", "\"a;b\""},
	{"a*", "\"a*\""},
	{"a(b)#&|<>?[]{}^", "\"a(b)#&|<>?[]{}^\""},
	{"B\xc3\xb6"
	 "b",
	 "\"B\xc3\xb6"
	 "b\""},
	{"", "NAME"},
	{"-b", "NAME"},
	{"- b", "NAME"},
	{"a'b", "NAME"},
	{"a\"b", "NAME"},
	{"a`b", "NAME"},
	{"a$b", "NAME"},
	{"a\\b", "NAME"},
	{"a!b", "NAME"},
	{"a\nb", "NAME"},
	{"a\033b", "NAME"},
	{"a\xff"
	 "b",
	 "NAME"},
	{"=sh", "\"=sh\""},
	{"a\xe2\x80\x8b", "NAME"}, /* a space of no width */
	{"a\xc2\xad"
	 "b",
	 "NAME"},
	{"\xe3\x85\xa4", "NAME"},
	{"a\xf3\xa0\x81\x81", "NAME"},
};

/* A text of n letters, or with a space for the last, in room for size. */
static void fits(size_t n, bool quoted, size_t size, bool whole)
{
	char text[WAX_TEXT_WORD_SIZE + 8], out[WAX_TEXT_WORD_SIZE + 8];

	memset(out, '~', sizeof(out));
	memset(text, 'x', n);
	text[n] = '\0';
	if (quoted)
		text[n - 1] = ' ';
	wax_text_word(text, "N", out, size);
	tap_ok(whole == (strcmp(out, "N") != 0) && strlen(out) < size &&
		       out[size] == '~',
	       "%zu bytes%s in %zu are %s", n, quoted ? ", quoted," : "", size,
	       whole ? "whole" : "too many");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		char out[WAX_TEXT_WORD_SIZE];

		wax_text_word(words[i].text, "NAME", out, sizeof(out));
		tap_text(out, words[i].word, "word %zu", i);
	}
	fits(62, false, WAX_TEXT_WORD_SIZE, true);
	fits(64, true, WAX_TEXT_WORD_SIZE, true);
	fits(65, true, WAX_TEXT_WORD_SIZE, false);
	fits(66, false, WAX_TEXT_WORD_SIZE, true);
	fits(67, false, WAX_TEXT_WORD_SIZE, false);
	return tap_end();
}
