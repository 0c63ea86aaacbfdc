/* SPDX-License-Identifier: ISC */
/*
 * State at rest: files of the home, sealed under a random key, which is sealed
 * under a key that derives from the identity (wax-format(5)).
 */
#ifndef WAX_KEYS_STATE_H
#define WAX_KEYS_STATE_H

#include <wax/error.h>
#include <wax/identity.h>
#include <wax/secret.h>

#include "base/bytes.h"
#include "crypto/crypto.h"

struct wax_state;

/*
 * Finds the key in the folder home, with the first identity; where there is
 * none, a new one is written with the first file. WAX_ERR_STATE: it is damaged, of a
 * later version, or another identity's.
 */
int wax_state_open(const char *home, struct wax_identities *identities,
		   struct wax_state **out, struct wax_diag *diag);
void wax_state_free(struct wax_state *state);

/*
 * Reads the file name of the home, which was written for this purpose. *out is
 * NULL where there is none. Anything odd is WAX_ERR_STATE.
 */
int wax_state_read(const struct wax_state *state, const char *name,
		   struct wax_secret **out, struct wax_diag *diag);

/* Writes it, whole or not at all; at the return it is on the disk. */
int wax_state_write(struct wax_state *state, const char *name,
		    struct wax_secret *data, struct wax_diag *diag);

/*
 * Removes what killed processes have left in the home: temporary files that
 * are older than an hour.
 */
void wax_state_sweep(const char *home, int64_t now);

/* The path of a file in the home, to be freed with free(). */
int wax_state_path(const char *home, const char *name, char **out,
		   struct wax_diag *diag);

#endif
