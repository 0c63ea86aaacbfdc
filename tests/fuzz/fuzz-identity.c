/* SPDX-License-Identifier: ISC */
/*
 * Identity files of all forms.
 *
 * Holds: each identity that is read is printed as a line of the file; the
 * lines alone give the same recipients again; and each recipient is one.
 */
#include <stdlib.h>
#include <string.h>

#include <wax.h>

#include "fuzz.h"

static struct wax_identities *read_text(const void *data, size_t len, int *err)
{
	struct wax_source *source = slow_source(data, len, 0);
	struct wax_identities *list = NULL;

	check(!wax_identities_new(NULL, NULL, &list, NULL), "there is memory");
	*err = wax_identities_read(list, source, "input", NULL);
	wax_source_free(source);
	return list;
}

/* Whether the line stands in the file; a comment may hold the same before. */
static bool is_line(const uint8_t *data, size_t size, struct wax_secret *line)
{
	const uint8_t *want = wax_secret_bytes(line), *end = data + size;
	size_t n = wax_secret_size(line);

	for (const uint8_t *at = data;; at++) {
		at = memmem(at, (size_t)(end - at), want, n);
		if (!at)
			return false;
		if ((at == data || at[-1] == '\n') &&
		    (at + n == end || at[n] == '\n' || at[n] == '\r'))
			return true;
	}
}

/* Adds the lines of all identities but those of SSH; counts these. */
static size_t print(struct wax_identities *list, size_t n, const uint8_t *data,
		    size_t size, struct wax_bytes *lines)
{
	size_t ssh = 0;

	for (size_t i = 0; i < n; i++) {
		struct wax_secret *line = NULL;

		if (wax_identities_secret(list, i, &line, NULL)) {
			ssh++;
			continue;
		}
		check(is_line(data, size, line), "the line is in the file");
		add(lines, wax_secret_bytes(line), wax_secret_size(line));
		add_text(lines, "\n");
		wax_secret_free(line);
	}
	return ssh;
}

static void recipients(struct wax_identities *list, size_t n,
		       struct wax_bytes *out)
{
	for (size_t i = 0; i < n; i++) {
		struct wax_recipients *to = NULL;
		char *text = NULL;

		check(!wax_identities_recipient(list, i, &text, NULL),
		      "each has a recipient");
		check(!wax_recipients_new(&to, NULL), "there is memory");
		check(!wax_recipients_add(to, text, strlen(text), NULL),
		      "which is one");
		add_text(out, text);
		add_text(out, "\n");
		wax_recipients_free(to);
		free(text);
	}
}

static void look(struct wax_identities *list, size_t n, const uint8_t *data,
		 size_t size)
{
	struct wax_bytes lines = {0}, who = {0}, who_again = {0};
	struct wax_identities *again;
	size_t n_again = 0;
	int err;

	recipients(list, n, &who);
	if (print(list, n, data, size, &lines) == 0) {
		again = read_text(lines.data, lines.len, &err);
		check(!err, "the lines alone are read");
		check(!wax_identities_unlock(again, &n_again, NULL) &&
			      n_again == n,
		      "as many identities");
		recipients(again, n, &who_again);
		check(same(&who_again, who.data, who.len), "the same ones");
		wax_identities_free(again);
	}
	wax_bytes_release(&lines);
	wax_bytes_release(&who);
	wax_bytes_release(&who_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = 0;
	int err;
	struct wax_identities *list = read_text(data, size, &err);
	bool sealed;

	check(!err || err == WAX_ERR_FORMAT || err == WAX_ERR_USAGE,
	      "no other error");
	/* A sealed file is told apart, and asks for a passphrase. */
	sealed = !err && wax_identities_unlock(list, &n, NULL) != 0;
	check(!sealed || memmem(data, size, "age-encryption.org/", 19) ||
		      memmem(data, size, "-----BEGIN AGE", 14),
	      "only a sealed file is taken for one");
	if (err) {
		check(!wax_identities_unlock(list, &n, NULL) && !n,
		      "an error leaves nothing");
	} else if (!sealed) {
		check(n > 0, "there is an identity");
		look(list, n, data, size);
	}
	wax_identities_free(list);
	return 0;
}
