/* SPDX-License-Identifier: ISC */
/*
 * Contacts in print.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "book.h"
#include "json.h"
#include "listing.h"
#include "program.h"

void listing_day(int64_t t, char out[LISTING_DAY_SIZE])
{
	char text[WAX_TIME_TEXT_SIZE];

	wax_time_text(t, text);
	snprintf(out, LISTING_DAY_SIZE, "%.10s", text);
}

int listing_head(struct wax_sink *to, struct wax_diag *diag)
{
	return program_print(to, diag, "%-13s  %-10s  %-7s  %s\n",
			     "CODE COMPARED", "CARD UNTIL", "DEVICES", "NAME");
}

int listing_row(const struct wax_contact *c, struct wax_sink *to,
		struct wax_diag *diag)
{
	char compared[LISTING_DAY_SIZE], until[LISTING_DAY_SIZE];
	size_t n = wax_contact_devices(c), verified = 0;
	int64_t first = WAX_TIME_MAX, end = WAX_TIME_MAX;

	for (size_t i = 0; i < n; i++) {
		const struct wax_card *card = wax_contact_card(c, i);
		int64_t t = wax_contact_verified(c, i);
		int64_t last = card ? wax_card_expires(card) : 0;

		verified += t ? 1 : 0;
		first = t && t < first ? t : first;
		end = last < end ? last : end;
	}
	strcpy(compared, verified ? "partly" : "never");
	if (verified == n)
		listing_day(first, compared);
	strcpy(until, end ? "expired" : "none");
	if (end >= (int64_t)time(NULL))
		listing_day(end, until);
	return program_print(to, diag, "%-13s  %-10s  %-7zu  %s\n", compared,
			     until, n, wax_contact_name(c));
}

/* What only a card says of a device. */
static int print_card(const struct wax_card *card, struct wax_sink *to,
		      struct wax_diag *diag)
{
	char issued[LISTING_DAY_SIZE], expires[LISTING_DAY_SIZE];

	if (!card)
		return program_print(to, diag,
				     "card: none; the keys are those of the "
				     "session\n");
	listing_day(wax_card_issued(card), issued);
	listing_day(wax_card_expires(card), expires);
	return program_print(
		to, diag, "minisign: %s\ncard: of '%s', issued %s, %s %s\n",
		wax_card_minisign(card), wax_card_name(card), issued,
		card_is_over(card) ? "expired" : "valid until", expires);
}

int listing_whole(const struct wax_contact *c, struct wax_sink *to,
		  struct wax_diag *diag)
{
	int err = program_print(to, diag, "name: %s\n", wax_contact_name(c));

	for (size_t i = 0; !err && i < wax_contact_devices(c); i++) {
		char added[LISTING_DAY_SIZE], trust[64];

		listing_day(wax_contact_added(c, i), added);
		book_trust(c, i, trust);
		err = program_print(to, diag, "identity: %s\nrecipient: %s\n",
				    wax_contact_identity(c, i),
				    wax_contact_recipient(c, i));
		if (!err)
			err = print_card(wax_contact_card(c, i), to, diag);
		if (!err)
			err = program_print(to, diag, "added: %s\ntrust: %s\n",
					    added, trust);
	}
	return err;
}

static int card_json(const struct wax_card *card, struct wax_sink *to,
		     struct wax_diag *diag)
{
	int err = json_pair(to, ",", "minisign",
			    card ? wax_card_minisign(card) : NULL, diag);

	if (!err)
		err = json_pair(to, ",", "card_name",
				card ? wax_card_name(card) : NULL, diag);
	if (!err)
		err = json_time(to, ",", "issued",
				card ? wax_card_issued(card) : 0, diag);
	if (!err)
		err = json_time(to, ",", "expires",
				card ? wax_card_expires(card) : 0, diag);
	return err ? err
		   : program_print(to, diag, ",\"expired\":%s",
				   !card		? "null"
				   : card_is_over(card) ? "true"
							: "false");
}

static int device_json(const struct wax_contact *c, size_t i,
		       struct wax_sink *to, struct wax_diag *diag)
{
	char trust[64];
	int err = json_pair(to, i ? ",{" : "{", "identity",
			    wax_contact_identity(c, i), diag);

	book_trust(c, i, trust);
	if (!err)
		err = json_pair(to, ",", "recipient",
				wax_contact_recipient(c, i), diag);
	if (!err)
		err = card_json(wax_contact_card(c, i), to, diag);
	if (!err)
		err = json_time(to, ",", "added", wax_contact_added(c, i),
				diag);
	if (!err)
		err = json_time(to, ",", "verified", wax_contact_verified(c, i),
				diag);
	if (!err)
		err = json_pair(to, ",", "trust", trust, diag);
	return err ? err : program_print(to, diag, "}");
}

int listing_json(const struct wax_contact *c, struct wax_sink *to,
		 struct wax_diag *diag)
{
	int err = json_pair(to, "{", "name", wax_contact_name(c), diag);

	if (!err)
		err = program_print(to, diag, ",\"devices\":[");
	for (size_t i = 0; !err && i < wax_contact_devices(c); i++)
		err = device_json(c, i, to, diag);
	return err ? err : program_print(to, diag, "]}");
}

int listing_recipients(const struct wax_contact *c, struct wax_sink *to,
		       struct wax_diag *diag)
{
	int err = 0;

	for (size_t i = 0; !err && i < wax_contact_devices(c); i++) {
		char trust[64];

		book_trust(c, i, trust);
		err = program_print(to, diag, "# %s, %s\n%s\n",
				    wax_contact_name(c), trust,
				    wax_contact_recipient(c, i));
	}
	return err;
}
