/* SPDX-License-Identifier: ISC */
/*
 * Recipients files.
 *
 * Holds: a file is accepted if each of its lines is a recipient and they can
 * be together, read byte by byte as well; duplicates count once; and the text
 * of a recipient is the line, for SSH keys without the comment. A card is
 * taken as reading it alone does.
 */
#include <stdlib.h>
#include <string.h>

#include <wax.h>

#include "fuzz.h"
#include "keys/card.h"
#include "keys/key.h"

static int read_list(const void *data, size_t len, size_t step, size_t *count)
{
	struct wax_source *source = slow_source(data, len, step);
	struct wax_recipients *list = NULL;
	int err;

	check(!wax_recipients_new(&list, NULL), "there is memory");
	err = wax_recipients_read(list, source, NULL, NULL);
	*count = wax_recipients_count(list);
	wax_recipients_free(list);
	wax_source_free(source);
	return err;
}

/* Parses a line and adds the text form; false if it is none. */
static bool parse_line(const char *line, size_t len, struct wax_bytes *out)
{
	struct wax_public_key key, again;
	struct wax_cursor c = wax_cursor(line, len);
	const char *word;
	char *text = NULL;
	size_t n;

	if (wax_public_key_parse(&key, line, len, NULL))
		return false;
	check(!wax_public_key_text(&key, &text, NULL), "it has a text");
	n = strlen(text);
	check(n <= len && !memcmp(text, line, n), "which is the line");
	wax_cursor_word(&c, &word, &n);
	if (key.kind == WAX_IDENTITY_SSH_ED25519)
		wax_cursor_word(&c, &word, &n);
	check(word + n == line + strlen(text), "up to a comment");
	check(!wax_public_key_parse(&again, text, strlen(text), NULL) &&
		      !memcmp(&again, &key, sizeof(key)),
	      "the text stands for the same key");
	add_text(out, text);
	add_text(out, "\n");
	free(text);
	return true;
}

/* How many different texts there are; each ends in LF. */
static size_t count_texts(const struct wax_bytes *texts)
{
	struct wax_cursor c = wax_cursor(texts->data, texts->len), earlier;
	const char *line, *other;
	size_t len, n, count = 0;

	while (wax_cursor_line(&c, &line, &len)) {
		bool found = false;

		earlier = wax_cursor(texts->data, texts->len);
		while (!found && wax_cursor_line(&earlier, &other, &n) &&
		       other < line)
			found = n == len && !memcmp(line, other, n);
		count += !found;
	}
	return count;
}

/* What begins like a card is one, and its recipient the only one. */
static void read_card(const uint8_t *data, size_t size)
{
	struct wax_source *source = slow_source(data, size, 7);
	struct wax_recipients *list = NULL;
	struct wax_card *card = NULL, *want = NULL;
	int err = wax_card_new(wax_cursor(data, size), &want, NULL);
	size_t count;

	check(!wax_recipients_new(&list, NULL), "there is memory");
	check(wax_recipients_read(list, source, &card, NULL) == err,
	      "the errors are a card's");
	check(!err == (card != NULL), "a card or an error");
	check(read_list(data, size, 0, &count) == err && count == !err &&
		      wax_recipients_count(list) == count,
	      "asked for or not, one recipient");
	if (!err)
		check(same(&card->note, data, size) &&
			      !wax_recipients_add(list, want->recipient,
						  strlen(want->recipient),
						  NULL) &&
			      wax_recipients_count(list) == 1,
		      "that of the card, which has its note");
	wax_card_free(card);
	wax_card_free(want);
	wax_recipients_free(list);
	wax_source_free(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wax_cursor c =
		wax_cursor(size ? data : (const uint8_t *)"", size);
	struct wax_bytes texts = {0};
	bool good = true, pq = false, classic = false;
	const char *line;
	size_t len, count, slow_count;
	int err;

	if (wax_starts((const char *)c.at, size, WAX_CARD_BEGIN)) {
		read_card(data, size);
		return 0;
	}
	while (wax_cursor_line(&c, &line, &len)) {
		if (len > WAX_READER_SIZE - 2)
			return 0;
		if (!len || *line == '#')
			continue;
		good &= parse_line(line, len, &texts);
		pq |= len > 7 && !memcmp(line, "age1pq1", 7);
		classic |= len < 7 || memcmp(line, "age1pq1", 7) != 0;
	}
	good &= texts.len && !(pq && classic);
	err = read_list(data, size, 0, &count);
	check(!err || err == WAX_ERR_FORMAT || err == WAX_ERR_USAGE,
	      "no other error");
	check(!err == good, "accepted if all of its lines are");
	check(read_list(data, size, 1, &slow_count) == err &&
		      slow_count == count,
	      "byte by byte, the same");
	check(err || count == count_texts(&texts), "duplicates count once");
	wax_bytes_release(&texts);
	return 0;
}
