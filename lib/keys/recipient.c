/* SPDX-License-Identifier: ISC */
/*
 * Lists of recipients.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "keys/card.h"
#include "keys/identities.h"
#include "stream/reader.h"

struct wax_recipients {
	struct wax_public_key *keys; /* as they were added */
	size_t n, room;
	size_t *sorted;		       /* indexes of keys, by their bytes */
	struct wax_secret *passphrase; /* NULL: none */
	unsigned log_n;
};

int wax_recipients_new(struct wax_recipients **out, struct wax_diag *diag)
{
	struct wax_recipients *list = calloc(1, sizeof(*list));

	if (!list)
		return wax_no_memory(diag);
	*out = list;
	return 0;
}

void wax_recipients_free(struct wax_recipients *list)
{
	if (!list)
		return;
	wax_secret_free(list->passphrase);
	free(list->keys);
	free(list->sorted);
	free(list);
}

size_t wax_recipients_count(const struct wax_recipients *list)
{
	return list->n + (list->passphrase ? 1 : 0);
}

static int grow(struct wax_recipients *list, struct wax_diag *diag)
{
	size_t room = list->room ? list->room * 2 : 8;
	void *p = realloc(list->keys, room * sizeof(*list->keys));

	if (!p)
		return wax_no_memory(diag);
	list->keys = p;
	p = realloc(list->sorted, room * sizeof(*list->sorted));
	if (!p)
		return wax_no_memory(diag);
	list->sorted = p;
	list->room = room;
	return 0;
}

/* Where the key stands in sorted, or would. */
static size_t find(const struct wax_recipients *list,
		   const struct wax_public_key *key, bool *found)
{
	size_t lo = 0, hi = list->n;

	*found = false;
	while (lo < hi && !*found) {
		size_t mid = lo + (hi - lo) / 2;
		int order = memcmp(key, &list->keys[list->sorted[mid]],
				   sizeof(*key));

		*found = !order;
		if (order > 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return hi;
}

static bool is_post_quantum(const struct wax_public_key *key)
{
	return key->kind == WAX_IDENTITY_MLKEM768X25519;
}

static int add(struct wax_recipients *list, const struct wax_public_key *key,
	       struct wax_diag *diag)
{
	bool found;
	size_t at = find(list, key, &found);

	if (list->passphrase)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "a passphrase cannot be combined with "
				    "recipients");
	if (list->n && is_post_quantum(key) != is_post_quantum(list->keys)) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "post-quantum and classic recipients cannot "
			     "be combined in one file");
		wax_diag_hint(diag, "seal once for age1pq1..., once for the "
				    "others");
		return WAX_ERR_USAGE;
	}
	if (found)
		return 0;
	/* What no header holds; and so inserting stays cheap as well. */
	if (list->n == WAX_STANZAS_MAX) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "too many recipients for one file");
		wax_diag_hint(diag, "%d at most", WAX_STANZAS_MAX);
		return WAX_ERR_USAGE;
	}
	if (list->n == list->room) {
		int err = grow(list, diag);

		if (err)
			return err;
	}
	memmove(list->sorted + at + 1, list->sorted + at,
		(list->n - at) * sizeof(*list->sorted));
	list->sorted[at] = list->n;
	list->keys[list->n++] = *key;
	return 0;
}

int wax_recipients_add(struct wax_recipients *list, const char *text,
		       size_t len, struct wax_diag *diag)
{
	struct wax_public_key key;
	int err = wax_public_key_parse(&key, text, len, diag);

	return err ? err : add(list, &key, diag);
}

/* Takes the reader's next line without its end; false at the end of all. */
static int next_line(struct wax_reader *r, const char **line, size_t *len,
		     bool *more, struct wax_diag *diag)
{
	int err = wax_reader_line(r, line, len, diag);

	if (err)
		return err;
	*more = *len > 0;
	*len = wax_chomp(*line, *len);
	return 0;
}

static int read_lines(struct wax_recipients *list, struct wax_reader *r,
		      struct wax_diag *diag)
{
	size_t found = 0, len;
	bool more = true;
	const char *line;
	int err = 0;

	for (unsigned long no = 1; !err && more; no++) {
		err = next_line(r, &line, &len, &more, diag);
		if (!err && len && *line != '#') {
			err = wax_recipients_add(list, line, len, diag);
			found++;
		}
		if (err)
			wax_diag_context(diag, "line %lu", no);
	}
	if (!err && !found)
		err = wax_diag_set(diag, WAX_ERR_FORMAT,
				   "there is no recipient in it");
	return err;
}

static int read_card(struct wax_recipients *list, struct wax_reader *r,
		     struct wax_card **out, struct wax_diag *diag)
{
	struct wax_card *card = NULL;
	struct wax_bytes note = {0};
	int err = wax_bytes_reserve(&note, WAX_CARD_MAX + 1, diag);

	if (!err)
		err = wax_reader_read(r, note.data, WAX_CARD_MAX + 1, &note.len,
				      diag);
	if (!err)
		err = wax_card_new(wax_cursor(note.data, note.len), &card,
				   diag);
	wax_bytes_release(&note);
	if (err)
		return err;
	err = wax_recipients_add(list, card->recipient, strlen(card->recipient),
				 diag);
	if (err || !out)
		wax_card_free(card);
	else
		*out = card;
	return err;
}

int wax_recipients_read(struct wax_recipients *list, struct wax_source *from,
			struct wax_card **card, struct wax_diag *diag)
{
	const size_t begin = sizeof(WAX_CARD_BEGIN) - 1;
	struct wax_reader r;
	const uint8_t *data;
	size_t len;
	int err = wax_reader_init(&r, from, diag);

	if (card)
		*card = NULL;
	if (!err)
		err = wax_reader_peek(&r, begin, &data, &len, diag);
	if (!err)
		err = wax_starts((const char *)data, len, WAX_CARD_BEGIN)
			      ? read_card(list, &r, card, diag)
			      : read_lines(list, &r, diag);
	wax_reader_release(&r);
	return err;
}

int wax_recipients_add_identities(struct wax_recipients *list,
				  struct wax_identities *from,
				  struct wax_diag *diag)
{
	size_t n;
	int err = wax_identities_unlock(from, &n, diag);

	for (size_t i = 0; !err && i < n; i++) {
		struct wax_public_key key;

		wax_secret_key_public(wax_identities_key(from, i), &key);
		err = add(list, &key, diag);
	}
	return err;
}

int wax_recipients_add_passphrase(struct wax_recipients *list,
				  struct wax_secret *passphrase, unsigned log_n,
				  struct wax_diag *diag)
{
	size_t size = wax_secret_size(passphrase);
	int err;

	if (wax_recipients_count(list))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "a passphrase cannot be combined with "
				    "recipients");
	if (!size)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "the passphrase is empty");
	if (!log_n || log_n > WAX_SCRYPT_LOG_N_MAX)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "a work factor is 1 to %d",
				    WAX_SCRYPT_LOG_N_MAX);
	err = wax_secret_new(size, &list->passphrase, diag);
	if (err)
		return err;
	memcpy(wax_secret_bytes(list->passphrase), wax_secret_bytes(passphrase),
	       size);
	list->log_n = log_n;
	return 0;
}

int wax_recipients_wrap(const struct wax_recipients *list,
			const uint8_t file_key[WAX_FILE_KEY_SIZE],
			struct wax_header *to, struct wax_diag *diag)
{
	int err = 0;

	if (!wax_recipients_count(list))
		return wax_diag_set(diag, WAX_ERR_USAGE, "no recipient");
	if (list->passphrase)
		return wax_scrypt_wrap(wax_secret_bytes(list->passphrase),
				       wax_secret_size(list->passphrase),
				       list->log_n, file_key, to, diag);
	for (size_t i = 0; !err && i < list->n; i++)
		err = wax_public_key_wrap(&list->keys[i], file_key, to, diag);
	return err;
}
