/* SPDX-License-Identifier: ISC */
/*
 * Where the files of the home are: their paths, folders and locks, and what
 * killed processes have left there.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wax/home.h>

#include "base/error.h"
#include "keys/state.h"
#include "sys/temporary.h"

int wax_state_path(const char *home, const char *name, char **out,
		   struct wax_diag *diag)
{
	size_t size = strlen(home) + strlen(name) + 2;
	char *path = malloc(size);

	if (!path)
		return wax_no_memory(diag);
	snprintf(path, size, "%s%s%s", home,
		 *home && home[strlen(home) - 1] == '/' ? "" : "/", name);
	*out = path;
	return 0;
}

int wax_state_make(const char *home, const char *name, struct wax_diag *diag)
{
	char *path;
	int err = wax_state_path(home, name, &path, diag);

	if (err)
		return err;
	err = wax_home_make(path, diag);
	free(path);
	return err;
}

int wax_state_lock(const char *home, const char *name, unsigned seconds,
		   struct wax_lock **out, struct wax_diag *diag)
{
	char *path;
	int err = wax_state_path(home, name, &path, diag);

	if (err)
		return err;
	err = wax_lock_take(path, seconds, out, diag);
	free(path);
	return err;
}

void wax_state_sweep(const char *home, int64_t now)
{
	DIR *folder = opendir(home);
	struct dirent *d;
	struct stat st;

	while (folder && (d = readdir(folder)))
		if (wax_temporary_is(d->d_name) &&
		    !fstatat(dirfd(folder), d->d_name, &st,
			     AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode) && now - st.st_ctime > 3600)
			unlinkat(dirfd(folder), d->d_name, 0);
	if (folder)
		closedir(folder);
}
