/* SPDX-License-Identifier: ISC */
/*
 * State at rest. A file is: "waxstate", the version as one byte, a nonce, and
 * XChaCha20-Poly1305 of the data. The associated data are these nine bytes,
 * the file's name, a NUL and the identity key, so that no file stands in for
 * another.
 */
#include <dirent.h>
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
#include "keys/state.h"
#include "stream/file.h"
#include "sys/temporary.h"

static const uint8_t magic[] = {'w', 'a', 'x', 's', 't', 'a', 't', 'e', 1};

#define KEY_FILE "state.key"
#define KEY_INFO "wax/v1 state"

/* The largest file that is read. */
#define FILE_MAX (64 * 1024 * 1024)
#define HEAD_SIZE (sizeof(magic) + WAX_XNONCE_SIZE)

struct wax_state {
	char *home;
	struct wax_secret *key;
	struct wax_secret *outer; /* what seals the key; NULL: it is written */
	uint8_t owner[WAX_ED25519_PUBLIC_SIZE];
};

int wax_state_path(const char *home, const char *name, char **out,
		   struct wax_diag *diag)
{
	size_t size = strlen(home) + strlen(name) + 2;
	char *path = malloc(size);

	if (!path)
		return wax_no_memory(diag);
	snprintf(path, size, "%s/%s", home, name);
	*out = path;
	return 0;
}

static int associate(const struct wax_state *s, const char *name,
		     struct wax_bytes *out, struct wax_diag *diag)
{
	int err = wax_bytes_add(out, magic, sizeof(magic), diag);

	if (!err)
		err = wax_bytes_add(out, name, strlen(name) + 1, diag);
	return err ? err : wax_bytes_add(out, s->owner, sizeof(s->owner), diag);
}

static int bad(const char *path, const char *what, struct wax_diag *diag)
{
	wax_diag_set(diag, WAX_ERR_STATE, "'%s': %s", path, what);
	return WAX_ERR_STATE;
}

/* Opens what was read from path with a key. */
static int unseal(const struct wax_state *s, const char *name, const char *path,
		  struct wax_secret *key, struct wax_secret *file,
		  struct wax_secret **out, struct wax_diag *diag)
{
	const uint8_t *p = wax_secret_bytes(file);
	size_t len = wax_secret_size(file);
	struct wax_bytes ad = {0};
	struct wax_secret *data = NULL;
	int err;

	if (len < HEAD_SIZE + WAX_TAG_SIZE ||
	    memcmp(p, magic, sizeof(magic) - 1))
		return bad(path, "this is no state file of wax's", diag);
	if (p[sizeof(magic) - 1] != magic[sizeof(magic) - 1])
		return bad(path, "it is of a later version of wax", diag);
	err = associate(s, name, &ad, diag);
	if (!err)
		err = wax_secret_new(len - HEAD_SIZE - WAX_TAG_SIZE, &data,
				     diag);
	if (!err && !wax_xaead_open(wax_secret_bytes(key), p + sizeof(magic),
				    ad.data, ad.len, p + HEAD_SIZE,
				    len - HEAD_SIZE, wax_secret_bytes(data)))
		err = bad(path, "it is damaged, or belongs to another identity",
			  diag);
	wax_bytes_release(&ad);
	if (err) {
		wax_secret_free(data);
		return err;
	}
	*out = data;
	return 0;
}

/* Reads and opens; *out stays NULL where there is no file. */
static int read_with(const struct wax_state *s, const char *name,
		     struct wax_secret *key, struct wax_secret **out,
		     struct wax_diag *diag)
{
	struct wax_secret *file = NULL;
	char *path;
	int err = wax_state_path(s->home, name, &path, diag);

	*out = NULL;
	if (err)
		return err;
	err = wax_file_read(path, FILE_MAX, &file, diag);
	if (err == WAX_ERR_FORMAT)
		err = bad(path, "it is too large", diag);
	if (!err && file)
		err = unseal(s, name, path, key, file, out, diag);
	wax_secret_free(file);
	free(path);
	return err;
}

static int write_with(const struct wax_state *s, const char *name,
		      unsigned flags, struct wax_secret *key,
		      struct wax_secret *data, struct wax_diag *diag)
{
	size_t len = wax_secret_size(data);
	struct wax_bytes ad = {0}, file = {0};
	struct wax_sink *to = NULL;
	char *path = NULL;
	int err = associate(s, name, &ad, diag);

	if (!err)
		err = wax_bytes_reserve(&file, HEAD_SIZE + len + WAX_TAG_SIZE,
					diag);
	if (!err) {
		memcpy(file.data, magic, sizeof(magic));
		wax_random(file.data + sizeof(magic), WAX_XNONCE_SIZE);
		wax_xaead_seal(wax_secret_bytes(key), file.data + sizeof(magic),
			       ad.data, ad.len, wax_secret_bytes(data), len,
			       file.data + HEAD_SIZE);
		file.len = HEAD_SIZE + len + WAX_TAG_SIZE;
		err = wax_state_path(s->home, name, &path, diag);
	}
	if (!err)
		err = wax_sink_file(path, WAX_FILE_SECRET | flags, &to, diag);
	if (!err)
		err = wax_sink_write(to, file.data, file.len, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_sink_free(to);
	wax_bytes_release(&ad);
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

static int check_key(const struct wax_state *s, struct wax_diag *diag)
{
	return wax_secret_size(s->key) == WAX_KEY_SIZE
		       ? 0
		       : bad(KEY_FILE, "it holds no key", diag);
}

/* Reads the key; a new one is kept until something is written. */
static int find_key(struct wax_state *s, struct wax_identities *identities,
		    struct wax_diag *diag)
{
	int err = derive(s, identities, &s->outer, diag);

	if (!err)
		err = read_with(s, KEY_FILE, s->outer, &s->key, diag);
	if (err)
		return err;
	if (s->key) {
		wax_secret_free(s->outer);
		s->outer = NULL;
		return check_key(s, diag);
	}
	err = wax_secret_new(WAX_KEY_SIZE, &s->key, diag);
	if (!err)
		wax_random(wax_secret_bytes(s->key), WAX_KEY_SIZE);
	return err;
}

/* Writes a new key; one that has appeared meanwhile is taken instead. */
static int write_key(struct wax_state *s, struct wax_diag *diag)
{
	int err;

	if (!s->outer)
		return 0;
	err = write_with(s, KEY_FILE, 0, s->outer, s->key, diag);
	if (err == WAX_ERR_USAGE) {
		wax_secret_free(s->key);
		err = read_with(s, KEY_FILE, s->outer, &s->key, diag);
		if (!err && !s->key)
			err = bad(KEY_FILE, "it cannot be written", diag);
		if (!err)
			err = check_key(s, diag);
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

int wax_state_read(const struct wax_state *state, const char *name,
		   struct wax_secret **out, struct wax_diag *diag)
{
	struct stat st;
	char *path;
	int err;

	if (!state->outer)
		return read_with(state, name, state->key, out, diag);
	*out = NULL;
	err = wax_state_path(state->home, name, &path, diag);
	if (err)
		return err;
	if (!lstat(path, &st))
		err = bad(path, "its key, state.key, is missing", diag);
	free(path);
	return err;
}

int wax_state_write(struct wax_state *state, const char *name,
		    struct wax_secret *data, struct wax_diag *diag)
{
	int err = write_key(state, diag);

	return err ? err
		   : write_with(state, name, WAX_FILE_REPLACE, state->key, data,
				diag);
}

void wax_state_sweep(const char *home, int64_t now)
{
	DIR *folder = opendir(home);
	struct dirent *d;
	struct stat st;

	while (folder && (d = readdir(folder)))
		if (wax_temporary_is(d->d_name) &&
		    !fstatat(dirfd(folder), d->d_name, &st,
			     AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode) && now - st.st_ctime > 3600)
			unlinkat(dirfd(folder), d->d_name, 0);
	if (folder)
		closedir(folder);
}
