/* SPDX-License-Identifier: ISC */
/*
 * The model of sessions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wax/error.h>

#include "model.h"

#define DAY (24 * INT64_C(3600))
#define RECEIVING 4
#define RECEIVING_VALID (30 * DAY)
#define KEYS_VALID (60 * DAY)
#define OLD_KEYS 32

/* The model's own limits are none of what is modelled. */
static void room(bool there)
{
	if (there)
		return;
	printf("Bail out! the model is full\n");
	exit(1);
}

static bool is_greater(const struct model *m, int a, int b)
{
	const struct model_begun *x = &m->begun[a], *y = &m->begun[b];

	if (x->t != y->t)
		return x->t > y->t;
	return memcmp(x->transcript, y->transcript, WAX_HASH_SIZE) > 0;
}

int model_sender(const struct model *m, const struct model_peer *p, int64_t now)
{
	int best = -1;

	for (unsigned i = 0; i < p->n; i++) {
		const struct model_session *s = &p->s[i];
		bool can = s->heard ||
			   (s->caller && m->begun[s->id].expires >= now);

		if (s->retired || !can)
			continue;
		if (best < 0 || s->heard > p->s[best].heard ||
		    (s->heard == p->s[best].heard &&
		     is_greater(m, s->id, p->s[best].id)))
			best = (int)i;
	}
	return best;
}

static int find(const struct model_peer *p, int id)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->s[i].id == id)
			return (int)i;
	return -1;
}

/* Sessions beside the one that sends: four, for thirty days. */
static void prune_sessions(const struct model *m, struct model_peer *p,
			   int64_t now, int keep)
{
	for (;;) {
		int sender = model_sender(m, p, now), oldest = -1;
		unsigned others = p->n - (sender >= 0);

		for (int i = 0; i < (int)p->n; i++)
			if (i != sender && p->s[i].id != keep &&
			    (oldest < 0 ||
			     p->s[i].touched < p->s[oldest].touched))
				oldest = i;
		if (oldest < 0 ||
		    (others <= RECEIVING &&
		     now - p->s[oldest].touched <= RECEIVING_VALID))
			return;
		p->n--;
		memmove(p->s + oldest, p->s + oldest + 1,
			(p->n - (unsigned)oldest) * sizeof(*p->s));
	}
}

static bool has_skipped(const struct model_peer *p, int id, uint32_t epoch)
{
	for (unsigned i = 0; i < p->n_skipped; i++)
		if (p->skipped[i].id == id && p->skipped[i].epoch == epoch)
			return true;
	return false;
}

void model_prune(const struct model *m, struct model_peer *p, int64_t now,
		 int keep)
{
	unsigned kept = 0;

	prune_sessions(m, p, now, keep);
	for (unsigned i = 0; i < p->n_skipped; i++)
		if (find(p, p->skipped[i].id) >= 0 &&
		    now - p->skipped[i].since <= KEYS_VALID)
			p->skipped[kept++] = p->skipped[i];
	p->n_skipped = kept;
	kept = 0;
	for (unsigned i = 0; i < p->n_old; i++) {
		const struct model_old *k = &p->old[i];
		unsigned newer = 0;

		for (unsigned j = i + 1; j < p->n_old; j++)
			newer += p->old[j].id == k->id;
		if (find(p, k->id) >= 0 &&
		    ((newer < OLD_KEYS && now - k->since <= KEYS_VALID) ||
		     has_skipped(p, k->id, k->epoch)))
			p->old[kept++] = *k;
	}
	p->n_old = kept;
}

static struct model_session *add(struct model_peer *p, int id, int64_t now)
{
	struct model_session *s = &p->s[p->n];

	room(p->n++ < sizeof(p->s) / sizeof(*p->s));
	*s = (struct model_session){.id = id, .touched = now};
	p->exists = true;
	return s;
}

int model_call(struct model *m, int from, int to, int64_t now, int64_t expires)
{
	struct model_peer *p = &m->party[from].peer[to];
	struct model_begun *b = &m->begun[m->sessions];
	struct model_session *s;

	room(m->sessions < MODEL_SESSIONS);
	*b = (struct model_begun){.caller = from,
				  .callee = to,
				  .expires = expires,
				  .t = now > p->t ? now : p->t + 1};
	p->t = b->t;
	s = add(p, m->sessions, now);
	s->caller = true;
	s->noted = true;
	s->out.begun = true;
	s->out.draw = ++m->draws;
	s->in.epoch = 1;
	return m->sessions++;
}

struct model_stanza model_send(struct model *m, int from, int to, int i,
			       int64_t now)
{
	struct model_session *s = &m->party[from].peer[to].s[i];
	struct model_side *o = &s->out;

	s->touched = now;
	if (!o->begun || (s->in.begun && s->in.epoch > o->epoch)) {
		*o = (struct model_side){
			.begun = true,
			.epoch = s->in.epoch + 1,
			.before = o->begun ? o->n : 0,
			.prev = o->begun ? o->draw : 0,
			.draw = ++m->draws,
		};
	}
	return (struct model_stanza){
		.to = to,
		.id = s->id,
		.hello = s->caller && !s->in.begun,
		.epoch = o->epoch,
		.n = o->n++,
		.before = o->before,
		.draw = o->draw,
		.prev = o->prev,
		.answers = s->in.draw,
	};
}

/* Whether a session beside the one that sends has had its time. */
static bool is_over(const struct model *m, const struct model_peer *p, int i,
		    int64_t now)
{
	return i != model_sender(m, p, now) &&
	       now - p->s[i].touched > RECEIVING_VALID;
}

/* Whether an old header key is of use still. */
static bool is_old(const struct model_peer *p, const struct model_old *k,
		   int64_t now)
{
	bool used = now - k->since <= KEYS_VALID;

	for (unsigned i = 0; i < p->n_skipped; i++)
		used |= p->skipped[i].id == k->id &&
			p->skipped[i].epoch == k->epoch &&
			now - p->skipped[i].since <= KEYS_VALID;
	return used;
}

/* What a session says of a header that one of its keys opens; 1: none does. */
static int judge_in(const struct model_peer *p, const struct model_stanza *s,
		    int64_t now, struct model_verdict *v)
{
	const struct model_session *x = &p->s[v->i];
	const struct model_side *in = &x->in;
	bool seen;

	for (unsigned i = 0; i < p->n_old && v->old < 0; i++)
		if (p->old[i].id == s->id && p->old[i].epoch == s->epoch &&
		    p->old[i].prev == s->prev && is_old(p, &p->old[i], now))
			v->old = (int)i;
	if (v->old >= 0) {
		if (p->old[v->old].draw != s->draw || s->n >= p->old[v->old].n)
			return WAX_ERR_TRUST;
		seen = true;
	} else if (in->begun && in->epoch == s->epoch && in->prev == s->prev) {
		if (in->draw != s->draw)
			return WAX_ERR_TRUST;
		seen = s->n < in->n;
	} else if (s->epoch == (in->begun ? in->epoch + 2 : 1) &&
		   s->prev == (in->begun ? in->draw : 0)) {
		v->next = true;
		return !x->out.begun || x->out.epoch + 1 != s->epoch ||
				       x->out.draw != s->answers ||
				       s->before < (in->begun ? in->n : 0)
			       ? WAX_ERR_TRUST
			       : 0;
	} else {
		return 1;
	}
	if (!seen)
		return 0;
	for (unsigned i = 0; i < p->n_skipped; i++)
		if (p->skipped[i].id == s->id &&
		    p->skipped[i].epoch == s->epoch &&
		    p->skipped[i].n == s->n &&
		    now - p->skipped[i].since <= KEYS_VALID)
			return 0;
	return WAX_ERR_SEEN;
}

struct model_verdict model_judge(const struct model *m, int who, int from,
				 const struct model_stanza *s, int64_t now,
				 enum model_prekey prekey)
{
	const struct model_party *party = &m->party[who];
	const struct model_peer *p = &party->peer[from];
	struct model_verdict v = {.old = -1, .i = find(p, s->id)};
	int sender;

	if (v.i >= 0 && !is_over(m, p, v.i, now)) {
		v.err = judge_in(p, s, now, &v);
		if (v.err <= 0)
			return v;
	}
	v = (struct model_verdict){.old = -1, .i = -1};
	if (!s->hello)
		v.err = WAX_ERR_NO_KEY;
	else if (prekey != PREKEY_GONE &&
		 (party->accepted[s->id] || find(p, s->id) >= 0))
		v.err = WAX_ERR_SEEN;
	else if (prekey != PREKEY_THERE)
		v.err = WAX_ERR_NO_KEY;
	else if (m->begun[s->id].t - now > DAY)
		v.err = WAX_ERR_TRUST;
	sender = model_sender(m, p, now);
	v.renewed = sender >= 0 && p->s[sender].heard;
	return v;
}

static void skip_to(struct model_peer *p, int id, struct model_side *in,
		    uint32_t n, int64_t now)
{
	for (; in->n < n; in->n++) {
		room(p->n_skipped < MODEL_SKIPPED);
		p->skipped[p->n_skipped++] =
			(struct model_skipped){id, in->epoch, in->n, now};
	}
}

static void take_skipped(struct model_peer *p, const struct model_stanza *s)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < p->n_skipped; i++)
		if (p->skipped[i].id != s->id ||
		    p->skipped[i].epoch != s->epoch || p->skipped[i].n != s->n)
			p->skipped[kept++] = p->skipped[i];
	p->n_skipped = kept;
}

/* The session that a hello begins. */
static struct model_session *accept(struct model *m, int who, int from, int id,
				    int64_t now)
{
	struct model_party *party = &m->party[who];
	struct model_peer *p = &party->peer[from];
	struct model_session *s = add(p, id, now);

	s->in.begun = true;
	s->out.epoch = 1;
	p->t = m->begun[id].t > p->t ? m->begun[id].t : p->t;
	party->accepted[id] = true;
	party->spent[id] = m->begun[id].once;
	return s;
}

static void begin_epoch(struct model_peer *p, struct model_session *x,
			const struct model_stanza *s, int64_t now)
{
	struct model_side *in = &x->in;

	if (in->begun) {
		skip_to(p, s->id, in, s->before, now);
		room(p->n_old < MODEL_OLD);
		p->old[p->n_old++] = (struct model_old){
			s->id, in->epoch, in->n, in->draw, in->prev, now};
	}
	*in = (struct model_side){.begun = true,
				  .epoch = s->epoch,
				  .draw = s->draw,
				  .prev = s->prev};
}

void model_commit(struct model *m, int who, int from,
		  const struct model_stanza *s, const struct model_verdict *v,
		  int64_t now)
{
	struct model_peer *p = &m->party[who].peer[from];
	struct model_session *x =
		v->i < 0 ? accept(m, who, from, s->id, now) : &p->s[v->i];

	if (v->i < 0)
		x->in.draw = s->draw;
	if (v->next)
		begin_epoch(p, x, s, now);
	if (v->old >= 0 || s->n < x->in.n) {
		take_skipped(p, s);
	} else {
		skip_to(p, s->id, &x->in, s->n, now);
		x->in.n++;
	}
	x->heard = true;
	x->touched = now;
	model_note(m, who, p);
	model_prune(m, p, now, s->id);
}

void model_note(struct model *m, int who, struct model_peer *p)
{
	for (unsigned i = 0; i < p->n; i++) {
		struct model_session *s = &p->s[i];

		if (!s->noted && m->begun[s->id].once)
			m->party[who].spent[s->id] = true;
		s->noted = true;
	}
}

bool model_noted(const struct model_peer *p)
{
	for (unsigned i = 0; i < p->n; i++)
		if (!p->s[i].noted)
			return false;
	return true;
}
