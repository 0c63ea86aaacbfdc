/* SPDX-License-Identifier: ISC */
/*
 * The address book on the disk: the form of its files, what each change does
 * and leaves, what speaks against one, and what is made of odd files.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/bech32.h"
#include "fixture.h"
#include "keys/contacts.h"
#include "known.h"
#include "people.h"
#include "tap.h"

#define T0 KNOWN_ISSUED
#define DAY INT64_C(86400)
#define PQ WAX_IDENTITY_MLKEM768X25519

static const char *home;
static struct wax_identities *own;

/*
 * Computed elsewhere: a state key a0 ... bf as t-state.c has it; the hash of
 * the file of "Zoe" with a diaeresis and the known card, sealed with it and the
 * nonce 60 ... 77 under the name below; its links.
 */
#define ZOE "Zo\xc3\xab"
#define ENTRY "c-0123456789abcdef0123456789abcdef"
static const char *const key_hex =
	"776178737461746501606162636465666768696a6b6c6d6e6f70717273747576"
	"77163ac7555664b13804255b75d5a67a0f73c51b02c46d019cba6c9453466966"
	"9b083e5bc4bf1e083d2cdf405971151f37";
static const char *const sealed_hash =
	"e4b5f0f484dad00fe70db9b0351b86ad9fbdde945971ff8706db8e6dffb80eb0";
#define NAME_LINK "n-da248b857bb78ef48afcb735a09d317a"
#define IDENTITY_LINK "i-a3cf3a6519945e2c241e6d0024fa5671"

static const char *at_home(const char *name)
{
	static char path[4096 + 64];

	snprintf(path, sizeof(path), "%s/%s", home, name);
	return path;
}

/* The path of an entry of the address book, until the next call. */
static const char *at_book(const char *entry)
{
	char name[128];

	snprintf(name, sizeof(name), "contacts/%s", entry);
	return at_home(name);
}

static void put(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || (len && write(fd, data, len) != (ssize_t)len))
		tap_ok(false, "'%s' can be written", path);
	if (fd >= 0)
		close(fd);
}

static void empty_home(void)
{
	DIR *d = opendir(at_home("contacts"));
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (unlinkat(dirfd(d), e->d_name, 0))
			unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
	if (d)
		closedir(d);
	known_folder_empty();
}

/* How many entries begin so; "": all. */
static int entries(const char *with)
{
	DIR *d = opendir(at_home("contacts"));
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
		     !strncmp(e->d_name, with, strlen(with));
	if (d)
		closedir(d);
	return n;
}

static struct wax_contacts *open_book(void)
{
	struct wax_contacts *book = NULL;
	struct wax_diag diag = {0};

	if (wax_contacts_open(home, own, &book, &diag)) {
		printf("Bail out! no address book: %s\n", diag.text);
		exit(1);
	}
	return book;
}

/* An empty one, in an empty home. */
static struct wax_contacts *new_book(void)
{
	empty_home();
	return open_book();
}

/* Adds and expects; news is looked at where it is added. */
static void add(struct wax_contacts *book, const char *name,
		const struct wax_card *card, unsigned flags, int64_t now,
		int want, const char *what)
{
	enum wax_contact_news news = (enum wax_contact_news)99;
	struct wax_diag diag = {0};
	int err = wax_contacts_add(book, name, card, flags, now, &news, &diag);

	/* What is wanted is an error, or news. */
	tap_err(err, want < 0 ? want : 0, &diag, "%s", what);
	tap_is((long long)news, want < 0 || err ? 99 : want, "%s: news", what);
}

/* Adds a card of somebody, which is made for it. */
static void add_person(struct wax_contacts *book, uint32_t who,
		       const char *name, unsigned flags, int want,
		       const char *what)
{
	struct wax_card *card = people_card(who, name, T0);

	add(book, name, card, flags, T0, want, what);
	wax_card_free(card);
}

/* A contact, or NULL, to be freed. */
static struct wax_contact *find(struct wax_contacts *book, const char *who)
{
	struct wax_contact *c = (struct wax_contact *)&home;
	struct wax_diag diag = {0};
	int err = wax_contacts_find(book, who, &c, &diag);

	if (err) {
		tap_ok(false, "'%s' is found or not: %s", who, diag.text);
		return NULL;
	}
	return c;
}

/* Whether there is none. */
static bool unknown(struct wax_contacts *book, const char *who)
{
	struct wax_contact *c = find(book, who);
	bool none = !c;

	wax_contact_free(c);
	return none;
}

/* Whether who is a contact of this name with so many devices. */
static bool is(struct wax_contacts *book, const char *who, const char *name,
	       size_t devices)
{
	struct wax_contact *c = find(book, who);
	bool right = c && !strcmp(wax_contact_name(c), name) &&
		     wax_contact_devices(c) == devices;

	wax_contact_free(c);
	return right;
}

struct sum {
	struct wax_contacts *book;
	int contacts, devices, wrong;
	char names[4096];
};

/* Whether two say the same of their devices, but for the prekeys. */
static bool same_devices(const struct wax_contact *a,
			 const struct wax_contact *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++) {
		const struct wax_card *x = &a->devices[i].card;
		const struct wax_card *y = &b->devices[i].card;

		same = wax_contact_added(a, i) == wax_contact_added(b, i) &&
		       wax_contact_verified(a, i) ==
			       wax_contact_verified(b, i) &&
		       !wax_contact_card(a, i) == !wax_contact_card(b, i) &&
		       x->issued == y->issued && x->expires == y->expires &&
		       x->once == y->once && !strcmp(x->name, y->name) &&
		       !strcmp(x->identity, y->identity) &&
		       !strcmp(x->recipient, y->recipient) &&
		       !strcmp(x->minisign, y->minisign);
	}
	return same;
}

static int count(void *ctx, const struct wax_contact *c, struct wax_diag *diag)
{
	struct sum *s = ctx;
	const char *name = wax_contact_name(c);
	struct wax_contact *whole = find(s->book, name);

	(void)diag;
	s->wrong += !whole || !same_devices(c, whole);
	wax_contact_free(whole);
	s->contacts++;
	s->devices += (int)wax_contact_devices(c);
	s->wrong += !is(s->book, name, name, wax_contact_devices(c));
	for (size_t i = 0; i < wax_contact_devices(c); i++)
		s->wrong += !is(s->book, wax_contact_identity(c, i), name,
				wax_contact_devices(c));
	if (strlen(s->names) + strlen(name) + 2 < sizeof(s->names)) {
		strcat(s->names, name);
		strcat(s->names, ",");
	}
	return 0;
}

/* What the book says of itself, links and files counted; names in order. */
static void expect_book(struct wax_contacts *book, int devices,
			const char *names, const char *what)
{
	struct sum s = {.book = book};

	tap_err(wax_contacts_each(book, count, &s, NULL), 0, NULL, "%s: all",
		what);
	tap_text(s.names, names, "%s: who there is", what);
	tap_is(s.wrong, 0, "%s: each is found by name and identities", what);
	tap_is(s.devices, devices, "%s: devices", what);
	tap_ok(entries("c-") == s.contacts && entries("n-") == s.contacts &&
		       entries("i-") == devices &&
		       entries("") == 2 * s.contacts + devices,
	       "%s: no file and no link too many", what);
}

/* The known home: its contact is found. */
static void known_home(void)
{
	uint8_t key[32], nonce[24], want[32], hash[32], ad[9 + 44 + 32];
	struct wax_contact c = {.name = ZOE}, *found;
	uint8_t file[8192] = "waxstate\1", key_file[81];
	struct wax_card *card = people_known();
	struct wax_contacts *book;
	struct wax_bytes data = {0};
	struct wax_device *d;

	empty_home();
	tap_hex(key_hex, key_file, sizeof(key_file));
	put(at_home("state.key"), key_file, sizeof(key_file));
	for (size_t i = 0; i < 32; i++)
		key[i] = (uint8_t)(0xa0 + i);
	for (size_t i = 0; i < 24; i++)
		nonce[i] = (uint8_t)(0x60 + i);
	wax_contact_add(&c, &d, NULL);
	wax_device_set(d, card, NULL);
	d->added = T0 + 1;
	d->verified = T0 + 2;
	wax_contact_encode(&c, &data, NULL);
	memcpy(file + 9, nonce, 24);
	memcpy(ad, "waxstate\1contacts/" ENTRY, 9 + 9 + 34);
	ad[9 + 9 + 34] = 0;
	memcpy(ad + 9 + 44, known_public, 32);
	wax_xaead_seal(key, nonce, ad, 9 + 44 + 32, data.data, data.len,
		       file + 33);
	wax_sha256(file, 33 + data.len + 16, hash);
	tap_hex(sealed_hash, want, sizeof(want));
	tap_bytes(hash, 32, want, 32, "the known file");
	mkdir(at_home("contacts"), 0700);
	put(at_book(ENTRY), file, 33 + data.len + 16);
	tap_ok(!symlink(ENTRY, at_book(NAME_LINK)) &&
		       !symlink(ENTRY, at_book(IDENTITY_LINK)),
	       "and its links");
	book = open_book();
	expect_book(book, 1, ZOE ",", "the known home");
	found = find(book, KNOWN_IDENTITY);
	tap_ok(found && wax_contact_added(found, 0) == T0 + 1 &&
		       wax_contact_verified(found, 0) == T0 + 2,
	       "with its times");
	wax_contact_free(found);
	wax_contacts_free(book);
	wax_contact_release(&c);
	wax_bytes_release(&data);
	wax_card_free(card);
}

/* What a change writes is of that form. */
static void written(void)
{
	struct wax_card *card = people_known();
	struct wax_contacts *book;
	uint8_t key_file[81];
	struct stat st;
	char to[64];
	ssize_t n;

	empty_home();
	tap_hex(key_hex, key_file, sizeof(key_file));
	put(at_home("state.key"), key_file, sizeof(key_file));
	book = open_book();
	add(book, ZOE, card, 0, T0, WAX_CONTACT_NEW, "the known card");
	expect_book(book, 1, ZOE ",", "the known card");
	n = readlink(at_book(NAME_LINK), to, sizeof(to));
	tap_ok(n == 34 && !memcmp(to, "c-", 2), "the link of its name");
	to[n > 0 ? n : 0] = '\0';
	tap_ok(!stat(at_book(to), &st) && S_ISREG(st.st_mode) &&
		       (st.st_mode & 0777) == 0600 &&
		       st.st_size == 9 + 24 + 4030 + 16,
	       "leads to its file");
	tap_ok(!lstat(at_book(IDENTITY_LINK), &st) && S_ISLNK(st.st_mode),
	       "the link of its identity");
	tap_ok(!stat(at_home("contacts"), &st) && (st.st_mode & 0777) == 0700,
	       "the folder is the owner's");
	wax_contacts_free(book);
	wax_card_free(card);
}

/* Everything that adding a card can be. */
static void adding(void)
{
	struct wax_card *a = people_card(1, "alice", T0);
	struct wax_card *newer = people_card(1, "Alice", T0 + 10);
	struct wax_card *older = people_card(1, "alice", T0 - 10);
	struct wax_card *b = people_card(2, "alice", T0);
	struct wax_contacts *book = new_book();
	struct stat before = {0}, after;
	struct wax_diag diag = {0};
	char entry[WAX_ENTRY_SIZE];
	struct wax_contact *c;

	newer->once = true;
	people_sign(newer, 1);
	add(book, NULL, a, 0, T0, WAX_CONTACT_NEW, "a card");
	wax_contacts_follow(book, "alice", entry, NULL);
	stat(at_book(entry), &before);
	add(book, NULL, a, 0, T0 + 5, WAX_CONTACT_SAME, "again");
	tap_ok(!stat(at_book(entry), &after) && before.st_ino == after.st_ino,
	       "nothing is written");
	add(book, "alice", a, 0, T0 + 5, WAX_CONTACT_SAME, "with its name");
	add(book, "al", a, 0, T0, WAX_ERR_USAGE, "with another name");
	add(book, NULL, newer, 0, T0 + 20, WAX_CONTACT_RENEWED, "a newer one");
	add(book, NULL, a, 0, T0 + 30, WAX_ERR_TRUST, "the old one again");
	add(book, NULL, older, 0, T0 + 30, WAX_ERR_TRUST, "an older one");
	wax_contacts_add(book, NULL, older, 0, T0 + 30, NULL, &diag);
	tap_ok(strstr(diag.text, "older"), "and it is said why");
	expect_book(book, 1, "alice,", "after it");
	c = find(book, "alice");
	tap_ok(c && wax_contact_added(c, 0) == T0 &&
		       wax_contact_verified(c, 0) == 0 &&
		       wax_card_issued(wax_contact_card(c, 0)) == T0 + 10,
	       "the newest, added at first");
	wax_contact_free(c);
	add(book, NULL, b, 0, T0, WAX_ERR_TRUST, "the name, another identity");
	add(book, "alice", b, 0, T0, WAX_ERR_TRUST, "so it is when given");
	expect_book(book, 1, "alice,", "unchanged");
	add(book, "alice", b, WAX_CONTACT_DEVICE, T0 + 40, WAX_CONTACT_MORE,
	    "as a device");
	add(book, NULL, b, WAX_CONTACT_DEVICE, T0, WAX_CONTACT_SAME, "again");
	expect_book(book, 2, "alice,", "with two devices");
	wax_contacts_free(book);
	book = open_book();
	expect_book(book, 2, "alice,", "read again");
	wax_contacts_free(book);
	wax_card_free(a);
	wax_card_free(b);
	wax_card_free(newer);
	wax_card_free(older);
}

/* Adds an identity without a card, as add() does. */
static void add_identity(struct wax_contacts *book, const char *name,
			 const struct wax_card *of, const char *recipient,
			 unsigned flags, int64_t now, int want,
			 const char *what)
{
	enum wax_contact_news news = (enum wax_contact_news)99;
	struct wax_diag diag = {0};
	int err = wax_contacts_add_identity(book, name, of->identity, recipient,
					    flags, now, &news, &diag);

	tap_err(err, want < 0 ? want : 0, &diag, "%s", what);
	tap_is((long long)news, want < 0 || err ? 99 : want, "%s: news", what);
}

static void refused_identities(struct wax_contacts *book,
			       const struct wax_card *of)
{
	struct wax_public_key key = {.kind = PQ};
	struct wax_card none = *of;
	char *other = fixture_recipient(PQ, 9), *bad = NULL;
	char *classic = fixture_recipient(WAX_IDENTITY_X25519, 9);

	memset(key.bytes, 0xff, 1184);
	wax_public_key_text(&key, &bad, NULL);
	none.identity[20] ^= 1;
	add_identity(book, "c", of, bad, 0, T0, WAX_ERR_TRUST, "a bad key");
	add_identity(book, "c", of, classic, 0, T0, WAX_ERR_USAGE, "classic");
	add_identity(book, "c", of, "", 0, T0, WAX_ERR_USAGE, "no recipient");
	add_identity(book, "c", &none, other, 0, T0, WAX_ERR_USAGE, "no key");
	add_identity(book, "c", of, other, 0, 0, WAX_ERR_USAGE, "no time");
	add_identity(book, "a/b", of, other, 0, T0, WAX_ERR_USAGE, "no name");
	free(other);
	free(bad);
	free(classic);
}

/* Somebody of whom no card is known, until one comes. */
static void without_card(void)
{
	struct wax_card *a = people_card(1, "alice", T0 - 10);
	struct wax_card *b = people_card(2, "bob", T0);
	struct wax_contacts *book = new_book();
	struct wax_contact *c;
	char *other = fixture_recipient(PQ, 9);

	refused_identities(book, a);
	expect_book(book, 0, "", "nobody is added");
	add_identity(book, "al", a, a->recipient, 0, T0, WAX_CONTACT_NEW,
		     "an identity");
	expect_book(book, 1, "al,", "without a card");
	add_identity(book, "al", a, a->recipient, 0, T0 + 5, WAX_CONTACT_SAME,
		     "again");
	add_identity(book, "al", a, other, 0, T0, WAX_ERR_TRUST,
		     "with another recipient");
	add_identity(book, "bo", a, a->recipient, 0, T0, WAX_ERR_USAGE,
		     "with another name");
	add_identity(book, "al", b, b->recipient, 0, T0, WAX_ERR_TRUST,
		     "the name, another identity");
	add_identity(book, "al", b, b->recipient, WAX_CONTACT_DEVICE, T0,
		     WAX_CONTACT_MORE, "as a device");
	expect_book(book, 2, "al,", "two devices without cards");
	wax_contacts_free(book);
	book = open_book();
	c = find(book, "al");
	tap_ok(c && !wax_contact_card(c, 0) && !wax_contact_card(c, 1) &&
		       !strcmp(wax_contact_identity(c, 1), b->identity) &&
		       !strcmp(wax_contact_recipient(c, 0), a->recipient),
	       "they are known by their keys alone");
	wax_contact_free(c);
	a->issued = 0;
	people_sign(a, 1);
	add(book, "al", a, 0, T0 + 9, WAX_CONTACT_RENEWED,
	    "a card, however old");
	c = find(book, a->identity);
	tap_ok(c && wax_contact_card(c, 0) && !wax_contact_card(c, 1) &&
		       wax_contact_added(c, 0) == T0 &&
		       !memcmp(&c->devices[0].card.prekey, &a->prekey,
			       sizeof(a->prekey)),
	       "it is that of the one, who stays added when they were");
	wax_contact_free(c);
	expect_book(book, 2, "al,", "one with a card, and one without");
	add_identity(book, "al", a, a->recipient, 0, T0 + 5, WAX_CONTACT_SAME,
		     "the identity of a card");
	strcpy(b->recipient, other);
	people_sign(b, 2);
	add(book, "al", b, 0, T0, WAX_ERR_TRUST, "a card, another recipient");
	wax_contacts_free(book);
	wax_card_free(a);
	wax_card_free(b);
	free(other);
}

/* Cards that are refused, whoever gives them. */
static void bad_cards(void)
{
	struct wax_card *a = people_card(1, "alice", T0), *bad;
	struct wax_contacts *book = new_book();
	char *other = fixture_recipient(PQ, 9);

	add(book, NULL, a, 0, T0, WAX_CONTACT_NEW, "a good one");
	bad = people_card(1, "alicia", T0);
	add(book, NULL, bad, 0, T0, WAX_ERR_TRUST, "as old, and different");
	bad->issued++;
	strcpy(bad->recipient, other);
	people_sign(bad, 1);
	add(book, NULL, bad, 0, T0, WAX_ERR_TRUST, "another recipient");
	wax_card_free(bad);
	bad = people_card(2, "bob", T0 + DAY + 1);
	add(book, NULL, bad, 0, T0, WAX_ERR_TRUST, "of the day after tomorrow");
	add(book, NULL, bad, 0, T0 + 1, WAX_CONTACT_NEW, "of tomorrow");
	wax_card_free(bad);
	bad = people_card(3, "carol", T0);
	memset(bad->prekey.x25519, 0, sizeof(bad->prekey.x25519));
	people_sign(bad, 3);
	add(book, NULL, bad, 0, T0, WAX_ERR_TRUST, "a low-order prekey");
	wax_card_free(bad);
	bad = people_card(3, "carol", T0);
	memset(bad->prekey.xwing, 0xff, 1184);
	people_sign(bad, 3);
	add(book, NULL, bad, 0, T0, WAX_ERR_TRUST,
	    "an X-Wing key out of range");
	wax_card_free(bad);
	bad = people_card(3, "carol", T0);
	memset(bad->prekey.xwing + 1184, 0, 32);
	people_sign(bad, 3);
	add(book, NULL, bad, 0, T0, WAX_ERR_TRUST, "a low order half of one");
	wax_card_free(bad);
	bad = people_card(3, "a/b", T0);
	add(book, NULL, bad, 0, T0, WAX_ERR_USAGE,
	    "a name that is no contact's");
	add(book, "-x", bad, 0, T0, WAX_ERR_USAGE, "one that is given");
	add(book, "carol", bad, 0, T0, WAX_CONTACT_NEW, "a better name");
	expect_book(book, 3, "alice,bob,carol,", "after it");
	wax_card_free(bad);
	wax_card_free(a);
	free(other);
	wax_contacts_free(book);
}

/* A recipient that is well-formed, and that nobody can seal to. */
static void bad_recipient(void)
{
	uint8_t bytes[WAX_XWING_PUBLIC_SIZE];
	struct wax_card *bad = people_card(3, "carol", T0);
	struct wax_contacts *book = new_book();
	char text[2048] = "";

	memset(bytes, 0xff, sizeof(bytes));
	wax_bech32_encode("age1pq", false, bytes, sizeof(bytes), text);
	strcpy(bad->recipient, text);
	people_sign(bad, 3);
	add(book, NULL, bad, 0, T0, WAX_ERR_TRUST, "a recipient out of range");
	tap_is(entries(""), 0, "leaves nothing");
	wax_card_free(bad);
	wax_contacts_free(book);
}

/* Times that could not be read again. */
static void clocks(void)
{
	static const int64_t bad[] = {0, -1, INT64_MIN, WAX_TIME_MAX + 1,
				      INT64_MAX};
	struct wax_card *card = people_card(1, "alice", 0);
	struct wax_contacts *book = new_book();
	size_t device;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		add(book, NULL, card, 0, bad[i], WAX_ERR_USAGE, "a bad time");
	tap_is(entries(""), 0, "nothing comes of it");
	add(book, NULL, card, 0, WAX_TIME_MAX, WAX_CONTACT_NEW, "the last");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		tap_is(wax_contacts_verify(book, "alice", "1", own, bad[i],
					   &device, NULL),
		       WAX_ERR_USAGE, "for verifying, too");
	expect_book(book, 1, "alice,", "one");
	wax_card_free(card);
	wax_contacts_free(book);
}

/* As many devices as there may be, and one more. */
static void many_devices(void)
{
	struct wax_contacts *book = new_book();

	for (uint32_t i = 0; i < WAX_DEVICES_MAX; i++)
		add_person(book, i, "alice", WAX_CONTACT_DEVICE,
			   i ? WAX_CONTACT_MORE : WAX_CONTACT_NEW, "a device");
	add_person(book, 99, "alice", WAX_CONTACT_DEVICE, WAX_ERR_USAGE,
		   "one too many");
	expect_book(book, WAX_DEVICES_MAX, "alice,", "all of them");
	wax_contacts_free(book);
}

static int rename_to(struct wax_contacts *book, const char *who,
		     const char *name)
{
	struct wax_diag diag = {0};
	int err = wax_contacts_rename(book, who, name, &diag);

	if (!err != !*diag.text)
		tap_ok(false, "an error has a reason");
	return err;
}

static void renaming(void)
{
	struct wax_card *b = people_card(2, "alice", T0);
	struct wax_contacts *book = new_book();

	add_person(book, 1, "alice", 0, WAX_CONTACT_NEW, "alice");
	add(book, "alice", b, WAX_CONTACT_DEVICE, T0, WAX_CONTACT_MORE, "two");
	add_person(book, 3, "bob", 0, WAX_CONTACT_NEW, "bob");
	tap_is(rename_to(book, "alice", "zoe"), 0, "another name");
	expect_book(book, 3, "bob,zoe,", "renamed");
	tap_ok(unknown(book, "alice"), "the old one is unknown");
	tap_is(rename_to(book, b->identity, "ann"), 0, "by an identity");
	expect_book(book, 3, "ann,bob,", "renamed again");
	tap_is(rename_to(book, "ann", "bob"), WAX_ERR_USAGE, "a taken name");
	tap_is(rename_to(book, "ann", "ann"), WAX_ERR_USAGE, "its own");
	tap_is(rename_to(book, "nobody", "x"), WAX_ERR_USAGE, "no contact");
	tap_is(rename_to(book, "ann", "-x"), WAX_ERR_USAGE, "a bad name");
	tap_is(rename_to(book, "ann", "a/b"), WAX_ERR_USAGE, "a slash");
	expect_book(book, 3, "ann,bob,", "unchanged");
	add_person(book, 4, "alice", 0, WAX_CONTACT_NEW, "the old name");
	expect_book(book, 4, "alice,ann,bob,", "is free again");
	wax_card_free(b);
	wax_contacts_free(book);
}

static void removing(void)
{
	struct wax_card *b = people_card(2, "alice", T0);
	struct wax_contacts *book = new_book();

	add_person(book, 1, "alice", 0, WAX_CONTACT_NEW, "alice");
	add(book, "alice", b, WAX_CONTACT_DEVICE, T0, WAX_CONTACT_MORE, "two");
	add_person(book, 3, "bob", 0, WAX_CONTACT_NEW, "bob");
	tap_is(wax_contacts_remove(book, "nobody", NULL), WAX_ERR_USAGE,
	       "no contact");
	tap_is(wax_contacts_remove(book, b->identity, NULL), 0, "a device");
	expect_book(book, 2, "alice,bob,", "one less");
	tap_ok(unknown(book, b->identity), "its identity is unknown");
	tap_is(wax_contacts_remove(book, b->identity, NULL), WAX_ERR_USAGE,
	       "it is gone");
	add(book, "bob", b, WAX_CONTACT_DEVICE, T0, WAX_CONTACT_MORE, "moved");
	tap_is(wax_contacts_remove(book, "bob", NULL), 0, "a contact of two");
	expect_book(book, 1, "alice,", "is gone with both");
	b->issued -= 1;
	people_sign(b, 2);
	add(book, NULL, b, WAX_CONTACT_DEVICE, T0, WAX_ERR_TRUST,
	    "a card does not say whose device it is");
	add(book, "alice", b, WAX_CONTACT_DEVICE, T0, WAX_CONTACT_MORE,
	    "an older card is new then");
	tap_is(wax_contacts_remove(book, b->identity, NULL), 0, "again");
	wax_card_free(b);
	b = people_card(1, "alice", T0);
	tap_is(wax_contacts_remove(book, b->identity, NULL), 0, "the last one");
	expect_book(book, 0, "", "nobody is left");
	wax_card_free(b);
	wax_contacts_free(book);
}

static int stop_at(void *ctx, const struct wax_contact *c,
		   struct wax_diag *diag)
{
	int *left = ctx;

	(void)c;
	(void)diag;
	return --*left ? 0 : 77;
}

/* The order of bytes, whatever the order of the folder; and stopping. */
static void order(void)
{
	static const char *const names[] = {"b",  "B",	"a", "\xc3\xa9", "aa",
					    "10", "ab", "9", "~",	 " "};
	struct wax_contacts *book = new_book();
	struct wax_diag diag = {0};
	int left = 3;

	tap_is(wax_contacts_each(book, stop_at, &left, &diag), 0,
	       "nobody in a new book");
	for (uint32_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		add_person(book, i, names[i], 0, WAX_CONTACT_NEW, names[i]);
	expect_book(book, 10, " ,10,9,B,a,aa,ab,b,~,\xc3\xa9,", "in order");
	tap_is(wax_contacts_each(book, stop_at, &left, &diag), 77,
	       "what the function returns");
	tap_is(left, 0, "ends it");
	put(at_book("c-0123"), "x", 1);
	put(at_book("c-0123456789abcdef0123456789abcdeF"), "x", 1);
	put(at_book("c-0123456789abcdef0123456789abcdef0"), "x", 1);
	put(at_book("c-0123456789abcdef0123456789abcdef~"), "x", 1);
	put(at_book(".wax-0123456789abcdef"), "x", 1);
	left = 100;
	tap_is(wax_contacts_each(book, stop_at, &left, &diag), 0,
	       "other files");
	tap_is(left, 90, "are not looked at");
	wax_contacts_free(book);
}

static void expect_alike(struct wax_contacts *book, const char *name,
			 const char *want, const char *what)
{
	char out[WAX_CONTACT_NAME_SIZE] = "unset";

	tap_err(wax_contacts_alike(book, name, out, NULL), 0, NULL, "%s", what);
	tap_text(out, want, "%s: '%s'", what, name);
}

/* What is remembered stays right through changes. */
static void alike(void)
{
	struct wax_contacts *book = new_book();
	struct wax_card *a2 = people_card(2, "alice", T0);
	char name[400];

	expect_alike(book, "alice", "", "nobody");
	add_person(book, 1, "alice", 0, WAX_CONTACT_NEW, "alice");
	expect_alike(book, "alice", "", "itself");
	expect_alike(book, "Alice", "alice", "a capital");
	expect_alike(book, "al1ce", "alice", "a digit");
	expect_alike(book, "bob", "", "another");
	add_person(book, 3, "bob", 0, WAX_CONTACT_NEW, "bob");
	expect_alike(book, "b0b", "bob", "one that was added");
	add_person(book, 4, "Bob", 0, WAX_CONTACT_NEW, "Bob");
	expect_alike(book, "b0b", "Bob", "the first of two");
	expect_alike(book, "bob", "Bob", "the other");
	wax_contacts_free(book);
	book = open_book();
	expect_alike(book, "b0b", "Bob", "the first of two, read again");
	add(book, "alice", a2, WAX_CONTACT_DEVICE, T0, WAX_CONTACT_MORE,
	    "a device");
	expect_alike(book, "a1ice", "alice", "after a device");
	rename_to(book, "alice", "carol");
	expect_alike(book, "a1ice", "", "the old name");
	expect_alike(book, "car0l", "carol", "the new one");
	wax_contacts_remove(book, "Bob", NULL);
	expect_alike(book, "b0b", "bob", "one was removed");
	wax_contacts_remove(book, a2->identity, NULL);
	expect_alike(book, "car0l", "carol", "a device was removed");
	wax_contacts_remove(book, "carol", NULL);
	wax_contacts_remove(book, "bob", NULL);
	expect_alike(book, "b0b", "", "all were removed");
	for (uint32_t i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "p%uq", i);
		snprintf(name + 200, 200, "p%uq", i);
		add_person(book, i, name, 0, WAX_CONTACT_NEW, "many");
		name[0] = 'P';
		expect_alike(book, name, name + 200, "each");
	}
	memset(name, 'x', sizeof(name));
	name[399] = '\0';
	expect_alike(book, name, "", "a name that none can be");
	wax_card_free(a2);
	wax_contacts_free(book);
}

/* Where the link of somebody is. */
static const char *link_path(struct wax_contacts *book, const char *who)
{
	char entry[WAX_ENTRY_SIZE] = "n-";
	bool identity = !strncmp(who, "wax1", 4);

	*entry = identity ? 'i' : 'n';
	wax_state_hide(book->state,
		       identity ? "wax/v1 contact identity"
				: "wax/v1 contact name",
		       who, strlen(who), entry + 2);
	return at_book(entry);
}

/* A link only says where to look. */
static void odd_links(void)
{
	static const char *const to[] = {
		"c-0123456789abcdef0123456789abcdef",
		"c-0123456789abcdef0123456789abcdef0",
		"c-0123",
		"../state.key",
		"../contacts",
		".",
		"/etc/passwd",
	};
	struct wax_contacts *book = new_book();
	char entry[WAX_ENTRY_SIZE];

	add_person(book, 1, "alice", 0, WAX_CONTACT_NEW, "alice");
	add_person(book, 2, "bob", 0, WAX_CONTACT_NEW, "bob");
	for (size_t i = 0; i < sizeof(to) / sizeof(*to); i++) {
		tap_ok(!symlink(to[i], link_path(book, "carol")),
		       "a link to '%s'", to[i]);
		tap_ok(unknown(book, "carol"), "is none");
		add_person(book, 3, "carol", 0, WAX_CONTACT_NEW, "it is put");
		expect_book(book, 3, "alice,bob,carol,", "right");
		wax_contacts_remove(book, "carol", NULL);
		expect_book(book, 2, "alice,bob,", "and removed");
	}
	put(link_path(book, "carol"), "x", 1);
	tap_ok(unknown(book, "carol"), "a file in its place is none");
	add_person(book, 3, "carol", 0, WAX_CONTACT_NEW, "it is put right");
	expect_book(book, 3, "alice,bob,carol,", "a file");
	wax_contacts_remove(book, "carol", NULL);
	/* To a contact that is another. */
	wax_contacts_follow(book, "alice", entry, NULL);
	tap_ok(!symlink(entry, link_path(book, "carol")), "to alice");
	tap_ok(unknown(book, "carol"), "carol is not alice");
	add_person(book, 3, "carol", 0, WAX_CONTACT_NEW, "carol is added");
	expect_book(book, 3, "alice,bob,carol,", "beside her");
	wax_contacts_free(book);
}

/* What killed processes leave: a link too many; a file that is young or old. */
static void left_over(void)
{
	struct wax_contacts *book = new_book();
	struct wax_card *card = people_card(1, "alice", T0);
	int64_t now = (int64_t)time(NULL);

	add(book, NULL, card, 0, now, WAX_CONTACT_NEW, "alice");
	put(at_book(".wax-0123456789abcdef"), "x", 1);
	wax_contacts_free(book);
	book = open_book();
	add(book, NULL, card, 0, now, WAX_CONTACT_SAME, "soon");
	tap_is(entries(".wax-"), 1, "what is young may be in use");
	wax_contacts_free(book);
	book = open_book();
	add(book, NULL, card, 0, now + 2 * 3600, WAX_CONTACT_SAME, "later");
	expect_book(book, 1, "alice,", "after an hour it goes");
	wax_card_free(card);
	wax_contacts_free(book);
}

/* Files of more than so many bytes cannot be written; 0: all can. */
static void limit_files(rlim_t size)
{
	static int said, pipes[2];
	char text[4096];
	struct rlimit r;
	ssize_t n;

	/* What is said goes to a file as well, and must not be limited. */
	fflush(stdout);
	if (size && !pipe(pipes)) {
		said = dup(1);
		dup2(pipes[1], 1);
	}
	getrlimit(RLIMIT_FSIZE, &r);
	r.rlim_cur = size ? size : r.rlim_max;
	setrlimit(RLIMIT_FSIZE, &r);
	if (size)
		return;
	dup2(said, 1);
	close(said);
	close(pipes[1]);
	while ((n = read(pipes[0], text, sizeof(text))) > 0)
		fwrite(text, 1, (size_t)n, stdout);
	close(pipes[0]);
	fflush(stdout);
}

/* A change that cannot be written leaves what was there. */
static void failing(void)
{
	struct wax_card *b = people_card(2, "bob", T0);
	struct wax_card *newer = people_card(1, "alice", T0 + 1);
	struct wax_contacts *book = new_book();

	signal(SIGXFSZ, SIG_IGN);
	limit_files(1000);
	add_person(book, 1, "alice", 0, WAX_ERR_IO, "the disk is full");
	limit_files(0);
	expect_book(book, 0, "", "nothing is left");
	add_person(book, 1, "alice", 0, WAX_CONTACT_NEW, "it is not");
	limit_files(1000);
	add(book, NULL, b, 0, T0, WAX_ERR_IO, "another");
	add(book, NULL, newer, 0, T0, WAX_ERR_IO, "a newer card");
	add(book, "alice", b, WAX_CONTACT_DEVICE, T0, WAX_ERR_IO, "a device");
	tap_is(rename_to(book, "alice", "ann"), WAX_ERR_IO, "another name");
	limit_files(0);
	expect_book(book, 1, "alice,", "nothing has changed");
	add(book, "alice", b, WAX_CONTACT_DEVICE, T0, WAX_CONTACT_MORE, "now");
	limit_files(1000);
	tap_is(wax_contacts_remove(book, b->identity, NULL), WAX_ERR_IO,
	       "a device is not removed");
	limit_files(0);
	expect_book(book, 2, "alice,", "and stays");
	/* A folder where a link is to be. */
	mkdir(link_path(book, "carol"), 0700);
	add_person(book, 3, "carol", 0, WAX_ERR_IO, "a folder in the way");
	rmdir(link_path(book, "carol"));
	expect_book(book, 2, "alice,", "leaves nothing");
	wax_card_free(b);
	b = people_card(3, "carol", T0);
	mkdir(link_path(book, b->identity), 0700);
	add(book, NULL, b, 0, T0, WAX_ERR_IO, "a folder there");
	rmdir(link_path(book, b->identity));
	expect_book(book, 2, "alice,", "leaves nothing, too");
	wax_card_free(b);
	wax_card_free(newer);
	wax_contacts_free(book);
}

/* Everything that can be asked of a book; each must be this error. */
static void expect_all(struct wax_contacts *book, int err, const char *what)
{
	struct wax_card *card = people_card(5, "eve", T0);
	char out[WAX_CONTACT_NAME_SIZE];
	struct wax_contact *c = NULL;
	struct wax_diag diag = {0};
	int left = 100;

	tap_err(wax_contacts_find(book, "alice", &c, &diag), err, &diag,
		"%s: finding", what);
	tap_ok(!c, "%s: nobody", what);
	tap_err(wax_contacts_each(book, stop_at, &left, &diag), err, &diag,
		"%s: all", what);
	tap_err(wax_contacts_alike(book, "alice", out, &diag), err, &diag,
		"%s: who looks like it", what);
	tap_err(wax_contacts_rename(book, "alice", "x", &diag), err, &diag,
		"%s: renaming", what);
	tap_err(wax_contacts_remove(book, "alice", &diag), err, &diag,
		"%s: removing", what);
	if (!strstr(what, "file"))
		tap_err(wax_contacts_add(book, NULL, card, 0, T0, NULL, &diag),
			err, &diag, "%s: adding", what);
	tap_ok(strstr(diag.text, home) || strstr(diag.text, "state.key"),
	       "%s: %s", what, diag.text);
	wax_card_free(card);
}

/* Without the key, those that are there are not nobody. */
static void no_key(void)
{
	struct wax_contacts *book = new_book();
	char kept[4096 + 64];

	add_person(book, 1, "alice", 0, WAX_CONTACT_NEW, "alice");
	wax_contacts_free(book);
	snprintf(kept, sizeof(kept), "%s", at_home("kept"));
	rename(at_home("state.key"), kept);
	book = open_book();
	expect_all(book, WAX_ERR_STATE, "without the key");
	tap_ok(access(at_home("state.key"), F_OK), "no other key is made");
	tap_is(entries(""), 3, "nothing is touched");
	rename(kept, at_home("state.key"));
	expect_book(book, 1, "alice,", "with the key all is well");
	wax_contacts_free(book);
}

/* The file of alice is damaged; others are as they were. */
static void damaged(void)
{
	struct wax_contacts *book = new_book();
	char entry[WAX_ENTRY_SIZE], name[64];
	struct wax_contact *c;
	int left = 100;

	add_person(book, 1, "alice", 0, WAX_CONTACT_NEW, "alice");
	add_person(book, 2, "bob", 0, WAX_CONTACT_NEW, "bob");
	wax_contacts_follow(book, "alice", entry, NULL);
	tap_ok(!truncate(at_book(entry), 4000), "a file is cut");
	expect_all(book, WAX_ERR_STATE, "a damaged file");
	c = find(book, "bob");
	tap_ok(c, "another contact is found");
	wax_contact_free(c);
	/* A sealed file that is no contact. */
	wax_contacts_free(book);
	book = open_book();
	snprintf(name, sizeof(name), "contacts/%s", entry);
	tap_is(wax_contacts_each(book, stop_at, &left, NULL), WAX_ERR_STATE,
	       "read anew");
	tap_is(wax_state_write(book->state, name, "hello", 5, NULL), 0,
	       "another file");
	expect_all(book, WAX_ERR_STATE, "a file that is no contact");
	tap_ok(!unlink(at_book(entry)), "it is removed");
	tap_ok(unknown(book, "alice"), "then she is unknown");
	add_person(book, 1, "alice", 0, WAX_CONTACT_NEW, "and can be added");
	expect_book(book, 2, "alice,bob,", "again");
	wax_contacts_free(book);
}

static void other_identity(void)
{
	struct wax_identities *other = fixture_identities(PQ, 7);
	struct wax_identities *classic =
		fixture_identities(WAX_IDENTITY_X25519, 7);
	struct wax_contacts *book = new_book(), *none = NULL;
	struct wax_diag diag = {0};

	add_person(book, 1, "alice", 0, WAX_CONTACT_NEW, "alice");
	wax_contacts_free(book);
	tap_err(wax_contacts_open(home, other, &none, &diag), WAX_ERR_STATE,
		&diag, "another identity's book");
	tap_err(wax_contacts_open(home, classic, &none, &diag), WAX_ERR_USAGE,
		&diag, "one of another kind");
	tap_ok(!none, "is not opened");
	wax_contacts_free(none);
	wax_identities_free(other);
	wax_identities_free(classic);
}

/* Two that were opened before there was a key. */
static void two_at_once(void)
{
	struct wax_contacts *a = new_book(), *b = open_book();
	struct wax_contacts *c = open_book();

	tap_ok(unknown(a, "alice") && unknown(b, "alice"), "nobody yet");
	add_person(a, 1, "alice", 0, WAX_CONTACT_NEW, "by one");
	tap_ok(is(b, "alice", "alice", 1), "the other finds her");
	add_person(b, 2, "bob", 0, WAX_CONTACT_NEW, "by the other");
	add_person(c, 3, "carol", 0, WAX_CONTACT_NEW, "by a third");
	expect_book(a, 3, "alice,bob,carol,", "one");
	expect_book(b, 3, "alice,bob,carol,", "the other");
	add_person(b, 1, "alice", 0, WAX_CONTACT_SAME, "known to both");
	wax_contacts_free(a);
	wax_contacts_free(b);
	wax_contacts_free(c);
}

/* Processes that add at the same time, beginning with an empty home. */
static void many_at_once(void)
{
	enum { CHILDREN = 4, EACH = 6 };
	struct wax_card *cards[CHILDREN * EACH];
	struct wax_contacts *book;
	char name[16], names[1024] = "";
	int status, failed = 0;

	empty_home();
	for (uint32_t i = 0; i < CHILDREN * EACH; i++) {
		snprintf(name, sizeof(name), "p%02u", i);
		cards[i] = people_card(i, name, T0);
		strcat(strcat(names, name), ",");
	}
	for (int i = 0; i < CHILDREN; i++) {
		if (fork())
			continue;
		book = open_book();
		/* All add the first of all, too. */
		for (int k = 0; k < EACH; k++)
			failed |= wax_contacts_add(book, NULL,
						   cards[i * EACH + k], 0, T0,
						   NULL, NULL) ||
				  wax_contacts_add(book, NULL, cards[0], 0, T0,
						   NULL, NULL);
		_exit(failed ? 1 : 0);
	}
	for (int i = 0; i < CHILDREN; i++)
		failed |= wait(&status) < 0 || status;
	tap_ok(!failed, "all could add");
	book = open_book();
	expect_book(book, CHILDREN * EACH, names, "many at once");
	wax_contacts_free(book);
	for (int i = 0; i < CHILDREN * EACH; i++)
		wax_card_free(cards[i]);
}

/* A home that is not there yet. */
static void new_home(void)
{
	const char *was = home;
	char deep[4096];
	struct wax_contacts *book;

	empty_home();
	snprintf(deep, sizeof(deep), "%s/contacts/home", home);
	home = deep;
	book = open_book();
	tap_ok(unknown(book, "alice"), "a book in no folder");
	tap_ok(access(deep, F_OK), "makes none by being read");
	add_person(book, 1, "alice", 0, WAX_CONTACT_NEW, "but by a contact");
	expect_book(book, 1, "alice,", "in a new home");
	wax_contacts_free(book);
	empty_home();
	rmdir(at_home("contacts"));
	unlink(at_home("contacts.lock"));
	unlink(at_home("state.key"));
	rmdir(deep);
	home = was;
}

/* The code of a device of a contact. */
static void code_of(struct wax_contacts *book, const char *who, size_t i,
		    char out[WAX_CODE_SIZE])
{
	struct wax_contact *c = find(book, who);

	*out = '\0';
	if (c)
		wax_contact_code(c, i, own, out, NULL);
	wax_contact_free(c);
}

static void verify(struct wax_contacts *book, const char *who, const char *code,
		   int err, size_t want, const char *what)
{
	struct wax_diag diag = {0};
	size_t device = 99;

	tap_err(wax_contacts_verify(book, who, code, own, T0 + 9, &device,
				    &diag),
		err, &diag, "%s", what);
	tap_is((long long)device, err ? 99 : (long long)want, "%s: device",
	       what);
}

/* When the devices of alice were verified. */
static void expect_verified(struct wax_contacts *book, int64_t a, int64_t b)
{
	struct wax_contact *c = find(book, "alice");

	tap_ok(c && wax_contact_verified(c, 0) == a &&
		       (c->n < 2 || wax_contact_verified(c, 1) == b),
	       "verified %s", a ? b ? "both" : "the first" : "none");
	wax_contact_free(c);
}

static void verifying(void)
{
	struct wax_card *newer = people_card(1, "alice", T0 + 5);
	struct wax_contacts *book = new_book();
	char first[WAX_CODE_SIZE], second[WAX_CODE_SIZE], text[700];

	add_person(book, 1, "alice", 0, WAX_CONTACT_NEW, "alice");
	add_person(book, 2, "alice", WAX_CONTACT_DEVICE, WAX_CONTACT_MORE, "2");
	code_of(book, "alice", 0, first);
	code_of(book, "alice", 1, second);
	verify(book, "alice", "", WAX_ERR_FORMAT, 0, "nothing");
	first[70]++;
	verify(book, "alice", first,
	       first[70] > '9' ? WAX_ERR_FORMAT : WAX_ERR_TRUST, 0,
	       "a wrong digit");
	first[70]--;
	snprintf(text, sizeof(text), "%s0", first);
	verify(book, "alice", text, WAX_ERR_FORMAT, 0, "a digit more");
	memset(text, '1', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	verify(book, "alice", text, WAX_ERR_FORMAT, 0, "far more");
	snprintf(text, sizeof(text), "%.70s", first);
	verify(book, "alice", text, WAX_ERR_FORMAT, 0, "a digit less");
	snprintf(text, sizeof(text), "%s.", first);
	verify(book, "alice", text, WAX_ERR_FORMAT, 0, "a full stop");
	/* The halves change places. */
	snprintf(text, sizeof(text), "%s %.35s", first + 36, first);
	verify(book, "alice", text, WAX_ERR_TRUST, 0, "in another order");
	verify(book, "nobody", first, WAX_ERR_USAGE, 0, "nobody");
	expect_verified(book, 0, 0);
	snprintf(text, sizeof(text), "\t%.11s\r\n-%s-\n\n", first, first + 11);
	verify(book, "alice", text, 0, 0, "the first, with white space");
	expect_verified(book, T0 + 9, 0);
	for (char *from = second, *to = text; (*to = *from); from++)
		to += *from != ' ';
	verify(book, "alice", text, 0, 1, "the second, without");
	expect_verified(book, T0 + 9, T0 + 9);
	add(book, NULL, newer, 0, T0 + 20, WAX_CONTACT_RENEWED, "a newer card");
	expect_verified(book, T0 + 9, T0 + 9);
	wax_contacts_remove(book, newer->identity, NULL);
	add(book, "alice", newer, WAX_CONTACT_DEVICE, T0, WAX_CONTACT_MORE,
	    "removed and added");
	expect_verified(book, T0 + 9, 0);
	expect_book(book, 2, "alice,", "in the end");
	wax_card_free(newer);
	wax_contacts_free(book);
}

/* One's own other devices and oneself among them. */
static void verifying_oneself(void)
{
	struct wax_card *me = people_known();
	struct wax_contacts *book = new_book();
	char code[WAX_CODE_SIZE];

	add(book, "me", me, 0, T0, WAX_CONTACT_NEW, "oneself");
	verify(book, "me",
	       "000000000000000000000000000000000000000000000000"
	       "000000000000",
	       WAX_ERR_USAGE, 0, "has no code");
	add_person(book, 1, "me", WAX_CONTACT_DEVICE, WAX_CONTACT_MORE,
		   "with another device");
	code_of(book, "me", 1, code);
	verify(book, "me", code, 0, 1, "that one has");
	*code = *code == '0' ? '1' : '0';
	verify(book, "me", code, WAX_ERR_TRUST, 0, "and no other code");
	wax_card_free(me);
	wax_contacts_free(book);
}

int main(void)
{
	home = known_folder();
	own = known_identities();
	known_home();
	written();
	adding();
	without_card();
	bad_cards();
	bad_recipient();
	clocks();
	many_devices();
	renaming();
	removing();
	order();
	alike();
	odd_links();
	left_over();
	failing();
	no_key();
	damaged();
	other_identity();
	two_at_once();
	many_at_once();
	new_home();
	verifying();
	verifying_oneself();
	wax_contacts_free(NULL);
	wax_identities_free(own);
	empty_home();
	known_folder_remove();
	return tap_end();
}
