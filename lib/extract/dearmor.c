/* SPDX-License-Identifier: ISC */
/*
 * Armor that was changed on its way: a character at a time, whatever lines it
 * stands on now.
 */
#include <string.h>

#include "age/header.h"
#include "extract/chars.h"
#include "extract/scan.h"

#define VERSION WAX_AGE_VERSION "\n"
#define VERSION_SIZE (sizeof(VERSION) - 1)
/* So many characters hold it. */
#define VERSION_CHARS ((VERSION_SIZE * 8 + 5) / 6)

void wax_dearmor_begin(struct wax_scan *s)
{
	s->state = WAX_SCAN_TRY;
	s->aside = false;
	s->undone = s->quoted	  ? WAX_UNDONE_QUOTING
		    : s->indented ? WAX_UNDONE_INDENT
				  : 0;
	s->layout = (struct wax_layout){0};
	s->chars = 0;
	s->bits = 0;
	s->n_bits = s->pads = s->qp = 0;
	s->columns = 0;
	s->is_short = false;
	s->marked = true;
	s->out_at = s->out_len = 0;
}

/* What is wrong makes no message of what has only begun. */
static int bad(struct wax_scan *s, const char *what, struct wax_diag *diag)
{
	if (s->state == WAX_SCAN_ARMOR && !s->aside)
		return wax_scan_bad(s, s->mail.line, what, diag);
	s->state = WAX_SCAN_SEARCH;
	s->aside = false;
	s->mark = (struct wax_mark){0};
	if (!s->lost_line)
		s->lost_line = s->begin_line;
	return 0;
}

/* Something stands between two characters of the message. */
static int end_run(struct wax_scan *s, struct wax_diag *diag)
{
	const char *what = wax_layout_end(&s->layout);

	return what ? bad(s, what, diag) : 0;
}

/* The message's characters on a line have ended; so many does armor have. */
static void end_columns(struct wax_scan *s, bool by_mark)
{
	size_t n = s->columns;

	if (!n)
		return;
	if (n > WAX_LAYOUT_COLUMNS || s->is_short || s->marked || by_mark)
		s->undone |= WAX_UNDONE_WRAP;
	s->is_short = n < WAX_LAYOUT_COLUMNS;
	s->columns = 0;
}

/* What stands before the first of something on a line is undone. */
static void begin_line(struct wax_scan *s)
{
	if (!s->in_line)
		s->undone |= s->quoted	   ? WAX_UNDONE_QUOTING
			     : s->indented ? WAX_UNDONE_INDENT
					   : 0;
	s->in_line = true;
	s->spaced = false;
}

static int newline(struct wax_scan *s, struct wax_diag *diag)
{
	if (!s->in_line)
		s->undone |= WAX_UNDONE_BLANK;
	end_columns(s, false);
	wax_mark_step(&s->mark, '\n');
	wax_scan_line(s);
	return end_run(s, diag);
}

static int space(struct wax_scan *s, char c, struct wax_diag *diag)
{
	s->spaced = true;
	if (!s->in_line && c != '\r')
		s->indented = true;
	else if (s->mark.at)
		wax_mark_step(&s->mark, ' ');
	else if (c != '\r')
		s->undone |= WAX_UNDONE_SPACE;
	return end_run(s, diag);
}

/* Decodes what was looked at: these are characters of base64. */
static void decode(struct wax_scan *s, const char *p, size_t n)
{
	uint32_t bits = s->bits;
	unsigned n_bits = s->n_bits;
	uint8_t *out = s->out + s->out_len;

	s->chars += n;
	for (; n; n--) {
		bits = bits << 6 | (uint32_t)wax_base64_value(*p++);
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		*out++ = (uint8_t)(bits >> n_bits);
	}
	s->bits = bits;
	s->n_bits = n_bits;
	n = (size_t)(out - s->out) - s->out_len;
	if (s->state == WAX_SCAN_ARMOR)
		wax_blake2b_add(s->hash, s->out + s->out_len, n);
	if (!s->aside)
		s->out_len += n;
}

/* Takes characters of the message, as many as follow each other. */
static int data(struct wax_scan *s, struct wax_diag *diag)
{
	const char *p = s->at, *what = wax_layout_more(&s->layout);
	size_t n = 0, most = (size_t)(s->end - p);

	if (s->pads)
		what = "the message goes on after its end";
	if (what)
		return bad(s, what, diag);
	if (s->state == WAX_SCAN_TRY && most > VERSION_CHARS - s->chars)
		most = VERSION_CHARS - (size_t)s->chars;
	while (n < most && wax_base64_value(p[n]) >= 0)
		n++;
	begin_line(s);
	s->at += n;
	s->last_line = s->mail.line;
	s->columns += n;
	wax_layout_add(&s->layout, p, n);
	decode(s, p, n);
	if (s->state != WAX_SCAN_TRY || s->chars < VERSION_CHARS)
		return 0;
	return memcmp(s->out, VERSION, VERSION_SIZE)
		       ? bad(s, "", diag)
		       : wax_scan_begun(s, WAX_SCAN_ARMOR, diag);
}

/* The END line is there: was that all? */
static int finish(struct wax_scan *s, struct wax_diag *diag)
{
	static const unsigned due[] = {0, 0, 2, 1};
	unsigned rest = s->chars % 4;

	if (rest == 1 || s->pads > due[rest] ||
	    (s->bits & ((1u << s->n_bits) - 1)))
		return bad(s,
			   "characters are missing before the END line, or "
			   "wrong",
			   diag);
	if (s->pads < due[rest])
		s->undone |= WAX_UNDONE_PADDING;
	s->undone |= s->text.undone;
	s->at++;
	wax_scan_over(s);
	return 0;
}

static int mark(struct wax_scan *s, char c, struct wax_diag *diag)
{
	int err = 0;

	if (!s->mark.at)
		err = end_run(s, diag);
	if (err || s->state == WAX_SCAN_SEARCH)
		return err;
	end_columns(s, true);
	begin_line(s);
	if (s->mark.at == 0)
		s->mark_line = s->mail.line;
	switch (wax_mark_step(&s->mark, c)) {
	case WAX_MARK_INSIDE:
		return 0;
	case WAX_MARK_END:
		if (s->state == WAX_SCAN_ARMOR)
			return finish(s, diag);
		return bad(s, "", diag);
	case WAX_MARK_BEGIN:
		if (s->state == WAX_SCAN_ARMOR && !s->aside)
			return bad(s,
				   "another message begins, and this one has "
				   "no END line",
				   diag);
		s->begin_line = s->mark_line;
		wax_dearmor_begin(s);
		return 0;
	default:
		return bad(s, "this is no part of the message", diag);
	}
}

/* Whether this goes on with what = may be the beginning of: =3D, for =. */
static bool is_qp(struct wax_scan *s, char c)
{
	unsigned at = s->qp;

	s->qp = 0;
	if (!at || c != "\0003D"[at])
		return false;
	s->qp = at == 1 ? 2 : 0;
	s->undone |= WAX_UNDONE_PADDING;
	return true;
}

static int pad(struct wax_scan *s)
{
	s->pads++;
	s->qp = 1;
	begin_line(s);
	return 0;
}

/* A character that is not one of the message's. */
static int other(struct wax_scan *s, char c, struct wax_diag *diag)
{
	if (c == '\n')
		return newline(s, diag);
	if (c == ' ' || c == '\t' || c == '\r')
		return space(s, c, diag);
	if ((c == '>' || c == '|') && (!s->in_line || s->spaced)) {
		s->quoted = true;
		s->undone |= s->in_line ? WAX_UNDONE_QUOTING : 0;
		return 0;
	}
	if (c == '-' || s->mark.at)
		return mark(s, c, diag);
	if (c == '=')
		return pad(s);
	return bad(s, "this is no part of the message", diag);
}

int wax_dearmor(struct wax_scan *s, struct wax_diag *diag)
{
	int err = 0;

	s->undone |= s->text.undone;
	while (!err && s->at < s->end && s->state != WAX_SCAN_SEARCH) {
		char c = *s->at;

		if (s->qp && is_qp(s, c)) {
			s->at++;
		} else if (!s->mark.at && wax_base64_value(c) >= 0) {
			err = data(s, diag);
		} else {
			err = other(s, c, diag);
			/* What ends an attempt may begin the next one. */
			s->at += s->state != WAX_SCAN_SEARCH;
		}
	}
	return err;
}
