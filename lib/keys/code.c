/* SPDX-License-Identifier: ISC */
/*
 * Verification codes: what two people compare, so that nobody stands between
 * them (wax-format(5)).
 */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "crypto/identity.h"
#include "keys/contact.h"
#include "keys/identities.h"
#include "keys/key.h"

#define GROUPS 6
#define GROUP_BYTES 5
#define GROUP_DIGITS 5

void wax_code_half(const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
		   const uint8_t recipient[WAX_XWING_PUBLIC_SIZE],
		   char out[WAX_CODE_HALF_SIZE])
{
	static const char label[] = "wax/v1 code";
	uint8_t all[sizeof(label) - 1 + WAX_ED25519_PUBLIC_SIZE +
		    WAX_XWING_PUBLIC_SIZE];
	uint8_t hash[WAX_SHA512_SIZE], *at = all;

	at = mempcpy(at, label, sizeof(label) - 1);
	at = mempcpy(at, key, WAX_ED25519_PUBLIC_SIZE);
	memcpy(at, recipient, WAX_XWING_PUBLIC_SIZE);
	wax_sha512(all, sizeof(all), hash);
	for (int i = 0; i < GROUPS; i++) {
		uint64_t n = 0;

		for (int k = 0; k < GROUP_BYTES; k++)
			n = n << 8 | hash[i * GROUP_BYTES + k];
		snprintf(out + i * GROUP_DIGITS, GROUP_DIGITS + 1, "%05u",
			 (unsigned)(n % 100000));
	}
}

/* The half of one's own first identity. */
static int own_half(struct wax_identities *own, char out[WAX_CODE_HALF_SIZE],
		    struct wax_diag *diag)
{
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];
	struct wax_public_key recipient;
	struct wax_secret *signer;
	int err =
		wax_identities_signer(own, WAX_DERIVE_IDENTITY, &signer, diag);

	if (err)
		return err;
	wax_ed25519_secret_public(key, wax_secret_bytes(signer));
	wax_secret_free(signer);
	wax_secret_key_public(wax_identities_key(own, 0), &recipient);
	wax_code_half(key, recipient.bytes, out);
	return 0;
}

/* The half of a device; a card that was only glanced at has texts alone. */
static int their_half(const struct wax_contact *c, size_t i,
		      char out[WAX_CODE_HALF_SIZE], struct wax_diag *diag)
{
	const struct wax_card *card = &c->devices[i].card;
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];
	struct wax_public_key recipient;
	int err = wax_public_key_parse(&recipient, card->recipient,
				       strlen(card->recipient), diag);

	if (err)
		return err;
	if (!wax_identity_parse(card->identity, strlen(card->identity), key))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the card's identity is none");
	wax_code_half(key, recipient.bytes, out);
	return 0;
}

int wax_contact_code(const struct wax_contact *contact, size_t i,
		     struct wax_identities *own, char out[WAX_CODE_SIZE],
		     struct wax_diag *diag)
{
	char mine[WAX_CODE_HALF_SIZE], theirs[WAX_CODE_HALF_SIZE];
	const char *halves[2] = {mine, theirs};
	bool swap;
	int err = own_half(own, mine, diag);

	if (!err)
		err = their_half(contact, i, theirs, diag);
	if (err)
		return err;
	if (!strcmp(mine, theirs))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "this is one's own identity: there is "
				    "nothing to compare");
	swap = strcmp(mine, theirs) > 0;
	for (int g = 0; g < 2 * GROUPS; g++) {
		const char *half = halves[(g >= GROUPS) != swap];

		memcpy(out, half + g % GROUPS * GROUP_DIGITS, GROUP_DIGITS);
		out += GROUP_DIGITS;
		*out++ = g == 2 * GROUPS - 1 ? '\0' : ' ';
	}
	return 0;
}
