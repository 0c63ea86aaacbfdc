/* SPDX-License-Identifier: ISC */
/*
 * Finding keys and passphrases.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "folder.h"
#include "keys.h"
#include "program.h"
#include "tools.h"

/* Parses a descriptor's number, which must be open, and not one of ours. */
static int parse_fd(const char *number, int *out, struct wax_diag *diag)
{
	char *end;
	long fd = strtol(number, &end, 10);
	int flags;

	if (*number < '0' || *number > '9' || *end || fd > 1000000)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "'%s' is not a descriptor's number",
				    number);
	if (fd < 3) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "descriptor %ld is not for passphrases", fd);
		wax_diag_hint(diag, "use --passphrase-fd 3 and 3<FILE");
		return WAX_ERR_USAGE;
	}
	/* What the tool itself opened is closed on exec, the user's is not. */
	flags = fcntl((int)fd, F_GETFD);
	if (flags < 0 || flags & FD_CLOEXEC)
		return wax_diag_set(diag, WAX_ERR_IO,
				    "descriptor %ld is not open", fd);
	*out = (int)fd;
	return 0;
}

int passphrase_option(struct passphrase *p, int id, const char *value,
		      struct wax_diag *diag)
{
	int err;

	if (passphrase_given(p))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "the passphrase is given twice");
	if (id == OPT_PASSPHRASE_FILE) {
		p->file = value;
		input_announce(value);
		return 0;
	}
	err = parse_fd(value, &p->fd, diag);
	if (!err)
		input_announce_fd(p->fd);
	return err;
}

static int too_long(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_USAGE,
			    "the passphrase is longer than %d bytes",
			    WAX_PASSPHRASE_MAX);
}

/* Takes the line's end off, and refuses what is not one line. */
static int trim(struct wax_secret *line, struct wax_diag *diag)
{
	const char *text = (char *)wax_secret_bytes(line);
	size_t len = wax_secret_size(line);

	len -= len && text[len - 1] == '\n' ? 1 : 0;
	len -= len && text[len - 1] == '\r' ? 1 : 0;
	if (memchr(text, '\n', len) || memchr(text, '\0', len))
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "the passphrase is not one line of text");
	if (!len || len > WAX_PASSPHRASE_MAX)
		return len ? too_long(diag)
			   : wax_diag_set(diag, WAX_ERR_USAGE,
					  "the passphrase is empty");
	wax_secret_shrink(line, len);
	return 0;
}

/* Reads the passphrase that an option names, the first time. */
static int keep(struct passphrase *p, struct wax_diag *diag)
{
	struct wax_source *source = NULL;
	int err;

	if (p->kept)
		return 0;
	if (p->file && input_is_stdin(p->file)) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "no passphrase is read from standard input");
		wax_diag_hint(diag, "--passphrase-fd 3 3<FILE reads one");
		return WAX_ERR_USAGE;
	}
	err = p->file ? input_open_key(p->file, &source, diag)
		      : wax_source_fd(p->fd, "the passphrase's descriptor",
				      &source, diag);
	if (!err)
		err = wax_secret_read(source, WAX_PASSPHRASE_MAX + 2, &p->kept,
				      diag);
	wax_source_free(source);
	if (err == WAX_ERR_FORMAT)
		return too_long(diag);
	return err ? err : trim(p->kept, diag);
}

static int copy_kept(struct passphrase *p, struct wax_secret **out,
		     struct wax_diag *diag)
{
	int err = keep(p, diag);

	if (!err)
		err = wax_secret_new(wax_secret_size(p->kept), out, diag);
	if (err)
		return err;
	memcpy(wax_secret_bytes(*out), wax_secret_bytes(p->kept),
	       wax_secret_size(p->kept));
	return 0;
}

static int ask_terminal(const char *prompt, struct wax_secret **out,
			struct wax_diag *diag)
{
	struct wax_secret *line;
	int err = wax_terminal_passphrase(prompt, &line, diag);

	if (err) {
		wax_diag_hint(diag, "--passphrase-file and --passphrase-fd "
				    "need no terminal");
		return err;
	}
	if (!wax_secret_size(line)) {
		wax_secret_free(line);
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "the passphrase is empty");
	}
	*out = line;
	return 0;
}

static bool same(struct wax_secret *a, struct wax_secret *b)
{
	size_t size = wax_secret_size(a);

	return size == wax_secret_size(b) &&
	       !memcmp(wax_secret_bytes(a), wax_secret_bytes(b), size);
}

int passphrase_new(struct passphrase *p, struct wax_secret **out,
		   struct wax_diag *diag)
{
	struct wax_secret *first, *again = NULL;
	int err;

	if (passphrase_given(p))
		return copy_kept(p, out, diag);
	err = ask_terminal("New passphrase: ", &first, diag);
	if (err)
		return err;
	err = ask_terminal("The same again: ", &again, diag);
	if (!err && !same(first, again))
		err = wax_diag_set(diag, WAX_ERR_USAGE,
				   "the two passphrases are not the same");
	wax_secret_free(again);
	if (err) {
		wax_secret_free(first);
		return err;
	}
	*out = first;
	return 0;
}

int passphrase_ask(void *ctx, const char *name, struct wax_secret **out,
		   struct wax_diag *diag)
{
	struct passphrase *p = ctx;
	char shown[4 * 64 + 1], prompt[sizeof(shown) + 32];

	p->asked = true;
	if (passphrase_given(p))
		return copy_kept(p, out, diag);
	if (p->nobody)
		return wax_diag_set(diag, WAX_ERR_NO_KEY,
				    "it is sealed with a passphrase, and this "
				    "does not ask for one");
	if (name) {
		wax_text_escape(name, shown, sizeof(shown));
		snprintf(prompt, sizeof(prompt), "Passphrase of '%s': ", shown);
	} else {
		snprintf(prompt, sizeof(prompt), "Passphrase: ");
	}
	return ask_terminal(prompt, out, diag);
}

int passphrase_check_used(const struct passphrase *p, struct wax_diag *diag)
{
	if (p->kept || !passphrase_given(p))
		return 0;
	wax_diag_set(diag, WAX_ERR_USAGE,
		     "nothing here needs the passphrase that is given");
	return WAX_ERR_USAGE;
}

void passphrase_release(struct passphrase *p)
{
	wax_secret_free(p->kept);
	p->kept = NULL;
}

int home_path(const char *name, char **out, struct wax_diag *diag)
{
	return wax_home_path(getenv("WAX_HOME"), getenv("XDG_DATA_HOME"),
			     getenv("HOME"), name, out, diag);
}

void home_announce(void)
{
	static const char *const files[] = {
		"identity",	"state.key",	 "prekeys",
		"prekeys.lock", "contacts.lock", "hellos",
	};
	static const char *const folders[] = {"contacts", "sessions"};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char *path;

		if (home_path(files[i], &path, NULL))
			continue;
		input_announce(path);
		free(path);
	}
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		char *path;

		if (home_path(folders[i], &path, NULL))
			continue;
		output_forbid(path);
		free(path);
	}
}

int identities_add(struct wax_identities *list, const char *path,
		   struct wax_diag *diag)
{
	struct wax_source *source;
	int err = input_open_key(path, &source, diag);

	if (err)
		return err;
	err = wax_identities_read(list, source, path, diag);
	if (err)
		input_context(path, diag);
	input_close(source);
	return err;
}

int identities_add_home(struct wax_identities *list, bool *found,
			struct wax_diag *diag)
{
	char *path;
	int err = home_path("identity", &path, diag);

	*found = false;
	if (err == WAX_ERR_USAGE)
		return 0; /* no home at all */
	if (err)
		return err;
	/* Where HOME is no folder, there is no identity either. */
	if (!access(path, F_OK) || (errno != ENOENT && errno != ENOTDIR)) {
		*found = true;
		err = identities_add(list, path, diag);
	}
	free(path);
	return err;
}

int identities_missing(const char *what, struct wax_diag *diag)
{
	wax_diag_set(diag, WAX_ERR_NO_KEY, "there is no identity to %s", what);
	wax_diag_hint(diag, "wax-keygen makes one%s",
		      strcmp(what, "sign with") ? "" : ", -i FILE names one");
	return WAX_ERR_NO_KEY;
}

int identities_need_home(struct wax_identities *list, const char *what,
			 struct wax_diag *diag)
{
	bool found;
	int err = identities_add_home(list, &found, diag);

	return err || found ? err : identities_missing(what, diag);
}

/* Says that a card has expired. What is sealed to it can be opened anyway. */
static void warn_expired(const struct wax_card *card, const char *name)
{
	char expires[WAX_TIME_TEXT_SIZE];

	if (!card || !card_is_over(card))
		return;
	wax_time_text(wax_card_expires(card), expires);
	program_say("warning: the card of '%s' expired on %.10s; ask for a new "
		    "one",
		    name, expires);
}

int recipients_add_device(struct wax_recipients *list,
			  const struct wax_contact *contact, size_t i,
			  struct wax_diag *diag)
{
	const char *recipient = wax_contact_recipient(contact, i);

	warn_expired(wax_contact_card(contact, i), wax_contact_name(contact));
	return wax_recipients_add(list, recipient, strlen(recipient), diag);
}

/* A file_fn. */
static int add_from(void *list, const char *path, struct wax_source *from,
		    struct wax_diag *diag)
{
	struct wax_card *card = NULL;
	int err = wax_recipients_read(list, from, &card, diag);

	if (err)
		input_context(path, diag);
	else if (card)
		warn_expired(card, wax_card_name(card));
	wax_card_free(card);
	return err;
}

/* A folder_fn. */
static int add_file(void *list, const char *path, struct wax_diag *diag)
{
	return file_use(path, add_from, list, diag);
}

int recipients_add_file(struct wax_recipients *list, const char *path,
			struct wax_diag *diag)
{
	struct wax_source *source;
	int err;

	if (folder_is(path))
		return folder_each(path, add_file, list, diag);
	err = input_open_key(path, &source, diag);
	if (err)
		return err;
	err = add_from(list, path, source, diag);
	input_close(source);
	return err;
}

int who_check_sender(const char *who, struct wax_diag *diag)
{
	if (wax_public_identity_is_valid(who) ||
	    !wax_contact_name_check(who, NULL))
		return 0;
	wax_diag_set(diag, WAX_ERR_USAGE,
		     "--from: '%.100s' is neither a contact's name nor an "
		     "identity, wax1...",
		     who);
	if (!strncmp(who, "age1", 4))
		wax_diag_hint(diag, "this is a recipient; 'wax-keygen -w' "
				    "prints the identity that belongs to one");
	else
		wax_diag_hint(diag, "an identity's owner gets it with "
				    "'wax-keygen -w'");
	return WAX_ERR_USAGE;
}

int recipients_add_who(struct wax_recipients *list, const char *who,
		       struct wax_diag *diag)
{
	int err = wax_recipients_add(list, who, strlen(who), diag);

	if (!err)
		return 0;
	if (!access(who, F_OK))
		wax_diag_hint(diag, "-R reads recipients from a file");
	else if (!strncmp(who, "wax1", 4))
		wax_diag_hint(diag, "this is an identity; its owner gets the "
				    "recipient with 'wax-keygen -y'");
	else if (diag && !strcmp(diag->text, "not a recipient"))
		wax_diag_hint(diag, "one begins with age1 or ssh-ed25519; "
				    "-R reads them from a file");
	wax_diag_context(diag, "-r");
	/* What is malformed in the command itself is a wrong usage. */
	return err == WAX_ERR_FORMAT ? WAX_ERR_USAGE : err;
}
