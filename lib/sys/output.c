/* SPDX-License-Identifier: ISC */
/*
 * Output files that appear whole or not at all. Where the file system can, the
 * data go to a file without a name, so that even a killed process leaves
 * nothing; elsewhere to a temporary name beside the target.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "sys/fd.h"
#include "sys/move.h"
#include "sys/output.h"
#include "sys/temporary.h"

/* How much is sent on its way to the disk at once. */
#define EARLY (8 * 1024 * 1024)

struct wax_output {
	char *path; /* as given, for messages */
	char *name; /* its last component, within path */
	int dir;
	int fd;
	unsigned flags;
	off_t len,
		begun; /* that were written; that are on the way to the disk */
	bool named;    /* temp exists in dir */
	char temp[WAX_TEMPORARY_NAME_SIZE];
	mode_t mask; /* of the mode, from a file that is replaced */
};

/*
 * Outputs whose temporary name exists, for wax_file_cleanup(). One that finds
 * no place here is only not cleaned up when a signal ends the process.
 */
static _Atomic(struct wax_output *) registered[8];

static void set_named(struct wax_output *o, bool named)
{
	o->named = named;
	for (size_t i = 0; i < sizeof(registered) / sizeof(*registered); i++) {
		struct wax_output *expected = named ? NULL : o;

		if (atomic_compare_exchange_strong(&registered[i], &expected,
						   named ? o : NULL))
			return;
	}
}

void wax_file_cleanup(void)
{
	for (size_t i = 0; i < sizeof(registered) / sizeof(*registered); i++) {
		struct wax_output *o = atomic_load(&registered[i]);

		if (o)
			unlinkat(o->dir, o->temp, 0);
	}
}

static void remove_temp(struct wax_output *o)
{
	if (!o->named)
		return;
	unlinkat(o->dir, o->temp, 0);
	set_named(o, false);
}

static int exists(const struct wax_output *o, struct wax_diag *diag)
{
	struct stat st;

	wax_diag_set(diag, WAX_ERR_USAGE, "'%s' exists", o->path);
	if (!(o->flags & WAX_FILE_SECRET) &&
	    (fstatat(o->dir, o->name, &st, 0) || S_ISREG(st.st_mode)))
		wax_diag_hint(diag, "-f replaces it");
	else
		wax_diag_hint(diag, "choose another name");
	return WAX_ERR_USAGE;
}

/* A link to a descriptor, as those in /dev are, stands for no file of ours. */
static bool is_descriptor(const struct wax_output *o)
{
	char to[8];
	ssize_t n = readlinkat(o->dir, o->name, to, sizeof(to));

	return n >= 6 && !memcmp(to, "/proc/", 6);
}

/*
 * Whether the target, as it is now, may be made or replaced; keeps the mode of
 * a file that will be.
 */
static int check_target(struct wax_output *o, struct wax_diag *diag)
{
	struct stat st;

	if (!*o->name || !strcmp(o->name, ".") || !strcmp(o->name, ".."))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "'%s' is not a file's name", o->path);
	o->mask = 0777;
	if (fstatat(o->dir, o->name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT
			       ? 0
			       : wax_diag_sys(diag, errno, "'%s'", o->path);
	if (S_ISREG(st.st_mode))
		o->mask = st.st_mode & 0777;
	if (S_ISLNK(st.st_mode) && (o->flags & WAX_FILE_REPLACE) &&
	    fstatat(o->dir, o->name, &st, 0))
		return 0; /* a dangling link */
	if (S_ISDIR(st.st_mode))
		return wax_diag_set(diag, WAX_ERR_USAGE, "'%s' is a folder",
				    o->path);
	if (!(o->flags & WAX_FILE_REPLACE))
		return exists(o, diag);
	if (!S_ISREG(st.st_mode) || is_descriptor(o)) {
		wax_diag_set(diag, WAX_ERR_USAGE, "'%s' is not a regular file",
			     o->path);
		wax_diag_hint(diag, "write to standard output instead");
		return WAX_ERR_USAGE;
	}
	return 0;
}

static int open_dir(struct wax_output *o, struct wax_diag *diag)
{
	char *slash = strrchr(o->path, '/');
	const char *dir = slash == o->path ? "/" : slash ? o->path : ".";

	o->name = slash ? slash + 1 : o->path;
	if (slash)
		*slash = '\0';
	o->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (slash)
		*slash = '/';
	return o->dir < 0 ? wax_diag_sys(diag, errno, "the folder of '%s'",
					 o->path)
			  : 0;
}

/* A nameless file can be given a name only through /proc. */
static bool open_nameless(struct wax_output *o, mode_t mode)
{
	o->fd = openat(o->dir, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
	if (o->fd < 0)
		return false;
	if (!access("/proc/self/fd", X_OK))
		return true;
	close(o->fd);
	o->fd = -1;
	return false;
}

static int open_temp(struct wax_output *o, struct wax_diag *diag)
{
	mode_t mode = o->flags & WAX_FILE_SECRET ? 0600 : 0666;
	int err;

	if (open_nameless(o, mode))
		return 0;
	err = wax_temporary_name(o->temp, diag);
	if (err)
		return err;
	/* Registered first, so that a signal finds it. */
	set_named(o, true);
	o->fd = openat(o->dir, o->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		       mode);
	if (o->fd >= 0)
		return 0;
	set_named(o, false);
	return wax_diag_sys(diag, errno, "'%s'", o->path);
}

int wax_output_new(const char *path, unsigned flags, struct wax_output **out,
		   struct wax_diag *diag)
{
	struct wax_output *o = calloc(1, sizeof(*o));
	int err;

	if (!o)
		return wax_no_memory(diag);
	o->dir = o->fd = -1;
	o->flags = flags;
	o->path = strdup(path);
	err = o->path ? 0 : wax_no_memory(diag);
	if (!err)
		err = open_dir(o, diag);
	if (!err)
		err = check_target(o, diag);
	if (!err)
		err = open_temp(o, diag);
	if (err) {
		wax_output_free(o);
		return err;
	}
	*out = o;
	return 0;
}

int wax_output_write(struct wax_output *o, const void *data, size_t len,
		     struct wax_diag *diag)
{
	if (wax_fd_write(o->fd, data, len))
		return wax_diag_sys(diag, errno, "'%s'", o->path);
	o->len += (off_t)len;
	/* It is flushed in the end anyway: so that the disk has work by then. */
	if (o->len - o->begun >= EARLY) {
		wax_fd_begin_sync(o->fd, o->begun, o->len - o->begun);
		o->begun = o->len;
	}
	return 0;
}

/* Gives the nameless file a name, which must not exist. */
static int link_nameless(struct wax_output *o, const char *name)
{
	char proc[32];

	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", o->fd);
	return linkat(AT_FDCWD, proc, o->dir, name, AT_SYMLINK_FOLLOW);
}

/* Moves the temporary name to the target's, which must not exist. */
static int rename_new(struct wax_output *o)
{
	if (wax_rename_new(o->dir, o->temp, o->dir, o->name))
		return -1;
	set_named(o, false);
	return 0;
}

static int name_new(struct wax_output *o, struct wax_diag *diag)
{
	if (o->named ? rename_new(o) : link_nameless(o, o->name))
		return errno == EEXIST
			       ? exists(o, diag)
			       : wax_diag_sys(diag, errno, "'%s'", o->path);
	return 0;
}

static int name_replacing(struct wax_output *o, struct wax_diag *diag)
{
	int err;

	if (!o->named) {
		err = wax_temporary_name(o->temp, diag);
		if (err)
			return err;
		/* Registered first, so that a signal finds it. */
		set_named(o, true);
		if (link_nameless(o, o->temp)) {
			set_named(o, false);
			return wax_diag_sys(diag, errno, "'%s'", o->path);
		}
	}
	if (renameat(o->dir, o->temp, o->dir, o->name))
		return wax_diag_sys(diag, errno, "'%s'", o->path);
	set_named(o, false);
	return 0;
}

/* Looks at what is replaced again; whoever could not read it still cannot. */
static int prepare_replacing(struct wax_output *o, struct wax_diag *diag)
{
	struct stat st;
	int err = check_target(o, diag);

	if (err)
		return err;
	if (fstat(o->fd, &st) || wax_fd_set_mode(o->fd, st.st_mode & o->mask))
		return wax_diag_sys(diag, errno, "'%s'", o->path);
	return 0;
}

int wax_output_birth(const struct wax_output *o, struct wax_birth *out,
		     struct wax_diag *diag)
{
	return wax_fd_birth(o->fd, out)
		       ? wax_diag_sys(diag, errno, "'%s'", o->path)
		       : 0;
}

int wax_output_commit(struct wax_output *o, struct wax_diag *diag)
{
	int err = o->flags & WAX_FILE_REPLACE ? prepare_replacing(o, diag) : 0;

	if (err)
		return err;
	if (wax_fd_sync(o->fd))
		return wax_diag_sys(diag, errno, "'%s'", o->path);
	err = o->flags & WAX_FILE_REPLACE ? name_replacing(o, diag)
					  : name_new(o, diag);
	if (err)
		return err;
	if (wax_fd_sync_folder(o->dir))
		return wax_diag_sys(diag, errno,
				    "'%s' is written, but a power loss may "
				    "still undo it",
				    o->path);
	return 0;
}

void wax_output_free(struct wax_output *o)
{
	if (!o)
		return;
	remove_temp(o);
	if (o->fd >= 0)
		close(o->fd);
	if (o->dir >= 0)
		close(o->dir);
	free(o->path);
	free(o);
}
