/* SPDX-License-Identifier: ISC */
/*
 * Opening and sealing whole age files.
 */
#include <stdlib.h>

#include <wax/secret.h>

#include "age/age.h"
#include "age/armor.h"
#include "age/input.h"
#include "age/kinds.h"
#include "age/payload.h"
#include "base/error.h"

struct opened {
	struct wax_source *from;
	struct wax_input *in;
	struct wax_source *payload;
};

static int opened_read(void *ctx, void *buf, size_t len, size_t *got,
		       struct wax_diag *diag)
{
	struct opened *o = ctx;

	return wax_source_read(o->payload, buf, len, got, diag);
}

static int opened_lend(void *ctx, const void **data, size_t *len,
		       struct wax_diag *diag)
{
	struct opened *o = ctx;

	return wax_source_lend(o->payload, data, len, diag);
}

static void opened_free(void *ctx)
{
	struct opened *o = ctx;

	wax_source_free(o->payload);
	wax_input_free(o->in);
	wax_source_free(o->from);
	free(o);
}

static const struct wax_source_ops opened_ops = {
	.read = opened_read, .free = opened_free, .lend = opened_lend};

/* A passphrase stands alone: a second way in would make it pointless. */
static int check_stanzas(const struct wax_header *h, struct wax_diag *diag)
{
	for (size_t i = 0; i < wax_header_count(h); i++) {
		struct wax_stanza s = wax_header_stanza(h, i);

		if (!wax_stanza_is(&s, WAX_SCRYPT))
			continue;
		if (wax_header_count(h) > 1)
			return wax_diag_set(diag, WAX_ERR_FORMAT,
					    "the header has a passphrase "
					    "beside another recipient");
		return wax_scrypt_check(&s, diag);
	}
	return 0;
}

static int find_key(const struct wax_header *h, wax_unwrap_fn *unwrap,
		    void *ctx, uint8_t key[WAX_FILE_KEY_SIZE],
		    struct wax_diag *diag)
{
	int err = check_stanzas(h, diag);

	if (!err)
		err = unwrap(ctx, h, key, diag);
	if (err || wax_header_verify(h, key))
		return err;
	return wax_diag_set(diag, WAX_ERR_FORMAT,
			    "the header was changed after it was sealed");
}

/* Reads the header and makes the payload's source. */
static int open_payload(struct opened *o, wax_unwrap_fn *unwrap, void *ctx,
			struct wax_bytes *text, unsigned threads,
			struct wax_diag *diag)
{
	struct wax_header h = {0};
	struct wax_secret *key = NULL;
	int err = wax_secret_new(WAX_FILE_KEY_SIZE, &key, diag);

	if (!err)
		err = wax_header_read(&h, o->in->r, diag);
	if (!err) {
		err = find_key(&h, unwrap, ctx, wax_secret_bytes(key), diag);
		if (err == WAX_ERR_FORMAT && o->in->armor)
			wax_diag_hint(diag, "wax-extract tells if a line is "
					    "missing or doubled");
	}
	if (!err)
		err = wax_payload_source(wax_secret_bytes(key), threads,
					 o->in->r, &o->payload, diag);
	if (!err && text) {
		*text = h.text;
		h.text = (struct wax_bytes){0};
	}
	wax_secret_free(key);
	wax_header_release(&h);
	return err;
}

int wax_age_open(wax_unwrap_fn *unwrap, void *ctx, struct wax_bytes *text,
		 unsigned threads, struct wax_source **source,
		 struct wax_diag *diag)
{
	struct opened *o = calloc(1, sizeof(*o));
	int err;

	if (!o)
		return wax_no_memory(diag);
	err = wax_input_new(*source, &o->in, diag);
	if (!err)
		err = open_payload(o, unwrap, ctx, text, threads, diag);
	if (err) {
		opened_free(o);
		return err;
	}
	return wax_source_wrap(&opened_ops, o, &o->from, source, diag);
}

int wax_age_seal(struct wax_header *header,
		 const uint8_t file_key[WAX_FILE_KEY_SIZE], bool armored,
		 unsigned threads, struct wax_sink **sink,
		 struct wax_diag *diag)
{
	int err = armored ? wax_armor_sink(sink, diag) : 0;

	return err ? err
		   : wax_payload_sink(file_key, threads, &header->text, sink,
				      diag);
}
