/* SPDX-License-Identifier: ISC */
/*
 * An identity of a known seed, and cards of known keys and times: the answers
 * were computed by another program, from the formats' description.
 */
#ifndef TESTS_UNIT_KNOWN_H
#define TESTS_UNIT_KNOWN_H

#include <wax.h>

#include "keys/card.h"

/* Of the seed 00 01 ... 1f. */
#define KNOWN_IDENTITY                                                         \
	"wax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeqqcp9fmt"
#define KNOWN_MINISIGN                                                         \
	"RWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVuDmK"

/* Its identity file, and a list of it. */
extern const char known_file[];
struct wax_identities *known_identities(void);

/* The key that signs its cards; its public half. */
extern const uint8_t known_public[WAX_ED25519_PUBLIC_SIZE];
void known_signer(uint8_t out[WAX_ED25519_SECRET_SIZE]);

/*
 * A card of that identity, made of its secrets: the prekey's are 20 ... 3f and
 * 40 ... 5f.
 */
#define KNOWN_ISSUED INT64_C(1795428000)
void known_card(struct wax_card *card);

/* What it must be as text, and the name of the key in its signature. */
extern const char known_text[];
#define KNOWN_KEY_NAME "Zo\xc3\xab-M\xc3\xbcller-1"

/* SHA-256 of the same card with "once". */
extern const uint8_t known_once[32];

/*
 * A folder of the test's own, one at a time; the files in it are removed, and
 * in the end the folder.
 */
const char *known_folder(void);
void known_folder_empty(void);
void known_folder_remove(void);

#endif
