/* SPDX-License-Identifier: ISC */
/*
 * A sealed message as an input, that may be within a mail or in text.
 */
#ifndef WAX_CMD_MESSAGE_H
#define WAX_CMD_MESSAGE_H

#include <stdbool.h>
#include <wax/stream.h>

/*
 * To be called right after input_open(), with its path and source. Looks at the
 * beginning, and where that is neither an age file's nor armor's puts a source
 * before *source of the message that wax-extract, a process of its own, finds.
 * Then *extracted is set: its size is not known, and of an error that has no
 * text that process has told.
 */
int message_source(const char *path, struct wax_source **source,
		   bool *extracted, struct wax_diag *diag);

#endif
