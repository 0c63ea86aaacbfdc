/* SPDX-License-Identifier: ISC */
/*
 * Locks on POSIX record locks, which tell who holds them.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "sys/fd.h"
#include "sys/lock.h"

#define STEPS_PER_SECOND 50

/*
 * Record locks do not keep a process from itself, and go with any descriptor of
 * the file that it closes. So those that it holds are remembered.
 */
struct wax_lock {
	int fd;
	struct stat file;
	struct wax_lock *next; /* in the list, while it is held */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct wax_lock *held_here;

/* The lock on a file that this process holds, or NULL; under the mutex. */
static struct wax_lock *find(const struct stat *file)
{
	struct wax_lock *l = held_here;

	while (l && !wax_same_file(&l->file, file))
		l = l->next;
	return l;
}

/* Puts a lock on the list; false where one of this file is there. */
static bool remember(struct wax_lock *lock)
{
	bool first;

	pthread_mutex_lock(&mutex);
	first = !find(&lock->file);
	if (first) {
		lock->next = held_here;
		held_here = lock;
	}
	pthread_mutex_unlock(&mutex);
	return first;
}

static void forget(struct wax_lock *lock)
{
	struct wax_lock **at = &held_here;

	pthread_mutex_lock(&mutex);
	while (*at && *at != lock)
		at = &(*at)->next;
	if (*at)
		*at = lock->next;
	pthread_mutex_unlock(&mutex);
}

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

/* Whether this process holds the lock of a path, which must not be opened. */
static bool is_held_here(const char *path)
{
	struct stat st;
	bool held = false;

	if (lstat(path, &st))
		return false;
	pthread_mutex_lock(&mutex);
	held = find(&st);
	pthread_mutex_unlock(&mutex);
	return held;
}

static int held_by_us(const char *path, struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_STATE,
			    "'%s' is locked by this very process", path);
}

/* Takes it; *gone when the file was removed by then, which is no lock. */
static int take(const char *path, unsigned seconds, bool *gone,
		struct wax_lock **out, struct wax_diag *diag)
{
	struct wax_lock *lock;
	struct stat st;
	int err = 0;

	if (is_held_here(path))
		return held_by_us(path, diag);
	lock = calloc(1, sizeof(*lock));
	if (!lock)
		return wax_no_memory(diag);
	lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock->fd < 0 || fstat(lock->fd, &lock->file))
		err = wax_diag_sys(diag, errno, "'%s'", path);
	else if (!remember(lock))
		err = held_by_us(path, diag);
	if (!err)
		err = wait_for(lock->fd, path, seconds, diag);
	*gone = !err && (lstat(path, &st) || !wax_same_file(&st, &lock->file));
	if (err || *gone) {
		wax_lock_free(lock);
		return err;
	}
	*out = lock;
	return 0;
}

int wax_lock_take(const char *path, unsigned seconds, struct wax_lock **out,
		  struct wax_diag *diag)
{
	bool gone = true;
	int err = 0;

	while (!err && gone)
		err = take(path, seconds, &gone, out, diag);
	return err;
}

void wax_lock_remove(struct wax_lock *lock, const char *path)
{
	if (lock)
		unlink(path);
	wax_lock_free(lock);
}

int wax_lock_fd(const struct wax_lock *lock)
{
	return lock->fd;
}

ssize_t wax_lock_peek(const char *path, void *buf, size_t len)
{
	struct wax_lock *l;
	struct stat st;
	ssize_t n = -1;
	int fd;

	if (lstat(path, &st))
		return -1;
	pthread_mutex_lock(&mutex);
	l = find(&st);
	if (l)
		n = pread(l->fd, buf, len, 0);
	pthread_mutex_unlock(&mutex);
	if (l)
		return n;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	n = pread(fd, buf, len, 0);
	close(fd);
	return n;
}

void wax_lock_free(struct wax_lock *lock)
{
	if (!lock)
		return;
	forget(lock);
	if (lock->fd >= 0)
		close(lock->fd);
	free(lock);
}
