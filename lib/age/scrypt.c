/* SPDX-License-Identifier: ISC */
/*
 * Passphrases: scrypt makes a key that wraps the file key.
 */
#include <string.h>

#include <wax/recipient.h>

#include "age/kinds.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/secret.h"

#define SALT_SIZE 16
static const char label[] = "age-encryption.org/v1/scrypt";
static const uint8_t zero_nonce[WAX_NONCE_SIZE];

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
	char arg[23] = {0}, cost[3] = {0};
	const char *args[] = {WAX_SCRYPT, arg, cost};
	int err;

	wax_random(salt, sizeof(salt));
	err = wrapping_key(passphrase, passphrase_len, salt, log_n, k, diag);
	if (err)
		return err;
	wax_aead_seal(k, zero_nonce, NULL, 0, file_key, WAX_FILE_KEY_SIZE,
		      body);
	wax_wipe(k, sizeof(k));
	wax_base64_encode(salt, sizeof(salt), arg);
	if (log_n >= 10)
		cost[0] = (char)('0' + log_n / 10);
	cost[log_n >= 10] = (char)('0' + log_n % 10);
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
	for (size_t i = 0; i < len; i++)
		if (cost[i] < '0' || cost[i] > '9' || cost[0] == '0')
			return wax_diag_set(diag, WAX_ERR_FORMAT,
					    "the header has a bad work factor");
	for (size_t i = 0; i < len && n <= WAX_SCRYPT_LOG_N_MAX; i++)
		n = n * 10 + (unsigned)(cost[i] - '0');
	if (n > WAX_SCRYPT_LOG_N_MAX)
		return wax_diag_set(diag, WAX_ERR_FORMAT,
				    "the passphrase's work factor is above %d",
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
	bool ok;
	int err = parse(stanza, salt, &log_n, diag);

	if (!err)
		err = wrapping_key(passphrase, passphrase_len, salt, log_n, k,
				   diag);
	if (err)
		return err;
	ok = wax_aead_open(k, zero_nonce, NULL, 0, stanza->body,
			   stanza->body_len, file_key);
	wax_wipe(k, sizeof(k));
	return ok ? 0 : WAX_ERR_NO_KEY;
}
