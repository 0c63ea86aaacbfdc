/* SPDX-License-Identifier: ISC */
/*
 * Streams: the two interfaces that every pipe in wax is made of. A sink is
 * written to, and finished or given up; a source is read to its end.
 *
 * Errors are sticky: once a call on a stream failed, each further one fails
 * the same way, and nothing more is emitted.
 */
#ifndef WAX_STREAM_H
#define WAX_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <wax/error.h>

struct wax_secret;
struct wax_sink;
struct wax_source;

/*
 * What an implementation of a sink provides. ctx is passed through. finish
 * commits all that was written; free releases ctx, and where finish was not
 * called or failed it emits nothing and undoes what can be undone. After an
 * error only free is called.
 *
 * The others may be NULL. room says where the next bytes may be placed, so that
 * write, given them there, copies nothing: *len is how many, 0 where there is
 * no such place; it is valid until the next call. flush emits what waits for
 * nothing but company, for more may be long in coming.
 */
struct wax_sink_ops {
	int (*write)(void *ctx, const void *data, size_t len,
		     struct wax_diag *diag);
	int (*finish)(void *ctx, struct wax_diag *diag);
	void (*free)(void *ctx);
	void *(*room)(void *ctx, size_t *len);
	int (*flush)(void *ctx, struct wax_diag *diag);
};

/*
 * What an implementation of a source provides. read stores up to len bytes
 * (len is at least 1) and their number in *got; 0 is the end, which an
 * authenticating source reports only when all of it was authentic. read is not
 * called again after the end or an error.
 *
 * The others may be NULL. lend is read without a copy: *data are the source's
 * own, valid until the next call. ready says whether read has something now;
 * without it, that it has.
 */
struct wax_source_ops {
	int (*read)(void *ctx, void *buf, size_t len, size_t *got,
		    struct wax_diag *diag);
	void (*free)(void *ctx);
	int (*lend)(void *ctx, const void **data, size_t *len,
		    struct wax_diag *diag);
	bool (*ready)(void *ctx);
};

/*
 * Makes a stream of ops, which must live as long as it, and ctx, which it owns
 * from the call on: when it fails, ctx has been freed.
 */
WAX_API int wax_sink_new(const struct wax_sink_ops *ops, void *ctx,
			 struct wax_sink **out, struct wax_diag *diag);
WAX_API int wax_source_new(const struct wax_source_ops *ops, void *ctx,
			   struct wax_source **out, struct wax_diag *diag);

/*
 * Puts a new stream before *sink or *source, which it then owns: *below, a
 * place within ctx that was NULL, is set to it. On failure ctx has been freed,
 * and what was there stays the caller's.
 */
WAX_API int wax_sink_wrap(const struct wax_sink_ops *ops, void *ctx,
			  struct wax_sink **below, struct wax_sink **sink,
			  struct wax_diag *diag);
WAX_API int wax_source_wrap(const struct wax_source_ops *ops, void *ctx,
			    struct wax_source **below,
			    struct wax_source **source, struct wax_diag *diag);

/* Writes all of data, or fails. */
WAX_API int wax_sink_write(struct wax_sink *sink, const void *data, size_t len,
			   struct wax_diag *diag);

/*
 * Where up to *len bytes may be placed that are written next, from there; NULL
 * where there is no such place, or after an error.
 */
WAX_API void *wax_sink_room(struct wax_sink *sink, size_t *len);

/*
 * Says that it may take long until the next write: what waits for nothing but
 * company is emitted.
 */
WAX_API int wax_sink_flush(struct wax_sink *sink, struct wax_diag *diag);

/*
 * Ends the stream and commits it. Once this returned 0 the output is where it
 * should be: a file has its name and is on the disk. Writing after it, or
 * finishing twice, is a bug of the caller.
 */
WAX_API int wax_sink_finish(struct wax_sink *sink, struct wax_diag *diag);

/* Releases the sink; without a successful finish, what it held is given up. */
WAX_API void wax_sink_free(struct wax_sink *sink);

/*
 * Reads up to len bytes into buf and stores their number in *got, which is 0
 * only at the end (or when len is 0). May return fewer than are to come.
 */
WAX_API int wax_source_read(struct wax_source *source, void *buf, size_t len,
			    size_t *got, struct wax_diag *diag);
WAX_API void wax_source_free(struct wax_source *source);

/*
 * As reading, but *data are the source's own, valid until the next call. Only
 * for one that lends.
 */
WAX_API int wax_source_lend(struct wax_source *source, const void **data,
			    size_t *len, struct wax_diag *diag);
WAX_API bool wax_source_lends(const struct wax_source *source);

/* Whether a read need not wait; true where that is not known. */
WAX_API bool wax_source_ready(struct wax_source *source);

/* Reads the source to its end and writes everything; does not finish. */
WAX_API int wax_copy(struct wax_source *from, struct wax_sink *to,
		     struct wax_diag *diag);

/*
 * Reads a source to its end into a new secret. More than max bytes are
 * WAX_ERR_FORMAT: nothing is ever cut silently.
 */
WAX_API int wax_secret_read(struct wax_source *from, size_t max,
			    struct wax_secret **out, struct wax_diag *diag);

/*
 * Streams over a descriptor, which stays the caller's and is not closed. name
 * is what messages call it, copied. A descriptor that is not open for reading
 * (writing) is WAX_ERR_IO.
 */
WAX_API int wax_source_fd(int fd, const char *name, struct wax_source **out,
			  struct wax_diag *diag);
WAX_API int wax_sink_fd(int fd, const char *name, struct wax_sink **out,
			struct wax_diag *diag);

/* A source over len bytes at data, which must outlive it. */
WAX_API int wax_source_memory(const void *data, size_t len,
			      struct wax_source **out, struct wax_diag *diag);

#endif
