/* SPDX-License-Identifier: ISC */
/*
 * The ring of batches.
 */
#include <stdlib.h>

#include <wax/secret.h>

#include "age/flow.h"
#include "base/error.h"

/* Batches before threads are worth their start, and libcrypto its loading. */
#define ALONE 2
#define LIBSODIUM 8

int wax_flow_init(struct wax_flow *f, bool opens,
		  const uint8_t file_key[WAX_FILE_KEY_SIZE],
		  const uint8_t nonce[WAX_PAYLOAD_NONCE_SIZE], unsigned threads,
		  struct wax_diag *diag)
{
	int err;

	threads = wax_crew_size(threads);
	*f = (struct wax_flow){.opens = opens, .n = wax_crew_jobs(threads)};
	f->batches = calloc(f->n, sizeof(*f->batches));
	if (!f->batches)
		return wax_no_memory(diag);
	err = wax_secret_new(WAX_KEY_SIZE, &f->key, diag);
	if (err)
		return err;
	wax_hkdf(nonce, WAX_PAYLOAD_NONCE_SIZE, file_key, WAX_FILE_KEY_SIZE,
		 "payload", 7, wax_secret_bytes(f->key), WAX_KEY_SIZE);
	return wax_crew_new(opens ? wax_batch_open : wax_batch_seal, f->batches,
			    sizeof(*f->batches), f->n, threads, ALONE, &f->crew,
			    diag);
}

void wax_flow_release(struct wax_flow *f)
{
	wax_crew_free(f->crew);
	for (size_t i = 0; f->batches && i < f->n; i++)
		wax_batch_release(&f->batches[i]);
	free(f->batches);
	wax_secret_free(f->key);
}

struct wax_batch *wax_flow_next(struct wax_flow *f, struct wax_diag *diag)
{
	struct wax_batch *b = wax_crew_next(f->crew);

	if (!b->sealed &&
	    wax_batch_init(b, wax_secret_bytes(f->key), f->opens, diag)) {
		wax_batch_release(b);
		return NULL;
	}
	return b;
}

void wax_flow_put(struct wax_flow *f, size_t chunks)
{
	struct wax_batch *b = wax_crew_next(f->crew);

	if (f->count >= LIBSODIUM * WAX_BATCH_CHUNKS && !b->bulk && !f->plain) {
		b->bulk = wax_bulk_new(b->key);
		f->plain = !b->bulk;
	}
	b->first = f->count;
	f->count += chunks;
	wax_crew_put(f->crew);
}
