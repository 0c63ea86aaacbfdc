/* SPDX-License-Identifier: ISC */
/*
 * Moving entries. Each is looked at before; what turns out to be another then
 * is left alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "sys/clear.h"
#include "sys/fd.h"
#include "sys/move.h"

/* An entry on its way up, and what it replaces, if anything. */
struct entry {
	char *name;
	struct stat ours, old;
	bool replaces;
};

struct entries {
	struct entry *all;
	size_t n;
};

/* From where to where; the name is for messages. */
struct move {
	int from, to;
	const char *name;
	bool replace;
};

static void entries_release(struct entries *list)
{
	while (list->n)
		free(list->all[--list->n].name);
	free(list->all);
	list->all = NULL;
}

static int entries_add(struct entries *list, const char *name)
{
	struct entry *more = list->all;

	/* The room doubles whenever it is a power of two that is full. */
	if (!(list->n & (list->n - 1)))
		more = realloc(list->all,
			       (list->n ? 2 * list->n : 1) * sizeof(*more));
	if (!more)
		return -1;
	list->all = more;
	list->all[list->n] = (struct entry){.name = strdup(name)};
	return list->all[list->n++].name ? 0 : -1;
}

static int entries_read(struct entries *list, int fd)
{
	DIR *folder = wax_entries_of(fd);
	const char *name;
	int err = folder ? 0 : -1;

	while (!err && (name = wax_entries_next(folder)))
		err = entries_add(list, name);
	if (!err && errno)
		err = -1;
	if (folder)
		closedir(folder);
	return err;
}

static int exists(const struct move *m, const char *name, struct wax_diag *diag)
{
	struct stat st;

	wax_diag_set(diag, WAX_ERR_USAGE, "'%s' exists in '%s'", name, m->name);
	if (m->replace || (!fstatat(m->to, name, &st, AT_SYMLINK_NOFOLLOW) &&
			   S_ISDIR(st.st_mode)))
		wax_diag_hint(diag, "move it away, or unpack elsewhere");
	else
		wax_diag_hint(diag, "-f replaces it");
	return WAX_ERR_USAGE;
}

/* Looks at both ends; what cannot be replaced is refused. */
static int look(const struct move *m, struct entry *e, struct wax_diag *diag)
{
	if (fstatat(m->from, e->name, &e->ours, AT_SYMLINK_NOFOLLOW))
		return wax_diag_sys(diag, errno, "'%s'", e->name);
	e->replaces = !fstatat(m->to, e->name, &e->old, AT_SYMLINK_NOFOLLOW);
	if (!e->replaces)
		return errno == ENOENT
			       ? 0
			       : wax_diag_sys(diag, errno, "'%s'", e->name);
	return !m->replace || S_ISDIR(e->old.st_mode) ||
			       S_ISDIR(e->ours.st_mode)
		       ? exists(m, e->name, diag)
		       : 0;
}

int wax_rename_new(int from, const char *name, int to, const char *as)
{
	struct stat st;

	if (!renameat2(from, name, to, as, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (!linkat(from, name, to, as, 0)) {
		if (!unlinkat(from, name, 0))
			return 0;
		unlinkat(to, as, 0);
		return -1;
	}
	if (!fstatat(to, as, &st, AT_SYMLINK_NOFOLLOW)) {
		errno = EEXIST;
		return -1;
	}
	return renameat(from, name, to, as);
}

/*
 * Moves our entry, or swaps it with what it replaces; a folder must be
 * writable for that, as its ".." changes. It is held meanwhile, so that no
 * other gets its mode.
 */
static int shift(int from, int to, const struct entry *e)
{
	mode_t mode = e->ours.st_mode & 07777;
	bool locked = S_ISDIR(e->ours.st_mode) && !(mode & 0200);
	int err, reason, fd = -1;

	if (locked)
		fd = openat(from, e->name,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (locked && (fd < 0 || fchmod(fd, mode | 0200))) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	err = e->replaces
		      ? renameat2(from, e->name, to, e->name, RENAME_EXCHANGE)
		      : wax_rename_new(from, e->name, to, e->name);
	reason = errno;
	/* Where this fails, a folder has a right too many, and is all there. */
	if (fd >= 0 && fchmod(fd, mode))
		reason = err ? reason : 0;
	if (fd >= 0)
		close(fd);
	errno = reason;
	return err;
}

/* What went down must be what was looked at, or it is put back. */
static int check_replaced(const struct move *m, const struct entry *e,
			  struct wax_diag *diag)
{
	struct stat st;
	int err;

	if (fstatat(m->from, e->name, &st, AT_SYMLINK_NOFOLLOW))
		err = wax_diag_sys(diag, errno, "'%s'", e->name);
	else if (wax_same_file(&st, &e->old) && !S_ISDIR(st.st_mode))
		return 0;
	else
		err = exists(m, e->name, diag);
	renameat2(m->from, e->name, m->to, e->name, RENAME_EXCHANGE);
	return err;
}

/* Moves an entry up; one that is replaced goes down. */
static int move_up(const struct move *m, struct entry *e, struct wax_diag *diag)
{
	int err = look(m, e, diag);

	if (err)
		return err;
	if (!shift(m->from, m->to, e))
		return e->replaces ? check_replaced(m, e, diag) : 0;
	if (errno == EEXIST)
		return exists(m, e->name, diag);
	if (!e->replaces || (errno != EINVAL && errno != ENOSYS))
		return wax_diag_sys(diag, errno, "'%s'", e->name);
	wax_diag_set(diag, WAX_ERR_USAGE,
		     "'%s' cannot be replaced in '%s': this file system cannot "
		     "exchange two names",
		     e->name, m->name);
	wax_diag_hint(diag, "move it away, or unpack elsewhere");
	return WAX_ERR_USAGE;
}

/* Undoes a move, if what is there now is still ours. */
static void move_down(const struct move *m, const struct entry *e)
{
	struct stat st;

	if (!fstatat(m->to, e->name, &st, AT_SYMLINK_NOFOLLOW) &&
	    wax_same_file(&st, &e->ours))
		shift(m->to, m->from, e);
}

static int move_all(const struct move *m, const struct entries *list,
		    struct wax_diag *diag)
{
	size_t n;
	int err = 0;

	for (n = 0; n < list->n && !err; n++)
		err = look(m, &list->all[n], diag);
	if (err)
		return err;
	for (n = 0; n < list->n && !err; n++)
		err = move_up(m, &list->all[n], diag);
	if (!err)
		return 0;
	for (n--; n; n--)
		move_down(m, &list->all[n - 1]);
	return err;
}

/* Files that were replaced; nothing else is left. */
static void remove_replaced(const struct move *m, const struct entries *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->all[i].replaces)
			unlinkat(m->from, list->all[i].name, 0);
}

int wax_move_entries(int from, int to, const char *name, bool replace,
		     struct wax_diag *diag)
{
	const struct move m = {from, to, name, replace};
	struct entries list = {0};
	int err = 0;

	if (entries_read(&list, from))
		err = wax_diag_sys(diag, errno, "'%s'", name);
	if (!err)
		err = move_all(&m, &list, diag);
	if (!err)
		remove_replaced(&m, &list);
	entries_release(&list);
	return err;
}
