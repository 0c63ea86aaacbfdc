/* SPDX-License-Identifier: ISC */
/*
 * Sealing. What comes out is an age v1 file (c2sp.org/age), and in it either
 * the bytes alone, as age has them, or, where an option asks for more, the
 * envelope of wax-format(5), which zstd decodes.
 */
#ifndef WAX_SEAL_H
#define WAX_SEAL_H

#include <wax/error.h>

struct wax_chain;
struct wax_identities;
struct wax_recipients;
struct wax_sink;

enum wax_seal_flags {
	WAX_SEAL_ARMOR = 1,   /* text, in age's strict PEM form */
	WAX_SEAL_ARCHIVE = 2, /* what is written is a tar archive */
	WAX_SEAL_PAD = 4,     /* hide the length, at most 12% are added */
};

/* Levels of compression: zstd's, from 1. */
#define WAX_LEVEL_DEFAULT 3
#define WAX_LEVEL_MAX 19

/* What is asked for beyond sealing; {0} asks for nothing. */
struct wax_seal_options {
	unsigned flags;
	int level; /* compress at this level; 0: not */
	/*
	 * At most so many threads, the caller's counted in: 1 for no other, 0
	 * for one for each processor. Small data need none.
	 */
	unsigned threads;
	/*
	 * The name of the file, to go with the data where there is an envelope;
	 * bare bytes have none. 1 to 255 bytes of UTF-8 without control
	 * characters or slashes, not "." and not "..".
	 */
	const char *name;
	/*
	 * Sign with the first of these, which must be of the post-quantum kind.
	 * The recipients learn who sealed the file, and can prove it.
	 */
	struct wax_identities *signer;
	/*
	 * Seal for these sessions, and for no recipients (<wax/session.h>). Of
	 * what they have, a step is gone at the return, and on the disk. A
	 * signer must then be of the same identity.
	 */
	struct wax_chain *chain;
};

/*
 * Puts a sink before *sink that seals what is written to it for all recipients
 * (NULL: none, where there is a chain).
 * Finishing and freeing go through to what *sink was. Nothing is written before
 * the first write or the finish. options may be NULL. Recipients and options
 * are needed during the call only.
 *
 * Whatever happens, *sink is then the caller's to free; after a failure it is
 * good for nothing else. An empty list, an option that cannot be and a signer
 * that cannot sign are WAX_ERR_USAGE.
 */
WAX_API int wax_seal(const struct wax_recipients *recipients,
		     const struct wax_seal_options *options,
		     struct wax_sink **sink, struct wax_diag *diag);

#endif
