/* SPDX-License-Identifier: ISC */
/*
 * Folders that are filled aside.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "sys/fd.h"
#include "sys/folder.h"
#include "sys/temporary.h"

struct wax_folder {
	char *path;  /* as given, for messages */
	char *name;  /* its last part, within path; NULL where path exists */
	int parent;  /* the folder that the fresh one is in */
	int fd;	     /* the fresh one */
	mode_t mode; /* what a new folder gets */
	bool replace;
	char temp[WAX_TEMPORARY_NAME_SIZE]; /* its name, while it has one */
};

/* The names in a folder, each to be freed. */
struct names {
	char **names;
	size_t n;
};

static void names_release(struct names *list)
{
	while (list->n)
		free(list->names[--list->n]);
	free(list->names);
	list->names = NULL;
}

static int names_add(struct names *list, const char *name)
{
	char **more = list->names;

	/* The room doubles whenever it is a power of two that is full. */
	if (!(list->n & (list->n - 1)))
		more = realloc(list->names,
			       (list->n ? 2 * list->n : 1) * sizeof(*more));
	if (!more)
		return -1;
	list->names = more;
	list->names[list->n] = strdup(name);
	return list->names[list->n++] ? 0 : -1;
}

/* Opens a folder for reading its entries; fd stays open. */
static DIR *entries_of(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = copy < 0 ? NULL : fdopendir(copy);

	if (!folder && copy >= 0)
		close(copy);
	return folder;
}

static const char *next_name(DIR *folder)
{
	struct dirent *d;

	do {
		errno = 0;
		d = readdir(folder);
	} while (d && (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..")));
	return d ? d->d_name : NULL;
}

static int names_read(struct names *list, int fd)
{
	DIR *folder = entries_of(fd);
	const char *name;
	int err = folder ? 0 : -1;

	while (!err && (name = next_name(folder)))
		err = names_add(list, name);
	if (!err && errno)
		err = -1;
	if (folder)
		closedir(folder);
	return err;
}

/* Removes a folder and what is in it, as far as that is possible. */
static void remove_tree(int parent, const char *name)
{
	int fd = openat(parent, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	DIR *folder;
	const char *entry;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && (st.st_mode & 0700) != 0700)
		fchmod(fd, 0700);
	folder = fdopendir(fd);
	while (folder && (entry = next_name(folder)))
		if (unlinkat(dirfd(folder), entry, 0) &&
		    (errno == EISDIR || errno == EPERM))
			remove_tree(dirfd(folder), entry);
	if (folder)
		closedir(folder);
	else
		close(fd);
	unlinkat(parent, name, AT_REMOVEDIR);
}

/* Finds out where the fresh folder goes: into path, or beside it. */
static int open_parent(struct wax_folder *f, struct wax_diag *diag)
{
	struct stat st;
	char *slash;

	f->parent = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->parent >= 0)
		return 0;
	if (errno == ENOTDIR || !lstat(f->path, &st))
		return wax_diag_set(diag, WAX_ERR_USAGE, "'%s' is no folder",
				    f->path);
	if (errno != ENOENT)
		return wax_diag_sys(diag, errno, "'%s'", f->path);
	slash = strrchr(f->path, '/');
	f->name = slash ? slash + 1 : f->path;
	if (slash)
		*slash = '\0';
	f->parent = open(!slash		    ? "."
			 : slash == f->path ? "/"
					    : f->path,
			 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (slash)
		*slash = '/';
	return f->parent < 0 ? wax_diag_sys(diag, errno, "the folder of '%s'",
					    f->path)
			     : 0;
}

static int make(struct wax_folder *f, struct wax_diag *diag)
{
	struct stat st;
	int err = wax_temporary_name(f->temp, diag);

	if (err)
		return err;
	if (mkdirat(f->parent, f->temp, 0777)) {
		*f->temp = '\0';
		return wax_diag_sys(diag, errno, "'%s'", f->path);
	}
	f->fd = openat(f->parent, f->temp,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &st) || fchmod(f->fd, 0700))
		return wax_diag_sys(diag, errno, "'%s'", f->path);
	f->mode = st.st_mode & 0777;
	return 0;
}

int wax_folder_new(const char *path, bool replace, struct wax_folder **out,
		   struct wax_diag *diag)
{
	struct wax_folder *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return wax_no_memory(diag);
	f->parent = f->fd = -1;
	f->replace = replace;
	f->path = strdup(path);
	err = f->path ? 0 : wax_no_memory(diag);
	for (size_t n = strlen(path); !err && n > 1 && path[n - 1] == '/'; n--)
		f->path[n - 1] = '\0';
	if (!err)
		err = open_parent(f, diag);
	if (!err)
		err = make(f, diag);
	if (err) {
		wax_folder_free(f);
		return err;
	}
	*out = f;
	return 0;
}

int wax_folder_fd(const struct wax_folder *f)
{
	return f->fd;
}

mode_t wax_folder_umask(const struct wax_folder *f)
{
	return 0777 & ~f->mode;
}

static int exists(const struct wax_folder *f, const char *name,
		  struct wax_diag *diag)
{
	struct stat st;

	wax_diag_set(diag, WAX_ERR_USAGE, "'%s' exists in '%s'", name, f->path);
	if (!fstatat(f->parent, name, &st, AT_SYMLINK_NOFOLLOW) &&
	    S_ISDIR(st.st_mode))
		wax_diag_hint(diag, "move it away, or unpack elsewhere");
	else
		wax_diag_hint(diag, "-f replaces it");
	return WAX_ERR_USAGE;
}

/* Whether an entry is in the way of one of ours. */
static bool in_the_way(const struct wax_folder *f, const char *name)
{
	struct stat old, new;

	if (fstatat(f->parent, name, &old, AT_SYMLINK_NOFOLLOW))
		return errno != ENOENT;
	return !f->replace || S_ISDIR(old.st_mode) ||
	       fstatat(f->fd, name, &new, AT_SYMLINK_NOFOLLOW) ||
	       S_ISDIR(new.st_mode);
}

static int rename_up(const struct wax_folder *f, const char *name,
		     unsigned flags)
{
	if (!renameat2(f->fd, name, f->parent, name, flags))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* The file system cannot; what is in the way was looked for. */
	return renameat(f->fd, name, f->parent, name);
}

/*
 * Moves an entry up; one that is replaced goes down. A folder must be writable
 * to be moved, as its ".." changes.
 */
static int move_up(const struct wax_folder *f, const char *name)
{
	struct stat st;
	bool old = f->replace &&
		   !fstatat(f->parent, name, &st, AT_SYMLINK_NOFOLLOW);
	bool locked;
	int err;

	if (fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return -1;
	locked = S_ISDIR(st.st_mode) && !(st.st_mode & 0200);
	if (locked && fchmodat(f->fd, name, st.st_mode | 0200, 0))
		return -1;
	err = rename_up(f, name, old ? RENAME_EXCHANGE : RENAME_NOREPLACE);
	if (!err && locked)
		err = fchmodat(f->parent, name, st.st_mode, 0);
	return err;
}

/* Undoes a move. */
static void move_down(const struct wax_folder *f, const char *name)
{
	struct stat st;
	bool old = !fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW);

	renameat2(f->parent, name, f->fd, name,
		  old ? RENAME_EXCHANGE : RENAME_NOREPLACE);
}

static int move_all(const struct wax_folder *f, const struct names *list,
		    struct wax_diag *diag)
{
	int err = 0;
	size_t n;

	for (n = 0; n < list->n && !err; n++)
		if (in_the_way(f, list->names[n]))
			err = exists(f, list->names[n], diag);
	if (err)
		return err;
	for (n = 0; n < list->n && !err; n++)
		if (move_up(f, list->names[n]))
			err = errno == EEXIST
				      ? exists(f, list->names[n], diag)
				      : wax_diag_sys(diag, errno, "'%s'",
						     list->names[n]);
	if (!err)
		return 0;
	for (n--; n; n--)
		move_down(f, list->names[n - 1]);
	return err;
}

static int commit_inside(struct wax_folder *f, struct wax_diag *diag)
{
	struct names list = {0};
	int err = 0;

	if (names_read(&list, f->fd))
		err = wax_diag_sys(diag, errno, "'%s'", f->path);
	if (!err)
		err = move_all(f, &list, diag);
	names_release(&list);
	return err;
}

static int commit_beside(struct wax_folder *f, struct wax_diag *diag)
{
	if (fchmod(f->fd, f->mode))
		return wax_diag_sys(diag, errno, "'%s'", f->path);
	if (!renameat2(f->parent, f->temp, f->parent, f->name,
		       RENAME_NOREPLACE) ||
	    ((errno == EINVAL || errno == ENOSYS) &&
	     !renameat(f->parent, f->temp, f->parent, f->name))) {
		*f->temp = '\0';
		return 0;
	}
	if (errno != EEXIST)
		return wax_diag_sys(diag, errno, "'%s'", f->path);
	wax_diag_set(diag, WAX_ERR_USAGE, "'%s' has appeared meanwhile",
		     f->path);
	return WAX_ERR_USAGE;
}

int wax_folder_commit(struct wax_folder *f, struct wax_diag *diag)
{
	int err;

	/* One call for what may be many thousand files. */
	if (syncfs(f->fd))
		return wax_diag_sys(diag, errno, "'%s'", f->path);
	err = f->name ? commit_beside(f, diag) : commit_inside(f, diag);
	if (err)
		return err;
	if (wax_fd_sync_folder(f->parent))
		return wax_diag_sys(diag, errno,
				    "'%s' is complete, but a power loss may "
				    "still undo it",
				    f->path);
	return 0;
}

void wax_folder_free(struct wax_folder *f)
{
	if (!f)
		return;
	if (*f->temp)
		remove_tree(f->parent, f->temp);
	if (f->fd >= 0)
		close(f->fd);
	if (f->parent >= 0)
		close(f->parent);
	free(f->path);
	free(f);
}
