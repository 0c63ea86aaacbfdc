/* SPDX-License-Identifier: ISC */
/*
 * Making room among unknown callers: all peers and all contacts are gone through
 * once, as asking for each peer whether it is a contact would verify their
 * cards.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/identity.h"
#include "keys/contacts.h"
#include "ratchet/store.h"

struct caller {
	char identity[WAX_PUBLIC_IDENTITY_SIZE];
	int64_t used; /* or begun, last */
};

/* A wax_peer_fn. */
static int add_peer(void *callers, struct wax_peer *p, struct wax_diag *diag)
{
	struct caller c = {.used = 0};

	wax_identity_text(p->party.identity, c.identity);
	for (size_t i = 0; i < p->sessions.n; i++) {
		const struct wax_session *s = wax_peer_session(p, i);
		int64_t used = s->used > s->made ? s->used : s->made;

		c.used = used > c.used ? used : c.used;
	}
	return wax_bytes_add(callers, &c, sizeof(c), diag);
}

/* A wax_contacts_load_fn. */
static int add_known(void *known, struct wax_contact *c, struct wax_diag *diag)
{
	int err = 0;

	for (size_t i = 0; !err && i < c->n; i++)
		err = wax_bytes_add(known, wax_contact_identity(c, i),
				    WAX_PUBLIC_IDENTITY_SIZE, diag);
	wax_contact_free(c);
	return err;
}

static int by_identity(const void *a, const void *b)
{
	return memcmp(a, b, WAX_PUBLIC_IDENTITY_SIZE);
}

static int by_use(const void *a, const void *b)
{
	const struct caller *x = a, *y = b;

	return x->used < y->used ? -1 : x->used > y->used;
}

/* Removes those who are known, and puts the others in order; their number. */
static size_t sift(struct wax_bytes *callers, struct wax_bytes *known)
{
	struct caller *c = (void *)callers->data;
	size_t n = 0, n_known = known->len / WAX_PUBLIC_IDENTITY_SIZE;

	if (n_known)
		qsort(known->data, n_known, WAX_PUBLIC_IDENTITY_SIZE,
		      by_identity);
	for (size_t i = 0; i < callers->len / sizeof(*c); i++)
		if (!n_known || !bsearch(c[i].identity, known->data, n_known,
					 WAX_PUBLIC_IDENTITY_SIZE, by_identity))
			c[n++] = c[i];
	if (n)
		qsort(c, n, sizeof(*c), by_use);
	return n;
}

/* Forgets one, unless that is, or may be, a contact that could not be read. */
static int forget(struct wax_sessions *s, const struct caller *c, bool unsure,
		  int64_t now, struct wax_diag *diag)
{
	struct wax_contact *contact = NULL;
	int err = unsure ? wax_contacts_find(s->contacts, c->identity, &contact,
					     diag)
			 : 0;

	if (err == WAX_ERR_STATE || contact) {
		wax_contact_free(contact);
		return 0;
	}
	if (!err)
		err = wax_sessions_forget(s, c->identity, now, true, diag);
	/* Another process may have been faster. */
	return err == WAX_ERR_USAGE ? 0 : err;
}

int wax_sessions_evict(struct wax_sessions *s, int64_t now,
		       struct wax_diag *diag)
{
	struct wax_bytes callers = {0}, known = {0};
	size_t n, damaged;
	bool unsure;
	int err = wax_sessions_count(s, &n, diag);

	if (err || n <= WAX_UNKNOWN_MAX)
		return err;
	err = wax_contacts_load_each(s->contacts, true, add_known, &known,
				     diag);
	unsure = err == WAX_ERR_STATE;
	if (!err || unsure)
		err = wax_sessions_walk(s, add_peer, &callers, &damaged, diag);
	n = err ? 0 : sift(&callers, &known);
	for (size_t i = 0; !err && i + WAX_UNKNOWN_MAX < n; i++)
		err = forget(s, (struct caller *)(void *)callers.data + i,
			     unsure, now, diag);
	wax_bytes_release(&callers);
	wax_bytes_release(&known);
	return err;
}
