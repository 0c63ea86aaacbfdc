/* SPDX-License-Identifier: ISC */
/*
 * Showing how far a long work came.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "program.h"
#include "progress.h"

#define FIRST_SHOWN 0.5 /* seconds after the start */
#define INTERVAL 0.2

struct progress {
	struct wax_source *from;
	long long total, done;
	double start, next;
	bool shown;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void put(const char *line)
{
	ssize_t n = write(2, line, strlen(line));

	(void)n; /* only decoration */
}

static void show(struct progress *p, double t)
{
	const double mib = 1024 * 1024;
	double rate = (double)p->done / (t - p->start);
	char line[128];
	int len = snprintf(line, sizeof(line), "\r%.0f MiB",
			   (double)p->done / mib);

	if (p->total > 0 && p->done <= p->total)
		len += snprintf(line + len, sizeof(line) - (size_t)len,
				" of %.0f MiB, %.0f%%, %.0f s left",
				(double)p->total / mib,
				100.0 * (double)p->done / (double)p->total,
				(double)(p->total - p->done) / rate);
	snprintf(line + len, sizeof(line) - (size_t)len, ", %.0f MiB/s\033[K",
		 rate / mib);
	put(line);
	p->shown = true;
	p->next = t + INTERVAL;
}

static void hide(struct progress *p)
{
	if (p->shown)
		put("\r\033[K");
	p->shown = false;
}

static int progress_read(void *ctx, void *buf, size_t len, size_t *got,
			 struct wax_diag *diag)
{
	struct progress *p = ctx;
	int err = wax_source_read(p->from, buf, len, got, diag);
	double t = now();

	p->done += (long long)*got;
	if (err || !*got)
		hide(p);
	else if (t >= p->next)
		show(p, t);
	return err;
}

static void progress_free(void *ctx)
{
	struct progress *p = ctx;

	hide(p);
	wax_source_free(p->from);
	free(p);
}

static const struct wax_source_ops progress_ops = {progress_read,
						   progress_free};

int progress_source(struct wax_source *from, long long total,
		    struct wax_source **out, struct wax_diag *diag)
{
	struct progress *p;

	if (!isatty(2)) {
		*out = from;
		return 0;
	}
	p = calloc(1, sizeof(*p));
	if (!p) {
		wax_source_free(from);
		return program_no_memory(diag);
	}
	p->from = from;
	p->total = total;
	p->start = now();
	p->next = p->start + FIRST_SHOWN;
	return wax_source_new(&progress_ops, p, out, diag);
}
