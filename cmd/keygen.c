/* SPDX-License-Identifier: ISC */
/*
 * wax-keygen: make an identity, or print the recipient of one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "keys.h"
#include "program.h"

struct keygen {
	struct wax_identities *identities;
	struct passphrase passphrase;
	int print; /* -y, -w or -m: which of them; 0: none */
	bool with_passphrase, x25519;
	const char *name, *in, *out;
};

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct keygen *k = ctx;

	switch (id) {
	case 'o':
		return program_set(&k->out, value, "-o", diag);
	case 'p':
		k->with_passphrase = true;
		return 0;
	case 'n':
		return program_set(&k->name, value, "-n", diag);
	case 'y':
	case 'w':
	case 'm':
		if (k->print && k->print != id)
			return wax_diag_set(diag, WAX_ERR_USAGE,
					    "-%c and -%c print two things: one "
					    "of them is too many",
					    k->print, id);
		k->print = id;
		return 0;
	case OPT_X25519:
		k->x25519 = true;
		return 0;
	default:
		return passphrase_option(&k->passphrase, id, value, diag);
	}
}

static int check(const struct keygen *k, struct wax_diag *diag)
{
	if (k->print && (k->with_passphrase || k->name || k->x25519))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "-%c makes no identity: -p, -n and "
				    "--x25519 are not for it",
				    k->print);
	if (!k->print && k->in) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "a file is given without -y, -w or -m");
		wax_diag_hint(diag, "-o FILE says where the identity goes");
		return WAX_ERR_USAGE;
	}
	if (!k->print && !k->with_passphrase &&
	    passphrase_given(&k->passphrase))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "a passphrase is given without -p");
	if (k->x25519 && !k->out) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "--x25519 makes no identity for the home");
		wax_diag_hint(diag, "-o FILE says where it goes");
		return WAX_ERR_USAGE;
	}
	return k->name ? wax_identity_name_check(k->name, diag) : 0;
}

/* user@host, for the comment; whatever of it is odd is left out. */
static void default_name(char *out, size_t size)
{
	const char *user = getenv("LOGNAME");
	char host[65] = "localhost";

	if (!user || !*user)
		user = getenv("USER");
	gethostname(host, sizeof(host) - 1);
	snprintf(out, size, "%s@%s", user && *user ? user : "user", host);
	if (wax_identity_name_check(out, NULL))
		snprintf(out, size, "user@localhost");
}

static int write_comments(struct keygen *k, struct wax_sink *to,
			  struct wax_diag *diag)
{
	char public[WAX_PUBLIC_IDENTITY_SIZE];
	char name[WAX_IDENTITY_NAME_MAX + 1], date[WAX_TIME_TEXT_SIZE];
	char *recipient;
	int err;

	default_name(name, sizeof(name));
	wax_time_text((int64_t)time(NULL), date);
	err = wax_identities_recipient(k->identities, 0, &recipient, diag);
	if (err)
		return err;
	err = program_print(to, diag,
			    "# created: %s\n# name: %s\n# public key: %s\n",
			    date, k->name ? k->name : name, recipient);
	free(recipient);
	if (err || k->x25519)
		return err;
	err = wax_identities_public(k->identities, 0, public, diag);
	return err ? err : program_print(to, diag, "# identity: %s\n", public);
}

static int write_identity(struct keygen *k, struct wax_sink *to,
			  struct wax_diag *diag)
{
	struct wax_secret *line = NULL;
	int err = write_comments(k, to, diag);

	if (!err)
		err = wax_identities_secret(k->identities, 0, &line, diag);
	if (!err)
		err = wax_sink_write(to, wax_secret_bytes(line),
				     wax_secret_size(line), diag);
	if (!err)
		err = wax_sink_write(to, "\n", 1, diag);
	wax_secret_free(line);
	return err;
}

/* Puts a sink that seals with a passphrase before *to. */
static int add_passphrase(struct keygen *k, struct wax_sink **to,
			  struct wax_diag *diag)
{
	static const struct wax_seal_options armored = {.flags =
								WAX_SEAL_ARMOR};
	struct wax_recipients *recipients = NULL;
	struct wax_secret *secret = NULL;
	int err = passphrase_new(&k->passphrase, &secret, diag);

	if (!err)
		err = wax_recipients_new(&recipients, diag);
	if (!err)
		err = wax_recipients_add_passphrase(recipients, secret,
						    WAX_SCRYPT_LOG_N, diag);
	if (!err)
		err = wax_seal(recipients, &armored, to, diag);
	wax_recipients_free(recipients);
	wax_secret_free(secret);
	return err;
}

static int generate_to(struct keygen *k, const char *path,
		       struct wax_diag *diag)
{
	struct wax_sink *to = NULL;
	int err = output_open(path, WAX_FILE_SECRET, OUTPUT_TEXT, &to, diag);

	if (!err && k->with_passphrase)
		err = add_passphrase(k, &to, diag);
	if (!err)
		err = wax_identities_generate(
			k->identities,
			k->x25519 ? WAX_IDENTITY_X25519
				  : WAX_IDENTITY_MLKEM768X25519,
			diag);
	if (!err)
		err = write_identity(k, to, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_sink_free(to);
	return err;
}

/* What is sealed with an identity that is gone waits for that one. */
static int check_home(const char *path, struct wax_diag *diag)
{
	struct stat st;

	if (!lstat(path, &st) || !identities_lost())
		return 0;
	wax_diag_set(diag, WAX_ERR_STATE,
		     "'%s' is lost, and what it opens is there still", path);
	wax_diag_hint(diag, "put it back from a backup; without one, move the "
			    "rest of the folder away, or choose another with "
			    "WAX_HOME");
	return WAX_ERR_STATE;
}

/* Whether a path that may lead nowhere is that of the home's identity. */
static bool is_home_identity(const char *path)
{
	struct stat home, here;
	char *folder, *own;
	bool same;

	if (strcmp(path_base(path), "identity") != 0 ||
	    home_path("", &own, NULL))
		return false;
	folder = path_folder(path);
	same = folder && !stat(folder, &here) && !stat(own, &home) &&
	       here.st_dev == home.st_dev && here.st_ino == home.st_ino;
	free(folder);
	free(own);
	return same;
}

static int generate(struct keygen *k, struct wax_diag *diag)
{
	char *path = NULL, word[WAX_DIAG_TEXT / 2];
	int err;

	if (k->out) {
		if (is_home_identity(k->out) &&
		    (err = check_home(k->out, diag)))
			return err;
		err = generate_to(k, k->out, diag);
		wax_text_word(k->out, "FILE", word, sizeof(word));
		if (!err && strcmp(k->out, "-"))
			program_say("made '%s'; 'wax-keygen -y %s' prints its "
				    "recipient",
				    k->out, word);
		return err;
	}
	err = home_path("identity", &path, diag);
	if (!err)
		err = check_home(path, diag);
	if (!err)
		err = wax_home_make(path, diag);
	if (!err) {
		err = generate_to(k, path, diag);
		if (err == WAX_ERR_USAGE && !access(path, F_OK))
			wax_diag_hint(diag, "'wax-keygen -y' prints its "
					    "recipient, -o FILE makes another");
	}
	if (!err)
		program_say("made '%s'; 'wax-keygen -y' prints its recipient",
			    path);
	free(path);
	return err;
}

/* Prints what others may know of identity i. */
static int print_one(struct keygen *k, size_t i, struct wax_sink *to,
		     struct wax_diag *diag)
{
	char public[WAX_PUBLIC_IDENTITY_SIZE], key[WAX_MINISIGN_KEY_SIZE];
	char *recipient = NULL;
	int err;

	if (k->print == 'y')
		err = wax_identities_recipient(k->identities, i, &recipient,
					       diag);
	else if (k->print == 'w')
		err = wax_identities_public(k->identities, i, public, diag);
	else
		err = wax_identities_minisign(k->identities, i, key, diag);
	if (err && k->in)
		input_context(k->in, diag);
	else if (err)
		wax_diag_context(diag, "the home's identity");
	if (!err)
		err = program_print(to, diag, "%s\n",
				    k->print == 'y'   ? recipient
				    : k->print == 'w' ? public
						      : key);
	free(recipient);
	return err;
}

static int print(struct keygen *k, struct wax_diag *diag)
{
	struct wax_sink *to = NULL;
	bool found = true;
	size_t n = 0;
	int err = k->in ? identities_add(k->identities, k->in, diag)
			: identities_add_home(k->identities, &found, diag);

	if (!err && !found)
		err = identities_missing("print", "", diag);
	if (!err)
		err = wax_identities_unlock(k->identities, &n, diag);
	home_announce();
	if (!err) {
		err = output_open(k->out, 0, OUTPUT_TEXT, &to, diag);
		/* What is advised where a file exists: here is no -f. */
		if (err == WAX_ERR_USAGE && k->out && *diag->hint)
			wax_diag_hint(diag, "choose another name");
	}
	for (size_t i = 0; !err && i < n; i++)
		err = print_one(k, i, to, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_sink_free(to);
	return err;
}

int main(int argc, char **argv)
{
	struct keygen k = {0};
	struct wax_diag diag = {0};
	int first, err;

	program_start(&tool_keygen);
	err = wax_identities_new(passphrase_ask, &k.passphrase, &k.identities,
				 &diag);
	if (!err)
		err = program_options(argc, argv, option, &k, &first, &diag);
	if (!err)
		err = program_operand(argc, argv, first, &k.in, &diag);
	if (!err)
		err = check(&k, &diag);
	if (!err)
		err = k.print ? print(&k, &diag) : generate(&k, &diag);
	wax_identities_free(k.identities);
	passphrase_release(&k.passphrase);
	return program_end(err, &diag);
}
