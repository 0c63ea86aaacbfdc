/* SPDX-License-Identifier: ISC */
/*
 * What derives from an identity's seed.
 */
#include <string.h>

#include "base/error.h"
#include "crypto/identity.h"
#include "keys/identities.h"

int wax_identities_derive(struct wax_identities *list, size_t i,
			  const char *info, struct wax_secret **out,
			  struct wax_diag *diag)
{
	const struct wax_secret_key *key = wax_identities_key(list, i);
	struct wax_secret *secret;
	int err;

	if (key->kind != WAX_IDENTITY_MLKEM768X25519) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "this kind of identity cannot sign");
		wax_diag_hint(diag, "wax-keygen makes one that can");
		return WAX_ERR_USAGE;
	}
	err = wax_secret_new(WAX_ED25519_SECRET_SIZE, &secret, diag);
	if (err)
		return err;
	wax_identity_derive(wax_secret_bytes(key->secret), info,
			    wax_secret_bytes(secret));
	*out = secret;
	return 0;
}

void wax_identities_derive_key(const struct wax_identities *list,
			       const char *info, uint8_t out[WAX_KEY_SIZE])
{
	const struct wax_secret_key *key = wax_identities_key(list, 0);

	wax_hkdf(NULL, 0, wax_secret_bytes(key->secret), WAX_XWING_SEED_SIZE,
		 info, strlen(info), out, WAX_KEY_SIZE);
}

int wax_identities_signer(struct wax_identities *list, const char *info,
			  struct wax_secret **out, struct wax_diag *diag)
{
	size_t n;
	int err = wax_identities_unlock(list, &n, diag);

	if (!err && !n)
		err = wax_diag_set(diag, WAX_ERR_USAGE,
				   "there is no identity to sign with");
	return err ? err : wax_identities_derive(list, 0, info, out, diag);
}

int wax_identities_public(struct wax_identities *list, size_t i,
			  char out[WAX_PUBLIC_IDENTITY_SIZE],
			  struct wax_diag *diag)
{
	uint8_t public[WAX_ED25519_PUBLIC_SIZE];
	struct wax_secret *secret;
	int err = wax_identities_derive(list, i, WAX_DERIVE_IDENTITY, &secret,
					diag);

	if (err)
		return err;
	wax_ed25519_secret_public(public, wax_secret_bytes(secret));
	wax_identity_text(public, out);
	wax_secret_free(secret);
	return 0;
}
