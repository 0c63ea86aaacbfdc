/* SPDX-License-Identifier: ISC */
/*
 * The hello.
 */
#include <string.h>

#include <wax/text.h>

#include "base/bytes.h"
#include "base/secret.h"
#include "ratchet/hello.h"

#define VERSION 0x01

/* Big-endian, as everything that the protocol hashes and seals. */
static uint8_t *put(uint8_t *at, uint64_t value, size_t n)
{
	wax_be_put(at, value, n);
	return at + n;
}

void wax_hello_transcript(const struct wax_hello *hello,
			  const struct wax_party *to,
			  const struct wax_prekey_public *prekey,
			  uint8_t out[WAX_HASH_SIZE])
{
	static const char label[] = "wax/v1 hello";
	uint8_t all[sizeof(label) - 1 + 2 * sizeof(struct wax_party) + 4 + 8 +
		    sizeof(prekey->x25519) + sizeof(prekey->xwing) +
		    sizeof(hello->share) + sizeof(hello->c1) +
		    sizeof(hello->c2)];
	uint8_t *at = mempcpy(all, label, sizeof(label) - 1);
	const struct wax_party *parties[] = {&hello->caller, to};

	for (int i = 0; i < 2; i++) {
		at = mempcpy(at, parties[i]->identity,
			     sizeof(parties[i]->identity));
		at = mempcpy(at, parties[i]->recipient,
			     sizeof(parties[i]->recipient));
	}
	at = put(at, hello->prekey, 4);
	at = put(at, (uint64_t)hello->t, 8);
	at = mempcpy(at, prekey->x25519, sizeof(prekey->x25519));
	at = mempcpy(at, prekey->xwing, sizeof(prekey->xwing));
	at = mempcpy(at, hello->share, sizeof(hello->share));
	at = mempcpy(at, hello->c1, sizeof(hello->c1));
	memcpy(at, hello->c2, sizeof(hello->c2));
	wax_sha256(all, sizeof(all), out);
}

/* The secrets that go into a session, in their order. */
struct secrets {
	uint8_t pad
		[32]; /* 0xff, as in X3DH: no scalar or point is so encoded */
	uint8_t d[3][WAX_X25519_SIZE];
	uint8_t k[2][WAX_XWING_SHARED_SIZE];
};

/* Derives all keys, and wipes what they come from. */
static void derive(struct secrets *s, const struct wax_hello *hello,
		   const struct wax_party *to,
		   const struct wax_prekey_public *prekey,
		   struct wax_agreed *out)
{
	static const char info[] = "wax/v1 session", label[] = "wax/v1 ad";
	uint8_t keys[5][WAX_KEY_SIZE];
	uint8_t ad[sizeof(label) - 1 + WAX_HASH_SIZE +
		   2 * WAX_ED25519_PUBLIC_SIZE];
	uint8_t *at = mempcpy(ad, label, sizeof(label) - 1);

	memset(s->pad, 0xff, sizeof(s->pad));
	wax_hello_transcript(hello, to, prekey, out->transcript);
	wax_hkdf(out->transcript, sizeof(out->transcript), s, sizeof(*s), info,
		 sizeof(info) - 1, keys, sizeof(keys));
	memcpy(out->root, keys[0], WAX_KEY_SIZE);
	memcpy(out->chain, keys[1], WAX_KEY_SIZE);
	memcpy(out->header, keys[2], sizeof(out->header));
	at = mempcpy(at, out->transcript, WAX_HASH_SIZE);
	at = mempcpy(at, hello->caller.identity, WAX_ED25519_PUBLIC_SIZE);
	memcpy(at, to->identity, WAX_ED25519_PUBLIC_SIZE);
	wax_sha256(ad, sizeof(ad), out->ad);
	wax_wipe(keys, sizeof(keys));
	wax_wipe(s, sizeof(*s));
}

bool wax_hello_make(struct wax_hello *hello, const struct wax_own_keys *own,
		    const struct wax_party *to,
		    const struct wax_prekey_public *prekey,
		    struct wax_agreed *out)
{
	uint8_t a[WAX_X25519_SIZE], e[WAX_X25519_SIZE], image[WAX_X25519_SIZE];
	struct secrets s;
	bool ok;

	wax_ed25519_secret_image(a, own->identity);
	wax_random(e, sizeof(e));
	wax_x25519_base(hello->share, e);
	hello->prekey = prekey->id;
	ok = wax_ed25519_public_image(image, to->identity) &&
	     wax_x25519(s.d[0], a, prekey->x25519) &&
	     wax_x25519(s.d[1], e, image) &&
	     wax_x25519(s.d[2], e, prekey->x25519) &&
	     wax_xwing_encap(hello->c1, s.k[0], prekey->xwing) &&
	     wax_xwing_encap(hello->c2, s.k[1], to->recipient);
	if (ok)
		derive(&s, hello, to, prekey, out);
	wax_wipe(a, sizeof(a));
	wax_wipe(e, sizeof(e));
	wax_wipe(&s, sizeof(s));
	return ok;
}

bool wax_hello_take(const struct wax_hello *hello,
		    const struct wax_own_keys *own,
		    const struct wax_party *self,
		    const struct wax_prekey_secret *prekey,
		    struct wax_agreed *out)
{
	struct wax_prekey_public public = {.id = hello->prekey};
	uint8_t b[WAX_X25519_SIZE], image[WAX_X25519_SIZE];
	struct secrets s;
	bool ok;

	wax_x25519_base(public.x25519, prekey->x25519);
	wax_xwing_public(public.xwing, prekey->xwing);
	wax_ed25519_secret_image(b, own->identity);
	ok = wax_ed25519_public_image(image, hello->caller.identity) &&
	     wax_x25519(s.d[0], prekey->x25519, image) &&
	     wax_x25519(s.d[1], b, hello->share) &&
	     wax_x25519(s.d[2], prekey->x25519, hello->share) &&
	     wax_xwing_decap(s.k[0], hello->c1, prekey->xwing) &&
	     wax_xwing_decap(s.k[1], hello->c2, own->seed);
	if (ok)
		derive(&s, hello, self, &public, out);
	wax_wipe(b, sizeof(b));
	wax_wipe(&s, sizeof(s));
	return ok;
}

/* The key that seals a hello, from the secret of its c3. */
static void body_key(uint8_t secret[WAX_XWING_SHARED_SIZE],
		     uint8_t out[WAX_KEY_SIZE])
{
	static const char info[] = "wax/v1 hello";

	wax_hkdf(NULL, 0, secret, WAX_XWING_SHARED_SIZE, info, sizeof(info) - 1,
		 out, WAX_KEY_SIZE);
	wax_wipe(secret, WAX_XWING_SHARED_SIZE);
}

static void encode(const struct wax_hello *hello,
		   uint8_t out[WAX_HELLO_PLAIN_SIZE])
{
	uint8_t *at = put(out, VERSION, 1);

	at = put(at, hello->prekey, 4);
	at = put(at, (uint64_t)hello->t, 8);
	at = mempcpy(at, hello->caller.identity,
		     sizeof(hello->caller.identity));
	at = mempcpy(at, hello->caller.recipient,
		     sizeof(hello->caller.recipient));
	at = mempcpy(at, hello->share, sizeof(hello->share));
	at = mempcpy(at, hello->c1, sizeof(hello->c1));
	memcpy(at, hello->c2, sizeof(hello->c2));
}

bool wax_hello_seal(const struct wax_hello *hello,
		    const uint8_t recipient[WAX_XWING_PUBLIC_SIZE],
		    uint8_t out[WAX_HELLO_SIZE])
{
	uint8_t plain[WAX_HELLO_PLAIN_SIZE], key[WAX_KEY_SIZE];
	uint8_t secret[WAX_XWING_SHARED_SIZE];
	uint8_t *nonce = out + WAX_XWING_CIPHERTEXT_SIZE;

	if (!wax_xwing_encap(out, secret, recipient))
		return false;
	body_key(secret, key);
	encode(hello, plain);
	wax_random(nonce, WAX_XNONCE_SIZE);
	wax_xaead_seal(key, nonce, recipient, WAX_XWING_PUBLIC_SIZE, plain,
		       sizeof(plain), nonce + WAX_XNONCE_SIZE);
	wax_wipe(key, sizeof(key));
	wax_wipe(plain, sizeof(plain));
	return true;
}

/* Takes the fields; false when they cannot be those of a hello. */
static bool decode(const uint8_t *at, struct wax_hello *out)
{
	uint64_t t = wax_be_get(at + 5, 8);

	if (*at != VERSION || t > (uint64_t)WAX_TIME_MAX)
		return false;
	out->prekey = (uint32_t)wax_be_get(at + 1, 4);
	out->t = (int64_t)t;
	at += 13;
	memcpy(out->caller.identity, at, sizeof(out->caller.identity));
	at += sizeof(out->caller.identity);
	memcpy(out->caller.recipient, at, sizeof(out->caller.recipient));
	at += sizeof(out->caller.recipient);
	memcpy(out->share, at, sizeof(out->share));
	at += sizeof(out->share);
	memcpy(out->c1, at, sizeof(out->c1));
	memcpy(out->c2, at + sizeof(out->c1), sizeof(out->c2));
	return wax_ed25519_valid(out->caller.identity);
}

int wax_hello_open(const uint8_t body[WAX_HELLO_SIZE],
		   const struct wax_own_keys *own, const struct wax_party *self,
		   struct wax_hello *out, struct wax_diag *diag)
{
	uint8_t plain[WAX_HELLO_PLAIN_SIZE], key[WAX_KEY_SIZE];
	uint8_t secret[WAX_XWING_SHARED_SIZE];
	const uint8_t *nonce = body + WAX_XWING_CIPHERTEXT_SIZE;
	bool opened, ok = false;

	if (!wax_xwing_decap(secret, body, own->seed))
		return wax_diag_set(diag, WAX_ERR_NO_KEY,
				    "it is sealed to another");
	body_key(secret, key);
	opened =
		wax_xaead_open(key, nonce, self->recipient,
			       sizeof(self->recipient), nonce + WAX_XNONCE_SIZE,
			       WAX_HELLO_PLAIN_SIZE + WAX_TAG_SIZE, plain);
	if (opened)
		ok = decode(plain, out);
	wax_wipe(key, sizeof(key));
	wax_wipe(plain, sizeof(plain));
	if (!opened)
		return wax_diag_set(diag, WAX_ERR_NO_KEY,
				    "it is sealed to another");
	return ok ? 0
		  : wax_diag_set(diag, WAX_ERR_FORMAT,
				 "the hello in it is malformed");
}
