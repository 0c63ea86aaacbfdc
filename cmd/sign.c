/* SPDX-License-Identifier: ISC */
/*
 * wax-sign: make a detached signature.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "files.h"
#include "keys.h"
#include "program.h"
#include "progress.h"
#include "signer.h"

struct sign {
	struct wax_identities *identities;
	struct passphrase passphrase;
	const char *key; /* -i */
	unsigned file_flags;
	const char *in, *out, *comment;
};

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct sign *s = ctx;

	switch (id) {
	case 'i':
		if (program_set(&s->key, value, "-i", diag))
			return WAX_ERR_USAGE;
		return identities_add(s->identities, value, diag);
	case 't':
		return program_set(&s->comment, value, "-t", diag);
	case 'o':
		return program_set(&s->out, value, "-o", diag);
	case 'f':
		s->file_flags |= WAX_FILE_REPLACE;
		return 0;
	default:
		return passphrase_option(&s->passphrase, id, value, diag);
	}
}

/* minisign's own: the time, the file's name, and that it is prehashed. */
static void default_comment(const char *path, char *out, size_t size)
{
	const char *name = input_is_stdin(path) ? NULL : path_base(path);
	long long now = (long long)time(NULL);

	if (name && wax_text_is_plain(name, strlen(name)))
		snprintf(out, size, "timestamp:%lld\tfile:%s\thashed", now,
			 name);
	else
		snprintf(out, size, "timestamp:%lld\thashed", now);
}

/* FILE.minisig beside FILE, unless something else is asked for. */
static int open_output(const struct sign *s, struct wax_sink **out,
		       struct wax_diag *diag)
{
	char *path;
	int err;

	home_announce();
	if (s->out || input_is_stdin(s->in))
		return output_open(s->out, s->file_flags, OUTPUT_TEXT, out,
				   diag);
	if (asprintf(&path, "%s.minisig", s->in) < 0)
		return program_no_memory(diag);
	err = output_open(path, s->file_flags, OUTPUT_TEXT, out, diag);
	free(path);
	return err;
}

static int sign(struct sign *s, struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	struct wax_sink *to = NULL;
	char comment[512];
	int err = 0;

	if (!s->key)
		err = identities_need_home(s->identities, "sign with",
					   OR_NAME_ONE, diag);
	if (!err)
		err = input_open(s->in, &from, diag);
	if (!err)
		err = open_output(s, &to, diag);
	if (!err)
		err = signer_check(s->identities, s->key, diag);
	if (!err)
		err = passphrase_check_used(&s->passphrase, diag);
	if (!err)
		err = progress_source(input_size(), &from, diag);
	if (!err) {
		default_comment(s->in, comment, sizeof(comment));
		err = wax_sign(s->identities, NULL,
			       s->comment ? s->comment : comment, from, to,
			       diag);
	}
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_source_free(from);
	wax_sink_free(to);
	return err;
}

int main(int argc, char **argv)
{
	struct sign s = {0};
	struct wax_diag diag = {0};
	int first, err;

	program_start(&tool_sign);
	err = wax_identities_new(passphrase_ask, &s.passphrase, &s.identities,
				 &diag);
	if (!err)
		err = program_options(argc, argv, option, &s, &first, &diag);
	if (!err)
		err = program_operand(argc, argv, first, &s.in, &diag);
	if (!err)
		err = sign(&s, &diag);
	wax_identities_free(s.identities);
	passphrase_release(&s.passphrase);
	return program_end(err, &diag);
}
