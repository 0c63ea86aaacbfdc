/* SPDX-License-Identifier: ISC */
/*
 * The crew: a ring of jobs under one lock.
 */
#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "base/error.h"
#include "sys/crew.h"

/* Of a thread: where memory is scarce, the usual 8 MiB may not be there. */
#define STACK_SIZE (256 * 1024)

struct wax_crew {
	wax_crew_fn *fn;
	char *jobs;
	size_t size, n;
	unsigned threads; /* to be started, without the caller's */
	size_t alone;

	pthread_mutex_t lock;
	pthread_cond_t work, done; /* there is some; a job was */
	bool over;
	/* Jobs that were put, begun, and dropped, since the start. */
	unsigned long put, begun, dropped;
	bool *is_done;

	unsigned started;
	pthread_t thread[WAX_CREW_MAX];
};

unsigned wax_crew_size(unsigned wish)
{
	cpu_set_t set;

	if (!wish && !sched_getaffinity(0, sizeof(set), &set))
		wish = (unsigned)CPU_COUNT(&set);
	if (wish > WAX_CREW_MAX)
		wish = WAX_CREW_MAX;
	return wish ? wish : 1;
}

static void *job(const struct wax_crew *c, unsigned long i)
{
	return c->jobs + i % c->n * c->size;
}

/* Works on the next job that waits; called and left with the lock. */
static void work_on_one(struct wax_crew *c)
{
	unsigned long i = c->begun++;

	pthread_mutex_unlock(&c->lock);
	c->fn(job(c, i));
	pthread_mutex_lock(&c->lock);
	c->is_done[i % c->n] = true;
	if (i == c->dropped)
		pthread_cond_signal(&c->done);
}

static void *work(void *arg)
{
	struct wax_crew *c = arg;

	pthread_mutex_lock(&c->lock);
	while (!c->over) {
		if (c->begun < c->put)
			work_on_one(c);
		else
			pthread_cond_wait(&c->work, &c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/*
 * Signals are for the threads of the program. Where a thread cannot be made,
 * those that are there, and the caller's, do the work.
 */
static void start(struct wax_crew *c)
{
	sigset_t all, before;
	pthread_attr_t how;

	if (pthread_attr_init(&how))
		return;
	pthread_attr_setstacksize(&how, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (c->started < c->threads &&
	       !pthread_create(&c->thread[c->started], &how, work, c))
		c->started++;
	pthread_attr_destroy(&how);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	c->threads = c->started;
}

int wax_crew_new(wax_crew_fn *fn, void *jobs, size_t size, size_t n,
		 unsigned threads, size_t alone, struct wax_crew **out,
		 struct wax_diag *diag)
{
	struct wax_crew *c = calloc(1, sizeof(*c));

	assert(n >= 2 && threads >= 1 && threads <= WAX_CREW_MAX);
	if (!c)
		return wax_no_memory(diag);
	c->is_done = calloc(n, sizeof(*c->is_done));
	if (!c->is_done) {
		free(c);
		return wax_no_memory(diag);
	}
	c->fn = fn;
	c->jobs = jobs;
	c->size = size;
	c->n = n;
	c->threads = threads - 1;
	c->alone = alone;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->work, NULL);
	pthread_cond_init(&c->done, NULL);
	*out = c;
	return 0;
}

void wax_crew_free(struct wax_crew *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->over = true;
	pthread_cond_broadcast(&c->work);
	pthread_mutex_unlock(&c->lock);
	for (unsigned i = 0; i < c->started; i++)
		pthread_join(c->thread[i], NULL);
	pthread_cond_destroy(&c->done);
	pthread_cond_destroy(&c->work);
	pthread_mutex_destroy(&c->lock);
	free(c->is_done);
	free(c);
}

void *wax_crew_next(struct wax_crew *c)
{
	return job(c, c->put);
}

bool wax_crew_full(const struct wax_crew *c)
{
	return c->put - c->dropped == c->n - 1;
}

bool wax_crew_idle(const struct wax_crew *c)
{
	return c->put == c->dropped;
}

void wax_crew_put(struct wax_crew *c)
{
	assert(!wax_crew_full(c));
	if (c->started < c->threads && c->put >= c->alone)
		start(c);
	pthread_mutex_lock(&c->lock);
	c->is_done[c->put++ % c->n] = false;
	if (c->started)
		pthread_cond_signal(&c->work);
	else
		work_on_one(c);
	pthread_mutex_unlock(&c->lock);
}

void *wax_crew_oldest(struct wax_crew *c, bool wait)
{
	bool *done = &c->is_done[c->dropped % c->n];
	bool found;

	if (wax_crew_idle(c))
		return NULL;
	wait |= wax_crew_full(c);
	pthread_mutex_lock(&c->lock);
	while (wait && !*done) {
		if (c->begun < c->put)
			work_on_one(c);
		else
			pthread_cond_wait(&c->done, &c->lock);
	}
	found = *done;
	pthread_mutex_unlock(&c->lock);
	return found ? job(c, c->dropped) : NULL;
}

void wax_crew_drop(struct wax_crew *c)
{
	pthread_mutex_lock(&c->lock);
	assert(!wax_crew_idle(c) && c->is_done[c->dropped % c->n]);
	c->dropped++;
	pthread_mutex_unlock(&c->lock);
}
