/* SPDX-License-Identifier: ISC */
/*
 * What the fuzz targets share. A target asserts more than that nothing
 * crashes: what is parsed and written again must be the same bytes, two ways
 * of reading must agree, and so on; check() ends the process where it is not
 * so. Nothing here is random: the same input does the same every time.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/stream.h>

#include "base/bytes.h"

/* The target: called by libFuzzer, or by replay.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, saying what does not hold. */
void check(bool holds, const char *what);

/* A source over data that gives step bytes at a time; 0: all it is asked. */
struct wax_source *slow_source(const void *data, size_t len, size_t step);

/* Adds all that a source gives until its end or error, which is returned. */
int drain(struct wax_source *from, struct wax_bytes *out);

/* A sink that adds to out. */
struct wax_sink *bytes_sink(struct wax_bytes *out);

/* Adding that cannot fail. */
void add(struct wax_bytes *b, const void *data, size_t len);
void add_text(struct wax_bytes *b, const char *text);
void add_base64(struct wax_bytes *b, const void *data, size_t len);

/*
 * Signs a card's text, which gets its last LF if it has none, by the name that
 * it gives, or another.
 */
void sign_card(const uint8_t *text, size_t len, const uint8_t *secret,
	       struct wax_bytes *out);

bool same(const struct wax_bytes *a, const void *data, size_t len);

/* Takes the first n bytes of the input, filled up with zeros. */
struct input {
	const uint8_t *data;
	size_t len;
};

uint32_t take(struct input *in, unsigned n);

/* Deterministic bytes. */
void fill(void *out, size_t len, uint32_t seed);

/* What the library draws is from now on deterministic, too. */
void draw_from(uint32_t seed);

#endif
