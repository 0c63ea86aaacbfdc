/* SPDX-License-Identifier: ISC */
/*
 * What can be known of a sealed file without a key. Nothing of it is
 * authentic: a header is believed only after it was opened.
 */
#ifndef WAX_INSPECT_H
#define WAX_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/error.h>

struct wax_inspection;
struct wax_source;

enum wax_post_quantum {
	WAX_PQ_UNKNOWN, /* a kind of stanza that is not known decides */
	WAX_PQ_NO,	/* some recipient is classic */
	WAX_PQ_YES,
};

/* Reads the header; from stays the caller's, and must outlive the result. */
WAX_API int wax_inspect(struct wax_source *from, struct wax_inspection **out,
			struct wax_diag *diag);
WAX_API void wax_inspection_free(struct wax_inspection *in);

/* "age-encryption.org/v1" */
WAX_API const char *wax_inspection_version(const struct wax_inspection *in);
WAX_API bool wax_inspection_armored(const struct wax_inspection *in);
WAX_API enum wax_post_quantum
wax_inspection_post_quantum(const struct wax_inspection *in);

/*
 * The kinds of stanzas in the order of their first appearance, and how many
 * there are of each. A type consists of the characters 33 to 126. i counts
 * from 0; NULL past the end.
 */
WAX_API const char *wax_inspection_type(const struct wax_inspection *in,
					size_t i, size_t *count);

/* The header's size without armor, including the MAC's line. */
WAX_API uint64_t wax_inspection_header(const struct wax_inspection *in);

/*
 * Reads the rest of the source, strictly where it is armored, and stores the
 * payload's size (nonce and chunks) and the plaintext's. A size that no
 * payload can have is WAX_ERR_FORMAT: the file is truncated.
 */
WAX_API int wax_inspection_measure(struct wax_inspection *in, uint64_t *payload,
				   uint64_t *plaintext, struct wax_diag *diag);

enum wax_looks {
	WAX_LOOKS_MORE, /* more bytes are needed to tell */
	WAX_LOOKS_SEALED,
	WAX_LOOKS_OTHER,
};

/*
 * Whether an input that begins with these bytes begins as wax_open() and
 * wax_inspect() need it: as an age file, or with the BEGIN line of its armor,
 * and white space before that. Where it does not, they fail for sure, and a
 * message may be in it. all: these bytes are the whole input; an empty one is
 * no other. No more than 2 KiB are ever needed.
 */
WAX_API enum wax_looks wax_looks(const void *data, size_t len, bool all);

#endif
