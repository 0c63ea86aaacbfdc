/* SPDX-License-Identifier: ISC */
/*
 * Secret memory: its contract, and that it is guarded indeed: what must crash
 * is tried in a child.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secret.h"
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

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

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

static void guarded(void)
{
	struct wax_secret *s;
	uint8_t *p;

	if (wax_secret_new(32, &s, NULL))
		return;
	p = wax_secret_bytes(s);
	tap_is(killed_by(p + 31), 0, "the last byte may be written");
	tap_is(killed_by(p + 32), SIGSEGV, "the one behind it kills");
	tap_is(killed_by(p - 8192), SIGSEGV, "and the page before");
	wax_secret_free(s);
	tap_is(killed_by(p), SIGSEGV, "freed: any");
}
#endif

int main(void)
{
	contract();
	helpers();
	guarded();
	return tap_end();
}
