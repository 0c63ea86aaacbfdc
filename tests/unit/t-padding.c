/* SPDX-License-Identifier: ISC */
/*
 * P, and the lengths that it makes.
 */
#include <stdlib.h>

#include "crafted.h"
#include "envelope/padding.h"
#include "tap.h"

/* Lengths and what Padme makes of them. */
static const struct {
	uint64_t len, padded;
} table[] = {
	{0, 0},
	{1, 1},
	{2, 2},
	{3, 3},
	{7, 7},
	{8, 8},
	{9, 10},
	{15, 16},
	{16, 16},
	{17, 18},
	{19, 20},
	{33, 36},
	{63, 64},
	{65, 72},
	{100, 104},
	{128, 128},
	{129, 144},
	{255, 256},
	{257, 272},
	{1000, 1024},
	{1025, 1088},
	{65537, 67584},
	{99999, 100352},
	{1000000, 1015808},
	{1048577, 1081344},
	{4294967295, 4294967296},
	{4294967297, 4362076160},
	{1000000000000, 1005022347264},
	{4611686018427387905, 4683743612465315840},
	{UINT64_C(9223372036854775808), UINT64_C(9223372036854775808)},
};

static void padme_table(void)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		tap_ok(wax_padme(table[i].len) == table[i].padded &&
			       padme(table[i].len) == table[i].padded,
		       "Padme of %llu", (unsigned long long)table[i].len);
	for (uint64_t n = 0; n < 200000; n++)
		wrong += wax_padme(n) < n || wax_padme(n) != padme(n) ||
			 wax_padme(wax_padme(n)) != wax_padme(n) ||
			 (n && wax_padme(n) - n > n / 8);
	tap_is(wrong, 0, "Padme adds at most 12 percent, and nothing twice");
}

/* Each length of data: the payload is of the least Padme length. */
static void padding_fits(void)
{
	unsigned wrong = 0, unread = 0, empty = 0;

	for (size_t len = 0; len < 1500; len++) {
		const struct asked with = {.pad = true}, without = {0};
		struct wax_bytes a = enclose(&with, sample, len, 4096);
		struct wax_bytes b = enclose(&without, sample, len, 4096);
		struct taken t = take_out(&a, (struct reading){0});

		wrong += a.len != padme(b.len + 8);
		unread += t.err || t.out.len != len;
		empty += a.len == b.len + 8;
		wax_bytes_release(&t.out);
		wax_bytes_release(&a);
		wax_bytes_release(&b);
	}
	tap_is(wrong, 0, "1500 lengths are padded to Padme's");
	tap_is(unread, 0, "and come back");
	tap_ok(empty > 0, "for %u of them P is empty", empty);
}

/* n bytes of data, and the length that P must have there. */
static struct wax_bytes to_be_padded(size_t n, size_t *due)
{
	struct wax_bytes b = {0};

	add_sent(&b, 2);
	for (; n > BLOCK; n -= BLOCK)
		add_raw(&b, sample, BLOCK);
	add_raw(&b, sample, n);
	*due = padding_due(&b);
	return b;
}

static void paddings(size_t n)
{
	size_t due, at;
	struct wax_bytes b = to_be_padded(n, &due);

	at = b.len;
	for (size_t len = 0; len<due + 20; len += due> 300 ? 997 : 1) {
		struct taken t;

		b.len = at;
		add_bad_p(&b, len, len);
		t = take_out(&b, (struct reading){0});
		if (!tap_err(t.err, len == due ? 0 : BAD, &t.diag,
			     "P of %zu zeros where %zu are due", len, due))
			tap_note("%zu bytes of data", n);
		wax_bytes_release(&t.out);
	}
	for (size_t spot = 0; spot<due; spot += due> 300 ? due / 9 : 1) {
		b.len = at;
		add_bad_p(&b, due, spot);
		expect(&b, BAD, NULL, 0, "a P that is not all zeros");
	}
	b.len = at;
	add_bad_p(&b, due, due ? due - 1 : due);
	expect(&b, due ? BAD : 0, sample, n, "a one in its last byte");
	b.len = at;
	add_p(&b);
	add_p(&b);
	expect(&b, BAD, NULL, 0, "two Ps, each as long as is due");
	b.len = at;
	add_p(&b);
	add_raw(&b, sample, 5);
	expect(&b, BAD, NULL, 0, "data after P");
	for (uint32_t magic = 0x184d2a50; magic < 0x184d2a60; magic++) {
		b.len = at;
		add_p(&b);
		b.data[at] = (uint8_t)magic;
		expect(&b, magic == 0x184d2a57 ? 0 : BAD, sample, n,
		       "P under another magic");
	}
	wax_bytes_release(&b);
}

/* One that is longer than any buffer; only its last byte is not zero. */
static void long_padding(void)
{
	size_t due;
	struct wax_bytes b = {0};

	add_sent(&b, 2);
	for (unsigned i = 0; i < 35; i++)
		add_raw(&b, sample, BLOCK - 1);
	due = padding_due(&b);
	tap_ok(due > 70000, "%zu bytes of padding are due", due);
	add_p(&b);
	for (unsigned i = 0; i < 2; i++) {
		struct taken t = take_out(&b, (struct reading){0});

		tap_err(t.err, i ? BAD : 0, &t.diag, "a long P");
		wax_bytes_release(&t.out);
		b.data[b.len - 1] = 1;
	}
	b.data[b.len - 1] = 0;
	b.len--;
	expect(&b, BAD, NULL, 0, "its last byte is missing");
	wax_bytes_release(&b);
}

/* Where 101 bytes of padding are due, P may not be what S looks like. */
static void padding_like_a_signature(void)
{
	unsigned seen = 0;

	for (size_t n = 1900; n < 4200 && !seen; n++) {
		size_t due;
		struct wax_bytes b = to_be_padded(n, &due);

		if (due == 101) {
			uint8_t content[101] = "waxs\x01";
			size_t at = b.len;

			seen++;
			add_frame(&b, content, 101);
			expect(&b, BAD, NULL, 0, "a P that begins like S");
			b.len = at;
			add_p(&b);
			expect(&b, 0, sample, n, "a P of S's length");
		}
		wax_bytes_release(&b);
	}
	tap_ok(seen, "somewhere 101 bytes are due");
}

int main(void)
{
	crafted_start();
	padme_table();
	padding_fits();
	paddings(0);
	paddings(100);
	paddings(3000);
	paddings(100000);
	long_padding();
	padding_like_a_signature();
	return tap_end();
}
