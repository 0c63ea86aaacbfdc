/* SPDX-License-Identifier: ISC */
/*
 * One key, public or secret, and its text forms; the lists of
 * <wax/recipient.h> and <wax/identity.h> consist of these.
 */
#ifndef WAX_KEYS_KEY_H
#define WAX_KEYS_KEY_H

#include <wax/identity.h>
#include <wax/secret.h>

#include "age/kinds.h"

/* The text forms of c2sp.org/age: Bech32 prefixes. */
#define WAX_HRP_MLKEM768X25519 "age1pq"
#define WAX_HRP_MLKEM768X25519_SECRET "age-secret-key-pq-"
#define WAX_HRP_X25519 "age"
#define WAX_HRP_X25519_SECRET "age-secret-key-"

/* What a recipient needs. */
struct wax_public_key {
	enum wax_identity_kind kind;
	uint8_t bytes[WAX_XWING_PUBLIC_SIZE]; /* the rest is zero */
};

/* What an identity needs. secret: seed, scalar, or Ed25519 seed and key. */
struct wax_secret_key {
	enum wax_identity_kind kind;
	struct wax_secret *secret;
	uint8_t x25519[WAX_X25519_SIZE]; /* the public key, of X25519 only */
};

/*
 * Parses one recipient. WAX_ERR_FORMAT when malformed, WAX_ERR_USAGE for kinds
 * that are not supported. The text is not repeated in messages.
 */
int wax_public_key_parse(struct wax_public_key *key, const char *text,
			 size_t len, struct wax_diag *diag);

/* The text form, to be freed with free(). */
int wax_public_key_text(const struct wax_public_key *key, char **out,
			struct wax_diag *diag);

/*
 * Parses one AGE-SECRET-KEY- line, as above. The secret is cut from a pool, see
 * base/secret.h, or, when pool is NULL, stands alone.
 */
int wax_secret_key_parse(struct wax_secret_key *key, const char *text,
			 size_t len, struct wax_secret **pool,
			 struct wax_diag *diag);

/* Takes over a secret of the right size. */
void wax_secret_key_init(struct wax_secret_key *key,
			 enum wax_identity_kind kind,
			 struct wax_secret *secret);
void wax_secret_key_release(struct wax_secret_key *key);

/* The line AGE-SECRET-KEY-..., without an end. */
int wax_secret_key_text(const struct wax_secret_key *key,
			struct wax_secret **out, struct wax_diag *diag);

void wax_secret_key_public(const struct wax_secret_key *key,
			   struct wax_public_key *out);

/* Wraps the file key; unwraps one stanza, of this key's type or not. */
int wax_public_key_wrap(const struct wax_public_key *key,
			const uint8_t file_key[WAX_FILE_KEY_SIZE],
			struct wax_header *to, struct wax_diag *diag);
int wax_secret_key_unwrap(const struct wax_secret_key *key,
			  const struct wax_stanza *stanza,
			  uint8_t file_key[WAX_FILE_KEY_SIZE],
			  struct wax_diag *diag);

/*
 * Parses an OpenSSH private key file (OpenSSH's PROTOCOL.key), unencrypted and
 * of kind ed25519.
 */
#define WAX_OPENSSH_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
int wax_openssh_parse(struct wax_secret_key *key, const char *text, size_t len,
		      struct wax_diag *diag);

#endif
