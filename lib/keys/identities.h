/* SPDX-License-Identifier: ISC */
/*
 * What the library itself does with the lists of <wax/identity.h> and
 * <wax/recipient.h>.
 */
#ifndef WAX_KEYS_IDENTITIES_H
#define WAX_KEYS_IDENTITIES_H

#include <wax/identity.h>
#include <wax/recipient.h>

#include "age/header.h"
#include "keys/key.h"

/* A wax_unwrap_fn over a struct wax_identities. */
int wax_identities_unwrap(void *list, const struct wax_header *header,
			  uint8_t file_key[WAX_FILE_KEY_SIZE],
			  struct wax_diag *diag);

/* Key i, after wax_identities_unlock(). */
const struct wax_secret_key *
wax_identities_key(const struct wax_identities *list, size_t i);

/*
 * The Ed25519 key that the first identity signs with. One that is not of the
 * post-quantum kind, or an empty list, is WAX_ERR_USAGE.
 */
int wax_identities_signer(struct wax_identities *list, struct wax_secret **out,
			  struct wax_diag *diag);

/* Adds a stanza for each recipient. An empty list is WAX_ERR_USAGE. */
int wax_recipients_wrap(const struct wax_recipients *list,
			const uint8_t file_key[WAX_FILE_KEY_SIZE],
			struct wax_header *to, struct wax_diag *diag);

#endif
