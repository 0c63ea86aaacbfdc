/* SPDX-License-Identifier: ISC */
/*
 * People for an address book: each has an identity of the fixture's, by its
 * seed, and as many cards as are asked for.
 */
#ifndef TESTS_UNIT_PEOPLE_H
#define TESTS_UNIT_PEOPLE_H

#include <wax.h>

#include "keys/card.h"

/* A card with its note, to be freed; the prekey depends on who and issued. */
struct wax_card *people_card(uint32_t who, const char *name, int64_t issued);

/* Signs a card again that was changed. */
void people_sign(struct wax_card *card, uint32_t who);

/* The known card (known.h) with its note, to be freed. */
struct wax_card *people_known(void);

#endif
