/* SPDX-License-Identifier: ISC */
/*
 * The file of a peer: the first byte says how many days go by; the rest is the
 * file.
 *
 * Holds: what is decoded is encoded the same again; pruning leaves nothing that
 * is over, forgets nothing twice, keeps the session that sends, and what is
 * left can be written and read.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/secret.h>
#include <wax/text.h>

#include "fuzz.h"
#include "ratchet/peer.h"

#define DAY (24 * INT64_C(3600))

static struct wax_secret *encode(struct wax_peer *p)
{
	struct wax_secret *file = NULL;

	check(!wax_peer_encode(p, &file, NULL), "it is encoded");
	return file;
}

static void encoded_same(struct wax_peer *p, const uint8_t *data, size_t size)
{
	struct wax_secret *file = encode(p);

	check(wax_secret_size(file) == size &&
		      !memcmp(wax_secret_bytes(file), data, size),
	      "and is the same");
	wax_secret_free(file);
}

/* What is encoded is decoded, and is the same. */
static void through_a_file(struct wax_peer *p)
{
	struct wax_secret *file = encode(p);
	struct wax_peer again = {0};

	check(!wax_peer_decode(&again, wax_secret_bytes(file),
			       wax_secret_size(file), NULL),
	      "what is encoded is decoded");
	encoded_same(&again, wax_secret_bytes(file), wax_secret_size(file));
	wax_secret_free(file);
	wax_peer_release(&again);
}

static void nothing_over(const struct wax_peer *p, int64_t now)
{
	const struct wax_session *sender = wax_peer_sender(p, now);

	check(p->sessions.n <= WAX_RECEIVING_MAX + (sender != NULL),
	      "a few sessions are left");
	for (size_t i = 0; i < p->sessions.n; i++) {
		const struct wax_session *s = wax_peer_session(p, i);

		check(s == sender || now - s->used <= WAX_RECEIVING_VALID ||
			      now - s->made <= WAX_RECEIVING_VALID,
		      "that are not too old");
	}
	for (size_t i = 0; i < p->past.skipped.n; i++) {
		const struct wax_skipped *k =
			wax_array_at(&p->past.skipped, sizeof(*k), i);

		check(now - k->since <= WAX_SKIPPED_VALID,
		      "nor are skipped keys");
	}
}

static void prune(struct wax_peer *p, int64_t now)
{
	const struct wax_session *s = wax_peer_sender(p, now);
	uint32_t serial = s ? s->serial : 0;
	uint8_t t[WAX_HASH_SIZE] = {0};
	struct wax_secret *once, *twice;

	if (s)
		memcpy(t, s->transcript, sizeof(t));
	wax_peer_prune(p, now, 0);
	nothing_over(p, now);
	s = wax_peer_sender(p, now);
	check(s ? s->serial == serial && !memcmp(t, s->transcript, sizeof(t))
		: !serial,
	      "the sender stays");
	once = encode(p);
	wax_peer_prune(p, now, 0);
	twice = encode(p);
	check(wax_secret_size(once) == wax_secret_size(twice) &&
		      !memcmp(wax_secret_bytes(once), wax_secret_bytes(twice),
			      wax_secret_size(once)),
	      "pruning again does nothing");
	wax_secret_free(once);
	wax_secret_free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wax_peer p = {0};
	int64_t now = INT64_C(1795428000);
	int err;

	if (!size)
		return 0;
	now += *data * DAY;
	err = wax_peer_decode(&p, data + 1, size - 1, NULL);
	check(!err || err == WAX_ERR_STATE, "no other error");
	if (!err) {
		encoded_same(&p, data + 1, size - 1);
		prune(&p, now);
		through_a_file(&p);
	}
	wax_peer_release(&p);
	return 0;
}
