/* SPDX-License-Identifier: ISC */
/*
 * Detached signatures, in the format of minisign
 * (jedisct1.github.io/minisign): what is signed stays as it is, and the
 * signature is a small text file beside it.
 */
#ifndef WAX_SIGN_H
#define WAX_SIGN_H

#include <stdbool.h>
#include <wax/error.h>
#include <wax/identity.h>

struct wax_sink;
struct wax_source;
struct wax_signature;

/* A public key of minisign's, RW..., and its NUL. */
#define WAX_MINISIGN_KEY_SIZE 57

/* The longest comments, in bytes; minisign's own limits. */
#define WAX_COMMENT_MAX 1000
#define WAX_TRUSTED_COMMENT_MAX 8000

/*
 * The public key that the signatures of identity i are checked with. Only
 * post-quantum identities have one; of others it is WAX_ERR_USAGE.
 */
WAX_API int wax_identities_minisign(struct wax_identities *list, size_t i,
				    char out[WAX_MINISIGN_KEY_SIZE],
				    struct wax_diag *diag);

/*
 * Reads a source to its end, signs it with the first identity, prehashed, and
 * writes the signature to a sink, which is not finished. The trusted comment is
 * signed too; both are one line of text without control characters but tabs,
 * and may be NULL. Both streams stay the caller's.
 */
WAX_API int wax_sign(struct wax_identities *signer, const char *comment,
		     const char *trusted_comment, struct wax_source *from,
		     struct wax_sink *to, struct wax_diag *diag);

/* Reads a signature, strictly; malformed ones are WAX_ERR_FORMAT. */
WAX_API int wax_signature_read(struct wax_source *from,
			       struct wax_signature **out,
			       struct wax_diag *diag);
WAX_API void wax_signature_free(struct wax_signature *s);

/* Believed only after wax_verify(). May hold control characters. */
WAX_API const char *
wax_signature_trusted_comment(const struct wax_signature *s);

/* Whether it says that it was made with this key, RW.... */
WAX_API bool wax_signature_is_by(const struct wax_signature *s,
				 const char *key);

/*
 * Reads a source to its end, and checks the signature of it and of the trusted
 * comment with a public key, RW.... Signatures of the old kind, which are not
 * prehashed, need the whole in memory: up to 1 GiB.
 *
 * WAX_ERR_USAGE: the text is no public key. WAX_ERR_TRUST: signed with another
 * key, or the signature is wrong.
 */
WAX_API int wax_verify(const struct wax_signature *s, const char *key,
		       struct wax_source *from, struct wax_diag *diag);

/*
 * Reads a public key file of minisign's: a comment line, and the key, which is
 * stored. A key alone is taken as well.
 */
WAX_API int wax_minisign_key_read(struct wax_source *from,
				  char out[WAX_MINISIGN_KEY_SIZE],
				  struct wax_diag *diag);

#endif
