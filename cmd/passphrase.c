/* SPDX-License-Identifier: ISC */
/*
 * Passphrases: from a file, a descriptor or the terminal.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
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
