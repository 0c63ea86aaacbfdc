/* SPDX-License-Identifier: ISC */
/*
 * The same attempts without walls, each in a process of its own: a line for
 * each, with what it came to. The argument is the folder.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/walls/attempts.h"

static void try_all(const struct attempt *a)
{
	for (; a->name; a++) {
		int status;
		pid_t pid = fork();

		if (!pid)
			_exit(a->attempt());
		if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
			printf("%s: ended by a signal\n", a->name);
		else if (WEXITSTATUS(status))
			printf("%s: %s%s\n", a->name,
			       a->hard ? "not here: " : "",
			       strerror(WEXITSTATUS(status)));
		else
			printf("%s: done\n", a->name);
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	walls_dir = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	if (walls_dir < 0)
		return 1;
	try_all(attempts_files);
	try_all(attempts_system);
	return 0;
}
