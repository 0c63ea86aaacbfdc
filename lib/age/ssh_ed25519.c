/* SPDX-License-Identifier: ISC */
/*
 * OpenSSH Ed25519 keys as recipients.
 */
#include <string.h>

#include "age/kinds.h"
#include "base/base64.h"
#include "base/secret.h"

#define TAG_SIZE 4
static const char info[] = "age-encryption.org/v1/ssh-ed25519";

void wax_ssh_ed25519_wire(const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
			  uint8_t out[WAX_SSH_WIRE_SIZE])
{
	memcpy(out, "\0\0\0\013ssh-ed25519\0\0\0\040", 19);
	memcpy(out + 19, key, WAX_ED25519_PUBLIC_SIZE);
}

/* The first bytes of a hash, that tell an identity which stanza is its own. */
static void key_tag(const uint8_t wire[WAX_SSH_WIRE_SIZE],
		    uint8_t out[TAG_SIZE])
{
	uint8_t hash[WAX_HASH_SIZE];

	wax_sha256(wire, WAX_SSH_WIRE_SIZE, hash);
	memcpy(out, hash, TAG_SIZE);
}

/*
 * The wrapping key from one's scalar and the other's point; share and image
 * are the ephemeral and the recipient's X25519 values. False for a low-order
 * point.
 */
static bool wrapping_key(const uint8_t scalar[WAX_X25519_SIZE],
			 const uint8_t point[WAX_X25519_SIZE],
			 const uint8_t wire[WAX_SSH_WIRE_SIZE],
			 const uint8_t share[WAX_X25519_SIZE],
			 const uint8_t image[WAX_X25519_SIZE],
			 uint8_t out[WAX_KEY_SIZE])
{
	uint8_t first[WAX_X25519_SIZE], shared[WAX_X25519_SIZE];
	uint8_t tweak[WAX_X25519_SIZE], salt[2 * WAX_X25519_SIZE];
	bool ok;

	wax_hkdf(wire, WAX_SSH_WIRE_SIZE, "", 0, info, sizeof(info) - 1, tweak,
		 sizeof(tweak));
	memcpy(salt, share, WAX_X25519_SIZE);
	memcpy(salt + WAX_X25519_SIZE, image, WAX_X25519_SIZE);
	ok = wax_x25519(first, scalar, point) &&
	     wax_x25519(shared, tweak, first);
	if (ok)
		wax_hkdf(salt, sizeof(salt), shared, sizeof(shared), info,
			 sizeof(info) - 1, out, WAX_KEY_SIZE);
	wax_wipe(first, sizeof(first));
	wax_wipe(shared, sizeof(shared));
	return ok;
}

int wax_ssh_ed25519_wrap(const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
			 const uint8_t file_key[WAX_FILE_KEY_SIZE],
			 struct wax_header *to, struct wax_diag *diag)
{
	uint8_t wire[WAX_SSH_WIRE_SIZE], tag[TAG_SIZE];
	uint8_t image[WAX_X25519_SIZE], ephemeral[WAX_X25519_SIZE];
	uint8_t share[WAX_X25519_SIZE], k[WAX_KEY_SIZE];
	uint8_t body[WAX_WRAPPED_SIZE];
	char tag_arg[7] = {0}, share_arg[44] = {0};
	const char *args[] = {WAX_SSH_ED25519, tag_arg, share_arg};
	bool ok;

	if (!wax_ed25519_public_image(image, key))
		return wax_bad_recipient(diag);
	wax_ssh_ed25519_wire(key, wire);
	key_tag(wire, tag);
	wax_random(ephemeral, sizeof(ephemeral));
	wax_x25519_base(share, ephemeral);
	ok = wrapping_key(ephemeral, image, wire, share, image, k);
	wax_wipe(ephemeral, sizeof(ephemeral));
	if (ok)
		wax_file_key_seal(k, file_key, body);
	wax_wipe(k, sizeof(k));
	if (!ok)
		return wax_bad_recipient(diag);
	wax_base64_encode(tag, sizeof(tag), tag_arg);
	wax_base64_encode(share, sizeof(share), share_arg);
	return wax_header_add(to, args, 3, body, sizeof(body), diag);
}

int wax_ssh_ed25519_unwrap(const uint8_t secret[WAX_ED25519_SECRET_SIZE],
			   const struct wax_stanza *stanza,
			   uint8_t file_key[WAX_FILE_KEY_SIZE],
			   struct wax_diag *diag)
{
	uint8_t wire[WAX_SSH_WIRE_SIZE], tag[TAG_SIZE];
	uint8_t scalar[WAX_X25519_SIZE], image[WAX_X25519_SIZE];
	uint8_t share[WAX_X25519_SIZE], k[WAX_KEY_SIZE];
	bool valid;
	char own_arg[6];
	const char *arg;
	size_t len;
	int err;

	/* Only of a stanza for this very key is more expected. */
	wax_ssh_ed25519_wire(secret + 32, wire);
	key_tag(wire, tag);
	wax_base64_encode(tag, sizeof(tag), own_arg);
	arg = wax_stanza_arg(stanza, 0, &len);
	if (len != sizeof(own_arg) || memcmp(arg, own_arg, len) != 0)
		return WAX_ERR_NO_KEY;
	err = wax_stanza_expect(stanza, 2, WAX_WRAPPED_SIZE, diag);
	if (!err)
		err = wax_stanza_decode(stanza, 1, share, sizeof(share), diag);
	if (err)
		return err;
	wax_ed25519_secret_image(scalar, secret);
	wax_x25519_base(image, scalar);
	valid = wrapping_key(scalar, share, wire, share, image, k);
	if (valid)
		err = wax_file_key_open(k, stanza, file_key);
	wax_wipe(scalar, sizeof(scalar));
	wax_wipe(k, sizeof(k));
	if (!valid)
		return wax_bad_share(diag);
	return err;
}
