/* SPDX-License-Identifier: ISC */
/*
 * A peer: the file that keeps its sessions, which of them sends, and what is
 * forgotten when.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/text.h>

#include "base/bytes.h"
#include "talk.h"
#include "tap.h"

#define DAY (24 * INT64_C(3600))
#define NOW TALK_NOW

/* For what a test cannot go on without. */
static void need(int err)
{
	if (!err)
		return;
	tap_ok(false, "there is memory");
	exit(1);
}

static struct wax_secret *encode(struct wax_peer *p)
{
	struct wax_secret *file = NULL;

	need(wax_peer_encode(p, &file, NULL));
	return file;
}

/* What decodes is what would be encoded; anything else is damaged. */
static int decode(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct wax_peer p = {0};
	struct wax_diag diag = {0};
	struct wax_secret *again;
	int err;

	memcpy(copy, data, len);
	err = wax_peer_decode(&p, copy, len, &diag);
	if (!err) {
		again = encode(&p);
		if (wax_secret_size(again) != len ||
		    memcmp(wax_secret_bytes(again), data, len))
			err = -99;
		wax_secret_free(again);
	} else if (!*diag.text) {
		err = -98;
	}
	wax_peer_release(&p);
	free(copy);
	return err;
}

/* Puts a side through its file. */
static bool through_file(struct wax_peer *p)
{
	struct wax_secret *file = encode(p);
	struct wax_peer again = {0};
	bool same = !decode(wax_secret_bytes(file), wax_secret_size(file));

	need(wax_peer_decode(&again, wax_secret_bytes(file),
			     wax_secret_size(file), NULL));
	wax_secret_free(file);
	wax_peer_release(p);
	*p = again;
	return same;
}

/* What a caller says, which is not in its file, is filled in when it sends. */
static int say(struct talk *t, int from, bool arrives)
{
	static struct letter l;

	talk_send(t, from, &l);
	return arrives ? talk_get(t, !from, &l) : 0;
}

/* A conversation in which both sides are read from their files each time. */
static void every_state(void)
{
	struct talk t;
	unsigned bad = 0, states = 0;
	int err = 0;

	talk_begin(&t);
	for (unsigned i = 0; i < 60; i++) {
		int from = i / 5 % 2 ? BOB : ALICE;

		for (int who = 0; who < 2; who++, states++)
			bad += !through_file(&t.side[who]);
		err += say(&t, from, i % 5 != 3);
		for (int who = 0; who < 2; who++, states++)
			bad += !through_file(&t.side[who]);
	}
	tap_is(err, 0, "all arrives though it goes through files");
	tap_is(bad, 0, "%u states, each is the same again", states);
	tap_ok(t.side[BOB].past.skipped.n == 6 && t.side[BOB].past.old.n == 5,
	       "some of them with a past");
	talk_release(&t);
}

/* The caller's hello is the same after it. */
static void hello_kept(void)
{
	struct wax_hello h;
	struct talk t;

	talk_begin(&t);
	say(&t, ALICE, false);
	through_file(&t.side[ALICE]);
	h = talk_session(&t, ALICE)->hello;
	h.caller =
		t.who[ALICE].party; /* its own, which every file would have */
	tap_ok(!memcmp(&h, &t.hello, sizeof(h)), "a hello is kept");
	tap_is(say(&t, ALICE, true) + say(&t, BOB, true), 0, "it is answered");
	through_file(&t.side[ALICE]);
	h = talk_session(&t, ALICE)->hello;
	tap_ok(!memcmp(h.c1, (uint8_t[WAX_XWING_CIPHERTEXT_SIZE]){0},
		       sizeof(h.c1)),
	       "and no longer kept");
	talk_release(&t);
}

/* A side in the middle of a conversation: old keys, skipped ones, openings. */
static struct wax_secret *sample(void)
{
	struct wax_secret *file;
	struct talk t;

	talk_begin(&t);
	t.side[BOB].marker = (struct wax_marker){1, 2, 3};
	for (unsigned i = 0; i < 8; i++)
		say(&t, i / 2 % 2 ? BOB : ALICE, i != 4);
	file = encode(&t.side[BOB]);
	talk_release(&t);
	return file;
}

/* Where the arrays begin in the sample. */
#define HEAD (4 + 3 * 8 + 32 + 1216 + 4 + 8)

static void damage(void)
{
	struct wax_secret *file = sample();
	size_t len = wax_secret_size(file);
	uint8_t *data = calloc(1, len + 1);
	unsigned odd = 0, good = 0;

	memcpy(data, wax_secret_bytes(file), len);
	tap_is(decode(data, len), 0, "a file of %zu bytes", len);
	for (size_t i = 0; i < len; i++)
		odd += decode(data, i) != WAX_ERR_STATE;
	tap_is(odd, 0, "cut anywhere, it is damaged");
	tap_is(decode(data, len + 1), WAX_ERR_STATE, "something follows");
	for (size_t i = 0; i < 8 * len; i++) {
		int err;

		/* A bit of each byte. */
		if (i % 8 != i / 8 % 8)
			continue;
		data[i / 8] ^= (uint8_t)(1 << i % 8);
		err = decode(data, len);
		odd += err && err != WAX_ERR_STATE;
		good += !err;
		data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	tap_is(odd, 0, "a bit changed: damaged, or encoded the same again");
	tap_ok(good > len / 2, "which most are: %u", good);
	free(data);
	wax_secret_free(file);
}

/* In the session that begins there: serial, flags, prekey, times. */
#define SESSION (HEAD + 4)
/* And its sides: flags, epoch, n, before. */
#define SIDE (SESSION + 12 + 5 * 8 + 2 * 8 + 3 * 32)
#define SIDE_SIZE (16 + 3 * 32 + 32)

static const struct {
	size_t at, size;
	uint64_t value;
	int err;
	const char *what;
} values[] = {
	{0, 4, 0, WAX_ERR_STATE, "version 0"},
	{0, 4, 2, WAX_ERR_STATE, "version 2"},
	{4, 8, UINT64_MAX, 0, "any marker"},
	{HEAD - 8, 8, WAX_TIME_MAX, 0, "the last second"},
	{HEAD - 8, 8, WAX_TIME_MAX + 1, WAX_ERR_STATE, "and the next"},
	{HEAD, 4, 0, WAX_ERR_STATE, "no sessions"},
	{HEAD, 4, 2, WAX_ERR_STATE, "two sessions"},
	{HEAD, 4, 10, WAX_ERR_STATE, "ten sessions"},
	{HEAD, 4, 11, WAX_ERR_STATE, "eleven sessions"},
	{HEAD, 4, UINT32_MAX, WAX_ERR_STATE, "far too many"},
	{SESSION + 4, 4, 0xe, 0, "flags, but that of a caller"},
	{SESSION + 4, 4, 0x10, WAX_ERR_STATE, "another flag"},
	{SESSION + 4, 4, 1u << 31, WAX_ERR_STATE, "the last flag"},
	{SESSION + 12, 8, UINT64_MAX, WAX_ERR_STATE, "t before 1970"},
	{SESSION + 20, 8, WAX_TIME_MAX + 1, WAX_ERR_STATE, "expires too late"},
	{SESSION + 28, 8, WAX_TIME_MAX + 1, WAX_ERR_STATE, "made too late"},
	{SESSION + 36, 8, WAX_TIME_MAX + 1, WAX_ERR_STATE, "used too late"},
	{SESSION + 44, 8, WAX_TIME_MAX + 1, WAX_ERR_STATE, "touched too late"},
	{SESSION + 52, 8, UINT64_MAX, 0, "any number of messages"},
	{SIDE, 4, 4, WAX_ERR_STATE, "another flag of a side"},
	{SIDE, 4, 0, WAX_ERR_STATE, "a side that has not begun"},
	{SIDE + SIDE_SIZE, 4, 1, WAX_ERR_STATE, "one without an offer"},
	{SIDE + SIDE_SIZE, 4, 7, WAX_ERR_STATE, "another flag of the other"},
};

static void odd_values(void)
{
	struct wax_secret *file = sample();
	size_t len = wax_secret_size(file);
	uint8_t *data = malloc(len);

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		memcpy(data, wax_secret_bytes(file), len);
		wax_le_put(data + values[i].at, values[i].value,
			   values[i].size);
		tap_is(decode(data, len), values[i].err, "%s", values[i].what);
	}
	free(data);
	wax_secret_free(file);
}

/* The most of everything, and one more. */
static struct wax_secret *full(size_t skipped, size_t opened)
{
	struct wax_peer p = {0};
	struct wax_session *s;
	struct wax_secret *file;

	need(wax_peer_add(&p, &s, NULL));
	for (size_t i = 0; i < skipped; i++)
		if (!wax_array_add(&p.past.skipped, sizeof(struct wax_skipped),
				   NULL))
			need(WAX_ERR_IO);
	for (size_t i = 0; i < opened; i++)
		if (!wax_array_add(&p.past.opened,
				   sizeof(struct wax_opened_once), NULL))
			need(WAX_ERR_IO);
	if (wax_peer_encode(&p, &file, NULL))
		file = NULL;
	wax_peer_release(&p);
	return file;
}

/* The number of an array that is followed by others without elements. */
static void one_more(struct wax_secret *file, size_t at, uint32_t n,
		     size_t size, const char *what)
{
	size_t len = wax_secret_size(file);
	uint8_t *data = calloc(1, len + size);

	tap_is(decode(wax_secret_bytes(file), len), 0, "%u %s", n, what);
	memcpy(data, wax_secret_bytes(file), at);
	tap_ok(wax_le_get(data + at - 4, 4) == n, "as the file says");
	wax_le_put(data + at - 4, n + 1, 4);
	memcpy(data + at + size, wax_secret_bytes(file) + at, len - at);
	tap_is(decode(data, len + size), WAX_ERR_STATE, "one more");
	free(data);
	wax_secret_free(file);
}

static void limits(void)
{
	struct wax_secret *file = full(WAX_SKIP_MAX, 0);
	size_t len = wax_secret_size(file);

	one_more(file, len - 4 - WAX_SKIP_MAX * (20 + 32), WAX_SKIP_MAX, 52,
		 "skipped keys");
	file = full(0, WAX_OPENED_MAX);
	len = wax_secret_size(file);
	one_more(file, len - WAX_OPENED_MAX * 20, WAX_OPENED_MAX, 20,
		 "openings");
}

/* What could not be read again is not written. */
static void not_written(void)
{
	struct wax_diag diag = {0};
	struct wax_secret *file = NULL;
	struct wax_session *s;
	struct wax_peer p = {0};

	need(wax_peer_add(&p, &s, NULL));
	s->used = -1;
	tap_err(wax_peer_encode(&p, &file, &diag), WAX_ERR_STATE, &diag,
		"a time before 1970");
	tap_ok(!file, "is not written");
	s->used = WAX_TIME_MAX + 1;
	tap_err(wax_peer_encode(&p, &file, &diag), WAX_ERR_STATE, &diag,
		"nor one beyond 9999");
	s->used = WAX_TIME_MAX;
	tap_err(wax_peer_encode(&p, &file, &diag), 0, &diag, "the last");
	wax_secret_free(file);
	wax_peer_release(&p);
}

/* A session of a peer: t, the transcript's first byte, and what it is like. */
struct like {
	int64_t t;
	uint8_t transcript;
	bool caller, heard, retired;
	int64_t expires;
};

static struct wax_session *add(struct wax_peer *p, struct like like)
{
	struct wax_session *s;

	need(wax_peer_add(p, &s, NULL));
	s->t = like.t;
	s->transcript[0] = like.transcript;
	s->caller = like.caller;
	s->heard = like.heard;
	s->retired = like.retired;
	s->expires = like.expires;
	return s;
}

#define OWN(t, x)                                                              \
	{                                                                      \
		t, x, true, false, false, NOW                                  \
	}
#define HEARD(t, x)                                                            \
	{                                                                      \
		t, x, false, true, false, 0                                    \
	}

/* Up to four sessions, and the number of the one that sends; 0: none. */
static const struct {
	struct like like[4];
	unsigned n, sender;
	const char *what;
} choices[] = {
	{{{0}}, 0, 0, "no session"},
	{{OWN(5, 1)}, 1, 1, "one's own"},
	{{{5, 1, true, false, false, NOW - 1}}, 1, 0, "whose card has expired"},
	{{{5, 1, true, true, false, NOW - 1}}, 1, 1, "but it was answered"},
	{{{5, 1, false, false, false, NOW}}, 1, 0, "another's, not heard yet"},
	{{OWN(5, 1), OWN(6, 0)}, 2, 2, "the newest of one's own"},
	{{OWN(6, 0), OWN(5, 1)}, 2, 1, "in any order"},
	{{OWN(6, 0), OWN(6, 1)}, 2, 2, "or the greater transcript"},
	{{OWN(6, 1), OWN(6, 0)}, 2, 1, "in any order"},
	{{OWN(9, 1), HEARD(5, 1)}, 2, 2, "one that was heard is better"},
	{{HEARD(5, 1), OWN(9, 1)}, 2, 1, "in any order"},
	{{HEARD(5, 9), HEARD(6, 1)}, 2, 2, "the newest that was heard"},
	{{HEARD(6, 2), HEARD(6, 1)}, 2, 1, "or the greater transcript"},
	{{{9, 1, false, true, true, 0}, HEARD(5, 1)}, 2, 2, "not retired"},
	{{{9, 1, false, true, true, 0}, OWN(5, 1)}, 2, 2, "not retired"},
	{{{9, 1, true, false, true, NOW}}, 1, 0, "a retired one of one's own"},
	{{OWN(8, 1), {9, 1, true, false, false, NOW - 1}},
	 2,
	 1,
	 "an older one whose card has not expired"},
	{{HEARD(7, 3), {7, 4, true, true, false, 0}, HEARD(7, 2), OWN(8, 1)},
	 4,
	 2,
	 "the greatest of four"},
};

static void senders(void)
{
	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++) {
		struct wax_peer p = {0};
		const struct wax_session *s;

		for (unsigned j = 0; j < choices[i].n; j++)
			add(&p, choices[i].like[j]);
		s = wax_peer_sender(&p, NOW);
		tap_is(s ? s->serial : 0, choices[i].sender, "%s",
		       choices[i].what);
		wax_peer_release(&p);
	}
}

/* The serial numbers of the sessions there are, as decimal digits. */
static long long serials(const struct wax_peer *p)
{
	long long all = 0;

	for (size_t i = 0; i < p->sessions.n; i++)
		all = 10 * all + wax_peer_session(p, i)->serial;
	return all;
}

/* Sessions that only receive, used at times NOW - age. */
static void add_used(struct wax_peer *p, int64_t t, int64_t age)
{
	struct wax_session *s = add(p, (struct like)HEARD(t, 1));

	s->made = NOW - 100 * DAY;
	s->touched = NOW - age;
}

static void prune_sessions(void)
{
	static const int64_t ages[] = {5, 1, 7, 4, 3, 6};
	struct wax_peer p = {0};
	struct wax_session *s;

	for (int i = 0; i < 6; i++)
		add_used(&p, 10 - i, ages[i] * DAY);
	wax_peer_prune(&p, NOW, 0);
	tap_is(serials(&p), 12456, "four beside the sender, the oldest goes");
	wax_peer_prune(&p, NOW + 24 * DAY, 0);
	tap_is(serials(&p), 12456, "for thirty days");
	wax_peer_prune(&p, NOW + 24 * DAY + 1, 0);
	tap_is(serials(&p), 1245, "and not more");
	wax_peer_prune(&p, NOW + 1000 * DAY, 0);
	tap_is(serials(&p), 1, "the sender stays");
	wax_peer_session(&p, 0)->retired = true;
	wax_peer_prune(&p, NOW + 24 * DAY, 0);
	tap_is(serials(&p), 1, "retired, it stays for thirty days");
	wax_peer_prune(&p, NOW + 25 * DAY + 1, 0);
	tap_is(serials(&p), 0, "and not more");
	tap_is(p.serials, 6, "a serial number is not given twice");
	s = add(&p, (struct like){1, 1, false, false, false, 0});
	s->touched = NOW;
	tap_is(s->serial, 7, "the next is another");
	wax_peer_prune(&p, NOW + 30 * DAY, 0);
	tap_is(serials(&p), 7,
	       "what was never used counts from when it was made");
	wax_peer_prune(&p, NOW + 30 * DAY + 1, 0);
	tap_is(serials(&p), 0, "on");
	wax_peer_release(&p);
}

/* Own sessions that nobody answered, whose card expires. */
static void prune_expired(void)
{
	struct wax_peer p = {0};
	struct wax_session *s = add(&p, (struct like)OWN(1, 1));

	s->made = NOW - 40 * DAY;
	wax_peer_prune(&p, NOW, 0);
	tap_is(serials(&p), 1, "one's own sends while its card is valid");
	wax_peer_prune(&p, NOW + 1, 0);
	tap_is(serials(&p), 0, "then it is one that receives, and too old");
	wax_peer_release(&p);
}

static void old_key(struct wax_peer *p, uint32_t serial, uint32_t epoch,
		    int64_t since)
{
	struct wax_old_key *k = wax_array_add(&p->past.old, sizeof(*k), NULL);

	need(k ? 0 : WAX_ERR_IO);
	*k = (struct wax_old_key){
		.serial = serial, .epoch = epoch, .since = since};
}

static void skipped(struct wax_peer *p, uint32_t serial, uint32_t epoch,
		    uint32_t n, int64_t since)
{
	struct wax_skipped *k =
		wax_array_add(&p->past.skipped, sizeof(*k), NULL);

	need(k ? 0 : WAX_ERR_IO);
	*k = (struct wax_skipped){serial, epoch, n, since, {1}};
}

/* How many old keys there are of a session, and the oldest one's epoch. */
static size_t olds(const struct wax_peer *p, uint32_t serial, uint32_t *first)
{
	size_t n = 0;

	for (size_t i = 0; i < p->past.old.n; i++) {
		const struct wax_old_key *k =
			wax_array_at(&p->past.old, sizeof(*k), i);

		if (k->serial == serial && !n++)
			*first = k->epoch;
	}
	return n;
}

static void prune_old(void)
{
	struct wax_peer p = {0};
	uint32_t first = 0;

	add(&p, (struct like)HEARD(9, 1))->touched = NOW;
	add(&p, (struct like)HEARD(8, 1))->touched = NOW;
	for (uint32_t i = 0; i < 40; i++) {
		old_key(&p, 1, 2 * i, NOW - 50 * DAY + i * DAY);
		if (i < 32)
			old_key(&p, 2, 2 * i, NOW);
	}
	skipped(&p, 1, 6, 0, NOW - 47 * DAY);
	skipped(&p, 2, 8, 0, NOW - 47 * DAY);
	wax_peer_prune(&p, NOW, 0);
	tap_is((long long)olds(&p, 2, &first), 32, "32 old keys of a session");
	tap_is((long long)olds(&p, 1, &first), 33, "of another one more");
	tap_is(first, 6, "for a message that is missing");
	wax_peer_prune(&p, NOW + 13 * DAY, 0);
	tap_is((long long)olds(&p, 1, &first), 33, "all for sixty days");
	wax_peer_prune(&p, NOW + 13 * DAY + 1, 0);
	tap_is((long long)p.past.skipped.n, 0, "skipped keys go");
	tap_is((long long)olds(&p, 1, &first), 32, "and the old key with them");
	wax_peer_session(&p, 0)->touched = NOW + 40 * DAY;
	wax_peer_prune(&p, NOW + 18 * DAY, 0);
	tap_is((long long)olds(&p, 1, &first), 32, "sixty days of the oldest");
	wax_peer_prune(&p, NOW + 18 * DAY + 1, 0);
	tap_is((long long)olds(&p, 1, &first), 31, "it goes");
	tap_is(first, 18, "as the oldest");
	skipped(&p, 1, 20, 5, NOW + 18 * DAY);
	wax_peer_prune(&p, NOW + 78 * DAY, 0);
	tap_is((long long)olds(&p, 1, &first), 1, "one under a skipped key");
	tap_is(first, 20, "stays");
	tap_is((long long)olds(&p, 2, &first), 0,
	       "those of a session that is "
	       "gone do not");
	wax_peer_release(&p);
}

/* With a session, all that is of it goes. */
static void prune_past(void)
{
	struct wax_peer p = {0};
	struct wax_opened_once *o;

	add(&p, (struct like)HEARD(9, 1));
	add(&p, (struct like)HEARD(8, 1));
	for (uint32_t i = 0; i < 20; i++) {
		skipped(&p, 1 + i % 2, 4, i, NOW);
		o = wax_array_add(&p.past.opened, sizeof(*o), NULL);
		need(o ? 0 : WAX_ERR_IO);
		*o = (struct wax_opened_once){1 + i % 2, 0, i, NOW};
	}
	old_key(&p, 1, 4, NOW);
	old_key(&p, 2, 4, NOW);
	wax_peer_session(&p, 1)->touched = NOW - 31 * DAY;
	wax_peer_prune(&p, NOW, 0);
	tap_is(serials(&p), 1, "a session goes");
	tap_is((long long)p.past.skipped.n, 10, "its skipped keys");
	tap_is((long long)p.past.old.n, 1, "its old keys");
	tap_is((long long)p.past.opened.n, 10, "what was opened");
	tap_is(((struct wax_skipped *)wax_array_at(
			&p.past.skipped, sizeof(struct wax_skipped), 9))
		       ->n,
	       18, "and the others are in order");
	wax_peer_prune(&p, NOW + 60 * DAY, 0);
	tap_is((long long)p.past.skipped.n, 10, "skipped keys for sixty days");
	wax_peer_prune(&p, NOW + 60 * DAY + 1, 0);
	tap_is((long long)p.past.skipped.n, 0, "and not more");
	wax_peer_release(&p);
}

static void by_transcript(void)
{
	uint8_t t[WAX_HASH_SIZE] = {7};
	struct wax_peer p = {0};

	add(&p, (struct like)HEARD(9, 6));
	add(&p, (struct like)HEARD(8, 7));
	tap_ok(wax_peer_by_transcript(&p, t) == wax_peer_session(&p, 1),
	       "a session by its transcript");
	t[31] = 1;
	tap_ok(!wax_peer_by_transcript(&p, t), "there is no such one");
	wax_peer_release(&p);
	tap_ok(!p.sessions.memory && !p.serials, "released");
	wax_peer_release(&p);
}

int main(void)
{
	every_state();
	hello_kept();
	damage();
	odd_values();
	limits();
	not_written();
	senders();
	prune_sessions();
	prune_expired();
	prune_old();
	prune_past();
	by_transcript();
	return tap_end();
}
