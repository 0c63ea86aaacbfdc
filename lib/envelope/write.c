/* SPDX-License-Identifier: ISC */
/*
 * Writing envelopes. The data pass through the zstd sink into the enclosing
 * one, which knows every byte of the payload: it writes M before the first and
 * S and P behind the last.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "envelope/envelope.h"
#include "envelope/padding.h"
#include "envelope/signature.h"
#include "envelope/zstd.h"

struct enclosing {
	struct wax_sink *to;
	struct wax_bytes head; /* M, until it is written */
	uint64_t len;	       /* of the payload so far */
	bool pad;
	enum wax_signature_kind kind;
	struct wax_secret *signer;
	struct wax_prehash *hash; /* NULL where nothing is signed */
};

static int put(struct enclosing *e, const void *data, size_t len,
	       struct wax_diag *diag)
{
	e->len += len;
	return wax_sink_write(e->to, data, len, diag);
}

static int put_signed(struct enclosing *e, const void *data, size_t len,
		      struct wax_diag *diag)
{
	int err = e->hash ? wax_prehash_add(e->hash, data, len, diag) : 0;

	return err ? err : put(e, data, len, diag);
}

static int put_head(struct enclosing *e, struct wax_diag *diag)
{
	int err = put_signed(e, e->head.data, e->head.len, diag);

	wax_bytes_release(&e->head);
	return err;
}

static int enclosing_write(void *ctx, const void *data, size_t len,
			   struct wax_diag *diag)
{
	int err = put_head(ctx, diag);

	return err ? err : put_signed(ctx, data, len, diag);
}

static int enclosing_flush(void *ctx, struct wax_diag *diag)
{
	struct enclosing *e = ctx;

	return wax_sink_flush(e->to, diag);
}

static int put_signature(struct enclosing *e, struct wax_diag *diag)
{
	uint8_t frame[WAX_SIGNATURE_FRAME_SIZE];

	wax_signature_write(e->hash, e->kind, wax_secret_bytes(e->signer),
			    frame);
	return put(e, frame, sizeof(frame), diag);
}

static int put_padding(struct enclosing *e, struct wax_diag *diag)
{
	static const uint8_t zeros[4096];
	uint64_t whole = e->len + WAX_FRAME_HEADER_SIZE;
	uint64_t left = wax_padme(whole) - whole;
	uint8_t header[WAX_FRAME_HEADER_SIZE];
	int err;

	if (left > UINT32_MAX)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "this is too large to be padded");
	wax_frame_header(header, (uint32_t)left);
	err = put(e, header, sizeof(header), diag);
	while (left && !err) {
		size_t n = left < sizeof(zeros) ? (size_t)left : sizeof(zeros);

		err = put(e, zeros, n, diag);
		left -= n;
	}
	return err;
}

static int enclosing_finish(void *ctx, struct wax_diag *diag)
{
	struct enclosing *e = ctx;
	int err = put_head(e, diag);

	if (!err && e->hash)
		err = put_signature(e, diag);
	if (!err && e->pad)
		err = put_padding(e, diag);
	return err ? err : wax_sink_finish(e->to, diag);
}

static void enclosing_free(void *ctx)
{
	struct enclosing *e = ctx;

	wax_bytes_release(&e->head);
	wax_prehash_free(e->hash);
	wax_secret_free(e->signer);
	wax_sink_free(e->to);
	free(e);
}

static const struct wax_sink_ops enclosing_ops = {.write = enclosing_write,
						  .finish = enclosing_finish,
						  .free = enclosing_free,
						  .flush = enclosing_flush};

void wax_envelope_release(struct wax_envelope *e)
{
	wax_prehash_free(e->hash);
	wax_secret_free(e->signer);
	*e = (struct wax_envelope){0};
}

static enum wax_signature_kind kind_of(const struct wax_envelope *e)
{
	return e->session ? WAX_SIGNATURE_SESSION : WAX_SIGNATURE_SENDER;
}

int wax_envelope_begin(struct wax_envelope *e, const struct wax_bytes *header,
		       struct wax_diag *diag)
{
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];

	if (!e->signer)
		return 0;
	wax_ed25519_secret_public(key, wax_secret_bytes(e->signer));
	e->meta.has_sender = !e->session;
	if (!e->session)
		memcpy(e->meta.sender, key, sizeof(key));
	return wax_signature_begin(kind_of(e), key, header, e->threads,
				   &e->hash, diag);
}

int wax_envelope_sink(struct wax_envelope *e, struct wax_sink **sink,
		      struct wax_diag *diag)
{
	struct enclosing *x = calloc(1, sizeof(*x));
	int err;

	assert(!e->signer == !e->hash);
	if (!x)
		return wax_no_memory(diag);
	x->pad = e->pad;
	x->kind = kind_of(e);
	x->signer = e->signer;
	x->hash = e->hash;
	e->signer = NULL;
	e->hash = NULL;
	err = wax_meta_write(&e->meta, &x->head, diag);
	if (err) {
		enclosing_free(x);
		return err;
	}
	err = wax_sink_wrap(&enclosing_ops, x, &x->to, sink, diag);
	return err ? err
		   : wax_zstd_sink(e->level, false, e->threads, sink, diag);
}

/* Bare bytes, of which the first are waited for. */
struct bare {
	struct wax_sink *to;
	bool decided;
	size_t len;
	uint8_t first[WAX_META_PREFIX];
};

static int decide(struct bare *b, struct wax_diag *diag)
{
	struct wax_envelope plain = {0};
	int err = 0;

	b->decided = true;
	if (wax_meta_begins(b->first, b->len))
		err = wax_envelope_sink(&plain, &b->to, diag);
	return err ? err : wax_sink_write(b->to, b->first, b->len, diag);
}

static int bare_write(void *ctx, const void *data, size_t len,
		      struct wax_diag *diag)
{
	struct bare *b = ctx;
	const uint8_t *p = data;

	if (!b->decided) {
		size_t n = sizeof(b->first) - b->len;
		int err;

		n = n < len ? n : len;
		memcpy(b->first + b->len, p, n);
		b->len += n;
		p += n;
		len -= n;
		if (b->len < sizeof(b->first))
			return 0;
		err = decide(b, diag);
		if (err)
			return err;
	}
	return wax_sink_write(b->to, p, len, diag);
}

static void *bare_room(void *ctx, size_t *len)
{
	struct bare *b = ctx;

	return b->decided ? wax_sink_room(b->to, len) : NULL;
}

static int bare_flush(void *ctx, struct wax_diag *diag)
{
	struct bare *b = ctx;

	return b->decided ? wax_sink_flush(b->to, diag) : 0;
}

static int bare_finish(void *ctx, struct wax_diag *diag)
{
	struct bare *b = ctx;
	int err = b->decided ? 0 : decide(b, diag);

	return err ? err : wax_sink_finish(b->to, diag);
}

static void bare_free(void *ctx)
{
	struct bare *b = ctx;

	wax_sink_free(b->to);
	wax_wipe(b, sizeof(*b));
	free(b);
}

static const struct wax_sink_ops bare_ops = {.write = bare_write,
					     .finish = bare_finish,
					     .free = bare_free,
					     .room = bare_room,
					     .flush = bare_flush};

int wax_bare_sink(struct wax_sink **sink, struct wax_diag *diag)
{
	struct bare *b = calloc(1, sizeof(*b));

	if (!b)
		return wax_no_memory(diag);
	return wax_sink_wrap(&bare_ops, b, &b->to, sink, diag);
}
