/* SPDX-License-Identifier: ISC */
/*
 * The character set of names.
 */
#include <iconv.h>
#include <locale.h>

#include "archive/archive.h"

int wax_archive_init(struct wax_diag *diag)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	iconv_t c;

	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "en_US.UTF-8", (locale_t)0);
	if (!utf8)
		return wax_diag_set(diag, WAX_ERR_IO,
				    "there is no locale C.UTF-8 here, and no "
				    "other with UTF-8");
	uselocale(utf8);
	/* The first one reads gconv's files, which the walls hide. */
	c = iconv_open("UTF-8", "UTF-8");
	if (c != (iconv_t)-1)
		iconv_close(c);
	return 0;
}
