/* SPDX-License-Identifier: ISC */
/*
 * What a card holds, and its text.
 */
#ifndef WAX_KEYS_CARD_H
#define WAX_KEYS_CARD_H

#include <wax/card.h>
#include <wax/identity.h>
#include <wax/sign.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "crypto/crypto.h"

/* The public half of a prekey. */
struct wax_prekey_public {
	uint32_t id;
	uint8_t x25519[WAX_X25519_SIZE];
	uint8_t xwing[WAX_XWING_PUBLIC_SIZE];
};

struct wax_card {
	char name[WAX_IDENTITY_NAME_MAX + 1];
	uint8_t key[WAX_ED25519_PUBLIC_SIZE]; /* of the identity */
	char identity[WAX_PUBLIC_IDENTITY_SIZE];
	char recipient[2048];
	char minisign[WAX_MINISIGN_KEY_SIZE];
	struct wax_prekey_public prekey;
	bool once;
	int64_t issued, expires;
	struct wax_bytes note; /* all of it as it was; often left empty */
};

/* How each card begins, so that one can tell. */
#define WAX_CARD_BEGIN "wax/card/v1\n"

/* Adds the card's text, signed with its identity's key. */
int wax_card_write(const struct wax_card *card,
		   const uint8_t secret[WAX_ED25519_SECRET_SIZE],
		   struct wax_bytes *out, struct wax_diag *diag);

/*
 * Reads a whole card from memory, and leaves its note empty; errors as those of
 * wax_card_read().
 */
int wax_card_parse(struct wax_card *card, struct wax_cursor note,
		   struct wax_diag *diag);

/* The same, as a card of its own that has its note. */
int wax_card_new(struct wax_cursor note, struct wax_card **out,
		 struct wax_diag *diag);

/*
 * Takes the texts and times of what was parsed before, without looking what the
 * keys are worth: key and prekey stay zero. False when it is no card.
 */
bool wax_card_glance(struct wax_card *card, struct wax_cursor note);

#endif
