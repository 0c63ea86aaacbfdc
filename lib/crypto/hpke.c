/* SPDX-License-Identifier: ISC */
/*
 * HPKE's key schedule, and sealing and opening one message with it.
 */
#include <assert.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/hpke.h"

/* Of everything that is hashed here, in bytes; the longest is below 160. */
#define LABELED_MAX 256

static const uint8_t version_suite[] = {
	'H', 'P', 'K', 'E', '-',  'v',	'1',	      /* version */
	'H', 'P', 'K', 'E', 0x64, 0x7a, 0,   1, 0, 3, /* suite_id */
};

struct labeled {
	uint8_t data[LABELED_MAX];
	size_t len;
};

static void add(struct labeled *l, const void *data, size_t len)
{
	assert(len <= sizeof(l->data) - l->len);
	if (len)
		memcpy(l->data + l->len, data, len);
	l->len += len;
}

static void labeled_extract(const uint8_t *salt, size_t salt_len,
			    const char *label, const char *ikm,
			    uint8_t out[WAX_HASH_SIZE])
{
	struct labeled l = {.len = 0};

	add(&l, version_suite, sizeof(version_suite));
	add(&l, label, strlen(label));
	add(&l, ikm, strlen(ikm));
	wax_hkdf_extract(salt, salt_len, l.data, l.len, out);
}

static void labeled_expand(const uint8_t prk[WAX_HASH_SIZE], const char *label,
			   const struct labeled *context, uint8_t *out,
			   size_t out_len)
{
	const uint8_t length[2] = {0, (uint8_t)out_len};
	struct labeled l = {.len = 0};

	add(&l, length, sizeof(length));
	add(&l, version_suite, sizeof(version_suite));
	add(&l, label, strlen(label));
	add(&l, context->data, context->len);
	wax_hkdf_expand(prk, l.data, l.len, out, out_len);
}

void wax_hpke_schedule(const uint8_t shared[WAX_XWING_SHARED_SIZE],
		       const char *info, uint8_t key[WAX_KEY_SIZE],
		       uint8_t nonce[WAX_NONCE_SIZE])
{
	static const uint8_t mode_base = 0;
	uint8_t hash[WAX_HASH_SIZE], secret[WAX_HASH_SIZE];
	struct labeled context = {.len = 0};

	add(&context, &mode_base, 1);
	labeled_extract(NULL, 0, "psk_id_hash", "", hash);
	add(&context, hash, sizeof(hash));
	labeled_extract(NULL, 0, "info_hash", info, hash);
	add(&context, hash, sizeof(hash));

	labeled_extract(shared, WAX_XWING_SHARED_SIZE, "secret", "", secret);
	labeled_expand(secret, "key", &context, key, WAX_KEY_SIZE);
	labeled_expand(secret, "base_nonce", &context, nonce, WAX_NONCE_SIZE);
	wax_wipe(secret, sizeof(secret));
}

bool wax_hpke_seal(const uint8_t key[WAX_XWING_PUBLIC_SIZE], const char *info,
		   const void *plain, size_t len,
		   uint8_t enc[WAX_XWING_CIPHERTEXT_SIZE], uint8_t *out)
{
	uint8_t shared[WAX_XWING_SHARED_SIZE], k[WAX_KEY_SIZE];
	uint8_t nonce[WAX_NONCE_SIZE];
	bool ok = wax_xwing_encap(enc, shared, key);

	if (ok) {
		wax_hpke_schedule(shared, info, k, nonce);
		wax_aead_seal(k, nonce, NULL, 0, plain, len, out);
	}
	wax_wipe(shared, sizeof(shared));
	wax_wipe(k, sizeof(k));
	return ok;
}

enum wax_hpke_result wax_hpke_open(const uint8_t seed[WAX_XWING_SEED_SIZE],
				   const char *info,
				   const uint8_t enc[WAX_XWING_CIPHERTEXT_SIZE],
				   const void *sealed, size_t len, uint8_t *out)
{
	uint8_t shared[WAX_XWING_SHARED_SIZE], k[WAX_KEY_SIZE];
	uint8_t nonce[WAX_NONCE_SIZE];
	bool ok;

	if (!wax_xwing_decap(shared, enc, seed))
		return WAX_HPKE_BAD_ENC;
	wax_hpke_schedule(shared, info, k, nonce);
	ok = wax_aead_open(k, nonce, NULL, 0, sealed, len, out);
	wax_wipe(shared, sizeof(shared));
	wax_wipe(k, sizeof(k));
	return ok ? WAX_HPKE_OPENED : WAX_HPKE_OTHER_KEY;
}
