/* SPDX-License-Identifier: ISC */
/*
 * Making files beneath a folder, and nowhere else: every folder on the way is
 * opened by itself and never through a link, also when somebody else moves
 * things about meanwhile.
 */
#ifndef WAX_ARCHIVE_TREE_H
#define WAX_ARCHIVE_TREE_H

#include <stdint.h>
#include <sys/stat.h>
#include <time.h>
#include <wax/error.h>

#include "archive/path.h"

struct wax_tree;

/* What is kept of an entry's metadata. */
struct wax_attributes {
	mode_t mode; /* the lowest nine bits count */
	struct timespec mtime;
};

/*
 * dir stays the caller's. More than folders_max folders are WAX_ERR_FORMAT; 0:
 * any number.
 */
int wax_tree_new(int dir, mode_t umask, uint64_t folders_max,
		 struct wax_tree **out, struct wax_diag *diag);
void wax_tree_free(struct wax_tree *t);

/*
 * Each makes the folders above that are missing. What exists is
 * WAX_ERR_FORMAT, but for a folder, which gets the attributes. A folder keeps
 * for its owner the right to be read.
 */
int wax_tree_folder(struct wax_tree *t, const struct wax_path *path,
		    const struct wax_attributes *a, struct wax_diag *diag);
int wax_tree_link(struct wax_tree *t, const struct wax_path *path,
		  const char *target, struct wax_diag *diag);

/* *out is open for writing, and to be closed by wax_tree_close_file(). */
int wax_tree_file(struct wax_tree *t, const struct wax_path *path,
		  const struct wax_attributes *a, int *out,
		  struct wax_diag *diag);
int wax_tree_close_file(int fd, const struct wax_attributes *a,
			struct wax_diag *diag);

/* Gives the folders that are still open their attributes. */
int wax_tree_finish(struct wax_tree *t, struct wax_diag *diag);

#endif
