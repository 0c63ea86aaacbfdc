/* SPDX-License-Identifier: ISC */
/*
 * Whole age files: input, armor, header and payload put together. Whose keys
 * wrap and unwrap the file key is left to the callers.
 */
#ifndef WAX_AGE_AGE_H
#define WAX_AGE_AGE_H

#include <stdbool.h>

#include "age/header.h"

/* Finds the file key in a header; errors as those of age/kinds.h. */
typedef int wax_unwrap_fn(void *ctx, const struct wax_header *header,
			  uint8_t file_key[WAX_FILE_KEY_SIZE],
			  struct wax_diag *diag);

/*
 * A source of the plaintext of the age file in from, which is owned from the
 * call on. unwrap is called once, for a header whose passphrase stanza, if it
 * has one, is alone and within the limit of cost.
 */
int wax_age_open(struct wax_source *from, wax_unwrap_fn *unwrap, void *ctx,
		 struct wax_source **out, struct wax_diag *diag);

/*
 * A sink that writes an age file with the stanzas of header to to, owned
 * from the call on. It takes the text out of header, which stays the caller's
 * to release.
 */
int wax_age_seal(struct wax_header *header,
		 const uint8_t file_key[WAX_FILE_KEY_SIZE], bool armored,
		 struct wax_sink *to, struct wax_sink **out,
		 struct wax_diag *diag);

#endif
