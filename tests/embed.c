/* SPDX-License-Identifier: ISC */
/*
 * An application that embeds wax: it makes an identity, seals standard input
 * to it into a temporary file, and opens that to standard output. It is built
 * against the installed library, shared and static.
 */
#include <stdio.h>
#include <unistd.h>
#include <wax.h>

static int seal(struct wax_identities *to, struct wax_source *from, int fd,
		struct wax_diag *diag)
{
	struct wax_recipients *recipients = NULL;
	struct wax_sink *sink = NULL;
	int err = wax_recipients_new(&recipients, diag);

	if (!err)
		err = wax_recipients_add_identities(recipients, to, diag);
	if (!err)
		err = wax_sink_fd(fd, "the file", &sink, diag);
	if (!err && (err = wax_seal(recipients, WAX_SEAL_ARMOR, sink, &sink,
				    diag)) != 0)
		sink = NULL; /* it was freed */
	if (!err)
		err = wax_copy(from, sink, diag);
	if (!err)
		err = wax_sink_finish(sink, diag);
	wax_sink_free(sink);
	wax_recipients_free(recipients);
	return err;
}

static int unseal(struct wax_identities *with, int fd, struct wax_sink *to,
		  struct wax_diag *diag)
{
	struct wax_source *source = NULL;
	int err = lseek(fd, 0, SEEK_SET) ? WAX_ERR_IO : 0;

	if (!err)
		err = wax_source_fd(fd, "the file", &source, diag);
	if (!err && (err = wax_open(source, with, &source, diag)) != 0)
		source = NULL; /* it was freed */
	if (!err)
		err = wax_copy(source, to, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_source_free(source);
	return err;
}

int main(void)
{
	struct wax_diag diag = {0};
	struct wax_identities *me = NULL;
	struct wax_source *in = NULL;
	struct wax_sink *out = NULL;
	FILE *file = tmpfile();
	int err = file ? wax_identities_new(NULL, NULL, &me, &diag) : 7;

	if (!err)
		err = wax_identities_generate(me, WAX_IDENTITY_MLKEM768X25519,
					      &diag);
	if (!err)
		err = wax_source_fd(0, "the input", &in, &diag);
	if (!err)
		err = wax_sink_fd(1, "the output", &out, &diag);
	if (!err)
		err = seal(me, in, fileno(file), &diag);
	if (!err)
		err = unseal(me, fileno(file), out, &diag);
	if (err)
		fprintf(stderr, "embed: %s\n", diag.text);
	wax_identities_free(me);
	wax_source_free(in);
	wax_sink_free(out);
	return err != 0;
}
