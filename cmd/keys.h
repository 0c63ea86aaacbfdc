/* SPDX-License-Identifier: ISC */
/*
 * Identities, recipients and passphrases as the tools' options name them.
 */
#ifndef WAX_CMD_KEYS_H
#define WAX_CMD_KEYS_H

#include <stdbool.h>
#include <time.h>
#include <wax.h>

/*
 * Where passphrases come from: a file, a descriptor, or the terminal.
 * Initialise with {0}.
 */
struct passphrase {
	const char *file;	 /* --passphrase-file */
	int fd;			 /* --passphrase-fd; 0: none */
	struct wax_secret *kept; /* what was read there, once */
	bool asked;		 /* something needed one */
	bool nobody;		 /* to ask: a terminal is not used */
};

static inline bool passphrase_given(const struct passphrase *p)
{
	return p->file || p->fd;
}

/* Takes one of the two options; refuses a second one. */
int passphrase_option(struct passphrase *p, int id, const char *value,
		      struct wax_diag *diag);

/*
 * Gets a new passphrase, asked for twice on a terminal; or, as a
 * wax_passphrase_fn over a struct passphrase, an existing one.
 */
int passphrase_new(struct passphrase *p, struct wax_secret **out,
		   struct wax_diag *diag);
int passphrase_ask(void *passphrase, const char *name, struct wax_secret **out,
		   struct wax_diag *diag);

/* Refuses a passphrase that was given, and that nothing asked for. */
int passphrase_check_used(const struct passphrase *p, struct wax_diag *diag);

void passphrase_release(struct passphrase *p);

/* The path of name in the user's home, to be freed with free(). */
int home_path(const char *name, char **out, struct wax_diag *diag);

/* The home's files must not be the output; to be called before it is opened. */
void home_announce(void);

/* Reads an identity file into the list. */
int identities_add(struct wax_identities *list, const char *path,
		   struct wax_diag *diag);

/*
 * Reads the home's identity into the list; *found tells whether there is one.
 */
int identities_add_home(struct wax_identities *list, bool *found,
			struct wax_diag *diag);

/*
 * Whether the home has no identity, but what one has sealed, or a link that
 * leads to none.
 */
bool identities_lost(void);

/*
 * Says that the home has no identity to do what, where it was looked for, and
 * what to do, with other, which is one more way, or empty: WAX_ERR_NO_KEY.
 */
int identities_missing(const char *what, const char *other,
		       struct wax_diag *diag);

/* As identities_add_home(), where there must be one. */
int identities_need_home(struct wax_identities *list, const char *what,
			 const char *other, struct wax_diag *diag);

/* The other way for tools that have -i. */
#define OR_NAME_ONE "; -i FILE names one"

/*
 * Reads recipients into the list: those of a file, that of a card, or those of
 * all files in a folder. Warns of cards that have expired.
 */
int recipients_add_file(struct wax_recipients *list, const char *path,
			struct wax_diag *diag);

/* Whether WHO can be a sender: a name, or wax1...; else WAX_ERR_USAGE. */
int who_check_sender(const char *who, struct wax_diag *diag);

/* Whether a card has expired. */
static inline bool card_is_over(const struct wax_card *card)
{
	return wax_card_expires(card) < (int64_t)time(NULL);
}

/* Adds the recipient of a card, called name in the warning that it expired. */
int recipients_add_device(struct wax_recipients *list,
			  const struct wax_contact *contact, size_t i,
			  struct wax_diag *diag);

/* Adds a recipient given on the command line. */
int recipients_add_who(struct wax_recipients *list, const char *who,
		       struct wax_diag *diag);

#endif
