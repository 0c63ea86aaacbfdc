/* SPDX-License-Identifier: ISC */
/*
 * All contacts, in the order of their names: they wait for it in half of the
 * memory that they take otherwise, most of which is keys that nobody looks at.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "keys/contacts.h"

#define TEXTS 4

struct packed_device {
	int64_t added, verified, issued, expires;
	bool once, bare;
	const char *texts[TEXTS];
};

/* In one piece with its texts. */
struct packed {
	const char *name;
	size_t n;
	struct packed_device devices[];
};

struct list {
	struct packed **contacts;
	size_t n, room;
};

/* The texts of a card, in one order. */
static void texts_of(const struct wax_card *card, const char *out[TEXTS])
{
	out[0] = card->name;
	out[1] = card->identity;
	out[2] = card->recipient;
	out[3] = card->minisign;
}

static size_t packed_size(const struct wax_contact *c)
{
	size_t size = sizeof(struct packed) + strlen(c->name) + 1 +
		      c->n * sizeof(struct packed_device);

	for (size_t i = 0; i < c->n; i++) {
		const char *texts[TEXTS];

		texts_of(&c->devices[i].card, texts);
		for (size_t k = 0; k < TEXTS; k++)
			size += strlen(texts[k]) + 1;
	}
	return size;
}

static struct packed *pack(const struct wax_contact *c)
{
	struct packed *p = malloc(packed_size(c));
	char *at;

	if (!p)
		return NULL;
	p->n = c->n;
	p->name = at = (char *)(p->devices + c->n);
	at = stpcpy(at, c->name) + 1;
	for (size_t i = 0; i < c->n; i++) {
		const struct wax_device *from = &c->devices[i];
		const struct wax_card *card = &from->card;
		struct packed_device *to = &p->devices[i];

		*to = (struct packed_device){
			.added = from->added,
			.verified = from->verified,
			.issued = card->issued,
			.expires = card->expires,
			.once = card->once,
			.bare = from->bare,
		};
		texts_of(card, to->texts);
		for (size_t k = 0; k < TEXTS; k++) {
			const char *text = to->texts[k];

			to->texts[k] = at;
			at = stpcpy(at, text) + 1;
		}
	}
	return p;
}

/* Makes the contact of it that was packed; c is used again and again. */
static int unpack(const struct packed *p, struct wax_contact *c,
		  struct wax_diag *diag)
{
	strcpy(c->name, p->name);
	c->n = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct packed_device *from = &p->devices[i];
		struct wax_device *to;
		int err = wax_contact_add(c, &to, diag);

		if (err)
			return err;
		to->added = from->added;
		to->verified = from->verified;
		to->bare = from->bare;
		to->card.issued = from->issued;
		to->card.expires = from->expires;
		to->card.once = from->once;
		strcpy(to->card.name, from->texts[0]);
		strcpy(to->card.identity, from->texts[1]);
		strcpy(to->card.recipient, from->texts[2]);
		strcpy(to->card.minisign, from->texts[3]);
	}
	return 0;
}

/* Takes over a contact. */
static int collect(void *list, struct wax_contact *c, struct wax_diag *diag)
{
	struct list *l = list;
	struct packed **more, *p = pack(c);

	wax_contact_free(c);
	if (p && l->n == l->room) {
		more = realloc(l->contacts, (2 * l->room + 16) * sizeof(*more));
		if (!more) {
			free(p);
			return wax_no_memory(diag);
		}
		l->contacts = more;
		l->room = 2 * l->room + 16;
	}
	if (!p)
		return wax_no_memory(diag);
	l->contacts[l->n++] = p;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct packed *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

int wax_contacts_each(struct wax_contacts *book, wax_contact_fn *fn, void *ctx,
		      struct wax_diag *diag)
{
	struct wax_contact c = {0};
	struct list l = {0};
	bool any;
	int bad = 0, err = wax_contacts_any(book, &any, diag);

	if (err || !any)
		return err;
	err = wax_contacts_load_each(book, true, collect, &l, diag);
	if (err == WAX_ERR_STATE) {
		bad = err;
		err = 0;
	}
	if (l.n)
		qsort(l.contacts, l.n, sizeof(*l.contacts), by_name);
	for (size_t i = 0; i < l.n; i++) {
		if (!err)
			err = unpack(l.contacts[i], &c, diag);
		if (!err)
			err = fn(ctx, &c, diag);
		free(l.contacts[i]);
	}
	wax_contact_release(&c);
	free(l.contacts);
	return err ? err : bad;
}
