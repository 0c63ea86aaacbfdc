/* SPDX-License-Identifier: ISC */
/*
 * The frame S: an Ed25519ph signature over the age header and the payload
 * before the frame, so that what is signed for some recipients cannot be
 * sealed again to others (wax-format(5)).
 */
#ifndef WAX_ENVELOPE_SIGNATURE_H
#define WAX_ENVELOPE_SIGNATURE_H

#include "envelope/meta.h"

/* What S holds: label, kind, key, signature. */
#define WAX_SIGNATURE_LABEL "waxs"
#define WAX_SIGNATURE_SIZE                                                     \
	(4 + 1 + WAX_ED25519_PUBLIC_SIZE + WAX_ED25519_SIGNATURE_SIZE)

enum wax_signature_kind {
	WAX_SIGNATURE_SENDER = 1,  /* the key is M's sender */
	WAX_SIGNATURE_SESSION = 2, /* the key is the session's signer */
};

/* Begins what is signed: the label, the kind, the key and the age header. */
int wax_signature_begin(enum wax_signature_kind kind,
			const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
			const struct wax_bytes *header, unsigned threads,
			struct wax_prehash **out, struct wax_diag *diag);

/* Makes the whole frame of what was signed. */
#define WAX_SIGNATURE_FRAME_SIZE (WAX_FRAME_HEADER_SIZE + WAX_SIGNATURE_SIZE)
void wax_signature_write(struct wax_prehash *signed_data,
			 enum wax_signature_kind kind,
			 const uint8_t secret[WAX_ED25519_SECRET_SIZE],
			 uint8_t out[WAX_SIGNATURE_FRAME_SIZE]);

/* Whether a frame with this content is S, or would be. */
bool wax_signature_begins(const uint8_t *data, size_t len);

/*
 * Checks what S holds against what was signed. Another kind or length is
 * WAX_ERR_FORMAT; another key or a signature that is wrong WAX_ERR_TRUST.
 */
int wax_signature_check(struct wax_prehash *signed_data,
			enum wax_signature_kind kind,
			const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
			const uint8_t *data, size_t len, struct wax_diag *diag);

#endif
