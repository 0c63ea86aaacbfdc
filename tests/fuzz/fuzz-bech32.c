/* SPDX-License-Identifier: ISC */
/*
 * Bech32. The first three bytes choose prefix, case and size; the rest is the
 * text, and then again the data.
 *
 * Holds: what is decoded is encoded to the same text; what is encoded is
 * decoded to the same data, in its own case only; and no one character of it
 * can be changed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bech32.h"
#include "fuzz.h"

static const char *const prefixes[] = {
	"age", "age1pq", "age-secret-key-", "age-secret-key-pq-", "wax", "a",
	"1",   "?",
};

static void decode(const char *hrp, bool upper, const char *text, size_t len,
		   size_t size)
{
	uint8_t *out = malloc(size + 1);
	char *again = malloc(wax_bech32_len(strlen(hrp), size));

	check(out && again, "there is memory");
	out[size] = 0x5a;
	if (wax_bech32_decode(text, len, hrp, upper, out, size)) {
		check(len == wax_bech32_len(strlen(hrp), size), "the length");
		wax_bech32_encode(hrp, upper, out, size, again);
		check(!memcmp(text, again, len), "one text for each value");
	}
	check(out[size] == 0x5a, "nothing is written beyond");
	free(out);
	free(again);
}

static void encode(const char *hrp, bool upper, const uint8_t *data, size_t len,
		   uint32_t change)
{
	size_t n = wax_bech32_len(strlen(hrp), len), at = change % n;
	uint8_t *out = malloc(len + 1);
	char *text = malloc(n);

	check(out && text, "there is memory");
	wax_bech32_encode(hrp, upper, data, len, text);
	check(wax_bech32_decode(text, n, hrp, upper, out, len) &&
		      !memcmp(out, data, len),
	      "what is encoded is decoded");
	check(!wax_bech32_decode(text, n, hrp, !upper, out, len) ||
		      !strcmp(hrp, "1") || !strcmp(hrp, "?"),
	      "in its own case only");
	text[at] ^= (char)(1 + change / n % 255);
	check(!wax_bech32_decode(text, n, hrp, upper, out, len),
	      "a changed character is noticed");
	free(out);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	uint32_t choice = take(&in, 1), n = take(&in, 2) % 1300;
	const char *hrp = prefixes[choice % 8];
	bool upper = choice & 8;
	uint32_t change = 0;

	/* The size that fits the text, unless another is asked for. */
	if (choice & 16 && in.len >= strlen(hrp) + 7)
		n = (uint32_t)((in.len - strlen(hrp) - 7) * 5 / 8);
	decode(hrp, upper, (const char *)in.data, in.len, n);
	for (size_t i = 0; i < in.len; i++)
		change = change * 31 + in.data[i];
	if (in.len <= 1300)
		encode(hrp, upper, in.data, in.len, change);
	return 0;
}
