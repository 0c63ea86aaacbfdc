/* SPDX-License-Identifier: ISC */
/*
 * Writing zstd frames: libzstd compresses; raw blocks, which it has no level
 * for, are made here.
 */
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"
#include "envelope/zstd.h"
#include "sys/crew.h"

/* The most that a block may hold: 128 KiB, 2^17. */
#define BLOCK_LOG 17
#define BLOCK_SIZE (1 << BLOCK_LOG)
#define BLOCK_HEADER_SIZE 3

/*
 * Compressing by threads begins when more than the first is there, in jobs of
 * a size that keeps the memory small.
 */
#define FIRST_SIZE (512 * 1024)
#define JOB_SIZE (2 * 1024 * 1024)
#define WORKERS_MAX 4

struct zstd {
	struct wax_sink *to;
	ZSTD_CCtx *zc; /* NULL: raw blocks */
	bool begun;
	int threads;
	uint8_t *first; /* what is too little for threads; NULL: it is over */
	size_t len;	/* of a raw block, or of the first */
	size_t room;	/* of buf */
	uint8_t buf[];
};

/* A frame of unknown size with a window of one block, and nothing else. */
static int begin_raw(struct zstd *z, struct wax_diag *diag)
{
	static const uint8_t header[] = {0x28, 0xb5, 0x2f,
					 0xfd, 0x00, (BLOCK_LOG - 10) << 3};

	if (z->begun)
		return 0;
	z->begun = true;
	return wax_sink_write(z->to, header, sizeof(header), diag);
}

static int write_raw(struct zstd *z, bool last, struct wax_diag *diag)
{
	size_t header = z->len << 3 | last; /* type 0, raw */
	int err = begin_raw(z, diag);

	wax_le_put(z->buf, header, BLOCK_HEADER_SIZE);
	if (!err)
		err = wax_sink_write(z->to, z->buf, BLOCK_HEADER_SIZE + z->len,
				     diag);
	z->len = 0;
	return err;
}

static uint8_t *block_end(struct zstd *z)
{
	return z->buf + BLOCK_HEADER_SIZE + z->len;
}

/* A full block waits for more, for it may be the last. */
static int add_raw(struct zstd *z, const uint8_t *p, size_t len,
		   struct wax_diag *diag)
{
	int err = 0;

	while (len && !err) {
		size_t n = BLOCK_SIZE - z->len;

		if (!n) {
			err = write_raw(z, false, diag);
			continue;
		}
		n = n < len ? n : len;
		if (p != block_end(z))
			memcpy(block_end(z), p, n);
		z->len += n;
		p += n;
		len -= n;
	}
	return err;
}

static int compress(struct zstd *z, const void *data, size_t len, bool last,
		    struct wax_diag *diag)
{
	ZSTD_inBuffer in = {data, len, 0};
	size_t left;

	do {
		ZSTD_outBuffer out = {z->buf, z->room, 0};
		int err;

		left = ZSTD_compressStream2(
			z->zc, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			return wax_diag_set(diag, WAX_ERR_IO, "zstd: %s",
					    ZSTD_getErrorName(left));
		err = wax_sink_write(z->to, z->buf, out.pos, diag);
		if (err)
			return err;
	} while (last ? left : in.pos < in.size);
	return 0;
}

static void drop_first(struct zstd *z)
{
	if (z->first)
		wax_wipe(z->first, z->len);
	free(z->first);
	z->first = NULL;
	z->len = 0;
}

/*
 * Has libzstd start its threads, where there are processors for them; where it
 * cannot, everything goes on without.
 */
static void start_workers(struct zstd *z)
{
	uint8_t none = 0;
	ZSTD_inBuffer in = {&none, 0, 0};
	ZSTD_outBuffer out = {z->buf, z->room, 0};

	if (z->threads < 2 || ZSTD_isError(ZSTD_CCtx_setParameter(
				      z->zc, ZSTD_c_nbWorkers, z->threads)))
		return;
	ZSTD_CCtx_setParameter(z->zc, ZSTD_c_jobSize, JOB_SIZE);
	if (!ZSTD_isError(
		    ZSTD_compressStream2(z->zc, &out, &in, ZSTD_e_continue)))
		return;
	ZSTD_CCtx_reset(z->zc, ZSTD_reset_session_only);
	ZSTD_CCtx_setParameter(z->zc, ZSTD_c_nbWorkers, 0);
}

/* There is more than the first: compressing becomes the work of threads. */
static int go_on(struct zstd *z, struct wax_diag *diag)
{
	int err;

	start_workers(z);
	err = compress(z, z->first, z->len, false, diag);
	drop_first(z);
	return err;
}

static int add_data(struct zstd *z, const uint8_t *p, size_t len,
		    struct wax_diag *diag)
{
	int err;

	if (z->first && len <= FIRST_SIZE - z->len) {
		memcpy(z->first + z->len, p, len);
		z->len += len;
		return 0;
	}
	err = z->first ? go_on(z, diag) : 0;
	return err ? err : compress(z, p, len, false, diag);
}

static int zstd_write(void *ctx, const void *data, size_t len,
		      struct wax_diag *diag)
{
	struct zstd *z = ctx;

	return z->zc ? add_data(z, data, len, diag)
		     : add_raw(z, data, len, diag);
}

static void *zstd_room(void *ctx, size_t *len)
{
	struct zstd *z = ctx;

	*len = z->zc ? 0 : BLOCK_SIZE - z->len;
	return block_end(z);
}

/* Blocks are not cut short for it. */
static int zstd_flush(void *ctx, struct wax_diag *diag)
{
	struct zstd *z = ctx;

	return wax_sink_flush(z->to, diag);
}

static int zstd_finish(void *ctx, struct wax_diag *diag)
{
	struct zstd *z = ctx;
	int err = z->zc ? compress(z, z->first, z->len, true, diag)
			: write_raw(z, true, diag);

	return err ? err : wax_sink_finish(z->to, diag);
}

static void zstd_free(void *ctx)
{
	struct zstd *z = ctx;

	drop_first(z);
	ZSTD_freeCCtx(z->zc);
	wax_sink_free(z->to);
	wax_wipe(z->buf, z->room);
	free(z);
}

static const struct wax_sink_ops zstd_ops = {.write = zstd_write,
					     .finish = zstd_finish,
					     .free = zstd_free,
					     .room = zstd_room,
					     .flush = zstd_flush};

static int init(struct zstd *z, int level, bool checksum, struct wax_diag *diag)
{
	if (!level)
		return 0;
	z->zc = ZSTD_createCCtx();
	z->first = malloc(FIRST_SIZE);
	if (!z->zc || !z->first)
		return wax_no_memory(diag);
	if (ZSTD_isError(ZSTD_CCtx_setParameter(z->zc, ZSTD_c_compressionLevel,
						level)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(z->zc, ZSTD_c_checksumFlag,
						checksum)) ||
	    ZSTD_isError(
		    ZSTD_CCtx_setParameter(z->zc, ZSTD_c_contentSizeFlag, 0)))
		return wax_diag_set(diag, WAX_ERR_USAGE, "zstd has no level %d",
				    level);
	return 0;
}

int wax_zstd_sink(int level, bool checksum, unsigned threads,
		  struct wax_sink **sink, struct wax_diag *diag)
{
	size_t room =
		level ? ZSTD_CStreamOutSize() : BLOCK_HEADER_SIZE + BLOCK_SIZE;
	struct zstd *z = calloc(1, sizeof(*z) + room);
	int err;

	if (!z)
		return wax_no_memory(diag);
	z->room = room;
	z->threads = (int)wax_crew_size(threads);
	z->threads = z->threads < WORKERS_MAX ? z->threads : WORKERS_MAX;
	err = init(z, level, checksum, diag);
	if (err) {
		zstd_free(z);
		return err;
	}
	return wax_sink_wrap(&zstd_ops, z, &z->to, sink, diag);
}
