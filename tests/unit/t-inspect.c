/* SPDX-License-Identifier: ISC */
/*
 * What can be known of a sealed file without a key.
 */
#include <stdio.h>

#include "age/header.h"
#include "mock.h"
#include "tap.h"
#include "whole.h"

static void inspects(void)
{
	static const size_t lens[] = {0, 1, CHUNK, CHUNK + 1, 3 * CHUNK};

	for (unsigned k = 0; k < FIXTURE_KINDS; k++) {
		enum wax_identity_kind kind = fixture_kind(k);
		struct wax_recipients *to = whole_recipients(kind, 1, 3);

		for (size_t i = 0; i < 5; i++) {
			unsigned flags = i % 2;
			struct wax_bytes s =
				whole_seal(to, flags, lens[i], 10000);
			struct mock_source m;
			struct wax_source *from =
				mock_source(&m, s.data, s.len);
			struct wax_inspection *in = NULL;
			struct wax_diag diag = {0};
			uint64_t payload = 0, plaintext = 99;
			size_t n = 0;

			tap_err(wax_inspect(from, &in, &diag), 0, &diag,
				"inspected");
			tap_text(wax_inspection_version(in),
				 "age-encryption.org/v1", "the version");
			tap_is(wax_inspection_armored(in), flags, "the armor");
			tap_is((int)wax_inspection_post_quantum(in),
			       kind == PQ ? WAX_PQ_YES : WAX_PQ_NO,
			       "post-quantum or not");
			tap_text(wax_inspection_type(in, 0, &n),
				 fixture_name(kind), "the type");
			tap_ok(n == 3 && !wax_inspection_type(in, 1, &n),
			       "three of it and no other");
			tap_err(wax_inspection_measure(in, &payload, &plaintext,
						       &diag),
				0, &diag, "measured");
			tap_is((long long)plaintext, (long long)lens[i],
			       "the plaintext");
			tap_ok(flags || wax_inspection_header(in) + payload ==
						s.len,
			       "header and payload are all");
			wax_inspection_free(in);
			tap_is(m.frees, 0, "the source is still ours");
			wax_source_free(from);
			wax_bytes_release(&s);
		}
		wax_recipients_free(to);
	}
	wax_inspection_free(NULL);
}

static void cut_files(void)
{
	struct wax_recipients *to = whole_recipients(X, 1, 1);
	struct wax_bytes s = whole_seal(to, 0, CHUNK + 1, CHUNK);
	size_t head = s.len - (16 + CHUNK + 16 + 1 + 16);
	static const struct {
		size_t payload;
		int err;
	} v[] = {
		{0, WAX_ERR_FORMAT},
		{16, WAX_ERR_FORMAT},
		{31, WAX_ERR_FORMAT},
		{32, 0},
		{33, 0},
		{16 + CHUNK + 15, 0},
		{16 + CHUNK + 16, 0},
		{16 + CHUNK + 16 + 1, WAX_ERR_FORMAT},
		{16 + CHUNK + 16 + 16, WAX_ERR_FORMAT},
		{16 + CHUNK + 16 + 17, 0},
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct mock_source m;
		struct wax_source *from =
			mock_source(&m, s.data, head + v[i].payload);
		struct wax_inspection *in = NULL;
		struct wax_diag diag = {0};
		uint64_t payload, plaintext;

		tap_err(wax_inspect(from, &in, &diag), 0, &diag, "inspected");
		tap_err(wax_inspection_measure(in, &payload, &plaintext, &diag),
			v[i].err, &diag, "a payload of %zu bytes",
			v[i].payload);
		wax_inspection_free(in);
		wax_source_free(from);
	}
	for (size_t len = 0; len < head; len += 10) {
		struct mock_source m;
		struct wax_source *from = mock_source(&m, s.data, len);
		struct wax_inspection *in = NULL;
		struct wax_diag diag = {0};

		tap_err(wax_inspect(from, &in, &diag), WAX_ERR_FORMAT, &diag,
			"a header cut to %zu bytes", len);
		tap_ok(!in && !m.frees, "the source is still ours");
		wax_source_free(from);
	}
	wax_bytes_release(&s);
	wax_recipients_free(to);
}

/* A header of these types, one stanza each, and an empty payload. */
static struct wax_inspection *of_types(const char *const *types, size_t n,
				       struct wax_bytes *file,
				       struct wax_source **from)
{
	static const uint8_t file_key[16];
	struct wax_header h = {0};
	struct wax_inspection *in = NULL;
	struct wax_diag diag = {0};
	uint8_t payload[32] = {0};
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = wax_header_add(&h, types + i, 1, NULL, 0, &diag);
	if (!err)
		err = wax_header_finish(&h, file_key, &diag);
	if (!err)
		err = wax_bytes_add(&h.text, payload, sizeof(payload), &diag);
	*file = h.text;
	h.text = (struct wax_bytes){0};
	wax_header_release(&h);
	if (!err)
		err = wax_source_memory(file->data, file->len, from, &diag);
	if (!err)
		err = wax_inspect(*from, &in, &diag);
	tap_err(err, 0, &diag, "a header of %zu stanzas", n);
	return in;
}

/* The weakest kind decides; a kind that is not known leaves it open. */
static void post_quantum(void)
{
	static const struct {
		const char *types[3];
		enum wax_post_quantum pq;
	} v[] = {
		{{"mlkem768x25519", "mlkem768x25519", "scrypt"}, WAX_PQ_YES},
		{{"mlkem768x25519", "X25519", "other"}, WAX_PQ_NO},
		{{"other", "mlkem768x25519", "ssh-rsa"}, WAX_PQ_NO},
		{{"ssh-ed25519", "piv-p256", "other"}, WAX_PQ_NO},
		{{"mlkem768x25519", "other", "scrypt"}, WAX_PQ_UNKNOWN},
		{{"x25519", "MLKEM768X25519", "SCRYPT"}, WAX_PQ_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct wax_bytes file;
		struct wax_source *from = NULL;
		struct wax_inspection *in =
			of_types(v[i].types, 3, &file, &from);

		if (in)
			tap_is((int)wax_inspection_post_quantum(in),
			       (int)v[i].pq, "post-quantum or not, %zu", i);
		wax_inspection_free(in);
		wax_source_free(from);
		wax_bytes_release(&file);
	}
}

/* Kinds are counted in the order they come; beyond 64 they are one more. */
static void many_types(void)
{
	static char names[200][8];
	const char *types[200];
	struct wax_bytes file;
	struct wax_source *from = NULL;
	struct wax_inspection *in;
	size_t n = 0, total = 0, i = 0;
	const char *type;

	for (unsigned k = 0; k < 200; k++) {
		snprintf(names[k], sizeof(names[k]), "t%u", k % 100);
		types[k] = names[k];
	}
	in = of_types(types, 200, &file, &from);
	for (; in && (type = wax_inspection_type(in, i, &n)); i++) {
		if (i == 5)
			tap_text(type, "t5", "in the order of appearance");
		if (i < 64)
			n = n == 2 ? 2 : 1000;
		else
			tap_text(type, "(others)", "the rest is one kind");
		total += n;
	}
	tap_is((long long)i, 65, "64 kinds and the rest");
	tap_is((long long)total, 200, "all stanzas are counted");
	wax_inspection_free(in);
	wax_source_free(from);
	wax_bytes_release(&file);
}

int main(void)
{
	tap_fill(whole_plain, sizeof(whole_plain), 1);
	inspects();
	cut_files();
	post_quantum();
	many_types();
	return tap_end();
}
