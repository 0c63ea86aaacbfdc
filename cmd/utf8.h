/* SPDX-License-Identifier: ISC */
/*
 * Text that somebody else wrote, on its way to a terminal.
 */
#ifndef WAX_CMD_UTF8_H
#define WAX_CMD_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the character at text (RFC 3629). Returns its length; 0 when it is
 * malformed; -1 when it is cut short by len.
 */
int utf8_decode(const char *text, size_t len, uint32_t *out);

/*
 * Whether showing the character could do more than show something: C0 and C1
 * controls, and the marks that reverse the direction of writing.
 */
bool utf8_is_control(uint32_t c);

/*
 * Copies text to out with controls and malformed bytes as \xNN, cut to fit
 * size with its NUL.
 */
void utf8_escape(const char *text, char *out, size_t size);

#endif
