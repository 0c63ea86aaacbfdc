/* SPDX-License-Identifier: ISC */
/*
 * Armor: both ways for all sizes, and strict in what it accepts.
 */
#include <stdlib.h>
#include <string.h>

#include "age/armor.h"
#include "mock.h"
#include "tap.h"

#define BEGIN "-----BEGIN AGE ENCRYPTED FILE-----"
#define END "-----END AGE ENCRYPTED FILE-----"
#define LINE64                                                                 \
	"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"

/* Armors data, written step bytes at a time. */
static void armor(const uint8_t *data, size_t len, size_t step,
		  struct wax_bytes *out)
{
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	int err = wax_armor_sink(&sink, NULL);

	if (!err)
		err = mock_fill(sink, data, len, step, NULL);
	wax_sink_free(sink);
	if (err || m.misuse || m.finishes != 1 || m.frees != 1)
		tap_ok(false, "armoring %zu bytes", len);
	*out = m.got;
}

/* Decodes, read step bytes at a time from a source that gives step. */
static int dearmor(const void *text, size_t len, size_t step, bool *armored,
		   struct wax_bytes *out, struct wax_diag *diag)
{
	struct wax_source *source = NULL;
	struct mock_reader r;
	int err;

	mock_reader_init(&r, text, len, step);
	*armored = false;
	err = wax_armor_detect(&r.reader, armored, diag);
	if (!err && *armored)
		err = wax_armor_source(&r.reader, &source, diag);
	if (!err && *armored)
		err = mock_drain(source, step ? step : 4096, out, diag);
	if (r.mock.misuse)
		tap_ok(false, "the source is used as it should be");
	wax_source_free(source);
	mock_reader_release(&r);
	return err;
}

/* What age itself would write, made the plain way. */
static bool looks_right(const struct wax_bytes *text)
{
	const char *p = (const char *)text->data;
	const char *end = p + text->len;
	size_t columns = 64;

	if (text->len < sizeof(BEGIN) || memcmp(p, BEGIN "\n", sizeof(BEGIN)))
		return false;
	for (p += sizeof(BEGIN); p < end && *p != '-';) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		if (!lf || columns < 64 || lf - p > 64 || lf == p)
			return false;
		columns = (size_t)(lf - p);
		p = lf + 1;
	}
	return end - p == sizeof(END) && !memcmp(p, END "\n", sizeof(END));
}

static void round_trips(void)
{
	uint8_t data[200];
	bool good = true;

	tap_fill(data, sizeof(data), 4);
	for (size_t len = 0; len <= sizeof(data); len++) {
		for (size_t step = 1; step <= 100; step += 33) {
			struct wax_bytes text = {0}, out = {0};
			bool armored;

			armor(data, len, step, &text);
			good &= looks_right(&text);
			good &= !dearmor(text.data, text.len, step, &armored,
					 &out, NULL);
			good &= armored && out.len == len &&
				(!len || !memcmp(out.data, data, len));
			wax_bytes_release(&text);
			wax_bytes_release(&out);
		}
	}
	tap_ok(good, "0 to 200 bytes come back, in all steps");
}

static void large(void)
{
	const size_t len = 1000003;
	uint8_t *data = malloc(len);
	struct wax_bytes text = {0}, out = {0};
	bool armored;

	if (!data)
		return;
	tap_fill(data, len, 5);
	armor(data, len, 65536, &text);
	tap_ok(looks_right(&text), "a million bytes: lines of 64");
	tap_err(dearmor(text.data, text.len, 0, &armored, &out, NULL), 0, NULL,
		"read back");
	tap_bytes(out.data, out.len, data, len, "the same");
	wax_bytes_release(&text);
	wax_bytes_release(&out);
	free(data);
}

struct sample {
	const char *what, *text;
	int bytes; /* -1: refused; -2: not armor at all */
};

static const struct sample samples[] = {
	{"the shortest", BEGIN "\nQQ==\n" END "\n", 1},
	{"no LF at the end", BEGIN "\nQQ==\n" END, 1},
	{"CR LF", BEGIN "\r\nQQ==\r\n" END "\r\n", 1},
	{"CR LF and LF mixed", BEGIN "\r\n" LINE64 "\nQQ==\r\n" END "\n", 49},
	{"white space around", " \t\r\n\n" BEGIN "\nQQ==\n" END "\n \t\r\n\n",
	 1},
	{"spaces on END's line", BEGIN "\nQQ==\n" END "  \n", -1},
	{"no data", BEGIN "\n" END "\n", 0},
	{"one full line", BEGIN "\n" LINE64 "\n" END "\n", 48},
	{"two full lines", BEGIN "\n" LINE64 "\n" LINE64 "\n" END "\n", 96},
	{"a line of 47 bytes",
	 BEGIN "\nQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
	       "QUE=\n" END "\n",
	 47},
	{"nothing", "", -2},
	{"white space alone", " \n\n", -2},
	{"other text", "hello\n", -2},
	{"a text before", "x\n" BEGIN "\nQQ==\n" END "\n", -2},
	{"another label", "-----BEGIN PGP MESSAGE-----\nQQ==\n", -2},
	{"the label in small letters",
	 "-----begin age encrypted file-----\nQQ==\n", -2},
	{"a dash too few", "----BEGIN AGE ENCRYPTED FILE-----\nQQ==\n", -2},
	{"a form feed before", "\f" BEGIN "\nQQ==\n" END "\n", -2},
	{"BEGIN alone", BEGIN, -1},
	{"BEGIN and LF", BEGIN "\n", -1},
	{"a dash more after BEGIN", BEGIN "-\nQQ==\n" END "\n", -1},
	{"a space after BEGIN", BEGIN " \nQQ==\n" END "\n", -1},
	{"no END", BEGIN "\nQQ==\n", -1},
	{"no END, full line", BEGIN "\n" LINE64 "\n", -1},
	{"END cut short", BEGIN "\nQQ==\n-----END AGE ENCRYPTED FILE----\n",
	 -1},
	{"another END", BEGIN "\nQQ==\n-----END PGP MESSAGE-----\n", -1},
	{"a space before END", BEGIN "\nQQ==\n " END "\n", -1},
	{"END on the data's line", BEGIN "\nQQ==" END "\n", -1},
	{"a header line", BEGIN "\nComment: x\n\nQQ==\n" END "\n", -1},
	{"an empty line first", BEGIN "\n\nQQ==\n" END "\n", -1},
	{"an empty line last", BEGIN "\nQQ==\n\n" END "\n", -1},
	{"an empty line between", BEGIN "\n" LINE64 "\n\nQQ==\n" END "\n", -1},
	{"a short line between", BEGIN "\nQUFB\nQQ==\n" END "\n", -1},
	{"data after padding", BEGIN "\nQQ==\n" LINE64 "\n" END "\n", -1},
	{"a long line", BEGIN "\n" LINE64 "QUFB\n" END "\n", -1},
	{"a longer line with padding", BEGIN "\n" LINE64 "QQ==\n" END "\n", -1},
	{"a space before the data", BEGIN "\n QQ==\n" END "\n", -1},
	{"a space after the data", BEGIN "\nQQ== \n" END "\n", -1},
	{"a tab in the data", BEGIN "\nQQ=\t=\n" END "\n", -1},
	{"no padding", BEGIN "\nQQ\n" END "\n", -1},
	{"half of the padding", BEGIN "\nQQ=\n" END "\n", -1},
	{"too much padding", BEGIN "\nQUE==\n" END "\n", -1},
	{"padding alone", BEGIN "\n====\n" END "\n", -1},
	{"trailing bits", BEGIN "\nQR==\n" END "\n", -1},
	{"a bad character", BEGIN "\nQ!==\n" END "\n", -1},
	{"the URL alphabet", BEGIN "\nQQ-_\n" END "\n", -1},
	{"a checksum", BEGIN "\nQQ==\n=njUN\n" END "\n", -1},
	{"CR CR LF", BEGIN "\nQQ==\r\r\n" END "\n", -1},
	{"CR alone between", BEGIN "\rQQ==\r" END "\r", -1},
	{"text after END", BEGIN "\nQQ==\n" END "\nx", -1},
	{"text on END's line", BEGIN "\nQQ==\n" END "x\n", -1},
	{"a second armor", BEGIN "\nQQ==\n" END "\n" BEGIN "\nQQ==\n" END "\n",
	 -1},
	{"a form feed after END", BEGIN "\nQQ==\n" END "\n\f", -1},
};

static void strict(void)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		for (size_t step = 0; step < 2; step++) {
			const struct sample *s = &samples[i];
			struct wax_bytes out = {0};
			struct wax_diag diag = {0};
			bool armored;
			int err = dearmor(s->text, strlen(s->text), step,
					  &armored, &out, &diag);
			int got = !armored ? -2 : err ? -1 : (int)out.len;

			if (!tap_is(got, s->bytes, "%s%s", s->what,
				    step ? ", byte by byte" : "") ||
			    (err && err != WAX_ERR_FORMAT))
				tap_note("%d: '%s'", err, diag.text);
			wax_bytes_release(&out);
		}
	}
}

static void nul_inside(void)
{
	static const char text[] = BEGIN "\nQU\0B\n" END "\n";
	struct wax_bytes out = {0};
	struct wax_diag diag = {0};
	bool armored;

	tap_err(dearmor(text, sizeof(text) - 1, 0, &armored, &out, &diag),
		WAX_ERR_FORMAT, &diag, "a NUL in the data");
	wax_bytes_release(&out);
}

static void much_space(void)
{
	char text[2 * WAX_ARMOR_SPACE_MAX + 256];
	static const char armored_text[] = BEGIN "\nQQ==\n" END;
	const size_t n = sizeof(armored_text) - 1;

	for (size_t before = WAX_ARMOR_SPACE_MAX;
	     before <= WAX_ARMOR_SPACE_MAX + 1; before++) {
		struct wax_bytes out = {0};
		bool armored;

		memset(text, '\n', sizeof(text));
		memcpy(text + before, armored_text, n);
		tap_err(dearmor(text, before + n + WAX_ARMOR_SPACE_MAX, 0,
				&armored, &out, NULL),
			0, NULL, "%zu line ends before", before);
		tap_is(armored, before == WAX_ARMOR_SPACE_MAX,
		       "armor is found up to 1024");
		wax_bytes_release(&out);
	}
	/* The first one ends END's own line. */
	for (size_t after = WAX_ARMOR_SPACE_MAX + 1;
	     after <= WAX_ARMOR_SPACE_MAX + 2; after++) {
		struct wax_bytes out = {0};
		struct wax_diag diag = {0};
		bool armored;

		memset(text, '\n', sizeof(text));
		memcpy(text, armored_text, n);
		tap_err(dearmor(text, n + after, 0, &armored, &out, &diag),
			after == WAX_ARMOR_SPACE_MAX + 1 ? 0 : WAX_ERR_FORMAT,
			&diag, "%zu line ends after", after);
		wax_bytes_release(&out);
	}
}

/* Nothing is taken of what is no armor. */
static void left_alone(void)
{
	static const char text[] = "\n\n-----BEGIN AGE\n";
	struct mock_reader r;
	bool armored = true;
	const uint8_t *data;
	size_t len;

	mock_reader_init(&r, text, sizeof(text) - 1, 1);
	tap_ok(!wax_armor_detect(&r.reader, &armored, NULL) && !armored,
	       "no armor");
	tap_ok(!wax_reader_peek(&r.reader, 100, &data, &len, NULL),
	       "the reader goes on");
	tap_bytes(data, len, text, sizeof(text) - 1, "from the beginning");
	mock_reader_release(&r);
}

/* The sink below fails at each of its calls in turn. */
static void failing_sink(void)
{
	static uint8_t data[100000];
	unsigned n = 0, good = 0;
	bool whole = false;

	while (!whole && n < 100) {
		struct mock_sink m;
		struct wax_sink *sink = mock_sink(&m);
		struct wax_diag diag = {0};
		int err;

		m.fail_at = ++n;
		err = wax_armor_sink(&sink, &diag);
		if (!err)
			err = wax_sink_write(sink, data, sizeof(data), &diag);
		if (!err)
			err = wax_sink_finish(sink, &diag);
		whole = !err;
		good += whole || (err == MOCK_ERR && m.writes == n &&
				  !m.finishes && !strcmp(diag.text, MOCK_TEXT));
		wax_sink_free(sink);
		good -= m.misuse || m.frees != 1;
		wax_bytes_release(&m.got);
	}
	tap_ok(n > 4 && good == n, "%u writes, each fails once as it should",
	       n - 1);
}

static void given_up(void)
{
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);

	wax_armor_sink(&sink, NULL);
	wax_sink_write(sink, "abc", 3, NULL);
	wax_sink_free(sink);
	tap_ok(!m.finishes && m.frees == 1, "freed: not finished");
	tap_ok(m.got.len <= sizeof(BEGIN), "freed: no data, no END");
	wax_bytes_release(&m.got);
}

int main(void)
{
	round_trips();
	large();
	strict();
	nul_inside();
	much_space();
	left_alone();
	failing_sink();
	given_up();
	return tap_end();
}
