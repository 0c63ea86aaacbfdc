/* SPDX-License-Identifier: ISC */
/*
 * Other tools of the family, run as processes at the end of a pipe. They get
 * no descriptor but those named here.
 */
#ifndef WAX_CMD_PROCESS_H
#define WAX_CMD_PROCESS_H

#include <sys/types.h>
#include <wax.h>

/* The descriptor that a tool gets beside the three of everybody. */
#define PROCESS_EXTRA_FD 3

/* The path of a tool in the folder of this very program, never from PATH. */
int process_beside(const char *name, char *out, size_t size,
		   struct wax_diag *diag);

/* Says that the tool at that path could not be started, and why (errnum). */
int process_missing(const char *path, int errnum, struct wax_diag *diag);

/*
 * A source of what a tool writes to its standard output; argv[0] is its name.
 * in, unless it is -1, becomes its standard input. It ends when the tool does, and well only if the tool did: otherwise with the
 * tool's status, and without words, for the tool has said them. extra, unless
 * it is -1, becomes its descriptor PROCESS_EXTRA_FD.
 */
int process_source(char *const *argv, int in, int extra,
		   struct wax_source **out, struct wax_diag *diag);

/*
 * A sink that writes to the standard input of a tool. The finish sends a byte
 * to its descriptor PROCESS_EXTRA_FD, for which it is to wait before it commits
 * anything; errors are as above.
 */
int process_sink(char *const *argv, struct wax_sink **out,
		 struct wax_diag *diag);

/* Waits for a process: 0, its status negated without words, or WAX_ERR_IO. */
int process_wait(pid_t pid, const char *name, struct wax_diag *diag);

#endif
