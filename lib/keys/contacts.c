/* SPDX-License-Identifier: ISC */
/*
 * The files of the address book: finding one, and changing it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wax/home.h>

#include "base/error.h"
#include "keys/contacts.h"
#include "sys/fd.h"

#define FOLDER WAX_CONTACTS_FOLDER
#define LOCK "contacts.lock"

int wax_contacts_open(const char *home, struct wax_identities *identities,
		      struct wax_contacts **out, struct wax_diag *diag)
{
	struct wax_contacts *book = calloc(1, sizeof(*book));
	int err;

	if (!book)
		return wax_no_memory(diag);
	book->home = strdup(home);
	err = book->home ? wax_state_open(home, identities, &book->state, diag)
			 : wax_no_memory(diag);
	if (err) {
		wax_contacts_free(book);
		return err;
	}
	*out = book;
	return 0;
}

void wax_contacts_free(struct wax_contacts *book)
{
	if (!book)
		return;
	wax_contacts_forget_names(book);
	wax_state_free(book->state);
	wax_bytes_release(&book->file);
	free(book->home);
	free(book);
}

int wax_contacts_any(struct wax_contacts *book, bool *any,
		     struct wax_diag *diag)
{
	struct wax_cursor none;
	struct wax_bytes file = {0};
	int err = wax_state_has_key(book->state, any, diag);

	if (err || *any)
		return err;
	err = wax_state_load(book->state, FOLDER, &file, &none, diag);
	wax_bytes_release(&file);
	/* Another process may have made both since, the key first. */
	if (err == WAX_ERR_STATE &&
	    !wax_state_has_key(book->state, any, NULL) && *any)
		return 0;
	return err;
}

int wax_contacts_load(struct wax_contacts *book, const char *entry, bool glance,
		      struct wax_contact **out, struct wax_diag *diag)
{
	char name[sizeof(FOLDER) + WAX_ENTRY_SIZE];
	struct wax_contact *c;
	struct wax_cursor data;
	int err;

	snprintf(name, sizeof(name), FOLDER "/%s", entry);
	*out = NULL;
	err = wax_state_load(book->state, name, &book->file, &data, diag);
	if (err || !data.at)
		return err;
	c = calloc(1, sizeof(*c));
	if (!c)
		return wax_no_memory(diag);
	c->file = strdup(name);
	err = c->file ? wax_contact_decode(c, data, glance, diag)
		      : wax_no_memory(diag);
	if (err) {
		wax_contact_free(c);
		return wax_state_name(book->state, name, err, diag);
	}
	*out = c;
	return 0;
}

bool wax_contacts_agree(const struct wax_contact *c, const char *who)
{
	return !strcmp(c->name, who) || wax_contact_device(c, who) < c->n;
}

int wax_contacts_find(struct wax_contacts *book, const char *who,
		      struct wax_contact **out, struct wax_diag *diag)
{
	char entry[WAX_ENTRY_SIZE];
	struct wax_contact *c = NULL;
	bool any;
	int err = wax_contacts_any(book, &any, diag);

	*out = NULL;
	if (err || !any)
		return err;
	err = wax_contacts_follow(book, who, entry, diag);
	if (!err && *entry)
		err = wax_contacts_load(book, entry, false, &c, diag);
	if (!err && c && wax_contacts_agree(c, who))
		*out = c;
	else
		wax_contact_free(c);
	if (err || *out)
		return err;
	/* Links can be lost, each by itself, and must not hide who is known. */
	return book->linked && !*entry
		       ? 0
		       : wax_contacts_search(book, who, *entry, out, diag);
}

void wax_contacts_sweep(struct wax_contacts *book, int64_t now)
{
	char *path;

	if (book->swept || wax_contacts_path(book, "", &path, NULL))
		return;
	wax_state_sweep(path, now);
	free(path);
	book->swept = true;
}

int wax_contacts_lock(struct wax_contacts *book, struct wax_lock **out,
		      struct wax_diag *diag)
{
	struct wax_lock *lock = NULL;
	bool any;
	int err = wax_state_make(book->home, LOCK, diag);

	if (!err)
		err = wax_state_lock(book->home, LOCK, WAX_CONTACTS_WAIT, &lock,
				     diag);
	if (!err)
		err = wax_contacts_any(book, &any, diag);
	if (!err)
		err = wax_state_settle(book->state, diag);
	if (err) {
		wax_lock_free(lock);
		return err;
	}
	*out = lock;
	return 0;
}

static const char *entry_of(const struct wax_contact *c)
{
	return c->file + sizeof(FOLDER);
}

int wax_contacts_relink(struct wax_contacts *book, const struct wax_contact *c,
			struct wax_diag *diag)
{
	int err = wax_contacts_link(book, c->name, entry_of(c), diag);

	for (size_t i = 0; !err && i < c->n; i++)
		err = wax_contacts_link(book, c->devices[i].card.identity,
					entry_of(c), diag);
	return err;
}

/* Removes the links that have no use with what is on the disk. */
static void undo_links(struct wax_contacts *book, const struct wax_contact *c)
{
	struct wax_contact *old = NULL;

	if (wax_contacts_load(book, entry_of(c), true, &old, NULL))
		return;
	if (!old || !wax_contacts_agree(old, c->name))
		wax_contacts_unlink(book, c->name);
	for (size_t i = 0; i < c->n; i++)
		if (!old ||
		    !wax_contacts_agree(old, c->devices[i].card.identity))
			wax_contacts_unlink(book, c->devices[i].card.identity);
	wax_contact_free(old);
}

/*
 * Flushes a folder of the home, "" for itself. What is written here is flushed
 * at once; this is for what a killed process has left.
 */
static int flush(const struct wax_contacts *book, const char *name,
		 struct wax_diag *diag)
{
	char *path;
	int err = wax_state_path(book->home, name, &path, diag);

	if (err)
		return err;
	if (wax_sync_folder(path))
		err = wax_diag_sys(diag, errno, "'%s'", path);
	free(path);
	return err;
}

int wax_contacts_flush(struct wax_contacts *book, struct wax_diag *diag)
{
	return flush(book, FOLDER, diag);
}

/*
 * Gives a new contact a file, which is not there yet, and the folder for it.
 * The folder and the key are on the disk before any contact is.
 */
static int begin(struct wax_contacts *book, struct wax_contact *c,
		 struct wax_diag *diag)
{
	uint8_t id[(WAX_HIDDEN_NAME_SIZE - 1) / 2];
	char *at;
	int err = wax_state_make(book->home, FOLDER "/", diag);

	if (!err)
		err = flush(book, "", diag);
	c->file = err ? NULL : malloc(sizeof(FOLDER) + WAX_ENTRY_SIZE);
	if (!c->file)
		return err ? err : wax_no_memory(diag);
	wax_random(id, sizeof(id));
	at = c->file + sprintf(c->file, FOLDER "/" WAX_CONTACTS_ENTRY);
	for (size_t i = 0; i < sizeof(id); i++)
		at += sprintf(at, "%02x", id[i]);
	return 0;
}

int wax_contacts_put(struct wax_contacts *book, struct wax_contact *c,
		     struct wax_diag *diag)
{
	struct wax_bytes data = {0};
	int err = c->file ? 0 : begin(book, c, diag);

	if (err)
		return err;
	err = wax_contact_encode(c, &data, diag);
	if (!err)
		err = wax_contacts_relink(book, c, diag);
	if (!err)
		err = wax_state_write(book->state, c->file, data.data, data.len,
				      diag);
	if (err)
		undo_links(book, c);
	wax_bytes_release(&data);
	return err;
}

int wax_contacts_take(struct wax_contacts *book, const struct wax_contact *c,
		      struct wax_diag *diag)
{
	char *path;
	bool removed;
	int err = wax_contacts_path(book, "", &path, diag);

	if (err)
		return err;
	if (wax_remove_file(path, entry_of(c), &removed))
		err = removed ? wax_diag_sys(diag, errno,
					     "'%s' is removed, but a power "
					     "loss may still undo it",
					     c->name)
			      : wax_diag_sys(diag, errno, "'%s'", path);
	free(path);
	/* If it may come back, so may what leads to it be needed. */
	if (err)
		return err;
	wax_contacts_unlink(book, c->name);
	for (size_t i = 0; i < c->n; i++)
		wax_contacts_unlink(book, c->devices[i].card.identity);
	return 0;
}
