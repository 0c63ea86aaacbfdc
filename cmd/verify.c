/* SPDX-License-Identifier: ISC */
/*
 * wax-verify: check a detached signature.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "book.h"
#include "files.h"
#include "program.h"
#include "progress.h"

struct verify {
	bool quiet;
	const char *in, *signature, *who, *key_file;
	struct passphrase passphrase;
	struct book book;
	const char *key; /* the one to check with */
	char found[WAX_MINISIGN_KEY_SIZE];
	struct acquaintance signer; /* of -k, where it is a contact's name */
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
	case 'q':
		v->quiet = true;
		return 0;
	default:
		return passphrase_option(&v->passphrase, id, value, diag);
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
		wax_diag_hint(diag, "-k NAME, -k RW... or -K FILE names the "
				    "signer's");
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

static int read_key(struct verify *v, struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	int err = input_open_key(v->key_file, &from, diag);

	if (err)
		return err;
	err = wax_minisign_key_read(from, v->found, diag);
	v->key = v->found;
	if (err == WAX_ERR_FORMAT) {
		input_context(v->key_file, diag);
		wax_diag_hint(diag, "'wax-keygen -m' prints it to its owner");
	}
	wax_source_free(from);
	return err;
}

/* The key of the device that signed; or of any, which is refused. */
static int choose_device(struct verify *v, const struct wax_signature *s,
			 const struct wax_contact *c, struct wax_diag *diag)
{
	const struct wax_card *card = NULL;
	size_t found = 0;

	for (size_t i = 0; i < wax_contact_devices(c); i++) {
		const struct wax_card *other = wax_contact_card(c, i);

		/* The key is on the card alone. */
		if (!other ||
		    (card && wax_signature_is_by(s, wax_card_minisign(card))))
			continue;
		card = other;
		found = i;
	}
	if (!card) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "-k: there is no card of '%s', which tells the "
			     "key of signatures",
			     wax_contact_name(c));
		wax_diag_hint(diag, "ask for it; 'wax-card' prints it, and "
				    "'wax-contact add' takes it");
		return WAX_ERR_USAGE;
	}
	strcpy(v->found, wax_card_minisign(card));
	v->key = v->found;
	strcpy(v->signer.name, wax_contact_name(c));
	book_trust(c, found, v->signer.trust);
	return 0;
}

/* The key of a contact. */
static int find_key(struct verify *v, const struct wax_signature *s,
		    struct wax_diag *diag)
{
	struct wax_contact *c = NULL;
	int err;

	book_begin(&v->book, &v->passphrase, NULL);
	err = book_find(&v->book, v->who, &c, diag);
	if (err == WAX_ERR_USAGE && !access(v->who, F_OK))
		wax_diag_hint(diag,
			      "-K reads the key from a file, if that is from "
			      "its owner");
	else if (err == WAX_ERR_USAGE && !strncmp(v->who, "RW", 2))
		wax_diag_set(diag, err,
			     "'%.100s' is neither a contact nor a public key "
			     "of minisign's, RW...",
			     v->who);
	if (err) {
		wax_diag_context(diag, "-k");
		return err;
	}
	err = choose_device(v, s, c, diag);
	wax_contact_free(c);
	return err;
}

/* The key to check with; a text that can be no name is refused as a key. */
static int choose_key(struct verify *v, const struct wax_signature *s,
		      struct wax_diag *diag)
{
	int err = 0;

	if (!v->key_file && book_names(v->who))
		err = find_key(v, s, diag);
	else if (!v->key_file)
		v->key = v->who;
	return err ? err : passphrase_check_used(&v->passphrase, diag);
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
	/* The signature itself was named if this ends in it twice. */
	if (err == WAX_ERR_IO && !v->signature && access(path, F_OK))
		wax_diag_hint(diag, strstr(path, ".minisig.minisig")
					    ? "FILE is what was signed"
					    : "-x FILE names the signature");
	wax_source_free(from);
	free(path);
	return err;
}

static void tell(const struct verify *v, const struct wax_signature *s)
{
	char comment[WAX_TRUSTED_COMMENT_MAX + 1];

	/* The fields of a comment are a tab apart, which would be escaped. */
	snprintf(comment, sizeof(comment), "%s",
		 wax_signature_trusted_comment(s));
	for (char *p = comment; (p = strchr(p, '\t')); p++)
		*p = ' ';
	if (*v->signer.name)
		program_say("the signature is good, by '%s', %s; its comment: "
			    "%s",
			    v->signer.name, v->signer.trust, comment);
	else
		program_say("the signature is good; its comment: %s", comment);
}

static int verify(struct verify *v, struct wax_diag *diag)
{
	struct wax_signature *s = NULL;
	struct wax_source *from = NULL;
	int err = check(v, diag);

	if (!err && v->key_file)
		err = read_key(v, diag);
	if (!err)
		err = read_signature(v, &s, diag);
	if (!err)
		err = choose_key(v, s, diag);
	if (!err)
		err = input_open(v->in, &from, diag);
	if (!err)
		err = progress_source(input_size(), &from, diag);
	if (!err) {
		err = wax_verify(s, v->key, from, diag);
		if (err == WAX_ERR_TRUST)
			input_context(v->in, diag);
		else if (err == WAX_ERR_USAGE)
			wax_diag_context(diag, "-k");
	}
	if (!err && !v->quiet)
		tell(v, s);
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
	book_release(&v.book);
	passphrase_release(&v.passphrase);
	return program_end(err, &diag);
}
