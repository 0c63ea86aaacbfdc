/* SPDX-License-Identifier: ISC */
/*
 * Recipients: whom a file is sealed to.
 *
 * Kinds and their text forms, from c2sp.org/age and age's own documentation:
 *   age1pq1...        X-Wing (ML-KEM-768 and X25519), 1959 characters
 *   age1...           X25519, 62 characters
 *   ssh-ed25519 ...   an OpenSSH public key line
 *   a passphrase      through scrypt; alone in its file
 */
#ifndef WAX_RECIPIENT_H
#define WAX_RECIPIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <wax/error.h>

struct wax_card;
struct wax_recipients;
struct wax_identities;
struct wax_secret;
struct wax_source;

/* log2 of scrypt's cost: at 18 it takes about a second and 256 MiB. */
#define WAX_SCRYPT_LOG_N 18
#define WAX_SCRYPT_LOG_N_MAX 22

WAX_API int wax_recipients_new(struct wax_recipients **out,
			       struct wax_diag *diag);
WAX_API void wax_recipients_free(struct wax_recipients *list);

/* How many there are. One that was added twice counts once. */
WAX_API size_t wax_recipients_count(const struct wax_recipients *list);

/*
 * Adds one recipient in text form. Malformed text is WAX_ERR_FORMAT, a kind
 * that is not supported (a plugin's, ssh-rsa) WAX_ERR_USAGE; so is one that
 * cannot be in one file with those before it: a post-quantum one with a
 * classic one, a passphrase with anything. Messages do not repeat the text.
 */
WAX_API int wax_recipients_add(struct wax_recipients *list, const char *text,
			       size_t len, struct wax_diag *diag);

/*
 * Adds the recipients of a file: one a line, empty lines and lines that start
 * with # ignored. A file without any is WAX_ERR_FORMAT. Where it is a card
 * instead (<wax/card.h>), its recipient is added, and *card is set to it for
 * the caller to look at and to free, otherwise to NULL; card may be NULL.
 */
WAX_API int wax_recipients_read(struct wax_recipients *list,
				struct wax_source *from, struct wax_card **card,
				struct wax_diag *diag);

/* Adds the recipient of each identity, so that they can open the file. */
WAX_API int wax_recipients_add_identities(struct wax_recipients *list,
					  struct wax_identities *from,
					  struct wax_diag *diag);

/*
 * Adds a passphrase, which is copied; an empty one is WAX_ERR_USAGE. log_n is
 * 1 to WAX_SCRYPT_LOG_N_MAX.
 */
WAX_API int wax_recipients_add_passphrase(struct wax_recipients *list,
					  struct wax_secret *passphrase,
					  unsigned log_n,
					  struct wax_diag *diag);

#endif
