/* SPDX-License-Identifier: ISC */
/*
 * What a signature covers: text against the vector of RFC 8032, and data of up
 * to some MiB against signatures that Python made, with hashlib and the
 * arithmetic of tests/format.py; the same in other pieces, with any number of
 * threads and without, and given up in the middle.
 *
 * pthread_create is replaced here, to count and to refuse; a sanitizer has its
 * own, so that is left out there.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "sanitized.h"
#include "tap.h"

#define MIB (1024 * 1024)

static uint8_t message[3 * MIB + 5];
static uint8_t secret[WAX_ED25519_SECRET_SIZE], public[32];

#ifndef SANITIZED
static unsigned threads;     /* that were asked for */
static bool refuse;	     /* all of them */
static bool open_to_signals; /* when one was asked for */

typedef int create_fn(pthread_t *, const pthread_attr_t *, void *(*)(void *),
		      void *);

WAX_API int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			   void *(*work)(void *), void *arg)
{
	static create_fn *real;
	sigset_t set;

	threads++;
	pthread_sigmask(SIG_SETMASK, NULL, &set);
	open_to_signals = !sigismember(&set, SIGINT);
	if (refuse)
		return EAGAIN;
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	return real(thread, attr, work, arg);
}
#endif

static unsigned crew = 3;

static struct wax_prehash *begin(void)
{
	struct wax_prehash *p = NULL;

	if (wax_prehash_new(crew, &p, NULL))
		exit(1);
	return p;
}

static void add(struct wax_prehash *p, const void *data, size_t len)
{
	if (wax_prehash_add(p, data, len, NULL))
		exit(1);
}

/* Adds len bytes of the message in pieces of step. */
static struct wax_prehash *hashed(size_t len, size_t step)
{
	struct wax_prehash *p = begin();

	for (size_t at = 0; at < len; at += step)
		add(p, message + at, len - at < step ? len - at : step);
	return p;
}

static void rfc8032(void)
{
	uint8_t seed[32], key[64], got[64], want[64];
	struct wax_prehash *p = begin();

	tap_hex("833fe62409237b9d62ec77587520911e"
		"9a759cec1d19755b7da901b96dca3d42",
		seed, 32);
	tap_hex("98a70222f0b8121aa9d30f813d683f80"
		"9e462b469c7ff87639499bb94e6dae41"
		"31f85042463c2a355a2003d062adf5aa"
		"a10b8c61e636062aaad11c2a26083406",
		want, 64);
	wax_ed25519_secret(key, seed);
	wax_prehash_text(p, "abc", 3);
	wax_prehash_sign(p, key, got);
	wax_prehash_free(p);
	tap_bytes(got, 64, want, 64, "RFC 8032, section 7.3");
	p = begin();
	wax_prehash_text(p, "ab", 2);
	wax_prehash_text(p, "", 0);
	wax_prehash_text(p, "c", 1);
	tap_ok(wax_prehash_verify(p, key + 32, want), "it verifies, in pieces");
	wax_prehash_free(p);
}

static const struct {
	size_t len;
	const char *signature;
} known[] = {
	{0, "6232bae1c1460ffff7510997e0caed7d663b3969483a9471f6c37bbf41a4c1a7"
	    "62e2b85f47f4b308d79ab409b2bfe321b10671058a9d5cc9e52011ea46a9f802"},
	{1, "9c3182e41ab5f8d33a8aead290ed213cef5350caebc58fbe3663de5cbf6be1bd"
	    "314e9d55e20d93de126b7b9a9a30a139abfa09d82a6b7067dfdb6bea15e0cf0f"},
	{MIB,
	 "150022bab70d0286c10907a0a9a3a9886c7ec74d92af6d8b5ca03d0ba2c198c1"
	 "325e5159fe1f78fbfe299019727c78afd0ecebba5f8983003ea4b75534540c06"},
	{MIB + 1,
	 "40978e2006952b6afc704b79c67d06c760eb44eb550cb2888cdbb932a873561c"
	 "eabfe2b4e0c95f85d440d05327e0b9a476dedce042776a88b8e67eaed39c0a04"},
	{3 * MIB + 5,
	 "4d5b1b743546a7c98b293ab9353e9b6596cc9229ef6f65e3ade81ba93ca41864"
	 "f8843ed328c5917b6c06ab1760cab3970e26f780856df8f00b183ab90a6ab90c"},
};

#define N_KNOWN (sizeof(known) / sizeof(*known))

/* Around the sizes that are hashed, and all at once. */
static const size_t steps[] = {999,	  65535,       65536,
			       65537,	  8 * 65536,   8 * 65536 + 1,
			       9 * 65536, MIB - 1,     MIB,
			       MIB + 1,	  2 * MIB + 3, sizeof(message)};

#define N_STEPS (sizeof(steps) / sizeof(*steps))

static void long_ones(const char *how)
{
	for (size_t i = 0; i < N_KNOWN; i++) {
		uint8_t want[64];

		tap_hex(known[i].signature, want, 64);
		for (size_t j = 0; j < N_STEPS; j++) {
			uint8_t got[64] = {0};
			size_t len = known[i].len;
			struct wax_prehash *p = hashed(len, steps[j]);

			wax_prehash_sign(p, secret, got);
			wax_prehash_free(p);
			tap_bytes(got, 64, want, 64,
				  "%zu bytes by %zu are signed%s", len,
				  steps[j], how);
			p = hashed(len, steps[j]);
			tap_ok(wax_prehash_verify(p, public, want),
			       "and verified%s", how);
			wax_prehash_free(p);
		}
	}
}

/* A byte by itself at the end, and nothing in between. */
static void odd_pieces(void)
{
	const size_t len = sizeof(message);
	struct wax_prehash *p = begin();
	uint8_t want[64];

	tap_hex(known[N_KNOWN - 1].signature, want, 64);
	for (size_t i = 0; i < 100; i++)
		add(p, message + i, 1);
	add(p, message + 100, 2 * MIB);
	add(p, message, 0);
	add(p, message + 100 + 2 * MIB, len - 101 - 2 * MIB);
	add(p, message + len - 1, 1);
	tap_ok(wax_prehash_verify(p, public, want), "odd pieces");
	wax_prehash_free(p);
}

/* Nothing else verifies: each byte of a signature, the key, the message. */
static void wrong(size_t which)
{
	const size_t len = known[which].len;
	uint8_t s[64], key[32];
	unsigned accepted = 0;
	struct wax_prehash *p;

	tap_hex(known[which].signature, s, 64);
	for (size_t i = 0; i < 64; i++) {
		s[i] ^= 1;
		p = hashed(len, 100000);
		accepted += wax_prehash_verify(p, public, s);
		wax_prehash_free(p);
		s[i] ^= 1;
	}
	for (size_t i = 0; i < 32; i++) {
		memcpy(key, public, 32);
		key[i] ^= 0x10;
		p = hashed(len, 100000);
		accepted += wax_prehash_verify(p, key, s);
		wax_prehash_free(p);
	}
	tap_is(accepted, 0, "%zu bytes: no other signature, no other key", len);
	p = hashed(len, 4096);
	add(p, "", 1);
	tap_ok(!wax_prehash_verify(p, public, s), "no longer message");
	wax_prehash_free(p);
	p = hashed(len - 1, 4096);
	tap_ok(!wax_prehash_verify(p, public, s), "no shorter one");
	wax_prehash_free(p);
}

/* Wherever a byte is changed. */
static void changed_byte(void)
{
	const size_t len = sizeof(message);
	unsigned accepted = 0, tried = 0;
	uint8_t s[64];

	tap_hex(known[N_KNOWN - 1].signature, s, 64);
	for (size_t at = 0; at < len; at += 65521, tried++) {
		struct wax_prehash *p;

		message[at] ^= 0x80;
		p = hashed(len, 65536);
		accepted += wax_prehash_verify(p, public, s);
		wax_prehash_free(p);
		message[at] ^= 0x80;
	}
	tap_is(accepted, 0, "a changed byte is noticed, in %u places", tried);
}

/* Signatures of one byte that other rules would take. */
static void other_rules(void)
{
	static const struct {
		const char *hex, *what;
	} bad[] = {
		{"e7e6ee4dd1cbb519f78739992dec57a0932c36cdd7646c9e341189b4c23d"
		 "5fc7075e8956adc874e56640fedc290d292c88657b591f7cd382dfda6048"
		 "f4fa3d16",
		 "S with the group's order added"},
		{"f931fd917230d9afe1675e1d23ef59e05ace9495e1797df98667d4cc592f"
		 "92495e17a4023a9ea2e4861661034aeb0d564ef61cbfe6a0950f3564e114"
		 "2b1d8500",
		 "Ed25519ph with a context"},
		{"d45bd436eca8cf5deec21c0da72226f03aa29cabccce352c6740fba7c612"
		 "67c8057328c52ef100e5bc02356fe2d4c53a1424116ce6a1cf77b4480fe3"
		 "a905f90e",
		 "Ed25519"},
		{"5f2a0974d383b4df345c0e67f1633c51b57ff474c6372b62140dfc88da47"
		 "54dae0e87bd1c8848bd0a3bd582cd6e55cd67070bfd079cc9f8fb14ba17f"
		 "5f846005",
		 "Ed25519 of the hash"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct wax_prehash *p = begin();
		uint8_t s[64];

		wax_prehash_text(p, message, 1);

		tap_hex(bad[i].hex, s, 64);
		tap_ok(!wax_prehash_verify(p, public, s), "refused: %s",
		       bad[i].what);
		wax_prehash_free(p);
	}
}

/* Given up at every point around the threads' start, and often. */
static void given_up(void)
{
	for (size_t len = MIB - 1; len < 2 * MIB; len += 65536 - 7)
		wax_prehash_free(hashed(len, 65536));
	for (unsigned i = 0; i < 200; i++) {
		struct wax_prehash *p = hashed(MIB, MIB);

		add(p, message, i);
		wax_prehash_free(p);
	}
	wax_prehash_free(begin());
	wax_prehash_free(NULL);
	tap_ok(true, "what is given up comes to an end");
}

#ifndef SANITIZED
static void with_threads(void)
{
	sigset_t before, after;

	threads = 0;
	wax_prehash_free(hashed(2 * MIB - 1, 4096));
	tap_is(threads, 0, "a MiB is hashed without a thread");
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	wax_prehash_free(hashed(3 * MIB, 4096));
	tap_is(threads, 2, "more than that with threads");
	tap_ok(!open_to_signals, "which gets no signals");
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	tap_ok(sigismember(&before, SIGINT) == sigismember(&after, SIGINT),
	       "while we get them as before");
	refuse = true;
	threads = 0;
	long_ones(", without threads");
	tap_ok(threads > 0, "%u threads were refused", threads);
	refuse = false;
}
#else
static void with_threads(void)
{
	tap_skip("hashing without threads",
		 "there is no pthread_create here that can be replaced");
}
#endif

int main(void)
{
	uint8_t seed[32];

	for (size_t i = 0; i < 32; i++)
		seed[i] = (uint8_t)i;
	wax_ed25519_secret(secret, seed);
	memcpy(public, secret + 32, 32);
	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(i * 31 + (i >> 11));
	rfc8032();
	long_ones("");
	crew = 1;
	long_ones(", by one thread");
	crew = 3;
	odd_pieces();
	wrong(1);
	wrong(3);
	changed_byte();
	other_rules();
	given_up();
	with_threads();
	return tap_end();
}
