/* SPDX-License-Identifier: ISC */
/*
 * Errors inside the library; the rest is in <wax/error.h>.
 */
#ifndef WAX_BASE_ERROR_H
#define WAX_BASE_ERROR_H

#include <wax/error.h>

/* Says that memory ran out; returns WAX_ERR_IO. */
int wax_no_memory(struct wax_diag *diag);

#endif
