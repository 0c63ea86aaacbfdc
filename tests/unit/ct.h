/* SPDX-License-Identifier: ISC */
/*
 * Constant time: a program runs itself again under valgrind with its secrets
 * marked as undefined, so that memcheck reports each branch and each index
 * that depends on them.
 *
 * What a caller is told in the end (valid or not, same or not) is public.
 */
#ifndef TESTS_UNIT_CT_H
#define TESTS_UNIT_CT_H

#include <stdbool.h>
#include <stddef.h>

/* Marks bytes as secret, and as public again. */
void ct_hide(void *data, size_t len);
void ct_reveal(void *data, size_t len);

/* A verdict, made public and looked at. */
void ct_look(bool verdict);

/* Reports nothing until the end of it; for what is not our own code. */
void ct_quiet_begin(void);
void ct_quiet_end(void);

/* How much was reported so far. */
unsigned long ct_reports(void);

struct ct_test {
	const char *name, *what;
	void (*run)(void);
	bool reported; /* a control, without which silence would mean nothing */
};

/* To be returned from main. Says why where it cannot be looked for. */
int ct_main(int argc, char **argv, const struct ct_test *tests, size_t n);

#endif
