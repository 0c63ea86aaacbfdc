/* SPDX-License-Identifier: ISC */
/*
 * What a contact holds, and the file that keeps it.
 */
#ifndef WAX_KEYS_CONTACT_H
#define WAX_KEYS_CONTACT_H

#include <wax/contact.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "keys/card.h"

struct wax_device {
	int64_t added;
	int64_t verified;     /* 0: never */
	bool bare;	      /* it gave no card: see wax_device_know() */
	struct wax_card card; /* with its note */
};

/* Initialise with {0}, release. */
struct wax_contact {
	char name[WAX_CONTACT_NAME_SIZE];
	struct wax_device *devices;
	size_t n;
	char *file; /* its name in the home; NULL: it has none yet */
};

void wax_contact_release(struct wax_contact *c);

/* Adds an empty device at the end. */
int wax_contact_add(struct wax_contact *c, struct wax_device **out,
		    struct wax_diag *diag);

/* Removes a device. */
void wax_contact_drop(struct wax_contact *c, size_t i);

/* Puts a copy of a card, with its note, in the place of a device's. */
int wax_device_set(struct wax_device *d, const struct wax_card *card,
		   struct wax_diag *diag);

/*
 * Makes it one of which no card is known: of the card there is only the key, the
 * identity and the recipient. A key that is none is WAX_ERR_FORMAT.
 */
int wax_device_know(struct wax_device *d,
		    const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
		    const uint8_t recipient[WAX_XWING_PUBLIC_SIZE],
		    struct wax_diag *diag);

/*
 * Decodes what the file holds (wax-format(5)); anything odd is WAX_ERR_STATE.
 * With glance set the cards are only glanced at, and their notes not kept.
 */
int wax_contact_decode(struct wax_contact *c, struct wax_cursor data,
		       bool glance, struct wax_diag *diag);

/* Encodes it; all devices that are not bare have notes. */
int wax_contact_encode(const struct wax_contact *c, struct wax_bytes *out,
		       struct wax_diag *diag);

/* What names that look the same have in common, never longer than the name. */
void wax_contact_skeleton(const char *name, char out[WAX_CONTACT_NAME_SIZE]);

/* The half of a code that stands for one identity: 30 digits and a NUL. */
#define WAX_CODE_HALF_SIZE 31
void wax_code_half(const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
		   const uint8_t recipient[WAX_XWING_PUBLIC_SIZE],
		   char out[WAX_CODE_HALF_SIZE]);

#endif
