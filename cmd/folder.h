/* SPDX-License-Identifier: ISC */
/*
 * The files in a folder that is named where keys are due.
 */
#ifndef WAX_CMD_FOLDER_H
#define WAX_CMD_FOLDER_H

#include <stdbool.h>
#include <wax.h>

/* Whether a path is a folder. */
bool folder_is(const char *path);

/*
 * Calls fn with the path of each file in the folder, in the order of their
 * names, until it fails. Names that begin with a dot are passed over. A folder
 * without any other is WAX_ERR_USAGE.
 */
typedef int folder_fn(void *ctx, const char *path, struct wax_diag *diag);
int folder_each(const char *path, folder_fn *fn, void *ctx,
		struct wax_diag *diag);

/*
 * Opens a regular file, calls fn with what is in it, and closes it again: so
 * that there can be any number. Other kinds are WAX_ERR_USAGE.
 */
typedef int file_fn(void *ctx, const char *path, struct wax_source *from,
		    struct wax_diag *diag);
int file_use(const char *path, file_fn *fn, void *ctx, struct wax_diag *diag);

#endif
