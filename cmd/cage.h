/* SPDX-License-Identifier: ISC */
/*
 * A process of our own that reads what an attacker wrote: it keeps no
 * descriptors but those that it is given, may use so much memory and no more,
 * and ends with a report, of which nothing is believed. The walls are for the
 * function to put up, before it reads anything.
 */
#ifndef WAX_CMD_CAGE_H
#define WAX_CMD_CAGE_H

#include <sys/types.h>
#include <wax.h>

struct cage {
	pid_t pid;  /* 0: there is none */
	int report; /* the pipe for it, read end */
	const char *name;
};

/* How much more than an error it can report. */
#define CAGE_MORE_MAX 64

/*
 * What it does. more, of a size told to cage_wait(), goes with the report; it
 * is zero at first.
 */
typedef int cage_fn(void *ctx, void *more, struct wax_diag *diag);

/*
 * Starts it, named so in messages. It keeps the n descriptors, of which -1 is
 * none.
 */
int cage_start(struct cage *c, const char *name, cage_fn *fn, void *ctx,
	       const int *keep, size_t n, struct wax_diag *diag);

/*
 * Reads its report, when the pipe has it, and ends it. Returns what it
 * reported; more, unless NULL, is filled with its first size bytes.
 */
int cage_wait(struct cage *c, void *more, size_t size, struct wax_diag *diag);

/* Ends it, if it is still there. */
void cage_release(struct cage *c);

#endif
