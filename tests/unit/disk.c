/* SPDX-License-Identifier: ISC */
/*
 * What is on disk, for tests.
 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "disk.h"
#include "tap.h"

void disk_clear(int dir)
{
	DIR *folder;
	struct dirent *d;

	fchmod(dir, 0700);
	folder = fdopendir(dir);
	while (folder && (d = readdir(folder))) {
		int fd;

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..") ||
		    !unlinkat(dirfd(folder), d->d_name, 0))
			continue;
		fd = fchmodat(dirfd(folder), d->d_name, 0700, 0)
			     ? -1
			     : openat(dirfd(folder), d->d_name,
				      O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
		if (fd >= 0)
			disk_clear(fd);
		unlinkat(dirfd(folder), d->d_name, AT_REMOVEDIR);
	}
	if (folder)
		closedir(folder);
}

size_t disk_descriptors(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

void disk_give_up_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};

	if (syscall(SYS_capset, &header, none))
		tap_note("capabilities are kept");
}
