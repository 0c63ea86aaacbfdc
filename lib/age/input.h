/* SPDX-License-Identifier: ISC */
/*
 * What every reader of age files begins with: a source, armored or not, told
 * apart by itself.
 */
#ifndef WAX_AGE_INPUT_H
#define WAX_AGE_INPUT_H

#include "stream/reader.h"

struct wax_input {
	struct wax_reader raw;
	struct wax_source *armor; /* NULL where there is none */
	struct wax_reader inner;  /* over armor */
	struct wax_reader *r;	  /* raw or inner: the age file's bytes */
};

/* Looks for armor. from is borrowed. */
int wax_input_new(struct wax_source *from, struct wax_input **out,
		  struct wax_diag *diag);
void wax_input_free(struct wax_input *in);

#endif
