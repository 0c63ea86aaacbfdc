/* SPDX-License-Identifier: ISC */
/*
 * The files on a command line: what is read, and where the output goes.
 */
#ifndef WAX_CMD_FILES_H
#define WAX_CMD_FILES_H

#include <stdbool.h>
#include <wax.h>

/*
 * Opens an input: a path, or standard input where it is NULL or "-". Standard
 * input can be taken once. A folder is WAX_ERR_USAGE.
 */
int input_open(const char *path, struct wax_source **out,
	       struct wax_diag *diag);

/*
 * The same for keys and passphrases, which are regular files: devices and
 * FIFOs are WAX_ERR_USAGE and never waited for. A pipe is taken by its
 * descriptor, as shells name it: /dev/fd/N.
 */
int input_open_key(const char *path, struct wax_source **out,
		   struct wax_diag *diag);

/*
 * Says that an input will be opened later, so that the output, opened before,
 * is not this one.
 */
void input_announce(const char *path);
void input_announce_fd(int fd);

/*
 * The same of a path that is to be packed: a file or a folder, which has to be
 * there, and not standard input. after_level: -z was given.
 */
int input_announce_packed(const char *path, bool after_level,
			  struct wax_diag *diag);

/* The hint on a path that is not there, behind -z: a number is its level. */
void path_hint_level(const char *path, struct wax_diag *diag);

/* The last part of a path. */
const char *path_base(const char *path);

/* What stands before it, or "."; to be freed with free(). NULL: no memory. */
char *path_folder(const char *path);

/* Whether the path is a descriptor's, as shells hand over pipes. */
bool input_is_descriptor(const char *path);

/* Whether the path stands for standard input: NULL, "-" or a name in /dev. */
bool input_is_stdin(const char *path);

/* Says that nothing is to be written into a folder, which need not exist. */
void output_forbid(const char *folder);

/* The size of the last input_open(), or -1 where it is not known. */
long long input_size(void);

/* The descriptor of what was opened last, a key or not. */
int input_fd(void);

/*
 * Frees the source that was opened last, and closes its descriptor unless that
 * is standard input's, so that there can be any number of them. Others stay
 * open until the end of the process. NULL is allowed.
 */
void input_close(struct wax_source *source);

/* What messages call an input: 'path', or standard input. */
void input_context(const char *path, struct wax_diag *diag);

/* Whether the path stands for standard output: NULL, "-" or a name in /dev. */
bool output_is_stdout(const char *path);

/* Makes a folder, and flushes the one that it is in. */
int folder_make(const char *path, struct wax_diag *diag);

enum output_form {
	OUTPUT_TEXT,	/* for a terminal as well */
	OUTPUT_BINARY,	/* refused on a terminal unless asked for by "-" */
	OUTPUT_SEALED,	/* the same, where -a makes text of it */
	OUTPUT_UNKNOWN, /* looked at: on a terminal only text gets through */
};

/*
 * Opens the output: a path, or standard output where it is NULL or "-". It is
 * never one of the inputs opened before. flags are those of wax_sink_file().
 */
int output_open(const char *path, unsigned flags, enum output_form form,
		struct wax_sink **out, struct wax_diag *diag);

/* The same for what is a file by any name, never standard output. */
int output_open_file(const char *path, unsigned flags, struct wax_sink **out,
		     struct wax_diag *diag);

#endif
