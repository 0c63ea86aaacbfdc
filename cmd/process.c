/* SPDX-License-Identifier: ISC */
/*
 * Running other tools.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"
#include "program.h"

extern char **environ;

int process_beside(const char *name, char *out, size_t size,
		   struct wax_diag *diag)
{
	ssize_t n = readlink("/proc/self/exe", out, size - 1);
	char *slash;

	if (n < 0) {
		wax_diag_sys(diag, errno, "/proc/self/exe");
		wax_diag_hint(diag, "the tools find each other by /proc");
		return WAX_ERR_IO;
	}
	out[n] = '\0';
	slash = strrchr(out, '/');
	if (!slash || (size_t)(slash + 1 - out) + strlen(name) >= size)
		return wax_diag_set(diag, WAX_ERR_IO,
				    "the path of the tools is too long");
	strcpy(slash + 1, name);
	return 0;
}

int process_missing(const char *path, int errnum, struct wax_diag *diag)
{
	wax_diag_sys(diag, errnum, "'%s'", path);
	if (errnum == ENOENT)
		wax_diag_hint(diag, "the tools belong in one folder");
	return WAX_ERR_IO;
}

int process_wait(pid_t pid, const char *name, struct wax_diag *diag)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return wax_diag_sys(diag, errno, "%s", name);
	if (WIFSIGNALED(status))
		return wax_diag_set(diag, WAX_ERR_IO, "%s was stopped: %s",
				    name, strsignal(WTERMSIG(status)));
	if (!WEXITSTATUS(status))
		return 0;
	if (WEXITSTATUS(status) > -WAX_ERR_IO)
		return wax_diag_set(diag, WAX_ERR_IO,
				    "%s ended with exit status %d", name,
				    WEXITSTATUS(status));
	/* It has said why. */
	return wax_diag_set(diag, -WEXITSTATUS(status), "%s", "");
}

struct process {
	pid_t pid;		 /* 0: it was waited for */
	int fd;			 /* of the pipe, -1: closed */
	int extra;		 /* where the byte goes */
	struct wax_source *from; /* over fd, where it is read from */
	char name[];
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int process_new(const char *name, struct process **out,
		       struct wax_diag *diag)
{
	struct process *p = calloc(1, sizeof(*p) + strlen(name) + 1);

	if (!p)
		return program_no_memory(diag);
	p->fd = p->extra = -1;
	strcpy(p->name, name);
	*out = p;
	return 0;
}

/*
 * Starts argv with in and out as its standard streams, and extra; each may be
 * -1 and then is what it is here, or not there.
 */
static int spawn(struct process *p, char *const *argv, int in, int out,
		 int extra, struct wax_diag *diag)
{
	posix_spawn_file_actions_t files;
	char path[4096];
	int copy = -1, err = process_beside(argv[0], path, sizeof(path), diag);

	if (err)
		return err;
	/* A copy, out of the way of what is put in place before it. */
	if (extra >= 0)
		copy = fcntl(extra, F_DUPFD_CLOEXEC, PROCESS_EXTRA_FD + 1);
	if (extra >= 0 && copy < 0)
		return wax_diag_sys(diag, errno, "%s", p->name);
	posix_spawn_file_actions_init(&files);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&files, in, 0);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&files, out, 1);
	if (copy >= 0)
		posix_spawn_file_actions_adddup2(&files, copy,
						 PROCESS_EXTRA_FD);
	posix_spawn_file_actions_addclosefrom_np(&files, PROCESS_EXTRA_FD +
								 (extra >= 0));
	err = posix_spawn(&p->pid, path, &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	close_fd(&copy);
	if (!err)
		return 0;
	p->pid = 0;
	return process_missing(path, err, diag);
}

static int open_pipe(int fds[2], struct wax_diag *diag)
{
	return pipe2(fds, O_CLOEXEC) ? wax_diag_sys(diag, errno, "a pipe") : 0;
}

static int reap(struct process *p, struct wax_diag *diag)
{
	pid_t pid = p->pid;

	p->pid = 0;
	return pid ? process_wait(pid, p->name, diag) : 0;
}

/* Without success, the tool is stopped before it can take our end for one. */
static void process_free(void *ctx)
{
	struct process *p = ctx;

	if (p->pid)
		kill(p->pid, SIGTERM);
	wax_source_free(p->from);
	close_fd(&p->fd);
	close_fd(&p->extra);
	reap(p, NULL);
	free(p);
}

static int source_read(void *ctx, void *buf, size_t len, size_t *got,
		       struct wax_diag *diag)
{
	struct process *p = ctx;
	int err = wax_source_read(p->from, buf, len, got, diag);

	return err || *got ? err : reap(p, diag);
}

static bool source_ready(void *ctx)
{
	struct process *p = ctx;

	return wax_source_ready(p->from);
}

static const struct wax_source_ops source_ops = {
	.read = source_read, .free = process_free, .ready = source_ready};

int process_source(char *const *argv, int in, int extra,
		   struct wax_source **out, struct wax_diag *diag)
{
	struct process *p;
	int fds[2] = {-1, -1}, err = process_new(argv[0], &p, diag);

	if (err)
		return err;
	err = open_pipe(fds, diag);
	if (!err)
		err = spawn(p, argv, in, fds[1], extra, diag);
	p->fd = fds[0];
	close_fd(&fds[1]);
	if (!err)
		err = wax_source_fd(p->fd, p->name, &p->from, diag);
	if (err) {
		process_free(p);
		return err;
	}
	return wax_source_new(&source_ops, p, out, diag);
}

/* A tool that hangs up has a reason, which is the better one. */
static int hung_up(struct process *p, struct wax_diag *diag)
{
	int err;

	if (errno != EPIPE)
		return wax_diag_sys(diag, errno, "%s", p->name);
	close_fd(&p->fd);
	close_fd(&p->extra);
	err = reap(p, diag);
	return err ? err
		   : wax_diag_set(diag, WAX_ERR_IO, "%s did not wait for all",
				  p->name);
}

static int put(struct process *p, int fd, const char *at, size_t len,
	       struct wax_diag *diag)
{
	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return hung_up(p, diag);
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static int sink_write(void *ctx, const void *data, size_t len,
		      struct wax_diag *diag)
{
	struct process *p = ctx;

	return put(p, p->fd, data, len, diag);
}

static int sink_finish(void *ctx, struct wax_diag *diag)
{
	struct process *p = ctx;
	int err = put(p, p->extra, "", 1, diag);

	if (err)
		return err;
	close_fd(&p->fd);
	close_fd(&p->extra);
	return reap(p, diag);
}

static const struct wax_sink_ops sink_ops = {
	.write = sink_write, .finish = sink_finish, .free = process_free};

int process_sink(char *const *argv, struct wax_sink **out,
		 struct wax_diag *diag)
{
	struct process *p;
	int data[2] = {-1, -1}, extra[2] = {-1, -1};
	int err = process_new(argv[0], &p, diag);

	if (err)
		return err;
	err = open_pipe(data, diag);
	if (!err)
		err = open_pipe(extra, diag);
	if (!err)
		err = spawn(p, argv, data[0], -1, extra[0], diag);
	p->fd = data[1];
	p->extra = extra[1];
	close_fd(&data[0]);
	close_fd(&extra[0]);
	if (err) {
		process_free(p);
		return err;
	}
	return wax_sink_new(&sink_ops, p, out, diag);
}
