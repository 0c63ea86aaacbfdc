/* SPDX-License-Identifier: ISC */
/*
 * JSON: every byte that a string can have, and strings about as long as the
 * room that json.c puts them together in.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <wax/stream.h>

#include "cmd/json.h"
#include "tap.h"

static char got[65536];

/* What json_pair() writes of the value, in got. */
static size_t pair(const char *before, const char *value)
{
	struct wax_diag diag = {0};
	struct wax_sink *to = NULL;
	FILE *file = tmpfile();
	size_t len;
	int err = file ? wax_sink_fd(fileno(file), "file", &to, &diag)
		       : WAX_ERR_IO;

	if (!err)
		err = json_pair(to, before, "k", value, &diag);
	if (!err)
		err = wax_sink_finish(to, &diag);
	tap_err(err, 0, &diag, "written");
	wax_sink_free(to);
	if (!file)
		return 0;
	rewind(file);
	len = fread(got, 1, sizeof(got) - 1, file);
	got[len] = '\0';
	fclose(file);
	return len;
}

static void is(const char *before, const char *value, const char *want,
	       const char *what)
{
	size_t len = pair(before, value);

	tap_bytes(got, len, want, strlen(want), "%s", what);
}

static void controls(void)
{
	char value[34], want[300] = "{\"k\":\"", *at = want + strlen(want);

	for (int c = 1; c < 32; c++) {
		value[c - 1] = (char)c;
		at += sprintf(at, "\\u%04x", (unsigned)c);
	}
	value[31] = 0x7f;
	value[32] = '\0';
	strcpy(at, "\\u007f\"");
	is("{", value, want, "control characters");
}

static void plain(void)
{
	char value[200], want[250] = "\"k\":\"";
	size_t n = 0;

	for (int c = ' '; c < 0x7f; c++)
		if (c != '"' && c != '\\')
			value[n++] = (char)c;
	strcpy(value + n, "gr\303\274\303\237e \360\237\220\235");
	strcat(strcat(want, value), "\"");
	is("", value, want, "what needs no escape, UTF-8 too");
}

/* Each of the lengths, so that an escape falls on the end of the room. */
static void lengths(void)
{
	static char value[1200], want[8000];

	for (size_t n = 490; n < 530; n++) {
		memset(value, 'x', n);
		strcpy(value + n, "\"\\\n");
		snprintf(want, sizeof(want), "\"k\":\"%.*s\\\"\\\\\\u000a\"",
			 (int)n, value);
		is("", value, want, "a long string");
	}
	memset(value, 1, 1100);
	value[1100] = '\0';
	tap_is((int)pair("", value), 6 + 6 * 1100, "a long string of escapes");
	tap_is(strspn(got + 5, "\\u01") == 6600, 1, "and of nothing else");
}

int main(void)
{
	is(",", NULL, ",\"k\":null", "no value");
	is("{", "", "{\"k\":\"\"", "an empty one");
	is("", "\"\\/", "\"k\":\"\\\"\\\\/\"", "a quote and a backslash");
	controls();
	plain();
	lengths();
	return tap_end();
}
