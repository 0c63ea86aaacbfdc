/* SPDX-License-Identifier: ISC */
/*
 * Times in text.
 */
#include <assert.h>
#include <string.h>

#include "base/error.h"
#include "base/time.h"

/*
 * Days since 1970 to the first of a month (1 to 12), and back, by arithmetic:
 * what the C library says depends on the zone, which may count leap seconds.
 */
static int64_t days_to(int64_t year, int64_t month)
{
	/* Of years that begin in March, so that a leap day is the last. */
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = (month + 9) % 12;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 - 719468;
}

/* Writes a number with n digits, and what follows it. */
static char *put(char *at, int64_t value, int n, char end)
{
	for (int i = n; i--; value /= 10)
		at[i] = (char)('0' + value % 10);
	at[n] = end;
	return at + n + 1;
}

void wax_time_text(int64_t t, char out[WAX_TIME_TEXT_SIZE])
{
	int64_t days = t / 86400, s = t % 86400, year, month = 12;

	assert(t >= 0 && t <= WAX_TIME_MAX);
	year = 1970 + days / 365;
	while (days_to(year, 1) > days)
		year--;
	while (days_to(year, month) > days)
		month--;
	/* By hand, as a list of thousands takes several for each. */
	out = put(out, year, 4, '-');
	out = put(out, month, 2, '-');
	out = put(out, days - days_to(year, month) + 1, 2, 'T');
	out = put(out, s / 3600, 2, ':');
	out = put(out, s / 60 % 60, 2, ':');
	out = put(out, s % 60, 2, 'Z');
	*out = '\0';
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
	int year, month, day;
	int64_t t;

	if (len != WAX_TIME_TEXT_SIZE - 1)
		return false;
	year = number(text, 4);
	month = number(text + 5, 2);
	day = number(text + 8, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1)
		return false;
	t = (days_to(year, month) + day - 1) * 86400 +
	    number(text + 11, 2) * 3600 + number(text + 14, 2) * 60 +
	    number(text + 17, 2);
	if (t < 0 || t > WAX_TIME_MAX)
		return false;
	/* What is beyond its range is written otherwise. */
	wax_time_text(t, again);
	if (memcmp(text, again, len))
		return false;
	*out = t;
	return true;
}

int wax_time_check(int64_t now, int64_t first, int64_t last,
		   struct wax_diag *diag)
{
	return now >= first && now <= last
		       ? 0
		       : wax_diag_set(diag, WAX_ERR_USAGE,
				      "the clock is before 1970 or beyond "
				      "9999");
}
