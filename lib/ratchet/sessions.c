/* SPDX-License-Identifier: ISC */
/*
 * The sessions of a home: opening them, telling of them, retiring and forgetting
 * them.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/session.h>

#include "base/error.h"
#include "crypto/identity.h"
#include "keys/contacts.h"
#include "keys/identities.h"
#include "keys/key.h"
#include "ratchet/replay.h"

/* One's own keys, and what is public of them. */
static int take_own(struct wax_sessions *s, struct wax_identities *identities,
		    struct wax_diag *diag)
{
	struct wax_public_key recipient;
	struct wax_secret *signer;
	struct wax_own_keys *own;
	int err = wax_identities_signer(identities, WAX_DERIVE_IDENTITY,
					&signer, diag);

	if (err)
		return err;
	err = wax_secret_new(sizeof(*own), &s->own, diag);
	if (!err) {
		const struct wax_secret_key *key =
			wax_identities_key(identities, 0);

		own = (void *)wax_secret_bytes(s->own);
		memcpy(own->identity, wax_secret_bytes(signer),
		       sizeof(own->identity));
		memcpy(own->seed, wax_secret_bytes(key->secret),
		       sizeof(own->seed));
		wax_ed25519_secret_public(s->self.identity, own->identity);
		wax_secret_key_public(key, &recipient);
		memcpy(s->self.recipient, recipient.bytes,
		       sizeof(s->self.recipient));
	}
	wax_secret_free(signer);
	return err;
}

int wax_sessions_open(const char *home, struct wax_identities *identities,
		      struct wax_sessions **out, struct wax_diag *diag)
{
	struct wax_sessions *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return wax_no_memory(diag);
	s->home = strdup(home);
	err = s->home ? take_own(s, identities, diag) : wax_no_memory(diag);
	if (!err)
		err = wax_contacts_open(home, identities, &s->contacts, diag);
	if (err) {
		wax_sessions_free(s);
		return err;
	}
	s->state = s->contacts->state;
	*out = s;
	return 0;
}

void wax_sessions_free(struct wax_sessions *sessions)
{
	if (!sessions)
		return;
	wax_sessions_give_up(sessions);
	wax_contacts_free(sessions->contacts);
	wax_secret_free(sessions->own);
	free(sessions->home);
	free(sessions);
}

/* The session that is told of: the sending one, or else the one used last. */
static const struct wax_session *main_session(const struct wax_peer *p)
{
	const struct wax_session *best = wax_peer_sender(p, 0);

	for (size_t i = 0; !best && i < p->sessions.n; i++)
		best = wax_peer_session(p, p->sessions.n - 1 - i);
	return best;
}

static uint32_t newest_epoch(const struct wax_session *s)
{
	uint32_t sending = s->sending.begun ? s->sending.epoch : 0;
	uint32_t receiving = s->receiving.begun ? s->receiving.epoch : 0;

	return sending > receiving ? sending : receiving;
}

static void describe(const struct wax_peer *p, bool stale,
		     struct wax_session_info *out)
{
	const struct wax_session *s = main_session(p);

	*out = (struct wax_session_info){.sessions = p->sessions.n,
					 .waiting = p->past.skipped.n,
					 .stale = stale};
	wax_identity_text(p->party.identity, out->identity);
	for (size_t i = 0; i < p->sessions.n; i++) {
		const struct wax_session *x = wax_peer_session(p, i);

		out->sent += x->sent;
		out->opened += x->opened;
		if (x->heard && x->used > out->used)
			out->used = x->used;
	}
	if (!s)
		return;
	out->since = s->retired ? 0 : s->made;
	out->caller = s->caller;
	out->answered = s->heard;
	out->epoch = newest_epoch(s);
	/* B is by epoch 1, A by epoch 2. */
	out->post_quantum = out->epoch >= 2;
}

struct list {
	struct wax_sessions *sessions;
	struct wax_session_info *infos;
	size_t n;
};

/* A wax_peer_fn. */
static int collect(void *ctx, struct wax_peer *p, struct wax_diag *diag)
{
	struct list *l = ctx;
	struct wax_session_info *more;
	bool stale = false;

	/* It may be gone meanwhile. */
	if (wax_peer_is_stale(l->sessions, p, &stale, NULL))
		return 0;
	more = realloc(l->infos, (l->n + 1) * sizeof(*more));
	if (!more)
		return wax_no_memory(diag);
	l->infos = more;
	describe(p, stale, &more[l->n++]);
	return 0;
}

static int by_identity(const void *a, const void *b)
{
	const struct wax_session_info *x = a, *y = b;

	return strcmp(x->identity, y->identity);
}

int wax_sessions_each(struct wax_sessions *sessions, wax_session_fn *fn,
		      void *ctx, size_t *damaged, struct wax_diag *diag)
{
	struct list l = {.sessions = sessions};
	int err = wax_sessions_walk(sessions, collect, &l, damaged, diag);

	if (l.n)
		qsort(l.infos, l.n, sizeof(*l.infos), by_identity);
	for (size_t i = 0; !err && i < l.n; i++)
		err = fn(ctx, &l.infos[i], diag);
	free(l.infos);
	return err;
}

static int parse(const char *identity, uint8_t out[WAX_ED25519_PUBLIC_SIZE],
		 struct wax_diag *diag)
{
	return wax_identity_parse(identity, strlen(identity), out)
		       ? 0
		       : wax_diag_set(diag, WAX_ERR_USAGE,
				      "'%.100s' is no identity, wax1...",
				      identity);
}

static int no_session(const char *identity, struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_USAGE, "there is no session with %s",
			    identity);
}

/* A wax_peer_fn, which ends the looking with 1. */
static int take_recipient(void *ctx, struct wax_peer *p, struct wax_diag *diag)
{
	struct wax_public_key key = {.kind = WAX_IDENTITY_MLKEM768X25519};
	char *text;
	int err;

	memcpy(key.bytes, p->party.recipient, sizeof(p->party.recipient));
	err = wax_public_key_text(&key, &text, diag);
	if (err)
		return err;
	strcpy(ctx, text);
	free(text);
	return 1;
}

int wax_sessions_recipient(struct wax_sessions *sessions, const char *identity,
			   char out[WAX_SESSION_RECIPIENT_SIZE],
			   struct wax_diag *diag)
{
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];
	int err = parse(identity, key, diag);

	if (!err)
		err = wax_sessions_visit(sessions, key, take_recipient, out,
					 diag);
	if (err > 0)
		return 0;
	return err ? err : no_session(identity, diag);
}

/* Takes the lock of a device that there must be sessions with. */
static int take(struct wax_sessions *s, const char *identity,
		struct wax_held *out, struct wax_diag *diag)
{
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];
	int err = parse(identity, key, diag);

	if (!err)
		err = wax_held_take(s, key, out, diag);
	if (!err && !out->known)
		err = no_session(identity, diag);
	return err;
}

/* What is under way in it has as long as if it had been used now. */
static void retire(struct wax_session *s, int64_t now)
{
	s->touched = s->retired ? s->touched : now;
	s->retired = true;
}

int wax_sessions_reset(struct wax_sessions *sessions, const char *identity,
		       int64_t now, struct wax_diag *diag)
{
	struct wax_held h = {0};
	int err = take(sessions, identity, &h, diag);

	for (size_t i = 0; !err && i < h.peer.sessions.n; i++)
		retire(wax_peer_session(&h.peer, i), now);
	if (!err) {
		wax_held_renew(&h);
		err = wax_held_write(sessions, &h, diag);
	}
	wax_held_release(&h);
	return err;
}

int wax_sessions_forget(struct wax_sessions *s, const char *identity,
			int64_t now, bool whole, struct wax_diag *diag)
{
	struct wax_held h = {0};
	int err = take(s, identity, &h, diag);

	/* Nothing of them stays, but that their hellos are known. */
	if (!err)
		wax_sessions_sweep(s, true, now);
	if (!err)
		err = wax_note_hellos(s, &h.peer, NULL, now, diag);
	if (!err)
		err = wax_held_remove(s, &h, whole, diag);
	wax_held_release(&h);
	return err;
}

int wax_sessions_remove(struct wax_sessions *sessions, const char *identity,
			int64_t now, struct wax_diag *diag)
{
	return wax_sessions_forget(sessions, identity, now, false, diag);
}
