/* SPDX-License-Identifier: ISC */
/*
 * Holding data back until all of them are known to be good.
 */
#ifndef WAX_ENVELOPE_SPOOL_H
#define WAX_ENVELOPE_SPOOL_H

#include <wax/stream.h>

/*
 * Puts a source before *source that, when it is first read, reads *source to
 * its end before it gives the first byte. Meanwhile the data are in a nameless
 * file in the folder dir, as a payload (age/payload.h) under a random key.
 */
int wax_spool_source(const char *dir, unsigned threads,
		     struct wax_source **source, struct wax_diag *diag);

#endif
