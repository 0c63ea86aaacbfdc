/* SPDX-License-Identifier: ISC */
/*
 * wax-pack: bundle files and folders into one stream.
 */
#include <sys/stat.h>

#include "archive/archive.h"
#include "envelope/zstd.h"

#include "files.h"
#include "numbers.h"
#include "program.h"
#include "progress.h"

struct pack {
	uint64_t level;
	bool levelled, tar, quiet;
	unsigned file_flags;
	int not_fd;
	const char *out;
	char **paths;
	size_t n;
};

static int option(void *ctx, int id, const char *value, struct wax_diag *diag)
{
	struct pack *p = ctx;

	switch (id) {
	case 'z':
		p->levelled = true;
		return level_parse(value, &p->level, diag);
	case OPT_TAR:
		p->tar = true;
		return 0;
	case 'o':
		return program_set(&p->out, value, "-o", diag);
	case 'f':
		p->file_flags |= WAX_FILE_REPLACE;
		return 0;
	case 'q':
		p->quiet = true;
		return 0;
	default:
		return number_descriptor(value, "--not-fd", &p->not_fd, diag);
	}
}

static int check(const struct pack *p, struct wax_diag *diag)
{
	if (p->tar && p->levelled)
		return wax_diag_set(diag, WAX_ERR_USAGE,
				    "--tar does not compress: -z is not for "
				    "it");
	if (p->n)
		return 0;
	wax_diag_set(diag, WAX_ERR_USAGE, "nothing to pack is named");
	wax_diag_hint(diag, "'.' packs what is in this folder");
	return WAX_ERR_USAGE;
}

static int pack(struct pack *p, struct wax_diag *diag)
{
	struct wax_sink *to = NULL;
	bool left_out = false;
	unsigned threads = 0;
	struct stat st;
	bool known = (output_is_stdout(p->out) ? !fstat(p->not_fd, &st)
					       : !stat(p->out, &st)) &&
		     S_ISREG(st.st_mode);
	int err = check(p, diag);

	for (size_t i = 0; i < p->n && !err; i++)
		err = input_announce_packed(p->paths[i], p->levelled, diag);
	if (!err)
		err = output_open(p->out, p->file_flags, OUTPUT_BINARY, &to,
				  diag);
	if (!err && !p->tar)
		err = threads_wanted(&threads, diag);
	if (!err && !p->tar)
		err = wax_zstd_sink((int)p->level, true, threads, &to, diag);
	if (!err && !p->quiet)
		err = progress_sink(&to, diag);
	if (!err)
		err = wax_pack(p->paths, p->n, known ? &st : NULL, &left_out,
			       to, diag);
	if (!err)
		err = wax_sink_finish(to, diag);
	wax_sink_free(to);
	if (!err && left_out)
		program_say("the output, or a temporary file of wax's, lies in "
			    "what is packed, and is left out");
	return err;
}

int main(int argc, char **argv)
{
	struct pack p = {.level = WAX_LEVEL_DEFAULT, .not_fd = 1};
	struct wax_diag diag = {0};
	int first, err;

	program_start(&tool_pack);
	err = program_options(argc, argv, option, &p, &first, &diag);
	if (!err)
		err = wax_archive_init(&diag);
	if (!err) {
		p.paths = argv + first;
		p.n = (size_t)(argc - first);
		err = pack(&p, &diag);
	}
	return program_end(err, &diag);
}
