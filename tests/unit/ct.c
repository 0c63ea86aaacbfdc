/* SPDX-License-Identifier: ISC */
/*
 * Looking for what depends on secrets.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ct.h"
#include "sanitized.h"
#include "tap.h"

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#define HAVE_MEMCHECK 1
#endif
#endif

#if defined(HAVE_MEMCHECK) && !defined(SANITIZED)

/* The header's macros convert as they please. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <valgrind/memcheck.h>

void ct_hide(void *data, size_t len)
{
	VALGRIND_MAKE_MEM_UNDEFINED(data, len);
}

void ct_reveal(void *data, size_t len)
{
	VALGRIND_MAKE_MEM_DEFINED(data, len);
}
void ct_quiet_begin(void)
{
	VALGRIND_DISABLE_ERROR_REPORTING;
}

void ct_quiet_end(void)
{
	VALGRIND_ENABLE_ERROR_REPORTING;
}

unsigned long ct_reports(void)
{
	return VALGRIND_COUNT_ERRORS;
}
#pragma GCC diagnostic pop

void ct_look(bool verdict)
{
	ct_reveal(&verdict, sizeof(verdict));
	if (!verdict)
		puts("no");
}

#define REPORTED 77

/* The exit status of this program under valgrind with one argument. */
static int under_valgrind(const char *name)
{
	char self[4096], code[32];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int status = -1;
	pid_t pid;

	if (n < 0)
		return -1;
	self[n] = '\0';
	snprintf(code, sizeof(code), "--error-exitcode=%d", REPORTED);
	pid = fork();
	if (!pid) {
		if (!freopen("/dev/null", "w", stdout) ||
		    !freopen("/dev/null", "w", stderr))
			_exit(126);
		execlp("valgrind", "valgrind", "-q", "--tool=memcheck",
		       "--undef-value-errors=yes", "--leak-check=no", code,
		       self, name, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int ct_main(int argc, char **argv, const struct ct_test *tests, size_t n)
{
	for (size_t i = 0; argc > 1 && i < n; i++) {
		if (strcmp(argv[1], tests[i].name) != 0)
			continue;
		tests[i].run();
		return 0;
	}
	if (argc > 1) /* valgrind works here, and finds nothing in this */
		return strcmp(argv[1], "nothing") != 0;
	if (under_valgrind("nothing") != 0) {
		tap_skip("secrets decide no branch and no index",
			 "valgrind does not run here");
		return tap_end();
	}
	for (size_t i = 0; i < n; i++)
		tap_is(under_valgrind(tests[i].name),
		       tests[i].reported ? REPORTED : 0, "%s%s", tests[i].what,
		       tests[i].reported ? ""
					 : ": no secret decides a branch "
					   "or an index");
	return tap_end();
}

#else

void ct_hide(void *data, size_t len)
{
	(void)data;
	(void)len;
}

void ct_reveal(void *data, size_t len)
{
	(void)data;
	(void)len;
}

void ct_look(bool verdict)
{
	(void)verdict;
}

void ct_quiet_begin(void)
{
}

void ct_quiet_end(void)
{
}

unsigned long ct_reports(void)
{
	return 0;
}

int ct_main(int argc, char **argv, const struct ct_test *tests, size_t n)
{
	(void)argc;
	(void)argv;
	(void)tests;
	(void)n;
	tap_skip("secrets decide no branch and no index",
		 "valgrind's header is missing, or a sanitizer is in the way");
	return tap_end();
}

#endif
