/* SPDX-License-Identifier: ISC */
/*
 * Lists of identities: read from files of all forms, opened when needed.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <wax/stream.h>
#include <wax/text.h>

#include "age/age.h"
#include "base/error.h"
#include "base/secret.h"
#include "keys/identities.h"

/* The first keys have pages of their own; those of many would not be locked. */
#define ALONE 16

/* An identity file that a passphrase seals. */
struct sealed {
	char *name;
	struct wax_secret *file;
};

struct wax_identities {
	wax_passphrase_fn *ask;
	void *ask_ctx;
	struct wax_secret_key *keys;
	size_t n_keys;
	struct wax_secret *pool; /* of the keys that are not the first ones */
	struct sealed *sealed;
	size_t n_sealed;
	size_t n_unlocked; /* of the sealed ones, the first */
	/* Of the first key; empty: none. */
	char name[WAX_IDENTITY_NAME_MAX + 1];
};

int wax_identities_new(wax_passphrase_fn *ask, void *ctx,
		       struct wax_identities **out, struct wax_diag *diag)
{
	struct wax_identities *list = calloc(1, sizeof(*list));

	if (!list)
		return wax_no_memory(diag);
	list->ask = ask;
	list->ask_ctx = ctx;
	*out = list;
	return 0;
}

static void sealed_release(struct sealed *s)
{
	free(s->name);
	wax_secret_free(s->file);
}

void wax_identities_free(struct wax_identities *list)
{
	if (!list)
		return;
	for (size_t i = 0; i < list->n_keys; i++)
		wax_secret_key_release(&list->keys[i]);
	for (size_t i = 0; i < list->n_sealed; i++)
		sealed_release(&list->sealed[i]);
	wax_secret_free(list->pool);
	free(list->keys);
	free(list->sealed);
	free(list);
}

/* Adds a key, which is released on failure. */
static int add_key(struct wax_identities *list, struct wax_secret_key *key,
		   struct wax_diag *diag)
{
	size_t n = list->n_keys;

	/* Room for twice as many, at each power of two. */
	if (!(n & (n - 1))) {
		void *keys = realloc(list->keys,
				     (n ? n * 2 : 1) * sizeof(*list->keys));

		if (!keys) {
			wax_secret_key_release(key);
			return wax_no_memory(diag);
		}
		list->keys = keys;
	}
	list->keys[list->n_keys++] = *key;
	return 0;
}

/* Adds a sealed file, which is taken over on success. */
static int add_sealed(struct wax_identities *list, struct wax_secret *file,
		      const char *name, struct wax_diag *diag)
{
	struct sealed *sealed = realloc(
		list->sealed, (list->n_sealed + 1) * sizeof(*list->sealed));
	char *copy = strdup(name);

	if (sealed)
		list->sealed = sealed;
	if (!sealed || !copy) {
		free(copy);
		return wax_no_memory(diag);
	}
	list->sealed[list->n_sealed++] = (struct sealed){copy, file};
	return 0;
}

int wax_identity_name_check(const char *name, struct wax_diag *diag)
{
	size_t len = strlen(name);

	if (len && len <= WAX_IDENTITY_NAME_MAX && wax_text_is_plain(name, len))
		return 0;
	return wax_diag_set(diag, WAX_ERR_USAGE,
			    "a name is 1 to %d bytes of UTF-8 without control "
			    "characters",
			    WAX_IDENTITY_NAME_MAX);
}

/* What stands before the first key may name it. */
static void take_name(struct wax_identities *list, const char *line, size_t n)
{
	static const char before[] = "# name: ";
	size_t skip = sizeof(before) - 1;

	if (list->n_keys || !wax_starts(line, n, before) ||
	    n - skip >= sizeof(list->name) ||
	    !wax_text_is_plain(line + skip, n - skip))
		return;
	memcpy(list->name, line + skip, n - skip);
	list->name[n - skip] = '\0';
}

const char *wax_identities_name(const struct wax_identities *list)
{
	return *list->name ? list->name : NULL;
}

static int parse_lines(struct wax_identities *list, const char *text,
		       size_t len, struct wax_diag *diag)
{
	struct wax_cursor c = wax_cursor(text, len);
	const char *line;
	size_t n, found = 0;

	for (unsigned long no = 1; wax_cursor_line(&c, &line, &n); no++) {
		struct wax_secret_key key;
		int err;

		if (n && *line == '#')
			take_name(list, line, n);
		if (!n || *line == '#')
			continue;
		err = wax_secret_key_parse(
			&key, line, n,
			list->n_keys < ALONE ? NULL : &list->pool, diag);
		if (err) {
			wax_diag_context(diag, "line %lu", no);
			return err;
		}
		err = add_key(list, &key, diag);
		if (err)
			return err;
		found++;
	}
	if (!found)
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "there is no identity in it");
	return 0;
}

/* Whether the text is an age file, armored or not. */
static bool is_sealed(const char *text, size_t len)
{
	size_t space = 0;

	while (space < len && wax_is_space(text[space]))
		space++;
	return wax_starts(text, len, "age-encryption.org/") ||
	       wax_starts(text + space, len - space, "-----BEGIN AGE");
}

static int parse(struct wax_identities *list, const char *text, size_t len,
		 struct wax_diag *diag)
{
	struct wax_secret_key key;
	int err;

	if (!wax_starts(text, len, "-----BEGIN "))
		return parse_lines(list, text, len, diag);
	if (!wax_starts(text, len, WAX_OPENSSH_BEGIN)) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "PEM keys other than OpenSSH's are not supported");
		wax_diag_hint(diag, "ssh-keygen -p rewrites old SSH keys");
		return WAX_ERR_USAGE;
	}
	err = wax_openssh_parse(&key, text, len, diag);
	return err ? err : add_key(list, &key, diag);
}

/* Forgets the keys that a failed reading had added. */
static void take_back(struct wax_identities *list, size_t n_keys)
{
	while (list->n_keys > n_keys)
		wax_secret_key_release(&list->keys[--list->n_keys]);
}

int wax_identities_read(struct wax_identities *list, struct wax_source *from,
			const char *name, struct wax_diag *diag)
{
	struct wax_secret *file;
	size_t len, n_keys = list->n_keys;
	const char *text;
	int err = wax_secret_read(from, WAX_IDENTITY_FILE_MAX, &file, diag);

	if (err)
		return err;
	text = (char *)wax_secret_bytes(file);
	len = wax_secret_size(file);
	if (is_sealed(text, len)) {
		err = add_sealed(list, file, name, diag);
		if (!err)
			return 0;
	} else {
		err = parse(list, text, len, diag);
	}
	if (err)
		take_back(list, n_keys);
	wax_secret_free(file);
	return err;
}

int wax_identities_generate(struct wax_identities *list,
			    enum wax_identity_kind kind, struct wax_diag *diag)
{
	struct wax_secret *secret;
	struct wax_secret_key key;
	int err = wax_secret_new(WAX_XWING_SEED_SIZE, &secret, diag);

	assert(kind != WAX_IDENTITY_SSH_ED25519);
	if (err)
		return err;
	wax_random(wax_secret_bytes(secret), wax_secret_size(secret));
	wax_secret_key_init(&key, kind, secret);
	return add_key(list, &key, diag);
}

struct ask {
	const struct wax_identities *list;
	const char *name; /* NULL: of the file itself */
};

/* A wax_unwrap_fn over a struct ask: opens with a passphrase. */
static int unwrap_passphrase(void *ctx, const struct wax_header *header,
			     uint8_t file_key[WAX_FILE_KEY_SIZE],
			     struct wax_diag *diag)
{
	const struct ask *a = ctx;
	struct wax_stanza stanza = wax_header_stanza(header, 0);
	struct wax_secret *passphrase;
	int err;

	if (!wax_stanza_is(&stanza, WAX_SCRYPT))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "sealed, and not with a passphrase");
	if (!a->list->ask)
		return wax_diag_set(diag, WAX_ERR_NO_KEY,
				    "a passphrase is needed");
	err = a->list->ask(a->list->ask_ctx, a->name, &passphrase, diag);
	if (err)
		return err;
	err = wax_scrypt_unwrap(wax_secret_bytes(passphrase),
				wax_secret_size(passphrase), &stanza, file_key,
				diag);
	wax_secret_free(passphrase);
	if (err == WAX_ERR_NO_KEY)
		wax_diag_set(diag, err, "the passphrase is wrong");
	return err;
}

/* Opens the next of the sealed files and puts its keys in the list. */
static int unlock_next(struct wax_identities *list, struct wax_diag *diag)
{
	struct sealed *s = &list->sealed[list->n_unlocked];
	struct ask ask = {list, s->name};
	struct wax_source *source = NULL;
	struct wax_secret *plain = NULL;
	size_t n_keys = list->n_keys;
	int err = wax_source_memory(wax_secret_bytes(s->file),
				    wax_secret_size(s->file), &source, diag);

	if (!err)
		err = wax_age_open(unwrap_passphrase, &ask, NULL, 1, &source,
				   diag);
	if (!err)
		err = wax_secret_read(source, WAX_IDENTITY_FILE_MAX, &plain,
				      diag);
	if (!err)
		err = parse(list, (char *)wax_secret_bytes(plain),
			    wax_secret_size(plain), diag);
	wax_source_free(source);
	wax_secret_free(plain);
	if (err) {
		take_back(list, n_keys);
		wax_diag_context(diag, "'%s'", s->name);
		return err;
	}
	list->n_unlocked++;
	return 0;
}

bool wax_identities_locked(const struct wax_identities *list)
{
	return list->n_unlocked < list->n_sealed;
}

int wax_identities_unlock(struct wax_identities *list, size_t *out,
			  struct wax_diag *diag)
{
	while (list->n_unlocked < list->n_sealed) {
		int err = unlock_next(list, diag);

		if (err)
			return err;
	}
	*out = list->n_keys;
	return 0;
}

const struct wax_secret_key *
wax_identities_key(const struct wax_identities *list, size_t i)
{
	assert(i < list->n_keys);
	return &list->keys[i];
}

int wax_identities_recipient(struct wax_identities *list, size_t i, char **out,
			     struct wax_diag *diag)
{
	struct wax_public_key key;

	wax_secret_key_public(wax_identities_key(list, i), &key);
	return wax_public_key_text(&key, out, diag);
}

int wax_identities_secret(struct wax_identities *list, size_t i,
			  struct wax_secret **out, struct wax_diag *diag)
{
	return wax_secret_key_text(wax_identities_key(list, i), out, diag);
}

static int unwrap_with(const struct wax_secret_key *key,
		       const struct wax_header *header,
		       uint8_t file_key[WAX_FILE_KEY_SIZE],
		       struct wax_diag *diag)
{
	for (size_t i = 0; i < wax_header_count(header); i++) {
		struct wax_stanza s = wax_header_stanza(header, i);
		int err = wax_secret_key_unwrap(key, &s, file_key, diag);

		if (err != WAX_ERR_NO_KEY)
			return err;
	}
	return WAX_ERR_NO_KEY;
}

int wax_identities_unwrap(void *ctx, const struct wax_header *header,
			  uint8_t file_key[WAX_FILE_KEY_SIZE],
			  struct wax_diag *diag)
{
	struct wax_identities *list = ctx;
	struct wax_stanza first = wax_header_stanza(header, 0);
	struct ask ask = {list, NULL};

	if (wax_stanza_is(&first, WAX_SCRYPT))
		return unwrap_passphrase(&ask, header, file_key, diag);
	/* Those that need no passphrase come first. */
	for (size_t i = 0;; i++) {
		int err;

		while (i == list->n_keys && list->n_unlocked < list->n_sealed) {
			err = unlock_next(list, diag);
			if (err)
				return err;
		}
		if (i == list->n_keys)
			break;
		err = unwrap_with(&list->keys[i], header, file_key, diag);
		if (err != WAX_ERR_NO_KEY)
			return err;
	}
	return wax_diag_set(diag, WAX_ERR_NO_KEY,
			    list->n_keys
				    ? "sealed to none of the identities here"
				    : "no identity to open it with");
}
