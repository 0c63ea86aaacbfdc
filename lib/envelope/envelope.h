/* SPDX-License-Identifier: ISC */
/*
 * The envelope: a payload that says more than its bytes, as a stream of zstd
 * frames M data... [S] [P] (wax-format(5)). Bare bytes are the other kind of
 * payload, told apart by how they begin.
 */
#ifndef WAX_ENVELOPE_ENVELOPE_H
#define WAX_ENVELOPE_ENVELOPE_H

#include <wax/open.h>
#include <wax/secret.h>
#include <wax/stream.h>

#include "envelope/meta.h"

/* What is to be put around the data. Initialise with {0}, release. */
struct wax_envelope {
	struct wax_meta meta;
	int level; /* of compression; 0: raw blocks */
	bool pad;
	unsigned threads;	   /* at most; 0: one for each processor */
	struct wax_secret *signer; /* an Ed25519 secret key, or NULL */
	bool session; /* which signs for a session, and is no sender */
	struct wax_prehash *hash; /* of what it signs; wax_envelope_begin() */
};

void wax_envelope_release(struct wax_envelope *e);

/*
 * Where there is a signer, names it as the sender, and begins what it signs
 * with the header of the age file.
 */
int wax_envelope_begin(struct wax_envelope *e, const struct wax_bytes *header,
		       struct wax_diag *diag);

/*
 * Puts a sink before *sink that encloses what is written to it. The signer and
 * the hash are taken over.
 */
int wax_envelope_sink(struct wax_envelope *e, struct wax_sink **sink,
		      struct wax_diag *diag);

/*
 * Puts a sink before *sink that passes bytes on as they are, unless they begin
 * like an envelope: then they are put into one.
 */
int wax_bare_sink(struct wax_sink **sink, struct wax_diag *diag);

struct wax_envelope_limits {
	unsigned threads; /* at most; 0: one for each processor */
	/* Data of more than this many times the payload are refused. */
	unsigned max_ratio; /* 0: no limit */
	/* Data that are no archive and larger, in bytes, are refused. */
	uint64_t max_size; /* 0: no limit */
	/* Ed25519 keys, one of which signed it; none: anyone, or no one. */
	const uint8_t *senders;
	size_t n_senders;
	/*
	 * The Ed25519 key that a session says must have signed it: as its
	 * sender, where it names one, otherwise for the session. NULL: none is
	 * known of.
	 */
	const uint8_t *signer;
};

/*
 * Puts a source before *source, a payload, that takes it out of its envelope,
 * and says what it is. header is that of the age file, needed during the call
 * only. A signature is checked before the source ends. A sender other than the
 * one asked for is WAX_ERR_TRUST at once.
 */
int wax_envelope_source(const struct wax_bytes *header,
			const struct wax_envelope_limits *limits,
			struct wax_source **source, struct wax_contents *out,
			struct wax_diag *diag);

#endif
