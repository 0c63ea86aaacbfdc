/* SPDX-License-Identifier: ISC */
/*
 * Telling in time that an identity cannot sign, and where it came from.
 */
#include "signer.h"
#include "files.h"

int signer_check(struct wax_identities *list, const char *path,
		 struct wax_diag *diag)
{
	char who[WAX_PUBLIC_IDENTITY_SIZE];
	size_t n;
	int err = wax_identities_unlock(list, &n, diag);

	if (err)
		return err;
	err = wax_identities_public(list, 0, who, diag);
	if (err && path)
		input_context(path, diag);
	else if (err)
		wax_diag_context(diag, "the home's identity");
	return err;
}
