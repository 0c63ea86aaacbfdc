/* SPDX-License-Identifier: ISC */
/*
 * The progress line: on a terminal's standard error, for work that takes
 * longer than half a second.
 */
#ifndef WAX_CMD_PROGRESS_H
#define WAX_CMD_PROGRESS_H

#include <wax/stream.h>

/*
 * A source that passes from on, which it owns from the call on, and shows how
 * far it came; total is its size, or -1. Where standard error is no terminal,
 * it is from itself.
 */
int progress_source(struct wax_source *from, long long total,
		    struct wax_source **out, struct wax_diag *diag);

#endif
