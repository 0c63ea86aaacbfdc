/* SPDX-License-Identifier: ISC */
/*
 * The crew: every job is worked on once, and comes back in its turn, whatever
 * the number of threads, and where none can be made.
 *
 * pthread_create is replaced here, to count and to refuse; a sanitizer has its
 * own, so that is left out there.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "dice.h"
#include "sanitized.h"
#include "sys/crew.h"
#include "tap.h"

static unsigned made; /* threads */
static unsigned most; /* that can be made */

#ifndef SANITIZED
static bool open_to_signals;

typedef int create_fn(pthread_t *, const pthread_attr_t *, void *(*)(void *),
		      void *);

WAX_API int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			   void *(*work)(void *), void *arg)
{
	static create_fn *real;
	sigset_t set;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	open_to_signals |= !sigismember(&set, SIGINT);
	if (made == most)
		return EAGAIN;
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	made++;
	return real(thread, attr, work, arg);
}
#endif

struct job {
	unsigned number;
	unsigned answer;
	unsigned work; /* how long, in some unit */
};

static atomic_uint worked;

static void answer(void *arg)
{
	struct job *j = arg;
	volatile unsigned spin = j->work * 100;

	while (spin)
		spin--;
	j->answer = j->number * 7 + 1;
	worked++;
}

#define SLOTS_MAX 34

/* Takes what is done; returns how much is not as it should be. */
static unsigned take(struct wax_crew *c, bool all, unsigned *next)
{
	unsigned wrong = 0;
	struct job *j;

	while ((j = wax_crew_oldest(c, all))) {
		wrong += j->number != *next || j->answer != *next * 7 + 1;
		++*next;
		wax_crew_drop(c);
	}
	return wrong;
}

static void in_order(unsigned threads, size_t n, unsigned jobs, size_t alone)
{
	struct job job[SLOTS_MAX] = {{0}};
	struct wax_crew *c = NULL;
	struct wax_diag diag = {0};
	unsigned next = 0, wrong = 0;

	worked = 0;
	made = 0;
	most = 100;
	tap_err(wax_crew_new(answer, job, sizeof(*job), n, threads, alone, &c,
			     &diag),
		0, &diag, "%u threads over %zu jobs", threads, n);
	for (unsigned i = 0; i < jobs; i++) {
		struct job *j = wax_crew_next(c);

		wrong += j != &job[i % n];
		*j = (struct job){.number = i, .work = dice_below(50)};
		wax_crew_put(c);
		/* Sometimes only what must be taken. */
		wrong += wax_crew_full(c) || dice_below(3)
				 ? take(c, false, &next)
				 : 0;
		if (!dice_below(20))
			wrong += take(c, true, &next);
	}
	wrong += take(c, true, &next);
	tap_ok(wax_crew_idle(c) && !wax_crew_oldest(c, true) &&
		       !wax_crew_oldest(c, false),
	       "at the end there is nothing left");
	tap_ok(!wrong && next == jobs && worked == jobs,
	       "%u jobs, each once and in its turn", jobs);
#ifndef SANITIZED
	tap_is(made, jobs > alone ? threads - 1 : 0,
	       "threads are made when they are worth it");
	tap_ok(!open_to_signals, "which no signal reaches");
#endif
	wax_crew_free(c);
}

/* Given up with jobs that wait, are worked on, and are done. */
static void given_up(unsigned threads)
{
	for (unsigned i = 0; i < 40; i++) {
		struct job job[8] = {{0}};
		struct wax_crew *c = NULL;

		most = 100;
		worked = 0;
		made = 0;
		if (wax_crew_new(answer, job, sizeof(*job), 8, threads, 0, &c,
				 NULL))
			continue;
		for (unsigned k = 0; k < i % 8; k++) {
			*(struct job *)wax_crew_next(c) =
				(struct job){.number = k, .work = i * 10};
			wax_crew_put(c);
		}
		wax_crew_free(c);
		if (worked > i % 8)
			break;
	}
	tap_ok(worked <= 7, "%u threads: a crew can be given up", threads);
}

#ifndef SANITIZED
static void refused(unsigned possible)
{
	struct job job[6] = {{0}};
	struct wax_crew *c = NULL;
	unsigned next = 0, wrong = 0;

	worked = 0;
	made = 0;
	most = possible;
	tap_err(wax_crew_new(answer, job, sizeof(*job), 6, 4, 0, &c, NULL), 0,
		NULL, "4 threads, of which %u can be made", possible + 1);
	for (unsigned i = 0; i < 50; i++) {
		*(struct job *)wax_crew_next(c) = (struct job){.number = i};
		wax_crew_put(c);
		wrong += take(c, false, &next);
	}
	wrong += take(c, true, &next);
	tap_ok(!wrong && next == 50 && worked == 50 && made == possible,
	       "do all the work");
	wax_crew_free(c);
}
#endif

static void sizes(void)
{
	cpu_set_t before, one;

	tap_is(wax_crew_size(1), 1, "one is one");
	tap_is(wax_crew_size(5), 5, "five are five");
	tap_is(wax_crew_size(1000), WAX_CREW_MAX, "a thousand are too many");
	tap_is(wax_crew_size((unsigned)-1), WAX_CREW_MAX,
	       "and so are all that can be named");
	if (sched_getaffinity(0, sizeof(before), &before)) {
		tap_skip("processors", "they are not told here");
		return;
	}
	tap_is(wax_crew_size(0),
	       CPU_COUNT(&before) < WAX_CREW_MAX ? CPU_COUNT(&before)
						 : WAX_CREW_MAX,
	       "without a wish, one for each processor");
	CPU_ZERO(&one);
	for (size_t i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
		if (CPU_ISSET(i, &before))
			CPU_SET(i, &one);
	sched_setaffinity(0, sizeof(one), &one);
	tap_is(wax_crew_size(0), 1, "that may be used");
	sched_setaffinity(0, sizeof(before), &before);
}

int main(void)
{
	static const unsigned threads[] = {1, 2, 3, WAX_CREW_MAX};

	dice_seed(20);
	for (size_t i = 0; i < 4; i++) {
		size_t n = wax_crew_jobs(threads[i]);

		in_order(threads[i], n, 3000, 2);
		in_order(threads[i], 2, 300, 0);
		in_order(threads[i], n, 3, 3);
		in_order(threads[i], n, 0, 0);
		given_up(threads[i]);
	}
#ifndef SANITIZED
	for (unsigned n = 0; n < 3; n++)
		refused(n);
#else
	tap_skip("threads that cannot be made",
		 "there is no pthread_create here that can be replaced");
#endif
	sizes();
	return tap_end();
}
