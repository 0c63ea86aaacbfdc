/* SPDX-License-Identifier: ISC */
/*
 * Opening with a list of identities: the age file, then the envelope, then, for
 * what is signed, the wait for the verdict.
 */
#include <string.h>

#include <wax/open.h>
#include <wax/stream.h>

#include "age/age.h"
#include "crypto/identity.h"
#include "envelope/envelope.h"
#include "envelope/spool.h"
#include "keys/identities.h"
#include "ratchet/unchain.h"

#define TEMPORARY "/var/tmp"

static int limit(const struct wax_open_options *o,
		 struct wax_envelope_limits *limits, struct wax_bytes *senders,
		 struct wax_diag *diag)
{
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];
	int err = 0;

	limits->threads = o->threads;
	limits->max_ratio = o->max_ratio;
	limits->max_size = o->max_size;
	if (o->from && !*o->from)
		return wax_diag_set(diag, WAX_ERR_USAGE, "no sender is named");
	for (const char *const *who = o->from; who && *who && !err; who++) {
		if (!wax_identity_parse(*who, strlen(*who), key))
			return wax_diag_set(diag, WAX_ERR_USAGE,
					    "'%.100s' is no identity, wax1...",
					    *who);
		err = wax_bytes_add(senders, key, sizeof(key), diag);
		limits->n_senders++;
	}
	limits->senders = senders->data;
	return err;
}

/* Finds the file key: with identities, or in a session. */
struct unwrapping {
	struct wax_identities *identities;
	const struct wax_open_options *o;
	const struct wax_bytes *senders;
	struct wax_sessions *sessions; /* NULL: it is not chained */
	struct wax_unchained session;
};

/* A wax_unwrap_fn over a struct unwrapping. */
static int unwrap(void *ctx, const struct wax_header *header,
		  uint8_t file_key[WAX_FILE_KEY_SIZE], struct wax_diag *diag)
{
	struct unwrapping *u = ctx;
	int err;

	if (!wax_header_is_chained(header))
		return wax_identities_unwrap(u->identities, header, file_key,
					     diag);
	if (!u->o->sessions)
		return wax_diag_set(diag, WAX_ERR_NO_KEY,
				    "it is sealed for a session, and there "
				    "are none here");
	err = u->o->sessions(u->o->ctx, &u->sessions, diag);
	return err ? err
		   : wax_unchain(u->sessions, header, u->o->now,
				 u->senders->data,
				 u->senders->len / WAX_ED25519_PUBLIC_SIZE,
				 file_key, &u->session, diag);
}

static bool is_zero(const uint8_t key[WAX_ED25519_PUBLIC_SIZE])
{
	static const uint8_t none[WAX_ED25519_PUBLIC_SIZE];

	return !memcmp(key, none, sizeof(none));
}

/* Says by whom the session is; a sender in the file must be the same. */
static int check_peer(const struct wax_unchained *s, struct wax_contents *found,
		      struct wax_diag *diag)
{
	wax_identity_text(s->sender, found->peer);
	found->began = s->began;
	found->renewed = s->renewed;
	if (*found->sender &&
	    (is_zero(s->signer) || strcmp(found->sender, found->peer)))
		return wax_diag_set(diag, WAX_ERR_TRUST,
				    "it names another sender than its session");
	return 0;
}

int wax_open(struct wax_identities *identities,
	     const struct wax_open_options *options, struct wax_source **source,
	     struct wax_contents *contents, struct wax_diag *diag)
{
	static const struct wax_open_options none;
	const struct wax_open_options *o = options ? options : &none;
	struct wax_envelope_limits limits = {0};
	struct wax_bytes header = {0}, senders = {0};
	struct unwrapping u = {
		.identities = identities, .o = o, .senders = &senders};
	struct wax_contents found;
	int err = limit(o, &limits, &senders, diag);

	if (!err)
		err = wax_age_open(unwrap, &u, &header, o->threads, source,
				   diag);
	if (u.sessions) {
		/* The session says who it is from. */
		limits.n_senders = 0;
		limits.signer =
			is_zero(u.session.signer) ? NULL : u.session.signer;
	}
	if (!err)
		err = wax_envelope_source(&header, &limits, source, &found,
					  diag);
	if (!err && u.sessions)
		err = check_peer(&u.session, &found, diag);
	if (!err && (*found.sender || limits.signer) &&
	    !(o->flags & WAX_OPEN_EARLY))
		err = wax_spool_source(o->temporary ? o->temporary : TEMPORARY,
				       o->threads, source, diag);
	wax_bytes_release(&senders);
	wax_bytes_release(&header);
	if (err && u.sessions)
		wax_sessions_give_up(u.sessions);
	if (!err && contents)
		*contents = found;
	return err;
}
