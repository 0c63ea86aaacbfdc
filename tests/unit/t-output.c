/* SPDX-License-Identifier: ISC */
/*
 * Output files: they appear whole or not at all, never over another one, with
 * the right modes, and are flushed in the right order. The system calls that
 * matter are replaced by our own here, which note and fail them; so is what
 * file systems without nameless files say.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <wax/file.h>
#include <wax/stream.h>

#include "tap.h"

/* What the calls below do, and what came of them. */
static struct {
	bool no_nameless; /* no O_TMPFILE here */
	int rename_errno; /* renameat2() fails with it */
	int sync_file_errno, sync_dir_errno;
	bool slow_write; /* a byte at a time, interrupted in between */
	char calls[64];	 /* s and d: fsync of a file, a folder; l, r: link */
} sys;

static void note(char c)
{
	size_t n = strlen(sys.calls);

	if (n + 1 < sizeof(sys.calls))
		sys.calls[n] = c;
}

static int fail(int errnum)
{
	errno = errnum;
	return -1;
}

int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode;
	va_list args;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	if (sys.no_nameless && (flags & O_TMPFILE) == O_TMPFILE)
		return fail(EOPNOTSUPP);
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

int fsync(int fd)
{
	struct stat st;
	int errnum;

	if (fstat(fd, &st))
		return -1;
	errnum = S_ISDIR(st.st_mode) ? sys.sync_dir_errno : sys.sync_file_errno;
	note(S_ISDIR(st.st_mode) ? 'd' : 's');
	return errnum ? fail(errnum) : (int)syscall(SYS_fsync, fd);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to,
	   int flags)
{
	note('l');
	return (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	note('r');
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to,
	      unsigned flags)
{
	note('r');
	if (sys.rename_errno)
		return fail(sys.rename_errno);
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

ssize_t write(int fd, const void *data, size_t len)
{
	static bool interrupted;

	if (sys.slow_write && fd > 2) {
		interrupted = !interrupted;
		if (interrupted)
			return fail(EINTR);
		len = 1;
	}
	return syscall(SYS_write, fd, data, len);
}

/* Puts text there by other means than what is tested. */
static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		tap_ok(false, "the test can write '%s'", path);
}

/* Whether the file at path consists of text; a link is not followed. */
static bool holds(const char *path, const char *text)
{
	char got[64] = "";
	struct stat st;
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(got, 1, sizeof(got) - 1, f) : 0;

	if (f)
		fclose(f);
	return f && n == strlen(text) && !memcmp(got, text, n) &&
	       !lstat(path, &st) && S_ISREG(st.st_mode);
}

static bool is_there(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

/* How many names there are in the folder. */
static unsigned names(void)
{
	DIR *d = opendir(".");
	struct dirent *e;
	unsigned n = 0;

	while (d && (e = readdir(d)))
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	if (d)
		closedir(d);
	return n;
}

static void clean(void)
{
	DIR *d = opendir(".");
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			remove(e->d_name);
	if (d)
		closedir(d);
	memset(sys.calls, 0, sizeof(sys.calls));
}

/* Makes the file of text with one call after the other. */
static int make(const char *path, unsigned flags, const char *text,
		struct wax_diag *diag)
{
	struct wax_sink *sink = NULL;
	int err = wax_sink_file(path, flags, &sink, diag);

	if (!err)
		err = wax_sink_write(sink, text, strlen(text), diag);
	if (!err)
		err = wax_sink_finish(sink, diag);
	wax_sink_free(sink);
	return err;
}

static void appears_whole(const char *how)
{
	struct wax_sink *sink = NULL;
	struct wax_diag diag = {0};
	unsigned temp;

	tap_err(wax_sink_file("new", 0, &sink, &diag), 0, &diag,
		"%s: a new file", how);
	temp = names();
	tap_ok(!is_there("new") && temp == (sys.no_nameless ? 1 : 0),
	       "%s: its name is not there yet", how);
	tap_err(wax_sink_write(sink, "hel", 3, &diag), 0, &diag, "%s: written",
		how);
	tap_err(wax_sink_write(sink, "lo", 2, &diag), 0, &diag, "%s: and more",
		how);
	tap_ok(!is_there("new") && names() == temp, "%s: still not there", how);
	tap_err(wax_sink_finish(sink, &diag), 0, &diag, "%s: finished", how);
	tap_ok(holds("new", "hello") && names() == 1,
	       "%s: there it is, and nothing beside it", how);
	tap_text(sys.calls, sys.no_nameless ? "srd" : "sld",
		 "%s: flushed, then named, then the folder flushed", how);
	wax_sink_free(sink);
	tap_ok(holds("new", "hello") && names() == 1,
	       "%s: freeing changes nothing", how);
	clean();
}

static void given_up(const char *how)
{
	struct wax_sink *sink = NULL;

	wax_sink_file("new", 0, &sink, NULL);
	wax_sink_write(sink, "hello", 5, NULL);
	wax_sink_free(sink);
	tap_is(names(), 0, "%s: given up, nothing is left", how);
	put("old", "before");
	wax_sink_file("old", WAX_FILE_REPLACE, &sink, NULL);
	wax_sink_write(sink, "hello", 5, NULL);
	wax_sink_free(sink);
	tap_ok(holds("old", "before") && names() == 1,
	       "%s: given up, the old one is left", how);
	clean();
}

static void never_over_another(const char *how)
{
	struct wax_sink *sink = NULL;
	struct wax_diag diag = {0};

	put("old", "before");
	tap_err(make("old", 0, "hello", &diag), WAX_ERR_USAGE, &diag,
		"%s: an existing file", how);
	tap_text(diag.text, "'old' exists", "%s: the message", how);
	tap_text(diag.hint, "-f replaces it", "%s: the hint", how);
	tap_err(make("old", WAX_FILE_SECRET, "hello", &diag), WAX_ERR_USAGE,
		&diag, "%s: for a secret too", how);
	tap_ok(!strstr(diag.hint, "-f"), "%s: without that hint", how);
	tap_ok(holds("old", "before") && names() == 1, "%s: it is as it was",
	       how);
	if (symlink("nowhere", "link"))
		return;
	tap_err(make("link", 0, "hello", &diag), WAX_ERR_USAGE, &diag,
		"%s: a dangling link exists", how);
	tap_is(names(), 2, "%s: nothing was made through it", how);

	wax_sink_file("race", 0, &sink, NULL);
	wax_sink_write(sink, "hello", 5, NULL);
	put("race", "faster");
	memset(sys.calls, 0, sizeof(sys.calls));
	tap_err(wax_sink_finish(sink, &diag), WAX_ERR_USAGE, &diag,
		"%s: one that appears meanwhile", how);
	wax_sink_free(sink);
	tap_ok(holds("race", "faster") && names() == 3,
	       "%s: survives, and nothing else is left", how);

	wax_sink_file("race2", 0, &sink, NULL);
	if (symlink("nowhere", "race2"))
		return;
	tap_err(wax_sink_finish(sink, &diag), WAX_ERR_USAGE, &diag,
		"%s: a dangling link that appears meanwhile", how);
	wax_sink_free(sink);
	tap_ok(is_there("race2") && !is_there("nowhere") && names() == 4,
	       "%s: survives too", how);
	clean();
}

static void replaces(const char *how)
{
	struct wax_diag diag = {0};
	struct wax_sink *sink = NULL;

	put("old", "before");
	tap_err(wax_sink_file("old", WAX_FILE_REPLACE, &sink, &diag), 0, &diag,
		"%s: -f over a file", how);
	wax_sink_write(sink, "hello", 5, NULL);
	tap_ok(holds("old", "before"), "%s: the old one is there until", how);
	tap_err(wax_sink_finish(sink, &diag), 0, &diag, "%s: the finish", how);
	wax_sink_free(sink);
	tap_ok(holds("old", "hello") && names() == 1, "%s: then the new one",
	       how);
	tap_text(sys.calls, sys.no_nameless ? "srd" : "slrd",
		 "%s: flushed, then renamed, then the folder flushed", how);
	tap_err(make("new", WAX_FILE_REPLACE, "x", &diag), 0, &diag,
		"%s: -f where there is none", how);
	clean();

	put("target", "kept");
	if (symlink("target", "link") || symlink("nowhere", "dangling"))
		return;
	tap_err(make("link", WAX_FILE_REPLACE, "hello", &diag), 0, &diag,
		"%s: -f over a link", how);
	tap_ok(holds("link", "hello") && holds("target", "kept"),
	       "%s: replaces the link, not what it points to", how);
	tap_err(make("dangling", WAX_FILE_REPLACE, "hello", &diag), 0, &diag,
		"%s: -f over a dangling link", how);
	tap_ok(holds("dangling", "hello") && names() == 3,
	       "%s: replaces it too", how);
	clean();
}

static void never_over_the_rest(const char *how)
{
	static const char *const paths[] = {"folder", "to-folder", "fifo",
					    "to-device"};
	struct wax_diag diag = {0};
	struct wax_sink *sink = NULL;

	if (mkdir("folder", 0700) || symlink("folder", "to-folder") ||
	    mkfifo("fifo", 0600) || symlink("/dev/null", "to-device"))
		return;
	for (size_t i = 0; i < 4; i++) {
		tap_err(make(paths[i], WAX_FILE_REPLACE, "x", &diag),
			WAX_ERR_USAGE, &diag, "%s: -f over a %s", how,
			paths[i]);
		tap_err(make(paths[i], 0, "x", &diag), WAX_ERR_USAGE, &diag,
			"%s: without -f", how);
	}
	tap_is(names(), 4, "%s: nothing came of it", how);
	wax_sink_file("late", WAX_FILE_REPLACE, &sink, NULL);
	if (mkfifo("late", 0600))
		return;
	tap_err(wax_sink_finish(sink, &diag), WAX_ERR_USAGE, &diag,
		"%s: -f over a FIFO that appears meanwhile", how);
	wax_sink_free(sink);
	tap_is(names(), 5, "%s: nothing is left beside it", how);
	clean();
}

static void no_names(const char *how)
{
	static const struct {
		const char *path;
		int err;
	} bad[] = {
		{"", WAX_ERR_USAGE},	    {".", WAX_ERR_USAGE},
		{"..", WAX_ERR_USAGE},	    {"/", WAX_ERR_USAGE},
		{"nowhere/x", WAX_ERR_IO},  {"file/x", WAX_ERR_IO},
		{"folder/", WAX_ERR_USAGE}, {"folder/.", WAX_ERR_USAGE},
	};
	struct wax_diag diag = {0};
	char longest[300];

	put("file", "x");
	mkdir("folder", 0700);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		for (unsigned f = 0; f <= WAX_FILE_REPLACE;
		     f += WAX_FILE_REPLACE)
			tap_err(make(bad[i].path, f, "x", &diag), bad[i].err,
				&diag, "%s: '%s' is no file's name", how,
				bad[i].path);
	memset(longest, 'x', sizeof(longest));
	longest[256] = '\0';
	tap_err(make(longest, 0, "x", &diag), WAX_ERR_IO, &diag,
		"%s: a name of 256 bytes", how);
	longest[255] = '\0';
	tap_err(make(longest, 0, "x", &diag), 0, &diag,
		"%s: a name of 255 bytes", how);
	tap_err(make("./folder//x", 0, "x", &diag), 0, &diag,
		"%s: a path with more slashes", how);
	tap_ok(holds("folder/x", "x"), "%s: is there", how);
	remove("folder/x");
	tap_is(names(), 3, "%s: nothing else is", how);
	clean();
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

static void modes(const char *how)
{
	static const mode_t masks[] = {0, 022, 077, 0777};
	mode_t old = umask(0);

	for (size_t i = 0; i < 4; i++) {
		unsigned flags = i % 2 ? WAX_FILE_REPLACE : 0;

		umask(masks[i]);
		make("open", flags, "x", NULL);
		make("secret", flags | WAX_FILE_SECRET, "x", NULL);
		tap_is(mode_of("open"), 0666 & ~masks[i],
		       "%s: mode under umask %03o", how, (unsigned)masks[i]);
		tap_is(mode_of("secret"), 0600 & ~masks[i],
		       "%s: a secret's mode under umask %03o", how,
		       (unsigned)masks[i]);
		clean();
	}
	umask(old);
}

static void failing_flushes(const char *how)
{
	struct wax_diag diag = {0};

	sys.sync_file_errno = EIO;
	tap_err(make("new", 0, "x", &diag), WAX_ERR_IO, &diag,
		"%s: the file cannot be flushed", how);
	tap_ok(!names(), "%s: nothing is left", how);
	put("old", "before");
	tap_err(make("old", WAX_FILE_REPLACE, "x", &diag), WAX_ERR_IO, &diag,
		"%s: nor over another", how);
	tap_ok(holds("old", "before") && names() == 1,
	       "%s: the old one is left", how);
	sys.sync_file_errno = 0;
	clean();
	sys.sync_dir_errno = EIO;
	tap_err(make("new", 0, "x", &diag), WAX_ERR_IO, &diag,
		"%s: the folder cannot be flushed", how);
	tap_ok(holds("new", "x") && names() == 1 &&
		       strstr(diag.text, "'new' is written"),
	       "%s: the file is there, and the message says so", how);
	clean();
	sys.sync_dir_errno = EINVAL;
	tap_err(make("new", 0, "x", &diag), 0, &diag,
		"%s: a file system that cannot flush folders", how);
	sys.sync_dir_errno = 0;
	clean();
}

static void slow_writes(void)
{
	struct wax_diag diag = {0};

	sys.slow_write = true;
	tap_err(make("new", 0, "a longer text", &diag), 0, &diag,
		"writes that are interrupted and short");
	sys.slow_write = false;
	tap_ok(holds("new", "a longer text"), "everything is there");
	clean();
}

static void old_rename(void)
{
	struct wax_diag diag = {0};
	struct wax_sink *sink = NULL;

	sys.no_nameless = true;
	sys.rename_errno = EINVAL;
	tap_err(make("new", 0, "hello", &diag), 0, &diag,
		"no RENAME_NOREPLACE: a link is made");
	tap_ok(holds("new", "hello") && names() == 1, "and the other removed");
	tap_text(sys.calls, "srld", "in this order");
	wax_sink_file("race", 0, &sink, NULL);
	put("race", "faster");
	tap_err(wax_sink_finish(sink, &diag), WAX_ERR_USAGE, &diag,
		"it is never over another either");
	wax_sink_free(sink);
	tap_ok(holds("race", "faster") && names() == 2, "nothing is left");
	sys.rename_errno = EACCES;
	tap_err(make("other", 0, "hello", &diag), WAX_ERR_IO, &diag,
		"a rename that fails");
	tap_is(names(), 2, "leaves nothing");
	sys.rename_errno = 0;
	sys.no_nameless = false;
	clean();
}

static void cleanup(void)
{
	struct wax_sink *a = NULL, *b = NULL;

	sys.no_nameless = true;
	wax_sink_file("a", WAX_FILE_SECRET, &a, NULL);
	wax_sink_file("b", WAX_FILE_REPLACE, &b, NULL);
	wax_sink_write(a, "x", 1, NULL);
	tap_is(names(), 2, "two temporary names");
	wax_file_cleanup();
	tap_is(names(), 0, "wax_file_cleanup() removes both");
	wax_sink_free(a);
	wax_sink_free(b);
	tap_is(names(), 0, "freeing is still possible");
	put("c", "kept");
	make("d", 0, "kept", NULL);
	wax_file_cleanup();
	tap_is(names(), 2, "what is finished is not removed");
	/* More at once than are registered. */
	for (unsigned i = 0; i < 20; i++) {
		struct wax_sink *s = NULL;
		char name[8];

		snprintf(name, sizeof(name), "%u", i);
		wax_sink_file(name, 0, &s, NULL);
		wax_sink_finish(s, NULL);
		wax_sink_free(s);
	}
	tap_is(names(), 22, "places are given back");
	sys.no_nameless = false;
	clean();
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");
	char folder[256];

	snprintf(folder, sizeof(folder), "%s/wax-t-output-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(folder) || chdir(folder)) {
		tap_ok(false, "the test has a folder");
		return tap_end();
	}
	for (int i = 0; i < 2; i++) {
		const char *how = i ? "named" : "nameless";

		sys.no_nameless = i;
		appears_whole(how);
		given_up(how);
		never_over_another(how);
		replaces(how);
		never_over_the_rest(how);
		no_names(how);
		modes(how);
		failing_flushes(how);
	}
	sys.no_nameless = false;
	slow_writes();
	old_rename();
	cleanup();
	if (chdir("/") || rmdir(folder))
		tap_ok(false, "the test's folder is empty at the end");
	return tap_end();
}
