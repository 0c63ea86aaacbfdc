/* SPDX-License-Identifier: ISC */
/*
 * The address book.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "book.h"
#include "program.h"

void book_begin(struct book *b, struct passphrase *passphrase,
		struct wax_identities *own)
{
	*b = (struct book){.passphrase = passphrase,
			   .own = own,
			   .borrowed = own != NULL,
			   .found = own != NULL};
}

void book_release(struct book *b)
{
	wax_contacts_free(b->contacts);
	if (!b->borrowed)
		wax_identities_free(b->own);
	*b = (struct book){0};
}

static int no_identity(struct wax_diag *diag)
{
	return identities_missing("open the address book with", "", diag);
}

/* Reads the home's identity, if there is one, unless that was done. */
static int read_own(struct book *b, struct wax_diag *diag)
{
	int err;

	if (b->own)
		return 0;
	err = wax_identities_new(passphrase_ask, b->passphrase, &b->own, diag);
	return err ? err : identities_add_home(b->own, &b->found, diag);
}

int book_open(struct book *b, struct wax_diag *diag)
{
	char *home = NULL;
	int err = b->contacts ? 0 : read_own(b, diag);

	if (b->contacts || err)
		return err;
	if (!b->found)
		return no_identity(diag);
	err = wax_identities_unlock(b->own, &(size_t){0}, diag);
	if (!err)
		err = home_path("", &home, diag);
	if (err)
		return err;
	err = wax_contacts_open(home, b->own, &b->contacts, diag);
	if (err == WAX_ERR_USAGE) {
		wax_diag_context(diag, "'%sidentity'", home);
		wax_diag_hint(diag, "an address book and sessions need one "
				    "as wax-keygen makes it, age1pq1...");
	}
	free(home);
	return err;
}

/* Says that somebody is unknown, and who may have been meant. */
static int unknown(struct book *b, const char *who, struct wax_diag *diag)
{
	char alike[WAX_CONTACT_NAME_SIZE], word[WAX_TEXT_WORD_SIZE];
	struct stat st;

	wax_diag_set(diag, WAX_ERR_USAGE, "there is no contact '%.300s'", who);
	wax_text_word(who, "NAME", word, sizeof(word));
	if (!b->found)
		wax_diag_hint(diag, "there is no address book; 'wax-keygen', "
				    "then 'wax-contact add' begin one");
	else if (wax_contacts_alike(b->contacts, who, alike, NULL), *alike)
		wax_diag_hint(diag, "there is '%.200s'", alike);
	else if (wax_public_identity_is_valid(who))
		wax_diag_hint(diag,
			      "'wax-contact add NAME CARD' adds one, and "
			      "'wax-contact add NAME %s' one who has begun a "
			      "session",
			      who);
	else if (!strncmp(who, "wax1", 4))
		wax_diag_hint(diag, NO_IDENTITY_EITHER);
	else if (!stat(who, &st) && S_ISREG(st.st_mode))
		wax_diag_hint(diag,
			      "'wax-contact add NAME %s' adds one, if the file "
			      "is the card that they gave you",
			      word);
	else
		wax_diag_hint(diag,
			      "'wax-contact list' tells who is there, "
			      "'wax-contact add %s CARD' adds one",
			      word);
	return WAX_ERR_USAGE;
}

int book_find(struct book *b, const char *who, struct wax_contact **out,
	      struct wax_diag *diag)
{
	int err = read_own(b, diag);

	if (!err && !b->found && identities_lost())
		err = no_identity(diag);
	if (!err && b->found)
		err = book_open(b, diag);
	if (!err && b->found)
		err = wax_contacts_find(b->contacts, who, out, diag);
	return err || *out ? err : unknown(b, who, diag);
}

int book_add_recipients(struct book *b, const char *who,
			struct wax_recipients *to, struct wax_diag *diag)
{
	struct wax_contact *c = NULL;
	int err = book_find(b, who, &c, diag);

	for (size_t i = 0; !err && i < wax_contact_devices(c); i++)
		err = recipients_add_device(to, c, i, diag);
	wax_contact_free(c);
	return err;
}

int book_open_sessions(struct book *b, struct wax_sessions **out,
		       struct wax_diag *diag)
{
	char *home = NULL;
	int err = book_open(b, diag);

	if (!err)
		err = home_path("", &home, diag);
	if (!err)
		err = wax_sessions_open(home, b->own, out, diag);
	free(home);
	return err;
}

int book_add_chained(struct book *b, const char *who, struct wax_chain *to,
		     struct wax_diag *diag)
{
	struct wax_contact *c = NULL;
	int err = book_find(b, who, &c, diag);

	for (size_t i = 0; !err && i < wax_contact_devices(c); i++)
		err = wax_chain_add_device(to, c, i, diag);
	wax_contact_free(c);
	return err;
}

int book_identities(struct book *b, const char *who,
		    const char *out[WAX_DEVICES_MAX + 1],
		    struct wax_contact **contact, struct wax_diag *diag)
{
	int err;

	out[0] = who;
	out[1] = NULL;
	if (wax_public_identity_is_valid(who))
		return 0;
	err = book_find(b, who, contact, diag);
	for (size_t i = 0; !err && i < wax_contact_devices(*contact); i++) {
		out[i] = wax_contact_identity(*contact, i);
		out[i + 1] = NULL;
	}
	return err;
}

void book_trust(const struct wax_contact *c, size_t i, char out[64])
{
	char when[WAX_TIME_TEXT_SIZE];
	int64_t t = wax_contact_verified(c, i);

	if (!t) {
		strcpy(out, "not verified: no code was compared");
		return;
	}
	wax_time_text(t, when);
	snprintf(out, 64, "verified on %.10s by comparing the code", when);
}

/* Fills in who it is; what stays empty is not known. */
static int look_up(struct book *b, const char *identity,
		   struct acquaintance *out, struct wax_diag *diag)
{
	struct wax_contact *c = NULL;
	char who[WAX_PUBLIC_IDENTITY_SIZE];
	bool locked, asks;
	int err = read_own(b, diag);

	if (!err && !b->found && identities_lost())
		out->blind = "the address book's identity is missing";
	if (err || !b->found)
		return err;
	locked = wax_identities_locked(b->own);
	asks = locked && !passphrase_given(b->passphrase);
	err = asks ? 0 : book_open(b, diag);
	/* The passphrase may be that of another file. */
	if (asks || (locked && err == WAX_ERR_NO_KEY)) {
		out->blind = "the address book is locked";
		return 0;
	}
	/* Other kinds of identities have no address book. */
	if (err)
		return err == WAX_ERR_USAGE ? 0 : err;
	if (!wax_identities_public(b->own, 0, who, NULL))
		out->own = !strcmp(who, identity);
	err = wax_contacts_find(b->contacts, identity, &c, diag);
	if (!err && c) {
		strcpy(out->name, wax_contact_name(c));
		book_trust(c, wax_contact_device(c, identity), out->trust);
	}
	wax_contact_free(c);
	return err;
}

void book_look_up(struct book *b, const char *identity,
		  struct acquaintance *out)
{
	struct wax_diag diag = {0};

	*out = (struct acquaintance){0};
	if (look_up(b, identity, out, &diag)) {
		program_warn("warning", &diag);
		out->blind = "the address book cannot be read";
	}
	if (!*out->trust && out->own)
		strcpy(out->trust, "own: it is the identity of this home");
	else if (!*out->trust)
		snprintf(out->trust, sizeof(out->trust), "none: %s",
			 out->blind ? out->blind
				    : "the identity is in no contact");
}
