/* SPDX-License-Identifier: ISC */
/*
 * What is in a folder: reading it, and removing it.
 */
#ifndef WAX_SYS_CLEAR_H
#define WAX_SYS_CLEAR_H

#include <dirent.h>

/* Opens a folder for reading its entries; fd stays open. NULL with errno. */
DIR *wax_entries_of(int fd);

/* The next name but "." and "..", or NULL: at the end errno is 0. */
const char *wax_entries_next(DIR *folder);

/*
 * Removes all that is in a folder of our own, as far as that is possible; how
 * deep it is does not matter.
 */
void wax_folder_clear(int fd);

#endif
