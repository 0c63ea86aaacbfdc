/* SPDX-License-Identifier: ISC */
/*
 * The terminal: asking a person for a passphrase.
 */
#ifndef WAX_TERMINAL_H
#define WAX_TERMINAL_H

#include <wax/error.h>

struct wax_secret;

/* A longer passphrase is refused, in bytes. */
#define WAX_PASSPHRASE_MAX 1024

/*
 * Shows prompt on the controlling terminal and reads a line from there without
 * echo. Standard input is never used. Without a terminal, and when the line is
 * ended by end-of-file, WAX_ERR_USAGE. A signal that comes meanwhile takes
 * effect after the echo is restored; when the process continues, the prompt
 * is shown again.
 */
WAX_API int wax_terminal_passphrase(const char *prompt, struct wax_secret **out,
				    struct wax_diag *diag);

#endif
