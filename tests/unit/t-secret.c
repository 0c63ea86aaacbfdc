/* SPDX-License-Identifier: ISC */
/*
 * Secret memory: its contract, and that it is guarded indeed: what must crash
 * is tried in a child.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secret.h"
#include "sanitized.h"
#include "tap.h"

static void contract(void)
{
	struct wax_secret *s = NULL;
	bool zero = true;

	tap_err(wax_secret_new(100, &s, NULL), 0, NULL, "100 bytes");
	tap_is((long long)wax_secret_size(s), 100, "its size");
	for (size_t i = 0; i < 100; i++)
		zero &= !wax_secret_bytes(s)[i];
	tap_ok(zero, "it begins with zeros");
	memset(wax_secret_bytes(s), 'x', 100);
	wax_secret_shrink(s, 40);
	tap_ok(wax_secret_size(s) == 40 && wax_secret_bytes(s)[39] == 'x',
	       "shortened");
	zero = true;
	for (size_t i = 40; i < 100; i++)
		zero &= !wax_secret_bytes(s)[i];
	tap_ok(zero, "what was cut off is wiped");
	wax_secret_shrink(s, 40);
	wax_secret_shrink(s, 0);
	tap_ok(!wax_secret_size(s) && !wax_secret_bytes(s)[0],
	       "shortened to nothing");
	wax_secret_free(s);
	tap_err(wax_secret_new(0, &s, NULL), 0, NULL, "no bytes at all");
	tap_ok(wax_secret_bytes(s) && !wax_secret_size(s), "have an address");
	wax_secret_free(s);
	wax_secret_free(NULL);
	tap_err(wax_secret_new(1 << 20, &s, NULL), 0, NULL, "a megabyte");
	wax_secret_free(s);
}

#define MANY 2000

/* How many mappings the process has; 0 where nobody says. */
static long mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	long n = 0;
	int c;

	if (!f)
		return 0;
	while ((c = getc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

static bool all_are(struct wax_secret *s, int byte)
{
	for (size_t i = 0; i < wax_secret_size(s); i++)
		if (wax_secret_bytes(s)[i] != byte)
			return false;
	return true;
}

/* Thousands share few mappings, and no byte. */
static void pool(void)
{
	static struct wax_secret *s[MANY];
	struct wax_secret *all = NULL, *kept;
	const uint8_t *freed;
	long before = mappings();
	bool ok = true;

	for (size_t i = 0; i < MANY; i++) {
		if (wax_secret_cut(&all, 1 + i % 70, &s[i], NULL))
			return;
		ok &= all_are(s[i], 0) && wax_secret_size(s[i]) == 1 + i % 70;
		memset(wax_secret_bytes(s[i]), (int)i, 1 + i % 70);
	}
	tap_ok(ok, "%d secrets of one pool begin with zeros", MANY);
	tap_ok(mappings() - before < 50, "in %ld mappings more",
	       mappings() - before);
	kept = s[MANY - 1];
	freed = wax_secret_bytes(s[MANY - 2]);
	wax_secret_free(s[MANY - 2]);
	tap_ok(!*freed && all_are(kept, (uint8_t)(MANY - 1)),
	       "one that is freed is wiped, and its neighbour is not");
	wax_secret_free(all);
	for (size_t i = 0; i < MANY - 2; i++) {
		ok &= all_are(s[i], (uint8_t)i);
		wax_secret_free(s[i]);
	}
	tap_ok(ok, "the others stay, also without the pool");
	wax_secret_free(kept);
	tap_is(mappings(), before, "the last one frees the pages");
	all = NULL;
	tap_err(wax_secret_cut(&all, 100000, &kept, NULL), 0, NULL,
		"one that is larger than any pool");
	memset(wax_secret_bytes(kept), 1, 100000);
	wax_secret_free(kept);
	wax_secret_free(all);
}

static void helpers(void)
{
	uint8_t a[33], b[33];

	tap_fill(a, sizeof(a), 1);
	memcpy(b, a, sizeof(a));
	tap_ok(wax_equal(a, b, 33), "equal");
	b[32] ^= 0x80;
	tap_ok(!wax_equal(a, b, 33), "unequal in the last bit");
	tap_ok(wax_equal(a, b, 32) && wax_equal(a, b, 0), "equal before it");
	wax_wipe(a + 1, 31);
	tap_ok(a[0] && a[32] && !a[1] && !a[31], "wiped where it was asked");
	wax_wipe(NULL, 0);
}

#ifdef SANITIZED
static void guarded(void)
{
	tap_skip("reading beyond the end kills",
		 "the sanitizer sees the signal first");
}
#else
/* The signal that touching p ended a child with, or 0. */
static int killed_by(volatile uint8_t *p)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		*p = 1;
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* The same of freeing a secret after p was written to. */
static int freeing_after(struct wax_secret *s, volatile uint8_t *p)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		*p ^= 1;
		wax_secret_free(s);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void guarded(void)
{
	struct wax_secret *s, *all = NULL;
	uint8_t *p;

	if (wax_secret_new(32, &s, NULL))
		return;
	p = wax_secret_bytes(s);
	tap_is(killed_by(p + 31), 0, "the last byte may be written");
	tap_is(killed_by(p + 32), SIGSEGV, "the one behind it kills");
	tap_is(killed_by(p - 8192), SIGSEGV, "and the page before");
	tap_is(freeing_after(s, p - 1), SIGABRT,
	       "freeing, after the one before "
	       "was written to");
	wax_secret_free(s);
	tap_is(killed_by(p), SIGSEGV, "freed: any");
	s = NULL;
	if (wax_secret_cut(&all, 32, &s, NULL))
		return;
	p = wax_secret_bytes(all) + wax_secret_size(all);
	tap_is(killed_by(p - 1), 0, "the last byte of a pool may be written");
	tap_is(killed_by(p), SIGSEGV, "the one behind it kills");
	wax_secret_free(all);
	wax_secret_free(s);
}
#endif

int main(void)
{
	contract();
	pool();
	helpers();
	guarded();
	return tap_end();
}
