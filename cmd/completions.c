/* SPDX-License-Identifier: ISC */
/*
 * gen-completions: the completion of a shell, made of the tools' tables. It is
 * run when the tables change, not installed.
 *
 * What a shell needs besides the tables is written out below as plain text;
 * each shell has its printer of options, and its way of quoting.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools.h"

#define MADE_BY "# Made by gen-completions from cmd/tools.c: change it there.\n"

static bool has_letter(const struct option_spec *o)
{
	return o->id < 256;
}

/* The name of a tool within the front, as in 'wax seal'. */
static const char *short_name(const struct tool *tool)
{
	return tool->name + strlen("wax-");
}

/* Prints text with a backslash before each of the characters in special. */
static void put_escaped(const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			putchar('\\');
		putchar(*text);
	}
}

/* The words of one kind of option: of those with this value. */
static void bash_words(const struct tool *tool, const char *variable,
		       enum value_kind one, enum value_kind other)
{
	const char *space = "";

	printf("\t\t%s='", variable);
	for (const struct option_spec *o = tool->options; o->id; o++) {
		if (o->value != one && o->value != other)
			continue;
		if (has_letter(o))
			printf("%s-%c --%s", space, o->id, o->name);
		else
			printf("%s--%s", space, o->name);
		space = " ";
	}
	printf("'\n");
}

static void bash_table(const struct tool *tool)
{
	printf("\t%s)\n", tool->name);
	bash_words(tool, "flags", VALUE_NONE, VALUE_NONE);
	bash_words(tool, "levels", VALUE_LEVEL, VALUE_LEVEL);
	bash_words(tool, "files", VALUE_FILE, VALUE_FILE);
	bash_words(tool, "folders", VALUE_FOLDER, VALUE_FOLDER);
	bash_words(tool, "texts", VALUE_TEXT, VALUE_WHO);
	printf("\t\t;;\n");
}

static const char bash_functions[] =
	"# There is nothing to offer here, not even a file.\n"
	"_wax_nothing()\n"
	"{\n"
	"\tcompopt +o bashdefault +o default\n"
	"}\n"
	"\n"
	"# The option among the words from $1 to the cursor that waits for its\n"
	"# value, to pending; '--' when options have ended. A level is never apart.\n"
	"_wax_pending()\n"
	"{\n"
	"\tlocal i j word letter with=\" $files $folders $texts \"\n"
	"\tpending=\n"
	"\tfor ((i = $1; i < COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif [[ $pending ]]; then\n"
	"\t\t\t# bash takes --name=value apart: '=' is a word.\n"
	"\t\t\t[[ $word == '=' ]] || pending=\n"
	"\t\telif [[ $word == -- ]]; then\n"
	"\t\t\tpending=--\n"
	"\t\t\treturn\n"
	"\t\telif [[ $word == --* ]]; then\n"
	"\t\t\t[[ $with != *\" $word \"* ]] || pending=$word\n"
	"\t\t\t[[ \" $levels \" != *\" $word \"* ||\n"
	"\t\t\t\t${COMP_WORDS[i + 1]} != '=' ]] || pending=$word\n"
	"\t\telif [[ $word == -* ]]; then\n"
	"\t\t\tfor ((j = 1; j < ${#word}; j++)); do\n"
	"\t\t\t\tletter=-${word:j:1}\n"
	"\t\t\t\t[[ \" $levels \" != *\" $letter \"* ]] || break\n"
	"\t\t\t\t[[ $with == *\" $letter \"* ]] || continue\n"
	"\t\t\t\t((j + 1 < ${#word})) || pending=$letter\n"
	"\t\t\t\tbreak\n"
	"\t\t\tdone\n"
	"\t\tfi\n"
	"\tdone\n"
	"}\n"
	"\n"
	"# Completes for tool $1, whose arguments begin with word $2. Where the\n"
	"# result is empty, readline completes files by itself.\n"
	"_wax_arguments()\n"
	"{\n"
	"\tlocal flags levels files folders texts pending IFS=$' \\t\\n'\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n"
	"\t_wax_table \"$1\"\n"
	"\t_wax_pending \"$2\"\n"
	"\tif [[ $pending == -- ]]; then\n"
	"\t\treturn\n"
	"\telif [[ $pending ]]; then\n"
	"\t\t[[ \" $files \" == *\" $pending \"* ]] || _wax_nothing\n"
	"\t\t[[ \" $folders \" != *\" $pending \"* ]] || compopt -o dirnames\n"
	"\telif [[ $cur == -* ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(\n"
	"\t\t\tcompgen -W \"$flags $levels $files $folders $texts\" \\\n"
	"\t\t\t\t-- \"$cur\")\n"
	"\t\t_wax_nothing\n"
	"\tfi\n"
	"}\n"
	"\n"
	"_wax()\n"
	"{\n"
	"\tlocal tool=${1##*/} IFS=$' \\t\\n'\n"
	"\tCOMPREPLY=()\n"
	"\tif [[ $tool != wax ]]; then\n"
	"\t\t_wax_arguments \"$tool\" 1\n"
	"\telif ((COMP_CWORD > 1)); then\n"
	"\t\ttool=${COMP_WORDS[1]#wax-}\n"
	"\t\tif [[ \" $_wax_tools \" == *\" $tool \"* ]]; then\n"
	"\t\t\t_wax_arguments \"wax-$tool\" 2\n"
	"\t\telse\n"
	"\t\t\t_wax_nothing\n"
	"\t\tfi\n"
	"\telif [[ ${COMP_WORDS[1]} == -* ]]; then\n"
	"\t\t_wax_arguments wax 1\n"
	"\telse\n"
	"\t\tmapfile -t COMPREPLY < <(\n"
	"\t\t\tcompgen -W \"$_wax_tools\" -- \"${COMP_WORDS[1]}\")\n"
	"\t\t_wax_nothing\n"
	"\tfi\n"
	"}\n"
	"\n";

static void bash(void)
{
	const char *space = "";

	printf("# bash completion of wax and its tools; needs bash 4.\n" MADE_BY
	       "\n"
	       "_wax_tools='");
	for (size_t i = 0; tools[i]; i++, space = " ")
		printf("%s%s", space, short_name(tools[i]));
	printf("'\n\n"
	       "# The options of tool $1: those without a value, with a level,\n"
	       "# a file, a folder, and with another value.\n"
	       "_wax_table()\n"
	       "{\n"
	       "\tcase $1 in\n");
	bash_table(&tool_wax);
	for (size_t i = 0; tools[i]; i++)
		bash_table(tools[i]);
	printf("\tesac\n"
	       "}\n"
	       "\n"
	       "%scomplete -o bashdefault -o default -F _wax wax",
	       bash_functions);
	for (size_t i = 0; tools[i]; i++)
		printf(" \\\n\t%s", tools[i]->name);
	printf("\n");
}

/* The part of a specification that stands for all forms of an option. */
static void zsh_forms(const struct option_spec *o)
{
	bool value = o->value != VALUE_NONE, level = o->value == VALUE_LEVEL;
	bool ends = o->id == OPT_HELP || o->id == OPT_VERSION;

	/* What takes a value can come again; what ends it stands alone. */
	if (ends)
		printf("'(- *)'");
	else if (value)
		printf("'*'");
	else if (has_letter(o))
		printf("'(-%c --%s)'", o->id, o->name);
	if (has_letter(o))
		printf("{-%c%s,--%s%s}'", o->id,
		       level   ? "-"
		       : value ? "+"
			       : "",
		       o->name,
		       level   ? "=-"
		       : value ? "="
			       : "");
	else
		printf("--%s%s'", o->name, value ? "=" : "");
}

/* Inside single quotes, a single quote is ended, escaped and begun again. */
static void zsh_quoted(const char *text)
{
	for (; *text; text++) {
		char one[] = {*text, '\0'};

		if (*text == '\'')
			printf("'\\''");
		else
			put_escaped(one, "[]\\:");
	}
}

static void zsh_option(const struct option_spec *o)
{
	static const char *const actions[] = {
		[VALUE_FILE] = "_files", [VALUE_FOLDER] = "_path_files -/",
		[VALUE_TEXT] = " ",	 [VALUE_WHO] = " ",
		[VALUE_LEVEL] = " ",
	};

	printf("\t\t");
	zsh_forms(o);
	printf("[");
	zsh_quoted(o->help);
	printf("]");
	if (o->value != VALUE_NONE) {
		printf(o->value == VALUE_LEVEL ? "::" : ":");
		zsh_quoted(o->value_name);
		printf(":%s", actions[o->value]);
	}
	printf("' \\\n");
}

static void zsh_options(const struct tool *tool)
{
	for (const struct option_spec *o = tool->options; o->id; o++)
		zsh_option(o);
}

static void zsh_front(void)
{
	printf("# The front: first a tool, then what that tool takes.\n"
	       "_wax_front()\n"
	       "{\n"
	       "\tlocal context curcontext=$curcontext state state_descr "
	       "line\n"
	       "\tlocal -A opt_args\n"
	       "\tlocal -a tools=(\n");
	for (size_t i = 0; tools[i]; i++) {
		printf("\t\t'%s:", short_name(tools[i]));
		zsh_quoted(tools[i]->summary);
		printf("'\n");
	}
	printf("\t)\n"
	       "\t_arguments -C -S -A '-*' \\\n");
	zsh_options(&tool_wax);
	printf("\t\t'1:tool:->tool' \\\n"
	       "\t\t'*::argument:->argument' && return\n"
	       "\tcase $state in\n"
	       "\ttool)\n"
	       "\t\t_describe -t commands tool tools\n"
	       "\t\t;;\n"
	       "\targument)\n"
	       "\t\t_wax_arguments wax-${line[1]#wax-}\n"
	       "\t\t;;\n"
	       "\tesac\n"
	       "}\n"
	       "\n");
}

static void zsh(void)
{
	printf("#compdef %s", tool_wax.name);
	for (size_t i = 0; tools[i]; i++)
		printf(" %s", tools[i]->name);
	printf("\n"
	       "# zsh completion of wax and its tools.\n" MADE_BY "\n"
	       "# Completes for tool $1.\n"
	       "_wax_arguments()\n"
	       "{\n"
	       "\tcase $1 in\n");
	for (size_t i = 0; tools[i]; i++) {
		printf("\t%s)\n"
		       "\t\t_arguments -s -S \\\n",
		       tools[i]->name);
		zsh_options(tools[i]);
		printf("\t\t'*:file:_files'\n"
		       "\t\t;;\n");
	}
	printf("\tesac\n"
	       "}\n"
	       "\n");
	zsh_front();
	printf("_wax()\n"
	       "{\n"
	       "\tif [[ $service == wax ]]; then\n"
	       "\t\t_wax_front\n"
	       "\telse\n"
	       "\t\t_wax_arguments $service\n"
	       "\tfi\n"
	       "}\n"
	       "\n"
	       "_wax \"$@\"\n");
}

static void fish_quoted(const char *text)
{
	putchar('\'');
	put_escaped(text, "'\\");
	putchar('\'');
}

/* One option, for command, under a condition or none. */
static void fish_option(const struct option_spec *o, const char *command,
			const char *condition)
{
	static const char *const values[] = {
		[VALUE_NONE] = "",
		[VALUE_FILE] = " -r -F",
		[VALUE_FOLDER] = " -x -a '(__fish_complete_directories)'",
		[VALUE_TEXT] = " -x",
		[VALUE_WHO] = " -x",
		[VALUE_LEVEL] = " -f",
	};

	printf("complete -c %s%s", command, condition);
	if (has_letter(o))
		printf(" -s %c", o->id);
	printf(" -l %s%s -d ", o->name, values[o->value]);
	fish_quoted(o->help);
	printf("\n");
}

static void fish_tool(const struct tool *tool)
{
	char within[64];

	snprintf(within, sizeof(within), " -n '__wax_tool %s'",
		 short_name(tool));
	printf("\n");
	for (const struct option_spec *o = tool->options; o->id; o++)
		fish_option(o, tool->name, "");
	printf("\ncomplete -c wax -n __wax_first -f -a %s -d ",
	       short_name(tool));
	fish_quoted(tool->summary);
	printf("\n");
	for (const struct option_spec *o = tool->options; o->id; o++)
		fish_option(o, "wax", within);
}

static void fish(void)
{
	printf("# fish completion of wax and its tools.\n" MADE_BY "\n"
	       "# Whether the word at the cursor is the first after 'wax'.\n"
	       "function __wax_first\n"
	       "    test (count (commandline -opc)) -eq 1\n"
	       "end\n"
	       "\n"
	       "# Whether the front was told to run this tool.\n"
	       "function __wax_tool\n"
	       "    set -l words (commandline -opc)\n"
	       "    test (count $words) -gt 1\n"
	       "    and contains -- $words[2] $argv[1] wax-$argv[1]\n"
	       "end\n"
	       "\n");
	for (const struct option_spec *o = tool_wax.options; o->id; o++)
		fish_option(o, "wax", " -n __wax_first");
	for (size_t i = 0; tools[i]; i++)
		fish_tool(tools[i]);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

	for (size_t i = 0; argc == 2 && i < 3; i++) {
		if (strcmp(argv[1], shells[i].name) != 0)
			continue;
		shells[i].print();
		if (fflush(stdout) || ferror(stdout)) {
			perror("gen-completions");
			return 7;
		}
		return 0;
	}
	fputs("usage: gen-completions bash|zsh|fish\n", stderr);
	return 2;
}
