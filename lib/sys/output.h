/* SPDX-License-Identifier: ISC */
/*
 * Output files that appear whole or not at all; see wax_sink_file() in
 * <wax/file.h> for the rules.
 */
#ifndef WAX_SYS_OUTPUT_H
#define WAX_SYS_OUTPUT_H

#include <stddef.h>
#include <wax/error.h>
#include <wax/file.h>

#include "sys/fd.h"

struct wax_output;

int wax_output_new(const char *path, unsigned flags, struct wax_output **out,
		   struct wax_diag *diag);
int wax_output_write(struct wax_output *o, const void *data, size_t len,
		     struct wax_diag *diag);
/* What tells the file from others, also when it has its name. */
int wax_output_birth(const struct wax_output *o, struct wax_birth *out,
		     struct wax_diag *diag);
int wax_output_commit(struct wax_output *o, struct wax_diag *diag);
void wax_output_free(struct wax_output *o);

#endif
