/* SPDX-License-Identifier: ISC */
/*
 * Locks between processes: a file of its own for each, which stays.
 */
#ifndef WAX_SYS_LOCK_H
#define WAX_SYS_LOCK_H

#include <wax/error.h>

struct wax_lock;

/*
 * Takes the lock of this path, waiting up to seconds for another process;
 * WAX_ERR_STATE when it does not come free, with the holder's number. A process
 * takes one lock once, and makes no other use of the file: closing any
 * descriptor of it would let the lock go.
 */
int wax_lock_take(const char *path, unsigned seconds, struct wax_lock **out,
		  struct wax_diag *diag);

/* Lets it go. */
void wax_lock_free(struct wax_lock *lock);

#endif
