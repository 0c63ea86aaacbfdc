/* SPDX-License-Identifier: ISC */
/*
 * Reading zstd frames.
 */
#include <stdlib.h>

#include <zstd.h>
#include <zstd_errors.h>

#include "base/error.h"
#include "envelope/meta.h"
#include "envelope/zstd.h"
#include "stream/reader.h"

struct wax_unzstd {
	ZSTD_DCtx *zd;
};

int wax_unzstd_new(struct wax_unzstd **out, struct wax_diag *diag)
{
	struct wax_unzstd *z = calloc(1, sizeof(*z));

	if (!z)
		return wax_no_memory(diag);
	z->zd = ZSTD_createDCtx();
	if (!z->zd ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(z->zd, ZSTD_d_windowLogMax,
						WAX_ZSTD_WINDOW_LOG))) {
		wax_unzstd_free(z);
		return wax_no_memory(diag);
	}
	*out = z;
	return 0;
}

void wax_unzstd_free(struct wax_unzstd *z)
{
	if (!z)
		return;
	ZSTD_freeDCtx(z->zd);
	free(z);
}

/*
 * RFC 8878, section 3.1.1.1: a descriptor; then the window's size as exponent
 * and eighths, unless the content's size is the window's; a dictionary's
 * number; and the content's size, of which the two-byte form starts at 256.
 */
int wax_unzstd_begin(const uint8_t *data, size_t len, struct wax_diag *diag)
{
	uint8_t descriptor = len > 4 ? data[4] : 0;
	size_t size = (size_t)1 << (descriptor >> 6);
	uint64_t window = 0;

	if (descriptor & 3)
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the zstd data ask for a dictionary");
	if (descriptor & 0x20) {
		window = len < 5 + size ? 0 : wax_le_get(data + 5, size);
	} else if (len > 5) {
		window = UINT64_C(1) << (10 + (data[5] >> 3));
		window += window / 8 * (data[5] & 7);
	}
	if (window > UINT64_C(1) << WAX_ZSTD_WINDOW_LOG)
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the zstd data ask for a window above 8 "
				    "MiB");
	return 0;
}

int wax_unzstd_step(struct wax_unzstd *z, struct wax_cursor *in, void *buf,
		    size_t len, size_t *got, bool *ended, struct wax_diag *diag)
{
	ZSTD_inBuffer from = {in->at, in->left, 0};
	ZSTD_outBuffer to = {buf, len, 0};
	size_t left = ZSTD_decompressStream(z->zd, &to, &from);

	if (ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation)
		return wax_no_memory(diag);
	if (ZSTD_isError(left))
		return wax_diag_set(diag, WAX_ERR_FORMAT, "bad zstd data: %s",
				    ZSTD_getErrorName(left));
	if (!in->left && !to.pos && left)
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the zstd data are cut short");
	in->at += from.pos;
	in->left -= from.pos;
	*got = to.pos;
	*ended = !left;
	return 0;
}

/* A source over all frames. */
struct frames {
	struct wax_source *from;
	struct wax_reader r;
	struct wax_unzstd *z;
	bool looked, coded, inside;
	uint64_t skip; /* what is left of a skippable frame */
};

static bool is_skippable(uint32_t magic)
{
	return (magic & UINT32_C(0xfffffff0)) == UINT32_C(0x184d2a50);
}

/* Between frames: begins one, or *end is set. */
static int next_frame(struct frames *f, bool *end, struct wax_diag *diag)
{
	const uint8_t *p;
	size_t len;
	int err = wax_reader_peek(&f->r, WAX_ZSTD_BEGIN_MAX, &p, &len, diag);

	if (err)
		return err;
	*end = !len;
	if (len >= 4 && wax_le32(p) == WAX_ZSTD_MAGIC) {
		f->inside = true;
		return wax_unzstd_begin(p, len, diag);
	}
	if (len >= WAX_FRAME_HEADER_SIZE && is_skippable(wax_le32(p))) {
		f->skip = wax_le32(p + 4);
		wax_reader_take(&f->r, WAX_FRAME_HEADER_SIZE);
	} else if (len) {
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "something that is not zstd's follows, or "
				    "the end is missing");
	}
	return 0;
}

/* Takes more of the frame, skippable or not. */
static int more(struct frames *f, void *buf, size_t len, size_t *got,
		struct wax_diag *diag)
{
	struct wax_cursor in;
	const uint8_t *p;
	size_t n;
	bool ended = false;
	int err = wax_reader_peek(&f->r, 1, &p, &n, diag);

	if (err)
		return err;
	if (f->skip && !n)
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the zstd data are cut short");
	if (f->skip) {
		n = n < f->skip ? n : (size_t)f->skip;
		f->skip -= n;
		wax_reader_take(&f->r, n);
		return 0;
	}
	in = wax_cursor(p, n);
	err = wax_unzstd_step(f->z, &in, buf, len, got, &ended, diag);
	wax_reader_take(&f->r, n - in.left);
	f->inside = !ended;
	return err;
}

static int look(struct frames *f, struct wax_diag *diag)
{
	const uint8_t *p;
	size_t len;
	int err = f->looked ? 0 : wax_reader_peek(&f->r, 4, &p, &len, diag);

	if (f->looked || err)
		return err;
	f->looked = true;
	f->coded = len >= 4 &&
		   (wax_le32(p) == WAX_ZSTD_MAGIC || is_skippable(wax_le32(p)));
	return f->coded ? wax_unzstd_new(&f->z, diag) : 0;
}

static int frames_read(void *ctx, void *buf, size_t len, size_t *got,
		       struct wax_diag *diag)
{
	struct frames *f = ctx;
	bool end = false;
	int err = look(f, diag);

	if (!err && !f->coded)
		return wax_reader_some(&f->r, buf, len, got, diag);
	*got = 0;
	while (!err && !*got && !end)
		err = f->inside || f->skip ? more(f, buf, len, got, diag)
					   : next_frame(f, &end, diag);
	return err;
}

static void frames_free(void *ctx)
{
	struct frames *f = ctx;

	wax_unzstd_free(f->z);
	wax_reader_release(&f->r);
	wax_source_free(f->from);
	free(f);
}

static const struct wax_source_ops frames_ops = {.read = frames_read,
						 .free = frames_free};

int wax_unzstd_source(struct wax_source **source, struct wax_diag *diag)
{
	struct frames *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return wax_no_memory(diag);
	err = wax_reader_init(&f->r, *source, diag);
	if (err) {
		free(f);
		return err;
	}
	return wax_source_wrap(&frames_ops, f, &f->from, source, diag);
}
