/* SPDX-License-Identifier: ISC */
/*
 * The tree: what is made in it and with which attributes, also in folders that
 * are left and entered again; what exists; and what becomes of folders that
 * somebody replaces meanwhile. It runs without capabilities, so that modes mean
 * for root what they mean for everybody.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/tree.h"
#include "disk.h"
#include "tap.h"

static int root = -1; /* of the current test, "tree" */

static struct wax_tree *begin(mode_t mask, uint64_t folders)
{
	struct wax_tree *t = NULL;

	if (mkdir("tree", 0700) ||
	    (root = open("tree", O_RDONLY | O_DIRECTORY)) < 0 ||
	    wax_tree_new(root, mask, folders, &t, NULL)) {
		perror("tree");
		exit(1);
	}
	return t;
}

static void end(struct wax_tree *t)
{
	wax_tree_free(t);
	disk_clear(root);
	rmdir("tree");
}

static const struct wax_path *path_of(const char *name)
{
	static struct wax_path path;
	const char *why = wax_path_parse(&path, name);

	if (why) {
		tap_note("'%s': %s", name, why);
		exit(1);
	}
	return &path;
}

static int folder(struct wax_tree *t, const char *name, mode_t mode,
		  time_t mtime, struct wax_diag *diag)
{
	const struct wax_attributes a = {mode, {mtime, 0}};

	return wax_tree_folder(t, path_of(name), &a, diag);
}

static int file(struct wax_tree *t, const char *name, mode_t mode, time_t mtime,
		struct wax_diag *diag)
{
	const struct wax_attributes a = {mode, {mtime, 123456789}};
	int fd, err = wax_tree_file(t, path_of(name), &a, &fd, diag);

	if (err)
		return err;
	if (write(fd, name, strlen(name)) != (ssize_t)strlen(name))
		tap_note("'%s' cannot be written", name);
	return wax_tree_close_file(fd, &a, diag);
}

static int sym(struct wax_tree *t, const char *name, const char *target,
	       struct wax_diag *diag)
{
	return wax_tree_link(t, path_of(name), target, diag);
}

/* What is there: its type and mode, and its time unless that is 0. */
static void expect(const char *name, mode_t mode, time_t mtime)
{
	struct stat st;

	if (!tap_ok(!fstatat(root, name, &st, AT_SYMLINK_NOFOLLOW),
		    "'%s' is there", name))
		return;
	tap_is(st.st_mode, mode, "'%s' has its mode", name);
	if (mtime)
		tap_is(st.st_mtime, mtime, "'%s' has its time", name);
}

static void expect_none(const char *name)
{
	struct stat st;

	tap_ok(fstatat(AT_FDCWD, name, &st, AT_SYMLINK_NOFOLLOW) &&
		       errno == ENOENT,
	       "'%s' is not there", name);
}

static void attributes(void)
{
	struct wax_tree *t = begin(027, 0);
	struct wax_diag diag = {0};
	struct stat st;
	char target[16] = "";

	tap_err(folder(t, "a", 0777, 100, &diag), 0, &diag, "a folder");
	tap_err(file(t, "a/f", 0666, 200, &diag), 0, &diag, "a file in it");
	tap_err(file(t, "b/c/g", 07777, -5, &diag), 0, &diag, "one deep down");
	tap_err(sym(t, "a/l", "f", &diag), 0, &diag, "a link");
	tap_err(file(t, "a/0", 0, 300, &diag), 0, &diag, "one of no mode");
	tap_err(folder(t, "a/s", 07777, 400, &diag), 0, &diag, "all bits");
	tap_err(folder(t, ".", 0, 1, &diag), 0, &diag, "the folder itself");
	tap_err(wax_tree_finish(t, &diag), 0, &diag, "the end");
	expect("a", S_IFDIR | 0750, 100);
	expect("a/f", S_IFREG | 0640, 200);
	expect("b", S_IFDIR | 0750, 0);
	expect("b/c", S_IFDIR | 0750, 0);
	expect("b/c/g", S_IFREG | 0750, -5);
	expect("a/0", S_IFREG, 300);
	expect("a/s", S_IFDIR | 0750, 400);
	expect("a/l", S_IFLNK | 0777, 0);
	expect(".", S_IFDIR | 0700, 0);
	tap_ok(readlinkat(root, "a/l", target, sizeof(target)) == 1 &&
		       *target == 'f',
	       "the link's target");
	tap_ok(!fstatat(root, "a/f", &st, 0) && st.st_size == 3 &&
		       st.st_mtim.tv_nsec == 123456789,
	       "its data, and its time to the nanosecond");
	end(t);
}

/* As they come in archives that were added to. */
static void entered_again(void)
{
	struct wax_tree *t = begin(022, 0);
	struct wax_diag diag = {0};

	tap_err(folder(t, "a", 0711, 100, &diag), 0, &diag, "a");
	tap_err(file(t, "a/1", 0644, 1, &diag), 0, &diag, "a/1");
	tap_err(file(t, "b/1", 0644, 1, &diag), 0, &diag, "b/1 leaves a");
	tap_err(file(t, "a/2", 0644, 1, &diag), 0, &diag, "a/2 enters it");
	tap_err(folder(t, "b", 0500, 200, &diag), 0, &diag, "b gets a mode");
	tap_err(file(t, "c", 0644, 1, &diag), 0, &diag, "c leaves b");
	tap_err(file(t, "b/2", 0644, 1, &diag), 0, &diag,
		"b/2, in a folder that may not be written to");
	tap_err(file(t, "b/d/3", 0644, 1, &diag), 0, &diag, "and below");
	tap_err(folder(t, "a", 0755, 300, &diag), 0, &diag, "a once more");
	tap_err(folder(t, "e", 0, 400, &diag), 0, &diag, "e, for nobody");
	tap_err(file(t, "e/1", 0644, 1, &diag), 0, &diag, "e/1");
	tap_err(wax_tree_finish(t, &diag), 0, &diag, "the end");
	expect("a", S_IFDIR | 0755, 300);
	expect("b", S_IFDIR | 0500, 200);
	expect("b/2", S_IFREG | 0644, 1);
	expect("b/d", S_IFDIR | 0755, 0);
	expect("e", S_IFDIR | 0500, 400);
	end(t);
}

static void twice(void)
{
	struct wax_tree *t = begin(022, 0);
	struct wax_diag diag = {0};

	tap_err(file(t, "f", 0644, 1, &diag), 0, &diag, "a file");
	tap_err(folder(t, "d", 0755, 1, &diag), 0, &diag, "a folder");
	tap_err(sym(t, "l", "d", &diag), 0, &diag, "a link to it");
	tap_err(sym(t, "x", "nowhere", &diag), 0, &diag, "one to nothing");
	tap_err(file(t, "f", 0600, 2, &diag), WAX_ERR_FORMAT, &diag, "f, f");
	tap_text(diag.text, "it is there twice", "and why");
	tap_err(file(t, "d", 0600, 2, &diag), WAX_ERR_FORMAT, &diag, "d, f");
	tap_err(file(t, "l", 0600, 2, &diag), WAX_ERR_FORMAT, &diag, "l, f");
	tap_err(file(t, "x", 0600, 2, &diag), WAX_ERR_FORMAT, &diag, "x, f");
	tap_err(sym(t, "f", "d", &diag), WAX_ERR_FORMAT, &diag, "f, l");
	tap_err(sym(t, "d", "f", &diag), WAX_ERR_FORMAT, &diag, "d, l");
	tap_err(sym(t, "l", "f", &diag), WAX_ERR_FORMAT, &diag, "l, l");
	tap_err(folder(t, "f", 0755, 2, &diag), WAX_ERR_FORMAT, &diag, "f, d");
	tap_text(diag.text, "'f' is there already, and no folder", "and why");
	tap_err(folder(t, "l", 0755, 2, &diag), WAX_ERR_FORMAT, &diag, "l, d");
	tap_err(folder(t, "x", 0755, 2, &diag), WAX_ERR_FORMAT, &diag, "x, d");
	tap_err(file(t, "f/a", 0644, 1, &diag), WAX_ERR_FORMAT, &diag, "f/a");
	tap_err(file(t, "l/a", 0644, 1, &diag), WAX_ERR_FORMAT, &diag, "l/a");
	tap_err(sym(t, "l/a", "f", &diag), WAX_ERR_FORMAT, &diag, "l/a, l");
	tap_err(folder(t, "l/a", 0755, 1, &diag), WAX_ERR_FORMAT, &diag,
		"l/a/");
	tap_err(file(t, "x/a", 0644, 1, &diag), WAX_ERR_FORMAT, &diag, "x/a");
	tap_err(wax_tree_finish(t, &diag), 0, &diag, "the end");
	expect("f", S_IFREG | 0644, 1);
	expect("d", S_IFDIR | 0755, 1);
	expect_none("tree/d/a");
	expect_none("tree/nowhere");
	end(t);
}

/* Somebody moves things about, and outside is where nothing may get. */
static void moved_meanwhile(void)
{
	struct wax_tree *t = begin(022, 0);
	struct wax_diag diag = {0};

	mkdir("outside", 0755);
	tap_err(file(t, "a/1", 0644, 1, &diag), 0, &diag, "a/1");
	tap_err(file(t, "b/1", 0644, 1, &diag), 0, &diag, "b/1");
	tap_ok(!rename("tree/a", "tree/away") &&
		       !symlink("../outside", "tree/a"),
	       "a is replaced");
	tap_err(file(t, "a/2", 0644, 1, &diag), WAX_ERR_FORMAT, &diag, "a/2");
	tap_err(folder(t, "a", 0777, 1, &diag), WAX_ERR_FORMAT, &diag, "a/");
	tap_err(folder(t, "a/c", 0777, 1, &diag), WAX_ERR_FORMAT, &diag,
		"a/c/");
	tap_err(sym(t, "a/l", "1", &diag), WAX_ERR_FORMAT, &diag, "a/l");
	expect_none("outside/2");
	expect_none("outside/c");
	expect_none("outside/l");

	/* One that is open is the one that it was. */
	tap_err(file(t, "d/1", 0644, 1, &diag), 0, &diag, "d/1");
	tap_ok(!rename("tree/d", "tree/moved") &&
		       !symlink("../outside", "tree/d"),
	       "d is replaced");
	tap_err(file(t, "d/2", 0644, 1, &diag), 0, &diag, "d/2");
	expect("moved/2", S_IFREG | 0644, 1);
	expect_none("outside/2");
	tap_err(wax_tree_finish(t, &diag), 0, &diag, "the end");
	end(t);
	tap_ok(!rmdir("outside"), "nothing got outside");
}

static void deep(void)
{
	struct wax_tree *t = begin(022, 0);
	struct wax_diag diag = {0};
	char name[2 * WAX_DEPTH_MAX] = "a";
	size_t before = disk_descriptors();

	for (size_t i = 1; i < WAX_DEPTH_MAX; i++)
		strcat(name, "/a");
	tap_err(folder(t, name, 0700, 5, &diag), 0, &diag, "256 folders");
	tap_is((long long)disk_descriptors(), (long long)before + WAX_DEPTH_MAX,
	       "each is open");
	tap_err(file(t, "b", 0644, 1, &diag), 0, &diag, "back to the top");
	tap_is((long long)disk_descriptors(), (long long)before,
	       "none is open");
	expect(name, S_IFDIR | 0700, 5);
	name[strlen(name) - 1] = 'f';
	tap_err(file(t, name, 0644, 5, &diag), 0, &diag, "a file down there");
	tap_ok(disk_descriptors() > before, "some are open");
	end(t);
	tap_is((long long)disk_descriptors(), (long long)before - 1,
	       "freed without an end, all are closed");
}

/* A name can mean many folders. */
static void limited(void)
{
	struct wax_tree *t = begin(022, 3);
	struct wax_diag diag = {0};

	tap_err(file(t, "a/b/f", 0644, 1, &diag), 0, &diag, "two folders");
	tap_err(folder(t, "a", 0755, 1, &diag), 0, &diag, "one again");
	tap_err(file(t, "a/b/g", 0644, 1, &diag), 0, &diag, "both again");
	tap_err(folder(t, "c", 0755, 1, &diag), 0, &diag, "the third");
	tap_err(file(t, "f", 0644, 1, &diag), 0, &diag, "a file is none");
	tap_err(file(t, "a/d/f", 0644, 1, &diag), WAX_ERR_FORMAT, &diag,
		"a fourth is implied");
	tap_text(diag.text, "there are more than 3 folders", "and why");
	tap_ok(*diag.hint, "and what to do");
	expect_none("tree/a/d/f");
	end(t);
	t = begin(022, 3);
	tap_err(file(t, "a/b/c/d/f", 0644, 1, &diag), WAX_ERR_FORMAT, &diag,
		"four at once");
	end(t);
	t = begin(022, 1);
	tap_err(folder(t, "a", 0755, 1, &diag), 0, &diag, "one");
	tap_err(folder(t, "b", 0755, 1, &diag), WAX_ERR_FORMAT, &diag, "two");
	end(t);
}

static void failures(void)
{
	struct wax_tree *t = begin(022, 0);
	struct wax_diag diag = {0};

	fchmod(root, 0500);
	tap_err(folder(t, "a", 0755, 1, &diag), WAX_ERR_IO, &diag,
		"a folder where none can be made");
	tap_err(file(t, "f", 0644, 1, &diag), WAX_ERR_IO, &diag, "a file");
	tap_err(sym(t, "l", "f", &diag), WAX_ERR_IO, &diag, "a link");
	fchmod(root, 0700);
	tap_err(folder(t, "a", 0755, 1, &diag), 0, &diag, "afterwards");
	tap_ok(!rmdir("tree/a"), "a folder that is removed meanwhile");
	tap_err(file(t, "a/f", 0644, 1, &diag), WAX_ERR_IO, &diag, "a/f");
	tap_err(file(t, "b/f", 0644, 1, &diag), 0, &diag, "b/f");
	tap_ok(!unlink("tree/b/f") && !rmdir("tree/b"), "another one");
	tap_err(wax_tree_finish(t, &diag), 0, &diag, "in the end");
	wax_tree_free(NULL);
	end(t);
}

int main(void)
{
	char where[4096];
	const char *tmp = getenv("TMPDIR");

	snprintf(where, sizeof(where), "%s/wax-t-tree-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(where) || chdir(where)) {
		perror(where);
		return 1;
	}
	umask(0);
	disk_give_up_capabilities();
	attributes();
	entered_again();
	twice();
	moved_meanwhile();
	deep();
	limited();
	failures();
	if (chdir("/") || rmdir(where))
		tap_ok(false, "nothing is left in %s", where);
	return tap_end();
}
