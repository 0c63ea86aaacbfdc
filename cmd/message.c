/* SPDX-License-Identifier: ISC */
/*
 * Telling what needs wax-extract, and calling it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wax/inspect.h>

#include "files.h"
#include "message.h"
#include "process.h"
#include "program.h"

/* More than wax_looks() ever needs. */
#define BEGINNING 4096

struct message {
	struct wax_source *from; /* the input, or the process */
	bool extracted;
	size_t at, len;
	char begin[BEGINNING]; /* what of the input was read already */
};

/* What was looked at first; then there is nothing in between any more. */
static int message_read(void *ctx, void *buf, size_t len, size_t *got,
			struct wax_diag *diag)
{
	struct message *m = ctx;
	size_t n = m->len - m->at;
	int err;

	if (n) {
		*got = n < len ? n : len;
		memcpy(buf, m->begin + m->at, *got);
		m->at += *got;
		return 0;
	}
	err = wax_source_read(m->from, buf, len, got, diag);
	/* It found none, and has said nothing. */
	if (err == WAX_ERR_NO_KEY && m->extracted)
		err = wax_diag_set(diag, WAX_ERR_FORMAT, "not a sealed file");
	return err;
}

static void message_free(void *ctx)
{
	struct message *m = ctx;

	wax_source_free(m->from);
	free(m);
}

/* Reads as much as tells what it is. */
static int look(struct message *m, struct wax_source *from,
		enum wax_looks *looks, struct wax_diag *diag)
{
	size_t got = 1;

	do {
		int err =
			wax_source_read(from, m->begin + m->len,
					sizeof(m->begin) - m->len, &got, diag);

		if (err)
			return err;
		m->len += got;
		*looks = wax_looks(m->begin, m->len, !got);
	} while (*looks == WAX_LOOKS_MORE);
	return 0;
}

static bool message_ready(void *ctx)
{
	struct message *m = ctx;

	return m->at < m->len || wax_source_ready(m->from);
}

/* Hands the input, and what was read of it, over to the process. */
static int start(struct message *m, char *path, struct wax_diag *diag)
{
	static char name[] = "wax-extract", begin[] = "--begin-fd=3",
		    end[] = "--";
	char *argv[] = {name, begin, end, path, NULL};
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC))
		return wax_diag_sys(diag, errno, "a pipe");
	/* It is less than any pipe holds. */
	if (write(fds[1], m->begin, m->len) != (ssize_t)m->len)
		err = wax_diag_sys(diag, errno, "a pipe");
	else
		err = process_source(argv, input_fd(), fds[0], &m->from, diag);
	close(fds[0]);
	close(fds[1]);
	m->extracted = !err;
	m->len = err ? m->len : 0;
	return err;
}

int message_source(const char *path, struct wax_source **source,
		   bool *extracted, struct wax_diag *diag)
{
	static const struct wax_source_ops ops = {.read = message_read,
						  .free = message_free,
						  .ready = message_ready};
	struct message *m = calloc(1, sizeof(*m));
	enum wax_looks looks = WAX_LOOKS_SEALED;
	char *name = strdup(input_is_stdin(path) ? "-" : path);
	int err;

	*extracted = false;
	if (!m || !name) {
		free(m);
		free(name);
		return program_no_memory(diag);
	}
	err = look(m, *source, &looks, diag);
	/* Where it cannot be started, who reads it says that it is none. */
	if (!err && looks == WAX_LOOKS_OTHER)
		start(m, name, diag);
	free(name);
	if (err) {
		message_free(m);
		return err;
	}
	*extracted = m->extracted;
	if (!m->extracted)
		return wax_source_wrap(&ops, m, &m->from, source, diag);
	/* The process reads the input now. */
	wax_source_free(*source);
	*source = NULL;
	return wax_source_new(&ops, m, source, diag);
}
