/* SPDX-License-Identifier: ISC */
/*
 * Passphrases: of sealed files, and of identity files that stay sealed until
 * they are needed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mock.h"
#include "tap.h"
#include "whole.h"

/* A callback that answers, or fails, and counts. */
struct asked {
	const char *answer; /* NULL: fails */
	unsigned times;
	char name[64];
};

static int ask(void *ctx, const char *name, struct wax_secret **out,
	       struct wax_diag *diag)
{
	struct asked *a = ctx;

	a->times++;
	snprintf(a->name, sizeof(a->name), "%s", name ? name : "(none)");
	if (!a->answer)
		return wax_diag_set(diag, WAX_ERR_TRUST, "no answer");
	*out = fixture_secret(a->answer);
	return 0;
}

/* Seals text with the passphrase. */
static struct wax_bytes seal_text(const char *text, const char *passphrase,
				  unsigned flags)
{
	struct wax_recipients *list = whole_recipients(X, 0, 0);
	struct wax_secret *secret = fixture_secret(passphrase);
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	struct wax_diag diag = {0};
	int err = wax_recipients_add_passphrase(list, secret, 2, &diag);

	if (!err)
		err = wax_seal(list, whole_flags(flags), &sink, &diag);
	if (!err)
		err = wax_sink_write(sink, text, strlen(text), &diag);
	if (!err)
		err = wax_sink_finish(sink, &diag);
	if (err)
		tap_err(err, 0, &diag, "sealing with a passphrase");
	wax_sink_free(sink);
	wax_secret_free(secret);
	wax_recipients_free(list);
	return m.got;
}

static struct wax_identities *asking(struct asked *a)
{
	struct wax_identities *list = NULL;

	if (wax_identities_new(a ? ask : NULL, a, &list, NULL))
		tap_ok(false, "an empty list");
	return list;
}

static void passphrases(void)
{
	static const struct {
		const char *answer;
		int err;
		const char *what;
	} v[] = {
		{"right", 0, "the right passphrase"},
		{"wrong", WAX_ERR_NO_KEY, "a wrong passphrase"},
		{"right ", WAX_ERR_NO_KEY, "a longer one"},
		{"", WAX_ERR_NO_KEY, "an empty one"},
		{NULL, WAX_ERR_TRUST, "a callback that fails"},
	};
	struct wax_bytes s = seal_text("hello", "right", 0);
	struct wax_identities *list = asking(NULL);
	struct whole_opened o = whole_open(list, s.data, s.len, 0);

	tap_err(o.err, WAX_ERR_NO_KEY, &o.diag, "nobody to ask");
	wax_identities_free(list);
	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct asked a = {.answer = v[i].answer};

		list = asking(&a);
		o = whole_open(list, s.data, s.len, 0);
		tap_err(o.err, v[i].err, &o.diag, "%s", v[i].what);
		tap_bytes(o.out.data, o.out.len, "hello", o.err ? 0 : 5,
			  "%s: the text", v[i].what);
		tap_ok(a.times == 1 && !strcmp(a.name, "(none)") && o.good_use,
		       "asked for once, for the file itself");
		wax_bytes_release(&o.out);
		wax_identities_free(list);
	}
	wax_bytes_release(&s);
}

/* An identity file that a passphrase seals stays sealed until it is needed. */
static void sealed_identities(unsigned flags)
{
	char *file = fixture_file(X, 1);
	struct wax_bytes sealed_file = seal_text(file, "right", flags);
	struct wax_recipients *to = whole_recipients(X, 1, 1);
	struct wax_recipients *to_other = whole_recipients(X, 2, 1);
	struct wax_bytes s = whole_seal(to, 0, 100, 100);
	struct wax_bytes s_other = whole_seal(to_other, 0, 100, 100);
	struct asked a = {.answer = "right"};
	struct wax_identities *list = asking(&a);
	struct wax_diag diag = {0};
	char *other = fixture_file(X, 2);
	size_t n;

	tap_err(fixture_read(list, (char *)sealed_file.data, sealed_file.len,
			     &diag),
		0, &diag, "a sealed identity file, armor %u", flags);
	fixture_read(list, other, strlen(other), &diag);
	tap_is((long long)a.times, 0, "no passphrase is asked for yet");
	whole_expect(list, &s_other, 0, 100, "sealed to the other identity");
	tap_is((long long)a.times, 0, "nor now");
	whole_expect(list, &s, 0, 100, "sealed to this one");
	tap_is((long long)a.times, 1, "now it is");
	tap_text(a.name, "a file", "by the file's name");
	whole_expect(list, &s, 0, 100, "a second time");
	tap_err(wax_identities_unlock(list, &n, &diag), 0, &diag, "unlocked");
	tap_ok(a.times == 1 && n == 2, "it is not asked for again");
	wax_identities_free(list);

	a = (struct asked){.answer = "wrong"};
	list = asking(&a);
	fixture_read(list, (char *)sealed_file.data, sealed_file.len, &diag);
	whole_expect(list, &s, WAX_ERR_NO_KEY, 0, "with a wrong passphrase");
	a.answer = "right";
	whole_expect(list, &s, 0, 100, "then with the right one");
	wax_identities_free(list);
	wax_bytes_release(&sealed_file);
	wax_bytes_release(&s);
	wax_bytes_release(&s_other);
	wax_recipients_free(to);
	wax_recipients_free(to_other);
	free(file);
	free(other);
}

static void bad_sealed_identities(void)
{
	static const struct {
		const char *text;
		int err;
	} v[] = {
		{"no identity\n", WAX_ERR_FORMAT},
		{"AGE-PLUGIN-X-1QQQ\n", WAX_ERR_USAGE},
		{"", WAX_ERR_FORMAT},
	};

	for (size_t i = 0; i < 3; i++) {
		struct wax_bytes s = seal_text(v[i].text, "right", 0);
		struct asked a = {.answer = "right"};
		struct wax_identities *list = asking(&a);
		struct wax_diag diag = {0};
		size_t n = 99;

		fixture_read(list, (char *)s.data, s.len, &diag);
		tap_err(wax_identities_unlock(list, &n, &diag), v[i].err, &diag,
			"a passphrase over bad text %zu", i);
		tap_ok(strstr(diag.text, "'a file'") != NULL,
		       "the file is named");
		wax_identities_free(list);
		wax_bytes_release(&s);
	}
	{
		struct wax_recipients *to = whole_recipients(X, 1, 1);
		struct wax_bytes s = whole_seal(to, 0, 10, 10);
		struct wax_identities *list = asking(NULL);
		struct wax_diag diag = {0};
		size_t n;

		fixture_read(list, (char *)s.data, s.len, &diag);
		tap_err(wax_identities_unlock(list, &n, &diag), WAX_ERR_USAGE,
			&diag, "an identity file sealed to a recipient");
		wax_identities_free(list);
		wax_bytes_release(&s);
		wax_recipients_free(to);
	}
}

int main(void)
{
	tap_fill(whole_plain, sizeof(whole_plain), 1);
	passphrases();
	for (unsigned flags = 0; flags <= WAX_SEAL_ARMOR; flags++)
		sealed_identities(flags);
	bad_sealed_identities();
	return tap_end();
}
