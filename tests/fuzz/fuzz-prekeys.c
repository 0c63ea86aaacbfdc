/* SPDX-License-Identifier: ISC */
/*
 * The file of prekeys: the first byte says how many moves follow, of four bytes
 * each; the rest is the file. A move is a time at which a card is issued.
 *
 * Holds: what is decoded is encoded the same again; a move makes one key of an
 * unused number, changes no other, and destroys only what is past its grace by
 * its clock and by the one before that was believed.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/secret.h>

#include "base/time.h"
#include "fuzz.h"
#include "keys/prekeys.h"

static void encoded_same(const struct wax_prekeys *p, const uint8_t *data,
			 size_t size)
{
	struct wax_secret *file = NULL;

	check(!wax_prekeys_encode(p, &file, NULL), "it is encoded");
	check(wax_secret_size(file) == size &&
		      !memcmp(wax_secret_bytes(file), data, size),
	      "and is the same");
	wax_secret_free(file);
}

/* Encodes and decodes it. */
static void through_a_file(struct wax_prekeys *p)
{
	struct wax_secret *file = NULL;
	struct wax_prekeys again = {0};

	check(!wax_prekeys_encode(p, &file, NULL), "it is encoded");
	check(!wax_prekeys_decode(&again, wax_secret_bytes(file),
				  wax_secret_size(file), NULL),
	      "what is encoded is decoded");
	encoded_same(&again, wax_secret_bytes(file), wax_secret_size(file));
	wax_secret_free(file);
	wax_prekeys_release(p);
	*p = again;
}

static bool is_over(const struct wax_prekey *k, int64_t now)
{
	return now - k->expires > WAX_PREKEY_GRACE;
}

/* Whatever is there now was there before, in that order; the rest is over. */
static void only_old_went(const struct wax_prekey *before, size_t n,
			  const struct wax_prekeys *p, int64_t now,
			  int64_t seen)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		if (at < p->n &&
		    !memcmp(wax_prekeys_at(p, at), &before[i], sizeof(*before)))
			at++;
		else
			check(is_over(&before[i], now) &&
				      is_over(&before[i], seen),
			      "only what is past its grace goes");
	check(at == p->n, "all others stay as they are");
}

static void move(struct wax_prekeys *p, int64_t now)
{
	struct wax_prekey *before = malloc((p->n + 1) * sizeof(*before));
	struct wax_prekey *k = NULL;
	size_t n = p->n;
	int64_t seen = p->seen;

	check(before != NULL, "there is memory");
	if (n)
		memcpy(before, wax_prekeys_at(p, 0), n * sizeof(*before));
	wax_prekeys_expire(p, now);
	only_old_went(before, n, p, now, seen);
	free(before);
	n = p->n;
	if (wax_prekeys_add(p, &k, NULL)) {
		check(n == WAX_PREKEYS_MAX, "one more can be made");
		return;
	}
	check(p->n == n + 1 && k == wax_prekeys_at(p, n), "it is the last");
	k->once = now % 2;
	k->issued = now;
	k->expires = now + WAX_CARD_VALID;
	for (size_t i = 0; i < n; i++)
		check(wax_prekeys_at(p, i)->id != k->id, "an unused number");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input moves = {data + 1, 0};
	struct wax_prekeys p = {0};
	size_t n = size ? *data % 8 : 0;
	int err;

	if (size < 1 + 4 * n)
		return 0;
	moves.len = 4 * n;
	data += 1 + 4 * n;
	size -= 1 + 4 * n;
	err = wax_prekeys_decode(&p, data, size, NULL);
	check(!err || err == WAX_ERR_STATE, "no other error");
	if (!err)
		encoded_same(&p, data, size);
	/* Each unit is 32 seconds: 4,000 years in all. */
	for (; !err && n; n--)
		move(&p, (int64_t)take(&moves, 4) * 32);
	if (!err)
		through_a_file(&p);
	wax_prekeys_release(&p);
	return 0;
}
