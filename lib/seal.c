/* SPDX-License-Identifier: ISC */
/*
 * Sealing: a fresh file key, wrapped for each recipient, over a payload that is
 * bare or in an envelope.
 */
#include <string.h>

#include <wax/seal.h>
#include <wax/secret.h>
#include <wax/stream.h>

#include "age/age.h"
#include "base/secret.h"
#include "crypto/identity.h"
#include "envelope/envelope.h"
#include "keys/identities.h"
#include "ratchet/chain.h"

/* Makes an envelope of what was asked for. */
static int describe(const struct wax_seal_options *o, struct wax_envelope *e,
		    struct wax_diag *diag)
{
	size_t len = o->name ? strlen(o->name) : 0;

	if (o->level < 0 || o->level > WAX_LEVEL_MAX)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "the levels of compression are 1 to %d",
				    WAX_LEVEL_MAX);
	if (o->name && !wax_name_is_valid(o->name, len))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "'%s' is not a name that can go with the "
				    "data",
				    o->name);
	e->level = o->level;
	e->threads = o->threads;
	e->pad = o->flags & WAX_SEAL_PAD;
	e->meta.archive = o->flags & WAX_SEAL_ARCHIVE;
	if (o->name)
		memcpy(e->meta.name, o->name, len);
	return o->signer ? wax_identities_signer(o->signer, WAX_DERIVE_IDENTITY,
						 &e->signer, diag)
			 : 0;
}

/*
 * Who reads a file for several sessions could forge it for the others, unless
 * it is signed: with a key of its own where it is by nobody else.
 */
static int sign_for_sessions(struct wax_envelope *e, struct wax_diag *diag)
{
	uint8_t seed[32];
	int err = wax_secret_new(WAX_ED25519_SECRET_SIZE, &e->signer, diag);

	if (err)
		return err;
	wax_random(seed, sizeof(seed));
	wax_ed25519_secret(wax_secret_bytes(e->signer), seed);
	wax_wipe(seed, sizeof(seed));
	e->session = true;
	return 0;
}

/* Adds a stanza for each session; plain recipients would undo what they do. */
static int chain(const struct wax_recipients *recipients,
		 const struct wax_seal_options *o, struct wax_envelope *e,
		 const uint8_t *file_key, struct wax_header *to,
		 struct wax_diag *diag)
{
	uint8_t signer[WAX_ED25519_PUBLIC_SIZE] = {0};
	size_t n = wax_chain_count(o->chain);
	int err = 0;

	if (!n || (recipients && wax_recipients_count(recipients)))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    n ? "sessions cannot be combined with "
					"other recipients"
				      : "no recipient");
	if (!e->signer && n > 1)
		err = sign_for_sessions(e, diag);
	if (err)
		return err;
	if (e->signer)
		wax_ed25519_secret_public(signer, wax_secret_bytes(e->signer));
	if (e->signer && !e->session && !wax_chain_is_of(o->chain, signer)) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "for a session, only the identity that it is of "
			     "can sign");
		wax_diag_hint(diag, "without -i, the home's does");
		return WAX_ERR_USAGE;
	}
	return wax_chain_wrap(o->chain, file_key, signer, to, diag);
}

/* Puts what stands before the payload's bytes into place. */
static int enclose(struct wax_envelope *e, struct wax_sink **sink,
		   struct wax_diag *diag)
{
	if (e->level || e->pad || e->meta.archive || e->signer)
		return wax_envelope_sink(e, sink, diag);
	return wax_bare_sink(sink, diag);
}

int wax_seal(const struct wax_recipients *recipients,
	     const struct wax_seal_options *options, struct wax_sink **sink,
	     struct wax_diag *diag)
{
	static const struct wax_seal_options none;
	const struct wax_seal_options *o = options ? options : &none;
	struct wax_header header = {0};
	struct wax_envelope envelope = {0};
	struct wax_secret *key = NULL;
	int err = describe(o, &envelope, diag);

	if (!err)
		err = wax_secret_new(WAX_FILE_KEY_SIZE, &key, diag);
	if (!err) {
		wax_random(wax_secret_bytes(key), WAX_FILE_KEY_SIZE);
		err = o->chain ? chain(recipients, o, &envelope,
				       wax_secret_bytes(key), &header, diag)
			       : wax_recipients_wrap(recipients,
						     wax_secret_bytes(key),
						     &header, diag);
	}
	if (!err)
		err = wax_header_finish(&header, wax_secret_bytes(key), diag);
	if (!err)
		err = wax_envelope_begin(&envelope, &header.text, diag);
	if (!err)
		err = wax_age_seal(&header, wax_secret_bytes(key),
				   o->flags & WAX_SEAL_ARMOR, o->threads, sink,
				   diag);
	if (!err)
		err = enclose(&envelope, sink, diag);
	wax_envelope_release(&envelope);
	wax_secret_free(key);
	wax_header_release(&header);
	return err;
}
