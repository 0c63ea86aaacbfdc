/* SPDX-License-Identifier: ISC */
/*
 * The spool.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wax/secret.h>

#include "age/payload.h"
#include "base/error.h"
#include "envelope/spool.h"
#include "sys/temporary.h"

struct spool {
	struct wax_source *from;
	char *dir;
	unsigned threads;
	char name[128]; /* for messages */
	int fd;
	struct wax_secret *key;
	struct wax_source *file; /* over fd, when all is in it */
	struct wax_reader r;
	struct wax_source *data;
};

static int fill(struct spool *s, struct wax_diag *diag)
{
	struct wax_bytes none = {0};
	struct wax_sink *to = NULL;
	int err = wax_temporary_open(s->dir, &s->fd, diag);

	if (!err)
		err = wax_secret_new(WAX_FILE_KEY_SIZE, &s->key, diag);
	if (!err)
		err = wax_sink_fd(s->fd, s->name, &to, diag);
	if (!err) {
		wax_random(wax_secret_bytes(s->key), WAX_FILE_KEY_SIZE);
		err = wax_payload_sink(wax_secret_bytes(s->key), s->threads,
				       &none, &to, diag);
	}
	if (!err)
		err = wax_copy(s->from, to, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_sink_free(to);
	return err;
}

static int rewind_file(struct spool *s, struct wax_diag *diag)
{
	int err;

	if (lseek(s->fd, 0, SEEK_SET))
		return wax_diag_sys(diag, errno, "%s", s->name);
	err = wax_source_fd(s->fd, s->name, &s->file, diag);
	if (!err)
		err = wax_reader_init(&s->r, s->file, diag);
	if (!err)
		err = wax_payload_source(wax_secret_bytes(s->key), s->threads,
					 &s->r, &s->data, diag);
	return err;
}

/* At the first call everything is read. */
static int need(struct spool *s, struct wax_diag *diag)
{
	int err = s->data ? 0 : fill(s, diag);

	return err || s->data ? err : rewind_file(s, diag);
}

/* Whoever damages our own file is no bad input. */
static int own(const struct spool *s, int err)
{
	return err == WAX_ERR_FORMAT && s->data ? WAX_ERR_IO : err;
}

static int spool_read(void *ctx, void *buf, size_t len, size_t *got,
		      struct wax_diag *diag)
{
	struct spool *s = ctx;
	int err = need(s, diag);

	if (!err)
		err = wax_source_read(s->data, buf, len, got, diag);
	return own(s, err);
}

static int spool_lend(void *ctx, const void **data, size_t *len,
		      struct wax_diag *diag)
{
	struct spool *s = ctx;
	int err = need(s, diag);

	if (!err)
		err = wax_source_lend(s->data, data, len, diag);
	return own(s, err);
}

static void spool_free(void *ctx)
{
	struct spool *s = ctx;

	wax_source_free(s->data);
	wax_reader_release(&s->r);
	wax_source_free(s->file);
	wax_secret_free(s->key);
	if (s->fd >= 0)
		close(s->fd);
	free(s->dir);
	wax_source_free(s->from);
	free(s);
}

static const struct wax_source_ops spool_ops = {
	.read = spool_read, .free = spool_free, .lend = spool_lend};

int wax_spool_source(const char *dir, unsigned threads,
		     struct wax_source **source, struct wax_diag *diag)
{
	struct spool *s = calloc(1, sizeof(*s));

	if (!s)
		return wax_no_memory(diag);
	s->fd = -1;
	s->threads = threads;
	s->dir = strdup(dir);
	if (!s->dir) {
		free(s);
		return wax_no_memory(diag);
	}
	snprintf(s->name, sizeof(s->name), "a temporary file in '%.80s'", dir);
	return wax_source_wrap(&spool_ops, s, &s->from, source, diag);
}
