/* SPDX-License-Identifier: ISC */
/*
 * The primitives, on libsodium. What cannot fail with arguments of the right
 * size is asserted.
 */
#include <assert.h>
#include <stdlib.h>

#include <sodium.h>

#include "base/error.h"
#include "crypto/crypto.h"

void wax_random(void *out, size_t len)
{
	randombytes_buf(out, len);
}

uint32_t wax_random_below(uint32_t n)
{
	return randombytes_uniform(n);
}

void wax_sha256(const void *data, size_t len, uint8_t out[WAX_HASH_SIZE])
{
	crypto_hash_sha256(out, data, len);
}

void wax_sha512(const void *data, size_t len, uint8_t out[WAX_SHA512_SIZE])
{
	crypto_hash_sha512(out, data, len);
}

void wax_hmac(const uint8_t key[WAX_KEY_SIZE], const void *data, size_t len,
	      uint8_t out[WAX_HASH_SIZE])
{
	crypto_auth_hmacsha256(out, data, len, key);
}

void wax_hkdf_extract(const void *salt, size_t salt_len, const void *ikm,
		      size_t ikm_len, uint8_t out[WAX_HASH_SIZE])
{
	crypto_kdf_hkdf_sha256_extract(out, salt_len ? salt : NULL, salt_len,
				       ikm, ikm_len);
}

void wax_hkdf_expand(const uint8_t prk[WAX_HASH_SIZE], const void *info,
		     size_t info_len, void *out, size_t out_len)
{
	int err = crypto_kdf_hkdf_sha256_expand(out, out_len, info, info_len,
						prk);

	assert(!err);
	(void)err;
}

void wax_hkdf(const void *salt, size_t salt_len, const void *ikm,
	      size_t ikm_len, const void *info, size_t info_len, void *out,
	      size_t out_len)
{
	uint8_t prk[WAX_HASH_SIZE];

	wax_hkdf_extract(salt, salt_len, ikm, ikm_len, prk);
	wax_hkdf_expand(prk, info, info_len, out, out_len);
	sodium_memzero(prk, sizeof(prk));
}

bool wax_scrypt(const void *passphrase, size_t passphrase_len, const void *salt,
		size_t salt_len, unsigned log_n, uint8_t out[WAX_KEY_SIZE])
{
	return !crypto_pwhash_scryptsalsa208sha256_ll(
		passphrase, passphrase_len, salt, salt_len,
		(uint64_t)1 << log_n, 8, 1, out, WAX_KEY_SIZE);
}

bool wax_x25519(uint8_t out[WAX_X25519_SIZE],
		const uint8_t scalar[WAX_X25519_SIZE],
		const uint8_t point[WAX_X25519_SIZE])
{
	return !crypto_scalarmult(out, scalar, point);
}

void wax_x25519_base(uint8_t out[WAX_X25519_SIZE],
		     const uint8_t scalar[WAX_X25519_SIZE])
{
	crypto_scalarmult_base(out, scalar);
}

bool wax_ed25519_public_image(uint8_t out[WAX_X25519_SIZE],
			      const uint8_t key[WAX_ED25519_PUBLIC_SIZE])
{
	return !crypto_sign_ed25519_pk_to_curve25519(out, key);
}

void wax_ed25519_secret_image(uint8_t out[WAX_X25519_SIZE],
			      const uint8_t key[WAX_ED25519_SECRET_SIZE])
{
	crypto_sign_ed25519_sk_to_curve25519(out, key);
}

void wax_ed25519_public(uint8_t out[WAX_ED25519_PUBLIC_SIZE],
			const uint8_t seed[32])
{
	uint8_t secret[WAX_ED25519_SECRET_SIZE];

	crypto_sign_ed25519_seed_keypair(out, secret, seed);
	sodium_memzero(secret, sizeof(secret));
}

void wax_ed25519_secret(uint8_t out[WAX_ED25519_SECRET_SIZE],
			const uint8_t seed[32])
{
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];

	crypto_sign_ed25519_seed_keypair(key, out, seed);
}

void wax_ed25519_secret_public(uint8_t out[WAX_ED25519_PUBLIC_SIZE],
			       const uint8_t key[WAX_ED25519_SECRET_SIZE])
{
	crypto_sign_ed25519_sk_to_pk(out, key);
}

bool wax_ed25519_valid(const uint8_t key[WAX_ED25519_PUBLIC_SIZE])
{
	uint8_t image[WAX_X25519_SIZE];

	return crypto_core_ed25519_is_valid_point(key) &&
	       wax_ed25519_public_image(image, key);
}

void wax_ed25519_sign(uint8_t out[WAX_ED25519_SIGNATURE_SIZE], const void *data,
		      size_t len, const uint8_t secret[WAX_ED25519_SECRET_SIZE])
{
	crypto_sign_ed25519_detached(out, NULL, data, len, secret);
}

bool wax_ed25519_verify(const uint8_t signature[WAX_ED25519_SIGNATURE_SIZE],
			const void *data, size_t len,
			const uint8_t key[WAX_ED25519_PUBLIC_SIZE])
{
	return !crypto_sign_ed25519_verify_detached(signature, data, len, key);
}

struct wax_blake2b {
	crypto_generichash_blake2b_state state;
};

int wax_blake2b_new(struct wax_blake2b **out, struct wax_diag *diag)
{
	/* As it wants to be aligned. */
	struct wax_blake2b *b = aligned_alloc(64, (sizeof(*b) + 63) / 64 * 64);

	if (!b)
		return wax_no_memory(diag);
	crypto_generichash_blake2b_init(&b->state, NULL, 0, WAX_BLAKE2B_SIZE);
	*out = b;
	return 0;
}

void wax_blake2b_free(struct wax_blake2b *b)
{
	if (b)
		sodium_memzero(b, sizeof(*b));
	free(b);
}

void wax_blake2b_add(struct wax_blake2b *b, const void *data, size_t len)
{
	crypto_generichash_blake2b_update(&b->state, data, len);
}

void wax_blake2b_end(struct wax_blake2b *b, uint8_t out[WAX_BLAKE2B_SIZE])
{
	crypto_generichash_blake2b_final(&b->state, out, WAX_BLAKE2B_SIZE);
}

void wax_aead_seal(const uint8_t key[WAX_KEY_SIZE],
		   const uint8_t nonce[WAX_NONCE_SIZE], const void *ad,
		   size_t ad_len, const void *plain, size_t len, uint8_t *out)
{
	crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain, len, ad,
						  ad_len, NULL, nonce, key);
}

bool wax_aead_open(const uint8_t key[WAX_KEY_SIZE],
		   const uint8_t nonce[WAX_NONCE_SIZE], const void *ad,
		   size_t ad_len, const void *sealed, size_t len, uint8_t *out)
{
	return !crypto_aead_chacha20poly1305_ietf_decrypt(
		out, NULL, NULL, sealed, len, ad, ad_len, nonce, key);
}

void wax_xaead_seal(const uint8_t key[WAX_KEY_SIZE],
		    const uint8_t nonce[WAX_XNONCE_SIZE], const void *ad,
		    size_t ad_len, const void *plain, size_t len, uint8_t *out)
{
	crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, plain, len, ad,
						   ad_len, NULL, nonce, key);
}

bool wax_xaead_open(const uint8_t key[WAX_KEY_SIZE],
		    const uint8_t nonce[WAX_XNONCE_SIZE], const void *ad,
		    size_t ad_len, const void *sealed, size_t len, uint8_t *out)
{
	return !crypto_aead_xchacha20poly1305_ietf_decrypt(
		out, NULL, NULL, sealed, len, ad, ad_len, nonce, key);
}

/* The library leaves the hashing of its secrets on the stack. */
#define STACK_USED 32768

void wax_xwing_public(uint8_t out[WAX_XWING_PUBLIC_SIZE],
		      const uint8_t seed[WAX_XWING_SEED_SIZE])
{
	uint8_t secret[crypto_kem_xwing_SECRETKEYBYTES];

	crypto_kem_xwing_seed_keypair(out, secret, seed);
	sodium_memzero(secret, sizeof(secret));
}

bool wax_xwing_encap(uint8_t ciphertext[WAX_XWING_CIPHERTEXT_SIZE],
		     uint8_t shared[WAX_XWING_SHARED_SIZE],
		     const uint8_t key[WAX_XWING_PUBLIC_SIZE])
{
	bool ok = !crypto_kem_xwing_enc(ciphertext, shared, key);

	sodium_stackzero(STACK_USED);
	return ok;
}

bool wax_xwing_decap(uint8_t shared[WAX_XWING_SHARED_SIZE],
		     const uint8_t ciphertext[WAX_XWING_CIPHERTEXT_SIZE],
		     const uint8_t seed[WAX_XWING_SEED_SIZE])
{
	/* In X-Wing the secret key is the seed. */
	bool ok = !crypto_kem_xwing_dec(shared, ciphertext, seed);

	sodium_stackzero(STACK_USED);
	return ok;
}
