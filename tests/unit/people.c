/* SPDX-License-Identifier: ISC */
/*
 * Cards of made-up people.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/identity.h"
#include "fixture.h"
#include "known.h"
#include "people.h"
#include "tap.h"

static void need(int err)
{
	if (err) {
		printf("Bail out! no card\n");
		exit(1);
	}
}

void people_sign(struct wax_card *card, uint32_t who)
{
	uint8_t secret[WAX_ED25519_SECRET_SIZE];
	struct wax_secret_key key;

	fixture_key(WAX_IDENTITY_MLKEM768X25519, who, &key);
	wax_identity_derive(wax_secret_bytes(key.secret), WAX_DERIVE_IDENTITY,
			    secret);
	wax_secret_key_release(&key);
	wax_ed25519_secret_public(card->key, secret);
	wax_identity_text(card->key, card->identity);
	card->note.len = 0;
	need(wax_card_write(card, secret, &card->note, NULL));
}

struct wax_card *people_card(uint32_t who, const char *name, int64_t issued)
{
	char *recipient = fixture_recipient(WAX_IDENTITY_MLKEM768X25519, who);
	struct wax_card *card = calloc(1, sizeof(*card));
	uint8_t secret[32];

	need(!card);
	strcpy(card->name, name);
	strcpy(card->recipient, recipient);
	strcpy(card->minisign, KNOWN_MINISIGN);
	card->issued = issued;
	card->expires = issued + WAX_CARD_VALID;
	tap_fill(secret, sizeof(secret), who * 1000 + (uint32_t)issued);
	card->prekey.id = who;
	wax_x25519_base(card->prekey.x25519, secret);
	wax_xwing_public(card->prekey.xwing, secret);
	people_sign(card, who);
	free(recipient);
	return card;
}

struct wax_card *people_known(void)
{
	struct wax_card *card = NULL;

	need(wax_card_new(wax_cursor(known_text, strlen(known_text)), &card,
			  NULL));
	return card;
}
