/* SPDX-License-Identifier: ISC */
/*
 * Whole files, opened with fixed identities of each kind, and inspected. The
 * first byte says whether the rest is the file, or what a file is made of:
 * stanzas of the fuzzer's own, before one that fits, under a MAC that fits.
 *
 * Holds: a file that is made gives its plaintext, unless the fuzzer's stanzas
 * are of a kind that is looked into; what can be opened to its end can be
 * inspected, and the sizes are right; what cannot be inspected cannot be
 * opened; and byte by byte, or armored, everything is the same.
 */
#include <stdlib.h>
#include <string.h>

#include <wax.h>

#include "age/armor.h"
#include "age/payload.h"
#include "base/base64.h"
#include "envelope/meta.h"
#include "fuzz.h"
#include "keys/key.h"

static const uint8_t file_key[WAX_FILE_KEY_SIZE] = "0123456789abcdef";
static uint8_t scalar[32];
static struct wax_identities *identities;

static void add_identity(enum wax_identity_kind kind, const uint8_t *bytes)
{
	struct wax_secret *secret, *line;
	struct wax_secret_key key;
	struct wax_source *source;

	check(!wax_secret_new(32, &secret, NULL), "there is memory");
	memcpy(wax_secret_bytes(secret), bytes, 32);
	wax_secret_key_init(&key, kind, secret);
	check(!wax_secret_key_text(&key, &line, NULL), "it has a line");
	source = slow_source(wax_secret_bytes(line), wax_secret_size(line), 0);
	check(!wax_identities_read(identities, source, "fixed", NULL),
	      "which can be read");
	wax_source_free(source);
	wax_secret_free(line);
	wax_secret_key_release(&key);
}

static void start(void)
{
	if (identities)
		return;
	fill(scalar, sizeof(scalar), 3);
	check(!wax_identities_new(NULL, NULL, &identities, NULL),
	      "there is memory");
	add_identity(WAX_IDENTITY_X25519, scalar);
	add_identity(WAX_IDENTITY_MLKEM768X25519, scalar);
}

/* The stanza for our identity, with an ephemeral key that is always the same. */
static void add_stanza(struct wax_bytes *b)
{
	static const char info[] = "age-encryption.org/v1/X25519";
	static const uint8_t nonce[12];
	uint8_t salt[64], ephemeral[32], shared[32], key[32], body[32];

	fill(ephemeral, sizeof(ephemeral), 4);
	wax_x25519_base(salt, ephemeral);
	wax_x25519_base(salt + 32, scalar);
	check(wax_x25519(shared, scalar, salt), "no low-order point");
	wax_hkdf(salt, 64, shared, 32, info, sizeof(info) - 1, key, 32);
	wax_aead_seal(key, nonce, NULL, 0, file_key, 16, body);
	add_text(b, "-> X25519 ");
	add_base64(b, salt, 32);
	add_text(b, "\n");
	add_base64(b, body, 32);
	add_text(b, "\n");
}

/* The MAC, then a payload of one chunk. */
static void add_rest(struct wax_bytes *b, const uint8_t *plain, size_t len)
{
	static const uint8_t last[12] = {[11] = 1};
	static uint8_t chunk[WAX_SEALED_CHUNK_SIZE];
	uint8_t key[32], mac[32], nonce[16];

	add_text(b, "---");
	wax_hkdf(NULL, 0, file_key, 16, "header", 6, key, 32);
	wax_hmac(key, b->data, b->len, mac);
	add_text(b, " ");
	add_base64(b, mac, 32);
	add_text(b, "\n");
	fill(nonce, sizeof(nonce), 5);
	wax_hkdf(nonce, 16, file_key, 16, "payload", 7, key, 32);
	wax_aead_seal(key, last, NULL, 0, plain, len, chunk);
	add(b, nonce, 16);
	add(b, chunk, len + 16);
}

static void armor(const struct wax_bytes *data, struct wax_bytes *out)
{
	struct wax_sink *sink = bytes_sink(out);

	check(!wax_armor_sink(&sink, NULL) &&
		      !wax_sink_write(sink, data->data, data->len, NULL) &&
		      !wax_sink_finish(sink, NULL),
	      "it is armored");
	wax_sink_free(sink);
}

/* Whether the last one had an envelope, which is another than its data. */
static bool enveloped;

static int open_all(const uint8_t *data, size_t size, size_t step,
		    struct wax_bytes *out)
{
	struct wax_source *source = slow_source(data, size, step);
	struct wax_contents contents = {0};
	int err = wax_open(identities, NULL, &source, &contents, NULL);

	check(!err || err == WAX_ERR_FORMAT || err == WAX_ERR_NO_KEY,
	      "no other error");
	enveloped = contents.enveloped;
	if (!err) {
		err = drain(source, out);
		check(!err || err == WAX_ERR_FORMAT ||
			      (enveloped && err == WAX_ERR_TRUST),
		      "no other error while reading");
	}
	wax_source_free(source);
	return err;
}

static void check_types(const struct wax_inspection *in, bool opened)
{
	const char *type;
	size_t n = 0, i = 0;

	for (; (type = wax_inspection_type(in, i, &n)); i++) {
		check(n > 0 && *type, "each type is there for a reason");
		/* We have no passphrase, and nothing may stand beside one. */
		check(!opened || strcmp(type, "scrypt") != 0,
		      "no passphrase was needed");
		for (; *type; type++)
			check(*type > 32 && *type < 127, "types are visible");
	}
	check(i > 0, "there is a type");
}

/* Inspects, and compares with what opening said. */
static void inspect(const uint8_t *data, size_t size, int opened,
		    size_t plain_len)
{
	struct wax_source *source = slow_source(data, size, 0);
	struct wax_inspection *in = NULL;
	uint64_t payload = 0, plaintext = 0;
	int err = wax_inspect(source, &in, NULL);

	if (err) {
		check(err == WAX_ERR_FORMAT, "no other error");
		check(opened == WAX_ERR_FORMAT, "then it cannot be opened");
	} else {
		check_types(in, !opened);
		err = wax_inspection_measure(in, &payload, &plaintext, NULL);
		check(!err || opened != 0, "what was opened has a size");
		check(err || wax_inspection_armored(in) ||
			      wax_inspection_header(in) + payload == size,
		      "header and payload are all");
		check(opened || enveloped || plaintext == plain_len,
		      "the right size");
	}
	wax_inspection_free(in);
	wax_source_free(source);
}

static int look(const uint8_t *data, size_t size, struct wax_bytes *out)
{
	struct wax_bytes slow = {0};
	int err = open_all(data, size, 0, out);

	check(open_all(data, size, 1, &slow) == err &&
		      same(&slow, out->data, out->len),
	      "byte by byte, the same");
	inspect(data, size, err, out->len);
	wax_bytes_release(&slow);
	return err;
}

/* Whether one of the kinds that we look into is mentioned. */
static bool is_special(const uint8_t *data, size_t size)
{
	static const char *const words[] = {
		"scrypt", "X25519", "mlkem768x25519", "ssh-ed25519", "---"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (size && memmem(data, size, words[i], strlen(words[i])))
			return true;
	return false;
}

/* Whether data are stanzas, by reading a header of them. */
static bool are_stanzas(const uint8_t *data, size_t size)
{
	static const char end[] =
		"--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
	struct wax_bytes text = {0};
	struct wax_header h = {0};
	struct wax_source *source;
	struct wax_reader r;
	int err;

	add_text(&text, WAX_AGE_VERSION "\n-> x\n\n");
	add(&text, data, size);
	add_text(&text, end);
	source = slow_source(text.data, text.len, 0);
	check(!wax_reader_init(&r, source, NULL), "there is memory");
	err = wax_header_read(&h, &r, NULL);
	check(err || h.text.len == text.len || is_special(data, size),
	      "all of it is the header");
	wax_reader_release(&r);
	wax_source_free(source);
	wax_header_release(&h);
	wax_bytes_release(&text);
	return !err;
}

static void made(struct input *in)
{
	uint32_t how = take(in, 1);
	size_t n = take(in, 2) % 4096;
	const uint8_t *stanzas = in->data;
	struct wax_bytes file = {0}, text = {0}, out = {0}, armored_out = {0};
	bool special;
	int err;

	n = n < in->len ? n : in->len;
	in->data += n;
	in->len -= n;
	in->len = in->len < WAX_CHUNK_SIZE ? in->len : WAX_CHUNK_SIZE;
	special = is_special(stanzas, n);
	add_text(&file, WAX_AGE_VERSION "\n");
	if (how & 1)
		add_stanza(&file);
	add(&file, stanzas, n);
	if (!(how & 1))
		add_stanza(&file);
	add_rest(&file, in->data, in->len);
	err = look(file.data, file.len, &out);
	if (!special && !wax_meta_begins(in->data, in->len))
		check(!err == are_stanzas(stanzas, n),
		      "opened if the stanzas are well formed");
	check(err || special || enveloped || same(&out, in->data, in->len),
	      "the plaintext is what was sealed");
	armor(&file, &text);
	check(look(text.data, text.len, &armored_out) == err &&
		      same(&armored_out, out.data, out.len),
	      "armored, the same");
	wax_bytes_release(&file);
	wax_bytes_release(&text);
	wax_bytes_release(&out);
	wax_bytes_release(&armored_out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct wax_bytes out = {0};

	start();
	if (take(&in, 1) & 1)
		made(&in);
	else
		look(in.data, in.len, &out);
	wax_bytes_release(&out);
	return 0;
}
