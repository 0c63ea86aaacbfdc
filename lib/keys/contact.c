/* SPDX-License-Identifier: ISC */
/*
 * One contact: its devices with their cards, and its file, which is, with all
 * numbers little-endian:
 *
 *	version:4, length:4, name, n:4, then n times
 *	added:8, verified:8, length:4, card.
 *
 * The version is 1 where all devices have cards. It is 2 where one has none:
 * then its length is 0, and its identity:32 and recipient:1216 follow.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/text.h>

#include "base/error.h"
#include "crypto/identity.h"
#include "keys/contact.h"
#include "keys/key.h"
#include "keys/minisign.h"

#define VERSION_CARDS 1
#define VERSION_BARE 2

int wax_contact_name_check(const char *name, struct wax_diag *diag)
{
	/* As text forms of keys begin, public and secret ones. */
	static const char *const keys[] = {"age1", "wax1",   "ssh-",
					   "AGE-", "ecdsa-", "sk-"};
	size_t len = strlen(name);
	bool is_key = wax_minisign_key_is_valid(name, len);

	if (wax_identity_name_check(name, diag))
		return WAX_ERR_USAGE;
	if (*name == '-' || strchr(name, '/'))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "'%s': a contact's name has no slash in it "
				    "and does not begin with -",
				    name);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		is_key |= wax_starts(name, len, keys[i]);
	return is_key ? wax_diag_set(diag, WAX_ERR_USAGE,
				     "a contact's name must not begin like "
				     "a key: age1, wax1, ssh- and so on")
		      : 0;
}

void wax_contact_release(struct wax_contact *c)
{
	for (size_t i = 0; i < c->n; i++)
		wax_bytes_release(&c->devices[i].card.note);
	free(c->devices);
	free(c->file);
	*c = (struct wax_contact){0};
}

void wax_contact_free(struct wax_contact *contact)
{
	if (!contact)
		return;
	wax_contact_release(contact);
	free(contact);
}

int wax_contact_add(struct wax_contact *c, struct wax_device **out,
		    struct wax_diag *diag)
{
	struct wax_device *devices =
		realloc(c->devices, (c->n + 1) * sizeof(*devices));

	if (!devices)
		return wax_no_memory(diag);
	c->devices = devices;
	devices[c->n] = (struct wax_device){0};
	*out = &devices[c->n++];
	return 0;
}

void wax_contact_drop(struct wax_contact *c, size_t i)
{
	wax_bytes_release(&c->devices[i].card.note);
	c->n--;
	memmove(c->devices + i, c->devices + i + 1,
		(c->n - i) * sizeof(*c->devices));
}

int wax_device_set(struct wax_device *d, const struct wax_card *card,
		   struct wax_diag *diag)
{
	struct wax_bytes note = {0};
	int err = wax_bytes_add(&note, card->note.data, card->note.len, diag);

	if (err)
		return err;
	wax_bytes_release(&d->card.note);
	d->card = *card;
	d->card.note = note;
	d->bare = false;
	return 0;
}

int wax_device_know(struct wax_device *d,
		    const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
		    const uint8_t recipient[WAX_XWING_PUBLIC_SIZE],
		    struct wax_diag *diag)
{
	struct wax_public_key to = {.kind = WAX_IDENTITY_MLKEM768X25519};
	struct wax_card card = {0};
	char *text;
	int err;

	memcpy(card.key, key, sizeof(card.key));
	wax_identity_text(key, card.identity);
	if (!wax_public_identity_is_valid(card.identity))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the identity is none");
	memcpy(to.bytes, recipient, WAX_XWING_PUBLIC_SIZE);
	err = wax_public_key_text(&to, &text, diag);
	if (err)
		return err;
	strcpy(card.recipient, text);
	free(text);
	wax_bytes_release(&d->card.note);
	d->card = card;
	d->bare = true;
	return 0;
}

static bool take_time(struct wax_cursor *c, int64_t *out)
{
	uint64_t t;

	if (!wax_cursor_le(c, 8, &t) || t > (uint64_t)WAX_TIME_MAX)
		return false;
	*out = (int64_t)t;
	return true;
}

/* Takes a length of at most max, and as many bytes. */
static bool take_bytes(struct wax_cursor *c, size_t max, struct wax_cursor *out)
{
	const uint8_t *at;
	uint64_t len;

	if (!wax_cursor_le(c, 4, &len) || len > max ||
	    !wax_cursor_take(c, (size_t)len, &at))
		return false;
	*out = wax_cursor(at, (size_t)len);
	return true;
}

static bool take_name(struct wax_contact *c, struct wax_cursor *data)
{
	struct wax_cursor name;

	if (!take_bytes(data, sizeof(c->name) - 1, &name) ||
	    memchr(name.at, '\0', name.left))
		return false;
	memcpy(c->name, name.at, name.left);
	c->name[name.left] = '\0';
	return !wax_contact_name_check(c->name, NULL);
}

/* False when it is no device; memory running out is an error. */
static bool take_bare(struct wax_device *d, struct wax_cursor *data, int *err,
		      struct wax_diag *diag)
{
	const uint8_t *key, *recipient;

	if (!wax_cursor_take(data, WAX_ED25519_PUBLIC_SIZE, &key) ||
	    !wax_cursor_take(data, WAX_XWING_PUBLIC_SIZE, &recipient))
		return false;
	*err = wax_device_know(d, key, recipient, diag);
	return *err != WAX_ERR_FORMAT;
}

static bool take_device(struct wax_device *d, struct wax_cursor *data,
			bool glance, int *err, struct wax_diag *diag)
{
	struct wax_cursor note;
	bool ok = take_time(data, &d->added) && take_time(data, &d->verified) &&
		  take_bytes(data, WAX_CARD_MAX, &note);

	if (ok && !note.left)
		return take_bare(d, data, err, diag);
	if (ok && glance)
		return wax_card_glance(&d->card, note);
	ok = ok && !wax_card_parse(&d->card, note, NULL);
	if (ok)
		*err = wax_bytes_add(&d->card.note, note.at, note.left, diag);
	return ok;
}

static int damaged(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_STATE,
			    "the contact is damaged, or of a later version of "
			    "wax");
}

/* Whether no identity is there twice. */
static bool are_distinct(const struct wax_contact *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (wax_contact_device(c, c->devices[i].card.identity) != i)
			return false;
	return true;
}

/* The one in which a contact is kept; what is older reads the first, too. */
static uint64_t version_of(const struct wax_contact *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->devices[i].bare)
			return VERSION_BARE;
	return VERSION_CARDS;
}

int wax_contact_decode(struct wax_contact *c, struct wax_cursor data,
		       bool glance, struct wax_diag *diag)
{
	uint64_t version, n;
	int err = 0;

	if (!wax_cursor_le(&data, 4, &version) || !take_name(c, &data) ||
	    !wax_cursor_le(&data, 4, &n) || !n || n > WAX_DEVICES_MAX)
		return damaged(diag);
	while (!err && c->n < n) {
		struct wax_device *d;

		err = wax_contact_add(c, &d, diag);
		if (!err && !take_device(d, &data, glance, &err, diag))
			return damaged(diag);
	}
	if (err)
		return err;
	return data.left || version != version_of(c) || !are_distinct(c)
		       ? damaged(diag)
		       : 0;
}

static int put_bytes(struct wax_bytes *out, const void *data, size_t len,
		     struct wax_diag *diag)
{
	int err = wax_bytes_add_le(out, len, 4, diag);

	return err ? err : wax_bytes_add(out, data, len, diag);
}

static int put_bare(struct wax_bytes *out, const struct wax_card *card,
		    struct wax_diag *diag)
{
	struct wax_public_key to;
	int err = wax_public_key_parse(&to, card->recipient,
				       strlen(card->recipient), diag);

	if (!err)
		err = wax_bytes_add(out, card->key, sizeof(card->key), diag);
	return err ? err
		   : wax_bytes_add(out, to.bytes, WAX_XWING_PUBLIC_SIZE, diag);
}

int wax_contact_encode(const struct wax_contact *c, struct wax_bytes *out,
		       struct wax_diag *diag)
{
	int err = wax_bytes_add_le(out, version_of(c), 4, diag);

	if (!err)
		err = put_bytes(out, c->name, strlen(c->name), diag);
	if (!err)
		err = wax_bytes_add_le(out, c->n, 4, diag);
	for (size_t i = 0; !err && i < c->n; i++) {
		const struct wax_device *d = &c->devices[i];

		err = wax_bytes_add_le(out, (uint64_t)d->added, 8, diag);
		if (!err)
			err = wax_bytes_add_le(out, (uint64_t)d->verified, 8,
					       diag);
		if (!err)
			err = put_bytes(out, d->card.note.data,
					d->card.note.len, diag);
		if (!err && d->bare)
			err = put_bare(out, &d->card, diag);
	}
	return err;
}

const char *wax_contact_name(const struct wax_contact *contact)
{
	return contact->name;
}

size_t wax_contact_devices(const struct wax_contact *contact)
{
	return contact->n;
}

const struct wax_card *wax_contact_card(const struct wax_contact *contact,
					size_t i)
{
	return contact->devices[i].bare ? NULL : &contact->devices[i].card;
}

const char *wax_contact_identity(const struct wax_contact *contact, size_t i)
{
	return contact->devices[i].card.identity;
}

const char *wax_contact_recipient(const struct wax_contact *contact, size_t i)
{
	return contact->devices[i].card.recipient;
}

int64_t wax_contact_added(const struct wax_contact *contact, size_t i)
{
	return contact->devices[i].added;
}

int64_t wax_contact_verified(const struct wax_contact *contact, size_t i)
{
	return contact->devices[i].verified;
}

size_t wax_contact_device(const struct wax_contact *contact,
			  const char *identity)
{
	size_t i = 0;

	while (i < contact->n &&
	       strcmp(contact->devices[i].card.identity, identity))
		i++;
	return i;
}
