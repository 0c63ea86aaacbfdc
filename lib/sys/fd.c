/* SPDX-License-Identifier: ISC */
/*
 * Descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "sys/fd.h"

/* Linux' own limit, unless root has set another. */
#define PIPE_WIDE (1024 * 1024)

/*
 * Whether a call that failed is to be made again: it was interrupted, or
 * somebody who shares the descriptor made it non-blocking and it is not ready.
 */
static bool again(int fd, short events)
{
	struct pollfd wait = {.fd = fd, .events = events};

	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return poll(&wait, 1, -1) >= 0 || errno == EINTR;
	return errno == EINTR;
}

int wax_open_found(const char *path, int flags, bool *found)
{
	struct stat st;
	int fd = open(path, flags);

	*found = true;
	if (fd >= 0 || errno != ENOENT)
		return fd;
	*found = !lstat(path, &st);
	/* Others may just have made it. */
	return *found ? open(path, flags) : -1;
}

ssize_t wax_fd_read(int fd, void *buf, size_t len)
{
	ssize_t n;

	do
		n = read(fd, buf, len);
	while (n < 0 && again(fd, POLLIN));
	return n;
}

bool wax_fd_ready(int fd)
{
	struct pollfd now = {.fd = fd, .events = POLLIN};

	return poll(&now, 1, 1) != 0;
}

void wax_fd_widen(int fd)
{
	if (fcntl(fd, F_GETPIPE_SZ) < PIPE_WIDE)
		fcntl(fd, F_SETPIPE_SZ, PIPE_WIDE);
}

bool wax_fd_is_file(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

int wax_fd_write(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && again(fd, POLLOUT))
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int wax_fd_write_at(int fd, const void *data, size_t len, off_t at)
{
	const char *p = data;

	while (len) {
		ssize_t n = pwrite(fd, p, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int wax_fd_sync(int fd)
{
	int err;

	do
		err = fsync(fd);
	while (err && errno == EINTR);
	return err;
}

void wax_fd_begin_sync(int fd, off_t at, off_t len)
{
	sync_file_range(fd, at, len, SYNC_FILE_RANGE_WRITE);
}

int wax_fd_sync_folder(int fd)
{
	return wax_fd_sync(fd) && errno != EINVAL ? -1 : 0;
}

/* Flushes a folder, without the file name in it unless that is NULL. */
static int change_folder(const char *path, const char *name, bool *removed)
{
	int err, reason, fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	*removed = name && !unlinkat(fd, name, 0);
	err = name && !*removed ? -1 : wax_fd_sync_folder(fd);
	reason = errno;
	close(fd);
	errno = reason;
	return err;
}

int wax_sync_folder(const char *path)
{
	bool removed;

	return change_folder(path, NULL, &removed);
}

int wax_remove_file(const char *folder, const char *name, bool *removed)
{
	*removed = false;
	return change_folder(folder, name, removed);
}

int wax_fd_settle(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return -1;
	/* Linux has closed it even when it says EINTR: never close twice. */
	return close(copy) && errno != EINTR ? -1 : 0;
}

static bool mode_is(int fd, int mode)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || flags & O_PATH)
		return false;
	return (flags & O_ACCMODE) == mode || (flags & O_ACCMODE) == O_RDWR;
}

bool wax_fd_can_read(int fd)
{
	return mode_is(fd, O_RDONLY);
}

bool wax_fd_can_write(int fd)
{
	return mode_is(fd, O_WRONLY);
}

static int unless_unknown(int err)
{
	return err && errno != ENOSYS && errno != EOPNOTSUPP ? -1 : 0;
}

int wax_fd_set_mode(int fd, mode_t mode)
{
	return unless_unknown(fchmod(fd, mode));
}

int wax_fd_set_time(int fd, const struct timespec *time)
{
	struct timespec times[2] = {*time, *time};

	return unless_unknown(futimens(fd, times));
}

/* Whether a file keeps its number when the file system is mounted again. */
static bool number_lasts(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) || (fs.f_type != MSDOS_SUPER_MAGIC &&
				    fs.f_type != EXFAT_SUPER_MAGIC);
}

int wax_fd_birth(int fd, struct wax_birth *out)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &st))
		return -1;
	out->time = st.stx_mask & STATX_BTIME
			    ? (uint64_t)st.stx_btime.tv_sec * 1000000000 +
				      st.stx_btime.tv_nsec
			    : 0;
	out->file = !out->time || number_lasts(fd) ? st.stx_ino : 0;
	return 0;
}
