/* SPDX-License-Identifier: ISC */
/*
 * The address book, as the tools use it: opened when it is first needed, which
 * takes the home's identity.
 */
#ifndef WAX_CMD_BOOK_H
#define WAX_CMD_BOOK_H

#include <stdbool.h>
#include <wax.h>

#include "keys.h"

struct book {
	struct passphrase *passphrase; /* where the identity's comes from */
	struct wax_identities *own;    /* the home's, or NULL: not read yet */
	bool borrowed;		       /* own belongs to the tool */
	bool found;		       /* the home has an identity */
	struct wax_contacts *contacts; /* NULL: not open yet */
};

/*
 * Begins without reading anything. own is the home's identity, where the tool
 * has read it and keeps it, or NULL.
 */
void book_begin(struct book *b, struct passphrase *passphrase,
		struct wax_identities *own);
void book_release(struct book *b);

/* Opens it; without an identity in the home it is WAX_ERR_NO_KEY. */
int book_open(struct book *b, struct wax_diag *diag);

/* Finds who must be known, by name or identity: WAX_ERR_USAGE otherwise. */
int book_find(struct book *b, const char *who, struct wax_contact **out,
	      struct wax_diag *diag);

/* The hint where something begins like an identity, and was taken for a name. */
#define NO_IDENTITY_EITHER "an identity it is not either, mistyped or cut"

/* Whether WHO is meant to be a contact, and no recipient. */
static inline bool book_names(const char *who)
{
	return wax_public_identity_is_valid(who) ||
	       !wax_contact_name_check(who, NULL);
}

/* Warns of cards that have expired, and adds the recipients of all devices. */
int book_add_recipients(struct book *b, const char *who,
			struct wax_recipients *to, struct wax_diag *diag);

/*
 * Opens the sessions of the home; adds all devices of a contact to those that a
 * file is sealed for.
 */
int book_open_sessions(struct book *b, struct wax_sessions **out,
		       struct wax_diag *diag);
int book_add_chained(struct book *b, const char *who, struct wax_chain *to,
		     struct wax_diag *diag);

/*
 * The identities that WHO stands for, and a NULL: itself, or those of a
 * contact, which must live as long as they.
 */
int book_identities(struct book *b, const char *who,
		    const char *out[WAX_DEVICES_MAX + 1],
		    struct wax_contact **contact, struct wax_diag *diag);

/*
 * In words, who the owner of an identity is, and why one may think so; only
 * where this needs no passphrase from a person. The name stays empty where
 * nobody is known.
 */
struct acquaintance {
	char name[WAX_CONTACT_NAME_SIZE];
	char trust[64];
	bool own;	   /* it is the home's identity */
	const char *blind; /* why nobody could be looked for, or NULL */
};
void book_look_up(struct book *b, const char *identity,
		  struct acquaintance *out);

/* What one knows of a device's identity, in words: "verified on ...". */
void book_trust(const struct wax_contact *c, size_t i, char out[64]);

#endif
