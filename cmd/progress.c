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

static void show(struct progress *p, long long done, double t)
{
	const double mib = 1024 * 1024;
	double rate = (double)done / (t - p->start);
	char line[128];
	int len =
		snprintf(line, sizeof(line), "\r%.0f MiB", (double)done / mib);

	if (p->total > 0 && done <= p->total)
		len += snprintf(line + len, sizeof(line) - (size_t)len,
				" of %.0f MiB, %.0f%%, %.0f s left",
				(double)p->total / mib,
				100.0 * (double)done / (double)p->total,
				(double)(p->total - done) / rate);
	snprintf(line + len, sizeof(line) - (size_t)len, ", %.0f MiB/s\033[K",
		 rate / mib);
	put(line);
	p->shown = true;
	p->next = t + INTERVAL;
}

void progress_begin(struct progress *p, long long total)
{
	*p = (struct progress){.on = isatty(2), .total = total};
	p->start = p->on ? now() : 0;
	p->next = p->start + FIRST_SHOWN;
}

void progress_show(struct progress *p, long long done)
{
	double t = p->on ? now() : 0;

	if (p->on && t >= p->next)
		show(p, done, t);
}

void progress_hide(struct progress *p)
{
	if (p->shown)
		put("\r\033[K");
	p->shown = false;
}

struct watched {
	struct wax_source *from; /* one of these two */
	struct wax_sink *to;
	struct progress line;
	long long done;
};

static int watched_read(void *ctx, void *buf, size_t len, size_t *got,
			struct wax_diag *diag)
{
	struct watched *w = ctx;
	int err = wax_source_read(w->from, buf, len, got, diag);

	w->done += (long long)*got;
	if (err || !*got)
		progress_hide(&w->line);
	else
		progress_show(&w->line, w->done);
	return err;
}

static bool watched_ready(void *ctx)
{
	struct watched *w = ctx;

	return wax_source_ready(w->from);
}

static int watched_write(void *ctx, const void *data, size_t len,
			 struct wax_diag *diag)
{
	struct watched *w = ctx;

	w->done += (long long)len;
	progress_show(&w->line, w->done);
	return wax_sink_write(w->to, data, len, diag);
}

static int watched_finish(void *ctx, struct wax_diag *diag)
{
	struct watched *w = ctx;

	progress_hide(&w->line);
	return wax_sink_finish(w->to, diag);
}

static void watched_free(void *ctx)
{
	struct watched *w = ctx;

	progress_hide(&w->line);
	wax_source_free(w->from);
	wax_sink_free(w->to);
	free(w);
}

static const struct wax_source_ops watched_source = {
	.read = watched_read, .free = watched_free, .ready = watched_ready};
static const struct wax_sink_ops watched_sink = {
	.write = watched_write, .finish = watched_finish, .free = watched_free};

int progress_source(long long total, struct wax_source **source,
		    struct wax_diag *diag)
{
	struct watched *w;

	if (!isatty(2))
		return 0;
	w = calloc(1, sizeof(*w));
	if (!w)
		return program_no_memory(diag);
	progress_begin(&w->line, total);
	return wax_source_wrap(&watched_source, w, &w->from, source, diag);
}

int progress_sink(struct wax_sink **sink, struct wax_diag *diag)
{
	struct watched *w;

	if (!isatty(2))
		return 0;
	w = calloc(1, sizeof(*w));
	if (!w)
		return program_no_memory(diag);
	progress_begin(&w->line, -1);
	return wax_sink_wrap(&watched_sink, w, &w->to, sink, diag);
}
