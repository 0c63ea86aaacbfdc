/* SPDX-License-Identifier: ISC */
/*
 * The cursor: what is there is read, what is not is false and takes nothing.
 */
#include <string.h>

#include "base/cursor.h"
#include "tap.h"

static struct wax_cursor over(const char *text)
{
	return wax_cursor(text, strlen(text));
}

static void takes(void)
{
	struct wax_cursor c = over("abcdef");
	const uint8_t *p = NULL;

	tap_ok(wax_cursor_take(&c, 2, &p) && !memcmp(p, "ab", 2), "two bytes");
	tap_ok(!wax_cursor_take(&c, 5, &p) && c.left == 4,
	       "more than is left takes nothing");
	tap_ok(!wax_cursor_take(&c, SIZE_MAX, &p), "SIZE_MAX is too much");
	tap_ok(wax_cursor_take(&c, 0, &p) && c.left == 4, "none is possible");
	tap_ok(!wax_cursor_skip(&c, "cx", 2) && c.left == 4,
	       "other bytes are not skipped");
	tap_ok(wax_cursor_skip(&c, "cd", 2) && c.left == 2, "these are");
	tap_ok(!wax_cursor_skip(&c, "efg", 3) && c.left == 2,
	       "no skipping beyond the end");
	tap_ok(wax_cursor_take(&c, 2, &p) && !c.left, "to the very end");
	tap_ok(!wax_cursor_take(&c, 1, &p), "nothing beyond");
}

static void lines(void)
{
	static const char text[] = "one\ntwo\r\n\n\r\nfi\rve\r\r\nsix";
	static const char *const want[] = {"one", "two",      "",
					   "",	  "fi\rve\r", "six"};
	struct wax_cursor c = wax_cursor(text, sizeof(text) - 1);
	const char *line;
	size_t len, n = 0;

	while (wax_cursor_line(&c, &line, &len) && n < 6) {
		tap_bytes(line, len, want[n], strlen(want[n]), "line %zu",
			  n + 1);
		n++;
	}
	tap_is((long long)n, 6, "six lines");
	c = over("");
	tap_ok(!wax_cursor_line(&c, &line, &len), "an empty text has no line");
	c = over("\n");
	tap_ok(wax_cursor_line(&c, &line, &len) && !len &&
		       !wax_cursor_line(&c, &line, &len),
	       "a line's end alone is one empty line");
	c = over("\r");
	tap_ok(wax_cursor_line(&c, &line, &len) && !len, "CR at the end");
	c = wax_cursor("a\0b\nc", 5);
	tap_ok(wax_cursor_line(&c, &line, &len) && len == 3,
	       "a NUL does not end a line");
}

static void words(void)
{
	struct wax_cursor c = over("a bc  d ");
	static const char *const want[] = {"a", "bc", "", "d", "", ""};
	const char *word;
	size_t len;

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		wax_cursor_word(&c, &word, &len);
		tap_bytes(word, len, want[i], strlen(want[i]), "word %zu",
			  i + 1);
	}
}

static void wire(void)
{
	static const uint8_t data[] = {0x80, 1,	   2,	 0xff, 0,  0, 0,
				       2,    'h',  'i',	 0,    0,  0, 0,
				       0xff, 0xff, 0xff, 0xff, 'x'};
	struct wax_cursor c = wax_cursor(data, sizeof(data)), s;
	uint32_t v = 0;

	tap_ok(wax_cursor_u32(&c, &v) && v == 0x800102ff, "a uint32");
	tap_ok(wax_cursor_string(&c, &s) && s.left == 2 &&
		       !memcmp(s.at, "hi", 2),
	       "a string");
	tap_ok(wax_cursor_string(&c, &s) && !s.left, "an empty string");
	tap_ok(!wax_cursor_string(&c, &s), "a string that is longer than all");
	for (size_t cut = 0; cut < 4; cut++) {
		c = wax_cursor(data, cut);
		tap_ok(!wax_cursor_u32(&c, &v) && c.left == cut,
		       "no uint32 in %zu bytes", cut);
	}
	c = wax_cursor(data + 4, 5);
	tap_ok(!wax_cursor_string(&c, &s), "a string cut short");
}

static void nothing(void)
{
	struct wax_cursor c = wax_cursor(NULL, 0);
	const uint8_t *p;
	const char *text;
	size_t len = 9;
	uint32_t v;

	tap_ok(!wax_cursor_line(&c, &text, &len) && !wax_cursor_u32(&c, &v) &&
		       !wax_cursor_take(&c, 1, &p),
	       "a cursor over nothing at all gives nothing");
	wax_cursor_word(&c, &text, &len);
	tap_is((long long)len, 0, "and an empty word");
}

static void numbers(void)
{
	struct wax_cursor c = over("\1\2\3\4\5\6\7\10\11");
	uint64_t n = 0;

	tap_ok(wax_cursor_le(&c, 1, &n) && n == 1, "a little-endian byte");
	tap_ok(wax_cursor_le(&c, 4, &n) && n == 0x05040302, "four of them");
	tap_ok(!wax_cursor_le(&c, 8, &n) && c.left == 4 && n == 0x05040302,
	       "more than is left takes nothing");
	c = over("\1\2\3\4\5\6\7\10");
	tap_ok(wax_cursor_le(&c, 8, &n) && n == 0x0807060504030201, "eight");
}

int main(void)
{
	numbers();
	takes();
	lines();
	words();
	wire();
	nothing();
	return tap_end();
}
