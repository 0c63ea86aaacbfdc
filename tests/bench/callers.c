/* SPDX-License-Identifier: ISC */
/*
 * Gives a home sessions with so many others, and makes messages of the last:
 *
 *	callers HOME NUMBER MESSAGES FOLDER
 *
 * All but the first 256 are contacts, each named after its number, whom the
 * home has called, and who have answered; so is the last. The others are
 * unknown callers. FOLDER, which is made, is where the messages are, by their
 * numbers, and the other homes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <wax.h>

/* So many are kept. */
#define UNKNOWN_MAX 256

static struct wax_diag diag;

static void must(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "callers: %s: %s\n", what, diag.text);
	exit(1);
}

static struct wax_source *source(const char *path, int *fd)
{
	struct wax_source *s;

	*fd = open(path, O_RDONLY | O_CLOEXEC);
	must(*fd < 0, path);
	must(wax_source_fd(*fd, path, &s, &diag), "a source");
	return s;
}

static struct wax_identities *own(const char *home)
{
	struct wax_identities *list;
	struct wax_source *from;
	char path[4096];
	size_t n;
	int fd;

	must(wax_identities_new(NULL, NULL, &list, &diag), "a list");
	snprintf(path, sizeof(path), "%s/identity", home);
	from = source(path, &fd);
	must(wax_identities_read(list, from, path, &diag), "an identity");
	wax_source_free(from);
	close(fd);
	must(wax_identities_unlock(list, &n, &diag), "unlocking");
	return list;
}

static struct wax_card *card_of(const char *home, struct wax_identities *list,
				const char *name, const char *path)
{
	struct wax_sink *to;
	struct wax_source *from;
	struct wax_card *card;
	unsigned odd;
	int fd;

	must(wax_sink_file(path, WAX_FILE_REPLACE, &to, &diag), "a card");
	must(wax_card_issue(home, list, name, 0, time(NULL), to, &odd, &diag),
	     "issuing");
	must(wax_sink_finish(to, &diag), "a card");
	wax_sink_free(to);
	from = source(path, &fd);
	must(wax_card_read(from, &card, &diag), "reading a card");
	wax_source_free(from);
	close(fd);
	return card;
}

static void send(struct wax_sessions *s, const struct wax_card *card,
		 const char *path)
{
	struct wax_seal_options o = {.flags = WAX_SEAL_PAD};
	struct wax_sink *to;

	must(wax_chain_new(s, time(NULL), &o.chain, &diag), "a chain");
	must(wax_chain_add(o.chain, card, NULL, &diag), "a device");
	must(wax_sink_file(path, WAX_FILE_REPLACE, &to, &diag), "a file");
	must(wax_seal(NULL, &o, &to, &diag), "sealing");
	must(wax_sink_write(to, "hello\n", 6, &diag), "writing");
	must(wax_sink_finish(to, &diag), "finishing");
	wax_sink_free(to);
	wax_chain_free(o.chain);
}

static int sessions(void *ctx, struct wax_sessions **out, struct wax_diag *d)
{
	(void)d;
	*out = ctx;
	return 0;
}

static void receive(struct wax_sessions *s, const char *path)
{
	const struct wax_open_options o = {
		.sessions = sessions, .ctx = s, .now = time(NULL)};
	struct wax_identities *none;
	struct wax_source *from;
	char buf[64];
	size_t got;
	int fd;

	must(wax_identities_new(NULL, NULL, &none, &diag), "a list");
	from = source(path, &fd);
	must(wax_open(none, &o, &from, NULL, &diag), "opening");
	do
		must(wax_source_read(from, buf, sizeof(buf), &got, &diag),
		     "reading");
	while (got);
	wax_source_free(from);
	close(fd);
	must(wax_sessions_commit(s, &diag), "committing");
	wax_identities_free(none);
}

/* The home that has the sessions. */
struct home {
	const char *path;
	struct wax_contacts *book;
	struct wax_sessions *sessions;
	struct wax_card *card;
};

/* Another, and where its messages are. */
struct other {
	char name[16], home[4096], message[4200];
	struct wax_identities *own;
	struct wax_sessions *sessions;
};

static void begin(struct other *o, const char *folder, int number)
{
	snprintf(o->name, sizeof(o->name), "%d", number);
	snprintf(o->home, sizeof(o->home), "%s/home.%d", folder, number);
	snprintf(o->message, sizeof(o->message), "%s/message", o->home);
	must(mkdir(o->home, 0700), o->home);
	must(wax_identities_new(NULL, NULL, &o->own, &diag), "a list");
	must(wax_identities_generate(o->own, WAX_IDENTITY_MLKEM768X25519,
				     &diag),
	     "an identity");
	must(wax_sessions_open(o->home, o->own, &o->sessions, &diag),
	     "sessions");
}

static void be_called(struct other *o, struct home *h)
{
	struct wax_card *card = card_of(o->home, o->own, o->name, o->message);

	must(wax_contacts_add(h->book, NULL, card, 0, time(NULL), NULL, &diag),
	     "adding a contact");
	send(h->sessions, card, o->message);
	receive(o->sessions, o->message);
	wax_card_free(card);
}

int main(int argc, char **argv)
{
	struct wax_identities *list;
	struct home h = {0};
	char path[4096];
	int n;

	must(argc != 5, "usage");
	h.path = argv[1];
	n = atoi(argv[2]);
	must(mkdir(argv[4], 0700), argv[4]);
	list = own(h.path);
	snprintf(path, sizeof(path), "%s/card", argv[4]);
	h.card = card_of(h.path, list, "home", path);
	must(wax_contacts_open(h.path, list, &h.book, &diag), "contacts");
	must(wax_sessions_open(h.path, list, &h.sessions, &diag), "sessions");
	for (int i = 0; i < n; i++) {
		struct other o;

		begin(&o, argv[4], i);
		if (i >= UNKNOWN_MAX || i == n - 1)
			be_called(&o, &h);
		send(o.sessions, h.card, o.message);
		receive(h.sessions, o.message);
		for (int k = 0; i == n - 1 && k < atoi(argv[3]); k++) {
			snprintf(path, sizeof(path), "%s/%d", argv[4], k);
			send(o.sessions, h.card, path);
		}
		wax_sessions_free(o.sessions);
		wax_identities_free(o.own);
	}
	wax_card_free(h.card);
	wax_sessions_free(h.sessions);
	wax_contacts_free(h.book);
	wax_identities_free(list);
	return 0;
}
