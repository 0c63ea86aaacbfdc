/* SPDX-License-Identifier: ISC */
/*
 * What is remembered of hellos, whatever becomes of their sessions, until the
 * prekey that they used is due to go: so that none is accepted twice. It is the
 * file hellos of the home, under the lock of the prekeys.
 */
#ifndef WAX_RATCHET_REPLAY_H
#define WAX_RATCHET_REPLAY_H

#include "keys/prekeys.h"
#include "ratchet/store.h"

/* The most hellos that are remembered; one more is WAX_ERR_STATE. */
#define WAX_HELLOS_MAX 100000

/* A prekey as it was found. */
enum wax_prekey_found {
	WAX_PREKEY_THERE,
	WAX_PREKEY_SPENT, /* it was for one caller, and was used */
	WAX_PREKEY_GONE,  /* it is not known (any more) */
};

/* What a hello needs to be taken. Initialise with {0}, release. */
struct wax_prekey_use {
	enum wax_prekey_found found;
	bool once;
	int64_t until;		   /* when its secret is due to go */
	struct wax_secret *secret; /* struct wax_prekey_secret, where there */
	struct wax_prekey_public public; /* unless gone */
	struct wax_lock *lock;		 /* of the prekeys; NULL: not held */
};

/*
 * Finds a prekey, at the time now: one whose grace is over is gone, though its
 * secret may be there until a clock can be believed.
 */
int wax_prekey_find(struct wax_sessions *s, uint32_t id, int64_t now,
		    struct wax_prekey_use *out, struct wax_diag *diag);

/*
 * Sees to it that nobody else uses it until the release, where it is for one
 * caller; what was found is then looked at again.
 */
int wax_prekey_hold(struct wax_sessions *s, int64_t now,
		    struct wax_prekey_use *u, struct wax_diag *diag);
void wax_prekey_use_release(struct wax_prekey_use *u);

/* Wipes the secret, which nothing needs once the hello was agreed on. */
void wax_prekey_forget(struct wax_prekey_use *u);

/* Takes the lock of the prekeys for the use, unless it has it. */
int wax_prekey_lock(struct wax_sessions *s, struct wax_prekey_use *u,
		    struct wax_diag *diag);

/*
 * Whether a hello with this transcript was accepted before. WAX_ERR_STATE: it
 * was not, and no more can be remembered.
 */
int wax_hello_is_known(struct wax_sessions *s,
		       const uint8_t transcript[WAX_HASH_SIZE], int64_t now,
		       bool *out, struct wax_diag *diag);

/*
 * Remembers a hello, and destroys its prekey's secret if that was for one
 * caller, with those that are past their grace. Remembering twice is as once.
 */
int wax_hello_remember(struct wax_sessions *s, struct wax_prekey_use *u,
		       const uint8_t transcript[WAX_HASH_SIZE], int64_t now,
		       struct wax_diag *diag);

/*
 * Remembers the hellos of a peer's sessions that are not noted, and notes that
 * in them; their file is not written. lock is that of the prekeys, where one
 * holds it, or NULL.
 */
int wax_note_hellos(struct wax_sessions *s, struct wax_peer *p,
		    struct wax_lock *lock, int64_t now, struct wax_diag *diag);

#endif
