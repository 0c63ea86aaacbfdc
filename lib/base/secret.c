/* SPDX-License-Identifier: ISC */
/*
 * Secret memory: pages of its own between two that nobody may touch, with the
 * bytes at the very end and a canary before them. libsodium's allocator does
 * the same, in three times as many system calls, and without saying when the
 * pages could not be locked.
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sodium.h>

#include "base/error.h"
#include "base/secret.h"

#define CANARY_SIZE 16

/* Of the bytes that secrets cut from one pool share. */
#define POOL_SIZE 16000

struct wax_secret {
	uint8_t *bytes;
	size_t size;
	size_t allocated;
	uint8_t *pages; /* the guards included; NULL: those of the pool */
	size_t pages_len;
	struct wax_secret *pool; /* that it was cut from, or NULL */
	size_t users;		 /* of the pages: itself, and what was cut */
	size_t used;		 /* bytes that were cut off */
};

static atomic_bool some_unlocked;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool started;
static uint8_t canary[CANARY_SIZE];

#ifdef MADV_DONTDUMP
static void leave_out_of_dumps(void *p, size_t len)
{
	madvise(p, len, MADV_DONTDUMP);
}
#else
static void leave_out_of_dumps(void *p, size_t len)
{
	(void)p;
	(void)len;
}
#endif

static void begin(void)
{
	started = sodium_init() >= 0;
	if (started)
		randombytes_buf(canary, sizeof(canary));
}

/* Maps the pages, and puts the bytes at their end. */
static bool map(struct wax_secret *s)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t inner;

	if (s->allocated > SIZE_MAX / 2)
		return false;
	inner = (s->allocated + CANARY_SIZE + page - 1) / page * page;
	s->pages_len = inner + 2 * page;
	s->pages = mmap(NULL, s->pages_len, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->pages == MAP_FAILED)
		return false;
	if (mprotect(s->pages + page, inner, PROT_READ | PROT_WRITE)) {
		munmap(s->pages, s->pages_len);
		return false;
	}
	leave_out_of_dumps(s->pages + page, inner);
	if (mlock(s->pages + page, inner))
		atomic_store(&some_unlocked, true);
	s->bytes = s->pages + page + inner - s->allocated;
	memcpy(s->bytes - CANARY_SIZE, canary, CANARY_SIZE);
	return true;
}

/* Wipes and unmaps, when nobody uses the pages any more. */
static void leave(struct wax_secret *s)
{
	bool intact;

	if (--s->users)
		return;
	intact = wax_equal(s->bytes - CANARY_SIZE, canary, CANARY_SIZE);
	assert(intact);
	(void)intact;
	wax_wipe(s->bytes, s->allocated);
	munmap(s->pages, s->pages_len);
	free(s);
}

int wax_secret_new(size_t size, struct wax_secret **out, struct wax_diag *diag)
{
	struct wax_secret *secret;

	if (pthread_once(&once, begin) || !started)
		return wax_diag_set(diag, WAX_ERR_IO, "cannot start libsodium");
	secret = calloc(1, sizeof(*secret));
	if (!secret)
		return wax_no_memory(diag);
	secret->size = size;
	secret->allocated = size ? size : 1;
	secret->users = 1;
	if (!map(secret)) {
		free(secret);
		return wax_no_memory(diag);
	}
	*out = secret;
	return 0;
}

/* Makes a pool anew, unless *pool has room for so many bytes. */
static int need_pool(struct wax_secret **pool, size_t size,
		     struct wax_diag *diag)
{
	if (*pool && (*pool)->size - (*pool)->used >= size)
		return 0;
	wax_secret_free(*pool);
	*pool = NULL;
	return wax_secret_new(size > POOL_SIZE ? size : POOL_SIZE, pool, diag);
}

int wax_secret_cut(struct wax_secret **pool, size_t size,
		   struct wax_secret **out, struct wax_diag *diag)
{
	struct wax_secret *secret;
	int err = need_pool(pool, size, diag);

	if (err)
		return err;
	secret = calloc(1, sizeof(*secret));
	if (!secret)
		return wax_no_memory(diag);
	*secret = (struct wax_secret){
		.bytes = (*pool)->bytes + (*pool)->used,
		.size = size,
		.allocated = size,
		.pool = *pool,
	};
	(*pool)->used += size;
	(*pool)->users++;
	*out = secret;
	return 0;
}

void wax_secret_free(struct wax_secret *secret)
{
	if (!secret)
		return;
	if (!secret->pool) {
		leave(secret);
		return;
	}
	wax_wipe(secret->bytes, secret->allocated);
	leave(secret->pool);
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
