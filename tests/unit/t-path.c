/* SPDX-License-Identifier: ISC */
/*
 * The rules for names in archives, for what a path of the system is called
 * there, and for links: tables of what is taken and how, and what is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/path.h"
#include "tap.h"

#define OUT "the name leads out of the folder"
#define TEXT "the name has control characters or is not UTF-8"
#define LONG "the name is too long"
#define DEEP "it is nested too deep"
#define NONE "it has no name"
#define ABSOLUTE "the name is absolute"
#define LINK "the link leads out of the folder"
#define TARGET "the link's target is no name"

static void join(const struct wax_path *path, char *out)
{
	*out = '\0';
	for (size_t i = 0; i < path->depth; i++) {
		if (i)
			strcat(out, "/");
		strcat(out, path->parts[i]);
	}
}

/* A name is what its parts are, joined; or refused for the reason. */
struct name {
	const char *name, *want, *why;
};

static const struct name names[] = {
	{"a", "a", NULL},
	{"a/b", "a/b", NULL},
	{"a//b", "a/b", NULL},
	{"a/b/", "a/b", NULL},
	{"a/b///", "a/b", NULL},
	{"./a", "a", NULL},
	{"././a/./b/.", "a/b", NULL},
	{".", "", NULL},
	{"./", "", NULL},
	{"...", "...", NULL},
	{"..a", "..a", NULL},
	{"a..", "a..", NULL},
	{".a/.b", ".a/.b", NULL},
	{"-rf", "-rf", NULL},
	{" ", " ", NULL},
	{"a b\\c:*?\"<>|", "a b\\c:*?\"<>|", NULL},
	{"\xc3\xa9/\xe6\xbc\xa2/\xf0\x9f\x98\x80",
	 "\xc3\xa9/\xe6\xbc\xa2/\xf0\x9f\x98\x80", NULL},
	{"\xc2\xa0\xf4\x8f\xbf\xbf", "\xc2\xa0\xf4\x8f\xbf\xbf", NULL},
	{"", NULL, NONE},
	{"/", NULL, ABSOLUTE},
	{"/a", NULL, ABSOLUTE},
	{"//a", NULL, ABSOLUTE},
	{"/../a", NULL, ABSOLUTE},
	{"..", NULL, OUT},
	{"../", NULL, OUT},
	{"../a", NULL, OUT},
	{"./../a", NULL, OUT},
	{"a/..", NULL, OUT},
	{"a/../b", NULL, OUT},
	{"a/b/..", NULL, OUT},
	{"a//..//", NULL, OUT},
	{"a\n", NULL, TEXT},
	{"a\tb", NULL, TEXT},
	{"\x1b[2J", NULL, TEXT},
	{"a\x7f", NULL, TEXT},
	{"a/\x01/b", NULL, TEXT},
	{"\xc2\x9b", NULL, TEXT},
	{"\xff", NULL, TEXT},
	{"\xc0\xaf", NULL, TEXT},
	{"\xe0\x80\xaf", NULL, TEXT},
	{"\xed\xa0\x80", NULL, TEXT},
	{"\xf4\x90\x80\x80", NULL, TEXT},
	{"\xe6\xbc", NULL, TEXT},
	{"\x80", NULL, TEXT},
	{"\xe2\x80\xae", NULL, TEXT},
	{"\xe2\x80\x8e", NULL, TEXT},
	{"\xe2\x81\xa9", NULL, TEXT},
	{"\xd8\x9c", NULL, TEXT},
	{"\xe2\x80\xa9", NULL, TEXT},
};

static void check_name(const char *name, const char *want, const char *why,
		       const char *what)
{
	static struct wax_path path;
	static char joined[WAX_PATH_MAX + 1];
	const char *got = wax_path_parse(&path, name);

	if (why) {
		tap_text(got ? got : "taken", why, "%s is refused", what);
		return;
	}
	if (tap_text(got ? got : "taken", "taken", "%s is taken", what)) {
		join(&path, joined);
		tap_text(joined, want, "%s as it should be", what);
	}
}

static void table_of_names(void)
{
	char what[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(what, sizeof(what), "name %zu", i);
		check_name(names[i].name, names[i].want, names[i].why, what);
	}
}

/* n times unit, and after. */
static char *repeat(const char *unit, size_t n, const char *after)
{
	size_t len = strlen(unit);
	char *out = malloc(n * len + strlen(after) + 1), *p = out;

	if (!out)
		abort();
	for (; n; n--, p += len)
		memcpy(p, unit, len);
	strcpy(p, after);
	return out;
}

/* Takes a name that was made, and expects it back, or refused. */
static void check_made(char *name, const char *why, const char *what)
{
	check_name(name, name, why, what);
	free(name);
}

static void limits(void)
{
	check_made(repeat("x", 255, ""), NULL, "a part of 255 bytes");
	check_made(repeat("x", 256, ""), LONG, "a part of 256 bytes");
	check_made(repeat("x", 256, "/a"), LONG, "a first part of 256 bytes");
	check_made(repeat("\xc3\xa9", 127, "x"), NULL,
		   "a part of 255 bytes in 128 characters");
	check_made(repeat("\xc3\xa9", 128, ""), LONG,
		   "a part of 256 bytes in 128 characters");
	check_made(repeat("a/", 255, "b"), NULL, "256 levels");
	check_made(repeat("a/", 256, "b"), DEEP, "257 levels");
	check_made(repeat("a/", 2000, "b"), DEEP, "2,001 levels");
	check_made(repeat("xxxxxxxxxxxxxxx/", 255, "xxxxxxxxxxxxxxx"), NULL,
		   "a name of 4,095 bytes");
	check_made(repeat("xxxxxxxxxxxxxxx/", 255, "xxxxxxxxxxxxxxxx"), LONG,
		   "a name of 4,096 bytes");
	check_made(repeat("x", 5000, ""), LONG, "a name of 5,000 bytes");
	check_made(repeat("./", 3000, ""), LONG, "6,000 bytes of nothing");
}

/* What a path of the system is called: want, or why it is refused. */
static const struct name operands[] = {
	{"a", "a", NULL},
	{"a/b", "a/b", NULL},
	{"a/b/", "a/b", NULL},
	{"a//./b", "a/b", NULL},
	{"./a", "a", NULL},
	{".", "", NULL},
	{"./", "", NULL},
	{"./.", "", NULL},
	{"/a", "a", NULL},
	{"/a/b", "b", NULL},
	{"/a/b///", "b", NULL},
	{"/a/b/.", "b", NULL},
	{"//a", "a", NULL},
	{"../a", "a", NULL},
	{"../../a/", "a", NULL},
	{"a/../b", "b", NULL},
	{"a/../b/.", "b", NULL},
	{"...", "...", NULL},
	{"-a", "-a", NULL},
	/* What of it becomes the name is checked, and no more. */
	{"/x\ny/b", "b", NULL},
	{"../\xff/b", "b", NULL},
	{"", NULL, NONE},
	{"/", NULL, ""},
	{"//", NULL, ""},
	{"/.", NULL, ""},
	{"/./.", NULL, ""},
	{"..", NULL, ""},
	{"../", NULL, ""},
	{"../.", NULL, ""},
	{"../..", NULL, ""},
	{"a/..", NULL, ""},
	{"/..", NULL, ""},
	{"/a/../..", NULL, ""},
	{"a\n", NULL, TEXT},
	{"/a\n", NULL, TEXT},
	{"../\xff", NULL, TEXT},
	/* The folder is no less part of the name. */
	{"x\ny/b", NULL, TEXT},
	{"\xff/b", NULL, TEXT},
	{"a/\x1b/b", NULL, TEXT},
};

static void check_operand(const char *path, const char *want, const char *why,
			  const char *what)
{
	char out[WAX_PATH_MAX + 1];
	const char *got = wax_path_operand(path, out);

	if (!why)
		tap_text(got ? got : out, want, "%s has its name", what);
	else if (*why)
		tap_text(got ? got : "taken", why, "%s is refused", what);
	else
		tap_ok(got, "%s is refused", what);
}

static void table_of_operands(void)
{
	char what[64], *made;

	for (size_t i = 0; i < sizeof(operands) / sizeof(*operands); i++) {
		snprintf(what, sizeof(what), "path %zu", i);
		check_operand(operands[i].name, operands[i].want,
			      operands[i].why, what);
	}
	made = repeat("x", 255, "");
	check_operand(made, made, NULL, "255 bytes");
	free(made);
	made = repeat("a/", 256, "b");
	check_operand(made, NULL, DEEP, "257 levels");
	free(made);
	made = repeat("../", 1000, "b");
	check_operand(made, "b", NULL, "1,000 levels up");
	free(made);
	made = repeat("x", 5000, "");
	check_operand(made, NULL, LONG, "5,000 bytes");
	free(made);
	made = repeat("/", 4000, "b");
	check_operand(made, "b", NULL, "4,000 slashes");
	free(made);
}

struct target {
	const char *target;
	size_t depth;
	const char *why;
};

static const struct target targets[] = {
	{"a", 0, NULL},
	{"a/b", 0, NULL},
	{".", 0, NULL},
	{"./a", 0, NULL},
	{"a/.", 0, NULL},
	{"a/", 0, NULL},
	{"...", 0, NULL},
	{"..a", 0, NULL},
	{"..", 1, NULL},
	{"../", 1, NULL},
	{"../a", 1, NULL},
	{"./../a", 1, NULL},
	{"..//.//a", 1, NULL},
	{"../..", 2, NULL},
	{"../.././../a", 3, NULL},
	{"../../../a", 255, NULL},
	{"..", 0, LINK},
	{"../a", 0, LINK},
	{"./..", 0, LINK},
	{"../..", 1, LINK},
	{"../../a", 1, LINK},
	{".././../a", 1, LINK},
	{"../../../a", 2, LINK},
	/* It stays inside only when a is no link. */
	{"a/..", 0, LINK},
	{"a/..", 5, LINK},
	{"a/../b", 5, LINK},
	{"../a/..", 5, LINK},
	{"../a/./../b", 5, LINK},
	{"a/b/../c", 5, LINK},
	{"/", 5, LINK},
	{"/a", 5, LINK},
	{"//a", 5, LINK},
	{"", 5, TARGET},
	{"a\n", 5, TARGET},
	{"\xff", 5, TARGET},
	{"a/\x1b[2J", 5, TARGET},
	{"\xe2\x80\xae", 5, TARGET},
};

static void table_of_links(void)
{
	char *made;

	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		const struct target *t = &targets[i];
		const char *got = wax_link_check(t->target, t->depth);

		tap_text(got ? got : "taken", t->why ? t->why : "taken",
			 "target %zu", i);
	}
	made = repeat("x", 5000, "");
	tap_text(wax_link_check(made, 5), TARGET, "5,000 bytes");
	free(made);
	made = repeat("../", 255, "a");
	tap_ok(!wax_link_check(made, 255), "255 levels up, of 255");
	tap_text(wax_link_check(made, 254), LINK, "255 levels up, of 254");
	free(made);
}

int main(void)
{
	table_of_names();
	limits();
	table_of_operands();
	table_of_links();
	return tap_end();
}
