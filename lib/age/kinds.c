/* SPDX-License-Identifier: ISC */
/*
 * What several kinds of recipients do alike.
 */
#include "age/kinds.h"

static const uint8_t zero_nonce[WAX_NONCE_SIZE];

void wax_file_key_seal(const uint8_t key[WAX_KEY_SIZE],
		       const uint8_t file_key[WAX_FILE_KEY_SIZE],
		       uint8_t out[WAX_WRAPPED_SIZE])
{
	wax_aead_seal(key, zero_nonce, NULL, 0, file_key, WAX_FILE_KEY_SIZE,
		      out);
}

int wax_file_key_open(const uint8_t key[WAX_KEY_SIZE],
		      const struct wax_stanza *stanza,
		      uint8_t file_key[WAX_FILE_KEY_SIZE])
{
	return wax_aead_open(key, zero_nonce, NULL, 0, stanza->body,
			     stanza->body_len, file_key)
		       ? 0
		       : WAX_ERR_NO_KEY;
}

int wax_bad_recipient(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_USAGE,
			    "a recipient's key is not valid");
}

int wax_bad_share(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_FORMAT,
			    "the header is malformed, in a share of a key");
}
