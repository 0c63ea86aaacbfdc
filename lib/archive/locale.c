/* SPDX-License-Identifier: ISC */
/*
 * The character set of names.
 */
#include <iconv.h>
#include <locale.h>

#include "archive/archive.h"

void wax_archive_init(void)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	iconv_t c;

	if (utf8)
		uselocale(utf8);
	/* The first one reads what the later ones need. */
	c = iconv_open("UTF-8", "UTF-8");
	if (c != (iconv_t)-1)
		iconv_close(c);
}
