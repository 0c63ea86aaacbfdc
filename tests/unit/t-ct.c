/* SPDX-License-Identifier: ISC */
/*
 * Constant time: the program runs itself again under valgrind with its secrets
 * marked as undefined, so that memcheck reports each branch and each index
 * that depends on them. memcmp and a table stand beside as controls, which
 * must be reported; without that the silence of the rest would mean nothing.
 *
 * What a caller is told in the end (valid or not, same or not) is public.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/bech32.h"
#include "base/secret.h"
#include "fixture.h"
#include "tap.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#define HAVE_MEMCHECK 1
#endif
#endif

#if defined(HAVE_MEMCHECK) && !defined(SANITIZED)

/* The header's macros convert as they please. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <valgrind/memcheck.h>

static void hide(void *data, size_t len)
{
	VALGRIND_MAKE_MEM_UNDEFINED(data, len);
}

static void reveal(void *data, size_t len)
{
	VALGRIND_MAKE_MEM_DEFINED(data, len);
}
#pragma GCC diagnostic pop

/* A verdict, made public and looked at. */
static void look(bool verdict)
{
	reveal(&verdict, sizeof(verdict));
	if (!verdict)
		puts("no");
}

static uint8_t secret[64], other[64];

static void control_memcmp(void)
{
	hide(secret, 32);
	look(memcmp(secret, other, 32) != 0);
}

static void control_table(void)
{
	static volatile const uint8_t table[256] = {1, 2, 3};
	volatile uint8_t sink;

	hide(secret, 32);
	for (size_t i = 0; i < 32; i++)
		sink = table[secret[i]];
	(void)sink;
}

static void control_branch(void)
{
	volatile unsigned odd = 0;

	hide(secret, 1);
	if (secret[0] & 1)
		odd = 1;
	(void)odd;
}

static void equal(void)
{
	hide(secret, 32);
	look(!wax_equal(secret, other, 32));
}

static void base64_encode(void)
{
	char text[90];

	hide(secret, 64);
	for (size_t len = 1; len <= 64; len++) {
		wax_base64_encode(secret, len, text);
		wax_base64_encode_padded(secret, len, text);
	}
}

static void base64_decode(void)
{
	char text[90];
	uint8_t out[64];

	for (size_t len = 1; len <= 64; len++) {
		size_t n = wax_base64_len(len);

		wax_base64_encode(secret, len, text);
		hide(text, n);
		look(wax_base64_decode(text, n, out));
		reveal(text, n);
	}
}

static void bech32_encode(void)
{
	char text[200];

	hide(secret, 64);
	for (size_t len = 1; len <= 64; len++) {
		wax_bech32_encode("age-secret-key-", true, secret, len, text);
		wax_bech32_encode("age-secret-key-", false, secret, len, text);
	}
}

static void bech32_decode(void)
{
	static const char hrp[] = "age-secret-key-";
	const size_t prefix = sizeof(hrp); /* with the 1 after it */
	char text[200];
	uint8_t out[64];

	for (size_t len = 1; len <= 64; len++) {
		for (int upper = 0; upper < 2; upper++) {
			size_t n = wax_bech32_len(prefix - 1, len);

			wax_bech32_encode(hrp, upper, secret, len, text);
			hide(text + prefix, n - prefix);
			look(wax_bech32_decode(text, n, hrp, upper, out, len));
			reveal(text, n);
		}
	}
}

/*
 * Reading a line is left out: whether its Bech32 is valid is a branch, on a
 * verdict that the caller hears anyway.
 */
static void secret_key_text(void)
{
	for (unsigned i = 0; i < 2; i++) {
		struct wax_secret_key key, again;
		struct wax_secret *line;

		fixture_key(fixture_kind(i), 1, &key);
		hide(wax_secret_bytes(key.secret), wax_secret_size(key.secret));
		/* Makes the public key, for X25519. */
		wax_secret_key_init(&again, key.kind, key.secret);
		if (wax_secret_key_text(&again, &line, NULL))
			return;
		wax_secret_free(line);
		wax_secret_key_release(&again);
	}
}

static const struct test {
	const char *name, *what;
	void (*run)(void);
	bool reported;
} tests[] = {
	{"memcmp", "memcmp is reported", control_memcmp, true},
	{"table", "an index into a table is reported", control_table, true},
	{"branch", "a branch is reported", control_branch, true},
	{"equal", "comparing", equal, false},
	{"base64-encode", "encoding base64", base64_encode, false},
	{"base64-decode", "decoding base64", base64_decode, false},
	{"bech32-encode", "encoding Bech32", bech32_encode, false},
	{"bech32-decode", "decoding Bech32", bech32_decode, false},
	{"key", "writing an identity", secret_key_text, false},
};
#define N_TESTS (sizeof(tests) / sizeof(*tests))
#define REPORTED 77

/* The exit status of this program under valgrind with one argument. */
static int under_valgrind(const char *name)
{
	char self[4096], code[32];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int status = -1;
	pid_t pid;

	if (n < 0)
		return -1;
	self[n] = '\0';
	snprintf(code, sizeof(code), "--error-exitcode=%d", REPORTED);
	pid = fork();
	if (!pid) {
		if (!freopen("/dev/null", "w", stdout) ||
		    !freopen("/dev/null", "w", stderr))
			_exit(126);
		execlp("valgrind", "valgrind", "-q", "--tool=memcheck",
		       "--undef-value-errors=yes", "--leak-check=no", code,
		       self, name, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(int argc, char **argv)
{
	tap_fill(secret, sizeof(secret), 1);
	tap_fill(other, sizeof(other), 2);
	for (size_t i = 0; argc > 1 && i < N_TESTS; i++) {
		if (strcmp(argv[1], tests[i].name) != 0)
			continue;
		tests[i].run();
		return 0;
	}
	if (argc > 1) /* valgrind works here, and finds nothing in this */
		return strcmp(argv[1], "nothing") != 0;
	if (under_valgrind("nothing") != 0) {
		tap_skip("secrets decide no branch and no index",
			 "valgrind does not run here");
		return tap_end();
	}
	for (size_t i = 0; i < N_TESTS; i++)
		tap_is(under_valgrind(tests[i].name),
		       tests[i].reported ? REPORTED : 0, "%s%s", tests[i].what,
		       tests[i].reported ? ""
					 : ": no secret decides a branch "
					   "or an index");
	return tap_end();
}

#else

int main(void)
{
	tap_skip("secrets decide no branch and no index",
		 "valgrind's header is missing, or a sanitizer is in the way");
	return tap_end();
}

#endif
