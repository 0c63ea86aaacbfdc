/* SPDX-License-Identifier: ISC */
/*
 * Keys of fixed seeds, so that a failing test fails again, and OpenSSH's file
 * format with every field open to change.
 */
#ifndef TESTS_UNIT_FIXTURE_H
#define TESTS_UNIT_FIXTURE_H

#include <wax.h>

#include "base/bytes.h"
#include "keys/key.h"

/* The three kinds, for loops. */
#define FIXTURE_KINDS 3
enum wax_identity_kind fixture_kind(unsigned i);
const char *fixture_name(enum wax_identity_kind kind);

/* Fills in a key made of seed, to be released. */
void fixture_key(enum wax_identity_kind kind, uint32_t seed,
		 struct wax_secret_key *out);

/* Text forms: of its recipient, and of its identity file; to be freed. */
char *fixture_recipient(enum wax_identity_kind kind, uint32_t seed);
char *fixture_file(enum wax_identity_kind kind, uint32_t seed);

/* A list of that one identity; ask is NULL. */
struct wax_identities *fixture_identities(enum wax_identity_kind kind,
					  uint32_t seed);

/* Adds an identity file's text to a list. */
int fixture_read(struct wax_identities *list, const char *text, size_t len,
		 struct wax_diag *diag);

/* A secret that holds text. */
struct wax_secret *fixture_secret(const char *text);

/* The parts of an OpenSSH private key (PROTOCOL.key). */
struct openssh {
	const char *magic;
	size_t magic_len;
	const char *cipher, *kdf, *options;
	uint32_t keys;
	const char *outer_type; /* of the public key before the secret part */
	uint8_t outer_public[32];
	uint32_t check1, check2;
	const char *type;
	uint8_t public[32];
	uint8_t secret[64]; /* the seed and the public key again */
	size_t secret_len;
	const char *comment;
	int padding; /* bytes; -1: as many as are due */
	uint8_t padding_begin;
	const char *after; /* what follows everything */
};

/* A good one. */
struct openssh openssh_good(uint32_t seed);
void openssh_raw(const struct openssh *k, struct wax_bytes *out);

/* As a file, with lines of columns characters that end in eol. */
void openssh_pem(const struct wax_bytes *raw, size_t columns, const char *eol,
		 struct wax_bytes *out);

/* Reads text as identities, and expects n of them, or an error. */
void fixture_expect(const char *text, size_t len, int err, size_t n,
		    const char *what);
void fixture_expect_text(const char *text, int err, size_t n, const char *what);

#endif
