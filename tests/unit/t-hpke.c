/* SPDX-License-Identifier: ISC */
/*
 * HPKE with X-Wing: one published vector, of filippo.io/hpke (BSD), for the
 * suite that age uses (KEM 0x647a, KDF 0x0001, AEAD 0x0003), and our own
 * messages both ways.
 */
#include <string.h>

#include "crypto/hpke.h"
#include "tap.h"

/*
 * The vector's info is text, as the interface takes it. Its first encryption
 * has associated data, so the AEAD is called by itself.
 */
static const char vector_info[] = "4f6465206f6e2061204772656369616e2055726e";
static const char vector_skr[] =
	"b3f98b03126a431ccecc62ae0f68e102c2d8e1cc7b21ba85d821d8e31761e0f8";
static const char vector_pkr[] =
	"3c282de306815eb40990929aeee0839bb37a71a052a9e5242cf15f4c4aa366e5142d"
	"a0bb8da49e83840972355000288edfacce195826d1da5fff509dc5694d8ae6590fa7"
	"63bd7213ece64e74c82134e3b8bb571c841967e44a500c2acfc7c1aba59273a5bb32"
	"6ef52aa43471a9ecb54ad5c12d19bc05797d59980ae788039c265978586bbf92ce4c"
	"4b9013f3853f501a0a7b834f4843324b9bd3a07ff7f954d97aadb7d8621c58c75bc4"
	"7995d02a2f70cc3d2bc519a8606fc0c9eca0b30a998bd237297dbc0298b106dc00c2"
	"a541bdfa9a26c95ba67167acb81ac705f1952fd173e6e23331c56db6913305384d52"
	"c51ef7facb92c08024a69e26437e1c289f77d455d08a1500c4a703acb376f424d572"
	"34fccaae84b3ae8d000ea8b128c4e259b6a976ffe650a5d9063c83996cbb00b30220"
	"ae43170eda370d623f481b24e4692e07a10777ab703d4b4a73c71e7a33a6f52b2aae"
	"7a4423aa5b69f58480b7acb04a6dac780a345317b40b171ae0264fb057810bce9c6b"
	"5a58027e3ef851e02cce85718c396824e3986a35e12873ba1ee6ec4c2cf0a767234b"
	"aa61367af5a85f443272fc1e8c338769b8c2b9f1c58859cf920a9c26f71da71a60ab"
	"f1c3e1824775b12e9608c711938475801036281e8d45a06942ba1164573ee1077b7a"
	"40ec213fe79575556bcab9f6823cab8c23297d67897bbec17b4ba6752c8913d0b781"
	"b9932a6df03505e3aa25fb6f75c20286b08b375bced9613cad18cbd42ac4063827af"
	"e5680e3cacaa96ba8f6c523236ca69da4475999abf18a25a433c94792988945ddfbb"
	"8413d367d3ac1315705797aa74632704b936cc96e689969118fac11b4f4c927a66aa"
	"670b4d8147a23a42aa6a309dc5f204902726c7ea6f1c6231a262308148c2d2ac8112"
	"3050188b44a80aa8153bc5915aa8c207b22895a8339549d281c014162200d63cb201"
	"5a265ac48f0a3c93b9c71e05986e780c18f38c8fc5734fb7b22f34cc851413a3d170"
	"90021eef6b7019b5b93012753b150ffec031a038602ff62ffc6713c290a33ef86dbc"
	"e641d579aa92c5aa1b4a6520b921efbc3c95156b34658dd14a7cead366a351c7a173"
	"907bd403c0cbc9b562281ed3712a4b6233d60f09d80e38e67a01c1660bc02a313035"
	"60632db6c63bdbb0bdda46b4faa77ba4cabfdf0789185c295c40220f65689675882f"
	"cc452b802a4baa895ebc50a931178d442c857ccfd503b678864a83565fec19c7ab78"
	"2484877144745fc7227d582237498916a03a4ada6321b62abda04674f39338078ac0"
	"87b1a52b77781d5574d41a2d320802b9d9bda34c8e356a5725fbae10599b83b97114"
	"c6cefca08f8d04809b8a79f9f0a26f2b9007f501a81679f0104c67f244cf514067e0"
	"4f1aac0c823a6e2cb9517d5722eb3a8326a7b23ed62266f04acca740adb142bac5ba"
	"66c5a6b122a3180b97ccd6cf9bfc77a639515bb861a5cbbcc7f53d19b0cd66a0b64d"
	"f56a15a98bff77182b7751ecc703bc947f516279a3b566485931415c4a9264bd7fcc"
	"36f1c4a1e15c3c8c17cab12805d9f585f4cba9bd496805f04c2d930a8e25248c02a3"
	"62f8a56109cf263a0591ec4bb8bc6604d30dec4c715106266968653686289d7ff82e"
	"53d504f85fae5d4f64210866450ad272b3e4849b83de72a2e3b9fcf15ff88bc7348a"
	"401a95215ca1b16cbbfe5e082dd66029e768dadf2e52e283ce5d";
static const char vector_enc[] =
	"b440cb006466e8ee9d161b371b6fa1ec419d6a7589492378dc678fedbcf9e7debfb4"
	"7f7e0b5368b0e77ef5b5866686b65231dbd1c1a42e0af9b0abb06c795a1af0734b45"
	"0dbb60fe0486b1497d7b09d0c46617a40c5f8c8ab51c2e8e1f48023f73b7c4716bba"
	"2e905d5fb42c3dedff166553ecf033305a57bf436317e6513deea2f65537065bb5d8"
	"2dc4b8a965c3e939b910dc6b027e01673a6e1399b93976292ef9fd81120ef2f6c47d"
	"94a1c77d9fe16ba7107a8a6a4ce9ce0d302847d602167de077e17dbb7e0154202f76"
	"c381c4b6d8bca51680dab4dbf373da8f09aa23d2174fb36681ce42108f7baadcb356"
	"26baf30a416bd79b3e249585079c277b79b7b31108ef061f25b5d4e548f6f5cc3d4c"
	"24fa0f1716843bb63ad00a78f37d2e2b81517810abe9853829bed7b3ba309ad697d8"
	"a5f66af4dd237c25725e9c6263744bf8641d475d4792ab0535d2b4fdfcf0c5d95118"
	"f5779521023016d49751794a1ce66f2a652436843978937562a4a5e8628d2b720890"
	"d7f3b21c151399ba7db03cd15516c6a94b84f6d01a37ba92cc7ac6c480dc9f67c3a0"
	"66378180bcd2922d3f5c65d69fd0b96aadc055d6b05ebb1105acc609f200e0c945a1"
	"0e4e11371e23369de2069ccd7175a652c3cd09eb7f17c9b65b4aa79b26468f9b21f8"
	"c0aa8f7471d5cfbf3697d3eedea9351597ce981e7cf745c2950070c1f82f132b4858"
	"4d03ba1262cb856ff6b5ae25992df8612d24f068b4325d3360673ed3ef6e2a57de29"
	"7d5482c5cc355bc07f1d975fc6d60cd7109bf5a77a0ff7b2c5d9f4a276d30cb49da4"
	"8b8b90b644b15a5b68fcc67c25f09a8e567cbe4fa2e2ba11c02993e9e9b4116a7c60"
	"da64a71932800aec2fb4d2eceef57c6fc2308f3adcd9b46a28748516284bdb4b3a36"
	"851512c5e0e6ed37ef5f00b07dc3c42667cf95cad764e47f48a994d17c103f822575"
	"5c76008013897c03c31043df0eb39a603e09caeaa41ae24488fe96e4d83b4ae54810"
	"45f4a7cfd7c80b31ce9eeb8fdecd34be1245f368ab5a3215cbcdfbe0529e1fbc4ba0"
	"041cfaba09836c25dd6219e75fbc6f143e74d686ecd9e1a416881bc21a9129fb865e"
	"82332985798f701f7952c4e69e7b4e6bd03bffdc0c65e2a2fde89f73b8659fd2cc7d"
	"fb070d3e95581d1bc587a2d9c4bf142fdc1f20856d3cfb64d35744ee279b82918472"
	"3221e9fb19f012ab99c4bb1a904a116727b667c5a11a0e11f3e31682b0c114345ecc"
	"3ee153bccd884654bd5a8a023aa3db878148736f6a090f92785423a9ba2b037b3b90"
	"ee91657ba48a125360dae75a6fddfea406ca823a5e4fbb54aa8909fbd85d95d2ed25"
	"6ed5d6a9194fad0d81a44d3172abf6b90cecd1ed2080762d670db4d3437ef8e9e7d3"
	"9db4b4215c33f8d19240ed4bf2de8b1076b345707043a735bf9e96e16c8b670cf2df"
	"0ce8db638c7d84a13ee7b35266c7f0e60d2cb2e5734e9d646a871d0dfd8b4ee5f825"
	"bf799a1251ed21e54510e9c605bc83a0bd9673aee80e8d064a95c3c3151ffd276081"
	"73637fb9de30b3c02d96eecac05dbf7c2fbc98b4a1f6972ce928322a22e2b75c";
static const char vector_shared[] =
	"b90cf181d95351d1091569487caaf6c3434eeb181a2c4c04631980ce139afa67";
static const char vector_key[] =
	"4a4c042267e8ec360c83b2baf0d5e3dcca73a86531cdf67ec41d95bccfe12387";
static const char vector_nonce[] = "5ddfaaee10a4dfd0d8e1b49f";
static const char vector_aad[] = "436f756e742d30";
static const char vector_pt[] =
	"34323635363137353734373932303639373332303734373237353734363832633230"
	"373437323735373436383230363236353631373537343739";
static const char vector_ct[] =
	"ac355d192158cd54250e1702be51e9d2eafe5f9292a9f153e02a2323e1ff071a3094"
	"7836c38c63c986c28ccf05e00d4e5fe066a48ab8d5b39c69d32da80c93dc868daa0f"
	"853a6cbdd640";

static void vector(void)
{
	uint8_t seed[WAX_XWING_SEED_SIZE], want[WAX_XWING_PUBLIC_SIZE];
	uint8_t key[WAX_XWING_PUBLIC_SIZE], enc[WAX_XWING_CIPHERTEXT_SIZE];
	uint8_t shared[WAX_XWING_SHARED_SIZE], k[WAX_KEY_SIZE];
	uint8_t nonce[WAX_NONCE_SIZE], aad[sizeof(vector_aad) / 2];
	uint8_t pt[sizeof(vector_pt) / 2], ct[sizeof(vector_ct) / 2];
	uint8_t out[sizeof(vector_ct) / 2];

	tap_hex(vector_skr, seed, sizeof(seed));
	tap_hex(vector_pkr, want, sizeof(want));
	wax_xwing_public(key, seed);
	tap_bytes(key, sizeof(key), want, sizeof(want), "the public key");
	tap_hex(vector_enc, enc, sizeof(enc));
	tap_hex(vector_shared, want, sizeof(shared));
	tap_ok(wax_xwing_decap(shared, enc, seed), "decapsulated");
	tap_bytes(shared, sizeof(shared), want, sizeof(shared),
		  "the shared secret");
	wax_hpke_schedule(shared, vector_info, k, nonce);
	tap_hex(vector_key, want, sizeof(k));
	tap_bytes(k, sizeof(k), want, sizeof(k), "the key");
	tap_hex(vector_nonce, want, sizeof(nonce));
	tap_bytes(nonce, sizeof(nonce), want, sizeof(nonce), "the nonce");
	tap_hex(vector_aad, aad, sizeof(aad));
	tap_hex(vector_pt, pt, sizeof(pt));
	tap_hex(vector_ct, ct, sizeof(ct));
	wax_aead_seal(k, nonce, aad, sizeof(aad), pt, sizeof(pt), out);
	tap_bytes(out, sizeof(out), ct, sizeof(ct), "the first encryption");
	tap_ok(wax_aead_open(k, nonce, aad, sizeof(aad), ct, sizeof(ct), out) &&
		       !memcmp(out, pt, sizeof(pt)),
	       "opened again");
	wax_hpke_schedule(shared, "another info", k, nonce);
	tap_hex(vector_key, want, sizeof(k));
	tap_ok(memcmp(k, want, sizeof(k)) != 0, "another info, another key");
}

struct message {
	uint8_t seed[WAX_XWING_SEED_SIZE], key[WAX_XWING_PUBLIC_SIZE];
	uint8_t enc[WAX_XWING_CIPHERTEXT_SIZE];
	uint8_t sealed[16 + WAX_TAG_SIZE];
};

static const char info[] = "a test";
static const char plain[] = "sixteen bytes...";

static void make(struct message *m)
{
	tap_fill(m->seed, sizeof(m->seed), 5);
	wax_xwing_public(m->key, m->seed);
	tap_ok(wax_hpke_seal(m->key, info, plain, 16, m->enc, m->sealed),
	       "sealed");
}

static int open_with(const struct message *m, const char *with, uint8_t *out)
{
	return (int)wax_hpke_open(m->seed, with, m->enc, m->sealed,
				  sizeof(m->sealed), out);
}

static void round_trip(void)
{
	struct message m, other;
	uint8_t out[16];

	make(&m);
	make(&other);
	tap_ok(memcmp(m.enc, other.enc, sizeof(m.enc)) != 0,
	       "two messages have different shares");
	tap_is(open_with(&m, info, out), WAX_HPKE_OPENED, "opened");
	tap_bytes(out, 16, plain, 16, "the same text");
	tap_is(open_with(&m, "a Test", out), WAX_HPKE_OTHER_KEY,
	       "another info does not fit");
	other = m;
	other.seed[31] ^= 1;
	tap_is(open_with(&other, info, out), WAX_HPKE_OTHER_KEY,
	       "another seed does not fit");
	other = m;
	other.sealed[31] ^= 1;
	tap_is(open_with(&other, info, out), WAX_HPKE_OTHER_KEY,
	       "another tag does not fit");
	/* ML-KEM rejects implicitly: the secret is another one. */
	other = m;
	other.enc[0] ^= 1;
	tap_is(open_with(&other, info, out), WAX_HPKE_OTHER_KEY,
	       "another ML-KEM ciphertext does not fit");
	other = m;
	other.enc[WAX_XWING_CIPHERTEXT_SIZE - 32] ^= 1;
	tap_is(open_with(&other, info, out), WAX_HPKE_OTHER_KEY,
	       "another X25519 share does not fit");
}

static void low_order(void)
{
	struct message m;
	uint8_t out[16], enc[WAX_XWING_CIPHERTEXT_SIZE];
	uint8_t *share = m.enc + WAX_XWING_CIPHERTEXT_SIZE - 32;
	uint8_t shared[WAX_XWING_SHARED_SIZE];

	make(&m);
	memset(share, 0, 32);
	tap_is(open_with(&m, info, out), WAX_HPKE_BAD_ENC, "a share of zero");
	share[0] = 1;
	tap_is(open_with(&m, info, out), WAX_HPKE_BAD_ENC, "a share of one");
	tap_ok(!wax_xwing_decap(shared, m.enc, m.seed),
	       "decapsulation says so itself");
	make(&m);
	memset(m.key + WAX_XWING_PUBLIC_SIZE - 32, 0, 32);
	tap_ok(!wax_hpke_seal(m.key, info, plain, 16, enc, m.sealed),
	       "nothing is sealed to a low-order point");
	make(&m);
	memset(m.key, 0xff, 384);
	tap_ok(!wax_hpke_seal(m.key, info, plain, 16, enc, m.sealed),
	       "nor to coefficients that are not reduced");
}

static void empty_message(void)
{
	struct message m;
	uint8_t tag[WAX_TAG_SIZE], out[1];

	make(&m);
	tap_ok(wax_hpke_seal(m.key, info, NULL, 0, m.enc, tag), "nothing");
	tap_is((int)wax_hpke_open(m.seed, info, m.enc, tag, sizeof(tag), out),
	       WAX_HPKE_OPENED, "can be sealed too");
}

int main(void)
{
	vector();
	round_trip();
	low_order();
	empty_message();
	return tap_end();
}
