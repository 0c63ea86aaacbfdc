/* SPDX-License-Identifier: ISC */
/*
 * Small files as a whole.
 */
#ifndef WAX_STREAM_FILE_H
#define WAX_STREAM_FILE_H

#include <stddef.h>
#include <wax/error.h>

struct wax_secret;

/*
 * Reads a regular file of at most max bytes into a new secret; *out is NULL
 * where there is none. A larger one is WAX_ERR_FORMAT.
 */
int wax_file_read(const char *path, size_t max, struct wax_secret **out,
		  struct wax_diag *diag);

#endif
