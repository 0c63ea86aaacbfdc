/* SPDX-License-Identifier: ISC */
/*
 * What a process behind walls must not be able to do: each attempt does it, and
 * tells whether it could. The process is prepared before main(): it leaves
 * open what it should have closed, and listens where nobody should connect.
 */
#ifndef TESTS_WALLS_ATTEMPTS_H
#define TESTS_WALLS_ATTEMPTS_H

#include <stdbool.h>
#include <stddef.h>

struct attempt {
	const char *name;
	int landlock; /* the version since which it stops it alone; 0: none */
	bool seccomp; /* it stops it alone */
	bool hard;    /* a kernel may forbid it to anyone */
	int (*attempt)(void); /* returns 0 when it was done, or errno */
};

/* Two lists that end in a NULL name: of files, and of all else. */
extern const struct attempt attempts_files[], attempts_system[];

/*
 * The folder that may be filled, and the file in it for the results, each -1
 * where there is none; the process that started this one; a folder elsewhere,
 * $WALLS_OUTSIDE, or rather the path of something in it, until the next call.
 */
extern int walls_dir, walls_results;
extern int walls_parent;
const char *outside(const char *name);

/* Sockets that listen: their ports on the loopback interface. */
extern unsigned short walls_tcp, walls_udp;

/* What a call that returns -1 for an error has come to. */
int tried(long result);

#endif
