/* SPDX-License-Identifier: ISC */
/*
 * The sessions with a peer: which one sends, and what is forgotten when.
 */
#include <string.h>

#include "ratchet/peer.h"

void wax_peer_release(struct wax_peer *p)
{
	wax_array_release(&p->sessions);
	wax_array_release(&p->past.old);
	wax_array_release(&p->past.skipped);
	wax_array_release(&p->past.opened);
	*p = (struct wax_peer){0};
}

void wax_peer_clear(struct wax_peer *p)
{
	struct wax_peer old = *p;

	*p = (struct wax_peer){.sessions.memory = old.sessions.memory,
			       .past.old.memory = old.past.old.memory,
			       .past.skipped.memory = old.past.skipped.memory,
			       .past.opened.memory = old.past.opened.memory};
}

int wax_peer_add(struct wax_peer *p, struct wax_session **out,
		 struct wax_diag *diag)
{
	struct wax_session *s = wax_array_add(&p->sessions, sizeof(*s), diag);

	if (!s)
		return WAX_ERR_IO;
	s->serial = ++p->serials;
	*out = s;
	return 0;
}

/* Whether a is to be preferred to b: the later hello, then the transcript. */
static bool is_later(const struct wax_session *a, const struct wax_session *b)
{
	return a->t != b->t ? a->t > b->t
			    : memcmp(a->transcript, b->transcript,
				     sizeof(a->transcript)) > 0;
}

struct wax_session *wax_peer_sender(const struct wax_peer *p, int64_t now)
{
	struct wax_session *heard = NULL, *own = NULL;

	for (size_t i = 0; i < p->sessions.n; i++) {
		struct wax_session *s = wax_peer_session(p, i);

		if (s->retired)
			continue;
		if (s->heard && (!heard || is_later(s, heard)))
			heard = s;
		if (!s->heard && s->caller && s->expires >= now &&
		    (!own || is_later(s, own)))
			own = s;
	}
	return heard ? heard : own;
}

struct wax_session *wax_peer_by_transcript(const struct wax_peer *p,
					   const uint8_t t[WAX_HASH_SIZE])
{
	for (size_t i = 0; i < p->sessions.n; i++)
		if (!memcmp(wax_peer_session(p, i)->transcript, t,
			    WAX_HASH_SIZE))
			return wax_peer_session(p, i);
	return NULL;
}

static bool is_skipped(const struct wax_past *past, uint32_t serial,
		       uint32_t epoch)
{
	for (size_t i = 0; i < past->skipped.n; i++) {
		const struct wax_skipped *k =
			wax_array_at(&past->skipped, sizeof(*k), i);

		if (k->serial == serial && k->epoch == epoch)
			return true;
	}
	return false;
}

void wax_peer_expire(struct wax_peer *p, int64_t now)
{
	for (size_t i = p->past.skipped.n; i > 0; i--) {
		const struct wax_skipped *k =
			wax_array_at(&p->past.skipped, sizeof(*k), i - 1);

		if (now - k->since > WAX_SKIPPED_VALID)
			wax_array_remove(&p->past.skipped, sizeof(*k), i - 1);
	}
	for (size_t i = p->past.old.n; i > 0; i--) {
		const struct wax_old_key *k =
			wax_array_at(&p->past.old, sizeof(*k), i - 1);

		if (now - k->since > WAX_SKIPPED_VALID &&
		    !is_skipped(&p->past, k->serial, k->epoch))
			wax_array_remove(&p->past.old, sizeof(*k), i - 1);
	}
}

static bool has_session(const struct wax_peer *p, uint32_t serial)
{
	for (size_t i = 0; i < p->sessions.n; i++)
		if (wax_peer_session(p, i)->serial == serial)
			return true;
	return false;
}

/* Whether an old header key has not yet WAX_OLD_KEYS_MAX newer ones. */
static bool is_recent(const struct wax_past *past, size_t i)
{
	const struct wax_old_key *k = wax_array_at(&past->old, sizeof(*k), i);
	size_t newer = 0;

	for (size_t j = i + 1; j < past->old.n; j++) {
		const struct wax_old_key *other =
			wax_array_at(&past->old, sizeof(*other), j);

		newer += other->serial == k->serial;
	}
	return newer < WAX_OLD_KEYS_MAX;
}

/* Drops skipped keys of no session. */
static void prune_skipped(struct wax_peer *p)
{
	for (size_t i = p->past.skipped.n; i > 0; i--) {
		const struct wax_skipped *k =
			wax_array_at(&p->past.skipped, sizeof(*k), i - 1);

		if (!has_session(p, k->serial))
			wax_array_remove(&p->past.skipped, sizeof(*k), i - 1);
	}
}

/* Drops old header keys that can tell nothing any more. */
static void prune_old(struct wax_peer *p)
{
	for (size_t i = p->past.old.n; i > 0; i--) {
		const struct wax_old_key *k =
			wax_array_at(&p->past.old, sizeof(*k), i - 1);
		bool keep = is_recent(&p->past, i - 1) ||
			    is_skipped(&p->past, k->serial, k->epoch);

		if (!keep || !has_session(p, k->serial))
			wax_array_remove(&p->past.old, sizeof(*k), i - 1);
	}
}

/* Removes the records of openings of sessions that are gone. */
static void prune_opened(struct wax_peer *p)
{
	for (size_t i = p->past.opened.n; i > 0; i--) {
		const struct wax_opened_once *o =
			wax_array_at(&p->past.opened, sizeof(*o), i - 1);

		if (!has_session(p, o->serial))
			wax_array_remove(&p->past.opened, sizeof(*o), i - 1);
	}
}

static bool is_unused(const struct wax_session *s, int64_t now)
{
	return now - s->touched > WAX_RECEIVING_VALID;
}

bool wax_peer_is_over(const struct wax_peer *p, const struct wax_session *s,
		      int64_t now)
{
	return is_unused(s, now) && s != wax_peer_sender(p, now);
}

/* The session beside the sender that was used longest ago; NULL: none. */
static struct wax_session *oldest_other(const struct wax_peer *p,
					const struct wax_session *sender,
					uint32_t keep, size_t *others,
					size_t *at)
{
	struct wax_session *oldest = NULL;

	*others = 0;
	for (size_t i = 0; i < p->sessions.n; i++) {
		struct wax_session *s = wax_peer_session(p, i);

		if (s == sender)
			continue;
		++*others;
		if (s->serial == keep)
			continue;
		if (!oldest || s->touched < oldest->touched) {
			oldest = s;
			*at = i;
		}
	}
	return oldest;
}

static void prune_sessions(struct wax_peer *p, int64_t now, uint32_t keep)
{
	size_t others, at = 0;
	const struct wax_session *s;

	while ((s = oldest_other(p, wax_peer_sender(p, now), keep, &others,
				 &at)) &&
	       (others > WAX_RECEIVING_MAX || is_unused(s, now)))
		wax_array_remove(&p->sessions, sizeof(*s), at);
}

void wax_peer_prune(struct wax_peer *p, int64_t now, uint32_t keep)
{
	prune_sessions(p, now, keep);
	prune_skipped(p);
	wax_peer_expire(p, now);
	prune_old(p);
	prune_opened(p);
}
