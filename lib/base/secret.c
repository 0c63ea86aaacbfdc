/* SPDX-License-Identifier: ISC */
/*
 * Secret memory on libsodium's guarded allocations.
 */
#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <sodium.h>

#include "base/error.h"
#include "base/secret.h"

struct wax_secret {
	uint8_t *bytes;
	size_t size;
	size_t allocated;
};

/* sodium_malloc() does not say when the lock fails: it is asked again. */
static atomic_bool some_unlocked;

int wax_secret_new(size_t size, struct wax_secret **out, struct wax_diag *diag)
{
	struct wax_secret *secret;

	if (sodium_init() < 0)
		return wax_diag_set(diag, WAX_ERR_IO, "cannot start libsodium");
	secret = calloc(1, sizeof(*secret));
	if (!secret)
		return wax_no_memory(diag);
	secret->size = size;
	secret->allocated = size ? size : 1;
	secret->bytes = sodium_malloc(secret->allocated);
	if (!secret->bytes) {
		free(secret);
		return wax_no_memory(diag);
	}
	if (sodium_mlock(secret->bytes, secret->allocated))
		atomic_store(&some_unlocked, true);
	wax_wipe(secret->bytes, secret->allocated);
	*out = secret;
	return 0;
}

void wax_secret_free(struct wax_secret *secret)
{
	if (!secret)
		return;
	sodium_free(secret->bytes);
	free(secret);
}

uint8_t *wax_secret_bytes(struct wax_secret *secret)
{
	return secret->bytes;
}

size_t wax_secret_size(const struct wax_secret *secret)
{
	return secret->size;
}

void wax_secret_shrink(struct wax_secret *secret, size_t size)
{
	assert(size <= secret->size);
	wax_wipe(secret->bytes + size, secret->size - size);
	secret->size = size;
}

bool wax_secret_all_locked(void)
{
	return !atomic_load(&some_unlocked);
}

void wax_wipe(void *data, size_t len)
{
	if (data)
		sodium_memzero(data, len);
}

bool wax_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}
