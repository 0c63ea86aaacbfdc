/* SPDX-License-Identifier: ISC */
/*
 * The address book: whom one knows under which name, by the cards they gave, or
 * by the identity and recipient of a session where they gave none.
 * It is in the home, sealed with the state key, so that one's own identity is
 * needed to read it (wax-format(5)).
 */
#ifndef WAX_CONTACT_H
#define WAX_CONTACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/error.h>

struct wax_card;
struct wax_contact;
struct wax_contacts;
struct wax_identities;

/* The devices, each with an identity of its own, that a contact may have. */
#define WAX_DEVICES_MAX 16

/* Twelve groups of five digits with spaces between, and a NUL. */
#define WAX_CODE_SIZE 72

/*
 * WAX_ERR_USAGE unless it can be a contact's name: 1 to 255 bytes of UTF-8
 * without control characters and slashes, that begins neither with - nor like a
 * key (age1, wax1, ssh-, ecdsa-, sk-, AGE-), and is no key of minisign's.
 */
WAX_API int wax_contact_name_check(const char *name, struct wax_diag *diag);

/*
 * Opens the address book of the folder home, which need not exist. identities
 * holds one's own, of the post-quantum kind, first; it is needed during the
 * call only. WAX_ERR_STATE: the state is damaged, of a later version, or of
 * another identity.
 */
WAX_API int wax_contacts_open(const char *home,
			      struct wax_identities *identities,
			      struct wax_contacts **out, struct wax_diag *diag);
WAX_API void wax_contacts_free(struct wax_contacts *book);

/*
 * Finds a contact by its name or, where who is one, by the identity (wax1...)
 * of a device. *out is NULL where there is none.
 */
WAX_API int wax_contacts_find(struct wax_contacts *book, const char *who,
			      struct wax_contact **out, struct wax_diag *diag);
WAX_API void wax_contact_free(struct wax_contact *contact);

/*
 * Calls fn for each contact, in the order of their names as bytes, until it
 * returns other than 0, which is then returned. The contact lives during the
 * call; the prekeys of its cards are not known. Contacts whose files are
 * damaged are left out, and one of them is WAX_ERR_STATE in the end.
 */
typedef int wax_contact_fn(void *ctx, const struct wax_contact *contact,
			   struct wax_diag *diag);
WAX_API int wax_contacts_each(struct wax_contacts *book, wax_contact_fn *fn,
			      void *ctx, struct wax_diag *diag);

/* What it says; all live as long as the contact. */
WAX_API const char *wax_contact_name(const struct wax_contact *contact);

/*
 * How many devices there are, which are counted from 0; each one's identity
 * (wax1...), recipient (age1pq1...) and card, or NULL where it gave none.
 */
WAX_API size_t wax_contact_devices(const struct wax_contact *contact);
WAX_API const char *wax_contact_identity(const struct wax_contact *contact,
					 size_t i);
WAX_API const char *wax_contact_recipient(const struct wax_contact *contact,
					  size_t i);
WAX_API const struct wax_card *
wax_contact_card(const struct wax_contact *contact, size_t i);

/* When it was added; and verified, or 0: never. Seconds since 1970. */
WAX_API int64_t wax_contact_added(const struct wax_contact *contact, size_t i);
WAX_API int64_t wax_contact_verified(const struct wax_contact *contact,
				     size_t i);

/* The device with this identity (wax1...), or the number of devices. */
WAX_API size_t wax_contact_device(const struct wax_contact *contact,
				  const char *identity);

enum wax_contact_flags {
	/* A known name, when one is given, may get one more device. */
	WAX_CONTACT_DEVICE = 1,
};

/* What adding a card has done. */
enum wax_contact_news {
	WAX_CONTACT_NEW,     /* a contact was made */
	WAX_CONTACT_MORE,    /* a contact has one more device */
	WAX_CONTACT_RENEWED, /* a known device has another card, or one now */
	WAX_CONTACT_SAME,    /* it was known already */
};

/*
 * Adds a card under a name. Where name is NULL it is the one that its identity
 * is known under already, or else the card's own. now is the time; *news may be
 * NULL. At the return the change is on the disk.
 *
 * WAX_ERR_USAGE: the name cannot be one, the identity is known under another
 * one, the contact has WAX_DEVICES_MAX devices, or the time is none (from 1 to
 * WAX_TIME_MAX). WAX_ERR_TRUST: the name is
 * known with another identity (unless flags say that it may be another device),
 * the identity is known with another recipient, the card is older than the
 * known one or as old and different, it was issued more than a day from now,
 * or its keys are no good. WAX_ERR_STATE: as wax_contacts_open(), or another
 * process held the lock for more than 10 seconds.
 */
WAX_API int wax_contacts_add(struct wax_contacts *book, const char *name,
			     const struct wax_card *card, unsigned flags,
			     int64_t now, enum wax_contact_news *news,
			     struct wax_diag *diag);

/*
 * Adds an identity (wax1...) without a card, with the recipient that a session
 * has (wax_sessions_recipient()); otherwise as above. What is no identity and no
 * recipient of the post-quantum kind is WAX_ERR_USAGE. A card of it that comes
 * later is added to what is known.
 */
WAX_API int wax_contacts_add_identity(struct wax_contacts *book,
				      const char *name, const char *identity,
				      const char *recipient, unsigned flags,
				      int64_t now, enum wax_contact_news *news,
				      struct wax_diag *diag);

/*
 * Stores the name of a contact that a name can be mistaken for, but is not; or
 * an empty text. Letters that look the same, spaces and what cannot be seen make
 * no difference here; nor do accents and capitals, in Latin and Cyrillic.
 * WAX_ERR_STATE tells of a damaged contact, and out is set among the others.
 */
#define WAX_CONTACT_NAME_SIZE 256
WAX_API int wax_contacts_alike(struct wax_contacts *book, const char *name,
			       char out[WAX_CONTACT_NAME_SIZE],
			       struct wax_diag *diag);

/*
 * The code to compare with the owner of device i of a contact: the same on both
 * sides. A device with one's own identity is WAX_ERR_USAGE.
 */
WAX_API int wax_contact_code(const struct wax_contact *contact, size_t i,
			     struct wax_identities *own,
			     char out[WAX_CODE_SIZE], struct wax_diag *diag);

/*
 * Compares a code, of 60 digits and any white space or hyphens, with those of
 * the contact's devices, and remembers the one that it is of as verified now;
 * *device is its number. Another form is WAX_ERR_FORMAT, a wrong code
 * WAX_ERR_TRUST, no such contact WAX_ERR_USAGE.
 */
WAX_API int wax_contacts_verify(struct wax_contacts *book, const char *who,
				const char *code, struct wax_identities *own,
				int64_t now, size_t *device,
				struct wax_diag *diag);

/* Gives a contact another name, which must be free: WAX_ERR_USAGE. */
WAX_API int wax_contacts_rename(struct wax_contacts *book, const char *who,
				const char *name, struct wax_diag *diag);

/*
 * Removes a contact; where who is an identity, only this device, and the
 * contact with the last one. Unknown ones are WAX_ERR_USAGE.
 */
WAX_API int wax_contacts_remove(struct wax_contacts *book, const char *who,
				struct wax_diag *diag);

#endif
