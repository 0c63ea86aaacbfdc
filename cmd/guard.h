/* SPDX-License-Identifier: ISC */
/*
 * The guard before a terminal: what was sealed by somebody else reaches it
 * only as text, for control sequences can type commands and hide lines.
 */
#ifndef WAX_CMD_GUARD_H
#define WAX_CMD_GUARD_H

#include <wax/stream.h>

/*
 * Puts a sink before *sink that passes UTF-8 text on, and fails with
 * WAX_ERR_USAGE at the first other byte or control character but tab, LF and CR
 * before LF.
 */
int guard_sink(struct wax_sink **sink, struct wax_diag *diag);

#endif
