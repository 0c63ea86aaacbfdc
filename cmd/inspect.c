/* SPDX-License-Identifier: ISC */
/*
 * wax-inspect: say what can be known of a sealed file without a key.
 */
#include <string.h>

#include "files.h"
#include "json.h"
#include "message.h"
#include "program.h"

static const char *const post_quantum[] = {
	[WAX_PQ_UNKNOWN] = "unknown",
	[WAX_PQ_NO] = "no",
	[WAX_PQ_YES] = "yes",
};

static const char *const post_quantum_json[] = {
	[WAX_PQ_UNKNOWN] = "null",
	[WAX_PQ_NO] = "false",
	[WAX_PQ_YES] = "true",
};

static int option(void *json, int id, const char *value, struct wax_diag *diag)
{
	(void)value;
	(void)diag;
	*(bool *)json = id == OPT_JSON;
	return 0;
}

static size_t count_recipients(const struct wax_inspection *in)
{
	size_t n, all = 0;
	const char *type;

	/* A hello belongs to the stanza behind it. */
	for (size_t i = 0; (type = wax_inspection_type(in, i, &n)); i++)
		all += strcmp(type, "wax/hello") ? n : 0;
	return all;
}

/* What the header tells is printed before the payload is read. */
static int print_text(struct wax_inspection *in, struct wax_sink *to,
		      struct wax_diag *diag)
{
	uint64_t payload, plaintext;
	const char *type;
	size_t n;
	int err = program_print(
		to, diag,
		"version: %s\narmor: %s\npost-quantum: %s\nrecipients: %zu\n",
		wax_inspection_version(in),
		wax_inspection_armored(in) ? "yes" : "no",
		post_quantum[wax_inspection_post_quantum(in)],
		count_recipients(in));

	for (size_t i = 0; !err && (type = wax_inspection_type(in, i, &n)); i++)
		err = program_print(to, diag, "  %.200s: %zu\n", type, n);
	if (!err)
		err = program_print(to, diag, "header: %ju bytes\n",
				    (uintmax_t)wax_inspection_header(in));
	if (!err)
		err = wax_inspection_measure(in, &payload, &plaintext, diag);
	if (!err)
		err = program_print(to, diag,
				    "payload: %ju bytes\nplaintext: %ju "
				    "bytes\n",
				    (uintmax_t)payload, (uintmax_t)plaintext);
	return err;
}

static int print_type(const char *type, size_t n, struct wax_sink *to,
		      struct wax_diag *diag)
{
	int err = json_pair(to, "{", "type", type, diag);

	return err ? err : program_print(to, diag, ",\"count\":%zu}", n);
}

/* Nothing is printed of a file that turns out to be no good. */
static int print_json(struct wax_inspection *in, struct wax_sink *to,
		      struct wax_diag *diag)
{
	uint64_t payload, plaintext;
	const char *type;
	size_t n;
	int err = wax_inspection_measure(in, &payload, &plaintext, diag);

	if (!err)
		err = program_print(
			to, diag,
			"{\"version\":\"%s\",\"armor\":%s,"
			"\"post_quantum\":%s,\"recipients\":[",
			wax_inspection_version(in),
			wax_inspection_armored(in) ? "true" : "false",
			post_quantum_json[wax_inspection_post_quantum(in)]);
	for (size_t i = 0; !err && (type = wax_inspection_type(in, i, &n));
	     i++) {
		if (i)
			err = program_print(to, diag, ",");
		if (!err)
			err = print_type(type, n, to, diag);
	}
	if (!err)
		err = program_print(to, diag,
				    "],\"header_bytes\":%ju,"
				    "\"payload_bytes\":%ju,"
				    "\"plaintext_bytes\":%ju}\n",
				    (uintmax_t)wax_inspection_header(in),
				    (uintmax_t)payload, (uintmax_t)plaintext);
	return err;
}

static int inspect(const char *path, bool json, struct wax_diag *diag)
{
	struct wax_inspection *in = NULL;
	struct wax_source *from = NULL;
	struct wax_sink *to = NULL;
	bool extracted;
	int err = input_open(path, &from, diag);

	if (!err)
		err = output_open(NULL, 0, OUTPUT_TEXT, &to, diag);
	if (!err)
		err = message_source(path, &from, &extracted, diag);
	if (!err)
		err = wax_inspect(from, &in, diag);
	if (!err)
		err = json ? print_json(in, to, diag)
			   : print_text(in, to, diag);
	if (err == WAX_ERR_FORMAT && *diag->text)
		input_context(path, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_inspection_free(in);
	wax_source_free(from);
	wax_sink_free(to);
	return err;
}

int main(int argc, char **argv)
{
	struct wax_diag diag = {0};
	const char *path = NULL;
	bool json = false;
	int first, err;

	program_start(&tool_inspect);
	err = program_options(argc, argv, option, &json, &first, &diag);
	if (!err)
		err = program_operand(argc, argv, first, &path, &diag);
	if (!err)
		err = inspect(path, json, &diag);
	return program_end(err, &diag);
}
