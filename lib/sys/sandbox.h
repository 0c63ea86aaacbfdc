/* SPDX-License-Identifier: ISC */
/*
 * Walls around a process that is about to parse what an attacker wrote.
 */
#ifndef WAX_SYS_SANDBOX_H
#define WAX_SYS_SANDBOX_H

#include <stdbool.h>
#include <wax/error.h>

/* What the kernel has for it. */
struct wax_sandbox {
	int landlock; /* Landlock's ABI version; 0: there is none */
	bool seccomp;
};

void wax_sandbox_probe(struct wax_sandbox *out);

/*
 * Confines the calling thread for good, and what it starts. Landlock: no file
 * can be opened, made or changed but beneath the folder dir (-1: nowhere),
 * where files, folders and symbolic links can be made; TCP and the signals and
 * abstract sockets of other processes are out of reach where its version can do
 * that. seccomp: no system calls but those that this needs; so no program, no
 * socket, no memory that can be executed. Open descriptors stay what they are.
 *
 * What the kernel has not is left out; what it has and refuses is WAX_ERR_IO.
 */
int wax_sandbox_enter(int dir, struct wax_diag *diag);

#endif
