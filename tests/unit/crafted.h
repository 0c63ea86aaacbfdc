/* SPDX-License-Identifier: ISC */
/*
 * Envelopes for tests: by the writer under test, and by a second one, written
 * down here from the format, which can put any frame anywhere. Bytes that are
 * returned are to be released.
 */
#ifndef TESTS_UNIT_CRAFTED_H
#define TESTS_UNIT_CRAFTED_H

#include <wax.h>

#include "age/header.h"
#include "base/bytes.h"
#include "envelope/envelope.h"

#define BLOCK 131072
#define MIB (1024 * 1024)
#define BAD WAX_ERR_FORMAT
#define LIE WAX_ERR_TRUST

/* What is enclosed, half of which shrinks. */
extern uint8_t sample[3 * MIB + 5];

/* Two who sign, of the seeds 00 01 ... 1f and ff ff ... ff. */
extern uint8_t secrets[2][WAX_ED25519_SECRET_SIZE];
extern char senders[2][WAX_PUBLIC_IDENTITY_SIZE];
extern const uint8_t *publics[2];

/* Makes all of these; to be called first. */
void crafted_start(void);

/* The age header of all that is taken out without having been sealed. */
const struct wax_bytes *made_up_header(void);

void add(struct wax_bytes *to, const void *p, size_t len);
void add_hex(struct wax_bytes *to, const char *hex);
struct wax_bytes bytes_of(const void *p, size_t len);

/* The writer under test: encloses len bytes at p, written step at a time. */
struct asked {
	int level;
	bool pad, sign, archive; /* by the first who signs */
	const char *name;
};

int open_envelope(const struct asked *a, struct wax_sink **sink,
		  struct wax_diag *diag);
struct wax_bytes enclose(const struct asked *a, const void *p, size_t len,
			 size_t step);

/* The reader under test. What is special about a reading; {0}: nothing. */
struct reading {
	const struct wax_bytes *header;
	const uint8_t *sender; /* that is wanted */
	unsigned ratio;
	uint64_t size; /* that data may have */
	size_t step;   /* that the payload comes in */
};

struct taken {
	int err;
	bool begun; /* it failed, if at all, while reading */
	struct wax_bytes out;
	struct wax_contents c;
	struct wax_diag diag;
	bool good_use;
};

struct taken take_out(const struct wax_bytes *payload, struct reading r);

/* Takes it out at once and in small steps, and expects this error. */
void expect(const struct wax_bytes *payload, int err, const void *want,
	    size_t len, const char *what);

/* The second writer: frames as they are given. */
void add_skippable(struct wax_bytes *to, uint32_t magic, const void *p,
		   size_t len);
void add_frame(struct wax_bytes *to, const void *p, size_t len);
void add_le32(struct wax_bytes *to, uint32_t v);

/* M with this text; M of data, by the sender i, or by nobody when it is 2. */
void add_meta(struct wax_bytes *to, const char *text);
void add_sent(struct wax_bytes *to, unsigned i);

/* A frame of data: one raw block. */
void add_raw(struct wax_bytes *to, const void *p, size_t len);

/* S of any kind, key, signer and header, over all that is there; a good one. */
void add_s(struct wax_bytes *to, uint8_t kind, const uint8_t *key,
	   const uint8_t *signer, const struct wax_bytes *head);
void add_good_s(struct wax_bytes *to);

/* Padme in the words of its paper; what is due after b; a P of that length. */
uint64_t padme(uint64_t l);
size_t padding_due(const struct wax_bytes *b);
void add_p(struct wax_bytes *to);

/* A P of this length, zeros but for the byte at spot, if there is one. */
void add_bad_p(struct wax_bytes *to, size_t len, size_t spot);

/* Where the frames end of M with a name, two frames of data, S, P. */
struct whole {
	struct wax_bytes b;
	size_t meta, frames, s, p;
};

struct whole whole(void);

/* A file to the X25519 identity 1, whose payload can depend on its header. */
struct file {
	struct wax_secret *key;
	struct wax_header header;
	struct wax_bytes head; /* its text */
};

void file_begin(struct file *f);
struct wax_bytes file_end(struct file *f, const struct wax_bytes *payload);

/* Seals len bytes at p to that identity by wax_seal(), by step. */
struct wax_bytes seal_file(const struct wax_seal_options *o, const void *p,
			   size_t len, size_t step);

/*
 * Opens with that identity; flags and from as in wax_open_options, or from is
 * the only one.
 */
struct taken open_file_from(const struct wax_bytes *b, unsigned flags,
			    const char *const *from);
struct taken open_file(const struct wax_bytes *b, unsigned flags,
		       const char *from);

#endif
