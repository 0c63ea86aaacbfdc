/* SPDX-License-Identifier: ISC */
/*
 * What the library itself needs of <wax/sign.h>.
 */
#ifndef WAX_KEYS_MINISIGN_H
#define WAX_KEYS_MINISIGN_H

#include <wax/sign.h>

/* Whether a text is a public key, RW.... */
bool wax_minisign_key_is_valid(const char *text, size_t len);

#endif
