/* SPDX-License-Identifier: ISC */
/*
 * What every tool begins and ends with: sane descriptors and signals, options,
 * and a message with an exit status.
 */
#ifndef WAX_CMD_PROGRAM_H
#define WAX_CMD_PROGRAM_H

#include <signal.h>
#include <stdbool.h>
#include <wax.h>

#include "tools.h"

/*
 * To be called first. Makes sure that descriptors 0 to 2 are taken (a closed
 * one by something that can be neither read nor written),
 * forbids core dumps, turns broken pipes and file size limits into errors, and
 * lets signals that end the process remove temporary files.
 */
void program_start(const struct tool *tool);

/*
 * Has the signals that would end the process call handler instead, and only
 * while it waits with the mask that is stored.
 */
void program_hold_signals(void (*handler)(int), sigset_t *before);

/* Has --version show the lines that more() returns, too. */
void program_version(const char *(*more)(void));

/* Such a line: who does the work for large payloads. */
const char *program_engine(void);

/*
 * Handles one option; value is NULL for those without. Returns 0 or a negative
 * enum wax_err.
 */
typedef int option_fn(void *ctx, int id, const char *value,
		      struct wax_diag *diag);

/*
 * Parses the options, also those behind operands, and moves the operands to
 * the end of argv: *first is the index of the first. --help and --version are
 * answered here, and end the process; fn may be NULL where there are no others.
 */
int program_options(int argc, char **argv, option_fn *fn, void *ctx, int *first,
		    struct wax_diag *diag);

/* Refuses an option that is given twice; sets *to otherwise. */
int program_set(const char **to, const char *value, const char *option,
		struct wax_diag *diag);

/* For the operands: at most one, to *to, which stays NULL without. */
int program_operand(int argc, char **argv, int first, const char **to,
		    struct wax_diag *diag);

/* Writes formatted text (up to 4 KiB) to a sink. */
int program_print(struct wax_sink *to, struct wax_diag *diag, const char *fmt,
		  ...) WAX_PRINTF(3, 4);

/* Says something on standard error: "wax-tool: ...", escaped. */
void program_say(const char *fmt, ...) WAX_PRINTF(1, 2);

/* The same, of what went wrong elsewhere: what, ": ", its text and hint. */
void program_warn(const char *what, const struct wax_diag *diag);

/* Writes a line to standard error, escaped, without the tool's name. */
void program_note(const char *fmt, ...) WAX_PRINTF(1, 2);

/* Says that memory ran out; returns WAX_ERR_IO. */
int program_no_memory(struct wax_diag *diag);

/*
 * To be returned from main: says what went wrong, if anything, and makes the
 * exit status of err. An empty text says nothing: another process did.
 */
int program_end(int err, const struct wax_diag *diag);

#endif
