/* SPDX-License-Identifier: ISC */
/*
 * The completion of fish.
 */
#include "completions.h"

static void quoted(const char *text)
{
	putchar('\'');
	put_escaped(text, "'\\");
	putchar('\'');
}

/* One option, for command, under a condition or none. */
static void option(const struct option_spec *o, const char *command,
		   const char *condition)
{
	static const char *const values[] = {
		[VALUE_NONE] = "",
		[VALUE_FILE] = " -r -F",
		[VALUE_FOLDER] = " -x -a '(__fish_complete_directories)'",
		[VALUE_TEXT] = " -x",
		[VALUE_WHO] = " -x -a '(__wax_contacts)'",
		[VALUE_LEVEL] = " -f",
	};

	printf("complete -c %s%s", command, condition);
	if (has_letter(o))
		printf(" -s %c", o->id);
	printf(" -l %s%s -d ", o->name, values[o->value]);
	quoted(o->help);
	printf("\n");
}

/* The operands, where the tool has commands. */
static void operands(const struct tool *tool, const char *command)
{
	const char *name = short_name(tool);

	if (!tool->commands)
		return;
	for (const struct command_spec *c = tool->commands; c->name; c++) {
		printf("complete -c %s -n '__wax_operand %s command' -f -a %s "
		       "-d ",
		       command, name, c->name);
		quoted(c->help);
		printf("\n");
	}
	printf("complete -c %s -n '__wax_operand %s who' -f -a "
	       "'(__wax_contacts)'\n"
	       "complete -c %s -n '__wax_operand %s none' -f\n",
	       command, name, command, name);
}

static void one(const struct tool *tool)
{
	char within[64];

	snprintf(within, sizeof(within), " -n '__wax_tool %s'",
		 short_name(tool));
	printf("\n");
	for (const struct option_spec *o = tool->options; o->id; o++)
		option(o, tool->name, "");
	operands(tool, tool->name);
	printf("\ncomplete -c wax -n __wax_first -f -a %s -d ",
	       short_name(tool));
	quoted(tool->summary);
	printf("\n");
	for (const struct option_spec *o = tool->options; o->id; o++)
		option(o, "wax", within);
	operands(tool, "wax");
}

static const char functions[] =
	"# The names of contacts.\n"
	"function __wax_contacts\n"
	"    " LIST_NAMES "\n"
	"end\n"
	"\n"
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
	"\n"
	"# Whether an operand of this tool is at the cursor, and is of this kind: command,\n"
	"# or as __wax_kinds says.\n"
	"function __wax_operand\n"
	"    set -l words (commandline -opc)\n"
	"    set -l tool (string replace -r '.*/' '' -- $words[1])\n"
	"    if test $tool = wax\n"
	"        set -e words[1]\n"
	"        set tool wax-(string replace -r '^wax-' '' -- $words[1])\n"
	"    end\n"
	"    test $tool = wax-$argv[1]\n"
	"    or return\n"
	"    set -e words[1]\n"
	"    set -l operands (__wax_operands $words)\n"
	"    set -l kind command\n"
	"    if set -q operands[1]\n"
	"        set -l kinds (__wax_kinds \"$argv[1] $operands[1]\")\n"
	"        set kind $kinds[1]\n"
	"        if set -q operands[2]; or contains -- --all $words\n"
	"            set kind $kinds[2]\n"
	"        end\n"
	"    end\n"
	"    test \"$kind\" = $argv[2]\n"
	"end\n"
	"\n";

/* Prints letters, or names, of options with a value that tools with commands
 * have. */
static void with_value(bool letters)
{
	for (size_t i = 0; tools[i]; i++) {
		const struct option_spec *o = tools[i]->options;

		for (; tools[i]->commands && o->id; o++) {
			if (o->value == VALUE_NONE)
				continue;
			if (!letters)
				printf(" --%s", o->name);
			else if (has_letter(o))
				putchar(o->id);
		}
	}
}

static void words(void)
{
	printf("# The operands among words: neither options nor their "
	       "values.\n"
	       "function __wax_operands\n"
	       "    set -l skip\n"
	       "    set -l ended\n"
	       "    for word in $argv\n"
	       "        if set -q skip[1]\n"
	       "            set -e skip[1]\n"
	       "        else if set -q ended[1]\n"
	       "            printf '%%s\\n' $word\n"
	       "        else if test \"$word\" = --\n"
	       "            set ended yes\n"
	       "        else if contains -- \"$word\"");
	with_value(false);
	printf("\n"
	       "            set skip yes\n"
	       "        else if string match -qr -- '^-[a-z]*[");
	with_value(true);
	printf("]$' \"$word\"\n"
	       "            set skip yes\n"
	       "        else if not string match -q -- '-?*' \"$word\"\n"
	       "            printf '%%s\\n' $word\n"
	       "        end\n"
	       "    end\n"
	       "end\n"
	       "\n");
}

static void kinds(void)
{
	printf("# What a command takes: of what kinds its first operand and "
	       "the others are.\n"
	       "function __wax_kinds\n"
	       "    switch $argv[1]\n");
	for (size_t i = 0; tools[i]; i++) {
		const struct command_spec *c = tools[i]->commands;

		for (; c && c->name; c++)
			printf("        case '%s %s'\n"
			       "            printf '%%s\\n' %s %s\n",
			       short_name(tools[i]), c->name,
			       operand_kind(c->first), operand_kind(c->rest));
	}
	printf("        case '*'\n"
	       "            printf '%%s\\n' none none\n"
	       "    end\n"
	       "end\n"
	       "\n");
}

void fish_print(void)
{
	printf("# fish completion of wax and its tools.\n" MADE_BY "\n");
	words();
	kinds();
	fputs(functions, stdout);
	for (const struct option_spec *o = tool_wax.options; o->id; o++)
		option(o, "wax", " -n __wax_first");
	for (size_t i = 0; tools[i]; i++)
		one(tools[i]);
}
