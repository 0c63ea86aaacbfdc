/* SPDX-License-Identifier: ISC */
/*
 * The primitives against the vectors of their RFCs: that libsodium is called
 * with the right arguments in the right order.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "tap.h"

/* RFC 5869, appendix A.1 to A.3. */
static void hkdf(void)
{
	static const char *const prk[] = {
		"077709362c2e32df0ddc3f0dc47bba63"
		"90b6c73bb50f9c3122ec844ad7c2b3e5",
		"06a6b88c5853361a06104c9ceb35b45c"
		"ef760014904671014a193f40c15fc244",
		"19ef24a32c717b167f33a91d6f648bdf"
		"96596776afdb6377ac434c1c293ccb04",
	};
	static const char *const okm[] = {
		"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4"
		"c5bf34007208d5b887185865",
		"b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19af"
		"a97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9"
		"aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
		"8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c73"
		"8d2d9d201395faa4b61a96c8",
	};
	static const size_t ikm_len[] = {22, 80, 22}, salt_len[] = {13, 80, 0};
	static const size_t info_len[] = {10, 80, 0};

	for (size_t i = 0; i < 3; i++) {
		uint8_t ikm[80], salt[80], info[80], want[82], out[82];
		size_t len = strlen(okm[i]) / 2;

		for (unsigned j = 0; j < 80; j++) {
			ikm[j] = (uint8_t)(i == 1 ? j : 0x0b);
			salt[j] = (uint8_t)(i == 1 ? 0x60 + j : j);
			info[j] = (uint8_t)((i == 1 ? 0xb0 : 0xf0) + j);
		}
		wax_hkdf_extract(salt, salt_len[i], ikm, ikm_len[i], out);
		tap_hex(prk[i], want, 32);
		tap_bytes(out, 32, want, 32, "RFC 5869 A.%zu: extract", i + 1);
		wax_hkdf_expand(want, info, info_len[i], out, len);
		tap_hex(okm[i], want, len);
		tap_bytes(out, len, want, len, "RFC 5869 A.%zu: expand", i + 1);
		wax_hkdf(i == 2 ? NULL : salt, salt_len[i], ikm, ikm_len[i],
			 info, info_len[i], out, len);
		tap_bytes(out, len, want, len, "RFC 5869 A.%zu: both", i + 1);
	}
}

static void hkdf_longest(void)
{
	static uint8_t out[8160];
	uint8_t prk[32], want[16];

	for (unsigned i = 0; i < 32; i++)
		prk[i] = (uint8_t)i;
	wax_hkdf_expand(prk, "", 0, out, sizeof(out));
	tap_hex("303847de700b32d0bf304a79c1eadf8e", want, 16);
	tap_bytes(out + 8144, 16, want, 16, "the longest output, its end");
}

static void hashes(void)
{
	uint8_t key[32], want[32], out[32];

	wax_sha256("abc", 3, out);
	tap_hex("ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad",
		want, 32);
	tap_bytes(out, 32, want, 32, "SHA-256 of abc");
	for (unsigned i = 0; i < 32; i++)
		key[i] = (uint8_t)i;
	wax_hmac(key, "wax", 3, out);
	tap_hex("fcffc7eca6848c339b469fa8e54fbf15"
		"4bd0aa38777507083c2d0725d1e0a12b",
		want, 32);
	tap_bytes(out, 32, want, 32, "HMAC-SHA-256");
}

/* RFC 7748, sections 5.2 and 6.1. */
static void x25519(void)
{
	uint8_t k[32], u[32], want[32], out[32], next[32];
	bool good = true;

	tap_hex("a546e36bf0527c9d3b16154b82465edd"
		"62144c0ac1fc5a18506a2244ba449ac4",
		k, 32);
	tap_hex("e6db6867583030db3594c1a424b15f7c"
		"726624ec26b3353b10a903a6d0ab1c4c",
		u, 32);
	tap_hex("c3da55379de9c6908e94ea4df28d084f"
		"32eccf03491c71f754b4075577a28552",
		want, 32);
	tap_ok(wax_x25519(out, k, u), "RFC 7748, 5.2");
	tap_bytes(out, 32, want, 32, "its result");
	memset(k, 0, 32);
	k[0] = 9;
	memcpy(u, k, 32);
	for (unsigned i = 0; i < 1000; i++) {
		good &= wax_x25519(next, k, u);
		memcpy(u, k, 32);
		memcpy(k, next, 32);
	}
	tap_hex("684cf59ba83309552800ef566f2f4d3c"
		"1c3887c49360e3875f2eb94d99532c51",
		want, 32);
	tap_ok(good, "a thousand times");
	tap_bytes(k, 32, want, 32, "their result");
}

static void x25519_exchange(void)
{
	uint8_t a[32], b[32], pa[32], pb[32], want[32], out[32];

	tap_hex("77076d0a7318a57d3c16c17251b26645"
		"df4c2f87ebc0992ab177fba51db92c2a",
		a, 32);
	tap_hex("5dab087e624a8a4b79e17f8b83800ee6"
		"6f3bb1292618b6fd1c2f8b27ff88e0eb",
		b, 32);
	wax_x25519_base(pa, a);
	wax_x25519_base(pb, b);
	tap_hex("4a5d9d5ba4ce2de1728e3bf480350f25"
		"e07e21c947d19e3376f09b3c1e161742",
		want, 32);
	tap_ok(wax_x25519(out, a, pb) && !memcmp(out, want, 32),
	       "RFC 7748, 6.1: Alice's side");
	tap_ok(wax_x25519(out, b, pa) && !memcmp(out, want, 32),
	       "RFC 7748, 6.1: Bob's side");
}

/* The points whose order divides 8, also in forms that are not reduced. */
static void low_order(void)
{
	static const char *const points[] = {
		"00000000000000000000000000000000"
		"00000000000000000000000000000000",
		"01000000000000000000000000000000"
		"00000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46a"
		"da098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b"
		"04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"00000000000000000000000000000000"
		"00000000000000000000000000000080",
	};
	uint8_t k[32], u[32], out[32];

	tap_fill(k, 32, 1);
	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++) {
		tap_hex(points[i], u, 32);
		tap_ok(!wax_x25519(out, k, u), "a low-order point, number %zu",
		       i + 1);
	}
}

/* RFC 8439, section 2.8.2. */
static void aead(void)
{
	static const char plain[] =
		"Ladies and Gentlemen of the class of '99: If I could offer you "
		"only one tip for the future, sunscreen would be it.";
	const size_t n = sizeof(plain) - 1;
	uint8_t key[32], nonce[12], ad[12], want[114 + 16], out[114 + 16];
	unsigned opened = 0;

	for (unsigned i = 0; i < 32; i++)
		key[i] = (uint8_t)(0x80 + i);
	tap_hex("070000004041424344454647", nonce, 12);
	tap_hex("50515253c0c1c2c3c4c5c6c7", ad, 12);
	tap_hex("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee"
		"62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b6"
		"7ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585"
		"808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116"
		"1ae10b594f09e26a7e902ecbd0600691",
		want, sizeof(want));
	tap_is((long long)n, 114, "the vector's length");
	wax_aead_seal(key, nonce, ad, 12, plain, n, out);
	tap_bytes(out, sizeof(out), want, sizeof(want), "RFC 8439: sealed");
	memcpy(out, plain, n);
	wax_aead_seal(key, nonce, ad, 12, out, n, out);
	tap_bytes(out, sizeof(out), want, sizeof(want), "and in place");
	for (size_t bit = 0; bit < 8 * sizeof(want); bit++) {
		want[bit / 8] ^= (uint8_t)(1u << bit % 8);
		opened += wax_aead_open(key, nonce, ad, 12, want, sizeof(want),
					out);
		want[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	tap_is(opened, 0, "no changed bit is accepted");
	tap_ok(!wax_aead_open(key, nonce, ad, 11, want, sizeof(want), out),
	       "nor other associated data");
	tap_ok(!wax_aead_open(key, nonce, ad, 12, want, sizeof(want) - 1, out),
	       "nor a tag cut short");
	tap_ok(wax_aead_open(key, nonce, ad, 12, want, sizeof(want), want) &&
		       !memcmp(want, plain, n),
	       "RFC 8439: opened, in place");
}

/* RFC 7914, section 12, where r is 8 and p is 1; then smaller ones. */
static void scrypt(void)
{
	static const struct {
		const char *pass, *salt, *hex;
		unsigned log_n;
	} v[] = {
		{"pleaseletmein", "SodiumChloride",
		 "7023bdcb3afd7348461c06cd81fd38eb"
		 "fda8fbba904f8e3ea9b543f6545da1f2",
		 14},
		{"password", "NaCl",
		 "e5ed8edc019edfef2d3ced0896faf9ee"
		 "c6921dcc68125ce81c10d53474ce1be5",
		 1},
		{"", "",
		 "e2b1883717d879f495cb7d86aa1eb869"
		 "7e724978e8fc819881b007fbba2cf86b",
		 4},
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		uint8_t want[32], out[32];

		tap_hex(v[i].hex, want, 32);
		tap_ok(wax_scrypt(v[i].pass, strlen(v[i].pass), v[i].salt,
				  strlen(v[i].salt), v[i].log_n, out),
		       "scrypt with 2^%u", v[i].log_n);
		tap_bytes(out, 32, want, 32, "its result");
	}
}

static void ed25519(void)
{
	uint8_t seed[32], secret[64], want[32], out[32], p[32] = {1};

	/* RFC 8032, section 7.1, test 1. */
	tap_hex("9d61b19deffd5a60ba844af492ec2cc4"
		"4449c5697b326919703bac031cae7f60",
		seed, 32);
	wax_ed25519_public(out, seed);
	tap_hex("d75a980182b10ab7d54bfed3c964073a"
		"0ee172f3daa62325af021a68f707511a",
		want, 32);
	tap_bytes(out, 32, want, 32, "RFC 8032: the public key");
	/* The images, computed from the curves' formulas. */
	tap_hex("421151a459faeade3d247115f94aedae"
		"42318124095afabe4d1451a559faedee",
		secret, 32);
	wax_ed25519_public(secret + 32, secret);
	tap_hex("b5076a8474a832daee4dd5b4040983b6"
		"623b5f344aca57d4d6ee4baf3f259e6e",
		want, 32);
	tap_bytes(secret + 32, 32, want, 32, "another public key");
	tap_hex("f1814f0e8ff1043d8a44d25babff3ced"
		"cae6c22c3edaa48f857ae70de2baae50",
		want, 32);
	tap_ok(wax_ed25519_public_image(out, secret + 32) &&
		       !memcmp(out, want, 32),
	       "its image on the other curve");
	tap_hex("8052030376d47112be7f73ed7a019293"
		"dd12ad910b654455798b4667d73de166",
		seed, 32);
	wax_ed25519_secret_image(out, secret);
	tap_bytes(out, 32, seed, 32, "the scalar's image");
	wax_x25519_base(out, seed);
	tap_bytes(out, 32, want, 32, "the two belong together");
	tap_ok(!wax_ed25519_public_image(out, p), "the neutral point has none");
	memset(p, 0, 32);
	tap_ok(!wax_ed25519_public_image(out, p), "nor a point of order 4");
	memset(p, 0xff, 32);
	tap_ok(!wax_ed25519_public_image(out, p), "nor what is not reduced");
	memset(p, 0, 32);
	p[0] = 2;
	tap_ok(!wax_ed25519_public_image(out, p), "nor what is no point");
}

static void random_bytes(void)
{
	uint8_t a[32], b[32];

	wax_random(a, 32);
	wax_random(b, 32);
	tap_ok(memcmp(a, b, 32) != 0, "random bytes differ");
}

int main(void)
{
	hkdf();
	hkdf_longest();
	hashes();
	x25519();
	x25519_exchange();
	low_order();
	aead();
	scrypt();
	ed25519();
	random_bytes();
	return tap_end();
}
