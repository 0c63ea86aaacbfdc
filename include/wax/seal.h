/* SPDX-License-Identifier: ISC */
/*
 * Sealing. What comes out is an age v1 file (c2sp.org/age).
 */
#ifndef WAX_SEAL_H
#define WAX_SEAL_H

#include <wax/error.h>

struct wax_recipients;
struct wax_sink;

enum wax_seal_flags {
	WAX_SEAL_ARMOR = 1, /* text, in age's strict PEM form */
};

/*
 * A sink that seals what is written to it for all recipients and passes it on
 * to the sink to: finishing and freeing go through to it. Nothing is written
 * before the first write or the finish. to is owned from the call on: when it
 * fails, to has been freed. An empty list is WAX_ERR_USAGE.
 */
WAX_API int wax_seal(const struct wax_recipients *recipients, unsigned flags,
		     struct wax_sink *to, struct wax_sink **out,
		     struct wax_diag *diag);

#endif
