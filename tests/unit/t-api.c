/* SPDX-License-Identifier: ISC */
/*
 * Sealing and opening through the public interface: with streams
 * of one's own, all kinds of recipients, and everything that can go wrong; and
 * that each stream is freed exactly once, by whoever owns it then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wax.h>

#include "mock.h"
#include "tap.h"
#include "whole.h"

static void all_kinds(void)
{
	static const size_t lens[] = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1};

	for (unsigned k = 0; k < FIXTURE_KINDS; k++) {
		enum wax_identity_kind kind = fixture_kind(k);
		struct wax_recipients *to = whole_recipients(kind, 1, 3);
		struct wax_identities *second = fixture_identities(kind, 2);
		struct wax_identities *other = fixture_identities(kind, 9);

		for (unsigned flags = 0; flags <= WAX_SEAL_ARMOR; flags++) {
			for (size_t i = 0; i < 5; i++) {
				struct wax_bytes s =
					whole_seal(to, flags, lens[i], 7000);
				char what[64];

				snprintf(what, sizeof(what),
					 "%s, armor %u, %zu bytes",
					 fixture_name(kind), flags, lens[i]);
				whole_expect(second, &s, 0, lens[i], what);
				whole_expect(other, &s, WAX_ERR_NO_KEY, 0,
					     what);
				wax_bytes_release(&s);
			}
		}
		wax_recipients_free(to);
		wax_identities_free(second);
		wax_identities_free(other);
	}
}

static void one_byte_at_a_time(void)
{
	struct wax_recipients *to = whole_recipients(X, 1, 1);
	struct wax_identities *with = fixture_identities(X, 1);

	for (unsigned flags = 0; flags <= WAX_SEAL_ARMOR; flags++) {
		struct wax_bytes s = whole_seal(to, flags, CHUNK + 10, 1);
		struct whole_opened o = whole_open(with, s.data, s.len, 1);

		tap_err(o.err, 0, &o.diag, "written and read byte by byte");
		tap_bytes(o.out.data, o.out.len, whole_plain, CHUNK + 10,
			  "all of it");
		wax_bytes_release(&o.out);
		wax_bytes_release(&s);
	}
	wax_recipients_free(to);
	wax_identities_free(with);
}

/* Two seals of the same have nothing but the form in common. */
static void fresh_keys(void)
{
	struct wax_recipients *to = whole_recipients(PQ, 1, 1);
	struct wax_bytes a = whole_seal(to, 0, 100, 100),
			 b = whole_seal(to, 0, 100, 100);
	size_t same = 0;

	for (size_t i = 1600; i < a.len && i < b.len; i++)
		same += a.data[i] == b.data[i];
	tap_ok(a.len == b.len && same < 20, "sealed twice: other bytes");
	wax_bytes_release(&a);
	wax_bytes_release(&b);
	wax_recipients_free(to);
}

/* Each bit of a header, and the first ones of the payload. */
static void every_bit(void)
{
	struct wax_recipients *to = whole_recipients(X, 1, 1);
	struct wax_identities *with = fixture_identities(X, 1);
	struct wax_bytes s = whole_seal(to, 0, 5, 5);
	unsigned opened = 0, odd = 0;

	for (size_t bit = 0; bit < 8 * s.len; bit++) {
		struct whole_opened o;

		s.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		o = whole_open(with, s.data, s.len, 0);
		opened += !o.err;
		odd += (o.err != WAX_ERR_FORMAT && o.err != WAX_ERR_NO_KEY) ||
		       o.out.len || !o.good_use;
		wax_bytes_release(&o.out);
		s.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	tap_is(opened, 0, "none of %zu changed bits is accepted", 8 * s.len);
	tap_is(odd, 0, "each is malformed or no match, and gives nothing");
	opened = 0;
	for (size_t len = 0; len < s.len; len++) {
		struct whole_opened o = whole_open(with, s.data, len, 0);

		opened += o.err != WAX_ERR_FORMAT || o.out.len || !o.good_use;
		wax_bytes_release(&o.out);
	}
	tap_is(opened, 0, "cut anywhere it is malformed, and gives nothing");
	wax_bytes_release(&s);
	wax_recipients_free(to);
	wax_identities_free(with);
}

static void partial_release(void)
{
	struct wax_recipients *to = whole_recipients(X, 1, 1);
	struct wax_identities *with = fixture_identities(X, 1);
	struct wax_bytes s = whole_seal(to, 0, 3 * CHUNK, CHUNK);

	s.len -= 1;
	whole_expect(with, &s, WAX_ERR_FORMAT, 2 * CHUNK,
		     "the last byte missing");
	s.len -= CHUNK + 15;
	whole_expect(with, &s, WAX_ERR_FORMAT, 2 * CHUNK,
		     "the last chunk missing");
	s.data[s.len - 1] ^= 1;
	whole_expect(with, &s, WAX_ERR_FORMAT, CHUNK,
		     "the second chunk changed");
	wax_bytes_release(&s);
	wax_recipients_free(to);
	wax_identities_free(with);
}

static void no_recipient(void)
{
	struct wax_recipients *none = whole_recipients(X, 0, 0);
	struct mock_sink m;
	struct wax_diag diag = {0};

	for (unsigned flags = 0; flags <= WAX_SEAL_ARMOR; flags++) {
		struct wax_sink *sink = mock_sink(&m);

		tap_err(wax_seal(none, whole_flags(flags), &sink, &diag),
			WAX_ERR_USAGE, &diag, "no recipient");
		tap_ok(!m.frees && !m.writes && !m.finishes && sink,
		       "the sink stays the caller's, nothing was written");
		wax_sink_free(sink);
		tap_is(m.frees, 1, "and is freed once");
	}
	wax_recipients_free(none);
}

/* A bad key is noticed when it is used: the sink is freed then as well. */
static void bad_recipient(void)
{
	char *text = fixture_recipient(PQ, 1);
	struct wax_recipients *list = whole_recipients(PQ, 2, 1);
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	struct wax_diag diag = {0};
	struct wax_public_key key;
	int err;

	if (wax_public_key_parse(&key, text, strlen(text), NULL))
		return;
	free(text);
	memset(key.bytes + WAX_XWING_PUBLIC_SIZE - 32, 0, 32);
	if (wax_public_key_text(&key, &text, NULL))
		return;
	err = wax_recipients_add(list, text, strlen(text), &diag);
	if (!err)
		err = wax_seal(list, NULL, &sink, &diag);
	wax_sink_free(sink);
	tap_err(err, WAX_ERR_USAGE, &diag, "a recipient that is no key");
	tap_ok(m.frees == 1 && !m.writes, "nothing was written");
	wax_recipients_free(list);
	free(text);
}

/* The sink below fails at each of its writes in turn, and at the finish. */
static void failing_sinks(unsigned flags)
{
	struct wax_recipients *list = whole_recipients(X, 1, 1);
	unsigned n = 0, good = 0;
	bool whole = false;

	while (!whole && n < 100) {
		struct mock_sink m;
		struct wax_sink *sink = mock_sink(&m);
		struct wax_diag diag = {0};
		int err;

		m.fail_at = ++n;
		err = wax_seal(list, whole_flags(flags), &sink, &diag);
		for (unsigned i = 0; i < 20 && !err; i++)
			err = wax_sink_write(sink, whole_plain, CHUNK, &diag);
		if (err) /* and nothing more after it */
			good -= wax_sink_write(sink, whole_plain, CHUNK,
					       NULL) != err;
		err = wax_sink_finish(sink, &diag);
		whole = !err;
		good += whole ? m.finishes == 1
			      : err == MOCK_ERR && m.writes == n &&
					!m.finishes &&
					!strcmp(diag.text, MOCK_TEXT);
		wax_sink_free(sink);
		good -= m.misuse || m.frees != 1;
		wax_bytes_release(&m.got);
	}
	tap_ok(n > 3 && good == n, "armor %u: each of %u writes fails once",
	       flags, n - 1);
	wax_recipients_free(list);
}

static void failing_finish(unsigned flags)
{
	struct wax_recipients *list = whole_recipients(X, 1, 1);
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	struct wax_diag diag = {0};

	m.fail_finish = true;
	wax_seal(list, whole_flags(flags), &sink, &diag);
	tap_err(wax_sink_finish(sink, &diag), MOCK_ERR, &diag,
		"armor %u: the finish fails", flags);
	wax_sink_free(sink);
	tap_ok(m.finishes == 1 && m.frees == 1 && !m.misuse, "once");
	wax_bytes_release(&m.got);
	wax_recipients_free(list);
}

static void given_up(unsigned flags)
{
	struct wax_recipients *list = whole_recipients(X, 1, 1);
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	size_t written;

	wax_seal(list, whole_flags(flags), &sink, NULL);
	tap_ok(!m.writes, "armor %u: nothing is written at once", flags);
	wax_sink_free(sink);
	tap_ok(!m.writes && !m.finishes && m.frees == 1,
	       "armor %u: freed at once, nothing is written", flags);
	sink = mock_sink(&m);
	wax_seal(list, whole_flags(flags), &sink, NULL);
	wax_sink_write(sink, whole_plain, 2 * CHUNK, NULL);
	written = m.got.len;
	wax_sink_free(sink);
	tap_ok(m.got.len == written && !m.finishes && m.frees == 1,
	       "armor %u: freed half way, nothing more is written", flags);
	wax_bytes_release(&m.got);
	wax_recipients_free(list);
}

/* The source below fails at each of its reads in turn. */
static void failing_sources(unsigned flags)
{
	struct wax_recipients *list = whole_recipients(X, 1, 1);
	struct wax_identities *with = fixture_identities(X, 1);
	struct wax_bytes s = whole_seal(list, flags, CHUNK + 5, 1000);
	unsigned n = 0, good = 0;
	int err = MOCK_ERR;

	while (err && n < 1000) {
		struct mock_source m;
		struct wax_source *source = mock_source(&m, s.data, s.len);
		struct wax_diag diag = {0};
		struct wax_bytes out = {0};

		m.step = 500;
		m.fail_at = ++n;
		err = wax_open(with, NULL, &source, NULL, &diag);
		if (!err)
			err = mock_drain(source, 10000, &out, &diag);
		wax_source_free(source);
		good += (!err ||
			 (err == MOCK_ERR && !strcmp(diag.text, MOCK_TEXT))) &&
			m.frees == 1 && !m.misuse &&
			(!out.len || !memcmp(out.data, whole_plain, out.len));
		wax_bytes_release(&out);
	}
	tap_ok(n > 100 && n < 1000 && good == n,
	       "armor %u: each of %u reads fails once", flags, n - 1);
	wax_bytes_release(&s);
	wax_recipients_free(list);
	wax_identities_free(with);
}

/* The list may go as soon as wax_open() has returned. */
static void identities_are_borrowed(void)
{
	struct wax_recipients *to = whole_recipients(PQ, 1, 1);
	struct wax_identities *with = fixture_identities(PQ, 1);
	struct wax_bytes s = whole_seal(to, 0, 1000, 1000), out = {0};
	struct mock_source m;
	struct wax_source *source = mock_source(&m, s.data, s.len);

	tap_err(wax_open(with, NULL, &source, NULL, NULL), 0, NULL, "opened");
	wax_identities_free(with);
	wax_recipients_free(to);
	tap_err(mock_drain(source, 100, &out, NULL), 0, NULL,
		"read after the identities are gone");
	tap_bytes(out.data, out.len, whole_plain, 1000, "all of it");
	wax_source_free(source);
	tap_is(m.frees, 1, "the source is freed");
	wax_bytes_release(&s);
	wax_bytes_release(&out);
}

/* age seals to one kind at a time; what others mixed is opened all the same. */
static void several_identities(void)
{
	struct wax_identities *list = fixture_identities(PQ, 1);
	struct wax_diag diag = {0};

	for (unsigned i = 1; i < FIXTURE_KINDS; i++) {
		char *file = fixture_file(fixture_kind(i), 1);

		fixture_read(list, file, strlen(file), &diag);
		free(file);
	}
	for (unsigned i = 0; i < FIXTURE_KINDS; i++) {
		struct wax_recipients *to =
			whole_recipients(fixture_kind(i), 0, 3);
		struct wax_bytes s = whole_seal(to, 0, 50, 50);

		whole_expect(list, &s, 0, 50, "three identities, one fits");
		wax_bytes_release(&s);
		wax_recipients_free(to);
	}
	wax_identities_free(list);
	if (wax_identities_new(NULL, NULL, &list, NULL))
		return;
	{
		struct wax_recipients *to = whole_recipients(X, 0, 3);
		struct wax_bytes s = whole_seal(to, 0, 50, 50);

		whole_expect(list, &s, WAX_ERR_NO_KEY, 0, "no identity at all");
		wax_bytes_release(&s);
		wax_recipients_free(to);
	}
	wax_identities_free(list);
}

int main(void)
{
	tap_fill(whole_plain, sizeof(whole_plain), 1);
	all_kinds();
	one_byte_at_a_time();
	fresh_keys();
	every_bit();
	partial_release();
	no_recipient();
	bad_recipient();
	for (unsigned flags = 0; flags <= WAX_SEAL_ARMOR; flags++) {
		failing_sinks(flags);
		failing_finish(flags);
		given_up(flags);
		failing_sources(flags);
	}
	identities_are_borrowed();
	several_identities();
	return tap_end();
}
