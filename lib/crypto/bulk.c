/* SPDX-License-Identifier: ISC */
/*
 * libcrypto, as OpenSSL 3 documents EVP_EncryptInit(3): the few functions and
 * numbers that are needed, which are part of its binary interface, so that
 * neither building nor running depends on it.
 */
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <wax/engine.h>

#include "base/secret.h"
#include "crypto/bulk.h"

#define LIBRARY "libcrypto.so.3"

/* OPENSSL_init_crypto: read no configuration, leave nothing for the exit. */
#define NO_LOAD_CONFIG 0x00000080
#define NO_ATEXIT 0x00080000

/* EVP_CIPHER_CTX_ctrl */
#define GET_TAG 0x10
#define SET_TAG 0x11

static struct {
	int (*init)(uint64_t, const void *);
	const char *(*version)(int);
	const void *(*chacha20_poly1305)(void);
	void *(*ctx_new)(void);
	void (*ctx_free)(void *);
	int (*cipher_init)(void *, const void *, void *, const uint8_t *,
			   const uint8_t *, int);
	int (*update)(void *, uint8_t *, int *, const uint8_t *, int);
	int (*final)(void *, uint8_t *, int *);
	int (*ctrl)(void *, int, int, void *);
	const void *(*sha256)(void);
	int (*digest)(const void *, size_t, uint8_t *, unsigned *, const void *,
		      void *);
} evp;

static pthread_once_t loading = PTHREAD_ONCE_INIT;
static bool usable;

struct wax_bulk {
	void *ctx;
};

static bool find(void *library, const char *name, void *to)
{
	void *p = dlsym(library, name);

	memcpy(to, &p, sizeof(p)); /* a function's address, as POSIX has it */
	return p;
}

static bool find_all(void *library)
{
	return find(library, "OPENSSL_init_crypto", &evp.init) &&
	       find(library, "OpenSSL_version", &evp.version) &&
	       find(library, "EVP_chacha20_poly1305", &evp.chacha20_poly1305) &&
	       find(library, "EVP_CIPHER_CTX_new", &evp.ctx_new) &&
	       find(library, "EVP_CIPHER_CTX_free", &evp.ctx_free) &&
	       find(library, "EVP_CipherInit_ex", &evp.cipher_init) &&
	       find(library, "EVP_CipherUpdate", &evp.update) &&
	       find(library, "EVP_CipherFinal_ex", &evp.final) &&
	       find(library, "EVP_CIPHER_CTX_ctrl", &evp.ctrl) &&
	       find(library, "EVP_sha256", &evp.sha256) &&
	       find(library, "EVP_Digest", &evp.digest);
}

static struct wax_bulk *make(const uint8_t key[WAX_KEY_SIZE])
{
	struct wax_bulk *b = malloc(sizeof(*b));

	if (!b)
		return NULL;
	b->ctx = evp.ctx_new();
	if (b->ctx && evp.cipher_init(b->ctx, evp.chacha20_poly1305(), NULL,
				      key, NULL, 1))
		return b;
	wax_bulk_free(b);
	return NULL;
}

static bool sha256(const uint8_t *data, size_t len, uint8_t out[WAX_HASH_SIZE])
{
	unsigned size = 0;

	return evp.digest(data, len, out, &size, evp.sha256(), NULL) &&
	       size == WAX_HASH_SIZE;
}

/* What is compared: more than the widest step of any code for it. */
#define TRIAL 2500

/* Whether it hashes as libsodium does. */
static bool hashes(const uint8_t data[TRIAL])
{
	uint8_t mine[WAX_HASH_SIZE], its[WAX_HASH_SIZE] = {0};

	wax_sha256(data, TRIAL, mine);
	return sha256(data, TRIAL, its) && !memcmp(its, mine, sizeof(its));
}

/* Whether it computes what libsodium does, and refuses what is forged. */
static bool agrees(void)
{
	uint8_t data[TRIAL], key[WAX_KEY_SIZE], nonce[WAX_NONCE_SIZE],
		mine[TRIAL + WAX_TAG_SIZE], its[TRIAL + WAX_TAG_SIZE];
	struct wax_bulk *b;
	bool good;

	for (size_t i = 0; i < TRIAL; i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	memcpy(key, data + 11, sizeof(key));
	memcpy(nonce, data + 99, sizeof(nonce));
	b = make(key);
	wax_aead_seal(key, nonce, NULL, 0, data, TRIAL, mine);
	memcpy(its, data, TRIAL);
	good = b && wax_bulk_seal(b, nonce, its, TRIAL) &&
	       !memcmp(its, mine, sizeof(its)) &&
	       wax_bulk_open(b, nonce, its, TRIAL) && !memcmp(its, data, TRIAL);
	mine[TRIAL / 2] ^= 1;
	memcpy(its, mine, sizeof(its));
	good = good && wax_bulk_open(b, nonce, its, TRIAL) == WAX_OPENED_NOT &&
	       !memcmp(its, mine, sizeof(its));
	wax_bulk_free(b);
	return good && hashes(data);
}

static void load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	/* It stays for good: it may have left things in the process. */
	usable = library && find_all(library) &&
		 evp.init(NO_LOAD_CONFIG | NO_ATEXIT, NULL) && agrees();
}

struct wax_bulk *wax_bulk_new(const uint8_t key[WAX_KEY_SIZE])
{
	pthread_once(&loading, load);
	return usable ? make(key) : NULL;
}

const char *wax_engine(void)
{
	pthread_once(&loading, load);
	return usable ? evp.version(0) : NULL;
}

void wax_bulk_free(struct wax_bulk *b)
{
	if (!b)
		return;
	evp.ctx_free(b->ctx); /* which wipes the key */
	free(b);
}

bool wax_bulk_sha256(const uint8_t *data, size_t len,
		     uint8_t out[WAX_HASH_SIZE])
{
	pthread_once(&loading, load);
	return usable && sha256(data, len, out);
}

/* Begins with a chunk; *tag is that of one to be opened, NULL to seal. */
static bool begin(struct wax_bulk *b, const uint8_t nonce[WAX_NONCE_SIZE],
		  uint8_t *tag)
{
	return evp.cipher_init(b->ctx, NULL, NULL, NULL, nonce, !tag) &&
	       (!tag || evp.ctrl(b->ctx, SET_TAG, WAX_TAG_SIZE, tag));
}

/* Encrypts or decrypts in place, which is one and the same, and ends it. */
static bool pass(struct wax_bulk *b, uint8_t *data, size_t len)
{
	uint8_t none[WAX_TAG_SIZE];
	int n;

	return evp.update(b->ctx, data, &n, data, (int)len) &&
	       evp.final(b->ctx, none, &n);
}

bool wax_bulk_seal(struct wax_bulk *b, const uint8_t nonce[WAX_NONCE_SIZE],
		   uint8_t *data, size_t len)
{
	return len <= INT_MAX && begin(b, nonce, NULL) && pass(b, data, len) &&
	       evp.ctrl(b->ctx, GET_TAG, WAX_TAG_SIZE, data + len);
}

enum wax_opened wax_bulk_open(struct wax_bulk *b,
			      const uint8_t nonce[WAX_NONCE_SIZE],
			      uint8_t *data, size_t len)
{
	if (len > INT_MAX || !begin(b, nonce, data + len))
		return WAX_OPENED_NOT;
	if (pass(b, data, len))
		return WAX_OPENED;
	/*
	 * It decrypts before it has seen all: nobody may see that. Once more,
	 * it is what it was.
	 */
	if (begin(b, nonce, NULL) && pass(b, data, len))
		return WAX_OPENED_NOT;
	wax_wipe(data, len);
	return WAX_OPENED_LOST;
}
