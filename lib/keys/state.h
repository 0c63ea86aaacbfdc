/* SPDX-License-Identifier: ISC */
/*
 * State at rest: files of the home, sealed under a random key, which is sealed
 * under a key that derives from the identity (wax-format(5)).
 */
#ifndef WAX_KEYS_STATE_H
#define WAX_KEYS_STATE_H

#include <stdbool.h>
#include <wax/error.h>
#include <wax/identity.h>
#include <wax/secret.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "crypto/crypto.h"
#include "keys/sealed.h"
#include "sys/fd.h"
#include "sys/lock.h"

struct wax_state;

/*
 * Finds the key in the folder home, with the first identity; where there is
 * none, a new one is written with the first file. WAX_ERR_STATE: it is damaged,
 * of a later version, or another identity's.
 */
int wax_state_open(const char *home, struct wax_identities *identities,
		   struct wax_state **out, struct wax_diag *diag);
void wax_state_free(struct wax_state *state);

/*
 * Reads the file name of the home, which was written for this purpose. *out is
 * NULL where there is none. Anything odd is WAX_ERR_STATE.
 */
int wax_state_read(struct wax_state *state, const char *name,
		   struct wax_secret **out, struct wax_diag *diag);

/*
 * The same for many files one after the other, in memory that is used again.
 * *data is valid until the next one is read, and NULL where there is no file.
 */
int wax_state_read_next(struct wax_state *state, const char *name,
			struct wax_reading *r, const uint8_t **data,
			size_t *len, struct wax_diag *diag);

/*
 * The same of what is no secret. file is emptied, and holds what data then
 * points into; data is all zero where there is no file.
 */
int wax_state_load(struct wax_state *state, const char *name,
		   struct wax_bytes *file, struct wax_cursor *data,
		   struct wax_diag *diag);

/* Writes it, whole or not at all; at the return it is on the disk. */
int wax_state_write(struct wax_state *state, const char *name, const void *data,
		    size_t len, struct wax_diag *diag);

/*
 * The same, with the birth of the new file itself at an offset of the data: its
 * number and time, 8 bytes each, little-endian. And the birth of what is there
 * now, which is that one unless it is a copy.
 */
int wax_state_write_born(struct wax_state *state, const char *name,
			 uint8_t *data, size_t len, size_t at,
			 struct wax_diag *diag);
int wax_state_birth(const struct wax_state *state, const char *name,
		    struct wax_birth *out, struct wax_diag *diag);

/*
 * Makes in out, which is empty, the bytes of a file of this name, to be kept
 * otherwise; and opens them. Only with a key that is on the disk.
 */
int wax_state_seal(struct wax_state *state, const char *name, const void *data,
		   size_t len, struct wax_bytes *out, struct wax_diag *diag);
bool wax_state_unseal(const struct wax_state *state, const char *name,
		      const uint8_t *sealed, size_t len, uint8_t *out);

/*
 * Whether there is a key on the disk, which is looked for again where there was
 * none; without one there are no files.
 */
int wax_state_has_key(struct wax_state *state, bool *out,
		      struct wax_diag *diag);

/* The folder that it was opened in. */
const char *wax_state_home(const struct wax_state *state);

/* Makes sure that the key is on the disk, as the first writing does. */
int wax_state_settle(struct wax_state *state, struct wax_diag *diag);

/*
 * Files whose names must not say what they are of have such a name: 32
 * hexadecimal digits, and a NUL. kind tells one use from another. Only with a
 * key that is on the disk.
 */
#define WAX_HIDDEN_NAME_SIZE 33
void wax_state_hide(const struct wax_state *state, const char *kind,
		    const void *data, size_t len,
		    char out[WAX_HIDDEN_NAME_SIZE]);

/*
 * What is said of a file of this name that cannot be read gets a hint of what
 * to do, unless there is one. Returns err.
 */
#define WAX_STATE_KEY "state.key"
int wax_state_mend(const char *name, int err, struct wax_diag *diag);

/* Says that the key of what is at a path is missing: WAX_ERR_STATE. */
int wax_state_no_key(const char *path, struct wax_diag *diag);

/*
 * For what is wrong with that which a file holds: the file's path before the
 * text, and such a hint. Returns err.
 */
int wax_state_name(const struct wax_state *state, const char *name, int err,
		   struct wax_diag *diag);

/*
 * Removes what killed processes have left in the home: temporary files that
 * are older than an hour.
 */
void wax_state_sweep(const char *home, int64_t now);

/* The path of a file in the home, to be freed with free(). */
int wax_state_path(const char *home, const char *name, char **out,
		   struct wax_diag *diag);

/* Makes the folders that such a path goes through, as wax_home_make(). */
int wax_state_make(const char *home, const char *name, struct wax_diag *diag);

/* Takes the lock of such a path, as wax_lock_take(); its folder must exist. */
int wax_state_lock(const char *home, const char *name, unsigned seconds,
		   struct wax_lock **out, struct wax_diag *diag);

#endif
