/* SPDX-License-Identifier: ISC */
/*
 * The same as turns.c with libolm: prints the time of a message of 1 KiB, one
 * way and in turns, in microseconds.
 */
#include <olm/olm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define SIZE 1024

static void die(const char *what)
{
	fprintf(stderr, "olm: %s\n", what);
	exit(1);
}

static void *noise(size_t len)
{
	void *p = malloc(len + 1);

	if (getrandom(p, len, 0) != (ssize_t)len)
		die("no randomness");
	return p;
}

static OlmAccount *account(void)
{
	OlmAccount *a = olm_account(malloc(olm_account_size()));
	size_t n = olm_create_account_random_length(a);

	olm_create_account(a, noise(n), n);
	n = olm_account_generate_one_time_keys_random_length(a, 1);
	olm_account_generate_one_time_keys(a, 1, noise(n), n);
	return a;
}

/* The key behind a label in the JSON that libolm writes. */
static void key_of(const char *json, const char *label, char out[44])
{
	const char *at = strstr(json, label);

	at = at ? strstr(at + strlen(label), ":\"") : NULL;
	if (!at)
		die("no key");
	memcpy(out, at + 2, 43);
	out[43] = '\0';
}

static void send(OlmSession *from, OlmSession *to)
{
	static char plain[2 * SIZE + 4096], out[2 * SIZE + 4096];
	size_t n = olm_encrypt_random_length(from);
	void *random = noise(n);
	size_t type = olm_encrypt_message_type(from);
	size_t len = olm_encrypt_message_length(from, SIZE);

	if (olm_encrypt(from, plain, SIZE, random, n, out, len) ==
		    olm_error() ||
	    olm_decrypt(to, type, out, len, plain, sizeof(plain)) ==
		    olm_error())
		die(olm_session_last_error(to));
	free(random);
}

static void begin(OlmSession *from, OlmSession *to)
{
	OlmAccount *a = account(), *b = account();
	char ids[512] = "", once[512] = "", id[44], key[44];
	static char first[8192], copy[8192], plain[8192] = "x";
	size_t n = olm_create_outbound_session_random_length(from), len;

	olm_account_identity_keys(b, ids, sizeof(ids) - 1);
	olm_account_one_time_keys(b, once, sizeof(once) - 1);
	key_of(ids, "curve25519\"", id);
	key_of(once, "AAAAA", key);
	if (olm_create_outbound_session(from, a, id, 43, key, 43, noise(n),
					n) == olm_error())
		die(olm_session_last_error(from));
	n = olm_encrypt_random_length(from);
	len = olm_encrypt_message_length(from, 1);
	olm_encrypt(from, plain, 1, noise(n), n, first, len);
	memcpy(copy, first, len);
	if (olm_create_inbound_session(to, b, copy, len) == olm_error() ||
	    olm_decrypt(to, 0, first, len, plain, sizeof(plain)) == olm_error())
		die(olm_session_last_error(to));
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
	OlmSession *a = olm_session(malloc(olm_session_size()));
	OlmSession *b = olm_session(malloc(olm_session_size()));
	double start;

	begin(a, b);
	send(b, a);
	send(a, b);
	start = now();
	for (int i = 0; i < n; i++)
		send(a, b);
	printf("%.1f ", (now() - start) / n);
	start = now();
	for (int i = 0; i < n; i++)
		send(i % 2 ? a : b, i % 2 ? b : a);
	printf("%.1f\n", (now() - start) / n);
	return 0;
}
