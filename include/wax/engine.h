/* SPDX-License-Identifier: ISC */
/*
 * What does the bulk of the work for large payloads.
 */
#ifndef WAX_ENGINE_H
#define WAX_ENGINE_H

#include <wax/error.h>

/*
 * The version of libcrypto, as it calls itself, where it is installed and was
 * seen to compute what libsodium does; NULL where libsodium does everything.
 * The first call loads it.
 */
WAX_API const char *wax_engine(void);

#endif
