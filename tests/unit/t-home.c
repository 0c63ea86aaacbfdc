/* SPDX-License-Identifier: ISC */
/*
 * The home: where it is, and making it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wax/home.h>

#include "tap.h"

static void homes(void)
{
	static const struct {
		const char *wax, *xdg, *home, *path;
	} v[] = {
		{"/w", "/x", "/h", "/w/identity"},
		{"w", "/x", "/h", "w/identity"},
		{"", "/x", "/h", "/x/wax/identity"},
		{NULL, "/x", "/h", "/x/wax/identity"},
		{NULL, "x", "/h", "/h/.local/share/wax/identity"},
		{NULL, "", "/h", "/h/.local/share/wax/identity"},
		{NULL, NULL, "/h", "/h/.local/share/wax/identity"},
		{NULL, NULL, "", NULL},
		{NULL, NULL, NULL, NULL},
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct wax_diag diag = {0};
		char *path = NULL;
		int err = wax_home_path(v[i].wax, v[i].xdg, v[i].home,
					"identity", &path, &diag);

		tap_err(err, v[i].path ? 0 : WAX_ERR_USAGE, &diag, "home %zu",
			i);
		if (!err)
			tap_text(path, v[i].path, "home %zu: its path", i);
		free(path);
	}
}

static int mode_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return -1;
	return (int)(st.st_mode & 07777);
}

/* Folders on the way are made, each for its owner alone. */
static void made(void)
{
	struct wax_diag diag = {0};
	mode_t old = umask(0);

	tap_err(wax_home_make("a/b/identity", &diag), 0, &diag, "made");
	tap_is(mode_of("a"), 0700, "the folder on the way");
	tap_is(mode_of("a/b"), 0700, "the home itself");
	tap_is(mode_of("a/b/identity"), -1, "nothing more");
	umask(old);
	tap_err(wax_home_make("a/b/identity", &diag), 0, &diag, "made again");
	tap_ok(!chmod("a/b", 0755), "with another mode");
	tap_err(wax_home_make("a/b/identity", &diag), 0, &diag, "again");
	tap_is(mode_of("a/b"), 0755, "the mode is left alone");
	tap_err(wax_home_make("identity", &diag), 0, &diag, "in this folder");
	tap_ok(!rmdir("a/b") && !rmdir("a"), "there was nothing else");
}

static void in_the_way(void)
{
	struct wax_diag diag = {0};
	FILE *f = fopen("file", "w");

	if (f)
		fclose(f);
	tap_err(wax_home_make("file/b/identity", &diag), WAX_ERR_IO, &diag,
		"a file is in the way");
	tap_ok(!unlink("file"), "there was nothing else");
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");
	char folder[256];

	snprintf(folder, sizeof(folder), "%s/wax-t-home-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(folder) || chdir(folder)) {
		tap_ok(false, "the test has a folder");
		return tap_end();
	}
	homes();
	made();
	in_the_way();
	if (chdir("/") || rmdir(folder))
		tap_ok(false, "the test's folder is empty at the end");
	return tap_end();
}
