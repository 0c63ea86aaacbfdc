/* SPDX-License-Identifier: ISC */
/*
 * Random numbers that are the same every time: those that the library draws
 * come from a seed as well.
 */
#ifndef TESTS_UNIT_DICE_H
#define TESTS_UNIT_DICE_H

#include <stdint.h>

/* Before anything else; a test without it has the system's. */
void dice_seed(uint64_t seed);

/* A number below n, for the test itself. */
unsigned dice_below(unsigned n);

#endif
