/* SPDX-License-Identifier: ISC */
/*
 * Searching, and passing on what was found.
 */
#include <string.h>

#include "age/header.h"
#include "extract/scan.h"

#define VERSION WAX_AGE_VERSION "\n"

int wax_scan_bad(struct wax_scan *s, unsigned long line, const char *what,
		 struct wax_diag *diag)
{
	s->failed = true;
	return wax_diag_set(diag, WAX_ERR_FORMAT, "line %lu: %s", line, what);
}

static int no_end(struct wax_scan *s, struct wax_diag *diag)
{
	s->failed = true;
	return wax_diag_set(diag, WAX_ERR_FORMAT,
			    "the message that begins in line %lu has no END "
			    "line; line %lu is the last of it",
			    s->begin_line, s->last_line);
}

int wax_scan_begun(struct wax_scan *s, enum wax_scan_state state,
		   struct wax_diag *diag)
{
	int err;

	s->count++;
	s->state = state;
	wax_blake2b_free(s->hash);
	s->hash = NULL;
	err = wax_blake2b_new(&s->hash, diag);
	if (err)
		return err;
	wax_blake2b_add(s->hash, VERSION, sizeof(VERSION) - 1);
	s->aside = s->count != s->what.number;
	s->around |= s->aside;
	if (s->aside)
		return 0;
	s->found = true;
	s->found_part = s->piece.part;
	s->armored = state == WAX_SCAN_ARMOR;
	s->undone |= s->around && s->armored ? WAX_UNDONE_AROUND : 0;
	s->undone |= s->piece.mail ? WAX_UNDONE_MAIL : 0;
	s->undone |= s->piece.coding == WAX_CODING_BASE64 ? WAX_UNDONE_BASE64
		     : s->piece.coding == WAX_CODING_QP	  ? WAX_UNDONE_QP
							  : 0;
	s->undone |= s->mail.bom ? WAX_UNDONE_INVISIBLE : 0;
	if (!s->what.apart || s->apart || s->piece.mail || !s->armored)
		return 0;
	wax_scan_bad(s, s->begin_line,
		     "armor begins right below a line of text", diag);
	wax_diag_hint(diag, "wax-extract FILE, by itself, takes it out");
	return WAX_ERR_FORMAT;
}

void wax_scan_over(struct wax_scan *s)
{
	uint8_t hash[WAX_BLAKE2B_SIZE];

	wax_blake2b_end(s->hash, hash);
	if (s->count == 1) {
		memcpy(s->first, hash, sizeof(hash));
		s->has_first = true;
	} else if (s->has_first && !memcmp(s->first, hash, sizeof(hash))) {
		s->again++;
	}
	s->state = WAX_SCAN_SEARCH;
	if (s->aside) {
		s->aside = false;
		return;
	}
	s->over = true;
	s->told = s->undone;
	s->around = false;
}

void wax_scan_line(struct wax_scan *s)
{
	s->above = s->in_line && !s->quoted && !s->indented;
	s->in_line = s->quoted = s->indented = s->marked = false;
	s->spaced = true;
}

/* Goes over what is no message, as far as a BEGIN line. */
static void search(struct wax_scan *s)
{
	while (s->at < s->end && s->state == WAX_SCAN_SEARCH) {
		char c = *s->at++;
		bool first = !s->in_line;

		if (c == '\r' || c == '\t')
			c = ' ';
		if (first && (c == '>' || c == '|')) {
			s->quoted = true;
			continue;
		}
		if (first && c == ' ') {
			s->indented = true;
			continue;
		}
		if (c == '\n') {
			wax_mark_step(&s->mark, c);
			wax_scan_line(s);
			continue;
		}
		s->in_line = true;
		switch (wax_mark_step(&s->mark, c)) {
		case WAX_MARK_BEGIN:
			wax_dearmor_begin(s);
			break;
		case WAX_MARK_INSIDE:
			if (s->mark.at != 1 || c != '-')
				break;
			s->begin_line = s->mail.line;
			s->apart = first &&
				   (s->quoted || s->indented || !s->above);
			break;
		default:
			s->around |= c != ' ';
			/* Nothing begins before the next of these. */
			while (s->at < s->end && *s->at != '-' &&
			       *s->at != '\n')
				s->at++;
		}
	}
}

/* The part has ended, and another begins. */
static int end_part(struct wax_scan *s, struct wax_diag *diag)
{
	if (s->state == WAX_SCAN_ARMOR && !s->aside)
		return no_end(s, diag);
	if (s->state == WAX_SCAN_BINARY)
		wax_scan_over(s);
	if (s->state == WAX_SCAN_TRY && !s->lost_line)
		s->lost_line = s->begin_line;
	s->state = WAX_SCAN_SEARCH;
	s->aside = false;
	s->mail.hold = false;
	s->mark = (struct wax_mark){0};
	s->text.kept = 0;
	s->in_line = s->quoted = s->indented = s->above = s->around = false;
	s->same = 0;
	s->binary = true;
	return 0;
}

/* Gives bytes of a binary part. */
static int pass(struct wax_scan *s, const char *data, size_t len,
		struct wax_diag *diag)
{
	if (s->mail.odd_line && !s->aside)
		return wax_scan_bad(s, s->mail.odd_line, s->mail.odd, diag);
	if (s->mail.odd_line) {
		s->state = WAX_SCAN_SEARCH;
		s->aside = false;
		s->passed_over = s->piece.part;
		return 0;
	}
	wax_blake2b_add(s->hash, data, len);
	if (s->aside)
		return 0;
	memcpy(s->out + s->out_len, data, len);
	s->out_len += len;
	return 0;
}

/*
 * Looks whether a part is an age file, as long as its first bytes are one's.
 * Where they are not, those that were held back are text, without a mark.
 */
static int look_at_beginning(struct wax_scan *s, bool *held,
			     struct wax_diag *diag)
{
	struct wax_piece *p = &s->piece;
	const size_t all = sizeof(VERSION) - 1;
	size_t n = 0, before = s->same;
	int err;

	while (n < p->len && s->same + n < all &&
	       p->data[n] == VERSION[s->same + n])
		n++;
	*held = n == p->len || s->same + n == all;
	s->same += n;
	if (s->same < all)
		s->binary = *held;
	if (!*held && before)
		s->around = s->in_line = true;
	if (s->same < all || !*held)
		return 0;
	s->binary = false;
	s->undone = 0;
	s->out_at = s->out_len = 0;
	s->begin_line = s->mail.line;
	err = wax_scan_begun(s, WAX_SCAN_BINARY, diag);
	if (err)
		return err;
	s->mail.hold = true;
	if (!s->aside) {
		memcpy(s->out, VERSION, all);
		s->out_len = all;
	}
	return pass(s, p->data + n, p->len - n, diag);
}

/* Takes a piece in hand, as text or as binary. */
static int next_piece(struct wax_scan *s, struct wax_diag *diag)
{
	unsigned long part = s->piece.part;
	bool held = false;
	int err;

	/* A message may have any size. */
	if (s->state == WAX_SCAN_ARMOR || s->state == WAX_SCAN_BINARY)
		s->mail.taken = 0;
	err = wax_mail_next(&s->mail, &s->piece, diag);
	s->at = s->end = NULL;
	if (!err && s->piece.part != part)
		err = end_part(s, diag);
	s->ended = s->piece.ends;
	if (err || s->ended || s->piece.part == s->passed_over ||
	    (s->what.apart && s->piece.hidden))
		return err;
	if (s->state == WAX_SCAN_BINARY)
		return pass(s, s->piece.data, s->piece.len, diag);
	if (s->binary)
		err = look_at_beginning(s, &held, diag);
	if (err || held)
		return err;
	wax_text_piece(&s->text, &s->piece);
	s->at = s->text.data;
	s->end = s->at + s->text.len;
	return 0;
}

/* Goes on by a piece, or to an END line. */
static int step(struct wax_scan *s, struct wax_diag *diag)
{
	int err = 0;

	if (s->at == s->end)
		return next_piece(s, diag);
	if (s->state != WAX_SCAN_SEARCH)
		err = wax_dearmor(s, diag);
	else
		search(s);
	if (s->over && s->armored && s->around &&
	    s->found_part == s->piece.part)
		s->told |= WAX_UNDONE_AROUND;
	return err;
}

int wax_scan_find(struct wax_scan *s, struct wax_diag *diag)
{
	int err = 0;

	while (!err && !s->found && !s->ended)
		err = step(s, diag);
	return err;
}

int wax_scan_rest(struct wax_scan *s, struct wax_diag *diag)
{
	int err = 0;

	while (!err && !s->ended)
		err = step(s, diag);
	return err;
}

static int scan_read(void *ctx, void *buf, size_t len, size_t *got,
		     struct wax_diag *diag)
{
	struct wax_scan *s = ctx;
	size_t n;

	while (s->out_at == s->out_len && !s->over) {
		int err;

		s->out_at = s->out_len = 0;
		err = step(s, diag);
		if (err)
			return err;
	}
	n = s->out_len - s->out_at;
	n = n < len ? n : len;
	memcpy(buf, s->out + s->out_at, n);
	s->out_at += n;
	*got = n;
	return 0;
}

/* It is the caller's. */
static void keep(void *ctx)
{
	(void)ctx;
}

int wax_scan_source(struct wax_scan *s, struct wax_source **out,
		    struct wax_diag *diag)
{
	static const struct wax_source_ops ops = {.read = scan_read,
						  .free = keep};

	return wax_source_new(&ops, s, out, diag);
}
