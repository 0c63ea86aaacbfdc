/* SPDX-License-Identifier: ISC */
/*
 * The words of an error: set where it happens, given context on its way up.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <wax.h>

#include "base/error.h"

static void WAX_PRINTF(2, 0)
	put(struct wax_diag *diag, const char *fmt, va_list args)
{
	/* Formatted aside, for an argument may be the old text. */
	char text[WAX_DIAG_TEXT];

	vsnprintf(text, sizeof(text), fmt, args);
	memcpy(diag->text, text, sizeof(text));
	diag->hint[0] = '\0';
}

int wax_diag_set(struct wax_diag *diag, int err, const char *fmt, ...)
{
	va_list args;

	if (!diag)
		return err;
	va_start(args, fmt);
	put(diag, fmt, args);
	va_end(args);
	return err;
}

int wax_diag_sys(struct wax_diag *diag, int errnum, const char *fmt, ...)
{
	va_list args;
	size_t len;

	if (!diag)
		return WAX_ERR_IO;
	va_start(args, fmt);
	put(diag, fmt, args);
	va_end(args);
	len = strlen(diag->text);
	snprintf(diag->text + len, sizeof(diag->text) - len, ": %s",
		 strerror(errnum));
	return WAX_ERR_IO;
}

void wax_diag_context(struct wax_diag *diag, const char *fmt, ...)
{
	char old[WAX_DIAG_TEXT];
	va_list args;
	size_t len;

	if (!diag)
		return;
	memcpy(old, diag->text, sizeof(old));
	va_start(args, fmt);
	vsnprintf(diag->text, sizeof(diag->text), fmt, args);
	va_end(args);
	len = strlen(diag->text);
	snprintf(diag->text + len, sizeof(diag->text) - len, ": %s", old);
}

void wax_diag_hint(struct wax_diag *diag, const char *fmt, ...)
{
	va_list args;

	if (!diag)
		return;
	va_start(args, fmt);
	vsnprintf(diag->hint, sizeof(diag->hint), fmt, args);
	va_end(args);
}

int wax_no_memory(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_IO, "out of memory");
}

const char *wax_version(void)
{
	return WAX_VERSION;
}
