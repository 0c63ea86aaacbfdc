/* SPDX-License-Identifier: ISC */
/*
 * Archives: pax tar, written and taken apart. The only room that sees
 * <archive.h>. It is no part of libwax: wax-pack and wax-unpack link it, and
 * everything else reaches them by a pipe, so that who holds a key never parses
 * an archive.
 */
#ifndef WAX_ARCHIVE_ARCHIVE_H
#define WAX_ARCHIVE_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <wax/stream.h>

/*
 * Makes the calling thread's character set UTF-8, for libarchive takes names
 * through the locale's. To be called once, before the walls go up: the data of
 * the locale are files.
 */
int wax_archive_init(struct wax_diag *diag);

/*
 * Writes an archive of the paths to a sink, which is not finished. Folders are
 * packed with all that is in them; links as links; of a file's metadata its
 * mode and its time of change in seconds. A relative path without .. is the
 * entry's name; of another path only the last part is. "." and the like stand
 * for what is in the folder. Temporary files of our own, .wax-..., and the file
 * that is the output are left out; a link that is named itself is followed.
 *
 * What wax_unpack() would refuse for its name or its kind is WAX_ERR_USAGE here
 * already; so are two paths that overlap. Hard links become copies, and the
 * bits of a mode beyond 0777 are dropped. A file that cannot be read, or that
 * shrinks meanwhile, is WAX_ERR_IO. output is what fstat() says of the output,
 * or NULL; *left_out tells whether it was met.
 */
int wax_pack(char *const *paths, size_t n, const struct stat *output,
	     bool *left_out, struct wax_sink *to, struct wax_diag *diag);

/* What is refused because it is too much; 0: any. */
struct wax_unpack_limits {
	uint64_t entries; /* and as many folders, named or implied */
	uint64_t size;	  /* of all files together, in bytes */
	unsigned ratio;	  /* their size over the archive's, beyond 64 MiB */
};

/* Told of each entry that was accepted: folders end in "/". */
typedef int wax_entry_fn(void *ctx, const char *name, const char *link,
			 struct wax_diag *diag);

struct wax_unpack {
	struct wax_unpack_limits limits;
	bool plain;	     /* take tar only, none in zstd frames */
	int dir;	     /* an empty folder to unpack to; -1: none */
	mode_t umask;	     /* bits that no file and folder gets */
	wax_entry_fn *entry; /* may be NULL */
	void *ctx;
	/* Counts the bytes read, also for another process; may be NULL. */
	_Atomic(uint64_t) *taken;
};

/*
 * Reads an archive, tar or tar in zstd frames, to the end of its source, which
 * stays the caller's, and makes what it holds beneath a folder: regular files,
 * folders, and symbolic links that stay inside. Everything else is
 * WAX_ERR_FORMAT, with the entry's name and position, before anything of it is
 * written; what was made before stays for the caller to remove.
 *
 * Without a folder all of this is checked but what only shows when it is made:
 * two entries that are one file, and one that goes through a link.
 *
 * Names are relative UTF-8 without control characters and "..", of at most
 * WAX_PATH_MAX bytes and WAX_DEPTH_MAX levels (archive/path.h). A link may begin with as many
 * ".." as lead to the folder, and has none behind them.
 */
int wax_unpack(const struct wax_unpack *u, struct wax_source *from,
	       struct wax_diag *diag);

#endif
