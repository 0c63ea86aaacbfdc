/* SPDX-License-Identifier: ISC */
/*
 * Times in text: each second has one text, and no other text is a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "tap.h"

#define DAY 86400
#define GOOD "2026-11-23T10:20:30Z"

static const struct {
	int64_t t;
	const char *text;
} known[] = {
	{0, "1970-01-01T00:00:00Z"},
	{951782400, "2000-02-29T00:00:00Z"},
	{951868799, "2000-02-29T23:59:59Z"},
	{951868800, "2000-03-01T00:00:00Z"},
	{2147483647, "2038-01-19T03:14:07Z"},
	{2147483648, "2038-01-19T03:14:08Z"},
	{4107542399, "2100-02-28T23:59:59Z"},
	{4107542400, "2100-03-01T00:00:00Z"},
	{1795429230, GOOD},
	{WAX_TIME_MAX, "9999-12-31T23:59:59Z"},
};

static void known_times(void)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		char text[WAX_TIME_TEXT_SIZE];
		int64_t t = -1;

		wax_time_text(known[i].t, text);
		tap_text(text, known[i].text, "the text of %lld",
			 (long long)known[i].t);
		tap_ok(wax_time_parse(known[i].text, strlen(text), &t),
		       "it is read");
		tap_is(t, known[i].t, "and is that time");
	}
}

/* One time of the day, both ways; counts what is wrong. */
static unsigned try_day(int year, int month, int day, int64_t days)
{
	int64_t second = days * 7919 % DAY, got = -1;
	char text[WAX_TIME_TEXT_SIZE], want[64];

	snprintf(want, sizeof(want), "%04d-%02d-%02dT%02d:%02d:%02dZ", year,
		 month, day, (int)(second / 3600), (int)(second / 60 % 60),
		 (int)(second % 60));
	wax_time_text(days * DAY + second, text);
	return strcmp(text, want) ||
	       !wax_time_parse(want, strlen(want), &got) ||
	       got != days * DAY + second;
}

/* Days counted one by one, all of 150 years and some of the others. */
static void calendar(void)
{
	static const int length[] = {31, 28, 31, 30, 31, 30,
				     31, 31, 30, 31, 30, 31};
	int64_t days = 0;
	unsigned wrong = 0, tried = 0;

	for (int year = 1970; year <= 9999; year++) {
		bool leap = (year % 4 == 0 && year % 100) || year % 400 == 0;
		bool all = year < 2120 || year % 400 == 0 || year > 9995;

		for (int month = 1; month <= 12; month++) {
			int n = length[month - 1] + (month == 2 && leap);

			for (int day = 1; day <= n; day++, days++) {
				if (!all && day > 1 && day < 28)
					continue;
				wrong += try_day(year, month, day, days);
				tried++;
			}
		}
	}
	tap_is(wrong, 0, "%u days have their text", tried);
	tap_is(days * DAY - 1, WAX_TIME_MAX, "and these are all");
}

static const char *const bad[] = {
	"",
	"2026",
	"2026-11-23",
	"2026-11-23T10:20:30",
	"2026-11-23T10:20:30z",
	"2026-11-23t10:20:30Z",
	"2026-11-23 10:20:30Z",
	"2026-11-23T10:20:30ZZ",
	" 2026-11-23T10:20:30Z",
	"2026-11-23T10:20:30Z ",
	" 026-11-23T10:20:30Z",
	"+026-11-23T10:20:30Z",
	"2026-11-23T10:20:3.Z",
	"2026-11-23T10:20:30.0Z",
	"2026-11-23T10:20:30+00:00",
	"2026-11-23T10:20:30-00:00",
	"2026-11-23T10:20:3+0Z",
	"2026-1-23T10:20:300Z",
	"2026-00-23T10:20:30Z",
	"2026-13-23T10:20:30Z",
	"2026-11-00T10:20:30Z",
	"2026-11-31T10:20:30Z",
	"2026-02-29T10:20:30Z",
	"2100-02-29T10:20:30Z",
	"2024-02-30T10:20:30Z",
	"2026-04-31T10:20:30Z",
	"2026-11-23T24:00:00Z",
	"2026-11-23T10:60:30Z",
	"2026-11-23T10:20:60Z",
	"2016-12-31T23:59:60Z", /* a leap second that there was */
	"1969-12-31T23:59:59Z",
	"1970-01-01T00:00:-1Z",
	"1970-01-00T24:00:00Z",
	"0000-00-00T00:00:00Z",
	"9999-12-31T23:59:60Z",
	"9999-12-31T24:00:00Z",
	"10000-01-01T00:00:0Z",
	"10000-01-01T00:00:00Z",
	"-001-01-01T00:00:00Z",
	"2026-11-23T10:20:30Z\n",
	"2026/11/23T10:20:30Z",
	"2026-11-23T10.20.30Z",
	"\xd9\xa2\xd9\xa0-11-23T10:20:30Z", /* digits of Arabic */
};

static void malformed(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int64_t t = 42;

		tap_ok(!wax_time_parse(bad[i], strlen(bad[i]), &t) && t == 42,
		       "not a time: '%s'", bad[i]);
	}
	tap_ok(wax_time_parse("2024-02-29T10:20:30Z", 20, &(int64_t){0}),
	       "a leap day is one");
	tap_ok(wax_time_parse("2026-11-23T10:20:30Zxyz", 20, &(int64_t){0}),
	       "only as much as is given is read");
}

/* What is read is what would be written, whatever the byte is. */
static void every_byte(void)
{
	unsigned wrong = 0, taken = 0;

	for (size_t i = 0; i < strlen(GOOD); i++)
		for (unsigned b = 0; b < 256; b++) {
			char text[] = GOOD, again[WAX_TIME_TEXT_SIZE];
			int64_t t;

			text[i] = (char)b;
			if (!wax_time_parse(text, strlen(GOOD), &t))
				continue;
			taken++;
			wax_time_text(t, again);
			wrong += memcmp(text, again, sizeof(text)) != 0;
		}
	tap_is(wrong, 0, "one text a time");
	/*
	 * 8 + 10 + 10 + 10 of the year (1026 is too early, and 0026), 2 + 3
	 * of the month (11 and 01; 10, 11, 12), 3 + 10 of the day, 3 + 10 of
	 * the hour, 6 + 10 twice, and the six that stand between.
	 */
	tap_is(taken, 8 + 30 + 2 + 3 + 3 + 10 + 3 + 10 + 2 * 16 + 6,
	       "as many as there are");
}

/* Wherever this runs. */
static void zones(void)
{
	static const char *const zone[] = {"America/New_York", "XXX-14",
					   "right/UTC", "EST5EDT"};

	for (size_t i = 0; i < sizeof(zone) / sizeof(*zone); i++) {
		char text[WAX_TIME_TEXT_SIZE];
		int64_t t = 0;

		setenv("TZ", zone[i], 1);
		tzset();
		wax_time_text(1795429230, text);
		tap_text(text, GOOD, "in the zone %s", zone[i]);
		tap_ok(wax_time_parse(GOOD, strlen(GOOD), &t) &&
			       t == 1795429230,
		       "and back");
	}
}

static void clocks(void)
{
	struct wax_diag diag = {0};

	tap_ok(!wax_time_check(5, 5, 5, &diag), "a clock within its bounds");
	tap_err(wax_time_check(4, 5, 9, &diag), WAX_ERR_USAGE, &diag,
		"a clock before them");
	tap_err(wax_time_check(10, 5, 9, &diag), WAX_ERR_USAGE, &diag,
		"a clock behind them");
}

int main(void)
{
	clocks();
	known_times();
	calendar();
	malformed();
	every_byte();
	zones();
	return tap_end();
}
