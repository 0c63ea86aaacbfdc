/* SPDX-License-Identifier: ISC */
/*
 * Contacts. The first byte says what the rest is: a contact's file; what such a
 * file is made of here, with cards that are signed; or a name.
 *
 * What a file is made of: version:4, the length of the name:1, the name, the
 * number of devices:4, then for each added:8, verified:8, a byte, and a length:2
 * of what follows. The byte's lower two bits say whose card it is; with the next
 * one set, it is a card's text, otherwise the name in an ordinary card.
 *
 * Holds: the only error is one; what is decoded is encoded the same again, has
 * a name that can be one, and no identity twice; a glance sees the same; of
 * names, what looks the same is never longer and looks as itself.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/text.h>

#include "crypto/identity.h"
#include "fuzz.h"
#include "keys/contact.h"
#include "keys/key.h"
#include "keys/note.h"

#define PEOPLE 4

/* Made once: the cards of a few people, without names, and their keys. */
static struct person {
	uint8_t secret[WAX_ED25519_SECRET_SIZE];
	struct wax_card card;
} people[PEOPLE];

static void make_person(struct person *p, uint32_t seed)
{
	struct wax_public_key key = {.kind = WAX_IDENTITY_MLKEM768X25519};
	uint8_t bytes[WAX_XWING_SEED_SIZE];
	char *recipient = NULL;

	fill(bytes, sizeof(bytes), seed);
	wax_identity_derive(bytes, WAX_DERIVE_IDENTITY, p->secret);
	wax_ed25519_secret_public(p->card.key, p->secret);
	wax_identity_text(p->card.key, p->card.identity);
	wax_xwing_public(key.bytes, bytes);
	check(!wax_public_key_text(&key, &recipient, NULL), "a recipient");
	strcpy(p->card.recipient, recipient);
	free(recipient);
	strcpy(p->card.minisign,
	       "RWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVuDmK");
	p->card.prekey.id = seed;
	wax_x25519_base(p->card.prekey.x25519, bytes);
	memcpy(p->card.prekey.xwing, key.bytes, sizeof(key.bytes));
	p->card.issued = 1795428000;
	p->card.expires = p->card.issued + WAX_CARD_VALID;
}

static bool same_texts(const struct wax_card *a, const struct wax_card *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->identity, b->identity) &&
	       !strcmp(a->recipient, b->recipient) &&
	       !strcmp(a->minisign, b->minisign) && a->once == b->once &&
	       a->issued == b->issued && a->expires == b->expires;
}

static void good(const struct wax_contact *c, const struct wax_contact *glance,
		 const uint8_t *data, size_t size)
{
	struct wax_bytes again = {0};

	check(!wax_contact_name_check(c->name, NULL), "the name can be one");
	check(c->n && c->n <= WAX_DEVICES_MAX, "there are devices");
	check(!wax_contact_encode(c, &again, NULL), "it can be encoded");
	check(same(&again, data, size), "and is the same again");
	check(!strcmp(c->name, glance->name) && c->n == glance->n,
	      "a glance sees the same");
	for (size_t i = 0; i < c->n; i++) {
		const struct wax_device *a = &c->devices[i];
		const struct wax_device *b = &glance->devices[i];

		check(wax_contact_device(c, a->card.identity) == i,
		      "no identity is there twice");
		check(a->added == b->added && a->verified == b->verified &&
			      same_texts(&a->card, &b->card),
		      "of each device, too");
		check(a->added >= 0 && a->added <= WAX_TIME_MAX &&
			      a->verified >= 0 && a->verified <= WAX_TIME_MAX,
		      "at times that are ones");
	}
	wax_bytes_release(&again);
}

static void read_contact(const uint8_t *data, size_t size)
{
	struct wax_contact c = {0}, glance = {0};
	int err = wax_contact_decode(&c, wax_cursor(data, size), false, NULL);
	int other =
		wax_contact_decode(&glance, wax_cursor(data, size), true, NULL);

	check(!err || err == WAX_ERR_STATE, "no other error");
	check(!other || other == WAX_ERR_STATE, "nor at a glance");
	check(err || !other, "a glance refuses nothing that is good");
	if (!err)
		good(&c, &glance, data, size);
	wax_contact_release(&c);
	wax_contact_release(&glance);
}

static void add_number(struct wax_bytes *b, uint64_t value, size_t n)
{
	uint8_t bytes[8];

	wax_le_put(bytes, value, n);
	add(b, bytes, n);
}

/* Up to len bytes of the input, but what a C string cannot hold. */
static void take_text(struct input *in, size_t len, char *out)
{
	while (len-- && in->len) {
		char c = (char)take(in, 1);

		*out = c ? c : '0';
		out++;
	}
	*out = '\0';
}

static void add_device(struct input *in, struct wax_bytes *to)
{
	uint64_t added = (uint64_t)take(in, 4) << 32 | take(in, 4);
	uint64_t verified = (uint64_t)take(in, 4) << 32 | take(in, 4);
	uint32_t form = take(in, 1), len = take(in, 2);
	const struct person *p = &people[form % PEOPLE];
	struct wax_card card = p->card;
	struct wax_bytes note = {0};

	add_number(to, added, 8);
	add_number(to, verified, 8);
	if (form & 4) {
		len = len < in->len ? len : (uint32_t)in->len;
		sign_card(in->data, len, p->secret, &note);
		in->data += len;
		in->len -= len;
	} else {
		take_text(in, len % sizeof(card.name), card.name);
		card.once = form & 8;
		check(!wax_card_write(&card, p->secret, &note, NULL), "signed");
	}
	add_number(to, note.len, 4);
	add(to, note.data, note.len);
	wax_bytes_release(&note);
}

static void make_contact(struct input in)
{
	struct wax_bytes file = {0};
	char name[256];
	uint32_t n;

	add_number(&file, take(&in, 4), 4);
	n = take(&in, 1);
	take_text(&in, n, name);
	add_number(&file, strlen(name), 4);
	add_text(&file, name);
	n = take(&in, 4);
	add_number(&file, n, 4);
	for (uint32_t i = 0; i < n && i < 20 && in.len; i++)
		add_device(&in, &file);
	add(&file, in.data, in.len);
	read_contact(file.data, file.len);
	wax_bytes_release(&file);
}

static void look(struct input in)
{
	char name[WAX_CONTACT_NAME_SIZE], out[WAX_CONTACT_NAME_SIZE];
	char again[WAX_CONTACT_NAME_SIZE];

	take_text(&in, sizeof(name) - 1, name);
	memset(out, 'x', sizeof(out));
	wax_contact_skeleton(name, out);
	check(memchr(out, '\0', sizeof(out)) != NULL, "it ends");
	check(strlen(out) <= strlen(name), "it is not longer");
	wax_contact_skeleton(out, again);
	check(!strcmp(out, again), "it looks as itself");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input rest = {data, size};

	if (!people[0].card.issued)
		for (uint32_t i = 0; i < PEOPLE; i++)
			make_person(&people[i], i);
	switch (take(&rest, 1) % 3) {
	case 0:
		read_contact(rest.data, rest.len);
		break;
	case 1:
		make_contact(rest);
		break;
	default:
		look(rest);
	}
	return 0;
}
