/* SPDX-License-Identifier: ISC */
/*
 * STREAM, both ways: bytes to batches and back, in order.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "age/flow.h"
#include "age/payload.h"
#include "base/error.h"

static int engine_failed(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_IO, "libcrypto failed");
}

struct sealing {
	struct wax_flow f;
	struct wax_bytes head; /* header and nonce, until they are written */
	struct wax_sink *to;
	struct wax_batch *now; /* that is being filled */
};

/* Writes what stands before the chunks, once. */
static int write_head(struct sealing *s, struct wax_diag *diag)
{
	int err = wax_sink_write(s->to, s->head.data, s->head.len, diag);

	wax_bytes_release(&s->head);
	return err;
}

/* Writes what is done; waits for as much as it takes to go on, or for all. */
static int emit(struct sealing *s, bool all, struct wax_diag *diag)
{
	struct wax_crew *c = s->f.crew;
	struct wax_batch *b;
	int err = 0;

	while (!err && (b = wax_crew_oldest(c, all))) {
		err = b->end == WAX_BATCH_FAILED
			      ? engine_failed(diag)
			      : wax_sink_write(s->to, b->sealed, b->out, diag);
		wax_crew_drop(c);
	}
	return err;
}

/* Hands over the first chunks of the batch; the others begin the next. */
static int hand_over(struct sealing *s, size_t chunks, struct wax_diag *diag)
{
	struct wax_batch *b = s->now;
	size_t n = chunks * WAX_CHUNK_SIZE;
	size_t rest = b->len > n ? b->len - n : 0;

	b->len -= rest;
	wax_flow_put(&s->f, chunks);
	s->now = wax_flow_next(&s->f);
	s->now->len = 0;
	assert(rest <= WAX_CHUNK_SIZE);
	if (rest)
		memcpy(s->now->sealed, wax_batch_at(b, n), rest);
	wax_batch_fill(s->now, rest);
	return emit(s, false, diag);
}

/* The first write: from here on there is a batch. */
static int begin(struct sealing *s, struct wax_diag *diag)
{
	s->now = wax_flow_next(&s->f);
	return write_head(s, diag);
}

/* A full batch waits for more, for its last chunk may be the payload's. */
static int sealing_write(void *ctx, const void *data, size_t len,
			 struct wax_diag *diag)
{
	struct sealing *s = ctx;
	const uint8_t *p = data;
	int err = s->now ? 0 : begin(s, diag);

	while (len && !err) {
		size_t n = WAX_CHUNK_SIZE - s->now->len % WAX_CHUNK_SIZE;
		uint8_t *at = wax_batch_at(s->now, s->now->len);

		if (s->now->len == WAX_BATCH_PLAIN) {
			err = hand_over(s, WAX_BATCH_CHUNKS, diag);
			continue;
		}
		n = n < len ? n : len;
		if (at != p)
			memcpy(at, p, n);
		wax_batch_fill(s->now, n);
		p += n;
		len -= n;
	}
	return err;
}

static void *sealing_room(void *ctx, size_t *len)
{
	struct sealing *s = ctx;

	if (!s->now || s->now->len == WAX_BATCH_PLAIN)
		return NULL;
	*len = WAX_CHUNK_SIZE - s->now->len % WAX_CHUNK_SIZE;
	return wax_batch_at(s->now, s->now->len);
}

static int sealing_flush(void *ctx, struct wax_diag *diag)
{
	struct sealing *s = ctx;
	size_t chunks =
		s->now && s->now->len ? (s->now->len - 1) / WAX_CHUNK_SIZE : 0;
	int err = chunks ? hand_over(s, chunks, diag) : 0;

	return err ? err : emit(s, true, diag);
}

static int sealing_finish(void *ctx, struct wax_diag *diag)
{
	struct sealing *s = ctx;
	int err = s->now ? 0 : begin(s, diag);

	if (err)
		return err;
	s->now->last = true;
	wax_flow_put(&s->f, s->now->len / WAX_CHUNK_SIZE + 1);
	err = emit(s, true, diag);
	return err ? err : wax_sink_finish(s->to, diag);
}

static void sealing_free(void *ctx)
{
	struct sealing *s = ctx;

	wax_flow_release(&s->f);
	wax_bytes_release(&s->head);
	wax_sink_free(s->to);
	free(s);
}

static const struct wax_sink_ops sealing_ops = {.write = sealing_write,
						.finish = sealing_finish,
						.free = sealing_free,
						.room = sealing_room,
						.flush = sealing_flush};

int wax_payload_sink(const uint8_t file_key[WAX_FILE_KEY_SIZE],
		     unsigned threads, struct wax_bytes *header,
		     struct wax_sink **sink, struct wax_diag *diag)
{
	uint8_t nonce[WAX_PAYLOAD_NONCE_SIZE];
	struct sealing *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return wax_no_memory(diag);
	s->head = *header;
	*header = (struct wax_bytes){0};
	wax_random(nonce, sizeof(nonce));
	err = wax_bytes_add(&s->head, nonce, sizeof(nonce), diag);
	if (!err)
		err = wax_flow_init(&s->f, false, file_key, nonce, threads,
				    diag);
	if (err) {
		sealing_free(s);
		return err;
	}
	return wax_sink_wrap(&sealing_ops, s, &s->to, sink, diag);
}

struct opening {
	struct wax_flow f;
	struct wax_reader *from;
	struct wax_batch *now; /* that is handed out; NULL: none */
	size_t at;	       /* what of it was */
	bool ended;	       /* there is nothing more to be read */
	int err;	       /* why, where it was not the end */
	struct wax_diag diag;
};

static int cut_short(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_FORMAT, "the payload is cut short");
}

/*
 * Reads until the batch is full. False when reading would have to wait, for
 * what is there already must not.
 */
static bool fill(struct opening *o, struct wax_batch *b)
{
	while (b->len < WAX_BATCH_SEALED && !o->ended) {
		bool any = b->len >= WAX_SEALED_CHUNK_SIZE ||
			   !wax_crew_idle(o->f.crew);
		size_t got;

		if (any && !wax_reader_ready(o->from))
			return false;
		o->err = wax_reader_some(o->from, b->sealed + b->len,
					 WAX_BATCH_SEALED - b->len, &got,
					 &o->diag);
		o->ended = o->err || !got;
		if (!o->ended)
			wax_batch_fill(b, got);
	}
	return true;
}

/* Hands over the chunks that are whole, and at the end what is left of one. */
static void feed(struct opening *o, struct wax_batch *b)
{
	size_t chunks = b->len / WAX_SEALED_CHUNK_SIZE;
	size_t rest = b->len % WAX_SEALED_CHUNK_SIZE;
	struct wax_batch *next;

	if (o->ended && !o->err && rest) {
		chunks++;
		rest = 0;
	}
	if (!chunks)
		return;
	b->len -= rest;
	wax_flow_put(&o->f, chunks);
	next = wax_flow_next(&o->f);
	next->len = 0;
	memcpy(next->sealed, b->sealed + b->len, rest);
	wax_batch_fill(next, rest);
}

/* The next batch that is opened; reading goes on meanwhile. */
static int next_batch(struct opening *o, struct wax_diag *diag)
{
	struct wax_crew *c = o->f.crew;

	o->at = 0;
	while (!o->now) {
		bool waits = false;

		if (!o->ended && !wax_crew_full(c)) {
			struct wax_batch *b = wax_flow_next(&o->f);

			waits = !fill(o, b);
			feed(o, b);
		}
		o->now = wax_crew_oldest(c, o->ended || waits);
		if (!o->now && o->ended) {
			if (o->err && diag)
				*diag = o->diag;
			return o->err ? o->err : cut_short(diag);
		}
	}
	return 0;
}

/* After the last chunk: what was read beyond it, or can be. */
static int expect_end(struct opening *o, size_t rest, struct wax_diag *diag)
{
	struct wax_batch *next = wax_flow_next(&o->f);
	const uint8_t *data;
	size_t len = 0;

	if (!rest && wax_crew_idle(o->f.crew) && !next->len) {
		if (o->err && diag)
			*diag = o->diag;
		if (o->ended)
			return o->err;
		o->err = wax_reader_peek(o->from, 1, &data, &len, diag);
		if (o->err || !len)
			return o->err;
	}
	return wax_diag_set(diag, WAX_ERR_FORMAT,
			    "something follows the payload");
}

/* Everything of the batch was handed out: *end when there can be no other. */
static int leave_batch(struct opening *o, bool *end, struct wax_diag *diag)
{
	enum wax_batch_end how = o->now->end;
	size_t rest = o->now->rest;

	o->now = NULL;
	wax_crew_drop(o->f.crew);
	switch (how) {
	case WAX_BATCH_LAST:
		*end = true;
		return expect_end(o, rest, diag);
	case WAX_BATCH_CUT:
		return cut_short(diag);
	case WAX_BATCH_BAD:
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the payload is damaged or cut short");
	case WAX_BATCH_FAILED:
		return engine_failed(diag);
	default:
		return 0;
	}
}

static int opening_lend(void *ctx, const void **data, size_t *len,
			struct wax_diag *diag)
{
	struct opening *o = ctx;
	bool end = false;
	int err = 0;

	*len = 0;
	while (!err && !end && (!o->now || o->at == o->now->out))
		err = o->now ? leave_batch(o, &end, diag) : next_batch(o, diag);
	if (err || end)
		return err;
	*data = wax_batch_opened(o->now, o->at);
	*len = WAX_CHUNK_SIZE - o->at % WAX_CHUNK_SIZE;
	if (*len > o->now->out - o->at)
		*len = o->now->out - o->at;
	o->at += *len;
	return 0;
}

static int opening_read(void *ctx, void *buf, size_t len, size_t *got,
			struct wax_diag *diag)
{
	struct opening *o = ctx;
	const void *data;
	size_t all;
	int err = opening_lend(o, &data, &all, diag);

	if (err || !all) {
		*got = 0;
		return err;
	}
	*got = all < len ? all : len;
	memcpy(buf, data, *got);
	o->at -= all - *got;
	return 0;
}

static void opening_free(void *ctx)
{
	struct opening *o = ctx;

	wax_flow_release(&o->f);
	free(o);
}

static const struct wax_source_ops opening_ops = {
	.read = opening_read, .free = opening_free, .lend = opening_lend};

int wax_payload_source(const uint8_t file_key[WAX_FILE_KEY_SIZE],
		       unsigned threads, struct wax_reader *from,
		       struct wax_source **out, struct wax_diag *diag)
{
	uint8_t nonce[WAX_PAYLOAD_NONCE_SIZE];
	struct opening *o;
	size_t len;
	int err = wax_reader_read(from, nonce, sizeof(nonce), &len, diag);

	if (err)
		return err;
	if (len < sizeof(nonce))
		return cut_short(diag);
	o = calloc(1, sizeof(*o));
	if (!o)
		return wax_no_memory(diag);
	o->from = from;
	err = wax_flow_init(&o->f, true, file_key, nonce, threads, diag);
	if (err) {
		opening_free(o);
		return err;
	}
	return wax_source_new(&opening_ops, o, out, diag);
}

bool wax_payload_measure(uint64_t size, uint64_t *plaintext)
{
	uint64_t sealed = size - WAX_PAYLOAD_NONCE_SIZE;
	uint64_t chunks =
		(sealed + WAX_SEALED_CHUNK_SIZE - 1) / WAX_SEALED_CHUNK_SIZE;

	/* Each chunk has a tag, and only the first may have nothing more. */
	if (size < WAX_PAYLOAD_NONCE_SIZE + WAX_TAG_SIZE ||
	    sealed - (chunks - 1) * WAX_SEALED_CHUNK_SIZE <
		    WAX_TAG_SIZE + (chunks > 1 ? 1 : 0))
		return false;
	*plaintext = sealed - chunks * WAX_TAG_SIZE;
	return true;
}
