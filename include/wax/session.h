/* SPDX-License-Identifier: ISC */
/*
 * Sessions: chained sealing between two devices that hold each other's cards,
 * with forward secrecy for every message (wax-protocol(7)). Their state is in
 * the home, sealed with the state key.
 */
#ifndef WAX_SESSION_H
#define WAX_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/error.h>
#include <wax/identity.h>

struct wax_card;
struct wax_chain;
struct wax_contact;
struct wax_sessions;

/*
 * Opens the sessions of the folder home, which must exist. identities holds
 * one's own, of the post-quantum kind, first; it is needed during the call
 * only. WAX_ERR_STATE: the state is damaged, of a later version, or of another
 * identity.
 */
WAX_API int wax_sessions_open(const char *home,
			      struct wax_identities *identities,
			      struct wax_sessions **out, struct wax_diag *diag);

/* What was opened and not committed is given up. */
WAX_API void wax_sessions_free(struct wax_sessions *sessions);

/*
 * Whom a file is chained to: devices, each by its card. now is the time. The
 * sessions must live as long.
 */
WAX_API int wax_chain_new(struct wax_sessions *sessions, int64_t now,
			  struct wax_chain **out, struct wax_diag *diag);
WAX_API void wax_chain_free(struct wax_chain *chain);

/* A file is chained to so many devices at most. */
#define WAX_CHAIN_MAX 256

/*
 * Adds a device, which messages call name; NULL: as its card does. One that was
 * added already is not added again. Oneself is WAX_ERR_USAGE, and so is one
 * more than WAX_CHAIN_MAX.
 */
WAX_API int wax_chain_add(struct wax_chain *chain, const struct wax_card *card,
			  const char *name, struct wax_diag *diag);

/*
 * The same with device i of a contact, by its card. Where it gave none, there
 * must be a session that sends: without one, sealing is WAX_ERR_USAGE.
 */
WAX_API int wax_chain_add_device(struct wax_chain *chain,
				 const struct wax_contact *contact, size_t i,
				 struct wax_diag *diag);
WAX_API size_t wax_chain_count(const struct wax_chain *chain);

/*
 * After what wax_open() gave of a chained file has been delivered: takes over
 * the state that it justifies, so that it opens no second time. At the return
 * that is on the disk. Without a chained file it does nothing.
 */
WAX_API int wax_sessions_commit(struct wax_sessions *sessions,
				struct wax_diag *diag);

/* Leaves the state as it was. */
WAX_API void wax_sessions_give_up(struct wax_sessions *sessions);

/* What can be told of the sessions with one device. */
struct wax_session_info {
	char identity[WAX_PUBLIC_IDENTITY_SIZE];
	size_t sessions;       /* with those that only receive */
	int64_t since;	       /* the sending one was made; 0: there is none */
	int64_t used;	       /* a message was opened last; 0: never */
	bool caller;	       /* one has begun it oneself */
	bool answered;	       /* a message of the other side was opened */
	bool post_quantum;     /* both sides are so authenticated */
	uint32_t epoch;	       /* the newest of either side */
	uint64_t sent, opened; /* messages */
	size_t waiting;	       /* keys for messages that have not come */
	bool stale;	       /* copied or rolled back: it does not send */
};

/*
 * Calls fn for each device that there are sessions with, in the order of their
 * identities, until it returns other than 0, which is then returned. *damaged
 * is the number of files that could not be read; what is wrong with the last of
 * them is in diag then, though that is no failure.
 */
typedef int wax_session_fn(void *ctx, const struct wax_session_info *info,
			   struct wax_diag *diag);
WAX_API int wax_sessions_each(struct wax_sessions *sessions, wax_session_fn *fn,
			      void *ctx, size_t *damaged,
			      struct wax_diag *diag);

/*
 * The recipient (age1pq1...) of a device (wax1...) that there are sessions with,
 * so that it can be a contact without a card; otherwise WAX_ERR_USAGE.
 */
#define WAX_SESSION_RECIPIENT_SIZE 1960
WAX_API int wax_sessions_recipient(struct wax_sessions *sessions,
				   const char *identity,
				   char out[WAX_SESSION_RECIPIENT_SIZE],
				   struct wax_diag *diag);

/*
 * Retires the sessions with a device (wax1...): the next message begins a new
 * one, what is under way can still be opened. WAX_ERR_USAGE: there are none.
 */
WAX_API int wax_sessions_reset(struct wax_sessions *sessions,
			       const char *identity, int64_t now,
			       struct wax_diag *diag);

/*
 * Forgets the sessions with a device: what is under way cannot be opened any
 * more. WAX_ERR_USAGE: there are none.
 */
WAX_API int wax_sessions_remove(struct wax_sessions *sessions,
				const char *identity, int64_t now,
				struct wax_diag *diag);

#endif
