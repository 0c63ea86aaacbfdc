/* SPDX-License-Identifier: ISC */
/*
 * Prekeys: the short-lived keys that one's cards offer. Their secrets are a
 * file of the home, sealed (keys/state.h).
 */
#ifndef WAX_KEYS_PREKEYS_H
#define WAX_KEYS_PREKEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "keys/card.h"
#include "keys/state.h"

#define WAX_PREKEYS_FILE "prekeys"

/* The most that are kept; issuing more is WAX_ERR_STATE. */
#define WAX_PREKEYS_MAX 10000

struct wax_prekey {
	uint32_t id;
	bool once;
	int64_t issued, expires; /* of its card */
	uint8_t x25519[WAX_X25519_SIZE];
	uint8_t xwing[WAX_XWING_SEED_SIZE];
};

/* All of them, and what issuing remembers. Initialise with {0}, release. */
struct wax_prekeys {
	int64_t seen;	 /* the clock, when it was last believed; 0: never */
	int64_t suspect; /* where it has jumped to; 0: it has not */
	struct wax_secret *list; /* of struct wax_prekey */
	size_t n;
	struct wax_bytes card; /* the current one, to be repeated */
};

void wax_prekeys_release(struct wax_prekeys *p);
struct wax_prekey *wax_prekeys_at(const struct wax_prekeys *p, size_t i);

/* The one with this number, or NULL. */
struct wax_prekey *wax_prekeys_find(const struct wax_prekeys *p, uint32_t id);

/* Takes the lock that every change is under. */
int wax_prekeys_lock(const char *home, struct wax_lock **out,
		     struct wax_diag *diag);

/* Reads the file, which need not be there, and writes it. */
int wax_prekeys_read(struct wax_prekeys *p, struct wax_state *state,
		     struct wax_diag *diag);
int wax_prekeys_write(const struct wax_prekeys *p, struct wax_state *state,
		      struct wax_diag *diag);

/*
 * Decodes what the file holds (wax-format(5)); anything odd is WAX_ERR_STATE.
 * Encodes it.
 */
int wax_prekeys_decode(struct wax_prekeys *p, const uint8_t *data, size_t len,
		       struct wax_diag *diag);
int wax_prekeys_encode(const struct wax_prekeys *p, struct wax_secret **out,
		       struct wax_diag *diag);

/* Makes one more, with an unused number. */
int wax_prekeys_add(struct wax_prekeys *p, struct wax_prekey **out,
		    struct wax_diag *diag);

/* Destroys one of them. */
void wax_prekeys_remove(struct wax_prekeys *p, struct wax_prekey *k);

/*
 * Looks at the clock. If it can be believed (it is not more than a week ahead
 * of the last time, nor more than a day behind it; or it has gone on for a week
 * from where it has jumped to), what was past its grace at the last time is
 * destroyed. False when the clock is more than 45 days ahead, or behind.
 */
bool wax_prekeys_expire(struct wax_prekeys *p, int64_t now);

#endif
