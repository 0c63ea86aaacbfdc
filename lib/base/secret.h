/* SPDX-License-Identifier: ISC */
/*
 * Wiping and comparing, and secrets by the thousand; secret memory itself is in
 * <wax/secret.h>. The one file outside lib/crypto/ that sees <sodium.h>, for
 * memory is beneath it.
 */
#ifndef WAX_BASE_SECRET_H
#define WAX_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <wax/secret.h>

/* Overwrites len bytes at data with zeros, for certain. data may be NULL. */
void wax_wipe(void *data, size_t len);

/* Compares len bytes in a time that does not depend on them. */
bool wax_equal(const void *a, const void *b, size_t len);

/*
 * Makes a secret of size zero bytes, at least 1, that shares guarded pages with
 * the others of the pool. Alone, each takes a page that is locked and three
 * mappings, of which a process has 65,530 as a rule. *pool begins as NULL, and
 * is to be freed as a secret is, before or after those cut from it.
 */
int wax_secret_cut(struct wax_secret **pool, size_t size,
		   struct wax_secret **out, struct wax_diag *diag);

#endif
