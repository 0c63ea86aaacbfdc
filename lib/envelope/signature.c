/* SPDX-License-Identifier: ISC */
/*
 * The frame S.
 */
#include <string.h>

#include "envelope/signature.h"

#define LABEL_SIZE (sizeof(WAX_SIGNATURE_LABEL) - 1)
#define KEY_AT (LABEL_SIZE + 1)
#define SIGNATURE_AT (KEY_AT + WAX_ED25519_PUBLIC_SIZE)

int wax_signature_begin(enum wax_signature_kind kind,
			const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
			const struct wax_bytes *header, unsigned threads,
			struct wax_prehash **out, struct wax_diag *diag)
{
	static const char label[] = "wax/v1 sealed"; /* with its NUL */
	uint8_t byte = (uint8_t)kind;
	struct wax_prehash *p;
	int err = wax_prehash_new(threads, &p, diag);

	if (err)
		return err;
	wax_prehash_text(p, label, sizeof(label));
	wax_prehash_text(p, &byte, 1);
	wax_prehash_text(p, key, WAX_ED25519_PUBLIC_SIZE);
	wax_prehash_text(p, header->data, header->len);
	*out = p;
	return 0;
}

void wax_signature_write(struct wax_prehash *signed_data,
			 enum wax_signature_kind kind,
			 const uint8_t secret[WAX_ED25519_SECRET_SIZE],
			 uint8_t out[WAX_SIGNATURE_FRAME_SIZE])
{
	uint8_t *p = out + WAX_FRAME_HEADER_SIZE;

	wax_frame_header(out, WAX_SIGNATURE_SIZE);
	memcpy(p, WAX_SIGNATURE_LABEL, LABEL_SIZE);
	p[LABEL_SIZE] = (uint8_t)kind;
	wax_ed25519_secret_public(p + KEY_AT, secret);
	wax_prehash_sign(signed_data, secret, p + SIGNATURE_AT);
}

bool wax_signature_begins(const uint8_t *data, size_t len)
{
	return len >= LABEL_SIZE &&
	       !memcmp(data, WAX_SIGNATURE_LABEL, LABEL_SIZE);
}

int wax_signature_check(struct wax_prehash *signed_data,
			enum wax_signature_kind kind,
			const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
			const uint8_t *data, size_t len, struct wax_diag *diag)
{
	if (len != WAX_SIGNATURE_SIZE || data[LABEL_SIZE] != kind)
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the signature is malformed");
	if (memcmp(data + KEY_AT, key, WAX_ED25519_PUBLIC_SIZE))
		return wax_diag_set(diag, WAX_ERR_TRUST,
				    "the signature is by another than the "
				    "sender that is named");
	if (!wax_prehash_verify(signed_data, key, data + SIGNATURE_AT))
		return wax_diag_set(diag, WAX_ERR_TRUST,
				    "the signature is wrong: this is not what "
				    "the sender sealed, or not for whom");
	return 0;
}
