/* SPDX-License-Identifier: ISC */
/*
 * Output in many small pieces, written in few large ones.
 */
#ifndef WAX_CMD_BUFFER_H
#define WAX_CMD_BUFFER_H

#include <wax.h>

/* Puts a buffer before *sink, which it then owns, as wax_sink_wrap() does. */
int buffer_sink(struct wax_sink **sink, struct wax_diag *diag);

#endif
