/* SPDX-License-Identifier: ISC */
/*
 * A wax_unpack() that tries to get out, and writes to the file "results" in the
 * folder, or to the list, what it could. $WALLS says which walls there are: only
 * what they are to stop is attempted. Linked in the place of the real one.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/error.h"

#include "tests/walls/attempts.h"

static bool is_due(const struct attempt *a)
{
	const char *walls = getenv("WALLS"), *p;

	if (!walls)
		return true;
	if (strstr(walls, ", seccomp") && a->seccomp)
		return true;
	p = strstr(walls, "Landlock ");
	return p && a->landlock && atoi(p + 9) >= a->landlock;
}

static int tell(const struct wax_unpack *u, int fd, const char *line,
		struct wax_diag *diag)
{
	size_t len = strlen(line);

	if (fd < 0)
		return u->entry(u->ctx, line, NULL, diag);
	if (write(fd, line, len) != (ssize_t)len || write(fd, "\n", 1) != 1)
		return wax_diag_set(diag, WAX_ERR_IO, "the results");
	return 0;
}

static int try_all(const struct attempt *a, const struct wax_unpack *u, int fd,
		   struct wax_diag *diag)
{
	char line[256];
	int err = 0;

	for (; a->name && !err; a++) {
		int result;

		if (!is_due(a))
			continue;
		result = a->attempt();
		snprintf(line, sizeof(line), "%s: %s", a->name,
			 result ? strerror(result) : "done");
		err = tell(u, fd, line, diag);
	}
	return err;
}

int wax_unpack(const struct wax_unpack *u, struct wax_source *from,
	       struct wax_diag *diag)
{
	int err, fd = -1;

	(void)from;
	walls_dir = u->dir;
	if (u->dir >= 0) {
		fd = openat(u->dir, "results", O_WRONLY | O_CREAT | O_EXCL,
			    0666);
		if (fd < 0)
			return wax_diag_set(diag, WAX_ERR_IO, "no results");
	}
	walls_results = fd;
	err = try_all(attempts_files, u, fd, diag);
	if (!err)
		err = try_all(attempts_system, u, fd, diag);
	return err;
}
