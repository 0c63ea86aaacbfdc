/* SPDX-License-Identifier: ISC */
/*
 * Asking for a passphrase on the controlling terminal.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <wax/terminal.h>

#include "base/secret.h"
#include "sys/fd.h"

/* The last two come while a job in the background uses the terminal. */
static const int caught[] = {SIGINT,  SIGTERM, SIGHUP, SIGQUIT,
			     SIGTSTP, SIGTTIN, SIGTTOU};
#define N_CAUGHT (sizeof(caught) / sizeof(*caught))
#define N_BLOCKED (N_CAUGHT - 2)

static volatile sig_atomic_t pending;

static void note(int sig)
{
	pending = sig;
}

/*
 * Reads a line without its LF. Returns its length, -1 at an error or a signal,
 * -2 at the end; one that is longer than max is read over and is max + 1. The
 * signals are blocked but for the time of waiting, so that none is missed, and
 * the terminal does not block, so that only waiting takes time.
 */
static ssize_t read_line(int fd, const sigset_t *unblocked, uint8_t *line,
			 size_t max)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	size_t len = 0;

	for (;;) {
		uint8_t c;
		ssize_t n = ppoll(&wait, 1, NULL, unblocked);

		if (n < 0)
			return -1;
		n = read(fd, &c, 1);
		if (n < 0 && errno == EAGAIN)
			continue; /* a signal took the line back */
		if (n < 0)
			return -1;
		if (n == 0)
			return -2;
		if (c == '\n')
			return (ssize_t)len;
		if (len < max)
			line[len] = c;
		len += len <= max ? 1 : 0;
		wax_wipe(&c, 1);
	}
}

/* Shows the prompt and reads the line, without echo. */
static ssize_t prompt_silently(int fd, const char *prompt,
			       const sigset_t *unblocked, uint8_t *line)
{
	struct termios echo, silent;
	ssize_t len = -1;
	int errnum;

	if (tcgetattr(fd, &echo))
		return -1;
	silent = echo;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	if (tcsetattr(fd, TCSAFLUSH, &silent))
		return -1;
	if (!wax_fd_write(fd, prompt, strlen(prompt)))
		len = read_line(fd, unblocked, line, WAX_PASSPHRASE_MAX);
	errnum = errno;
	while (tcsetattr(fd, TCSANOW, &echo) && errno == EINTR)
		;
	wax_fd_write(fd, "\n", 1);
	errno = errnum;
	return len;
}

/* Prompts once. Signals wait until the terminal is restored. */
static ssize_t prompt_once(int fd, const char *prompt, uint8_t *line)
{
	struct sigaction act = {.sa_handler = note}, old[N_CAUGHT];
	sigset_t blocked, before;
	ssize_t len;
	int errnum;

	sigemptyset(&act.sa_mask);
	sigemptyset(&blocked);
	for (size_t i = 0; i < N_BLOCKED; i++)
		sigaddset(&blocked, caught[i]);
	pthread_sigmask(SIG_BLOCK, &blocked, &before);
	pending = 0;
	for (size_t i = 0; i < N_CAUGHT; i++) {
		sigaction(caught[i], NULL, &old[i]);
		if (old[i].sa_handler != SIG_IGN)
			sigaction(caught[i], &act, NULL);
	}
	len = prompt_silently(fd, prompt, &before, line);
	errnum = errno;
	for (size_t i = 0; i < N_CAUGHT; i++)
		sigaction(caught[i], &old[i], NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = errnum;
	return len;
}

static int ask(int fd, const char *prompt, struct wax_secret *line,
	       struct wax_diag *diag)
{
	ssize_t len;

	do {
		len = prompt_once(fd, prompt, wax_secret_bytes(line));
		if (pending)
			raise(pending);
	} while (pending == SIGTSTP || pending == SIGTTIN ||
		 pending == SIGTTOU);
	if (pending || len == -2)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "no passphrase was given");
	if (len < 0)
		return wax_diag_sys(diag, errno, "the terminal");
	if (len > WAX_PASSPHRASE_MAX)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "the passphrase is longer than %d bytes",
				    WAX_PASSPHRASE_MAX);
	wax_secret_shrink(line, (size_t)len);
	return 0;
}

int wax_terminal_passphrase(const char *prompt, struct wax_secret **out,
			    struct wax_diag *diag)
{
	struct wax_secret *line = NULL;
	int err, fd = open("/dev/tty",
			   O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "no terminal to ask for the passphrase");
	err = wax_secret_new(WAX_PASSPHRASE_MAX, &line, diag);
	if (!err)
		err = ask(fd, prompt, line, diag);
	close(fd);
	if (err) {
		wax_secret_free(line);
		return err;
	}
	*out = line;
	return 0;
}
