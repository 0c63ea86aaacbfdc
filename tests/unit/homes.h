/* SPDX-License-Identifier: ISC */
/*
 * Parties that have a home each, for tests of sessions through the public
 * interface: their cards, sealing and opening in memory, copies of a home, and
 * whether anything on the disk has changed.
 */
#ifndef TESTS_UNIT_HOMES_H
#define TESTS_UNIT_HOMES_H

#include <wax.h>
#include <wax/session.h>

#include "base/bytes.h"
#include "crypto/crypto.h"

/* A folder for all homes, in memory where there is such a place. */
const char *homes_begin(void);
void homes_end(void);

struct home {
	char path[4096], copy[4096];
	struct wax_identities *identities;
	struct wax_sessions *sessions;
	char identity[WAX_PUBLIC_IDENTITY_SIZE];
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];
	bool copied;
};

/* Party i, whose identity always is the same; to be released. */
void home_new(struct home *h, unsigned i);
void home_release(struct home *h);

/*
 * Three who hold each other's cards, made at the time now: card[i][j] is j's
 * with i. To be released.
 */
void homes_begin_three(struct home home[3], struct wax_card *card[3][3],
		       unsigned flags, int64_t now);
void homes_end_three(struct home home[3], struct wax_card *card[3][3]);

/* Closes and opens its sessions. */
void home_restart(struct home *h);

/* Copies the home aside, and puts the copy in its place, restarted. */
void home_copy(struct home *h);
void home_restore(struct home *h);

/* A hash of what is in the home but for locks. */
void home_digest(const struct home *h, uint8_t out[WAX_HASH_SIZE]);

/* Reads a file of the home; empty where there is none. Puts it back. */
struct wax_bytes home_get(const struct home *h, const char *name);
void home_put(const struct home *h, const char *name,
	      const struct wax_bytes *data);

/* Its card, freshly issued or the current one; to be freed. */
struct wax_card *home_card(struct home *h, unsigned flags, int64_t now);

/* Seals text to n cards; the file is to be released. */
struct home_letter {
	unsigned flags;
	int level;
	bool sign;
	const void *text;
	size_t len;
};

int home_seal(struct home *h, const struct home_letter *l,
	      struct wax_card *const *cards, size_t n, int64_t now,
	      struct wax_bytes *out, struct wax_diag *diag);

/* Opens a file, and commits nothing; from may be NULL. */
int home_open(struct home *h, const struct wax_bytes *file, const char *from,
	      int64_t now, struct wax_bytes *out, struct wax_contents *found,
	      struct wax_diag *diag);

#endif
