/* SPDX-License-Identifier: ISC */
/*
 * STREAM, both ways, a chunk at a time.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <wax/secret.h>

#include "age/payload.h"
#include "base/error.h"
#include "base/secret.h"

#define LAST (WAX_NONCE_SIZE - 1) /* the nonce's byte that marks the last */

/* What both directions share. */
struct chunks {
	struct wax_secret *key;
	uint8_t nonce[WAX_NONCE_SIZE]; /* of the next chunk */
	uint8_t buf[WAX_SEALED_CHUNK_SIZE];
	size_t len;
	size_t used; /* how much of a chunk's plaintext was ever there */
};

static int chunks_init(struct chunks *c,
		       const uint8_t file_key[WAX_FILE_KEY_SIZE],
		       const uint8_t nonce[WAX_PAYLOAD_NONCE_SIZE],
		       struct wax_diag *diag)
{
	int err = wax_secret_new(WAX_KEY_SIZE, &c->key, diag);

	if (err)
		return err;
	wax_hkdf(nonce, WAX_PAYLOAD_NONCE_SIZE, file_key, WAX_FILE_KEY_SIZE,
		 "payload", 7, wax_secret_bytes(c->key), WAX_KEY_SIZE);
	return 0;
}

static void chunks_release(struct chunks *c)
{
	wax_secret_free(c->key);
	wax_wipe(c->buf, c->used);
}

static void next_nonce(struct chunks *c)
{
	for (size_t i = LAST; i-- > 0;)
		if (++c->nonce[i])
			break;
}

struct sealing {
	struct chunks c;
	struct wax_bytes head; /* header and nonce, until they are written */
	struct wax_sink *to;
};

/* Writes what stands before the chunks, once. */
static int write_head(struct sealing *s, struct wax_diag *diag)
{
	int err = wax_sink_write(s->to, s->head.data, s->head.len, diag);

	wax_bytes_release(&s->head);
	return err;
}

static int write_chunk(struct sealing *s, struct wax_diag *diag)
{
	size_t len = s->c.len;

	wax_aead_seal(wax_secret_bytes(s->c.key), s->c.nonce, NULL, 0, s->c.buf,
		      len, s->c.buf);
	next_nonce(&s->c);
	s->c.len = 0;
	return wax_sink_write(s->to, s->c.buf, len + WAX_TAG_SIZE, diag);
}

/* A full chunk waits for more, for it may be the last. */
static int sealing_write(void *ctx, const void *data, size_t len,
			 struct wax_diag *diag)
{
	struct sealing *s = ctx;
	const uint8_t *p = data;
	int err = write_head(s, diag);

	while (len && !err) {
		size_t n = WAX_CHUNK_SIZE - s->c.len;

		if (!n) {
			err = write_chunk(s, diag);
			continue;
		}
		n = n < len ? n : len;
		memcpy(s->c.buf + s->c.len, p, n);
		s->c.len += n;
		s->c.used = s->c.len > s->c.used ? s->c.len : s->c.used;
		p += n;
		len -= n;
	}
	return err;
}

static int sealing_finish(void *ctx, struct wax_diag *diag)
{
	struct sealing *s = ctx;
	int err = write_head(s, diag);

	if (err)
		return err;
	s->c.nonce[LAST] = 1;
	err = write_chunk(s, diag);
	return err ? err : wax_sink_finish(s->to, diag);
}

static void sealing_free(void *ctx)
{
	struct sealing *s = ctx;

	chunks_release(&s->c);
	wax_bytes_release(&s->head);
	wax_sink_free(s->to);
	free(s);
}

static const struct wax_sink_ops sealing_ops = {sealing_write, sealing_finish,
						sealing_free};

int wax_payload_sink(const uint8_t file_key[WAX_FILE_KEY_SIZE],
		     struct wax_bytes *header, struct wax_sink **sink,
		     struct wax_diag *diag)
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
		err = chunks_init(&s->c, file_key, nonce, diag);
	if (err) {
		sealing_free(s);
		return err;
	}
	return wax_sink_wrap(&sealing_ops, s, &s->to, sink, diag);
}

struct opening {
	struct chunks c;
	struct wax_reader *from;
	size_t at;  /* what of plain was handed out */
	bool first; /* no chunk was opened yet */
	bool last;  /* the last one was */
	/* Apart from the sealed bytes, for they may be tried a second time. */
	uint8_t plain[WAX_CHUNK_SIZE];
};

/*
 * A full chunk is tried as one of many first, then as the last: this decides
 * how much is handed out of a payload that breaks off.
 */
static bool open_chunk(struct opening *o, size_t len)
{
	const uint8_t *key = wax_secret_bytes(o->c.key);

	if (len == WAX_SEALED_CHUNK_SIZE &&
	    wax_aead_open(key, o->c.nonce, NULL, 0, o->c.buf, len, o->plain))
		return true;
	o->c.nonce[LAST] = 1;
	o->last = true;
	return wax_aead_open(key, o->c.nonce, NULL, 0, o->c.buf, len, o->plain);
}

static int read_chunk(struct opening *o, struct wax_diag *diag)
{
	size_t len;
	int err = wax_reader_read(o->from, o->c.buf, WAX_SEALED_CHUNK_SIZE,
				  &len, diag);

	if (err)
		return err;
	if (len < WAX_TAG_SIZE || (len == WAX_TAG_SIZE && !o->first))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the payload is cut short");
	if (!open_chunk(o, len))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the payload is damaged or cut short");
	next_nonce(&o->c);
	o->first = false;
	o->c.len = len - WAX_TAG_SIZE;
	o->c.used = o->c.len > o->c.used ? o->c.len : o->c.used;
	o->at = 0;
	return 0;
}

static int expect_end(struct opening *o, struct wax_diag *diag)
{
	const uint8_t *data;
	size_t len;
	int err = wax_reader_peek(o->from, 1, &data, &len, diag);

	if (!err && len)
		err = wax_diag_set(diag, WAX_ERR_FORMAT,
				   "something follows the payload");
	return err;
}

static int opening_read(void *ctx, void *buf, size_t len, size_t *got,
			struct wax_diag *diag)
{
	struct opening *o = ctx;

	if (o->at == o->c.len && !o->last) {
		int err = read_chunk(o, diag);

		if (err)
			return err;
	}
	*got = o->c.len - o->at < len ? o->c.len - o->at : len;
	memcpy(buf, o->plain + o->at, *got);
	o->at += *got;
	return *got ? 0 : expect_end(o, diag);
}

static void opening_free(void *ctx)
{
	struct opening *o = ctx;

	wax_wipe(o->plain, o->c.used);
	chunks_release(&o->c);
	free(o);
}

static const struct wax_source_ops opening_ops = {opening_read, opening_free};

int wax_payload_source(const uint8_t file_key[WAX_FILE_KEY_SIZE],
		       struct wax_reader *from, struct wax_source **out,
		       struct wax_diag *diag)
{
	uint8_t nonce[WAX_PAYLOAD_NONCE_SIZE];
	struct opening *o;
	size_t len;
	int err = wax_reader_read(from, nonce, sizeof(nonce), &len, diag);

	if (err)
		return err;
	if (len < sizeof(nonce))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the payload is cut short");
	o = calloc(1, sizeof(*o));
	if (!o)
		return wax_no_memory(diag);
	o->from = from;
	o->first = true;
	err = chunks_init(&o->c, file_key, nonce, diag);
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
