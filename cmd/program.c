/* SPDX-License-Identifier: ISC */
/*
 * The beginning and the end of every tool.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "program.h"

#define OPTIONS_MAX 32

static const struct tool *self;
static const char *(*version_more)(void);

static void die_cleanly(int sig)
{
	wax_file_cleanup();
	signal(sig, SIG_DFL);
	raise(sig);
}

/* Sets a handler for what would end the process; adds them to the set. */
static void handle_deadly(void (*handler)(int), sigset_t *set)
{
	static const int deadly[] = {SIGINT,  SIGTERM, SIGHUP,
				     SIGQUIT, SIGALRM, SIGUSR1,
				     SIGUSR2, SIGXCPU, SIGVTALRM};
	struct sigaction act = {.sa_handler = handler}, old;

	sigfillset(&act.sa_mask);
	for (size_t i = 0; i < sizeof(deadly) / sizeof(*deadly); i++) {
		sigaction(deadly[i], NULL, &old);
		if (old.sa_handler == SIG_IGN)
			continue;
		sigaction(deadly[i], &act, NULL);
		sigaddset(set, deadly[i]);
	}
}

void program_hold_signals(void (*handler)(int), sigset_t *before)
{
	sigset_t held;

	sigemptyset(&held);
	handle_deadly(handler, &held);
	sigprocmask(SIG_BLOCK, &held, before);
}

static void start_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	handle_deadly(die_cleanly, &set);
	/* libsodium aborts when there is no randomness. */
	signal(SIGABRT, die_cleanly);
	/* Ignored by whoever started us, it would keep statuses from us. */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

/*
 * Puts something in the place of a closed descriptor that can be neither read
 * nor written, nor opened anew under a name in /dev or /proc: a link.
 */
static bool occupy(int fd)
{
	int got = open("/proc/self", O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (got < 0)
		got = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return got == fd;
}

void program_start(const struct tool *tool)
{
	static const struct rlimit none = {0, 0};

	self = tool;
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && !occupy(fd))
			_exit(-WAX_ERR_IO);
	setrlimit(RLIMIT_CORE, &none);
	start_signals();
}

/*
 * Blanks what follows the beginning of a secret key, which can get into a
 * message as a misplaced argument.
 */
static void redact(char *text)
{
	static const char *const secrets[] = {"AGE-SECRET-KEY-",
					      "PRIVATE KEY-----"};

	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
		char *p = text;

		while ((p = strcasestr(p, secrets[i])))
			for (p += strlen(secrets[i]); *p && *p != '\''; p++)
				*p = '*';
	}
}

static void say(const char *text, const char *hint)
{
	char line[4 * (WAX_DIAG_TEXT + WAX_DIAG_HINT) + 64];
	char escaped[4 * WAX_DIAG_TEXT], shown[4 * WAX_DIAG_HINT];
	bool hinted = hint && *hint;
	ssize_t n;
	int len;

	wax_text_escape(text, escaped, sizeof(escaped));
	redact(escaped);
	wax_text_escape(hinted ? hint : "", shown, sizeof(shown));
	redact(shown);
	len = snprintf(line, sizeof(line), "%s: %s%s%s%s\n", self->name,
		       escaped, hinted ? " (" : "", shown, hinted ? ")" : "");
	n = write(2, line, (size_t)len);
	(void)n; /* there is no one left to tell */
}

void program_say(const char *fmt, ...)
{
	char text[WAX_DIAG_TEXT];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	say(text, NULL);
}

void program_warn(const char *what, const struct wax_diag *diag)
{
	struct wax_diag whole = *diag;

	wax_diag_context(&whole, "%s", what);
	say(whole.text, whole.hint);
}

void program_note(const char *fmt, ...)
{
	char text[WAX_DIAG_TEXT], line[4 * WAX_DIAG_TEXT];
	va_list args;
	size_t len;
	ssize_t n;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	wax_text_escape(text, line, sizeof(line) - 1);
	len = strlen(line);
	line[len++] = '\n';
	n = write(2, line, len);
	(void)n;
}

int program_print(struct wax_sink *to, struct wax_diag *diag, const char *fmt,
		  ...)
{
	char text[4096];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(text))
		return wax_diag_set(diag, WAX_ERR_IO, "a line is too long");
	return wax_sink_write(to, text, (size_t)len, diag);
}

static int print_options(struct wax_sink *to, struct wax_diag *diag)
{
	int err = 0;

	for (const struct option_spec *o = self->options; o->id && !err; o++) {
		char left[64], letter[4] = "   ";

		if (o->id < 256)
			snprintf(letter, sizeof(letter), "-%c,", o->id);
		if (o->value == VALUE_LEVEL)
			snprintf(left, sizeof(left), "%s --%s[=%s]", letter,
				 o->name, o->value_name);
		else
			snprintf(left, sizeof(left), "%s --%s%s%s", letter,
				 o->name, o->value_name ? " " : "",
				 o->value_name ? o->value_name : "");
		err = program_print(to, diag, "  %-29s %s\n", left, o->help);
	}
	return err;
}

static int print_help(struct wax_sink *to, struct wax_diag *diag)
{
	int err = program_print(to, diag, "usage: %s [OPTION ...] %s\n%s\n\n",
				self->name, self->operands, self->summary);

	if (!err)
		err = print_options(to, diag);
	for (const struct command_spec *c = self->commands;
	     c && c->name && !err; c++) {
		char left[64];

		snprintf(left, sizeof(left), "%s %s", c->name, c->operands);
		err = program_print(to, diag, "%s  %-20s %s\n",
				    c == self->commands ? "\ncommands:\n" : "",
				    left, c->help);
	}
	if (self == &tool_wax) {
		if (!err)
			err = program_print(to, diag, "\ntools:\n");
		for (size_t i = 0; tools[i] && !err; i++)
			err = program_print(to, diag, "  %-12s %s\n",
					    tools[i]->name + 4,
					    tools[i]->summary);
	}
	if (!err)
		err = program_print(to, diag, "\n'man %s' tells more.\n",
				    self->name);
	if (!err && self == &tool_wax)
		err = program_print(to, diag, "'man 7 wax' is a tour.\n");
	return err;
}

/* Answers --help or --version, and ends. */
static void answer(int id)
{
	struct wax_diag diag = {0};
	struct wax_sink *to;
	int err = wax_sink_fd(1, "standard output", &to, &diag);

	if (!err && id == OPT_HELP)
		err = print_help(to, &diag);
	else if (!err)
		err = program_print(to, &diag, "%s %s\n%s", self->name,
				    wax_version(),
				    version_more ? version_more() : "");
	if (!err)
		err = wax_sink_finish(to, &diag);
	exit(program_end(err, &diag));
}

const char *program_engine(void)
{
	static char line[128];
	const char *engine = wax_engine();

	snprintf(line, sizeof(line), "for large payloads: %.80s\n",
		 engine ? engine : "libsodium");
	return line;
}

void program_version(const char *(*more)(void))
{
	version_more = more;
}

/* Fills in getopt's two forms of the tool's table. */
static void for_getopt(char *letters, struct option *longs)
{
	*letters++ = ':';
	for (const struct option_spec *o = self->options; o->id; o++) {
		int value = o->value == VALUE_NONE    ? no_argument
			    : o->value == VALUE_LEVEL ? optional_argument
						      : required_argument;

		*longs++ = (struct option){o->name, value, NULL, o->id};
		if (o->id > 255)
			continue;
		*letters++ = (char)o->id;
		if (value != no_argument)
			*letters++ = ':';
		if (value == optional_argument)
			*letters++ = ':';
	}
	*letters = '\0';
	*longs = (struct option){0};
}

/*
 * Says what getopt_long() found wrong. optopt is 0 for a long option that is
 * not known, an unknown letter, or the number of an option that misses its
 * value or has one too many. A value is not repeated.
 */
static int bad_option(int c, const char *word, struct wax_diag *diag)
{
	const struct option_spec *o = self->options;

	while (o->id && o->id != optopt)
		o++;
	if (o->id)
		wax_diag_set(diag, WAX_ERR_USAGE, "option '--%s' %s", o->name,
			     c == ':' ? "needs a value" : "takes no value");
	else if (optopt)
		wax_diag_set(diag, WAX_ERR_USAGE, "option '-%c' is not known",
			     optopt);
	else
		wax_diag_set(diag, WAX_ERR_USAGE, "option '%.*s' is not known",
			     (int)strcspn(word, "="), word);
	wax_diag_hint(diag, "%s --help shows all", self->name);
	return WAX_ERR_USAGE;
}

int program_options(int argc, char **argv, option_fn *fn, void *ctx, int *first,
		    struct wax_diag *diag)
{
	char letters[3 * OPTIONS_MAX];
	struct option longs[OPTIONS_MAX];
	int c, err = 0;

	for_getopt(letters, longs);
	opterr = 0;
	/* Options behind operands are options, whatever it says. */
	unsetenv("POSIXLY_CORRECT");
	while (!err &&
	       (c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (c == OPT_HELP || c == OPT_VERSION)
			answer(c);
		if (c == '?' || c == ':')
			err = bad_option(c, argv[optind - 1], diag);
		else
			err = fn(ctx, c, optarg, diag);
	}
	*first = optind;
	return err;
}

int program_set(const char **to, const char *value, const char *option,
		struct wax_diag *diag)
{
	if (*to)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "option '%s' is given twice", option);
	*to = value;
	return 0;
}

int program_operand(int argc, char **argv, int first, const char **to,
		    struct wax_diag *diag)
{
	if (argc - first > 1) {
		wax_diag_set(diag, WAX_ERR_USAGE, "more than one file: '%s'",
			     argv[first + 1]);
		wax_diag_hint(diag, "%s takes one at a time", self->name);
		return WAX_ERR_USAGE;
	}
	*to = first < argc ? argv[first] : NULL;
	return 0;
}

int program_no_memory(struct wax_diag *diag)
{
	return wax_diag_set(diag, WAX_ERR_IO, "out of memory");
}

int program_end(int err, const struct wax_diag *diag)
{
	if (!wax_secret_all_locked())
		program_say("warning: a key could not be locked into memory; "
			    "'ulimit -l' is too low");
	if (!err)
		return 0;
	if (*diag->text) /* otherwise another process has said it */
		say(diag->text, diag->hint);
	return -err;
}
