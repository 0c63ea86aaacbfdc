/* SPDX-License-Identifier: ISC */
/*
 * keys KIND NUMBER IDENTITIES RECIPIENTS
 *
 * Writes so many identities of a kind, x or pq, to a file, and their recipients
 * to another, with a comment before each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <wax.h>

static struct wax_diag diag;

static void must(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "keys: %s: %s\n", what, diag.text);
	exit(1);
}

static void make(enum wax_identity_kind kind, FILE *identities,
		 FILE *recipients)
{
	struct wax_identities *list;
	struct wax_secret *line;
	char *recipient;

	must(wax_identities_new(NULL, NULL, &list, &diag), "a list");
	must(wax_identities_generate(list, kind, &diag), "an identity");
	must(wax_identities_secret(list, 0, &line, &diag), "its text");
	must(wax_identities_recipient(list, 0, &recipient, &diag),
	     "its recipient");
	fprintf(identities, "# the next one\n%.*s\n",
		(int)wax_secret_size(line), (char *)wax_secret_bytes(line));
	fprintf(recipients, "# the next one\n%s\n", recipient);
	free(recipient);
	wax_secret_free(line);
	wax_identities_free(list);
}

int main(int argc, char **argv)
{
	FILE *identities, *recipients;
	long n;

	must(argc != 5, "usage: keys x|pq NUMBER IDENTITIES RECIPIENTS");
	n = atol(argv[2]);
	identities = fopen(argv[3], "w");
	recipients = fopen(argv[4], "w");
	must(!identities || !recipients, "a file");
	for (long i = 0; i < n; i++)
		make(*argv[1] == 'x' ? WAX_IDENTITY_X25519
				     : WAX_IDENTITY_MLKEM768X25519,
		     identities, recipients);
	must(fclose(identities) || fclose(recipients), "writing");
	return 0;
}
