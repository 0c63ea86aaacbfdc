/* SPDX-License-Identifier: ISC */
/*
 * Times in text: RFC 3339 in UTC and to the second, 2026-11-23T10:00:00Z.
 */
#ifndef WAX_BASE_TIME_H
#define WAX_BASE_TIME_H

#include <wax/error.h>
#include <wax/text.h>

/* False unless it is the one text of a time. */
bool wax_time_parse(const char *text, size_t len, int64_t *out);

/* WAX_ERR_USAGE unless the clock is from first to last, which are times. */
int wax_time_check(int64_t now, int64_t first, int64_t last,
		   struct wax_diag *diag);

#endif
