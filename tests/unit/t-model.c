/* SPDX-License-Identifier: ISC */
/*
 * Parties that send each other chained files, by schedules that are made up:
 * messages are lost, doubled, late and changed, processes die, homes are put
 * back to what they were, cards run out, clocks go on. What must become of each
 * message is known from a model (model.h), and that nothing else changes on the
 * disk is looked at.
 *
 *	t-model [SEED [STEPS]]
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wax/stream.h>

#include "age/age.h"
#include "crypto/identity.h"
#include "dice.h"
#include "envelope/envelope.h"
#include "homes.h"
#include "keys/identities.h"
#include "mock.h"
#include "model.h"
#include "ratchet/chain.h"
#include "ratchet/replay.h"
#include "ratchet/unchain.h"
#include "sanitized.h"
#include "tap.h"

#define DAY (24 * INT64_C(3600))
#define POOL 160
#define MESSAGES 4000 /* in a run */
#define RUN 700	      /* steps */

/* Of all runs, unless it is said; slower under a sanitizer. */
#ifdef SANITIZED
#define STEPS 5000
#else
#define STEPS 25000
#endif

struct message {
	unsigned number;
	int from, n;
	struct model_stanza to[MODEL_PARTIES];
	struct wax_bytes file;
	char text[200];
	size_t len;
};

static struct home home[MODEL_PARTIES];
static struct model model, *const m = &model;
static struct model_party *copies[MODEL_PARTIES];
static struct wax_card *card[MODEL_PARTIES][MODEL_PARTIES];
/* What was opened, in the home as it is, and in its copy. */
static uint8_t opened[MODEL_PARTIES][MESSAGES], was[MODEL_PARTIES][MESSAGES];
static struct message pool[POOL];
static unsigned n_pool, n_messages, n_parties;
static int64_t now;

static unsigned long long seed, step, sent, got, refused, twice;

static bool chance(unsigned percent)
{
	return dice_below(100) < percent;
}

/* What does not hold ends the test. */
static void WAX_PRINTF(2, 3) expect(bool holds, const char *fmt, ...)
{
	char text[500];
	va_list args;

	if (holds)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	tap_ok(false, "seed %llu, step %llu: %s", seed, step, text);
	tap_end();
	exit(1);
}

static uint8_t before[WAX_HASH_SIZE];

static void look(int who)
{
	home_digest(&home[who], before);
}

static void unchanged(int who, const char *what)
{
	uint8_t after[WAX_HASH_SIZE];

	home_digest(&home[who], after);
	expect(!memcmp(before, after, sizeof(after)), "%s: home %d has changed",
	       what, who);
}

static void drop(unsigned i)
{
	wax_bytes_release(&pool[i].file);
	pool[i] = pool[--n_pool];
}

/* A wax_peer_fn: the transcript of the newest session. */
static int newest(void *ctx, struct wax_peer *p, struct wax_diag *diag)
{
	(void)diag;
	memcpy(ctx, wax_peer_session(p, p->sessions.n - 1)->transcript,
	       WAX_HASH_SIZE);
	return 0;
}

/* Whether a card is for one session, which there is. */
static bool is_used(const struct model_peer *p, const struct wax_card *c)
{
	for (unsigned i = 0; wax_card_once(c) && i < p->n; i++)
		if (p->s[i].caller &&
		    m->begun[p->s[i].id].prekey == wax_card_prekey(c))
			return true;
	return wax_card_once(c) && !p->n && p->t >= wax_card_issued(c);
}

/* What speaks against sending to a party; 0: nothing. */
static int forbids(int from, int to)
{
	const struct model_peer *p = &m->party[from].peer[to];

	if (p->exists && p->stale)
		return WAX_ERR_STATE;
	return model_sender(m, p, now) < 0 &&
			       (wax_card_expires(card[from][to]) < now ||
				is_used(p, card[from][to]))
		       ? WAX_ERR_TRUST
		       : 0;
}

/* The step of the model that a file costs, for one who reads it. */
static struct model_stanza step_to(int from, int to)
{
	struct model_peer *p = &m->party[from].peer[to];
	int i, id;

	model_note(m, from, p);
	model_prune(m, p, now, -1);
	i = model_sender(m, p, now);
	if (i < 0) {
		const struct wax_card *c = card[from][to];

		id = model_call(m, from, to, now, wax_card_expires(c));
		m->begun[id].prekey = wax_card_prekey(c);
		m->begun[id].once = wax_card_once(c);
		expect(!wax_sessions_visit(home[from].sessions, home[to].key,
					   newest, m->begun[id].transcript,
					   NULL),
		       "there is a session");
		i = (int)p->n - 1;
	}
	p->exists = true;
	return model_send(m, from, to, i, now);
}

/* Who reads a file: one, or several. */
static int readers(int from, int to[MODEL_PARTIES])
{
	int n = 0, most = chance(75) ? 1 : (int)n_parties;
	int first = (int)dice_below(n_parties);

	for (int i = 0; i < (int)n_parties && n < most; i++) {
		int who = (first + i) % (int)n_parties;

		if (who != from && (most == 1 || chance(70)))
			to[n++] = who;
	}
	return n;
}

static void write_text(struct message *x, struct home_letter *l)
{
	int len = snprintf(x->text, sizeof(x->text), "message %u of %d%*s",
			   x->number, x->from, (int)dice_below(100), "");

	x->len = (size_t)len;
	l->text = x->text;
	l->len = x->len;
	l->flags = (chance(50) ? WAX_SEAL_PAD : 0) |
		   (chance(10) ? WAX_SEAL_ARMOR : 0);
	l->level = chance(10);
	l->sign = chance(15);
}

static enum model_prekey prekey_of(int who, uint32_t id)
{
	struct wax_prekey_use use = {0};
	enum wax_prekey_found found;

	expect(!wax_prekey_find(home[who].sessions, id, now, &use, NULL),
	       "prekeys are read");
	found = use.found;
	wax_prekey_use_release(&use);
	return found == WAX_PREKEY_THERE   ? PREKEY_THERE
	       : found == WAX_PREKEY_SPENT ? PREKEY_SPENT
					   : PREKEY_GONE;
}

/*
 * Nothing has changed but for what a crash has left undone, which may have been
 * seen to.
 */
static void refuse(int from, const struct message *x)
{
	bool noted = true;

	for (int i = 0; i < x->n; i++) {
		struct model_peer *p = &m->party[from].peer[x->to[i].to];

		for (unsigned j = 0; j < p->n; j++) {
			const struct model_begun *b = &m->begun[p->s[j].id];

			if (p->s[j].noted)
				continue;
			noted = false;
			m->party[from].spent[p->s[j].id] =
				b->once &&
				prekey_of(from, b->prekey) != PREKEY_THERE;
		}
	}
	if (noted)
		unchanged(from, "a refusal");
	refused++;
}

/* Sends, or is refused; what is thrown away has cost a step all the same. */
static void send(bool thrown_away)
{
	struct message *x = &pool[n_pool];
	struct wax_card *cards[MODEL_PARTIES];
	int to[MODEL_PARTIES], wrong[MODEL_PARTIES], from, err;
	struct home_letter l = {0};
	struct wax_diag diag = {0};
	bool may = true, fits = false;

	if (n_pool == POOL || n_messages == MESSAGES)
		return;
	from = (int)dice_below(n_parties);
	*x = (struct message){.number = n_messages++, .from = from};
	x->n = readers(from, to);
	if (!x->n)
		return;
	for (int i = 0; i < x->n; i++) {
		cards[i] = card[from][to[i]];
		x->to[i].to = to[i];
		wrong[i] = forbids(from, to[i]);
		may &= !wrong[i];
	}
	write_text(x, &l);
	look(from);
	err = home_seal(&home[from], &l, cards, (size_t)x->n, now, &x->file,
			&diag);
	for (int i = 0; i < x->n; i++)
		fits |= err && err == wrong[i];
	expect(may ? !err : fits, "sending from %d to %d: %d, %s", from, to[0],
	       err, diag.text);
	if (err) {
		expect(!x->file.len, "nothing is written");
		wax_bytes_release(&x->file);
		refuse(from, x);
		return;
	}
	for (int i = 0; i < x->n; i++)
		x->to[i] = step_to(from, to[i]);
	n_pool++;
	sent++;
	if (thrown_away)
		drop(n_pool - 1);
}

/* Whether a prekey for one caller was used by some session. */
static bool is_spent(int who, uint32_t prekey)
{
	for (int i = 0; i < m->sessions; i++)
		if (m->begun[i].callee == who && m->begun[i].prekey == prekey &&
		    m->party[who].spent[i])
			return true;
	return false;
}

/* What must become of a message; *s is the stanza that is for who, or NULL. */
static struct model_verdict judge(int who, const struct message *x,
				  const struct model_stanza **s)
{
	enum model_prekey prekey;
	const struct model_begun *b;

	*s = NULL;
	for (int i = 0; i < x->n; i++)
		if (x->to[i].to == who)
			*s = &x->to[i];
	if (!*s)
		return (struct model_verdict){WAX_ERR_NO_KEY, -1, -1, 0, 0};
	b = &m->begun[(*s)->id];
	/* An answer uses none; of one's own card the caller knows nothing. */
	prekey = b->callee == who ? prekey_of(who, b->prekey) : PREKEY_GONE;
	expect(prekey != PREKEY_THERE || !is_spent(who, b->prekey),
	       "a prekey for one caller is destroyed");
	return model_judge(m, who, x->from, *s, now, prekey);
}

static void check_contents(const struct message *x, const struct wax_bytes *out,
			   const struct wax_contents *c,
			   const struct model_verdict *v)
{
	expect(out->len == x->len && !memcmp(out->data, x->text, x->len),
	       "message %u: the text", x->number);
	expect(!strcmp(c->peer, home[x->from].identity), "its sender");
	expect(c->began == (v->i < 0) && c->renewed == (v->i < 0 && v->renewed),
	       "whether it begins a session");
}

/* A crash between the session and what is remembered of its hello. */
static void tear(int who, const struct message *x, const struct model_stanza *s,
		 const struct wax_bytes *hellos,
		 const struct wax_bytes *prekeys)
{
	struct model_peer *p = &m->party[who].peer[x->from];

	home_put(&home[who], "hellos", hellos);
	home_put(&home[who], "prekeys", prekeys);
	home_restart(&home[who]);
	p->s[p->n - 1].noted = false;
	expect(p->s[p->n - 1].id == s->id, "the newest session");
	m->party[who].spent[s->id] = false;
}

static void commit(int who, const struct message *x,
		   const struct model_stanza *s, const struct model_verdict *v)
{
	struct wax_bytes hellos = home_get(&home[who], "hellos");
	struct wax_bytes prekeys = home_get(&home[who], "prekeys");
	bool torn = v->i < 0 && chance(10) &&
		    model_noted(&m->party[who].peer[x->from]);
	struct wax_diag diag = {0};
	int err = wax_sessions_commit(home[who].sessions, &diag);

	expect(!err, "committing: %d, %s", err, diag.text);
	expect(!opened[who][x->number], "message %u is opened twice",
	       x->number);
	opened[who][x->number] = 1;
	got++;
	model_commit(m, who, x->from, s, v, now);
	if (torn)
		tear(who, x, s, &hellos, &prekeys);
	wax_bytes_release(&hellos);
	wax_bytes_release(&prekeys);
}

/* What is asked for, and what must then come of it. */
static const char *ask(int who, const struct message *x,
		       const struct model_stanza *s,
		       const struct model_verdict *v, int *want)
{
	int other = (int)dice_below(n_parties);

	if (other == who || chance(80))
		return NULL;
	if (other != x->from)
		*want = s && (v->i >= 0 || s->hello) ? WAX_ERR_TRUST
						     : WAX_ERR_NO_KEY;
	return home[other].identity;
}

/* Delivers a message, whole or changed, and commits it or not. */
static void deliver(const struct message *x, int who)
{
	const struct model_stanza *s;
	struct model_verdict v = judge(who, x, &s);
	int want = v.err, err;
	const char *from = ask(who, x, s, &v, &want);
	struct wax_contents c = {0};
	struct wax_diag diag = {0};
	struct wax_bytes out = {0};
	bool seen;

	look(who);
	err = home_open(&home[who], &x->file, from, now, &out, &c, &diag);
	expect(err == want, "message %u of %d to %d%s: %d for %d, %s",
	       x->number, x->from, who, from ? ", from" : "", err, want,
	       diag.text);
	seen = err == WAX_ERR_SEEN;
	if (!err)
		check_contents(x, &out, &c, &v);
	wax_bytes_release(&out);
	twice += seen;
	if (seen && !model_noted(&m->party[who].peer[x->from])) {
		/* What a crash has left undone is done. */
		model_note(m, who, &m->party[who].peer[x->from]);
		return;
	}
	if (err || chance(15))
		unchanged(who, "what is not committed");
	if (!err && chance(85)) {
		commit(who, x, s, &v);
		return;
	}
	if (!err && chance(50))
		wax_sessions_give_up(home[who].sessions);
	else if (!err)
		home_restart(&home[who]);
	unchanged(who, "what is given up");
}

static void deliver_some(void)
{
	unsigned i = dice_below(n_pool ? n_pool : 1);
	int who;

	if (!n_pool)
		return;
	if (chance(50)) /* rather an old one */
		i = dice_below(i + 1);
	who = chance(95) ? pool[i].to[dice_below((unsigned)pool[i].n)].to
			 : (int)dice_below(n_parties);
	deliver(&pool[i], who);
	if (chance(45))
		drop(i);
}

/* A bit of the file is changed: it does not open, and the state stays. */
static void damage(void)
{
	struct message x;
	struct wax_bytes copy = {0}, out = {0};
	struct wax_contents c;
	int who, err;
	size_t at;

	if (!n_pool)
		return;
	x = pool[dice_below(n_pool)];
	who = x.to[0].to;
	at = dice_below((unsigned)x.file.len);
	expect(!wax_bytes_add(&copy, x.file.data, x.file.len, NULL), "memory");
	copy.data[at] ^= (uint8_t)(1 << dice_below(8));
	look(who);
	err = home_open(&home[who], &copy, NULL, now, &out, &c, NULL);
	expect(err != 0, "message %u opens with byte %zu changed", x.number,
	       at);
	wax_sessions_give_up(home[who].sessions);
	if (err != WAX_ERR_SEEN)
		unchanged(who, "what is damaged");
	else
		model_note(m, who, &m->party[who].peer[x.from]);
	wax_bytes_release(&copy);
	wax_bytes_release(&out);
}

static void renew_card(void)
{
	int who = (int)dice_below(n_parties);
	unsigned flags = chance(20) ? WAX_CARD_ONCE : 0;

	for (int i = 0; i < (int)n_parties; i++) {
		if (i == who || chance(30))
			continue;
		wax_card_free(card[i][who]);
		card[i][who] = home_card(&home[who], flags, now);
	}
}

/* A card for one caller that two have. */
static void share_card(void)
{
	int who = (int)dice_below(n_parties);

	for (int i = 0; i < (int)n_parties; i++)
		for (int j = 0; j < (int)n_parties; j++)
			if (i != who && j != who && i != j && chance(50) &&
			    wax_card_once(card[i][who])) {
				wax_card_free(card[j][who]);
				card[j][who] = NULL;
				expect(!wax_card_new(
					       wax_cursor(
						       card[i][who]->note.data,
						       card[i][who]->note.len),
					       &card[j][who], NULL),
				       "a card is copied");
			}
}

static void reset(bool forget)
{
	int who = (int)dice_below(n_parties), with = (int)dice_below(n_parties);
	struct model_peer *p = &m->party[who].peer[with];
	struct wax_diag diag = {0};
	int err;

	if (who == with)
		return;
	look(who);
	err = forget ? wax_sessions_remove(home[who].sessions,
					   home[with].identity, now, &diag)
		     : wax_sessions_reset(home[who].sessions,
					  home[with].identity, now, &diag);
	expect(err == (p->exists ? 0 : WAX_ERR_USAGE), "resetting: %d, %s", err,
	       diag.text);
	if (err) {
		unchanged(who, "no session to reset");
		return;
	}
	for (unsigned i = 0; i < p->n; i++) {
		if (!p->s[i].retired)
			p->s[i].touched = now;
		p->s[i].retired = true;
	}
	p->stale = false;
	if (forget) {
		model_note(m, who, p);
		*p = (struct model_peer){.t = p->t};
	}
}

static void copy(void)
{
	int who = (int)dice_below(n_parties);

	home_copy(&home[who]);
	*copies[who] = m->party[who];
	memcpy(was[who], opened[who], sizeof(was[who]));
}

static void restore(void)
{
	int who = (int)dice_below(n_parties);

	if (!home[who].copied)
		return;
	home_restore(&home[who]);
	m->party[who] = *copies[who];
	memcpy(opened[who], was[who], sizeof(was[who]));
	for (unsigned i = 0; i < n_parties; i++)
		m->party[who].peer[i].stale = m->party[who].peer[i].exists;
}

static void pass_time(void)
{
	static const int64_t steps[] = {1, 60, 3600, DAY, 6 * DAY};

	now += steps[dice_below(5)];
	if (chance(8))
		now += (int64_t)dice_below(70) * DAY;
}

/* Insiders: who reads a file with others, and makes another of it. */

struct taken {
	struct wax_header header;
	uint8_t key[WAX_FILE_KEY_SIZE];
	struct wax_bytes payload;
};

static int known_key(void *ctx, const struct wax_header *header,
		     uint8_t key[WAX_FILE_KEY_SIZE], struct wax_diag *diag)
{
	const struct taken *t = ctx;

	(void)header;
	(void)diag;
	memcpy(key, t->key, WAX_FILE_KEY_SIZE);
	return 0;
}

static void read_header(struct wax_header *h, const struct wax_bytes *file)
{
	struct mock_reader r;

	*h = (struct wax_header){0};
	mock_reader_init(&r, file->data, file->len, 0);
	expect(!wax_header_read(h, &r.reader, NULL), "a header is read");
	mock_reader_release(&r);
}

/* Takes a file apart, with what the sessions of a party know. */
static bool take_apart(struct taken *t, int who, const struct message *x)
{
	struct wax_source *source;
	struct wax_unchained u;

	*t = (struct taken){0};
	read_header(&t->header, &x->file);
	if (wax_unchain(home[who].sessions, &t->header, now, NULL, 0, t->key,
			&u, NULL)) {
		wax_header_release(&t->header);
		return false;
	}
	wax_sessions_give_up(home[who].sessions);
	expect(!wax_source_memory(x->file.data, x->file.len, &source, NULL) &&
		       !wax_age_open(known_key, t, NULL, 0, &source, NULL) &&
		       !mock_drain(source, 65536, &t->payload, NULL),
	       "the payload is read");
	wax_source_free(source);
	return true;
}

static void add_stanza(struct wax_header *to, const struct wax_header *from,
		       size_t i)
{
	struct wax_stanza s = wax_header_stanza(from, i);
	const char *type = wax_stanza_is(&s, WAX_STANZA_HELLO)
				   ? WAX_STANZA_HELLO
				   : WAX_STANZA_RATCHET;

	expect(!wax_header_add(to, &type, 1, s.body, s.body_len, NULL),
	       "a stanza is added");
}

static unsigned pairs(const struct taken *t)
{
	unsigned n = 0;

	for (size_t i = 0; i < wax_header_count(&t->header); i++) {
		struct wax_stanza s = wax_header_stanza(&t->header, i);

		n += wax_stanza_is(&s, WAX_STANZA_RATCHET);
	}
	return n;
}

/* A header of some of the pairs of another, or of all. */
static struct wax_header some_pairs(const struct taken *t, uint32_t wanted)
{
	struct wax_header h = {0};
	size_t pair = 0;

	for (size_t i = 0; i < wax_header_count(&t->header); i++) {
		struct wax_stanza s = wax_header_stanza(&t->header, i);

		if (wanted >> pair & 1)
			add_stanza(&h, &t->header, i);
		pair += wax_stanza_is(&s, WAX_STANZA_RATCHET);
	}
	return h;
}

/* What is put in the place of a payload. */
enum trick {
	BARE,
	UNSIGNED,
	OTHER_SIGNER,
	OWN_NAME,
	SAME_PAYLOAD,
	TRICKS,
};

static void seal_trick(enum trick trick, int insider, struct wax_header *h,
		       const struct taken *t, struct wax_bytes *out)
{
	struct wax_envelope e = {.pad = true};
	struct mock_sink sink;
	struct wax_sink *to = mock_sink(&sink);
	const struct wax_bytes text = {.data = (uint8_t[]){"a forgery"},
				       .len = 9};
	const struct wax_bytes *data =
		trick == SAME_PAYLOAD ? &t->payload : &text;

	if (trick == OTHER_SIGNER || trick == OWN_NAME)
		expect(!wax_identities_signer(home[insider].identities,
					      WAX_DERIVE_IDENTITY, &e.signer,
					      NULL),
		       "a signer");
	e.session = trick == OTHER_SIGNER;
	expect(!wax_envelope_begin(&e, &h->text, NULL) &&
		       !wax_age_seal(h, t->key, false, 0, &to, NULL),
	       "a file is begun");
	if (trick != BARE && trick != SAME_PAYLOAD)
		expect(!wax_envelope_sink(&e, &to, NULL), "an envelope");
	expect(!mock_fill(to, data->data, data->len, data->len, NULL),
	       "a file is made");
	wax_sink_free(to);
	wax_envelope_release(&e);
	*out = sink.got;
}

/* The file must not open, whoever made it; h is used up. */
static void try_trick(enum trick trick, int insider, int victim,
		      struct wax_header *h, const struct taken *t,
		      const char *what)
{
	struct wax_bytes file = {0}, out = {0};
	struct wax_contents c;
	struct wax_diag diag = {0};
	int err;

	seal_trick(trick, insider, h, t, &file);
	wax_header_release(h);
	look(victim);
	err = home_open(&home[victim], &file, NULL, now, &out, &c, &diag);
	expect(err == WAX_ERR_TRUST || err == WAX_ERR_FORMAT, "%s, %d: %d, %s",
	       what, (int)trick, err, diag.text);
	expect(!out.len, "%s: %zu bytes of it come out", what, out.len);
	wax_sessions_give_up(home[victim].sessions);
	unchanged(victim, what);
	wax_bytes_release(&file);
	wax_bytes_release(&out);
}

static struct wax_header same_header(const struct message *x)
{
	struct wax_header h;

	read_header(&h, &x->file);
	return h;
}

/* Whether this one pair is the victim's. */
static bool is_theirs(const struct taken *t, uint32_t pair, int victim)
{
	struct wax_header h = some_pairs(t, pair), read;
	uint8_t key[WAX_FILE_KEY_SIZE];
	struct wax_unchained u;
	bool theirs;

	expect(!wax_header_finish(&h, t->key, NULL), "a header");
	read_header(&read, &h.text);
	theirs = !wax_unchain(home[victim].sessions, &read, now, NULL, 0, key,
			      &u, NULL);
	wax_sessions_give_up(home[victim].sessions);
	wax_header_release(&h);
	wax_header_release(&read);
	return theirs;
}

/* The victim's pair alone, and with one of another file. */
static void splice(int insider, int victim, const struct taken *t,
		   const struct taken *other)
{
	for (uint32_t pair = 1; pair < 1u << pairs(t); pair <<= 1) {
		if (!is_theirs(t, pair, victim))
			continue;
		for (enum trick i = BARE; i < TRICKS; i++) {
			struct wax_header h = some_pairs(t, pair);

			for (size_t j = 0; other && i % 2 &&
					   j < wax_header_count(&other->header);
			     j++)
				add_stanza(&h, &other->header, j);
			expect(!wax_header_finish(&h, t->key, NULL),
			       "a header");
			try_trick(i, insider, victim, &h, t, "a splice");
		}
	}
}

static void attack(void)
{
	const struct message *x, *y;
	const struct model_stanza *s;
	int insider, victim;
	struct taken t, other;

	if (!n_pool)
		return;
	x = &pool[dice_below(n_pool)];
	y = &pool[dice_below(n_pool)];
	/* Armor is no part of a file. */
	if (x->n < 2 || x->file.data[0] != 'a' || y->file.data[0] != 'a')
		return;
	victim = x->to[0].to;
	insider = x->to[1].to;
	if (judge(victim, x, &s).err || !take_apart(&t, victim, x))
		return;
	for (enum trick i = BARE; i < SAME_PAYLOAD; i++) {
		struct wax_header h = same_header(x);

		try_trick(i, insider, victim, &h, &t, "another payload");
	}
	if (y != x && y->n == 1 && y->to[0].to != victim &&
	    take_apart(&other, y->to[0].to, y)) {
		splice(insider, victim, &t, &other);
		wax_header_release(&other.header);
		wax_bytes_release(&other.payload);
	} else {
		splice(insider, victim, &t, NULL);
	}
	wax_header_release(&t.header);
	wax_bytes_release(&t.payload);
}

/* After all that, whoever is not stale can talk with fresh cards. */
static void talk_again(void)
{
	for (int i = 0; i < (int)n_parties; i++)
		for (int j = 0; j < (int)n_parties; j++) {
			struct model_peer *p = &m->party[i].peer[j];

			if (i == j)
				continue;
			wax_card_free(card[i][j]);
			card[i][j] = home_card(&home[j], 0, now);
			if (p->exists && p->stale &&
			    !wax_sessions_reset(home[i].sessions,
						home[j].identity, now, NULL)) {
				p->stale = false;
				for (unsigned k = 0; k < p->n; k++) {
					if (!p->s[k].retired)
						p->s[k].touched = now;
					p->s[k].retired = true;
				}
			}
			expect(!forbids(i, j), "%d can send to %d", i, j);
		}
	while (n_pool)
		drop(0);
	for (unsigned i = 0; i < 40; i++) {
		send(false);
		if (n_pool)
			deliver(&pool[n_pool - 1], pool[n_pool - 1].to[0].to);
	}
}

static void begin_run(void)
{
	n_parties = 2 + dice_below(MODEL_PARTIES - 1);
	now = 1795428000 + dice_below(1000);
	memset(m, 0, sizeof(*m));
	memset(opened, 0, sizeof(opened));
	n_messages = 0;
	for (unsigned i = 0; i < n_parties; i++)
		home_new(&home[i], i);
	for (unsigned i = 0; i < n_parties; i++)
		for (unsigned j = 0; j < n_parties; j++)
			if (i != j)
				card[i][j] = home_card(&home[j], 0, now);
	for (unsigned i = 0; i < n_parties; i++)
		home_restart(&home[i]);
}

static void end_run(void)
{
	talk_again();
	while (n_pool)
		drop(0);
	for (unsigned i = 0; i < n_parties; i++) {
		for (unsigned j = 0; j < n_parties; j++) {
			wax_card_free(card[i][j]);
			card[i][j] = NULL;
		}
		home_release(&home[i]);
	}
}

static void one_step(void)
{
	unsigned r = dice_below(1000);

	if (chance(30))
		now += dice_below(3);
	if (r < 380)
		send(false);
	else if (r < 800)
		deliver_some();
	else if (r < 830 && n_pool)
		drop(dice_below(n_pool));
	else if (r < 850)
		send(true);
	else if (r < 870)
		home_restart(&home[dice_below(n_parties)]);
	else if (r < 895)
		renew_card();
	else if (r < 900)
		share_card();
	else if (r < 920)
		pass_time();
	else if (r < 932)
		reset(false);
	else if (r < 936)
		reset(true);
	else if (r < 946)
		copy();
	else if (r < 950)
		restore();
	else if (r < 985)
		damage();
	else
		attack();
}

int main(int argc, char **argv)
{
	unsigned long long steps =
		argc > 2 ? strtoull(argv[2], NULL, 10) : STEPS;

	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	dice_seed(seed);
	homes_begin();
	for (int i = 0; i < MODEL_PARTIES; i++)
		copies[i] = malloc(sizeof(*copies[i]));
	for (step = 0; step < steps; step++) {
		if (step % RUN == 0)
			begin_run();
		one_step();
		if (step % RUN == RUN - 1 || step == steps - 1)
			end_run();
	}
	for (int i = 0; i < MODEL_PARTIES; i++)
		free(copies[i]);
	tap_ok(true, "seed %llu: %llu steps", seed, steps);
	tap_ok(sent > steps / 4, "%llu files were sent", sent);
	tap_ok(got > steps / 10, "%llu messages were opened", got);
	tap_ok(twice > steps / 100, "%llu times one was known already", twice);
	tap_ok(refused > 0, "%llu times sending was refused", refused);
	homes_end();
	return tap_end();
}
