/* SPDX-License-Identifier: ISC */
/*
 * Changes of the address book, and what speaks against them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "keys/contacts.h"
#include "keys/key.h"

/* How far ahead a card's time may be, in seconds, as clocks differ. */
#define AHEAD_MAX (24 * 3600)

/* Whether keys can be encapsulated to, so that none blocks sealing later. */
static bool are_good(const struct wax_card *card)
{
	uint8_t ciphertext[WAX_XWING_CIPHERTEXT_SIZE];
	uint8_t shared[WAX_XWING_SHARED_SIZE];
	static const uint8_t scalar[WAX_X25519_SIZE] = {1};
	struct wax_public_key recipient;

	return !wax_public_key_parse(&recipient, card->recipient,
				     strlen(card->recipient), NULL) &&
	       wax_xwing_encap(ciphertext, shared, recipient.bytes) &&
	       wax_xwing_encap(ciphertext, shared, card->prekey.xwing) &&
	       wax_x25519(shared, scalar, card->prekey.x25519);
}

/* What is kept must be read again, and 0 is never. */
static int check_clock(int64_t now, struct wax_diag *diag)
{
	return wax_time_check(now, 1, WAX_TIME_MAX, diag);
}

static int check_card(const struct wax_card *card, int64_t now,
		      struct wax_diag *diag)
{
	int err = check_clock(now, diag);

	if (err)
		return err;
	if (card->issued - now > AHEAD_MAX) {
		wax_diag_set(diag, WAX_ERR_TRUST,
			     "the card was issued in the future");
		wax_diag_hint(diag, "one of the two clocks is wrong");
		return WAX_ERR_TRUST;
	}
	if (are_good(card))
		return 0;
	wax_diag_set(diag, WAX_ERR_TRUST, "the card's keys are no good");
	wax_diag_hint(diag, "nothing could be sealed to them; ask its owner "
			    "for another card");
	return WAX_ERR_TRUST;
}

/* A newer card of a known device takes the place of the older one. */
static int renew(struct wax_contact *c, const struct wax_card *card,
		 enum wax_contact_news *news, struct wax_diag *diag)
{
	struct wax_device *d =
		&c->devices[wax_contact_device(c, card->identity)];

	*news = WAX_CONTACT_RENEWED;
	if (strcmp(d->card.recipient, card->recipient)) {
		wax_diag_set(diag, WAX_ERR_TRUST,
			     "the card has the identity of '%s', and another "
			     "recipient",
			     c->name);
		wax_diag_hint(diag, "do not use it before you have asked its "
				    "owner why");
		return WAX_ERR_TRUST;
	}
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
static int add_device(struct wax_contact *c, const struct wax_card *card,
		      int64_t now, struct wax_diag *diag)
{
	struct wax_device *d;
	int err;

	if (c->n == WAX_DEVICES_MAX) {
		wax_diag_set(diag, WAX_ERR_USAGE, "'%s' has %d devices already",
			     c->name, WAX_DEVICES_MAX);
		wax_diag_hint(diag, "'wax-contact rm wax1...' removes one");
		return WAX_ERR_USAGE;
	}
	err = wax_contact_add(c, &d, diag);
	if (err)
		return err;
	d->added = now;
	return wax_device_set(d, card, diag);
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

/* Finds what the card is to be added to; *known tells that it is a renewal. */
static int find_place(struct wax_contacts *book, const char *name,
		      const struct wax_card *card, unsigned flags, bool *known,
		      struct wax_contact **out, struct wax_diag *diag)
{
	bool by_card = !name;
	int err = wax_contacts_find(book, card->identity, out, diag);

	*known = !err && *out;
	if (err)
		return err;
	if (*known && name && strcmp((*out)->name, name)) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "the card's identity is known as '%s'",
			     (*out)->name);
		wax_diag_hint(diag, "'wax-contact rename' gives a contact "
				    "another name");
		return WAX_ERR_USAGE;
	}
	if (*known)
		return 0;
	name = by_card ? card->name : name;
	err = wax_contact_name_check(name, diag);
	/* A quote could feign the words that follow the name in a message. */
	if (!err && by_card && strchr(name, '\''))
		err = wax_diag_set(diag, WAX_ERR_USAGE,
				   "a name with an apostrophe is not taken "
				   "from a card");
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

int wax_contacts_add(struct wax_contacts *book, const char *name,
		     const struct wax_card *card, unsigned flags, int64_t now,
		     enum wax_contact_news *news, struct wax_diag *diag)
{
	struct wax_contact *c = NULL;
	struct wax_lock *lock = NULL;
	enum wax_contact_news what = WAX_CONTACT_NEW;
	bool known, any;
	int err = wax_state_has_key(book->state, &any, diag);

	/* Without a key nobody is known, by another name than the card's. */
	if (!err && (name || !any))
		err = wax_contact_name_check(name ? name : card->name, diag);
	if (!err)
		err = check_card(card, now, diag);
	if (!err)
		err = wax_contacts_lock(book, &lock, diag);
	if (!err)
		err = find_place(book, name, card, flags, &known, &c, diag);
	if (!err && known)
		err = renew(c, card, &what, diag);
	if (!err && !known) {
		what = c->n ? WAX_CONTACT_MORE : WAX_CONTACT_NEW;
		err = add_device(c, card, now, diag);
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

/* Begins the change of a contact that must be there. */
static int begin(struct wax_contacts *book, const char *who,
		 struct wax_lock **lock, struct wax_contact **out,
		 struct wax_diag *diag)
{
	int err = wax_contacts_lock(book, lock, diag);

	if (!err)
		err = wax_contacts_find(book, who, out, diag);
	if (!err && !*out)
		err = wax_diag_set(diag, WAX_ERR_USAGE,
				   "there is no contact '%.300s'", who);
	return err;
}

/* Takes the digits out of what was typed; false unless there are 60. */
static bool tidy(const char *code, char out[WAX_CODE_SIZE])
{
	size_t digits = 0;

	for (; *code; code++) {
		if (wax_is_space(*code) || *code == '-')
			continue;
		if (*code < '0' || *code > '9' || digits == 60)
			return false;
		if (digits && digits % 5 == 0)
			*out++ = ' ';
		*out++ = *code;
		digits++;
	}
	*out = '\0';
	return digits == 60;
}

/* Finds the device that a code is of, among others than one's own. */
static int compare(const struct wax_contact *c, const char *code,
		   struct wax_identities *own, size_t *device,
		   struct wax_diag *diag)
{
	char want[WAX_CODE_SIZE];
	int err = 0;

	for (*device = 0; *device < c->n; ++*device) {
		err = wax_contact_code(c, *device, own, want, diag);
		if (!err && !strcmp(code, want))
			return 0;
		if (err && (err != WAX_ERR_USAGE || c->n == 1))
			return err;
	}
	wax_diag_set(diag, WAX_ERR_TRUST, "the code is not that of '%s'",
		     c->name);
	wax_diag_hint(diag, "if it was typed right, somebody may stand between "
			    "you: exchange cards anew by a way that you trust");
	return WAX_ERR_TRUST;
}

int wax_contacts_verify(struct wax_contacts *book, const char *who,
			const char *code, struct wax_identities *own,
			int64_t now, size_t *device, struct wax_diag *diag)
{
	char tidied[WAX_CODE_SIZE];
	struct wax_contact *c = NULL;
	struct wax_lock *lock = NULL;
	size_t i = 0;
	int err = check_clock(now, diag);

	if (!err && !tidy(code, tidied))
		err = wax_diag_set(diag, WAX_ERR_FORMAT,
				   "a code has 60 digits, in groups of five");
	if (!err)
		err = begin(book, who, &lock, &c, diag);
	if (!err)
		err = compare(c, tidied, own, &i, diag);
	if (!err) {
		c->devices[i].verified = now;
		err = wax_contacts_put(book, c, diag);
	}
	if (!err)
		*device = i;
	wax_lock_free(lock);
	wax_contact_free(c);
	return err;
}

int wax_contacts_rename(struct wax_contacts *book, const char *who,
			const char *name, struct wax_diag *diag)
{
	struct wax_contact *c = NULL, *other = NULL;
	struct wax_lock *lock = NULL;
	char old[WAX_CONTACT_NAME_SIZE];
	int err = wax_contact_name_check(name, diag);

	if (!err)
		err = begin(book, who, &lock, &c, diag);
	if (!err)
		err = wax_contacts_find(book, name, &other, diag);
	if (!err && other)
		err = wax_diag_set(diag, WAX_ERR_USAGE,
				   "there is a contact '%s' already", name);
	if (!err) {
		strcpy(old, c->name);
		strcpy(c->name, name);
		err = wax_contacts_put(book, c, diag);
	}
	if (!err) {
		wax_contacts_unlink(book, old);
		wax_contacts_forget_names(book);
	}
	wax_lock_free(lock);
	wax_contact_free(other);
	wax_contact_free(c);
	return err;
}

int wax_contacts_remove(struct wax_contacts *book, const char *who,
			struct wax_diag *diag)
{
	struct wax_contact *c = NULL;
	struct wax_lock *lock = NULL;
	size_t device;
	int err = begin(book, who, &lock, &c, diag);

	if (!err) {
		device = wax_contact_device(c, who);
		if (device == c->n || c->n == 1) {
			err = wax_contacts_take(book, c, diag);
		} else {
			wax_contact_drop(c, device);
			err = wax_contacts_put(book, c, diag);
			if (!err)
				wax_contacts_unlink(book, who);
		}
	}
	wax_contacts_forget_names(book);
	wax_lock_free(lock);
	wax_contact_free(c);
	return err;
}
