/* SPDX-License-Identifier: ISC */
/*
 * wax-session: what there is of sessions, beginning anew, forgetting.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "book.h"
#include "files.h"
#include "json.h"
#include "listing.h"
#include "program.h"

struct session {
	struct book book;
	struct passphrase passphrase;
	struct wax_sessions *sessions;
	bool json, quiet;
	struct wax_sink *to;
	size_t seen;	   /* sessions that were printed */
	const char *asked; /* WHO */
	/* The identities that are meant, and a NULL; none: all. */
	const char *who[WAX_DEVICES_MAX + 1];
};

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct session *s = ctx;

	switch (id) {
	case OPT_JSON:
		s->json = true;
		return 0;
	case 'q':
		s->quiet = true;
		return 0;
	default:
		return passphrase_option(&s->passphrase, id, value, diag);
	}
}

/* The day of a time, or what stands for none. */
static const char *day(int64_t t, const char *none, char out[LISTING_DAY_SIZE])
{
	if (!t)
		return none;
	listing_day(t, out);
	return out;
}

static int print_row(struct session *s, const struct wax_session_info *info,
		     const struct acquaintance *a, struct wax_diag *diag)
{
	char since[LISTING_DAY_SIZE], used[LISTING_DAY_SIZE];
	int err =
		s->seen ? 0
			: program_print(s->to, diag,
					"%-10s  %-10s  %6s  %6s  %s\n", "SINCE",
					"HEARD", "SENT", "OPENED", "NAME");

	return err ? err
		   : program_print(
			     s->to, diag, "%-10s  %-10s  %6ju  %6ju  %s\n",
			     info->stale ? "copied"
					 : day(info->since, "retired", since),
			     day(info->used, "never", used),
			     (uintmax_t)info->sent, (uintmax_t)info->opened,
			     *a->name ? a->name : info->identity);
}

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

/*
 * Whether the session has come to its first answer: of the other side, where
 * one has begun it, otherwise one's own.
 */
static bool is_answered(const struct wax_session_info *info)
{
	return info->caller ? info->answered : info->epoch > 0;
}

static int print_whole(struct session *s, const struct wax_session_info *info,
		       const struct acquaintance *a, struct wax_diag *diag)
{
	char since[LISTING_DAY_SIZE], used[LISTING_DAY_SIZE];

	return program_print(
		s->to, diag,
		"identity: %s\n%s%s%strust: %s\nsince: %s\nbegun by: %s\n"
		"answered: %s\npost-quantum both ways: %s\nepoch: %u\n"
		"sent: %ju\nopened: %ju\nheard: %s\n"
		"keys for late messages: %zu\nsessions: %zu%s\n",
		info->identity, *a->name ? "contact: " : "", a->name,
		*a->name ? "\n" : "", a->trust,
		day(info->since, "retired: the next message begins a new one",
		    since),
		info->caller ? "oneself" : "the other side",
		yes_no(is_answered(info)), yes_no(info->post_quantum),
		info->epoch, (uintmax_t)info->sent, (uintmax_t)info->opened,
		day(info->used, "never", used), info->waiting, info->sessions,
		info->stale ? "\nstate: a copy, or rolled back: it does not "
			      "send before 'wax-session reset'"
			    : "");
}

static int print_json(struct session *s, const struct wax_session_info *info,
		      const struct acquaintance *a, struct wax_diag *diag)
{
	int err = json_pair(s->to, s->seen ? ",\n {" : "[{", "identity",
			    info->identity, diag);

	if (!err)
		err = json_pair(s->to, ",", "contact",
				*a->name ? a->name : NULL, diag);
	if (!err)
		err = json_pair(s->to, ",", "trust", a->trust, diag);
	if (!err)
		err = json_time(s->to, ",", "since", info->since, diag);
	if (!err)
		err = json_time(s->to, ",", "heard", info->used, diag);
	return err ? err
		   : program_print(
			     s->to, diag,
			     ",\"begun_by_oneself\":%s,\"answered\":%s,"
			     "\"post_quantum\":%s,\"epoch\":%u,\"sent\":%ju,"
			     "\"opened\":%ju,\"waiting\":%zu,\"sessions\":%zu,"
			     "\"copied\":%s}",
			     info->caller ? "true" : "false",
			     is_answered(info) ? "true" : "false",
			     info->post_quantum ? "true" : "false", info->epoch,
			     (uintmax_t)info->sent, (uintmax_t)info->opened,
			     info->waiting, info->sessions,
			     info->stale ? "true" : "false");
}

static bool is_meant(const struct session *s, const char *identity)
{
	for (size_t i = 0; s->who[i]; i++)
		if (!strcmp(s->who[i], identity))
			return true;
	return !*s->who;
}

/* A wax_session_fn. */
static int print(void *ctx, const struct wax_session_info *info,
		 struct wax_diag *diag)
{
	struct session *s = ctx;
	struct acquaintance a;
	int err;

	if (!is_meant(s, info->identity))
		return 0;
	book_look_up(&s->book, info->identity, &a);
	err = s->json	? print_json(s, info, &a, diag)
	      : *s->who ? print_whole(s, info, &a, diag)
			: print_row(s, info, &a, diag);
	s->seen++;
	return err;
}

static int no_session(const char *who, struct wax_diag *diag)
{
	char word[WAX_TEXT_WORD_SIZE];

	wax_diag_set(diag, WAX_ERR_USAGE, "there is no session with '%.300s'",
		     who);
	wax_text_word(who, "NAME", word, sizeof(word));
	if (wax_public_identity_is_valid(who))
		wax_diag_hint(diag, "'wax-session list' shows which there are");
	else
		wax_diag_hint(diag, "the next 'wax-seal -c %s' begins one",
			      word);
	return WAX_ERR_USAGE;
}

static int list(struct session *s, struct wax_diag *diag)
{
	char hint[WAX_DIAG_HINT];
	size_t damaged = 0;
	int err = output_open(NULL, 0, OUTPUT_TEXT, &s->to, diag);

	if (!err)
		err = wax_sessions_each(s->sessions, print, s, &damaged, diag);
	if (!err && s->json)
		err = program_print(s->to, diag, s->seen ? "]\n" : "[]\n");
	if (!err && *s->who && !s->seen && !damaged)
		err = no_session(s->asked, diag);
	if (!err)
		err = wax_sink_finish(s->to, diag);
	/* One that was asked for may be among these, unless all were seen. */
	if (!err && damaged && !(*s->who && !s->who[s->seen])) {
		err = WAX_ERR_STATE;
		strcpy(hint, diag->hint);
		if (damaged > 1)
			wax_diag_hint(diag, "%s; %zu more cannot be read", hint,
				      damaged - 1);
	}
	wax_sink_free(s->to);
	return err;
}

/* What is retired sends again only with a card that has not expired. */
static void warn_expired(const struct wax_contact *c)
{
	for (size_t i = 0; c && i < wax_contact_devices(c); i++) {
		const struct wax_card *card = wax_contact_card(c, i);

		if (card && !card_is_over(card))
			continue;
		program_say(card ? "warning: the card of '%s' has expired; "
				   "nothing can be sent before there is a new "
				   "one"
				 : "warning: there is no card of '%s'; nothing "
				   "can be sent before there is one",
			    wax_contact_name(c));
		return;
	}
}

/* Does something with each device of those meant that has a session. */
static int change(struct session *s, const char *who,
		  const struct wax_contact *contact, bool reset,
		  struct wax_diag *diag)
{
	int64_t now = (int64_t)time(NULL);
	size_t done = 0;
	int err = 0;

	for (size_t i = 0; !err && s->who[i]; i++) {
		err = reset ? wax_sessions_reset(s->sessions, s->who[i], now,
						 diag)
			    : wax_sessions_remove(s->sessions, s->who[i], now,
						  diag);
		done += !err;
		/* Not every device needs to have one. */
		err = err == WAX_ERR_USAGE ? 0 : err;
	}
	if (!err && !done)
		return no_session(who, diag);
	if (!err && !s->quiet && reset)
		program_say("the next message to '%s' begins a new session",
			    who);
	else if (!err && !s->quiet)
		program_say("forgot the sessions with '%s'", who);
	if (!err && reset)
		warn_expired(contact);
	return err;
}

static bool is_command(const char *word)
{
	static const char *const all[] = {"list", "show", "reset", "rm"};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (!strcmp(all[i], word))
			return true;
	return false;
}

static int run(struct session *s, char **words, int n, struct wax_diag *diag)
{
	struct wax_contact *contact = NULL;
	bool lists = n == 1 && !strcmp(*words, "list");
	bool shows = n == 2 && !strcmp(*words, "show");
	bool resets = n == 2 && !strcmp(*words, "reset");
	int err;

	if (!lists && !shows && !resets && !(n == 2 && !strcmp(*words, "rm"))) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     !n			   ? "no command"
			     : !is_command(*words) ? "'%s' is no command"
			     : n < 2 ? "too few arguments for '%s'"
				     : "too many arguments for '%s'",
			     n ? *words : "");
		wax_diag_hint(diag, "commands are list, show WHO, reset WHO "
				    "and rm WHO");
		return WAX_ERR_USAGE;
	}
	err = book_open_sessions(&s->book, &s->sessions, diag);
	if (!err)
		err = passphrase_check_used(&s->passphrase, diag);
	s->asked = lists ? NULL : words[1];
	if (!err && !lists)
		err = book_identities(&s->book, words[1], s->who, &contact,
				      diag);
	if (!err)
		err = lists || shows
			      ? list(s, diag)
			      : change(s, words[1], contact, resets, diag);
	wax_contact_free(contact);
	return err;
}

int main(int argc, char **argv)
{
	struct session s = {0};
	struct wax_diag diag = {0};
	int first, err;

	program_start(&tool_session);
	book_begin(&s.book, &s.passphrase, NULL);
	err = program_options(argc, argv, option, &s, &first, &diag);
	if (!err)
		err = run(&s, argv + first, argc - first, &diag);
	wax_sessions_free(s.sessions);
	book_release(&s.book);
	passphrase_release(&s.passphrase);
	return program_end(err, &diag);
}
