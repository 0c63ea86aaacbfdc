/* SPDX-License-Identifier: ISC */
/*
 * wax-open: open standard input or a sealed file.
 */
#include "files.h"
#include "keys.h"
#include "program.h"
#include "progress.h"

struct open {
	struct wax_identities *identities;
	struct passphrase passphrase;
	bool named; /* -i was given */
	bool home;  /* the home has an identity */
	unsigned file_flags;
	const char *in, *out;
};

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct open *o = ctx;

	switch (id) {
	case 'i':
		o->named = true;
		return identities_add(o->identities, value, diag);
	case 'o':
		return program_set(&o->out, value, "-o", diag);
	case 'f':
		o->file_flags |= WAX_FILE_REPLACE;
		return 0;
	default:
		return passphrase_option(&o->passphrase, id, value, diag);
	}
}

/* Turns the sealed source into a source of the plaintext. */
static int unseal(struct open *o, struct wax_source **source,
		  struct wax_diag *diag)
{
	int err = wax_open(*source, o->identities, source, diag);

	if (err)
		*source = NULL;
	if (err == WAX_ERR_NO_KEY && !o->named && !o->home &&
	    !o->passphrase.asked)
		wax_diag_hint(diag, "wax-keygen makes an identity, -i FILE "
				    "names one");
	return err;
}

/* Opens the source and copies the plaintext; errors in it bear its name. */
static int deliver(struct open *o, struct wax_source **from,
		   struct wax_sink *to, struct wax_diag *diag)
{
	int err = unseal(o, from, diag);

	if (!err)
		err = wax_copy(*from, to, diag);
	if (err == WAX_ERR_FORMAT ||
	    (err == WAX_ERR_NO_KEY && !o->passphrase.asked))
		input_context(o->in, diag);
	return err;
}

static int open_file(struct open *o, struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	struct wax_sink *to = NULL;
	int err = 0;

	/* Before the output is opened, which must not be one of these. */
	if (!o->named)
		err = identities_add_home(o->identities, &o->home, diag);
	if (!err)
		err = input_open(o->in, &from, diag);
	if (!err)
		err = output_open(o->out, o->file_flags, OUTPUT_UNKNOWN, &to,
				  diag);
	if (!err) {
		err = progress_source(from, input_size(), &from, diag);
		if (err)
			from = NULL;
	}
	if (!err)
		err = deliver(o, &from, to, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_source_free(from);
	wax_sink_free(to);
	return err;
}

int main(int argc, char **argv)
{
	struct open o = {0};
	struct wax_diag diag = {0};
	int first, err;

	program_start(&tool_open);
	err = wax_identities_new(passphrase_ask, &o.passphrase, &o.identities,
				 &diag);
	if (!err)
		err = program_options(argc, argv, option, &o, &first, &diag);
	if (!err)
		err = program_operand(argc, argv, first, &o.in, &diag);
	if (!err)
		err = open_file(&o, &diag);
	wax_identities_free(o.identities);
	passphrase_release(&o.passphrase);
	return program_end(err, &diag);
}
