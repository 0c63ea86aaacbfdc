/* SPDX-License-Identifier: ISC */
/*
 * The text of cards: one line a field, in one order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wax/secret.h>
#include <wax/stream.h>
#include <wax/text.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/time.h"
#include "crypto/identity.h"
#include "keys/card.h"
#include "keys/key.h"
#include "keys/minisign.h"
#include "keys/note.h"

#define FIRST_LINE "wax/card/v1"

static int add_prekey(struct wax_bytes *to, const struct wax_prekey_public *p,
		      struct wax_diag *diag)
{
	char value[2048], *at = value + sprintf(value, "%u ", p->id);

	wax_base64_encode(p->x25519, sizeof(p->x25519), at);
	at += wax_base64_len(sizeof(p->x25519));
	*at++ = ' ';
	wax_base64_encode(p->xwing, sizeof(p->xwing), at);
	at[wax_base64_len(sizeof(p->xwing))] = '\0';
	return wax_bytes_add_field(to, "prekey", value, diag);
}

static int add_times(struct wax_bytes *to, const struct wax_card *card,
		     struct wax_diag *diag)
{
	char text[WAX_TIME_TEXT_SIZE];
	int err;

	wax_time_text(card->issued, text);
	err = wax_bytes_add_field(to, "issued", text, diag);
	wax_time_text(card->expires, text);
	return err ? err : wax_bytes_add_field(to, "expires", text, diag);
}

int wax_card_write(const struct wax_card *card,
		   const uint8_t secret[WAX_ED25519_SECRET_SIZE],
		   struct wax_bytes *out, struct wax_diag *diag)
{
	char key_name[WAX_NOTE_NAME_MAX + 1];
	struct wax_bytes text = {0};
	int err = wax_bytes_add_field(&text, FIRST_LINE, "", diag);

	if (!err)
		err = wax_bytes_add_field(&text, "name", card->name, diag);
	if (!err)
		err = wax_bytes_add_field(&text, "identity", card->identity,
					  diag);
	if (!err)
		err = wax_bytes_add_field(&text, "recipient", card->recipient,
					  diag);
	if (!err)
		err = wax_bytes_add_field(&text, "minisign", card->minisign,
					  diag);
	if (!err)
		err = add_prekey(&text, &card->prekey, diag);
	if (!err && card->once)
		err = wax_bytes_add_field(&text, "once", "", diag);
	if (!err)
		err = add_times(&text, card, diag);
	wax_note_name(card->name, key_name);
	if (!err)
		err = wax_note_sign(&text, key_name, secret, out, diag);
	wax_bytes_release(&text);
	return err;
}

/* A value that fits into room bytes with its NUL, and is not empty. */
static bool copy(struct wax_cursor value, char *out, size_t room)
{
	if (!value.left || value.left >= room)
		return false;
	memcpy(out, value.at, value.left);
	out[value.left] = '\0';
	return true;
}

static bool parse_names(struct wax_card *card, struct wax_cursor *text)
{
	struct wax_cursor value;

	return wax_cursor_field(text, FIRST_LINE, &value) && !value.left &&
	       wax_cursor_field(text, "name", &value) &&
	       copy(value, card->name, sizeof(card->name)) &&
	       wax_cursor_field(text, "identity", &value) &&
	       copy(value, card->identity, sizeof(card->identity));
}

static bool parse_keys(struct wax_card *card, struct wax_cursor *text)
{
	struct wax_public_key key;
	struct wax_cursor value;

	return wax_identity_parse(card->identity, strlen(card->identity),
				  card->key) &&
	       wax_cursor_field(text, "recipient", &value) &&
	       copy(value, card->recipient, sizeof(card->recipient)) &&
	       !wax_public_key_parse(&key, card->recipient,
				     strlen(card->recipient), NULL) &&
	       key.kind == WAX_IDENTITY_MLKEM768X25519 &&
	       wax_cursor_field(text, "minisign", &value) &&
	       copy(value, card->minisign, sizeof(card->minisign)) &&
	       wax_minisign_key_is_valid(card->minisign, value.left);
}

/* A word that is the base64 of exactly len bytes. */
static bool take_key(struct wax_cursor *c, uint8_t *out, size_t len)
{
	const char *word;
	size_t chars;

	wax_cursor_word(c, &word, &chars);
	return chars == wax_base64_len(len) &&
	       wax_base64_decode(word, chars, out);
}

/* Decimal, without leading zeros, below 2^32. */
static bool take_u32(struct wax_cursor *c, uint32_t *out)
{
	const char *word;
	uint64_t n = 0;
	size_t len;

	wax_cursor_word(c, &word, &len);
	if (!len || len > 10 || (*word == '0' && len > 1))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(word[i] - '0');
	}
	*out = (uint32_t)n;
	return n <= UINT32_MAX;
}

static bool parse_prekey(struct wax_card *card, struct wax_cursor *text)
{
	struct wax_prekey_public *p = &card->prekey;
	struct wax_cursor value;

	return wax_cursor_field(text, "prekey", &value) &&
	       take_u32(&value, &p->id) &&
	       take_key(&value, p->x25519, sizeof(p->x25519)) &&
	       value.left == wax_base64_len(sizeof(p->xwing)) &&
	       take_key(&value, p->xwing, sizeof(p->xwing));
}

static bool parse_times(struct wax_card *card, struct wax_cursor *text)
{
	struct wax_cursor value = {0};

	card->once = wax_cursor_field(text, "once", &value);
	return !(card->once && value.left) &&
	       wax_cursor_field(text, "issued", &value) &&
	       wax_time_parse((const char *)value.at, value.left,
			      &card->issued) &&
	       wax_cursor_field(text, "expires", &value) &&
	       wax_time_parse((const char *)value.at, value.left,
			      &card->expires) &&
	       card->issued < card->expires;
}

/* None of the lines behind the known ones is a known one again. */
static bool rest_is_unknown(struct wax_cursor text)
{
	static const char *const known[] = {FIRST_LINE,	 "name",     "identity",
					    "recipient", "minisign", "prekey",
					    "once",	 "issued",   "expires"};
	struct wax_cursor value;
	const char *line;
	size_t len;

	while (text.left) {
		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			if (wax_cursor_field(&text, known[i], &value))
				return false;
		wax_cursor_line(&text, &line, &len);
	}
	return true;
}

static bool parse(struct wax_card *card, struct wax_cursor text)
{
	return parse_names(card, &text) && parse_keys(card, &text) &&
	       parse_prekey(card, &text) && parse_times(card, &text) &&
	       rest_is_unknown(text);
}

bool wax_card_glance(struct wax_card *card, struct wax_cursor note)
{
	struct wax_cursor value;

	*card = (struct wax_card){0};
	return parse_names(card, &note) &&
	       wax_cursor_field(&note, "recipient", &value) &&
	       copy(value, card->recipient, sizeof(card->recipient)) &&
	       wax_cursor_field(&note, "minisign", &value) &&
	       copy(value, card->minisign, sizeof(card->minisign)) &&
	       wax_cursor_field(&note, "prekey", &value) &&
	       parse_times(card, &note);
}

int wax_card_parse(struct wax_card *card, struct wax_cursor note,
		   struct wax_diag *diag)
{
	char key_name[WAX_NOTE_NAME_MAX + 1];
	struct wax_cursor text, signatures;

	*card = (struct wax_card){0};
	if (!wax_note_split(note, &text, &signatures) || !parse(card, text))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "this is no card, or it is damaged");
	wax_note_name(card->name, key_name);
	if (!wax_note_verify(text, signatures, key_name, card->key))
		return wax_diag_set(diag, WAX_ERR_TRUST,
				    "the card's signature is wrong");
	return 0;
}

int wax_card_new(struct wax_cursor note, struct wax_card **out,
		 struct wax_diag *diag)
{
	struct wax_card *card = calloc(1, sizeof(*card));
	int err = card ? 0 : wax_no_memory(diag);

	if (!err && note.left > WAX_CARD_MAX)
		err = wax_diag_set(diag, WAX_ERR_FORMAT,
				   "a card has at most %d bytes", WAX_CARD_MAX);
	if (!err)
		err = wax_card_parse(card, note, diag);
	if (!err)
		err = wax_bytes_add(&card->note, note.at, note.left, diag);
	if (err) {
		wax_card_free(card);
		return err;
	}
	*out = card;
	return 0;
}

int wax_card_read(struct wax_source *from, struct wax_card **out,
		  struct wax_diag *diag)
{
	struct wax_secret *text = NULL;
	int err = wax_secret_read(from, WAX_CARD_MAX, &text, diag);

	if (!err)
		err = wax_card_new(wax_cursor(wax_secret_bytes(text),
					      wax_secret_size(text)),
				   out, diag);
	wax_secret_free(text);
	return err;
}

void wax_card_free(struct wax_card *card)
{
	if (!card)
		return;
	wax_bytes_release(&card->note);
	free(card);
}

const char *wax_card_name(const struct wax_card *card)
{
	return card->name;
}

const char *wax_card_identity(const struct wax_card *card)
{
	return card->identity;
}

const char *wax_card_recipient(const struct wax_card *card)
{
	return card->recipient;
}

const char *wax_card_minisign(const struct wax_card *card)
{
	return card->minisign;
}

uint32_t wax_card_prekey(const struct wax_card *card)
{
	return card->prekey.id;
}

bool wax_card_once(const struct wax_card *card)
{
	return card->once;
}

int64_t wax_card_issued(const struct wax_card *card)
{
	return card->issued;
}

int64_t wax_card_expires(const struct wax_card *card)
{
	return card->expires;
}
