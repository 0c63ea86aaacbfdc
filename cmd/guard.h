/* SPDX-License-Identifier: ISC */
/*
 * The guard before a terminal: what was sealed by somebody else reaches it
 * only as text, for control sequences can type commands and hide lines.
 */
#ifndef WAX_CMD_GUARD_H
#define WAX_CMD_GUARD_H

#include <wax/stream.h>

/*
 * A sink that passes UTF-8 text on to to, and fails with WAX_ERR_USAGE at the
 * first other byte or control character but tab, LF and CR before LF. to is
 * owned from the call on.
 */
int guard_sink(struct wax_sink *to, struct wax_sink **out,
	       struct wax_diag *diag);

#endif
