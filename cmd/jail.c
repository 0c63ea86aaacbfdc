/* SPDX-License-Identifier: ISC */
/*
 * The process behind walls.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/sandbox.h"

#include "jail.h"
#include "process.h"
#include "program.h"

/*
 * What it may use: libarchive remembers much of what some archives hold. A
 * sanitizer needs room of its own.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_MAX RLIM_INFINITY
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MEMORY_MAX RLIM_INFINITY
#endif
#endif
#if !defined(MEMORY_MAX)
#define MEMORY_MAX (256 * 1024 * 1024)
#endif

/* What it says at last. Its words are no more to be trusted than it is. */
struct report {
	int err;
	struct wax_diag diag;
};

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Closes all but these n descriptors, which it sorts; -1 is none. */
static int close_others(int *keep, size_t n)
{
	unsigned from = 0;
	int err = 0;

	qsort(keep, n, sizeof(*keep), compare);
	for (size_t i = 0; i < n; i++) {
		if (keep[i] < 0)
			continue;
		if (!err && (unsigned)keep[i] > from)
			err = close_range(from, (unsigned)keep[i] - 1, 0);
		from = (unsigned)keep[i] + 1;
	}
	if (!err)
		err = close_range(from, ~0u, 0);
	/* No file gets the number of standard error. */
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return err;
}

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

/* What the process does; the report is all that becomes of it. */
static void be_jailed(struct wax_unpack *u, struct wax_source *from, int list,
		      struct report *r)
{
	static struct names names;
	int listed;

	r->err = list < 0 ? 0
			  : wax_sink_fd(list, "the list", &names.to, &r->diag);
	if (names.to) {
		u->entry = write_name;
		u->ctx = &names;
	}
	if (!r->err)
		r->err = wax_sandbox_enter(u->dir, &r->diag);
	if (!r->err)
		r->err = wax_unpack(u, from, &r->diag);
	if (!names.to)
		return;
	/* What was accepted before something was not is listed, too. */
	listed = flush(&names, r->err ? NULL : &r->diag);
	r->err = r->err ? r->err : listed;
	wax_sink_free(names.to);
}

/* Without what a sanitizer does first, which the walls would not let it do. */
static void leave(int status)
{
	for (;;)
		syscall(SYS_exit_group, status);
}

static void child(struct wax_unpack u, struct wax_source *from, int input,
		  int report, int list, pid_t parent)
{
	const struct rlimit memory = {MEMORY_MAX, MEMORY_MAX};
	struct report r = {0};
	int keep[] = {input, u.dir, report, list};
	ssize_t n;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it was faster */
		leave(1);
	if (setrlimit(RLIMIT_DATA, &memory) ||
	    close_others(keep, sizeof(keep) / sizeof(*keep)))
		r.err = wax_diag_sys(&r.diag, errno, "preparing the walls");
	else
		be_jailed(&u, from, list, &r);
	do
		n = write(report, &r, sizeof(r));
	while (n < 0 && errno == EINTR);
	leave(n == sizeof(r) ? 0 : 1);
}

static int open_pipes(int report[2], int names[2], bool list,
		      struct wax_diag *diag)
{
	if (pipe2(report, O_CLOEXEC) || (list && pipe2(names, O_CLOEXEC)))
		return wax_diag_sys(diag, errno, "a pipe");
	return 0;
}

int jail_start(struct jail *j, const struct wax_unpack *u,
	       struct wax_source *from, int input, bool list,
	       struct wax_diag *diag)
{
	int report[2] = {-1, -1}, names[2] = {-1, -1};
	struct wax_unpack inside = *u;
	pid_t self = getpid();
	int err = open_pipes(report, names, list, diag);

	*j = (struct jail){.report = report[0], .list = names[0]};
	if (!err) {
		j->taken = mmap(NULL, sizeof(*j->taken), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (j->taken == MAP_FAILED) {
			j->taken = NULL;
			err = program_no_memory(diag);
		}
	}
	if (!err) {
		inside.taken = j->taken;
		j->pid = fork();
		if (!j->pid)
			child(inside, from, input, report[1], names[1], self);
		if (j->pid < 0)
			err = wax_diag_sys(diag, errno, "a process");
		j->pid = j->pid < 0 ? 0 : j->pid;
	}
	if (report[1] >= 0)
		close(report[1]);
	if (names[1] >= 0)
		close(names[1]);
	if (err)
		jail_release(j);
	return err;
}

/* Ends it; status is only set when that could be waited for. */
static int end(struct jail *j, int *status)
{
	pid_t pid = j->pid;

	j->pid = 0;
	kill(pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

int jail_wait(struct jail *j, struct wax_diag *diag)
{
	struct report r;
	ssize_t n;
	int status = 0;

	do
		n = read(j->report, &r, sizeof(r));
	while (n < 0 && errno == EINTR);
	if (end(j, &status))
		return wax_diag_sys(diag, errno, "the unpacking process");
	if (n == sizeof(r) && r.err <= 0 && r.err >= WAX_ERR_IO) {
		r.diag.text[sizeof(r.diag.text) - 1] = '\0';
		r.diag.hint[sizeof(r.diag.hint) - 1] = '\0';
		if (diag && r.err)
			*diag = r.diag;
		return r.err;
	}
	if (!n && WIFSIGNALED(status))
		return wax_diag_set(diag, WAX_ERR_IO,
				    "the unpacking process was stopped: %s",
				    strsignal(WTERMSIG(status)));
	return wax_diag_set(diag, WAX_ERR_IO,
			    "the unpacking process did not say how it ended");
}

void jail_release(struct jail *j)
{
	int status;

	if (j->pid)
		end(j, &status);
	if (j->report >= 0)
		close(j->report);
	if (j->list >= 0)
		close(j->list);
	if (j->taken)
		munmap(j->taken, sizeof(*j->taken));
	*j = (struct jail){.report = -1, .list = -1};
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
