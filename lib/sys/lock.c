/* SPDX-License-Identifier: ISC */
/*
 * Locks on POSIX record locks, which tell who holds them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "sys/lock.h"

#define STEPS_PER_SECOND 50

struct wax_lock {
	int fd;
};

/* 0 when it is ours, -1 with errno otherwise. */
static int try_lock(int fd)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(fd, F_SETLK, &whole);
}

static int held(int fd, const char *path, unsigned seconds,
		struct wax_diag *diag)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_GETLK, &whole) || whole.l_type == F_UNLCK)
		whole.l_pid = 0;
	wax_diag_set(diag, WAX_ERR_STATE,
		     "'%s' is locked by process %ld for more than %u seconds",
		     path, (long)whole.l_pid, seconds);
	wax_diag_hint(diag, "wait for it, or end it");
	return WAX_ERR_STATE;
}

static int wait_for(int fd, const char *path, unsigned seconds,
		    struct wax_diag *diag)
{
	const struct timespec step = {.tv_nsec = 1000000000 / STEPS_PER_SECOND};

	for (unsigned i = 0; try_lock(fd); i++) {
		if (errno != EACCES && errno != EAGAIN && errno != EINTR)
			return wax_diag_sys(diag, errno, "'%s'", path);
		if (i == seconds * STEPS_PER_SECOND)
			return held(fd, path, seconds, diag);
		nanosleep(&step, NULL);
	}
	return 0;
}

int wax_lock_take(const char *path, unsigned seconds, struct wax_lock **out,
		  struct wax_diag *diag)
{
	struct wax_lock *lock = calloc(1, sizeof(*lock));
	int err;

	if (!lock)
		return wax_no_memory(diag);
	lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	err = lock->fd < 0 ? wax_diag_sys(diag, errno, "'%s'", path)
			   : wait_for(lock->fd, path, seconds, diag);
	if (err) {
		wax_lock_free(lock);
		return err;
	}
	*out = lock;
	return 0;
}

void wax_lock_free(struct wax_lock *lock)
{
	if (!lock)
		return;
	if (lock->fd >= 0)
		close(lock->fd);
	free(lock);
}
