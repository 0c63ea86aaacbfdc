/* SPDX-License-Identifier: ISC */
/*
 * Opening with a list of identities.
 */
#include <wax/open.h>

#include "age/age.h"
#include "keys/identities.h"

int wax_open(struct wax_source *from, struct wax_identities *identities,
	     struct wax_source **out, struct wax_diag *diag)
{
	return wax_age_open(from, wax_identities_unwrap, identities, out, diag);
}
