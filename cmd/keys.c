/* SPDX-License-Identifier: ISC */
/*
 * Finding keys.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "folder.h"
#include "keys.h"
#include "program.h"

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
		if (err == WAX_ERR_FORMAT && !*diag->hint)
			wax_diag_hint(diag, "put it back from a backup");
	}
	free(path);
	return err;
}

/* Whether there is something of that name in the home, if only a link. */
static bool is_in_home(const char *name)
{
	struct stat st;
	char *path;
	bool there;

	if (home_path(name, &path, NULL))
		return false;
	there = !lstat(path, &st);
	free(path);
	return there;
}

bool identities_lost(void)
{
	return is_in_home("identity") || is_in_home("state.key") ||
	       is_in_home("contacts") || is_in_home("sessions");
}

int identities_missing(const char *what, const char *other,
		       struct wax_diag *diag)
{
	char *path;
	bool linked;
	int err = home_path("identity", &path, diag);

	if (err == WAX_ERR_USAGE) {
		wax_diag_set(diag, WAX_ERR_NO_KEY,
			     "there is no identity to %s, and no home: neither "
			     "WAX_HOME nor HOME is set",
			     what);
		wax_diag_hint(diag, "set one of them%s", other);
		return WAX_ERR_NO_KEY;
	}
	if (err)
		return err;
	linked = is_in_home("identity");
	wax_diag_set(diag, WAX_ERR_NO_KEY,
		     "there is no identity to %s: '%s' %s", what, path,
		     linked ? "leads nowhere" : "is missing");
	wax_diag_hint(diag, "%s; WAX_HOME names another home%s",
		      linked ? "mount or restore what it leads to"
		      : identities_lost()
			      ? "put it back from a backup, for what it opens "
				"is there still"
			      : "wax-keygen makes one",
		      other);
	free(path);
	return WAX_ERR_NO_KEY;
}

int identities_need_home(struct wax_identities *list, const char *what,
			 const char *other, struct wax_diag *diag)
{
	bool found;
	int err = identities_add_home(list, &found, diag);

	return err || found ? err : identities_missing(what, other, diag);
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
