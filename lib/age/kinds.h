/* SPDX-License-Identifier: ISC */
/*
 * The kinds of recipients, one file each: how the file key is wrapped in a
 * stanza, and unwrapped again.
 *
 * Wrapping adds a stanza to the header. Unwrapping a stanza of the kind's type
 * returns 0 and the file key; WAX_ERR_NO_KEY when the stanza is for another
 * recipient; WAX_ERR_FORMAT when no recipient could ever open it, which
 * condemns the whole file.
 */
#ifndef WAX_AGE_KINDS_H
#define WAX_AGE_KINDS_H

#include "age/header.h"
#include "crypto/crypto.h"

/* A wrapped file key: itself and a tag. */
#define WAX_WRAPPED_SIZE (WAX_FILE_KEY_SIZE + WAX_TAG_SIZE)

/*
 * What the kinds that derive a wrapping key have in common: the file key under
 * ChaCha20-Poly1305 with a zero nonce, for each key is used once; and the two
 * errors of those with a Diffie-Hellman share.
 */
void wax_file_key_seal(const uint8_t key[WAX_KEY_SIZE],
		       const uint8_t file_key[WAX_FILE_KEY_SIZE],
		       uint8_t out[WAX_WRAPPED_SIZE]);
/* From a body of WAX_WRAPPED_SIZE: 0, or WAX_ERR_NO_KEY. */
int wax_file_key_open(const uint8_t key[WAX_KEY_SIZE],
		      const struct wax_stanza *stanza,
		      uint8_t file_key[WAX_FILE_KEY_SIZE]);
int wax_bad_recipient(struct wax_diag *diag); /* WAX_ERR_USAGE */
int wax_bad_share(struct wax_diag *diag);     /* WAX_ERR_FORMAT */

/* c2sp.org/age, "The mlkem768x25519 recipient type" */
#define WAX_MLKEM768X25519 "mlkem768x25519"
int wax_mlkem768x25519_wrap(const uint8_t key[WAX_XWING_PUBLIC_SIZE],
			    const uint8_t file_key[WAX_FILE_KEY_SIZE],
			    struct wax_header *to, struct wax_diag *diag);
int wax_mlkem768x25519_unwrap(const uint8_t seed[WAX_XWING_SEED_SIZE],
			      const struct wax_stanza *stanza,
			      uint8_t file_key[WAX_FILE_KEY_SIZE],
			      struct wax_diag *diag);

/* c2sp.org/age, "The X25519 recipient type" */
#define WAX_X25519 "X25519"
int wax_x25519_wrap(const uint8_t key[WAX_X25519_SIZE],
		    const uint8_t file_key[WAX_FILE_KEY_SIZE],
		    struct wax_header *to, struct wax_diag *diag);
int wax_x25519_unwrap(const uint8_t secret[WAX_X25519_SIZE],
		      const uint8_t key[WAX_X25519_SIZE],
		      const struct wax_stanza *stanza,
		      uint8_t file_key[WAX_FILE_KEY_SIZE],
		      struct wax_diag *diag);

/* c2sp.org/age, "The scrypt recipient type" */
#define WAX_SCRYPT "scrypt"
int wax_scrypt_wrap(const void *passphrase, size_t passphrase_len,
		    unsigned log_n, const uint8_t file_key[WAX_FILE_KEY_SIZE],
		    struct wax_header *to, struct wax_diag *diag);
int wax_scrypt_unwrap(const void *passphrase, size_t passphrase_len,
		      const struct wax_stanza *stanza,
		      uint8_t file_key[WAX_FILE_KEY_SIZE],
		      struct wax_diag *diag);
/* Checks a stanza without the passphrase, its cost against the limit too. */
int wax_scrypt_check(const struct wax_stanza *stanza, struct wax_diag *diag);

/*
 * age's own format for OpenSSH Ed25519 keys (filippo.io/age/agessh): X25519
 * with the key's image, tied to the key's wire encoding (RFC 8709, section 4)
 * by a tweak.
 */
#define WAX_SSH_ED25519 "ssh-ed25519"
#define WAX_SSH_WIRE_SIZE (4 + 11 + 4 + WAX_ED25519_PUBLIC_SIZE)
void wax_ssh_ed25519_wire(const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
			  uint8_t out[WAX_SSH_WIRE_SIZE]);
int wax_ssh_ed25519_wrap(const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
			 const uint8_t file_key[WAX_FILE_KEY_SIZE],
			 struct wax_header *to, struct wax_diag *diag);
int wax_ssh_ed25519_unwrap(const uint8_t secret[WAX_ED25519_SECRET_SIZE],
			   const struct wax_stanza *stanza,
			   uint8_t file_key[WAX_FILE_KEY_SIZE],
			   struct wax_diag *diag);

#endif
