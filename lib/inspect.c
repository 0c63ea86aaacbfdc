/* SPDX-License-Identifier: ISC */
/*
 * What a sealed file shows to everybody.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/inspect.h>
#include <wax/stream.h>

#include "age/armor.h"
#include "age/header.h"
#include "age/input.h"
#include "age/kinds.h"
#include "age/payload.h"
#include "base/cursor.h"
#include "base/error.h"

/*
 * Types beyond this many count together as one more, so that a hostile header
 * of many thousand types is told briefly as well.
 */
#define TYPES_MAX 64

struct type {
	char *name;
	size_t count;
};

struct wax_inspection {
	struct wax_input *in;
	uint64_t header;
	enum wax_post_quantum post_quantum;
	struct type types[TYPES_MAX + 1];
	size_t n_types;
};

static int count_type(struct wax_inspection *in, const struct wax_stanza *s,
		      struct wax_diag *diag)
{
	size_t len, i = 0;
	const char *type = wax_stanza_type(s, &len);

	while (i < in->n_types && i < TYPES_MAX &&
	       !wax_stanza_is(s, in->types[i].name))
		i++;
	if (i == TYPES_MAX) {
		type = "(others)";
		len = strlen(type);
	}
	if (i == in->n_types) {
		in->types[i].name = strndup(type, len);
		if (!in->types[i].name)
			return wax_no_memory(diag);
		in->n_types++;
	}
	in->types[i].count++;
	return 0;
}

static bool is_classic(const char *type)
{
	return !strcmp(type, WAX_X25519) || !strcmp(type, WAX_SSH_ED25519) ||
	       !strcmp(type, "ssh-rsa") || !strcmp(type, "piv-p256") ||
	       !strcmp(type, "p256tag");
}

static bool is_post_quantum(const char *type)
{
	return !strcmp(type, WAX_MLKEM768X25519) || !strcmp(type, WAX_SCRYPT) ||
	       !strcmp(type, "mlkem768p256tag") || !strcmp(type, "wax/hello") ||
	       !strcmp(type, "wax/ratchet");
}

/* One classic recipient is enough for an attacker of the future. */
static enum wax_post_quantum judge(const struct wax_inspection *in)
{
	enum wax_post_quantum pq = WAX_PQ_YES;

	for (size_t i = 0; i < in->n_types; i++) {
		if (is_classic(in->types[i].name))
			return WAX_PQ_NO;
		if (!is_post_quantum(in->types[i].name))
			pq = WAX_PQ_UNKNOWN;
	}
	return pq;
}

static int inspect(struct wax_inspection *in, struct wax_header *h,
		   struct wax_diag *diag)
{
	int err = wax_header_read(h, in->in->r, diag);

	for (size_t i = 0; !err && i < wax_header_count(h); i++) {
		struct wax_stanza s = wax_header_stanza(h, i);

		err = count_type(in, &s, diag);
	}
	in->header = h->text.len;
	in->post_quantum = judge(in);
	return err;
}

int wax_inspect(struct wax_source *from, struct wax_inspection **out,
		struct wax_diag *diag)
{
	struct wax_inspection *in = calloc(1, sizeof(*in));
	struct wax_header h = {0};
	int err;

	if (!in)
		return wax_no_memory(diag);
	err = wax_input_new(from, &in->in, diag);
	if (!err)
		err = inspect(in, &h, diag);
	wax_header_release(&h);
	if (err) {
		wax_inspection_free(in);
		return err;
	}
	*out = in;
	return 0;
}

void wax_inspection_free(struct wax_inspection *in)
{
	if (!in)
		return;
	for (size_t i = 0; i < in->n_types; i++)
		free(in->types[i].name);
	wax_input_free(in->in);
	free(in);
}

const char *wax_inspection_version(const struct wax_inspection *in)
{
	(void)in;
	return WAX_AGE_VERSION;
}

bool wax_inspection_armored(const struct wax_inspection *in)
{
	return in->in->armor;
}

enum wax_post_quantum
wax_inspection_post_quantum(const struct wax_inspection *in)
{
	return in->post_quantum;
}

const char *wax_inspection_type(const struct wax_inspection *in, size_t i,
				size_t *count)
{
	if (i >= in->n_types)
		return NULL;
	*count = in->types[i].count;
	return in->types[i].name;
}

uint64_t wax_inspection_header(const struct wax_inspection *in)
{
	return in->header;
}

int wax_inspection_measure(struct wax_inspection *in, uint64_t *payload,
			   uint64_t *plaintext, struct wax_diag *diag)
{
	uint8_t *buf = malloc(WAX_SEALED_CHUNK_SIZE);
	uint64_t size = 0;
	size_t got;
	int err;

	if (!buf)
		return wax_no_memory(diag);
	do {
		err = wax_reader_read(in->in->r, buf, WAX_SEALED_CHUNK_SIZE,
				      &got, diag);
		size += got;
	} while (!err && got);
	free(buf);
	if (err)
		return err;
	if (!wax_payload_measure(size, plaintext))
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the payload is cut short");
	*payload = size;
	return 0;
}

/* Whether a text begins so, as far as it goes. */
static enum wax_looks compare(const char *text, size_t len, const char *with)
{
	size_t n = strlen(with);

	if (memcmp(text, with, len < n ? len : n) != 0)
		return WAX_LOOKS_OTHER;
	return len >= n ? WAX_LOOKS_SEALED : WAX_LOOKS_MORE;
}

enum wax_looks wax_looks(const void *data, size_t len, bool all)
{
	const char *text = data;
	enum wax_looks looks;
	size_t space = 0;

	/* Of a later version, too, with other line ends, or cut short. */
	if (len && *text == 'a') {
		looks = compare(text, len, "age-encryption.org/");
		return looks == WAX_LOOKS_MORE && all ? WAX_LOOKS_SEALED
						      : looks;
	}
	while (space < len && wax_is_space(text[space]))
		space++;
	if (space == len && space <= WAX_ARMOR_SPACE_MAX)
		return all ? WAX_LOOKS_SEALED : WAX_LOOKS_MORE;
	if (space > WAX_ARMOR_SPACE_MAX || (space && text[space - 1] != '\n'))
		return WAX_LOOKS_OTHER;
	text += space;
	len -= space;
	looks = compare(text, len, WAX_ARMOR_BEGIN);
	if (looks != WAX_LOOKS_SEALED)
		return all ? WAX_LOOKS_OTHER : looks;
	text += strlen(WAX_ARMOR_BEGIN);
	len -= strlen(WAX_ARMOR_BEGIN);
	if (!len || (len == 1 && *text == '\r'))
		return all ? WAX_LOOKS_SEALED : WAX_LOOKS_MORE;
	return *text == '\n' || wax_starts(text, len, "\r\n") ? WAX_LOOKS_SEALED
							      : WAX_LOOKS_OTHER;
}
