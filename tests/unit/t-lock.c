/* SPDX-License-Identifier: ISC */
/*
 * Locks: what waits, for whom, and what comes of it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "known.h"
#include "sys/lock.h"
#include "tap.h"

static char path[4096 + 16];

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Starts a process that takes the lock; returns when it has it. */
static pid_t holder(unsigned milliseconds)
{
	struct wax_lock *lock;
	int fds[2];
	char c = 0;
	pid_t pid;

	if (pipe(fds))
		exit(1);
	pid = fork();
	if (!pid) {
		if (wax_lock_take(path, 5, &lock, NULL) ||
		    write(fds[1], "x", 1) != 1)
			_exit(1);
		usleep(milliseconds * 1000);
		_exit(0);
	}
	close(fds[1]);
	tap_ok(pid > 0 && read(fds[0], &c, 1) == 1, "another process has it");
	close(fds[0]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void alone(void)
{
	struct wax_lock *lock = NULL;
	struct stat st;

	umask(0);
	tap_err(wax_lock_take(path, 0, &lock, NULL), 0, NULL, "taken");
	umask(022);
	tap_ok(!stat(path, &st) && (st.st_mode & 0777) == 0600 && !st.st_size,
	       "an empty file, for the owner");
	wax_lock_free(lock);
	tap_ok(!stat(path, &st), "it stays");
	tap_err(wax_lock_take(path, 0, &lock, NULL), 0, NULL, "taken again");
	wax_lock_free(lock);
	wax_lock_free(NULL);
}

static void waiting(void)
{
	struct wax_lock *lock = NULL;
	pid_t pid = holder(300);
	double from = seconds();

	tap_err(wax_lock_take(path, 10, &lock, NULL), 0, NULL,
		"taken when that one ends");
	tap_ok(seconds() - from > 0.2, "and not before");
	tap_ok(seconds() - from < 5, "but soon");
	wax_lock_free(lock);
	end(pid);
}

static void refused(unsigned wait)
{
	struct wax_lock *lock = NULL;
	struct wax_diag diag = {0};
	pid_t pid = holder(60000);
	double from = seconds();
	char want[64];

	snprintf(want, sizeof(want), "process %ld ", (long)pid);
	tap_err(wax_lock_take(path, wait, &lock, &diag), WAX_ERR_STATE, &diag,
		"it stays locked: given up");
	tap_ok(strstr(diag.text, want) && strstr(diag.text, path),
	       "naming who has what: %s", diag.text);
	tap_ok(!lock, "and nothing is taken");
	tap_ok(seconds() - from >= wait && seconds() - from < wait + 3,
	       "after %u seconds", wait);
	kill(pid, SIGKILL);
	tap_err(wax_lock_take(path, 5, &lock, NULL), 0, NULL,
		"a killed process has it no more");
	wax_lock_free(lock);
	end(pid);
}

static void nothing(int sig)
{
	(void)sig;
}

/* Signals that are handled end neither the waiting nor the rest of it. */
static void interrupted(void)
{
	struct sigaction act = {.sa_handler = nothing};
	struct wax_lock *lock = NULL;
	pid_t pid = holder(300), other;
	double from = seconds();

	sigaction(SIGUSR1, &act, NULL);
	other = fork();
	if (!other) {
		for (int i = 0; i < 100; i++) {
			kill(getppid(), SIGUSR1);
			usleep(1000);
		}
		_exit(0);
	}
	tap_err(wax_lock_take(path, 10, &lock, NULL), 0, NULL,
		"taken, with signals in between");
	tap_ok(seconds() - from > 0.2, "and not before");
	wax_lock_free(lock);
	end(other);
	end(pid);
}

/* Adds 1 to a number in a file, rounds times. */
static void count(const char *file, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		struct wax_lock *lock;
		char text[16] = "";
		int fd, n;

		if (wax_lock_take(path, 30, &lock, NULL))
			_exit(1);
		fd = open(file, O_RDWR | O_CREAT, 0600);
		n = read(fd, text, sizeof(text) - 1) > 0 ? atoi(text) : 0;
		usleep(100);
		n = snprintf(text, sizeof(text), "%d", n + 1);
		if (pwrite(fd, text, (size_t)n, 0) != n)
			_exit(1);
		close(fd);
		wax_lock_free(lock);
	}
	_exit(0);
}

static void many(void)
{
	char file[sizeof(path) + 8], text[16] = "";
	int fd, status, bad = 0;

	snprintf(file, sizeof(file), "%s.n", path);
	for (int i = 0; i < 10; i++)
		if (!fork())
			count(file, 20);
	while (wait(&status) > 0)
		bad += status != 0;
	fd = open(file, O_RDONLY);
	tap_ok(read(fd, text, sizeof(text) - 1) > 0 && !bad,
	       "ten processes, each takes it often");
	close(fd);
	tap_text(text, "200", "one at a time");
	unlink(file);
}

static void no_lock(const char *where, int err, const char *what)
{
	struct wax_lock *lock = NULL;
	struct wax_diag diag = {0};

	tap_err(wax_lock_take(where, 1, &lock, &diag), err, &diag, "%s", what);
	tap_ok(!lock, "is no lock");
}

static void odd_files(const char *folder)
{
	char text[8] = "", odd[sizeof(path)];
	struct wax_lock *lock = NULL;
	int fd;

	snprintf(odd, sizeof(odd), "%s/odd", folder);
	no_lock(folder, WAX_ERR_IO, "a folder");
	if (!symlink(path, odd))
		no_lock(odd, WAX_ERR_IO, "a link");
	unlink(odd);
	if (!symlink("absent", odd))
		no_lock(odd, WAX_ERR_IO, "a dangling link");
	unlink(odd);
	strcat(odd, "/x");
	no_lock(odd, WAX_ERR_IO, "in no folder");
	fd = open(path, O_WRONLY | O_TRUNC);
	tap_ok(write(fd, "words", 5) == 5, "a file with words in it");
	close(fd);
	tap_err(wax_lock_take(path, 0, &lock, NULL), 0, NULL, "is one");
	wax_lock_free(lock);
	fd = open(path, O_RDONLY);
	tap_ok(read(fd, text, 5) == 5 && !strcmp(text, "words"),
	       "and still has them");
	close(fd);
}

/* A program that is started meanwhile gets no descriptor of it. */
static void not_inherited(void)
{
	struct wax_lock *lock = NULL;
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;
	int found = 0, kept = 0;

	if (!d) {
		tap_skip("inherited", "without /proc");
		return;
	}
	if (wax_lock_take(path, 0, &lock, NULL))
		exit(1);
	while ((e = readdir(d))) {
		char to[4096] = "";
		int fd = atoi(e->d_name);

		if (readlinkat(dirfd(d), e->d_name, to, sizeof(to) - 1) < 0 ||
		    strcmp(to, path) != 0)
			continue;
		found++;
		kept += !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	}
	tap_ok(found == 1 && !kept, "programs that start do not get it");
	closedir(d);
	wax_lock_free(lock);
}

int main(void)
{
	const char *folder = known_folder();
	char *real = realpath(folder, NULL);

	snprintf(path, sizeof(path), "%s/lock", real ? real : folder);
	alone();
	waiting();
	refused(0);
	refused(1);
	interrupted();
	many();
	not_inherited();
	odd_files(folder);
	free(real);
	known_folder_remove();
	return tap_end();
}
