/* SPDX-License-Identifier: ISC */
/*
 * Opening. What goes in is an age v1 file (c2sp.org/age), armored or not.
 */
#ifndef WAX_OPEN_H
#define WAX_OPEN_H

#include <wax/error.h>

struct wax_identities;
struct wax_source;

/*
 * A source of what is sealed in the source from, which it owns from the call
 * on: when it fails, from has been freed. Reads the header, finds the key and
 * checks the header's MAC before it returns; the payload is read as it is
 * asked for, and each byte returned is authentic. That nothing is missing is
 * known at the end only. identities is not used after the return.
 *
 * WAX_ERR_FORMAT: malformed, forged or truncated. WAX_ERR_NO_KEY: well-formed,
 * but sealed to none of the identities, or the passphrase is wrong.
 */
WAX_API int wax_open(struct wax_source *from, struct wax_identities *identities,
		     struct wax_source **out, struct wax_diag *diag);

#endif
