/* SPDX-License-Identifier: ISC */
/*
 * Packing: a walk over the named paths that holds one descriptor for each level
 * of folders, and writes an entry as soon as it sees it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include <wax/text.h>

#include "archive/archive.h"
#include "archive/path.h"
#include "base/error.h"
#include "sys/fd.h"
#include "sys/temporary.h"

#define BLOCK_SIZE (128 * 1024)

struct packing {
	struct archive *a;
	struct archive_entry *entry;
	struct wax_sink *to;
	const struct stat *output;
	bool *left_out; /* set when it was met */
	bool failed;	/* nothing more is written */
	int err;	/* of writing, with its reason */
	struct wax_diag diag;
	const char *path; /* as it was named */
	size_t named;	  /* so much of name stands for it */
	size_t len;	  /* of name */
	char name[WAX_PATH_MAX + 1];
	size_t depth;
	char shown[2 * WAX_PATH_MAX + 2];
	uint8_t block[BLOCK_SIZE];
};

static la_ssize_t write_block(struct archive *a, void *ctx, const void *data,
			      size_t len)
{
	struct packing *x = ctx;

	(void)a;
	if (!x->failed) {
		x->err = wax_sink_write(x->to, data, len, &x->diag);
		x->failed = x->err;
	}
	return x->failed ? -1 : (la_ssize_t)len;
}

/* Where what is being packed lies, for messages. */
static const char *shown(struct packing *x)
{
	size_t n = strlen(x->path);

	while (n > 1 && x->path[n - 1] == '/')
		n--;
	/* What is in this folder needs no ./ */
	if (!x->named && x->len)
		return x->name;
	snprintf(x->shown, sizeof(x->shown), "%.*s%s", (int)n, x->path,
		 x->name + x->named);
	return x->shown;
}

/* What libarchive failed with, unless it was the sink. */
static int not_written(struct packing *x, struct wax_diag *diag)
{
	const char *why = archive_error_string(x->a);

	if (x->err) {
		if (diag)
			*diag = x->diag;
		return x->err;
	}
	return wax_diag_set(diag, WAX_ERR_IO, "'%.700s': %s", shown(x),
			    why ? why : "it cannot be packed");
}

static int refuse(struct packing *x, const char *why, struct wax_diag *diag)
{
	wax_diag_set(diag, WAX_ERR_USAGE, "'%.700s': %s", shown(x), why);
	wax_diag_hint(diag, "move it away, or name only the rest");
	return WAX_ERR_USAGE;
}

static int unreadable(struct packing *x, struct wax_diag *diag)
{
	int errnum = errno;

	return wax_diag_sys(diag, errnum, "'%.700s'", shown(x));
}

/* Writes what stands before the data. */
static int write_header(struct packing *x, const struct stat *st,
			const char *target, struct wax_diag *diag)
{
	struct archive_entry *e = archive_entry_clear(x->entry);

	archive_entry_set_pathname(e, x->name);
	archive_entry_set_mode(e, st->st_mode & (S_IFMT | 0777));
	archive_entry_set_mtime(e, st->st_mtime, 0);
	archive_entry_set_size(e, S_ISREG(st->st_mode) ? st->st_size : 0);
	if (target)
		archive_entry_set_symlink(e, target);
	return archive_write_header(x->a, e) == ARCHIVE_OK
		       ? 0
		       : not_written(x, diag);
}

/* As many bytes as the header has promised. */
static int write_data(struct packing *x, int fd, off_t size,
		      struct wax_diag *diag)
{
	while (size) {
		size_t want = size < BLOCK_SIZE ? (size_t)size : BLOCK_SIZE;
		ssize_t n = wax_fd_read(fd, x->block, want);

		if (n < 0)
			return unreadable(x, diag);
		if (!n)
			return wax_diag_set(diag, WAX_ERR_IO,
					    "'%.700s' became shorter while it "
					    "was packed",
					    shown(x));
		if (archive_write_data(x->a, x->block, (size_t)n) != n)
			return not_written(x, diag);
		size -= n;
	}
	return 0;
}

static int pack_open_file(struct packing *x, int fd, const struct stat *st,
			  struct wax_diag *diag)
{
	int err = write_header(x, st, NULL, diag);

	return err ? err : write_data(x, fd, st->st_size, diag);
}

static int pack_file(struct packing *x, int dir, const char *at,
		     struct wax_diag *diag)
{
	struct stat st;
	int err = 0, fd = openat(dir, at,
				 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
					 O_CLOEXEC);

	if (fd < 0)
		return unreadable(x, diag);
	if (fstat(fd, &st))
		err = unreadable(x, diag);
	else if (!S_ISREG(st.st_mode))
		err = refuse(x, "it was replaced meanwhile", diag);
	else if (x->output && wax_same_file(&st, x->output))
		*x->left_out = true;
	else
		err = pack_open_file(x, fd, &st, diag);
	close(fd);
	return err;
}

static int pack_link(struct packing *x, int dir, const char *at,
		     const struct stat *st, struct wax_diag *diag)
{
	char target[WAX_PATH_MAX + 2];
	ssize_t n = readlinkat(dir, at, target, sizeof(target) - 1);
	const char *why;

	if (n < 0)
		return unreadable(x, diag);
	target[n] = '\0';
	why = wax_link_check(target, x->depth - 1);
	return why ? refuse(x, why, diag) : write_header(x, st, target, diag);
}

static int pack_entry(struct packing *x, int dir, const char *at,
		      struct wax_diag *diag);

/* Adds a part to the name; what it was is restored by cutting it to *len. */
static int push(struct packing *x, const char *part, struct wax_diag *diag)
{
	size_t n = strlen(part);

	if (x->len + n + 1 > WAX_PATH_MAX)
		return refuse(x, "what is in it has too long a name", diag);
	if (x->depth == WAX_DEPTH_MAX)
		return refuse(x, "it is nested too deep", diag);
	if (!wax_text_is_plain(part, n)) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "'%.350s' in '%.350s': the name has control "
			     "characters or is not UTF-8",
			     part, shown(x));
		wax_diag_hint(diag, "rename it");
		return WAX_ERR_USAGE;
	}
	if (x->len)
		x->name[x->len++] = '/';
	memcpy(x->name + x->len, part, n + 1);
	x->len += n;
	x->depth++;
	return 0;
}

/* Packs what is in an open folder, which is closed. */
static int pack_contents(struct packing *x, int fd, struct wax_diag *diag)
{
	DIR *folder = fdopendir(fd);
	struct dirent *d;
	int err = 0;

	if (!folder) {
		err = unreadable(x, diag);
		close(fd);
		return err;
	}
	while (!err && (errno = 0, d = readdir(folder))) {
		size_t len = x->len;

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		if (wax_temporary_is(d->d_name)) {
			*x->left_out = true;
			continue;
		}
		err = push(x, d->d_name, diag);
		if (!err) {
			err = pack_entry(x, dirfd(folder), d->d_name, diag);
			x->depth--;
		}
		x->len = len;
		x->name[len] = '\0';
	}
	if (!err && errno)
		err = unreadable(x, diag);
	closedir(folder);
	return err;
}

static int open_folder(struct packing *x, int dir, const char *at, int *out,
		       struct wax_diag *diag)
{
	*out = openat(dir, at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *out < 0 ? unreadable(x, diag) : 0;
}

static int pack_folder(struct packing *x, int dir, const char *at,
		       const struct stat *st, struct wax_diag *diag)
{
	int fd, err = write_header(x, st, NULL, diag);

	if (!err)
		err = open_folder(x, dir, at, &fd, diag);
	return err ? err : pack_contents(x, fd, diag);
}

/* Packs the file at, relative to dir, under the name in x. */
static int pack_entry(struct packing *x, int dir, const char *at,
		      struct wax_diag *diag)
{
	struct stat st;

	if (fstatat(dir, at, &st, AT_SYMLINK_NOFOLLOW))
		return unreadable(x, diag);
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return pack_file(x, dir, at, diag);
	case S_IFDIR:
		return pack_folder(x, dir, at, &st, diag);
	case S_IFLNK:
		return pack_link(x, dir, at, &st, diag);
	case S_IFIFO:
		return refuse(x, "a FIFO cannot be packed", diag);
	case S_IFSOCK:
		return refuse(x, "a socket cannot be packed", diag);
	default:
		return refuse(x, "a device cannot be packed", diag);
	}
}

/* Packs one of the named paths under its name; "" is a folder's contents. */
static int pack_named(struct packing *x, const char *path, const char *name,
		      struct wax_diag *diag)
{
	struct stat st;
	char *real = NULL;
	int fd, err;

	strcpy(x->name, name);
	x->path = path;
	x->len = x->named = strlen(name);
	x->depth = x->len ? 1 : 0;
	for (const char *p = name; *p; p++)
		x->depth += *p == '/';
	if (!x->len) {
		err = open_folder(x, AT_FDCWD, path, &fd, diag);
		return err ? err : pack_contents(x, fd, diag);
	}
	/* Who names a link means what it leads to. */
	if (!lstat(path, &st) && S_ISLNK(st.st_mode)) {
		real = realpath(path, NULL);
		if (!real)
			return unreadable(x, diag);
	}
	err = pack_entry(x, AT_FDCWD, real ? real : path, diag);
	free(real);
	return err;
}

static int open_archive(struct packing *x, struct wax_diag *diag)
{
	x->a = archive_write_new();
	x->entry = archive_entry_new();
	if (!x->a || !x->entry)
		return wax_no_memory(diag);
	archive_write_set_format_pax_restricted(x->a);
	archive_write_set_bytes_per_block(x->a, BLOCK_SIZE);
	archive_write_set_bytes_in_last_block(x->a, 1);
	return archive_write_open(x->a, x, NULL, write_block, NULL) ==
			       ARCHIVE_OK
		       ? 0
		       : not_written(x, diag);
}

int wax_pack(char *const *paths, size_t n, const struct stat *output,
	     bool *left_out, struct wax_sink *to, struct wax_diag *diag)
{
	struct packing *x = calloc(1, sizeof(*x));
	char **names = calloc(n ? n : 1, sizeof(*names));
	int err = x && names ? 0 : wax_no_memory(diag);

	if (!err) {
		x->to = to;
		x->path = "";
		x->output = output;
		x->left_out = left_out;
		err = wax_path_operands(paths, names, n, diag);
	}
	if (!err)
		err = open_archive(x, diag);
	for (size_t i = 0; i < n && !err; i++)
		err = pack_named(x, paths[i], names[i], diag);
	if (!err && archive_write_close(x->a) != ARCHIVE_OK)
		err = not_written(x, diag);
	/* Freeing would end the archive well; it must not. */
	if (x) {
		x->failed = x->failed || err;
		archive_write_free(x->a);
		archive_entry_free(x->entry);
	}
	for (size_t i = 0; names && i < n; i++)
		free(names[i]);
	free(names);
	free(x);
	return err;
}
