/* SPDX-License-Identifier: ISC */
/*
 * Taking an archive apart: libarchive parses it, and only tar; what it says is
 * checked here before anything is done.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "archive/archive.h"
#include "archive/tree.h"
#include "base/error.h"
#include "envelope/ratio.h"
#include "envelope/zstd.h"
#include "sys/fd.h"

#define BLOCK_SIZE (64 * 1024)

/* Counts what passes, so that the growth can be judged. */
struct meter {
	struct wax_source *from;
	_Atomic(uint64_t) *taken;
};

struct unpacking {
	const struct wax_unpack *u;
	struct wax_source *source; /* tar */
	struct archive *a;
	struct wax_tree *tree;	 /* NULL: only looking */
	_Atomic(uint64_t) taken; /* of the source, without u->taken */
	uint64_t given;		 /* tar */
	uint64_t entries;
	uint64_t size;	  /* of the files before this one */
	size_t block_len; /* of what libarchive has */
	bool ended;	  /* it was told the end */
	int err;	  /* of reading, with its reason */
	struct wax_diag diag;
	uint8_t block[BLOCK_SIZE];
};

static int meter_read(void *ctx, void *buf, size_t len, size_t *got,
		      struct wax_diag *diag)
{
	struct meter *m = ctx;
	int err = wax_source_read(m->from, buf, len, got, diag);

	*m->taken += *got;
	return err;
}

/* What is metered stays the caller's. */
static const struct wax_source_ops meter_ops = {.read = meter_read,
						.free = free};

static int open_source(struct unpacking *x, struct wax_source *from,
		       struct wax_diag *diag)
{
	struct meter *m = calloc(1, sizeof(*m));
	int err;

	if (!m)
		return wax_no_memory(diag);
	m->from = from;
	m->taken = x->u->taken ? x->u->taken : &x->taken;
	err = wax_source_new(&meter_ops, m, &x->source, diag);
	return err || x->u->plain ? err : wax_unzstd_source(&x->source, diag);
}

/* Whether size bytes are too many for what was read. */
static int check_ratio(const struct unpacking *x, uint64_t size,
		       struct wax_diag *diag)
{
	return wax_ratio_check(size, x->u->taken ? *x->u->taken : x->taken,
			       x->u->limits.ratio, diag);
}

/* Fills the block; *got is 0 at the end. */
static int next_block(struct unpacking *x, size_t *got, struct wax_diag *diag)
{
	int err = wax_source_read(x->source, x->block, BLOCK_SIZE, got, diag);

	x->given += *got;
	x->block_len = *got;
	return err ? err : check_ratio(x, x->given, diag);
}

static la_ssize_t read_block(struct archive *a, void *ctx, const void **block)
{
	struct unpacking *x = ctx;
	size_t got = 0;

	(void)a;
	if (!x->err)
		x->err = next_block(x, &got, &x->diag);
	x->ended = !x->err && !got;
	*block = x->block;
	return x->err ? -1 : (la_ssize_t)got;
}

/* What libarchive failed with, unless it was the source. */
static int bad_archive(const struct unpacking *x, struct wax_diag *diag)
{
	const char *why = archive_error_string(x->a);

	if (x->err) {
		if (diag)
			*diag = x->diag;
		return x->err;
	}
	if (archive_errno(x->a) == ENOMEM)
		return wax_no_memory(diag);
	return wax_diag_set(diag, WAX_ERR_FORMAT, "bad tar data: %s",
			    why ? why : "no reason is known");
}

/* What does not even begin like an archive. */
static int no_archive(const struct unpacking *x, struct wax_diag *diag)
{
	static const struct {
		const char *magic, *hint;
	} others[] = {
		{"\x1f\x8b", "gzip -dc FILE | wax-unpack"},
		{"\xfd\x37zXZ", "xz -dc FILE | wax-unpack"},
		{"BZh", "bzip2 -dc FILE | wax-unpack"},
		{"age-encryption.org/", "wax-open -C DIR opens and unpacks it"},
		{"-----BEGIN AGE", "wax-open -C DIR opens and unpacks it"},
	};

	if (x->err || archive_errno(x->a) == ENOMEM)
		return bad_archive(x, diag);
	if (!x->given)
		return wax_diag_set(diag, WAX_ERR_FORMAT, "it is empty");
	wax_diag_set(diag, WAX_ERR_FORMAT,
		     x->u->plain ? "this is no tar archive"
				 : "this is no tar archive, plain or "
				   "compressed by zstd");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!memcmp(x->block, others[i].magic, strlen(others[i].magic)))
			wax_diag_hint(diag, "%s", others[i].hint);
	return WAX_ERR_FORMAT;
}

static int refuse(const char *why, struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_FORMAT, "%s", why);
}

static const char *check_kind(struct archive_entry *e)
{
	if (archive_entry_hardlink(e))
		return "it is a hard link";
	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
	case AE_IFDIR:
		return archive_entry_perm(e) & (S_ISUID | S_ISGID)
			       ? "it has a set-user-ID or set-group-ID bit"
			       : NULL;
	case AE_IFLNK:
		return NULL;
	case AE_IFIFO:
		return "it is a FIFO";
	case AE_IFSOCK:
		return "it is a socket";
	default:
		return "it is a device";
	}
}

static int check_limits(struct unpacking *x, struct archive_entry *e,
			struct wax_diag *diag)
{
	const struct wax_unpack_limits *l = &x->u->limits;
	int64_t size = archive_entry_size(e);

	if (l->entries && x->entries > l->entries) {
		wax_diag_set(diag, WAX_ERR_FORMAT,
			     "there are more than %llu entries",
			     (unsigned long long)l->entries);
		wax_diag_hint(diag, "--max-entries 0 allows it");
		return WAX_ERR_FORMAT;
	}
	if (size < 0)
		return refuse("its size is negative", diag);
	if (l->size && (uint64_t)size > l->size - x->size) {
		wax_diag_set(diag, WAX_ERR_FORMAT,
			     "the files are larger than %llu bytes",
			     (unsigned long long)l->size);
		wax_diag_hint(diag, "--max-size 0 allows it");
		return WAX_ERR_FORMAT;
	}
	return 0;
}

/* Checks an entry, and takes its name apart. */
static int check(struct unpacking *x, struct archive_entry *e,
		 struct wax_path *path, struct wax_diag *diag)
{
	const char *name = archive_entry_pathname(e);
	bool folder = archive_entry_filetype(e) == AE_IFDIR;
	bool link = archive_entry_filetype(e) == AE_IFLNK;
	const char *target = link ? archive_entry_symlink(e) : NULL;
	const char *why = wax_path_parse(path, name ? name : "");

	if (!why)
		why = check_kind(e);
	if (!why && !path->depth && !folder)
		why = "it has no name";
	if (!why && link)
		why = wax_link_check(target ? target : "", path->depth - 1);
	return why ? refuse(why, diag) : check_limits(x, e, diag);
}

/* Tells of an entry that was accepted. */
static int tell(const struct unpacking *x, const struct wax_path *path,
		struct archive_entry *e, struct wax_diag *diag)
{
	char name[WAX_PATH_MAX + 2], *to = name;

	if (!x->u->entry || !path->depth)
		return 0;
	for (size_t i = 0; i < path->depth; i++)
		to += sprintf(to, "%s%s", i ? "/" : "", path->parts[i]);
	if (archive_entry_filetype(e) == AE_IFDIR)
		strcpy(to, "/");
	return x->u->entry(x->u->ctx, name, archive_entry_symlink(e), diag);
}

/* Reads a file's data, to fd unless that is -1; holes stay holes. */
static int copy_data(struct unpacking *x, uint64_t size, int fd,
		     struct wax_diag *diag)
{
	uint64_t end = 0;
	const void *p;
	size_t len;
	int64_t at;
	int r, err = 0;

	while (!err && (r = archive_read_data_block(x->a, &p, &len, &at)) ==
			       ARCHIVE_OK) {
		end = (uint64_t)at + len;
		if (at < 0 || end > size || end < len)
			return refuse("it has more data than it says", diag);
		err = check_ratio(x, x->size + end, diag);
		if (!err && fd >= 0 && wax_fd_write_at(fd, p, len, at))
			err = wax_diag_sys(diag, errno, "writing it");
	}
	if (err)
		return err;
	if (r != ARCHIVE_EOF)
		return bad_archive(x, diag);
	err = check_ratio(x, x->size + size, diag);
	if (!err && fd >= 0 && end < size && ftruncate(fd, (off_t)size))
		err = wax_diag_sys(diag, errno, "writing it");
	return err;
}

static int make_file(struct unpacking *x, const struct wax_path *path,
		     const struct wax_attributes *a, uint64_t size,
		     struct wax_diag *diag)
{
	int fd, err, closed;

	if (!x->tree)
		return copy_data(x, size, -1, diag);
	err = wax_tree_file(x->tree, path, a, &fd, diag);
	if (err)
		return err;
	err = copy_data(x, size, fd, diag);
	closed = wax_tree_close_file(fd, a, err ? NULL : diag);
	return err ? err : closed;
}

static int make(struct unpacking *x, const struct wax_path *path,
		struct archive_entry *e, struct wax_diag *diag)
{
	const struct wax_attributes a = {
		.mode = archive_entry_perm(e),
		.mtime = {archive_entry_mtime(e), archive_entry_mtime_nsec(e)}};
	uint64_t size = (uint64_t)archive_entry_size(e);
	int err = 0;

	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
		err = make_file(x, path, &a, size, diag);
		x->size += size;
		return err;
	case AE_IFDIR:
		return x->tree ? wax_tree_folder(x->tree, path, &a, diag) : 0;
	default:
		return x->tree ? wax_tree_link(x->tree, path,
					       archive_entry_symlink(e), diag)
			       : 0;
	}
}

static int unpack_entry(struct unpacking *x, struct archive_entry *e,
			struct wax_diag *diag)
{
	const char *name = archive_entry_pathname(e);
	struct wax_path path;
	int err;

	x->entries++;
	err = check(x, e, &path, diag);
	if (!err)
		err = tell(x, &path, e, diag);
	if (!err)
		err = make(x, &path, e, diag);
	if (err == WAX_ERR_FORMAT && archive_entry_hardlink(e))
		wax_diag_hint(diag, "tar's --hard-dereference packs them as "
				    "files");
	if (err)
		wax_diag_context(diag, "entry %llu, '%.200s', at byte %lld",
				 (unsigned long long)x->entries,
				 name ? name : "",
				 (long long)archive_read_header_position(x->a));
	return err;
}

/* Behind the end there is nothing but zeros, to the end of the source. */
static int expect_zeros(struct unpacking *x, struct wax_diag *diag)
{
	uint64_t used = (uint64_t)archive_filter_bytes(x->a, 0);
	size_t n = (size_t)(x->given - used);
	const uint8_t *p = x->block + x->block_len - n;
	int err = 0;

	if (x->ended)
		return refuse("the archive is cut short", diag);
	/* It looked at a block more, and took it for none of zeros. */
	if (n > x->block_len)
		return refuse("something follows the archive", diag);
	do {
		if (n && (*p || memcmp(p, p + 1, n - 1)))
			return refuse("something follows the archive", diag);
		err = next_block(x, &n, diag);
		p = x->block;
	} while (!err && n);
	return err;
}

static int unpack(struct unpacking *x, struct wax_diag *diag)
{
	struct archive_entry *e;
	int r, err = 0;

	/* No guessing at what names like ._x may be to other systems. */
	if (archive_read_support_format_tar(x->a) != ARCHIVE_OK ||
	    archive_read_set_options(x->a, "tar:!mac-ext") == ARCHIVE_FATAL)
		return bad_archive(x, diag);
	if (archive_read_open(x->a, x, NULL, read_block, NULL) != ARCHIVE_OK)
		return no_archive(x, diag);
	while (!err && (r = archive_read_next_header(x->a, &e)) == ARCHIVE_OK)
		err = unpack_entry(x, e, diag);
	if (err)
		return err;
	/* A failure while it looked further is none of the archive. */
	if (x->err)
		return bad_archive(x, diag);
	if (r != ARCHIVE_EOF)
		return x->entries ? bad_archive(x, diag) : no_archive(x, diag);
	err = expect_zeros(x, diag);
	return err || !x->tree ? err : wax_tree_finish(x->tree, diag);
}

int wax_unpack(const struct wax_unpack *u, struct wax_source *from,
	       struct wax_diag *diag)
{
	struct unpacking *x = calloc(1, sizeof(*x));
	int err;

	if (!x)
		return wax_no_memory(diag);
	x->u = u;
	x->a = archive_read_new();
	err = x->a ? open_source(x, from, diag) : wax_no_memory(diag);
	if (!err && u->dir >= 0)
		err = wax_tree_new(u->dir, u->umask, u->limits.entries,
				   &x->tree, diag);
	if (!err)
		err = unpack(x, diag);
	wax_tree_free(x->tree);
	archive_read_free(x->a);
	wax_source_free(x->source);
	free(x);
	return err;
}
