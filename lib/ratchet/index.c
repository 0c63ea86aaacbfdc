/* SPDX-License-Identifier: ISC */
/*
 * The index: slots of one size, each for a session and sealed by itself, so
 * that one can be replaced without the others. What does not open is free.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "ratchet/index.h"
#include "ratchet/store.h"
#include "stream/file.h"
#include "sys/fd.h"

#define NAME WAX_SESSIONS_FOLDER "/index"

/* The largest that is read. */
#define INDEX_MAX (16 * 1024 * 1024)

/* A session; before the first message of the peer both keys are the same. */
struct entry {
	uint8_t identity[WAX_ED25519_PUBLIC_SIZE];
	uint8_t ad[WAX_HASH_SIZE];
	uint8_t header[WAX_KEY_SIZE], next[WAX_KEY_SIZE];
};

#define SLOT_SIZE (WAX_SEALED_HEAD + sizeof(struct entry) + WAX_TAG_SIZE)

static void fill(struct entry *e, const struct wax_peer *p, size_t i)
{
	const struct wax_session *s = wax_peer_session(p, i);
	const struct wax_side *r = &s->receiving;

	memcpy(e->identity, p->party.identity, sizeof(e->identity));
	memcpy(e->ad, s->ad, sizeof(e->ad));
	memcpy(e->header, r->begun ? r->header : r->next, sizeof(e->header));
	memcpy(e->next, r->next, sizeof(e->next));
}

static bool read_slot(const struct wax_sessions *s, const uint8_t *slot,
		      struct entry *out)
{
	return wax_state_unseal(s->state, NAME, slot, SLOT_SIZE, (void *)out);
}

/* Reads all slots. */
static bool load(const struct wax_sessions *s, struct wax_bytes *out)
{
	bool any = false, found = false;
	char *path;

	if (wax_state_has_key(s->state, &any, NULL) || !any ||
	    wax_state_path(s->home, NAME, &path, NULL))
		return false;
	if (wax_file_read(path, INDEX_MAX, out, &found, NULL))
		found = false;
	free(path);
	return found;
}

static bool opens(const struct entry *e, const uint8_t *body, size_t len)
{
	uint8_t header[WAX_RATCHET_FIXED + 2 * WAX_XWING_CIPHERTEXT_SIZE];

	return wax_header_try(e->header, e->ad, body, len, header) ||
	       (!wax_equal(e->header, e->next, sizeof(e->next)) &&
		wax_header_try(e->next, e->ad, body, len, header));
}

bool wax_index_find(const struct wax_sessions *s, const uint8_t *body,
		    size_t len, struct wax_indexed *out)
{
	struct wax_bytes file = {0};
	bool ok = false, any = load(s, &file);
	struct entry e;

	for (size_t at = 0; any && !ok && at + SLOT_SIZE <= file.len;
	     at += SLOT_SIZE)
		ok = read_slot(s, file.data + at, &e) && opens(&e, body, len);
	if (ok) {
		memcpy(out->identity, e.identity, sizeof(out->identity));
		wax_sha256(&e, sizeof(e), out->digest);
	}
	wax_wipe(&e, sizeof(e));
	wax_bytes_release(&file);
	return ok;
}

bool wax_indexed_agrees(const struct wax_indexed *found,
			const struct wax_peer *p)
{
	uint8_t digest[WAX_HASH_SIZE];
	struct entry e;
	bool same = false;

	for (size_t i = 0; !same && i < p->sessions.n; i++) {
		fill(&e, p, i);
		wax_sha256(&e, sizeof(e), digest);
		same = !memcmp(digest, found->digest, sizeof(digest));
	}
	wax_wipe(&e, sizeof(e));
	return same;
}

void wax_index_digest(const struct wax_peer *p, uint8_t out[WAX_HASH_SIZE])
{
	uint8_t both[2 * WAX_HASH_SIZE] = {0};
	struct entry e;

	for (size_t i = 0; i < p->sessions.n; i++) {
		fill(&e, p, i);
		wax_sha256(&e, sizeof(e), both + WAX_HASH_SIZE);
		wax_sha256(both, sizeof(both), both);
	}
	memcpy(out, both, WAX_HASH_SIZE);
	wax_wipe(&e, sizeof(e));
}

/* A change of the index. */
struct change {
	const struct wax_sessions *sessions;
	const struct wax_peer *peer;
	size_t n, done; /* entries there are to be, and that there are */
	int fd;
	bool failed, wiped;
};

/* Puts the next entry into a slot, or zeros where there are no more. */
static void write_slot(struct change *c, size_t at)
{
	uint8_t zeros[SLOT_SIZE] = {0};
	struct wax_bytes sealed = {0};
	struct entry e;
	int err = 0;

	if (c->done < c->n) {
		fill(&e, c->peer, c->done++);
		err = wax_state_seal(c->sessions->state, NAME, &e, sizeof(e),
				     &sealed, NULL);
		wax_wipe(&e, sizeof(e));
	} else {
		c->wiped = true;
	}
	c->failed |=
		err || wax_fd_write_at(c->fd, sealed.len ? sealed.data : zeros,
				       SLOT_SIZE, (off_t)at);
	wax_bytes_release(&sealed);
}

/* First the peer's own slots, then free ones, then such behind the end. */
static void write_slots(struct change *c, const struct wax_bytes *file)
{
	size_t n = file->len / SLOT_SIZE;
	bool *is_free = calloc(n + 1, sizeof(*is_free));
	struct entry e;

	c->failed = !is_free;
	for (size_t i = 0; i < n && !c->failed; i++) {
		is_free[i] =
			!read_slot(c->sessions, file->data + i * SLOT_SIZE, &e);
		if (!is_free[i] && !memcmp(e.identity, c->peer->party.identity,
					   sizeof(e.identity)))
			write_slot(c, i * SLOT_SIZE);
	}
	wax_wipe(&e, sizeof(e));
	for (size_t i = 0; c->done < c->n && !c->failed; i++)
		if (i >= n || is_free[i])
			write_slot(c, i * SLOT_SIZE);
	free(is_free);
}

static void change(const struct wax_sessions *s, const struct wax_peer *p,
		   size_t n)
{
	struct change c = {.sessions = s, .peer = p, .n = n};
	struct wax_bytes file = {0};
	char *path;

	if (wax_state_path(s->home, NAME, &path, NULL))
		return;
	/* What cannot be read is begun anew. */
	if (!load(s, &file))
		unlink(path);
	c.fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | (n ? O_CREAT : 0),
		    0600);
	c.failed = c.fd < 0;
	if (!c.failed)
		write_slots(&c, &file);
	/* The keys of a session that is gone must not come back. */
	if (c.wiped && !c.failed)
		c.failed = wax_fd_sync(c.fd);
	if (c.fd >= 0)
		c.failed |= close(c.fd) != 0;
	if (c.failed)
		unlink(path);
	free(path);
	wax_bytes_release(&file);
}

void wax_index_put(const struct wax_sessions *s, const struct wax_peer *p)
{
	change(s, p, p->sessions.n);
}

void wax_index_drop(const struct wax_sessions *s, const struct wax_peer *p)
{
	change(s, p, 0);
}
