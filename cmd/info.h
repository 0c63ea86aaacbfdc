/* SPDX-License-Identifier: ISC */
/*
 * What was in a sealed file and who it is from, on standard error.
 */
#ifndef WAX_CMD_INFO_H
#define WAX_CMD_INFO_H

#include <stdbool.h>
#include <wax.h>

/* Whom it is from: signed, or by a session; empty where nobody says. */
static inline const char *info_from(const struct wax_contents *c)
{
	return *c->sender ? c->sender : c->peer;
}

/*
 * Tells it in lines, or as a JSON object in one. contact is the name of the
 * contact that it is from, or empty; trust why one may think so.
 */
void info_tell(const struct wax_contents *c, const char *contact,
	       const char *trust, bool json);

#endif
