/* SPDX-License-Identifier: ISC */
/*
 * Unpacking: what of an archive is told and made, that each failure of reading
 * is the result, wherever it comes, that the end is looked for in any division
 * of the stream, and what limits count. Archives are put together here, block
 * by block.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zstd.h>

#include "archive/archive.h"
#include "disk.h"
#include "mock.h"
#include "tap.h"

/* Adds a header of the ustar format, and the data behind it. */
static void add(struct wax_bytes *tar, const char *name, char kind,
		const char *link, const void *data, size_t len)
{
	static const uint8_t zeros[512];
	char block[512] = {0};
	unsigned sum = 0;

	snprintf(block, 100, "%s", name);
	snprintf(block + 100, 8, "%07o", 0644 | (kind == '5' ? 0111 : 0));
	snprintf(block + 124, 12, "%011zo", len);
	snprintf(block + 136, 12, "%011o", 1000);
	memset(block + 148, ' ', 8);
	block[156] = kind;
	snprintf(block + 157, 100, "%s", link);
	memcpy(block + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(block); i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
	wax_bytes_add(tar, block, sizeof(block), NULL);
	wax_bytes_add(tar, data, len, NULL);
	wax_bytes_add(tar, zeros, -len % 512, NULL);
}

static void add_zeros(struct wax_bytes *tar, size_t len)
{
	static const uint8_t zeros[512];

	for (; len > 512; len -= 512)
		wax_bytes_add(tar, zeros, 512, NULL);
	wax_bytes_add(tar, zeros, len, NULL);
}

#define LARGE 5000

/* A small archive of everything that there may be in one. */
static struct wax_bytes good(void)
{
	struct wax_bytes tar = {0};
	uint8_t data[LARGE];

	tap_fill(data, sizeof(data), 1);
	add(&tar, "./", '5', "", NULL, 0);
	add(&tar, "file", '0', "", "hello\n", 6);
	add(&tar, "dir/", '5', "", NULL, 0);
	add(&tar, "dir/large", '0', "", data, sizeof(data));
	add(&tar, "dir/link", '2', "../file", NULL, 0);
	add(&tar, "empty", '0', "", NULL, 0);
	add_zeros(&tar, 1024);
	return tar;
}

static const char good_list[] = "file\ndir/\ndir/large\ndir/link -> ../file\n"
				"empty\n";

static struct wax_bytes squeeze(const struct wax_bytes *tar)
{
	struct wax_bytes out = {0};
	ZSTD_CCtx *z = ZSTD_createCCtx();

	wax_bytes_reserve(&out, ZSTD_compressBound(tar->len), NULL);
	ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
	out.len = ZSTD_compress2(z, out.data, ZSTD_compressBound(tar->len),
				 tar->data, tar->len);
	ZSTD_freeCCtx(z);
	return out;
}

static int note(void *ctx, const char *name, const char *link,
		struct wax_diag *diag)
{
	struct wax_bytes *list = ctx;
	int err = wax_bytes_add_text(list, name, diag);

	if (!err && link)
		err = wax_bytes_add_text(list, " -> ", diag);
	if (!err && link)
		err = wax_bytes_add_text(list, link, diag);
	return err ? err : wax_bytes_add_text(list, "\n", diag);
}

struct result {
	int err;
	struct wax_diag diag;
	struct wax_bytes list;
	bool good_use; /* the source was read as it should be */
	unsigned reads;
};

/* Unpacks, or lists when dir is -1, from a source of so many bytes a read. */
static struct result unpack(const struct wax_bytes *archive, int dir,
			    size_t step, unsigned fail_at,
			    const struct wax_unpack_limits *limits)
{
	struct result r = {0};
	struct mock_source m;
	struct wax_source *from = mock_source(&m, archive->data, archive->len);
	const struct wax_unpack u = {
		.limits = limits ? *limits : (struct wax_unpack_limits){0},
		.dir = dir,
		.umask = 022,
		.entry = note,
		.ctx = &r.list};

	m.step = step;
	m.fail_at = fail_at;
	r.err = wax_unpack(&u, from, &r.diag);
	r.good_use = !m.misuse && !m.frees;
	r.reads = m.reads;
	wax_source_free(from);
	return r;
}

/* Lists, and expects an error, with that in its text. */
static void expect(const struct wax_bytes *archive, size_t step, int err,
		   const char *text, const char *what)
{
	struct result r = unpack(archive, -1, step, 0, NULL);

	tap_err(r.err, err, &r.diag, "%s", what);
	if (err && !tap_ok(strstr(r.diag.text, text) != NULL, "and why"))
		tap_note("%s", r.diag.text);
	tap_ok(r.good_use, "the source was used well");
	wax_bytes_release(&r.list);
}

static int fresh(void)
{
	disk_clear(open("in", O_RDONLY | O_DIRECTORY));
	return open("in", O_RDONLY | O_DIRECTORY);
}

static size_t size_of(const char *name)
{
	struct stat st;

	return lstat(name, &st) ? (size_t)-1 : (size_t)st.st_size;
}

/* In steps of any size, plain and compressed. */
static void steps(void)
{
	struct wax_bytes tar = good(), zst = squeeze(&tar);
	static const size_t sizes[] = {0,   1,	 2,   7,    100,  511,
				       512, 513, 700, 1023, 1025, 5000};

	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(*sizes); i++) {
		size_t step = sizes[i / 2];
		int dir = fresh();
		struct result r =
			unpack(i % 2 ? &zst : &tar, dir, step, 0, NULL);

		tap_err(r.err, 0, &r.diag, "%zu bytes at a time%s", step,
			i % 2 ? ", zstd" : "");
		tap_bytes(r.list.data, r.list.len, good_list,
			  sizeof(good_list) - 1, "what was told");
		tap_ok(r.good_use && size_of("in/file") == 6 &&
			       size_of("in/dir/large") == LARGE &&
			       size_of("in/dir/link") == 7 &&
			       size_of("in/empty") == 0,
		       "what was made");
		wax_bytes_release(&r.list);
		close(dir);
	}
	wax_bytes_release(&tar);
	wax_bytes_release(&zst);
}

/* The reads of an archive fail, one after the other. */
static void failing(const struct wax_bytes *archive, size_t step,
		    const char *what)
{
	struct result r = unpack(archive, -1, step, 0, NULL);
	unsigned reads = r.reads, wrong = 0, n;

	wax_bytes_release(&r.list);
	for (n = 1; n <= reads; n++) {
		int dir = n % 3 ? -1 : fresh();

		r = unpack(archive, dir, step, n, NULL);
		if (r.err != MOCK_ERR || !r.good_use ||
		    !strstr(r.diag.text, MOCK_TEXT)) {
			tap_note("read %u: %d, %s", n, r.err, r.diag.text);
			wrong++;
		}
		wax_bytes_release(&r.list);
		if (dir >= 0)
			close(dir);
	}
	tap_ok(n > 10 && !wrong, "%u failing reads, %s", reads, what);
}

static void all_failing(void)
{
	struct wax_bytes tar = good(), zst = squeeze(&tar);

	failing(&tar, 512, "in blocks");
	failing(&tar, 300, "in pieces of blocks");
	failing(&zst, 97, "of zstd");
	wax_bytes_release(&tar);
	wax_bytes_release(&zst);
}

/* Cut short, at every byte. */
static void cut(const struct wax_bytes *archive, size_t end, size_t step,
		const char *what)
{
	size_t wrong = 0;

	for (size_t n = 0; n < archive->len; n++) {
		/* A copy, so that reading beyond it is noticed. */
		struct wax_bytes part = {0};
		struct result r;

		wax_bytes_add(&part, archive->data, n, NULL);
		r = unpack(&part, -1, step, 0, NULL);
		if (r.err != (n < end ? WAX_ERR_FORMAT : 0) || !r.good_use) {
			tap_note("at %zu: %d, %s", n, r.err, r.diag.text);
			wrong++;
		}
		wax_bytes_release(&r.list);
		wax_bytes_release(&part);
	}
	tap_is((long long)wrong, 0, "cut at %zu places, %s", archive->len,
	       what);
}

static void all_cut(void)
{
	struct wax_bytes tar = good(), zst = squeeze(&tar);

	cut(&tar, tar.len, 0, "at once");
	cut(&tar, tar.len, 700, "in pieces");
	cut(&zst, zst.len, 0, "zstd");
	add_zeros(&tar, 2000);
	cut(&tar, tar.len - 2000, 0, "with zeros behind");
	wax_bytes_release(&tar);
	wax_bytes_release(&zst);
}

/* Rubbish behind the first zero block, wherever the reads are divided. */
static void rubbish_behind(size_t at, size_t step)
{
	struct wax_bytes tar = {0};
	char what[80];

	add(&tar, "f", '0', "", "hello\n", 6);
	add_zeros(&tar, 4096);
	tar.data[1024 + at] = 1;
	snprintf(what, sizeof(what), "a byte at %zu behind, in steps of %zu",
		 at, step);
	/* In the first zero block it is a header, and a bad one. */
	expect(&tar, step, WAX_ERR_FORMAT,
	       at < 512 ? "bad tar data" : "something follows the archive",
	       what);
	wax_bytes_release(&tar);
}

static void ends(void)
{
	static const size_t steps[] = {0,    1,	   100,	 500,  512,  1024, 1100,
				       1536, 1636, 1700, 2047, 2048, 2148};
	struct wax_bytes tar = {0};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		for (size_t at = 0; at < 4096; at += 317)
			rubbish_behind(at, steps[i]);
	expect(&tar, 0, WAX_ERR_FORMAT, "", "nothing at all");
	add_zeros(&tar, 512);
	expect(&tar, 0, WAX_ERR_FORMAT, "cut short", "one zero block");
	add_zeros(&tar, 512);
	expect(&tar, 0, 0, "", "two zero blocks");
	expect(&tar, 100, 0, "", "two zero blocks, in pieces");
	add_zeros(&tar, 1 << 20);
	expect(&tar, 0, 0, "", "a MiB of zeros");
	tar.data[tar.len - 1] = 1;
	expect(&tar, 0, WAX_ERR_FORMAT, "something follows",
	       "and a one behind them");
	wax_bytes_release(&tar);
}

static void limited(const struct wax_bytes *archive, uint64_t entries,
		    uint64_t size, const char *text)
{
	const struct wax_unpack_limits limits = {entries, size, 0};
	struct result r = unpack(archive, -1, 0, 0, &limits);

	tap_err(r.err, text ? WAX_ERR_FORMAT : 0, &r.diag,
		"%llu entries, %llu bytes", (unsigned long long)entries,
		(unsigned long long)size);
	if (text)
		tap_ok(strstr(r.diag.text, text) && *r.diag.hint,
		       "why, and what to do");
	wax_bytes_release(&r.list);
}

static void limits(void)
{
	struct wax_bytes tar = good();

	limited(&tar, 0, 0, NULL);
	limited(&tar, 6, LARGE + 6, NULL);
	limited(&tar, 5, 0, "more than 5 entries");
	limited(&tar, 1, 0, "more than 1 entries");
	limited(&tar, 0, LARGE + 5, "larger than 5005 bytes");
	limited(&tar, 0, 6, "larger than 6 bytes");
	limited(&tar, 0, 1, "larger than 1 bytes");
	limited(&tar, UINT64_MAX, UINT64_MAX, NULL);
	wax_bytes_release(&tar);
}

/* What is written to size bytes that zstd makes nearly nothing of. */
static void grows(size_t size, unsigned ratio, bool allowed)
{
	const struct wax_unpack_limits limits = {0, 0, ratio};
	struct wax_bytes tar = {0}, zst;
	uint8_t *zeros = calloc(1, size);
	struct result r;

	add(&tar, "f", '0', "", zeros, size);
	add_zeros(&tar, 1024);
	zst = squeeze(&tar);
	r = unpack(&zst, -1, 0, 0, &limits);
	tap_err(r.err, allowed ? 0 : WAX_ERR_FORMAT, &r.diag,
		"%zu bytes of %zu, ratio %u", size, zst.len, ratio);
	if (!allowed)
		tap_ok(strstr(r.diag.text, "times its size") && *r.diag.hint,
		       "why, and what to do");
	wax_bytes_release(&r.list);
	wax_bytes_release(&tar);
	wax_bytes_release(&zst);
	free(zeros);
}

static void ratios(void)
{
	/* Up to 64 MiB anything goes. */
	grows(60 << 20, 1, true);
	grows(66 << 20, 1, false);
	grows(66 << 20, 1000, false);
	grows(66 << 20, 100000, true);
	grows(66 << 20, 0, true);
}

static int refuse_it(void *ctx, const char *name, const char *link,
		     struct wax_diag *diag)
{
	(void)ctx;
	(void)name;
	(void)link;
	snprintf(diag->text, sizeof(diag->text), "not told");
	return WAX_ERR_TRUST;
}

/* What else can go wrong: whoever is told, and the folder. */
static void others(void)
{
	struct wax_bytes tar = good(), zst = squeeze(&tar);
	struct mock_source m;
	struct wax_source *from = mock_source(&m, tar.data, tar.len);
	struct wax_unpack u = {.dir = -1, .entry = refuse_it};
	struct wax_diag diag = {0};
	_Atomic uint64_t taken = 0;
	struct result r;

	tap_err(wax_unpack(&u, from, &diag), WAX_ERR_TRUST, &diag,
		"who is told refuses");
	wax_source_free(from);
	from = mock_source(&m, tar.data, tar.len);
	u = (struct wax_unpack){.dir = -1, .taken = &taken};
	tap_err(wax_unpack(&u, from, &diag), 0, &diag, "nobody is told");
	tap_is((long long)taken, (long long)tar.len, "all was taken");
	wax_source_free(from);
	from = mock_source(&m, zst.data, zst.len);
	u = (struct wax_unpack){.dir = -1, .plain = true};
	tap_err(wax_unpack(&u, from, &diag), WAX_ERR_FORMAT, &diag,
		"zstd where only tar is taken");
	wax_source_free(from);
	r = unpack(&tar, open("/dev/null", O_RDONLY), 0, 0, NULL);
	tap_err(r.err, WAX_ERR_IO, &r.diag, "the folder is none");
	tap_ok(strstr(r.diag.text, "entry 2, 'file', at byte 512") != NULL,
	       "the entry is named");
	wax_bytes_release(&r.list);
	wax_bytes_release(&tar);
	wax_bytes_release(&zst);
}

int main(void)
{
	char where[4096];
	const char *tmp = getenv("TMPDIR");
	struct wax_diag diag = {0};

	snprintf(where, sizeof(where), "%s/wax-t-unpack-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(where) || chdir(where) || mkdir("in", 0700)) {
		perror(where);
		return 1;
	}
	tap_err(wax_archive_init(&diag), 0, &diag, "the character set");
	steps();
	all_failing();
	all_cut();
	ends();
	limits();
	ratios();
	others();
	close(fresh());
	if (rmdir("in") || chdir("/") || rmdir(where))
		tap_ok(false, "nothing is left in %s", where);
	return tap_end();
}
