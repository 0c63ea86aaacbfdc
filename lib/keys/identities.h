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
 * An Ed25519 key that derives from identity i; info is one of those in
 * crypto/identity.h. One that is not of the post-quantum kind is WAX_ERR_USAGE.
 * The second function unlocks the list, and takes the first, which there must
 * be.
 */
int wax_identities_derive(struct wax_identities *list, size_t i,
			  const char *info, struct wax_secret **out,
			  struct wax_diag *diag);
int wax_identities_signer(struct wax_identities *list, const char *info,
			  struct wax_secret **out, struct wax_diag *diag);

/*
 * A symmetric key that derives from the first identity, after
 * wax_identities_signer() was content with it.
 */
void wax_identities_derive_key(const struct wax_identities *list,
			       const char *info, uint8_t out[WAX_KEY_SIZE]);

/* Adds a stanza for each recipient. An empty list is WAX_ERR_USAGE. */
int wax_recipients_wrap(const struct wax_recipients *list,
			const uint8_t file_key[WAX_FILE_KEY_SIZE],
			struct wax_header *to, struct wax_diag *diag);

#endif
