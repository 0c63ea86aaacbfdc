/* SPDX-License-Identifier: ISC */
/*
 * Temporary files, with and without a name.
 */
#ifndef WAX_SYS_TEMPORARY_H
#define WAX_SYS_TEMPORARY_H

#include <stdbool.h>
#include <wax/error.h>

/* .wax- and 16 hexadecimal digits at random, and a NUL. */
#define WAX_TEMPORARY_NAME_SIZE 22
int wax_temporary_name(char out[WAX_TEMPORARY_NAME_SIZE],
		       struct wax_diag *diag);

/* Whether a name is of this form. */
bool wax_temporary_is(const char *name);

/*
 * Opens a file without a name in the folder dir, for reading and writing, mode
 * 0600: it is gone with its descriptor.
 */
int wax_temporary_open(const char *dir, int *out, struct wax_diag *diag);

#endif
