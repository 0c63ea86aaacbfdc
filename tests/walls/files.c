/* SPDX-License-Identifier: ISC */
/*
 * Attempts at files outside the folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/walls/attempts.h"

static int open_at(int dir, const char *path, int flags)
{
	int fd = openat(dir, path, flags, 0666);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int read_passwd(void)
{
	return open_at(AT_FDCWD, "/etc/passwd", O_RDONLY);
}

/* Where standard streams were closed, something stands in their place. */
static int read_from_placeholder(void)
{
	for (int fd = 0; fd < 2; fd++)
		if (!open_at(fd, "etc/passwd", O_RDONLY))
			return 0;
	return open_at(2, "etc/passwd", O_RDONLY) ? EACCES : 0;
}

static int read_outside(void)
{
	return open_at(AT_FDCWD, outside("file"), O_RDONLY);
}

static int read_here(void)
{
	return open_at(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY);
}

static int write_outside(void)
{
	return open_at(AT_FDCWD, outside("file"), O_WRONLY);
}

static int append_outside(void)
{
	return open_at(AT_FDCWD, outside("file"), O_RDWR | O_APPEND);
}

static int empty_outside(void)
{
	return open_at(AT_FDCWD, outside("file"), O_WRONLY | O_TRUNC);
}

/* Neither for reading nor for writing, but it can be truncated. */
static int empty_by_access_mode_3(void)
{
	return open_at(AT_FDCWD, outside("file"), O_ACCMODE | O_TRUNC);
}

static int chmod_by_access_mode_3(void)
{
	int fd = open(outside("file"), O_ACCMODE);

	return fd < 0 ? errno : tried(fchmod(fd, 04777));
}

static int create_outside(void)
{
	return open_at(AT_FDCWD, outside("new"), O_WRONLY | O_CREAT | O_EXCL);
}

static int create_nameless(void)
{
	return open_at(AT_FDCWD, outside("."), O_WRONLY | O_TMPFILE);
}

static int create_here(void)
{
	return open_at(AT_FDCWD, "new", O_WRONLY | O_CREAT | O_EXCL);
}

static int create_above(void)
{
	return open_at(walls_dir, "../above", O_WRONLY | O_CREAT | O_EXCL);
}

static int create_through_link(void)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s", outside("by-link"));
	if (symlinkat(path, walls_dir, "link"))
		return errno;
	return open_at(walls_dir, "link", O_WRONLY | O_CREAT);
}

static int mkdir_outside(void)
{
	return tried(mkdirat(AT_FDCWD, outside("newdir"), 0777));
}

static int mkdir_above(void)
{
	return tried(mkdirat(walls_dir, "../abovedir", 0777));
}

static int symlink_outside(void)
{
	return tried(symlinkat("x", AT_FDCWD, outside("newlink")));
}

static int symlink_above(void)
{
	return tried(symlinkat("x", walls_dir, "../abovelink"));
}

static int mkfifo_outside(void)
{
	return tried(mknodat(AT_FDCWD, outside("fifo"), S_IFIFO | 0666, 0));
}

static int mkfifo_inside(void)
{
	return tried(mknodat(walls_dir, "fifo", S_IFIFO | 0666, 0));
}

static int unlink_outside(void)
{
	return tried(unlinkat(AT_FDCWD, outside("unlinked"), 0));
}

static int rmdir_outside(void)
{
	return tried(unlinkat(AT_FDCWD, outside("removed"), AT_REMOVEDIR));
}

static int rename_outside(void)
{
	char from[4096];

	snprintf(from, sizeof(from), "%s", outside("renamed"));
	return tried(renameat(AT_FDCWD, from, AT_FDCWD, outside("renamed2")));
}

static int rename_in(void)
{
	return tried(renameat(AT_FDCWD, outside("stolen"), walls_dir, "in"));
}

static int rename_out(void)
{
	close(openat(walls_dir, "out", O_WRONLY | O_CREAT, 0666));
	return tried(renameat(walls_dir, "out", AT_FDCWD, outside("out")));
}

static int link_outside(void)
{
	char from[4096];

	snprintf(from, sizeof(from), "%s", outside("file"));
	return tried(linkat(AT_FDCWD, from, AT_FDCWD, outside("linked"), 0));
}

static int link_in(void)
{
	return tried(linkat(AT_FDCWD, outside("file"), walls_dir, "linked", 0));
}

static int chmod_outside(void)
{
	return tried(fchmodat(AT_FDCWD, outside("file"), 0777, 0));
}

static int chown_outside(void)
{
	return tried(
		fchownat(AT_FDCWD, outside("file"), geteuid(), (gid_t)-1, 0));
}

static int touch_outside(void)
{
	return tried(utimensat(AT_FDCWD, outside("file"), NULL, 0));
}

static int truncate_outside(void)
{
	return tried(truncate(outside("file"), 0));
}

static int setxattr_outside(void)
{
	return tried(setxattr(outside("file"), "user.wax", "x", 1, 0));
}

static int setuid_file(void)
{
	int fd = openat(walls_dir, "setuid", O_WRONLY | O_CREAT, 0666);
	int err = fd < 0 ? errno : tried(fchmod(fd, 04755));

	close(fd);
	return err;
}

static int setuid_open(void)
{
	return tried(openat(walls_dir, "setuid2", O_WRONLY | O_CREAT, 04755));
}

static int setgid_folder(void)
{
	int fd = openat(walls_dir, ".", O_RDONLY | O_DIRECTORY);
	int err = fd < 0 ? errno : tried(fchmod(fd, 02755));

	close(fd);
	return err;
}

static int chdir_outside(void)
{
	return tried(chdir(outside(".")));
}

static int chroot_outside(void)
{
	return tried(chroot(outside(".")));
}

static int read_environment(void)
{
	return open_at(AT_FDCWD, "/proc/self/environ", O_RDONLY);
}

static int open_parents_memory(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", walls_parent);
	return open_at(AT_FDCWD, path, O_RDWR);
}

static int open_own_memory(void)
{
	return open_at(AT_FDCWD, "/proc/self/mem", O_RDWR);
}

static int reopen_descriptor(void)
{
	return open_at(AT_FDCWD, "/proc/self/fd/0", O_RDONLY);
}

static int open_device(void)
{
	return open_at(AT_FDCWD, "/dev/null", O_WRONLY);
}

static int open_by_handle(void)
{
	int mount;
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} h = {.handle = {.handle_bytes = MAX_HANDLE_SZ}};

	return tried(name_to_handle_at(AT_FDCWD, outside("file"), &h.handle,
				       &mount, 0));
}

const struct attempt attempts_files[] = {
	{"read /etc/passwd", 1, false, false, read_passwd},
	{"read by a placeholder", 1, false, true, read_from_placeholder},
	{"read a file", 1, false, false, read_outside},
	{"list a folder", 1, false, false, read_here},
	{"write a file", 1, false, false, write_outside},
	{"append to a file", 1, false, false, append_outside},
	{"empty a file", 1, false, false, empty_outside},
	{"empty by access mode 3", 3, true, false, empty_by_access_mode_3},
	{"chmod by access mode 3", 0, true, false, chmod_by_access_mode_3},
	{"create a file", 1, false, false, create_outside},
	{"create a nameless file", 1, false, true, create_nameless},
	{"create a file here", 1, false, false, create_here},
	{"create a file above", 1, false, false, create_above},
	{"create through a link", 1, false, false, create_through_link},
	{"mkdir", 1, false, false, mkdir_outside},
	{"mkdir above", 1, false, false, mkdir_above},
	{"symlink", 1, false, false, symlink_outside},
	{"symlink above", 1, false, false, symlink_above},
	{"mkfifo", 1, true, false, mkfifo_outside},
	{"mkfifo inside", 1, true, false, mkfifo_inside},
	{"unlink", 1, true, false, unlink_outside},
	{"rmdir", 1, true, false, rmdir_outside},
	{"rename", 1, true, false, rename_outside},
	{"rename inwards", 1, true, false, rename_in},
	{"rename outwards", 1, true, false, rename_out},
	{"link", 1, true, false, link_outside},
	{"link inwards", 1, true, false, link_in},
	{"chmod", 0, true, false, chmod_outside},
	{"chown", 0, true, false, chown_outside},
	{"touch", 0, true, false, touch_outside},
	{"truncate", 3, true, false, truncate_outside},
	{"setxattr", 0, true, true, setxattr_outside},
	{"a setuid file by fchmod", 0, true, false, setuid_file},
	{"a setuid file by open", 0, true, false, setuid_open},
	{"a setgid folder", 0, true, false, setgid_folder},
	{"chdir", 0, true, false, chdir_outside},
	{"chroot", 0, true, true, chroot_outside},
	{"read the environment", 1, false, false, read_environment},
	{"open the parent's memory", 1, false, true, open_parents_memory},
	{"open its own memory", 1, false, false, open_own_memory},
	{"reopen a descriptor", 1, false, false, reopen_descriptor},
	{"open a device", 1, false, false, open_device},
	{"open by handle", 0, true, true, open_by_handle},
	{NULL, 0, false, false, NULL}};
