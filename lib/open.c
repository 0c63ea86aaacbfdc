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

#define TEMPORARY "/var/tmp"

static int limit(const struct wax_open_options *o,
		 struct wax_envelope_limits *limits, uint8_t *sender,
		 struct wax_diag *diag)
{
	limits->max_ratio = o->max_ratio;
	limits->max_size = o->max_size;
	if (!o->from)
		return 0;
	if (!wax_identity_parse(o->from, strlen(o->from), sender))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "'%.100s' is no identity, wax1...",
				    o->from);
	limits->sender = sender;
	return 0;
}

int wax_open(struct wax_identities *identities,
	     const struct wax_open_options *options, struct wax_source **source,
	     struct wax_contents *contents, struct wax_diag *diag)
{
	static const struct wax_open_options none;
	const struct wax_open_options *o = options ? options : &none;
	struct wax_envelope_limits limits = {0};
	uint8_t sender[WAX_ED25519_PUBLIC_SIZE];
	struct wax_contents found;
	struct wax_bytes header = {0};
	int err = limit(o, &limits, sender, diag);

	if (!err)
		err = wax_age_open(wax_identities_unwrap, identities, &header,
				   source, diag);
	if (!err)
		err = wax_envelope_source(&header, &limits, source, &found,
					  diag);
	if (!err && *found.sender && !(o->flags & WAX_OPEN_EARLY))
		err = wax_spool_source(o->temporary ? o->temporary : TEMPORARY,
				       source, diag);
	wax_bytes_release(&header);
	if (!err && contents)
		*contents = found;
	return err;
}
