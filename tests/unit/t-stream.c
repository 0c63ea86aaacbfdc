/* SPDX-License-Identifier: ISC */
/*
 * What all streams promise: the order of calls, errors that stay, nothing
 * emitted after one of them; and the streams over descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wax/secret.h>

#include "mock.h"
#include "tap.h"

static void sink_errors_stay(void)
{
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	struct wax_diag diag = {0};

	tap_ok(!wax_sink_write(sink, "", 0, NULL) && !m.writes,
	       "writing nothing is no call");
	m.fail_at = 2;
	tap_err(wax_sink_write(sink, "a", 1, &diag), 0, &diag, "a write");
	tap_err(wax_sink_write(sink, "b", 1, &diag), MOCK_ERR, &diag,
		"the second one fails");
	tap_text(diag.text, MOCK_TEXT, "and says why");
	memset(&diag, 0, sizeof(diag));
	tap_err(wax_sink_write(sink, "c", 1, &diag), MOCK_ERR, &diag,
		"and each after it");
	tap_text(diag.text, MOCK_TEXT, "for the same reason");
	tap_err(wax_sink_finish(sink, &diag), MOCK_ERR, &diag,
		"it cannot be finished");
	tap_err(wax_sink_write(sink, "d", 1, NULL), MOCK_ERR, NULL,
		"nobody needs to hear why");
	wax_sink_free(sink);
	tap_ok(m.writes == 2 && !m.finishes && m.frees == 1 && !m.misuse,
	       "below, only the free came after the failure");
	tap_bytes(m.got.data, m.got.len, "a", 1,
		  "and nothing more was emitted");
	wax_bytes_release(&m.got);
}

static void sink_finish_fails(void)
{
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	struct wax_diag diag = {0};

	m.fail_finish = true;
	tap_err(wax_sink_finish(sink, &diag), MOCK_ERR, &diag,
		"a finish that fails");
	tap_err(wax_sink_finish(sink, &diag), MOCK_ERR, &diag, "fails again");
	tap_err(wax_sink_write(sink, "a", 1, &diag), MOCK_ERR, &diag,
		"and so does a write");
	wax_sink_free(sink);
	tap_ok(m.finishes == 1 && !m.writes && m.frees == 1 && !m.misuse,
	       "below it was called once");
	sink = mock_sink(&m);
	wax_sink_free(sink);
	tap_ok(!m.finishes && m.frees == 1, "freed without finish: no finish");
	sink = mock_sink(&m);
	tap_err(wax_sink_finish(sink, NULL), 0, NULL, "an empty stream");
	wax_sink_free(sink);
	tap_ok(m.finishes == 1 && m.frees == 1, "is finished");
	wax_sink_free(NULL);
	wax_source_free(NULL);
}

#ifndef NDEBUG
/* Whether a misuse ends a child by assert. */
static bool aborts(int what)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		struct mock_sink m;
		struct wax_sink *sink = mock_sink(&m);

		/* The message of the assertion is not for the log. */
		close(2);
		wax_sink_finish(sink, NULL);
		if (what)
			wax_sink_finish(sink, NULL);
		else
			wax_sink_write(sink, "a", 1, NULL);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}
#endif

static void misuse(void)
{
#ifdef NDEBUG
	tap_skip("a write after the finish is a bug", "no assertions here");
#else
	tap_ok(aborts(0), "a write after the finish is a bug");
	tap_ok(aborts(1), "a second finish is one too");
#endif
}

static void source_errors_stay(void)
{
	struct mock_source m;
	struct wax_source *source = mock_source(&m, "abcdef", 6);
	struct wax_diag diag = {0};
	char buf[8];
	size_t got = 99;

	tap_ok(!wax_source_read(source, buf, 0, &got, NULL) && !got && !m.reads,
	       "reading nothing is no call");
	m.step = 2;
	m.fail_at = 2;
	tap_ok(!wax_source_read(source, buf, 8, &got, &diag) && got == 2 &&
		       !memcmp(buf, "ab", 2),
	       "a read gives what there is");
	tap_err(wax_source_read(source, buf, 8, &got, &diag), MOCK_ERR, &diag,
		"the second one fails");
	tap_is((long long)got, 0, "and gives nothing");
	memset(&diag, 0, sizeof(diag));
	got = 99;
	tap_err(wax_source_read(source, buf, 8, &got, &diag), MOCK_ERR, &diag,
		"and each after it");
	tap_ok(!got && !strcmp(diag.text, MOCK_TEXT), "for the same reason");
	wax_source_free(source);
	tap_ok(m.reads == 2 && m.frees == 1 && !m.misuse,
	       "below, only the free came after the failure");
}

static void source_ends(void)
{
	struct mock_source m;
	struct wax_source *source = mock_source(&m, "ab", 2);
	char buf[8];
	size_t got = 99;
	unsigned zeros = 0;

	wax_source_read(source, buf, 8, &got, NULL);
	for (unsigned i = 0; i < 3; i++)
		zeros += !wax_source_read(source, buf, 8, &got, NULL) && !got;
	wax_source_free(source);
	tap_is(zeros, 3, "the end stays the end");
	tap_ok(m.reads == 2 && !m.misuse, "below it is met once");
}

static void copies(void)
{
	static uint8_t data[200000];
	static const size_t steps[] = {0, 1, 4096, 65537};

	tap_fill(data, sizeof(data), 2);
	for (size_t i = 0; i < 4; i++) {
		struct mock_source from;
		struct mock_sink to;
		struct wax_source *source =
			mock_source(&from, data, sizeof(data));
		struct wax_sink *sink = mock_sink(&to);

		from.step = steps[i];
		tap_err(wax_copy(source, sink, NULL), 0, NULL,
			"copied, %zu bytes at a time", steps[i]);
		tap_bytes(to.got.data, to.got.len, data, sizeof(data), "all");
		tap_ok(!to.finishes && !from.misuse && !to.misuse,
		       "not finished by it");
		wax_source_free(source);
		wax_sink_free(sink);
		wax_bytes_release(&to.got);
	}
}

static void copies_that_fail(void)
{
	static uint8_t data[100];

	for (unsigned at = 1; at <= 4; at++) {
		struct mock_source from;
		struct mock_sink to;
		struct wax_source *source =
			mock_source(&from, data, sizeof(data));
		struct wax_sink *sink = mock_sink(&to);
		struct wax_diag diag = {0};

		from.step = 30;
		from.fail_at = at;
		tap_err(wax_copy(source, sink, &diag), MOCK_ERR, &diag,
			"read %u fails", at);
		tap_is((long long)to.got.len, 30 * (at - 1),
		       "what was read before is there");
		wax_source_free(source);
		wax_sink_free(sink);
		wax_bytes_release(&to.got);

		source = mock_source(&from, data, sizeof(data));
		sink = mock_sink(&to);
		from.step = 30;
		to.fail_at = at;
		tap_err(wax_copy(source, sink, &diag), MOCK_ERR, &diag,
			"write %u fails", at);
		tap_is(from.reads, at, "nothing is read after it");
		wax_source_free(source);
		wax_sink_free(sink);
		wax_bytes_release(&to.got);
	}
}

static void into_secrets(void)
{
	static uint8_t data[20000];
	static const size_t lens[] = {0, 1, 4095, 4096, 4097, 8192, 20000};

	tap_fill(data, sizeof(data), 3);
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		struct mock_source m;
		struct wax_source *source = mock_source(&m, data, lens[i]);
		struct wax_secret *secret = NULL;
		struct wax_diag diag = {0};

		m.step = 1000;
		tap_err(wax_secret_read(source, lens[i], &secret, &diag), 0,
			&diag, "%zu bytes of as many allowed", lens[i]);
		tap_bytes(wax_secret_bytes(secret), wax_secret_size(secret),
			  data, lens[i], "all of them");
		wax_secret_free(secret);
		wax_source_free(source);
		if (!lens[i])
			continue;
		secret = NULL;
		source = mock_source(&m, data, lens[i]);
		m.step = 1000;
		tap_err(wax_secret_read(source, lens[i] - 1, &secret, &diag),
			WAX_ERR_FORMAT, &diag, "%zu bytes of one fewer",
			lens[i]);
		tap_ok(!secret, "no secret then");
		wax_source_free(source);
	}
}

static void failing_secret(void)
{
	struct mock_source m;
	struct wax_source *source;
	struct wax_secret *secret = NULL;
	struct wax_diag diag = {0};

	source = mock_source(&m, "abc", 3);
	m.step = 1;
	m.fail_at = 3;
	tap_err(wax_secret_read(source, 10, &secret, &diag), MOCK_ERR, &diag,
		"a read into a secret fails");
	tap_ok(!secret, "no secret then");
	wax_source_free(source);
}

static void memory(void)
{
	struct wax_source *source = NULL;
	struct wax_bytes out = {0};

	tap_err(wax_source_memory("abc", 3, &source, NULL), 0, NULL, "memory");
	tap_err(mock_drain(source, 2, &out, NULL), 0, NULL, "read");
	tap_bytes(out.data, out.len, "abc", 3, "all of it");
	wax_source_free(source);
	out.len = 0;
	tap_err(wax_source_memory(NULL, 0, &source, NULL), 0, NULL,
		"no memory at all");
	tap_err(mock_drain(source, 2, &out, NULL), 0, NULL, "is empty");
	tap_is((long long)out.len, 0, "indeed");
	wax_source_free(source);
	wax_bytes_release(&out);
}

static void descriptors(void)
{
	struct wax_source *source = NULL;
	struct wax_sink *sink = NULL;
	struct wax_bytes out = {0};
	struct wax_diag diag = {0};
	int p[2];

	if (pipe(p))
		return;
	tap_err(wax_source_fd(p[1], "it", &source, &diag), WAX_ERR_IO, &diag,
		"a pipe's wrong end to read");
	tap_err(wax_sink_fd(p[0], "it", &sink, &diag), WAX_ERR_IO, &diag,
		"a pipe's wrong end to write");
	tap_err(wax_source_fd(-1, "it", &source, &diag), WAX_ERR_IO, &diag,
		"no descriptor");
	tap_ok(!source && !sink, "nothing was made");
	tap_ok(!strncmp(diag.text, "it ", 3), "the name is in the message");
	tap_err(wax_sink_fd(p[1], "out", &sink, &diag), 0, &diag, "a sink");
	tap_err(wax_source_fd(p[0], "in", &source, &diag), 0, &diag,
		"a source");
	wax_sink_write(sink, "hello", 5, NULL);
	tap_err(wax_sink_finish(sink, &diag), 0, &diag, "finished");
	wax_sink_free(sink);
	tap_is(fcntl(p[1], F_GETFD) >= 0, 1, "the descriptor stays open");
	close(p[1]);
	tap_err(mock_drain(source, 100, &out, &diag), 0, &diag, "read");
	tap_bytes(out.data, out.len, "hello", 5, "what was written");
	wax_source_free(source);
	close(p[0]);
	wax_bytes_release(&out);
}

static void broken_descriptors(void)
{
	struct wax_source *source = NULL;
	struct wax_sink *sink = NULL;
	struct wax_diag diag = {0};
	int dir = open("/", O_RDONLY), full = open("/dev/full", O_WRONLY), p[2];
	char c;
	size_t got;

	if (!wax_source_fd(dir, "'a folder'", &source, NULL)) {
		tap_err(wax_source_read(source, &c, 1, &got, &diag), WAX_ERR_IO,
			&diag, "a folder cannot be read");
		tap_text(diag.text, "'a folder': Is a directory", "the words");
	}
	wax_source_free(source);
	if (!wax_sink_fd(full, "'full'", &sink, NULL)) {
		tap_err(wax_sink_write(sink, "x", 1, &diag), WAX_ERR_IO, &diag,
			"a full device");
		tap_text(diag.text, "'full': No space left on device",
			 "the words");
	}
	wax_sink_free(sink);
	if (pipe(p))
		return;
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	if (!wax_sink_fd(p[1], "'pipe'", &sink, NULL)) {
		tap_err(wax_sink_write(sink, "x", 1, &diag), WAX_ERR_IO, &diag,
			"a broken pipe");
		tap_text(diag.text, "'pipe': Broken pipe", "the words");
	}
	wax_sink_free(sink);
	close(p[1]);
	close(dir);
	close(full);
}

/* Lines that fit the reader's buffer and lines that do not. */
static void reader_lines(void)
{
	char *text = malloc(3 * WAX_READER_SIZE);
	struct mock_reader r;
	const char *line;
	size_t len;
	struct wax_diag diag = {0};

	if (!text)
		return;
	memset(text, 'x', 3 * WAX_READER_SIZE);
	text[2] = '\n';
	text[3 + WAX_READER_SIZE - 1] = '\n';
	mock_reader_init(&r, text, 3 * WAX_READER_SIZE, 1000);
	tap_ok(!wax_reader_line(&r.reader, &line, &len, NULL) && len == 3,
	       "a short line, with its LF");
	tap_ok(!wax_reader_line(&r.reader, &line, &len, NULL) &&
		       len == WAX_READER_SIZE && line[len - 1] == '\n',
	       "a line as long as the buffer");
	tap_err(wax_reader_line(&r.reader, &line, &len, &diag), WAX_ERR_FORMAT,
		&diag, "a longer one");
	mock_reader_release(&r);
	mock_reader_init(&r, "a\n\nb", 4, 1);
	tap_ok(!wax_reader_line(&r.reader, &line, &len, NULL) && len == 2 &&
		       !wax_reader_line(&r.reader, &line, &len, NULL) &&
		       len == 1 &&
		       !wax_reader_line(&r.reader, &line, &len, NULL) &&
		       len == 1 && *line == 'b',
	       "an empty line, and one without LF");
	tap_ok(!wax_reader_line(&r.reader, &line, &len, NULL) && !len,
	       "nothing at the end");
	mock_reader_release(&r);
	free(text);
}

static void reader_peeks(void)
{
	static uint8_t data[2 * WAX_READER_SIZE];
	struct mock_reader r;
	const uint8_t *p;
	size_t len, got;
	uint8_t *buf = malloc(sizeof(data));

	tap_fill(data, sizeof(data), 6);
	mock_reader_init(&r, data, sizeof(data), 777);
	tap_ok(!wax_reader_peek(&r.reader, 10, &p, &len, NULL) && len >= 10 &&
		       !memcmp(p, data, len),
	       "ten bytes ahead");
	wax_reader_take(&r.reader, 10);
	tap_ok(!wax_reader_peek(&r.reader, WAX_READER_SIZE, &p, &len, NULL) &&
		       len == WAX_READER_SIZE && !memcmp(p, data + 10, len),
	       "the whole buffer ahead");
	tap_ok(!wax_reader_read(&r.reader, buf, sizeof(data), &got, NULL) &&
		       got == sizeof(data) - 10 && !memcmp(buf, data + 10, got),
	       "all of the rest, from the buffer and beyond");
	tap_ok(!wax_reader_peek(&r.reader, 1, &p, &len, NULL) && !len,
	       "nothing more");
	tap_ok(!r.mock.misuse, "the source is used as it should be");
	mock_reader_release(&r);
	free(buf);
}

int main(void)
{
	sink_errors_stay();
	sink_finish_fails();
	misuse();
	source_errors_stay();
	source_ends();
	copies();
	copies_that_fail();
	into_secrets();
	failing_secret();
	memory();
	descriptors();
	broken_descriptors();
	reader_lines();
	reader_peeks();
	return tap_end();
}
