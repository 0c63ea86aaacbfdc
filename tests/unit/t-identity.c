/* SPDX-License-Identifier: ISC */
/*
 * Identities: their text forms, and identity files of all kinds. OpenSSH's are
 * in t-openssh.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bech32.h"
#include "fixture.h"
#include "mock.h"
#include "tap.h"

/* The example of age's own documentation: the scalar is 32 times 0x42. */
#define AGE_SECRET                                                              \
	"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4" \
	"EGAEX"
#define AGE_PUBLIC                                                             \
	"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"

static struct wax_identities *empty(void)
{
	struct wax_identities *list = NULL;

	tap_err(wax_identities_new(NULL, NULL, &list, NULL), 0, NULL,
		"an empty list");
	return list;
}

static void pinned(void)
{
	struct wax_identities *list = empty();
	struct wax_diag diag = {0};
	struct wax_secret *line;
	char *text;
	size_t n;

	tap_err(fixture_read(list, AGE_SECRET, strlen(AGE_SECRET), &diag), 0,
		&diag, "age's example");
	tap_err(wax_identities_unlock(list, &n, &diag), 0, &diag, "unlocked");
	tap_is((long long)n, 1, "one");
	if (!wax_identities_recipient(list, 0, &text, &diag)) {
		tap_text(text, AGE_PUBLIC, "its recipient is age's");
		free(text);
	}
	if (!wax_identities_secret(list, 0, &line, &diag)) {
		tap_bytes(wax_secret_bytes(line), wax_secret_size(line),
			  AGE_SECRET, strlen(AGE_SECRET), "its line is age's");
		wax_secret_free(line);
	}
	wax_identities_free(list);
	wax_identities_free(NULL);
}

/* What is printed is what was read, and has the lengths of the formats. */
static void text_forms(void)
{
	static const size_t public_len[] = {1959, 62, 80};
	static const size_t secret_len[] = {77, 74};

	for (unsigned i = 0; i < FIXTURE_KINDS; i++) {
		enum wax_identity_kind kind = fixture_kind(i);
		const char *name = fixture_name(kind);
		struct wax_identities *list = fixture_identities(kind, 1);
		char *recipient = NULL, *again = fixture_recipient(kind, 1);
		char *file = fixture_file(kind, 1);
		struct wax_secret *line;
		size_t n = 0;

		wax_identities_unlock(list, &n, NULL);
		wax_identities_recipient(list, 0, &recipient, NULL);
		tap_text(recipient, again, "%s: the recipient", name);
		tap_is((long long)strlen(recipient), (long long)public_len[i],
		       "%s: its length", name);
		if (kind != WAX_IDENTITY_SSH_ED25519 &&
		    !wax_identities_secret(list, 0, &line, NULL)) {
			tap_is((long long)wax_secret_size(line),
			       (long long)secret_len[i],
			       "%s: the line's length", name);
			tap_bytes(wax_secret_bytes(line), wax_secret_size(line),
				  strstr(file, "AGE-"), strlen(file) - 13,
				  "%s: the line", name);
			wax_secret_free(line);
		}
		wax_identities_free(list);
		free(recipient);
		free(again);
		free(file);
	}
}

static void files(void)
{
	char *pq = fixture_file(WAX_IDENTITY_MLKEM768X25519, 1);
	char *line = strstr(pq, "AGE-");
	char text[2048];

	fixture_expect_text(pq, 0, 1, "a comment and an identity");
	snprintf(text, sizeof(text), "%s\n\n# x\r\n\r\n%s%s", AGE_SECRET, line,
		 AGE_SECRET);
	fixture_expect_text(text, 0, 3,
			    "three, empty lines, CR LF, no LF at the end");
	fixture_expect_text("", WAX_ERR_FORMAT, 0, "an empty file");
	fixture_expect_text("# only\n\n", WAX_ERR_FORMAT, 0, "comments alone");
	fixture_expect_text("hello\n", WAX_ERR_FORMAT, 0, "other text");
	snprintf(text, sizeof(text), "%shello\n", pq);
	fixture_expect_text(text, WAX_ERR_FORMAT, 0,
			    "other text after an identity");
	fixture_expect_text(" " AGE_SECRET "\n", WAX_ERR_FORMAT, 0,
			    "a space before");
	fixture_expect_text(AGE_SECRET " \n", WAX_ERR_FORMAT, 0,
			    "a space after");
	fixture_expect_text(AGE_SECRET "\r\r\n", WAX_ERR_FORMAT, 0, "CR CR LF");
	fixture_expect_text(AGE_PUBLIC "\n", WAX_ERR_FORMAT, 0, "a recipient");
	fixture_expect_text("AGE-PLUGIN-YUBIKEY-1XYZ\n", WAX_ERR_USAGE, 0,
			    "a plugin's");
	fixture_expect_text("-----BEGIN RSA PRIVATE KEY-----\n", WAX_ERR_USAGE,
			    0, "an old SSH key");
	fixture_expect(AGE_SECRET "\0\n", strlen(AGE_SECRET) + 2,
		       WAX_ERR_FORMAT, 0, "a NUL after");
	fixture_expect_text(AGE_SECRET AGE_SECRET, WAX_ERR_FORMAT, 0,
			    "two on a line");
	line[0] = 'a';
	fixture_expect_text(pq, WAX_ERR_FORMAT, 0, "one small letter");
	line[0] = 'A';
	line[76] = line[76] == 'Q' ? 'P' : 'Q';
	fixture_expect_text(pq, WAX_ERR_FORMAT, 0, "a wrong checksum");
	free(pq);
}

static void lower_case(void)
{
	char text[80], upper[80];
	uint8_t seed[32];

	tap_fill(seed, 32, 1);
	wax_bech32_encode("age-secret-key-", false, seed, 32, text);
	text[74] = '\0';
	fixture_expect_text(text, WAX_ERR_FORMAT, 0,
			    "small letters all through");
	wax_bech32_encode("age-secret-key-", true, seed, 32, upper);
	upper[74] = '\0';
	fixture_expect_text(upper, 0, 1, "capitals all through");
	wax_bech32_encode("age-secret-key-", true, seed, 31, upper);
	upper[wax_bech32_len(15, 31)] = '\0';
	fixture_expect_text(upper, WAX_ERR_FORMAT, 0, "31 bytes");
	wax_bech32_encode("age-secret-key-", true, seed, 32, upper);
	upper[10] = '\0';
	fixture_expect_text(upper, WAX_ERR_FORMAT, 0, "cut");
}

/* Messages never repeat what the file holds; the number of the line does. */
static void messages(void)
{
	static const char *const texts[] = {
		"# x\nAGE-SECRET-KEY-1SECRETSECRETSECRET\n",
		"# x\nAGE-SECRET-KEY-PQ-1SECRETSECRETSECRET\n",
		"# x\nAGE-PLUGIN-SECRETSECRET-1QQ\n",
		"# x\nSECRET SECRET SECRET\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct wax_identities *list = empty();
		struct wax_diag diag = {0};

		tap_ok(fixture_read(list, texts[i], strlen(texts[i]), &diag) <
			       0,
		       "bad text %zu", i);
		tap_ok(!strstr(diag.text, "SECRETS") &&
			       !strstr(diag.text, "SECRET S"),
		       "is not repeated");
		tap_ok(!strncmp(diag.text, "line 2: ", 8), "its line is named");
		wax_identities_free(list);
	}
}

static void too_large(void)
{
	const size_t most = WAX_IDENTITY_FILE_MAX;
	char *text = malloc(most + 1);
	struct wax_identities *list;
	struct wax_diag diag = {0};
	size_t n = 0;

	if (!text)
		return;
	memset(text, '#', most + 1);
	memcpy(text, AGE_SECRET "\n", strlen(AGE_SECRET) + 1);
	list = empty();
	tap_err(fixture_read(list, text, most, &diag), 0, &diag,
		"a file of 16 MiB");
	wax_identities_unlock(list, &n, NULL);
	tap_is((long long)n, 1, "its identity");
	wax_identities_free(list);
	list = empty();
	tap_err(fixture_read(list, text, most + 1, &diag), WAX_ERR_FORMAT,
		&diag, "a byte more is refused, not cut");
	wax_identities_free(list);
	free(text);
}

/* A reading that fails half way leaves what was there before. */
static void taken_back(void)
{
	struct wax_identities *list = empty();
	struct wax_diag diag = {0};
	char text[300];
	size_t n = 0;

	fixture_read(list, AGE_SECRET, strlen(AGE_SECRET), &diag);
	snprintf(text, sizeof(text), "%s\n%s\nx\n", AGE_SECRET, AGE_SECRET);
	tap_err(fixture_read(list, text, strlen(text), &diag), WAX_ERR_FORMAT,
		&diag, "two identities and a bad line");
	wax_identities_unlock(list, &n, NULL);
	tap_is((long long)n, 1, "only the one from before is there");
	wax_identities_free(list);
}

static void generated(void)
{
	struct wax_identities *list = empty();
	struct wax_diag diag = {0};
	char *a = NULL, *b = NULL;
	size_t n = 0;

	for (unsigned i = 0; i < 2; i++)
		for (unsigned j = 0; j < 2; j++)
			tap_err(wax_identities_generate(list, fixture_kind(i),
							&diag),
				0, &diag, "generated: %s",
				fixture_name(fixture_kind(i)));
	wax_identities_unlock(list, &n, NULL);
	tap_is((long long)n, 4, "four of them");
	for (size_t i = 0; i < 4; i += 2) {
		wax_identities_recipient(list, i, &a, NULL);
		wax_identities_recipient(list, i + 1, &b, NULL);
		tap_ok(strcmp(a, b) != 0, "no two are the same");
		free(a);
		free(b);
	}
	wax_identities_free(list);
}

int main(void)
{
	pinned();
	text_forms();
	files();
	lower_case();
	messages();
	too_large();
	taken_back();
	generated();
	return tap_end();
}
