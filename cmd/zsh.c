/* SPDX-License-Identifier: ISC */
/*
 * The completion of zsh.
 */
#include "completions.h"

/* The part of a specification that stands for all forms of an option. */
static void forms(const struct option_spec *o)
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
static void quoted(const char *text)
{
	for (; *text; text++) {
		char one[] = {*text, '\0'};

		if (*text == '\'')
			printf("'\\''");
		else
			put_escaped(one, "[]\\:");
	}
}

static void option(const struct option_spec *o)
{
	static const char *const actions[] = {
		[VALUE_FILE] = "_files", [VALUE_FOLDER] = "_path_files -/",
		[VALUE_TEXT] = " ",	 [VALUE_WHO] = "_wax_contacts",
		[VALUE_LEVEL] = " ",
	};

	printf("\t\t");
	forms(o);
	printf("[");
	quoted(o->help);
	printf("]");
	if (o->value != VALUE_NONE) {
		printf(o->value == VALUE_LEVEL ? "::" : ":");
		quoted(o->value_name);
		printf(":%s", actions[o->value]);
	}
	printf("' \\\n");
}

static void options(const struct tool *tool)
{
	for (const struct option_spec *o = tool->options; o->id; o++)
		option(o);
}

/* A name and what it is, as _describe takes them. */
static void described(const char *name, const char *what)
{
	printf("'%s:", name);
	quoted(what);
	printf("'\n");
}

static void front(void)
{
	printf("# The front: first a tool, then what that tool takes.\n"
	       "_wax_front()\n"
	       "{\n"
	       "\tlocal context curcontext=$curcontext state state_descr "
	       "line\n"
	       "\tlocal -A opt_args\n"
	       "\tlocal -a tools=(\n");
	for (size_t i = 0; tools[i]; i++) {
		printf("\t\t");
		described(short_name(tools[i]), tools[i]->summary);
	}
	printf("\t)\n"
	       "\t_arguments -C -S -A '-*' \\\n");
	options(&tool_wax);
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

static void one(const struct tool *tool)
{
	const struct command_spec *c;

	printf("\t%s)\n", tool->name);
	if (tool->commands) {
		printf("\t\tcommands=(\n");
		for (c = tool->commands; c->name; c++) {
			printf("\t\t\t");
			described(c->name, c->help);
		}
		printf("\t\t)\n\t\tkinds=(\n");
		for (c = tool->commands; c->name; c++)
			printf("\t\t\t%s '%s %s'\n", c->name,
			       operand_kind(c->first), operand_kind(c->rest));
		printf("\t\t)\n");
	}
	printf("\t\t_arguments %s-s -S \\\n", tool->commands ? "-C " : "");
	options(tool);
	if (tool->commands)
		printf("\t\t'1:command:->command' \\\n"
		       "\t\t'2:operand:->first' \\\n"
		       "\t\t'*:operand:->rest' && return\n");
	else
		printf("\t\t'*:file:_files' && return\n");
	printf("\t\t;;\n");
}

static const char names[] =
	"# The names of contacts.\n"
	"_wax_contacts()\n"
	"{\n"
	"\tlocal expl\n"
	"\tlocal -a names=(${(f)\"$(_call_program contacts " LIST_NAMES
	")\"})\n"
	"\t_wanted contacts expl contact compadd -a names\n"
	"}\n"
	"\n";

static const char operands[] =
	"\tcase $state in\n"
	"\tcommand)\n"
	"\t\t_describe -t commands command commands\n"
	"\t\treturn\n"
	"\t\t;;\n"
	"\tfirst)\n"
	"\t\tkind=${kinds[${line[1]}]%% *}\n"
	"\t\t(( ! ${+opt_args[--all]} )) || kind=${kinds[${line[1]}]##* }\n"
	"\t\t;;\n"
	"\trest)\n"
	"\t\tkind=${kinds[${line[1]}]##* }\n"
	"\t\t;;\n"
	"\tesac\n"
	"\tcase $kind in\n"
	"\twho)\n"
	"\t\t_wax_contacts\n"
	"\t\t;;\n"
	"\tfile)\n"
	"\t\t_files\n"
	"\t\t;;\n"
	"\t*)\n"
	"\t\treturn 1\n"
	"\t\t;;\n"
	"\tesac\n"
	"}\n"
	"\n";

void zsh_print(void)
{
	printf("#compdef %s", tool_wax.name);
	for (size_t i = 0; tools[i]; i++)
		printf(" %s", tools[i]->name);
	printf("\n"
	       "# zsh completion of wax and its tools.\n" MADE_BY "\n"
	       "%s"
	       "# Completes for tool $1.\n"
	       "_wax_arguments()\n"
	       "{\n"
	       "\tlocal context curcontext=$curcontext state state_descr line "
	       "kind\n"
	       "\tlocal -A opt_args kinds\n"
	       "\tlocal -a commands\n"
	       "\tcase $1 in\n",
	       names);
	for (size_t i = 0; tools[i]; i++)
		one(tools[i]);
	printf("\tesac\n%s", operands);
	front();
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
