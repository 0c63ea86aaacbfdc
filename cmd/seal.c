/* SPDX-License-Identifier: ISC */
/*
 * wax-seal: seal standard input, a file, or several files and folders.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "book.h"
#include "files.h"
#include "keys.h"
#include "numbers.h"
#include "process.h"
#include "program.h"
#include "progress.h"
#include "signer.h"

struct names {
	const char **list;
	size_t n;
};

struct seal {
	struct wax_recipients *recipients;
	struct wax_identities *identities;
	struct passphrase passphrase;
	struct book book;
	struct names to;      /* contacts of -r, to be looked up */
	struct names chained; /* those of -c */
	struct wax_sessions *sessions;
	struct wax_chain *chain;  /* NULL: none */
	unsigned with_identities; /* how often -i was given */
	const char *key;	  /* the last one's */
	bool with_passphrase, sign, pad, no_pad, no_name;
	unsigned seal_flags, file_flags;
	uint64_t level;
	const char *out;
	char **paths;
	size_t n;
	bool archive;
};

/* Contacts wait until it is known where passphrases come from. */
static int add_name(struct names *to, const char *who, struct wax_diag *diag)
{
	const char **list = realloc(to->list, (to->n + 1) * sizeof(*list));

	if (!list)
		return program_no_memory(diag);
	to->list = list;
	list[to->n++] = who;
	return 0;
}

static int add_who(struct seal *s, const char *who, struct wax_diag *diag)
{
	return book_names(who) ? add_name(&s->to, who, diag)
			       : recipients_add_who(s->recipients, who, diag);
}

static int add_chained(struct seal *s, const char *who, struct wax_diag *diag)
{
	if (book_names(who))
		return add_name(&s->chained, who, diag);
	wax_diag_set(diag, WAX_ERR_USAGE, "-c: '%.100s' is no contact", who);
	wax_diag_hint(diag, strncmp(who, "wax1", 4)
				    ? "a session needs the card of a contact"
				    : NO_IDENTITY_EITHER);
	return WAX_ERR_USAGE;
}

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct seal *s = ctx;

	switch (id) {
	case 'r':
		return add_who(s, value, diag);
	case 'c':
		return add_chained(s, value, diag);
	case 'R':
		return recipients_add_file(s->recipients, value, diag);
	case 'i':
		s->with_identities++;
		s->key = value;
		return identities_add(s->identities, value, diag);
	case 'p':
		s->with_passphrase = true;
		return 0;
	case 'a':
		s->seal_flags |= WAX_SEAL_ARMOR;
		return 0;
	case 's':
		s->sign = true;
		return 0;
	case 'z':
		return level_parse(value, &s->level, diag);
	case OPT_PAD:
		s->pad = true;
		return 0;
	case OPT_NO_PAD:
		s->no_pad = true;
		return 0;
	case OPT_NO_NAME:
		s->no_name = true;
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

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* Adds those contacts, with the identity that signs if it is the home's. */
static int add_contacts(struct seal *s, struct wax_diag *diag)
{
	int err = 0;

	book_begin(&s->book, &s->passphrase,
		   s->sign && !s->with_identities ? s->identities : NULL);
	for (size_t i = 0; !err && i < s->to.n; i++) {
		err = book_add_recipients(&s->book, s->to.list[i],
					  s->recipients, diag);
		if (err)
			wax_diag_context(diag, "-r");
		if (err == WAX_ERR_USAGE && is_file(s->to.list[i]))
			wax_diag_hint(diag, "-R reads recipients from a file");
	}
	if (!err && s->chained.n)
		err = book_open_sessions(&s->book, &s->sessions, diag);
	if (!err && s->chained.n)
		err = wax_chain_new(s->sessions, (int64_t)time(NULL), &s->chain,
				    diag);
	for (size_t i = 0; !err && i < s->chained.n; i++) {
		err = book_add_chained(&s->book, s->chained.list[i], s->chain,
				       diag);
		if (err)
			wax_diag_context(diag, "-c");
	}
	return err;
}

/* Completes the recipients with what needs a person or the options' end. */
static int complete(struct seal *s, struct wax_diag *diag)
{
	struct wax_secret *secret;
	int err = 0;

	if (s->sign && !s->with_identities)
		err = identities_need_home(s->identities, "sign with",
					   OR_NAME_ONE, diag);
	if (!err)
		err = add_contacts(s, diag);
	if (!err && !s->sign)
		err = wax_recipients_add_identities(s->recipients,
						    s->identities, diag);
	if (err || !s->with_passphrase)
		return err;
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
	size_t n = wax_recipients_count(s->recipients) + s->to.n;
	bool to_identities = s->with_identities && !s->sign;

	if (s->chained.n && (n || to_identities || s->with_passphrase)) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "-c cannot be combined with other recipients");
		wax_diag_hint(diag, "they could open it for ever: seal twice");
		return WAX_ERR_USAGE;
	}
	n += s->chained.n;

	if (s->with_passphrase && (n || to_identities)) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "a passphrase cannot be combined with recipients");
		wax_diag_hint(diag, "seal twice");
		return WAX_ERR_USAGE;
	}
	if (!s->with_passphrase && !n && !to_identities) {
		wax_diag_set(diag, WAX_ERR_USAGE, "no recipient%s",
			     s->with_identities
				     ? ": with -s, -i names who signs"
				     : "");
		wax_diag_hint(diag, "-r WHO or -R FILE names one, -c WHO a "
				    "session, -p seals with a passphrase");
		return WAX_ERR_USAGE;
	}
	if (s->sign && s->with_identities > 1)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "with -s, -i names who signs: one of them "
				    "is too many");
	if (s->pad && s->no_pad)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "--pad and --no-pad are opposites");
	if (n > AGE_RECIPIENTS_MAX)
		program_say("warning: age itself opens no file with more than "
			    "%d recipients",
			    AGE_RECIPIENTS_MAX);
	return 0;
}

/* Has wax-pack write an archive of the paths. */
static int open_archive(struct seal *s, struct wax_source **out,
			struct wax_diag *diag)
{
	static char name[] = "wax-pack", tar[] = "--tar", quiet[] = "--quiet",
		    not_fd[] = "--not-fd=3", end[] = "--";
	/* What is there already, or will be; it must not be packed. */
	int output =
		output_is_stdout(s->out) ? 1 : open(s->out, O_PATH | O_CLOEXEC);
	char **argv = calloc(s->n + 6, sizeof(*argv));
	size_t n = 0;
	int err;

	if (!argv) {
		if (output > 1)
			close(output);
		return program_no_memory(diag);
	}
	argv[n++] = name;
	argv[n++] = tar;
	argv[n++] = quiet;
	if (output >= 0)
		argv[n++] = not_fd;
	argv[n++] = end;
	memcpy(argv + n, s->paths, s->n * sizeof(*argv));
	err = process_source(argv, -1, output, out, diag);
	if (output > 1)
		close(output);
	free(argv);
	return err;
}

/* Looks at what is named: several paths, and a folder, make an archive. */
static int look(struct seal *s, struct wax_diag *diag)
{
	struct stat st;
	int err = 0;

	s->archive = s->n > 1 || (s->n && !input_is_stdin(*s->paths) &&
				  !stat(*s->paths, &st) && S_ISDIR(st.st_mode));
	if (s->archive && s->no_name)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "--no-name is for one file: the names in "
				    "an archive stay");
	for (size_t i = 0; i < s->n && s->archive && !err; i++)
		err = input_announce_packed(s->paths[i], s->level, diag);
	return err;
}

/* The file's base name, where it is known and wanted. */
static int base_name(const struct seal *s, const char **out,
		     struct wax_diag *diag)
{
	const char *path = s->n && !s->archive ? *s->paths : NULL;
	const char *name;

	if (s->no_name || input_is_stdin(path) || input_is_descriptor(path))
		return 0;
	name = path_base(path);
	if (!wax_text_is_plain(name, strlen(name))) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "'%s' has control characters in its name, or is "
			     "not UTF-8",
			     name);
		wax_diag_hint(diag, "--no-name leaves the name out");
		return WAX_ERR_USAGE;
	}
	*out = name;
	return 0;
}

/* Puts the seal before *to; recipients and signer are complete. */
static int put_seal(struct seal *s, struct wax_sink **to, struct wax_diag *diag)
{
	bool pad = s->pad || (s->chain && !s->no_pad);
	struct wax_seal_options o = {
		.flags = s->seal_flags | (pad ? WAX_SEAL_PAD : 0) |
			 (s->archive ? WAX_SEAL_ARCHIVE : 0),
		.chain = s->chain,
		.level = (int)s->level,
		.signer = s->sign ? s->identities : NULL,
	};
	int err = threads_wanted(&o.threads, diag);

	/* Where nothing else asks for an envelope, a name does not. */
	if (!err && (s->level || pad || s->sign))
		err = base_name(s, &o.name, diag);
	if (!err && s->sign)
		err = signer_check(s->identities, s->key, diag);
	if (!err)
		err = wax_seal(s->recipients, &o, to, diag);
	if (err)
		return err;
	err = passphrase_check_used(&s->passphrase, diag);
	if (err && !s->with_passphrase)
		wax_diag_hint(diag, "-p seals with it");
	return err;
}

/* Opens both ends; who is asked for a passphrase sees errors of these first. */
static int open_ends(struct seal *s, struct wax_source **from,
		     struct wax_sink **to, struct wax_diag *diag)
{
	enum output_form form =
		s->seal_flags & WAX_SEAL_ARMOR ? OUTPUT_TEXT : OUTPUT_SEALED;
	int err = look(s, diag);

	home_announce();
	if (!err && !s->archive) {
		err = input_open(s->n ? *s->paths : NULL, from, diag);
		if (err == WAX_ERR_IO && s->n && s->level)
			path_hint_level(*s->paths, diag);
	}
	if (!err)
		err = output_open(s->out, s->file_flags, form, to, diag);
	if (!err)
		err = complete(s, diag);
	if (!err && s->archive)
		err = open_archive(s, from, diag);
	return err;
}

static int seal(struct seal *s, struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	struct wax_sink *to = NULL;
	int err = check(s, diag);

	if (!err)
		err = open_ends(s, &from, &to, diag);
	if (!err)
		err = put_seal(s, &to, diag);
	if (!err)
		err = progress_source(s->archive ? -1 : input_size(), &from,
				      diag);
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
	program_version(program_engine);
	err = wax_recipients_new(&s.recipients, &diag);
	if (!err)
		err = wax_identities_new(passphrase_ask, &s.passphrase,
					 &s.identities, &diag);
	if (!err)
		err = program_options(argc, argv, option, &s, &first, &diag);
	if (!err) {
		s.paths = argv + first;
		s.n = (size_t)(argc - first);
		err = seal(&s, &diag);
	}
	wax_chain_free(s.chain);
	wax_sessions_free(s.sessions);
	book_release(&s.book);
	free(s.to.list);
	free(s.chained.list);
	wax_recipients_free(s.recipients);
	wax_identities_free(s.identities);
	passphrase_release(&s.passphrase);
	return program_end(err, &diag);
}
