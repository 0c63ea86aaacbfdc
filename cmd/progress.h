/* SPDX-License-Identifier: ISC */
/*
 * The progress line: on a terminal's standard error, for work that takes
 * longer than half a second.
 */
#ifndef WAX_CMD_PROGRESS_H
#define WAX_CMD_PROGRESS_H

#include <stdbool.h>
#include <wax/stream.h>

/* A line to be shown, or not, where standard error is no terminal. */
struct progress {
	bool on, shown;
	long long total; /* bytes; -1: not known */
	double start, next;
};

void progress_begin(struct progress *p, long long total);

/* Shows that done bytes are through, when it is time to. */
void progress_show(struct progress *p, long long done);
void progress_hide(struct progress *p);

/*
 * Puts a source before *source that passes it on, and shows how far it came;
 * total is its size, or -1. Where standard error is no terminal, nothing is put
 * there.
 */
int progress_source(long long total, struct wax_source **source,
		    struct wax_diag *diag);

/* The same for what is written to *sink, of a size that is not known. */
int progress_sink(struct wax_sink **sink, struct wax_diag *diag);

#endif
