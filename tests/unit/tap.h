/* SPDX-License-Identifier: ISC */
/*
 * The Test Anything Protocol, version 13, as far as these tests need it. Lines
 * go to standard output; the plan comes at the end.
 */
#ifndef TESTS_UNIT_TAP_H
#define TESTS_UNIT_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/error.h>

/* One test, with its name; each of these returns whether it passed. */
bool tap_ok(bool pass, const char *fmt, ...) WAX_PRINTF(2, 3);

/* The same for a number and for bytes, which are shown where they differ. */
bool tap_is(long long got, long long want, const char *fmt, ...)
	WAX_PRINTF(3, 4);
bool tap_bytes(const void *got, size_t got_len, const void *want,
	       size_t want_len, const char *fmt, ...) WAX_PRINTF(5, 6);
bool tap_text(const char *got, const char *want, const char *fmt, ...)
	WAX_PRINTF(3, 4);

/*
 * The same for the result of a library's function. A failure must have left a
 * text in diag; on another result than want it is shown.
 */
bool tap_err(int got, int want, const struct wax_diag *diag, const char *fmt,
	     ...) WAX_PRINTF(4, 5);

/* A test that cannot run here, and why. */
void tap_skip(const char *name, const char *why);

/* A comment, for the details of a failure. */
void tap_note(const char *fmt, ...) WAX_PRINTF(1, 2);

/* Prints the plan; to be returned from main. */
int tap_end(void);

/* Decodes hexadecimal digits, which must fill size bytes exactly. */
void tap_hex(const char *hex, void *out, size_t size);

/* Fills with bytes that look random and are the same every time. */
void tap_fill(void *out, size_t len, uint32_t seed);

#endif
