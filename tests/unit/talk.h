/* SPDX-License-Identifier: ISC */
/*
 * Two who talk in a session, in memory: messages that are sent, kept, opened,
 * and made up by a peer who knows the keys. What is sealed here by hand is
 * written down from wax-protocol(7), apart from the code under test.
 */
#ifndef TESTS_UNIT_TALK_H
#define TESTS_UNIT_TALK_H

#include "ratchet/peer.h"
#include "ratchet/session.h"

/* What a side returns that none of its keys opens. */
#define TALK_NOT_FOUND 1

#define TALK_NOW INT64_C(1795428000)

enum { ALICE, BOB }; /* who calls, and who is called */

struct talker {
	struct wax_own_keys own;
	struct wax_party party;
	struct wax_prekey_secret secret;
	struct wax_prekey_public prekey;
};

/* The keys of a talker all come from the seed. */
void talker_new(struct talker *t, uint8_t seed);

struct talk {
	struct talker who[2];
	struct wax_hello hello;
	struct wax_agreed agreed[2];
	struct wax_peer side[2]; /* each with one session */
	int64_t now;
	int64_t when; /* of the last WAX_ERR_SEEN */
};

/* Alice calls Bob, who takes it; to be released. */
void talk_begin(struct talk *t);
/* The same for two with other seeds. */
void talk_between(struct talk *t, uint8_t caller, uint8_t called);
void talk_release(struct talk *t);
struct wax_session *talk_session(const struct talk *t, int who);

/* A message: the stanza's body, and what is wrapped in it. */
struct letter {
	uint8_t body[WAX_RATCHET_MAX];
	size_t len;
	uint8_t wrapped[WAX_WRAPPED_PLAIN];
};

/* The next message of one side, with wrapped bytes of its own. */
void talk_send(struct talk *t, int from, struct letter *l);

/*
 * Delivers to a side: 0 when it opens and holds what it should, or the error;
 * a failure leaves the side as it was.
 */
int talk_get(struct talk *t, int to, const struct letter *l);

/* Sends and delivers n messages, whose results are added up. */
int talk_on(struct talk *t, int from, unsigned n);

/* A copy of a side, to be released; both are then the same. */
void talk_copy(const struct wax_peer *from, struct wax_peer *to);

/* Whether len bytes are somewhere in what a side has. */
bool talk_holds(const struct talk *t, int who, const void *bytes, size_t len);

/* A message to be sealed by hand. */
struct forged {
	uint8_t version;
	uint32_t epoch, n, before;
	struct wax_offer offer;
	unsigned cts; /* how many ciphertexts of it there are in the header */
	uint8_t header_key[WAX_KEY_SIZE], message_key[WAX_KEY_SIZE];
	uint8_t ad[WAX_HASH_SIZE];
	uint8_t wrapped[WAX_WRAPPED_PLAIN];
};

/* What the next message of a side would be if it stays in its epoch. */
struct forged forge(const struct talk *t, int from);

/*
 * What the first of an epoch would be: of the next one, as an answer to the
 * peer's. With all that is right beside it, it may be of a later one, that
 * encapsulates to another key, and offers one that is none.
 */
struct forged forge_next(const struct talk *t, int from);
struct forged forge_epoch(const struct talk *t, int from, uint32_t epoch,
			  const uint8_t to[WAX_XWING_PUBLIC_SIZE],
			  const uint8_t offer[WAX_XWING_PUBLIC_SIZE]);

/* The message key that comes skip numbers later than chain. */
void forge_key(const uint8_t chain[WAX_KEY_SIZE], uint32_t skip,
	       uint8_t out[WAX_KEY_SIZE]);
struct letter forge_seal(const struct forged *f);

#endif
