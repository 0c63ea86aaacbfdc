/* SPDX-License-Identifier: ISC */
/*
 * ASCII armor (c2sp.org/age, "ASCII armor"): strict PEM, lines of 64, LF or
 * CRLF; white space may stand before and after, nothing else.
 */
#ifndef WAX_AGE_ARMOR_H
#define WAX_AGE_ARMOR_H

#include <stdbool.h>

#include "stream/reader.h"

#define WAX_ARMOR_BEGIN "-----BEGIN AGE ENCRYPTED FILE-----"
#define WAX_ARMOR_END "-----END AGE ENCRYPTED FILE-----"

/* The most white space before and after the armor, in bytes. */
#define WAX_ARMOR_SPACE_MAX 1024

/*
 * Looks whether armor follows; if so, takes the white space before it.
 * Otherwise nothing is taken.
 */
int wax_armor_detect(struct wax_reader *from, bool *out, struct wax_diag *diag);

/* A source of what the armor holds, up to the end of from, borrowed. */
int wax_armor_source(struct wax_reader *from, struct wax_source **out,
		     struct wax_diag *diag);

/* Puts a sink that armors before *sink. */
int wax_armor_sink(struct wax_sink **sink, struct wax_diag *diag);

#endif
