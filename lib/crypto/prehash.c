/* SPDX-License-Identifier: ISC */
/*
 * What a signature covers. Hashing takes longer than everything else that
 * happens to the data, so that a crew does it, a piece of a MiB each.
 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/error.h"
#include "base/secret.h"
#include "crypto/bulk.h"
#include "crypto/crypto.h"
#include "sys/crew.h"

/* Pieces before threads are worth their start. */
#define ALONE 1

struct piece {
	uint8_t *data;
	size_t len;
	size_t used; /* of data, ever */
	bool more;   /* not the first: libcrypto is worth its loading */
	uint8_t hash[WAX_HASH_SIZE];
};

struct wax_prehash {
	crypto_sign_ed25519ph_state state;
	struct wax_crew *crew;
	struct piece *pieces;
	size_t n;
	bool more; /* a piece was put */
};

static void hash_piece(void *job)
{
	struct piece *p = job;

	if (!p->more || !wax_bulk_sha256(p->data, p->len, p->hash))
		wax_sha256(p->data, p->len, p->hash);
}

int wax_prehash_new(unsigned threads, struct wax_prehash **out,
		    struct wax_diag *diag)
{
	struct wax_prehash *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return wax_no_memory(diag);
	threads = wax_crew_size(threads);
	p->n = wax_crew_jobs(threads);
	p->pieces = calloc(p->n, sizeof(*p->pieces));
	err = p->pieces
		      ? wax_crew_new(hash_piece, p->pieces, sizeof(*p->pieces),
				     p->n, threads, ALONE, &p->crew, diag)
		      : wax_no_memory(diag);
	if (err) {
		wax_prehash_free(p);
		return err;
	}
	crypto_sign_ed25519ph_init(&p->state);
	*out = p;
	return 0;
}

void wax_prehash_free(struct wax_prehash *p)
{
	if (!p)
		return;
	wax_crew_free(p->crew);
	for (size_t i = 0; p->pieces && i < p->n; i++) {
		if (p->pieces[i].data)
			wax_wipe(p->pieces[i].data, p->pieces[i].used);
		free(p->pieces[i].data);
	}
	free(p->pieces);
	wax_wipe(p, sizeof(*p));
	free(p);
}

void wax_prehash_text(struct wax_prehash *p, const void *text, size_t len)
{
	crypto_sign_ed25519ph_update(&p->state, text, len);
}

/* Takes the hashes that are there, or all of them. */
static void take(struct wax_prehash *p, bool all)
{
	struct piece *done;

	while ((done = wax_crew_oldest(p->crew, all))) {
		wax_prehash_text(p, done->hash, sizeof(done->hash));
		done->len = 0;
		wax_crew_drop(p->crew);
	}
}

static void hand_over(struct wax_prehash *p)
{
	struct piece *next = wax_crew_next(p->crew);

	next->more = p->more;
	p->more = true;
	wax_crew_put(p->crew);
	take(p, false);
}

int wax_prehash_add(struct wax_prehash *p, const void *data, size_t len,
		    struct wax_diag *diag)
{
	const uint8_t *from = data;

	while (len) {
		struct piece *to = wax_crew_next(p->crew);
		size_t n = WAX_PREHASH_PIECE - to->len;

		if (!to->data)
			to->data = malloc(WAX_PREHASH_PIECE);
		if (!to->data)
			return wax_no_memory(diag);
		n = n < len ? n : len;
		memcpy(to->data + to->len, from, n);
		to->len += n;
		to->used = to->len > to->used ? to->len : to->used;
		from += n;
		len -= n;
		if (to->len == WAX_PREHASH_PIECE)
			hand_over(p);
	}
	return 0;
}

/* Of the last piece, which is shorter, too. */
static void finish(struct wax_prehash *p)
{
	struct piece *last = wax_crew_next(p->crew);

	if (last->len)
		hand_over(p);
	take(p, true);
}

void wax_prehash_sign(struct wax_prehash *p,
		      const uint8_t secret[WAX_ED25519_SECRET_SIZE],
		      uint8_t out[WAX_ED25519_SIGNATURE_SIZE])
{
	finish(p);
	crypto_sign_ed25519ph_final_create(&p->state, out, NULL, secret);
}

bool wax_prehash_verify(struct wax_prehash *p,
			const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
			const uint8_t signature[WAX_ED25519_SIGNATURE_SIZE])
{
	finish(p);
	return !crypto_sign_ed25519ph_final_verify(&p->state, signature, key);
}
