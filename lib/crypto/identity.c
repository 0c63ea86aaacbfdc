/* SPDX-License-Identifier: ISC */
/*
 * The identity key.
 */
#include <string.h>

#include "base/bech32.h"
#include "base/secret.h"
#include "crypto/identity.h"

#define HRP "wax"

void wax_identity_derive(const uint8_t seed[WAX_XWING_SEED_SIZE],
			 const char *info, uint8_t out[WAX_ED25519_SECRET_SIZE])
{
	uint8_t derived[32];

	wax_hkdf(NULL, 0, seed, WAX_XWING_SEED_SIZE, info, strlen(info),
		 derived, sizeof(derived));
	wax_ed25519_secret(out, derived);
	wax_wipe(derived, sizeof(derived));
}

void wax_identity_text(const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
		       char out[WAX_PUBLIC_IDENTITY_SIZE])
{
	wax_bech32_encode(HRP, false, key, WAX_ED25519_PUBLIC_SIZE, out);
	out[WAX_PUBLIC_IDENTITY_SIZE - 1] = '\0';
}

bool wax_public_identity_is_valid(const char *text)
{
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];

	return wax_identity_parse(text, strlen(text), key);
}

bool wax_identity_parse(const char *text, size_t len,
			uint8_t out[WAX_ED25519_PUBLIC_SIZE])
{
	return wax_bech32_decode(text, len, HRP, false, out,
				 WAX_ED25519_PUBLIC_SIZE) &&
	       wax_ed25519_valid(out);
}
