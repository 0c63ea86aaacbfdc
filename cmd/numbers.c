/* SPDX-License-Identifier: ISC */
/*
 * Numbers on a command line.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "numbers.h"
#include "tools.h"

const struct limits limits_default = {
	.entries = 1000000, .size = UINT64_C(1) << 40, .ratio = 1000};

int number_parse(const char *text, bool units, uint64_t max, const char *option,
		 uint64_t *out, struct wax_diag *diag)
{
	static const char letters[] = "KMGTkmgt";
	unsigned shift = 0;
	uint64_t n = 0;
	const char *p = text, *unit;
	bool fits = true;

	for (; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		fits = fits && n <= (UINT64_MAX - digit) / 10;
		n = n * 10 + digit;
	}
	if (p > text && units && *p && (unit = strchr(letters, *p))) {
		shift = 10 * (unsigned)((unit - letters) % 4 + 1);
		p++;
	}
	if (p == text || *p)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "'%s' is no number for %s%s", text, option,
				    units ? ", as 512M or 10G" : "");
	if (!fits || n > max >> shift)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "'%s' is too large for %s", text, option);
	*out = n << shift;
	return 0;
}

int number_descriptor(const char *text, const char *option, int *out,
		      struct wax_diag *diag)
{
	uint64_t n;
	int err = number_parse(text, false, INT_MAX, option, &n, diag);

	if (err)
		return err;
	if (fcntl((int)n, F_GETFD) < 0)
		return wax_diag_sys(diag, errno, "%s %s", option, text);
	*out = (int)n;
	return 0;
}

int level_parse(const char *text, uint64_t *out, struct wax_diag *diag)
{
	int err = 0;

	*out = WAX_LEVEL_DEFAULT;
	if (text)
		err = number_parse(text, false, UINT64_MAX, "-z", out, diag);
	if (!err && (!*out || *out > WAX_LEVEL_MAX))
		err = wax_diag_set(diag, WAX_ERR_USAGE,
				   "the levels of -z are 1 to %d",
				   WAX_LEVEL_MAX);
	if (err)
		wax_diag_hint(diag, "as in -z19; files stand apart from it");
	return err;
}

int threads_wanted(unsigned *out, struct wax_diag *diag)
{
	const char *text = getenv("WAX_THREADS");
	uint64_t n = 0;
	int err = text && *text ? number_parse(text, false, UINT_MAX,
					       "WAX_THREADS", &n, diag)
				: 0;

	if (!err)
		*out = (unsigned)n;
	return err;
}

int limits_option(struct limits *l, int id, const char *value,
		  struct wax_diag *diag)
{
	switch (id) {
	case OPT_MAX_ENTRIES:
		return number_parse(value, false, UINT64_MAX, "--max-entries",
				    &l->entries, diag);
	case OPT_MAX_SIZE:
		return number_parse(value, true, UINT64_MAX, "--max-size",
				    &l->size, diag);
	default:
		return number_parse(value, false, UINT_MAX, "--max-ratio",
				    &l->ratio, diag);
	}
}
