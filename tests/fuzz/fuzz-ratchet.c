/* SPDX-License-Identifier: ISC */
/*
 * Two who talk. The first byte chooses what the rest is:
 *
 * even: a schedule. Each byte is a move of one side: to send, to get one of the
 * last messages, one that was changed, or to be read from its file again.
 *
 * odd: the body of a stanza, put together with a header that is sealed with a
 * key of the session, as a peer could: a byte that says in which state the
 * session is and which key; then the header, and what is behind it.
 *
 * Holds: what arrives is what was sent, and once; what was changed does not
 * open; an error leaves all as it was, and the two can go on.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "fuzz.h"
#include "ratchet/epoch.h"
#include "ratchet/peer.h"

#define NOW INT64_C(1795428000)
#define LETTERS 16

struct letter {
	uint8_t body[WAX_RATCHET_MAX], wrapped[WAX_WRAPPED_PLAIN];
	size_t len;
	bool there, opened;
};

struct side {
	struct wax_own_keys own;
	struct wax_party party;
	struct wax_peer peer;
	struct letter sent[LETTERS];
	unsigned n;
};

static struct side side[2];

static struct wax_session *session(int i)
{
	return wax_peer_session(&side[i].peer, 0);
}

/* The keys are made once; they need not be others each time. */
static void keys(struct wax_prekey_secret *secret,
		 struct wax_prekey_public *prekey)
{
	for (int i = 0; i < 2; i++) {
		struct side *s = &side[i];

		fill(s->own.seed, sizeof(s->own.seed), (uint32_t)i);
		wax_ed25519_secret(s->own.identity, s->own.seed);
		wax_ed25519_secret_public(s->party.identity, s->own.identity);
		wax_xwing_public(s->party.recipient, s->own.seed);
	}
	fill(secret, sizeof(*secret), 3);
	wax_x25519_base(prekey->x25519, secret->x25519);
	wax_xwing_public(prekey->xwing, secret->xwing);
}

static void begin(void)
{
	static struct wax_prekey_secret secret;
	static struct wax_prekey_public prekey;
	static struct wax_agreed agreed[2];
	static struct wax_hello hello;
	struct wax_session *s;

	if (!hello.t) {
		keys(&secret, &prekey);
		hello.t = NOW;
		hello.caller = side[0].party;
		check(wax_hello_make(&hello, &side[0].own, &side[1].party,
				     &prekey, &agreed[0]) &&
			      wax_hello_take(&hello, &side[1].own,
					     &side[1].party, &secret,
					     &agreed[1]),
		      "both agree");
	}
	for (int i = 0; i < 2; i++) {
		check(!wax_peer_add(&side[i].peer, &s, NULL), "memory");
		if (i)
			wax_session_answer(s, &hello, &agreed[i]);
		else
			wax_session_call(s, &hello, &agreed[i]);
		s->serial = 1;
		side[i].n = 0;
		memset(side[i].sent, 0, sizeof(side[i].sent));
	}
}

static void end(void)
{
	wax_peer_release(&side[0].peer);
	wax_peer_release(&side[1].peer);
}

static struct wax_secret *encode(int i)
{
	struct wax_secret *file = NULL;

	check(!wax_peer_encode(&side[i].peer, &file, NULL), "it is encoded");
	return file;
}

/* Reads a side from its file. */
static void decode(int i, struct wax_secret *file)
{
	wax_peer_release(&side[i].peer);
	check(!wax_peer_decode(&side[i].peer, wax_secret_bytes(file),
			       wax_secret_size(file), NULL),
	      "it is decoded");
}

static struct letter *send(int i)
{
	struct letter *l = &side[i].sent[side[i].n++ % LETTERS];

	wax_random(l->wrapped, sizeof(l->wrapped));
	check(wax_session_seal(session(i), side[!i].party.recipient, l->wrapped,
			       l->body, &l->len),
	      "it is sealed");
	check(l->len == WAX_RATCHET_0_SIZE || l->len == WAX_RATCHET_1_SIZE ||
		      l->len == WAX_RATCHET_LATER_SIZE,
	      "it has one of the sizes");
	l->there = true;
	l->opened = false;
	return l;
}

/* Opens a body; an error puts the side back. 1: no key opens it. */
static int get(int i, const uint8_t *body, size_t len, uint8_t *wrapped)
{
	static struct wax_found found;
	struct wax_secret *file, *same;
	int64_t when;
	int err;

	if (!wax_session_find(session(i), &side[i].peer.past, body, len,
			      &found))
		return 1;
	file = encode(i);
	err = wax_session_open(session(i), &side[i].peer.past, &found,
			       side[i].own.seed, NOW, wrapped, &when, NULL);
	check(!err || err == WAX_ERR_SEEN || err == WAX_ERR_TRUST,
	      "no other error");
	if (err == WAX_ERR_SEEN) {
		same = encode(i);
		check(wax_secret_size(same) == wax_secret_size(file) &&
			      !memcmp(wax_secret_bytes(same),
				      wax_secret_bytes(file),
				      wax_secret_size(file)),
		      "what was seen changes nothing");
		wax_secret_free(same);
	}
	if (err)
		decode(i, file);
	wax_secret_free(file);
	return err;
}

static void receive(int i, unsigned which)
{
	struct letter *l = &side[!i].sent[which % LETTERS];
	uint8_t wrapped[WAX_WRAPPED_PLAIN];
	int err;

	if (!l->there)
		return;
	err = get(i, l->body, l->len, wrapped);
	check(err == (l->opened ? WAX_ERR_SEEN : 0),
	      "each message opens, and once");
	check(err || !memcmp(wrapped, l->wrapped, sizeof(wrapped)),
	      "and is what was sent");
	l->opened = true;
}

static void damaged(int i, unsigned which, struct input *in)
{
	const struct letter *l = &side[!i].sent[which % LETTERS];
	uint8_t body[WAX_RATCHET_MAX], wrapped[WAX_WRAPPED_PLAIN];
	size_t at;

	if (!l->there)
		return;
	memcpy(body, l->body, l->len);
	at = take(in, 2) % l->len;
	body[at] ^= (uint8_t)(1 << at % 8);
	check(get(i, body, l->len, wrapped) != 0, "a change is noticed");
}

static void schedule(struct input *in)
{
	while (in->len) {
		unsigned move = take(in, 1);
		int i = move & 1;
		struct wax_secret *file;

		switch (move >> 1 & 7) {
		case 0:
		case 1:
		case 2:
			/* Who was called knows no key before the first. */
			if (session(i)->caller || session(i)->heard)
				send(i);
			break;
		case 3:
			damaged(i, move >> 4, in);
			break;
		case 4:
			file = encode(i);
			decode(i, file);
			wax_secret_free(file);
			break;
		default:
			receive(i, move >> 4);
		}
	}
}

/* Some turns, after which side i gets what the other could send. */
static int converse(unsigned turns)
{
	for (unsigned i = 0; i < turns; i++) {
		int from = i % 2;

		for (unsigned j = 0; j < 3; j++) {
			send(from);
			if (j != 1)
				receive(!from, side[from].n - 1);
		}
	}
	return turns % 2;
}

/*
 * A header of the input's, under a key that the other side has. True when it is
 * taken: the number, and what else it says, cannot then be used again.
 */
static bool forge(struct input *in)
{
	unsigned how = take(in, 1);
	int to = converse(how & 7), from = !to;
	const struct wax_side *s = &session(from)->sending;
	uint8_t header[WAX_HEADER_PLAIN_MAX], ad[WAX_HASH_SIZE + WAX_EH_MAX];
	uint8_t body[WAX_RATCHET_MAX], key[WAX_KEY_SIZE];
	uint8_t wrapped[WAX_WRAPPED_PLAIN] = {0}, *w;
	unsigned cts = how >> 3 & 3;
	size_t n = WAX_RATCHET_FIXED + cts % 3 * WAX_XWING_CIPHERTEXT_SIZE;

	/* What the input leaves out is as it should be. */
	memset(header, 0, sizeof(header));
	*header = 1;
	wax_be_put(header + 1, s->epoch, 4);
	wax_be_put(header + 5, s->n, 4);
	wax_be_put(header + 9, s->before, 4);
	memcpy(header + 13, s->offer.key, n - 13);
	for (size_t i = 0; in->len && i < n; i++)
		header[i] ^= (uint8_t)take(in, 1);
	wax_random(body, WAX_XNONCE_SIZE);
	wax_xaead_seal(how & 0x20 ? s->next : s->header, body,
		       session(from)->ad, WAX_HASH_SIZE, header, n,
		       body + WAX_XNONCE_SIZE);
	wax_hmac(s->chain, "\x01", 1, key);
	memcpy(ad, session(from)->ad, WAX_HASH_SIZE);
	memcpy(ad + WAX_HASH_SIZE, body, n + WAX_RATCHET_SEAL);
	w = body + n + WAX_RATCHET_SEAL;
	wax_random(w, WAX_XNONCE_SIZE);
	wax_xaead_seal(key, w, ad, WAX_HASH_SIZE + n + WAX_RATCHET_SEAL,
		       wrapped, sizeof(wrapped), w + WAX_XNONCE_SIZE);
	if (!get(to, body, n + WAX_RATCHET_SEAL + WAX_WRAPPED_BOTH, wrapped))
		return true;
	receive(to, side[from].n - 2);
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	unsigned what = take(&in, 1);
	bool taken = false;

	draw_from(1);
	begin();
	if (what & 1)
		taken = forge(&in);
	else if (size < 300)
		schedule(&in);
	/* Whatever it was, the two can go on. */
	for (int i = 0; i < 4 && !taken; i++) {
		send(i % 2);
		receive(!(i % 2), side[i % 2].n - 1);
	}
	end();
	return 0;
}
