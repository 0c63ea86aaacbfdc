/* SPDX-License-Identifier: ISC */
/*
 * Small files as a whole.
 */
#ifndef WAX_STREAM_FILE_H
#define WAX_STREAM_FILE_H

#include <stdbool.h>

#include "base/bytes.h"

/*
 * Reads a regular file of at most max bytes, behind what is in out already;
 * *found is false where there is none. A larger one is WAX_ERR_FORMAT. The
 * bytes are not wiped, so it is for what is sealed, or no secret.
 */
int wax_file_read(const char *path, size_t max, struct wax_bytes *out,
		  bool *found, struct wax_diag *diag);

#endif
