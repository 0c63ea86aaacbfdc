/* SPDX-License-Identifier: ISC */
/*
 * Signed notes (c2sp.org/signed-note) with Ed25519: text, an empty line, and a
 * line for each signature. What wax signs as text is one, so that others can
 * check it with what they have.
 */
#ifndef WAX_KEYS_NOTE_H
#define WAX_KEYS_NOTE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "crypto/crypto.h"

/* A key's name, which is that of its owner without spaces and plus signs. */
#define WAX_NOTE_NAME_MAX 255
void wax_note_name(const char *name, char out[WAX_NOTE_NAME_MAX + 1]);

/*
 * Adds a note to out: text, which ends in LF, signed under a key's name.
 */
int wax_note_sign(const struct wax_bytes *text, const char *key_name,
		  const uint8_t secret[WAX_ED25519_SECRET_SIZE],
		  struct wax_bytes *out, struct wax_diag *diag);

/*
 * Takes a note apart: its text, with its last LF, and its signature lines.
 * False when it has not the form of one.
 */
bool wax_note_split(struct wax_cursor note, struct wax_cursor *text,
		    struct wax_cursor *signatures);

/*
 * Whether one of the signatures is of this key, under its name, and all that
 * are of it are good. Those of other keys must have the form of signatures.
 */
bool wax_note_verify(struct wax_cursor text, struct wax_cursor signatures,
		     const char *key_name,
		     const uint8_t key[WAX_ED25519_PUBLIC_SIZE]);

#endif
