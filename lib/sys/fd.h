/* SPDX-License-Identifier: ISC */
/*
 * Descriptors: read and write as one means them, interrupted or not.
 */
#ifndef WAX_SYS_FD_H
#define WAX_SYS_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/*
 * Opens what may be missing: -1 and *found false. A link that leads to nothing
 * is there; that, and every other failure, is -1 with errno.
 */
int wax_open_found(const char *path, int flags, bool *found);

/* One read, again when a signal interrupted it. As read(2) otherwise. */
ssize_t wax_fd_read(int fd, void *buf, size_t len);

/*
 * Whether a read would return at once or in a millisecond, if only to tell the
 * end or an error: who writes into a pipe may just be busy.
 */
bool wax_fd_ready(int fd);

/* Where it is a pipe, lets more wait in it, as far as the system allows. */
void wax_fd_widen(int fd);

/* Whether it is a regular file. */
bool wax_fd_is_file(int fd);

/* Writes all of it, or returns -1 with errno. */
int wax_fd_write(int fd, const void *data, size_t len);

/* The same at an offset, which leaves the descriptor's own alone. */
int wax_fd_write_at(int fd, const void *data, size_t len, off_t at);

/* Has what was written be on its way to the disk, and does not wait for it. */
void wax_fd_begin_sync(int fd, off_t at, off_t len);

/* Flushes to the disk, or returns -1 with errno. */
int wax_fd_sync(int fd);

/* The same for a folder; some file systems cannot, and that is no error. */
int wax_fd_sync_folder(int fd);

/* The same for a folder's path; -1 also where it cannot be opened. */
int wax_sync_folder(const char *path);

/*
 * Removes a file from a folder, and flushes that. When this is -1 with errno,
 * *removed says whether the file is gone, if nothing undoes that.
 */
int wax_remove_file(const char *folder, const char *name, bool *removed);

/*
 * Has the file system report what it still holds back, as closing would: -1
 * with errno when data were lost. The descriptor stays open.
 */
int wax_fd_settle(int fd);

/* Whether two descriptions are of one file. */
static inline bool wax_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/*
 * What tells a file from every copy of it on this machine: its number, 0 on FAT
 * where that does not last, and the time it was made, 0 where the file system
 * keeps none. -1 with errno.
 */
struct wax_birth {
	uint64_t file, time;
};
int wax_fd_birth(int fd, struct wax_birth *out);

/*
 * As fchmod(2) and futimens(2), with one time for both; but a file system that
 * keeps no such thing at all is no failure.
 */
int wax_fd_set_mode(int fd, mode_t mode);
int wax_fd_set_time(int fd, const struct timespec *time);

/* Whether the descriptor is open in a mode that allows it. */
bool wax_fd_can_read(int fd);
bool wax_fd_can_write(int fd);

#endif
