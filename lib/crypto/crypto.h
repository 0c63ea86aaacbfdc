/* SPDX-License-Identifier: ISC */
/*
 * The primitives, as libsodium gives them, under the names that the formats
 * use. No room below this one sees <sodium.h>.
 */
#ifndef WAX_CRYPTO_CRYPTO_H
#define WAX_CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/error.h>

#define WAX_KEY_SIZE 32	 /* of every symmetric key */
#define WAX_HASH_SIZE 32 /* SHA-256, HMAC-SHA-256 */
#define WAX_SHA512_SIZE 64
#define WAX_BLAKE2B_SIZE 64
#define WAX_NONCE_SIZE 12  /* ChaCha20-Poly1305, RFC 8439 */
#define WAX_XNONCE_SIZE 24 /* XChaCha20-Poly1305 */
#define WAX_TAG_SIZE 16

#define WAX_X25519_SIZE 32 /* scalars, points and shared secrets */

#define WAX_ED25519_PUBLIC_SIZE 32
#define WAX_ED25519_SECRET_SIZE 64 /* seed and public key */
#define WAX_ED25519_SIGNATURE_SIZE 64

/* X-Wing, draft-connolly-cfrg-xwing-kem */
#define WAX_XWING_SEED_SIZE 32
#define WAX_XWING_PUBLIC_SIZE 1216
#define WAX_XWING_CIPHERTEXT_SIZE 1120
#define WAX_XWING_SHARED_SIZE 32

void wax_random(void *out, size_t len);

/* A number below n, each as likely. */
uint32_t wax_random_below(uint32_t n);

void wax_sha256(const void *data, size_t len, uint8_t out[WAX_HASH_SIZE]);

void wax_sha512(const void *data, size_t len, uint8_t out[WAX_SHA512_SIZE]);

void wax_hmac(const uint8_t key[WAX_KEY_SIZE], const void *data, size_t len,
	      uint8_t out[WAX_HASH_SIZE]);

/* HKDF-SHA-256 (RFC 5869); out_len is at most 8160. */
void wax_hkdf(const void *salt, size_t salt_len, const void *ikm,
	      size_t ikm_len, const void *info, size_t info_len, void *out,
	      size_t out_len);
void wax_hkdf_extract(const void *salt, size_t salt_len, const void *ikm,
		      size_t ikm_len, uint8_t out[WAX_HASH_SIZE]);
void wax_hkdf_expand(const uint8_t prk[WAX_HASH_SIZE], const void *info,
		     size_t info_len, void *out, size_t out_len);

/*
 * scrypt (RFC 7914) with N = 2^log_n, r = 8, p = 1: 2^(log_n + 10) bytes of
 * memory. False when there is not as much.
 */
bool wax_scrypt(const void *passphrase, size_t passphrase_len, const void *salt,
		size_t salt_len, unsigned log_n, uint8_t out[WAX_KEY_SIZE]);

/* X25519 (RFC 7748). False when the result is zero: a low-order point. */
bool wax_x25519(uint8_t out[WAX_X25519_SIZE],
		const uint8_t scalar[WAX_X25519_SIZE],
		const uint8_t point[WAX_X25519_SIZE]);
void wax_x25519_base(uint8_t out[WAX_X25519_SIZE],
		     const uint8_t scalar[WAX_X25519_SIZE]);

/* The X25519 images of an Ed25519 key pair; false for an invalid point. */
bool wax_ed25519_public_image(uint8_t out[WAX_X25519_SIZE],
			      const uint8_t key[WAX_ED25519_PUBLIC_SIZE]);
void wax_ed25519_secret_image(uint8_t out[WAX_X25519_SIZE],
			      const uint8_t key[WAX_ED25519_SECRET_SIZE]);

/* The public key that belongs to an Ed25519 seed of 32 bytes. */
void wax_ed25519_public(uint8_t out[WAX_ED25519_PUBLIC_SIZE],
			const uint8_t seed[32]);

/*
 * The key pair of an Ed25519 seed, its public half, and whether a public key is
 * one: a canonical point of the main group.
 */
void wax_ed25519_secret(uint8_t out[WAX_ED25519_SECRET_SIZE],
			const uint8_t seed[32]);
void wax_ed25519_secret_public(uint8_t out[WAX_ED25519_PUBLIC_SIZE],
			       const uint8_t key[WAX_ED25519_SECRET_SIZE]);
bool wax_ed25519_valid(const uint8_t key[WAX_ED25519_PUBLIC_SIZE]);

/* Ed25519 (RFC 8032) over a message at hand. */
void wax_ed25519_sign(uint8_t out[WAX_ED25519_SIGNATURE_SIZE], const void *data,
		      size_t len,
		      const uint8_t secret[WAX_ED25519_SECRET_SIZE]);
bool wax_ed25519_verify(const uint8_t signature[WAX_ED25519_SIGNATURE_SIZE],
			const void *data, size_t len,
			const uint8_t key[WAX_ED25519_PUBLIC_SIZE]);

/* BLAKE2b (RFC 7693) of 64 bytes without a key, of data in pieces. */
struct wax_blake2b;

int wax_blake2b_new(struct wax_blake2b **out, struct wax_diag *diag);
void wax_blake2b_free(struct wax_blake2b *b);
void wax_blake2b_add(struct wax_blake2b *b, const void *data, size_t len);
void wax_blake2b_end(struct wax_blake2b *b, uint8_t out[WAX_BLAKE2B_SIZE]);

/*
 * Ed25519ph (RFC 8032, section 5.1) with an empty context, over a text and then
 * the SHA-256 of each MiB of data and of what is left, so that several
 * processors can take part, with instructions that they have for it. Both are
 * given in pieces, the text first; signing and verifying end it; free wipes.
 * threads: at most, 1 for the caller's alone, 0 for as many as there are
 * processors.
 */
#define WAX_PREHASH_PIECE ((size_t)1024 * 1024)
struct wax_prehash;

int wax_prehash_new(unsigned threads, struct wax_prehash **out,
		    struct wax_diag *diag);
void wax_prehash_free(struct wax_prehash *p);
void wax_prehash_text(struct wax_prehash *p, const void *text, size_t len);
int wax_prehash_add(struct wax_prehash *p, const void *data, size_t len,
		    struct wax_diag *diag);
void wax_prehash_sign(struct wax_prehash *p,
		      const uint8_t secret[WAX_ED25519_SECRET_SIZE],
		      uint8_t out[WAX_ED25519_SIGNATURE_SIZE]);
bool wax_prehash_verify(struct wax_prehash *p,
			const uint8_t key[WAX_ED25519_PUBLIC_SIZE],
			const uint8_t signature[WAX_ED25519_SIGNATURE_SIZE]);

/*
 * ChaCha20-Poly1305 (RFC 8439). Sealing writes len + WAX_TAG_SIZE bytes;
 * opening takes as many (len is at least WAX_TAG_SIZE) and writes len -
 * WAX_TAG_SIZE, or returns false. In and out may be the same.
 */
void wax_aead_seal(const uint8_t key[WAX_KEY_SIZE],
		   const uint8_t nonce[WAX_NONCE_SIZE], const void *ad,
		   size_t ad_len, const void *plain, size_t len, uint8_t *out);
bool wax_aead_open(const uint8_t key[WAX_KEY_SIZE],
		   const uint8_t nonce[WAX_NONCE_SIZE], const void *ad,
		   size_t ad_len, const void *sealed, size_t len, uint8_t *out);

/* XChaCha20-Poly1305, as above but for the nonce, which may be random. */
void wax_xaead_seal(const uint8_t key[WAX_KEY_SIZE],
		    const uint8_t nonce[WAX_XNONCE_SIZE], const void *ad,
		    size_t ad_len, const void *plain, size_t len, uint8_t *out);
bool wax_xaead_open(const uint8_t key[WAX_KEY_SIZE],
		    const uint8_t nonce[WAX_XNONCE_SIZE], const void *ad,
		    size_t ad_len, const void *sealed, size_t len,
		    uint8_t *out);

void wax_xwing_public(uint8_t out[WAX_XWING_PUBLIC_SIZE],
		      const uint8_t seed[WAX_XWING_SEED_SIZE]);
bool wax_xwing_encap(uint8_t ciphertext[WAX_XWING_CIPHERTEXT_SIZE],
		     uint8_t shared[WAX_XWING_SHARED_SIZE],
		     const uint8_t key[WAX_XWING_PUBLIC_SIZE]);
/* False for a ciphertext whose X25519 part is a low-order point. */
bool wax_xwing_decap(uint8_t shared[WAX_XWING_SHARED_SIZE],
		     const uint8_t ciphertext[WAX_XWING_CIPHERTEXT_SIZE],
		     const uint8_t seed[WAX_XWING_SEED_SIZE]);

#endif
