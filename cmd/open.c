/* SPDX-License-Identifier: ISC */
/*
 * wax-open: open standard input or a sealed file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "book.h"
#include "files.h"
#include "info.h"
#include "keys.h"
#include "message.h"
#include "numbers.h"
#include "process.h"
#include "program.h"
#include "progress.h"

struct open {
	struct wax_identities *identities;
	struct passphrase passphrase;
	struct book book;
	bool named; /* -i was given */
	bool home;  /* the home has an identity */
	bool info, json;
	unsigned file_flags;
	struct limits limits;
	bool limited; /* one of them was given */
	const char *in, *out, *dir;
	const char *from;	    /* --from */
	struct wax_contact *sender; /* whose name that is, or NULL */
	/* The identities that are meant, and a NULL. */
	const char *senders[WAX_DEVICES_MAX + 1];
	bool made_dir;		       /* for a file that -C puts there */
	bool chained;		       /* it is sealed for a session */
	struct wax_sessions *sessions; /* NULL: not needed */
	struct wax_contents contents;
};

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct open *o = ctx;

	switch (id) {
	case 'i':
		o->named = true;
		return identities_add(o->identities, value, diag);
	case OPT_FROM:
		if (who_check_sender(value, diag))
			return WAX_ERR_USAGE;
		return program_set(&o->from, value, "--from", diag);
	case OPT_INFO:
		o->info = true;
		return 0;
	case OPT_JSON:
		o->info = o->json = true;
		return 0;
	case 'o':
		return program_set(&o->out, value, "-o", diag);
	case 'C':
		return program_set(&o->dir, value, "-C", diag);
	case 'f':
		o->file_flags |= WAX_FILE_REPLACE;
		return 0;
	case OPT_MAX_ENTRIES:
	case OPT_MAX_SIZE:
	case OPT_MAX_RATIO:
		o->limited = true;
		return limits_option(&o->limits, id, value, diag);
	default:
		return passphrase_option(&o->passphrase, id, value, diag);
	}
}

static int check(const struct open *o, struct wax_diag *diag)
{
	if (o->dir && o->out)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "-o writes a file, -C unpacks: one of them "
				    "is too many");
	if (o->dir && !*o->dir)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "-C needs the name of a folder");
	if (o->limited && !o->dir)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "the limits, as --max-size, are for "
				    "unpacking, with -C");
	return 0;
}

/* Whose identities are wanted: one that is given, or those of a contact. */
static int find_sender(struct open *o, struct wax_diag *diag)
{
	int err = o->from ? book_identities(&o->book, o->from, o->senders,
					    &o->sender, diag)
			  : 0;

	if (err)
		wax_diag_context(diag, "--from");
	return err;
}

/* Opens the sessions, when it is sealed for one. */
static int need_sessions(void *ctx, struct wax_sessions **out,
			 struct wax_diag *diag)
{
	struct open *o = ctx;
	int err = book_open_sessions(&o->book, &o->sessions, diag);

	o->chained = true;
	if (!err)
		*out = o->sessions;
	if (err != WAX_ERR_NO_KEY || o->book.found)
		return err;
	if (identities_lost())
		return identities_missing("open it with", "", diag);
	wax_diag_set(diag, err,
		     "it is sealed for a session, and there is no identity "
		     "here that has one");
	wax_diag_hint(diag, "WAX_HOME names another home");
	return err;
}

/* Turns the sealed source into a source of the plaintext. */
static int unseal(struct open *o, struct wax_source **source,
		  struct wax_diag *diag)
{
	/* What appears at the end need not wait for the signature. */
	const char *temporary = getenv("TMPDIR");
	struct wax_open_options options = {
		.flags = o->dir || !output_is_stdout(o->out) ? WAX_OPEN_EARLY
							     : 0,
		.from = o->from ? o->senders : NULL,
		.temporary = temporary && *temporary ? temporary : NULL,
		.max_ratio = o->dir ? (unsigned)o->limits.ratio : 0,
		.max_size = o->dir ? o->limits.size : 0,
		.sessions = need_sessions,
		.ctx = o,
		.now = (int64_t)time(NULL),
	};
	int err = threads_wanted(&options.threads, diag);

	if (!err)
		err = wax_open(o->identities, &options, source, &o->contents,
			       diag);

	/* What is said of a session is to the point already. */
	if (err != WAX_ERR_NO_KEY || o->chained || o->named ||
	    o->passphrase.asked)
		return err;
	if (!o->home)
		return identities_missing("open it with", OR_NAME_ONE, diag);
	wax_diag_hint(diag, "-i FILE names another identity");
	return err;
}

/* Has wax-unpack take the archive apart. */
static int open_unpacker(const struct open *o, struct wax_sink **out,
			 struct wax_diag *diag)
{
	const struct limits *l = &o->limits;
	char entries[48], size[48], ratio[48];
	static char name[] = "wax-unpack", quiet[] = "--quiet", tar[] = "--tar",
		    confirm[] = "--confirm-fd=3", force[] = "--force";
	size_t len = strlen(o->dir) + sizeof("--directory=");
	char *dir = malloc(len);
	char *argv[] = {name,	 quiet, tar,   confirm, dir,
			entries, size,	ratio, NULL,	NULL};
	int err;

	if (!dir)
		return program_no_memory(diag);
	snprintf(dir, len, "--directory=%s", o->dir);
	snprintf(entries, sizeof(entries), "--max-entries=%llu",
		 (unsigned long long)l->entries);
	snprintf(size, sizeof(size), "--max-size=%llu",
		 (unsigned long long)l->size);
	snprintf(ratio, sizeof(ratio), "--max-ratio=%llu",
		 (unsigned long long)l->ratio);
	if (o->file_flags & WAX_FILE_REPLACE)
		argv[8] = force;
	err = process_sink(argv, out, diag);
	free(dir);
	return err;
}

/* A file by itself goes into the folder under the name that came with it. */
static int open_in_folder(struct open *o, struct wax_sink **out,
			  struct wax_diag *diag)
{
	const char *name = o->contents.name;
	size_t len = strlen(o->dir) + strlen(name) + 2;
	struct stat st;
	bool there;
	char *path;
	int err;

	if (!*name) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "this is no archive, and the file has no name");
		input_context(o->in, diag);
		wax_diag_hint(diag, "-o FILE gives it one");
		return WAX_ERR_USAGE;
	}
	path = malloc(len);
	if (!path)
		return program_no_memory(diag);
	snprintf(path, len, "%s/%s", o->dir, name);
	there = !stat(o->dir, &st);
	o->made_dir = !there && errno == ENOENT;
	if (there && !S_ISDIR(st.st_mode))
		err = wax_diag_set(diag, WAX_ERR_USAGE, "'%s' is no folder",
				   o->dir);
	else
		err = there ? 0 : folder_make(o->dir, diag);
	if (!err)
		err = output_open_file(path, o->file_flags, out, diag);
	free(path);
	return err;
}

/* Names the file that an error is about, unless it names another already. */
static void name_input(const struct open *o, int err, struct wax_diag *diag)
{
	const struct passphrase *p = &o->passphrase;
	bool asked = err == WAX_ERR_USAGE && p->asked && !passphrase_given(p);
	bool about =
		err == WAX_ERR_FORMAT || err == WAX_ERR_TRUST ||
		err == WAX_ERR_SEEN ||
		((err == WAX_ERR_NO_KEY || err == WAX_ERR_STATE || asked) &&
		 *diag->text != '\'');

	if (about && *diag->text)
		input_context(o->in, diag);
	/* What is signed and goes to standard output waits in one. */
	if (err == WAX_ERR_IO && !strncmp(diag->text, "a temporary file", 16))
		wax_diag_hint(diag, "TMPDIR names another folder for it; -o "
				    "and -C need none");
}

/* Opens the source and copies the plaintext; errors in it bear its name. */
static int deliver(struct open *o, struct wax_source **from,
		   struct wax_sink **to, struct wax_diag *diag)
{
	int err = unseal(o, from, diag);

	if (!err && o->dir) {
		err = o->contents.archive ? open_unpacker(o, to, diag)
					  : open_in_folder(o, to, diag);
		if (err)
			return err;
	}
	if (!err)
		err = wax_copy(*from, *to, diag);
	if (err == WAX_ERR_USAGE && o->contents.archive && !o->dir)
		wax_diag_hint(diag, "-C DIR unpacks this archive, -o FILE "
				    "keeps it");
	if (err)
		name_input(o, err, diag);
	if (!err)
		err = wax_sink_finish(*to, diag);
	/* Only what was delivered is marked as read. */
	return err || !o->sessions ? err
				   : wax_sessions_commit(o->sessions, diag);
}

/* Of whom nobody knows. Who has begun a session needs no card to get a name. */
static void tell_stranger(const struct open *o, const char *how)
{
	const char *sender = info_from(&o->contents);

	program_say("%s %s, whom nobody here vouches for", how, sender);
	if (*o->contents.peer)
		program_say("to give them a name: wax-contact add NAME %s",
			    o->contents.peer);
}

/* Who signed it, and why one may think so. */
static void tell_sender(const struct open *o, const struct acquaintance *a)
{
	const char *sender = info_from(&o->contents);
	const char *how = *o->contents.sender ? "signed by" : "chained with";

	if (*a->name)
		program_say("%s '%s', %s", how, a->name, a->trust);
	else if (o->from)
		program_say("%s %s, as asked for", how, sender);
	else if (a->own)
		program_say("%s %s, the identity of this home", how, sender);
	else if (a->blind)
		program_say("%s %s; whether that is a contact is not known, as "
			    "%s",
			    how, sender, a->blind);
	else
		tell_stranger(o, how);
	if (o->contents.renewed)
		program_say("note: they have begun a new session, although "
			    "there is one; they may have lost their state");
}

/* What it was, once that is sure. */
static void tell(struct open *o)
{
	const struct wax_contents *c = &o->contents;
	struct acquaintance a = {0};

	if (*info_from(c))
		book_look_up(&o->book, info_from(c), &a);
	if (o->info) {
		info_tell(c, a.name,
			  o->from && !*a.name ? "asked for" : a.trust, o->json);
		return;
	}
	if (o->dir && !c->archive)
		program_say("made '%s/%s'", o->dir, c->name);
	if (*info_from(c))
		tell_sender(o, &a);
}

static int open_file(struct open *o, struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	struct wax_sink *to = NULL;
	bool extracted = false;
	int err = check(o, diag);

	/* Before the output is opened, which must not be one of these. */
	if (!err && !o->named)
		err = identities_add_home(o->identities, &o->home, diag);
	home_announce();
	book_begin(&o->book, &o->passphrase,
		   !o->named && o->home ? o->identities : NULL);
	if (!err)
		err = find_sender(o, diag);
	if (!err)
		err = input_open(o->in, &from, diag);
	if (!err && !o->dir)
		err = output_open(o->out, o->file_flags, OUTPUT_UNKNOWN, &to,
				  diag);
	if (!err)
		err = message_source(o->in, &from, &extracted, diag);
	if (!err)
		err = progress_source(extracted ? -1 : input_size(), &from,
				      diag);
	if (!err)
		err = deliver(o, &from, &to, diag);
	wax_source_free(from);
	wax_sink_free(to);
	if (err && o->made_dir)
		rmdir(o->dir);
	if (!err)
		tell(o);
	return err;
}

int main(int argc, char **argv)
{
	struct open o = {.limits = limits_default};
	struct wax_diag diag = {0};
	int first, err;

	program_start(&tool_open);
	program_version(program_engine);
	err = wax_identities_new(passphrase_ask, &o.passphrase, &o.identities,
				 &diag);
	if (!err)
		err = program_options(argc, argv, option, &o, &first, &diag);
	if (!err)
		err = program_operand(argc, argv, first, &o.in, &diag);
	if (!err)
		err = open_file(&o, &diag);
	wax_sessions_free(o.sessions);
	wax_contact_free(o.sender);
	book_release(&o.book);
	wax_identities_free(o.identities);
	passphrase_release(&o.passphrase);
	return program_end(err, &diag);
}
