/* SPDX-License-Identifier: ISC */
/*
 * The files in a folder.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "folder.h"
#include "program.h"

bool folder_is(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static int is_visible(const struct dirent *d)
{
	return *d->d_name != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int check_file(int fd, const char *path, struct wax_diag *diag)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return wax_diag_sys(diag, errno, "'%s'", path);
	if (!S_ISREG(st.st_mode))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "'%s' is not a regular file", path);
	input_announce_fd(fd);
	return 0;
}

int file_use(const char *path, file_fn *fn, void *ctx, struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	char *name = NULL;
	int fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	int err = check_file(fd, path, diag);

	if (!err && asprintf(&name, "'%s'", path) < 0)
		err = program_no_memory(diag);
	if (!err)
		err = wax_source_fd(fd, name, &from, diag);
	if (!err)
		err = fn(ctx, path, from, diag);
	wax_source_free(from);
	free(name);
	if (fd >= 0)
		close(fd);
	return err;
}

static int hand_over(const char *folder, const char *name, folder_fn *fn,
		     void *ctx, struct wax_diag *diag)
{
	char *path;
	int err;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return program_no_memory(diag);
	err = fn(ctx, path, diag);
	free(path);
	return err;
}

int folder_each(const char *path, folder_fn *fn, void *ctx,
		struct wax_diag *diag)
{
	struct dirent **names;
	int n = scandir(path, &names, is_visible, by_name), err = 0;

	if (n < 0)
		return wax_diag_sys(diag, errno, "'%s'", path);
	for (int i = 0; i < n; i++) {
		if (!err)
			err = hand_over(path, names[i]->d_name, fn, ctx, diag);
		free(names[i]);
	}
	free(names);
	return n ? err
		 : wax_diag_set(diag, WAX_ERR_USAGE, "there is no file in '%s'",
				path);
}
