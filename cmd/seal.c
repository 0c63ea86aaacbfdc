/* SPDX-License-Identifier: ISC */
/*
 * wax-seal: seal standard input or a file to recipients.
 */
#include <stdlib.h>

#include "files.h"
#include "keys.h"
#include "program.h"
#include "progress.h"

struct seal {
	struct wax_recipients *recipients;
	struct wax_identities *identities;
	struct passphrase passphrase;
	bool with_passphrase, with_identities;
	unsigned seal_flags, file_flags;
	const char *in, *out;
};

static const char one_file[] = "tar packs several, or a folder, into one";

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct seal *s = ctx;

	switch (id) {
	case 'r':
		return recipients_add_who(s->recipients, value, diag);
	case 'R':
		return recipients_add_file(s->recipients, value, diag);
	case 'i':
		s->with_identities = true;
		return identities_add(s->identities, value, diag);
	case 'p':
		s->with_passphrase = true;
		return 0;
	case 'a':
		s->seal_flags |= WAX_SEAL_ARMOR;
		return 0;
	case 'o':
		return program_set(&s->out, value, "-o", diag);
	case 'f':
		s->file_flags |= WAX_FILE_REPLACE;
		return 0;
	default:
		return passphrase_option(&s->passphrase, id, value, diag);
	}
}

/* Completes the recipients with what needs a person or the options' end. */
static int complete(struct seal *s, struct wax_diag *diag)
{
	struct wax_secret *secret;
	int err = wax_recipients_add_identities(s->recipients, s->identities,
						diag);

	if (err)
		return err;
	if (!s->with_passphrase)
		return passphrase_check_used(&s->passphrase, diag);
	err = passphrase_new(&s->passphrase, &secret, diag);
	if (err)
		return err;
	err = wax_recipients_add_passphrase(s->recipients, secret,
					    WAX_SCRYPT_LOG_N, diag);
	wax_secret_free(secret);
	return err;
}

/* age gives up on files with more. */
#define AGE_RECIPIENTS_MAX 1024

static int check(const struct seal *s, struct wax_diag *diag)
{
	size_t n = wax_recipients_count(s->recipients);

	if (s->with_passphrase && (n || s->with_identities))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "a passphrase cannot be combined with "
				    "recipients");
	if (!s->with_passphrase && !n && !s->with_identities) {
		wax_diag_set(diag, WAX_ERR_USAGE, "no recipient");
		wax_diag_hint(diag, "-r WHO or -R FILE names one, -p seals "
				    "with a passphrase");
		return WAX_ERR_USAGE;
	}
	if (n > AGE_RECIPIENTS_MAX)
		program_say("warning: age itself opens no file with more than "
			    "%d recipients",
			    AGE_RECIPIENTS_MAX);
	return 0;
}

static int seal(struct seal *s, struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	struct wax_sink *to = NULL;
	enum output_form form =
		s->seal_flags & WAX_SEAL_ARMOR ? OUTPUT_TEXT : OUTPUT_BINARY;
	int err = check(s, diag);

	if (!err) {
		err = input_open(s->in, &from, diag);
		if (err == WAX_ERR_USAGE && !input_is_stdin(s->in))
			wax_diag_hint(diag, "%s", one_file);
	}
	if (!err)
		err = output_open(s->out, s->file_flags, form, &to, diag);
	if (!err)
		err = complete(s, diag);
	if (!err) {
		err = wax_seal(s->recipients, s->seal_flags, to, &to, diag);
		if (err)
			to = NULL;
	}
	if (!err) {
		err = progress_source(from, input_size(), &from, diag);
		if (err)
			from = NULL;
	}
	if (!err)
		err = wax_copy(from, to, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_source_free(from);
	wax_sink_free(to);
	return err;
}

int main(int argc, char **argv)
{
	struct seal s = {0};
	struct wax_diag diag = {0};
	int first, err;

	program_start(&tool_seal);
	err = wax_recipients_new(&s.recipients, &diag);
	if (!err)
		err = wax_identities_new(passphrase_ask, &s.passphrase,
					 &s.identities, &diag);
	if (!err)
		err = program_options(argc, argv, option, &s, &first, &diag);
	if (!err) {
		err = program_operand(argc, argv, first, &s.in, &diag);
		if (err)
			wax_diag_hint(&diag, "%s", one_file);
	}
	if (!err)
		err = seal(&s, &diag);
	wax_recipients_free(s.recipients);
	wax_identities_free(s.identities);
	passphrase_release(&s.passphrase);
	return program_end(err, &diag);
}
