/* SPDX-License-Identifier: ISC */
/*
 * JSON (RFC 8259).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "program.h"

/* Writes a string's characters; what is UTF-8 stays as it is. */
static int print_text(struct wax_sink *to, const char *text,
		      struct wax_diag *diag)
{
	char out[512];
	size_t len = 0;
	int err = 0;

	for (; !err && *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			len += (size_t)sprintf(out + len, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			len += (size_t)sprintf(out + len, "\\%c", c);
		else
			out[len++] = (char)c;
		if (len > sizeof(out) - 8) {
			err = wax_sink_write(to, out, len, diag);
			len = 0;
		}
	}
	return err || !len ? err : wax_sink_write(to, out, len, diag);
}

int json_pair(struct wax_sink *to, const char *before, const char *key,
	      const char *value, struct wax_diag *diag)
{
	int err = program_print(to, diag, "%s\"%s\":%s", before, key,
				value ? "\"" : "null");

	if (err || !value)
		return err;
	err = print_text(to, value, diag);
	return err ? err : wax_sink_write(to, "\"", 1, diag);
}

int json_time(struct wax_sink *to, const char *before, const char *key,
	      int64_t t, struct wax_diag *diag)
{
	char text[WAX_TIME_TEXT_SIZE];

	if (t)
		wax_time_text(t, text);
	return json_pair(to, before, key, t ? text : NULL, diag);
}
