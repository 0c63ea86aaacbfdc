/* SPDX-License-Identifier: ISC */
/*
 * Opening. What goes in is an age v1 file (c2sp.org/age), armored or not; if it
 * holds the envelope of wax-format(5), that is taken off as well.
 */
#ifndef WAX_OPEN_H
#define WAX_OPEN_H

#include <stdbool.h>
#include <stdint.h>
#include <wax/error.h>
#include <wax/identity.h>

struct wax_sessions;
struct wax_source;

enum wax_open_flags {
	/*
	 * Hand out what is signed before the signature was verified, which is
	 * then known at the end only. For destinations that appear at the end
	 * only.
	 */
	WAX_OPEN_EARLY = 1,
};

/* What is asked for beyond opening; {0} asks for nothing. */
struct wax_open_options {
	unsigned flags;
	unsigned threads; /* at most, as in struct wax_seal_options */
	/*
	 * Identities, wax1..., up to a NULL: what none of them signed is
	 * refused. NULL: anyone, or no one.
	 */
	const char *const *from;
	/* Where signed data wait for the verdict; NULL: /var/tmp. */
	const char *temporary;
	/*
	 * The most that what an envelope holds may be larger than the payload,
	 * looked at beyond 64 MiB; and the most bytes of data that are no
	 * archive. 0: any.
	 */
	unsigned max_ratio;
	uint64_t max_size;
	/*
	 * What is sealed for sessions (<wax/session.h>) is opened with those
	 * that this returns, which stay the caller's, at the time now, in
	 * seconds since 1970; once it is delivered, it is for
	 * wax_sessions_commit(). NULL: it is not opened.
	 */
	int (*sessions)(void *ctx, struct wax_sessions **out,
			struct wax_diag *diag);
	void *ctx;
	int64_t now;
};

/* A file's name, in bytes, without its NUL. */
#define WAX_NAME_MAX 255

/* What was in the file; without an envelope, bare bytes, all else is empty. */
struct wax_contents {
	bool enveloped;
	bool archive;		     /* tar */
	char name[WAX_NAME_MAX + 1]; /* of the file, where it is told */
	/* Who signed it; empty: nobody. */
	char sender[WAX_PUBLIC_IDENTITY_SIZE];
	/* The other side of the session that opened it; empty: none did. */
	char peer[WAX_PUBLIC_IDENTITY_SIZE];
	bool began;   /* it has begun the session */
	bool renewed; /* although there was one that was alive */
};

/*
 * Puts a source before *source of what is sealed in it. Reads the header, finds
 * the key and checks the header's MAC before it returns; the payload is read as
 * it is asked for, and each byte returned was sealed in this file. That nothing
 * is missing is known at the end only. Of a signed file nothing is returned before the
 * signature was verified: until then the data wait in a nameless temporary
 * file, encrypted.
 *
 * identities and options (which may be NULL) are needed during the call only.
 * contents (which may be NULL) is set at the return; its sender is believed
 * only after the source came to its end. Whatever happens, *source is then the
 * caller's to free; after a failure it is good for nothing else.
 *
 * WAX_ERR_FORMAT: malformed, forged or truncated. WAX_ERR_NO_KEY: well-formed,
 * but sealed to none of the identities, or the passphrase is wrong.
 * WAX_ERR_TRUST, also from reading: not by the one asked for, the signature is
 * wrong or missing, or it contradicts its session. WAX_ERR_SEEN: a session has
 * opened it before.
 */
WAX_API int wax_open(struct wax_identities *identities,
		     const struct wax_open_options *options,
		     struct wax_source **source, struct wax_contents *contents,
		     struct wax_diag *diag);

#endif
