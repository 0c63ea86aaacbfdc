/* SPDX-License-Identifier: ISC */
/*
 * The bytes of a file of the state: "waxstate", the version as one byte, a
 * nonce, and XChaCha20-Poly1305 of the data. The associated data are these nine
 * bytes, the file's name, a NUL and the identity key, so that no file stands in
 * for another.
 */
#ifndef WAX_KEYS_SEALED_H
#define WAX_KEYS_SEALED_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/crypto.h"

/* How many bytes there are before what is sealed. */
#define WAX_SEALED_HEAD (9 + WAX_XNONCE_SIZE)

/* What a file is for, and the key of WAX_KEY_SIZE that seals it. */
struct wax_sealed_as {
	const char *name;
	const uint8_t *owner; /* the identity key */
	struct wax_secret *key;
};

/* Says what is wrong with a file: WAX_ERR_STATE. */
int wax_sealed_bad(const char *path, const char *what, struct wax_diag *diag);

/* Reads a file and looks at its head; out stays empty where there is none. */
int wax_sealed_read(const char *path, struct wax_bytes *out, bool *found,
		    struct wax_diag *diag);

/* How many bytes are sealed in a file that was read. */
size_t wax_sealed_len(const struct wax_bytes *file);

/* Opens what was read from path; out may be where it is sealed. */
int wax_sealed_open(const struct wax_sealed_as *as, const char *path,
		    const struct wax_bytes *file, uint8_t *out,
		    struct wax_diag *diag);

/*
 * Files that are read one after the other, in memory that is used again.
 * Initialise with {0}, release.
 */
struct wax_reading {
	struct wax_bytes file;
	struct wax_secret *room;
};
void wax_reading_release(struct wax_reading *r);

/*
 * Reads and opens one; *data is valid until the next is read, and NULL where
 * there is none.
 */
int wax_sealed_next(const struct wax_sealed_as *as, const char *path,
		    struct wax_reading *r, const uint8_t **data, size_t *len,
		    struct wax_diag *diag);

/* Makes the bytes of a file. */
int wax_sealed_make(const struct wax_sealed_as *as, const void *data,
		    size_t len, struct wax_bytes *out, struct wax_diag *diag);

#endif
