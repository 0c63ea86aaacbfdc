/* SPDX-License-Identifier: ISC */
/*
 * Text that somebody else wrote: checking it, and showing it safely.
 */
#ifndef WAX_TEXT_H
#define WAX_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wax/error.h>

/*
 * Decodes the character at text (RFC 3629). Returns its length; 0 when it is
 * malformed; -1 when it is cut short by len, which is at least 1.
 */
WAX_API int wax_utf8_decode(const char *text, size_t len, uint32_t *out);

/*
 * Whether showing the character could do more than show something: C0 and C1
 * controls, and the marks that reverse the direction of writing.
 */
WAX_API bool wax_utf8_is_control(uint32_t c);

/* Whether nobody sees it: such a character, or a blank besides the space. */
WAX_API bool wax_utf8_is_hidden(uint32_t c);

/* Whether all of text is UTF-8 without such characters. */
WAX_API bool wax_text_is_plain(const char *text, size_t len);

/*
 * Copies text to out with controls and malformed bytes as \xNN, cut to fit
 * size with its NUL.
 */
WAX_API void wax_text_escape(const char *text, char *out, size_t size);

/*
 * Copies text to out as one word of a command that a message shows between
 * apostrophes: as it is, or in double quotes where a shell would split it.
 * Where not even these make it that word, or size has no room for it and its
 * NUL, it is instead, cut to fit.
 */
WAX_API void wax_text_word(const char *text, const char *instead, char *out,
			   size_t size);

/* Room for the word of a name of 64 bytes or less, in a hint. */
#define WAX_TEXT_WORD_SIZE 67

/* A time as text, 2026-11-23T10:00:00Z, and its NUL. */
#define WAX_TIME_TEXT_SIZE 21

/* Seconds since 1970, from 0 to the end of the year 9999. */
#define WAX_TIME_MAX INT64_C(253402300799)

WAX_API void wax_time_text(int64_t t, char out[WAX_TIME_TEXT_SIZE]);

#endif
