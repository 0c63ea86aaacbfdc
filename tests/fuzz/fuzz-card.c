/* SPDX-License-Identifier: ISC */
/*
 * Cards: the first byte says whether the rest is a card, or a card's text that
 * is signed here first, by the identity of the seed 00 01 ... 1f, under the
 * name in it.
 *
 * Holds: a card is written the same again, as far as it is known; reading gives
 * the same byte by byte; the only errors are two.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/text.h>

#include "crypto/identity.h"
#include "fuzz.h"
#include "keys/card.h"
#include "keys/note.h"

static void signer(uint8_t out[WAX_ED25519_SECRET_SIZE])
{
	uint8_t seed[32];

	for (uint8_t i = 0; i < sizeof(seed); i++)
		seed[i] = i;
	wax_identity_derive(seed, WAX_DERIVE_IDENTITY, out);
}

/* What is written for the card, without the signatures. */
static void rewrite(const struct wax_card *card, struct wax_bytes *out)
{
	uint8_t secret[WAX_ED25519_SECRET_SIZE];
	const uint8_t *end;

	signer(secret);
	check(!wax_card_write(card, secret, out, NULL), "it can be written");
	end = memmem(out->data, out->len, "\n\n", 2);
	check(end != NULL, "what is written is a note");
	out->len = (size_t)(end + 1 - out->data);
}

static bool same_card(const struct wax_card *a, const struct wax_card *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->identity, b->identity) &&
	       !strcmp(a->recipient, b->recipient) &&
	       !strcmp(a->minisign, b->minisign) && a->once == b->once &&
	       a->issued == b->issued && a->expires == b->expires &&
	       a->prekey.id == b->prekey.id && !memcmp(a->key, b->key, 32) &&
	       !memcmp(a->prekey.x25519, b->prekey.x25519, 32) &&
	       !memcmp(a->prekey.xwing, b->prekey.xwing,
		       sizeof(a->prekey.xwing));
}

static void good(const struct wax_card *card, const uint8_t *note, size_t size)
{
	struct wax_bytes again = {0};

	check(strlen(card->identity) == 62 && card->expires > card->issued &&
		      card->issued >= 0 && *card->name &&
		      wax_text_is_plain(card->name, strlen(card->name)) &&
		      wax_public_identity_is_valid(card->identity),
	      "what it says makes sense");
	rewrite(card, &again);
	check(again.len < size && !memcmp(again.data, note, again.len),
	      "it is written the same again");
	wax_bytes_release(&again);
}

static void read_card(const uint8_t *note, size_t size)
{
	struct wax_card *slow = NULL;
	struct wax_card card;
	struct wax_source *from = slow_source(note, size, 1);
	int err = wax_card_parse(&card, wax_cursor(note, size), NULL);
	int slow_err = wax_card_read(from, &slow, NULL);

	check(!err || err == WAX_ERR_FORMAT || err == WAX_ERR_TRUST,
	      "no other error");
	check(slow_err == err || (size > WAX_CARD_MAX && slow_err),
	      "byte by byte, the same");
	check(!slow_err == (slow != NULL), "a card or an error");
	if (!slow_err)
		check(same_card(slow, &card), "the same card");
	if (!err)
		good(&card, note, size);
	wax_card_free(slow);
	wax_source_free(from);
}

static void sign(const uint8_t *data, size_t size)
{
	uint8_t secret[WAX_ED25519_SECRET_SIZE];
	struct wax_bytes note = {0};

	signer(secret);
	sign_card(data, size, secret, &note);
	read_card(note.data, note.len);
	wax_bytes_release(&note);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size && *data & 1)
		sign(data + 1, size - 1);
	else if (size)
		read_card(data + 1, size - 1);
	return 0;
}
