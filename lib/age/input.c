/* SPDX-License-Identifier: ISC */
/*
 * Telling armored and binary age files apart.
 */
#include <stdlib.h>

#include "age/armor.h"
#include "age/input.h"
#include "base/error.h"

int wax_input_new(struct wax_source *from, struct wax_input **out,
		  struct wax_diag *diag)
{
	struct wax_input *in = calloc(1, sizeof(*in));
	bool armored;
	int err;

	if (!in)
		return wax_no_memory(diag);
	in->r = &in->raw;
	err = wax_reader_init(&in->raw, from, diag);
	if (!err)
		err = wax_armor_detect(&in->raw, &armored, diag);
	if (!err && armored) {
		err = wax_armor_source(&in->raw, &in->armor, diag);
		if (!err)
			err = wax_reader_init(&in->inner, in->armor, diag);
		in->r = &in->inner;
	}
	if (err) {
		wax_input_free(in);
		return err;
	}
	*out = in;
	return 0;
}

void wax_input_free(struct wax_input *in)
{
	if (!in)
		return;
	wax_reader_release(&in->inner);
	wax_source_free(in->armor);
	wax_reader_release(&in->raw);
	free(in);
}
