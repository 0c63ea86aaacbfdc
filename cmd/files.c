/* SPDX-License-Identifier: ISC */
/*
 * Opening inputs and outputs, and keeping them apart.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "guard.h"
#include "program.h"

/* The regular files that are read, for none may be written to. */
struct file_id {
	dev_t dev;
	ino_t ino;
};
static struct file_id *inputs;
static size_t n_inputs;

static bool stdin_taken;
static long long last_size; /* of what is not a key */
static int last_fd;

static int remember(const struct stat *st, struct wax_diag *diag)
{
	if (!S_ISREG(st->st_mode))
		return 0;
	/* Room for twice as many, at each power of two. */
	if (!(n_inputs & (n_inputs - 1))) {
		void *p = realloc(inputs, (n_inputs ? n_inputs * 2 : 1) *
						  sizeof(*inputs));

		if (!p)
			return program_no_memory(diag);
		inputs = p;
	}
	inputs[n_inputs++] = (struct file_id){st->st_dev, st->st_ino};
	return 0;
}

void input_announce(const char *path)
{
	struct stat st;

	if (!stat(path, &st))
		remember(&st, NULL);
}

void input_announce_fd(int fd)
{
	struct stat st;

	if (!fstat(fd, &st))
		remember(&st, NULL);
}

/* Remembers what was opened. */
static int accept_input(const struct stat *st, bool key, struct wax_diag *diag)
{
	if (!key)
		last_size = S_ISREG(st->st_mode) ? (long long)st->st_size : -1;
	return remember(st, diag);
}

static int check_not_input(const struct stat *st, const char *name,
			   struct wax_diag *diag)
{
	for (size_t i = 0; i < n_inputs; i++)
		if (S_ISREG(st->st_mode) && inputs[i].dev == st->st_dev &&
		    inputs[i].ino == st->st_ino)
			return wax_diag_set(diag, WAX_ERR_USAGE,
					    "%s is input and output at once",
					    name);
	return 0;
}

/*
 * Whether a path stands for standard input or output, fd. Its names in /dev
 * count: opened anew, a closed one would be a null device.
 */
static bool is_stream(const char *path, int fd)
{
	static const char *const names[][3] = {
		{"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"},
		{"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"},
	};

	if (!path || !strcmp(path, "-"))
		return true;
	for (size_t i = 0; i < 3; i++)
		if (!strcmp(path, names[fd][i]))
			return true;
	return false;
}

/* The name for messages, to be freed with free(); NULL without memory. */
static char *quoted(const char *path)
{
	char *name;

	return asprintf(&name, "'%s'", path) < 0 ? NULL : name;
}

static int take_stdin(bool key, struct wax_source **out, struct wax_diag *diag)
{
	static const char name[] = "standard input";
	struct wax_source *source = NULL;
	struct stat st;
	int err;

	if (stdin_taken)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "standard input is asked for twice");
	stdin_taken = true;
	last_fd = 0;
	err = wax_source_fd(0, name, &source, diag);
	if (!err && fstat(0, &st))
		err = wax_diag_sys(diag, errno, "%s", name);
	if (!err && S_ISDIR(st.st_mode))
		err = wax_diag_set(diag, WAX_ERR_USAGE, "%s is a folder", name);
	if (!err)
		err = accept_input(&st, key, diag);
	if (err) {
		wax_source_free(source);
		return err;
	}
	*out = source;
	return 0;
}

/* Shells hand over pipes under these names; they are open already. */
bool input_is_descriptor(const char *path)
{
	return !strncmp(path, "/dev/fd/", 8) || !strncmp(path, "/proc/", 6);
}

static int check_type(const char *path, const struct stat *st, bool key,
		      struct wax_diag *diag)
{
	if (S_ISDIR(st->st_mode))
		return wax_diag_set(diag, WAX_ERR_USAGE, "'%s' is a folder",
				    path);
	if (!key || S_ISREG(st->st_mode) ||
	    (S_ISFIFO(st->st_mode) && input_is_descriptor(path)))
		return 0;
	wax_diag_set(diag, WAX_ERR_USAGE, "'%s' is not a regular file", path);
	if (S_ISFIFO(st->st_mode))
		wax_diag_hint(diag,
			      "a FIFO is given as /dev/fd/3, with 3<FIFO");
	return WAX_ERR_USAGE;
}

/* Opens and checks; key files without waiting for a FIFO's other end. */
static int open_checked(const char *path, bool key, int *out,
			struct wax_diag *diag)
{
	struct stat st;
	int err, flags = O_RDONLY | O_NOCTTY | O_CLOEXEC;
	int fd = open(path, flags | (key ? O_NONBLOCK : 0));

	if (fd < 0)
		return wax_diag_sys(diag, errno, "'%s'", path);
	if (fstat(fd, &st))
		err = wax_diag_sys(diag, errno, "'%s'", path);
	else
		err = check_type(path, &st, key, diag);
	if (!err && key && fcntl(fd, F_SETFL, 0))
		err = wax_diag_sys(diag, errno, "'%s'", path);
	if (!err)
		err = accept_input(&st, key, diag);
	if (err) {
		close(fd);
		return err;
	}
	*out = fd;
	return 0;
}

static int open_path(const char *path, bool key, struct wax_source **out,
		     struct wax_diag *diag)
{
	char *name;
	int fd = -1, err;

	if (is_stream(path, 0))
		return take_stdin(key, out, diag);
	err = open_checked(path, key, &fd, diag);
	if (err)
		return err;
	name = quoted(path);
	if (!name)
		return program_no_memory(diag);
	last_fd = fd;
	err = wax_source_fd(fd, name, out, diag);
	free(name);
	return err;
}

int input_open(const char *path, struct wax_source **out, struct wax_diag *diag)
{
	return open_path(path, false, out, diag);
}

int input_open_key(const char *path, struct wax_source **out,
		   struct wax_diag *diag)
{
	return open_path(path, true, out, diag);
}

int input_fd(void)
{
	return last_fd;
}

void input_close(struct wax_source *source)
{
	wax_source_free(source);
	if (source && last_fd > 2)
		close(last_fd);
	last_fd = 0;
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *path_folder(const char *path)
{
	size_t len = (size_t)(path_base(path) - path);

	return len ? strndup(path, len) : strdup(".");
}

void path_hint_level(const char *path, struct wax_diag *diag)
{
	if (path && *path && !path[strspn(path, "0123456789")])
		wax_diag_hint(diag, "a level stands right behind: -z%s", path);
}

int input_announce_packed(const char *path, bool after_level,
			  struct wax_diag *diag)
{
	struct stat st;

	if (!strcmp(path, "-")) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "standard input cannot be packed");
		wax_diag_hint(diag, "./- names a file");
		return WAX_ERR_USAGE;
	}
	if (!stat(path, &st))
		return remember(&st, diag);
	wax_diag_sys(diag, errno, "'%s'", path);
	if (after_level)
		path_hint_level(path, diag);
	return WAX_ERR_IO;
}

int folder_make(const char *path, struct wax_diag *diag)
{
	char *parent = NULL;
	int fd, failed = 0, err = 0;

	if (mkdir(path, 0777))
		return wax_diag_sys(diag, errno, "%s'%s'",
				    errno == ENOENT ? "the folder of " : "",
				    path);
	if (asprintf(&parent, "%s/..", path) < 0)
		return program_no_memory(diag);
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && (failed = fsync(fd)) && errno == EINTR)
		;
	/* Some file systems cannot flush a folder, and that is no error. */
	if (fd < 0 || (failed && errno != EINVAL))
		err = wax_diag_sys(diag, errno, "'%s'", parent);
	if (fd >= 0)
		close(fd);
	free(parent);
	return err;
}

bool output_is_stdout(const char *path)
{
	return is_stream(path, 1);
}

bool input_is_stdin(const char *path)
{
	return is_stream(path, 0);
}

void input_context(const char *path, struct wax_diag *diag)
{
	if (is_stream(path, 0))
		wax_diag_context(diag, "standard input");
	else
		wax_diag_context(diag, "'%s'", path);
}

long long input_size(void)
{
	return last_size;
}

static int open_stdout(const char *path, enum output_form form,
		       struct wax_sink **out, struct wax_diag *diag)
{
	static const char name[] = "standard output";
	struct stat st;
	struct wax_sink *to = NULL;
	bool guarded = !path && form != OUTPUT_TEXT && isatty(1);
	int err;

	if (guarded && form != OUTPUT_UNKNOWN) {
		wax_diag_set(diag, WAX_ERR_USAGE,
			     "binary output is not for a terminal");
		wax_diag_hint(diag, "%s-o FILE writes a file, -o - insists",
			      form == OUTPUT_SEALED ? "-a makes text, " : "");
		return WAX_ERR_USAGE;
	}
	if (fstat(1, &st))
		return wax_diag_sys(diag, errno, "%s", name);
	err = check_not_input(&st, name, diag);
	if (!err)
		err = wax_sink_fd(1, name, &to, diag);
	if (!err && guarded)
		err = guard_sink(&to, diag);
	if (err) {
		wax_sink_free(to);
		return err;
	}
	*out = to;
	return 0;
}

int output_open(const char *path, unsigned flags, enum output_form form,
		struct wax_sink **out, struct wax_diag *diag)
{
	if (is_stream(path, 1))
		return open_stdout(path, form, out, diag);
	return output_open_file(path, flags, out, diag);
}

static struct stat forbidden[2];
static size_t n_forbidden;

void output_forbid(const char *folder)
{
	const size_t most = sizeof(forbidden) / sizeof(*forbidden);

	if (n_forbidden < most && !stat(folder, &forbidden[n_forbidden]))
		n_forbidden++;
}

/* Whether the folder that a path is in is one of those. */
static int check_folder(const char *path, struct wax_diag *diag)
{
	char *folder = path_folder(path);
	struct stat st;
	bool bad = false;

	if (!folder)
		return program_no_memory(diag);
	for (size_t i = 0; i < n_forbidden && !stat(folder, &st); i++)
		bad |= st.st_dev == forbidden[i].st_dev &&
		       st.st_ino == forbidden[i].st_ino;
	free(folder);
	if (!bad)
		return 0;
	wax_diag_set(diag, WAX_ERR_USAGE, "'%s' is among wax's own files",
		     path);
	wax_diag_hint(diag, "write elsewhere");
	return WAX_ERR_USAGE;
}

int output_open_file(const char *path, unsigned flags, struct wax_sink **out,
		     struct wax_diag *diag)
{
	struct stat st;
	char *name;
	int err = check_folder(path, diag);

	if (err)
		return err;
	name = quoted(path);
	if (!name)
		return program_no_memory(diag);
	if (!stat(path, &st))
		err = check_not_input(&st, name, diag);
	free(name);
	return err ? err : wax_sink_file(path, flags, out, diag);
}
