/* SPDX-License-Identifier: ISC */
/*
 * wax-extract: find a sealed message in a mail or in pasted text. A process
 * behind walls looks for it; this one writes what that finds, and tells.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "extract/extract.h"
#include "sys/sandbox.h"

#include "cage.h"
#include "files.h"
#include "numbers.h"
#include "program.h"

/* What wax-open and wax-inspect have looked through, in bytes. */
#define MOST (64 * 1024 * 1024)

struct extract {
	struct wax_extract what;
	unsigned file_flags;
	int begin; /* --begin-fd; -1: not given */
	bool numbered;
	const char *in, *out;
};

static int number(const char *value, unsigned *out, struct wax_diag *diag)
{
	uint64_t n = 0;
	int err = number_parse(value, false, UINT_MAX, "-n", &n, diag);

	if (!err && !n)
		err = wax_diag_set(diag, WAX_ERR_USAGE,
				   "-n counts messages from 1");
	*out = (unsigned)n;
	return err;
}

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct extract *e = ctx;

	switch (id) {
	case 'n':
		e->numbered = true;
		return number(value, &e->what.number, diag);
	case 'o':
		return program_set(&e->out, value, "-o", diag);
	case 'f':
		e->file_flags |= WAX_FILE_REPLACE;
		return 0;
	default:
		e->what.apart = true;
		e->what.most = MOST;
		return number_descriptor(value, "--begin-fd", &e->begin, diag);
	}
}

/* Two sources, one after the other. */
struct joined {
	struct wax_source *first, *second;
};

static int joined_read(void *ctx, void *buf, size_t len, size_t *got,
		       struct wax_diag *diag)
{
	struct joined *j = ctx;
	int err = 0;

	*got = 0;
	if (j->first)
		err = wax_source_read(j->first, buf, len, got, diag);
	if (err || *got)
		return err;
	wax_source_free(j->first);
	j->first = NULL;
	return wax_source_read(j->second, buf, len, got, diag);
}

static void joined_free(void *ctx)
{
	struct joined *j = ctx;

	wax_source_free(j->first);
	wax_source_free(j->second);
	free(j);
}

/* Puts what was read already before the input. */
static int join(int begin, struct wax_source **source, struct wax_diag *diag)
{
	static const struct wax_source_ops ops = {.read = joined_read,
						  .free = joined_free};
	struct joined *j = calloc(1, sizeof(*j));
	int err;

	if (!j)
		return program_no_memory(diag);
	err = wax_source_fd(begin, "--begin-fd", &j->first, diag);
	if (err) {
		free(j);
		return err;
	}
	return wax_source_wrap(&ops, j, &j->second, source, diag);
}

/* A sink into a pipe, which needs no system call but the writing. */
static int pipe_write(void *ctx, const void *data, size_t len,
		      struct wax_diag *diag)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(*(int *)ctx, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return wax_diag_sys(diag, errno, "a pipe");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int pipe_finish(void *ctx, struct wax_diag *diag)
{
	(void)ctx;
	(void)diag;
	return 0;
}

static void pipe_free(void *ctx)
{
	(void)ctx;
}

static const struct wax_sink_ops pipe_ops = {
	.write = pipe_write, .finish = pipe_finish, .free = pipe_free};

/* What the process behind the walls works with. */
struct work {
	struct wax_extract what;
	struct wax_source *from;
	int to;
};

static int be_caged(void *ctx, void *more, struct wax_diag *diag)
{
	struct work *w = ctx;
	struct wax_extracted *found = more;
	struct wax_sink *to = NULL;
	int err = wax_sink_new(&pipe_ops, &w->to, &to, diag);

	if (!err)
		err = wax_sandbox_enter(-1, diag);
	if (!err)
		err = wax_extract(&w->what, w->from, &to, found, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_sink_free(to);
	return err;
}

/* A line on what was undone, and one on whether there is more. */
static void tell(const struct extract *e, const struct wax_extracted *found)
{
	char line[512] = "";
	size_t len = 0;
	const char *name;

	for (unsigned i = 0; (name = wax_undone_name(i)); i++)
		if (found->undone >> i & 1)
			len += (size_t)snprintf(line + len, sizeof(line) - len,
						"%s%s", len ? ", " : "", name);
	if (*line)
		program_say("undone: %s", line);
	if (found->count - found->again > 1 && !e->numbered)
		program_say("%u messages are in it, and this is the first; "
			    "wax-extract -n takes another",
			    found->count);
}

/* Copies what the process writes, and hears how it went. */
static int pass(const struct extract *e, struct cage *c, int from,
		struct wax_sink *to, struct wax_diag *diag)
{
	struct wax_extracted found = {0};
	struct wax_source *source = NULL;
	int err = wax_source_fd(from, "a pipe", &source, diag);

	if (!err)
		err = wax_copy(source, to, diag);
	wax_source_free(source);
	if (err)
		return err;
	err = cage_wait(c, &found, sizeof(found), diag);
	/* Whoever has read the beginning has a name for it, and other words. */
	if (err && e->begin >= 0 && err == WAX_ERR_NO_KEY)
		return wax_diag_set(diag, err, "%s", "");
	if (err && err != WAX_ERR_IO)
		input_context(e->in, diag);
	if (err == WAX_ERR_NO_KEY)
		err = WAX_ERR_FORMAT;
	if (!err)
		err = wax_sink_finish(to, diag);
	if (!err)
		tell(e, &found);
	return err;
}

static int run(const struct extract *e, struct wax_source *from,
	       struct wax_sink *to, struct wax_diag *diag)
{
	struct work w = {e->what, from, -1};
	int keep[] = {e->begin, input_fd(), -1};
	struct cage c;
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC))
		return wax_diag_sys(diag, errno, "a pipe");
	w.to = keep[2] = fds[1];
	err = cage_start(&c, "extracting", be_caged, &w, keep,
			 sizeof(keep) / sizeof(*keep), diag);
	close(fds[1]);
	if (!err)
		err = pass(e, &c, fds[0], to, diag);
	close(fds[0]);
	cage_release(&c);
	return err;
}

static int extract(const struct extract *e, struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	struct wax_sink *to = NULL;
	/* With --begin-fd, only messages call it by that name. */
	int err = input_open(e->begin < 0 ? e->in : NULL, &from, diag);

	if (!err && e->begin >= 0)
		err = join(e->begin, &from, diag);
	if (!err)
		err = output_open(e->out, e->file_flags, OUTPUT_UNKNOWN, &to,
				  diag);
	if (!err)
		err = run(e, from, to, diag);
	wax_source_free(from);
	wax_sink_free(to);
	return err;
}

int main(int argc, char **argv)
{
	struct extract e = {.what.number = 1, .begin = -1};
	struct wax_diag diag = {0};
	int first, err;

	program_start(&tool_extract);
	err = program_options(argc, argv, option, &e, &first, &diag);
	if (!err)
		err = program_operand(argc, argv, first, &e.in, &diag);
	if (!err)
		err = extract(&e, &diag);
	return program_end(err, &diag);
}
