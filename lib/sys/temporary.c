/* SPDX-License-Identifier: ISC */
/*
 * Temporary files.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "sys/temporary.h"

#define PREFIX ".wax-"

int wax_temporary_name(char out[WAX_TEMPORARY_NAME_SIZE], struct wax_diag *diag)
{
	unsigned char r[8];

	if (getentropy(r, sizeof(r)))
		return wax_diag_sys(diag, errno, "no randomness");
	strcpy(out, PREFIX);
	for (size_t i = 0; i < sizeof(r); i++)
		sprintf(out + strlen(PREFIX) + 2 * i, "%02x", r[i]);
	return 0;
}

bool wax_temporary_is(const char *name)
{
	return !strncmp(name, PREFIX, strlen(PREFIX)) &&
	       strlen(name) == WAX_TEMPORARY_NAME_SIZE - 1 &&
	       strspn(name + strlen(PREFIX), "0123456789abcdef") == 16;
}

/* Where the file system has none, one whose name is removed at once. */
static int open_unlinked(const char *dir)
{
	char path[4096];
	int fd, n = snprintf(path, sizeof(path), "%s/" PREFIX "XXXXXX", dir);

	if (n < 0 || (size_t)n >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

int wax_temporary_open(const char *dir, int *out, struct wax_diag *diag)
{
	int fd = open(dir, O_RDWR | O_TMPFILE | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
		fd = open_unlinked(dir);
	if (fd < 0)
		return wax_diag_sys(diag, errno, "a temporary file in '%s'",
				    dir);
	*out = fd;
	return 0;
}
