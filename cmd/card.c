/* SPDX-License-Identifier: ISC */
/*
 * wax-card: print one's own card, or explain one.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "files.h"
#include "keys.h"
#include "program.h"

struct card {
	struct wax_identities *identities;
	struct passphrase passphrase;
	unsigned card_flags, file_flags;
	const char *name, *out;
};

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct card *c = ctx;

	switch (id) {
	case OPT_ONCE:
		c->card_flags |= WAX_CARD_ONCE;
		return 0;
	case 'n':
		return program_set(&c->name, value, "-n", diag);
	case 'o':
		return program_set(&c->out, value, "-o", diag);
	case 'f':
		c->file_flags |= WAX_FILE_REPLACE;
		return 0;
	default:
		return passphrase_option(&c->passphrase, id, value, diag);
	}
}

static int issue(struct card *c, struct wax_diag *diag)
{
	struct wax_sink *to = NULL;
	char *home = NULL;
	unsigned odd = 0;
	size_t n;
	int err =
		identities_need_home(c->identities, "make a card of", "", diag);

	home_announce();
	if (!err)
		err = output_open(c->out, c->file_flags, OUTPUT_TEXT, &to,
				  diag);
	if (!err)
		err = home_path("", &home, diag);
	if (!err)
		err = wax_identities_unlock(c->identities, &n, diag);
	if (!err)
		err = passphrase_check_used(&c->passphrase, diag);
	if (!err && !c->name)
		c->name = wax_identities_name(c->identities);
	if (!err && !c->name)
		err = wax_diag_set(diag, WAX_ERR_USAGE,
				   "the identity has no name; -n NAME gives "
				   "the card one");
	if (!err)
		err = wax_card_issue(home, c->identities, c->name,
				     c->card_flags, (int64_t)time(NULL), to,
				     &odd, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	if (!err && odd & WAX_CARD_CLOCK)
		program_say("warning: the clock is far from where it was the "
			    "last time; old keys are kept until it is sure");
	wax_sink_free(to);
	free(home);
	return err;
}

static int print(const struct wax_card *card, struct wax_sink *to,
		 struct wax_diag *diag)
{
	char issued[WAX_TIME_TEXT_SIZE], expires[WAX_TIME_TEXT_SIZE];
	bool over = card_is_over(card);

	wax_time_text(wax_card_issued(card), issued);
	wax_time_text(wax_card_expires(card), expires);
	return program_print(
		to, diag,
		"name: %s\nidentity: %s\nrecipient: %s\nminisign: %s\n"
		"prekey: %u%s\nissued: %s\nexpires: %s%s\nsignature: good\n",
		wax_card_name(card), wax_card_identity(card),
		wax_card_recipient(card), wax_card_minisign(card),
		wax_card_prekey(card),
		wax_card_once(card) ? ", for one caller" : "", issued, expires,
		over ? ", which is past" : "");
}

static int show(struct card *c, const char *path, struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	struct wax_sink *to = NULL;
	struct wax_card *card = NULL;
	int err = input_open(path, &from, diag);

	if (!err) {
		err = wax_card_read(from, &card, diag);
		if (err == WAX_ERR_FORMAT || err == WAX_ERR_TRUST)
			input_context(path, diag);
	}
	if (!err)
		err = output_open(c->out, c->file_flags, OUTPUT_TEXT, &to,
				  diag);
	if (!err)
		err = print(card, to, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_card_free(card);
	wax_source_free(from);
	wax_sink_free(to);
	return err;
}

static int run(struct card *c, char **words, int n, struct wax_diag *diag)
{
	if (!n)
		return issue(c, diag);
	if (strcmp(*words, "show") || n > 2) {
		wax_diag_set(diag, WAX_ERR_USAGE, "'%s' is not understood",
			     words[n > 2 ? 2 : 0]);
		wax_diag_hint(diag, "wax-card show FILE explains a card");
		return WAX_ERR_USAGE;
	}
	if (c->card_flags || c->name)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "show makes no card: --once and -n are not "
				    "for it");
	return show(c, n > 1 ? words[1] : NULL, diag);
}

int main(int argc, char **argv)
{
	struct card c = {0};
	struct wax_diag diag = {0};
	int first, err;

	program_start(&tool_card);
	err = wax_identities_new(passphrase_ask, &c.passphrase, &c.identities,
				 &diag);
	if (!err)
		err = program_options(argc, argv, option, &c, &first, &diag);
	if (!err)
		err = run(&c, argv + first, argc - first, &diag);
	wax_identities_free(c.identities);
	passphrase_release(&c.passphrase);
	return program_end(err, &diag);
}
