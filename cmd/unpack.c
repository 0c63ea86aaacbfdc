/* SPDX-License-Identifier: ISC */
/*
 * wax-unpack: take an archive apart. This process makes a fresh folder, lets
 * one behind walls fill it, and moves it into place or removes it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "sys/folder.h"

#include "files.h"
#include "guard.h"
#include "jail.h"
#include "numbers.h"
#include "program.h"
#include "progress.h"

struct unpack {
	struct limits limits;
	bool list, replace, quiet, plain;
	int confirm; /* -1: not asked for */
	const char *in, *dir;
};

/* The signal that is to end this, once the fresh folder is gone. */
static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	stopped = sig;
}

/* Ends as the signal would have ended it at once. */
static void stop_now(const sigset_t *mask)
{
	signal(stopped, SIG_DFL);
	raise(stopped);
	sigprocmask(SIG_SETMASK, mask, NULL);
}

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct unpack *u = ctx;

	switch (id) {
	case 'C':
		return program_set(&u->dir, value, "-C", diag);
	case 't':
		u->list = true;
		return 0;
	case 'f':
		u->replace = true;
		return 0;
	case 'q':
		u->quiet = true;
		return 0;
	case OPT_TAR:
		u->plain = true;
		return 0;
	case OPT_CONFIRM_FD:
		return number_descriptor(value, "--confirm-fd", &u->confirm,
					 diag);
	default:
		return limits_option(&u->limits, id, value, diag);
	}
}

/* Passes names on; *over is set at their end. */
static int pass_names(int fd, struct wax_sink *to, bool *over,
		      struct wax_diag *diag)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	*over = n <= 0;
	if (n < 0)
		return wax_diag_sys(diag, errno, "the list of names");
	return wax_sink_write(to, buf, (size_t)n, diag);
}

/* Waits for the report, and shows what there is to show meanwhile. */
static int watch(const struct unpack *u, const struct jail *j,
		 const sigset_t *mask, struct wax_sink *names,
		 struct wax_diag *diag)
{
	const struct timespec interval = {.tv_nsec = 100000000}, now = {0};
	struct pollfd fds[] = {{.fd = j->list, .events = POLLIN},
			       {.fd = j->cage.report, .events = POLLIN}};
	struct progress line = {.on = false};
	bool over;
	int err = 0;

	if (!u->quiet && !u->list)
		progress_begin(&line, input_size());
	while (!err && !stopped && (fds[0].fd >= 0 || !fds[1].revents)) {
		fds[0].revents = fds[1].revents = 0;
		if (ppoll(fds, 2, &interval, mask) <= 0) {
			progress_show(&line, (long long)*j->taken);
			continue;
		}
		if (!fds[0].revents)
			continue;
		err = pass_names(fds[0].fd, names, &over, diag);
		fds[0].fd = over ? -1 : fds[0].fd;
	}
	progress_hide(&line);
	/* A signal that came with the report counts. */
	ppoll(NULL, 0, &now, mask);
	return err;
}

/* Whether no byte will come, as nobody is there any more. */
static bool has_hung_up(int fd)
{
	struct pollfd now = {.fd = fd, .events = POLLIN};

	return poll(&now, 1, 0) > 0 && !(now.revents & POLLIN);
}

/* Waits for a byte; without one, whoever feeds us has given up, and said so. */
static int wait_for_byte(int fd, const sigset_t *mask, struct wax_diag *diag)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	ssize_t n = 1;
	char byte;

	while (!stopped && ppoll(&wait, 1, NULL, mask) <= 0)
		;
	while (!stopped && (n = read(fd, &byte, 1)) < 0 && errno == EINTR)
		;
	if (n < 0)
		return wax_diag_sys(diag, errno, "--confirm-fd");
	return n ? 0 : wax_diag_set(diag, WAX_ERR_FORMAT, "%s", "");
}

static int run(const struct unpack *u, const struct wax_unpack *what,
	       struct wax_source *from, const sigset_t *mask,
	       struct wax_diag *diag)
{
	struct wax_sink *names = NULL;
	struct jail j;
	int err = jail_start(&j, what, from, input_fd(), u->list, diag);

	if (err)
		return err;
	if (u->list)
		err = output_open(NULL, 0, OUTPUT_TEXT, &names, diag);
	if (!err && u->list)
		err = guard_sink(&names, diag);
	if (!err)
		err = watch(u, &j, mask, names, diag);
	if (!err && !stopped)
		err = jail_wait(&j, diag);
	jail_release(&j);
	if (!err && names && !stopped)
		err = wax_sink_finish(names, diag);
	wax_sink_free(names);
	return err;
}

static int unpack(const struct unpack *u, sigset_t *mask, struct wax_diag *diag)
{
	struct wax_unpack what = {.limits = {u->limits.entries, u->limits.size,
					     (unsigned)u->limits.ratio},
				  .plain = u->plain,
				  .dir = -1};
	struct wax_folder *folder = NULL;
	struct wax_source *from = NULL;
	int err = input_open(u->in, &from, diag);

	/* From here on there is something to be removed. */
	if (!err && !u->list) {
		program_hold_signals(stop, mask);
		err = wax_folder_new(u->dir ? u->dir : ".", u->replace, &folder,
				     diag);
	}
	if (!err && folder) {
		what.dir = wax_folder_fd(folder);
		what.umask = wax_folder_umask(folder);
	}
	if (!err)
		err = run(u, &what, from, mask, diag);
	/* Who feeds us by descriptors has no name for what we read. */
	if (err == WAX_ERR_FORMAT && u->confirm < 0)
		input_context(u->in, diag);
	else if (err == WAX_ERR_FORMAT && has_hung_up(u->confirm))
		wax_diag_set(diag, err, "%s", "");
	if (!err && u->confirm >= 0)
		err = wait_for_byte(u->confirm, mask, diag);
	if (!err && folder && !stopped)
		err = wax_folder_commit(folder, diag);
	wax_folder_free(folder);
	wax_source_free(from);
	return err;
}

int main(int argc, char **argv)
{
	struct unpack u = {.limits = limits_default, .confirm = -1};
	struct wax_diag diag = {0};
	sigset_t mask;
	int first, err;

	program_start(&tool_unpack);
	program_version(jail_walls);
	err = program_options(argc, argv, option, &u, &first, &diag);
	if (!err)
		err = wax_archive_init(&diag);
	if (!err)
		err = program_operand(argc, argv, first, &u.in, &diag);
	if (!err && u.dir && !*u.dir)
		err = wax_diag_set(&diag, WAX_ERR_USAGE,
				   "-C needs the name of a folder");
	if (!err && u.list && (u.dir || u.replace))
		err = wax_diag_set(&diag, WAX_ERR_USAGE,
				   "-t makes nothing: -C and -f are not for "
				   "it");
	if (!err) {
		sigprocmask(SIG_BLOCK, NULL, &mask);
		err = unpack(&u, &mask, &diag);
		if (stopped)
			stop_now(&mask);
	}
	return program_end(err, &diag);
}
