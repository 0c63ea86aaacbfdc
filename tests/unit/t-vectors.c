/* SPDX-License-Identifier: ISC */
/*
 * A whole conversation, to the byte: tests/vectors/session.txt, which
 * wax-protocol(7) explains and protocol.py makes once more. Its randomness is
 * drawn from streams of our own. "t-vectors print" prints what it should be.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "age/age.h"
#include "base/bytes.h"
#include "crypto/identity.h"
#include "envelope/envelope.h"
#include "mock.h"
#include "ratchet/chain.h"
#include "talk.h"
#include "tap.h"

#define PATH "tests/vectors/session.txt"

static FILE *text; /* what is made */

static void put_hex(const char *name, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	fprintf(text, "%s ", name);
	for (; len; len--)
		fprintf(text, "%02x", *at++);
	putc('\n', text);
}

/* The bytes that a file's secrets are drawn from, one after the other. */
static struct {
	const char *file;	  /* NULL: nothing is to be drawn */
	const char *const *names; /* of what is to come, and NULL */
	uint32_t block;
	uint8_t bytes[WAX_HASH_SIZE];
	size_t left;
	unsigned stray; /* drawn without a name */
} stream;

static uint8_t next_byte(void)
{
	if (!stream.left) {
		uint8_t input[64];
		uint8_t *at = mempcpy(input, "wax/v1 vector ", 14);

		at = mempcpy(at, stream.file, strlen(stream.file));
		wax_be_put(at, stream.block++, 4);
		wax_sha256(input, (size_t)(at + 4 - input), stream.bytes);
		stream.left = sizeof(stream.bytes);
	}
	return stream.bytes[sizeof(stream.bytes) - stream.left--];
}

static void draw(void *const out, const size_t len)
{
	uint8_t *to = out;

	memset(out, 0, len);
	if (!stream.file)
		return;
	for (size_t i = 0; i < len; i++)
		to[i] = next_byte();
	if (!*stream.names) {
		stream.stray++;
		return;
	}
	fputs("draw ", text);
	put_hex(*stream.names++, out, len);
}

static const char *source_name(void)
{
	return "known";
}

static uint32_t source_number(void)
{
	uint32_t n;

	draw(&n, sizeof(n));
	return n;
}

static struct randombytes_implementation source = {
	.implementation_name = source_name,
	.random = source_number,
	.buf = draw,
};

static void begin_stream(const char *file, const char *const *names)
{
	stream.file = file;
	stream.names = names;
	stream.block = 0;
	stream.left = 0;
	stream.stray = 0;
}

/* All of a device's keys come of one byte. */
enum {
	ALICE_SEED = 0x10,
	BOB_SEED = 0x20,
	CAROL_SEED = 0x30,
	DAVE_SEED = 0x40
};

static void put_device(const char *name, uint8_t seed)
{
	struct talker t;

	talker_new(&t, seed);
	fprintf(text, "\ndevice %s\n", name);
	put_hex("seed", t.own.seed, sizeof(t.own.seed));
	put_hex("I", t.party.identity, sizeof(t.party.identity));
	fprintf(text, "p %u\n", (unsigned)t.prekey.id);
	put_hex("sp", t.secret.x25519, sizeof(t.secret.x25519));
	put_hex("kp", t.secret.xwing, sizeof(t.secret.xwing));
}

/* A session that a file is for. */
struct target {
	struct talk *talk;
	int from;
	const char *to;
	uint8_t caller, called; /* it begins with the file */
	struct letter letter;
};

static void put_session(const struct wax_session *s)
{
	put_hex("T", s->transcript, sizeof(s->transcript));
	put_hex("AD", s->ad, sizeof(s->ad));
	put_hex("RK", s->root, sizeof(s->root));
	put_hex("HK", s->sending.header, WAX_KEY_SIZE);
	put_hex("next", s->sending.next, WAX_KEY_SIZE);
	put_hex("CK", s->sending.chain, WAX_KEY_SIZE);
}

static const char *const hello_args[] = {WAX_STANZA_HELLO};
static const char *const ratchet_args[] = {WAX_STANZA_RATCHET};

/* Makes the stanzas of one session; false when something fails. */
static bool wrap(struct target *t, const uint8_t wrapped[WAX_WRAPPED_PLAIN],
		 struct wax_header *to)
{
	static uint8_t hello[WAX_HELLO_SIZE];
	struct letter *l = &t->letter;
	const uint8_t *R;
	struct wax_session *s;

	fprintf(text, "to %s\n", t->to);
	if (t->caller)
		talk_between(t->talk, t->caller, t->called);
	R = t->talk->who[!t->from].party.recipient;
	s = talk_session(t->talk, t->from);
	if (s->caller && !s->heard &&
	    (!wax_hello_seal(&s->hello, R, hello) ||
	     wax_header_add(to, hello_args, 1, hello, sizeof(hello), NULL)))
		return false;
	memcpy(l->wrapped, wrapped, sizeof(l->wrapped));
	if (!wax_session_seal(s, R, wrapped, l->body, &l->len) ||
	    wax_header_add(to, ratchet_args, 1, l->body, l->len, NULL))
		return false;
	put_session(s);
	return true;
}

/* The signer, drawn where there are several sessions; false without memory. */
static bool draw_signer(struct wax_envelope *e, uint8_t *public)
{
	uint8_t seed[32];

	if (wax_secret_new(WAX_ED25519_SECRET_SIZE, &e->signer, NULL))
		return false;
	wax_random(seed, sizeof(seed));
	wax_ed25519_secret(wax_secret_bytes(e->signer), seed);
	wax_ed25519_secret_public(public, wax_secret_bytes(e->signer));
	e->session = true;
	return true;
}

/* Writes the file behind a header. */
static bool enclose(struct wax_envelope *e, struct wax_header *h,
		    const uint8_t *key, const char *data)
{
	struct mock_sink sink = {0};
	struct wax_sink *to = mock_sink(&sink);
	bool ok = !wax_header_finish(h, key, NULL) &&
		  !wax_envelope_begin(e, &h->text, NULL) &&
		  !wax_age_seal(h, key, true, 0, &to, NULL) &&
		  !wax_envelope_sink(e, &to, NULL) &&
		  !mock_fill(to, data, strlen(data), 64, NULL);

	wax_sink_free(to);
	fwrite(sink.got.data, 1, sink.got.len, text);
	wax_bytes_release(&sink.got);
	return ok;
}

/* A file for n sessions; draws are the names of what is drawn for it. */
static void seal(const char *name, const char *from, struct target *to,
		 size_t n, const char *const *draws)
{
	struct wax_envelope e = {.pad = true};
	struct wax_header h = {0};
	uint8_t wrapped[WAX_WRAPPED_PLAIN] = {0};
	char data[64];
	bool ok = true;

	fprintf(text, "\nfile %s\nfrom %s\n", name, from);
	begin_stream(name, draws);
	wax_random(wrapped, WAX_FILE_KEY_SIZE);
	if (n > 1)
		ok = draw_signer(&e, wrapped + WAX_FILE_KEY_SIZE);
	for (size_t i = 0; ok && i < n; i++)
		ok = wrap(&to[i], wrapped, &h);
	snprintf(data, sizeof(data), "this is %s\n", name);
	ok = ok && enclose(&e, &h, wrapped, data);
	tap_ok(ok && !*stream.names && !stream.stray, "%s is sealed", name);
	stream.file = NULL;
	wax_envelope_release(&e);
	wax_header_release(&h);
}

static void get(struct target *t, const char *what)
{
	tap_is(talk_get(t->talk, !t->from, &t->letter), 0, "%s", what);
}

#define HELLO "e", "coins of c1", "coins of c2", "seed of pk"
#define WITH_HELLO "coins of c3", "nonce of hello"
#define MESSAGE "nonce of header", "nonce of w"
static const char *const first[] = {
	"file key", HELLO, WITH_HELLO, MESSAGE, "nonce of payload", NULL};
static const char *const again[] = {"file key", WITH_HELLO, MESSAGE,
				    "nonce of payload", NULL};
static const char *const answer[] = {
	"file key",   "coins of ct", "coins of ct_I",
	"seed of pk", MESSAGE,	     "nonce of payload",
	NULL};
static const char *const epoch[] = {"file key",		"coins of ct",
				    "seed of pk",	MESSAGE,
				    "nonce of payload", NULL};
static const char *const several[] = {
	"file key",	    "signer",	  "coins of ct",
	"seed of pk",	    MESSAGE,	  HELLO,
	WITH_HELLO,	    MESSAGE,	  "coins of ct",
	"coins of ct_I",    "seed of pk", MESSAGE,
	"nonce of payload", NULL};

static void alice_and_bob(struct talk *t)
{
	static struct target a[4], b[2];

	for (int i = 0; i < 4; i++)
		a[i] = (struct target){.talk = t, .from = ALICE, .to = "bob"};
	for (int i = 0; i < 2; i++)
		b[i] = (struct target){.talk = t, .from = BOB, .to = "alice"};
	a[0].caller = ALICE_SEED;
	a[0].called = BOB_SEED;
	seal("a0", "alice", &a[0], 1, first);
	seal("a1", "alice", &a[1], 1, again);
	seal("a2", "alice", &a[2], 1, again);
	get(&a[0], "Bob opens the first");
	get(&a[2], "Bob opens one that skips another");
	seal("b0", "bob", &b[0], 1, answer);
	get(&b[0], "Alice opens the answer");
	seal("a3", "alice", &a[3], 1, epoch);
	get(&a[3], "Bob opens one of epoch 2");
	get(&a[1], "Bob opens the late one");
	seal("b1", "bob", &b[1], 1, epoch);
	get(&b[1], "Alice opens one of epoch 3");
}

static void conversation(void)
{
	static struct talk with_bob, with_carol, with_dave;
	static struct target d, all[3];

	d = (struct target){&with_dave, ALICE,	    "alice",
			    DAVE_SEED,	ALICE_SEED, .letter = {.len = 0}};
	all[0] = (struct target){.talk = &with_bob, .from = ALICE, .to = "bob"};
	all[1] = (struct target){&with_carol, ALICE,	  "carol",
				 ALICE_SEED,  CAROL_SEED, .letter = {.len = 0}};
	all[2] = (struct target){.talk = &with_dave, .from = BOB, .to = "dave"};
	alice_and_bob(&with_bob);
	seal("d0", "dave", &d, 1, first);
	get(&d, "Alice opens what Dave has called with");
	seal("all", "alice", all, 3, several);
	get(&all[0], "Bob opens the file for three");
	get(&all[1], "Carol does");
	get(&all[2], "Dave does");
	talk_release(&with_bob);
	talk_release(&with_carol);
	talk_release(&with_dave);
}

/* Compares with the file, and names the first line that differs. */
static void compare(const char *made)
{
	FILE *file = fopen(PATH, "r");
	char *line = NULL;
	size_t room = 0;
	unsigned n = 0;
	bool same = file != NULL;

	while (same && getline(&line, &room, file) > 0) {
		size_t len = strlen(line);

		n++;
		same = !strncmp(line, made, len);
		made += same ? len : 0;
	}
	if (!tap_ok(same && !*made, PATH " is what is made"))
		tap_note("line %u differs, or is the last", n);
	free(line);
	if (file)
		fclose(file);
}

int main(int argc, char **argv)
{
	struct wax_secret *one;
	char *made = NULL;
	size_t len;

	/* What is drawn once for the process comes before. */
	if (randombytes_set_implementation(&source) || sodium_init() < 0 ||
	    wax_secret_new(1, &one, NULL))
		return 1;
	wax_secret_free(one);
	text = open_memstream(&made, &len);
	fprintf(text,
		"# A conversation that wax-protocol(7) explains.\n"
		"t %lld\n",
		(long long)TALK_NOW);
	put_device("alice", ALICE_SEED);
	put_device("bob", BOB_SEED);
	put_device("carol", CAROL_SEED);
	put_device("dave", DAVE_SEED);
	conversation();
	fclose(text);
	if (argc > 1 && !strcmp(argv[1], "print"))
		fputs(made, stderr);
	else
		compare(made);
	free(made);
	return tap_end();
}
