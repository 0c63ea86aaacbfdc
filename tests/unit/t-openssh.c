/* SPDX-License-Identifier: ISC */
/*
 * OpenSSH private keys: files of ssh-keygen, and the format with each of its
 * fields wrong in turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "tap.h"

/* Made by ssh-keygen of OpenSSH 9.2 for this test, and used for nothing. */
static const char ssh_file[] =
	"-----BEGIN OPENSSH PRIVATE KEY-----\n"
	"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gt"
	"ZW\n"
	"QyNTUxOQAAACCl2jVtsm1MvgTqa57Ip9ot3TV/mUHXD39doslsm4swmwAAAJiigmzIoo"
	"Js\n"
	"yAAAAAtzc2gtZWQyNTUxOQAAACCl2jVtsm1MvgTqa57Ip9ot3TV/mUHXD39doslsm4sw"
	"mw\n"
	"AAAEA1Jm+vBwFw5PCDpBW1h3nVT1GYFahdT4OFHBipg/1/DKXaNW2ybUy+BOprnsin2i"
	"3d\n"
	"NX+ZQdcPf12iyWybizCbAAAAD21hZGUgZm9yIGEgdGVzdAECAwQFBg==\n"
	"-----END OPENSSH PRIVATE KEY-----\n";
#define SSH_PUBLIC                                                              \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKXaNW2ybUy+BOprnsin2i3dNX+ZQdcPf" \
	"12iyWybizCb"

/* Likewise, with the passphrase "pw". */
static const char ssh_sealed_file[] =
	"-----BEGIN OPENSSH PRIVATE KEY-----\n"
	"b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABDhv2cQ"
	"qO\n"
	"t+W+RXI/W/pCxeAAAAAQAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIE0vqKpq8CfP4J"
	"Xg\n"
	"h8sb2gvqaibQTKm7fPtALEP+cgZHAAAAkPJxBztoffhzdmIqKVkqDkifOsS1bKWd8liA"
	"1J\n"
	"gzpUiPnboq/qod8uSsS6Sz5ZiC89RQdHWR/rLV5/9WLfSzUqyrxgrxAxGPWnPyaxjG8F"
	"6E\n"
	"slIIB/lYm2QS+NlRZ33AvCFh9z69zPB0hSR9PPuA9JfXKC+uY8LqqmGXTMaw9k93qEXq"
	"VO\n"
	"BMZMyx5QEwYzG3TA==\n"
	"-----END OPENSSH PRIVATE KEY-----\n";

static void pinned(void)
{
	struct wax_identities *list = NULL;
	struct wax_diag diag = {0};
	struct wax_secret *line;
	char *text;
	size_t n;

	wax_identities_new(NULL, NULL, &list, NULL);
	tap_err(fixture_read(list, ssh_file, strlen(ssh_file), &diag), 0, &diag,
		"a file of ssh-keygen");
	tap_err(wax_identities_unlock(list, &n, &diag), 0, &diag, "unlocked");
	tap_is((long long)n, 1, "one");
	if (!wax_identities_recipient(list, 0, &text, &diag)) {
		tap_text(text, SSH_PUBLIC, "its recipient is ssh-keygen's");
		free(text);
	}
	tap_err(wax_identities_secret(list, 0, &line, &diag), WAX_ERR_USAGE,
		&diag, "it has no line");
	wax_identities_free(list);
}

static int ssh_parse(const struct openssh *k, struct wax_diag *diag)
{
	struct wax_bytes raw = {0}, pem = {0};
	struct wax_secret_key key;
	int err;

	openssh_raw(k, &raw);
	openssh_pem(&raw, 70, "\n", &pem);
	err = wax_openssh_parse(&key, (char *)pem.data, pem.len, diag);
	if (!err) {
		if (memcmp(wax_secret_bytes(key.secret), k->secret, 64) ||
		    key.kind != WAX_IDENTITY_SSH_ED25519)
			err = 1;
		wax_secret_key_release(&key);
	}
	wax_bytes_release(&raw);
	wax_bytes_release(&pem);
	return err;
}

static void ssh_fields(void)
{
	struct openssh k = openssh_good(1);
	struct wax_diag diag = {0};
	const int bad = WAX_ERR_FORMAT, unsupported = WAX_ERR_USAGE;

#define WITH(change, want, what)                                               \
	do {                                                                   \
		k = openssh_good(1);                                           \
		change;                                                        \
		diag = (struct wax_diag){0};                                   \
		tap_err(ssh_parse(&k, &diag), want, &diag, "SSH: %s", what);   \
	} while (0)

	WITH((void)0, 0, "as it should be");
	WITH(k.comment = "", 0, "no comment");
	WITH(k.magic = "openssh-key-v2", bad, "another magic");
	WITH(k.magic_len--, bad, "the magic without its NUL");
	WITH(k.cipher = "aes256-ctr", unsupported, "a cipher");
	WITH(k.kdf = "bcrypt", unsupported, "a key derivation");
	WITH(k.cipher = "", unsupported, "no cipher");
	WITH(k.cipher = "none\n", unsupported,
	     "a cipher's name that is longer");
	WITH(k.options = "x", bad, "options without a cipher");
	WITH(k.keys = 0, bad, "no key");
	WITH(k.keys = 2, bad, "two keys");
	WITH(k.keys = 0xffffffff, bad, "many keys");
	WITH(k.check2 ^= 1, bad, "check numbers that differ");
	WITH(k.check1 ^= 0x80000000, bad, "check numbers that differ, again");
	WITH(k.type = "ssh-rsa", unsupported, "another type");
	WITH(k.type = "ssh-ed2551", unsupported, "a type cut short");
	WITH(k.outer_type = "ssh-ed25518", bad, "another type outside");
	WITH(k.outer_type = "ssh-rsa", bad, "a shorter type outside");
	WITH(k.outer_public[0] ^= 1, bad, "another public key outside");
	WITH(k.public[31] ^= 1, bad, "another public key inside");
	WITH(k.secret[63] ^= 1, bad, "another public key in the secret one");
	WITH(k.secret[0] ^= 1, bad, "another seed");
	WITH(k.secret_len = 63, bad, "a secret key cut short");
	WITH(k.secret_len = 32, bad, "a seed alone");
	WITH(k.padding_begin = 0, bad, "padding that begins with 0");
	WITH(k.padding_begin = 2, bad, "padding that begins with 2");
	WITH(k.padding = 0, bad, "no padding");
	WITH(k.padding = 16, bad, "too much padding");
	WITH(k.after = "x", bad, "something after the end");
#undef WITH
}

/* With all lengths of comments, each length of padding is met. */
static void ssh_padding(void)
{
	char comment[17] = "";
	unsigned good = 0, more = 0;

	for (unsigned n = 0; n < 16; n++) {
		struct openssh k = openssh_good(2);

		comment[n] = '\0';
		k.comment = comment;
		good += !ssh_parse(&k, NULL);
		for (int padding = 0; padding < 24; padding++) {
			k.padding = padding;
			more += !ssh_parse(&k, NULL);
		}
		comment[n] = 'x';
	}
	tap_is(good, 16, "SSH: comments of 0 to 15 bytes");
	tap_is(more, 16, "SSH: one padding for each, less than 8 bytes");
}

/* Every beginning of the raw data, and every byte of it changed. */
static void ssh_truncations(void)
{
	struct openssh k = openssh_good(3);
	struct wax_bytes raw = {0};
	unsigned accepted = 0, changed = 0;

	openssh_raw(&k, &raw);
	for (size_t len = 0; len < raw.len; len++) {
		struct wax_bytes cut = {raw.data, len, len}, pem = {0};
		struct wax_secret_key key;

		openssh_pem(&cut, 70, "\n", &pem);
		if (!wax_openssh_parse(&key, (char *)pem.data, pem.len, NULL)) {
			wax_secret_key_release(&key);
			accepted++;
		}
		wax_bytes_release(&pem);
	}
	tap_is(accepted, 0, "SSH: no truncation of %zu bytes is accepted",
	       raw.len);
	for (size_t at = 0; at < raw.len; at++) {
		struct wax_bytes pem = {0};
		struct wax_secret_key key;

		raw.data[at] ^= 0x20;
		openssh_pem(&raw, 70, "\n", &pem);
		if (!wax_openssh_parse(&key, (char *)pem.data, pem.len, NULL)) {
			wax_secret_key_release(&key);
			changed++;
		}
		wax_bytes_release(&pem);
		raw.data[at] ^= 0x20;
	}
	tap_is(changed, (long long)strlen(k.comment),
	       "SSH: only the comment can be changed");
	wax_bytes_release(&raw);
}

/* Every beginning of the file itself. */
static void ssh_cut_file(void)
{
	unsigned accepted = 0;
	size_t n = strlen(ssh_file);

	for (size_t len = 0; len < n; len++) {
		struct wax_secret_key key;

		if (wax_openssh_parse(&key, ssh_file, len, NULL))
			continue;
		wax_secret_key_release(&key);
		accepted++;
	}
	tap_is(accepted, 1, "SSH: of the file, only the last LF may lack");
}

static void ssh_lines(void)
{
	static const struct {
		size_t columns;
		const char *eol;
		int err;
	} v[] = {
		{70, "\n", 0},	    {70, "\r\n", 0}, {64, "\n", 0},
		{1000, "\n", 0},    {1, "\n", 0},    {70, "\n\n", 0},
		{70, " \n", -1},    {70, "\n ", -1}, {70, "\r\r\n", -1},
		{70, "\t\r\n", -1},
	};
	struct openssh k = openssh_good(4);
	struct wax_bytes raw = {0};

	openssh_raw(&k, &raw);
	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct wax_bytes pem = {0};
		struct wax_secret_key key;
		int err;

		openssh_pem(&raw, v[i].columns, v[i].eol, &pem);
		if (i == 5) /* an empty line at the very end is text after it */
			pem.len--;
		err = wax_openssh_parse(&key, (char *)pem.data, pem.len, NULL);
		if (!err)
			wax_secret_key_release(&key);
		tap_is(err, v[i].err, "SSH: line form %zu", i);
		wax_bytes_release(&pem);
	}
	wax_bytes_release(&raw);
}

static void ssh_files(void)
{
	char text[2000];

	fixture_expect_text(ssh_sealed_file, WAX_ERR_USAGE, 0,
			    "an SSH key with a passphrase");
	snprintf(text, sizeof(text), "%sx\n", ssh_file);
	fixture_expect_text(text, WAX_ERR_FORMAT, 0, "text after an SSH key");
	snprintf(text, sizeof(text), "%s%s", ssh_file, ssh_file);
	fixture_expect_text(text, WAX_ERR_FORMAT, 0, "two SSH keys");
	snprintf(text, sizeof(text), "-%s", ssh_file);
	fixture_expect_text(text, WAX_ERR_FORMAT, 0,
			    "a dash before an SSH key");
	strcpy(text, ssh_file);
	text[35] = 'x';
	fixture_expect_text(text, WAX_ERR_FORMAT, 0, "a longer BEGIN line");
	fixture_expect_text(WAX_OPENSSH_BEGIN, WAX_ERR_FORMAT, 0,
			    "BEGIN alone");
	fixture_expect_text(WAX_OPENSSH_BEGIN
			    "\n-----END OPENSSH PRIVATE KEY-----\n",
			    WAX_ERR_FORMAT, 0, "nothing in between");
}

int main(void)
{
	pinned();
	ssh_fields();
	ssh_padding();
	ssh_truncations();
	ssh_cut_file();
	ssh_lines();
	ssh_files();
	return tap_end();
}
