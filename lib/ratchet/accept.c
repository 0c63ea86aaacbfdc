/* SPDX-License-Identifier: ISC */
/*
 * Taking the call of another: a hello that is sealed to us.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/identity.h"
#include "keys/contact.h"
#include "keys/key.h"
#include "ratchet/unchaining.h"

#define DAY (24 * 3600)

static int changed(const struct wax_party *party, struct wax_diag *diag)
{
	char identity[WAX_PUBLIC_IDENTITY_SIZE];

	wax_identity_text(party->identity, identity);
	wax_diag_set(diag, WAX_ERR_TRUST,
		     "%s comes with another recipient than is known", identity);
	wax_diag_hint(diag, "somebody may pose as them: ask");
	return WAX_ERR_TRUST;
}

int wax_another_sender(const uint8_t identity[WAX_ED25519_PUBLIC_SIZE],
		       struct wax_diag *diag)
{
	char text[WAX_PUBLIC_IDENTITY_SIZE];

	wax_identity_text(identity, text);
	return wax_diag_set(diag, WAX_ERR_TRUST,
			    "it is from another sender, %s", text);
}

int wax_check_party(struct wax_sessions *s, const struct wax_party *party,
		    struct wax_diag *diag)
{
	char identity[WAX_PUBLIC_IDENTITY_SIZE];
	struct wax_public_key key;
	const struct wax_card *card;
	struct wax_contact *c;
	bool same = true;
	int err;

	wax_identity_text(party->identity, identity);
	err = wax_contacts_find(s->contacts, identity, &c, diag);
	if (err)
		return err;
	if (c) {
		card = &c->devices[wax_contact_device(c, identity)].card;
		err = wax_public_key_parse(&key, card->recipient,
					   strlen(card->recipient), diag);
		same = !err && !memcmp(key.bytes, party->recipient,
				       sizeof(party->recipient));
	}
	wax_contact_free(c);
	return err || same ? err : changed(party, diag);
}

int wax_open_in(struct unchaining *u, struct wax_session *s,
		const struct wax_found *found, struct wax_diag *diag)
{
	char identity[WAX_PUBLIC_IDENTITY_SIZE];
	int err;

	u->w->serial = s->serial;
	err = wax_session_open(s, &u->w->held.peer.past, found,
			       wax_own(u->sessions)->seed, u->now, u->wrapped,
			       &u->out->seen, diag);
	if (err != WAX_ERR_TRUST)
		return err;
	if (u->w->began) {
		wax_diag_hint(diag, "ask for the file again");
		return err;
	}
	wax_identity_text(u->w->held.peer.party.identity, identity);
	wax_diag_hint(diag,
		      "ask for the file again; if that says the same, "
		      "'wax-session reset %s', then send them a chained "
		      "message, and ask to have this one sealed again",
		      identity);
	return err;
}

static bool is_wanted(const struct unchaining *u, const uint8_t *identity)
{
	for (size_t i = 0; i < u->n_from; i++)
		if (!memcmp(u->from + i * WAX_ED25519_PUBLIC_SIZE, identity,
			    WAX_ED25519_PUBLIC_SIZE))
			return true;
	return !u->n_from;
}

static int no_session(const struct unchaining *u, struct wax_diag *diag)
{
	if (u->damaged) {
		wax_diag_set(diag, WAX_ERR_STATE,
			     "it may be of a session here whose file is "
			     "damaged; there %s %zu such file%s",
			     u->damaged > 1 ? "are" : "is", u->damaged,
			     u->damaged > 1 ? "s" : "");
		wax_diag_hint(diag, "'wax-session list' says which, and what "
				    "to do");
		return WAX_ERR_STATE;
	}
	wax_diag_set(diag, WAX_ERR_NO_KEY,
		     "it is of no session that is known here");
	wax_diag_hint(diag, "it may be one's own, or for another device. If it "
			    "is for you, a state was lost: send its sender a "
			    "chained message, which begins anew, and ask to "
			    "have this one sealed again");
	return WAX_ERR_NO_KEY;
}

/* Why a hello cannot be taken, by what became of its prekey. */
static int check_prekey(const struct wax_prekey_use *p, bool known,
			struct wax_diag *diag)
{
	if (known) {
		wax_diag_set(diag, WAX_ERR_SEEN,
			     "its session was begun before, and is gone here");
		wax_diag_hint(diag, "if it was never opened: send its sender a "
				    "chained message, which begins anew, and "
				    "ask to have this one sealed again");
		return WAX_ERR_SEEN;
	}
	if (p->found == WAX_PREKEY_THERE)
		return 0;
	wax_diag_set(diag, WAX_ERR_NO_KEY,
		     p->found == WAX_PREKEY_SPENT
			     ? "it uses a card for one caller, and another "
			       "was first"
			     : "it uses a card whose key is gone");
	wax_diag_hint(diag, "send its sender a new card, which 'wax-card' "
			    "prints, and ask to have this one sealed again");
	return WAX_ERR_NO_KEY;
}

/* Before anything is kept of a caller. */
static int check_time(const struct unchaining *u, const struct wax_hello *hello,
		      struct wax_diag *diag)
{
	if (hello->t - u->now > DAY) {
		wax_diag_set(diag, WAX_ERR_TRUST,
			     "it was begun more than a day in the future");
		wax_diag_hint(diag, "one of the two clocks is wrong");
		return WAX_ERR_TRUST;
	}
	return 0;
}

/* What speaks against a caller. */
static int check_caller(struct unchaining *u, const struct wax_hello *hello,
			struct wax_diag *diag)
{
	const struct wax_party *caller = &hello->caller;
	const struct wax_peer *p = &u->w->held.peer;
	uint8_t ct[WAX_XWING_CIPHERTEXT_SIZE], secret[WAX_XWING_SHARED_SIZE];
	int err;

	if (u->w->held.known && memcmp(p->party.recipient, caller->recipient,
				       sizeof(caller->recipient)))
		return changed(caller, diag);
	err = wax_check_party(u->sessions, caller, diag);
	if (!err && !wax_xwing_encap(ct, secret, caller->recipient))
		err = wax_diag_set(diag, WAX_ERR_TRUST,
				   "the caller's recipient is no good");
	wax_wipe(secret, sizeof(secret));
	return err;
}

/*
 * Whether a pair is of a caller who has the secret of the identity in its
 * hello; before anything is done in that name.
 */
static bool is_authentic(const struct unchaining *u, const struct pair *pair,
			 const struct wax_hello *hello,
			 struct wax_agreed *agreed)
{
	static const struct wax_past none;
	const struct wax_prekey_secret *secret =
		(const void *)wax_secret_bytes(u->w->prekey.secret);
	struct wax_session *s = calloc(1, sizeof(*s));
	struct wax_found found;
	bool ok = s && wax_hello_take(hello, wax_own(u->sessions),
				      &u->sessions->self, secret, agreed);

	if (ok) {
		wax_session_answer(s, hello, agreed);
		ok = wax_session_find(s, &none, pair->body, pair->len,
				      &found) &&
		     found.epoch == 0;
		wax_wipe(s, sizeof(*s));
		wax_wipe(&found, sizeof(found));
	}
	free(s);
	return ok;
}

/* Adds the session that a hello begins. */
static int add_session(struct unchaining *u, const struct wax_hello *hello,
		       const struct wax_agreed *agreed,
		       struct wax_session **out, struct wax_diag *diag)
{
	struct wax_peer *p = &u->w->held.peer;
	const struct wax_session *before = wax_peer_sender(p, u->now);
	struct wax_session *s;
	int err;

	u->out->began = true;
	u->out->renewed = before && before->heard;
	p->party = hello->caller;
	err = wax_peer_add(p, &s, diag);
	if (err)
		return err;
	wax_session_answer(s, hello, agreed);
	s->made = s->touched = u->now;
	p->t = hello->t > p->t ? hello->t : p->t;
	*out = s;
	return 0;
}

/* Finds the prekey of a hello, and whether that was accepted before. */
static int look_up(struct unchaining *u, const struct wax_hello *hello,
		   struct wax_diag *diag)
{
	struct wax_waiting *w = u->w;
	bool known = false;
	int err = wax_prekey_find(u->sessions, hello->prekey, u->now,
				  &w->prekey, diag);

	if (!err && w->prekey.found != WAX_PREKEY_GONE) {
		wax_hello_transcript(hello, &u->sessions->self,
				     &w->prekey.public, w->transcript);
		err = wax_hello_is_known(u->sessions, w->transcript, u->now,
					 &known, diag);
	}
	/* One that is known may be of a session that another process makes. */
	return err ? err
		   : check_prekey(&w->prekey,
				  known && w->prekey.found != WAX_PREKEY_THERE,
				  diag);
}

/* Takes the call of a caller who is one, under the lock. */
static int take_call(struct unchaining *u, const struct pair *pair,
		     const struct wax_hello *hello,
		     const struct wax_agreed *agreed, struct wax_diag *diag)
{
	struct wax_waiting *w = u->w;
	struct wax_session *s = NULL;
	struct wax_found found;
	bool done, known = false;
	int err;

	/* Another process may have begun the session meanwhile. */
	memcpy(u->identity, hello->caller.identity, sizeof(u->identity));
	u->others = false; /* the caller was looked at */
	err = wax_open_known(u, &done, diag);
	if (err || done)
		return err;
	err = wax_prekey_hold(u->sessions, u->now, &w->prekey, diag);
	if (!err)
		err = wax_hello_is_known(u->sessions, w->transcript, u->now,
					 &known, diag);
	known |= wax_peer_by_transcript(&w->held.peer, w->transcript) != NULL;
	if (!err)
		err = check_prekey(&w->prekey, known, diag);
	if (!err)
		err = check_caller(u, hello, diag);
	if (!err)
		err = add_session(u, hello, agreed, &s, diag);
	if (err)
		return err;
	w->began = true;
	if (!wax_session_find(s, &w->held.peer.past, pair->body, pair->len,
			      &found))
		return wax_diag_set(diag, WAX_ERR_TRUST,
				    "its stanzas do not belong together");
	err = wax_open_in(u, s, &found, diag);
	wax_wipe(&found, sizeof(found));
	return err;
}

/* Opens a pair whose hello is for us. */
static int open_hello(struct unchaining *u, const struct pair *pair,
		      const struct wax_hello *hello, struct wax_diag *diag)
{
	struct wax_agreed agreed;
	int err = look_up(u, hello, diag);

	if (!err && !is_authentic(u, pair, hello, &agreed))
		err = wax_diag_set(diag, WAX_ERR_TRUST,
				   "its stanzas do not belong together, or its "
				   "caller poses as another");
	memcpy(u->out->sender, hello->caller.identity, sizeof(u->out->sender));
	if (!err)
		err = check_time(u, hello, diag);
	if (!err)
		err = take_call(u, pair, hello, &agreed, diag);
	/* Delivering may take long. */
	wax_prekey_forget(&u->w->prekey);
	wax_wipe(&agreed, sizeof(agreed));
	return err;
}

int wax_try_hellos(struct unchaining *u, struct wax_diag *diag)
{
	struct wax_hello hello;

	for (size_t i = 0; i < u->n; i++) {
		int err;

		if (!u->pairs[i].hello)
			continue;
		err = wax_hello_open(u->pairs[i].hello, wax_own(u->sessions),
				     &u->sessions->self, &hello, diag);
		if (err == WAX_ERR_NO_KEY)
			continue;
		if (!err &&
		    !memcmp(hello.caller.identity, u->sessions->self.identity,
			    sizeof(hello.caller.identity)))
			err = wax_diag_set(diag, WAX_ERR_TRUST,
					   "its caller poses as oneself");
		if (!err && !is_wanted(u, hello.caller.identity))
			err = wax_another_sender(hello.caller.identity, diag);
		if (!err)
			err = open_hello(u, &u->pairs[i], &hello, diag);
		wax_wipe(&hello, sizeof(hello));
		return err;
	}
	return no_session(u, diag);
}
