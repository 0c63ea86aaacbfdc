/* SPDX-License-Identifier: ISC */
/*
 * Passphrase stanzas as others may write them: the work factor is checked
 * before anybody is asked for a passphrase and before any work is done, and
 * such a stanza stands alone.
 */
#include <stdio.h>
#include <string.h>

#include "age/kinds.h"
#include "age/payload.h"
#include "mock.h"
#include "tap.h"
#include "whole.h"

static const uint8_t file_key[WAX_FILE_KEY_SIZE] = "0123456789abcdef";

static int ask(void *ctx, const char *name, struct wax_secret **out,
	       struct wax_diag *diag)
{
	unsigned *times = ctx;

	(void)name;
	(void)diag;
	++*times;
	*out = fixture_secret("right");
	return 0;
}

/* Opens a file of this header, and an empty payload. */
static int open_header(struct wax_header *h, unsigned *asked,
		       struct wax_diag *diag)
{
	struct wax_identities *list = NULL;
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	struct whole_opened o;
	int err = wax_header_finish(h, file_key, diag);

	if (!err)
		err = wax_payload_sink(file_key, 0, &h->text, &sink, diag);
	if (!err)
		err = wax_sink_finish(sink, diag);
	wax_sink_free(sink);
	*asked = 0;
	if (!err)
		err = wax_identities_new(ask, asked, &list, diag);
	if (err)
		tap_err(err, 0, diag, "a file can be made");
	o = whole_open(list, m.got.data, m.got.len, 0);
	*diag = o.diag;
	wax_identities_free(list);
	wax_bytes_release(&o.out);
	wax_bytes_release(&m.got);
	wax_header_release(h);
	return o.err;
}

static int wrap(struct wax_header *h, unsigned log_n)
{
	return wax_scrypt_wrap("right", 5, log_n, file_key, h, NULL);
}

static void alone(void)
{
	static const char *const other[] = {"other", "an-argument"};
	uint8_t body[WAX_WRAPPED_SIZE] = {0};

	for (unsigned i = 0; i < 4; i++) {
		struct wax_header h = {0};
		struct wax_diag diag = {0};
		unsigned asked;
		int err = 0;

		if (i == 1)
			err |= wax_header_add(&h, other, 2, body, 32, NULL);
		err |= wrap(&h, 2);
		if (i == 2)
			err |= wax_header_add(&h, other, 2, body, 32, NULL);
		if (i == 3)
			err |= wrap(&h, 2);
		tap_err(err, 0, NULL, "a header of %zu", wax_header_count(&h));
		tap_err(open_header(&h, &asked, &diag), i ? WAX_ERR_FORMAT : 0,
			&diag, "a passphrase %s",
			i ? "beside another" : "alone");
		tap_is(asked, !i, "asked for %s", i ? "never" : "once");
	}
}

/* One stanza with these two arguments and a body of len bytes. */
static int open_args(const char *salt, const char *cost, size_t len,
		     unsigned *asked, struct wax_diag *diag)
{
	const char *args[] = {WAX_SCRYPT, salt, cost};
	struct wax_header h = {0};
	uint8_t body[64] = {0};

	if (wax_header_add(&h, args, cost ? 3 : 2, body, len, NULL))
		tap_ok(false, "a header can be made");
	return open_header(&h, asked, diag);
}

static void arguments(void)
{
	static const char salt[] = "AAAAAAAAAAAAAAAAAAAAAA";
	static const struct {
		const char *salt, *cost;
		size_t len;
		int err;
	} v[] = {
		{salt, "1", 32, WAX_ERR_NO_KEY},
		{salt, "9", 32, WAX_ERR_NO_KEY},
		{salt, "10", 32, WAX_ERR_NO_KEY},
		{salt, "0", 32, WAX_ERR_FORMAT},
		{salt, "00", 32, WAX_ERR_FORMAT},
		{salt, "01", 32, WAX_ERR_FORMAT},
		{salt, "+1", 32, WAX_ERR_FORMAT},
		{salt, "-1", 32, WAX_ERR_FORMAT},
		{salt, "1x", 32, WAX_ERR_FORMAT},
		{salt, "0x1", 32, WAX_ERR_FORMAT},
		{salt, "1.", 32, WAX_ERR_FORMAT},
		{salt, "23", 32, WAX_ERR_FORMAT},
		{salt, "30", 32, WAX_ERR_FORMAT},
		{salt, "64", 32, WAX_ERR_FORMAT},
		{salt, "100", 32, WAX_ERR_FORMAT},
		{salt, "257", 32, WAX_ERR_FORMAT},
		{salt, "4294967297", 32, WAX_ERR_FORMAT},
		{salt, "18446744073709551617", 32, WAX_ERR_FORMAT},
		{salt, "1", 31, WAX_ERR_FORMAT},
		{salt, "1", 33, WAX_ERR_FORMAT},
		{salt, "1", 0, WAX_ERR_FORMAT},
		{salt, NULL, 32, WAX_ERR_FORMAT},
		{"AAAAAAAAAAAAAAAAAAAAA", "1", 32, WAX_ERR_FORMAT},
		{"AAAAAAAAAAAAAAAAAAAAAB", "1", 32, WAX_ERR_FORMAT},
		{"AAAAAAAAAAAAAAAAAAAAAAA", "1", 32, WAX_ERR_FORMAT},
		{"AAAAAAAAAAAAAAAAAAAAAA==", "1", 32, WAX_ERR_FORMAT},
		{"1", salt, 32, WAX_ERR_FORMAT},
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct wax_diag diag = {0};
		unsigned asked = 99;

		tap_err(open_args(v[i].salt, v[i].cost, v[i].len, &asked,
				  &diag),
			v[i].err, &diag, "salt %s, cost %s, body %zu",
			v[i].salt, v[i].cost ? v[i].cost : "(none)", v[i].len);
		tap_is(asked, v[i].err == WAX_ERR_NO_KEY,
		       "nobody is asked in vain");
	}
}

/* What is written for each work factor is read again; high ones take long. */
static void factors(void)
{
	for (unsigned log_n = 1; log_n <= 11; log_n++) {
		struct wax_header h = {0};
		struct wax_diag diag = {0};
		unsigned asked;

		tap_err(wrap(&h, log_n), 0, NULL, "work factor %u", log_n);
		tap_err(open_header(&h, &asked, &diag), 0, &diag, "is opened");
	}
}

int main(void)
{
	alone();
	arguments();
	factors();
	return tap_end();
}
