/* SPDX-License-Identifier: ISC */
/*
 * Bombs: data that grow far beyond what they were read from.
 */
#ifndef WAX_ENVELOPE_RATIO_H
#define WAX_ENVELOPE_RATIO_H

#include <stdint.h>
#include <wax/error.h>

/* Below this nothing is looked at: small things shrink a lot. */
#define WAX_RATIO_FREE (64 * 1024 * 1024)

/* WAX_ERR_FORMAT when size is more than ratio times taken; 0: any ratio. */
static inline int wax_ratio_check(uint64_t size, uint64_t taken, unsigned ratio,
				  struct wax_diag *diag)
{
	if (!ratio || size <= WAX_RATIO_FREE || size / ratio <= taken)
		return 0;
	wax_diag_set(diag, WAX_ERR_FORMAT,
		     "it grows to more than %u times its size", ratio);
	wax_diag_hint(diag, "--max-ratio 0 allows it");
	return WAX_ERR_FORMAT;
}

#endif
