/* SPDX-License-Identifier: ISC */
/*
 * Numbers on a command line, and the limits of unpacking that consist of them.
 */
#ifndef WAX_CMD_NUMBERS_H
#define WAX_CMD_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>
#include <wax.h>

/*
 * Reads a decimal number of at most max; where units is set it may end in K, M,
 * G or T, powers of 1024. Anything else is WAX_ERR_USAGE.
 */
int number_parse(const char *text, bool units, uint64_t max, const char *option,
		 uint64_t *out, struct wax_diag *diag);

/* A descriptor that is open. */
int number_descriptor(const char *text, const char *option, int *out,
		      struct wax_diag *diag);

/* The level of -z: a number that zstd has, or the default where it is NULL. */
int level_parse(const char *text, uint64_t *out, struct wax_diag *diag);

/*
 * How many threads WAX_THREADS allows: 0, for one for each processor, where it
 * is not set or empty.
 */
int threads_wanted(unsigned *out, struct wax_diag *diag);

/* 0: any. */
struct limits {
	uint64_t entries, size, ratio;
};

extern const struct limits limits_default;

/* Takes one of the three options; others are a bug. */
int limits_option(struct limits *l, int id, const char *value,
		  struct wax_diag *diag);

#endif
