/* SPDX-License-Identifier: ISC */
/*
 * Issuing one's own card.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/secret.h>
#include <wax/stream.h>

#include "base/error.h"
#include "base/time.h"
#include "crypto/identity.h"
#include "keys/identities.h"
#include "keys/prekeys.h"
#include "keys/state.h"
#include "sys/lock.h"

struct issuing {
	struct wax_lock *lock;
	struct wax_state *state;
	struct wax_secret *signer;
	struct wax_prekeys prekeys;
	struct wax_card card;
};

/* Everything but the prekey and the times. */
static int fill_in(struct wax_card *card, struct wax_identities *identities,
		   const char *name, struct wax_diag *diag)
{
	char *recipient;
	int err = wax_identities_recipient(identities, 0, &recipient, diag);

	if (err)
		return err;
	strcpy(card->name, name);
	strcpy(card->recipient, recipient);
	free(recipient);
	err = wax_identities_public(identities, 0, card->identity, diag);
	return err ? err
		   : wax_identities_minisign(identities, 0, card->minisign,
					     diag);
}

/* Whether the card that is kept still says what a new one would. */
static bool is_current(const struct issuing *x, int64_t now)
{
	const struct wax_bytes *text = &x->prekeys.card;
	struct wax_card old;

	return text->len &&
	       !wax_card_parse(&old, wax_cursor(text->data, text->len), NULL) &&
	       !strcmp(old.name, x->card.name) &&
	       !strcmp(old.identity, x->card.identity) &&
	       now - old.issued < WAX_CARD_CURRENT &&
	       old.issued - now < 24 * 3600; /* not of a future clock */
}

/* Makes a prekey, and the card's text around it. */
static int make(struct issuing *x, unsigned flags, int64_t now,
		struct wax_bytes *out, struct wax_diag *diag)
{
	struct wax_card *card = &x->card;
	struct wax_prekey *k;
	int err = wax_prekeys_add(&x->prekeys, &k, diag);

	if (err)
		return err;
	k->once = card->once = flags & WAX_CARD_ONCE;
	k->issued = card->issued = now;
	k->expires = card->expires = now + WAX_CARD_VALID;
	card->prekey.id = k->id;
	wax_x25519_base(card->prekey.x25519, k->x25519);
	wax_xwing_public(card->prekey.xwing, k->xwing);
	return wax_card_write(card, wax_secret_bytes(x->signer), out, diag);
}

/* The current card, or a new one that is then kept. */
static int issue(struct issuing *x, unsigned flags, int64_t now,
		 struct wax_bytes *out, struct wax_diag *diag)
{
	struct wax_bytes *kept = &x->prekeys.card;
	int err;

	if (!(flags & WAX_CARD_ONCE) && is_current(x, now))
		return wax_bytes_add(out, kept->data, kept->len, diag);
	err = make(x, flags, now, out, diag);
	if (err || flags & WAX_CARD_ONCE)
		return err;
	kept->len = 0;
	return wax_bytes_add(kept, out->data, out->len, diag);
}

static void issuing_release(struct issuing *x)
{
	wax_prekeys_release(&x->prekeys);
	wax_secret_free(x->signer);
	wax_state_free(x->state);
	wax_lock_free(x->lock);
}

int wax_card_issue(const char *home, struct wax_identities *identities,
		   const char *name, unsigned flags, int64_t now,
		   struct wax_sink *to, unsigned *odd, struct wax_diag *diag)
{
	struct issuing x = {0};
	struct wax_bytes text = {0};
	int err = wax_identity_name_check(name, diag);

	*odd = 0;
	if (!err)
		err = wax_time_check(now, 0, WAX_TIME_MAX - WAX_CARD_VALID,
				     diag);
	if (!err)
		err = wax_identities_signer(identities, WAX_DERIVE_IDENTITY,
					    &x.signer, diag);
	if (!err)
		err = fill_in(&x.card, identities, name, diag);
	if (!err)
		err = wax_prekeys_lock(home, &x.lock, diag);
	if (!err)
		wax_state_sweep(home, now);
	if (!err)
		err = wax_state_open(home, identities, &x.state, diag);
	if (!err)
		err = wax_prekeys_read(&x.prekeys, x.state, diag);
	if (!err && !wax_prekeys_expire(&x.prekeys, now))
		*odd |= WAX_CARD_CLOCK;
	if (!err)
		err = issue(&x, flags, now, &text, diag);
	if (!err)
		err = wax_prekeys_write(&x.prekeys, x.state, diag);
	if (!err)
		err = wax_sink_write(to, text.data, text.len, diag);
	wax_bytes_release(&text);
	issuing_release(&x);
	return err;
}
