/* SPDX-License-Identifier: ISC */
/*
 * Finding messages: what lengths of lines tell, BEGIN and END lines in pieces,
 * the structure of mail at its limits, and a sink or a source that fails.
 */
#include <stdio.h>
#include <string.h>

#include "age/armor.h"
#include "age/header.h"
#include "extract/extract.h"
#include "extract/layout.h"
#include "extract/mail.h"
#include "extract/mark.h"

#include "mock.h"
#include "tap.h"

#define BEGIN WAX_ARMOR_BEGIN
#define END WAX_ARMOR_END
#define MAC "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* An age file as far as it can be told without a key. */
static void make(size_t payload, struct wax_bytes *out)
{
	uint8_t data[1024];

	tap_fill(data, payload, 7);
	wax_bytes_add_text(out, WAX_AGE_VERSION "\n-> x\n\n--- " MAC "\n",
			   NULL);
	wax_bytes_add(out, data, payload, NULL);
}

static void armor(const struct wax_bytes *file, struct wax_bytes *out)
{
	struct mock_sink m;
	struct wax_sink *to = mock_sink(&m);

	wax_armor_sink(&to, NULL);
	mock_fill(to, file->data, file->len, file->len, NULL);
	wax_sink_free(to);
	*out = m.got;
}

static int extract(const struct wax_bytes *in, size_t step, struct mock_sink *m,
		   unsigned fail_at, struct wax_extracted *found,
		   struct wax_diag *diag)
{
	const struct wax_extract what = {.number = 1};
	struct mock_source from;
	struct wax_source *source = mock_source(&from, in->data, in->len);
	struct wax_sink *to = mock_sink(m);
	int err;

	from.step = step;
	m->fail_at = fail_at;
	err = wax_extract(&what, source, &to, found, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_sink_free(to);
	wax_source_free(source);
	if (from.misuse || m->misuse || from.frees != 1 || m->frees != 1)
		tap_ok(false, "the streams are used as they should be");
	return err;
}

/* Extracts, and expects these bytes. */
static void comes_back(const struct wax_bytes *in, const struct wax_bytes *want,
		       unsigned undone, const char *what)
{
	struct wax_extracted found = {0};
	struct wax_diag diag = {0};
	struct mock_sink m;

	tap_err(extract(in, 0, &m, 0, &found, &diag), 0, &diag, "%s", what);
	tap_bytes(m.got.data, m.got.len, want->data, want->len,
		  "%s: the message", what);
	tap_is(found.undone, undone, "%s: what was undone", what);
	wax_bytes_release(&m.got);
}

/* Runs by their lengths, up to a 0, and whether they fit together. */
static const struct lines {
	const char *what;
	size_t len[16];
	bool fits;
} layouts[] = {
	{"armor", {64, 64, 64, 64, 20}, true},
	{"full lines only", {64, 64, 64, 64}, true},
	{"all in one", {300}, true},
	{"joined by twos", {128, 128, 100}, true},
	{"joined at random", {64, 192, 64, 128, 84}, true},
	{"broken at 60", {60, 4, 60, 4, 60, 4, 20}, true},
	{"broken once", {64, 64, 30, 34, 64, 64, 9}, true},
	{"filled to 76", {76, 76, 76, 76, 11}, true},
	{"filled to 40", {40, 40, 40, 40, 40}, true},
	{"filled, joined by twos", {80, 80, 80, 80, 40}, true},
	{"a short line", {64, 64, 60, 64, 64}, false},
	{"a long line", {64, 64, 65, 64, 64}, false},
	{"a short last but one", {64, 64, 60, 20}, false},
	{"a short line of 76", {76, 76, 76, 75, 76}, false},
	{"a short line of 40", {40, 40, 40, 39, 40, 40}, false},
	{"no order at all", {50, 13, 70, 9, 31, 44}, true},
	{"short at once", {60, 64, 64, 64}, true},
};

static void fit_together(void)
{
	char text[512];

	tap_fill(text, sizeof(text), 1);
	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++) {
		struct wax_layout l = {.at = 0};
		const char *wrong = NULL;

		for (const size_t *len = layouts[i].len; *len; len++) {
			wrong = wrong ? wrong : wax_layout_more(&l);
			/* In two pieces, as it may come. */
			wax_layout_add(&l, text + (len - layouts[i].len), 1);
			wax_layout_add(&l, text, *len - 1);
			wrong = wrong ? wrong : wax_layout_end(&l);
		}
		tap_is(!wrong, layouts[i].fits, "%s", layouts[i].what);
	}
}

static void doubled(void)
{
	static const struct {
		size_t len;
		bool other, wrong;
	} cases[] = {{64, false, true},	 {64, true, false},  {32, false, true},
		     {31, false, false}, {300, false, true}, {1, false, false}};
	char text[301];

	tap_fill(text, sizeof(text), 2);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wax_layout l = {.at = 0};

		wax_layout_add(&l, text, cases[i].len);
		tap_ok(!wax_layout_end(&l), "once");
		wax_layout_add(&l, text + cases[i].other, cases[i].len);
		tap_is(wax_layout_end(&l) != NULL, cases[i].wrong,
		       "twice, %zu characters%s", cases[i].len,
		       cases[i].other ? " of others" : "");
	}
}

static void marks(void)
{
	static const struct {
		const char *text;
		int begins, ends;
	} cases[] = {
		{BEGIN, 1, 0},
		{END, 0, 1},
		{"----" BEGIN "-----" END, 1, 1},
		{"-- \n" BEGIN, 1, 0},
		{"-----BEGIN\nAGE \n\n ENCRYPTED  FILE-----", 1, 0},
		{"-----BEG\nIN AGE ENCRYP \n TED FILE--\n---", 1, 0},
		{"-----BEGINAGE ENCRYPTED FILE-----", 0, 0},
		{"----- BEGIN AGE ENCRYPTED FILE-----", 0, 0},
		{"-----BEG IN AGE ENCRYPTED FILE-----", 0, 0},
		{"-----BEGIN AGE ENCRYPTED FILE----", 0, 0},
		{"----BEGIN AGE ENCRYPTED FILE-----", 0, 0},
		{"-----Begin AGE ENCRYPTED FILE-----", 0, 0},
		{"-----BEGIN AGE ENCRYPTED FILE -----", 0, 0},
		{"-----BEGIN AGE " BEGIN, 1, 0},
		{"-----END AGE ENCRYPTED FILE-----END", 0, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wax_mark m = {.at = 0};
		int begins = 0, ends = 0;

		for (const char *p = cases[i].text; *p; p++) {
			enum wax_marked r = wax_mark_step(&m, *p);

			begins += r == WAX_MARK_BEGIN;
			ends += r == WAX_MARK_END;
		}
		if (!tap_ok(begins == cases[i].begins && ends == cases[i].ends,
			    "mark %zu", i))
			tap_note("%s", cases[i].text);
	}
}

/* Parts within parts, as many as are followed, and more. */
static void deep(const struct wax_bytes *file, size_t depth, bool found)
{
	struct wax_bytes in = {0}, encoded = {0};
	struct wax_extracted e = {0};
	struct wax_diag diag = {0};
	struct mock_sink m;
	char line[128];
	int err;

	wax_bytes_add_text(&in, "From: a\n", NULL);
	for (size_t i = 0; i < depth; i++) {
		snprintf(line, sizeof(line),
			 "Content-Type: multipart/mixed; boundary=b%zu\n\n"
			 "--b%zu\n",
			 i, i);
		wax_bytes_add_text(&in, line, NULL);
	}
	wax_bytes_add_text(&in, "Content-Transfer-Encoding: base64\n\n", NULL);
	armor(file, &encoded);
	wax_bytes_add(&in, encoded.data + sizeof(BEGIN),
		      encoded.len - sizeof(BEGIN) - sizeof(END), NULL);
	while (depth) {
		snprintf(line, sizeof(line), "\n--b%zu--\n", --depth);
		wax_bytes_add_text(&in, line, NULL);
	}
	err = extract(&in, 0, &m, 0, &e, &diag);
	tap_is(!err, found, "%s parts that are followed",
	       found ? "as many" : "more");
	if (found)
		tap_bytes(m.got.data, m.got.len, file->data, file->len,
			  "the same");
	else
		tap_is(err, WAX_ERR_NO_KEY, "none was found");
	wax_bytes_release(&m.got);
	wax_bytes_release(&in);
	wax_bytes_release(&encoded);
}

/* A header that is strange, and a body with a message in it. */
static void headers(const struct wax_bytes *message)
{
	static const char *const cases[] = {
		"From: a\n\n",
		"From a Mon Nov 23\n>From b\nFrom: a\n\n",
		"\n\n\nSubject: x\r\n\r\n",
		"X-Y:\n\tz\n : \n\n",
		"Content-Type: multipart/mixed; boundary\n\n",
		"Content-Type: multipart/mixed; boundary=\"\"\n\n",
		"Content-Type: multipart/mixed; =; ;;boundary=\"b\n\n",
		"Content-Type: ;\nContent-Transfer-Encoding: 7bit\n\n",
		"Content-Type: message/rfc822\n\nContent-Type: text/x\n\n",
	};

	struct wax_bytes text = {0};

	wax_bytes_add_text(&text, "To: a\nno field, it ends the header\n",
			   NULL);
	wax_bytes_add(&text, message->data, message->len, NULL);
	comes_back(&text, message, WAX_UNDONE_MAIL | WAX_UNDONE_AROUND,
		   "a header without an end");
	wax_bytes_release(&text);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wax_bytes in = {0};
		char what[32];

		snprintf(what, sizeof(what), "header %zu", i);
		wax_bytes_add_text(&in, cases[i], NULL);
		wax_bytes_add(&in, message->data, message->len, NULL);
		comes_back(&in, message, WAX_UNDONE_MAIL, what);
		wax_bytes_release(&in);
	}
}

static void long_things(const struct wax_bytes *message)
{
	static char text[200000];
	struct wax_bytes in = {0};

	memset(text, 'x', sizeof(text) - 1);
	wax_bytes_add_text(&in, "From: a\nContent-Type: ", NULL);
	wax_bytes_add_text(&in, text, NULL);
	wax_bytes_add_text(&in, "\n\n", NULL);
	wax_bytes_add_text(&in, text, NULL);
	wax_bytes_add_text(&in, "\n<", NULL);
	wax_bytes_add_text(&in, text, NULL);
	wax_bytes_add_text(&in, "\n\n", NULL);
	wax_bytes_add(&in, message->data, message->len, NULL);
	comes_back(&in, message, WAX_UNDONE_MAIL | WAX_UNDONE_AROUND,
		   "behind long lines");
	in.len = 0;
	wax_bytes_add_text(&in,
			   "From: a\nContent-Type: multipart/mixed; "
			   "boundary=",
			   NULL);
	text[WAX_MAIL_BOUNDARY_MAX] = '\0';
	wax_bytes_add_text(&in, text, NULL);
	wax_bytes_add_text(&in, "\n\n--", NULL);
	wax_bytes_add_text(&in, text, NULL);
	wax_bytes_add_text(&in, "\nContent-Type: text/plain\n\n", NULL);
	wax_bytes_add(&in, message->data, message->len, NULL);
	comes_back(&in, message, WAX_UNDONE_MAIL, "behind a long boundary");
	wax_bytes_release(&in);
}

/* Each write fails once, and each read. */
static void failing(const struct wax_bytes *message)
{
	unsigned n = 0, good = 0;
	int err = -1;

	while (err && n < 100) {
		struct wax_extracted found = {0};
		struct wax_diag diag = {0};
		struct mock_sink m;

		err = extract(message, 1, &m, ++n, &found, &diag);
		good += !err || (err == MOCK_ERR && !m.finishes &&
				 !strcmp(diag.text, MOCK_TEXT));
		wax_bytes_release(&m.got);
	}
	tap_ok(n > 2 && good == n, "%u writes, each fails once as it should",
	       n - 1);
	for (n = 1; n < 100; n++) {
		const struct wax_extract what = {.number = 1};
		struct wax_extracted found = {0};
		struct wax_diag diag = {0};
		struct mock_source from;
		struct mock_sink m;
		struct wax_source *source =
			mock_source(&from, message->data, message->len);
		struct wax_sink *to = mock_sink(&m);

		from.step = message->len / 50;
		from.fail_at = n;
		err = wax_extract(&what, source, &to, &found, &diag);
		wax_sink_free(to);
		wax_source_free(source);
		wax_bytes_release(&m.got);
		if (err != MOCK_ERR || strcmp(diag.text, MOCK_TEXT) != 0)
			break;
	}
	tap_ok(!err && n > 50, "%u reads, each fails once as it should", n - 1);
}

static void names(void)
{
	unsigned n = 0;

	while (wax_undone_name(n))
		n++;
	tap_is(1 << (n - 1), WAX_UNDONE_PADDING, "each bit has words");
}

int main(void)
{
	struct wax_bytes file = {0}, message = {0};

	make(777, &file);
	armor(&file, &message);
	fit_together();
	doubled();
	marks();
	comes_back(&message, &message, 0, "armor");
	comes_back(&file, &file, 0, "a binary file");
	deep(&file, 1, true);
	deep(&file, WAX_MAIL_DEPTH, true);
	deep(&file, WAX_MAIL_DEPTH + 1, false);
	headers(&message);
	long_things(&message);
	failing(&message);
	names();
	wax_bytes_release(&file);
	wax_bytes_release(&message);
	return tap_end();
}
