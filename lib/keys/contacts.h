/* SPDX-License-Identifier: ISC */
/*
 * The files of the address book, in the folder contacts of the home: c-ID for
 * each contact, which is all that is known of it, and symbolic links to it,
 * n-HIDDEN for its name and i-HIDDEN for each identity. A link only says where
 * to look: it counts when the contact agrees. So a change is one file that is
 * replaced, links being made before and removed after.
 */
#ifndef WAX_KEYS_CONTACTS_H
#define WAX_KEYS_CONTACTS_H

#include "keys/contact.h"
#include "keys/state.h"
#include "sys/lock.h"

/* A name, and what it looks like. */
struct wax_known_name {
	char *name, *skeleton;
};

struct wax_contacts {
	char *home;
	struct wax_state *state;
	struct wax_bytes file; /* what was read last */
	bool swept;	       /* of what killed processes left */
	bool linked;	       /* all links were right when it was looked */
	/* All that were there when it was first asked; NULL: it was not. */
	struct wax_known_name *names;
	size_t n_names;
};

/* Forgets the names, when they change. */
void wax_contacts_forget_names(struct wax_contacts *book);

/* Remembers one more, where they were asked for. */
void wax_contacts_remember_name(struct wax_contacts *book, const char *name);

#define WAX_CONTACTS_WAIT 10 /* seconds, for the lock */

/* The folder, and how the file of each contact begins in it. */
#define WAX_CONTACTS_FOLDER "contacts"
#define WAX_CONTACTS_ENTRY "c-"

/* How the links begin. */
#define WAX_CONTACTS_BY_NAME "n-"
#define WAX_CONTACTS_BY_IDENTITY "i-"

/* A name in it: a prefix, 32 hexadecimal digits and a NUL. */
#define WAX_ENTRY_SIZE (2 + WAX_HIDDEN_NAME_SIZE)

/* The path of such a name, or of the folder itself for "". */
int wax_contacts_path(const struct wax_contacts *book, const char *entry,
		      char **out, struct wax_diag *diag);

/* Whether it is that of a contact's file. */
bool wax_contacts_entry(const char *name);

/*
 * Whether there can be a contact. Without its key, what is in the folder would
 * look as if nobody were known: WAX_ERR_STATE.
 */
int wax_contacts_any(struct wax_contacts *book, bool *any,
		     struct wax_diag *diag);

/*
 * Reads the contact in an entry; *out is NULL where there is no file. With
 * glance set its cards are only glanced at.
 */
int wax_contacts_load(struct wax_contacts *book, const char *entry, bool glance,
		      struct wax_contact **out, struct wax_diag *diag);

/*
 * Calls fn with each contact, which it takes over, until it returns other than
 * 0. What is damaged does not hide the others: one of them is WAX_ERR_STATE in
 * the end. The folder need not exist.
 */
typedef int wax_contacts_load_fn(void *ctx, struct wax_contact *c,
				 struct wax_diag *diag);
int wax_contacts_load_each(struct wax_contacts *book, bool glance,
			   wax_contacts_load_fn *fn, void *ctx,
			   struct wax_diag *diag);

/* Whether this is the contact's name, or the identity of one of its devices. */
bool wax_contacts_agree(const struct wax_contact *c, const char *who);

/*
 * Looks through all contacts for somebody, as if there were no links; *out stays
 * as it is when nobody is it. led tells that a link of theirs led nowhere. What
 * is damaged is WAX_ERR_STATE where they may be in it: led, or by the number of
 * links.
 */
int wax_contacts_search(struct wax_contacts *book, const char *who, bool led,
			struct wax_contact **out, struct wax_diag *diag);

/* Makes the links of a contact that are not right. */
int wax_contacts_relink(struct wax_contacts *book, const struct wax_contact *c,
			struct wax_diag *diag);

/*
 * Where the link of a name or an identity leads to: empty where there is none,
 * and never anywhere but to a contact's file, which need not be there. Makes
 * one, in the place of one that leads elsewhere. Removes it.
 */
int wax_contacts_follow(const struct wax_contacts *book, const char *who,
			char out[WAX_ENTRY_SIZE], struct wax_diag *diag);
int wax_contacts_link(struct wax_contacts *book, const char *who,
		      const char *entry, struct wax_diag *diag);
void wax_contacts_unlink(struct wax_contacts *book, const char *who);

/* Begins a change: nobody else makes one until the lock is freed. */
int wax_contacts_lock(struct wax_contacts *book, struct wax_lock **out,
		      struct wax_diag *diag);

/* Removes, once, what killed processes have left in the folder. */
void wax_contacts_sweep(struct wax_contacts *book, int64_t now);

/*
 * Puts a contact on the disk, in the place of what it was before or as a new
 * one; a contact without a file is a new one. Links that it has no use for any
 * more are left to wax_contacts_unlink().
 */
int wax_contacts_put(struct wax_contacts *book, struct wax_contact *c,
		     struct wax_diag *diag);

/* Makes sure that what was found there is on the disk. */
int wax_contacts_flush(struct wax_contacts *book, struct wax_diag *diag);

/* Removes a contact, with its links. */
int wax_contacts_take(struct wax_contacts *book, const struct wax_contact *c,
		      struct wax_diag *diag);

#endif
