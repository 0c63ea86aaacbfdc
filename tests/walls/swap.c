/* SPDX-License-Identifier: ISC */
/*
 * Exchanges folders for a link, and back, as fast as it can until it is killed:
 * "swap" in the current folder and in each fresh folder of an unpacker there.
 *
 *	swap LINK
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The link takes the place of a folder only, which then waits in its place. */
static void exchange(const char *link, const char *place)
{
	struct stat st;

	if (lstat(place, &st) || !S_ISDIR(st.st_mode))
		return;
	for (int i = 0; i < 200; i++)
		renameat2(AT_FDCWD, link, AT_FDCWD, place, RENAME_EXCHANGE);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	for (;;) {
		DIR *here = opendir(".");
		struct dirent *d;
		char place[512];

		exchange(argv[1], "swap");
		while (here && (d = readdir(here))) {
			if (strncmp(d->d_name, ".wax-", 5))
				continue;
			snprintf(place, sizeof(place), "%s/swap", d->d_name);
			exchange(argv[1], place);
		}
		if (here)
			closedir(here);
	}
}
