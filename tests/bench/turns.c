/* SPDX-License-Identifier: ISC */
/*
 * The time of a message of 1 KiB in a session in memory, sealed and opened: one
 * way, and in turns. The header of an age file and its payload count; a disk
 * does not. Prints two numbers, in microseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ratchet/session.h"

#define SIZE 1024

struct device {
	struct wax_own_keys own;
	struct wax_party party;
	struct wax_session *session;
	struct wax_past past;
};

static void die(const char *what)
{
	fprintf(stderr, "turns: %s\n", what);
	exit(1);
}

static void make(struct device *d)
{
	uint8_t seed[32];

	wax_random(seed, sizeof(seed));
	wax_ed25519_secret(d->own.identity, seed);
	wax_ed25519_secret_public(d->party.identity, d->own.identity);
	wax_random(d->own.seed, sizeof(d->own.seed));
	wax_xwing_public(d->party.recipient, d->own.seed);
	d->session = calloc(1, sizeof(*d->session));
}

static void begin(struct device *a, struct device *b)
{
	struct wax_prekey_secret secret;
	struct wax_prekey_public public = {.id = 1};
	struct wax_hello hello = {.t = 1, .caller = a->party};
	struct wax_agreed agreed;

	wax_random(&secret, sizeof(secret));
	wax_x25519_base(public.x25519, secret.x25519);
	wax_xwing_public(public.xwing, secret.xwing);
	if (!wax_hello_make(&hello, &a->own, &b->party, &public, &agreed))
		die("no hello");
	wax_session_call(a->session, &hello, &agreed);
	if (!wax_hello_take(&hello, &b->own, &b->party, &secret, &agreed))
		die("no answer");
	wax_session_answer(b->session, &hello, &agreed);
}

static void payload(const uint8_t *key, const uint8_t *plain, uint8_t *sealed)
{
	static const uint8_t nonce[WAX_NONCE_SIZE];
	uint8_t derived[WAX_KEY_SIZE];

	wax_hkdf(NULL, 0, key, WAX_FILE_KEY_SIZE, "payload", 7, derived,
		 sizeof(derived));
	wax_aead_seal(derived, nonce, NULL, 0, plain, SIZE, sealed);
}

static void send(struct device *from, struct device *to)
{
	static const uint8_t nonce[WAX_NONCE_SIZE];
	static uint8_t plain[SIZE], sealed[SIZE + WAX_TAG_SIZE];
	uint8_t wrapped[WAX_WRAPPED_PLAIN] = {0}, body[WAX_RATCHET_MAX];
	uint8_t key[WAX_KEY_SIZE];
	struct wax_found found;
	int64_t when;
	size_t len;

	wax_random(wrapped, WAX_FILE_KEY_SIZE);
	payload(wrapped, plain, sealed);
	if (!wax_session_seal(from->session, to->party.recipient, wrapped, body,
			      &len))
		die("not sealed");
	if (!wax_session_find(to->session, &to->past, body, len, &found) ||
	    wax_session_open(to->session, &to->past, &found, to->own.seed, 1,
			     wrapped, &when, NULL))
		die("not opened");
	wax_hkdf(NULL, 0, wrapped, WAX_FILE_KEY_SIZE, "payload", 7, key,
		 sizeof(key));
	if (!wax_aead_open(key, nonce, NULL, 0, sealed, sizeof(sealed), plain))
		die("another payload");
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1000;
	struct device a = {0}, b = {0};
	double start;

	make(&a);
	make(&b);
	begin(&a, &b);
	send(&a, &b);
	send(&b, &a);
	start = now();
	for (int i = 0; i < n; i++)
		send(&a, &b);
	printf("%.1f ", (now() - start) / n);
	start = now();
	for (int i = 0; i < n; i++) {
		/* As peers do when they are written to the disk. */
		while (a.past.old.n > WAX_OLD_KEYS_MAX)
			wax_array_remove(&a.past.old,
					 sizeof(struct wax_old_key), 0);
		while (b.past.old.n > WAX_OLD_KEYS_MAX)
			wax_array_remove(&b.past.old,
					 sizeof(struct wax_old_key), 0);
		send(i % 2 ? &a : &b, i % 2 ? &b : &a);
	}
	printf("%.1f\n", (now() - start) / n);
	return 0;
}
