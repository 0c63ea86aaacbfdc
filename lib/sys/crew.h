/* SPDX-License-Identifier: ISC */
/*
 * A crew: threads that work on jobs in a ring, whose results are taken in the
 * order in which the jobs were put. The caller's own thread works too, while it
 * waits, so that without threads nothing changes but the speed. Threads are
 * started only when so many jobs have come that it is worth it.
 */
#ifndef WAX_SYS_CREW_H
#define WAX_SYS_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <wax/error.h>

struct wax_crew;

/* More threads than these find no work: one thread reads and writes. */
#define WAX_CREW_MAX 16

/* Works on one job; what comes of it stands in the job. */
typedef void wax_crew_fn(void *job);

/*
 * How many threads are meant by a wish: as many, the caller's counted in, or
 * for 0 one for each processor that the process may run on; 1 to WAX_CREW_MAX.
 */
unsigned wax_crew_size(unsigned wish);

/* How many jobs keep that many threads at work. */
static inline size_t wax_crew_jobs(unsigned threads)
{
	return 2 * (size_t)threads + 2;
}

/*
 * A crew over n jobs of size bytes each, at least 2, which stay the caller's
 * and outlive it. The threads start with the job that is put after alone jobs.
 */
int wax_crew_new(wax_crew_fn *fn, void *jobs, size_t size, size_t n,
		 unsigned threads, size_t alone, struct wax_crew **out,
		 struct wax_diag *diag);

/* What waits is not worked on any more; what is begun is waited for. */
void wax_crew_free(struct wax_crew *c);

/* The job that is to be filled and put next. */
void *wax_crew_next(struct wax_crew *c);

/* Hands that job over; not when the crew is full. */
void wax_crew_put(struct wax_crew *c);

/* Whether a job must be dropped before another one can be put. */
bool wax_crew_full(const struct wax_crew *c);

/* Whether nothing was put that was not dropped. */
bool wax_crew_idle(const struct wax_crew *c);

/*
 * The oldest job that was put and not dropped, when it is done; NULL when there
 * is none, or when it is not done and need not be: wait says that it must, and
 * so it is when the crew is full.
 */
void *wax_crew_oldest(struct wax_crew *c, bool wait);

/* Gives the oldest job, which is done, back to be filled. */
void wax_crew_drop(struct wax_crew *c);

#endif
