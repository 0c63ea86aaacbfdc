/* SPDX-License-Identifier: ISC */
/*
 * wax: the front, which runs the tool that its first argument names. The tools
 * are looked for beside it only, never in PATH.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "program.h"

static int run(char **argv, struct wax_diag *diag)
{
	char path[4096];

	for (size_t i = 0; tools[i]; i++) {
		const char *name = tools[i]->name;
		int err;

		if (strcmp(argv[0], name + 4) && strcmp(argv[0], name))
			continue;
		err = process_beside(name, path, sizeof(path), diag);
		if (err)
			return err;
		argv[0] = path;
		execv(path, argv);
		return process_missing(path, errno, diag);
	}
	wax_diag_set(diag, WAX_ERR_USAGE, "'%s' is not a tool", argv[0]);
	wax_diag_hint(diag, "wax --help lists them");
	return WAX_ERR_USAGE;
}

int main(int argc, char **argv)
{
	struct wax_diag diag = {0};
	int first, err;

	program_start(&tool_wax);
	if (argc > 1 && argv[1][0] != '-')
		return program_end(run(argv + 1, &diag), &diag);
	err = program_options(argc, argv, NULL, NULL, &first, &diag);
	if (!err && first < argc)
		return program_end(run(argv + first, &diag), &diag);
	if (!err) {
		err = wax_diag_set(&diag, WAX_ERR_USAGE, "no tool is named");
		wax_diag_hint(&diag, "wax --help lists them");
	}
	return program_end(err, &diag);
}
