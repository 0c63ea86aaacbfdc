/* SPDX-License-Identifier: ISC */
/*
 * Finding messages. Whatever the input: what is extracted begins with a header
 * that is well formed, and is found in itself again, with nothing to be undone
 * and to the byte; it does not matter in which pieces the input comes. Half of
 * the inputs are made: a message, mangled as the first bytes say, must come
 * back.
 */
#include <string.h>

#include "age/armor.h"
#include "age/header.h"
#include "extract/extract.h"
#include "fuzz.h"

static int extract(const uint8_t *data, size_t size, size_t step,
		   unsigned number, struct wax_bytes *out,
		   struct wax_extracted *found)
{
	const struct wax_extract what = {.number = number};
	struct wax_source *from = slow_source(data, size, step);
	struct wax_sink *to = bytes_sink(out);
	struct wax_diag diag = {0};
	int err = wax_extract(&what, from, &to, found, &diag);

	if (!err)
		err = wax_sink_finish(to, NULL);
	check(!err || *diag.text, "a failure has words");
	check(!err || err == WAX_ERR_FORMAT || err == WAX_ERR_NO_KEY ||
		      err == WAX_ERR_USAGE,
	      "no other error");
	wax_sink_free(to);
	wax_source_free(from);
	return err;
}

/* Whether two lines of armor that follow each other are the same. */
static bool has_twins(const struct wax_bytes *m)
{
	const size_t n = 65;

	for (size_t i = sizeof(WAX_ARMOR_BEGIN); i + 2 * n < m->len; i += n)
		if (!memcmp(m->data + i, m->data + i + n, n))
			return true;
	return false;
}

/*
 * What was found is a message by itself; but for one whose lines, now that they
 * are whole again, look doubled.
 */
static void again(const struct wax_bytes *message)
{
	struct wax_bytes out = {0};
	struct wax_extracted found = {0};

	if (*message->data == '-' && has_twins(message))
		return;
	check(!extract(message->data, message->len, 0, 1, &out, &found),
	      "it is found again");
	check(!found.undone && found.count == 1, "with nothing to be undone");
	check(same(&out, message->data, message->len), "and the same");
	wax_bytes_release(&out);
}

static int look(const uint8_t *data, size_t size, struct wax_bytes *out)
{
	struct wax_extracted found = {0}, slow_found = {0};
	struct wax_bytes slow = {0};
	int err = extract(data, size, 0, 1, out, &found);

	check(extract(data, size, 3, 1, &slow, &slow_found) == err,
	      "in pieces, the same");
	check(err || (same(&slow, out->data, out->len) &&
		      found.undone == slow_found.undone &&
		      found.count == slow_found.count &&
		      found.again == slow_found.again),
	      "in pieces, to the byte");
	check(err || found.again < found.count, "the first one is the first");
	if (!err)
		again(out);
	wax_bytes_release(&slow);
	/* The last one there is, and no other. */
	if (!err && found.count > 1) {
		err = extract(data, size, 0, found.count, &slow, &slow_found);
		check(err != WAX_ERR_USAGE, "the last one is there");
		wax_bytes_release(&slow);
		err = extract(data, size, 0, found.count + 1, &slow,
			      &slow_found);
		check(err == WAX_ERR_USAGE, "no more than that");
		wax_bytes_release(&slow);
		err = 0;
	}
	return err;
}

/* A message: a header, and a payload of len bytes, armored. */
static void make(size_t len, struct wax_bytes *out)
{
	static uint8_t payload[4096];
	struct wax_sink *to = bytes_sink(out);

	fill(payload, len, (uint32_t)len);
	check(!wax_armor_sink(&to, NULL), "there is memory");
	check(!wax_sink_write(to, WAX_AGE_VERSION "\n-> x\n\n--- ", 32, NULL) &&
		      !wax_sink_write(to,
				      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
				      "AAA\n",
				      44, NULL) &&
		      !wax_sink_write(to, payload, len, NULL) &&
		      !wax_sink_finish(to, NULL),
	      "it is armored");
	wax_sink_free(to);
}

/* Puts something between the lines that can be taken away again. */
static void mangle(const struct wax_bytes *from, struct input *in,
		   struct wax_bytes *out)
{
	static const char *const before[] = {
		"",    "> ",	   ">>",    "| > ", "\t",
		"   ", "\xc2\xa0", "&gt; ", "<b>",  "\xe2\x80\x8b"};
	static const char *const after[] = {
		"\n", "\r\n", "\n\n", " \n", "<br>\n", "\xc2\xa0\n", "&#32;\n"};
	const size_t n_before = sizeof(before) / sizeof(*before);
	const size_t n_after = sizeof(after) / sizeof(*after);
	bool all = take(in, 1) & 1;
	unsigned b = take(in, 1), a = take(in, 1);

	for (size_t i = 0; i < from->len;) {
		const uint8_t *p = from->data + i;
		const uint8_t *lf = memchr(p, '\n', from->len - i);
		size_t n = (size_t)(lf - p);

		add_text(out, before[b % n_before]);
		add(out, p, n);
		add_text(out, after[a % n_after]);
		i += n + 1;
		if (all)
			continue;
		b = take(in, 1);
		a = take(in, 1);
	}
}

static void made(struct input *in)
{
	struct wax_bytes message = {0}, mangled = {0}, out = {0};
	size_t len = 32 + take(in, 2) % 1000;

	make(len, &message);
	if (take(in, 1) & 1)
		add_text(&mangled, "From: x\nContent-Type: text/html\n\n");
	mangle(&message, in, &mangled);
	check(!look(mangled.data, mangled.len, &out), "it is found");
	check(same(&out, message.data, message.len), "it is the message");
	wax_bytes_release(&message);
	wax_bytes_release(&mangled);
	wax_bytes_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct wax_bytes out = {0};

	if (take(&in, 1) & 1)
		made(&in);
	else
		look(in.data, in.len, &out);
	wax_bytes_release(&out);
	return 0;
}
