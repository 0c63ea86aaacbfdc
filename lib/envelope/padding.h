/* SPDX-License-Identifier: ISC */
/*
 * Padme (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and
 * Communication with PURBs", 2019, section 4): lengths of which the low bits
 * are zero, so that a length tells its order of magnitude and little more.
 */
#ifndef WAX_ENVELOPE_PADDING_H
#define WAX_ENVELOPE_PADDING_H

#include <stdint.h>

/* The least such length that is not below len. */
static inline uint64_t wax_padme(uint64_t len)
{
	unsigned e = 0, s = 0;
	uint64_t mask;

	while (len >> e > 1)
		e++;
	while (e >> s)
		s++;
	mask = (UINT64_C(1) << (e - s)) - 1;
	return len < 2 ? len : (len + mask) & ~mask;
}

#endif
