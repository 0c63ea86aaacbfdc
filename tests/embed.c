/* SPDX-License-Identifier: ISC */
/*
 * An application that embeds wax: it makes an identity, seals standard input
 * to it into a temporary file, and opens that to standard output. It is built
 * against the installed library, shared and static.
 */
#include <stdio.h>
#include <unistd.h>
#include <wax.h>

int main(void)
{
	const struct wax_seal_options armored = {.flags = WAX_SEAL_ARMOR};
	struct wax_diag diag = {0};
	struct wax_identities *me;
	struct wax_recipients *to;
	struct wax_source *in, *sealed;
	struct wax_sink *out, *seal;
	FILE *file = tmpfile();

	if (!file || wax_identities_new(NULL, NULL, &me, &diag) ||
	    wax_identities_generate(me, WAX_IDENTITY_MLKEM768X25519, &diag) ||
	    wax_recipients_new(&to, &diag) ||
	    wax_recipients_add_identities(to, me, &diag) ||
	    wax_source_fd(0, "the input", &in, &diag) ||
	    wax_sink_fd(fileno(file), "the file", &seal, &diag) ||
	    wax_seal(to, &armored, &seal, &diag) || wax_copy(in, seal, &diag) ||
	    wax_sink_finish(seal, &diag) || lseek(fileno(file), 0, SEEK_SET) ||
	    wax_source_fd(fileno(file), "the file", &sealed, &diag) ||
	    wax_open(me, NULL, &sealed, NULL, &diag) ||
	    wax_sink_fd(1, "the output", &out, &diag) ||
	    wax_copy(sealed, out, &diag) || wax_sink_finish(out, &diag)) {
		fprintf(stderr, "embed: %s\n", diag.text);
		return 1; /* the system takes back what is open */
	}
	wax_sink_free(seal);
	wax_sink_free(out);
	wax_source_free(sealed);
	wax_source_free(in);
	wax_recipients_free(to);
	wax_identities_free(me);
	return 0;
}
