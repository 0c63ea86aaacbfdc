/* SPDX-License-Identifier: ISC */
/*
 * Homes.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wax/file.h>

#include "crypto/identity.h"
#include "disk.h"
#include "fixture.h"
#include "homes.h"
#include "mock.h"
#include "stream/file.h"
#include "tap.h"

/* For what a test cannot go on without. */
static void need(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s\n", what);
	exit(1);
}

static char folder[1024];

const char *homes_begin(void)
{
	const char *places[] = {"/dev/shm", getenv("TMPDIR"), "/tmp"};

	for (size_t i = 0; i < 3; i++) {
		if (!places[i])
			continue;
		snprintf(folder, sizeof(folder), "%s/wax-homes-XXXXXX",
			 places[i]);
		if (mkdtemp(folder))
			return folder;
	}
	need(false, "no folder for the test");
	return NULL;
}

static void clear(const char *path)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir >= 0)
		disk_clear(dir);
}

void homes_end(void)
{
	clear(folder);
	tap_ok(!rmdir(folder), "the homes can be removed");
}

void home_new(struct home *h, unsigned i)
{
	size_t n;

	memset(h, 0, sizeof(*h));
	snprintf(h->path, sizeof(h->path), "%s/home-%u", folder, i);
	snprintf(h->copy, sizeof(h->copy), "%s/copy-%u", folder, i);
	need(!mkdir(h->path, 0700) && !mkdir(h->copy, 0700), "no home");
	h->identities = fixture_identities(WAX_IDENTITY_MLKEM768X25519, i);
	need(!wax_identities_unlock(h->identities, &n, NULL) &&
		     !wax_identities_public(h->identities, 0, h->identity,
					    NULL) &&
		     wax_identity_parse(h->identity, strlen(h->identity),
					h->key),
	     "no identity");
	home_restart(h);
}

void home_release(struct home *h)
{
	wax_sessions_free(h->sessions);
	wax_identities_free(h->identities);
	clear(h->path);
	clear(h->copy);
	rmdir(h->path);
	rmdir(h->copy);
}

void home_restart(struct home *h)
{
	struct wax_diag diag = {0};

	wax_sessions_free(h->sessions);
	h->sessions = NULL;
	if (wax_sessions_open(h->path, h->identities, &h->sessions, &diag))
		need(false, diag.text);
}

static struct wax_bytes get(const char *path)
{
	struct wax_bytes out = {0};
	bool found;

	need(!wax_file_read(path, 1 << 26, &out, &found, NULL), path);
	return out;
}

static void put(const char *path, const struct wax_bytes *data)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	need(fd >= 0 &&
		     write(fd, data->data, data->len) == (ssize_t)data->len &&
		     !close(fd),
	     path);
}

/* Calls fn for each file in a folder and the folders in it. */
typedef void file_fn(void *ctx, const char *path, const char *name);

static void each(const char *path, const char *prefix, file_fn *fn, void *ctx)
{
	DIR *d = opendir(path);
	struct dirent *e;

	need(d != NULL, path);
	while ((e = readdir(d))) {
		char at[8192], name[1024];

		if (e->d_name[0] == '.' &&
		    (!e->d_name[1] || e->d_name[1] == '.'))
			continue;
		snprintf(at, sizeof(at), "%s/%s", path, e->d_name);
		snprintf(name, sizeof(name), "%s%s", prefix, e->d_name);
		if (e->d_type == DT_DIR) {
			strcat(name, "/");
			fn(ctx, NULL, name);
			each(at, name, fn, ctx);
		} else {
			fn(ctx, at, name);
		}
	}
	closedir(d);
}

static void copy_file(void *ctx, const char *path, const char *name)
{
	char to[8192];
	struct wax_bytes data;

	snprintf(to, sizeof(to), "%s/%s", (const char *)ctx, name);
	if (!path) {
		need(!mkdir(to, 0700), to);
		return;
	}
	data = get(path);
	put(to, &data);
	wax_bytes_release(&data);
}

void home_copy(struct home *h)
{
	clear(h->copy);
	each(h->path, "", copy_file, h->copy);
	h->copied = true;
}

void home_restore(struct home *h)
{
	wax_sessions_free(h->sessions);
	h->sessions = NULL;
	clear(h->path);
	each(h->copy, "", copy_file, h->path);
	home_restart(h);
}

static bool is_lock(const char *name)
{
	return strstr(name, "/l-") || strstr(name, ".lock");
}

/* The files come in any order. */
static void add_digest(void *ctx, const char *path, const char *name)
{
	uint8_t *sum = ctx, one[WAX_HASH_SIZE];
	struct wax_bytes data;

	if (!path || is_lock(name))
		return;
	data = get(path);
	need(!wax_bytes_add(&data, name, strlen(name) + 1, NULL), "no memory");
	wax_sha256(data.data, data.len, one);
	for (size_t i = 0; i < sizeof(one); i++)
		sum[i] ^= one[i];
	wax_bytes_release(&data);
}

void home_digest(const struct home *h, uint8_t out[WAX_HASH_SIZE])
{
	memset(out, 0, WAX_HASH_SIZE);
	each(h->path, "", add_digest, out);
}

static const char *in_home(const struct home *h, const char *name)
{
	static char path[8192];

	snprintf(path, sizeof(path), "%s/%s", h->path, name);
	return path;
}

struct wax_bytes home_get(const struct home *h, const char *name)
{
	return get(in_home(h, name));
}

void home_put(const struct home *h, const char *name,
	      const struct wax_bytes *data)
{
	if (data->len)
		put(in_home(h, name), data);
	else
		unlink(in_home(h, name));
}

struct wax_card *home_card(struct home *h, unsigned flags, int64_t now)
{
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	struct wax_source *from;
	struct wax_card *card = NULL;
	struct wax_diag diag = {0};
	unsigned odd;

	if (wax_card_issue(h->path, h->identities, "name", flags, now, sink,
			   &odd, &diag))
		need(false, diag.text);
	wax_sink_free(sink);
	need(!wax_source_memory(m.got.data, m.got.len, &from, NULL) &&
		     !wax_card_read(from, &card, NULL),
	     "no card");
	wax_source_free(from);
	wax_bytes_release(&m.got);
	return card;
}

int home_seal(struct home *h, const struct home_letter *l,
	      struct wax_card *const *cards, size_t n, int64_t now,
	      struct wax_bytes *out, struct wax_diag *diag)
{
	struct wax_seal_options o = {.flags = l->flags, .level = l->level};
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	int err;

	need(!wax_chain_new(h->sessions, now, &o.chain, NULL), "no chain");
	for (size_t i = 0; i < n; i++)
		need(!wax_chain_add(o.chain, cards[i], NULL, NULL),
		     "no device");
	o.signer = l->sign ? h->identities : NULL;
	err = wax_seal(NULL, &o, &sink, diag);
	if (!err)
		err = mock_fill(sink, l->text, l->len, l->len, diag);
	wax_sink_free(sink);
	wax_chain_free(o.chain);
	*out = m.got;
	return err;
}

static int give_sessions(void *ctx, struct wax_sessions **out,
			 struct wax_diag *diag)
{
	struct home *h = ctx;

	(void)diag;
	*out = h->sessions;
	return 0;
}

int home_open(struct home *h, const struct wax_bytes *file, const char *from,
	      int64_t now, struct wax_bytes *out, struct wax_contents *found,
	      struct wax_diag *diag)
{
	const char *const senders[] = {from, NULL};
	struct wax_open_options o = {.from = from ? senders : NULL,
				     .temporary = folder,
				     .sessions = give_sessions,
				     .ctx = h,
				     .now = now};
	struct wax_source *source;
	int err;

	need(!wax_source_memory(file->data, file->len, &source, NULL),
	     "no source");
	err = wax_open(h->identities, &o, &source, found, diag);
	if (!err)
		err = mock_drain(source, 65536, out, diag);
	wax_source_free(source);
	return err;
}

void homes_begin_three(struct home home[3], struct wax_card *card[3][3],
		       unsigned flags, int64_t now)
{
	for (unsigned i = 0; i < 3; i++)
		home_new(&home[i], i);
	for (unsigned i = 0; i < 3; i++)
		for (unsigned j = 0; j < 3; j++)
			if (i != j)
				card[i][j] = home_card(&home[j], flags, now);
	for (unsigned i = 0; i < 3; i++)
		home_restart(&home[i]);
}

void homes_end_three(struct home home[3], struct wax_card *card[3][3])
{
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned j = 0; j < 3; j++) {
			wax_card_free(card[i][j]);
			card[i][j] = NULL;
		}
		home_release(&home[i]);
	}
}
