/* SPDX-License-Identifier: ISC */
/*
 * Runs a fuzz target over its corpus: the arguments are files, and folders of
 * files. Prints TAP; a corpus that is missing or empty is a failure.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

static unsigned inputs, bad;

static void run_file(const char *path, size_t size)
{
	/* Exactly as much, so that reading beyond is noticed. */
	uint8_t *data = malloc(size ? size : 1);
	FILE *f = fopen(path, "rb");

	if (!data || !f || fread(data, 1, size, f) != size) {
		printf("# cannot read '%s'\n", path);
		bad++;
	} else {
		/* Said first, for a target that finds something ends here. */
		fprintf(stderr, "# %s\n", path);
		LLVMFuzzerTestOneInput(data, size);
		inputs++;
	}
	if (f)
		fclose(f);
	free(data);
}

static void run(const char *path);

static void run_folder(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char name[4096];

		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		run(name);
	}
	if (d)
		closedir(d);
}

static void run(const char *path)
{
	struct stat st;

	if (stat(path, &st)) {
		printf("# '%s' is missing\n", path);
		bad++;
	} else if (S_ISDIR(st.st_mode)) {
		run_folder(path);
	} else {
		run_file(path, (size_t)st.st_size);
	}
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	bool ok;

	for (int i = 1; i < argc; i++)
		run(argv[i]);
	ok = inputs && !bad;
	printf("%sok 1 - %s: %u inputs\n1..1\n", ok ? "" : "not ",
	       name ? name + 1 : argv[0], inputs);
	return ok ? 0 : 1;
}
