/* SPDX-License-Identifier: ISC */
/*
 * Sealing and opening in one call, for tests of the public interface. What
 * fails here unexpectedly is a test that failed.
 */
#ifndef TESTS_UNIT_WHOLE_H
#define TESTS_UNIT_WHOLE_H

#include <stdbool.h>
#include <wax.h>

#include "base/bytes.h"
#include "fixture.h"

#define PQ WAX_IDENTITY_MLKEM768X25519
#define X WAX_IDENTITY_X25519
#define CHUNK 65536

/* What is sealed; to be filled by the program. */
extern uint8_t whole_plain[3 * CHUNK];

/* A list of n recipients of one kind, of the seeds from on. */
struct wax_recipients *whole_recipients(enum wax_identity_kind kind,
					uint32_t from, uint32_t n);

/* Options that are only flags, good until the next call. */
const struct wax_seal_options *whole_flags(unsigned flags);

/* Seals len bytes of whole_plain, written step at a time. */
struct wax_bytes whole_seal(const struct wax_recipients *to, unsigned flags,
			    size_t len, size_t step);

struct whole_opened {
	int err;
	struct wax_bytes out;
	struct wax_diag diag;
	bool good_use; /* freed once, and not misused */
};

/* Opens from a source that gives step bytes at a time; 0: at once. */
struct whole_opened whole_open(struct wax_identities *with, const void *data,
			       size_t len, size_t step);

/* Opens, and expects the error and the first released bytes of whole_plain. */
void whole_expect(struct wax_identities *with, const struct wax_bytes *sealed,
		  int err, size_t released, const char *what);

#endif
