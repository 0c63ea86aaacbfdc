/* SPDX-License-Identifier: ISC */
/*
 * Detached signatures: known answers, and what a file may not be.
 */
#include <stdlib.h>
#include <string.h>

#include <wax.h>

#include "fixture.h"
#include "mock.h"
#include "tap.h"

#define KEY "RWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVuDmK"
#define COMMENT "timestamp:0\tfile:hello"

/* Of the seed 00 01 ... 1f, over "hello\n"; made by another program. */
static const char answer[] =
	"untrusted comment: signature of a wax identity\n"
	"RURE2gIMiN90nE+gqzRm91OapAQ5jah7mRt0WyTn5/dpdnIi28FTjXT+UnzkQWUPsmVSo"
	"4e9LUQBmmuq/xPLKVFu69KsV989FgU=\n"
	"trusted comment: " COMMENT "\n"
	"YXNj9e/mQO5+qx72d992+/301Hw70+Gf4eCXL/9UCvnCouYVqDu012NltqpblJ5OR+Xko"
	"dhbrerRFErLi77HBw==\n";

/* minisign 0.11's, of the same message, with the option -l and without. */
#define THEIR_KEY "RWT3Nyk/KDSZqW7Q6B57yxfMb1f3bBf88yzKBo2jFp5/pVhnC1meRSb9"
static const char *const theirs[] = {
	"untrusted comment: signature from minisign secret key\n"
	"RWT3Nyk/KDSZqc8pJuS8dOnra3Tks7XMgTT3I1cbVOFuc01SgCGURaW9na8e"
	"qehxYL/Cpwncw2RAyx2Hxo+J913S3pADXT/Jeg4=\n"
	"trusted comment: old\n"
	"LUXbdCY3OI+Y1MZlhglUYnRwWQXY/6+IaPD83OSEb5f/CJYHKayv/0CkIa0s"
	"Yy2LxDwH1BdZpwstnLlrSTEODQ==\n",
	"untrusted comment: signature from minisign secret key\n"
	"RUT3Nyk/KDSZqXi9ubqcLgmiifk39223VqmfUyezPTdFMoRkEE+mlp+kx9/z"
	"CIZ1zg59bZ1GFQi/dG+xJBigTCM0lXvmnQgu+gw=\n"
	"trusted comment: note\n"
	"8kqf/n5qB7e95LKUxYkZS66VuSV4X2JKkKL+YgHBZRB3dns3/1tqLcr2h+Vv"
	"6jttWbwwcUelITvd6RyFXixeCQ==\n",
};

static struct wax_identities *identity(void)
{
	struct wax_identities *list = NULL;
	struct wax_secret *seed = NULL, *line = NULL;
	struct wax_secret_key key;

	if (wax_secret_new(32, &seed, NULL))
		return NULL;
	for (uint8_t i = 0; i < 32; i++)
		wax_secret_bytes(seed)[i] = i;
	wax_secret_key_init(&key, WAX_IDENTITY_MLKEM768X25519, seed);
	if (wax_secret_key_text(&key, &line, NULL) ||
	    wax_identities_new(NULL, NULL, &list, NULL) ||
	    fixture_read(list, (char *)wax_secret_bytes(line),
			 wax_secret_size(line), NULL))
		tap_ok(false, "an identity of a fixed seed");
	wax_secret_free(line);
	wax_secret_key_release(&key);
	return list;
}

static int sign(struct wax_identities *list, const char *comment,
		const char *trusted, struct wax_bytes *out,
		struct wax_diag *diag)
{
	struct mock_source m;
	struct mock_sink s;
	struct wax_source *from = mock_source(&m, "hello\n", 6);
	struct wax_sink *to = mock_sink(&s);
	int err = wax_sign(list, comment, trusted, from, to, diag);

	wax_source_free(from);
	wax_sink_free(to);
	*out = s.got;
	return err;
}

static void known_answers(void)
{
	struct wax_identities *list = identity();
	char key[WAX_MINISIGN_KEY_SIZE] = "", public[WAX_PUBLIC_IDENTITY_SIZE];
	struct wax_bytes got = {0};
	struct wax_diag diag = {0};
	size_t n;

	tap_err(wax_identities_unlock(list, &n, &diag), 0, &diag, "unlocked");
	tap_err(wax_identities_minisign(list, 0, key, &diag), 0, &diag,
		"the public key");
	tap_ok(!strcmp(key, KEY), "is the known one: %s", key);
	tap_err(wax_identities_public(list, 0, public, &diag), 0, &diag,
		"the identity is another key");
	tap_err(sign(list, NULL, COMMENT, &got, &diag), 0, &diag, "signing");
	tap_bytes(got.data, got.len, answer, sizeof(answer) - 1,
		  "the known signature");
	wax_bytes_release(&got);
	wax_identities_free(list);
}

static void refused_comments(void)
{
	static const char *const bad[] = {"a\nb", "a\rb", "\x1b[2J", "\xff"};
	struct wax_identities *list = identity();
	char *long_one = calloc(1, WAX_TRUSTED_COMMENT_MAX + 2);
	struct wax_bytes got = {0};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		tap_err(sign(list, bad[i], NULL, &got, NULL), WAX_ERR_USAGE,
			NULL, "comment %zu", i);
		tap_err(sign(list, NULL, bad[i], &got, NULL), WAX_ERR_USAGE,
			NULL, "trusted comment %zu", i);
		tap_is((long long)got.len, 0, "nothing is written");
	}
	memset(long_one, 'x', WAX_TRUSTED_COMMENT_MAX + 1);
	tap_err(sign(list, NULL, long_one, &got, NULL), WAX_ERR_USAGE, NULL,
		"a trusted comment that is too long");
	long_one[WAX_TRUSTED_COMMENT_MAX] = '\0';
	tap_err(sign(list, NULL, long_one, &got, NULL), 0, NULL,
		"the longest one");
	wax_bytes_release(&got);
	free(long_one);
	wax_identities_free(list);
}

/* Other kinds of identities have no key for it, and neither has nobody. */
static void other_signers(void)
{
	struct wax_identities *none = NULL;
	struct wax_bytes got = {0};

	for (unsigned i = 0; i < FIXTURE_KINDS; i++) {
		enum wax_identity_kind kind = fixture_kind(i);
		struct wax_identities *list = fixture_identities(kind, 1);
		bool can = kind == WAX_IDENTITY_MLKEM768X25519;

		tap_err(sign(list, NULL, NULL, &got, NULL),
			can ? 0 : WAX_ERR_USAGE, NULL, "signing with %s",
			fixture_name(kind));
		wax_bytes_release(&got);
		wax_identities_free(list);
	}
	if (wax_identities_new(NULL, NULL, &none, NULL))
		return;
	tap_err(sign(none, NULL, NULL, &got, NULL), WAX_ERR_USAGE, NULL,
		"signing with nothing");
	wax_identities_free(none);
}

static int verify(const char *signature, size_t len, const char *key,
		  const char *message)
{
	struct mock_source m, n;
	struct wax_source *from = mock_source(&m, signature, len);
	struct wax_source *data = mock_source(&n, message, strlen(message));
	struct wax_signature *s = NULL;
	int err;

	m.step = n.step = 3;
	err = wax_signature_read(from, &s, NULL);
	if (!err)
		err = wax_verify(s, key, data, NULL);
	wax_signature_free(s);
	wax_source_free(from);
	wax_source_free(data);
	return err;
}

static void verifying(void)
{
	size_t len = sizeof(answer) - 1;

	tap_is(verify(answer, len, KEY, "hello\n"), 0, "a good one");
	tap_is(verify(answer, len, KEY, "hello"), WAX_ERR_TRUST,
	       "another message");
	tap_is(verify(answer, len, KEY, ""), WAX_ERR_TRUST, "no message");
	tap_is(verify(answer, len, THEIR_KEY, "hello\n"), WAX_ERR_TRUST,
	       "another key");
	tap_is(verify(answer, len, "RW", "hello\n"), WAX_ERR_USAGE, "no key");
	for (size_t i = 0; i < 2; i++) {
		tap_is(verify(theirs[i], strlen(theirs[i]), THEIR_KEY,
			      "hello\n"),
		       0, "minisign's own, %zu", i);
		tap_is(verify(theirs[i], strlen(theirs[i]), THEIR_KEY, "hello"),
		       WAX_ERR_TRUST, "and another message");
	}
}

/* Which key a signature names, whether or not it is good. */
static void made_by(void)
{
	static const struct {
		const char *text, *key;
		bool is;
	} cases[] = {
		{answer, KEY, true},
		{answer, THEIR_KEY, false},
		{answer, "", false},
		{answer, "RW", false},
		{answer,
		 "RWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVu"
		 "DmKA",
		 false},
		/* The same number before another key. */
		{answer,
		 "RWRE2gIMiN90nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		 true},
		{NULL, THEIR_KEY, true},
		{NULL, KEY, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *text = cases[i].text ? cases[i].text : theirs[0];
		struct wax_signature *s = NULL;
		struct mock_source m;
		struct wax_source *from = mock_source(&m, text, strlen(text));

		tap_err(wax_signature_read(from, &s, NULL), 0, NULL, "read");
		if (s)
			tap_is(wax_signature_is_by(s, cases[i].key),
			       cases[i].is, "is it by that key, %zu", i);
		wax_signature_free(s);
		wax_source_free(from);
	}
}

/* Each byte changed: nothing but the untrusted comment may change. */
static void every_byte(void)
{
	size_t len = sizeof(answer) - 1, free_from = 19, free_to = 46;
	char *copy = malloc(len);
	size_t taken = 0;

	for (size_t i = 0; i < len; i++) {
		int err;

		memcpy(copy, answer, len);
		copy[i] ^= 1;
		err = verify(copy, len, KEY, "hello\n");
		taken += !err && (i < free_from || i >= free_to);
	}
	tap_is((long long)taken, 0, "no byte can be changed unnoticed");
	for (size_t i = 0; i + 1 < len; i++)
		taken += !verify(answer, i, KEY, "hello\n");
	tap_is((long long)taken, 0, "nothing can be cut off");
	free(copy);
}

static void malformed(void)
{
	static const char *const bad[] = {
		"",
		"\n",
		"untrusted comment: x\n",
		"comment: x\nRURE\ntrusted comment: y\nYX==\n",
		"untrusted comment: x\nRURE\ntrusted comment: y\nYXNj\n",
	};
	char *more = malloc(sizeof(answer) + 4);

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		tap_is(verify(bad[i], strlen(bad[i]), KEY, "hello\n"),
		       WAX_ERR_FORMAT, "malformed %zu", i);
	memcpy(more, answer, sizeof(answer) - 1);
	memcpy(more + sizeof(answer) - 1, "x\n", 2);
	tap_is(verify(more, sizeof(answer) + 1, KEY, "hello\n"), WAX_ERR_FORMAT,
	       "something follows");
	more[60] = '\0';
	tap_is(verify(more, sizeof(answer) - 1, KEY, "hello\n"), WAX_ERR_FORMAT,
	       "a NUL");
	free(more);
}

static void key_files(void)
{
	static const struct {
		const char *text;
		int err;
	} files[] = {
		{"untrusted comment: minisign public key\n" KEY "\n", 0},
		{KEY "\n", 0},
		{KEY, 0},
		{"untrusted comment: x\r\n" KEY "\r\n", 0},
		{"", WAX_ERR_FORMAT},
		{"untrusted comment: x\n", WAX_ERR_FORMAT},
		{KEY "\n" KEY "\n", WAX_ERR_FORMAT},
		{"RWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVuDm",
		 WAX_ERR_FORMAT},
		{"RURE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVuDmK",
		 WAX_ERR_FORMAT},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char key[WAX_MINISIGN_KEY_SIZE] = "";
		struct mock_source m;
		struct wax_source *from =
			mock_source(&m, files[i].text, strlen(files[i].text));

		tap_is(wax_minisign_key_read(from, key, NULL), files[i].err,
		       "key file %zu", i);
		tap_ok(files[i].err || !strcmp(key, KEY), "and its key");
		wax_source_free(from);
	}
}

int main(void)
{
	known_answers();
	refused_comments();
	other_signers();
	verifying();
	made_by();
	every_byte();
	malformed();
	key_files();
	return tap_end();
}
