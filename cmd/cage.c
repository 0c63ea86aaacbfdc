/* SPDX-License-Identifier: ISC */
/*
 * Starting and ending a process that is not trusted.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cage.h"

#define KEEP_MAX 8

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
	char more[CAGE_MORE_MAX];
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

/* Without what a sanitizer does first, which the walls would not let it do. */
static void leave(int status)
{
	for (;;)
		syscall(SYS_exit_group, status);
}

static void child(cage_fn *fn, void *ctx, int *keep, size_t n, int report,
		  pid_t parent)
{
	const struct rlimit memory = {MEMORY_MAX, MEMORY_MAX};
	struct report r = {0};
	ssize_t written;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it was faster */
		leave(1);
	if (setrlimit(RLIMIT_DATA, &memory) || close_others(keep, n))
		r.err = wax_diag_sys(&r.diag, errno, "preparing the walls");
	else
		r.err = fn(ctx, r.more, &r.diag);
	do
		written = write(report, &r, sizeof(r));
	while (written < 0 && errno == EINTR);
	leave(written == sizeof(r) ? 0 : 1);
}

int cage_start(struct cage *c, const char *name, cage_fn *fn, void *ctx,
	       const int *keep, size_t n, struct wax_diag *diag)
{
	int report[2], all[KEEP_MAX + 1];
	pid_t self = getpid();
	int err = 0;

	*c = (struct cage){.report = -1, .name = name};
	if (n > KEEP_MAX || pipe2(report, O_CLOEXEC))
		return wax_diag_sys(diag, errno, "a pipe");
	memcpy(all, keep, n * sizeof(*keep));
	all[n] = report[1];
	c->report = report[0];
	c->pid = fork();
	if (!c->pid)
		child(fn, ctx, all, n + 1, report[1], self);
	if (c->pid < 0)
		err = wax_diag_sys(diag, errno, "starting a process");
	c->pid = c->pid < 0 ? 0 : c->pid;
	close(report[1]);
	if (err)
		cage_release(c);
	return err;
}

/* Ends it; status is only set when that could be waited for. */
static int end(struct cage *c, int *status)
{
	pid_t pid = c->pid;

	c->pid = 0;
	kill(pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

int cage_wait(struct cage *c, void *more, size_t size, struct wax_diag *diag)
{
	struct report r;
	ssize_t n;
	int status = 0;

	do
		n = read(c->report, &r, sizeof(r));
	while (n < 0 && errno == EINTR);
	if (end(c, &status))
		return wax_diag_sys(diag, errno, "the %s process", c->name);
	if (n == sizeof(r) && r.err <= 0 && r.err >= WAX_ERR_IO) {
		r.diag.text[sizeof(r.diag.text) - 1] = '\0';
		r.diag.hint[sizeof(r.diag.hint) - 1] = '\0';
		if (diag && r.err)
			*diag = r.diag;
		if (more)
			memcpy(more, r.more, size);
		return r.err;
	}
	if (!n && WIFSIGNALED(status))
		return wax_diag_set(diag, WAX_ERR_IO,
				    "the %s process was stopped: %s", c->name,
				    strsignal(WTERMSIG(status)));
	return wax_diag_set(diag, WAX_ERR_IO,
			    "the %s process did not say how it ended", c->name);
}

void cage_release(struct cage *c)
{
	int status;

	if (c->pid)
		end(c, &status);
	if (c->report >= 0)
		close(c->report);
	*c = (struct cage){.report = -1};
}
