/* SPDX-License-Identifier: ISC */
/*
 * What was in a sealed file and who it is from.
 */
#include "info.h"
#include "buffer.h"
#include "json.h"
#include "program.h"

static const char *kind(const struct wax_contents *c)
{
	if (c->archive)
		return "archive";
	return c->enveloped ? "data" : "bytes";
}

static void tell_lines(const struct wax_contents *c, const char *contact,
		       const char *trust)
{
	program_note("kind: %s", kind(c));
	if (*c->name)
		program_note("name: %s", c->name);
	program_note("sender: %s", *c->sender ? c->sender : "none");
	if (*c->peer)
		program_note("session: %s%s", c->peer, c->began ? ", new" : "");
	if (*contact)
		program_note("contact: %s", contact);
	if (*info_from(c))
		program_note("trust: %s", trust);
}

/* Each member is there, null where there is nothing to tell. */
static int print_json(const struct wax_contents *c, const char *contact,
		      const char *trust, struct wax_sink *to,
		      struct wax_diag *diag)
{
	int err = json_pair(to, "{", "kind", kind(c), diag);

	if (!err)
		err = json_pair(to, ",", "name", *c->name ? c->name : NULL,
				diag);
	if (!err)
		err = json_pair(to, ",", "sender",
				*c->sender ? c->sender : NULL, diag);
	if (!err)
		err = json_pair(to, ",", "session", *c->peer ? c->peer : NULL,
				diag);
	if (!err)
		err = program_print(to, diag, ",\"new_session\":%s",
				    c->began ? "true" : "false");
	if (!err)
		err = json_pair(to, ",", "contact", *contact ? contact : NULL,
				diag);
	if (!err)
		err = json_pair(to, ",", "trust", *info_from(c) ? trust : NULL,
				diag);
	return err ? err : program_print(to, diag, "}\n");
}

/* In one write, and no failure, as of all that goes to standard error. */
static void tell_json(const struct wax_contents *c, const char *contact,
		      const char *trust)
{
	struct wax_diag diag = {0};
	struct wax_sink *to = NULL;
	int err = wax_sink_fd(2, "standard error", &to, &diag);

	if (!err)
		err = buffer_sink(&to, &diag);
	if (!err)
		err = print_json(c, contact, trust, to, &diag);
	if (!err)
		wax_sink_finish(to, &diag);
	wax_sink_free(to);
}

void info_tell(const struct wax_contents *c, const char *contact,
	       const char *trust, bool json)
{
	if (json)
		tell_json(c, contact, trust);
	else
		tell_lines(c, contact, trust);
}
