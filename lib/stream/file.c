/* SPDX-License-Identifier: ISC */
/*
 * Small files as a whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wax/secret.h>
#include <wax/stream.h>

#include "stream/file.h"

int wax_file_read(const char *path, size_t max, struct wax_secret **out,
		  struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	struct stat st;
	int err, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	*out = NULL;
	/* A dangling link is there, and leads to what is missing. */
	if (fd < 0 && errno == ENOENT && lstat(path, &st))
		return 0;
	if (fd < 0 || fstat(fd, &st))
		err = wax_diag_sys(diag, errno, "'%s'", path);
	else if (!S_ISREG(st.st_mode))
		err = wax_diag_set(diag, WAX_ERR_IO,
				   "'%s' is not a regular file", path);
	else
		err = wax_source_fd(fd, path, &from, diag);
	if (!err)
		err = wax_secret_read(from, max, out, diag);
	wax_source_free(from);
	if (fd >= 0)
		close(fd);
	return err;
}
