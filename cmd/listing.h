/* SPDX-License-Identifier: ISC */
/*
 * Contacts in print: a line each, everything of one, JSON, a recipients file.
 */
#ifndef WAX_CMD_LISTING_H
#define WAX_CMD_LISTING_H

#include <wax.h>

/* A day, 2026-11-23, and its NUL. */
#define LISTING_DAY_SIZE 11

void listing_day(int64_t t, char out[LISTING_DAY_SIZE]);

/* The line above a list, and a contact's in it. */
int listing_head(struct wax_sink *to, struct wax_diag *diag);
int listing_row(const struct wax_contact *c, struct wax_sink *to,
		struct wax_diag *diag);

/* Everything, in lines, and as a JSON object without an end of line. */
int listing_whole(const struct wax_contact *c, struct wax_sink *to,
		  struct wax_diag *diag);
int listing_json(const struct wax_contact *c, struct wax_sink *to,
		 struct wax_diag *diag);

/* The recipients, as age reads them, below a comment that says whose. */
int listing_recipients(const struct wax_contact *c, struct wax_sink *to,
		       struct wax_diag *diag);

#endif
