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

int wax_home_make(const char *path, struct wax_diag *diag)
{
	char *copy = strdup(path);
	int err = 0;

	if (!copy)
		return wax_no_memory(diag);
	for (char *p = copy; !err && (p = strchr(p + 1, '/'));) {
		struct stat st;

		*p = '\0';
		if (mkdir(copy, 0700) && errno != EEXIST && stat(copy, &st))
			err = wax_diag_sys(diag, errno, "'%s'", copy);
		*p = '/';
	}
	free(copy);
	return err;
}
