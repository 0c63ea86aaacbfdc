/* SPDX-License-Identifier: ISC */
/*
 * The process that takes an archive apart: behind walls, with nothing open but
 * the archive, the folder to fill, and pipes for its report and the names.
 */
#ifndef WAX_CMD_JAIL_H
#define WAX_CMD_JAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/archive.h"

#include "cage.h"

struct jail {
	struct cage cage;
	int list;		  /* the names, read end; -1 */
	_Atomic(uint64_t) *taken; /* what it has read, in shared memory */
};

/*
 * Starts it, to unpack the source, which reads the descriptor input, as u says;
 * with list set it tells the names, a line each.
 */
int jail_start(struct jail *j, const struct wax_unpack *u,
	       struct wax_source *from, int input, bool list,
	       struct wax_diag *diag);

/* Reads its report, when the pipe has it, and waits for it. */
int jail_wait(struct jail *j, struct wax_diag *diag);

/* Ends it, if it is still there. */
void jail_release(struct jail *j);

/* In words, what the kernel has for the walls: a line. */
const char *jail_walls(void);

#endif
