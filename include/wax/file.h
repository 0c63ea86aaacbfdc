/* SPDX-License-Identifier: ISC */
/*
 * Files that appear whole or not at all.
 */
#ifndef WAX_FILE_H
#define WAX_FILE_H

#include <wax/error.h>

struct wax_sink;

enum wax_file_flags {
	WAX_FILE_SECRET = 1,  /* mode 0600; otherwise 0666 less the umask */
	WAX_FILE_REPLACE = 2, /* an existing regular file may be replaced */
};

/*
 * A sink that makes the file at path. The data go to a nameless or temporary
 * file in the same folder; wax_sink_finish() flushes it, gives it its name and
 * flushes the folder. A failure anywhere, or freeing without finishing, leaves
 * path as it was and nothing beside it; only when the very last step, flushing
 * the folder, fails, the new file is in place and the error says so.
 *
 * Without WAX_FILE_REPLACE an existing path, a dangling link too, is
 * WAX_ERR_USAGE, also when it appears before the finish. With it, what is
 * replaced is the name: a symbolic link is replaced, not what it points to.
 * Anything but a regular file or a link to one is never replaced. The new
 * file has no permission that the replaced one had not.
 */
WAX_API int wax_sink_file(const char *path, unsigned flags,
			  struct wax_sink **out, struct wax_diag *diag);

/*
 * Removes the temporary file of every sink that is not finished. For a signal
 * handler about to end the process: async-signal-safe, and leaves the sinks
 * unusable.
 */
WAX_API void wax_file_cleanup(void);

#endif
