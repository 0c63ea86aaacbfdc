/* SPDX-License-Identifier: ISC */
/*
 * Adding to the address book, by a card or by an identity alone, and what speaks
 * against it.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/text.h>

#include "base/error.h"
#include "base/time.h"
#include "crypto/identity.h"
#include "keys/contacts.h"
#include "keys/key.h"

/* How far ahead a card's time may be, in seconds, as clocks differ. */
#define AHEAD_MAX (24 * 3600)

/* Whether keys can be encapsulated to, so that none blocks sealing later. */
static bool are_good(const struct wax_card *card, bool bare)
{
	uint8_t ciphertext[WAX_XWING_CIPHERTEXT_SIZE];
	uint8_t shared[WAX_XWING_SHARED_SIZE];
	static const uint8_t scalar[WAX_X25519_SIZE] = {1};
	struct wax_public_key recipient;

	return !wax_public_key_parse(&recipient, card->recipient,
				     strlen(card->recipient), NULL) &&
	       wax_xwing_encap(ciphertext, shared, recipient.bytes) &&
	       (bare ||
		(wax_xwing_encap(ciphertext, shared, card->prekey.xwing) &&
		 wax_x25519(shared, scalar, card->prekey.x25519)));
}

static int check_keys(const struct wax_device *d, int64_t now,
		      struct wax_diag *diag)
{
	const struct wax_card *card = &d->card;
	/* What is kept must be read again, and 0 is never. */
	int err = wax_time_check(now, 1, WAX_TIME_MAX, diag);

	if (err)
		return err;
	if (card->issued - now > AHEAD_MAX) {
		wax_diag_set(diag, WAX_ERR_TRUST,
			     "the card was issued in the future");
		wax_diag_hint(diag, "one of the two clocks is wrong");
		return WAX_ERR_TRUST;
	}
	if (are_good(card, d->bare))
		return 0;
	if (d->bare)
		return wax_diag_set(diag, WAX_ERR_TRUST,
				    "the identity's recipient is no good");
	wax_diag_set(diag, WAX_ERR_TRUST, "the card's keys are no good");
	wax_diag_hint(diag, "nothing could be sealed to them; ask its owner "
			    "for another card");
	return WAX_ERR_TRUST;
}

static int another_recipient(const struct wax_contact *c, bool bare,
			     struct wax_diag *diag)
{
	wax_diag_set(diag, WAX_ERR_TRUST,
		     "the %s the identity of '%s', and another recipient",
		     bare ? "session has" : "card has", c->name);
	wax_diag_hint(diag, "do not use it before you have asked its owner "
			    "why");
	return WAX_ERR_TRUST;
}

/*
 * A newer card of a known device takes the place of the older one, or of none;
 * an identity alone says nothing new.
 */
static int renew(struct wax_contact *c, const struct wax_device *from,
		 enum wax_contact_news *news, struct wax_diag *diag)
{
	const struct wax_card *card = &from->card;
	struct wax_device *d =
		&c->devices[wax_contact_device(c, card->identity)];

	*news = from->bare ? WAX_CONTACT_SAME : WAX_CONTACT_RENEWED;
	if (strcmp(d->card.recipient, card->recipient))
		return another_recipient(c, from->bare, diag);
	if (from->bare)
		return 0;
	if (d->bare)
		return wax_device_set(d, card, diag);
	if (card->issued < d->card.issued) {
		wax_diag_set(diag, WAX_ERR_TRUST,
			     "the card is older than the one that is known of "
			     "'%s'",
			     c->name);
		wax_diag_hint(diag, "the newer one stays");
		return WAX_ERR_TRUST;
	}
	if (card->issued > d->card.issued)
		return wax_device_set(d, card, diag);
	*news = WAX_CONTACT_SAME;
	if (card->note.len == d->card.note.len &&
	    !memcmp(card->note.data, d->card.note.data, card->note.len))
		return 0;
	wax_diag_set(diag, WAX_ERR_TRUST,
		     "the card is as old as the one that is known of '%s', and "
		     "says something else",
		     c->name);
	wax_diag_hint(diag, "the known one stays; ask the owner for a newer "
			    "one");
	return WAX_ERR_TRUST;
}

/* Adds a device to a contact, which may be a new one. */
static int add_device(struct wax_contact *c, const struct wax_device *from,
		      int64_t now, struct wax_diag *diag)
{
	char word[WAX_TEXT_WORD_SIZE];
	struct wax_device *d;
	int err;

	if (c->n == WAX_DEVICES_MAX) {
		wax_diag_set(diag, WAX_ERR_USAGE, "'%s' has %d devices already",
			     c->name, WAX_DEVICES_MAX);
		wax_text_word(c->name, "NAME", word, sizeof(word));
		wax_diag_hint(diag,
			      "'wax-contact show %s' lists them, 'wax-contact "
			      "rm wax1...' removes one",
			      word);
		return WAX_ERR_USAGE;
	}
	err = wax_contact_add(c, &d, diag);
	if (err)
		return err;
	err = wax_device_set(d, &from->card, diag);
	d->added = now;
	d->bare = from->bare;
	return err;
}

static int make(const char *name, struct wax_contact **out,
		struct wax_diag *diag)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return wax_no_memory(diag);
	strcpy((*out)->name, name);
	return 0;
}

/*
 * An apostrophe could feign the words that follow the name in a message, and
 * the others mean something to a shell even within quotes. Whoever sends a card
 * has no need of them; a person may give such a name.
 */
static int check_foreign_name(const char *name, struct wax_diag *diag)
{
	const char *c = strpbrk(name, "'!`$\"\\");

	if (!c)
		return 0;
	if (*c == '\'')
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "a name with an apostrophe is not taken from a "
			     "card");
	else
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "a name with '%c' is not taken from a card", *c);
	wax_diag_hint(diag, "'wax-contact add NAME CARD' gives it another");
	return WAX_ERR_USAGE;
}

/* Finds what it is to be added to; *known tells that it is a renewal. */
static int find_place(struct wax_contacts *book, const char *name,
		      const struct wax_device *d, unsigned flags, bool *known,
		      struct wax_contact **out, struct wax_diag *diag)
{
	const struct wax_card *card = &d->card;
	char word[WAX_TEXT_WORD_SIZE];
	bool by_card = !name;
	int err = wax_contacts_find(book, card->identity, out, diag);

	*known = !err && *out;
	if (err)
		return err;
	if (*known && name && strcmp((*out)->name, name)) {
		wax_diag_set(diag, WAX_ERR_USAGE, "the %s is known as '%s'",
			     d->bare ? "identity" : "card's identity",
			     (*out)->name);
		wax_text_word((*out)->name, "NAME", word, sizeof(word));
		wax_diag_hint(
			diag,
			"'wax-contact rename %s NEW' gives it another name",
			word);
		return WAX_ERR_USAGE;
	}
	if (*known)
		return 0;
	name = by_card ? card->name : name;
	err = wax_contact_name_check(name, diag);
	if (!err && by_card)
		err = check_foreign_name(name, diag);
	if (!err)
		err = wax_contacts_find(book, name, out, diag);
	if (err)
		return err;
	if (!*out)
		return make(name, out, diag);
	if (flags & WAX_CONTACT_DEVICE && !by_card)
		return 0;
	wax_diag_set(diag, WAX_ERR_TRUST, "'%s' is known with another identity",
		     name);
	wax_diag_hint(diag, "somebody may pose as them: ask. For one more "
			    "device: --device; for a new identity: rm first");
	return WAX_ERR_TRUST;
}

/*
 * The same may be there from a process that was killed before it had flushed
 * it, or without the links that lead to it.
 */
static int mend(struct wax_contacts *book, const struct wax_contact *c,
		struct wax_diag *diag)
{
	int err = wax_contacts_relink(book, c, diag);

	return err ? err : wax_contacts_flush(book, diag);
}

/* Adds what a device would be, of which the card is borrowed. */
static int add(struct wax_contacts *book, const char *name,
	       const struct wax_device *d, unsigned flags, int64_t now,
	       enum wax_contact_news *news, struct wax_diag *diag)
{
	struct wax_contact *c = NULL;
	struct wax_lock *lock = NULL;
	enum wax_contact_news what = WAX_CONTACT_NEW;
	bool known, any;
	int err = wax_state_has_key(book->state, &any, diag);

	/* Without a key nobody is known, by another name than the card's. */
	if (!err && (name || !any))
		err = wax_contact_name_check(name ? name : d->card.name, diag);
	if (!err)
		err = check_keys(d, now, diag);
	if (!err)
		err = wax_contacts_lock(book, &lock, diag);
	if (!err)
		err = find_place(book, name, d, flags, &known, &c, diag);
	if (!err && known)
		err = renew(c, d, &what, diag);
	if (!err && !known) {
		what = c->n ? WAX_CONTACT_MORE : WAX_CONTACT_NEW;
		err = add_device(c, d, now, diag);
	}
	if (!err)
		wax_contacts_sweep(book, now);
	if (!err)
		err = what == WAX_CONTACT_SAME
			      ? mend(book, c, diag)
			      : wax_contacts_put(book, c, diag);
	if (!err && what == WAX_CONTACT_NEW)
		wax_contacts_remember_name(book, c->name);
	if (!err && news)
		*news = what;
	wax_lock_free(lock);
	wax_contact_free(c);
	return err;
}

int wax_contacts_add(struct wax_contacts *book, const char *name,
		     const struct wax_card *card, unsigned flags, int64_t now,
		     enum wax_contact_news *news, struct wax_diag *diag)
{
	const struct wax_device d = {.card = *card};

	return add(book, name, &d, flags, now, news, diag);
}

int wax_contacts_add_identity(struct wax_contacts *book, const char *name,
			      const char *identity, const char *recipient,
			      unsigned flags, int64_t now,
			      enum wax_contact_news *news,
			      struct wax_diag *diag)
{
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];
	struct wax_public_key to;
	struct wax_device d = {0};
	int err;

	if (!wax_identity_parse(identity, strlen(identity), key) ||
	    wax_public_key_parse(&to, recipient, strlen(recipient), NULL) ||
	    to.kind != WAX_IDENTITY_MLKEM768X25519)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "it is no identity with a recipient");
	err = wax_device_know(&d, key, to.bytes, diag);
	return err ? err : add(book, name, &d, flags, now, news, diag);
}
