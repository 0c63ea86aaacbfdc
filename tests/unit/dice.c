/* SPDX-License-Identifier: ISC */
/*
 * Random numbers from a seed, by splitmix64: one stream for the test, another
 * for what is drawn in the library.
 */
#include <sodium.h>

#include "dice.h"

static uint64_t own, drawn;

static uint64_t roll(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static const char *name(void)
{
	return "dice";
}

static uint32_t one(void)
{
	return (uint32_t)roll(&drawn);
}

static void many(void *const out, const size_t len)
{
	uint8_t *p = out;

	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)roll(&drawn);
}

void dice_seed(uint64_t seed)
{
	static struct randombytes_implementation dice = {
		.implementation_name = name, .random = one, .buf = many};

	own = seed;
	drawn = ~seed;
	randombytes_set_implementation(&dice);
}

unsigned dice_below(unsigned n)
{
	return (unsigned)(roll(&own) >> 33) % n;
}
