/* SPDX-License-Identifier: ISC */
/*
 * A model of sessions without cryptography, kept apart from the code under
 * test: what each party knows of each other, and what must become of a message
 * (wax-protocol(7)). Sessions and epochs are numbers that are given once, so
 * that what was begun twice, from a copy of a state, is told apart.
 */
#ifndef TESTS_UNIT_MODEL_H
#define TESTS_UNIT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/crypto.h"

#define MODEL_PARTIES 4
#define MODEL_SESSIONS 4096 /* in all */
#define MODEL_SKIPPED 4096
#define MODEL_OLD 1024

/* A session, as it was begun. */
struct model_begun {
	int caller, callee;
	int64_t t, expires;
	uint8_t transcript[WAX_HASH_SIZE];
	uint32_t prekey;
	bool once;
};

/* An epoch of one side: its draw, and that of the side's epoch before. */
struct model_side {
	bool begun;
	uint32_t epoch, n, before;
	uint32_t draw, prev;
};

struct model_session {
	int id;
	bool caller, retired, heard, noted;
	int64_t touched; /* used in any way, or retired, last */
	struct model_side out, in;
};

struct model_old {
	int id;
	uint32_t epoch, n, draw, prev;
	int64_t since;
};

struct model_skipped {
	int id;
	uint32_t epoch, n;
	int64_t since;
};

/* What a party knows of another. */
struct model_peer {
	bool exists, stale;
	int64_t t;
	struct model_session s[16];
	unsigned n;
	struct model_old old[MODEL_OLD];
	unsigned n_old;
	struct model_skipped skipped[MODEL_SKIPPED];
	unsigned n_skipped;
};

/* A party's state, which a copy of its home is a copy of. */
struct model_party {
	struct model_peer peer[MODEL_PARTIES];
	bool accepted[MODEL_SESSIONS]; /* hellos */
	bool spent[MODEL_SESSIONS];    /* prekeys for one caller, by session */
};

/* What a message says to one who is to read it. */
struct model_stanza {
	int to, id;
	bool hello;
	uint32_t epoch, n, before;
	uint32_t draw, prev; /* of its sender's epoch */
	uint32_t answers;    /* the draw that it encapsulates to */
};

struct model {
	struct model_begun begun[MODEL_SESSIONS];
	int sessions;
	uint32_t draws;
	struct model_party party[MODEL_PARTIES];
};

/* The number of the session to send on among those of a peer, or -1. */
int model_sender(const struct model *m, const struct model_peer *p,
		 int64_t now);

/* Forgets what is over, but for the session keep, which is in use; -1: none. */
void model_prune(const struct model *m, struct model_peer *p, int64_t now,
		 int keep);

/* A session that a party begins with another; returns its number in all. */
int model_call(struct model *m, int from, int to, int64_t now, int64_t expires);

/* The next message in session i of what a party has with another. */
struct model_stanza model_send(struct model *m, int from, int to, int i,
			       int64_t now);

/* How a message opens, or why not. */
struct model_verdict {
	int err;
	int i;	   /* the session, or -1: its hello begins it */
	int old;   /* the old key, or -1 */
	bool next; /* it begins an epoch */
	bool renewed;
};

/* What has become of a prekey. */
enum model_prekey { PREKEY_THERE, PREKEY_SPENT, PREKEY_GONE };

struct model_verdict model_judge(const struct model *m, int who, int from,
				 const struct model_stanza *s, int64_t now,
				 enum model_prekey prekey);

/* Takes over what a verdict justifies. */
void model_commit(struct model *m, int who, int from,
		  const struct model_stanza *s, const struct model_verdict *v,
		  int64_t now);

/* A crash has left nothing undone; and that is seen to. */
bool model_noted(const struct model_peer *p);
void model_note(struct model *m, int who, struct model_peer *p);

#endif
