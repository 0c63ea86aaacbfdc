/* SPDX-License-Identifier: ISC */
/*
 * Data as zstd frames (RFC 8878), both ways. Each stream has a context of its
 * own and no dictionary: nothing of one stream ever shows in the size of
 * another.
 */
#ifndef WAX_ENVELOPE_ZSTD_H
#define WAX_ENVELOPE_ZSTD_H

#include <stdbool.h>
#include <wax/stream.h>

#include "base/cursor.h"

#define WAX_ZSTD_MAGIC UINT32_C(0xfd2fb528)

/* The largest window, as a power of two: 8 MiB, as RFC 8878 recommends. */
#define WAX_ZSTD_WINDOW_LOG 23

/*
 * Puts a sink before *sink that makes one frame of all that is written to it:
 * compressed at level 1 to WAX_LEVEL_MAX, or, at level 0, in raw blocks, which
 * add 3 bytes to every 128 KiB. checksum is only for the levels that compress.
 * Nothing is written before the first write or the finish. threads: at most, 0
 * for as many as there are processors.
 */
int wax_zstd_sink(int level, bool checksum, unsigned threads,
		  struct wax_sink **sink, struct wax_diag *diag);

/* A decoder of one frame after the other. */
struct wax_unzstd;

int wax_unzstd_new(struct wax_unzstd **out, struct wax_diag *diag);
void wax_unzstd_free(struct wax_unzstd *z);

/*
 * Checks how a frame begins, before anything of it is decoded: libzstd looks at
 * the window only where it needs one. data is WAX_ZSTD_BEGIN_MAX bytes, less at
 * the end of the source. A larger window and a dictionary are WAX_ERR_FORMAT.
 */
#define WAX_ZSTD_BEGIN_MAX 13
int wax_unzstd_begin(const uint8_t *data, size_t len, struct wax_diag *diag);

/*
 * Decodes: takes from in, and stores up to len bytes, their number in *got. At
 * the end of a frame *ended is set, and the next call begins another. An empty
 * in says that there is no more. Malformed or missing data are WAX_ERR_FORMAT.
 */
int wax_unzstd_step(struct wax_unzstd *z, struct wax_cursor *in, void *buf,
		    size_t len, size_t *got, bool *ended,
		    struct wax_diag *diag);

/*
 * Puts a source before *source that decodes all frames, skippable ones left
 * out, where it begins with one; otherwise it passes the bytes as they are.
 */
int wax_unzstd_source(struct wax_source **source, struct wax_diag *diag);

#endif
