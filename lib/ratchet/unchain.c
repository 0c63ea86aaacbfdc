/* SPDX-License-Identifier: ISC */
/*
 * Opening for a session: the header keys that are known first, then hellos.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "ratchet/chain.h"
#include "ratchet/unchaining.h"

bool wax_header_is_chained(const struct wax_header *h)
{
	for (size_t i = 0; i < wax_header_count(h); i++) {
		struct wax_stanza s = wax_header_stanza(h, i);

		if (wax_stanza_is(&s, WAX_STANZA_HELLO) ||
		    wax_stanza_is(&s, WAX_STANZA_RATCHET))
			return true;
	}
	return false;
}

static int malformed(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_FORMAT,
			    "its stanzas for sessions are malformed");
}

static bool is_body_size(size_t len)
{
	return len == WAX_RATCHET_0_SIZE || len == WAX_RATCHET_1_SIZE ||
	       len == WAX_RATCHET_LATER_SIZE;
}

static bool has_no_args(const struct wax_stanza *s)
{
	return !memchr(s->args.at, ' ', s->args.left);
}

/* Takes the stanzas apart; sizes and counts, before any secret work. */
static int take_pairs(struct unchaining *u, const struct wax_header *h,
		      struct wax_diag *diag)
{
	const uint8_t *hello = NULL;

	if (h->text.len > WAX_CHAINED_HEADER_MAX)
		return malformed(diag);
	for (size_t i = 0; i < wax_header_count(h); i++) {
		struct wax_stanza s = wax_header_stanza(h, i);

		if (!has_no_args(&s))
			return malformed(diag);
		if (wax_stanza_is(&s, WAX_STANZA_HELLO)) {
			if (hello || s.body_len != WAX_HELLO_SIZE)
				return malformed(diag);
			hello = s.body;
			continue;
		}
		if (!wax_stanza_is(&s, WAX_STANZA_RATCHET) ||
		    !is_body_size(s.body_len) || u->n == WAX_PAIRS_MAX ||
		    (hello && s.body_len != WAX_RATCHET_0_SIZE))
			return malformed(diag);
		u->pairs[u->n++] = (struct pair){hello, s.body, s.body_len};
		hello = NULL;
	}
	return hello ? malformed(diag) : 0;
}

/*
 * The first pair below limit that a session of this peer opens. What was over
 * before now may still be there, as only what is written is pruned.
 */
static size_t find_in(const struct unchaining *u, struct wax_peer *p,
		      size_t limit, struct wax_session **session,
		      struct wax_found *found)
{
	wax_peer_expire(p, u->now);
	for (size_t i = 0; i < limit; i++)
		for (size_t j = 0; j < p->sessions.n; j++) {
			struct wax_session *s = wax_peer_session(p, j);

			if (wax_peer_is_over(p, s, u->now) ||
			    !wax_session_find(s, &p->past, u->pairs[i].body,
					      u->pairs[i].len, found))
				continue;
			*session = s;
			return i;
		}
	return limit;
}

/* A wax_peer_fn: the first stanza in the file's order decides. */
static int look(void *ctx, struct wax_peer *p, struct wax_diag *diag)
{
	struct unchaining *u = ctx;
	struct wax_session *s;
	struct wax_found found;
	size_t at = find_in(u, p, u->best, &s, &found);

	(void)diag;
	if (at < u->best) {
		u->best = at;
		memcpy(u->identity, p->party.identity, sizeof(u->identity));
	}
	return 0;
}

int wax_open_known(struct unchaining *u, bool *done, struct wax_diag *diag)
{
	struct wax_held *held = &u->w->held;
	struct wax_session *s;
	struct wax_found found;
	int err = wax_held_take(u->sessions, u->identity, held, diag);

	*done = false;
	if (err || find_in(u, &held->peer, u->n, &s, &found) == u->n)
		return err;
	*done = true;
	held->unindexed = u->indexed
				  ? !wax_indexed_agrees(&u->hint, &held->peer)
				  : u->unindexed && found.old == SIZE_MAX;
	memcpy(u->out->sender, u->identity, sizeof(u->out->sender));
	if (u->others)
		return wax_another_sender(u->identity, diag);
	err = wax_check_party(u->sessions, &held->peer.party, diag);
	if (!err)
		err = wax_open_in(u, s, &found, diag);
	wax_wipe(&found, sizeof(found));
	return err;
}

/*
 * Asks the index whose session it is of. The first stanza in the file's order
 * decides, and of others the index cannot tell that an earlier one fits nobody.
 */
static int open_indexed(struct unchaining *u, bool *done, struct wax_diag *diag)
{
	int err;

	*done = false;
	if (!wax_index_find(u->sessions, u->pairs[0].body, u->pairs[0].len,
			    &u->hint)) {
		u->unindexed = true;
		return 0;
	}
	u->indexed = true;
	memcpy(u->identity, u->hint.identity, sizeof(u->identity));
	err = wax_open_known(u, done, diag);
	u->indexed = false;
	if (err || *done)
		return err;
	/* It is wrong. */
	u->unindexed = true;
	wax_held_release(&u->w->held);
	return 0;
}

/* Looks for the session: at those that are wanted, then at all. */
static int find_session(struct unchaining *u, bool *done, struct wax_diag *diag)
{
	int err = 0;

	*done = false;

	u->best = u->n;
	for (size_t i = 0; !err && i < u->n_from; i++)
		err = wax_sessions_visit(u->sessions,
					 u->from + i * WAX_ED25519_PUBLIC_SIZE,
					 look, u, diag);
	if (err || u->best < u->n)
		return err;
	u->others = u->n_from;
	err = open_indexed(u, done, diag);
	if (err || *done)
		return err;
	return wax_sessions_walk(u->sessions, look, u, &u->damaged, diag);
}

static int unchain(struct unchaining *u, struct wax_diag *diag)
{
	bool done;
	int err = find_session(u, &done, diag);

	if (!err && !done && u->best < u->n)
		err = wax_open_known(u, &done, diag);
	if (err || done)
		return err;
	wax_held_release(&u->w->held);
	return wax_try_hellos(u, diag);
}

/* A signer that is not there is enough for one session only. */
static int check_signer(const struct unchaining *u, struct wax_diag *diag)
{
	static const uint8_t none[WAX_ED25519_PUBLIC_SIZE];

	return u->n > 1 && !memcmp(u->out->signer, none, sizeof(none))
		       ? wax_diag_set(diag, WAX_ERR_TRUST,
				      "it is for several sessions, and names "
				      "no signer")
		       : 0;
}

int wax_unchain(struct wax_sessions *s, const struct wax_header *h, int64_t now,
		const uint8_t *from, size_t n,
		uint8_t file_key[WAX_FILE_KEY_SIZE], struct wax_unchained *out,
		struct wax_diag *diag)
{
	struct unchaining *u = calloc(1, sizeof(*u));
	int err = u ? wax_time_check(now, 0, WAX_TIME_MAX, diag)
		    : wax_no_memory(diag);

	if (!err)
		err = take_pairs(u, h, diag);
	wax_sessions_give_up(s);
	*out = (struct wax_unchained){0};
	if (!err) {
		s->waiting = u->w = calloc(1, sizeof(*u->w));
		err = u->w ? 0 : wax_no_memory(diag);
	}
	if (!err) {
		u->sessions = s;
		u->from = from;
		u->n_from = n;
		u->now = u->w->now = now;
		u->out = out;
		wax_sessions_sweep(s, false, now);
		err = unchain(u, diag);
	}
	if (!err) {
		memcpy(file_key, u->wrapped, WAX_FILE_KEY_SIZE);
		memcpy(out->signer, u->wrapped + WAX_FILE_KEY_SIZE,
		       sizeof(out->signer));
		err = check_signer(u, diag);
	}
	/* What a crash has left undone is done, though nothing else changes. */
	if (err == WAX_ERR_SEEN)
		(void)wax_note_hellos(s, &u->w->held.peer, u->w->prekey.lock,
				      now, NULL);
	if (err)
		wax_sessions_give_up(s);
	if (u)
		wax_wipe(u->wrapped, sizeof(u->wrapped));
	free(u);
	return err;
}

void wax_sessions_give_up(struct wax_sessions *sessions)
{
	struct wax_waiting *w = sessions->waiting;

	if (!w)
		return;
	wax_prekey_use_release(&w->prekey);
	wax_held_release(&w->held);
	free(w);
	sessions->waiting = NULL;
}

int wax_sessions_commit(struct wax_sessions *sessions, struct wax_diag *diag)
{
	struct wax_waiting *w = sessions->waiting;
	struct wax_peer *p;
	bool evict;
	int64_t now;
	int err;

	if (!w)
		return 0;
	p = &w->held.peer;
	/* All that can fail for others' sake does so before it is written. */
	err = w->began ? wax_prekey_lock(sessions, &w->prekey, diag) : 0;
	/* The new one waits until it is on the disk. */
	if (w->began)
		wax_peer_session(p, p->sessions.n - 1)->noted = true;
	if (!err)
		err = wax_note_hellos(sessions, p, w->prekey.lock, w->now,
				      diag);
	if (w->began)
		wax_peer_session(p, p->sessions.n - 1)->noted = false;
	if (!err) {
		wax_peer_prune(p, w->now, w->serial);
		err = wax_held_write(sessions, &w->held, diag);
	}
	/* Behind the session, without which the message would be lost. */
	if (!err && w->began)
		err = wax_hello_remember(sessions, &w->prekey, w->transcript,
					 w->now, diag);
	evict = !err && w->began && !w->held.known;
	now = w->now;
	wax_sessions_give_up(sessions);
	/* The message is delivered and committed, whatever becomes of that. */
	if (evict)
		(void)wax_sessions_evict(sessions, now, NULL);
	return err;
}
