/* SPDX-License-Identifier: ISC */
/*
 * Memory that runs out: every allocation of everything that the public
 * interface does fails once. Each time the error must be WAX_ERR_IO, nothing
 * may be left allocated, and what was handed over must have been freed.
 *
 * malloc and mmap (for secrets) are replaced by our own here, which need glibc
 * beneath them; a sanitizer has its own, so the counting is left out there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <wax.h>

#include "fixture.h"
#include "known.h"
#include "mock.h"
#include "people.h"
#include "sanitized.h"
#include "tap.h"
#include "whole.h"

#if defined(__GLIBC__) && !defined(SANITIZED)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

static struct {
	bool on;
	unsigned long calls, fail_at; /* from 1; 0: none */
	long blocks, maps;	      /* allocated now, since it was on */
} mem;

/* Counts one allocation; true when it is the one to fail. */
static bool fails(void)
{
	if (!mem.on || ++mem.calls != mem.fail_at)
		return false;
	errno = ENOMEM;
	return true;
}

static void *counted(void *p)
{
	mem.blocks += mem.on && p;
	return p;
}

WAX_API void *malloc(size_t size)
{
	return fails() ? NULL : counted(__libc_malloc(size));
}

WAX_API void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : counted(__libc_calloc(n, size));
}

WAX_API void *realloc(void *p, size_t size)
{
	void *q;

	if (fails())
		return NULL;
	q = __libc_realloc(p, size);
	mem.blocks += mem.on && q && !p;
	return q;
}

WAX_API void free(void *p)
{
	mem.blocks -= mem.on && p;
	__libc_free(p);
}

/* By both its names; the header may have turned the plain one into mmap64. */
void *test_mmap(void *at, size_t len, int prot, int flags, int fd,
		long offset) __asm__("mmap");
void *test_mmap64(void *at, size_t len, int prot, int flags, int fd,
		  long offset) __asm__("mmap64");
void *test_mmap(void *at, size_t len, int prot, int flags, int fd, long offset)
{
	long p;

	if (fails())
		return MAP_FAILED;
	p = syscall(SYS_mmap, at, len, prot, flags, fd, offset);
	mem.maps += mem.on && p != -1;
	return (void *)(uintptr_t)p; /* MAP_FAILED is -1 */
}

void *test_mmap64(void *at, size_t len, int prot, int flags, int fd,
		  long offset)
{
	return test_mmap(at, len, prot, flags, fd, offset);
}

/* Splitting a mapping takes memory as well. */
int mprotect(void *at, size_t len, int prot)
{
	return fails() ? -1 : (int)syscall(SYS_mprotect, at, len, prot);
}

int munmap(void *at, size_t len)
{
	mem.maps -= mem.on;
	return (int)syscall(SYS_munmap, at, len);
}

/* What the tasks work on, made before the counting. */
static char *files[FIXTURE_KINDS], *who[FIXTURE_KINDS];
static struct wax_bytes sealed[2], sealed_file, enveloped[3];
static struct wax_identities *signer;
static char folder[256];

static struct mock_sink sink_mock;
static uint8_t plain[70000];

static int keep(void *ctx, const void *data, size_t len, struct wax_diag *diag)
{
	(void)ctx;
	(void)data;
	(void)len;
	(void)diag;
	return 0;
}

static int keep_finish(void *ctx, struct wax_diag *diag)
{
	(void)ctx;
	(void)diag;
	return 0;
}

static void keep_free(void *ctx)
{
	struct mock_sink *m = ctx;

	m->frees++;
}

/* A sink that allocates nothing for what is written. */
static int new_sink(struct wax_sink **out, struct wax_diag *diag)
{
	static const struct wax_sink_ops ops = {
		.write = keep, .finish = keep_finish, .free = keep_free};

	sink_mock = (struct mock_sink){0};
	return wax_sink_new(&ops, &sink_mock, out, diag);
}

static int new_recipients(enum wax_identity_kind kind,
			  struct wax_recipients **out, struct wax_diag *diag)
{
	const char *text = who[kind];
	int err = wax_recipients_new(out, diag);

	for (unsigned i = 0; i < 3 && !err; i++)
		err = wax_recipients_add(*out, text, strlen(text), diag);
	return err;
}

static int seal_with(const struct wax_recipients *list, unsigned flags,
		     struct wax_diag *diag)
{
	struct wax_sink *sink = NULL;
	int err = new_sink(&sink, diag);

	if (!err)
		err = wax_seal(list, whole_flags(flags), &sink, diag);
	if (!err)
		err = wax_sink_write(sink, plain, sizeof(plain), diag);
	if (!err)
		err = wax_sink_finish(sink, diag);
	wax_sink_free(sink);
	/* Freed once, wherever it failed. */
	return sink_mock.frees == 1 ? err : 1;
}

static int task_seal(unsigned i, struct wax_diag *diag)
{
	struct wax_recipients *list = NULL;
	int err = new_recipients((enum wax_identity_kind)i, &list, diag);

	if (!err)
		err = seal_with(list, i == 1 ? WAX_SEAL_ARMOR : 0, diag);
	wax_recipients_free(list);
	return err;
}

/*
 * What an envelope can be: signed; compressed and padded; all of it; and bare
 * bytes that begin like one. No more data than what needs no threads.
 */
#define ENVELOPES 4

static struct wax_seal_options envelope_options(unsigned i)
{
	return (struct wax_seal_options){
		.flags = (i == 1 || i == 2 ? WAX_SEAL_PAD : 0) |
			 (i == 2 ? WAX_SEAL_ARCHIVE : 0),
		.level = i == 1 || i == 2 ? 1 : 0,
		.name = i == 3 ? NULL : "a name",
		.signer = i == 0 || i == 2 ? signer : NULL,
	};
}

static int write_envelope(unsigned i, struct wax_sink **sink,
			  struct wax_diag *diag)
{
	const struct wax_seal_options o = envelope_options(i);
	struct wax_recipients *list = NULL;
	int err = new_recipients(WAX_IDENTITY_X25519, &list, diag);

	if (!err)
		err = wax_seal(list, &o, sink, diag);
	wax_recipients_free(list);
	if (!err && i == 3)
		err = wax_sink_write(*sink, "W*M\x18\0\0\0\0wax1\n", 13, diag);
	if (!err)
		err = wax_sink_write(*sink, plain, sizeof(plain), diag);
	return err ? err : wax_sink_finish(*sink, diag);
}

static int task_seal_envelope(unsigned i, struct wax_diag *diag)
{
	struct wax_sink *sink = NULL;
	int err = new_sink(&sink, diag);

	if (!err)
		err = write_envelope(i, &sink, diag);
	wax_sink_free(sink);
	return sink_mock.frees == 1 ? err : 1;
}

/* Reading the identity that signs, too. */
static int task_seal_signed(unsigned i, struct wax_diag *diag)
{
	struct wax_identities *list = NULL;
	char text[WAX_PUBLIC_IDENTITY_SIZE];
	struct wax_recipients *to = NULL;
	struct wax_seal_options o = {.level = (int)i};
	struct wax_sink *sink = NULL;
	size_t n;
	int err = wax_identities_new(NULL, NULL, &list, diag);

	if (!err)
		err = fixture_read(list, files[0], strlen(files[0]), diag);
	if (!err)
		err = wax_identities_unlock(list, &n, diag);
	if (!err)
		err = wax_identities_public(list, 0, text, diag);
	if (!err)
		err = new_recipients(WAX_IDENTITY_X25519, &to, diag);
	if (!err)
		err = new_sink(&sink, diag);
	o.signer = list;
	if (!err)
		err = wax_seal(to, &o, &sink, diag);
	if (!err)
		err = wax_sink_finish(sink, diag);
	wax_sink_free(sink);
	wax_recipients_free(to);
	wax_identities_free(list);
	return err;
}

static int task_seal_passphrase(unsigned i, struct wax_diag *diag)
{
	struct wax_recipients *list = NULL;
	struct wax_secret *secret = NULL;
	int err = wax_secret_new(8, &secret, diag);

	(void)i;
	if (!err)
		err = wax_recipients_new(&list, diag);
	if (!err)
		err = wax_recipients_add_passphrase(list, secret, 2, diag);
	if (!err)
		err = seal_with(list, 0, diag);
	wax_recipients_free(list);
	wax_secret_free(secret);
	return err;
}

static int ask(void *ctx, const char *name, struct wax_secret **out,
	       struct wax_diag *diag)
{
	int err = wax_secret_new(5, out, diag);

	(void)ctx;
	(void)name;
	if (!err)
		memcpy(wax_secret_bytes(*out), "right", 5);
	return err;
}

static int task_identities(unsigned i, struct wax_diag *diag)
{
	struct wax_identities *list = NULL;
	struct wax_recipients *to = NULL;
	char *text = NULL;
	int err = wax_identities_new(ask, NULL, &list, diag);

	if (!err)
		err = fixture_read(list, files[i], strlen(files[i]), diag);
	if (!err)
		err = fixture_read(list, (char *)sealed_file.data,
				   sealed_file.len, diag);
	if (!err && i < 2)
		err = wax_identities_generate(list, (enum wax_identity_kind)i,
					      diag);
	if (!err)
		err = wax_identities_recipient(list, 0, &text, diag);
	free(text);
	if (!err)
		err = wax_recipients_new(&to, diag);
	/* Unlocks the sealed one, which is an X25519 identity. */
	if (!err && i)
		err = wax_recipients_add_identities(to, list, diag);
	wax_recipients_free(to);
	wax_identities_free(list);
	return err;
}

static int task_secret_line(unsigned i, struct wax_diag *diag)
{
	struct wax_identities *list = NULL;
	struct wax_secret *line = NULL;
	int err = wax_identities_new(NULL, NULL, &list, diag);

	if (!err)
		err = wax_identities_generate(list, (enum wax_identity_kind)i,
					      diag);
	if (!err)
		err = wax_identities_secret(list, 0, &line, diag);
	wax_secret_free(line);
	wax_identities_free(list);
	return err;
}

static int new_source(const struct wax_bytes *b, struct wax_source **out,
		      struct wax_diag *diag)
{
	return wax_source_memory(b->data, b->len, out, diag);
}

static int task_open(unsigned i, struct wax_diag *diag)
{
	struct wax_identities *list = NULL;
	struct wax_source *source = NULL;
	static uint8_t buf[10000];
	size_t got = 1;
	int err = wax_identities_new(NULL, NULL, &list, diag);

	if (!err)
		err = fixture_read(list, files[1], strlen(files[1]), diag);
	if (!err)
		err = new_source(&sealed[i], &source, diag);
	if (!err)
		err = wax_open(list, NULL, &source, NULL, diag);
	while (!err && got)
		err = wax_source_read(source, buf, sizeof(buf), &got, diag);
	wax_source_free(source);
	wax_identities_free(list);
	return err;
}

/* What is signed waits in a file; i above 2: it need not. */
static int task_open_envelope(unsigned i, struct wax_diag *diag)
{
	const struct wax_open_options o = {
		.flags = i > 2 ? WAX_OPEN_EARLY : 0,
		.temporary = folder,
		.max_ratio = 1000,
	};
	struct wax_identities *list = NULL;
	struct wax_source *source = NULL;
	struct wax_contents c;
	static uint8_t buf[10000];
	size_t got = 1, sum = 0;
	int err = wax_identities_new(NULL, NULL, &list, diag);

	if (!err)
		err = fixture_read(list, files[1], strlen(files[1]), diag);
	if (!err)
		err = new_source(&enveloped[i % 3], &source, diag);
	if (!err)
		err = wax_open(list, &o, &source, &c, diag);
	while (!err && got) {
		err = wax_source_read(source, buf, sizeof(buf), &got, diag);
		sum += got;
	}
	wax_source_free(source);
	wax_identities_free(list);
	return err || sum == sizeof(plain) ? err : 1;
}

static int task_inspect(unsigned i, struct wax_diag *diag)
{
	struct wax_inspection *in = NULL;
	struct wax_source *source = NULL;
	uint64_t payload, plaintext;
	int err = new_source(&sealed[i], &source, diag);

	if (!err)
		err = wax_inspect(source, &in, diag);
	if (!err)
		err = wax_inspection_measure(in, &payload, &plaintext, diag);
	wax_inspection_free(in);
	wax_source_free(source);
	return err;
}

static int task_recipients_file(unsigned i, struct wax_diag *diag)
{
	struct wax_recipients *list = NULL;
	struct wax_source *source = NULL;
	int err = wax_recipients_new(&list, diag);

	if (!err)
		err = wax_source_memory(who[i], strlen(who[i]), &source, diag);
	if (!err)
		err = wax_recipients_read(list, source, NULL, diag);
	wax_source_free(source);
	wax_recipients_free(list);
	return err;
}

static int task_file(unsigned i, struct wax_diag *diag)
{
	struct wax_sink *sink = NULL;
	char path[300];
	int err;

	snprintf(path, sizeof(path), "%s/f", folder);
	err = wax_sink_file(path, i ? WAX_FILE_REPLACE : 0, &sink, diag);
	if (!err)
		err = wax_sink_write(sink, plain, sizeof(plain), diag);
	if (!err)
		err = wax_sink_finish(sink, diag);
	wax_sink_free(sink);
	unlink(path);
	return err;
}

static int task_streams(unsigned i, struct wax_diag *diag)
{
	struct wax_secret *secret = NULL;
	struct wax_source *source = NULL;
	struct wax_sink *sink = NULL;
	char *path = NULL;
	int err = wax_home_path("/nowhere", NULL, NULL, "x", &path, diag);

	(void)i;
	free(path);
	if (!err)
		err = wax_source_memory(plain, sizeof(plain), &source, diag);
	if (!err)
		err = wax_secret_read(source, sizeof(plain), &secret, diag);
	wax_source_free(source);
	wax_secret_free(secret);
	source = NULL;
	if (!err)
		err = wax_source_memory(plain, sizeof(plain), &source, diag);
	if (!err)
		err = new_sink(&sink, diag);
	if (!err)
		err = wax_copy(source, sink, diag);
	wax_sink_free(sink);
	wax_source_free(source);
	source = NULL;
	sink = NULL;
	if (!err)
		err = wax_source_fd(0, "in", &source, diag);
	if (!err)
		err = wax_sink_fd(1, "out", &sink, diag);
	wax_source_free(source);
	wax_sink_free(sink);
	return err;
}

/* Removes what issuing cards leaves in a home. */
static void empty_home(void)
{
	static const char *const names[] = {"prekeys", "prekeys.lock",
					    "state.key"};
	char path[300];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
}

/* The first card, the same again, another, and one for one caller. */
static int task_issue(unsigned i, struct wax_diag *diag)
{
	static unsigned runs;
	struct wax_sink *sink = NULL;
	char name[16];
	unsigned odd;
	int err;

	/* The others find what the first has left. */
	if (!i || i == 3)
		empty_home();
	snprintf(name, sizeof(name), "%u", i == 2 ? ++runs : 0);
	err = new_sink(&sink, diag);
	if (!err)
		err = wax_card_issue(folder, signer, name,
				     i == 3 ? WAX_CARD_ONCE : 0, 1795428000,
				     sink, &odd, diag);
	if (!err)
		err = wax_sink_finish(sink, diag);
	wax_sink_free(sink);
	return err;
}

/* A card in the place of recipients; i: which it was is asked for. */
static int task_recipients_card(unsigned i, struct wax_diag *diag)
{
	struct wax_recipients *list = NULL;
	struct wax_source *source = NULL;
	struct wax_card *card = NULL;
	int err = wax_recipients_new(&list, diag);

	if (!err)
		err = wax_source_memory(known_text, strlen(known_text), &source,
					diag);
	if (!err)
		err = wax_recipients_read(list, source, i ? &card : NULL, diag);
	wax_card_free(card);
	wax_source_free(source);
	wax_recipients_free(list);
	return err;
}

/* The address book: its folder is emptied, or removed with all that is there. */
static void empty_book(void)
{
	char path[300];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/contacts", folder);
	d = opendir(path);
	while (d && (e = readdir(d)))
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/contacts.lock", folder);
	unlink(path);
	empty_home();
}

static struct wax_card *people[4];

static int nothing(void *ctx, const struct wax_contact *c,
		   struct wax_diag *diag)
{
	char code[WAX_CODE_SIZE];

	return wax_contact_code(c, 0, ctx, code, diag);
}

/* Does one thing with a book that is open. */
static int use_book(struct wax_contacts *book, unsigned i,
		    struct wax_diag *diag)
{
	char alike[WAX_CONTACT_NAME_SIZE];
	struct wax_contact *c = NULL;
	int err = 0;

	switch (i) {
	case 0:
		return wax_contacts_each(book, nothing, signer, diag);
	case 1:
		err = wax_contacts_find(book, "b", &c, diag);
		wax_contact_free(c);
		return err;
	case 2:
		return wax_contacts_alike(book, "B", alike, diag);
	case 3:
		return wax_contacts_add(book, NULL, people[1], 0, 1795428000,
					NULL, diag);
	case 4:
		return wax_contacts_add(book, "b", people[2],
					WAX_CONTACT_DEVICE, 1795428000, NULL,
					diag);
	case 5:
		return wax_contacts_rename(book, "b", "c", diag);
	case 6:
		return wax_contacts_remove(book, people[2]->identity, diag);
	default:
		return wax_contacts_remove(book, "a", diag);
	}
}

/* A home in which it can be done again, made without counting. */
static void prepare_book(unsigned i)
{
	struct wax_contacts *book = NULL;
	bool counted = mem.on;
	int err;

	mem.on = false;
	empty_book();
	err = wax_contacts_open(folder, signer, &book, NULL);
	for (unsigned j = 0; !err && j < 3; j++)
		if (i != 3 + j)
			err = wax_contacts_add(book, j ? "b" : "a", people[j],
					       WAX_CONTACT_DEVICE, 1795428000,
					       NULL, NULL);
	if (err)
		tap_ok(false, "an address book to work on");
	wax_contacts_free(book);
	mem.on = counted;
}

static int task_book(unsigned i, struct wax_diag *diag)
{
	struct wax_contacts *book = NULL;
	int err;

	prepare_book(i);
	err = wax_contacts_open(folder, signer, &book, diag);
	if (!err)
		err = use_book(book, i, diag);
	wax_contacts_free(book);
	return err;
}

static int task_card(unsigned i, struct wax_diag *diag)
{
	struct wax_source *source = NULL;
	struct wax_card *card = NULL;
	int err = wax_source_memory(known_text, strlen(known_text), &source,
				    diag);

	(void)i;
	if (!err)
		err = wax_card_read(source, &card, diag);
	wax_card_free(card);
	wax_source_free(source);
	return err;
}

typedef int task_fn(unsigned i, struct wax_diag *diag);

/* As many may fail unnoticed, for what is only tried. */
static unsigned long optional;

/* Runs the task with the allocation number at failing; false: a leak. */
static bool run(task_fn *task, unsigned i, unsigned long at, int *err,
		struct wax_diag *diag)
{
	mem.calls = 0;
	mem.fail_at = at;
	mem.blocks = mem.maps = 0;
	mem.on = true;
	*err = task(i, diag);
	mem.on = false;
	return !mem.blocks && !mem.maps;
}

static void all_fail(const char *name, task_fn *task, unsigned i)
{
	struct wax_diag diag = {0};
	unsigned long n = 1, leaks = 0, wrong = 0, silent = 0;
	int err = 1;

	/* Once for what is allocated once and for all, by libsodium too. */
	run(task, i, 0, &err, &diag);
	if (!tap_err(err, 0, &diag, "%s %u: with all memory", name, i))
		return;
	for (; n < 10000; n++) {
		bool clean = run(task, i, n, &err, &diag);

		if (mem.calls < n)
			break;
		leaks += !clean;
		/* Some can do without; the rest must say so. */
		silent += !err;
		if (err && err != WAX_ERR_IO)
			wrong++;
		if (!clean || (err && err != WAX_ERR_IO))
			tap_note("allocation %lu: error %d, '%s', %ld blocks, "
				 "%ld maps",
				 n, err, diag.text, mem.blocks, mem.maps);
	}
	tap_ok(n > 2, "%s %u: %lu allocations, each fails", name, i, n - 1);
	tap_is((long long)leaks, 0, "%s %u: nothing leaks", name, i);
	tap_is((long long)wrong, 0, "%s %u: the error is WAX_ERR_IO", name, i);
	tap_is((long long)silent, (long long)optional,
	       "%s %u: none is overlooked", name, i);
}

static void seal_sample(struct wax_bytes *out, bool armored)
{
	struct wax_recipients *list = NULL;
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	int err = new_recipients(WAX_IDENTITY_X25519, &list, NULL);

	if (!err)
		err = wax_seal(list, whole_flags(armored ? WAX_SEAL_ARMOR : 0),
			       &sink, NULL);
	if (!err)
		err = wax_sink_write(sink, plain, sizeof(plain), NULL);
	if (!err)
		err = wax_sink_finish(sink, NULL);
	tap_ok(!err, "a sealed file to work on");
	wax_sink_free(sink);
	wax_recipients_free(list);
	*out = m.got;
}

static void seal_envelope(unsigned i)
{
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);

	tap_ok(!write_envelope(i, &sink, NULL), "an envelope to work on");
	wax_sink_free(sink);
	enveloped[i] = m.got;
}

static void seal_identity_file(void)
{
	struct wax_recipients *list = NULL;
	struct wax_secret *secret = fixture_secret("right");
	struct mock_sink m;
	struct wax_sink *sink = mock_sink(&m);
	int err = wax_recipients_new(&list, NULL);

	if (!err)
		err = wax_recipients_add_passphrase(list, secret, 2, NULL);
	if (!err)
		err = wax_seal(list, NULL, &sink, NULL);
	if (!err)
		err = wax_sink_write(sink, files[1], strlen(files[1]), NULL);
	if (!err)
		err = wax_sink_finish(sink, NULL);
	tap_ok(!err, "a sealed identity file to work on");
	wax_sink_free(sink);
	wax_secret_free(secret);
	wax_recipients_free(list);
	sealed_file = m.got;
}

static void envelopes(void)
{
	signer = fixture_identities(WAX_IDENTITY_MLKEM768X25519, 0);
	for (unsigned i = 0; i < 3; i++)
		seal_envelope(i);
	for (unsigned i = 0; i < ENVELOPES; i++)
		all_fail("sealing an envelope", task_seal_envelope, i);
	for (unsigned i = 0; i < 2; i++)
		all_fail("signing", task_seal_signed, i);
	for (unsigned i = 0; i < 6; i++)
		all_fail("opening an envelope", task_open_envelope, i);
	for (unsigned i = 0; i < 3; i++)
		wax_bytes_release(&enveloped[i]);
	wax_identities_free(signer);
}

/*
 * How many may fail unnoticed: looking for what killed processes left, and
 * removing links that have no use any more.
 */
static const unsigned long unnoticed[] = {0, 0, 0, 2, 2, 1, 1, 2};

static void books(void)
{
	signer = fixture_identities(WAX_IDENTITY_MLKEM768X25519, 0);
	for (unsigned i = 0; i < 3; i++)
		people[i] = people_card(i + 1, "somebody", 1795428000);
	for (unsigned i = 0; i < 8; i++) {
		optional = unnoticed[i];
		all_fail("an address book", task_book, i);
	}
	optional = 0;
	empty_book();
	for (unsigned i = 0; i < 3; i++)
		wax_card_free(people[i]);
	wax_identities_free(signer);
}

static void cards(void)
{
	all_fail("a card", task_card, 0);
	all_fail("a card for recipients", task_recipients_card, 0);
	all_fail("a card for recipients", task_recipients_card, 1);
	signer = fixture_identities(WAX_IDENTITY_MLKEM768X25519, 0);
	/* The folder is looked through for what killed processes left. */
	optional = 1;
	for (unsigned i = 0; i < 4; i++)
		all_fail("issuing a card", task_issue, i);
	optional = 0;
	empty_home();
	wax_identities_free(signer);
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/wax-t-memory-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(folder)) {
		tap_ok(false, "the test has a folder");
		return tap_end();
	}
	for (unsigned i = 0; i < FIXTURE_KINDS; i++) {
		files[i] = fixture_file(fixture_kind(i), i);
		who[i] = fixture_recipient(fixture_kind(i), i);
	}
	seal_sample(&sealed[0], false);
	seal_sample(&sealed[1], true);
	seal_identity_file();
	for (unsigned i = 0; i < FIXTURE_KINDS; i++) {
		all_fail("sealing", task_seal, i);
		all_fail("identities", task_identities, i);
		all_fail("a recipients file", task_recipients_file, i);
	}
	for (unsigned i = 0; i < 2; i++) {
		all_fail("a secret's line", task_secret_line, i);
		all_fail("opening", task_open, i);
		all_fail("inspecting", task_inspect, i);
		all_fail("a file", task_file, i);
	}
	all_fail("a passphrase", task_seal_passphrase, 0);
	all_fail("streams", task_streams, 0);
	envelopes();
	cards();
	books();
	for (unsigned i = 0; i < FIXTURE_KINDS; i++) {
		free(files[i]);
		free(who[i]);
	}
	wax_bytes_release(&sealed[0]);
	wax_bytes_release(&sealed[1]);
	wax_bytes_release(&sealed_file);
	if (rmdir(folder))
		tap_ok(false, "the test's folder is empty at the end");
	return tap_end();
}

#else

int main(void)
{
	tap_skip("every allocation fails once",
		 "there is no malloc here that can be replaced");
	return tap_end();
}

#endif
