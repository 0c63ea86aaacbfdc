/* SPDX-License-Identifier: ISC */
/*
 * Looking through the whole address book.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "keys/contacts.h"
#include "sys/fd.h"

/* Whether entries are left. At their end it may have failed. */
static bool next(DIR *folder, struct dirent **out)
{
	errno = 0;
	*out = folder ? readdir(folder) : NULL;
	return *out;
}

/* *out is NULL where there is no folder; the path is to be freed. */
static int open_folder(const struct wax_contacts *book, DIR **out, char **path,
		       struct wax_diag *diag)
{
	bool found;
	int fd, err;

	err = wax_state_path(book->home, WAX_CONTACTS_FOLDER, path, diag);
	if (err)
		return err;
	fd = wax_open_found(*path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, &found);
	if (!found)
		return 0;
	*out = fd < 0 ? NULL : fdopendir(fd);
	if (*out)
		return 0;
	err = wax_diag_sys(diag, errno, "'%s'", *path);
	if (fd >= 0)
		close(fd);
	free(*path);
	return err;
}

int wax_contacts_load_each(struct wax_contacts *book, bool glance,
			   wax_contacts_load_fn *fn, void *ctx,
			   struct wax_diag *diag)
{
	DIR *folder = NULL;
	struct dirent *d;
	struct wax_diag first = {0};
	char *path;
	int bad = 0, err = open_folder(book, &folder, &path, diag);

	if (err)
		return err;
	while (!err && next(folder, &d)) {
		struct wax_contact *c = NULL;

		if (!wax_contacts_entry(d->d_name))
			continue;
		err = wax_contacts_load(book, d->d_name, glance, &c, diag);
		if (err == WAX_ERR_STATE) {
			if (diag && !bad)
				first = *diag;
			bad = err;
			err = 0;
		} else if (c) {
			err = fn(ctx, c, diag);
		}
	}
	if (!err && errno)
		err = wax_diag_sys(diag, errno, "'%s'", path);
	if (folder)
		closedir(folder);
	free(path);
	if (diag && !err && bad)
		*diag = first;
	return err ? err : bad;
}

struct search {
	struct wax_contacts *book;
	const char *who;
	char found[WAX_ENTRY_SIZE]; /* empty: nowhere */
	bool lack;		    /* a link is not there */
};

/* Notes whether the link of a name or an identity does not lead there. */
static int check_link(struct search *s, const char *who, const char *entry,
		      struct wax_diag *diag)
{
	char there[WAX_ENTRY_SIZE];
	int err = wax_contacts_follow(s->book, who, there, diag);

	s->lack = s->lack || (!err && strcmp(there, entry));
	return err;
}

/* Takes over a contact. */
static int compare(void *search, struct wax_contact *c, struct wax_diag *diag)
{
	struct search *s = search;
	const char *entry = c->file + sizeof(WAX_CONTACTS_FOLDER);
	int err = check_link(s, c->name, entry, diag);

	for (size_t i = 0; !err && i < c->n; i++)
		err = check_link(s, wax_contact_identity(c, i), entry, diag);
	if (!*s->found && wax_contacts_agree(c, s->who))
		strcpy(s->found, entry);
	wax_contact_free(c);
	return err;
}

/*
 * Whether the folder has too few links for its contacts, as after copying by
 * what knows none.
 */
static int count_links(struct wax_contacts *book, bool *lack,
		       struct wax_diag *diag)
{
	size_t contacts = 0, names = 0, identities = 0;
	DIR *folder = NULL;
	struct dirent *d;
	char *path;
	int err;

	err = open_folder(book, &folder, &path, diag);
	if (err)
		return err;
	while (next(folder, &d)) {
		bool link = d->d_type == DT_LNK || d->d_type == DT_UNKNOWN;

		contacts += wax_contacts_entry(d->d_name) ? 1 : 0;
		names += link && *d->d_name == *WAX_CONTACTS_BY_NAME ? 1 : 0;
		identities +=
			link && *d->d_name == *WAX_CONTACTS_BY_IDENTITY ? 1 : 0;
	}
	if (errno)
		err = wax_diag_sys(diag, errno, "'%s'", path);
	if (folder)
		closedir(folder);
	free(path);
	*lack = names < contacts || identities < contacts;
	return err;
}

/* Who was found by a glance, unless it has changed since. */
static int load(struct wax_contacts *book, const struct search *s,
		struct wax_contact **out, struct wax_diag *diag)
{
	struct wax_contact *c;
	int err = wax_contacts_load(book, s->found, false, &c, diag);

	if (!err && c && wax_contacts_agree(c, s->who))
		*out = c;
	else
		wax_contact_free(c);
	return err;
}

int wax_contacts_search(struct wax_contacts *book, const char *who, bool led,
			struct wax_contact **out, struct wax_diag *diag)
{
	struct search s = {.book = book, .who = who};
	bool lack = led;
	int err = wax_contacts_load_each(book, true, compare, &s, diag);

	if (*s.found && (!err || err == WAX_ERR_STATE))
		return load(book, &s, out, diag);
	/* Only where links lack may it be in a file that cannot be read. */
	if (err == WAX_ERR_STATE && !lack && count_links(book, &lack, NULL))
		lack = true;
	if (err == WAX_ERR_STATE && !lack)
		err = 0;
	book->linked = !err && !s.lack;
	return err;
}
