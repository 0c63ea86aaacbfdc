/* SPDX-License-Identifier: ISC */
/*
 * Moving what is in one folder to another, all of it or nothing.
 */
#ifndef WAX_SYS_MOVE_H
#define WAX_SYS_MOVE_H

#include <stdbool.h>
#include <wax/error.h>

/*
 * Moves the entries of the folder from, which nobody else can reach, to the
 * folder to, called name in messages, on the same file system. What exists
 * there is WAX_ERR_USAGE, unless replace is set: then a file or link gives way
 * to a file or link, and is gone at the return. After a failure everything is
 * as it was, as far as nobody else has moved it meanwhile.
 */
int wax_move_entries(int from, int to, const char *name, bool replace,
		     struct wax_diag *diag);

/*
 * Renames a file or folder to what must not exist: -1 with EEXIST otherwise.
 * Where the file system knows no such renaming, a hard link, which never
 * replaces either, does it for files; for the rest it is looked before.
 */
int wax_rename_new(int from, const char *name, int to, const char *as);

#endif
