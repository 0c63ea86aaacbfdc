/* SPDX-License-Identifier: ISC */
/*
 * Who signs.
 */
#ifndef WAX_CMD_SIGNER_H
#define WAX_CMD_SIGNER_H

#include <wax.h>

/*
 * Whether the first identity of the list can sign; it may ask for a passphrase.
 * path is the file it came from, for messages, or NULL for the home's.
 */
int signer_check(struct wax_identities *list, const char *path,
		 struct wax_diag *diag);

#endif
