/* SPDX-License-Identifier: ISC */
/*
 * Which contacts a name can be mistaken for. To ask for many names, all that
 * there are is read once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "keys/contacts.h"

void wax_contacts_forget_names(struct wax_contacts *book)
{
	for (size_t i = 0; i < book->n_names; i++) {
		free(book->names[i].name);
		free(book->names[i].skeleton);
	}
	free(book->names);
	book->names = NULL;
	book->n_names = 0;
}

/* Room grows by doubling: it is full when the number is a power of two. */
static int add_name(struct wax_contacts *book, const char *name,
		    struct wax_diag *diag)
{
	size_t n = book->n_names;
	char skeleton[WAX_CONTACT_NAME_SIZE];
	struct wax_known_name *names = book->names, k;

	if (!(n & (n - 1)))
		names = realloc(names, (n ? 2 * n : 1) * sizeof(*names));
	if (!names)
		return wax_no_memory(diag);
	book->names = names;
	wax_contact_skeleton(name, skeleton);
	k = (struct wax_known_name){strdup(name), strdup(skeleton)};
	if (!k.name || !k.skeleton) {
		free(k.name);
		free(k.skeleton);
		return wax_no_memory(diag);
	}
	names[book->n_names++] = k;
	return 0;
}

void wax_contacts_remember_name(struct wax_contacts *book, const char *name)
{
	/* The name is on the disk already: without memory, ask again later. */
	if (book->names && add_name(book, name, NULL))
		wax_contacts_forget_names(book);
}

static int each(void *book, const struct wax_contact *c, struct wax_diag *diag)
{
	return add_name(book, c->name, diag);
}

int wax_contacts_alike(struct wax_contacts *book, const char *name,
		       char out[WAX_CONTACT_NAME_SIZE], struct wax_diag *diag)
{
	char skeleton[WAX_CONTACT_NAME_SIZE];
	int err = 0;

	*out = '\0';
	if (strlen(name) >= WAX_CONTACT_NAME_SIZE)
		return 0;
	if (!book->names)
		err = wax_contacts_each(book, each, book, diag);
	/* What is unreadable is told once, and does not hide the others. */
	if (err && err != WAX_ERR_STATE) {
		wax_contacts_forget_names(book);
		return err;
	}
	wax_contact_skeleton(name, skeleton);
	for (size_t i = 0; i < book->n_names; i++) {
		const struct wax_known_name *k = &book->names[i];

		/* Of several, always the same one. */
		if (!strcmp(k->skeleton, skeleton) && strcmp(k->name, name) &&
		    (!*out || strcmp(k->name, out) < 0))
			strcpy(out, k->name);
	}
	return err;
}
