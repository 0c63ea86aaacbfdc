/* SPDX-License-Identifier: ISC */
/*
 * Wiping and comparing; secret memory itself is in <wax/secret.h>. The one
 * file outside lib/crypto/ that sees <sodium.h>, for memory is beneath it.
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

#endif
