/* SPDX-License-Identifier: ISC */
/*
 * State at rest: its form, and that nothing else is taken for it. Then what
 * issuing cards keeps in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "crypto/identity.h"
#include "fixture.h"
#include "keys/identities.h"
#include "keys/prekeys.h"
#include "keys/state.h"
#include "known.h"
#include "mock.h"
#include "stream/file.h"
#include "tap.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define T0 KNOWN_ISSUED
#define PQ_KIND WAX_IDENTITY_MLKEM768X25519

static const char *home;

/*
 * Computed elsewhere: a key a0 ... bf, sealed under that of the known identity
 * with the nonce 60 ... 77; and "hello" under it, as the file "test", with the
 * nonce 78 ... 8f.
 */
static const char *const key_hex =
	"776178737461746501606162636465666768696a6b6c6d6e6f70717273747576"
	"77163ac7555664b13804255b75d5a67a0f73c51b02c46d019cba6c9453466966"
	"9b083e5bc4bf1e083d2cdf405971151f37";
static const char *const test_hex =
	"77617873746174650178797a7b7c7d7e7f808182838485868788898a8b8c8d8e"
	"8fb38a8fc672612e3fc9d1fdc4dbdaef6a3b869de1f6";
#define KEY_SIZE (9 + 24 + 32 + 16)
#define TEST_SIZE (9 + 24 + 5 + 16)

static const char *at_home(const char *name)
{
	static char path[4096 + 64];

	snprintf(path, sizeof(path), "%s/%s", home, name);
	return path;
}

static void put(const char *name, const void *data, size_t len)
{
	int fd = open(at_home(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || (len && write(fd, data, len) != (ssize_t)len))
		tap_ok(false, "'%s' can be written", name);
	if (fd >= 0)
		close(fd);
}

static struct wax_bytes get(const char *name)
{
	struct wax_bytes out = {0};
	bool found;

	if (wax_file_read(at_home(name), 1 << 24, &out, &found, NULL))
		out.len = 0;
	return out;
}

/* Whether the file is still what it was. */
static bool still(const char *name, const void *data, size_t len)
{
	struct wax_bytes now = get(name);
	bool same = now.len == len && (!len || !memcmp(now.data, data, len));

	wax_bytes_release(&now);
	return same;
}

static void put_known(void)
{
	uint8_t file[KEY_SIZE];

	known_folder_empty();
	tap_hex(key_hex, file, KEY_SIZE);
	put("state.key", file, KEY_SIZE);
	tap_hex(test_hex, file, TEST_SIZE);
	put("test", file, TEST_SIZE);
}

/* Opens the home's state and reads a file of it; the diag may be NULL. */
static int read_as(struct wax_identities *list, const char *name,
		   struct wax_secret **out, struct wax_diag *diag)
{
	struct wax_state *state = NULL;
	int err = wax_state_open(home, list, &state, diag);

	*out = NULL;
	if (!err)
		err = wax_state_read(state, name, out, diag);
	wax_state_free(state);
	return err;
}

static int reads(const char *name, struct wax_diag *diag)
{
	struct wax_identities *list = known_identities();
	struct wax_secret *data;
	int err = read_as(list, name, &data, diag);

	wax_secret_free(data);
	wax_identities_free(list);
	return err;
}

static int write_as_known(const char *name, const void *data, size_t len)
{
	struct wax_identities *list = known_identities();
	struct wax_state *state = NULL;
	int err = wax_state_open(home, list, &state, NULL);

	if (!err)
		err = wax_state_write(state, name, data, len, NULL);
	wax_state_free(state);
	wax_identities_free(list);
	return err;
}

/* HKDF-SHA-256 of the seed 00 ... 1f, computed elsewhere. */
static void derived(void)
{
	static const char *const info[] = {"wax/v1 identity", "wax/v1 minisign",
					   "wax/v1 state"};
	static const char *const want[] = {
		"247fbf1f0fe472e5216c2b6a4c8ec5c44d66518d4a2f2b93b1c608b9c76d07"
		"4e",
		"2936f2efd611c07247dc3ee7cb313638821d12c13fd936ee7e6b11df04a6e7"
		"cc",
		"041b160653b65a6f111359fd4a1bf91f69a2e8bcc57474392ed28096ea43a9"
		"57",
	};
	struct wax_identities *list = known_identities();
	char identity[WAX_PUBLIC_IDENTITY_SIZE] = "";

	for (size_t i = 0; i < 3; i++) {
		uint8_t bytes[32], key[32], pair[WAX_ED25519_SECRET_SIZE];
		struct wax_secret *secret = NULL;

		tap_hex(want[i], bytes, sizeof(bytes));
		wax_identities_derive_key(list, info[i], key);
		tap_bytes(key, 32, bytes, 32, "'%s' derives", info[i]);
		wax_ed25519_secret(pair, bytes);
		wax_identities_derive(list, 0, info[i], &secret, NULL);
		tap_ok(secret && !memcmp(wax_secret_bytes(secret), pair,
					 sizeof(pair)),
		       "as a key pair, too");
		wax_secret_free(secret);
	}
	tap_err(wax_identities_public(list, 0, identity, NULL), 0, NULL,
		"the identity");
	tap_text(identity, KNOWN_IDENTITY, "is the known one");
	wax_identities_free(list);
}

static void known_files(void)
{
	struct wax_identities *list = known_identities();
	struct wax_secret *data = NULL;
	struct wax_diag diag = {0};
	struct stat st;

	put_known();
	tap_err(read_as(list, "test", &data, &diag), 0, &diag,
		"the known files are read");
	if (data)
		tap_bytes(wax_secret_bytes(data), wax_secret_size(data),
			  "hello", 5, "and say hello");
	wax_secret_free(data);
	tap_err(read_as(list, "absent", &data, &diag), 0, &diag,
		"a file that is not there");
	tap_ok(!data, "is nothing");
	wax_identities_free(list);
	tap_err(write_as_known("other", "", 0), 0, NULL, "an empty one");
	tap_ok(!stat(at_home("other"), &st) && (st.st_mode & 0777) == 0600 &&
		       st.st_size == 9 + 24 + 16,
	       "has a head and a tag, and is the owner's");
}

/* The form of what is written, opened with the bare primitive. */
static void written(void)
{
	uint8_t ad[9 + 5 + 32], key[32], plain[16], nonce[24];
	struct wax_bytes file;

	put_known();
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(0xa0 + i);
	memcpy(ad, "waxstate\1test\0", 14);
	memcpy(ad + 14, known_public, 32);
	for (int i = 0; i < 2; i++) {
		write_as_known("test", "sixteen bytes ..", 16);
		file = get("test");
		tap_is((long long)file.len, 9 + 24 + 16 + 16, "the size");
		tap_bytes(file.data, 9, "waxstate\1", 9, "the head");
		tap_ok(wax_xaead_open(key, file.data + 9, ad, sizeof(ad),
				      file.data + 33, 16 + 16, plain) &&
			       !memcmp(plain, "sixteen bytes ..", 16),
		       "the data");
		tap_ok(!i || memcmp(nonce, file.data + 9, 24) != 0,
		       "another nonce");
		memcpy(nonce, file.data + 9, 24);
		wax_bytes_release(&file);
	}
}

/* Whether the key file is of the form, and sealed for the known identity. */
static bool is_key(const struct wax_bytes *file)
{
	struct wax_identities *list = known_identities();
	uint8_t ad[9 + 10 + 32], outer[32], key[32];

	memcpy(ad, "waxstate\1state.key\0", 19);
	memcpy(ad + 19, known_public, 32);
	wax_identities_derive_key(list, "wax/v1 state", outer);
	wax_identities_free(list);
	return file->len == KEY_SIZE &&
	       wax_xaead_open(outer, file->data + 9, ad, sizeof(ad),
			      file->data + 33, 48, key);
}

/* Where there is no key yet, one is made with the first file, and kept. */
static void new_key(void)
{
	struct wax_bytes first, again;
	struct stat st;

	known_folder_empty();
	tap_is(reads("test", NULL), 0, "an empty home");
	tap_ok(access(at_home("state.key"), F_OK), "stays so by reading");
	tap_is(write_as_known("test", "x", 1), 0, "something is written");
	first = get("state.key");
	tap_ok(is_key(&first) && !stat(at_home("state.key"), &st) &&
		       (st.st_mode & 0777) == 0600,
	       "and there is a key, sealed for the identity");
	tap_is(reads("test", NULL), 0, "with which it is read");
	tap_is(write_as_known("other", "y", 1), 0, "more is written");
	tap_ok(still("state.key", first.data, first.len), "with the same key");
	known_folder_empty();
	tap_is(write_as_known("test", "x", 1), 0, "another home");
	again = get("state.key");
	tap_ok(is_key(&again) &&
		       memcmp(again.data + 9, first.data + 9, 24) != 0 &&
		       memcmp(again.data + 33, first.data + 33, 48) != 0,
	       "has another key");
	wax_bytes_release(&first);
	wax_bytes_release(&again);
}

/* Two that begin at once, each in a file of its own, end up with one key. */
static void two_at_once(void)
{
	struct wax_identities *list = known_identities();
	struct wax_state *a = NULL, *b = NULL;
	struct wax_secret *x = fixture_secret("x"), *got = NULL;

	known_folder_empty();
	tap_ok(!wax_state_open(home, list, &a, NULL) &&
		       !wax_state_open(home, list, &b, NULL),
	       "two in an empty home");
	tap_is(wax_state_write(a, "one", "x", 1, NULL), 0, "one writes");
	tap_is(wax_state_write(b, "two", "x", 1, NULL), 0, "so does the other");
	tap_is(wax_state_write(a, "one", "x", 1, NULL), 0, "and the one again");
	tap_ok(!wax_state_read(a, "two", &got, NULL) && got,
	       "they read each other");
	wax_secret_free(got);
	got = NULL;
	tap_ok(!wax_state_read(b, "one", &got, NULL) && got, "both ways");
	wax_secret_free(got);
	wax_state_free(a);
	wax_state_free(b);
	tap_is(reads("one", NULL), 0, "one is read later");
	tap_is(reads("two", NULL), 0, "and the other");
	wax_state_free(NULL);
	wax_secret_free(x);
	wax_identities_free(list);
}

/* Who only reads, and looked before there was a key, finds it later. */
static void looking_again(void)
{
	struct wax_identities *list = known_identities();
	struct wax_state *s = NULL;
	struct wax_secret *got = NULL;
	struct wax_diag diag = {0};
	bool any = true;

	known_folder_empty();
	tap_is(wax_state_open(home, list, &s, NULL), 0, "an empty home");
	tap_ok(!wax_state_has_key(s, &any, NULL) && !any, "without a key");
	tap_is(write_as_known("one", "x", 1), 0, "another process writes");
	tap_ok(!wax_state_read(s, "one", &got, NULL) && got,
	       "that can be read");
	tap_ok(!wax_state_has_key(s, &any, NULL) && any, "with that key");
	wax_secret_free(got);
	wax_state_free(s);
	s = NULL;
	known_folder_empty();
	tap_is(wax_state_open(home, list, &s, NULL), 0, "an empty home");
	put("state.key", "x", 1);
	tap_err(wax_state_has_key(s, &any, &diag), WAX_ERR_STATE, &diag,
		"a damaged key: %s", diag.text);
	wax_state_free(s);
	wax_identities_free(list);
}

/* What a killed process leaves is removed, and nothing else. */
static void sweeping(void)
{
	static const char *const others[] = {
		".wax-0123456789abcde",	  ".wax-0123456789abcdef0",
		".wax-0123456789abcdeF",  "wax-0123456789abcdef",
		".wax-0123456789abcdef~", "state.key",
	};
	int64_t now = (int64_t)time(NULL);
	unsigned kept = 0;

	known_folder_empty();
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		put(others[i], "x", 1);
	put(".wax-0123456789abcdef", "x", 1);
	mkdir(at_home(".wax-0000000000000000"), 0700);
	wax_state_sweep(home, now);
	wax_state_sweep(home, now + HOUR - 60);
	tap_ok(!access(at_home(".wax-0123456789abcdef"), F_OK),
	       "what is young may be in use");
	wax_state_sweep(home, now + HOUR + 60);
	tap_ok(access(at_home(".wax-0123456789abcdef"), F_OK),
	       "after an hour it goes");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		kept += !access(at_home(others[i]), F_OK);
	tap_is(kept, sizeof(others) / sizeof(*others), "all others stay");
	tap_ok(!access(at_home(".wax-0000000000000000"), F_OK), "folders, too");
	wax_state_sweep("/nonexistent", now);
}

/* Every change of a file is seen, and nothing is done about it. */
static void damage(const char *name)
{
	uint8_t good[256], bad[256];
	struct wax_bytes file;
	unsigned odd = 0;
	size_t len;

	put_known();
	file = get(name);
	len = file.len;
	memcpy(good, file.data, len);
	wax_bytes_release(&file);
	for (size_t i = 0; i < 8 * len; i++) {
		struct wax_diag diag = {0};

		memcpy(bad, good, len);
		bad[i / 8] ^= (uint8_t)(1 << i % 8);
		put(name, bad, len);
		odd += reads("test", &diag) != WAX_ERR_STATE ||
		       !still(name, bad, len);
		odd += i / 8 == 8 && !strstr(diag.text, "later version");
	}
	tap_is(odd, 0, "%s: each bit changed is seen", name);
	for (size_t i = 0; i < len; i++) {
		put(name, good, i);
		odd += reads("test", NULL) != WAX_ERR_STATE ||
		       !still(name, good, i);
	}
	tap_is(odd, 0, "%s: wherever it is cut", name);
	memcpy(bad, good, len);
	bad[len] = 0;
	put(name, bad, len + 1);
	tap_is(reads("test", NULL), WAX_ERR_STATE, "%s: a byte more", name);
	put(name, good, len);
	tap_is(reads("test", NULL), 0, "%s: and it is good", name);
}

/* A file under another's name, another home's, another identity's. */
static void others(void)
{
	struct wax_identities *other = fixture_identities(PQ_KIND, 1);
	struct wax_secret *data = NULL;
	struct wax_diag diag = {0};
	struct wax_bytes key, test;
	size_t n;

	put_known();
	key = get("state.key");
	test = get("test");
	put("tesu", test.data, test.len);
	put("test2", test.data, test.len);
	put("tes", test.data, test.len);
	tap_is(reads("tesu", NULL), WAX_ERR_STATE, "under another name");
	tap_is(reads("test2", NULL), WAX_ERR_STATE, "a longer one");
	tap_is(reads("tes", NULL), WAX_ERR_STATE, "a shorter one");
	put("test", key.data, key.len);
	tap_is(reads("test", NULL), WAX_ERR_STATE, "the key as data");
	put("state.key", test.data, test.len);
	tap_is(reads("tes", NULL), WAX_ERR_STATE, "data as the key");
	put_known();
	wax_identities_unlock(other, &n, NULL);
	tap_err(read_as(other, "test", &data, &diag), WAX_ERR_STATE, &diag,
		"another identity: %s", diag.text);
	tap_ok(!data && still("state.key", key.data, key.len) &&
		       still("test", test.data, test.len),
	       "nothing has changed");
	/* A key of another home, with this home's file. */
	known_folder_empty();
	tap_is(write_as_known("other", "", 0), 0, "another home");
	put("test", test.data, test.len);
	tap_is(reads("test", NULL), WAX_ERR_STATE, "has another key");
	wax_bytes_release(&key);
	wax_bytes_release(&test);
	wax_identities_free(other);
}

/* A key file that is sealed well, and holds no key. */
#define SHORT_SIZE (9 + 24 + 31 + 16)

static void put_short_key(uint8_t file[SHORT_SIZE])
{
	struct wax_identities *list = known_identities();
	uint8_t ad[9 + 10 + 32], outer[32], key[31] = {0};

	memset(file, 0, SHORT_SIZE);
	memcpy(file, "waxstate\1", 9);
	memcpy(ad, "waxstate\1state.key\0", 19);
	memcpy(ad + 19, known_public, 32);
	wax_identities_derive_key(list, "wax/v1 state", outer);
	wax_xaead_seal(outer, file + 9, ad, sizeof(ad), key, sizeof(key),
		       file + 33);
	put("state.key", file, SHORT_SIZE);
	wax_identities_free(list);
}

static void no_key(void)
{
	uint8_t file[SHORT_SIZE];

	known_folder_empty();
	put_short_key(file);
	tap_is(reads("test", NULL), WAX_ERR_STATE, "a key of 31 bytes");
	tap_ok(still("state.key", file, sizeof(file)), "stays there");
}

/* A file that is longer than it says, as those of the system are. */
static void endless_file(void)
{
	struct wax_bytes out = {0};
	bool found = false;

	if (access("/proc/version", R_OK)) {
		tap_skip("a file of no size", "there is no /proc");
		return;
	}
	tap_is(wax_file_read("/proc/version", 4096, &out, &found, NULL), 0,
	       "a file of no size");
	tap_ok(found && out.len > 20 && out.data[out.len - 1] == '\n',
	       "is read to its end");
	wax_bytes_release(&out);
	tap_is(wax_file_read("/proc/version", 10, &out, &found, NULL),
	       WAX_ERR_FORMAT, "or is too long");
	wax_bytes_release(&out);
}

/* What is no regular file, or cannot be read, or is far too long. */
static void odd_files(const char *name)
{
	struct wax_diag diag = {0};
	char path[sizeof(diag.text) + 4096];

	put_known();
	snprintf(path, sizeof(path), "%s", at_home(name));
	unlink(path);
	tap_ok(!mkfifo(path, 0600), "a FIFO");
	tap_err(reads("test", &diag), WAX_ERR_IO, &diag, "%s as a FIFO", name);
	unlink(path);
	mkdir(path, 0700);
	tap_err(reads("test", &diag), WAX_ERR_IO, &diag, "%s as a folder",
		name);
	rmdir(path);
	tap_ok(!symlink(name, path), "a link");
	tap_err(reads("test", &diag), WAX_ERR_IO, &diag, "%s as a loop", name);
	unlink(path);
	tap_ok(!symlink("/dev/zero", path), "a link to a device");
	tap_err(reads("test", &diag), WAX_ERR_IO, &diag, "%s as a device",
		name);
	unlink(path);
	put(name, "", 0);
	tap_err(reads("test", &diag), WAX_ERR_STATE, &diag, "%s empty", name);
	tap_ok(!truncate(path, 64 * 1024 * 1024 + 1), "a large one");
	tap_err(reads("test", &diag), WAX_ERR_STATE, &diag, "%s too large",
		name);
}

/* Issues a card; what is written is added to out. */
static int issue_as(struct wax_identities *list, const char *name,
		    unsigned flags, int64_t now, unsigned fail_at,
		    struct wax_bytes *out, unsigned *odd)
{
	struct wax_diag diag = {0};
	struct mock_sink m;
	struct wax_sink *to = mock_sink(&m);
	int err;

	m.fail_at = fail_at;
	err = wax_card_issue(home, list, name, flags, now, to, odd, &diag);
	if (err && !*diag.text)
		tap_ok(false, "an error has a reason");
	wax_bytes_add(out, m.got.data, m.got.len, NULL);
	wax_bytes_release(&m.got);
	wax_sink_free(to);
	return err;
}

struct issued {
	struct wax_bytes text;
	struct wax_card card;
	unsigned odd;
	int err;
};

static struct issued issue(const char *name, unsigned flags, int64_t now)
{
	struct wax_identities *list = known_identities();
	struct issued i = {0};

	i.err = issue_as(list, name, flags, now, 0, &i.text, &i.odd);
	if (!i.err)
		i.err = wax_card_parse(
			&i.card, wax_cursor(i.text.data, i.text.len), NULL);
	wax_identities_free(list);
	return i;
}

static bool same(const struct issued *a, const struct issued *b)
{
	return a->text.len == b->text.len &&
	       !memcmp(a->text.data, b->text.data, a->text.len);
}

/* The prekeys as they are in the home. */
static void prekeys(struct wax_prekeys *out)
{
	struct wax_identities *list = known_identities();
	struct wax_secret *data = NULL;

	*out = (struct wax_prekeys){0};
	if (read_as(list, WAX_PREKEYS_FILE, &data, NULL) || !data ||
	    wax_prekeys_decode(out, wax_secret_bytes(data),
			       wax_secret_size(data), NULL))
		tap_ok(false, "the home has prekeys");
	wax_secret_free(data);
	wax_identities_free(list);
}

/* Whether the home has the secrets that belong to a card. */
static bool has_secrets(const struct wax_card *card)
{
	struct wax_prekeys p;
	bool found = false;

	prekeys(&p);
	for (size_t i = 0; i < p.n; i++) {
		const struct wax_prekey *k = wax_prekeys_at(&p, i);
		struct wax_prekey_public pub = {.id = k->id};

		wax_x25519_base(pub.x25519, k->x25519);
		wax_xwing_public(pub.xwing, k->xwing);
		found |= pub.id == card->prekey.id && k->once == card->once &&
			 k->issued == card->issued &&
			 k->expires == card->expires &&
			 !memcmp(pub.x25519, card->prekey.x25519, 32) &&
			 !memcmp(pub.xwing, card->prekey.xwing,
				 sizeof(pub.xwing));
	}
	wax_prekeys_release(&p);
	return found;
}

static size_t count(void)
{
	struct wax_prekeys p;
	size_t n;

	prekeys(&p);
	n = p.n;
	wax_prekeys_release(&p);
	return n;
}

static void first_card(void)
{
	struct issued a;
	struct stat st;

	known_folder_empty();
	a = issue("Al ice", 0, T0);
	tap_is(a.err, 0, "a card");
	tap_text(a.card.name, "Al ice", "its name");
	tap_text(a.card.identity, KNOWN_IDENTITY, "its identity");
	tap_text(a.card.minisign, KNOWN_MINISIGN, "its minisign");
	tap_ok(strstr(known_text, a.card.recipient), "its recipient");
	tap_ok(a.card.issued == T0 && a.card.expires == T0 + 30 * DAY &&
		       !a.card.once && !a.odd,
	       "its times");
	tap_ok(has_secrets(&a.card), "its secrets are kept");
	tap_ok(!stat(at_home("prekeys"), &st) && (st.st_mode & 0777) == 0600,
	       "by the owner");
	wax_bytes_release(&a.text);
}

/* The current card, until it is seven days old, or says something else. */
static void repeating(void)
{
	struct issued a, b;

	known_folder_empty();
	a = issue("alice", 0, T0);
	for (int i = 0; i < 7; i++) {
		b = issue("alice", 0, T0 + i * DAY + (i == 6 ? DAY - 1 : i));
		tap_ok(!b.err && same(&a, &b), "the same after %d days", i);
		wax_bytes_release(&b.text);
	}
	tap_is((long long)count(), 1, "with one key");
	b = issue("alice", 0, T0 + 7 * DAY);
	tap_ok(!b.err && !same(&a, &b) && b.card.issued == T0 + 7 * DAY,
	       "another after a week");
	tap_ok(has_secrets(&a.card) && has_secrets(&b.card), "both are kept");
	wax_bytes_release(&a.text);
	a = issue("Alice", 0, T0 + 7 * DAY);
	tap_ok(!a.err && !same(&a, &b) && a.card.prekey.id != b.card.prekey.id,
	       "another name, another card");
	wax_bytes_release(&b.text);
	b = issue("Alice", 0, T0 + 8 * DAY);
	tap_ok(!b.err && same(&a, &b), "which is the current one");
	tap_is((long long)count(), 3, "three keys");
	wax_bytes_release(&a.text);
	wax_bytes_release(&b.text);
}

static void once(void)
{
	struct issued a, b, c, d;

	known_folder_empty();
	a = issue("alice", 0, T0);
	b = issue("alice", WAX_CARD_ONCE, T0);
	c = issue("alice", WAX_CARD_ONCE, T0);
	d = issue("alice", 0, T0);
	tap_ok(!b.err && b.card.once && !c.err && c.card.once,
	       "two cards for one caller each");
	tap_ok(!same(&b, &c) && b.card.prekey.id != c.card.prekey.id &&
		       b.card.prekey.id != a.card.prekey.id,
	       "never the same");
	tap_ok(!d.err && same(&a, &d) && !a.card.once,
	       "and the current one is what it was");
	tap_ok(has_secrets(&a.card) && has_secrets(&b.card) &&
		       has_secrets(&c.card),
	       "all secrets are kept");
	wax_bytes_release(&a.text);
	wax_bytes_release(&b.text);
	wax_bytes_release(&c.text);
	wax_bytes_release(&d.text);
}

/* Clocks that are wrong, and are put right. */
static void clocks(void)
{
	struct issued a, b;

	known_folder_empty();
	a = issue("alice", 0, T0);
	b = issue("alice", 0, T0 + 3650 * DAY);
	tap_ok(!b.err && b.odd == WAX_CARD_CLOCK && !same(&a, &b),
	       "a clock ten years ahead is odd");
	tap_ok(has_secrets(&a.card), "and destroys nothing");
	wax_bytes_release(&b.text);
	b = issue("alice", 0, T0 + HOUR);
	tap_ok(!b.err && !b.odd && b.card.issued <= T0 + DAY,
	       "a card from the future is not repeated");
	tap_ok(has_secrets(&a.card) && has_secrets(&b.card), "all is kept");
	wax_bytes_release(&b.text);
	b = issue("alice", 0, T0 - 3650 * DAY);
	tap_ok(!b.err && b.odd == WAX_CARD_CLOCK, "so is one behind");
	tap_ok(has_secrets(&a.card), "which destroys nothing");
	wax_bytes_release(&b.text);
	b = issue("alice", 0, T0 + 2 * HOUR);
	tap_ok(!b.err && !b.odd && b.card.issued >= T0, "the right one again");
	tap_ok(has_secrets(&a.card), "all is kept");
	wax_bytes_release(&a.text);
	wax_bytes_release(&b.text);
}

/* What cannot be asked for leaves nothing in the home, not even a lock. */
static void impossible(void)
{
	static const struct {
		const char *name;
		int64_t now;
	} bad[] = {
		{"", T0},
		{"a\nb", T0},
		{"a\rb", T0},
		{"\x1b[2J", T0},
		{"\xff", T0},
		{"a\xe2\x80\xae", T0},
		{"alice", -1},
		{"alice", WAX_TIME_MAX},
		{"alice", INT64_MAX},
	};
	char name[258] = "";
	struct issued a;

	known_folder_empty();
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		a = issue(bad[i].name, 0, bad[i].now);
		tap_is(a.err, WAX_ERR_USAGE, "name or time %zu", i);
		tap_is((long long)a.text.len, 0, "nothing is written");
	}
	memset(name, '+', 256);
	a = issue(name, 0, T0);
	tap_is(a.err, WAX_ERR_USAGE, "256 bytes of name");
	tap_ok(access(at_home("prekeys"), F_OK) &&
		       access(at_home("state.key"), F_OK) &&
		       access(at_home("prekeys.lock"), F_OK),
	       "the home is as it was");
	name[255] = '\0';
	a = issue(name, 0, T0);
	tap_ok(!a.err && !strcmp(a.card.name, name), "255 are taken");
	wax_bytes_release(&a.text);
	a = issue("alice", 0, WAX_TIME_MAX - WAX_CARD_VALID);
	tap_is(a.err, 0, "so is the last time");
	wax_bytes_release(&a.text);
}

static void other_identities(void)
{
	struct wax_identities *none = NULL;
	struct wax_bytes out = {0};
	unsigned odd;

	known_folder_empty();
	for (unsigned i = 0; i < FIXTURE_KINDS; i++) {
		enum wax_identity_kind kind = fixture_kind(i);
		struct wax_identities *list = fixture_identities(kind, 1);

		if (kind != PQ_KIND)
			tap_is(issue_as(list, "alice", 0, T0, 0, &out, &odd),
			       WAX_ERR_USAGE, "%s", fixture_name(kind));
		wax_identities_free(list);
	}
	if (!wax_identities_new(NULL, NULL, &none, NULL))
		tap_is(issue_as(none, "alice", 0, T0, 0, &out, &odd),
		       WAX_ERR_USAGE, "no identity");
	wax_identities_free(none);
	tap_ok(!out.len && access(at_home("prekeys"), F_OK),
	       "nothing comes of it");
	wax_bytes_release(&out);
}

/* Failing outputs and damaged state. */
static void failing(void)
{
	struct wax_identities *list = known_identities();
	struct wax_bytes out = {0}, key, file;
	struct issued a, b;
	unsigned odd = 0;

	known_folder_empty();
	a = issue("alice", 0, T0);
	tap_is(issue_as(list, "bob", 0, T0, 1, &out, &odd), MOCK_ERR,
	       "an output that fails");
	tap_is((long long)count(), 2, "its key is kept");
	key = get("state.key");
	file = get("prekeys");
	file.data[file.len / 2] ^= 1;
	put("prekeys", file.data, file.len);
	b = issue("alice", 0, T0);
	tap_is(b.err, WAX_ERR_STATE, "damaged prekeys");
	tap_ok(still("prekeys", file.data, file.len) &&
		       still("state.key", key.data, key.len) && !b.text.len,
	       "are left alone");
	file.data[file.len / 2] ^= 1;
	put("prekeys", file.data, file.len);
	unlink(at_home("state.key"));
	b = issue("alice", 0, T0);
	tap_is(b.err, WAX_ERR_STATE, "the key is missing");
	tap_ok(still("prekeys", file.data, file.len), "the prekeys are there");
	tap_ok(access(at_home("state.key"), F_OK), "and no new key is made");
	put("state.key", key.data, key.len);
	b = issue("bob", 0, T0);
	tap_ok(!b.err && !same(&a, &b) && has_secrets(&b.card),
	       "with the key, all is well");
	wax_bytes_release(&a.text);
	wax_bytes_release(&b.text);
	wax_bytes_release(&key);
	wax_bytes_release(&file);
	wax_bytes_release(&out);
	wax_identities_free(list);
}

/* A home that has as many prekeys as there may be. */
static void full(void)
{
	const size_t n = WAX_PREKEYS_MAX, size = 24 + n * 88 + 4;
	uint8_t *file = calloc(1, size);
	struct wax_bytes before;
	struct issued a;

	file[0] = 1;
	for (size_t i = 0; i < 4; i++)
		file[20 + i] = (uint8_t)(n >> (8 * i));
	for (size_t i = 0; i < n; i++) {
		memcpy(file + 24 + 88 * i, &i, 2);
		file[24 + 88 * i + 16 + 4] = 1; /* expires in 2106 */
	}
	known_folder_empty();
	tap_is(write_as_known("prekeys", file, size), 0, "many prekeys");
	before = get("prekeys");
	a = issue("alice", WAX_CARD_ONCE, T0);
	tap_is(a.err, WAX_ERR_STATE, "one more is too many");
	tap_ok(still("prekeys", before.data, before.len) && !a.text.len,
	       "and nothing is changed");
	wax_bytes_release(&before);
	free(file);
}

static struct wax_state *open_state(void)
{
	struct wax_identities *list = known_identities();
	struct wax_state *state = NULL;

	if (wax_state_open(home, list, &state, NULL)) {
		printf("Bail out! no state\n");
		exit(1);
	}
	wax_identities_free(list);
	return state;
}

static int load(struct wax_state *state, const char *name,
		struct wax_bytes *file, struct wax_cursor *data)
{
	struct wax_diag diag = {0};
	int err = wax_state_load(state, name, file, data, &diag);

	if (!err != !*diag.text || (err && data->at))
		tap_ok(false, "data, or a reason");
	return err;
}

/* The same data as by reading, into memory that is used again. */
static void loading(void)
{
	struct wax_state *state;
	struct wax_bytes file = {0}, damaged;
	struct wax_cursor data = {0};

	put_known();
	state = open_state();
	for (int i = 0; i < 2; i++) {
		tap_is(load(state, "test", &file, &data), 0, "loaded");
		tap_bytes(data.at, data.left, "hello", 5, "it says hello");
		tap_is(load(state, "absent", &file, &data), 0, "no file");
		tap_ok(!data.at && !data.left && !file.len, "is nothing");
	}
	wax_state_write(state, "empty", "", 0, NULL);
	tap_is(load(state, "empty", &file, &data), 0, "an empty one");
	tap_ok(data.at && !data.left, "is there");
	damaged = get("test");
	damaged.data[40] ^= 1;
	put("test", damaged.data, damaged.len);
	tap_is(load(state, "test", &file, &data), WAX_ERR_STATE, "damaged");
	put("test", damaged.data, 20);
	tap_is(load(state, "test", &file, &data), WAX_ERR_STATE, "cut");
	wax_bytes_release(&damaged);
	put("test", "", 0);
	tap_is(load(state, "test", &file, &data), WAX_ERR_STATE, "of nothing");
	mkdir(at_home("folder"), 0700);
	tap_is(load(state, "folder", &file, &data), WAX_ERR_IO, "a folder");
	wax_state_free(state);
	unlink(at_home("state.key"));
	state = open_state();
	tap_is(load(state, "test", &file, &data), WAX_ERR_STATE, "without key");
	tap_is(load(state, "absent", &file, &data), 0, "no file, no key");
	tap_ok(!data.at, "is nothing");
	wax_state_free(state);
	wax_bytes_release(&file);
}

/* Sizes around those that memory grows by. */
static void loading_sizes(void)
{
	struct wax_state *state;
	struct wax_bytes file = {0};
	struct wax_cursor data;
	uint8_t *plain = malloc(70000);

	put_known();
	state = open_state();
	tap_fill(plain, 70000, 1);
	for (size_t n = 0; n < 70000; n = n < 300 ? n + 1 : n * 3 / 2) {
		wax_state_write(state, "test", plain, n, NULL);
		if (load(state, "test", &file, &data) || data.left != n ||
		    (n && memcmp(data.at, plain, n) != 0))
			tap_ok(false, "%zu bytes", n);
	}
	tap_is(load(state, "test", &file, &data), 0, "all sizes");
	wax_state_free(state);
	wax_bytes_release(&file);
	free(plain);
}

/* HMACs under keys that derive from the state key, computed elsewhere. */
static void hiding(void)
{
	char name[WAX_HIDDEN_NAME_SIZE], other[WAX_HIDDEN_NAME_SIZE];
	struct wax_state *state;

	put_known();
	state = open_state();
	wax_state_hide(state, "some kind", "", 0, name);
	tap_text(name, "2689830b77730add337218621f04a6d9", "nothing, hidden");
	wax_state_hide(state, "some kind", "a\0b", 3, name);
	tap_text(name, "95c36f5f07dbd81e58f2e9fc194a05c0", "with a NUL in it");
	wax_state_hide(state, "some kinc", "a\0b", 3, other);
	tap_ok(strcmp(name, other) != 0, "of another kind it is another");
	wax_state_free(state);
}

/* A key that is there when it is asked for, whoever wrote it. */
static void settling(void)
{
	struct wax_state *a, *b, *c;
	struct wax_bytes key;
	struct wax_cursor data;
	struct wax_bytes file = {0};
	uint8_t file_of_31[SHORT_SIZE];
	bool has = true;

	known_folder_empty();
	a = open_state();
	b = open_state();
	c = open_state();
	tap_ok(!wax_state_has_key(a, &has, NULL) && !has, "no key");
	tap_ok(access(at_home("state.key"), F_OK), "and none is made");
	tap_is(wax_state_settle(a, NULL), 0, "it is made");
	key = get("state.key");
	tap_ok(is_key(&key), "a key");
	tap_ok(!wax_state_has_key(a, &has, NULL) && has, "it has it");
	tap_is(wax_state_settle(a, NULL), 0, "again");
	tap_ok(!wax_state_has_key(b, &has, NULL) && has, "the other sees it");
	tap_is(wax_state_settle(c, NULL), 0, "the third takes it");
	tap_ok(still("state.key", key.data, key.len), "one key");
	wax_state_write(a, "test", "x", 1, NULL);
	tap_ok(!load(b, "test", &file, &data) && data.left == 1, "of all");
	tap_ok(!load(c, "test", &file, &data) && data.left == 1, "three");
	wax_state_free(b);
	wax_state_free(c);
	/* A damaged one is noticed, and is not replaced. */
	unlink(at_home("state.key"));
	b = open_state();
	key.data[50] ^= 1;
	put("state.key", key.data, key.len);
	for (int i = 0; i < 2; i++) {
		tap_is(wax_state_has_key(b, &has, NULL), WAX_ERR_STATE,
		       "a damaged one");
		tap_ok(!has, "is none");
		tap_is(wax_state_settle(b, NULL), WAX_ERR_STATE,
		       "is not taken");
		tap_is(wax_state_write(b, "test", "y", 1, NULL), WAX_ERR_STATE,
		       "nothing is written with it");
	}
	tap_ok(still("state.key", key.data, key.len), "and it stays");
	put_short_key(file_of_31);
	tap_is(wax_state_has_key(b, &has, NULL), WAX_ERR_STATE,
	       "one too short");
	tap_is(wax_state_settle(b, NULL), WAX_ERR_STATE, "is not taken");
	wax_state_free(a);
	wax_state_free(b);
	wax_bytes_release(&key);
	wax_bytes_release(&file);
}

int main(void)
{
	home = known_folder();
	derived();
	known_files();
	written();
	new_key();
	two_at_once();
	looking_again();
	sweeping();
	damage("state.key");
	damage("test");
	others();
	no_key();
	endless_file();
	odd_files("test");
	odd_files("state.key");
	loading();
	loading_sizes();
	hiding();
	settling();
	first_card();
	repeating();
	once();
	clocks();
	impossible();
	other_identities();
	failing();
	full();
	known_folder_remove();
	return tap_end();
}
