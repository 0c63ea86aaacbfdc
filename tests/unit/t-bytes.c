/* SPDX-License-Identifier: ISC */
/*
 * The growing buffer, and the words of errors.
 */
#include <errno.h>
#include <string.h>

#include <wax.h>

#include "base/bytes.h"
#include "base/error.h"
#include "tap.h"

static void grows(void)
{
	struct wax_bytes b = {0};
	bool good = true;
	int err = 0;

	tap_ok(!wax_bytes_add(&b, NULL, 0, NULL) && !b.len,
	       "adding nothing to nothing");
	for (unsigned i = 0; i < 100000 && !err; i++) {
		const uint8_t c = (uint8_t)(i * 7);

		err = wax_bytes_add(&b, &c, 1, NULL);
	}
	tap_ok(!err && b.len == 100000 && b.room >= b.len, "a byte at a time");
	for (size_t i = 0; i < b.len; i++)
		good &= b.data[i] == (uint8_t)(i * 7);
	tap_ok(good, "all of them are there");
	tap_ok(b.room <= 2 * b.len + 256, "no more room than twice as much");
	tap_ok(!wax_bytes_add_text(&b, "end", NULL) && b.len == 100003 &&
		       !memcmp(b.data + 100000, "end", 3),
	       "a text without its NUL");
	wax_bytes_release(&b);
	tap_ok(!b.data && !b.len && !b.room, "released: as at first");
	wax_bytes_release(&b);
	tap_ok(!wax_bytes_reserve(&b, 1000, NULL) && b.room >= 1000 && !b.len,
	       "room in advance");
	wax_bytes_release(&b);
}

static void numbers(void)
{
	struct wax_bytes b = {0};

	tap_ok(!wax_bytes_add_le(&b, 0x0807060504030201, 8, NULL) &&
		       !wax_bytes_add_le(&b, 0x0a09, 2, NULL),
	       "numbers are added");
	tap_bytes(b.data, b.len, "\1\2\3\4\5\6\7\10\t\n", 10,
		  "the lowest byte first");
	wax_bytes_release(&b);
}

static void too_much(void)
{
	struct wax_bytes b = {0};
	struct wax_diag diag = {0};

	tap_ok(!wax_bytes_add(&b, "abc", 3, NULL), "three bytes");
	tap_err(wax_bytes_reserve(&b, SIZE_MAX, &diag), WAX_ERR_IO, &diag,
		"SIZE_MAX more bytes");
	tap_err(wax_bytes_reserve(&b, SIZE_MAX - 3, &diag), WAX_ERR_IO, &diag,
		"a sum of SIZE_MAX");
	tap_err(wax_bytes_reserve(&b, SIZE_MAX / 2 - 3 + 1, &diag), WAX_ERR_IO,
		&diag, "half the address space");
	tap_bytes(b.data, b.len, "abc", 3, "what was there is untouched");
	wax_bytes_release(&b);
}

static void diags(void)
{
	struct wax_diag diag = {0};
	char longest[2 * WAX_DIAG_TEXT];

	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	tap_is(wax_diag_set(NULL, WAX_ERR_TRUST, "x"), WAX_ERR_TRUST,
	       "without a diag the error still comes back");
	tap_is(wax_diag_sys(NULL, EIO, "x"), WAX_ERR_IO, "the system's too");
	wax_diag_context(NULL, "x");
	wax_diag_hint(NULL, "x");
	wax_diag_hint(&diag, "hint");
	tap_is(wax_diag_set(&diag, WAX_ERR_FORMAT, "%d bytes", 3),
	       WAX_ERR_FORMAT, "the error comes back");
	tap_text(diag.text, "3 bytes", "the text");
	tap_text(diag.hint, "", "an older hint is gone");
	wax_diag_context(&diag, "'%s'", "a file");
	tap_text(diag.text, "'a file': 3 bytes", "with context");
	wax_diag_set(&diag, WAX_ERR_FORMAT, "again %s", diag.text);
	tap_text(diag.text, "again 'a file': 3 bytes",
		 "a text may be made of the old one");
	wax_diag_hint(&diag, "do %s", "this");
	tap_text(diag.hint, "do this", "a hint");
	tap_is(wax_diag_sys(&diag, ENOSPC, "'%s'", "out"), WAX_ERR_IO,
	       "the system's error");
	tap_text(diag.text, "'out': No space left on device", "in its words");
	wax_diag_set(&diag, WAX_ERR_FORMAT, "%s", longest);
	tap_is((long long)strlen(diag.text), WAX_DIAG_TEXT - 1,
	       "a long text is cut");
	wax_diag_context(&diag, "context");
	tap_ok(!strncmp(diag.text, "context: xxx", 12) &&
		       strlen(diag.text) == WAX_DIAG_TEXT - 1,
	       "with context too");
	wax_diag_sys(&diag, EIO, "%s", longest);
	tap_is((long long)strlen(diag.text), WAX_DIAG_TEXT - 1,
	       "the system's too");
	wax_diag_hint(&diag, "%s", longest);
	tap_is((long long)strlen(diag.hint), WAX_DIAG_HINT - 1,
	       "a long hint is cut");
	tap_err(wax_no_memory(&diag), WAX_ERR_IO, &diag, "no memory");
	tap_text(wax_version(), WAX_VERSION, "the version");
}

int main(void)
{
	grows();
	numbers();
	too_much();
	diags();
	return tap_end();
}
