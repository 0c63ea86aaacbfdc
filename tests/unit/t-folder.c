/* SPDX-License-Identifier: ISC */
/*
 * Folders that are filled aside: they come into place whole or not at all, over
 * nothing that was not to be replaced, and whatever fails in the middle is
 * undone. The calls that move and flush are replaced by our own here, which fail
 * when told to. It runs without capabilities, so that modes count for root.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "disk.h"
#include "sys/folder.h"
#include "tap.h"

/* What the calls below do. */
static struct {
	int moves;	  /* how many there were */
	int fail_at;	  /* the one that fails, from 1 */
	int fail_errno;	  /* and with what */
	bool no_flags;	  /* a file system that knows none */
	const char *pop;  /* appears right before the move of that name */
	const char *swap; /* is to give way to a link */
	int swap_at;	  /* when it was looked at so often; 0: removed */
	int syncfs_errno, fsync_errno;
} sys;

static int fail(int errnum)
{
	errno = errnum;
	return -1;
}

static void make_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		tap_note("'%s' cannot be made", name);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to,
	      unsigned flags)
{
	if (sys.no_flags && flags)
		return fail(EINVAL);
	if (++sys.moves == sys.fail_at)
		return fail(sys.fail_errno);
	if (sys.pop && strstr(sys.pop, to)) {
		make_file(sys.pop, "popped up");
		sys.pop = NULL;
	}
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

/* Somebody is quicker: the folder goes, and a link to another one comes. */
static void swap(int dir, const char *name)
{
	sys.swap = NULL;
	if (syscall(SYS_renameat2, dir, name, dir, "away", 0) ||
	    symlinkat("../../test", dir, name))
		tap_note("'%s' cannot be replaced", name);
}

int fstatat(int dir, const char *name, struct stat *st, int flags)
{
	int err = (int)syscall(SYS_newfstatat, dir, name, st, flags);

	if (!err && sys.swap && sys.swap_at && !strcmp(name, sys.swap) &&
	    !--sys.swap_at)
		swap(dir, name);
	return err;
}

int unlinkat(int dir, const char *name, int flags)
{
	int err = (int)syscall(SYS_unlinkat, dir, name, flags);

	if (err && errno == EISDIR && sys.swap && !sys.swap_at &&
	    !strcmp(name, sys.swap)) {
		swap(dir, name);
		errno = EISDIR;
	}
	return err;
}

int syncfs(int fd)
{
	(void)fd;
	return sys.syncfs_errno ? fail(sys.syncfs_errno) : 0;
}

int fsync(int fd)
{
	(void)fd;
	return sys.fsync_errno ? fail(sys.fsync_errno) : 0;
}

static void clean(void)
{
	memset(&sys, 0, sizeof(sys));
	disk_clear(open(".", O_RDONLY | O_DIRECTORY));
}

static size_t names_in(const char *path)
{
	DIR *folder = opendir(path);
	size_t n = 0;

	while (folder && readdir(folder))
		n++;
	if (folder)
		closedir(folder);
	return n < 2 ? 0 : n - 2;
}

static void has_text(const char *name, const char *want)
{
	char got[64] = "";
	FILE *f = fopen(name, "r");
	size_t n = f ? fread(got, 1, sizeof(got) - 1, f) : 0;

	tap_bytes(got, n, want, strlen(want), "'%s' is what it should be",
		  name);
	if (f)
		fclose(f);
}

static void has_mode(const char *name, mode_t mode)
{
	struct stat st;

	if (tap_ok(!lstat(name, &st), "'%s' is there", name))
		tap_is(st.st_mode, mode, "'%s' has its mode", name);
}

static struct wax_folder *begin(const char *path, bool replace)
{
	struct wax_folder *f = NULL;
	struct wax_diag diag = {0};

	tap_err(wax_folder_new(path, replace, &f, &diag), 0, &diag,
		"a folder for '%s'", path);
	if (!f)
		exit(tap_end());
	return f;
}

/* Something of each kind, with a folder that may not be written to. */
static void fill(const struct wax_folder *f)
{
	int back = open(".", O_RDONLY | O_DIRECTORY);

	tap_ok(!fchdir(wax_folder_fd(f)) && !symlink("file", "link") &&
		       !mkdir("locked", 0755) && !mkdir("locked/folder", 0755),
	       "it is filled");
	make_file("file", "new");
	make_file("other", "new");
	make_file("locked/folder/file", "new");
	chmod("locked/folder", 0);
	chmod("locked", 0555);
	if (fchdir(back))
		exit(1);
	close(back);
}

/* The current folder has one other folder in it. */
static void start_anew(void)
{
	clean();
	mkdir("test", 0700);
}

static void new_folder(const char *path)
{
	size_t before = disk_descriptors();
	struct wax_folder *f = begin(path, false);
	struct wax_diag diag = {0};
	struct stat st;

	tap_ok(access("new", F_OK), "it is not there yet");
	tap_is((long long)names_in("."), 2, "the fresh one is beside it");
	tap_ok(!fstat(wax_folder_fd(f), &st) && (st.st_mode & 0777) == 0700,
	       "and nobody else's");
	tap_is(wax_folder_umask(f), 027, "the umask");
	fill(f);
	tap_err(wax_folder_commit(f, &diag), 0, &diag, "the commit");
	wax_folder_free(f);
	has_mode("new", S_IFDIR | 0750);
	has_mode("new/locked", S_IFDIR | 0555);
	has_mode("new/locked/folder", S_IFDIR);
	has_mode("new/link", S_IFLNK | 0777);
	has_text("new/file", "new");
	tap_is((long long)names_in("."), 2, "nothing else is there");
	tap_is((long long)names_in("new"), 4, "all is in it");
	tap_is((long long)disk_descriptors(), (long long)before,
	       "all is closed");
}

static void given_up(const char *path, bool exists)
{
	struct wax_folder *f;
	char name[300];
	int fd;

	if (exists)
		mkdir("new", 0755);
	f = begin(path, false);
	fill(f);
	/* Deeper than there are descriptors. */
	fd = dup(wax_folder_fd(f));
	memset(name, 'x', 250);
	name[250] = '\0';
	for (int i = 0; i < 100; i++) {
		int next;

		mkdirat(fd, name, 0755);
		next = openat(fd, name, O_RDONLY | O_DIRECTORY);
		if (i % 20 == 10)
			fchmod(fd, 0);
		close(fd);
		fd = next;
	}
	close(fd);
	/* What fills it may do so. */
	fchmod(wax_folder_fd(f), 0);
	wax_folder_free(f);
	tap_is((long long)names_in("."), exists ? 2 : 1,
	       "nothing is left beside it");
	tap_is((long long)names_in("new"), 0, "and nothing in it");
	if (exists)
		rmdir("new");
}

/* What stands at "new" already, and is not a folder. */
static void in_its_place(void)
{
	static const struct {
		const char *path, *text;
		int err;
	} cases[] = {
		{"file", "'file' is no folder", WAX_ERR_USAGE},
		{"file/", "'file' is no folder", WAX_ERR_USAGE},
		{"file/new", "'file/new' is no folder", WAX_ERR_USAGE},
		{"dangling", "'dangling' is no folder", WAX_ERR_USAGE},
		{"loop", "'loop' is no folder", WAX_ERR_USAGE},
		{"missing/new",
		 "the folder of 'missing/new': No such file or directory",
		 WAX_ERR_IO},
		{"locked/new", "the folder of 'locked/new': Permission denied",
		 WAX_ERR_IO},
		{"locked", "'locked': Permission denied", WAX_ERR_IO},
		{"test/../missing/..",
		 "the folder of 'test/../missing/..': No such file or directory",
		 WAX_ERR_IO},
	};
	size_t before = disk_descriptors();

	make_file("file", "old");
	tap_ok(!symlink("nowhere", "dangling") && !symlink("loop", "loop") &&
		       !mkdir("locked", 0555),
	       "what is in the way");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wax_folder *f = NULL;
		struct wax_diag diag = {0};

		tap_err(wax_folder_new(cases[i].path, true, &f, &diag),
			cases[i].err, &diag, "'%s'", cases[i].path);
		tap_text(diag.text, cases[i].text, "and why");
		tap_ok(!f, "there is none");
	}
	tap_is((long long)names_in("."), 5, "nothing was made");
	tap_is((long long)disk_descriptors(), (long long)before,
	       "all is closed");
}

static void appeared(bool folder)
{
	struct wax_folder *f = begin("new", true);
	struct wax_diag diag = {0};

	fill(f);
	if (folder)
		mkdir("new", 0755);
	else
		make_file("new", "old");
	tap_err(wax_folder_commit(f, &diag), WAX_ERR_USAGE, &diag,
		"a %s appeared", folder ? "folder" : "file");
	tap_text(diag.text, "'new' has appeared meanwhile", "and why");
	wax_folder_free(f);
	tap_is((long long)names_in("."), 2, "it alone stays");
	if (folder)
		tap_is((long long)names_in("new"), 0, "as it was");
	else
		has_text("new", "old");
}

static void existing(const char *path)
{
	struct wax_folder *f;
	struct wax_diag diag = {0};

	tap_ok(!mkdir("new", 0700), "a folder");
	tap_ok(!symlink("new", "to-new"), "and a link to it");
	make_file("new/older", "old");
	f = begin(path, false);
	tap_is((long long)names_in("new"), 2, "the fresh one is in it");
	fill(f);
	tap_err(wax_folder_commit(f, &diag), 0, &diag, "the commit");
	wax_folder_free(f);
	has_mode("new", S_IFDIR | 0700);
	has_text("new/older", "old");
	has_text("new/file", "new");
	has_mode("new/locked", S_IFDIR | 0555);
	tap_is((long long)names_in("new"), 5, "all is in it, and no more");
}

/* One name is in the way; old is what it is. */
static void exists(const char *name, char old, bool replace, bool replaced)
{
	struct wax_folder *f;
	struct wax_diag diag = {0};
	char path[64];

	mkdir("new", 0755);
	snprintf(path, sizeof(path), "new/%s", name);
	if (old == 'f')
		make_file(path, "old");
	else if (old == 'l')
		tap_ok(!symlink("nowhere", path), "a link");
	else
		mkdir(path, 0755);
	f = begin("new", replace);
	fill(f);
	tap_err(wax_folder_commit(f, &diag), replaced ? 0 : WAX_ERR_USAGE,
		&diag, "%c in the way of %s%s", old, name,
		replace ? ", replacing" : "");
	wax_folder_free(f);
	tap_is((long long)names_in("new"), replaced ? 4 : 1, "what is there");
	if (!replaced)
		has_mode(path, old == 'f'   ? S_IFREG | 0640
			       : old == 'l' ? S_IFLNK | 0777
					    : S_IFDIR | 0750);
	else if (!strcmp(name, "file"))
		has_text(path, "new");
	else
		has_mode(path, S_IFLNK | 0777);
	start_anew();
}

static void in_the_way(void)
{
	exists("file", 'f', false, false);
	exists("file", 'l', false, false);
	exists("file", 'd', false, false);
	exists("link", 'f', false, false);
	exists("locked", 'd', false, false);
	exists("file", 'f', true, true);
	exists("file", 'l', true, true);
	exists("link", 'f', true, true);
	exists("link", 'l', true, true);
	exists("file", 'd', true, false);
	exists("link", 'd', true, false);
	exists("locked", 'f', true, false);
	exists("locked", 'l', true, false);
	exists("locked", 'd', true, false);
}

/* The nth of the four moves fails; what was moved goes back. */
static void undone(int n, bool replace, int errnum)
{
	struct stat before, after;
	struct wax_folder *f;
	struct wax_diag diag = {0};

	mkdir("new", 0755);
	if (replace) {
		make_file("new/file", "old file");
		make_file("new/link", "old link");
		make_file("new/other", "old other");
	}
	stat("new/file", &before);
	f = begin("new", replace);
	fill(f);
	sys.fail_at = n;
	sys.fail_errno = errnum;
	tap_err(wax_folder_commit(f, &diag),
		errnum == EEXIST ? WAX_ERR_USAGE : WAX_ERR_IO, &diag,
		"move %d fails%s", n, replace ? ", replacing" : "");
	tap_is((long long)names_in("new"), replace ? 4 : 1,
	       "what was moved went back");
	sys.fail_at = 0;
	wax_folder_free(f);
	tap_is((long long)names_in("new"), replace ? 3 : 0, "all is as it was");
	if (replace) {
		has_text("new/file", "old file");
		has_text("new/link", "old link");
		has_text("new/other", "old other");
		tap_ok(!stat("new/file", &after) &&
			       before.st_ino == after.st_ino,
		       "it is the very file");
	}
	start_anew();
}

/* Something appears between the look and the move. */
static void popped_up(const char *name, bool replace)
{
	struct wax_folder *f;
	struct wax_diag diag = {0};
	char path[64];

	mkdir("new", 0755);
	snprintf(path, sizeof(path), "new/%s", name);
	f = begin("new", replace);
	fill(f);
	sys.pop = path;
	tap_err(wax_folder_commit(f, &diag), WAX_ERR_USAGE, &diag,
		"%s appears in the last moment", path);
	wax_folder_free(f);
	tap_is((long long)names_in("new"), 1, "it alone is there");
	has_text(path, "popped up");
	start_anew();
}

/* A link in the place of a folder does not lead a change of mode outside. */
static void swapped(int at)
{
	struct wax_folder *f;
	struct stat before, after;

	mkdir("new", 0755);
	chmod("test", 0511);
	stat("test", &before);
	f = begin("new", false);
	fill(f);
	sys.swap = "locked";
	sys.swap_at = at;
	if (at)
		wax_folder_commit(f, NULL);
	wax_folder_free(f);
	tap_ok(!sys.swap, "another was quicker, at %d", at);
	if (tap_ok(!stat("test", &after), "a folder elsewhere is there"))
		tap_is(after.st_mode, before.st_mode, "and keeps its mode");
	start_anew();
}

static void without_flags(void)
{
	struct wax_folder *f;
	struct wax_diag diag = {0};

	sys.no_flags = true;
	new_folder("new");
	start_anew();
	sys.no_flags = true;
	existing("new");
	f = begin("new", false);
	fill(f);
	tap_err(wax_folder_commit(f, &diag), WAX_ERR_USAGE, &diag,
		"they exist");
	wax_folder_free(f);
	tap_is((long long)names_in("new"), 5, "as before");
	start_anew();
	sys.no_flags = true;
	mkdir("new", 0755);
	make_file("new/file", "old");
	f = begin("new", true);
	fill(f);
	/* Nothing is lost where two names cannot be exchanged. */
	tap_err(wax_folder_commit(f, &diag), WAX_ERR_USAGE, &diag,
		"one is to be replaced");
	wax_folder_free(f);
	tap_is((long long)names_in("new"), 1, "it alone is there");
	has_text("new/file", "old");
	start_anew();
}

static void flushes(bool exists)
{
	struct wax_folder *f;
	struct wax_diag diag = {0};

	if (exists)
		mkdir("new", 0755);
	sys.syncfs_errno = EIO;
	f = begin("new", false);
	fill(f);
	tap_err(wax_folder_commit(f, &diag), WAX_ERR_IO, &diag,
		"the data cannot be flushed");
	wax_folder_free(f);
	tap_is((long long)names_in("new"), 0, "nothing is there");
	tap_is((long long)names_in("."), exists ? 2 : 1, "nor beside it");
	sys.syncfs_errno = 0;
	sys.fsync_errno = EIO;
	f = begin("new", false);
	fill(f);
	tap_err(wax_folder_commit(f, &diag), WAX_ERR_IO, &diag,
		"the folder cannot be flushed");
	tap_ok(strstr(diag.text, "is complete") != NULL, "it says so");
	wax_folder_free(f);
	tap_is((long long)names_in("new"), 4, "it is complete");
	start_anew();
}

static void all(void)
{
	static const char *const paths[] = {"new",    "new/",	     "./new",
					    "new///", "test/../new", NULL};

	mkdir("test", 0700);
	for (const char *const *p = paths; *p; p++) {
		new_folder(*p);
		start_anew();
		given_up(*p, false);
		given_up(*p, true);
		existing(*p);
		start_anew();
	}
	existing("to-new");
	start_anew();
	in_its_place();
	start_anew();
	for (int folder = 0; folder < 2; folder++) {
		appeared(folder);
		start_anew();
	}
	in_the_way();
	for (int n = 1; n <= 4; n++)
		for (int replace = 0; replace < 2; replace++) {
			undone(n, replace, EIO);
			undone(n, replace, EEXIST);
		}
	popped_up("file", false);
	popped_up("other", true);
	popped_up("locked", true);
	for (int at = 0; at < 3; at++)
		swapped(at);
	without_flags();
	flushes(false);
	flushes(true);
	clean();
}

int main(void)
{
	char where[4096];
	const char *tmp = getenv("TMPDIR");
	const struct rlimit few = {32, 32};

	snprintf(where, sizeof(where), "%s/wax-t-folder-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(where) || chdir(where)) {
		perror(where);
		return 1;
	}
	umask(027);
	disk_give_up_capabilities();
	setrlimit(RLIMIT_NOFILE, &few);
	all();
	wax_folder_free(NULL);
	if (chdir("/") || rmdir(where))
		tap_ok(false, "nothing is left in %s", where);
	return tap_end();
}
