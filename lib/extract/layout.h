/* SPDX-License-Identifier: ISC */
/*
 * What the lengths of a message's lines tell. Whoever writes base64 breaks it
 * into lines of one length. Those that handle it later break lines further and
 * join some; the ends of the first lines stay where they were, or all lines
 * get another length. So when the ends leave that grid, something is missing
 * or was put between; and two long lines that are the same are one, doubled.
 */
#ifndef WAX_EXTRACT_LAYOUT_H
#define WAX_EXTRACT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Armor's lines (c2sp.org/age). */
#define WAX_LAYOUT_COLUMNS 64

/* As much of a run is compared, and a shorter one is not. */
#define WAX_LAYOUT_COMPARED 128
#define WAX_LAYOUT_LONG 32

/* A grid that the ends of runs may lie on. */
struct wax_grid {
	uint64_t columns; /* 0: not known yet */
	unsigned seen;	  /* how often it was met */
	bool dead;	  /* it was left */
};

/* Initialise with {0}. */
struct wax_layout {
	struct wax_grid armor,
		first;	    /* lines of 64; of the first run's length */
	uint64_t begin, at; /* of the run, in characters */
	bool over;	    /* this run must be the last */
	char run[WAX_LAYOUT_COMPARED], last[WAX_LAYOUT_COMPARED];
	uint64_t last_len;
};

/* Adds to a run: characters that nothing stands between. */
void wax_layout_add(struct wax_layout *l, const char *data, size_t len);

/* Ends a run, if there is one; returns what is wrong with it, or NULL. */
const char *wax_layout_end(struct wax_layout *l);

/*
 * To be called when more follows: returns what is wrong about that, or NULL.
 */
const char *wax_layout_more(struct wax_layout *l);

#endif
