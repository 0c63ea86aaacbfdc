/* SPDX-License-Identifier: ISC */
/*
 * Printing test results.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

static unsigned run, failed;

static bool WAX_PRINTF(2, 0) result(bool pass, const char *fmt, va_list args)
{
	run++;
	failed += pass ? 0 : 1;
	printf("%sok %u - ", pass ? "" : "not ", run);
	vprintf(fmt, args);
	putchar('\n');
	fflush(stdout); /* a crash must not take results with it */
	return pass;
}

bool tap_ok(bool pass, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	result(pass, fmt, args);
	va_end(args);
	return pass;
}

bool tap_is(long long got, long long want, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (!result(got == want, fmt, args))
		tap_note("got %lld, expected %lld", got, want);
	va_end(args);
	return got == want;
}

static void show(const char *what, const void *data, size_t len)
{
	const uint8_t *p = data;

	printf("# %s %zu bytes: ", what, len);
	for (size_t i = 0; i < len && i < 64; i++)
		printf("%02x", p[i]);
	printf("%s\n", len > 64 ? "..." : "");
}

bool tap_bytes(const void *got, size_t got_len, const void *want,
	       size_t want_len, const char *fmt, ...)
{
	bool same = got_len == want_len &&
		    (!want_len || !memcmp(got, want, want_len));
	va_list args;

	va_start(args, fmt);
	if (!result(same, fmt, args)) {
		show("got", got, got_len);
		show("expected", want, want_len);
	}
	va_end(args);
	return same;
}

bool tap_text(const char *got, const char *want, const char *fmt, ...)
{
	bool same = !strcmp(got, want);
	va_list args;

	va_start(args, fmt);
	if (!result(same, fmt, args))
		tap_note("got '%s', expected '%s'", got, want);
	va_end(args);
	return same;
}

bool tap_err(int got, int want, const struct wax_diag *diag, const char *fmt,
	     ...)
{
	bool pass = got == want && (!got || !diag || diag->text[0]);
	va_list args;

	va_start(args, fmt);
	if (!result(pass, fmt, args))
		tap_note("got %d, expected %d: '%s'", got, want,
			 diag ? diag->text : "");
	va_end(args);
	return pass;
}

void tap_skip(const char *name, const char *why)
{
	run++;
	printf("ok %u - %s # SKIP %s\n", run, name, why);
}

void tap_note(const char *fmt, ...)
{
	va_list args;

	printf("# ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

int tap_end(void)
{
	printf("1..%u\n", run);
	return failed || !run || fflush(stdout) ? 1 : 0;
}

void tap_hex(const char *hex, void *out, size_t size)
{
	uint8_t *p = out;

	if (strlen(hex) != 2 * size) {
		printf("Bail out! %zu digits for %zu bytes\n", strlen(hex),
		       size);
		exit(1);
	}
	for (size_t i = 0; i < size; i++) {
		const char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};

		p[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
}

void tap_fill(void *out, size_t len, uint32_t seed)
{
	uint8_t *p = out;

	/* xorshift32; zero would stay zero. */
	seed = seed * 2654435761u + 1;
	for (size_t i = 0; i < len; i++) {
		seed = seed ? seed : 1;
		seed ^= seed << 13;
		seed ^= seed >> 17;
		seed ^= seed << 5;
		p[i] = (uint8_t)(seed >> 11);
	}
}
