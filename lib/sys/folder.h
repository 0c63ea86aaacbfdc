/* SPDX-License-Identifier: ISC */
/*
 * Folders that are filled aside, and moved to where they belong when they are
 * complete.
 */
#ifndef WAX_SYS_FOLDER_H
#define WAX_SYS_FOLDER_H

#include <stdbool.h>
#include <sys/stat.h>
#include <wax/error.h>

struct wax_folder;

/*
 * Makes a fresh folder, mode 0700, for what will be at path. Where path does
 * not exist, the fresh one is beside it and becomes path at the commit, at
 * once. Where path is a folder, the fresh one is inside, and at the commit its
 * entries are moved up one by one: all of them, or after a failure none (what
 * was replaced is back then, too, where the file system can exchange two
 * names). With replace an existing file or link gives way to a file or link; a folder never
 * does.
 */
int wax_folder_new(const char *path, bool replace, struct wax_folder **out,
		   struct wax_diag *diag);

/* The fresh folder, open; and the bits of a mode that the umask takes. */
int wax_folder_fd(const struct wax_folder *f);
mode_t wax_folder_umask(const struct wax_folder *f);

/*
 * Flushes what is in it to the disk and moves it into place. What exists there
 * and is not replaced is WAX_ERR_USAGE.
 */
int wax_folder_commit(struct wax_folder *f, struct wax_diag *diag);

/* Removes the fresh folder with all that is still in it, and releases. */
void wax_folder_free(struct wax_folder *f);

#endif
