/* SPDX-License-Identifier: ISC */
/*
 * contacts HOME FROM TO
 *
 * Adds contacts to the address book of a home, whose identity has no
 * passphrase: as many as there are numbers from FROM up to TO, which is not
 * among them. Each is named after its number, and has an identity of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wax.h>

#include "crypto/identity.h"
#include "keys/card.h"
#include "keys/key.h"

#define ISSUED INT64_C(1795428000)

/* Ends the process where something fails. */
static void need(int err, const struct wax_diag *diag)
{
	if (!err)
		return;
	fprintf(stderr, "contacts: %s\n", diag->text);
	exit(1);
}

static void open_book(const char *home, struct wax_contacts **out)
{
	struct wax_identities *own;
	struct wax_diag diag = {0};
	struct wax_source *from;
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/identity", home);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		snprintf(diag.text, sizeof(diag.text), "%s", strerror(errno));
	need(fd < 0, &diag);
	need(wax_source_fd(fd, path, &from, &diag), &diag);
	need(wax_identities_new(NULL, NULL, &own, &diag), &diag);
	need(wax_identities_read(own, from, path, &diag), &diag);
	need(wax_contacts_open(home, own, out, &diag), &diag);
	wax_identities_free(own);
	wax_source_free(from);
}

/* All keys are of the one seed, but for the prekey, which all have. */
static void make_card(unsigned long number, struct wax_card *card,
		      uint8_t secret[WAX_ED25519_SECRET_SIZE])
{
	static struct wax_prekey_public prekey;
	struct wax_public_key key = {.kind = WAX_IDENTITY_MLKEM768X25519};
	uint8_t seed[WAX_XWING_SEED_SIZE];
	struct wax_diag diag = {0};
	char *recipient;

	if (!prekey.id) {
		prekey.id = 1;
		memset(seed, 0xff, sizeof(seed));
		wax_x25519_base(prekey.x25519, seed);
		wax_xwing_public(prekey.xwing, seed);
	}
	*card = (struct wax_card){.prekey = prekey,
				  .issued = ISSUED,
				  .expires = ISSUED + WAX_CARD_VALID};
	memset(seed, 0, sizeof(seed));
	memcpy(seed, &number, sizeof(number));
	snprintf(card->name, sizeof(card->name), "contact %lu", number);
	wax_identity_derive(seed, WAX_DERIVE_IDENTITY, secret);
	wax_ed25519_secret_public(card->key, secret);
	wax_identity_text(card->key, card->identity);
	wax_xwing_public(key.bytes, seed);
	need(wax_public_key_text(&key, &recipient, &diag), &diag);
	strcpy(card->recipient, recipient);
	free(recipient);
}

static void add(struct wax_contacts *book, unsigned long number)
{
	/* Nobody checks that a card's minisign key is its own. */
	static const char minisign[] =
		"RWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVuDmK";
	uint8_t secret[WAX_ED25519_SECRET_SIZE];
	struct wax_diag diag = {0};
	struct wax_card card;

	make_card(number, &card, secret);
	strcpy(card.minisign, minisign);
	need(wax_card_write(&card, secret, &card.note, &diag), &diag);
	need(wax_contacts_add(book, NULL, &card, 0, ISSUED, NULL, &diag),
	     &diag);
	wax_bytes_release(&card.note);
}

int main(int argc, char **argv)
{
	struct wax_contacts *book;

	if (argc != 4) {
		fprintf(stderr, "usage: contacts HOME FROM TO\n");
		return 2;
	}
	open_book(argv[1], &book);
	for (unsigned long i = strtoul(argv[2], NULL, 10),
			   end = strtoul(argv[3], NULL, 10);
	     i < end; i++)
		add(book, i);
	wax_contacts_free(book);
	return 0;
}
