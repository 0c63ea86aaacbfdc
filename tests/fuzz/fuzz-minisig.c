/* SPDX-License-Identifier: ISC */
/*
 * minisign's files: the first byte says which, a signature or a public key.
 *
 * Holds: reading gives the same byte by byte; a comment that was read stands in
 * the file; a signature of a fixed key over a fixed message is good for nothing
 * but the one file, but for its untrusted comment.
 */
#include <stdlib.h>
#include <string.h>

#include <wax.h>

#include "fuzz.h"

static int read_signature(const uint8_t *data, size_t size, size_t step,
			  struct wax_signature **out)
{
	struct wax_source *from = slow_source(data, size, step);
	int err = wax_signature_read(from, out, NULL);

	check(!err || err == WAX_ERR_FORMAT, "no other error");
	wax_source_free(from);
	return err;
}

static void signature(const uint8_t *data, size_t size)
{
	/* Of the seed 00 01 ... 1f. */
	static const char key[] = "RWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+"
				  "14zFsFjgVuDmK";
	struct wax_signature *s = NULL, *slow = NULL;
	struct wax_source *from;
	const char *comment;
	int err = read_signature(data, size, 0, &s);

	check(read_signature(data, size, 1, &slow) == err,
	      "byte by byte, the same");
	if (err)
		return;
	comment = wax_signature_trusted_comment(s);
	check(!strcmp(comment, wax_signature_trusted_comment(slow)),
	      "the same comment");
	check(!*comment || memmem(data, size, comment, strlen(comment)),
	      "the comment stands in the file");
	from = slow_source((const uint8_t *)"hello\n", 6, 0);
	err = wax_verify(s, key, from, NULL);
	check(err == WAX_ERR_TRUST ||
		      (!err && !strcmp(comment, "timestamp:0\tfile:hello")),
	      "nobody else signs");
	wax_source_free(from);
	wax_signature_free(s);
	wax_signature_free(slow);
}

static void key_file(const uint8_t *data, size_t size)
{
	char key[WAX_MINISIGN_KEY_SIZE] = "", again[WAX_MINISIGN_KEY_SIZE];
	struct wax_source *from = slow_source(data, size, 0);
	int err = wax_minisign_key_read(from, key, NULL);

	wax_source_free(from);
	check(!err || err == WAX_ERR_FORMAT, "no other error");
	if (err)
		return;
	from = slow_source((const uint8_t *)key, strlen(key), 1);
	check(!wax_minisign_key_read(from, again, NULL) && !strcmp(key, again),
	      "the key alone is one");
	wax_source_free(from);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size && *data & 1)
		key_file(data + 1, size - 1);
	else if (size)
		signature(data + 1, size - 1);
	return 0;
}
