/* SPDX-License-Identifier: ISC */
/*
 * Times in text: RFC 3339 in UTC and to the second, 2026-11-23T10:00:00Z.
 */
#ifndef WAX_BASE_TIME_H
#define WAX_BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WAX_TIME_TEXT_SIZE 21 /* with its NUL */

/* Seconds since 1970, from 0 to the end of the year 9999. */
#define WAX_TIME_MAX INT64_C(253402300799)

void wax_time_text(int64_t t, char out[WAX_TIME_TEXT_SIZE]);

/* False unless it is the one text of a time. */
bool wax_time_parse(const char *text, size_t len, int64_t *out);

#endif
