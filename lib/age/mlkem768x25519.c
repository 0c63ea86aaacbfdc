/* SPDX-License-Identifier: ISC */
/*
 * Post-quantum recipients: the file key is sealed by HPKE to an X-Wing key.
 */
#include "age/kinds.h"
#include "base/base64.h"
#include "crypto/hpke.h"

static const char info[] = "age-encryption.org/mlkem768x25519";

int wax_mlkem768x25519_wrap(const uint8_t key[WAX_XWING_PUBLIC_SIZE],
			    const uint8_t file_key[WAX_FILE_KEY_SIZE],
			    struct wax_header *to, struct wax_diag *diag)
{
	uint8_t enc[WAX_XWING_CIPHERTEXT_SIZE], body[WAX_WRAPPED_SIZE];
	char arg[(WAX_XWING_CIPHERTEXT_SIZE + 2) / 3 * 4 + 1];
	const char *args[] = {WAX_MLKEM768X25519, arg};

	if (!wax_hpke_seal(key, info, file_key, WAX_FILE_KEY_SIZE, enc, body))
		return wax_bad_recipient(diag);
	wax_base64_encode(enc, sizeof(enc), arg);
	arg[wax_base64_len(sizeof(enc))] = '\0';
	return wax_header_add(to, args, 2, body, sizeof(body), diag);
}

int wax_mlkem768x25519_unwrap(const uint8_t seed[WAX_XWING_SEED_SIZE],
			      const struct wax_stanza *stanza,
			      uint8_t file_key[WAX_FILE_KEY_SIZE],
			      struct wax_diag *diag)
{
	uint8_t enc[WAX_XWING_CIPHERTEXT_SIZE];
	int err = wax_stanza_expect(stanza, 1, WAX_WRAPPED_SIZE, diag);

	if (!err)
		err = wax_stanza_decode(stanza, 0, enc, sizeof(enc), diag);
	if (err)
		return err;
	switch (wax_hpke_open(seed, info, enc, stanza->body, stanza->body_len,
			      file_key)) {
	case WAX_HPKE_OPENED:
		return 0;
	case WAX_HPKE_OTHER_KEY:
		return WAX_ERR_NO_KEY;
	case WAX_HPKE_BAD_ENC:
		break;
	}
	return wax_bad_share(diag);
}
