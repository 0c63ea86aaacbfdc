/* SPDX-License-Identifier: ISC */
/*
 * Has so many callers begin a session with the identity of a home, and leaves a
 * message of the last one in a file:
 *
 *	callers HOME NUMBER MESSAGE
 *
 * The callers' own homes are beside it, MESSAGE.0 and so on.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <wax.h>

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
				const char *path)
{
	struct wax_sink *to;
	struct wax_source *from;
	struct wax_card *card;
	unsigned odd;
	int fd;

	must(wax_sink_file(path, WAX_FILE_REPLACE, &to, &diag), "a card");
	must(wax_card_issue(home, list, "x", 0, time(NULL), to, &odd, &diag),
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

int main(int argc, char **argv)
{
	char folder[4096];
	struct wax_identities *list;
	struct wax_sessions *s;
	struct wax_card *card;
	int n;

	must(argc != 4, "usage");
	n = atoi(argv[2]);
	list = own(argv[1]);
	card = card_of(argv[1], list, argv[3]);
	must(wax_sessions_open(argv[1], list, &s, &diag), "sessions");
	for (int i = 0; i < n; i++) {
		struct wax_identities *caller;
		struct wax_sessions *theirs;

		snprintf(folder, sizeof(folder), "%s.%d", argv[3], i);
		must(mkdir(folder, 0700), folder);
		must(wax_identities_new(NULL, NULL, &caller, &diag), "a list");
		must(wax_identities_generate(
			     caller, WAX_IDENTITY_MLKEM768X25519, &diag),
		     "an identity");
		must(wax_sessions_open(folder, caller, &theirs, &diag),
		     "sessions");
		send(theirs, card, argv[3]);
		receive(s, argv[3]);
		if (i == n - 1)
			send(theirs, card, argv[3]);
		wax_sessions_free(theirs);
		wax_identities_free(caller);
	}
	wax_card_free(card);
	wax_sessions_free(s);
	wax_identities_free(list);
	return 0;
}
