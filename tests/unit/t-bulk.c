/* SPDX-License-Identifier: ISC */
/*
 * The engine for large payloads: the same bytes as libsodium's, nothing opened
 * that was changed, what was not opened is as before; and an engine that lies,
 * lacks something or is not there is not used.
 *
 * dlopen and dlsym are replaced here, to stand for such engines; a sanitizer
 * needs its own, so that is left out there.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wax/engine.h>

#include "crypto/bulk.h"
#include "sanitized.h"
#include "tap.h"

#define MOST 70000

#ifndef SANITIZED
static bool missing;	     /* the library */
static const char *lacking;  /* a function */
static const char *replaced; /* another one, by lie */
static void *lie;

typedef void *open_fn(const char *, int);
typedef void *sym_fn(void *, const char *);

static sym_fn *real_dlsym(void)
{
	static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.2.5",
					       "GLIBC_2.17"};
	sym_fn *real = NULL;

	for (size_t i = 0; i < 3 && !real; i++)
		*(void **)&real = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
	return real;
}

WAX_API void *dlopen(const char *name, int flags)
{
	static open_fn *real;

	if (!real)
		*(void **)&real = real_dlsym()(RTLD_NEXT, "dlopen");
	return missing ? NULL : real(name, flags);
}

static void *truth;

WAX_API void *dlsym(void *library, const char *name)
{
	void *p = real_dlsym()(library, name);

	if (lacking && !strcmp(name, lacking))
		return NULL;
	if (!replaced || strcmp(name, replaced) != 0)
		return p;
	truth = p;
	return lie;
}
#endif

static uint8_t key[WAX_KEY_SIZE], nonce[WAX_NONCE_SIZE];
static uint8_t plain[MOST], sealed[MOST + WAX_TAG_SIZE],
	buf[MOST + WAX_TAG_SIZE];

static void same(struct wax_bulk *b, size_t len)
{
	size_t all = len + WAX_TAG_SIZE;

	nonce[3] = (uint8_t)len;
	wax_aead_seal(key, nonce, NULL, 0, plain, len, sealed);
	memcpy(buf, plain, len);
	tap_ok(wax_bulk_seal(b, nonce, buf, len) && !memcmp(buf, sealed, all),
	       "%zu bytes sealed as libsodium does", len);
	tap_ok(wax_bulk_open(b, nonce, buf, len) == WAX_OPENED &&
		       !memcmp(buf, plain, len),
	       "and opened");
}

static void same_hash(size_t len)
{
	uint8_t want[WAX_HASH_SIZE], got[WAX_HASH_SIZE] = {0};

	wax_sha256(plain, len, want);
	tap_ok(wax_bulk_sha256(plain, len, got) &&
		       !memcmp(got, want, sizeof(got)),
	       "and hashed");
}

/* One bit, anywhere: refused, and left as it was. */
static void changed(struct wax_bulk *b, size_t len, size_t step)
{
	size_t all = len + WAX_TAG_SIZE;
	unsigned wrong = 0, n = 0;

	wax_aead_seal(key, nonce, NULL, 0, plain, len, sealed);
	for (size_t at = 0; at < all; at += step) {
		sealed[at] ^= (uint8_t)(1 << at % 8);
		memcpy(buf, sealed, all);
		wrong += wax_bulk_open(b, nonce, buf, len) != WAX_OPENED_NOT ||
			 memcmp(buf, sealed, all);
		sealed[at] ^= (uint8_t)(1 << at % 8);
		n++;
	}
	tap_ok(n && !wrong, "%u changes of %zu bytes", n, len);
	memcpy(buf, sealed, all);
	nonce[5] ^= 1;
	tap_ok(wax_bulk_open(b, nonce, buf, len) == WAX_OPENED_NOT &&
		       !memcmp(buf, sealed, all),
	       "another nonce");
	nonce[5] ^= 1;
	tap_ok(wax_bulk_open(b, nonce, buf, len) == WAX_OPENED &&
		       !memcmp(buf, plain, len),
	       "and as it was, it opens");
}

static void engine(void)
{
	static const size_t sizes[] = {0,    1,	    15,	   16,	  17,	 63,
				       64,   65,    255,   1023,  1025,	 4095,
				       4097, 16383, 65535, 65536, 65537, MOST};
	struct wax_bulk *b = wax_bulk_new(key);

	if (!b) {
		tap_ok(!wax_engine(), "there is no engine");
		tap_skip("the engine", "libcrypto 3 is not installed");
		return;
	}
	tap_note("%s", wax_engine());
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		same(b, sizes[i]);
		same_hash(sizes[i]);
	}
	changed(b, 0, 1);
	changed(b, 100, 1);
	changed(b, 65536, 997);
	wax_bulk_free(b);
	wax_bulk_free(NULL);
}

#ifndef SANITIZED
/* In a process of its own, for what was found is kept. */
static void unusable(const char *what)
{
	pid_t pid;
	int status = -1;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		struct wax_bulk *b = wax_bulk_new(key);
		uint8_t hash[WAX_HASH_SIZE];

		_exit(b || wax_engine() || wax_bulk_sha256(key, 1, hash));
	}
	tap_ok(pid > 0 && waitpid(pid, &status, 0) == pid && !status,
	       "%s is not used", what);
}

typedef int ctrl_fn(void *, int, int, void *);
static unsigned calls; /* of a function that fails from some call on */
static unsigned good_calls = (unsigned)-1;

static int tired_ctrl(void *ctx, int what, int n, void *p)
{
	ctrl_fn *real;

	memcpy(&real, &truth, sizeof(real));
	return calls++ < good_calls ? real(ctx, what, n, p) : 0;
}

typedef int update_fn(void *, uint8_t *, int *, const uint8_t *, int);
typedef int digest_fn(const void *, size_t, uint8_t *, unsigned *, const void *,
		      void *);
typedef int final_fn(void *, uint8_t *, int *);

static int wrong_bytes(void *ctx, uint8_t *out, int *n, const uint8_t *in,
		       int len)
{
	update_fn *real;
	int good;

	memcpy(&real, &truth, sizeof(real));
	good = real(ctx, out, n, in, len);
	out[len - 1] ^= 1;
	return good;
}

static int wrong_hash(const void *data, size_t len, uint8_t *out, unsigned *n,
		      const void *md, void *engine)
{
	digest_fn *real;
	int good;

	memcpy(&real, &truth, sizeof(real));
	good = real(data, len, out, n, md, engine);
	out[WAX_HASH_SIZE - 1] ^= 1;
	return good;
}

static int tired_digest(const void *data, size_t len, uint8_t *out, unsigned *n,
			const void *md, void *engine)
{
	digest_fn *real;

	memcpy(&real, &truth, sizeof(real));
	return calls++ < good_calls ? real(data, len, out, n, md, engine) : 0;
}

/* Takes every tag for right. */
static int no_check(void *ctx, uint8_t *out, int *n)
{
	final_fn *real;

	memcpy(&real, &truth, sizeof(real));
	real(ctx, out, n);
	return 1;
}

static int fails(void)
{
	return 0;
}

static void set_lie(const char *name, const void *fn)
{
	replaced = name;
	memcpy(&lie, fn, sizeof(lie));
}

static void others(void)
{
	static const char *const needed[] = {"OPENSSL_init_crypto",
					     "OpenSSL_version",
					     "EVP_chacha20_poly1305",
					     "EVP_CIPHER_CTX_new",
					     "EVP_CIPHER_CTX_free",
					     "EVP_CipherInit_ex",
					     "EVP_CipherUpdate",
					     "EVP_CipherFinal_ex",
					     "EVP_CIPHER_CTX_ctrl",
					     "EVP_sha256",
					     "EVP_Digest"};
	update_fn *wrong = wrong_bytes;
	final_fn *blind = no_check;
	digest_fn *other = wrong_hash;
	int (*failing)(void) = fails;

	missing = true;
	unusable("an engine that is not there");
	missing = false;
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		lacking = needed[i];
		unusable(needed[i]);
	}
	lacking = NULL;
	set_lie("EVP_CipherUpdate", &wrong);
	unusable("one that computes something else");
	set_lie("EVP_CipherFinal_ex", &blind);
	unusable("one that opens what is forged");
	set_lie("EVP_Digest", &other);
	unusable("one that hashes otherwise");
	set_lie("EVP_CipherInit_ex", &failing);
	unusable("one that fails");
	set_lie("OPENSSL_init_crypto", &failing);
	unusable("one that does not start");
	set_lie("EVP_CIPHER_CTX_new", &failing);
	unusable("one without memory");
	replaced = NULL;
}
#endif

#ifndef SANITIZED
static struct wax_prehash *three_mib(void)
{
	static const uint8_t mib[WAX_PREHASH_PIECE] = "a MiB";
	struct wax_prehash *p;

	if (wax_prehash_new(1, &p, NULL))
		_exit(1);
	for (int i = 0; i < 3; i++)
		if (wax_prehash_add(p, mib, sizeof(mib), NULL))
			_exit(1);
	return p;
}

/* Signed by what then fails, and verified by what does not. */
static bool hashed_by_both(void)
{
	uint8_t secret[WAX_ED25519_SECRET_SIZE],
		signature[WAX_ED25519_SIGNATURE_SIZE];
	struct wax_prehash *p;

	wax_ed25519_secret(secret, key);
	good_calls = 2; /* the trial, and the second MiB */
	p = three_mib();
	wax_prehash_sign(p, secret, signature);
	wax_prehash_free(p);
	if (calls != 3)
		return false;
	good_calls = (unsigned)-1;
	p = three_mib();
	return wax_prehash_verify(p, secret + 32, signature);
}

/* In a process of its own, too. */
static void hashes_no_more(void)
{
	digest_fn *tired = tired_digest;
	pid_t pid;
	int status = -1;

	set_lie("EVP_Digest", &tired);
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(!wax_engine() || hashed_by_both() ? 0 : 1);
	tap_ok(pid > 0 && waitpid(pid, &status, 0) == pid && !status,
	       "what libcrypto does not hash, libsodium does");
	replaced = NULL;
}

/* libcrypto fails for a reason of its own: nothing is lost by that. */
static void fails_later(void)
{
	ctrl_fn *tired = tired_ctrl;
	struct wax_bulk *b;

	set_lie("EVP_CIPHER_CTX_ctrl", &tired);
	b = wax_bulk_new(key);
	if (!b) {
		tap_skip("an engine that fails", "there is none");
		return;
	}
	wax_aead_seal(key, nonce, NULL, 0, plain, 1000, sealed);
	memcpy(buf, sealed, 1016);
	good_calls = calls;
	tap_ok(wax_bulk_open(b, nonce, buf, 1000) == WAX_OPENED_NOT &&
		       !memcmp(buf, sealed, 1016),
	       "what cannot be begun is as it was");
	good_calls = (unsigned)-1;
	tap_ok(wax_bulk_open(b, nonce, buf, 1000) == WAX_OPENED &&
		       !memcmp(buf, plain, 1000),
	       "and opens later");
	wax_bulk_free(b);
}
#endif

int main(void)
{
	tap_fill(plain, sizeof(plain), 1);
	tap_fill(key, sizeof(key), 2);
	tap_fill(nonce, sizeof(nonce), 3);
#ifndef SANITIZED
	others();
	hashes_no_more();
	fails_later();
#else
	tap_skip("engines that are of no use",
		 "there is no dlopen here that can be replaced");
#endif
	engine();
	return tap_end();
}
