/* SPDX-License-Identifier: ISC */
/*
 * Prekeys: what their file may be, and when their secrets go, by clocks that
 * are right and by others.
 */
#include <stdlib.h>
#include <string.h>

#include <wax/secret.h>

#include "base/time.h"
#include "keys/prekeys.h"
#include "tap.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)
#define T0 INT64_C(1795428000) /* 2026-11-23 */

/* For what a test cannot go on without. */
static void need(int err)
{
	if (!err)
		return;
	tap_ok(false, "there is memory");
	exit(1);
}

/* One more, of a card that is issued at t; returns its number. */
static uint32_t add(struct wax_prekeys *p, int64_t t)
{
	struct wax_prekey *k;

	need(wax_prekeys_add(p, &k, NULL));
	k->issued = t;
	k->expires = t + WAX_CARD_VALID;
	return k->id;
}

static const struct wax_prekey *find(const struct wax_prekeys *p, uint32_t id)
{
	for (size_t i = 0; i < p->n; i++)
		if (wax_prekeys_at(p, i)->id == id)
			return wax_prekeys_at(p, i);
	return NULL;
}

/*
 * The file, as wax-format(5) has it: two keys, the second for one caller, and
 * a card of five bytes.
 */
static const char *const file_hex =
	/* version, seen, suspect, n */
	"01000000"
	"a0c0036b00000000"
	"0100000000000000"
	"02000000"
	/* id, flags, issued, expires, x25519, xwing */
	"78563412"
	"00000000"
	"a00e046b00000000"
	"a09b2b6b00000000"
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
	"ffffffff"
	"01000000"
	"0000000000000000"
	"7f41f4ff3a000000"
	"404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
	"606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
	/* the card */
	"05000000"
	"6865790a0a";
#define FILE_SIZE (24 + 2 * 88 + 4 + 5)

static bool counts_from(const uint8_t *data, size_t len, uint8_t first)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != (uint8_t)(first + i))
			return false;
	return true;
}

static void known_file(void)
{
	uint8_t file[FILE_SIZE];
	struct wax_prekeys p = {0};
	struct wax_prekey *k;
	struct wax_secret *again = NULL;

	tap_hex(file_hex, file, sizeof(file));
	need(wax_prekeys_decode(&p, file, sizeof(file), NULL));
	tap_is(p.seen, 0x6b03c0a0, "when the clock was believed");
	tap_is(p.suspect, 1, "where it has jumped to");
	tap_is((long long)p.n, 2, "two keys");
	k = wax_prekeys_at(&p, 0);
	tap_ok(k->id == 0x12345678 && !k->once && k->issued == 0x6b040ea0 &&
		       k->expires == 0x6b2b9ba0,
	       "the first");
	tap_ok(counts_from(k->x25519, 32, 0) && counts_from(k->xwing, 32, 32),
	       "its secrets");
	k = wax_prekeys_at(&p, 1);
	tap_ok(k->id == UINT32_MAX && k->once && !k->issued &&
		       k->expires == WAX_TIME_MAX,
	       "the second");
	tap_ok(counts_from(k->x25519, 32, 64) && counts_from(k->xwing, 32, 96),
	       "its secrets");
	tap_bytes(p.card.data, p.card.len, "hey\n\n", 5, "the card");
	need(wax_prekeys_encode(&p, &again, NULL));
	tap_bytes(wax_secret_bytes(again), wax_secret_size(again), file,
		  sizeof(file), "and back");
	wax_secret_free(again);
	wax_prekeys_release(&p);
	tap_ok(!p.n && !p.list && !p.card.data, "released");
	wax_prekeys_release(&p);
}

/* What decodes is what would be encoded; anything else is damaged. */
static int decode(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct wax_prekeys p = {0};
	struct wax_secret *again;
	struct wax_diag diag = {0};
	int err;

	if (len)
		memcpy(copy, data, len);
	err = wax_prekeys_decode(&p, copy, len, &diag);
	if (!err) {
		need(wax_prekeys_encode(&p, &again, NULL));
		if (wax_secret_size(again) != len ||
		    memcmp(wax_secret_bytes(again), data, len))
			err = -99;
		wax_secret_free(again);
	} else if (!*diag.text) {
		err = -98;
	}
	wax_prekeys_release(&p);
	free(copy);
	return err;
}

static void damage(void)
{
	uint8_t file[FILE_SIZE + 1] = {0};
	unsigned odd = 0, good = 0;

	tap_hex(file_hex, file, FILE_SIZE);
	for (size_t i = 0; i < FILE_SIZE; i++)
		odd += decode(file, i) != WAX_ERR_STATE;
	tap_is(odd, 0, "cut anywhere, it is damaged");
	tap_is(decode(file, FILE_SIZE + 1), WAX_ERR_STATE, "something follows");
	for (size_t i = 0; i < 8 * FILE_SIZE; i++) {
		int err;

		file[i / 8] ^= (uint8_t)(1 << i % 8);
		err = decode(file, FILE_SIZE);
		odd += err && err != WAX_ERR_STATE;
		good += !err;
		file[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	tap_is(odd, 0, "a bit changed: damaged, or encoded the same again");
	/* Numbers, secrets, the card's text, and most of the times' bits. */
	tap_ok(good >= 8 * (4 * 32 + 2 * 4 + 5), "which most are: %u", good);
}

static const struct {
	size_t at, size;
	uint64_t value;
	int err;
	const char *what;
} values[] = {
	{0, 4, 0, WAX_ERR_STATE, "version 0"},
	{0, 4, 2, WAX_ERR_STATE, "version 2"},
	{0, 4, 0x01000000, WAX_ERR_STATE, "the version's bytes turned around"},
	{4, 8, 0, 0, "never seen a clock"},
	{4, 8, WAX_TIME_MAX, 0, "the last second"},
	{4, 8, WAX_TIME_MAX + 1, WAX_ERR_STATE, "and the next"},
	{4, 8, UINT64_MAX, WAX_ERR_STATE, "a time before 1970"},
	{12, 8, WAX_TIME_MAX + 1, WAX_ERR_STATE, "a jump to such a time"},
	{12, 8, UINT64_C(1) << 63, WAX_ERR_STATE, "the earliest time"},
	{20, 4, 0, WAX_ERR_STATE, "no keys"},
	{20, 4, 1, WAX_ERR_STATE, "one key"},
	{20, 4, 3, WAX_ERR_STATE, "three keys"},
	{20, 4, WAX_PREKEYS_MAX, WAX_ERR_STATE, "as many as may be"},
	{20, 4, WAX_PREKEYS_MAX + 1, WAX_ERR_STATE, "too many"},
	{20, 4, UINT32_MAX, WAX_ERR_STATE, "far too many"},
	/* 88 times as many is less than 2^32 again. */
	{20, 4, UINT32_MAX / 88 + 3, WAX_ERR_STATE, "the size wraps"},
	{28, 4, 1, 0, "the first for one caller, too"},
	{28, 4, 2, WAX_ERR_STATE, "another flag"},
	{28, 4, 0x80000001, WAX_ERR_STATE, "another flag besides"},
	{32, 8, WAX_TIME_MAX + 1, WAX_ERR_STATE, "issued too late"},
	{40, 8, UINT64_MAX, WAX_ERR_STATE, "expires before 1970"},
	{200, 4, 4, WAX_ERR_STATE, "a shorter card"},
	{200, 4, 6, WAX_ERR_STATE, "a longer card"},
	{200, 4, UINT32_MAX, WAX_ERR_STATE, "a very long one"},
};

static void odd_values(void)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		uint8_t file[FILE_SIZE];

		tap_hex(file_hex, file, sizeof(file));
		for (size_t j = 0; j < values[i].size; j++)
			file[values[i].at + j] =
				(uint8_t)(values[i].value >> (8 * j));
		tap_is(decode(file, sizeof(file)), values[i].err, "%s",
		       values[i].what);
	}
}

static void numbers(void)
{
	const size_t n = 1000;
	struct wax_prekeys p = {0};
	unsigned same = 0, zero = 0;

	for (size_t i = 0; i < n; i++)
		add(&p, T0);
	for (size_t i = 0; i < n; i++) {
		const struct wax_prekey *a = wax_prekeys_at(&p, i);

		zero += counts_from(a->x25519, 2, 0) &&
			counts_from(a->xwing, 2, 0);
		for (size_t j = 0; j < i; j++) {
			const struct wax_prekey *b = wax_prekeys_at(&p, j);

			same += a->id == b->id ||
				!memcmp(a->x25519, b->x25519, 32) ||
				!memcmp(a->xwing, b->xwing, 32) ||
				!memcmp(a->xwing, a->x25519, 32);
		}
	}
	tap_is(same, 0, "%zu keys, and no two the same", n);
	tap_is(zero, 0, "and all random");
	wax_prekeys_release(&p);
}

/* One less than the most, then the last, then none. */
static void the_most(void)
{
	const size_t n = WAX_PREKEYS_MAX - 1, size = 24 + n * 88 + 4;
	uint8_t *file = calloc(1, size);
	struct wax_prekeys p = {0};
	struct wax_prekey *k = NULL;
	struct wax_diag diag = {0};

	file[0] = 1;
	for (size_t i = 0; i < 4; i++)
		file[20 + i] = (uint8_t)(n >> (8 * i));
	for (size_t i = 0; i < n; i++)
		memcpy(file + 24 + 88 * i, &i, 2); /* the number */
	need(wax_prekeys_decode(&p, file, size, NULL));
	tap_err(wax_prekeys_add(&p, &k, &diag), 0, &diag, "the last one");
	tap_is((long long)p.n, WAX_PREKEYS_MAX, "that there may be");
	k = NULL;
	tap_err(wax_prekeys_add(&p, &k, &diag), WAX_ERR_STATE, &diag,
		"one more is too many");
	wax_prekeys_at(&p, p.n - 1)->expires = T0;
	tap_ok(!k && p.n == WAX_PREKEYS_MAX, "and is not made");
	wax_prekeys_expire(&p, 61 * DAY);
	wax_prekeys_expire(&p, 61 * DAY + 1);
	tap_is((long long)p.n, 1, "after a time, the old ones go");
	wax_prekeys_release(&p);
	free(file);
}

/* A clock that goes on from day to day, with a look at it each, and two then. */
static void pass(struct wax_prekeys *p, int64_t from, int64_t to)
{
	for (int64_t t = from; t < to; t += DAY)
		wax_prekeys_expire(p, t);
	wax_prekeys_expire(p, to);
	wax_prekeys_expire(p, to);
}

/* Of several, the right ones go, and their place is wiped. */
static void going(void)
{
	struct wax_prekeys p = {0};
	uint32_t id[6];
	const uint8_t *at;
	unsigned left = 0;

	for (int i = 0; i < 6; i++)
		id[i] = add(&p, T0 + (i % 2 ? 3 * DAY : 0));
	pass(&p, T0, T0 + 30 * DAY);
	tap_is((long long)p.n, 6, "all cards are valid");
	pass(&p, T0 + 30 * DAY + 1, T0 + 60 * DAY);
	tap_is((long long)p.n, 6, "they have expired, and are kept");
	pass(&p, T0 + 60 * DAY + 1, T0 + 60 * DAY + 1);
	tap_is((long long)p.n, 3, "three are past their grace");
	tap_ok(find(&p, id[1]) && find(&p, id[3]) && find(&p, id[5]),
	       "and the others are there");
	at = (const uint8_t *)(wax_prekeys_at(&p, 0) + p.n);
	for (size_t i = 0; i < (6 - p.n) * sizeof(struct wax_prekey); i++)
		left += at[i] != 0;
	tap_is(left, 0, "nothing is left of those");
	add(&p, T0 + 60 * DAY);
	tap_is((long long)p.n, 4, "there is room for another");
	pass(&p, T0 + 61 * DAY, T0 + 121 * DAY);
	tap_is((long long)p.n, 0, "all go");
	pass(&p, T0 + 122 * DAY, T0 + 122 * DAY);
	wax_prekeys_release(&p);
}

/*
 * A user: runs at times, and makes a key a week. What must be there by true
 * time is counted as lost when it is not.
 */
struct user {
	struct wax_prekeys p;
	int64_t now; /* the true time */
	int64_t last;
	uint32_t id[4000];
	int64_t keep[4000]; /* the end of its grace */
	size_t n;
	unsigned lost;
};

static void user_new(struct user *u)
{
	memset(u, 0, sizeof(*u));
	u->now = T0;
}

static void look(struct user *u)
{
	for (size_t i = 0; i < u->n; i++) {
		if (u->keep[i] && u->keep[i] >= u->now &&
		    !find(&u->p, u->id[i]))
			u->lost++;
		if (u->keep[i] < u->now || !find(&u->p, u->id[i]))
			u->keep[i] = 0;
	}
}

/* Runs with a clock that is wrong by so much. */
static bool run(struct user *u, int64_t wrong)
{
	int64_t now = u->now + wrong;
	bool believed = wax_prekeys_expire(&u->p, now);

	look(u);
	if ((u->last > now ? u->last - now : now - u->last) < 7 * DAY ||
	    u->n == sizeof(u->id) / sizeof(*u->id))
		return believed;
	u->last = now;
	u->id[u->n] = add(&u->p, now);
	u->keep[u->n] = now + WAX_CARD_VALID + WAX_PREKEY_GRACE;
	u->n++;
	return believed;
}

/* Some time goes by, with a run at the end of each step. */
static bool live(struct user *u, int64_t time, int64_t step, int64_t wrong)
{
	bool believed = true;

	for (int64_t i = 0; i < time; i += step) {
		u->now += step;
		believed = run(u, wrong);
	}
	return believed;
}

/* How many keys are there that have been past their grace for so long. */
static unsigned stale(const struct user *u, int64_t time)
{
	unsigned n = 0;

	for (size_t i = 0; i < u->p.n; i++)
		n += wax_prekeys_at(&u->p, i)->expires + WAX_PREKEY_GRACE +
			     time <
		     u->now;
	return n;
}

static void normal(void)
{
	struct user *u = malloc(sizeof(*u));

	user_new(u);
	tap_ok(live(u, 2 * YEAR, DAY, 0), "two years, the clock is believed");
	tap_is(u->lost, 0, "nothing is lost");
	tap_is(stale(u, DAY), 0, "nothing stays");
	tap_ok(u->p.n >= 8 && u->p.n <= 10, "a key a week, for 60 days");
	tap_ok(live(u, 2 * DAY, DAY / 24, -HOUR), "summer ends");
	tap_ok(live(u, 2 * DAY, DAY / 24, 0), "and begins");
	tap_is(u->lost, 0, "which loses nothing");
	wax_prekeys_release(&u->p);
	free(u);
}

/* A clock that is wrong for an afternoon, and is put right. */
static void afternoon(int64_t wrong, unsigned runs, const char *what)
{
	struct user *u = malloc(sizeof(*u));

	user_new(u);
	live(u, 100 * DAY, DAY, 0);
	for (unsigned i = 0; i < runs; i++)
		live(u, HOUR, HOUR, wrong);
	tap_is(u->lost, 0, "%s, %u runs: nothing is lost", what, runs);
	tap_ok(live(u, 2 * DAY, HOUR, 0) || wrong < 7 * YEAR,
	       "the right clock is believed again");
	live(u, 20 * DAY, DAY, 0);
	tap_is(u->lost, 0, "nor later");
	tap_is(stale(u, 20 * DAY), 0, "and old keys go again");
	wax_prekeys_release(&u->p);
	free(u);
}

static void afternoons(void)
{
	static const struct {
		int64_t wrong;
		const char *what;
	} jumps[] = {
		{10 * YEAR, "ten years ahead"},
		{-10 * YEAR, "ten years behind"},
		{-T0, "in 1970"},
		{WAX_TIME_MAX - T0 - 200 * DAY, "in 9999"},
		{47 * DAY, "47 days ahead"},
		{-2 * DAY, "two days behind"},
	};

	for (size_t i = 0; i < sizeof(jumps) / sizeof(*jumps); i++) {
		afternoon(jumps[i].wrong, 1, jumps[i].what);
		afternoon(jumps[i].wrong, 5, jumps[i].what);
	}
}

/* The first run of all has such a clock. */
static void from_the_first(int64_t wrong, const char *what)
{
	struct user *u = malloc(sizeof(*u));

	user_new(u);
	run(u, wrong);
	live(u, 100 * DAY, DAY, 0);
	tap_is(u->lost, 0, "%s at first: nothing is lost", what);
	tap_ok(live(u, DAY, DAY, 0), "the clock is believed in the end");
	tap_is(stale(u, DAY), 0, "and nothing stays");
	wax_prekeys_release(&u->p);
	free(u);
}

/* One run with a clock that is wrong by each number of days. */
static void every_jump(void)
{
	struct user *u = malloc(sizeof(*u));
	unsigned lost = 0, valid = 0;

	for (int days = -400; days <= 400; days++) {
		user_new(u);
		live(u, 100 * DAY, DAY, 0);
		run(u, days * DAY);
		lost += u->lost;
		valid += u->lost > 4;
		if (u->lost)
			tap_note("%d days: %u keys of 8", days, u->lost);
		live(u, 30 * DAY, DAY, 0);
		lost += u->lost;
		wax_prekeys_release(&u->p);
	}
	tap_is(valid, 0, "no jump for one run loses keys of valid cards");
	tap_is(lost, 0, "nor any that are in their grace");
	free(u);
}

/* An afternoon that is wrong by more than a week; and not more. */
static void every_afternoon(void)
{
	struct user *u = malloc(sizeof(*u));
	unsigned lost = 0;

	for (int days = 8; days <= 100; days++) {
		user_new(u);
		live(u, 100 * DAY, DAY, 0);
		for (unsigned i = 0; i < 5; i++)
			live(u, HOUR, HOUR, days * DAY);
		lost += u->lost;
		live(u, 30 * DAY, DAY, 0);
		wax_prekeys_release(&u->p);
	}
	tap_is(lost, 0, "nor does a jump for an afternoon");
	free(u);
}

/* A clock that stays wrong is believed after a week, not before. */
static void for_good(int64_t wrong, const char *what)
{
	struct user *u = malloc(sizeof(*u));

	user_new(u);
	live(u, 100 * DAY, DAY, 0);
	live(u, 7 * DAY, HOUR, wrong);
	tap_is(u->lost, 0, "%s: nothing is lost in the first week", what);
	tap_ok(live(u, DAY, HOUR, wrong), "then the clock is believed");
	/* It is the true one now, so to speak. */
	u->lost = 0;
	u->now += wrong;
	tap_is(stale(u, DAY), 0, "and what is old goes");
	live(u, 100 * DAY, DAY, 0);
	tap_is(u->lost, 0, "what was made since is kept");
	tap_ok(live(u, 1, 1, 0), "and the clock is believed");
	wax_prekeys_release(&u->p);
	free(u);
}

/* Who runs it seldom has no secrets for ever either. */
static void seldom(void)
{
	struct user *u = malloc(sizeof(*u));

	for (int days = 10; days <= 400; days += 15) {
		user_new(u);
		live(u, 12 * days * DAY, days * DAY, 0);
		tap_is(u->lost, 0, "a run in %d days loses nothing", days);
		tap_is(stale(u, 3 * days * DAY), 0, "and keeps nothing");
		wax_prekeys_release(&u->p);
	}
	free(u);
}

/* Ten years of some runs, and clocks that are wrong far and for one run. */
static void random_years(uint32_t seed)
{
	struct user *u = malloc(sizeof(*u));
	uint32_t r[3000];

	tap_fill(r, sizeof(r), seed);
	user_new(u);
	for (size_t i = 0; i < sizeof(r) / sizeof(*r); i++) {
		int64_t far = 46 * DAY + r[i] / 16 % (20 * YEAR);

		u->now += r[i] % 64 ? r[i] / 64 % (2 * DAY)
				    : r[i] / 64 % (120 * DAY);
		run(u, 0);
		if (r[i] % 16 == 1)
			run(u, u->now > far && r[i] % 32 == 1 ? -far : far);
		if (r[i] % 16 == 1)
			run(u, 0);
	}
	tap_is(u->lost, 0, "%zu keys in years: none is lost", u->n);
	wax_prekeys_release(&u->p);
	free(u);
}

int main(void)
{
	known_file();
	damage();
	odd_values();
	numbers();
	the_most();
	going();
	normal();
	afternoons();
	from_the_first(10 * YEAR, "ten years ahead");
	from_the_first(-10 * YEAR, "ten years behind");
	from_the_first(-T0, "in 1970");
	every_jump();
	every_afternoon();
	for_good(10 * YEAR, "ten years ahead for good");
	for_good(50 * DAY, "50 days ahead for good");
	for_good(-10 * YEAR, "ten years behind for good");
	seldom();
	for (uint32_t seed = 1; seed <= 5; seed++)
		random_years(seed);
	return tap_end();
}
