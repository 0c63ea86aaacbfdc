/* SPDX-License-Identifier: ISC */
/*
 * gen-completions: the completion of a shell, made of the tools' tables. It is
 * run when the tables change, not installed.
 *
 * What a shell needs besides the tables is written out as plain text; each
 * shell has its printer of options, and its way of quoting.
 */
#include "completions.h"

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = {
		{"bash", bash_print}, {"zsh", zsh_print}, {"fish", fish_print}};

	for (size_t i = 0; argc == 2 && i < 3; i++) {
		if (strcmp(argv[1], shells[i].name) != 0)
			continue;
		shells[i].print();
		if (fflush(stdout) || ferror(stdout)) {
			perror("gen-completions");
			return 7;
		}
		return 0;
	}
	fputs("usage: gen-completions bash|zsh|fish\n", stderr);
	return 2;
}
