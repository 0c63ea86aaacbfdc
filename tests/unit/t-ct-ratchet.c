/* SPDX-License-Identifier: ISC */
/*
 * Constant time of sessions: identities, prekeys, all that is drawn and all
 * that is agreed on are secret while two talk. What libsodium does is its own
 * affair: it is called through functions that stand in front of it here (the
 * linker's --wrap), where nothing is reported; its secrets stay secret, and its
 * verdicts, public keys, and the headers that it opens become public.
 *
 * The control takes the same steps, and compares the secrets it comes to with
 * memcmp, each of which must be reported.
 */
#include <stdlib.h>
#include <string.h>

#include "ct.h"
#include "ratchet/epoch.h"
#include "talk.h"

/* Verdicts stay as secret as they are. */
static bool closed;

bool __real_wax_x25519(uint8_t *out, const uint8_t *scalar,
		       const uint8_t *point);
bool __wrap_wax_x25519(uint8_t *out, const uint8_t *scalar,
		       const uint8_t *point);
bool __wrap_wax_x25519(uint8_t *out, const uint8_t *scalar,
		       const uint8_t *point)
{
	bool ok;

	ct_quiet_begin();
	ok = __real_wax_x25519(out, scalar, point);
	ct_quiet_end();
	ct_reveal(&ok, sizeof(ok));
	return ok;
}

void __real_wax_x25519_base(uint8_t *out, const uint8_t *scalar);
void __wrap_wax_x25519_base(uint8_t *out, const uint8_t *scalar);
void __wrap_wax_x25519_base(uint8_t *out, const uint8_t *scalar)
{
	__real_wax_x25519_base(out, scalar);
	ct_reveal(out, WAX_X25519_SIZE);
}

void __real_wax_xwing_public(uint8_t *out, const uint8_t *seed);
void __wrap_wax_xwing_public(uint8_t *out, const uint8_t *seed);
void __wrap_wax_xwing_public(uint8_t *out, const uint8_t *seed)
{
	ct_quiet_begin();
	__real_wax_xwing_public(out, seed);
	ct_quiet_end();
	ct_reveal(out, WAX_XWING_PUBLIC_SIZE);
}

/* What is drawn in there is not hidden. */
bool __real_wax_xwing_encap(uint8_t *ct, uint8_t *shared, const uint8_t *key);
bool __wrap_wax_xwing_encap(uint8_t *ct, uint8_t *shared, const uint8_t *key);
bool __wrap_wax_xwing_encap(uint8_t *ct, uint8_t *shared, const uint8_t *key)
{
	bool ok = __real_wax_xwing_encap(ct, shared, key);

	ct_hide(shared, WAX_XWING_SHARED_SIZE);
	return ok;
}

bool __real_wax_xwing_decap(uint8_t *shared, const uint8_t *ct,
			    const uint8_t *seed);
bool __wrap_wax_xwing_decap(uint8_t *shared, const uint8_t *ct,
			    const uint8_t *seed);
bool __wrap_wax_xwing_decap(uint8_t *shared, const uint8_t *ct,
			    const uint8_t *seed)
{
	bool ok;

	ct_quiet_begin();
	ok = __real_wax_xwing_decap(shared, ct, seed);
	ct_quiet_end();
	ct_reveal(&ok, sizeof(ok));
	return ok;
}

/* Keys; nonces are public. */
void __real_wax_random(void *out, size_t len);
void __wrap_wax_random(void *out, size_t len);
void __wrap_wax_random(void *out, size_t len)
{
	__real_wax_random(out, len);
	if (len != WAX_XNONCE_SIZE)
		ct_hide(out, len);
}

void __real_wax_xaead_seal(const uint8_t *key, const uint8_t *nonce,
			   const void *ad, size_t ad_len, const void *plain,
			   size_t len, uint8_t *out);
void __wrap_wax_xaead_seal(const uint8_t *key, const uint8_t *nonce,
			   const void *ad, size_t ad_len, const void *plain,
			   size_t len, uint8_t *out);
void __wrap_wax_xaead_seal(const uint8_t *key, const uint8_t *nonce,
			   const void *ad, size_t ad_len, const void *plain,
			   size_t len, uint8_t *out)
{
	__real_wax_xaead_seal(key, nonce, ad, ad_len, plain, len, out);
	ct_reveal(out, len + WAX_TAG_SIZE);
}

/* A hello and a header are read; what is wrapped stays secret. */
bool __real_wax_xaead_open(const uint8_t *key, const uint8_t *nonce,
			   const void *ad, size_t ad_len, const void *sealed,
			   size_t len, uint8_t *out);
bool __wrap_wax_xaead_open(const uint8_t *key, const uint8_t *nonce,
			   const void *ad, size_t ad_len, const void *sealed,
			   size_t len, uint8_t *out);
bool __wrap_wax_xaead_open(const uint8_t *key, const uint8_t *nonce,
			   const void *ad, size_t ad_len, const void *sealed,
			   size_t len, uint8_t *out)
{
	bool ok;

	ct_quiet_begin();
	ok = __real_wax_xaead_open(key, nonce, ad, ad_len, sealed, len, out);
	ct_quiet_end();
	if (closed)
		return ok;
	ct_reveal(&ok, sizeof(ok));
	if (len != WAX_WRAPPED_PLAIN + WAX_TAG_SIZE)
		ct_reveal(out, len - WAX_TAG_SIZE);
	return ok;
}

/* For what a test cannot go on without. */
static void need(bool ok)
{
	if (!ok)
		abort();
}

static struct talk talk;
static struct letter letters[4];
static bool control;

/* In the control: a secret is compared carelessly, which must be reported. */
static void careless(const void *a, const void *b, size_t len)
{
	unsigned long before = ct_reports();

	if (!control)
		return;
	ct_look(memcmp(a, b, len) != 0);
	need(ct_reports() > before);
}

static void hide_talker(struct talker *t)
{
	ct_hide(t->own.seed, sizeof(t->own.seed));
	/* The other half is the public key. */
	ct_hide(t->own.identity, sizeof(t->own.identity) / 2);
	ct_hide(&t->secret, sizeof(t->secret));
}

/* As talk_begin() does, with secrets that are hidden. */
static void begin(void)
{
	struct talker *a = &talk.who[ALICE], *b = &talk.who[BOB];

	talker_new(a, 0x10);
	talker_new(b, 0x20);
	hide_talker(a);
	hide_talker(b);
	talk.hello.caller = a->party;
	talk.hello.t = talk.now = TALK_NOW;
	need(wax_hello_make(&talk.hello, &a->own, &b->party, &b->prekey,
			    &talk.agreed[ALICE]));
	need(wax_hello_take(&talk.hello, &b->own, &b->party, &b->secret,
			    &talk.agreed[BOB]));
	careless(talk.agreed[ALICE].root, talk.agreed[BOB].root, WAX_KEY_SIZE);
	for (int i = 0; i < 2; i++) {
		struct wax_session *s;

		talk.side[i].party = talk.who[!i].party;
		need(!wax_peer_add(&talk.side[i], &s, NULL));
		if (i == ALICE)
			wax_session_call(s, &talk.hello, &talk.agreed[i]);
		else
			wax_session_answer(s, &talk.hello, &talk.agreed[i]);
	}
}

static void send(int from, struct letter *l)
{
	__real_wax_random(l->wrapped, sizeof(l->wrapped));
	ct_hide(l->wrapped, sizeof(l->wrapped));
	need(wax_session_seal(talk_session(&talk, from),
			      talk.who[!from].party.recipient, l->wrapped,
			      l->body, &l->len));
}

static void get(int to, const struct letter *l)
{
	static struct wax_found found;
	uint8_t wrapped[WAX_WRAPPED_PLAIN];
	struct wax_peer *p = &talk.side[to];
	struct wax_session *s = talk_session(&talk, to);

	need(wax_session_find(s, &p->past, l->body, l->len, &found));
	need(!wax_session_open(s, &p->past, &found, talk.who[to].own.seed,
			       talk.now, wrapped, &talk.when, NULL));
	ct_reveal(wrapped, sizeof(wrapped));
	for (size_t i = 0; i < sizeof(wrapped); i++) {
		uint8_t want = l->wrapped[i];

		ct_reveal(&want, 1);
		need(wrapped[i] == want);
	}
}

static void hello(void)
{
	static struct wax_hello opened;
	uint8_t body[WAX_HELLO_SIZE];

	begin();
	need(wax_hello_seal(&talk.hello, talk.who[BOB].party.recipient, body));
	need(!wax_hello_open(body, &talk.who[BOB].own, &talk.who[BOB].party,
			     &opened, NULL));
	need(opened.prekey == talk.hello.prekey);
	talk_release(&talk);
}

/* Epochs 0 to 2, with messages that are lost, skipped, and still to come. */
static void epochs(void)
{
	begin();
	for (int i = 0; i < 4; i++)
		send(ALICE, &letters[i]);
	get(BOB, &letters[2]);
	get(BOB, &letters[0]);
	send(BOB, &letters[0]);
	get(ALICE, &letters[0]);
	send(ALICE, &letters[0]);
	get(BOB, &letters[0]);
	careless(talk_session(&talk, ALICE)->root,
		 talk_session(&talk, BOB)->root, WAX_KEY_SIZE);
	careless(talk_session(&talk, ALICE)->sending.chain,
		 talk_session(&talk, BOB)->receiving.chain, WAX_KEY_SIZE);
	careless(talk_session(&talk, ALICE)->seed, letters[0].body,
		 WAX_XWING_SEED_SIZE);
}

/* Writes a side to a state, and goes on with what is read from that. */
static void restart(int who)
{
	struct wax_peer again = {0};
	struct wax_secret *file;

	need(!wax_peer_encode(&talk.side[who], &file, NULL));
	need(!wax_peer_decode(&again, wax_secret_bytes(file),
			      wax_secret_size(file), NULL));
	wax_secret_free(file);
	careless(wax_peer_session(&again, 0)->root,
		 talk_session(&talk, who)->root, WAX_KEY_SIZE);
	wax_peer_release(&talk.side[who]);
	talk.side[who] = again;
}

static void steps(void)
{
	epochs();
	restart(ALICE);
	restart(BOB);
	/* By the old header key, with keys that were skipped. */
	get(BOB, &letters[3]);
	get(BOB, &letters[1]);
	send(BOB, &letters[0]);
	get(ALICE, &letters[0]);
	talk_release(&talk);
}

/* The verdict on a header, too. */
static void controls(void)
{
	unsigned long before;

	control = true;
	steps();
	memset(&talk, 0, sizeof(talk));
	begin();
	send(ALICE, &letters[0]);
	before = ct_reports();
	closed = true;
	get(BOB, &letters[0]);
	need(ct_reports() > before);
	talk_release(&talk);
}

static const struct ct_test tests[] = {
	{"hello", "calling, and taking a call", hello, false},
	{"steps", "sending, opening, and what is on the disk", steps, false},
	{"controls", "memcmp of each secret of a session is reported", controls,
	 true},
};

int main(int argc, char **argv)
{
	return ct_main(argc, argv, tests, sizeof(tests) / sizeof(*tests));
}
