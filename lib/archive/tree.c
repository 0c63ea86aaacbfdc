/* SPDX-License-Identifier: ISC */
/*
 * The tree: a stack of the folders from the root to where the last entry went.
 * A folder gets its attributes when the stack leaves it, so that memory does
 * not grow with their number.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/tree.h"
#include "base/error.h"
#include "sys/fd.h"

/* While a folder is open its owner may do everything in it. */
#define OPEN_MODE 0700
#define KEPT_MODE 0500

struct level {
	int fd;
	char name[256];
	mode_t mode; /* to be given when it is left */
	struct timespec mtime;
	bool timed; /* mtime is to be given as well */
};

struct wax_tree {
	int dir;
	mode_t umask;
	uint64_t folders, folders_max; /* made; 0: any */
	size_t depth;
	struct level levels[WAX_DEPTH_MAX];
};

int wax_tree_new(int dir, mode_t umask, uint64_t folders_max,
		 struct wax_tree **out, struct wax_diag *diag)
{
	struct wax_tree *t = calloc(1, sizeof(*t));

	if (!t)
		return wax_no_memory(diag);
	t->dir = dir;
	t->umask = umask;
	t->folders_max = folders_max;
	*out = t;
	return 0;
}

void wax_tree_free(struct wax_tree *t)
{
	if (!t)
		return;
	while (t->depth)
		close(t->levels[--t->depth].fd);
	free(t);
}

static int top(const struct wax_tree *t)
{
	return t->depth ? t->levels[t->depth - 1].fd : t->dir;
}

static int leave(struct wax_tree *t, struct wax_diag *diag)
{
	struct level *l = &t->levels[--t->depth];
	int err = wax_fd_set_mode(l->fd, l->mode);

	if (!err && l->timed)
		err = wax_fd_set_time(l->fd, &l->mtime);
	if (err)
		err = wax_diag_sys(diag, errno, "'%s'", l->name);
	close(l->fd);
	return err;
}

static int leave_to(struct wax_tree *t, size_t depth, struct wax_diag *diag)
{
	int err = 0;

	while (!err && t->depth > depth)
		err = leave(t, diag);
	return err;
}

/*
 * Opens a folder in the topmost one, and puts it on top. One that was there
 * keeps its attributes, which making entries in it would change.
 */
static int enter(struct wax_tree *t, const char *name, bool made,
		 struct wax_diag *diag)
{
	struct level *l = &t->levels[t->depth];
	struct stat st;

	l->fd = openat(top(t), name,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (l->fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "'%s' is there already, and no folder",
				    name);
	if (l->fd < 0)
		return wax_diag_sys(diag, errno, "'%s'", name);
	if (fstat(l->fd, &st) ||
	    wax_fd_set_mode(l->fd, (st.st_mode & 0777) | OPEN_MODE)) {
		wax_diag_sys(diag, errno, "'%s'", name);
		close(l->fd);
		return WAX_ERR_IO;
	}
	l->mode = (st.st_mode & 0777) | KEPT_MODE;
	l->mtime = st.st_mtim;
	l->timed = !made;
	strcpy(l->name, name);
	t->depth++;
	return 0;
}

static int make_and_enter(struct wax_tree *t, const char *name,
			  struct wax_diag *diag)
{
	bool made = !mkdirat(top(t), name, 0777 & ~t->umask);

	if (!made && errno != EEXIST)
		return wax_diag_sys(diag, errno, "'%s'", name);
	/* Entries may imply many folders each. */
	t->folders += made;
	if (t->folders_max && t->folders > t->folders_max) {
		wax_diag_set(diag, WAX_ERR_FORMAT,
			     "there are more than %llu folders",
			     (unsigned long long)t->folders_max);
		wax_diag_hint(diag, "--max-entries 0 allows it");
		return WAX_ERR_FORMAT;
	}
	return enter(t, name, made, diag);
}

/* Makes the first depth parts of path the stack. */
static int go_to(struct wax_tree *t, const struct wax_path *path, size_t depth,
		 struct wax_diag *diag)
{
	size_t same = 0;
	int err;

	while (same < depth && same < t->depth &&
	       !strcmp(path->parts[same], t->levels[same].name))
		same++;
	err = leave_to(t, same, diag);
	while (!err && t->depth < depth)
		err = make_and_enter(t, path->parts[t->depth], diag);
	return err;
}

int wax_tree_folder(struct wax_tree *t, const struct wax_path *path,
		    const struct wax_attributes *a, struct wax_diag *diag)
{
	struct level *l;
	int err = go_to(t, path, path->depth, diag);

	if (err || !path->depth)
		return err;
	l = &t->levels[t->depth - 1];
	l->mode = (a->mode & 0777 & ~t->umask) | KEPT_MODE;
	l->mtime = a->mtime;
	l->timed = true;
	return 0;
}

/* What making an entry failed with. */
static int not_made(const char *name, struct wax_diag *diag)
{
	if (errno == EEXIST)
		return wax_diag_set(diag, WAX_ERR_FORMAT, "it is there twice");
	return wax_diag_sys(diag, errno, "'%s'", name);
}

int wax_tree_link(struct wax_tree *t, const struct wax_path *path,
		  const char *target, struct wax_diag *diag)
{
	const char *name = path->parts[path->depth - 1];
	int err = go_to(t, path, path->depth - 1, diag);

	if (!err && symlinkat(target, top(t), name))
		err = not_made(name, diag);
	return err;
}

int wax_tree_file(struct wax_tree *t, const struct wax_path *path,
		  const struct wax_attributes *a, int *out,
		  struct wax_diag *diag)
{
	const char *name = path->parts[path->depth - 1];
	int fd, err = go_to(t, path, path->depth - 1, diag);

	if (err)
		return err;
	fd = openat(top(t), name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    a->mode & 0777 & ~t->umask);
	if (fd < 0)
		return not_made(name, diag);
	*out = fd;
	return 0;
}

int wax_tree_close_file(int fd, const struct wax_attributes *a,
			struct wax_diag *diag)
{
	int err = wax_fd_set_time(fd, &a->mtime)
			  ? wax_diag_sys(diag, errno, "its time")
			  : 0;

	if (close(fd) && errno != EINTR && !err)
		err = wax_diag_sys(diag, errno, "closing it");
	return err;
}

int wax_tree_finish(struct wax_tree *t, struct wax_diag *diag)
{
	return leave_to(t, 0, diag);
}
