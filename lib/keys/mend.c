/* SPDX-License-Identifier: ISC */
/*
 * What to do about files of the state that cannot be read.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "keys/state.h"

static const struct {
	const char *name; /* how it begins */
	const char *hint;
} all[] = {
	{WAX_STATE_KEY,
	 "put it back from a backup, with the identity that it belongs to; "
	 "without one, contacts and sessions are lost: move all in the home "
	 "but the identity away"},
	/* Old copies would bring back what was destroyed, and replays. */
	{"prekeys", "move it away and give out a new card"},
	{"hellos", "move it and 'prekeys' away and give out a new card"},
	{"contacts/", "a contact whose file is moved away can be added anew"},
	{"sessions/", "move it away: then these sessions begin anew"},
};

int wax_state_mend(const char *name, int err, struct wax_diag *diag)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (err == WAX_ERR_STATE && diag && !*diag->hint &&
		    !strncmp(name, all[i].name, strlen(all[i].name)))
			wax_diag_hint(diag, "%s", all[i].hint);
	return err;
}

int wax_state_no_key(const char *path, struct wax_diag *diag)
{
	int err = wax_sealed_bad(path, "its key, " WAX_STATE_KEY ", is missing",
				 diag);

	return wax_state_mend(WAX_STATE_KEY, err, diag);
}

int wax_state_name(const struct wax_state *state, const char *name, int err,
		   struct wax_diag *diag)
{
	char *path;

	if (!wax_state_path(wax_state_home(state), name, &path, NULL)) {
		wax_diag_context(diag, "'%s'", path);
		free(path);
	}
	return wax_state_mend(name, err, diag);
}
