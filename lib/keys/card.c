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
#include "keys/note.h"

#define FIRST_LINE "wax/card/v1"

/* Two of the algorithm, eight of a number, and the key. */
#define MINISIGN_KEY_BYTES (2 + 8 + WAX_ED25519_PUBLIC_SIZE)

/* Adds "key value". */
static int add_line(struct wax_bytes *to, const char *key, const char *value,
		    struct wax_diag *diag)
{
	int err = wax_bytes_add_text(to, key, diag);

	if (!err && *value)
		err = wax_bytes_add_text(to, " ", diag);
	if (!err)
		err = wax_bytes_add_text(to, value, diag);
	return err ? err : wax_bytes_add_text(to, "\n", diag);
}

static int add_prekey(struct wax_bytes *to, const struct wax_prekey_public *p,
		      struct wax_diag *diag)
{
	char value[2048], *at = value + sprintf(value, "%u ", p->id);

	wax_base64_encode(p->x25519, sizeof(p->x25519), at);
	at += wax_base64_len(sizeof(p->x25519));
	*at++ = ' ';
	wax_base64_encode(p->xwing, sizeof(p->xwing), at);
	at[wax_base64_len(sizeof(p->xwing))] = '\0';
	return add_line(to, "prekey", value, diag);
}

static int add_times(struct wax_bytes *to, const struct wax_card *card,
		     struct wax_diag *diag)
{
	char text[WAX_TIME_TEXT_SIZE];
	int err;

	wax_time_text(card->issued, text);
	err = add_line(to, "issued", text, diag);
	wax_time_text(card->expires, text);
	return err ? err : add_line(to, "expires", text, diag);
}

int wax_card_write(const struct wax_card *card,
		   const uint8_t secret[WAX_ED25519_SECRET_SIZE],
		   struct wax_bytes *out, struct wax_diag *diag)
{
	char key_name[WAX_NOTE_NAME_MAX + 1];
	struct wax_bytes text = {0};
	int err = add_line(&text, FIRST_LINE, "", diag);

	if (!err)
		err = add_line(&text, "name", card->name, diag);
	if (!err)
		err = add_line(&text, "identity", card->identity, diag);
	if (!err)
		err = add_line(&text, "recipient", card->recipient, diag);
	if (!err)
		err = add_line(&text, "minisign", card->minisign, diag);
	if (!err)
		err = add_prekey(&text, &card->prekey, diag);
	if (!err && card->once)
		err = add_line(&text, "once", "", diag);
	if (!err)
		err = add_times(&text, card, diag);
	wax_note_name(card->name, key_name);
	if (!err)
		err = wax_note_sign(&text, key_name, secret, out, diag);
	wax_bytes_release(&text);
	return err;
}

/* Takes a line when it has this key; the value follows a space. */
static bool take(struct wax_cursor *text, const char *key,
		 struct wax_cursor *value)
{
	struct wax_cursor c = *text;
	size_t n = strlen(key), len;
	const char *line;

	if (!wax_cursor_line(&c, &line, &len) || !wax_starts(line, len, key) ||
	    (len > n && line[n] != ' ') || len == n + 1)
		return false;
	*text = c;
	n += len > n;
	*value = wax_cursor(line + n, len - n);
	return true;
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

	return take(text, "name", &value) &&
	       copy(value, card->name, sizeof(card->name)) &&
	       take(text, "identity", &value) &&
	       copy(value, card->identity, sizeof(card->identity)) &&
	       wax_identity_parse(card->identity, strlen(card->identity),
				  card->key);
}

static bool parse_keys(struct wax_card *card, struct wax_cursor *text)
{
	struct wax_public_key key;
	struct wax_cursor value;
	uint8_t bytes[WAX_MINISIGN_KEY_SIZE];
	size_t n;

	return take(text, "recipient", &value) &&
	       copy(value, card->recipient, sizeof(card->recipient)) &&
	       !wax_public_key_parse(&key, card->recipient,
				     strlen(card->recipient), NULL) &&
	       key.kind == WAX_IDENTITY_MLKEM768X25519 &&
	       take(text, "minisign", &value) &&
	       copy(value, card->minisign, sizeof(card->minisign)) &&
	       value.left == WAX_MINISIGN_KEY_SIZE - 1 &&
	       wax_base64_decode_padded(card->minisign, value.left, bytes,
					&n) &&
	       n == MINISIGN_KEY_BYTES && bytes[0] == 'E' && bytes[1] == 'd';
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
	struct wax_cursor value, none;

	if (!take(text, "prekey", &value) || !take_u32(&value, &p->id) ||
	    !take_key(&value, p->x25519, sizeof(p->x25519)) ||
	    value.left != wax_base64_len(sizeof(p->xwing)) ||
	    !take_key(&value, p->xwing, sizeof(p->xwing)))
		return false;
	card->once = take(text, "once", &none);
	return !card->once || !none.left;
}

static bool parse_times(struct wax_card *card, struct wax_cursor *text)
{
	struct wax_cursor value;

	return take(text, "issued", &value) &&
	       wax_time_parse((const char *)value.at, value.left,
			      &card->issued) &&
	       take(text, "expires", &value) &&
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
			if (take(&text, known[i], &value))
				return false;
		wax_cursor_line(&text, &line, &len);
	}
	return true;
}

static bool parse(struct wax_card *card, struct wax_cursor text)
{
	struct wax_cursor value;

	return take(&text, FIRST_LINE, &value) && !value.left &&
	       parse_names(card, &text) && parse_keys(card, &text) &&
	       parse_prekey(card, &text) && parse_times(card, &text) &&
	       rest_is_unknown(text);
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

int wax_card_read(struct wax_source *from, struct wax_card **out,
		  struct wax_diag *diag)
{
	struct wax_card *card = calloc(1, sizeof(*card));
	struct wax_secret *text = NULL;
	int err = card ? wax_secret_read(from, WAX_CARD_MAX, &text, diag)
		       : wax_no_memory(diag);

	if (!err)
		err = wax_card_parse(card,
				     wax_cursor(wax_secret_bytes(text),
						wax_secret_size(text)),
				     diag);
	wax_secret_free(text);
	if (err) {
		free(card);
		return err;
	}
	*out = card;
	return 0;
}

void wax_card_free(struct wax_card *card)
{
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
