/* SPDX-License-Identifier: ISC */
/*
 * M: what it may say, in which order, and nothing else.
 */
#include <stdio.h>
#include <string.h>

#include "crafted.h"
#include "tap.h"

static void meta_parse(const char *text, size_t len, bool good,
		       const char *what)
{
	struct wax_meta meta;
	struct wax_diag diag = {0};
	struct wax_bytes back = {0};
	/* Exactly as much, so that reading beyond is noticed. */
	struct wax_bytes copy = bytes_of(text, len);
	const void *p = copy.data ? (const void *)copy.data : "";
	int err = wax_meta_parse(&meta, p, len, &diag);

	tap_err(err, good ? 0 : BAD, &diag, "M: %s", what);
	if (!err && !wax_meta_write(&meta, &back, NULL)) {
		tap_bytes(back.data + 8, back.len - 8, text, len,
			  "M: %s: written again it is the same", what);
		tap_ok(wax_meta_begins(back.data, back.len) &&
			       wax_le32(back.data + 4) == len,
		       "M: %s: and a frame", what);
	}
	wax_bytes_release(&back);
	wax_bytes_release(&copy);
}

#define SENDER                                                                 \
	"sender "                                                              \
	"wax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeqqcp9fmt\n"

static const struct {
	bool good;
	const char *text, *what;
} cases[] = {
	{true, "wax1\nkind data\n", "data"},
	{true, "wax1\nkind archive\n", "an archive"},
	{true, "wax1\nkind data\nname a\n", "a name"},
	{true, "wax1\nkind data\nname  a  \n", "a name with spaces"},
	{true, "wax1\nkind data\nname name a\n", "a name in a name"},
	{true, "wax1\nkind data\nname ...\n", "three dots"},
	{true, "wax1\nkind archive\nname a\n" SENDER, "everything"},
	{true, "wax1\nkind data\n" SENDER, "a sender"},
	{false, "", "nothing"},
	{false, "wax1", "no LF"},
	{false, "wax1\n", "no kind"},
	{false, "wax1\nkind data", "no last LF"},
	{false, "wax1\nkind data\n\n", "an empty line"},
	{false, "wax1\n\nkind data\n", "an empty line before"},
	{false, "wax1\nkind data\nname a", "no LF after the name"},
	{false, "wax1\nkind data\r\n", "CR LF"},
	{false, "wax1\r\nkind data\n", "CR LF in the first line"},
	{false, "wax1\nkind  data\n", "two spaces"},
	{false, "wax1\nkind data \n", "a space at the end"},
	{false, "wax1\n kind data\n", "a space before"},
	{false, "wax1\nkind Data\n", "a capital"},
	{false, "wax1\nkind dat\n", "a part of a kind"},
	{false, "wax1\nkind dataa\n", "more than a kind"},
	{false, "wax1\nkind archives\n", "more than an archive"},
	{false, "wax1\nkind \n", "an empty kind"},
	{false, "wax1\nkind\n", "no value"},
	{false, "wax1\nkind bytes\n", "an unknown kind"},
	{false, "wax2\nkind data\n", "another version"},
	{false, "wax1 kind data\n", "no first line"},
	{false, "wax1\nkind data\nkind data\n", "two kinds"},
	{false, "wax1\nkind data\nname a\nname a\n", "two names"},
	{false, "wax1\nkind data\n" SENDER SENDER, "two senders"},
	{false, "wax1\nname a\nkind data\n", "the name first"},
	{false, "wax1\nkind data\n" SENDER "name a\n", "name last"},
	{false, "wax1\n" SENDER "kind data\n", "the sender first"},
	{false, "wax1\nkind data\nsize 5\n", "an unknown key"},
	{false, "wax1\nkind data\nnamea\n", "a key without a space"},
	{false, "wax1\nkind data\nNAME a\n", "a key in capitals"},
	{false, "wax1\nsize 5\nkind data\n", "an unknown key first"},
	{false, "wax1\nkind data\nname \n", "an empty name"},
	{false, "wax1\nkind data\nname a/b\n", "a name with a slash"},
	{false, "wax1\nkind data\nname /\n", "a slash"},
	{false, "wax1\nkind data\nname .\n", "a dot"},
	{false, "wax1\nkind data\nname ..\n", "two dots"},
	{false, "wax1\nkind data\nname a\rb\n", "a name with a CR"},
	{false, "wax1\nkind data\nname a\tb\n", "one with a tab"},
	{false, "wax1\nkind data\nname a\033b\n", "one with an escape"},
	{false, "wax1\nkind data\nname a\177b\n", "one with a DEL"},
	{false, "wax1\nkind data\nname a\xc2\x9b\n", "one with a C1"},
	{false, "wax1\nkind data\nname a\xe2\x80\xae\n",
	 "one that turns the direction"},
	{false, "wax1\nkind data\nname a\xff\n", "one not of UTF-8"},
	{false, "wax1\nkind data\nname a\xc0\xaf\n", "a long slash"},
	{false, "wax1\nkind data\nname \xed\xa0\x80\n", "a surrogate"},
	{false, "wax1\nkind data\nsender \n", "an empty sender"},
	{false, "wax1\nkind data\nsender wax1\n", "a part of a sender"},
};

static void metas(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		meta_parse(cases[i].text, strlen(cases[i].text), cases[i].good,
			   cases[i].what);
	meta_parse("wax1\nkind data\nname a\0b\n", 24, false, "a NUL in it");
	meta_parse("wax1\nkind data\n\0", 16, false, "a NUL behind it");
	meta_parse("wax1\0kind data\n", 15, false, "a NUL for an LF");
}

/* Senders that are no keys, and other texts of one that is. */
static void meta_senders(void)
{
	static const struct {
		const char *text, *what;
	} bad[] = {
		{"WAX1XJUFYDU97QQAMHHMEMHV8V3UVTQWGWS7ZN75TUSH0GXE9VESZEQQCP9F"
		 "MT",
		 "upper case"},
		{"wax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeqqcp9f"
		 "mt ",
		 "a space behind it"},
		{"wax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeqqcp9f"
		 "mq",
		 "a wrong checksum"},
		{"wax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9veszeq08vk4"
		 "yn",
		 "bits left over"},
		{"wax1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqgq8r"
		 "sa",
		 "the neutral point"},
		{"wax1ym5ftr7zkgnmq3wr7jyl9muc7r2altq960rrxwd38qpgsm2nlszsnhkr"
		 "e6",
		 "a point of order 8"},
		{"wax17rlllllllllllllllllllllllllllllllllllllllllllllllalsghzr"
		 "jc",
		 "a key not below p"},
		{"wax13mmfah872rclqn8m8x5zrv3xg0yut9qu5lyv4qtaqsk6309wqh2q5syj"
		 "5q",
		 "a key plus a point of order 8"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char text[200];

		snprintf(text, sizeof(text), "wax1\nkind data\nsender %s\n",
			 bad[i].text);
		meta_parse(text, strlen(text), false, bad[i].what);
	}
}

/* The longest name; and M's own length. */
static void meta_lengths(void)
{
	static char text[WAX_META_MAX + 100];
	const size_t at = strlen("wax1\nkind data\nname ");

	for (size_t len = 254; len < 258; len++) {
		struct wax_bytes b = {0};

		strcpy(text, "wax1\nkind data\nname ");
		memset(text + at, 'n', len);
		strcpy(text + at + len, "\n");
		meta_parse(text, strlen(text), len <= 255, "a long name");
		add_meta(&b, text);
		add_raw(&b, sample, 9);
		expect(&b, len <= 255 ? 0 : BAD, sample, 9, "an envelope so");
		wax_bytes_release(&b);
	}
	for (size_t len = WAX_META_MAX - 1; len < WAX_META_MAX + 2; len++) {
		struct wax_bytes b = {0};

		memset(text, 'x', len);
		memcpy(text, "wax1\nkind data\nname ", at);
		add_frame(&b, text, len);
		add_raw(&b, sample, 9);
		expect(&b, BAD, NULL, 0, "an M of 64 KiB");
		wax_bytes_release(&b);
	}
	/* What it claims to be long is not waited for, nor allocated. */
	for (uint32_t len = 0; len < 40; len++) {
		struct wax_bytes b = {0};

		add_le32(&b, 0x184d2a57);
		add_le32(&b, len < 20 ? len : UINT32_MAX - (len - 20));
		add(&b, "wax1\nkind data\n", 15);
		add_raw(&b, sample, 9);
		expect(&b, len == 15 ? 0 : BAD, sample, 9, "M's length");
		wax_bytes_release(&b);
	}
}

int main(void)
{
	crafted_start();
	metas();
	meta_senders();
	meta_lengths();
	return tap_end();
}
