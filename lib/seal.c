/* SPDX-License-Identifier: ISC */
/*
 * Sealing: a fresh file key, wrapped for each recipient, over a payload.
 */
#include <wax/seal.h>
#include <wax/secret.h>
#include <wax/stream.h>

#include "age/age.h"
#include "keys/identities.h"

int wax_seal(const struct wax_recipients *recipients, unsigned flags,
	     struct wax_sink *to, struct wax_sink **out, struct wax_diag *diag)
{
	struct wax_header header = {0};
	struct wax_secret *key = NULL;
	int err = wax_secret_new(WAX_FILE_KEY_SIZE, &key, diag);

	if (!err) {
		wax_random(wax_secret_bytes(key), WAX_FILE_KEY_SIZE);
		err = wax_recipients_wrap(recipients, wax_secret_bytes(key),
					  &header, diag);
	}
	if (err)
		wax_sink_free(to);
	else
		err = wax_age_seal(&header, wax_secret_bytes(key),
				   flags & WAX_SEAL_ARMOR, to, out, diag);
	wax_secret_free(key);
	wax_header_release(&header);
	return err;
}
