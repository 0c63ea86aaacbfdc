/* SPDX-License-Identifier: ISC */
/*
 * Folders that are filled aside.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.h"
#include "sys/clear.h"
#include "sys/fd.h"
#include "sys/folder.h"
#include "sys/move.h"
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

/*
 * Whether the file system keeps owners and modes. Those of sticks and shares do
 * not, or not always: their numbers are those of <linux/magic.h> and statfs(2).
 */
static bool has_owners(int fd)
{
	static const uint32_t without[] = {
		0x4d44,	    /* FAT */
		0x2011bab0, /* exFAT */
		0x7366746e, /* NTFS */
		0x65735546, /* FUSE */
		0xff534d42, /* CIFS */
		0xfe534d42, /* SMB 2 */
		0x517b,	    /* SMB */
	};
	struct statfs fs;
	bool found = fstatfs(fd, &fs);

	for (size_t i = 0; i < sizeof(without) / sizeof(*without); i++)
		found = found || (uint32_t)fs.f_type == without[i];
	return !found;
}

static int make(struct wax_folder *f, struct wax_diag *diag)
{
	struct stat st;
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
	if (f->fd < 0 || fstat(f->fd, &st))
		return wax_diag_sys(diag, errno, "'%s'", f->path);
	if (has_owners(f->fd) && (st.st_uid != geteuid() || st.st_mode & 077))
		return wax_diag_set(diag, WAX_ERR_IO,
				    "'%s': another has changed the fresh "
				    "folder",
				    f->path);
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

static int commit_inside(struct wax_folder *f, struct wax_diag *diag)
{
	int err = wax_move_entries(f->fd, f->parent, f->path, f->replace, diag);

	/* Before the flush, so that the fresh folder does not come back. */
	if (!err && !unlinkat(f->parent, f->temp, AT_REMOVEDIR))
		*f->temp = '\0';
	return err;
}

static int commit_beside(struct wax_folder *f, struct wax_diag *diag)
{
	if (wax_fd_set_mode(f->fd, f->mode))
		return wax_diag_sys(diag, errno, "'%s'", f->path);
	if (!wax_rename_new(f->parent, f->temp, f->parent, f->name)) {
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
	if (*f->temp && f->fd >= 0)
		wax_folder_clear(f->fd);
	if (*f->temp)
		unlinkat(f->parent, f->temp, AT_REMOVEDIR);
	if (f->fd >= 0)
		close(f->fd);
	if (f->parent >= 0)
		close(f->parent);
	free(f->path);
	free(f);
}
