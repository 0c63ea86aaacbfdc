/* SPDX-License-Identifier: ISC */
/*
 * Archives. The first byte says how the rest becomes one: as it is, or as a list
 * of entries of which the headers are made here, with checksums and lengths
 * that fit; in zstd frames or not; in which steps it is read; and whether it is
 * unpacked to a folder as well.
 *
 * Holds: nothing comes of it but an archive or WAX_ERR_FORMAT; in other steps
 * it is the same; what is told are names that stay inside, without controls; and
 * what is made are files, folders and links that stay inside, with nothing but
 * permissions in their modes, and no more of them than allowed.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wax/text.h>

#include "archive/archive.h"
#include "fuzz.h"

#define ENTRIES_MAX 100
#define TOTAL_MAX (1 << 20)
#define BLOCK 512

enum { MADE = 1, ZSTD = 2, FOLDER = 4, PLAIN = 8, STEP = 16 };

/* How an entry is made, in its second byte. */
enum {
	BAD_SUM = 1,
	GNU = 2,
	RECORDS = 4,	  /* the data are pieces, each to be a pax record */
	PATCHES = 8,	  /* of the header follow */
	LESS = 16,	  /* a block of the data is left out */
	BASE_256 = 32,	  /* the size is written in another way */
	NO_END = 64,	  /* if it is the last */
	OTHER_SIZE = 128, /* the header has another one */
};

/* Where folders are made; the process stays where its corpus is. */
static char where[4096];
static int place;

static void remove_place(void)
{
	if (rmdir(where))
		perror(where);
}

static void start(void)
{
	const char *tmp = getenv("TMPDIR");

	if (*where)
		return;
	snprintf(where, sizeof(where), "%s/wax-fuzz-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	check(mkdtemp(where) != NULL, "there is a place");
	place = open(where, O_RDONLY | O_DIRECTORY);
	atexit(remove_place);
	check(!wax_archive_init(NULL), "there is UTF-8");
}

static void pad(struct wax_bytes *b)
{
	static const uint8_t zeros[BLOCK];

	add(b, zeros, -b->len % BLOCK);
}

/* Takes n bytes, or what there is. */
static size_t take_bytes(struct input *in, size_t n, uint8_t *out)
{
	n = n < in->len ? n : in->len;
	if (n)
		memcpy(out, in->data, n);
	in->data += n;
	in->len -= n;
	return n;
}

/* Each piece that ends in LF, with its length before it. */
static void add_records(struct wax_bytes *b, const uint8_t *data, size_t len)
{
	while (len) {
		const uint8_t *end = memchr(data, '\n', len);
		size_t n = end ? (size_t)(end - data) + 1 : len, digits = 1;
		char length[24];

		for (size_t ten = 10; n + 1 + digits >= ten; ten *= 10)
			digits++;
		snprintf(length, sizeof(length), "%zu ", n + 1 + digits);
		add_text(b, length);
		add(b, data, n);
		data += n;
		len -= n;
	}
}

static void finish_header(uint8_t *h, unsigned flags, struct input *in)
{
	unsigned sum = 0;

	if (flags & PATCHES)
		for (uint32_t n = take(in, 1) % 8; n; n--) {
			uint32_t at = take(in, 2) % BLOCK;
			uint32_t len = take(in, 1) % 32;

			take_bytes(in, len < BLOCK - at ? len : BLOCK - at,
				   h + at);
		}
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o",
		 (sum + (flags & BAD_SUM)) & 0777777);
}

static void set_size(uint8_t *h, size_t size, unsigned flags)
{
	if (flags & BASE_256) {
		h[124] = 0x80;
		for (int i = 0; i < 8; i++)
			h[135 - i] = (uint8_t)(size >> 8 * i);
	} else {
		snprintf((char *)h + 124, 12, "%011zo", size);
	}
}

/* Adds an entry, and returns its flags. */
static unsigned add_entry(struct wax_bytes *b, struct input *in)
{
	uint8_t h[BLOCK] = {0}, data[256];
	struct wax_bytes body = {0};
	unsigned flags;
	size_t len;

	h[156] = (uint8_t)take(in, 1);
	flags = take(in, 1);
	take_bytes(in, take(in, 1) % 101, h);
	take_bytes(in, take(in, 1) % 101, h + 157);
	len = take_bytes(in, take(in, 1), data);
	if (flags & RECORDS)
		add_records(&body, data, len);
	else
		add(&body, data, len);
	memcpy(h + 100, "0000644", 7);
	memcpy(h + 136, "00000001750", 11);
	memcpy(h + 257, flags & GNU ? "ustar  " : "ustar\00000", 8);
	set_size(h, flags & OTHER_SIZE ? take(in, 4) : body.len, flags);
	finish_header(h, flags, in);
	pad(&body);
	add(b, h, BLOCK);
	if (body.len)
		add(b, body.data, flags & LESS ? body.len - BLOCK : body.len);
	wax_bytes_release(&body);
	return flags;
}

static void make(struct wax_bytes *b, struct input *in)
{
	unsigned flags = 0;

	while (in->len)
		flags = add_entry(b, in);
	if (!(flags & NO_END)) {
		static const uint8_t end[2 * BLOCK];

		add(b, end, sizeof(end));
	}
}

/* A frame with one raw block for each piece. */
static void frame(struct wax_bytes *b)
{
	struct wax_bytes out = {0};
	size_t at = 0, n;

	add(&out, "\x28\xb5\x2f\xfd\x00\x40", 6);
	do {
		uint32_t head;
		uint8_t bytes[3];

		n = b->len - at < 60000 ? b->len - at : 60000;
		head = (uint32_t)n << 3 | (at + n == b->len);
		for (int i = 0; i < 3; i++)
			bytes[i] = (uint8_t)(head >> 8 * i);
		add(&out, bytes, 3);
		if (n)
			add(&out, b->data + at, n);
		at += n;
	} while (at < b->len);
	wax_bytes_release(b);
	*b = out;
}

/* Whether a path from a folder that is depth deep stays inside. */
static bool stays(const char *path, long depth)
{
	const char *p = path;

	if (!*p || *p == '/')
		return false;
	while (*p) {
		size_t n = strcspn(p, "/");

		if (n == 2 && !strncmp(p, "..", 2))
			depth--;
		else if (n && !(n == 1 && *p == '.'))
			depth++;
		if (depth < 0)
			return false;
		p += n + strspn(p + n, "/");
	}
	return true;
}

static long depth_of(const char *name)
{
	long n = 0;

	for (; *name; name++)
		n += *name == '/' && name[1];
	return n;
}

static int note(void *ctx, const char *name, const char *link,
		struct wax_diag *diag)
{
	(void)diag;
	check(wax_text_is_plain(name, strlen(name)), "a name is text");
	check(*name != '/' && !strstr(name, "//") && strcmp(name, "..") &&
		      strncmp(name, "../", 3) && !strstr(name, "/../"),
	      "a name is inside");
	check(!link || wax_text_is_plain(link, strlen(link)),
	      "a target is text");
	check(!link || stays(link, depth_of(name)), "a target is inside");
	add_text(ctx, name);
	add_text(ctx, link ? " -> " : "");
	add_text(ctx, link ? link : "");
	add_text(ctx, "\n");
	return 0;
}

static int unpack(const struct wax_bytes *archive, unsigned how, int dir,
		  size_t step, struct wax_bytes *list)
{
	const struct wax_unpack u = {.limits = {ENTRIES_MAX, TOTAL_MAX, 100},
				     .plain = how & PLAIN,
				     .dir = dir,
				     .umask = 022,
				     .entry = note,
				     .ctx = list};
	struct wax_source *from =
		slow_source(archive->data, archive->len, step);
	struct wax_diag diag = {0};
	int err = wax_unpack(&u, from, &diag);

	if (err && err != WAX_ERR_FORMAT)
		fprintf(stderr, "%d: %s\n", err, diag.text);
	check(!err || err == WAX_ERR_FORMAT, "an archive, or none");
	check(!err || (*diag.text && strlen(diag.text) < sizeof(diag.text)),
	      "and why");
	wax_source_free(from);
	return err;
}

/* Looks at what was made, and removes it. */
static void empty(int fd, long depth, unsigned *entries, uint64_t *size)
{
	DIR *folder = fdopendir(fd);
	struct dirent *d;

	check(folder != NULL, "a folder can be read");
	while ((d = readdir(folder))) {
		struct stat st;
		char target[4096] = "";

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		check(!fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW),
		      "it is there");
		check(S_ISLNK(st.st_mode) || !(st.st_mode & 07022),
		      "a mode is permissions");
		check(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) ||
			      S_ISLNK(st.st_mode),
		      "it is nothing special");
		++*entries;
		*size += S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
		if (S_ISLNK(st.st_mode)) {
			check(readlinkat(fd, d->d_name, target,
					 sizeof(target) - 1) > 0 &&
				      stays(target, depth),
			      "a link leads inside");
		} else if (S_ISDIR(st.st_mode)) {
			check(!fchmodat(fd, d->d_name, 0700, 0),
			      "it can be opened");
			empty(openat(fd, d->d_name, O_RDONLY | O_DIRECTORY),
			      depth + 1, entries, size);
		}
		check(!unlinkat(fd, d->d_name,
				S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0),
		      "it can be removed");
	}
	closedir(folder);
}

static bool is_prefix(const struct wax_bytes *a, const struct wax_bytes *b)
{
	return a->len <= b->len &&
	       (!a->len || !memcmp(a->data, b->data, a->len));
}

static void unpack_to_folder(const struct wax_bytes *archive, unsigned how,
			     int want, const struct wax_bytes *want_list)
{
	struct wax_bytes list = {0};
	unsigned entries = 0;
	uint64_t size = 0;
	int dir, err;

	check(!mkdirat(place, "in", 0700), "a fresh folder");
	dir = openat(place, "in", O_RDONLY | O_DIRECTORY);
	err = unpack(archive, how, dir, 0, &list);
	/* Only there it is seen that two names are one. */
	check(!want || err, "what cannot be listed cannot be unpacked");
	check(is_prefix(&list, want_list), "the same names are told");
	check(err || list.len == want_list->len, "or all");
	empty(dir, 0, &entries, &size);
	/* Each may have made the folders that it is in. */
	check(entries <= ENTRIES_MAX * 256 && size <= TOTAL_MAX, "no more");
	check(!unlinkat(place, "in", AT_REMOVEDIR), "and nothing else");
	wax_bytes_release(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	unsigned how = take(&in, 1);
	size_t step = how & STEP ? take(&in, 2) % 2048 + 1 : 512;
	struct wax_bytes archive = {0}, list = {0}, other = {0};
	int err;

	start();
	if (how & MADE)
		make(&archive, &in);
	else
		add(&archive, in.data, in.len);
	if (how & ZSTD)
		frame(&archive);
	err = unpack(&archive, how, -1, 0, &list);
	check(unpack(&archive, how, -1, step, &other) == err,
	      "in steps it is the same");
	/* How much of a damaged frame is seen first, is zstd's affair. */
	check(err ? is_prefix(&list, &other) || is_prefix(&other, &list)
		  : same(&list, other.data, other.len),
	      "the names as well");
	if (how & FOLDER)
		unpack_to_folder(&archive, how, err, &list);
	wax_bytes_release(&archive);
	wax_bytes_release(&list);
	wax_bytes_release(&other);
	return 0;
}
