/* SPDX-License-Identifier: ISC */
/*
 * Names in archives, and what may be one.
 */
#ifndef WAX_ARCHIVE_PATH_H
#define WAX_ARCHIVE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <wax/error.h>

#define WAX_PATH_MAX 4095 /* bytes */
#define WAX_DEPTH_MAX 256 /* parts */

/* A name taken apart: parts without slashes, "." and nothing left out. */
struct wax_path {
	char text[WAX_PATH_MAX + 1]; /* the parts, with a NUL behind each */
	const char *parts[WAX_DEPTH_MAX];
	size_t depth; /* 0: the folder itself */
};

/*
 * Takes a name apart. Returns NULL, or in words why the name is refused; then
 * the path is undefined.
 */
const char *wax_path_parse(struct wax_path *path, const char *name);

/*
 * The name that a file given by a path of the system gets: that path where it
 * is relative and without "..", otherwise its last part. "" for a folder of
 * which the contents are meant. out has room for WAX_PATH_MAX bytes and a NUL.
 */
const char *wax_path_operand(const char *path, char *out);

/*
 * The same for n of them. names has room for n, is all NULL, and each is to be
 * freed with free(), after an error too. No entry would be there twice.
 */
int wax_path_operands(char *const *paths, char **names, size_t n,
		      struct wax_diag *diag);

/*
 * Whether a symbolic link in a folder that is depth levels deep stays inside:
 * NULL, or why not. As ".." is allowed only in the beginning, no link that
 * stands in the way can turn it outwards.
 */
const char *wax_link_check(const char *target, size_t depth);

#endif
