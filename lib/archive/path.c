/* SPDX-License-Identifier: ISC */
/*
 * The rules for names and links; packing and unpacking share them.
 */
#include <stdio.h>
#include <string.h>

#include <wax/text.h>

#include "archive/path.h"

/* A part may be as long as file systems take it, in bytes. */
#define PART_MAX 255

/* The next part of *at, which is moved behind it; false at the end. */
static bool next_part(const char **at, const char **part, size_t *len)
{
	*at += strspn(*at, "/");
	*part = *at;
	*len = strcspn(*at, "/");
	*at += *len;
	return *len;
}

static bool is_dots(const char *part, size_t len, size_t dots)
{
	return len == dots && !strncmp(part, "..", dots);
}

static const char *check_text(const char *text)
{
	size_t len = strlen(text);

	if (!len)
		return "it has no name";
	if (len > WAX_PATH_MAX)
		return "the name is too long";
	if (*text == '/')
		return "the name is absolute";
	if (!wax_text_is_plain(text, len))
		return "the name has control characters or is not UTF-8";
	return NULL;
}

const char *wax_path_parse(struct wax_path *path, const char *name)
{
	const char *why = check_text(name), *part;
	char *to = path->text;
	size_t len;

	path->depth = 0;
	while (!why && next_part(&name, &part, &len)) {
		if (is_dots(part, len, 1))
			continue;
		if (is_dots(part, len, 2))
			return "the name leads out of the folder";
		if (len > PART_MAX)
			return "the name is too long";
		if (path->depth == WAX_DEPTH_MAX)
			return "it is nested too deep";
		path->parts[path->depth++] = to;
		memcpy(to, part, len);
		to[len] = '\0';
		to += len + 1;
	}
	return why;
}

/* The last part of a path that is absolute or goes through "..". */
static const char *last_part(const char *path, size_t *len)
{
	const char *part, *last = NULL;
	bool only = *path == '/';
	size_t n, last_len = 0;

	while (next_part(&path, &part, &n)) {
		if (is_dots(part, n, 1))
			continue;
		only = only || is_dots(part, n, 2);
		last = part;
		last_len = n;
	}
	if (!only || !last)
		return NULL;
	*len = last_len;
	return last;
}

const char *wax_path_operand(const char *path, char *out)
{
	struct wax_path parsed;
	size_t len = strlen(path);
	const char *why, *last;

	if (len > WAX_PATH_MAX)
		return "the name is too long";
	last = last_part(path, &len);
	if ((*path == '/' && !last) || (last && is_dots(last, len, 2)))
		return "it has no name to be packed under; name what is in it";
	memcpy(out, last ? last : path, len);
	out[len] = '\0';
	why = wax_path_parse(&parsed, out);
	for (size_t i = 0; i < parsed.depth && !why; i++)
		out += sprintf(out, "%s%s", i ? "/" : "", parsed.parts[i]);
	*out = '\0';
	return why;
}

const char *wax_link_check(const char *target, size_t depth)
{
	const char *why = check_text(target), *part;
	bool inside = false;
	size_t len;

	if (why && *target == '/')
		return "the link leads out of the folder";
	if (why)
		return "the link's target is no name";
	while (next_part(&target, &part, &len)) {
		if (!is_dots(part, len, 2)) {
			inside = inside || !is_dots(part, len, 1);
			continue;
		}
		if (inside || !depth)
			return "the link leads out of the folder";
		depth--;
	}
	return NULL;
}
