/* SPDX-License-Identifier: ISC */
/*
 * Bech32 (BIP 173) without its limit on length, as age uses it: a lower-case
 * prefix, 1, the data, and a checksum of six characters; all in one case. No
 * table is indexed by the data, so secrets may be coded too.
 */
#ifndef WAX_BASE_BECH32_H
#define WAX_BASE_BECH32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters for len bytes under a prefix of hrp_len. */
static inline size_t wax_bech32_len(size_t hrp_len, size_t len)
{
	return hrp_len + 1 + (len * 8 + 4) / 5 + 6;
}

/*
 * Writes wax_bech32_len() characters, no NUL. hrp is in lower case; upper says
 * which case is written.
 */
void wax_bech32_encode(const char *hrp, bool upper, const void *data,
		       size_t len, char *out);

/*
 * Decodes text that is all of case upper, has the prefix hrp (given in lower
 * case) and stands for exactly out_len bytes. Anything else is false, and out
 * is then undefined.
 */
bool wax_bech32_decode(const char *text, size_t len, const char *hrp,
		       bool upper, uint8_t *out, size_t out_len);

#endif
