/* SPDX-License-Identifier: ISC */
/*
 * Keeping account of where lines end.
 */
#include <string.h>

#include "extract/layout.h"

/* So often a grid must be met before leaving it means something. */
#define ENOUGH_ARMOR 2
#define ENOUGH_FIRST 3
/* Runs of fewer characters are no lines. */
#define SHORTEST 8

static const char misfit[] = "the lines do not fit together any more here";

void wax_layout_add(struct wax_layout *l, const char *data, size_t len)
{
	uint64_t have = l->at - l->begin;

	if (have < sizeof(l->run)) {
		size_t n = sizeof(l->run) - (size_t)have;

		memcpy(l->run + have, data, n < len ? n : len);
	}
	l->at += len;
}

/* Whether a run stays within a line of the grid, or is some whole lines. */
static bool fits(const struct wax_grid *g, uint64_t begin, uint64_t end)
{
	uint64_t n = g->columns;

	return begin / n == (end - 1) / n || (begin % n == 0 && end % n == 0);
}

/* Returns whether the grid is left here that was met often enough. */
static bool leaves(struct wax_grid *g, unsigned enough,
		   const struct wax_layout *l)
{
	if (g->dead)
		return false;
	if (fits(g, l->begin, l->at)) {
		g->seen += l->at % g->columns == 0;
		return false;
	}
	g->dead = true;
	return g->seen >= enough;
}

/* A last line may be shorter than the others, when it begins where they do. */
static bool is_last(const struct wax_grid *g, const struct wax_layout *l)
{
	return l->begin % g->columns == 0;
}

const char *wax_layout_end(struct wax_layout *l)
{
	uint64_t len = l->at - l->begin;
	size_t compared = len < sizeof(l->run) ? (size_t)len : sizeof(l->run);
	bool left, last;

	if (!len)
		return NULL;
	if (len == l->last_len && len >= WAX_LAYOUT_LONG &&
	    !memcmp(l->run, l->last, compared))
		return "it is the one before once more";
	if (!l->first.columns) {
		l->armor.columns = WAX_LAYOUT_COLUMNS;
		l->first.columns = len;
		l->first.dead = len < SHORTEST;
	}
	left = leaves(&l->armor, ENOUGH_ARMOR, l);
	last = is_last(&l->armor, l);
	/* The other grid says nothing as long as this one holds. */
	if (leaves(&l->first, ENOUGH_FIRST, l) && l->armor.dead && !left) {
		left = true;
		last = is_last(&l->first, l);
	}
	if (left && !last)
		return misfit;
	l->over = left;
	memcpy(l->last, l->run, compared);
	l->last_len = len;
	l->begin = l->at;
	return NULL;
}

const char *wax_layout_more(struct wax_layout *l)
{
	return l->over ? misfit : NULL;
}
