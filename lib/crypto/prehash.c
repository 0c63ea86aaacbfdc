/* SPDX-License-Identifier: ISC */
/*
 * Ed25519ph. Its SHA-512 is slower than everything else that happens to the
 * data, so that beyond some length a thread takes them over, in slots of a
 * ring that it empties in order.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/error.h"
#include "base/secret.h"
#include "crypto/crypto.h"
#include "sys/crew.h"

/* What is hashed before a thread is worth its start, in bytes. */
#define ALONE_MAX (1024 * 1024)
#define SLOT_SIZE (64 * 1024)
#define SLOTS 8

struct slot {
	size_t len;
	uint8_t data[SLOT_SIZE];
};

struct ring {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
	unsigned long put, got; /* slots that were filled, and hashed */
	bool over;		/* nothing more will be put */
	struct slot slots[SLOTS];
};

struct wax_prehash {
	crypto_sign_ed25519ph_state state; /* the thread's while there is one */
	bool threaded;
	size_t alone;	   /* bytes hashed without it */
	struct ring *ring; /* NULL: there is none */
};

int wax_prehash_new(unsigned threads, struct wax_prehash **out,
		    struct wax_diag *diag)
{
	struct wax_prehash *p = calloc(1, sizeof(*p));

	if (!p)
		return wax_no_memory(diag);
	crypto_sign_ed25519ph_init(&p->state);
	p->threaded = wax_crew_size(threads) > 1;
	*out = p;
	return 0;
}

/* The thread: hashes slot after slot, until there is none and it is over. */
static void *work(void *arg)
{
	struct wax_prehash *p = arg;
	struct ring *r = p->ring;

	pthread_mutex_lock(&r->lock);
	while (r->got < r->put || !r->over) {
		struct slot *s = &r->slots[r->got % SLOTS];

		if (r->got == r->put) {
			pthread_cond_wait(&r->change, &r->lock);
			continue;
		}
		pthread_mutex_unlock(&r->lock);
		crypto_sign_ed25519ph_update(&p->state, s->data, s->len);
		s->len = 0;
		pthread_mutex_lock(&r->lock);
		r->got++;
		pthread_cond_signal(&r->change);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* Signals are for the threads of the program. */
static int start_thread(struct wax_prehash *p)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&p->ring->thread, NULL, work, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

static void ring_free(struct ring *r)
{
	pthread_cond_destroy(&r->change);
	pthread_mutex_destroy(&r->lock);
	wax_wipe(r, sizeof(*r));
	free(r);
}

/* Without memory or threads, everything goes on as before. */
static void start(struct wax_prehash *p)
{
	struct ring *r = calloc(1, sizeof(*r));

	p->alone = 0;
	if (!r)
		return;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->change, NULL);
	p->ring = r;
	if (start_thread(p)) {
		p->ring = NULL;
		ring_free(r);
	}
}

/* The slot that is being filled, when it is free. */
static struct slot *wait_for_slot(struct ring *r)
{
	pthread_mutex_lock(&r->lock);
	while (r->put - r->got == SLOTS)
		pthread_cond_wait(&r->change, &r->lock);
	pthread_mutex_unlock(&r->lock);
	return &r->slots[r->put % SLOTS];
}

static void hand_over(struct ring *r, bool over)
{
	pthread_mutex_lock(&r->lock);
	r->put += r->slots[r->put % SLOTS].len ? 1 : 0;
	r->over = over;
	pthread_cond_signal(&r->change);
	pthread_mutex_unlock(&r->lock);
}

static void add_to_ring(struct ring *r, const uint8_t *data, size_t len)
{
	while (len) {
		struct slot *s = wait_for_slot(r);
		size_t n = SLOT_SIZE - s->len;

		n = n < len ? n : len;
		memcpy(s->data + s->len, data, n);
		s->len += n;
		data += n;
		len -= n;
		if (s->len == SLOT_SIZE)
			hand_over(r, false);
	}
}

/* Waits until everything is hashed; the state is then the caller's. */
static void finish(struct wax_prehash *p)
{
	struct ring *r = p->ring;

	if (!r)
		return;
	wait_for_slot(r);
	hand_over(r, true);
	pthread_join(r->thread, NULL);
	p->ring = NULL;
	ring_free(r);
}

void wax_prehash_free(struct wax_prehash *p)
{
	if (!p)
		return;
	finish(p);
	wax_wipe(p, sizeof(*p));
	free(p);
}

void wax_prehash_add(struct wax_prehash *p, const void *data, size_t len)
{
	if (p->threaded && !p->ring && p->alone >= ALONE_MAX)
		start(p);
	if (p->ring) {
		add_to_ring(p->ring, data, len);
	} else {
		crypto_sign_ed25519ph_update(&p->state, data, len);
		p->alone += len;
	}
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
