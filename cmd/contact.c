/* SPDX-License-Identifier: ISC */
/*
 * wax-contact: the address book.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buffer.h"
#include "contact.h"
#include "files.h"
#include "listing.h"
#include "program.h"

/* What is longer is no code, however much of it is space. */
#define CODE_MAX 1023

struct command {
	const char *name, *usage;
	unsigned options;
	int min, max; /* operands; with --all, see there */
	int (*run)(struct contact *c, char **words, int n,
		   struct wax_diag *diag);
};

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct contact *c = ctx;

	switch (id) {
	case OPT_ALL:
		c->given |= ALL;
		return 0;
	case OPT_DEVICE:
		c->given |= DEVICE;
		return 0;
	case OPT_CODE:
		c->given |= CODE;
		return program_set(&c->code, value, "--code", diag);
	case OPT_JSON:
		c->given |= JSON;
		return 0;
	case OPT_NAMES:
		c->given |= NAMES;
		c->passphrase.nobody = true;
		return 0;
	case 'o':
		c->given |= OUTPUT;
		return program_set(&c->out, value, "-o", diag);
	case 'f':
		c->file_flags |= WAX_FILE_REPLACE;
		return 0;
	case 'q':
		c->quiet = true;
		return 0;
	default:
		return passphrase_option(&c->passphrase, id, value, diag);
	}
}

/* A wax_contact_fn. */
static int list_one(void *ctx, const struct wax_contact *contact,
		    struct wax_diag *diag)
{
	struct contact *c = ctx;
	bool first = !c->seen++;
	int err;

	if (c->given & NAMES)
		return program_print(c->to, diag, "%s\n",
				     wax_contact_name(contact));
	if (c->given & JSON)
		err = program_print(c->to, diag, first ? "[" : ",\n ");
	else
		err = first ? listing_head(c->to, diag) : 0;
	if (err)
		return err;
	return c->given & JSON ? listing_json(contact, c->to, diag)
			       : listing_row(contact, c->to, diag);
}

static int list(struct contact *c, char **words, int n, struct wax_diag *diag)
{
	int err = wax_contacts_each(c->book.contacts, list_one, c, diag);

	(void)words;
	(void)n;
	if (!err && c->given & JSON)
		err = program_print(c->to, diag, c->seen ? "]\n" : "[]\n");
	/* With a damaged one, the others make a list too. */
	if (err == WAX_ERR_STATE && c->seen && c->given & JSON)
		program_print(c->to, NULL, "]\n");
	return err;
}

static int show(struct contact *c, char **words, int n, struct wax_diag *diag)
{
	struct wax_contact *contact = NULL;
	int err = book_find(&c->book, *words, &contact, diag);

	(void)n;
	if (!err)
		err = c->given & JSON ? listing_json(contact, c->to, diag)
				      : listing_whole(contact, c->to, diag);
	if (!err && c->given & JSON)
		err = program_print(c->to, diag, "\n");
	wax_contact_free(contact);
	return err;
}

/* The codes to be compared; with several devices, whose each is. */
static int print_codes(struct contact *c, const struct wax_contact *contact,
		       struct wax_diag *diag)
{
	size_t n = wax_contact_devices(contact);
	char code[WAX_CODE_SIZE];
	int err = 0;

	for (size_t i = 0; !err && i < n; i++) {
		const char *who = wax_contact_identity(contact, i);

		err = wax_contact_code(contact, i, c->book.own, code, diag);
		/* Of one's own devices, this one needs no code. */
		if (err == WAX_ERR_USAGE && n > 1) {
			err = 0;
			continue;
		}
		if (!err)
			err = program_print(c->to, diag, "%s%s%s\n", code,
					    n > 1 ? " " : "", n > 1 ? who : "");
	}
	return err;
}

/* The code that --code gives, or that is in the input. */
static int read_code(const char *given, char out[CODE_MAX + 1],
		     struct wax_diag *diag)
{
	struct wax_source *from = NULL;
	size_t len = 0, got = 1;
	int err = 0;

	if (strcmp(given, "-")) {
		strcpy(out, strlen(given) < CODE_MAX ? given : "?");
		return 0;
	}
	err = input_open(NULL, &from, diag);
	for (; !err && got && len < CODE_MAX; len += got)
		err = wax_source_read(from, out + len, CODE_MAX - len, &got,
				      diag);
	/* What a text cannot hold is no code. */
	for (size_t i = 0; i < len; i++)
		out[i] = out[i] && len < CODE_MAX ? out[i] : '?';
	wax_source_free(from);
	return err;
}

/* The contact is read anew: another process may have changed its devices. */
static void tell_verified(struct contact *c, const char *who, size_t device)
{
	struct wax_contact *contact = NULL;

	wax_contacts_find(c->book.contacts, who, &contact, NULL);
	if (contact && device < wax_contact_devices(contact))
		program_say("verified '%s': the code is that of %s",
			    wax_contact_name(contact),
			    wax_contact_identity(contact, device));
	else
		program_say("verified '%s'", who);
	wax_contact_free(contact);
}

/* Compares the code that is given, and says whose it is. */
static int check_code(struct contact *c, const char *who, struct wax_diag *diag)
{
	char code[CODE_MAX + 1] = "";
	size_t device = 0;
	int err = read_code(c->code, code, diag);

	if (!err)
		err = wax_contacts_verify(c->book.contacts, who, code,
					  c->book.own, (int64_t)time(NULL),
					  &device, diag);
	if (err == WAX_ERR_FORMAT && strcmp(c->code, "-")) {
		wax_diag_context(diag, "--code");
		err = WAX_ERR_USAGE;
	} else if (err == WAX_ERR_FORMAT) {
		input_context(NULL, diag);
	}
	if (!err && !c->quiet)
		tell_verified(c, who, device);
	return err;
}

static int verify(struct contact *c, char **words, int n, struct wax_diag *diag)
{
	struct wax_contact *contact = NULL;
	int err = book_find(&c->book, *words, &contact, diag);

	(void)n;
	if (!err)
		err = c->code ? check_code(c, *words, diag)
			      : print_codes(c, contact, diag);
	wax_contact_free(contact);
	return err;
}

static int rename_contact(struct contact *c, char **words, int n,
			  struct wax_diag *diag)
{
	struct wax_contact *contact = NULL;
	int err = book_find(&c->book, words[0], &contact, diag);

	(void)n;
	wax_contact_free(contact);
	if (!err)
		err = wax_contacts_rename(c->book.contacts, words[0], words[1],
					  diag);
	if (!err && !c->quiet)
		program_say("'%s' is now '%s'", words[0], words[1]);
	if (!err)
		contact_warn_alike(c, words[1]);
	return err;
}

static int rm(struct contact *c, char **words, int n, struct wax_diag *diag)
{
	int err = 0;

	/* All are known, or none is removed. */
	for (int i = 0; !err && i < n; i++) {
		struct wax_contact *contact = NULL;

		err = book_find(&c->book, words[i], &contact, diag);
		wax_contact_free(contact);
	}
	for (int i = 0; !err && i < n; i++) {
		err = wax_contacts_remove(c->book.contacts, words[i], diag);
		if (!err && !c->quiet)
			program_say("removed '%s'", words[i]);
	}
	return err;
}

/* A wax_contact_fn. */
static int export_one(void *ctx, const struct wax_contact *contact,
		      struct wax_diag *diag)
{
	struct contact *c = ctx;

	return listing_recipients(contact, c->to, diag);
}

static int export(struct contact *c, char **words, int n, struct wax_diag *diag)
{
	int err = 0;

	if (c->given & ALL)
		return wax_contacts_each(c->book.contacts, export_one, c, diag);
	for (int i = 0; !err && i < n; i++) {
		struct wax_contact *contact = NULL;

		err = book_find(&c->book, words[i], &contact, diag);
		if (!err)
			err = listing_recipients(contact, c->to, diag);
		wax_contact_free(contact);
	}
	return err;
}

static const struct command commands[] = {
	{"add",
	 "add [--device] NAME [CARD|wax1...], or add --all CARD|FOLDER ...",
	 ALL | DEVICE, 1, 2, contact_add},
	{"list", "list [--json|--names]", JSON | OUTPUT | NAMES, 0, 0, list},
	{"show", "show [--json] WHO", JSON | OUTPUT, 1, 1, show},
	{"verify", "verify WHO [--code CODE|-]", CODE | OUTPUT, 1, 1, verify},
	{"rename", "rename WHO NAME", 0, 2, 2, rename_contact},
	{"rm", "rm WHO ...", 0, 1, INT_MAX, rm},
	{"export", "export WHO ..., or export --all", ALL | OUTPUT, 1, INT_MAX,
	 export},
};

#define N_COMMANDS (sizeof(commands) / sizeof(*commands))

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* Whether the options and the number of operands are for this command. */
static int check(const struct contact *c, const struct command *command, int n,
		 struct wax_diag *diag)
{
	bool all = c->given & ALL, adds = command->run == contact_add;
	int min = command->min, max = command->max;
	/* What compares a code prints nothing. */
	unsigned odd = c->given & ~command->options;

	if (c->given & CODE)
		odd |= c->given & OUTPUT;
	if (c->given & NAMES)
		odd |= c->given & JSON;
	/* Whose device it is must not be for the card to say. */
	if (all)
		odd |= c->given & DEVICE;
	if (all) {
		min = adds ? 1 : 0;
		max = adds ? INT_MAX : 0;
	}
	if (odd || n < min || n > max) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     odd       ? "an option that is not for '%s'"
			     : n < min ? "too few arguments for '%s'"
				       : "too many arguments for '%s'",
			     command->name);
		wax_diag_hint(diag, "it is: wax-contact %s", command->usage);
		return WAX_ERR_USAGE;
	}
	return 0;
}

/* Runs a command between opening the output and committing it. */
static int run(struct contact *c, const struct command *command, char **words,
	       int n, struct wax_diag *diag)
{
	bool prints = command->options & OUTPUT && !c->code;
	int err = 0;

	home_announce();
	if (prints)
		err = output_open(c->out, c->file_flags, OUTPUT_TEXT, &c->to,
				  diag);
	if (!err && prints)
		err = buffer_sink(&c->to, diag);
	if (!err)
		err = book_open(&c->book, diag);
	if (!err)
		err = wax_identities_unlock(c->book.own, &(size_t){0}, diag);
	if (!err)
		err = passphrase_check_used(&c->passphrase, diag);
	if (!err)
		err = command->run(c, words, n, diag);
	if (!err && prints)
		err = wax_sink_finish(c->to, diag);
	/* Who is left beside a damaged contact is told, but makes no file. */
	else if (err == WAX_ERR_STATE && prints && output_is_stdout(c->out))
		wax_sink_finish(c->to, NULL);
	wax_sink_free(c->to);
	return err;
}

static int dispatch(struct contact *c, char **words, int n,
		    struct wax_diag *diag)
{
	const struct command *command = n ? find_command(*words) : NULL;
	int err;

	if (!command) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     n ? "'%s' is no command" : "no command",
			     n ? *words : "");
		wax_diag_hint(diag, "commands are add, list, show, verify, "
				    "rename, rm and export");
		return WAX_ERR_USAGE;
	}
	err = check(c, command, n - 1, diag);
	return err ? err : run(c, command, words + 1, n - 1, diag);
}

int main(int argc, char **argv)
{
	struct contact c = {0};
	struct wax_diag diag = {0};
	int first, err;

	program_start(&tool_contact);
	book_begin(&c.book, &c.passphrase, NULL);
	err = program_options(argc, argv, option, &c, &first, &diag);
	if (!err)
		err = dispatch(&c, argv + first, argc - first, &diag);
	wax_sessions_free(c.sessions);
	book_release(&c.book);
	passphrase_release(&c.passphrase);
	return program_end(err, &diag);
}
