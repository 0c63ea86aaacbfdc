/* SPDX-License-Identifier: ISC */
/*
 * JSON, as the tools print it.
 */
#ifndef WAX_CMD_JSON_H
#define WAX_CMD_JSON_H

#include <wax.h>

/* Writes what stands before it, and "key":"value"; NULL is null. */
int json_pair(struct wax_sink *to, const char *before, const char *key,
	      const char *value, struct wax_diag *diag);

/* The same of a time; 0 is null. */
int json_time(struct wax_sink *to, const char *before, const char *key,
	      int64_t t, struct wax_diag *diag);

#endif
