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
#include "crypto/identity.h"
#include "envelope/envelope.h"
#include "keys/identities.h"

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
	e->pad = o->flags & WAX_SEAL_PAD;
	e->meta.archive = o->flags & WAX_SEAL_ARCHIVE;
	if (o->name)
		memcpy(e->meta.name, o->name, len);
	return o->signer ? wax_identities_signer(o->signer, WAX_DERIVE_IDENTITY,
						 &e->signer, diag)
			 : 0;
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
		err = wax_recipients_wrap(recipients, wax_secret_bytes(key),
					  &header, diag);
	}
	if (!err)
		err = wax_header_finish(&header, wax_secret_bytes(key), diag);
	if (!err)
		err = wax_envelope_begin(&envelope, &header.text, diag);
	if (!err)
		err = wax_age_seal(&header, wax_secret_bytes(key),
				   o->flags & WAX_SEAL_ARMOR, sink, diag);
	if (!err)
		err = enclose(&envelope, sink, diag);
	wax_envelope_release(&envelope);
	wax_secret_free(key);
	wax_header_release(&header);
	return err;
}
