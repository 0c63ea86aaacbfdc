/* SPDX-License-Identifier: ISC */
/*
 * State at rest: the key of its files, and the files under the home.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wax/file.h>
#include <wax/stream.h>

#include "base/cursor.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/identity.h"
#include "keys/identities.h"
#include "keys/sealed.h"
#include "keys/state.h"
#include "sys/output.h"

#define KEY_FILE WAX_STATE_KEY
#define KEY_INFO "wax/v1 state"

struct wax_state {
	char *home;
	struct wax_secret *key;
	struct wax_secret *outer; /* what seals the key; NULL: it is written */
	uint8_t owner[WAX_ED25519_PUBLIC_SIZE];
};

static struct wax_sealed_as as(const struct wax_state *s, const char *name,
			       struct wax_secret *key)
{
	return (struct wax_sealed_as){name, s->owner, key};
}

/* Reads and opens; *data stays NULL where there is no file. */
static int read_with(const struct wax_state *s, const char *name,
		     struct wax_secret *key, struct wax_reading *r,
		     const uint8_t **data, size_t *len, struct wax_diag *diag)
{
	const struct wax_sealed_as how = as(s, name, key);
	char *path;
	int err = wax_state_path(s->home, name, &path, diag);

	*data = NULL;
	if (err)
		return err;
	err = wax_sealed_next(&how, path, r, data, len, diag);
	free(path);
	return wax_state_mend(name, err, diag);
}

/* What was read, in memory of its own; NULL where there is no file. */
static struct wax_secret *keep(struct wax_reading *r, const uint8_t *data)
{
	struct wax_secret *room = data ? r->room : NULL;

	if (data)
		r->room = NULL;
	wax_reading_release(r);
	return room;
}

static int read_alone(const struct wax_state *s, const char *name,
		      struct wax_secret *key, struct wax_secret **out,
		      struct wax_diag *diag)
{
	struct wax_reading r = {0};
	const uint8_t *data;
	size_t len;
	int err = read_with(s, name, key, &r, &data, &len, diag);

	*out = keep(&r, data);
	return err;
}

/* Where birth is not NULL, the file's own goes there, within the data. */
static int write_with(const struct wax_state *s, const char *name,
		      unsigned flags, struct wax_secret *key, const void *data,
		      size_t len, uint8_t *birth, struct wax_diag *diag)
{
	const struct wax_sealed_as how = as(s, name, key);
	struct wax_bytes file = {0};
	struct wax_output *o = NULL;
	struct wax_birth b;
	char *path;
	int err = wax_state_path(s->home, name, &path, diag);

	if (err)
		return err;
	err = wax_output_new(path, WAX_FILE_SECRET | flags, &o, diag);
	if (!err && birth)
		err = wax_output_birth(o, &b, diag);
	if (!err && birth) {
		wax_le_put(birth, b.file, 8);
		wax_le_put(birth + 8, b.time, 8);
	}
	if (!err)
		err = wax_sealed_make(&how, data, len, &file, diag);
	if (!err)
		err = wax_output_write(o, file.data, file.len, diag);
	if (!err)
		err = wax_output_commit(o, diag);
	wax_output_free(o);
	wax_bytes_release(&file);
	free(path);
	return err;
}

/* The key that seals the key. */
static int derive(struct wax_state *s, struct wax_identities *identities,
		  struct wax_secret **out, struct wax_diag *diag)
{
	struct wax_secret *signer = NULL, *key = NULL;
	int err = wax_identities_signer(identities, WAX_DERIVE_IDENTITY,
					&signer, diag);

	if (!err)
		wax_ed25519_secret_public(s->owner, wax_secret_bytes(signer));
	wax_secret_free(signer);
	if (!err)
		err = wax_secret_new(WAX_KEY_SIZE, &key, diag);
	if (err)
		return err;
	wax_identities_derive_key(identities, KEY_INFO, wax_secret_bytes(key));
	*out = key;
	return 0;
}

const char *wax_state_home(const struct wax_state *state)
{
	return state->home;
}

static int bad_key(const struct wax_state *s, const char *what,
		   struct wax_diag *diag)
{
	int err = wax_diag_set(diag, WAX_ERR_STATE, "%s", what);

	return wax_state_name(s, KEY_FILE, err, diag);
}

static int check_key(const struct wax_state *s, const struct wax_secret *key,
		     struct wax_diag *diag)
{
	return wax_secret_size(key) == WAX_KEY_SIZE
		       ? 0
		       : bad_key(s, "it holds no key", diag);
}

/* Reads the key; a new one is kept until something is written. */
static int find_key(struct wax_state *s, struct wax_identities *identities,
		    struct wax_diag *diag)
{
	int err = derive(s, identities, &s->outer, diag);

	if (!err)
		err = read_alone(s, KEY_FILE, s->outer, &s->key, diag);
	if (err)
		return err;
	if (s->key) {
		wax_secret_free(s->outer);
		s->outer = NULL;
		return check_key(s, s->key, diag);
	}
	err = wax_secret_new(WAX_KEY_SIZE, &s->key, diag);
	if (!err)
		wax_random(wax_secret_bytes(s->key), WAX_KEY_SIZE);
	return err;
}

/* Takes the key that another process has written since the opening, if any. */
static int take_key(struct wax_state *s, struct wax_diag *diag)
{
	struct wax_secret *key;
	int err = read_alone(s, KEY_FILE, s->outer, &key, diag);

	if (!err && key)
		err = check_key(s, key, diag);
	if (err || !key) {
		wax_secret_free(key);
		return err;
	}
	wax_secret_free(s->key);
	wax_secret_free(s->outer);
	s->key = key;
	s->outer = NULL;
	return 0;
}

/* Writes a new key; one that has appeared meanwhile is taken instead. */
int wax_state_settle(struct wax_state *s, struct wax_diag *diag)
{
	int err;

	if (!s->outer)
		return 0;
	err = write_with(s, KEY_FILE, 0, s->outer, wax_secret_bytes(s->key),
			 WAX_KEY_SIZE, NULL, diag);
	if (err == WAX_ERR_USAGE) {
		err = take_key(s, diag);
		return err || !s->outer
			       ? err
			       : bad_key(s, "it cannot be written", diag);
	}
	if (err)
		return err;
	wax_secret_free(s->outer);
	s->outer = NULL;
	return 0;
}

int wax_state_open(const char *home, struct wax_identities *identities,
		   struct wax_state **out, struct wax_diag *diag)
{
	struct wax_state *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return wax_no_memory(diag);
	s->home = strdup(home);
	err = s->home ? find_key(s, identities, diag) : wax_no_memory(diag);
	if (err) {
		wax_state_free(s);
		return err;
	}
	*out = s;
	return 0;
}

void wax_state_free(struct wax_state *state)
{
	if (!state)
		return;
	wax_secret_free(state->key);
	wax_secret_free(state->outer);
	free(state->home);
	free(state);
}

int wax_state_has_key(struct wax_state *state, bool *out, struct wax_diag *diag)
{
	int err = state->outer ? take_key(state, diag) : 0;

	*out = !state->outer;
	return err;
}

/* Without a key, what is there cannot be opened. */
static int must_be_missing(const char *path, struct wax_diag *diag)
{
	struct stat st;

	if (!lstat(path, &st))
		return wax_state_no_key(path, diag);
	return errno == ENOENT || errno == ENOTDIR
		       ? 0
		       : wax_diag_sys(diag, errno, "'%s'", path);
}

int wax_state_read_next(struct wax_state *state, const char *name,
			struct wax_reading *r, const uint8_t **data,
			size_t *len, struct wax_diag *diag)
{
	char *path;
	bool any;
	int err = wax_state_has_key(state, &any, diag);

	*data = NULL;
	if (err)
		return err;
	if (any)
		return read_with(state, name, state->key, r, data, len, diag);
	err = wax_state_path(state->home, name, &path, diag);
	if (err)
		return err;
	err = must_be_missing(path, diag);
	free(path);
	return err;
}

int wax_state_read(struct wax_state *state, const char *name,
		   struct wax_secret **out, struct wax_diag *diag)
{
	struct wax_reading r = {0};
	const uint8_t *data;
	size_t len;
	int err = wax_state_read_next(state, name, &r, &data, &len, diag);

	*out = keep(&r, data);
	return err;
}

int wax_state_load(struct wax_state *state, const char *name,
		   struct wax_bytes *file, struct wax_cursor *data,
		   struct wax_diag *diag)
{
	struct wax_sealed_as how;
	bool found = false, any;
	char *path;
	int err = wax_state_has_key(state, &any, diag);

	*data = (struct wax_cursor){0};
	file->len = 0;
	if (!err)
		err = wax_state_path(state->home, name, &path, diag);
	if (err)
		return err;
	err = any ? wax_sealed_read(path, file, &found, diag)
		  : must_be_missing(path, diag);
	how = as(state, name, state->key);
	if (!err && found)
		err = wax_sealed_open(&how, path, file,
				      file->data + WAX_SEALED_HEAD, diag);
	if (!err && found)
		*data = wax_cursor(file->data + WAX_SEALED_HEAD,
				   wax_sealed_len(file));
	free(path);
	return wax_state_mend(name, err, diag);
}

int wax_state_write(struct wax_state *state, const char *name, const void *data,
		    size_t len, struct wax_diag *diag)
{
	int err = wax_state_settle(state, diag);

	return err ? err
		   : write_with(state, name, WAX_FILE_REPLACE, state->key, data,
				len, NULL, diag);
}

int wax_state_write_born(struct wax_state *state, const char *name,
			 uint8_t *data, size_t len, size_t at,
			 struct wax_diag *diag)
{
	int err = wax_state_settle(state, diag);

	return err ? err
		   : write_with(state, name, WAX_FILE_REPLACE, state->key, data,
				len, data + at, diag);
}

int wax_state_seal(struct wax_state *state, const char *name, const void *data,
		   size_t len, struct wax_bytes *out, struct wax_diag *diag)
{
	const struct wax_sealed_as how = as(state, name, state->key);
	int err = wax_state_settle(state, diag);

	return err ? err : wax_sealed_make(&how, data, len, out, diag);
}

bool wax_state_unseal(const struct wax_state *state, const char *name,
		      const uint8_t *sealed, size_t len, uint8_t *out)
{
	const struct wax_sealed_as how = as(state, name, state->key);
	const struct wax_bytes file = {(uint8_t *)(uintptr_t)sealed, len, 0};

	return !wax_sealed_open(&how, name, &file, out, NULL);
}

int wax_state_birth(const struct wax_state *state, const char *name,
		    struct wax_birth *out, struct wax_diag *diag)
{
	char *path;
	int fd, err = wax_state_path(state->home, name, &path, diag);

	if (err)
		return err;
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || wax_fd_birth(fd, out))
		err = wax_diag_sys(diag, errno, "'%s'", path);
	if (fd >= 0)
		close(fd);
	free(path);
	return err;
}

void wax_state_hide(const struct wax_state *state, const char *kind,
		    const void *data, size_t len,
		    char out[WAX_HIDDEN_NAME_SIZE])
{
	uint8_t key[WAX_KEY_SIZE], mac[WAX_HASH_SIZE];

	assert(!state->outer);
	wax_hkdf(NULL, 0, wax_secret_bytes(state->key), WAX_KEY_SIZE, kind,
		 strlen(kind), key, sizeof(key));
	wax_hmac(key, data, len, mac);
	wax_wipe(key, sizeof(key));
	for (size_t i = 0; i < WAX_HIDDEN_NAME_SIZE / 2; i++)
		sprintf(out + 2 * i, "%02x", mac[i]);
}
