/* SPDX-License-Identifier: ISC */
/*
 * Cards: what a person gives to others, so that they can seal to her, check her
 * signatures, and begin sessions. A signed note (wax-format(5)).
 */
#ifndef WAX_CARD_H
#define WAX_CARD_H

#include <stdbool.h>
#include <stdint.h>
#include <wax/error.h>

struct wax_card;
struct wax_identities;
struct wax_sink;
struct wax_source;

/* A card is valid for so long, and repeated for so long, in seconds. */
#define WAX_CARD_VALID (30 * 24 * 3600)
#define WAX_CARD_CURRENT (7 * 24 * 3600)

/* A prekey's secrets stay for so long behind the end of its card. */
#define WAX_PREKEY_GRACE (30 * 24 * 3600)

/* The largest card that is read, in bytes. */
#define WAX_CARD_MAX (64 * 1024)

/*
 * Reads a card, strictly, and checks its signature. Malformed is
 * WAX_ERR_FORMAT, a wrong signature WAX_ERR_TRUST. Whether it has expired is
 * for the caller to look at.
 */
WAX_API int wax_card_read(struct wax_source *from, struct wax_card **out,
			  struct wax_diag *diag);
WAX_API void wax_card_free(struct wax_card *card);

/* What it says; the texts live as long as the card. */
WAX_API const char *wax_card_name(const struct wax_card *card);
WAX_API const char *wax_card_identity(const struct wax_card *card); /* wax1 */
WAX_API const char *wax_card_recipient(const struct wax_card *card);
WAX_API const char *wax_card_minisign(const struct wax_card *card); /* RW... */
WAX_API uint32_t wax_card_prekey(const struct wax_card *card);
WAX_API bool wax_card_once(const struct wax_card *card);

/* Seconds since 1970. */
WAX_API int64_t wax_card_issued(const struct wax_card *card);
WAX_API int64_t wax_card_expires(const struct wax_card *card);

enum wax_card_flags {
	WAX_CARD_ONCE = 1, /* for one caller: its prekey opens one hello */
};

/* What issuing found odd, and went on. */
enum wax_card_odd {
	WAX_CARD_CLOCK = 1, /* the clock is far off: nothing was destroyed */
};

/*
 * Writes one's own card to a sink, which is not finished: the current one, byte
 * for byte, while it is younger than WAX_CARD_CURRENT and says the same;
 * otherwise, and always with WAX_CARD_ONCE, a new one with a new prekey. The
 * prekey's secrets are sealed and on the disk before a byte is written.
 *
 * home is the folder of the home, which must exist; identities holds its one
 * post-quantum identity; name is 1 to 255 bytes of plain text; now is the time.
 * Secrets that are past their grace are destroyed, on a clock that can be
 * believed: one that is more than a week ahead of the last time, or more than a
 * day behind it, destroys nothing until it has gone on from there for a week,
 * and none destroys by its own word alone, but one run later.
 *
 * WAX_ERR_STATE: the state is damaged, of another identity or a later version,
 * or locked by another process for more than 10 seconds.
 */
WAX_API int wax_card_issue(const char *home, struct wax_identities *identities,
			   const char *name, unsigned flags, int64_t now,
			   struct wax_sink *to, unsigned *odd,
			   struct wax_diag *diag);

#endif
