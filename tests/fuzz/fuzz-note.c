/* SPDX-License-Identifier: ISC */
/*
 * Signed notes: the first byte says whether the rest is a note, or a name, LF,
 * and a text to be signed under it.
 *
 * Holds: a note's parts are the whole of it; nothing but the one text that the
 * fixed key has signed under the fixed name is good; whatever is signed is good
 * under its name, and not when a byte of it is another.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/text.h>

#include "fuzz.h"
#include "keys/note.h"

static const char known_name[] = "Zo\xc3\xab";
static const char known_text[] = "wax/test/v1\nhello\n";

/* Ed25519 of the seed 00 01 ... 1f. */
static void pair(uint8_t secret[WAX_ED25519_SECRET_SIZE],
		 uint8_t key[WAX_ED25519_PUBLIC_SIZE])
{
	uint8_t seed[32];

	for (uint8_t i = 0; i < sizeof(seed); i++)
		seed[i] = i;
	wax_ed25519_secret(secret, seed);
	wax_ed25519_secret_public(key, secret);
}

static void read_note(const uint8_t *data, size_t size)
{
	uint8_t secret[WAX_ED25519_SECRET_SIZE], key[WAX_ED25519_PUBLIC_SIZE];
	struct wax_cursor text, signatures;

	if (!wax_note_split(wax_cursor(data, size), &text, &signatures))
		return;
	check(text.left >= 1 && text.at[text.left - 1] == '\n',
	      "a text ends in LF");
	check(signatures.left && text.left + 1 + signatures.left == size &&
		      data[text.left] == '\n' && text.at == data,
	      "its parts are the whole");
	check(!memmem(signatures.at, signatures.left, "\n\n", 2),
	      "there is no empty line behind the last one");
	pair(secret, key);
	check(!wax_note_verify(text, signatures, known_name, key) ||
		      (text.left == strlen(known_text) &&
		       !memcmp(text.at, known_text, text.left)),
	      "nobody else signs");
}

static void sign(const uint8_t *data, size_t size)
{
	uint8_t secret[WAX_ED25519_SECRET_SIZE], key[WAX_ED25519_PUBLIC_SIZE];
	char name[256] = "", key_name[WAX_NOTE_NAME_MAX + 1];
	const uint8_t *lf = size ? memchr(data, '\n', size) : NULL;
	struct wax_bytes text = {0}, note = {0};
	struct wax_cursor t, s;
	bool good;

	if (!lf || (size_t)(lf - data) >= sizeof(name))
		return;
	memcpy(name, data, (size_t)(lf - data));
	wax_note_name(name, key_name);
	check(!strpbrk(key_name, " +"), "a key's name has no space and plus");
	add(&text, lf + 1, size - (size_t)(lf + 1 - data));
	add_text(&text, "\n");
	pair(secret, key);
	check(!wax_note_sign(&text, key_name, secret, &note, NULL), "signed");
	good = wax_note_split(wax_cursor(note.data, note.len), &t, &s) &&
	       wax_note_verify(t, s, key_name, key);
	for (size_t i = 0; i + 1 < text.len; i++)
		if (text.data[i] != '\n' &&
		    !wax_text_is_plain((const char *)text.data + i, 1) &&
		    text.data[i] < 0x80)
			check(!good, "control characters are refused");
	if (*key_name && wax_text_is_plain(name, strlen(name)) &&
	    wax_text_is_plain((const char *)text.data, text.len - 1) &&
	    text.len > 1)
		check(good, "what was signed is good");
	note.data[size % note.len] ^= 1;
	check(!wax_note_split(wax_cursor(note.data, note.len), &t, &s) ||
		      !wax_note_verify(t, s, key_name, key),
	      "no byte can be changed");
	wax_bytes_release(&text);
	wax_bytes_release(&note);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size && *data & 1)
		sign(data + 1, size - 1);
	else if (size)
		read_note(data + 1, size - 1);
	return 0;
}
