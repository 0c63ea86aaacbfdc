/* SPDX-License-Identifier: ISC */
/*
 * The header: what is read is written back to the byte, and each way in which
 * c2sp.org/age says that a header is malformed is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "age/header.h"
#include "base/base64.h"
#include "mock.h"
#include "tap.h"

#define VERSION "age-encryption.org/v1\n"
#define MAC "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
#define LINE64                                                                 \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
/* Of three bytes and of none. */
#define BODY "AAAA\n"
#define EMPTY "\n"

static const uint8_t file_key[WAX_FILE_KEY_SIZE] = "0123456789abcdef";

static int parse(struct wax_header *h, const void *data, size_t len,
		 size_t step, size_t *rest, struct wax_diag *diag)
{
	struct mock_reader r;
	struct wax_bytes left = {0};
	uint8_t buf[4096];
	size_t got = 1;
	int err;

	mock_reader_init(&r, data, len, step);
	err = wax_header_read(h, &r.reader, diag);
	while (!err && got) {
		err = wax_reader_read(&r.reader, buf, sizeof(buf), &got, diag);
		*rest += got;
	}
	tap_ok(!r.mock.misuse, "the source is used as it should be");
	mock_reader_release(&r);
	wax_bytes_release(&left);
	return err;
}

/* Writes what was read, its arguments and bodies, as a new header. */
static void write_again(const struct wax_header *h, struct wax_header *to)
{
	for (size_t i = 0; i < wax_header_count(h); i++) {
		struct wax_stanza s = wax_header_stanza(h, i);
		char *args = strndup((const char *)s.args.at, s.args.left);
		const char *words[8];
		size_t n = 0;

		for (char *p = strtok(args, " "); p && n < 8;
		     p = strtok(NULL, " "))
			words[n++] = p;
		wax_header_add(to, words, n, s.body, s.body_len, NULL);
		free(args);
	}
	wax_header_finish(to, file_key, NULL);
}

/* A header with stanzas of n bytes each, 0 up to most. */
static void make(struct wax_header *h, size_t most)
{
	static const char *const args[] = {"type", "an+argument", "!~"};
	uint8_t body[200];

	tap_fill(body, sizeof(body), 9);
	for (size_t n = 0; n <= most; n++)
		wax_header_add(h, args, 1 + n % 3, body, n, NULL);
	wax_header_finish(h, file_key, NULL);
}

static void round_trip(void)
{
	static const size_t steps[] = {0, 1, 7, 64};
	struct wax_header made = {0};

	make(&made, 200);
	for (size_t i = 0; i < 4; i++) {
		struct wax_header h = {0}, again = {0};
		size_t rest = 0;

		tap_err(parse(&h, made.text.data, made.text.len, steps[i],
			      &rest, NULL),
			0, NULL, "201 stanzas, read %zu bytes at a time",
			steps[i]);
		tap_is((long long)wax_header_count(&h), 201, "all are there");
		tap_is((long long)rest, 0, "nothing is left");
		tap_bytes(h.text.data, h.text.len, made.text.data,
			  made.text.len, "the text is kept");
		tap_ok(wax_header_verify(&h, file_key), "the MAC fits");
		tap_ok(!wax_header_verify(&h, (const uint8_t *)"another file k"
							       "ey"),
		       "but not another key");
		write_again(&h, &again);
		tap_bytes(again.text.data, again.text.len, made.text.data,
			  made.text.len, "written again: the same bytes");
		wax_header_release(&h);
		wax_header_release(&again);
	}
	wax_header_release(&made);
}

static void stanzas(void)
{
	static const char text[] =
		VERSION "-> X25519 one two\n" BODY "-> x\n" LINE64
			"\n" EMPTY MAC "rest";
	struct wax_header h = {0};
	struct wax_stanza s;
	struct wax_diag diag = {0};
	uint8_t out[8];
	const char *arg;
	size_t rest = 0, len;

	tap_err(parse(&h, text, sizeof(text) - 1, 0, &rest, &diag), 0, &diag,
		"two stanzas");
	tap_is((long long)rest, 4, "the reader is at the payload");
	s = wax_header_stanza(&h, 0);
	tap_ok(wax_stanza_is(&s, "X25519"), "the first type");
	tap_ok(!wax_stanza_is(&s, "X2551") && !wax_stanza_is(&s, "X25519 ") &&
		       !wax_stanza_is(&s, "x25519"),
	       "and no other");
	arg = wax_stanza_arg(&s, 0, &len);
	tap_bytes(arg, len, "one", 3, "its first argument");
	arg = wax_stanza_arg(&s, 1, &len);
	tap_bytes(arg, len, "two", 3, "its second argument");
	tap_bytes(s.body, s.body_len, "\0\0\0", 3, "its body");
	tap_err(wax_stanza_expect(&s, 2, 3, &diag), 0, &diag, "as expected");
	tap_err(wax_stanza_expect(&s, 1, 3, &diag), WAX_ERR_FORMAT, &diag,
		"an argument too many");
	tap_err(wax_stanza_expect(&s, 3, 3, &diag), WAX_ERR_FORMAT, &diag,
		"an argument too few");
	tap_err(wax_stanza_expect(&s, 2, 4, &diag), WAX_ERR_FORMAT, &diag,
		"another size of the body");
	tap_err(wax_stanza_decode(&s, 0, out, 2, &diag), WAX_ERR_FORMAT, &diag,
		"one is not canonical base64");
	s = wax_header_stanza(&h, 1);
	tap_ok(wax_stanza_is(&s, "x") && s.body_len == 48,
	       "the second, with a full line");
	tap_err(wax_stanza_expect(&s, 0, 48, &diag), 0, &diag, "no arguments");
	wax_header_release(&h);
}

struct bad {
	const char *what, *text;
};

static const struct bad bad[] = {
	{"nothing", ""},
	{"a version cut short", "age-encryption.org/v"},
	{"a version without LF", "age-encryption.org/v1"},
	{"CR LF after the version", "age-encryption.org/v1\r\n-> x\n" BODY MAC},
	{"version 2", "age-encryption.org/v2\n-> x\n" BODY MAC},
	{"version 10", "age-encryption.org/v10\n-> x\n" BODY MAC},
	{"a space after the version",
	 "age-encryption.org/v1 \n-> x\n" BODY MAC},
	{"a line before the version", "\n" VERSION "-> x\n" BODY MAC},
	{"other letters", "Age-encryption.org/v1\n-> x\n" BODY MAC},
	{"no stanza", VERSION MAC},
	{"nothing after the version", VERSION},
	{"an empty line as stanza", VERSION "\n" BODY MAC},
	{"an arrow alone", VERSION "->\n" BODY MAC},
	{"an arrow and a space", VERSION "-> \n" BODY MAC},
	{"no space after the arrow", VERSION "->x\n" BODY MAC},
	{"two spaces after the arrow", VERSION "->  x\n" BODY MAC},
	{"a space at the end of the arguments", VERSION "-> x \n" BODY MAC},
	{"two spaces between arguments", VERSION "-> x  y\n" BODY MAC},
	{"a tab between arguments", VERSION "-> x\ty\n" BODY MAC},
	{"CR in the arguments", VERSION "-> x\r\n" BODY MAC},
	{"a control character", VERSION "-> x\x1b\n" BODY MAC},
	{"DEL", VERSION "-> x\x7f\n" BODY MAC},
	{"a byte above 126", VERSION "-> x\xc3\xa9\n" BODY MAC},
	{"another arrow", VERSION "=> x\n" BODY MAC},
	{"a stanza without a body", VERSION "-> x\n" MAC},
	{"a stanza at the end", VERSION "-> x\n"},
	{"a stanza line without LF", VERSION "-> x"},
	{"a full line and nothing", VERSION "-> x\n" LINE64 "\n" MAC},
	{"a full line and the end", VERSION "-> x\n" LINE64 "\n"},
	{"a body's line without LF", VERSION "-> x\nAAAA"},
	{"65 characters", VERSION "-> x\n" LINE64 "A\n" BODY MAC},
	{"68 characters", VERSION "-> x\n" LINE64 "AAAA\n" MAC},
	{"an impossible length", VERSION "-> x\nAAAAA\n" MAC},
	{"trailing bits", VERSION "-> x\nAB\n" MAC},
	{"padding", VERSION "-> x\nAA==\n" MAC},
	{"a space in the body", VERSION "-> x\nAAAA AAA\n" MAC},
	{"CR after the body", VERSION "-> x\nAAAA\r\n" MAC},
	{"two short lines", VERSION "-> x\n" BODY BODY MAC},
	{"the URL alphabet", VERSION "-> x\nAA-_\n" MAC},
	{"no MAC", VERSION "-> x\n" BODY},
	{"dashes alone", VERSION "-> x\n" BODY "---\n"},
	{"dashes and a space", VERSION "-> x\n" BODY "--- \n"},
	{"no space before the MAC", VERSION
	 "-> x\n" BODY "---AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"},
	{"two spaces before the MAC", VERSION
	 "-> x\n" BODY "---  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"},
	{"a space after the MAC", VERSION
	 "-> x\n" BODY "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA \n"},
	{"a MAC cut short", VERSION
	 "-> x\n" BODY "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"},
	{"a MAC too long", VERSION
	 "-> x\n" BODY "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"},
	{"a MAC with trailing bits", VERSION
	 "-> x\n" BODY "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\n"},
	{"a MAC with padding", VERSION
	 "-> x\n" BODY "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"},
	{"CR after the MAC", VERSION
	 "-> x\n" BODY "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"},
	{"a MAC without LF", VERSION
	 "-> x\n" BODY "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
	{"four dashes", VERSION
	 "-> x\n" BODY "---- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"},
};

static void malformed(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct wax_header h = {0};
		struct wax_diag diag = {0};
		size_t rest = 0;

		tap_err(parse(&h, bad[i].text, strlen(bad[i].text), 0, &rest,
			      &diag),
			WAX_ERR_FORMAT, &diag, "refused: %s", bad[i].what);
		wax_header_release(&h);
	}
}

/* Each beginning of a good header is refused, as is a NUL anywhere in it. */
static void cut_and_nul(void)
{
	char text[] = VERSION "-> x y\n" BODY MAC;
	struct wax_header h = {0};
	struct mock_reader r;
	unsigned accepted = 0;
	size_t n = sizeof(text) - 1;

	for (size_t len = 0; len < n; len++) {
		mock_reader_init(&r, text, len, 0);
		accepted += !wax_header_read(&h, &r.reader, NULL);
		wax_header_release(&h);
		mock_reader_release(&r);
	}
	tap_is(accepted, 0, "no header that is cut short is accepted");
	for (size_t at = 0; at < n; at++) {
		char old = text[at];

		text[at] = '\0';
		mock_reader_init(&r, text, n, 0);
		accepted += !wax_header_read(&h, &r.reader, NULL);
		wax_header_release(&h);
		mock_reader_release(&r);
		text[at] = old;
	}
	tap_is(accepted, 0, "no header with a NUL is accepted");
}

/* Reads VERSION, then unit again and again: total bytes or more. */
static int endless(const char *unit, size_t total, struct wax_diag *diag)
{
	struct wax_bytes text = {0};
	struct wax_header h = {0};
	size_t rest = 0;
	int err = wax_bytes_add_text(&text, VERSION, NULL);

	while (!err && text.len < total)
		err = wax_bytes_add_text(&text, unit, NULL);
	if (!err)
		err = wax_bytes_add_text(&text, MAC, NULL);
	tap_ok(!err, "there is memory for the test");
	err = parse(&h, text.data, text.len, 0, &rest, diag);
	wax_header_release(&h);
	wax_bytes_release(&text);
	return err;
}

static void limits(void)
{
	const size_t unit = strlen("-> x\n\n");
	struct wax_diag diag = {0};
	char *line = malloc(70000);

	tap_err(endless("-> x\n\n", strlen(VERSION) + unit * WAX_STANZAS_MAX,
			&diag),
		0, &diag, "as many stanzas as allowed");
	tap_err(endless("-> x\n\n",
			strlen(VERSION) + unit * WAX_STANZAS_MAX + 1, &diag),
		WAX_ERR_FORMAT, &diag, "one stanza more");
	tap_ok(strstr(diag.text, "stanzas") != NULL, "the message says so");
	tap_err(endless("-> x\n\n", 6000000, &diag), WAX_ERR_FORMAT, &diag,
		"a million stanzas");
	tap_err(endless("a", 70000, &diag), WAX_ERR_FORMAT, &diag,
		"a line of 70,000 bytes");
	if (!line)
		return;
	strcpy(line, "-> ");
	memset(line + 3, 'x', 65529);
	strcpy(line + 65532, "\n\n");
	tap_err(endless(line, WAX_HEADER_MAX - 65536, &diag), 0, &diag,
		"a header of nearly 16 MiB");
	tap_err(endless(line, WAX_HEADER_MAX, &diag), WAX_ERR_FORMAT, &diag,
		"a header of more than 16 MiB");
	free(line);
}

/* What could not be read again is not written either. */
static void writing_limits(void)
{
	static const char *const args[] = {"x"};
	struct wax_header h = {0};
	struct wax_diag diag = {0};
	size_t rest = 0;
	int err = 0;

	for (size_t i = 0; i < WAX_STANZAS_MAX; i++)
		err |= wax_header_add(&h, args, 1, NULL, 0, &diag);
	tap_err(err, 0, &diag, "16,384 recipients");
	wax_header_finish(&h, file_key, NULL);
	{
		struct wax_header again = {0};

		tap_err(parse(&again, h.text.data, h.text.len, 0, &rest, &diag),
			0, &diag, "can be read again");
		wax_header_release(&again);
	}
	tap_err(wax_header_add(&h, args, 1, NULL, 0, &diag), WAX_ERR_USAGE,
		&diag, "one more is too many");
	wax_header_release(&h);
}

static void failing_source(void)
{
	static const char text[] = VERSION "-> x\n" BODY MAC;
	const size_t n = sizeof(text) - 1;
	unsigned right = 0;

	for (unsigned at = 1; at <= n + 1; at++) {
		struct wax_header h = {0};
		struct wax_diag diag = {0};
		struct mock_reader r;
		int err;

		mock_reader_init(&r, text, n, 1);
		r.mock.fail_at = at;
		err = wax_header_read(&h, &r.reader, &diag);
		right += at <= n ? err == MOCK_ERR &&
					   !strcmp(diag.text, MOCK_TEXT)
				 : err == 0;
		wax_header_release(&h);
		mock_reader_release(&r);
	}
	tap_is(right, (long long)n + 1,
	       "a read that fails is passed on as it is");
}

int main(void)
{
	round_trip();
	stanzas();
	malformed();
	cut_and_nul();
	limits();
	writing_limits();
	failing_source();
	return tap_end();
}
