/* SPDX-License-Identifier: ISC */
/*
 * Reading envelopes: strictly M, data, S, P, each checked before the end is
 * reported.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "crypto/identity.h"
#include "envelope/envelope.h"
#include "envelope/padding.h"
#include "envelope/ratio.h"
#include "envelope/signature.h"
#include "envelope/zstd.h"
#include "stream/reader.h"

struct opening {
	struct wax_source *from;
	struct wax_reader r;
	struct wax_meta meta;
	struct wax_unzstd *z;			 /* NULL: bare bytes */
	uint8_t signer[WAX_ED25519_PUBLIC_SIZE]; /* where one is due */
	bool due;				 /* a signature */
	struct wax_prehash *hash;		 /* until it was checked */
	uint64_t taken;				 /* of the payload */
	uint64_t given;				 /* of the data */
	unsigned threads;
	unsigned max_ratio;
	uint64_t max_size;
	bool any;	       /* there was a frame of data */
	bool inside;	       /* a frame of data */
	bool verified, padded; /* S, P was read */
};

static int bad_envelope(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_FORMAT,
			    "the envelope is malformed or cut short");
}

/* Takes len bytes that were looked at; a signature covers them. */
static int take(struct opening *o, const uint8_t *p, size_t len,
		struct wax_diag *diag)
{
	int err = o->hash ? wax_prehash_add(o->hash, p, len, diag) : 0;

	o->taken += len;
	wax_reader_take(&o->r, len);
	return err;
}

/* As its sender, where it names one. */
static enum wax_signature_kind kind_of(const struct opening *o)
{
	return o->meta.has_sender ? WAX_SIGNATURE_SENDER
				  : WAX_SIGNATURE_SESSION;
}

static int read_meta(struct opening *o, const uint8_t *start,
		     const struct wax_bytes *header, struct wax_diag *diag)
{
	uint32_t text = wax_le32(start + 4);
	size_t got, len;
	uint8_t *frame;
	int err;

	if (text > WAX_META_MAX)
		return bad_envelope(diag);
	len = WAX_FRAME_HEADER_SIZE + text;
	frame = malloc(len);
	if (!frame)
		return wax_no_memory(diag);
	err = wax_reader_read(&o->r, frame, len, &got, diag);
	if (!err && got < len)
		err = bad_envelope(diag);
	if (!err)
		err = wax_meta_parse(&o->meta, frame + WAX_FRAME_HEADER_SIZE,
				     len - WAX_FRAME_HEADER_SIZE, diag);
	if (!err && o->meta.has_sender) {
		o->due = true;
		memcpy(o->signer, o->meta.sender, sizeof(o->signer));
	}
	if (!err && o->due)
		err = wax_signature_begin(kind_of(o), o->signer, header,
					  o->threads, &o->hash, diag);
	if (!err && o->hash)
		err = wax_prehash_add(o->hash, frame, len, diag);
	o->taken = len;
	free(frame);
	return err;
}

/* S: checked against all that was taken before it. */
static int read_signature(struct opening *o, const uint8_t *frame, size_t len,
			  struct wax_diag *diag)
{
	int err;

	if (o->verified || o->padded || !o->hash)
		return bad_envelope(diag);
	err = wax_signature_check(o->hash, kind_of(o), o->signer,
				  frame + WAX_FRAME_HEADER_SIZE,
				  len - WAX_FRAME_HEADER_SIZE, diag);
	wax_prehash_free(o->hash);
	o->hash = NULL;
	o->verified = !err;
	return err ? err : take(o, frame, len, diag);
}

/* P: as many zeros as there must be. */
static int read_padding(struct opening *o, uint32_t len, struct wax_diag *diag)
{
	uint64_t whole = o->taken + WAX_FRAME_HEADER_SIZE;

	if (o->padded || len != wax_padme(whole) - whole)
		return bad_envelope(diag);
	o->padded = true;
	o->taken = whole;
	wax_reader_take(&o->r, WAX_FRAME_HEADER_SIZE);
	while (len) {
		const uint8_t *p;
		size_t n;
		int err = wax_reader_peek(&o->r, 1, &p, &n, diag);

		if (err)
			return err;
		n = n < len ? n : len;
		if (!n || *p || memcmp(p, p + 1, n - 1))
			return bad_envelope(diag);
		wax_reader_take(&o->r, n);
		len -= (uint32_t)n;
	}
	return 0;
}

/* What stands between frames of data: another one, S, P, or the end. */
static int next_frame(struct opening *o, bool *end, struct wax_diag *diag)
{
	const size_t header = WAX_FRAME_HEADER_SIZE;
	const uint8_t *p;
	size_t len;
	int err = wax_reader_peek(&o->r, header + WAX_SIGNATURE_SIZE, &p, &len,
				  diag);

	if (err)
		return err;
	*end = !len && o->any;
	if (*end && o->due && !o->verified)
		return wax_diag_set(diag, WAX_ERR_TRUST,
				    "the signature is missing");
	if (*end)
		return 0;
	if (!o->verified && !o->padded && len >= 4 &&
	    wax_le32(p) == WAX_ZSTD_MAGIC) {
		o->inside = o->any = true;
		return wax_unzstd_begin(p, len, diag);
	}
	if (!o->any)
		return bad_envelope(diag);
	if (len < header || wax_le32(p) != WAX_FRAME_MAGIC)
		return bad_envelope(diag);
	if (!wax_signature_begins(p + header, len - header))
		return read_padding(o, wax_le32(p + 4), diag);
	if (wax_le32(p + 4) != WAX_SIGNATURE_SIZE ||
	    len < header + WAX_SIGNATURE_SIZE)
		return bad_envelope(diag);
	return read_signature(o, p, header + WAX_SIGNATURE_SIZE, diag);
}

/* The size of an archive's files is for who unpacks it to limit. */
static int check_size(const struct opening *o, struct wax_diag *diag)
{
	if (o->max_size && !o->meta.archive && o->given > o->max_size) {
		wax_diag_set(diag, WAX_ERR_FORMAT,
			     "it is larger than %llu bytes",
			     (unsigned long long)o->max_size);
		wax_diag_hint(diag, "--max-size 0 allows it");
		return WAX_ERR_FORMAT;
	}
	return wax_ratio_check(o->given, o->taken, o->max_ratio, diag);
}

static int read_data(struct opening *o, void *buf, size_t len, size_t *got,
		     struct wax_diag *diag)
{
	struct wax_cursor in;
	const uint8_t *p;
	bool ended;
	size_t n;
	int err = wax_reader_peek(&o->r, 1, &p, &n, diag);

	if (err)
		return err;
	in = wax_cursor(p, n);
	err = wax_unzstd_step(o->z, &in, buf, len, got, &ended, diag);
	if (err)
		return err;
	err = take(o, p, n - in.left, diag);
	if (err)
		return err;
	o->inside = !ended;
	o->given += *got;
	return check_size(o, diag);
}

static int opening_read(void *ctx, void *buf, size_t len, size_t *got,
			struct wax_diag *diag)
{
	struct opening *o = ctx;
	bool end = false;
	int err = 0;

	*got = 0;
	while (!err && !*got && !end)
		err = o->inside ? read_data(o, buf, len, got, diag)
				: next_frame(o, &end, diag);
	return err;
}

static void opening_free(void *ctx)
{
	struct opening *o = ctx;

	wax_reader_release(&o->r);
	wax_unzstd_free(o->z);
	wax_prehash_free(o->hash);
	wax_source_free(o->from);
	free(o);
}

/* Of bare bytes, nothing more is to be looked at. */
static int bare_read(void *ctx, void *buf, size_t len, size_t *got,
		     struct wax_diag *diag)
{
	struct opening *o = ctx;

	return wax_reader_some(&o->r, buf, len, got, diag);
}

static int bare_lend(void *ctx, const void **data, size_t *len,
		     struct wax_diag *diag)
{
	struct opening *o = ctx;

	return wax_reader_lend(&o->r, data, len, diag);
}

static const struct wax_source_ops bare_ops = {.read = bare_read,
					       .free = opening_free};
static const struct wax_source_ops lending_ops = {
	.read = bare_read, .free = opening_free, .lend = bare_lend};

static const struct wax_source_ops opening_ops = {.read = opening_read,
						  .free = opening_free};

static int another(const struct wax_meta *meta, struct wax_diag *diag)
{
	char text[WAX_PUBLIC_IDENTITY_SIZE];

	wax_identity_text(meta->sender, text);
	return wax_diag_set(diag, WAX_ERR_TRUST, "it names another sender, %s",
			    text);
}

/* Whether the sender is the one asked for, before anything is believed. */
static int check_sender(const struct wax_meta *meta,
			const struct wax_envelope_limits *wanted,
			struct wax_diag *diag)
{
	if (wanted->signer && meta->has_sender &&
	    memcmp(meta->sender, wanted->signer, sizeof(meta->sender)))
		return another(meta, diag);
	if (!wanted->n_senders)
		return 0;
	if (!meta->has_sender) {
		wax_diag_set(diag, WAX_ERR_TRUST, "it is not signed");
		wax_diag_hint(diag, "ask for one that is; without --from, it "
				    "opens");
		return WAX_ERR_TRUST;
	}
	for (size_t i = 0; i < wanted->n_senders; i++)
		if (!memcmp(meta->sender,
			    wanted->senders + i * sizeof(meta->sender),
			    sizeof(meta->sender)))
			return 0;
	return another(meta, diag);
}

/* Looks how the payload begins. */
static int begin(struct opening *o, const struct wax_bytes *header,
		 struct wax_diag *diag)
{
	const uint8_t *p;
	size_t len;
	int err = wax_reader_peek(&o->r, WAX_META_PREFIX, &p, &len, diag);

	if (err)
		return err;
	if (!wax_meta_begins(p, len))
		return o->due ? wax_diag_set(diag, WAX_ERR_TRUST,
					     "the signature is missing")
			      : 0;
	err = wax_unzstd_new(&o->z, diag);
	return err ? err : read_meta(o, p, header, diag);
}

static void tell(const struct opening *o, struct wax_contents *out)
{
	*out = (struct wax_contents){.enveloped = o->z,
				     .archive = o->meta.archive};
	memcpy(out->name, o->meta.name, sizeof(out->name));
	if (o->meta.has_sender)
		wax_identity_text(o->meta.sender, out->sender);
}

int wax_envelope_source(const struct wax_bytes *header,
			const struct wax_envelope_limits *limits,
			struct wax_source **source, struct wax_contents *out,
			struct wax_diag *diag)
{
	const struct wax_source_ops *ops = &opening_ops;
	struct opening *o = calloc(1, sizeof(*o));
	int err;

	if (!o)
		return wax_no_memory(diag);
	o->threads = limits->threads;
	o->max_ratio = limits->max_ratio;
	o->max_size = limits->max_size;
	o->due = limits->signer;
	if (o->due)
		memcpy(o->signer, limits->signer, sizeof(o->signer));
	err = wax_reader_init(&o->r, *source, diag);
	if (!err)
		err = begin(o, header, diag);
	if (!err)
		err = check_sender(&o->meta, limits, diag);
	if (err) {
		opening_free(o);
		return err;
	}
	tell(o, out);
	if (!o->z)
		ops = wax_source_lends(*source) ? &lending_ops : &bare_ops;
	return wax_source_wrap(ops, o, &o->from, source, diag);
}
