/* SPDX-License-Identifier: ISC */
/*
 * Errors: one number per kind of failure, and a place for the words. The
 * numbers are the exit statuses of the tools, negated (wax(7)).
 */
#ifndef WAX_ERROR_H
#define WAX_ERROR_H

#if defined(__GNUC__)
#define WAX_API __attribute__((visibility("default")))
#define WAX_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define WAX_API
#define WAX_PRINTF(fmt, args)
#endif

enum wax_err {
	WAX_OK = 0,
	WAX_ERR_FORMAT = -1, /* the input is malformed, forged or truncated */
	WAX_ERR_USAGE = -2,  /* asked for what cannot be */
	WAX_ERR_NO_KEY = -3, /* no key here fits, a passphrase included */
	WAX_ERR_TRUST = -4,  /* a sender or a key is not trusted */
	WAX_ERR_SEEN = -5,   /* already opened */
	WAX_ERR_STATE = -6,  /* the state is locked, rolled back or damaged */
	WAX_ERR_IO = -7,     /* reading or writing failed, memory ran out */
};

#define WAX_DIAG_TEXT 1024
#define WAX_DIAG_HINT 256

/*
 * The reason of a failure. text is one line without the name of the program;
 * it may quote bytes of the input as they were, so escape it before showing
 * it. hint says what to do about it, and is often empty. Both end in NUL and
 * are cut when too long. Initialise with {0}.
 */
struct wax_diag {
	char text[WAX_DIAG_TEXT];
	char hint[WAX_DIAG_HINT];
};

/* Sets the text, clears the hint, and returns err. diag may be NULL. */
WAX_API int wax_diag_set(struct wax_diag *diag, int err, const char *fmt, ...)
	WAX_PRINTF(3, 4);

/* As wax_diag_set(), with ": " and what strerror says of errnum appended. */
WAX_API int wax_diag_sys(struct wax_diag *diag, int errnum, const char *fmt,
			 ...) WAX_PRINTF(3, 4);

/* Puts a context and ": " before the text, as in "'file': line 3: reason". */
WAX_API void wax_diag_context(struct wax_diag *diag, const char *fmt, ...)
	WAX_PRINTF(2, 3);

/* Sets the hint. */
WAX_API void wax_diag_hint(struct wax_diag *diag, const char *fmt, ...)
	WAX_PRINTF(2, 3);

/* The library's version, as WAX_VERSION was when it was built. */
WAX_API const char *wax_version(void);

#endif
