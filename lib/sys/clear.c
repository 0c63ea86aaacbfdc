/* SPDX-License-Identifier: ISC */
/*
 * What is in a folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/clear.h"
#include "sys/temporary.h"

DIR *wax_entries_of(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = copy < 0 ? NULL : fdopendir(copy);

	if (!folder && copy >= 0)
		close(copy);
	return folder;
}

const char *wax_entries_next(DIR *folder)
{
	struct dirent *d;

	do {
		errno = 0;
		d = readdir(folder);
	} while (d && (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..")));
	return d ? d->d_name : NULL;
}

/* Whether an entry that could not be unlinked is a folder. */
static bool was_folder(void)
{
	return errno == EISDIR || errno == EPERM;
}

/*
 * Changes a folder's mode, and nothing else's that may have taken its place.
 */
static int set_mode(int dir, const char *name, mode_t mode)
{
	const int flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	char proc[32];
	int err, fd = openat(dir, name, O_RDONLY | flags);

	if (fd >= 0) {
		err = fchmod(fd, mode);
	} else {
		/* What cannot be read can be reached all the same. */
		fd = openat(dir, name, O_PATH | flags);
		snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
		err = fd < 0 ? -1 : chmod(proc, mode);
	}
	if (fd >= 0)
		close(fd);
	return err;
}

/* Moves a folder up to top; it must be writable, as its ".." changes. */
static int raise_folder(int dir, const char *name, int top)
{
	char temp[WAX_TEMPORARY_NAME_SIZE];

	if (wax_temporary_name(temp, NULL))
		return -1;
	if (!renameat(dir, name, top, temp))
		return 0;
	return errno == EACCES && !set_mode(dir, name, 0700)
		       ? renameat(dir, name, top, temp)
		       : -1;
}

/*
 * Removes a folder in top; the folders that are in it are moved up to top, so
 * that no depth needs more descriptors than there are.
 */
static int dissolve(int top, const char *name)
{
	const char *entry;
	DIR *folder;
	int fd;

	if (set_mode(top, name, 0700))
		return -1;
	fd = openat(top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	folder = fd < 0 ? NULL : fdopendir(fd);
	while (folder && (entry = wax_entries_next(folder)))
		if (unlinkat(dirfd(folder), entry, 0) && was_folder() &&
		    raise_folder(dirfd(folder), entry, top))
			break;
	if (folder)
		closedir(folder);
	else if (fd >= 0)
		close(fd);
	return unlinkat(top, name, AT_REMOVEDIR);
}

void wax_folder_clear(int top)
{
	bool less = !fchmod(top, 0700);
	const char *entry;

	while (less) {
		DIR *folder = wax_entries_of(top);

		less = false;
		while (folder && (entry = wax_entries_next(folder)))
			if (!unlinkat(top, entry, 0) ||
			    (was_folder() && !dissolve(top, entry)))
				less = true;
		if (folder)
			closedir(folder);
	}
}
