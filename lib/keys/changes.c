/* SPDX-License-Identifier: ISC */
/*
 * Changes of the contacts that there are.
 */
#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "keys/contacts.h"

/* Begins the change of a contact that must be there. */
static int begin(struct wax_contacts *book, const char *who,
		 struct wax_lock **lock, struct wax_contact **out,
		 struct wax_diag *diag)
{
	int err = wax_contacts_lock(book, lock, diag);

	if (!err)
		err = wax_contacts_find(book, who, out, diag);
	if (!err && !*out)
		err = wax_diag_set(diag, WAX_ERR_USAGE,
				   "there is no contact '%.300s'", who);
	return err;
}

/* Takes the digits out of what was typed; false unless there are 60. */
static bool tidy(const char *code, char out[WAX_CODE_SIZE])
{
	size_t digits = 0;

	for (; *code; code++) {
		if (wax_is_space(*code) || *code == '-')
			continue;
		if (*code < '0' || *code > '9' || digits == 60)
			return false;
		if (digits && digits % 5 == 0)
			*out++ = ' ';
		*out++ = *code;
		digits++;
	}
	*out = '\0';
	return digits == 60;
}

/* Finds the device that a code is of, among others than one's own. */
static int compare(const struct wax_contact *c, const char *code,
		   struct wax_identities *own, size_t *device,
		   struct wax_diag *diag)
{
	char want[WAX_CODE_SIZE];
	int err = 0;

	for (*device = 0; *device < c->n; ++*device) {
		err = wax_contact_code(c, *device, own, want, diag);
		if (!err && !strcmp(code, want))
			return 0;
		if (err && (err != WAX_ERR_USAGE || c->n == 1))
			return err;
	}
	wax_diag_set(diag, WAX_ERR_TRUST, "the code is not that of '%s'",
		     c->name);
	wax_diag_hint(diag, "if it was typed right, somebody may stand between "
			    "you: exchange cards anew by a way that you trust");
	return WAX_ERR_TRUST;
}

int wax_contacts_verify(struct wax_contacts *book, const char *who,
			const char *code, struct wax_identities *own,
			int64_t now, size_t *device, struct wax_diag *diag)
{
	char tidied[WAX_CODE_SIZE];
	struct wax_contact *c = NULL;
	struct wax_lock *lock = NULL;
	size_t i = 0;
	int err = wax_time_check(now, 1, WAX_TIME_MAX, diag);

	if (!err && !tidy(code, tidied))
		err = wax_diag_set(diag, WAX_ERR_FORMAT,
				   "a code has 60 digits, in groups of five");
	if (!err)
		err = begin(book, who, &lock, &c, diag);
	if (!err)
		err = compare(c, tidied, own, &i, diag);
	if (!err) {
		c->devices[i].verified = now;
		err = wax_contacts_put(book, c, diag);
	}
	if (!err)
		*device = i;
	wax_lock_free(lock);
	wax_contact_free(c);
	return err;
}

int wax_contacts_rename(struct wax_contacts *book, const char *who,
			const char *name, struct wax_diag *diag)
{
	struct wax_contact *c = NULL, *other = NULL;
	struct wax_lock *lock = NULL;
	char old[WAX_CONTACT_NAME_SIZE];
	int err = wax_contact_name_check(name, diag);

	if (!err)
		err = begin(book, who, &lock, &c, diag);
	if (!err)
		err = wax_contacts_find(book, name, &other, diag);
	if (!err && other)
		err = wax_diag_set(diag, WAX_ERR_USAGE,
				   "there is a contact '%s' already", name);
	if (!err) {
		strcpy(old, c->name);
		strcpy(c->name, name);
		err = wax_contacts_put(book, c, diag);
	}
	if (!err) {
		wax_contacts_unlink(book, old);
		wax_contacts_forget_names(book);
	}
	wax_lock_free(lock);
	wax_contact_free(other);
	wax_contact_free(c);
	return err;
}

int wax_contacts_remove(struct wax_contacts *book, const char *who,
			struct wax_diag *diag)
{
	struct wax_contact *c = NULL;
	struct wax_lock *lock = NULL;
	size_t device;
	int err = begin(book, who, &lock, &c, diag);

	if (!err) {
		device = wax_contact_device(c, who);
		if (device == c->n || c->n == 1) {
			err = wax_contacts_take(book, c, diag);
		} else {
			wax_contact_drop(c, device);
			err = wax_contacts_put(book, c, diag);
			if (!err)
				wax_contacts_unlink(book, who);
		}
	}
	wax_contacts_forget_names(book);
	wax_lock_free(lock);
	wax_contact_free(c);
	return err;
}
