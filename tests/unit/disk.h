/* SPDX-License-Identifier: ISC */
/*
 * For tests of what is on disk: they start in an empty folder, without what
 * root may do, and count what stays open.
 */
#ifndef TESTS_UNIT_DISK_H
#define TESTS_UNIT_DISK_H

#include <stddef.h>

/* Removes what is in a folder, whatever its modes, and closes it. */
void disk_clear(int dir);

/* How many descriptors are open. */
size_t disk_descriptors(void);

/* Gives up the process's capabilities, so that modes count for root. */
void disk_give_up_capabilities(void);

#endif
