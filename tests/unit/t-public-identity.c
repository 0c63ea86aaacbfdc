/* SPDX-License-Identifier: ISC */
/*
 * The identity key and its text, wax1...: how it follows from the seed of the
 * age key, against values that were found with other implementations of HKDF,
 * Ed25519 and Bech32; and that each key has one text, which no other bytes
 * parse as.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bech32.h"
#include "crypto/identity.h"
#include "fixture.h"
#include "keys/identities.h"
#include "tap.h"

#define TEXT (WAX_PUBLIC_IDENTITY_SIZE - 1)

/* Found with openssl kdf and openssl pkey, and Bech32 after BIP 173. */
static const struct {
	uint8_t first, step; /* of the seed's bytes */
	const char *derived, *public, *text;
} known[] = {
	{0, 1,
	 "247fbf1f0fe472e5216c2b6a4c8ec5c44d66518d4a2f2b93b1c608b9c76d074e",
	 "34b8923785f001dddefbceeec3b23c62c0e43a1e14fd45f2177a0d92b3301640",
	 "wax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeqqcp9fmt"},
	{255, 0,
	 "3b56348cb773f994f2e87b14bdb407faf5adbd4636bcf7200011a280a2476e28",
	 "90fc4870ab88aa54e3c75e6e48c726421efa4f7d8513ccea7fd59b7b3e24df5a",
	 "wax1jr7ysu9t3z49fc78tehy33exgg005nmas5fue6nl6kdhk03ymadqrk5xe7"},
};

#define N_KNOWN (sizeof(known) / sizeof(*known))

static void known_seed(size_t i, uint8_t out[32])
{
	for (unsigned j = 0; j < 32; j++)
		out[j] = (uint8_t)(known[i].first + j * known[i].step);
}

static void derivation(void)
{
	for (size_t i = 0; i < N_KNOWN; i++) {
		uint8_t seed[32], want[64], out[64], parsed[32];
		char text[WAX_PUBLIC_IDENTITY_SIZE];

		known_seed(i, seed);
		tap_hex(known[i].derived, want, 32);
		tap_hex(known[i].public, want + 32, 32);
		wax_identity_derive(seed, WAX_DERIVE_IDENTITY, out);
		tap_bytes(out, 64, want, 64, "the key of seed %zu", i);
		wax_identity_text(want + 32, text);
		tap_text(text, known[i].text, "its text");
		tap_ok(wax_identity_parse(text, TEXT, parsed), "it parses");
		tap_bytes(parsed, 32, want + 32, 32, "as the same key");
	}
}

/* A list of one post-quantum identity with this seed. */
static struct wax_identities *identity_of(const uint8_t seed[32])
{
	struct wax_identities *list = NULL;
	struct wax_secret *secret, *line = NULL;
	struct wax_secret_key key;

	if (wax_identities_new(NULL, NULL, &list, NULL) ||
	    wax_secret_new(32, &secret, NULL))
		exit(1);
	memcpy(wax_secret_bytes(secret), seed, 32);
	wax_secret_key_init(&key, WAX_IDENTITY_MLKEM768X25519, secret);
	if (wax_secret_key_text(&key, &line, NULL) ||
	    fixture_read(list, (char *)wax_secret_bytes(line),
			 wax_secret_size(line), NULL))
		exit(1);
	wax_secret_free(line);
	wax_secret_key_release(&key);
	return list;
}

/* The same by way of the identity file, and the key that it signs with. */
static void of_a_list(void)
{
	for (size_t i = 0; i < N_KNOWN; i++) {
		uint8_t seed[32], want[64];
		char text[WAX_PUBLIC_IDENTITY_SIZE] = "";
		struct wax_identities *list;
		struct wax_diag diag = {0};
		struct wax_secret *signer = NULL;
		size_t n = 0;

		known_seed(i, seed);
		list = identity_of(seed);
		tap_err(wax_identities_unlock(list, &n, &diag), 0, &diag,
			"an identity file is read");
		tap_err(wax_identities_public(list, 0, text, &diag), 0, &diag,
			"it has a public identity");
		tap_text(text, known[i].text, "which is the one of its seed");
		tap_err(wax_identities_signer(list, WAX_DERIVE_IDENTITY,
					      &signer, &diag),
			0, &diag, "it can sign");
		wax_identity_derive(seed, WAX_DERIVE_IDENTITY, want);
		if (signer)
			tap_bytes(wax_secret_bytes(signer),
				  wax_secret_size(signer), want, 64,
				  "with the key that derives from the seed");
		wax_secret_free(signer);
		wax_identities_free(list);
	}
}

static struct wax_identities *two(enum wax_identity_kind first,
				  enum wax_identity_kind second)
{
	struct wax_identities *list = fixture_identities(first, 1);
	char *text = fixture_file(second, 2);

	tap_ok(!fixture_read(list, text, strlen(text), NULL),
	       "two identities in one list");
	free(text);
	return list;
}

/* Classic and SSH identities have none; the first of a list signs. */
static void which_can(void)
{
	const enum wax_identity_kind pq = WAX_IDENTITY_MLKEM768X25519;

	for (unsigned i = 0; i < FIXTURE_KINDS; i++) {
		enum wax_identity_kind kind = fixture_kind(i);
		int want = kind == pq ? 0 : WAX_ERR_USAGE;
		const char *name = fixture_name(kind);
		struct wax_identities *list = two(kind, pq);
		struct wax_diag diag = {0};
		struct wax_secret *signer = NULL;
		char first[WAX_PUBLIC_IDENTITY_SIZE] = "";
		char second[WAX_PUBLIC_IDENTITY_SIZE] = "";
		size_t n = 0;

		wax_identities_unlock(list, &n, NULL);
		tap_is((long long)n, 2, "%s: two identities", name);
		tap_err(wax_identities_public(list, 0, first, &diag), want,
			&diag, "%s: a public identity", name);
		tap_ok(!want == !!*first, "%s: written only then", name);
		tap_err(wax_identities_public(list, 1, second, NULL), 0, NULL,
			"%s: the second one has one", name);
		tap_ok(strlen(second) == TEXT && strcmp(first, second) != 0,
		       "%s: of its own", name);
		tap_err(wax_identities_signer(list, WAX_DERIVE_IDENTITY,
					      &signer, &diag),
			want, &diag, "%s: signs as the first of a list", name);
		tap_ok(!signer == !!want, "%s: only then there is a key", name);
		wax_secret_free(signer);
		wax_identities_free(list);
	}
}

static void nobody_signs(void)
{
	struct wax_identities *list = NULL;
	struct wax_secret *signer = NULL;
	struct wax_diag diag = {0};

	wax_identities_new(NULL, NULL, &list, NULL);
	tap_err(wax_identities_signer(list, WAX_DERIVE_IDENTITY, &signer,
				      &diag),
		WAX_ERR_USAGE, &diag, "of an empty list nobody signs");
	tap_ok(!signer, "and there is no key");
	wax_identities_free(list);
}

static void refused(const char *text, size_t len, const char *what)
{
	uint8_t out[32];
	/* Exactly as much, so that reading beyond is noticed. */
	char *copy = malloc(len ? len : 1);

	if (!copy)
		exit(1);
	memcpy(copy, text, len);
	tap_ok(!wax_identity_parse(copy, len, out), "refused: %s", what);
	free(copy);
}

/* What Bech32 can be wrong in; the data are those of the first known key. */
static void malformed(void)
{
	static const struct {
		const char *text, *what;
	} bad[] = {
		{"", "nothing"},
		{"wax1", "the prefix alone"},
		{"WAX1XJUFYDU97QQAMHHMEMHV8V3UVTQWGWS7ZN75TUSH0GXE9VESZEQQCP9F"
		 "MT",
		 "upper case"},
		{"wax1Xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeqqcp9f"
		 "mt",
		 "a capital"},
		{"wax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeqqda49"
		 "7f",
		 "Bech32m"},
		{"wax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeq08vk4"
		 "yn",
		 "bits left over that are ones"},
		{"age1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeqqzlwf"
		 "0t",
		 "the prefix of recipients"},
		{"vax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeqqefgg"
		 "de",
		 "another prefix"},
		{"wax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszcr05qwy",
		 "31 bytes"},
		{"wax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeqqq2s9"
		 "0p0",
		 "33 bytes"},
	};
	char text[TEXT + 2];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refused(bad[i].text, strlen(bad[i].text), bad[i].what);
	strcpy(text, known[0].text);
	for (size_t i = 0; i < TEXT; i++)
		refused(text, i, "cut short");
	text[TEXT] = '\n';
	refused(text, TEXT + 1, "a line end after it");
	text[TEXT] = '\0';
	refused(text, TEXT + 1, "a NUL after it");
}

/* One character is another, in every place. */
static void changed(void)
{
	static const char others[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l1bioA-";
	unsigned accepted = 0, tried = 0;
	char text[TEXT + 1];
	uint8_t out[32];

	for (size_t i = 0; i < TEXT; i++) {
		for (const char *c = others; *c; c++) {
			strcpy(text, known[0].text);
			if (text[i] == *c)
				continue;
			text[i] = *c;
			tried++;
			accepted += wax_identity_parse(text, TEXT, out);
		}
	}
	tap_ok(tried > 2200, "%u texts with one other character", tried);
	tap_is(accepted, 0, "none of them is accepted");
}

/*
 * Bytes that are no key: their Bech32 is right. The order 8 was reached by
 * adding the points of small order to the first known key.
 */
static const struct {
	const char *text, *what;
} no_key[] = {
	{"wax1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqwxh"
	 "42z",
	 "y = 0, a point of order 4"},
	{"wax1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzqq2z9"
	 "j3m",
	 "the other one"},
	{"wax1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqgq8"
	 "rsa",
	 "y = 1, the neutral point"},
	{"wax1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzqqvy4"
	 "yty",
	 "the neutral point with a sign"},
	{"wax1anlllllllllllllllllllllllllllllllllllllllllllllllals0dpt"
	 "2m",
	 "y = p - 1, the point of order 2"},
	{"wax1ahlllllllllllllllllllllllllllllllllllllllllllllllalsft3a"
	 "sy",
	 "y = p, which is not below p"},
	{"wax1amlllllllllllllllllllllllllllllllllllllllllllllllalsrpgw"
	 "hv",
	 "y = p + 1"},
	{"wax17rlllllllllllllllllllllllllllllllllllllllllllllllalsghzr"
	 "jc",
	 "y = p + 3, on the curve"},
	{"wax1lllllllllllllllllllllllllllllllllllllllllllllllllalsguxr"
	 "cv",
	 "y = p + 18, on the curve"},
	{"wax1lllllllllllllllllllllllllllllllllllllllllllllllllllsvc5y"
	 "r4",
	 "all bits set"},
	{"wax1ym5ftr7zkgnmq3wr7jyl9muc7r2altq960rrxwd38qpgsm2nlszsnhkr"
	 "e6",
	 "a point of order 8"},
	{"wax1ym5ftr7zkgnmq3wr7jyl9muc7r2altq960rrxwd38qpgsm2nljzshnyy"
	 "zr",
	 "its negative"},
	{"wax1cutk5upafhvylw3updmq6yr8pu4zq5l69suue3jwcl7h0y4vqdaq7mdc"
	 "wq",
	 "another point of order 8"},
	{"wax1qgqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqz27s"
	 "h4",
	 "y = 2, on no point"},
	{"wax13mmfah872rclqn8m8x5zrv3xg0yut9qu5lyv4qtaqsk6309wqh2q5syj"
	 "5q",
	 "a key plus a point of order 8"},
	{"wax18vagjpgvv38jrzwqttguk4dypltqkyf6hh2vpa9zzh66tsw84nfs2qtj"
	 "g6",
	 "a key plus a point of order 4"},
	{"wax1h9rkmjr6pllzyggyxygncnwrn5l3h30pavpt5r0gshex6nx0axlsuq8w"
	 "ly",
	 "a key plus the point of order 2"},
};

static void no_keys(void)
{
	for (size_t i = 0; i < sizeof(no_key) / sizeof(*no_key); i++) {
		uint8_t out[32];
		size_t len = strlen(no_key[i].text);

		tap_ok(wax_bech32_decode(no_key[i].text, len, "wax", false, out,
					 32),
		       "the text of %s is good Bech32", no_key[i].what);
		refused(no_key[i].text, len, no_key[i].what);
	}
}

/* Both signs of x belong to keys, as for the base point. */
static void keys(void)
{
	static const char base[] = "wax1tpnxvenxvenxvenxvenxvenxvenxvenxvenx"
				   "venxvenxvenxvenq372f63";
	uint8_t out[32], want[32];
	char text[WAX_PUBLIC_IDENTITY_SIZE];

	memset(want, 0x66, 32);
	want[0] = 0x58;
	tap_ok(wax_identity_parse(base, TEXT, out), "the base point is a key");
	tap_bytes(out, 32, want, 32, "its bytes");
	want[31] |= 0x80;
	wax_identity_text(want, text);
	tap_ok(wax_identity_parse(text, TEXT, out), "its negative is one");
	tap_bytes(out, 32, want, 32, "with the sign kept");
}

int main(void)
{
	derivation();
	of_a_list();
	which_can();
	nobody_signs();
	malformed();
	changed();
	no_keys();
	keys();
	return tap_end();
}
