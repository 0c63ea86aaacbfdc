/* SPDX-License-Identifier: ISC */
/*
 * Sessions in homes: callers that are refused, states that are damaged or put
 * back, what there is no doing between opening and committing, hellos that
 * outlive their sessions.
 */
#include <dirent.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "age/age.h"
#include "crypto/identity.h"
#include "dice.h"
#include "envelope/envelope.h"
#include "homes.h"
#include "keys/contacts.h"
#include "keys/identities.h"
#include "mock.h"
#include "ratchet/chain.h"
#include "ratchet/unchain.h"
#include "tap.h"

#define DAY (24 * INT64_C(3600))
#define NOW INT64_C(1795428000)

static struct home home[3];
static struct wax_card *card[3][3];
static struct wax_diag diag;
static uint8_t before[WAX_HASH_SIZE];

/* Three who hold each other's cards. */
static void begin(unsigned flags)
{
	homes_begin_three(home, card, flags, NOW);
}

static void end(void)
{
	homes_end_three(home, card);
}

static int seal(int from, int to, int64_t now, struct wax_bytes *out)
{
	const struct home_letter l = {.text = "hello", .len = 5};

	*out = (struct wax_bytes){0};
	memset(&diag, 0, sizeof(diag));
	return home_seal(&home[from], &l, &card[from][to], 1, now, out, &diag);
}

/* Opens, and leaves it at that. */
static int look(int who, const struct wax_bytes *file, int64_t now)
{
	struct wax_bytes out = {0};
	struct wax_contents c;
	int err;

	memset(&diag, 0, sizeof(diag));
	err = home_open(&home[who], file, NULL, now, &out, &c, &diag);
	wax_bytes_release(&out);
	return err;
}

static int get(int who, const struct wax_bytes *file, int64_t now)
{
	int err = look(who, file, now);

	return err ? err : wax_sessions_commit(home[who].sessions, &diag);
}

/* Sends and opens; the first error. */
static int say(int from, int to, int64_t now)
{
	struct wax_bytes file;
	int err = seal(from, to, now, &file);

	if (!err)
		err = get(to, &file, now);
	wax_bytes_release(&file);
	return err;
}

static void expect_same(int who, const char *what)
{
	uint8_t after[WAX_HASH_SIZE];

	home_digest(&home[who], after);
	tap_bytes(after, sizeof(after), before, sizeof(before),
		  "%s: nothing has changed", what);
}

/* A file that 0 makes of what it is not, or of another time, for 1. */
static void refused(int64_t ahead, int want, const char *what)
{
	struct wax_bytes file;

	tap_err(seal(0, 1, NOW + ahead, &file), 0, &diag, "%s: sealed", what);
	home_digest(&home[1], before);
	tap_err(look(1, &file, NOW), want, &diag, "%s", what);
	wax_sessions_give_up(home[1].sessions);
	expect_same(1, what);
	wax_bytes_release(&file);
}

/* A file whose caller is said to be the one called. */
static void as_oneself(void)
{
	struct wax_sessions *s = home[0].sessions;
	struct wax_seal_options o = {0};
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	int err = wax_chain_new(s, NOW, &o.chain, &diag);

	if (!err)
		err = wax_chain_add(o.chain, card[0][1], NULL, &diag);
	memcpy(s->self.identity, home[1].key, sizeof(s->self.identity));
	if (!err)
		err = wax_seal(NULL, &o, &sink, &diag);
	if (!err)
		err = mock_fill(sink, "hello", 5, 5, &diag);
	tap_err(err, 0, &diag, "a caller that poses as oneself");
	wax_sink_free(sink);
	wax_chain_free(o.chain);
	home_digest(&home[1], before);
	tap_err(look(1, &m.got, NOW), WAX_ERR_TRUST, &diag, "is refused");
	tap_ok(strstr(diag.text, "oneself"), "for that: %s", diag.text);
	expect_same(1, "oneself");
	wax_bytes_release(&m.got);
}

static void callers(void)
{
	for (int i = 0; i < 7; i++) {
		struct wax_party *self;

		begin(0);
		self = &home[0].sessions->self;
		if (i == 0)
			refused(DAY, 0, "a caller from tomorrow");
		if (i == 1)
			refused(DAY + 1, WAX_ERR_TRUST, "and a second more");
		if (i == 2)
			as_oneself();
		if (i == 3)
			memcpy(self->identity, home[2].key, 32);
		if (i == 3)
			refused(0, WAX_ERR_TRUST, "who poses as another");
		if (i == 4)
			memset(self->recipient, 0xff, 3);
		if (i == 4)
			refused(0, WAX_ERR_TRUST,
				"with a recipient that is "
				"none");
		if (i == 5) {
			tap_err(say(0, 1, NOW), 0, &diag, "a call");
			wax_sessions_reset(home[0].sessions, home[1].identity,
					   NOW, NULL);
			self->recipient[1200] ^= 1;
			refused(1, WAX_ERR_TRUST, "with another recipient");
		}
		if (i == 6) {
			wax_contacts_add(home[1].sessions->contacts, "Zero",
					 card[1][0], 0, NOW, NULL, &diag);
			refused(0, 0, "a contact");
			self->recipient[1200] ^= 1;
			wax_sessions_reset(home[0].sessions, home[1].identity,
					   NOW, NULL);
			refused(1, WAX_ERR_TRUST, "with another recipient");
		}
		end();
	}
}

/* What is waited for keeps all else from the sessions. */
static int never(void *ctx, const struct wax_session_info *info,
		 struct wax_diag *d)
{
	(void)ctx;
	(void)info;
	(void)d;
	return 0;
}

static void uncommitted(void)
{
	struct wax_bytes file, answer;
	size_t damaged;

	begin(0);
	tap_err(say(0, 1, NOW) + say(1, 0, NOW), 0, &diag, "two talk");
	tap_err(seal(0, 1, NOW, &file), 0, &diag, "a message");
	tap_err(look(1, &file, NOW), 0, &diag, "is opened");
	home_digest(&home[1], before);
	tap_err(seal(1, 0, NOW, &answer), WAX_ERR_STATE, &diag,
		"before it is committed there is no sending");
	wax_bytes_release(&answer);
	tap_err(wax_sessions_reset(home[1].sessions, home[0].identity, NOW,
				   &diag),
		WAX_ERR_STATE, &diag, "no reset");
	tap_err(wax_sessions_remove(home[1].sessions, home[0].identity, NOW,
				    &diag),
		WAX_ERR_STATE, &diag, "no removing");
	tap_err(wax_sessions_each(home[1].sessions, never, NULL, &damaged,
				  &diag),
		0, &diag, "but a list, which lets the lock be");
	tap_err(seal(1, 0, NOW, &answer), WAX_ERR_STATE, &diag,
		"and still no sending");
	wax_bytes_release(&answer);
	expect_same(1, "refused");
	tap_err(wax_sessions_commit(home[1].sessions, &diag), 0, &diag,
		"it is committed");
	tap_err(wax_sessions_each(home[1].sessions, never, NULL, &damaged,
				  &diag),
		0, &diag, "and all that can be done again");
	tap_err(look(1, &file, NOW), WAX_ERR_SEEN, &diag, "it was opened");
	tap_err(say(1, 0, NOW), 0, &diag, "an answer");
	wax_bytes_release(&file);
	end();
}

/* The name in the home of the file of its one peer. */
static const char *peer_file(int who)
{
	static char name[400];
	char path[5000];
	struct dirent *d;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/sessions", home[who].path);
	folder = opendir(path);
	while (folder && (d = readdir(folder)))
		if (!strncmp(d->d_name, "s-", 2))
			snprintf(name, sizeof(name), "sessions/%s", d->d_name);
	if (folder)
		closedir(folder);
	return name;
}

static void damaged(void)
{
	struct wax_bytes state, file, call;

	begin(0);
	tap_err(say(0, 1, NOW) + say(1, 0, NOW), 0, &diag, "two talk");
	tap_err(seal(0, 1, NOW, &file), 0, &diag, "a message");
	state = home_get(&home[1], peer_file(1));
	state.data[state.len - 1] ^= 1;
	home_put(&home[1], peer_file(1), &state);
	home_digest(&home[1], before);
	tap_err(get(1, &file, NOW), WAX_ERR_STATE, &diag,
		"its session is damaged");
	tap_err(seal(1, 0, NOW, &call), WAX_ERR_STATE, &diag,
		"nor can one send");
	wax_bytes_release(&call);
	expect_same(1, "damage");
	tap_err(say(2, 1, NOW), 0, &diag, "others can call");
	tap_err(say(1, 2, NOW) + say(2, 1, NOW), 0, &diag, "and talk");
	state.data[state.len - 1] ^= 1;
	home_put(&home[1], peer_file(1), &state);
	wax_bytes_release(&state);
	wax_bytes_release(&file);
	end();
}

/* A state file by itself that is put back, and a clock that cannot be. */
static void put_back(void)
{
	struct wax_bytes state, file, late;
	struct wax_chain *chain;

	begin(0);
	tap_err(say(0, 1, NOW) + say(1, 0, NOW), 0, &diag, "two talk");
	tap_err(seal(1, 0, NOW, &late), 0, &diag, "a message that is late");
	state = home_get(&home[0], peer_file(0));
	tap_err(say(0, 1, NOW), 0, &diag, "and go on");
	home_put(&home[0], peer_file(0), &state);
	home_digest(&home[0], before);
	tap_err(seal(0, 1, NOW, &file), WAX_ERR_STATE, &diag,
		"an old state does not send");
	wax_bytes_release(&file);
	expect_same(0, "refused");
	tap_err(get(0, &late, NOW), 0, &diag, "but it opens");
	tap_err(seal(0, 1, NOW, &file), WAX_ERR_STATE, &diag,
		"after which it still does not send");
	wax_bytes_release(&file);
	tap_err(wax_sessions_reset(home[0].sessions, home[1].identity, NOW,
				   &diag),
		0, &diag, "until it is reset");
	tap_err(say(0, 1, NOW) + say(1, 0, NOW), 0, &diag, "they talk again");
	wax_bytes_release(&state);
	wax_bytes_release(&late);
	home_digest(&home[0], before);
	tap_err(wax_chain_new(home[0].sessions, -1, &chain, &diag),
		WAX_ERR_USAGE, &diag, "a clock before 1970 is refused");
	expect_same(0, "such a clock");
	end();
}

/* The hello of a session that is gone, long after: its prekey is still there. */
static void outlived(void)
{
	struct wax_bytes first, other;

	begin(0);
	tap_err(seal(0, 1, NOW, &first), 0, &diag, "a call");
	tap_err(get(1, &first, NOW), 0, &diag, "is taken");
	tap_err(wax_sessions_remove(home[1].sessions, home[0].identity, NOW,
				    &diag),
		0, &diag, "and forgotten");
	tap_err(get(1, &first, NOW), WAX_ERR_SEEN, &diag,
		"it is not taken again");
	tap_err(seal(2, 1, NOW, &other), 0, &diag, "another call");
	tap_err(get(1, &other, NOW + 100 * DAY), WAX_ERR_NO_KEY, &diag,
		"is not taken after 100 days, though its secret is there");
	tap_err(get(1, &first, NOW + 100 * DAY), WAX_ERR_NO_KEY, &diag,
		"nor is the first");
	tap_err(get(1, &first, NOW), WAX_ERR_SEEN, &diag,
		"which is known if the clock was wrong");
	for (int i = 0; i < 40; i++)
		wax_card_free(home_card(&home[1], 0, NOW + i * 3 * DAY));
	tap_err(get(1, &first, NOW + 120 * DAY), WAX_ERR_NO_KEY, &diag,
		"until the prekey is gone");
	wax_bytes_release(&first);
	wax_bytes_release(&other);
	end();
}

/* What opening says at some time, when nothing was committed since. */
static void after(const struct wax_bytes *file, int64_t seconds, int want,
		  const char *what)
{
	home_digest(&home[1], before);
	tap_err(look(1, file, NOW + seconds), want, &diag, "%s", what);
	wax_sessions_give_up(home[1].sessions);
	expect_same(1, what);
}

/* Keys are not used when their time is over, though nothing is pruned. */
static void aged_keys(void)
{
	struct wax_bytes old[3], late[2];
	int err = 0;

	begin(0);
	tap_err(say(0, 1, NOW) + say(1, 0, NOW), 0, &diag, "both talk");
	for (int i = 0; i < 3; i++)
		err |= seal(0, 1, NOW, &old[i]);
	err |= get(1, &old[0], NOW) | get(1, &old[2], NOW);
	tap_err(err | say(1, 0, NOW), 0, &diag, "one is late");
	err = seal(0, 1, NOW, &late[0]) | seal(0, 1, NOW, &late[1]);
	tap_err(err | get(1, &late[1], NOW), 0, &diag, "and one later on");
	after(&late[0], 60 * DAY, 0, "its key is used for 60 days");
	after(&late[0], 60 * DAY + 1, WAX_ERR_SEEN, "and no longer");
	after(&old[1], 60 * DAY, 0, "as that of an epoch that is over");
	after(&old[1], 60 * DAY + 1, WAX_ERR_NO_KEY, "with its header key");
	after(&old[0], 60 * DAY, WAX_ERR_SEEN, "which knows what was opened");
	after(&old[0], 60 * DAY + 1, WAX_ERR_NO_KEY, "for as long");
	after(&late[0], 60 * DAY, 0, "a clock that was wrong spoils nothing");
	tap_err(say(0, 1, NOW + 400 * DAY), 0, &diag,
		"the session itself goes on");
	for (int i = 0; i < 3; i++)
		wax_bytes_release(&old[i]);
	wax_bytes_release(&late[0]);
	wax_bytes_release(&late[1]);
	end();
}

/* Nor are sessions that only receive. */
static void aged_sessions(void)
{
	struct wax_bytes first, second;

	begin(0);
	tap_err(seal(0, 1, NOW, &first) | seal(0, 1, NOW, &second), 0, &diag,
		"two messages of a call");
	tap_err(get(1, &first, NOW), 0, &diag, "of which one is opened");
	after(&second, 50 * DAY, 0, "in a session that sends there is time");
	tap_err(wax_sessions_reset(home[1].sessions, home[0].identity, NOW,
				   &diag),
		0, &diag, "it is retired");
	after(&second, 30 * DAY, 0, "it receives for 30 days");
	after(&second, 30 * DAY + 1, WAX_ERR_SEEN, "and no longer");
	wax_bytes_release(&first);
	wax_bytes_release(&second);
	end();
	begin(0);
	tap_err(say(0, 1, NOW) + say(1, 0, NOW), 0, &diag, "both talk");
	tap_err(seal(0, 1, NOW, &first), 0, &diag, "one is under way");
	tap_err(wax_sessions_reset(home[1].sessions, home[0].identity, NOW,
				   &diag),
		0, &diag, "when the session is retired");
	after(&first, 30 * DAY, 0, "it can be opened for 30 days");
	after(&first, 30 * DAY + 1, WAX_ERR_NO_KEY,
	      "and then is of no session");
	wax_bytes_release(&first);
	end();
}

/* A crash before the hello was remembered, and then the session goes. */
static void torn(unsigned flags, bool removed)
{
	struct wax_bytes first, later, none = {0}, prekeys;

	begin(flags);
	prekeys = home_get(&home[1], "prekeys");
	tap_err(seal(0, 1, NOW, &first), 0, &diag, "a call");
	tap_err(get(1, &first, NOW), 0, &diag, "is taken");
	home_put(&home[1], "hellos", &none);
	home_put(&home[1], "prekeys", &prekeys);
	for (int i = 1; i < 7 && !removed; i++) {
		wax_sessions_reset(home[0].sessions, home[1].identity, NOW,
				   NULL);
		wax_card_free(card[0][1]);
		card[0][1] = home_card(&home[1], flags, NOW + i);
		tap_err(seal(0, 1, NOW + i, &later), 0, &diag, "a new call");
		tap_err(get(1, &later, NOW + i), 0, &diag, "is taken");
		wax_bytes_release(&later);
	}
	if (removed)
		tap_err(wax_sessions_remove(home[1].sessions, home[0].identity,
					    NOW, &diag),
			0, &diag, "the session is removed");
	tap_err(get(1, &first, NOW + 10), WAX_ERR_SEEN, &diag,
		"the first is not taken again%s", flags ? ", once" : "");
	wax_bytes_release(&first);
	wax_bytes_release(&prekeys);
	end();
}

/* A wax_peer_fn: a copy of what there is, but for the keys. */
static int note_times(void *ctx, struct wax_peer *p, struct wax_diag *d)
{
	int64_t *out = ctx;

	(void)d;
	*out++ = (int64_t)p->sessions.n;
	for (size_t i = 0; i < p->sessions.n && i < 8; i++)
		*out++ = wax_peer_session(p, i)->t;
	return 0;
}

static void times(int who, int with, int64_t out[9])
{
	memset(out, 0, 9 * sizeof(*out));
	tap_is(wax_sessions_visit(home[who].sessions, home[with].key,
				  note_times, out, NULL),
	       0, "sessions are read");
}

/* A new hello is later than all that are known, whatever the clock says. */
static void later_hellos(void)
{
	int64_t t[9];

	begin(0);
	tap_err(say(0, 1, NOW), 0, &diag, "a call");
	wax_sessions_reset(home[0].sessions, home[1].identity, NOW, NULL);
	tap_err(say(0, 1, NOW), 0, &diag, "another in the same second");
	times(0, 1, t);
	tap_ok(t[0] == 2 && t[1] == NOW && t[2] == NOW + 1, "is later");
	wax_sessions_reset(home[1].sessions, home[0].identity, NOW, NULL);
	tap_err(say(1, 0, NOW - 50), 0, &diag, "one by a clock that is slow");
	times(1, 0, t);
	tap_ok(t[0] == 3 && t[3] == NOW + 2, "is later than those of others");
	for (int i = 0; i < 8; i++) {
		wax_sessions_reset(home[0].sessions, home[1].identity, NOW,
				   NULL);
		tap_err(say(0, 1, NOW + i), 0, &diag, "a new call");
	}
	times(1, 0, t);
	tap_is(t[0], 5, "one sends, and four receive");
	end();
}

/* At a duplicate, what a crash has left undone is done, and once. */
static void healed(void)
{
	struct wax_bytes first, none = {0}, prekeys;
	uint8_t after[WAX_HASH_SIZE];

	begin(WAX_CARD_ONCE);
	prekeys = home_get(&home[1], "prekeys");
	tap_err(seal(0, 1, NOW, &first), 0, &diag, "a call");
	tap_err(get(1, &first, NOW), 0, &diag, "is taken");
	home_put(&home[1], "hellos", &none);
	home_put(&home[1], "prekeys", &prekeys);
	home_digest(&home[1], before);
	tap_err(get(1, &first, NOW), WAX_ERR_SEEN, &diag, "it comes again");
	home_digest(&home[1], after);
	tap_ok(memcmp(before, after, sizeof(after)) != 0,
	       "and its prekey is destroyed");
	home_digest(&home[1], before);
	tap_err(get(1, &first, NOW), WAX_ERR_SEEN, &diag, "and again");
	expect_same(1, "a second time");
	wax_bytes_release(&first);
	wax_bytes_release(&prekeys);
	end();
}

/* Stanzas as letters: h and 0, 1, 2 as they should be, H and R longer. */
static int unchain(const char *stanzas)
{
	static const char *const hello[] = {WAX_STANZA_HELLO, "x"};
	static const char *const ratchet[] = {WAX_STANZA_RATCHET, "x"};
	static const char *const other[] = {"X25519", "x"};
	static const uint8_t body[WAX_HELLO_SIZE + 1];
	static const size_t sizes[] = {WAX_RATCHET_0_SIZE, WAX_RATCHET_1_SIZE,
				       WAX_RATCHET_LATER_SIZE};
	uint8_t key[WAX_FILE_KEY_SIZE] = {0};
	struct wax_header made = {0}, read = {0};
	struct wax_unchained out;
	struct mock_reader r;
	int err = 0;

	for (const char *s = stanzas; *s && !err; s++)
		err = *s == 'h' || *s == 'H'
			      ? wax_header_add(&made, hello, 1, body,
					       WAX_HELLO_SIZE + (*s == 'H'),
					       NULL)
		      : *s == 'a' || *s == 'x'
			      ? wax_header_add(&made,
					       *s == 'a' ? ratchet : other, 2,
					       body, WAX_RATCHET_0_SIZE, NULL)
			      : wax_header_add(&made, ratchet, 1, body,
					       *s == 'R'
						       ? WAX_RATCHET_0_SIZE + 1
						       : sizes[*s - '0'],
					       NULL);
	if (!err)
		err = wax_header_finish(&made, key, NULL);
	if (err)
		return -99;
	mock_reader_init(&r, made.text.data, made.text.len, 0);
	err = wax_header_read(&read, &r.reader, NULL);
	mock_reader_release(&r);
	memset(&diag, 0, sizeof(diag));
	if (!err)
		err = wax_unchain(home[0].sessions, &read, NOW, NULL, 0, key,
				  &out, &diag);
	wax_header_release(&made);
	wax_header_release(&read);
	return err;
}

static void malformed(void)
{
	static const char *const good[] = {"0",	 "1",	"2",	 "h0",
					   "00", "h02", "2h01h0"};
	static const char *const bad[] = {"h",	"hh0", "h1", "h2",  "0h",
					  "H0", "hR",  "R",  "0hR", "a",
					  "0x", "x0",  "hx0"};
	char many[258] = {0};

	begin(0);
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		tap_err(unchain(good[i]), WAX_ERR_NO_KEY, &diag, "stanzas %s",
			good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		tap_err(unchain(bad[i]), WAX_ERR_FORMAT, &diag, "stanzas %s",
			bad[i]);
	memset(many, '0', 256);
	tap_err(unchain(many), WAX_ERR_NO_KEY, &diag, "256 stanzas");
	many[256] = '0';
	tap_err(unchain(many), WAX_ERR_FORMAT, &diag, "257");
	end();
}

/*
 * A file of 0 to 1, and to 2 if there are several, that says it has no signer;
 * where by is not negative, it is signed by that one as its sender.
 */
static void crafted(bool several, int by, int want, const char *what)
{
	static const uint8_t none[WAX_ED25519_PUBLIC_SIZE];
	uint8_t key[WAX_FILE_KEY_SIZE] = {1};
	struct wax_envelope e = {.pad = true};
	struct wax_header header = {0};
	struct wax_chain *chain = NULL;
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	int err;

	begin(0);
	err = wax_chain_new(home[0].sessions, NOW, &chain, &diag);
	for (int i = 1; i <= 1 + several && !err; i++)
		err = wax_chain_add(chain, card[0][i], NULL, &diag);
	if (!err)
		err = wax_chain_wrap(chain, key, none, &header, &diag);
	if (!err && by >= 0)
		err = wax_identities_signer(home[by].identities,
					    WAX_DERIVE_IDENTITY, &e.signer,
					    &diag);
	if (!err)
		err = wax_header_finish(&header, key, &diag) ||
		      wax_envelope_begin(&e, &header.text, &diag) ||
		      wax_age_seal(&header, key, false, 0, &sink, &diag) ||
		      wax_envelope_sink(&e, &sink, &diag) ||
		      mock_fill(sink, "hello", 5, 5, &diag);
	tap_err(err, 0, &diag, "%s", what);
	wax_sink_free(sink);
	wax_chain_free(chain);
	wax_envelope_release(&e);
	wax_header_release(&header);
	tap_err(get(1, &m.got, NOW), want, &diag, "%s is opened", what);
	wax_bytes_release(&m.got);
	end();
}

static void signers(void)
{
	crafted(false, -1, 0, "a file without a signer");
	crafted(true, -1, WAX_ERR_TRUST, "one for two");
	crafted(false, 0, WAX_ERR_TRUST, "one that its sender signed as well");
	crafted(false, 2, WAX_ERR_TRUST, "one that another has signed");
}

static void with_oneself(void)
{
	struct wax_chain *chain = NULL;
	struct wax_card *own;

	begin(0);
	own = home_card(&home[0], 0, NOW);
	tap_err(wax_chain_new(home[0].sessions, NOW, &chain, &diag), 0, &diag,
		"a chain");
	tap_err(wax_chain_add(chain, own, NULL, &diag), WAX_ERR_USAGE, &diag,
		"not to oneself");
	tap_err(wax_chain_add(chain, card[0][1], NULL, &diag), 0, &diag,
		"to one");
	tap_err(wax_chain_add(chain, card[0][1], NULL, &diag), 0, &diag,
		"again");
	tap_is((long long)wax_chain_count(chain), 1, "is once");
	wax_chain_free(chain);
	wax_card_free(own);
	end();
}

/* A session of home 0 with somebody, which was used then. */
static void meet(const uint8_t key[WAX_ED25519_PUBLIC_SIZE], int64_t used)
{
	struct wax_held h = {0};
	struct wax_session *x;
	int err = wax_held_take(home[0].sessions, key, &h, &diag);

	if (!err)
		err = wax_peer_add(&h.peer, &x, &diag);
	if (!err) {
		x->receiving.begun = x->noted = true;
		x->made = x->used = used;
		err = wax_held_write(home[0].sessions, &h, &diag);
	}
	wax_held_release(&h);
	if (err)
		tap_err(err, 0, &diag, "a session is written");
}

/* The identity of an unknown caller. */
static void stranger(unsigned i, uint8_t out[WAX_ED25519_PUBLIC_SIZE])
{
	uint8_t secret[WAX_ED25519_SECRET_SIZE];
	uint8_t seed[32] = {(uint8_t)i, (uint8_t)(i >> 8), 's'};

	wax_ed25519_secret(secret, seed);
	wax_ed25519_secret_public(out, secret);
}

/* A wax_peer_fn, which ends the looking. */
static int is_there(void *ctx, struct wax_peer *p, struct wax_diag *d)
{
	(void)ctx;
	(void)p;
	(void)d;
	return 1;
}

static bool known(const uint8_t key[WAX_ED25519_PUBLIC_SIZE])
{
	return wax_sessions_visit(home[0].sessions, key, is_there, NULL, NULL);
}

/* How many strangers from this one on are known. */
static long long strangers(unsigned from, unsigned to)
{
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];
	long long n = 0;

	for (unsigned i = from; i < to; i++) {
		stranger(i, key);
		n += known(key);
	}
	return n;
}

/* Does it to each file of home 0 that a pattern names. */
static void each_file(const char *pattern, int (*fn)(const char *path))
{
	char path[sizeof(home[0].path) + 64];
	glob_t g;

	snprintf(path, sizeof(path), "%s/%s", home[0].path, pattern);
	tap_is(glob(path, 0, NULL, &g), 0, "there is %s", pattern);
	for (size_t i = 0; i < g.gl_pathc; i++)
		tap_is(fn(g.gl_pathv[i]), 0, "it is damaged");
	globfree(&g);
}

static int cut(const char *path)
{
	return truncate(path, 100);
}

static int evict(void)
{
	home_restart(&home[0]);
	memset(&diag, 0, sizeof(diag));
	return wax_sessions_evict(home[0].sessions, NOW, &diag);
}

/* Of unknown callers 256 stay; contacts do not count, and all stay. */
static void evicted(void)
{
	uint8_t key[WAX_ED25519_PUBLIC_SIZE];

	begin(0);
	for (int i = 1; i < 3; i++) {
		tap_err(wax_contacts_add(home[0].sessions->contacts,
					 i == 1 ? "one" : "two", card[0][i], 0,
					 NOW, NULL, &diag),
			0, &diag, "a contact");
		meet(home[i].key, NOW - 1000);
	}
	for (unsigned i = 0; i < 258; i++) {
		stranger(i, key);
		meet(key, NOW + i - 500);
	}
	tap_err(evict(), 0, &diag, "too many callers");
	tap_is(strangers(0, 2), 0, "the oldest go");
	tap_is(strangers(2, 258), 256, "the others stay");
	tap_ok(known(home[1].key) && known(home[2].key), "and the contacts");
	tap_err(evict(), 0, &diag, "there is room");
	tap_is(strangers(2, 258), 256, "for all");
	/* Contacts that cannot be read are known by their links. */
	each_file("contacts/c-*", cut);
	stranger(258, key);
	meet(key, NOW);
	tap_err(evict(), 0, &diag, "one more, with damaged contacts");
	tap_is(strangers(2, 3), 0, "the oldest goes");
	tap_is(strangers(3, 259), 256, "the others stay");
	tap_ok(known(home[1].key) && known(home[2].key), "and the contacts");
	/* And without links it may be anybody. */
	each_file("contacts/i-*", unlink);
	stranger(259, key);
	meet(key, NOW);
	tap_err(evict(), 0, &diag, "one more, without links");
	tap_is(strangers(3, 260), 257, "nobody goes");
	tap_ok(known(home[1].key) && known(home[2].key), "no contact, either");
	end();
}

int main(void)
{
	dice_seed(1);
	homes_begin();
	callers();
	uncommitted();
	damaged();
	put_back();
	outlived();
	aged_keys();
	aged_sessions();
	torn(0, false);
	torn(0, true);
	torn(WAX_CARD_ONCE, false);
	torn(WAX_CARD_ONCE, true);
	later_hellos();
	healed();
	malformed();
	signers();
	with_oneself();
	evicted();
	homes_end();
	return tap_end();
}
