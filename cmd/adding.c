/* SPDX-License-Identifier: ISC */
/*
 * wax-contact add: one card, or all that are there.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "contact.h"
#include "files.h"
#include "folder.h"
#include "program.h"

void contact_warn_alike(struct contact *c, const char *name)
{
	char alike[WAX_CONTACT_NAME_SIZE];
	struct wax_diag diag = {0};

	if (wax_contacts_alike(c->book.contacts, name, alike, &diag))
		program_warn("warning", &diag);
	if (*alike)
		program_say("warning: '%s' looks like '%s', who is another "
			    "contact",
			    name, alike);
}

static void tell_news(enum wax_contact_news news, const char *name,
		      const char *identity, bool by_card)
{
	char compare[WAX_TEXT_WORD_SIZE + 64], word[WAX_TEXT_WORD_SIZE];
	const char *by = by_card ? "a card" : "the session";

	wax_text_word(name, "NAME", word, sizeof(word));
	snprintf(compare, sizeof(compare),
		 "'wax-contact verify %s' prints a code to compare", word);
	switch (news) {
	case WAX_CONTACT_NEW:
		program_say("added '%s', by %s of %s; %s", name, by, identity,
			    compare);
		break;
	case WAX_CONTACT_MORE:
		program_say("added a device to '%s', by %s of %s; %s", name, by,
			    identity, compare);
		break;
	case WAX_CONTACT_RENEWED:
		program_say("renewed the card of '%s', %s", name, identity);
		break;
	case WAX_CONTACT_SAME:
		program_say(by_card ? "the card of '%s' is known already: %s"
				    : "'%s' is known already: %s",
			    name, identity);
		break;
	}
}

static void tell(struct contact *c, enum wax_contact_news news,
		 const char *name, const struct wax_card *card)
{
	if (card_is_over(card))
		program_say("warning: the card of '%s' has expired; ask for a "
			    "new one",
			    name);
	if (!c->quiet)
		tell_news(news, name, wax_card_identity(card), true);
	if (news == WAX_CONTACT_NEW)
		contact_warn_alike(c, name);
}

/* The recipient of the sessions with an identity; WAX_ERR_USAGE: none. */
static int find_recipient(struct contact *c, const char *identity,
			  char out[WAX_SESSION_RECIPIENT_SIZE],
			  struct wax_diag *diag)
{
	int err = c->sessions
			  ? 0
			  : book_open_sessions(&c->book, &c->sessions, diag);

	return err ? err
		   : wax_sessions_recipient(c->sessions, identity, out, diag);
}

/*
 * Who has a session is known by its recipient, contact or not. Where sessions
 * cannot be read somebody can be added all the same: sealing to them and
 * opening compare again.
 */
static int check_session(struct contact *c, const struct wax_card *card,
			 struct wax_diag *diag)
{
	char known[WAX_SESSION_RECIPIENT_SIZE];
	struct wax_diag why = {0};
	int err = find_recipient(c, wax_card_identity(card), known, &why);

	if (err == WAX_ERR_USAGE)
		return 0;
	if (err) {
		program_warn("warning: whether the card agrees with a session "
			     "is not known",
			     &why);
		return 0;
	}
	if (!strcmp(known, wax_card_recipient(card)))
		return 0;
	wax_diag_set(diag, WAX_ERR_TRUST,
		     "the card has the identity of a session, and another "
		     "recipient");
	wax_diag_hint(diag,
		      "do not use it before you have asked its owner "
		      "why; if it is right, 'wax-session rm %s' forgets "
		      "the session",
		      wax_card_identity(card));
	return WAX_ERR_TRUST;
}

/* Adds a card; name is NULL for the one in it. */
static int add_card(struct contact *c, const char *name,
		    const struct wax_card *card, struct wax_diag *diag)
{
	struct wax_contact *known = NULL;
	enum wax_contact_news news = WAX_CONTACT_SAME;
	/* By whatever name it is known; when it is added, nothing may fail. */
	int err = wax_contacts_find(c->book.contacts, wax_card_identity(card),
				    &known, diag);

	/* The recipient of a contact is compared with the card's anyway. */
	if (!err && !known)
		err = check_session(c, card, diag);
	if (!err)
		err = wax_contacts_add(c->book.contacts, name, card,
				       c->given & DEVICE ? WAX_CONTACT_DEVICE
							 : 0,
				       (int64_t)time(NULL), &news, diag);
	if (!err && known)
		name = wax_contact_name(known);
	if (!err)
		tell(c, news, name ? name : wax_card_name(card), card);
	wax_contact_free(known);
	return err;
}

/* Adds one who has begun a session, with the recipient of that. */
static int add_identity(struct contact *c, const char *name,
			const char *identity, struct wax_diag *diag)
{
	char recipient[WAX_SESSION_RECIPIENT_SIZE];
	enum wax_contact_news news = WAX_CONTACT_SAME;
	int err = find_recipient(c, identity, recipient, diag);

	if (err == WAX_ERR_USAGE)
		wax_diag_hint(diag, "only who has begun one can be added "
				    "without a card: ask for theirs");
	if (!err)
		err = wax_contacts_add_identity(
			c->book.contacts, name, identity, recipient,
			c->given & DEVICE ? WAX_CONTACT_DEVICE : 0,
			(int64_t)time(NULL), &news, diag);
	if (!err && !c->quiet)
		tell_news(news, name, identity, false);
	if (!err && news == WAX_CONTACT_NEW)
		contact_warn_alike(c, name);
	return err;
}

/* A file_fn: one of many cards. */
static int add_one(void *ctx, const char *path, struct wax_source *from,
		   struct wax_diag *diag)
{
	struct contact *c = ctx;
	struct wax_card *card = NULL;
	int err = wax_card_read(from, &card, diag);

	if (!err) {
		err = add_card(c, NULL, card, diag);
		c->stuck = err && err != WAX_ERR_TRUST && err != WAX_ERR_USAGE;
	}
	if (err == WAX_ERR_FORMAT || err == WAX_ERR_TRUST ||
	    err == WAX_ERR_USAGE)
		input_context(path, diag);
	wax_card_free(card);
	return err;
}

/* A folder_fn: names a bad card and goes on, unless it is our own trouble. */
static int try_one(void *ctx, const char *path, struct wax_diag *diag)
{
	struct contact *c = ctx;
	struct wax_diag why = {0};
	struct wax_source *from = NULL;
	bool stream = input_is_stdin(path) || input_is_descriptor(path);
	int err = stream ? input_open(path, &from, &why)
			 : file_use(path, add_one, c, &why);

	if (!err && stream)
		err = add_one(c, path, from, &why);
	wax_source_free(from);
	c->seen++;
	if (c->stuck) {
		*diag = why;
		return err;
	}
	/* Streams have names of their own. */
	if (err && !stream && !strstr(why.text, path))
		input_context(path, &why);
	if (err) {
		program_warn("skipped", &why);
		c->skipped++;
	}
	return 0;
}

static int add_all(struct contact *c, char **paths, int n,
		   struct wax_diag *diag)
{
	int err = 0;

	for (int i = 0; !err && i < n; i++)
		err = folder_is(paths[i])
			      ? folder_each(paths[i], try_one, c, diag)
			      : try_one(c, paths[i], diag);
	if (!err && c->skipped)
		err = wax_diag_set(diag, WAX_ERR_TRUST,
				   "of %zu cards %zu were skipped", c->seen,
				   c->skipped);
	return err;
}

int contact_add(struct contact *c, char **words, int n, struct wax_diag *diag)
{
	const char *path = n > 1 ? words[1] : NULL;
	struct wax_source *from = NULL;
	struct wax_card *card = NULL;
	int err;

	if (c->given & ALL)
		return add_all(c, words, n, diag);
	err = wax_contact_name_check(*words, diag);
	if (!err && path && wax_public_identity_is_valid(path))
		return add_identity(c, *words, path, diag);
	if (!err)
		err = input_open(path, &from, diag);
	if (err == WAX_ERR_IO && path && !strncmp(path, "wax1", 4))
		wax_diag_hint(diag, NO_IDENTITY_EITHER);
	else if (err == WAX_ERR_IO && !access(*words, F_OK))
		wax_diag_hint(diag, "it is 'wax-contact add NAME CARD'");
	if (err == WAX_ERR_USAGE && path && folder_is(path))
		wax_diag_hint(diag, "'wax-contact add --all' takes a folder of "
				    "cards");
	if (!err)
		err = wax_card_read(from, &card, diag);
	if (!err)
		err = add_card(c, *words, card, diag);
	if (err == WAX_ERR_FORMAT || err == WAX_ERR_TRUST)
		input_context(path, diag);
	wax_card_free(card);
	wax_source_free(from);
	return err;
}
