/* SPDX-License-Identifier: ISC */
/*
 * Streams that tests look into: how they are called, and what happens when
 * one of the calls fails. Each is embedded and counts; the stream made of it
 * is freed by whoever owns it.
 */
#ifndef TESTS_UNIT_MOCK_H
#define TESTS_UNIT_MOCK_H

#include <stdbool.h>
#include <wax/stream.h>

#include "base/bytes.h"
#include "stream/reader.h"

/* What a failing call of a mock returns, and its diag's text. */
#define MOCK_ERR WAX_ERR_STATE
#define MOCK_TEXT "a mock fails"

struct mock_source {
	const uint8_t *data;
	size_t len, at;
	size_t step;	  /* the most that a read gives; 0: no limit */
	unsigned fail_at; /* the read that fails, from 1; 0: none */
	unsigned reads, frees;
	bool over;   /* it ended or failed */
	bool misuse; /* it was read after that, or for 0 bytes */
};

/* Makes a stream of it, over data; the other fields are set after this. */
struct wax_source *mock_source(struct mock_source *m, const void *data,
			       size_t len);

struct mock_sink {
	struct wax_bytes got; /* to be released */
	unsigned fail_at;     /* the write that fails, from 1; 0: none */
	bool fail_finish;
	unsigned writes, finishes, frees;
	bool over;   /* it was finished or failed */
	bool misuse; /* it was called after that, or written nothing */
};

struct wax_sink *mock_sink(struct mock_sink *m);

/* Writes data to a sink, step bytes at a time, and finishes it. */
int mock_fill(struct wax_sink *to, const void *data, size_t len, size_t step,
	      struct wax_diag *diag);

/*
 * Reads a source to its end or first error, which is returned, and adds all to
 * got; step is the size of each read.
 */
int mock_drain(struct wax_source *from, size_t step, struct wax_bytes *got,
	       struct wax_diag *diag);

/* A reader over memory that is read step bytes at a time; 0: at once. */
struct mock_reader {
	struct mock_source mock;
	struct wax_source *source;
	struct wax_reader reader;
};

void mock_reader_init(struct mock_reader *m, const void *data, size_t len,
		      size_t step);
void mock_reader_release(struct mock_reader *m);

#endif
