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
 * Puts a source before *source, an age file, of its plaintext. unwrap is called
 * once, for a header whose passphrase stanza, if it has one, is alone and
 * within the limit of cost. text, unless NULL, receives the header as it was in
 * the file, without armor, through the line of the MAC; to be released.
 * threads are those of wax_payload_source().
 */
int wax_age_open(wax_unwrap_fn *unwrap, void *ctx, struct wax_bytes *text,
		 unsigned threads, struct wax_source **source,
		 struct wax_diag *diag);

/*
 * Puts a sink before *sink that writes an age file. The header is a finished
 * one; its text is taken out of it, the rest stays the caller's to release.
 */
int wax_age_seal(struct wax_header *header,
		 const uint8_t file_key[WAX_FILE_KEY_SIZE], bool armored,
		 unsigned threads, struct wax_sink **sink,
		 struct wax_diag *diag);

#endif
