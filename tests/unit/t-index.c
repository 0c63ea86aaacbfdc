/* SPDX-License-Identifier: ISC */
/*
 * The index of the sessions: that it spares looking at all of them, that it is
 * never believed, and that it keeps no key for longer than the state does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "age/header.h"
#include "dice.h"
#include "homes.h"
#include "mock.h"
#include "ratchet/chain.h"
#include "ratchet/index.h"
#include "ratchet/store.h"
#include "tap.h"

#define NOW INT64_C(1795428000)
#define INDEX "sessions/index"
#define SLOT 177

static struct home home[3];
static struct wax_card *card[3][3];
static struct wax_diag diag;

static void seal(int from, int to, struct wax_bytes *out)
{
	const struct home_letter l = {.text = "hello", .len = 5};

	*out = (struct wax_bytes){0};
	memset(&diag, 0, sizeof(diag));
	tap_err(home_seal(&home[from], &l, &card[from][to], 1, NOW, out, &diag),
		0, &diag, "%d writes to %d", from, to);
}

static int get(int who, const struct wax_bytes *file)
{
	struct wax_bytes out = {0};
	struct wax_contents c;
	int err;

	memset(&diag, 0, sizeof(diag));
	err = home_open(&home[who], file, NULL, NOW, &out, &c, &diag);
	wax_bytes_release(&out);
	return err ? err : wax_sessions_commit(home[who].sessions, &diag);
}

static void say(int from, int to)
{
	struct wax_bytes file;

	seal(from, to, &file);
	tap_err(get(to, &file), 0, &diag, "which opens");
	wax_bytes_release(&file);
}

/* 0 talks with both others, in a later epoch than the first ones. */
static void begin(void)
{
	homes_begin_three(home, card, 0, NOW);
	for (int i = 1; i < 3; i++) {
		say(i, 0);
		say(0, i);
		say(i, 0);
	}
}

static void end(void)
{
	homes_end_three(home, card);
}

/* Whose a message is, as the index of 0 says; -1: nobody's. */
static int indexed(const struct wax_bytes *file)
{
	struct wax_header h = {0};
	struct wax_indexed found;
	struct mock_reader r;
	bool ok;

	mock_reader_init(&r, file->data, file->len, 0);
	ok = !wax_header_read(&h, &r.reader, NULL);
	for (size_t i = 0; ok && i < wax_header_count(&h); i++) {
		struct wax_stanza s = wax_header_stanza(&h, i);

		if (wax_stanza_is(&s, WAX_STANZA_RATCHET)) {
			ok = wax_index_find(home[0].sessions, s.body,
					    s.body_len, &found);
			break;
		}
	}
	mock_reader_release(&r);
	wax_header_release(&h);
	for (int i = 0; ok && i < 3; i++)
		if (!memcmp(found.identity, home[i].key, sizeof(home[i].key)))
			return i;
	return -1;
}

/* Whoever looks at all files of peers of 0 fails with WAX_ERR_IO. */
static void block(bool on)
{
	char path[5000];

	snprintf(path, sizeof(path),
		 "%s/sessions/s-00000000000000000000000000000000",
		 home[0].path);
	tap_ok(!(on ? mkdir(path, 0700) : rmdir(path)), "all: %s",
	       on ? "not to be looked at" : "to be looked at");
}

static size_t index_size(void)
{
	struct wax_bytes data = home_get(&home[0], INDEX);
	size_t n = data.len;

	wax_bytes_release(&data);
	return n;
}

/* What the index knows opens without the others, and what is refused changes
 * nothing in it. */
static void spares(void)
{
	struct wax_bytes file, other, index, after;

	begin();
	tap_is((long long)index_size(), 2 * SLOT, "two slots");
	seal(1, 0, &file);
	seal(2, 0, &other);
	tap_is(indexed(&file), 1, "it is of 1");
	tap_is(indexed(&other), 2, "and the other of 2");
	index = home_get(&home[0], INDEX);
	block(true);
	tap_err(get(0, &file), 0, &diag, "it opens");
	tap_err(get(0, &file), WAX_ERR_SEEN, &diag, "once");
	tap_err(get(0, &other), 0, &diag, "so does the other");
	after = home_get(&home[0], INDEX);
	tap_bytes(after.data, after.len, index.data, index.len,
		  "nothing had to be written");
	home_put(&home[0], INDEX, &(struct wax_bytes){0});
	wax_bytes_release(&file);
	seal(1, 0, &file);
	tap_err(get(0, &file), WAX_ERR_IO, &diag,
		"without it all are looked at");
	block(false);
	wax_bytes_release(&after);
	wax_bytes_release(&index);
	wax_bytes_release(&other);
	wax_bytes_release(&file);
	end();
}

/* With this index a message opens, once, and is known from then on. */
static void harmless(const struct wax_bytes *index, const char *what)
{
	struct wax_bytes file;

	home_put(&home[0], INDEX, index);
	seal(1, 0, &file);
	tap_err(get(0, &file), 0, &diag, "%s: it opens", what);
	tap_is(indexed(&file), 1, "%s: and is there again", what);
	tap_err(get(0, &file), WAX_ERR_SEEN, &diag, "%s: it opens once", what);
	wax_bytes_release(&file);
}

/* The index of 0 as it would be if 1 were 2. */
static int pose(void *ctx, struct wax_peer *p, struct wax_diag *d)
{
	struct wax_party real = p->party;

	(void)ctx;
	(void)d;
	memcpy(p->party.identity, home[2].key, sizeof(p->party.identity));
	wax_index_put(home[0].sessions, p);
	p->party = real;
	return 0;
}

static void disbelieved(void)
{
	struct wax_bytes old, data, file;

	begin();
	old = home_get(&home[0], INDEX);
	harmless(&(struct wax_bytes){0}, "none");
	say(0, 1);
	say(1, 0);
	say(0, 1);
	say(1, 0);
	harmless(&old, "an old one");
	wax_bytes_release(&old);
	for (size_t cut = 1; cut < SLOT; cut += 50) {
		data = home_get(&home[0], INDEX);
		data.len -= cut;
		harmless(&data, "a short one");
		wax_bytes_release(&data);
	}
	data = home_get(&home[0], INDEX);
	for (size_t i = 40; i < data.len; i += SLOT)
		data.data[i] ^= 1;
	harmless(&data, "a damaged one");
	wax_bytes_release(&data);
	data = home_get(&home[1], INDEX);
	harmless(&data, "another's");
	wax_bytes_release(&data);
	home_put(&home[0], INDEX, &(struct wax_bytes){0});
	seal(1, 0, &file);
	tap_is(wax_sessions_visit(home[0].sessions, home[1].key, pose, NULL,
				  NULL),
	       0, "one that says another");
	tap_is(indexed(&file), 2, "does so");
	tap_err(get(0, &file), 0, &diag, "it opens");
	tap_err(get(0, &file), WAX_ERR_SEEN, &diag, "once");
	wax_bytes_release(&file);
	end();
}

/* An old one whose keys still fit is replaced all the same. */
static void renewed(void)
{
	struct wax_bytes old, late, file;

	begin();
	old = home_get(&home[0], INDEX);
	seal(1, 0, &late);
	say(0, 1);
	say(1, 0);
	home_put(&home[0], INDEX, &old);
	seal(1, 0, &file);
	tap_is(indexed(&late), 1, "an old index knows what is over");
	tap_is(indexed(&file), 1, "and what is not");
	tap_err(get(0, &file), 0, &diag, "which opens");
	tap_is(indexed(&late), -1, "and it is not old any more");
	wax_bytes_release(&file);
	wax_bytes_release(&late);
	wax_bytes_release(&old);
	end();
}

/* Two took the same slot: the other is found, and gets one of its own. */
static void collided(void)
{
	struct wax_bytes data;

	begin();
	data = home_get(&home[0], INDEX);
	memcpy(data.data, data.data + SLOT, SLOT);
	data.len = SLOT;
	harmless(&data, "one slot for two");
	tap_is((long long)index_size(), 2 * SLOT, "two slots again");
	wax_bytes_release(&data);
	end();
}

/* What is over or forgotten is not in it, and what cannot be in it is no harm. */
static void forgets(void)
{
	struct wax_bytes late, file, zeros, data;
	char path[5000];

	begin();
	seal(1, 0, &late);
	tap_is(indexed(&late), 1, "a message of this epoch");
	say(0, 1);
	say(1, 0);
	tap_is(indexed(&late), -1, "that is over is of nobody");
	tap_err(get(0, &late), 0, &diag, "and opens");
	seal(1, 0, &file);
	tap_is(indexed(&file), 1, "a message");
	tap_err(wax_sessions_remove(home[0].sessions, home[1].identity, NOW,
				    &diag),
		0, &diag, "its session is forgotten");
	tap_is(indexed(&file), -1, "and it is of nobody");
	zeros = (struct wax_bytes){calloc(1, SLOT), SLOT, SLOT};
	data = home_get(&home[0], INDEX);
	tap_ok(data.len == 2 * SLOT && !memcmp(data.data, zeros.data, SLOT),
	       "its slot is zeros");
	say(0, 1);
	say(1, 0);
	tap_is((long long)index_size(), 2 * SLOT, "which the next one takes");
	home_put(&home[0], INDEX, &(struct wax_bytes){0});
	snprintf(path, sizeof(path), "%s/" INDEX, home[0].path);
	tap_ok(!mkdir(path, 0700), "a folder in its place");
	say(1, 0);
	say(0, 1);
	say(1, 0);
	tap_err(wax_sessions_remove(home[0].sessions, home[1].identity, NOW,
				    &diag),
		0, &diag, "nor is forgetting hindered");
	tap_ok(!rmdir(path), "it stays");
	wax_bytes_release(&data);
	wax_bytes_release(&zeros);
	wax_bytes_release(&file);
	wax_bytes_release(&late);
	end();
}

int main(void)
{
	dice_seed(1);
	homes_begin();
	spares();
	disbelieved();
	renewed();
	collided();
	forgets();
	homes_end();
	return tap_end();
}
