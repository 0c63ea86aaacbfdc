/* SPDX-License-Identifier: ISC */
/*
 * Identities: the secret keys that open files.
 *
 * Forms: age identity files (comment lines, and AGE-SECRET-KEY-PQ-1... or
 * AGE-SECRET-KEY-1... lines), the same sealed with a passphrase, armored or
 * not, and unencrypted OpenSSH private keys of kind ed25519.
 */
#ifndef WAX_IDENTITY_H
#define WAX_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <wax/error.h>

struct wax_identities;
struct wax_secret;
struct wax_source;

/* The largest identity file that is read, in bytes. */
#define WAX_IDENTITY_FILE_MAX (16 * 1024 * 1024)

/*
 * Asked for a passphrase when one turns out to be needed: of the identity file
 * called name, or, where name is NULL, of the sealed file itself. The result
 * belongs to the caller. Whatever error it returns is passed on.
 */
typedef int wax_passphrase_fn(void *ctx, const char *name,
			      struct wax_secret **out, struct wax_diag *diag);

/*
 * An empty list. ask may be NULL: then whatever needs a passphrase fails with
 * WAX_ERR_NO_KEY. An empty list with ask opens what a passphrase seals.
 */
WAX_API int wax_identities_new(wax_passphrase_fn *ask, void *ctx,
			       struct wax_identities **out,
			       struct wax_diag *diag);
WAX_API void wax_identities_free(struct wax_identities *list);

/*
 * Adds all identities of a file. One that is sealed with a passphrase stays so
 * until it is needed. name is what the passphrase is asked for, copied. A file
 * without an identity is WAX_ERR_FORMAT; kinds that are not supported (a
 * plugin's, an encrypted OpenSSH key) are WAX_ERR_USAGE. Messages never repeat
 * what the file holds.
 */
WAX_API int wax_identities_read(struct wax_identities *list,
				struct wax_source *from, const char *name,
				struct wax_diag *diag);

/*
 * The name that the comments before the first identity give it ("# name: ..."),
 * or NULL. Of sealed files it is known after wax_identities_unlock() only.
 */
WAX_API const char *wax_identities_name(const struct wax_identities *list);

/* A name that an identity or its card may have, in bytes. */
#define WAX_IDENTITY_NAME_MAX 255

/* WAX_ERR_USAGE unless it is UTF-8 without control characters, and not empty. */
WAX_API int wax_identity_name_check(const char *name, struct wax_diag *diag);

enum wax_identity_kind {
	WAX_IDENTITY_MLKEM768X25519, /* post-quantum, the default */
	WAX_IDENTITY_X25519,	     /* classic, for old peers */
	WAX_IDENTITY_SSH_ED25519,    /* read from OpenSSH's files */
};

/* Makes a new identity of one of the first two kinds and adds it. */
WAX_API int wax_identities_generate(struct wax_identities *list,
				    enum wax_identity_kind kind,
				    struct wax_diag *diag);

/*
 * Opens what is still sealed with a passphrase and stores the number of
 * identities, which the two functions below count from 0.
 */
WAX_API int wax_identities_unlock(struct wax_identities *list, size_t *out,
				  struct wax_diag *diag);

/* Whether some are still sealed, so that unlocking may ask a person. */
WAX_API bool wax_identities_locked(const struct wax_identities *list);

/*
 * The recipient of identity i in text form, to be freed with free(). Only
 * after wax_identities_unlock() or generate.
 */
WAX_API int wax_identities_recipient(struct wax_identities *list, size_t i,
				     char **out, struct wax_diag *diag);

/* The text of a public identity, wax1..., and its NUL. */
#define WAX_PUBLIC_IDENTITY_SIZE 63

/*
 * The public identity of identity i: what its signatures are known by. Only
 * post-quantum ones have one; of others it is WAX_ERR_USAGE.
 */
WAX_API int wax_identities_public(struct wax_identities *list, size_t i,
				  char out[WAX_PUBLIC_IDENTITY_SIZE],
				  struct wax_diag *diag);

/* Whether a text is a public identity: the one form of a valid key. */
WAX_API bool wax_public_identity_is_valid(const char *text);

/*
 * The line AGE-SECRET-KEY-... of identity i, without a line's end. An SSH
 * identity has none: WAX_ERR_USAGE.
 */
WAX_API int wax_identities_secret(struct wax_identities *list, size_t i,
				  struct wax_secret **out,
				  struct wax_diag *diag);

#endif
