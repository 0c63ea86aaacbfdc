/* SPDX-License-Identifier: ISC */
/*
 * The spool: nothing comes before everything was there; what waits is
 * encrypted and has no name; and each way in which waiting can fail.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "envelope/spool.h"
#include "mock.h"
#include "tap.h"

#define CHUNK 65536

/* More than is read before the first byte is given. */
static uint8_t data[12 * CHUNK + 7];
static char folder[256];

/* How many entries a folder has. */
static unsigned entries(const char *path)
{
	DIR *d = opendir(path);
	unsigned n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

/* The descriptor of the file that lies in the folder and has no name, or -1. */
static int find_nameless(void)
{
	struct stat in, st;
	int found = -1;

	if (stat(folder, &in))
		return -1;
	for (int fd = 3; fd < 64; fd++)
		if (!fstat(fd, &st) && S_ISREG(st.st_mode) && !st.st_nlink &&
		    st.st_dev == in.st_dev)
			found = fd;
	return found;
}

static struct wax_source *spool(struct mock_source *m, size_t len)
{
	struct wax_source *source = mock_source(m, data, len);
	struct wax_diag diag = {0};
	int before = find_nameless();

	tap_err(wax_spool_source(folder, 0, &source, &diag), 0, &diag,
		"a spool for %zu bytes", len);
	tap_ok(!m->reads && find_nameless() == before,
	       "makes and reads nothing before it is read");
	return source;
}

static void round_trips(void)
{
	static const size_t sizes[] = {0,     1,	 CHUNK - 1,
				       CHUNK, CHUNK + 1, sizeof(data)};
	static const size_t takes[] = {1000, CHUNK, 1000000};

	for (size_t i = 0; i < 18; i++) {
		size_t len = sizes[i / 3];
		unsigned before = entries("/proc/self/fd");
		struct wax_bytes out = {0};
		struct mock_source m;
		struct wax_source *source = spool(&m, len);
		struct wax_diag diag = {0};

		m.step = i % 2 ? 777 : 0;
		tap_err(mock_drain(source, takes[i % 3], &out, &diag), 0, &diag,
			"%zu bytes by %zu", len, takes[i % 3]);
		tap_bytes(out.data, out.len, data, len, "come back");
		tap_is(entries(folder), 2, "no name is in the folder");
		wax_source_free(source);
		tap_ok(m.frees == 1 && !m.misuse, "it is read and freed once");
		tap_is(entries("/proc/self/fd"), before, "nothing stays open");
		wax_bytes_release(&out);
	}
}

/* All is read before the first byte is given. */
static void waits(void)
{
	struct mock_source m;
	struct wax_source *source = spool(&m, sizeof(data));
	uint8_t c;
	size_t got = 0;

	m.step = 1000;
	tap_err(wax_source_read(source, &c, 1, &got, NULL), 0, NULL,
		"a byte is asked for");
	tap_ok(got == 1 && c == data[0], "and comes");
	tap_ok(m.over && m.at == sizeof(data),
	       "when the source was at its end");
	wax_source_free(source);
}

/* An error anywhere in the source: not a byte. */
static void source_fails(void)
{
	const unsigned reads = sizeof(data) / 70000 + 2;

	for (unsigned at = 1; at <= reads; at++) {
		struct wax_bytes out = {0};
		struct mock_source m;
		struct wax_source *source = spool(&m, sizeof(data));
		struct wax_diag diag = {0};

		m.step = 70000;
		m.fail_at = at;
		tap_err(mock_drain(source, 1000, &out, &diag), MOCK_ERR, &diag,
			"read %u of %u fails", at, reads);
		tap_text(diag.text, MOCK_TEXT, "for its own reason");
		tap_is((long long)out.len, 0, "nothing is given out");
		tap_err(mock_drain(source, 1000, &out, &diag), MOCK_ERR, &diag,
			"and it stays so");
		wax_source_free(source);
		tap_ok(m.frees == 1 && !m.misuse, "freed once");
		wax_bytes_release(&out);
	}
}

/* Reads what is in the nameless file. */
static struct wax_bytes waiting(void)
{
	static uint8_t buf[sizeof(data) + 1000];
	struct wax_bytes b = {0};
	ssize_t n = pread(find_nameless(), buf, sizeof(buf), 0);

	if (n > 0 && wax_bytes_add(&b, buf, (size_t)n, NULL))
		exit(1);
	return b;
}

static struct wax_source *filled(struct mock_source *m, size_t len)
{
	struct wax_source *source = spool(m, len);
	uint8_t c;
	size_t got;

	if (wax_source_read(source, &c, 1, &got, NULL) || got != 1)
		tap_ok(false, "the first byte comes");
	return source;
}

/* Whether any 12 bytes of the data are in b. */
static bool tells(const struct wax_bytes *b)
{
	for (size_t i = 0; i + 12 <= sizeof(data); i += 97)
		if (b->len && memmem(b->data, b->len, data + i, 12))
			return true;
	return false;
}

static void nothing_is_readable(void)
{
	struct mock_source m[2];
	struct wax_source *source[2];
	struct wax_bytes seen[2];
	struct stat st = {0};
	const struct wax_bytes open = {data, sizeof(data), 0};

	for (unsigned i = 0; i < 2; i++) {
		source[i] = filled(&m[i], sizeof(data));
		seen[i] = waiting();
		fstat(find_nameless(), &st);
		tap_is(st.st_mode & 07777, 0600, "only for us");
		tap_is((long long)seen[i].len, sizeof(data) + 16 + 13 * 16,
		       "what waits is a payload");
		tap_ok(!tells(&seen[i]), "which tells nothing");
		tap_is(entries(folder), 2, "and has no name");
	}
	tap_ok(tells(&open), "the data would be found");
	tap_ok(memcmp(seen[0].data, seen[1].data, 16) &&
		       memcmp(seen[0].data + 16, seen[1].data + 16, 1000),
	       "each time another key");
	for (unsigned i = 0; i < 2; i++) {
		wax_source_free(source[i]);
		wax_bytes_release(&seen[i]);
	}
	tap_is(find_nameless(), -1, "freed, it is gone");
}

/* Opens the nameless file anew, for one who is not ours. */
static int reopen(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", find_nameless());
	return open(path, O_RDWR | O_CLOEXEC);
}

/*
 * Somebody damages what waits, behind the first batch, which was read: our
 * trouble, and not the input's.
 */
static void damaged(off_t at, bool cut, const char *what)
{
	struct mock_source m;
	struct wax_source *source = filled(&m, sizeof(data));
	struct wax_bytes out = {0};
	struct wax_diag diag = {0};
	int fd = reopen();
	uint8_t c = 0;

	if (fd < 0) {
		tap_skip(what, "the file cannot be opened anew here");
		wax_source_free(source);
		return;
	}
	if (cut)
		tap_ok(!ftruncate(fd, at), "%s: cut", what);
	else
		tap_ok(pread(fd, &c, 1, at) == 1 &&
			       (c ^= 1, pwrite(fd, &c, 1, at) == 1),
		       "%s: changed", what);
	close(fd);
	tap_err(mock_drain(source, 1000, &out, &diag), WAX_ERR_IO, &diag, "%s",
		what);
	tap_bytes(out.data, out.len, data + 1, out.len, "%s: what came is good",
		  what);
	tap_ok(out.len < sizeof(data) - 1, "%s: and not all", what);
	wax_bytes_release(&out);
	wax_source_free(source);
}

static void nowhere(const char *dir, const char *what)
{
	struct mock_source m;
	struct wax_source *source = mock_source(&m, data, 1000);
	struct wax_bytes out = {0};
	struct wax_diag diag = {0};
	int err = wax_spool_source(dir, 0, &source, &diag);

	if (!err)
		err = mock_drain(source, 1000, &out, &diag);
	tap_err(err, WAX_ERR_IO, &diag, "%s", what);
	tap_is((long long)out.len, 0, "%s: nothing is given out", what);
	wax_source_free(source);
	tap_ok(m.frees == 1 && !m.misuse, "%s: freed once", what);
	wax_bytes_release(&out);
}

static void no_folder(void)
{
	static char longest[5000];
	char path[300];
	int fd;

	nowhere("/nonexistent", "a folder that is missing");
	nowhere("", "a folder without a name");
	memset(longest, 'a', sizeof(longest) - 1);
	nowhere(longest, "a name that is too long");
	snprintf(path, sizeof(path), "%s/file", folder);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	nowhere(path, "a file for a folder");
	close(fd);
	unlink(path);
	if (!getuid()) {
		nowhere("/proc", "a folder where no file can be");
		return;
	}
	chmod(folder, 0500);
	nowhere(folder, "a folder of others");
	chmod(folder, 0700);
}

/* No room: wherever the writing stops. */
static void no_room(void)
{
	const size_t step = sizeof(data) / 7 + 100;
	struct rlimit before, little;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	for (unsigned i = 0; i < 8; i++) {
		struct mock_source m;
		struct wax_source *source = spool(&m, sizeof(data));
		struct wax_bytes out = {0};
		struct wax_diag diag = {0};
		int err;

		little = before;
		little.rlim_cur = i * step;
		setrlimit(RLIMIT_FSIZE, &little);
		err = mock_drain(source, 1000, &out, &diag);
		setrlimit(RLIMIT_FSIZE, &before);
		tap_err(err, i * step < sizeof(data) + 224 ? WAX_ERR_IO : 0,
			&diag, "room for %zu bytes", i * step);
		tap_ok(err ? !out.len : out.len == sizeof(data),
		       "all or nothing is given out");
		wax_source_free(source);
		wax_bytes_release(&out);
	}
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/wax-t-spool-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(folder)) {
		tap_ok(false, "the test has a folder");
		return tap_end();
	}
	tap_fill(data, sizeof(data), 3);
	round_trips();
	waits();
	source_fails();
	nothing_is_readable();
	damaged(16 + 8 * (CHUNK + 16) + 30, false, "a byte of the ninth");
	damaged((off_t)sizeof(data) + 223, false, "the last byte");
	damaged((off_t)sizeof(data) + 223, true, "the last byte away");
	damaged(16 + 10 * (CHUNK + 16), true, "whole chunks away");
	no_folder();
	no_room();
	if (rmdir(folder))
		tap_ok(false, "the test's folder is empty at the end");
	return tap_end();
}
