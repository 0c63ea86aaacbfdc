/* SPDX-License-Identifier: ISC */
/*
 * What many recipients and identities cost: eight times as many may not take
 * much more than eight times as long. Where it grows with the square, it is 64
 * times; the time is the processor's, and the least of several tries.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bech32.h"
#include "base/bytes.h"
#include "fixture.h"
#include "keys/identities.h"
#include "tap.h"

#define TIMES 8
#define MOST 24
#define TRIES 3

static const uint8_t file_key[WAX_FILE_KEY_SIZE];

/* Number i as a key, all of them different. */
static void number(size_t i, uint8_t out[32])
{
	memset(out, 0, 32);
	wax_le_put(out, i * 2654435761u % 4294967296, 8);
	out[8] = 1;
}

static void line(struct wax_bytes *to, const char *hrp, bool upper, size_t i)
{
	uint8_t key[32];
	char text[80] = "";

	number(i, key);
	wax_bech32_encode(hrp, upper, key, sizeof(key), text);
	wax_bytes_add_text(to, "# a comment\n", NULL);
	wax_bytes_add_text(to, text, NULL);
	wax_bytes_add_text(to, "\n", NULL);
}

/* Each does its work with n, and returns whether all went well. */
static bool recipients(size_t n)
{
	struct wax_recipients *list = NULL;
	struct wax_source *from = NULL;
	struct wax_bytes text = {0};
	bool ok;

	for (size_t i = 0; i < 2 * n; i++)
		line(&text, "age", false, i % n);
	ok = !wax_recipients_new(&list, NULL) &&
	     !wax_source_memory(text.data, text.len, &from, NULL) &&
	     !wax_recipients_read(list, from, NULL, NULL) &&
	     wax_recipients_count(list) == n;
	wax_source_free(from);
	wax_recipients_free(list);
	wax_bytes_release(&text);
	return ok;
}

static bool identities(size_t n)
{
	struct wax_identities *list = NULL;
	struct wax_bytes text = {0};
	size_t got = 0;
	bool ok;

	for (size_t i = 0; i < n; i++)
		line(&text, "age-secret-key-pq-", true, i);
	ok = !wax_identities_new(NULL, NULL, &list, NULL) &&
	     !fixture_read(list, (char *)text.data, text.len, NULL) &&
	     !wax_identities_unlock(list, &got, NULL) && got == n;
	wax_identities_free(list);
	wax_bytes_release(&text);
	return ok;
}

/* One file each, as many -i would. */
static bool files(size_t n)
{
	struct wax_identities *list = NULL;
	bool ok = !wax_identities_new(NULL, NULL, &list, NULL);

	for (size_t i = 0; i < n; i++) {
		struct wax_bytes text = {0};

		line(&text, "age-secret-key-pq-", true, i);
		ok &= !fixture_read(list, (char *)text.data, text.len, NULL);
		wax_bytes_release(&text);
	}
	wax_identities_free(list);
	return ok;
}

static bool write_header(struct wax_header *h, size_t n)
{
	static const char *const args[] = {"x", "y"};
	uint8_t body[32];
	bool ok = true;

	for (size_t i = 0; i < n; i++) {
		number(i, body);
		ok &= !wax_header_add(h, args, 2, body, sizeof(body), NULL);
	}
	return ok && !wax_header_finish(h, file_key, NULL);
}

/* Written, read, looked for a key in it, and inspected. */
static bool header(size_t n)
{
	struct wax_identities *none =
		fixture_identities(WAX_IDENTITY_X25519, 1);
	struct wax_header h = {0}, again = {0};
	struct wax_inspection *in = NULL;
	struct wax_source *from = NULL;
	uint8_t key[WAX_FILE_KEY_SIZE];
	struct wax_reader r = {0};
	bool ok = write_header(&h, n) &&
		  !wax_source_memory(h.text.data, h.text.len, &from, NULL) &&
		  !wax_reader_init(&r, from, NULL) &&
		  !wax_header_read(&again, &r, NULL) &&
		  wax_header_count(&again) == n &&
		  wax_identities_unwrap(none, &again, key, NULL) ==
			  WAX_ERR_NO_KEY;

	wax_reader_release(&r);
	wax_source_free(from);
	ok = ok && !wax_source_memory(h.text.data, h.text.len, &from, NULL) &&
	     !wax_inspect(from, &in, NULL) &&
	     wax_inspection_header(in) == h.text.len;
	wax_inspection_free(in);
	wax_source_free(from);
	wax_header_release(&h);
	wax_header_release(&again);
	wax_identities_free(none);
	return ok;
}

static double seconds(bool work(size_t n), size_t n, bool *ok)
{
	double least = 1e9;

	for (int i = 0; i < TRIES; i++) {
		clock_t begin = clock();
		double took;

		*ok &= work(n);
		took = (double)(clock() - begin) / CLOCKS_PER_SEC;
		least = took < least ? took : least;
	}
	return least;
}

static void grows(const char *what, bool work(size_t n), size_t n)
{
	bool ok = true;
	double few = seconds(work, n, &ok),
	       many = seconds(work, n * TIMES, &ok);

	tap_ok(ok && many < few * MOST, "%s: %zu in %.1f ms, %zu in %.1f ms",
	       what, n, few * 1e3, n * TIMES, many * 1e3);
}

int main(void)
{
	grows("recipients, each twice", recipients, 1000);
	grows("identities of one file", identities, 1000);
	grows("files of an identity", files, 250);
	grows("stanzas", header, 2000);
	return tap_end();
}
