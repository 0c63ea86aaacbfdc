/* SPDX-License-Identifier: ISC */
/*
 * pair [-1] [-b BEFORE] RUNS INPUT COMMAND // COMMAND // ...
 *
 * Times whole processes against each other: runs the commands in turn, RUNS
 * times each, with INPUT as standard input and nowhere as standard output, so
 * that whatever else the machine does meanwhile falls on all of them alike.
 * Prints a line for each: the median of its wall time and of its time on the
 * processor, in microseconds; the median of wall time over the first command's
 * in the same round, in thousandths; and the largest memory that was resident
 * at once in KiB, of it and of what it started. A command that failed is not
 * tried again, and its line is "failed" and its wait status. ROUND in the
 * environment is the number of the round, from 0, which fills the caches, to
 * RUNS. BEFORE is a shell's command, run before each of these and not timed. -1
 * leaves out round 0, where a command takes so long that it fills them itself.
 *
 * This program is small because exec counts its memory for its children's.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 8
#define RUNS_MAX 10000

struct command {
	char **argv;
	long long *wall, *cpu, *ratio; /* of each round */
	long memory;
	int failed; /* the wait status */
};

static long long microseconds(struct timeval t)
{
	return (long long)t.tv_sec * 1000000 + t.tv_usec;
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int run(struct command *c, const char *input, const char *before,
	       int round)
{
	posix_spawn_file_actions_t files;
	struct rusage use;
	long long start;
	int status, err;
	pid_t pid;

	if (before && system(before)) {
		fprintf(stderr, "pair: failed: %s\n", before);
		return -1;
	}
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	start = now();
	err = posix_spawnp(&pid, c->argv[0], &files, NULL, c->argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (err) {
		fprintf(stderr, "pair: %s: %s\n", c->argv[0], strerror(err));
		return -1;
	}
	while (wait4(pid, &status, 0, &use) < 0)
		if (errno != EINTR)
			return -1;
	c->failed = status;
	if (round < 0)
		return 0;
	c->wall[round] = now() - start;
	c->cpu[round] = microseconds(use.ru_utime);
	c->cpu[round] += microseconds(use.ru_stime);
	if (use.ru_maxrss > c->memory)
		c->memory = use.ru_maxrss;
	return 0;
}

/* The first command, when it fails, is no measure for the others. */
static void compare_to_first(struct command *commands, int n, int round)
{
	long long base = commands[0].failed ? 0 : commands[0].wall[round];

	for (int i = 0; base && i < n; i++)
		commands[i].ratio[round] =
			commands[i].wall[round] * 1000 / base;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static long long median(long long *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), compare);
	return (values[n / 2] + values[(n - 1) / 2]) / 2;
}

static void print(struct command *c, int runs)
{
	if (c->failed)
		printf("failed %d\n", c->failed);
	else
		printf("%lld %lld %lld %ld\n", median(c->wall, runs) / 1000,
		       median(c->cpu, runs), median(c->ratio, runs), c->memory);
}

/* Cuts argv into commands; returns how many, 0 when that cannot be. */
static int split(char **argv, struct command *commands, int runs)
{
	int n = 0;

	while (*argv && n < COMMANDS_MAX) {
		struct command *c = &commands[n++];

		c->argv = argv;
		c->wall = calloc((size_t)runs * 3, sizeof(*c->wall));
		if (!c->wall)
			return 0;
		c->cpu = c->wall + runs;
		c->ratio = c->cpu + runs;
		while (*argv && strcmp(*argv, "//"))
			argv++;
		if (c->argv == argv)
			return 0;
		if (*argv)
			*argv++ = NULL;
	}
	return *argv ? 0 : n;
}

/* Runs all of them in turn; 1 when one cannot be started. */
static int run_all(struct command *commands, int n, const char *input,
		   const char *before, int first, int runs)
{
	for (int round = first; round < runs; round++) {
		char number[16];

		snprintf(number, sizeof(number), "%d", round + 1);
		setenv("ROUND", number, 1);
		for (int i = 0; i < n; i++)
			if (!commands[i].failed &&
			    run(&commands[i], input, before, round))
				return 1;
		if (round >= 0)
			compare_to_first(commands, n, round);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct command commands[COMMANDS_MAX] = {0};
	const char *before = NULL;
	int first = -1, runs, n, option;

	while ((option = getopt(argc, argv, "+1b:")) != -1) {
		if (option == '1')
			first = 0;
		else
			before = optarg;
	}
	argv += optind;
	argc -= optind;
	runs = argc > 2 ? atoi(argv[0]) : 0;
	n = runs > 0 && runs <= RUNS_MAX ? split(argv + 2, commands, runs) : 0;
	if (!n) {
		fputs("usage: pair [-1] [-b BEFORE] RUNS INPUT "
		      "COMMAND // COMMAND ...\n",
		      stderr);
		return 2;
	}
	if (run_all(commands, n, argv[1], before, first, runs))
		return 1;
	for (int i = 0; i < n; i++) {
		print(&commands[i], runs);
		free(commands[i].wall);
	}
	return 0;
}
