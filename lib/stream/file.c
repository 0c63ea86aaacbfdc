/* SPDX-License-Identifier: ISC */
/*
 * Small files as a whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stream/file.h"
#include "sys/fd.h"

/* Reads to the end, of which size is a guess. */
static int read_all(int fd, const char *path, size_t size, size_t max,
		    struct wax_bytes *out, struct wax_diag *diag)
{
	size_t begin = out->len;
	ssize_t n = 1;

	while (n > 0) {
		size_t room = size + 1 - (out->len - begin);
		int err = wax_bytes_reserve(out, room, diag);

		if (err)
			return err;
		n = wax_fd_read(fd, out->data + out->len, room);
		if (n < 0)
			return wax_diag_sys(diag, errno, "'%s'", path);
		out->len += (size_t)n;
		/* As large as it was, and no more came: this is its end. */
		if (n && (size_t)n == size && out->len - begin == size)
			return 0;
		if (out->len - begin > max)
			return wax_diag_set(diag, WAX_ERR_FORMAT,
					    "'%s' is larger than %zu bytes",
					    path, max);
		if (out->len - begin > size)
			size = 2 * size + 1; /* it grows meanwhile */
	}
	return 0;
}

int wax_file_read(const char *path, size_t max, struct wax_bytes *out,
		  bool *found, struct wax_diag *diag)
{
	struct stat st;
	int err, fd = wax_open_found(
			 path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
			 found);

	if (!*found)
		return 0;
	if (fd < 0 || fstat(fd, &st))
		err = wax_diag_sys(diag, errno, "'%s'", path);
	else if (!S_ISREG(st.st_mode))
		err = wax_diag_set(diag, WAX_ERR_IO,
				   "'%s' is not a regular file", path);
	else
		err = read_all(fd, path,
			       (uintmax_t)st.st_size < max ? (size_t)st.st_size
							   : max,
			       max, out, diag);
	if (fd >= 0)
		close(fd);
	return err;
}
