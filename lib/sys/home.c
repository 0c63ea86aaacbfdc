/* SPDX-License-Identifier: ISC */
/*
 * Where the home is, and making it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <wax/home.h>

#include "base/error.h"
#include "sys/fd.h"

static char *join(const char *a, const char *b, const char *c)
{
	size_t size = strlen(a) + strlen(b) + strlen(c) + 2;
	char *path = malloc(size);

	if (path)
		snprintf(path, size, "%s%s/%s", a, b, c);
	return path;
}

int wax_home_path(const char *wax_home, const char *xdg_data_home,
		  const char *home, const char *name, char **out,
		  struct wax_diag *diag)
{
	char *path;

	if (wax_home && *wax_home)
		path = join(wax_home, "", name);
	else if (xdg_data_home && *xdg_data_home == '/')
		path = join(xdg_data_home, "/wax", name);
	else if (home && *home)
		path = join(home, "/.local/share/wax", name);
	else
		return wax_diag_set(
			diag, WAX_ERR_USAGE,
			"no home: neither WAX_HOME nor HOME is set");
	if (!path)
		return wax_no_memory(diag);
	*out = path;
	return 0;
}

/* Makes a folder that may exist; a new one is flushed into its parent. */
static int make_folder(const char *path, const char *parent,
		       struct wax_diag *diag)
{
	struct stat st;

	if (mkdir(path, 0700)) {
		int reason = errno;

		if (reason == EEXIST || !stat(path, &st))
			return 0;
		return wax_diag_sys(diag, reason, "'%s'", path);
	}
	return wax_sync_folder(parent)
		       ? wax_diag_sys(diag, errno, "'%s'", parent)
		       : 0;
}

int wax_home_make(const char *path, struct wax_diag *diag)
{
	char *folder = strdup(path);
	char *parent = strdup(*path == '/' ? "/" : ".");
	int err = folder && parent ? 0 : wax_no_memory(diag);

	for (char *p = folder; !err && (p = strchr(p + 1, '/'));) {
		*p = '\0';
		err = make_folder(folder, parent, diag);
		free(parent);
		parent = strdup(folder);
		if (!err && !parent)
			err = wax_no_memory(diag);
		*p = '/';
	}
	free(parent);
	free(folder);
	return err;
}
