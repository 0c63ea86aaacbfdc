/* SPDX-License-Identifier: ISC */
/*
 * Passphrases: scrypt makes a key that wraps the file key.
 */
#include <stdio.h>
#include <string.h>

#include <wax/recipient.h>

#include "age/kinds.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/secret.h"

#define SALT_SIZE 16
static const char label[] = "age-encryption.org/v1/scrypt";

static int wrapping_key(const void *passphrase, size_t passphrase_len,
			const uint8_t salt[SALT_SIZE], unsigned log_n,
			uint8_t out[WAX_KEY_SIZE], struct wax_diag *diag)
{
	uint8_t labeled[sizeof(label) - 1 + SALT_SIZE];

	memcpy(labeled, label, sizeof(label) - 1);
	memcpy(labeled + sizeof(label) - 1, salt, SALT_SIZE);
	if (!wax_scrypt(passphrase, passphrase_len, labeled, sizeof(labeled),
			log_n, out))
		return wax_diag_set(diag, WAX_ERR_IO,
				    "the passphrase needs %zu MiB of memory, "
				    "and there is not as much",
				    (size_t)1 << log_n >> 10);
	return 0;
}

int wax_scrypt_wrap(const void *passphrase, size_t passphrase_len,
		    unsigned log_n, const uint8_t file_key[WAX_FILE_KEY_SIZE],
		    struct wax_header *to, struct wax_diag *diag)
{
	uint8_t salt[SALT_SIZE], k[WAX_KEY_SIZE], body[WAX_WRAPPED_SIZE];
	char arg[23] = {0}, cost[12];
	const char *args[] = {WAX_SCRYPT, arg, cost};
	int err;

	wax_random(salt, sizeof(salt));
	err = wrapping_key(passphrase, passphrase_len, salt, log_n, k, diag);
	if (err)
		return err;
	wax_file_key_seal(k, file_key, body);
	wax_wipe(k, sizeof(k));
	wax_base64_encode(salt, sizeof(salt), arg);
	snprintf(cost, sizeof(cost), "%u", log_n);
	return wax_header_add(to, args, 3, body, sizeof(body), diag);
}

/* Parses all of the stanza; the cost is decimal without leading zeros. */
static int parse(const struct wax_stanza *stanza, uint8_t salt[SALT_SIZE],
		 unsigned *log_n, struct wax_diag *diag)
{
	const char *cost;
	size_t len;
	unsigned n = 0;
	int err = wax_stanza_expect(stanza, 2, WAX_WRAPPED_SIZE, diag);

	if (!err)
		err = wax_stanza_decode(stanza, 0, salt, SALT_SIZE, diag);
	if (err)
		return err;
	cost = wax_stanza_arg(stanza, 1, &len);
	for (size_t i = 0; i < len; i++) {
		if (cost[i] < '0' || cost[i] > '9' || *cost == '0')
			return wax_diag_set(
				diag, WAX_ERR_FORMAT,
				"the header is malformed, in the work "
				"factor of the passphrase");
		/* What is too much stays too much, and never overflows. */
		if (n <= WAX_SCRYPT_LOG_N_MAX)
			n = n * 10 + (unsigned)(cost[i] - '0');
	}
	if (n > WAX_SCRYPT_LOG_N_MAX)
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the passphrase's work factor is above "
				    "%d, and would take too long",
				    WAX_SCRYPT_LOG_N_MAX);
	*log_n = n;
	return 0;
}

int wax_scrypt_check(const struct wax_stanza *stanza, struct wax_diag *diag)
{
	uint8_t salt[SALT_SIZE];
	unsigned log_n;

	return parse(stanza, salt, &log_n, diag);
}

int wax_scrypt_unwrap(const void *passphrase, size_t passphrase_len,
		      const struct wax_stanza *stanza,
		      uint8_t file_key[WAX_FILE_KEY_SIZE],
		      struct wax_diag *diag)
{
	uint8_t salt[SALT_SIZE], k[WAX_KEY_SIZE];
	unsigned log_n;
	int err = parse(stanza, salt, &log_n, diag);

	if (!err)
		err = wrapping_key(passphrase, passphrase_len, salt, log_n, k,
				   diag);
	if (err)
		return err;
	err = wax_file_key_open(k, stanza, file_key);
	wax_wipe(k, sizeof(k));
	return err;
}
