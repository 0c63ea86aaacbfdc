/* SPDX-License-Identifier: ISC */
/*
 * Times in text.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/time.h"

void wax_time_text(int64_t t, char out[WAX_TIME_TEXT_SIZE])
{
	time_t seconds = (time_t)t;
	struct tm tm;

	assert(t >= 0 && t <= WAX_TIME_MAX);
	gmtime_r(&seconds, &tm);
	strftime(out, WAX_TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* The number at text, of n digits; -1 when they are none. */
static int number(const char *text, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

bool wax_time_parse(const char *text, size_t len, int64_t *out)
{
	char again[WAX_TIME_TEXT_SIZE];
	struct tm tm = {0};
	int64_t t;

	if (len != WAX_TIME_TEXT_SIZE - 1)
		return false;
	tm.tm_year = number(text, 4) - 1900;
	tm.tm_mon = number(text + 5, 2) - 1;
	tm.tm_mday = number(text + 8, 2);
	tm.tm_hour = number(text + 11, 2);
	tm.tm_min = number(text + 14, 2);
	tm.tm_sec = number(text + 17, 2);
	if (tm.tm_year < 70)
		return false;
	t = (int64_t)timegm(&tm);
	if (t < 0 || t > WAX_TIME_MAX)
		return false;
	/* What is out of its range, timegm() moves to another. */
	wax_time_text(t, again);
	if (memcmp(text, again, len))
		return false;
	*out = t;
	return true;
}
