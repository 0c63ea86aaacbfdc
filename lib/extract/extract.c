/* SPDX-License-Identifier: ISC */
/*
 * One message, from the input to a sink.
 */
#include <stdlib.h>

#include "age/armor.h"
#include "age/header.h"
#include "age/kinds.h"
#include "age/payload.h"
#include "base/base64.h"
#include "base/error.h"
#include "extract/scan.h"

const char *wax_undone_name(unsigned i)
{
	static const char *const names[] = {
		"mail",
		"base64",
		"quoted-printable",
		"HTML",
		"text around it",
		"quoting",
		"indentation",
		"line wrapping",
		"empty lines",
		"white space",
		"invisible characters",
		"lost padding",
	};

	return i < sizeof(names) / sizeof(*names) ? names[i] : NULL;
}

/* Why there is none. */
static int none(const struct wax_scan *s, struct wax_diag *diag)
{
	if (s->count == 1)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "there is only one message in it");
	if (s->count)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "there are only %u messages in it",
				    s->count);
	if (s->lost_line)
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "line %lu: a BEGIN line, and what follows "
				    "it is no age file",
				    s->lost_line);
	if (s->what.apart && s->mail.awaited) {
		wax_diag_set(diag, WAX_ERR_FORMAT,
			     "a mail of several parts, but the line that is "
			     "to begin each never comes");
		wax_diag_hint(diag, "wax-extract FILE, by itself, looks for a "
				    "message all the same");
		return WAX_ERR_FORMAT;
	}
	return wax_diag_set(diag, WAX_ERR_NO_KEY,
			    "there is no sealed message in it");
}

/* The sizes of the kinds that are known, of arguments and body in bytes. */
static const struct kind {
	const char *type;
	size_t n_args, args[2]; /* 0: of any size */
	size_t bodies[3];
} kinds[] = {
	{WAX_MLKEM768X25519, 1, {1120}, {WAX_WRAPPED_SIZE}},
	{WAX_X25519, 1, {32}, {WAX_WRAPPED_SIZE}},
	{WAX_SCRYPT, 2, {16, 0}, {WAX_WRAPPED_SIZE}},
	{WAX_SSH_ED25519, 2, {4, 32}, {WAX_WRAPPED_SIZE}},
	{"wax/hello", 0, {0}, {4693}},
	{"wax/ratchet", 0, {0}, {1357, 2477, 3597}},
};

/* A line of armor more or less changes some stanza's size. */
static bool has_sizes(const struct wax_stanza *s, const struct kind *k)
{
	bool fits = false;

	for (size_t i = 0; i < 3; i++)
		fits |= s->body_len && s->body_len == k->bodies[i];
	if (!fits || wax_stanza_expect(s, k->n_args, s->body_len, NULL))
		return false;
	for (size_t i = 0; i < k->n_args; i++) {
		size_t len;

		wax_stanza_arg(s, i, &len);
		if (k->args[i] && len != wax_base64_len(k->args[i]))
			return false;
	}
	return true;
}

static int check(const struct wax_scan *s, const struct wax_header *h,
		 struct wax_diag *diag)
{
	for (size_t i = 0; i < wax_header_count(h); i++) {
		struct wax_stanza stanza = wax_header_stanza(h, i);

		for (size_t j = 0; j < sizeof(kinds) / sizeof(*kinds); j++)
			if (wax_stanza_is(&stanza, kinds[j].type) &&
			    !has_sizes(&stanza, &kinds[j]))
				return wax_diag_set(
					diag, WAX_ERR_FORMAT,
					"the header, which begins in line %lu, "
					"has a %s stanza of another size",
					s->begin_line, kinds[j].type);
	}
	return 0;
}

/* Reads the header, and writes it. */
static int pass_header(struct wax_scan *s, struct wax_reader *r,
		       struct wax_sink *to, struct wax_diag *diag)
{
	struct wax_header h = {0};
	int err = wax_header_read(&h, r, diag);

	if (!err)
		err = check(s, &h, diag);
	if (err == WAX_ERR_FORMAT && !s->failed) {
		wax_diag_context(diag, "line %lu", s->mail.line);
		wax_diag_hint(diag, "a line is missing, doubled or swapped, or "
				    "was changed");
	}
	if (!err)
		err = wax_sink_write(to, h.text.data, h.text.len, diag);
	wax_header_release(&h);
	return err;
}

/* Copies the payload, and looks whether there can be one of its size. */
static int pass_payload(struct wax_scan *s, struct wax_reader *r,
			struct wax_sink *to, struct wax_diag *diag)
{
	uint8_t buf[WAX_MAIL_PIECE];
	uint64_t size = 0, plaintext;
	unsigned long line;
	size_t got;
	int err;

	do {
		line = s->mail.line;
		err = wax_reader_read(r, buf, sizeof(buf), &got, diag);
		size += got;
		if (!err)
			err = wax_sink_write(to, buf, got, diag);
	} while (!err && got);
	if (!err && !wax_payload_measure(size, &plaintext))
		err = wax_scan_bad(s, line, "the message is cut short before",
				   diag);
	return err;
}

static int pass(struct wax_scan *s, struct wax_sink **to, struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	struct wax_reader r = {0};
	int err = s->armored ? wax_armor_sink(to, diag) : 0;

	if (!err)
		err = wax_scan_source(s, &from, diag);
	if (!err)
		err = wax_reader_init(&r, from, diag);
	if (!err)
		err = pass_header(s, &r, *to, diag);
	if (!err)
		err = pass_payload(s, &r, *to, diag);
	wax_reader_release(&r);
	wax_source_free(from);
	return err;
}

int wax_extract(const struct wax_extract *what, struct wax_source *from,
		struct wax_sink **to, struct wax_extracted *out,
		struct wax_diag *diag)
{
	struct wax_scan *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return wax_no_memory(diag);
	s->what = *what;
	err = wax_mail_init(&s->mail, from, diag);
	s->mail.most = what->most;
	if (!err)
		err = wax_scan_find(s, diag);
	if (!err && !s->found)
		err = none(s, diag);
	if (!err)
		err = pass(s, to, diag);
	if (!err)
		err = wax_scan_rest(s, diag);
	if (!err)
		*out = (struct wax_extracted){s->count, s->again, s->told};
	wax_blake2b_free(s->hash);
	wax_mail_release(&s->mail);
	free(s);
	return err;
}
