/* SPDX-License-Identifier: ISC */
/*
 * Locks between processes: a file of its own for each, which stays.
 */
#ifndef WAX_SYS_LOCK_H
#define WAX_SYS_LOCK_H

#include <sys/types.h>
#include <wax/error.h>

struct wax_lock;

/*
 * Takes the lock of this path, waiting up to seconds for another process;
 * WAX_ERR_STATE when it does not come free, with the holder's number, or at
 * once when this process holds it. The file is opened nowhere else: closing any
 * descriptor of it would let the lock go.
 */
int wax_lock_take(const char *path, unsigned seconds, struct wax_lock **out,
		  struct wax_diag *diag);

/*
 * The lock's file, open for reading and writing, which must stay open: what is
 * in it is for who holds the lock.
 */
int wax_lock_fd(const struct wax_lock *lock);

/* Removes the lock's file, and lets it go: who waits makes a new one. */
void wax_lock_remove(struct wax_lock *lock, const char *path);

/*
 * Reads what is in the file of a lock, which need not be held, from its
 * beginning: as pread(2).
 */
ssize_t wax_lock_peek(const char *path, void *buf, size_t len);

/* Lets it go. */
void wax_lock_free(struct wax_lock *lock);

#endif
