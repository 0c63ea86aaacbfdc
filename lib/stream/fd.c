/* SPDX-License-Identifier: ISC */
/*
 * Streams over descriptors, files and memory: the ends of every pipe.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <wax/file.h>
#include <wax/stream.h>

#include "base/cursor.h"
#include "base/error.h"
#include "sys/fd.h"
#include "sys/output.h"

/* So much through a pipe, and a larger one pays. */
#define LARGE ((size_t)1024 * 1024)

struct fd_ctx {
	int fd;
	bool file;   /* a regular one: nobody keeps it waiting */
	size_t left; /* bytes before it is worth to be made larger */
	char name[];
};

static int fd_ctx_new(int fd, const char *name, struct fd_ctx **out,
		      struct wax_diag *diag)
{
	size_t size = strlen(name) + 1;
	struct fd_ctx *f = malloc(sizeof(*f) + size);

	if (!f)
		return wax_no_memory(diag);
	f->fd = fd;
	f->file = wax_fd_is_file(fd);
	f->left = LARGE;
	memcpy(f->name, name, size);
	*out = f;
	return 0;
}

static void count(struct fd_ctx *f, size_t n)
{
	if (!f->left)
		return;
	f->left -= n < f->left ? n : f->left;
	if (!f->left && !f->file)
		wax_fd_widen(f->fd);
}

static int fd_read(void *ctx, void *buf, size_t len, size_t *got,
		   struct wax_diag *diag)
{
	struct fd_ctx *f = ctx;
	ssize_t n = wax_fd_read(f->fd, buf, len);

	if (n < 0)
		return wax_diag_sys(diag, errno, "%s", f->name);
	*got = (size_t)n;
	count(f, *got);
	return 0;
}

static int fd_write(void *ctx, const void *data, size_t len,
		    struct wax_diag *diag)
{
	struct fd_ctx *f = ctx;

	if (wax_fd_write(f->fd, data, len))
		return wax_diag_sys(diag, errno, "%s", f->name);
	count(f, len);
	return 0;
}

static int fd_finish(void *ctx, struct wax_diag *diag)
{
	struct fd_ctx *f = ctx;

	if (wax_fd_settle(f->fd))
		return wax_diag_sys(diag, errno, "%s", f->name);
	return 0;
}

static bool fd_ready(void *ctx)
{
	struct fd_ctx *f = ctx;

	return f->file || wax_fd_ready(f->fd);
}

static const struct wax_source_ops fd_source_ops = {
	.read = fd_read, .free = free, .ready = fd_ready};
static const struct wax_sink_ops fd_sink_ops = {
	.write = fd_write, .finish = fd_finish, .free = free};

int wax_source_fd(int fd, const char *name, struct wax_source **out,
		  struct wax_diag *diag)
{
	struct fd_ctx *f = NULL;
	int err;

	if (!wax_fd_can_read(fd))
		return wax_diag_set(diag, WAX_ERR_IO, "%s is closed", name);
	err = fd_ctx_new(fd, name, &f, diag);
	if (err)
		return err;
	return wax_source_new(&fd_source_ops, f, out, diag);
}

int wax_sink_fd(int fd, const char *name, struct wax_sink **out,
		struct wax_diag *diag)
{
	struct fd_ctx *f = NULL;
	int err;

	if (!wax_fd_can_write(fd))
		return wax_diag_set(diag, WAX_ERR_IO, "%s is closed", name);
	err = fd_ctx_new(fd, name, &f, diag);
	if (err)
		return err;
	return wax_sink_new(&fd_sink_ops, f, out, diag);
}

static int file_write(void *ctx, const void *data, size_t len,
		      struct wax_diag *diag)
{
	return wax_output_write(ctx, data, len, diag);
}

static int file_finish(void *ctx, struct wax_diag *diag)
{
	return wax_output_commit(ctx, diag);
}

static void file_free(void *ctx)
{
	wax_output_free(ctx);
}

static const struct wax_sink_ops file_sink_ops = {
	.write = file_write, .finish = file_finish, .free = file_free};

int wax_sink_file(const char *path, unsigned flags, struct wax_sink **out,
		  struct wax_diag *diag)
{
	struct wax_output *o;
	int err = wax_output_new(path, flags, &o, diag);

	if (err)
		return err;
	return wax_sink_new(&file_sink_ops, o, out, diag);
}

static int memory_read(void *ctx, void *buf, size_t len, size_t *got,
		       struct wax_diag *diag)
{
	struct wax_cursor *c = ctx;
	size_t n = c->left < len ? c->left : len;
	const uint8_t *p;

	(void)diag;
	if (wax_cursor_take(c, n, &p) && n)
		memcpy(buf, p, n);
	*got = n;
	return 0;
}

static const struct wax_source_ops memory_ops = {.read = memory_read,
						 .free = free};

int wax_source_memory(const void *data, size_t len, struct wax_source **out,
		      struct wax_diag *diag)
{
	struct wax_cursor *c = malloc(sizeof(*c));

	if (!c)
		return wax_no_memory(diag);
	*c = wax_cursor(data, len);
	return wax_source_new(&memory_ops, c, out, diag);
}
