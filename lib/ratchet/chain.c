/* SPDX-License-Identifier: ISC */
/*
 * Sealing for sessions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wax/text.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "keys/contact.h"
#include "keys/key.h"
#include "ratchet/chain.h"
#include "ratchet/replay.h"

/* One device, and its part of the file. */
struct target {
	char name[WAX_IDENTITY_NAME_MAX + 1]; /* for messages */
	struct wax_party party;
	struct wax_prekey_public prekey;
	int64_t issued, expires;
	bool once; /* the card is for one caller */
	bool bare; /* there is no card */
	struct wax_held held;
	bool with_hello;
	uint8_t hello[WAX_HELLO_SIZE];
	uint8_t ratchet[WAX_RATCHET_MAX];
	size_t ratchet_len;
};

struct wax_chain {
	struct wax_sessions *sessions;
	int64_t now;
	struct target *targets; /* in the order of their identities */
	size_t n;
};

int wax_chain_new(struct wax_sessions *sessions, int64_t now,
		  struct wax_chain **out, struct wax_diag *diag)
{
	struct wax_chain *c;
	int err = wax_time_check(now, 0, WAX_TIME_MAX, diag);

	if (err)
		return err;
	c = calloc(1, sizeof(*c));
	if (!c)
		return wax_no_memory(diag);
	c->sessions = sessions;
	c->now = now;
	*out = c;
	return 0;
}

static void release_all(struct wax_chain *c)
{
	for (size_t i = 0; i < c->n; i++)
		wax_held_release(&c->targets[i].held);
}

void wax_chain_free(struct wax_chain *chain)
{
	if (!chain)
		return;
	release_all(chain);
	free(chain->targets);
	free(chain);
}

size_t wax_chain_count(const struct wax_chain *chain)
{
	return chain->n;
}

bool wax_chain_is_of(const struct wax_chain *chain,
		     const uint8_t identity[WAX_ED25519_PUBLIC_SIZE])
{
	return !memcmp(chain->sessions->self.identity, identity,
		       WAX_ED25519_PUBLIC_SIZE);
}

static int fill_in(struct target *t, const struct wax_card *card,
		   const char *name, struct wax_diag *diag)
{
	struct wax_public_key recipient;
	int err = wax_public_key_parse(&recipient, card->recipient,
				       strlen(card->recipient), diag);

	if (err)
		return err;
	*t = (struct target){.prekey = card->prekey,
			     .issued = card->issued,
			     .expires = card->expires,
			     .once = card->once};
	snprintf(t->name, sizeof(t->name), "%s", name ? name : card->name);
	memcpy(t->party.identity, card->key, sizeof(t->party.identity));
	memcpy(t->party.recipient, recipient.bytes, sizeof(t->party.recipient));
	return 0;
}

/* Where an identity stands among the targets, or would. */
static size_t place_of(const struct wax_chain *c, const uint8_t *identity)
{
	size_t i = 0;

	while (i < c->n && memcmp(c->targets[i].party.identity, identity,
				  WAX_ED25519_PUBLIC_SIZE) < 0)
		i++;
	return i;
}

static int themselves(const char *name, struct wax_diag *diag)
{
	wax_diag_set(diag, WAX_ERR_USAGE,
		     "'%s' is oneself: there is no session with oneself", name);
	wax_diag_hint(diag, "-r seals to oneself");
	return WAX_ERR_USAGE;
}

/* Adds a device by its card, of which only the keys are known if it is bare. */
static int add(struct wax_chain *chain, const struct wax_card *card, bool bare,
	       const char *name, struct wax_diag *diag)
{
	const struct wax_party *self = &chain->sessions->self;
	struct target *targets;
	size_t at = place_of(chain, card->key);
	int err;

	if (!memcmp(card->key, self->identity, sizeof(self->identity)))
		return themselves(name ? name : card->name, diag);
	if (at < chain->n && !memcmp(chain->targets[at].party.identity,
				     card->key, WAX_ED25519_PUBLIC_SIZE))
		return 0;
	if (chain->n == WAX_CHAIN_MAX)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "a file is chained to %d devices at most",
				    WAX_CHAIN_MAX);
	targets = realloc(chain->targets, (chain->n + 1) * sizeof(*targets));
	if (!targets)
		return wax_no_memory(diag);
	chain->targets = targets;
	memmove(targets + at + 1, targets + at,
		(chain->n - at) * sizeof(*targets));
	err = fill_in(&targets[at], card, name, diag);
	if (err)
		memmove(targets + at, targets + at + 1,
			(chain->n - at) * sizeof(*targets));
	else
		chain->n++;
	if (!err)
		targets[at].bare = bare;
	return err;
}

int wax_chain_add(struct wax_chain *chain, const struct wax_card *card,
		  const char *name, struct wax_diag *diag)
{
	return add(chain, card, false, name, diag);
}

int wax_chain_add_device(struct wax_chain *chain,
			 const struct wax_contact *contact, size_t i,
			 struct wax_diag *diag)
{
	const struct wax_device *d = &contact->devices[i];

	return add(chain, &d->card, d->bare, contact->name, diag);
}

/* What speaks against sending in the state that there is. */
static int check_held(const struct target *t, struct wax_diag *diag)
{
	const struct wax_held *h = &t->held;
	char word[WAX_TEXT_WORD_SIZE];

	if (h->stale) {
		wax_diag_set(diag, WAX_ERR_STATE,
			     "the sessions with '%s' are a copy, or were "
			     "rolled back",
			     t->name);
		wax_text_word(t->name, "NAME", word, sizeof(word));
		wax_diag_hint(diag, "'wax-session reset %s' begins anew", word);
		return WAX_ERR_STATE;
	}
	if (h->known && memcmp(h->peer.party.recipient, t->party.recipient,
			       sizeof(t->party.recipient))) {
		wax_diag_set(diag, WAX_ERR_TRUST,
			     "'%s' has a session with another recipient",
			     t->name);
		wax_text_word(t->name, "NAME", word, sizeof(word));
		wax_diag_hint(diag,
			      "somebody may pose as them: ask; "
			      "'wax-session rm %s' forgets it",
			      word);
		return WAX_ERR_TRUST;
	}
	return 0;
}

static void ask_for_card(const struct target *t, struct wax_diag *diag)
{
	char word[WAX_TEXT_WORD_SIZE];

	wax_text_word(t->name, "NAME", word, sizeof(word));
	wax_diag_hint(diag,
		      "ask for %s, which 'wax-card' prints there and "
		      "'wax-contact add %s CARD' takes here",
		      t->bare ? "it" : "a new one", word);
}

static int bad_card(const struct target *t, struct wax_diag *diag)
{
	wax_diag_set(diag, WAX_ERR_TRUST, "a key of '%s' is no good", t->name);
	ask_for_card(t, diag);
	return WAX_ERR_TRUST;
}

/*
 * Whether a card for one caller has been used: there is a session of it, or
 * there was one since it was issued, as the greatest t tells, which outlives
 * them. That may be another, but asking for a card loses nothing.
 */
static bool is_spent(const struct target *t)
{
	const struct wax_peer *p = &t->held.peer;

	for (size_t i = 0; t->once && i < p->sessions.n; i++)
		if (wax_peer_session(p, i)->caller &&
		    wax_peer_session(p, i)->prekey == t->prekey.id)
			return true;
	return t->once && !p->sessions.n && p->t >= t->issued;
}

/* What speaks against calling. */
static int check_card(const struct wax_chain *c, const struct target *t,
		      struct wax_diag *diag)
{
	char expires[WAX_TIME_TEXT_SIZE];
	int err = 0;

	wax_time_text(t->expires, expires);
	if (t->bare)
		err = wax_diag_set(diag, WAX_ERR_USAGE,
				   "there is no card of '%s' to begin a "
				   "session with",
				   t->name);
	else if (t->expires < c->now)
		err = wax_diag_set(diag, WAX_ERR_TRUST,
				   "the card of '%s' expired on %.10s", t->name,
				   expires);
	else if (is_spent(t))
		err = wax_diag_set(diag, WAX_ERR_TRUST,
				   "the card of '%s' was for one session",
				   t->name);
	if (err)
		ask_for_card(t, diag);
	return err;
}

/* Begins a session by calling. */
static int call(struct wax_chain *c, struct target *t, struct wax_session **out,
		struct wax_diag *diag)
{
	struct wax_peer *p = &t->held.peer;
	struct wax_hello hello = {.caller = c->sessions->self};
	struct wax_agreed agreed;
	struct wax_session *s;
	int err = check_card(c, t, diag);

	if (err)
		return err;
	hello.t = c->now > p->t ? c->now : p->t + 1;
	if (!wax_hello_make(&hello, wax_own(c->sessions), &t->party, &t->prekey,
			    &agreed))
		return bad_card(t, diag);
	err = wax_peer_add(p, &s, diag);
	if (!err) {
		wax_session_call(s, &hello, &agreed);
		s->expires = t->expires;
		s->made = c->now;
		p->t = hello.t;
		*out = s;
	}
	wax_wipe(&agreed, sizeof(agreed));
	return err;
}

/* Makes the stanzas for a device. */
static int step(struct wax_chain *c, struct target *t,
		const uint8_t wrapped[WAX_WRAPPED_PLAIN], struct wax_diag *diag)
{
	struct wax_peer *p = &t->held.peer;
	struct wax_session *s;
	int err = check_held(t, diag);

	if (err)
		return err;
	p->party = t->party;
	err = wax_note_hellos(c->sessions, p, NULL, c->now, diag);
	if (err)
		return err;
	wax_peer_prune(p, c->now, 0);
	s = wax_peer_sender(p, c->now);
	if (!s)
		err = call(c, t, &s, diag);
	if (err)
		return err;
	s->touched = c->now;
	t->with_hello = s->caller && !s->receiving.begun;
	if (t->with_hello) {
		s->hello.caller = c->sessions->self;
		if (!wax_hello_seal(&s->hello, p->party.recipient, t->hello))
			return bad_card(t, diag);
	}
	return wax_session_seal(s, p->party.recipient, wrapped, t->ratchet,
				&t->ratchet_len)
		       ? 0
		       : bad_card(t, diag);
}

static int add_stanzas(const struct target *t, struct wax_header *to,
		       struct wax_diag *diag)
{
	static const char *const hello[] = {WAX_STANZA_HELLO};
	static const char *const ratchet[] = {WAX_STANZA_RATCHET};
	int err = t->with_hello ? wax_header_add(to, hello, 1, t->hello,
						 sizeof(t->hello), diag)
				: 0;

	return err ? err
		   : wax_header_add(to, ratchet, 1, t->ratchet, t->ratchet_len,
				    diag);
}

/* In random order, so that it tells nothing. */
static int add_all(const struct wax_chain *c, struct wax_header *to,
		   struct wax_diag *diag)
{
	size_t order[WAX_CHAIN_MAX];
	int err = 0;

	for (size_t i = 0; i < c->n; i++) {
		size_t j = wax_random_below((uint32_t)i + 1);

		order[i] = order[j];
		order[j] = i;
	}
	for (size_t i = 0; !err && i < c->n; i++)
		err = add_stanzas(&c->targets[order[i]], to, diag);
	return err;
}

int wax_chain_wrap(struct wax_chain *chain,
		   const uint8_t file_key[WAX_FILE_KEY_SIZE],
		   const uint8_t signer[WAX_ED25519_PUBLIC_SIZE],
		   struct wax_header *to, struct wax_diag *diag)
{
	struct wax_sessions *s = chain->sessions;
	uint8_t wrapped[WAX_WRAPPED_PLAIN];
	int err = 0;

	memcpy(wrapped, file_key, WAX_FILE_KEY_SIZE);
	memcpy(wrapped + WAX_FILE_KEY_SIZE, signer, WAX_ED25519_PUBLIC_SIZE);
	wax_sessions_sweep(s, false, chain->now);
	/* Locks are taken in one order, all before anything is written. */
	for (size_t i = 0; !err && i < chain->n; i++)
		err = wax_held_take(s, chain->targets[i].party.identity,
				    &chain->targets[i].held, diag);
	for (size_t i = 0; !err && i < chain->n; i++)
		err = step(chain, &chain->targets[i], wrapped, diag);
	for (size_t i = 0; !err && i < chain->n; i++)
		err = wax_held_write(s, &chain->targets[i].held, diag);
	if (!err)
		err = add_all(chain, to, diag);
	release_all(chain);
	wax_wipe(wrapped, sizeof(wrapped));
	return err;
}
