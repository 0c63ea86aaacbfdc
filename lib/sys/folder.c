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

/* Whether an entry that could not be unlinked is a folder. */
static bool was_folder(void)
{
	return errno == EISDIR || errno == EPERM;
}

/*
 * Changes a folder's mode, and nothing else's that may have taken its place.
 */
static int set_mode(int dir, const char *name, mode_t mode)
{
	const int flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	char proc[32];
	int err, fd = openat(dir, name, O_RDONLY | flags);

	if (fd >= 0) {
		err = fchmod(fd, mode);
	} else {
		/* What cannot be read can be reached all the same. */
		fd = openat(dir, name, O_PATH | flags);
		snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
		err = fd < 0 ? -1 : chmod(proc, mode);
	}
	if (fd >= 0)
		close(fd);
	return err;
}

/*
 * Removes a folder in top; the folders that are in it are moved up to top, so
 * that no depth needs more descriptors than there are.
 */
static int dissolve(int top, const char *name)
{
	char temp[WAX_TEMPORARY_NAME_SIZE];
	const char *entry;
	DIR *folder;
	int fd;

	if (set_mode(top, name, 0700))
		return -1;
	fd = openat(top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	folder = fd < 0 ? NULL : fdopendir(fd);
	while (folder && (entry = next_name(folder)))
		if (unlinkat(dirfd(folder), entry, 0) && was_folder() &&
		    !set_mode(dirfd(folder), entry, 0700) &&
		    !wax_temporary_name(temp, NULL) &&
		    renameat(dirfd(folder), entry, top, temp))
			break;
	if (folder)
		closedir(folder);
	else if (fd >= 0)
		close(fd);
	return unlinkat(top, name, AT_REMOVEDIR);
}

/* Removes all that is in the fresh folder, and it, as far as possible. */
static void remove_all(const struct wax_folder *f)
{
	bool less = f->fd >= 0 && !fchmod(f->fd, 0700);
	const char *entry;

	while (less) {
		DIR *folder = entries_of(f->fd);

		less = false;
		while (folder && (entry = next_name(folder)))
			if (!unlinkat(f->fd, entry, 0) ||
			    (was_folder() && !dissolve(f->fd, entry)))
				less = true;
		if (folder)
			closedir(folder);
	}
	unlinkat(f->parent, f->temp, AT_REMOVEDIR);
}

/* Finds out where the fresh folder goes: into path, or beside it. */
static int open_parent(struct wax_folder *f, struct wax_diag *diag)
{
	struct stat st;
	char *slash;
	int err;

	f->parent = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->parent >= 0)
		return 0;
	err = errno;
	if (err == ENOTDIR || err == ELOOP ||
	    (err == ENOENT && !lstat(f->path, &st)))
		return wax_diag_set(diag, WAX_ERR_USAGE, "'%s' is no folder",
				    f->path);
	if (err != ENOENT)
		return wax_diag_sys(diag, err, "'%s'", f->path);
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

/* What mode a new folder gets here, found by making one in the fresh one. */
static int find_mode(struct wax_folder *f, struct wax_diag *diag)
{
	static const char probe[] = "probe";
	struct stat st;

	if (mkdirat(f->fd, probe, 0777) ||
	    fstatat(f->fd, probe, &st, AT_SYMLINK_NOFOLLOW) ||
	    unlinkat(f->fd, probe, AT_REMOVEDIR))
		return wax_diag_sys(diag, errno, "'%s'", f->path);
	f->mode = st.st_mode & 0777;
	return 0;
}

static int make(struct wax_folder *f, struct wax_diag *diag)
{
	int err = wax_temporary_name(f->temp, diag);

	if (err)
		return err;
	if (mkdirat(f->parent, f->temp, 0700)) {
		*f->temp = '\0';
		return wax_diag_sys(diag, errno, "%s'%s'",
				    f->name ? "the folder of " : "", f->path);
	}
	f->fd = openat(f->parent, f->temp,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (f->fd < 0)
		return wax_diag_sys(diag, errno, "'%s'", f->path);
	return find_mode(f, diag);
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
	if (f->replace ||
	    (!fstatat(f->parent, name, &st, AT_SYMLINK_NOFOLLOW) &&
	     S_ISDIR(st.st_mode)))
		wax_diag_hint(diag, "move it away, or unpack elsewhere");
	else
		wax_diag_hint(diag, "-f replaces it");
	return WAX_ERR_USAGE;
}

/* Whether an entry is there to be replaced; what cannot be is refused. */
static int look(const struct wax_folder *f, const char *name, bool *replaces,
		struct wax_diag *diag)
{
	struct stat old, new;

	*replaces = !fstatat(f->parent, name, &old, AT_SYMLINK_NOFOLLOW);
	if (!*replaces && errno == ENOENT)
		return 0;
	if (!*replaces || fstatat(f->fd, name, &new, AT_SYMLINK_NOFOLLOW))
		return wax_diag_sys(diag, errno, "'%s'", name);
	return !f->replace || S_ISDIR(old.st_mode) || S_ISDIR(new.st_mode)
		       ? exists(f, name, diag)
		       : 0;
}

/*
 * Moves an entry; a folder must be writable for that, as its ".." changes.
 * Where the file system knows no flags, what is in the way was looked for.
 */
static int shift(int from, int to, const char *name, unsigned flags)
{
	struct stat st;
	bool locked;
	int err, reason;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
		return -1;
	locked = S_ISDIR(st.st_mode) && !(st.st_mode & 0200);
	if (locked && set_mode(from, name, st.st_mode | 0200))
		return -1;
	err = renameat2(from, name, to, name, flags);
	if (err && (errno == EINVAL || errno == ENOSYS))
		err = renameat(from, name, to, name);
	reason = errno;
	/* Where this fails, a folder has a right too many, and is all there. */
	if (locked)
		set_mode(err ? from : to, name, st.st_mode);
	errno = reason;
	return err;
}

/* Moves an entry up; one that is replaced goes down. */
static int move_up(const struct wax_folder *f, const char *name,
		   struct wax_diag *diag)
{
	bool replaces;
	int err = look(f, name, &replaces, diag);

	if (err || !shift(f->fd, f->parent, name,
			  replaces ? RENAME_EXCHANGE : RENAME_NOREPLACE))
		return err;
	return errno == EEXIST ? exists(f, name, diag)
			       : wax_diag_sys(diag, errno, "'%s'", name);
}

/* Undoes a move. */
static void move_down(const struct wax_folder *f, const char *name)
{
	struct stat st;
	bool old = !fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW);

	shift(f->parent, f->fd, name, old ? RENAME_EXCHANGE : RENAME_NOREPLACE);
}

static int move_all(const struct wax_folder *f, const struct names *list,
		    struct wax_diag *diag)
{
	bool replaces;
	size_t n;
	int err = 0;

	for (n = 0; n < list->n && !err; n++)
		err = look(f, list->names[n], &replaces, diag);
	if (err)
		return err;
	for (n = 0; n < list->n && !err; n++)
		err = move_up(f, list->names[n], diag);
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
	/* Before the flush, so that it does not come back. */
	if (*f->temp)
		remove_all(f);
	*f->temp = '\0';
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
		remove_all(f);
	if (f->fd >= 0)
		close(f->fd);
	if (f->parent >= 0)
		close(f->parent);
	free(f->path);
	free(f);
}
