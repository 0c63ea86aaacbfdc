/* SPDX-License-Identifier: ISC */
/*
 * The names in the folder of the address book.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cursor.h"
#include "keys/contacts.h"

/* The path of an entry, or of the folder itself for "". */
int wax_contacts_path(const struct wax_contacts *book, const char *entry,
		      char **out, struct wax_diag *diag)
{
	char name[sizeof(WAX_CONTACTS_FOLDER) + WAX_ENTRY_SIZE];

	snprintf(name, sizeof(name), WAX_CONTACTS_FOLDER "/%s", entry);
	return wax_state_path(book->home, name, out, diag);
}

/* The link of a name or an identity; no name begins like one. */
static void link_of(const struct wax_contacts *book, const char *who,
		    char out[WAX_ENTRY_SIZE])
{
	bool identity = !strncmp(who, "wax1", 4);

	strcpy(out, identity ? WAX_CONTACTS_BY_IDENTITY : WAX_CONTACTS_BY_NAME);
	wax_state_hide(book->state,
		       identity ? "wax/v1 contact identity"
				: "wax/v1 contact name",
		       who, strlen(who), out + 2);
}

bool wax_contacts_entry(const char *name)
{
	return wax_starts(name, strlen(name), WAX_CONTACTS_ENTRY) &&
	       strspn(name + 2, "0123456789abcdef") == WAX_ENTRY_SIZE - 3 &&
	       strlen(name) == WAX_ENTRY_SIZE - 1;
}

int wax_contacts_follow(const struct wax_contacts *book, const char *who,
			char out[WAX_ENTRY_SIZE], struct wax_diag *diag)
{
	char link[WAX_ENTRY_SIZE];
	char *path;
	ssize_t n;
	int err;

	link_of(book, who, link);
	err = wax_contacts_path(book, link, &path, diag);
	if (err)
		return err;
	n = readlink(path, out, WAX_ENTRY_SIZE);
	if (n < 0 && errno != ENOENT && errno != EINVAL && errno != ENOTDIR)
		err = wax_diag_sys(diag, errno, "'%s'", path);
	out[n < 0 || n >= WAX_ENTRY_SIZE ? 0 : n] = '\0';
	/* What leads anywhere else is looked at no further. */
	if (!err && n >= 0 && !wax_contacts_entry(out))
		strcpy(out, WAX_CONTACTS_ENTRY);
	free(path);
	return err;
}

void wax_contacts_unlink(struct wax_contacts *book, const char *who)
{
	char link[WAX_ENTRY_SIZE];
	char *path;

	link_of(book, who, link);
	if (wax_contacts_path(book, link, &path, NULL))
		return;
	unlink(path);
	free(path);
}

int wax_contacts_link(struct wax_contacts *book, const char *who,
		      const char *entry, struct wax_diag *diag)
{
	char link[WAX_ENTRY_SIZE], there[WAX_ENTRY_SIZE];
	char *path;
	int err = wax_contacts_follow(book, who, there, diag);

	if (err || !strcmp(there, entry))
		return err;
	link_of(book, who, link);
	err = wax_contacts_path(book, link, &path, diag);
	if (err)
		return err;
	unlink(path);
	/* Where there are no links, as on FAT, everybody is looked through. */
	if (symlink(entry, path) && errno != EPERM && errno != ENOSYS &&
	    errno != EOPNOTSUPP)
		err = wax_diag_sys(diag, errno, "'%s'", path);
	free(path);
	return err;
}
