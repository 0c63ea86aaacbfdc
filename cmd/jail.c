/* SPDX-License-Identifier: ISC */
/*
 * The process behind walls.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sys/sandbox.h"

#include "jail.h"
#include "program.h"

/* Names on their way, several at a time. */
struct names {
	struct wax_sink *to;
	size_t len;
	char buf[64 * 1024];
};

static int flush(struct names *n, struct wax_diag *diag)
{
	int err = wax_sink_write(n->to, n->buf, n->len, diag);

	n->len = 0;
	return err;
}

/* The longest name and the longest link leave room for more. */
static int write_name(void *ctx, const char *name, const char *link,
		      struct wax_diag *diag)
{
	struct names *n = ctx;

	n->len += (size_t)snprintf(n->buf + n->len, sizeof(n->buf) - n->len,
				   "%s%s%s\n", name, link ? " -> " : "",
				   link ? link : "");
	return n->len > sizeof(n->buf) / 2 ? flush(n, diag) : 0;
}

/* What the process is to do. */
struct work {
	struct wax_unpack unpack;
	struct wax_source *from;
	int list;
};

static int be_jailed(void *ctx, void *more, struct wax_diag *diag)
{
	static struct names names;
	struct work *w = ctx;
	int listed, err = 0;

	(void)more;
	if (w->list >= 0)
		err = wax_sink_fd(w->list, "the list", &names.to, diag);
	if (names.to) {
		w->unpack.entry = write_name;
		w->unpack.ctx = &names;
	}
	if (!err)
		err = wax_sandbox_enter(w->unpack.dir, diag);
	if (!err)
		err = wax_unpack(&w->unpack, w->from, diag);
	if (!names.to)
		return err;
	/* What was accepted before something was not is listed, too. */
	listed = flush(&names, err ? NULL : diag);
	wax_sink_free(names.to);
	return err ? err : listed;
}

int jail_start(struct jail *j, const struct wax_unpack *u,
	       struct wax_source *from, int input, bool list,
	       struct wax_diag *diag)
{
	int names[2] = {-1, -1}, err = 0;
	struct work work = {*u, from, -1};

	*j = (struct jail){.cage.report = -1, .list = -1};
	if (list && pipe2(names, O_CLOEXEC))
		return wax_diag_sys(diag, errno, "a pipe");
	j->list = names[0];
	work.list = names[1];
	j->taken = mmap(NULL, sizeof(*j->taken), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (j->taken == MAP_FAILED) {
		j->taken = NULL;
		err = program_no_memory(diag);
	} else {
		const int keep[] = {input, u->dir, names[1]};

		work.unpack.taken = j->taken;
		err = cage_start(&j->cage, "unpacking", be_jailed, &work, keep,
				 sizeof(keep) / sizeof(*keep), diag);
	}
	if (names[1] >= 0)
		close(names[1]);
	if (err)
		jail_release(j);
	return err;
}

int jail_wait(struct jail *j, struct wax_diag *diag)
{
	return cage_wait(&j->cage, NULL, 0, diag);
}

void jail_release(struct jail *j)
{
	cage_release(&j->cage);
	if (j->list >= 0)
		close(j->list);
	if (j->taken)
		munmap(j->taken, sizeof(*j->taken));
	*j = (struct jail){.cage.report = -1, .list = -1};
}

const char *jail_walls(void)
{
	static char line[128];
	struct wax_sandbox has;
	char landlock[32] = "no Landlock";

	wax_sandbox_probe(&has);
	if (has.landlock)
		snprintf(landlock, sizeof(landlock), "Landlock %d",
			 has.landlock);
	snprintf(line, sizeof(line), "walls of this kernel: %s, %s\n", landlock,
		 has.seccomp ? "seccomp" : "no seccomp");
	return line;
}
