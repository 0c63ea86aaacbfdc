/* SPDX-License-Identifier: ISC */
/*
 * Secret memory: keys and passphrases live between guard pages, locked into
 * memory where the system allows it, left out of core dumps, and are wiped
 * when freed.
 */
#ifndef WAX_SECRET_H
#define WAX_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/error.h>

struct wax_secret;

/* Makes a secret of size zero bytes; size may be 0. */
WAX_API int wax_secret_new(size_t size, struct wax_secret **out,
			   struct wax_diag *diag);

/* Wipes and frees. */
WAX_API void wax_secret_free(struct wax_secret *secret);

/* The bytes, never NULL, valid until the secret is freed. */
WAX_API uint8_t *wax_secret_bytes(struct wax_secret *secret);
WAX_API size_t wax_secret_size(const struct wax_secret *secret);

/*
 * Shortens the secret to size bytes (at most its size) and wipes the rest.
 */
WAX_API void wax_secret_shrink(struct wax_secret *secret, size_t size);

/*
 * False once some secret could not be locked into memory, so that it may have
 * reached the swap space. Worth one warning to the user.
 */
WAX_API bool wax_secret_all_locked(void);

#endif
