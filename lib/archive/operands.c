/* SPDX-License-Identifier: ISC */
/*
 * The names that the paths on a command line get.
 */
#include <stdlib.h>
#include <string.h>

#include "archive/path.h"
#include "base/error.h"

/* An order in which what is in a folder follows the folder. */
static int compare(const void *a, const void *b)
{
	const unsigned char *p = *(const unsigned char *const *)a;
	const unsigned char *q = *(const unsigned char *const *)b;

	while (*p && *p == *q) {
		p++;
		q++;
	}
	return (*p == '/' ? 1 : *p) - (*q == '/' ? 1 : *q);
}

static int twice(const char *name, struct wax_diag *diag)
{
	wax_diag_set(diag, WAX_ERR_USAGE, "'%.700s' would be packed twice",
		     name);
	wax_diag_hint(diag, "leave one path out, or pack them one by one");
	return WAX_ERR_USAGE;
}

/* No entry may be there twice. */
static int check_names(char *const *names, size_t n, struct wax_diag *diag)
{
	char **sorted = malloc(n * sizeof(*sorted));
	int err = 0;

	if (!sorted)
		return wax_no_memory(diag);
	memcpy(sorted, names, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare);
	for (size_t i = 1; i < n && !err; i++) {
		size_t len = strlen(sorted[i - 1]);

		if (!len || (!strncmp(sorted[i], sorted[i - 1], len) &&
			     (!sorted[i][len] || sorted[i][len] == '/')))
			err = twice(sorted[i], diag);
	}
	free(sorted);
	return err;
}

int wax_path_operands(char *const *paths, char **names, size_t n,
		      struct wax_diag *diag)
{
	char name[WAX_PATH_MAX + 1];

	for (size_t i = 0; i < n; i++) {
		const char *why = wax_path_operand(paths[i], name);

		if (why)
			return wax_diag_set(diag, WAX_ERR_USAGE, "'%.700s': %s",
					    paths[i], why);
		names[i] = strdup(name);
		if (!names[i])
			return wax_no_memory(diag);
	}
	return check_names(names, n, diag);
}
