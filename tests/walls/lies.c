/* SPDX-License-Identifier: ISC */
/*
 * A wax_unpack() that was taken over: it cannot get out, so it lies to whoever
 * waits for it. $WALLS_LIE says how. Linked in the place of the real one.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/archive.h"
#include "cmd/cage.h"

/* Text without an end that moves the cursor, and a hint likewise. */
static int shout(struct wax_diag *diag)
{
	static const char evil[] = "\x1b[2J\x1b]0;evil\a\nroot# \xff\r";

	for (size_t i = 0; i < sizeof(*diag); i++)
		((char *)diag)[i] = evil[i % (sizeof(evil) - 1)];
	return WAX_ERR_FORMAT;
}

/* The numbers of an i386 process, which no filter here is about. */
static int call_as_i386(void)
{
#if defined(__x86_64__)
	long result = 20; /* getpid */

	__asm__ volatile("int $0x80" : "+a"(result)::"memory");
#endif
	return 0;
}

/* Reports success, and then goes on. */
static int linger(int dir)
{
	static const char
		report[sizeof(int) + sizeof(struct wax_diag) + CAGE_MORE_MAX];

	for (int fd = 3; fd < 64; fd++)
		if (fd != dir && write(fd, report, sizeof(report)) > 0)
			break;
	for (;;) {
		int fd = openat(dir, "lie", O_WRONLY | O_TRUNC);

		if (fd >= 0 && write(fd, "later", 5) == 5)
			close(fd);
	}
	return 0;
}

int wax_unpack(const struct wax_unpack *u, struct wax_source *from,
	       struct wax_diag *diag)
{
	const char *lie = getenv("WALLS_LIE");
	int fd = openat(u->dir, "lie", O_WRONLY | O_CREAT, 0666);

	(void)from;
	if (fd >= 0)
		close(fd);
	if (!strcmp(lie, "shout"))
		return shout(diag);
	if (!strcmp(lie, "list"))
		return u->entry(u->ctx, "\x1b[2J\x1b]0;evil\a", NULL, diag);
	if (!strcmp(lie, "positive"))
		return 42;
	if (!strcmp(lie, "negative"))
		return INT_MIN;
	if (!strcmp(lie, "exit"))
		_exit(0);
	if (!strcmp(lie, "status"))
		_exit(3);
	if (!strcmp(lie, "crash"))
		__builtin_trap();
	if (!strcmp(lie, "i386"))
		return call_as_i386();
	if (!strcmp(lie, "linger"))
		return linger(u->dir);
	/* Garbage in the place of the report. */
	for (int report = 3; report < 64; report++)
		if (write(report, "done", 4) == 4)
			_exit(0);
	return 0;
}
