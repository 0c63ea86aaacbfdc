/* SPDX-License-Identifier: ISC */
/*
 * Armor, both ways.
 *
 * Holds: any bytes that are armored are decoded to the same; armor that is
 * accepted and written again is the same text, but for the white space around
 * and the kind of line ends; and reading it byte by byte gives the same.
 */
#include <string.h>

#include "age/armor.h"
#include "fuzz.h"

static void armor(const void *data, size_t len, size_t step,
		  struct wax_bytes *out)
{
	struct wax_sink *sink = bytes_sink(out);
	const uint8_t *p = data;

	check(!wax_armor_sink(&sink, NULL), "there is memory");
	for (size_t n; len; p += n, len -= n) {
		n = step && step < len ? step : len;
		check(!wax_sink_write(sink, p, n, NULL), "it is written");
	}
	check(!wax_sink_finish(sink, NULL), "it is finished");
	wax_sink_free(sink);
}

/* 1: it is not armor; 0 or negative: as the source says. */
static int dearmor(const void *data, size_t len, size_t step,
		   struct wax_bytes *out)
{
	struct wax_source *from = slow_source(data, len, step), *source;
	struct wax_reader r;
	bool armored = false;
	int err = 1;

	check(!wax_reader_init(&r, from, NULL), "there is memory");
	check(!wax_armor_detect(&r, &armored, NULL), "detecting cannot fail");
	if (armored) {
		check(!wax_armor_source(&r, &source, NULL), "there is memory");
		err = drain(source, out);
		wax_source_free(source);
	}
	wax_reader_release(&r);
	wax_source_free(from);
	return err;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* As our own armor is: LF, no white space around. */
static void normalise(const uint8_t *data, size_t len, struct wax_bytes *out)
{
	while (len && is_space(*data)) {
		data++;
		len--;
	}
	while (len && is_space(data[len - 1]))
		len--;
	for (size_t i = 0; i < len; i++)
		if (data[i] != '\r' || i + 1 == len || data[i + 1] != '\n')
			add(out, data + i, 1);
	add_text(out, "\n");
}

static void both_ways(const uint8_t *data, size_t size)
{
	struct wax_bytes text = {0}, again = {0}, out = {0};

	armor(data, size, 0, &text);
	armor(data, size, 7, &again);
	check(same(&again, text.data, text.len), "written in pieces, the same");
	check(!dearmor(text.data, text.len, 0, &out), "armor is read");
	check(same(&out, data, size), "and holds what was put in");
	wax_bytes_release(&text);
	wax_bytes_release(&again);
	wax_bytes_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wax_bytes out = {0}, slow = {0}, text = {0}, normal = {0};
	int err = dearmor(data, size, 0, &out);

	check(err == 1 || err == 0 || err == WAX_ERR_FORMAT, "no other error");
	check(dearmor(data, size, 1, &slow) == err,
	      "byte by byte, the same result");
	check(same(&slow, out.data, out.len), "byte by byte, the same data");
	if (!err) {
		armor(out.data, out.len, 0, &text);
		normalise(data, size, &normal);
		check(same(&text, normal.data, normal.len),
		      "written again, the same text");
	}
	both_ways(data, size);
	wax_bytes_release(&out);
	wax_bytes_release(&slow);
	wax_bytes_release(&text);
	wax_bytes_release(&normal);
	return 0;
}
