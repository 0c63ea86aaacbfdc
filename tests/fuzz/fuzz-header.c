/* SPDX-License-Identifier: ISC */
/*
 * The header of an age file.
 *
 * Holds: a header that is accepted is written again to the same bytes; what
 * follows it is left for the payload, to the byte; and reading it byte by byte
 * gives the same.
 */
#include <stdlib.h>
#include <string.h>

#include "age/header.h"
#include "base/base64.h"
#include "fuzz.h"

static const uint8_t file_key[WAX_FILE_KEY_SIZE] = "0123456789abcdef";
static const uint8_t other_key[WAX_FILE_KEY_SIZE] = "0123456789abcdeg";

/* Reads a header and what is left behind it. */
static int parse(const uint8_t *data, size_t size, size_t step,
		 struct wax_header *h, struct wax_bytes *rest)
{
	struct wax_source *source = slow_source(data, size, step);
	struct wax_reader r;
	uint8_t buf[1024];
	size_t got = 1;
	int err;

	check(!wax_reader_init(&r, source, NULL), "there is memory");
	err = wax_header_read(h, &r, NULL);
	while (!err && got) {
		check(!wax_reader_read(&r, buf, sizeof(buf), &got, NULL),
		      "the rest can be read");
		add(rest, buf, got);
	}
	wax_reader_release(&r);
	wax_source_free(source);
	return err;
}

/* Adds stanza i of from to to, its arguments as strings. */
static void write_stanza(const struct wax_header *from, size_t i,
			 struct wax_header *to)
{
	struct wax_stanza s = wax_header_stanza(from, i);
	char *args = malloc(s.args.left + 1);
	const char **words = malloc((s.args.left + 1) * sizeof(*words));
	size_t n = 0, len;
	const char *type = wax_stanza_type(&s, &len);

	check(args && words, "there is memory");
	memcpy(args, s.args.at, s.args.left);
	args[s.args.left] = '\0';
	check(len && !memcmp(args, type, len), "the type comes first");
	for (char *p = strtok(args, " "); p; p = strtok(NULL, " "))
		words[n++] = p;
	check(!wax_stanza_expect(&s, n - 1, s.body_len, NULL),
	      "the arguments are counted");
	for (size_t a = 0; a + 1 < n; a++) {
		const char *arg = wax_stanza_arg(&s, a, &len);

		check(len == strlen(words[a + 1]) &&
			      !memcmp(arg, words[a + 1], len),
		      "each argument is found");
	}
	check(!wax_header_add(to, words, n, s.body, s.body_len, NULL),
	      "what is read can be written");
	free(args);
	free(words);
}

static void write_again(const struct wax_header *h)
{
	struct wax_header to = {0};
	char mac[43];

	for (size_t i = 0; i < wax_header_count(h); i++)
		write_stanza(h, i, &to);
	check(!wax_header_finish(&to, file_key, NULL), "it can be finished");
	check(to.mac_at == h->mac_at && to.text.len == h->text.len &&
		      !memcmp(to.text.data, h->text.data, to.mac_at),
	      "written again, the same up to the MAC");
	wax_base64_encode(h->mac, 32, mac);
	check(!memcmp(h->text.data + h->mac_at, " ", 1) &&
		      !memcmp(h->text.data + h->mac_at + 1, mac, 43) &&
		      h->text.data[h->mac_at + 44] == '\n' &&
		      h->text.len == h->mac_at + 45,
	      "and the MAC itself");
	check(wax_header_verify(&to, file_key), "its own MAC fits");
	check(!wax_header_verify(&to, other_key), "and no other key's");
	wax_header_release(&to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wax_header h = {0}, slow = {0};
	struct wax_bytes rest = {0}, slow_rest = {0};
	int err = parse(data, size, 0, &h, &rest);

	check(err == 0 || err == WAX_ERR_FORMAT, "no other error");
	check(parse(data, size, 1, &slow, &slow_rest) == err,
	      "byte by byte, the same result");
	if (!err) {
		check(same(&h.text, data, h.text.len), "the text is kept");
		check(same(&rest, data + h.text.len, size - h.text.len),
		      "the rest is left");
		check(same(&slow.text, h.text.data, h.text.len) &&
			      same(&slow_rest, rest.data, rest.len),
		      "byte by byte, the same header");
		write_again(&h);
	}
	wax_header_release(&h);
	wax_header_release(&slow);
	wax_bytes_release(&rest);
	wax_bytes_release(&slow_rest);
	return 0;
}
