/* SPDX-License-Identifier: ISC */
/*
 * The bytes of a file of the state.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "keys/sealed.h"
#include "stream/file.h"

static const uint8_t magic[] = {'w', 'a', 'x', 's', 't', 'a', 't', 'e', 1};

_Static_assert(WAX_SEALED_HEAD == sizeof(magic) + WAX_XNONCE_SIZE,
	       "the head has both");

/* The largest file that is read. */
#define FILE_MAX (64 * 1024 * 1024)

static int associate(const struct wax_sealed_as *as, struct wax_bytes *out,
		     struct wax_diag *diag)
{
	int err = wax_bytes_add(out, magic, sizeof(magic), diag);

	if (!err)
		err = wax_bytes_add(out, as->name, strlen(as->name) + 1, diag);
	return err ? err
		   : wax_bytes_add(out, as->owner, WAX_ED25519_PUBLIC_SIZE,
				   diag);
}

int wax_sealed_bad(const char *path, const char *what, struct wax_diag *diag)
{
	wax_diag_set(diag, WAX_ERR_STATE, "'%s': %s", path, what);
	return WAX_ERR_STATE;
}

int wax_sealed_read(const char *path, struct wax_bytes *out, bool *found,
		    struct wax_diag *diag)
{
	int err = wax_file_read(path, FILE_MAX, out, found, diag);

	if (err == WAX_ERR_FORMAT)
		return wax_sealed_bad(path, "it is too large", diag);
	if (err || !*found)
		return err;
	if (out->len < WAX_SEALED_HEAD + WAX_TAG_SIZE ||
	    memcmp(out->data, magic, sizeof(magic) - 1))
		return wax_sealed_bad(path, "this is no state file of wax's",
				      diag);
	if (out->data[sizeof(magic) - 1] == magic[sizeof(magic) - 1])
		return 0;
	wax_sealed_bad(path, "it is of a later version of wax", diag);
	wax_diag_hint(diag, "a newer wax opens it");
	return WAX_ERR_STATE;
}

size_t wax_sealed_len(const struct wax_bytes *file)
{
	return file->len - WAX_SEALED_HEAD - WAX_TAG_SIZE;
}

int wax_sealed_open(const struct wax_sealed_as *as, const char *path,
		    const struct wax_bytes *file, uint8_t *out,
		    struct wax_diag *diag)
{
	const uint8_t *p = file->data;
	struct wax_bytes ad = {0};
	int err = associate(as, &ad, diag);

	if (!err &&
	    !wax_xaead_open(wax_secret_bytes(as->key), p + sizeof(magic),
			    ad.data, ad.len, p + WAX_SEALED_HEAD,
			    file->len - WAX_SEALED_HEAD, out))
		err = wax_sealed_bad(
			path, "it is damaged, or belongs to another identity",
			diag);
	wax_bytes_release(&ad);
	return err;
}

void wax_reading_release(struct wax_reading *r)
{
	wax_bytes_release(&r->file);
	wax_secret_free(r->room);
	*r = (struct wax_reading){0};
}

/* Sees to it that there is room for what was read; the last one is lost. */
static int make_room(struct wax_reading *r, struct wax_diag *diag)
{
	size_t len = wax_sealed_len(&r->file);

	if (r->room && wax_secret_size(r->room) >= len)
		return 0;
	/* The next may be a little larger. */
	len += r->room ? len / 2 : 0;
	wax_secret_free(r->room);
	r->room = NULL;
	return wax_secret_new(len, &r->room, diag);
}

int wax_sealed_next(const struct wax_sealed_as *as, const char *path,
		    struct wax_reading *r, const uint8_t **data, size_t *len,
		    struct wax_diag *diag)
{
	bool found = false;
	int err;

	*data = NULL;
	r->file.len = 0;
	err = wax_sealed_read(path, &r->file, &found, diag);
	if (!err && found)
		err = make_room(r, diag);
	if (!err && found)
		err = wax_sealed_open(as, path, &r->file,
				      wax_secret_bytes(r->room), diag);
	if (!err && found) {
		*data = wax_secret_bytes(r->room);
		*len = wax_sealed_len(&r->file);
	}
	return err;
}

int wax_sealed_make(const struct wax_sealed_as *as, const void *data,
		    size_t len, struct wax_bytes *out, struct wax_diag *diag)
{
	struct wax_bytes ad = {0};
	int err = associate(as, &ad, diag);

	if (!err)
		err = wax_bytes_reserve(
			out, WAX_SEALED_HEAD + len + WAX_TAG_SIZE, diag);
	if (!err) {
		memcpy(out->data, magic, sizeof(magic));
		wax_random(out->data + sizeof(magic), WAX_XNONCE_SIZE);
		wax_xaead_seal(wax_secret_bytes(as->key),
			       out->data + sizeof(magic), ad.data, ad.len, data,
			       len, out->data + WAX_SEALED_HEAD);
		out->len = WAX_SEALED_HEAD + len + WAX_TAG_SIZE;
	}
	wax_bytes_release(&ad);
	return err;
}
