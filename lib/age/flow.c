/* SPDX-License-Identifier: ISC */
/*
 * The ring of batches.
 */
#include <stdlib.h>

#include <wax/secret.h>

#include "age/flow.h"
#include "base/error.h"

/* Batches before threads are worth their start, and libcrypto its loading. */
#define ALONE 4
#define LIBSODIUM 16

static int make_batches(struct wax_flow *f, bool opens, struct wax_diag *diag)
{
	size_t size = WAX_BATCH_SEALED + (opens ? WAX_BATCH_PLAIN : 0);

	f->room = malloc(f->n * size);
	f->batches = calloc(f->n, sizeof(*f->batches));
	if (!f->room || !f->batches)
		return wax_no_memory(diag);
	for (size_t i = 0; i < f->n; i++) {
		struct wax_batch *b = &f->batches[i];

		b->key = wax_secret_bytes(f->key);
		b->sealed = f->room + i * size;
		b->plain = opens ? b->sealed + WAX_BATCH_SEALED : NULL;
	}
	return 0;
}

int wax_flow_init(struct wax_flow *f, bool opens,
		  const uint8_t file_key[WAX_FILE_KEY_SIZE],
		  const uint8_t nonce[WAX_PAYLOAD_NONCE_SIZE], unsigned threads,
		  struct wax_diag *diag)
{
	int err;

	threads = wax_crew_size(threads);
	*f = (struct wax_flow){.n = wax_crew_jobs(threads)};
	err = wax_secret_new(WAX_KEY_SIZE, &f->key, diag);
	if (err)
		return err;
	wax_hkdf(nonce, WAX_PAYLOAD_NONCE_SIZE, file_key, WAX_FILE_KEY_SIZE,
		 "payload", 7, wax_secret_bytes(f->key), WAX_KEY_SIZE);
	err = make_batches(f, opens, diag);
	return err ? err
		   : wax_crew_new(opens ? wax_batch_open : wax_batch_seal,
				  f->batches, sizeof(*f->batches), f->n,
				  threads, ALONE, &f->crew, diag);
}

void wax_flow_release(struct wax_flow *f)
{
	wax_crew_free(f->crew);
	for (size_t i = 0; f->batches && i < f->n; i++)
		wax_batch_release(&f->batches[i]);
	free(f->batches);
	free(f->room);
	wax_secret_free(f->key);
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
