/* SPDX-License-Identifier: ISC */
/*
 * wax-verify: check a detached signature.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "program.h"
#include "progress.h"

struct verify {
	bool quiet;
	const char *in, *signature, *who, *key_file;
};

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct verify *v = ctx;

	switch (id) {
	case 'k':
		return program_set(&v->who, value, "-k", diag);
	case 'K':
		return program_set(&v->key_file, value, "-K", diag);
	case 'x':
		return program_set(&v->signature, value, "-x", diag);
	default:
		v->quiet = true;
		return 0;
	}
}

static int check(const struct verify *v, struct wax_diag *diag)
{
	if (v->who && v->key_file)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "-k and -K name two keys: one of them is "
				    "too many");
	if (!v->who && !v->key_file) {
		wax_diag_set(diag, WAX_ERR_USAGE, "no key to check with");
		wax_diag_hint(diag, "-k RW... or -K FILE names the signer's");
		return WAX_ERR_USAGE;
	}
	if (!v->signature && input_is_stdin(v->in)) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "for standard input, the signature must be named");
		wax_diag_hint(diag, "-x FILE names it");
		return WAX_ERR_USAGE;
	}
	return 0;
}

static int read_key(const struct verify *v, char key[WAX_MINISIGN_KEY_SIZE],
		    struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	int err = input_open_key(v->key_file, &from, diag);

	if (err)
		return err;
	err = wax_minisign_key_read(from, key, diag);
	if (err == WAX_ERR_FORMAT)
		input_context(v->key_file, diag);
	wax_source_free(from);
	return err;
}

/* Reads FILE.minisig, or what -x names. */
static int read_signature(const struct verify *v, struct wax_signature **out,
			  struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	char *path = NULL;
	int err;

	if (!v->signature && asprintf(&path, "%s.minisig", v->in) < 0)
		return program_no_memory(diag);
	err = input_open(v->signature ? v->signature : path, &from, diag);
	if (!err) {
		err = wax_signature_read(from, out, diag);
		if (err == WAX_ERR_FORMAT)
			input_context(v->signature ? v->signature : path, diag);
	}
	wax_source_free(from);
	free(path);
	return err;
}

static int verify(const struct verify *v, struct wax_diag *diag)
{
	struct wax_signature *s = NULL;
	struct wax_source *from = NULL;
	char key[WAX_MINISIGN_KEY_SIZE];
	int err = check(v, diag);

	if (!err && v->key_file)
		err = read_key(v, key, diag);
	if (!err)
		err = read_signature(v, &s, diag);
	if (!err)
		err = input_open(v->in, &from, diag);
	if (!err)
		err = progress_source(input_size(), &from, diag);
	if (!err) {
		err = wax_verify(s, v->key_file ? key : v->who, from, diag);
		if (err == WAX_ERR_TRUST)
			input_context(v->in, diag);
	}
	if (!err && !v->quiet)
		program_say("the signature is good; its comment: %s",
			    wax_signature_trusted_comment(s));
	wax_source_free(from);
	wax_signature_free(s);
	return err;
}

int main(int argc, char **argv)
{
	struct verify v = {0};
	struct wax_diag diag = {0};
	int first, err;

	program_start(&tool_verify);
	err = program_options(argc, argv, option, &v, &first, &diag);
	if (!err)
		err = program_operand(argc, argv, first, &v.in, &diag);
	if (!err)
		err = verify(&v, &diag);
	return program_end(err, &diag);
}
