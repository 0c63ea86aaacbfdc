/* SPDX-License-Identifier: ISC */
/*
 * Classic recipients: an ephemeral X25519 exchange wraps the file key.
 */
#include <string.h>

#include "age/kinds.h"
#include "base/base64.h"
#include "base/secret.h"

static const char info[] = "age-encryption.org/v1/X25519";

/* The wrapping key, from the shared secret and both public values. */
static void wrapping_key(const uint8_t shared[WAX_X25519_SIZE],
			 const uint8_t share[WAX_X25519_SIZE],
			 const uint8_t key[WAX_X25519_SIZE],
			 uint8_t out[WAX_KEY_SIZE])
{
	uint8_t salt[2 * WAX_X25519_SIZE];

	memcpy(salt, share, WAX_X25519_SIZE);
	memcpy(salt + WAX_X25519_SIZE, key, WAX_X25519_SIZE);
	wax_hkdf(salt, sizeof(salt), shared, WAX_X25519_SIZE, info,
		 sizeof(info) - 1, out, WAX_KEY_SIZE);
}

int wax_x25519_wrap(const uint8_t key[WAX_X25519_SIZE],
		    const uint8_t file_key[WAX_FILE_KEY_SIZE],
		    struct wax_header *to, struct wax_diag *diag)
{
	uint8_t ephemeral[WAX_X25519_SIZE], shared[WAX_X25519_SIZE];
	uint8_t share[WAX_X25519_SIZE], k[WAX_KEY_SIZE];
	uint8_t body[WAX_WRAPPED_SIZE];
	char arg[44] = {0};
	const char *args[] = {WAX_X25519, arg};
	bool ok;

	wax_random(ephemeral, sizeof(ephemeral));
	wax_x25519_base(share, ephemeral);
	ok = wax_x25519(shared, ephemeral, key);
	if (ok) {
		wrapping_key(shared, share, key, k);
		wax_file_key_seal(k, file_key, body);
	}
	wax_wipe(ephemeral, sizeof(ephemeral));
	wax_wipe(shared, sizeof(shared));
	wax_wipe(k, sizeof(k));
	if (!ok)
		return wax_bad_recipient(diag);
	wax_base64_encode(share, sizeof(share), arg);
	return wax_header_add(to, args, 2, body, sizeof(body), diag);
}

int wax_x25519_unwrap(const uint8_t secret[WAX_X25519_SIZE],
		      const uint8_t key[WAX_X25519_SIZE],
		      const struct wax_stanza *stanza,
		      uint8_t file_key[WAX_FILE_KEY_SIZE],
		      struct wax_diag *diag)
{
	uint8_t share[WAX_X25519_SIZE], shared[WAX_X25519_SIZE];
	uint8_t k[WAX_KEY_SIZE];
	int err = wax_stanza_expect(stanza, 1, WAX_WRAPPED_SIZE, diag);

	if (!err)
		err = wax_stanza_decode(stanza, 0, share, sizeof(share), diag);
	if (err)
		return err;
	if (!wax_x25519(shared, secret, share))
		return wax_bad_share(diag);
	wrapping_key(shared, share, key, k);
	err = wax_file_key_open(k, stanza, file_key);
	wax_wipe(shared, sizeof(shared));
	wax_wipe(k, sizeof(k));
	return err;
}
