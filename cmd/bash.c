/* SPDX-License-Identifier: ISC */
/*
 * The completion of bash.
 */
#include "completions.h"

/* The words of one kind of option: of those with this value. */
static void words(const struct tool *tool, const char *variable,
		  enum value_kind kind)
{
	const char *space = "";

	printf("\t\t%s='", variable);
	for (const struct option_spec *o = tool->options; o->id; o++) {
		if (o->value != kind)
			continue;
		if (has_letter(o))
			printf("%s-%c --%s", space, o->id, o->name);
		else
			printf("%s--%s", space, o->name);
		space = " ";
	}
	printf("'\n");
}

static void commands(const struct tool *tool)
{
	const struct command_spec *all = tool->commands;

	printf("\t\tcommands='");
	for (const struct command_spec *c = all; c && c->name; c++)
		printf("%s%s", c == all ? "" : " ", c->name);
	printf("'\n\t\tkinds='");
	for (const struct command_spec *c = all; c && c->name; c++)
		printf(" %s:%s:%s", c->name, operand_kind(c->first),
		       operand_kind(c->rest));
	printf("'\n");
}

static void table(const struct tool *tool)
{
	printf("\t%s)\n", tool->name);
	words(tool, "flags", VALUE_NONE);
	words(tool, "levels", VALUE_LEVEL);
	words(tool, "files", VALUE_FILE);
	words(tool, "folders", VALUE_FOLDER);
	words(tool, "names", VALUE_WHO);
	words(tool, "texts", VALUE_TEXT);
	commands(tool);
	printf("\t\t;;\n");
}

/* What is typed, taken apart. */
static const char looking[] =
	"# The words up to the cursor, to words, and the number of the last, to last.\n"
	"# bash takes words apart at @, = and : as well.\n"
	"_wax_words()\n"
	"{\n"
	"\tlocal i word space line=$COMP_LINE\n"
	"\twords=() last=-1\n"
	"\tfor ((i = 0; i <= COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tspace=${line%%[![:space:]]*}\n"
	"\t\tline=${line#\"$space\"}\n"
	"\t\tline=${line#\"$word\"}\n"
	"\t\tif ((i)) && [[ ! $space &&\n"
	"\t\t\t$word${words[last]} != *[\\<\\>\\&\\|]* ]]; then\n"
	"\t\t\twords[last]+=$word\n"
	"\t\telse\n"
	"\t\t\twords[++last]=$word\n"
	"\t\tfi\n"
	"\tdone\n"
	"}\n"
	"\n"
	"# Of the words from $1 to the cursor: the option that waits for its value, to\n"
	"# pending, and what is there of that, or the last word, to cur; the operands;\n"
	"# and to ended, whether options have ended. A level is never apart.\n"
	"_wax_look()\n"
	"{\n"
	"\tlocal i j word letter with=\" $files $folders $names $texts \"\n"
	"\tpending='' ended='' operands=() cur=${words[last]}\n"
	"\tfor ((i = $1; i < last; i++)); do\n"
	"\t\tword=${words[i]}\n"
	"\t\tif [[ $pending ]]; then\n"
	"\t\t\tpending=\n"
	"\t\telif [[ $ended || $word != -?* ]]; then\n"
	"\t\t\toperands+=(\"$word\")\n"
	"\t\telif [[ $word == -- ]]; then\n"
	"\t\t\tended=1\n"
	"\t\telif [[ $word == --* ]]; then\n"
	"\t\t\t[[ $with != *\" $word \"* ]] || pending=$word\n"
	"\t\telse\n"
	"\t\t\tfor ((j = 1; j < ${#word}; j++)); do\n"
	"\t\t\t\tletter=-${word:j:1}\n"
	"\t\t\t\t[[ \" $levels \" != *\" $letter \"* ]] || break\n"
	"\t\t\t\t[[ $with == *\" $letter \"* ]] || continue\n"
	"\t\t\t\t((j + 1 < ${#word})) || pending=$letter\n"
	"\t\t\t\tbreak\n"
	"\t\t\tdone\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tif [[ ! $pending && ! $ended && $cur == --*=* ]]; then\n"
	"\t\tpending=${cur%%=*} cur=${cur#*=}\n"
	"\tfi\n"
	"}\n"
	"\n"
	"# Takes the quotes off cur, to typed; the quote that is open, to quote; and to\n"
	"# from, how much of it stays when readline replaces its end.\n"
	"_wax_unquote()\n"
	"{\n"
	"\tlocal i char\n"
	"\ttyped='' quote='' from=0\n"
	"\tfor ((i = 0; i < ${#cur}; i++)); do\n"
	"\t\tchar=${cur:i:1}\n"
	"\t\tif [[ $quote && $char == \"$quote\" ]]; then\n"
	"\t\t\tquote='' from=${#typed}\n"
	"\t\telif [[ ! $quote && $char == [\\\"\\'] ]]; then\n"
	"\t\t\tquote=$char from=${#typed}\n"
	"\t\telif [[ $char == \\\\ && $quote != \\' ]] &&\n"
	"\t\t\t[[ ! $quote || ${cur:i+1:1} == [\\\"\\\\\\$\\`] ]]; then\n"
	"\t\t\t((i += 1))\n"
	"\t\t\ttyped+=${cur:i:1}\n"
	"\t\telse\n"
	"\t\t\ttyped+=$char\n"
	"\t\t\t[[ $quote || $COMP_WORDBREAKS != *\"$char\"* ]] ||\n"
	"\t\t\t\tfrom=${#typed}\n"
	"\t\t\t# An @ ends what is before it, and is replaced itself.\n"
	"\t\t\t[[ $char != @ || from -ne ${#typed} ]] || ((from -= 1, 1))\n"
	"\t\tfi\n"
	"\tdone\n"
	"}\n"
	"\n";

/* What is offered for it. */
static const char offering[] =
	"# There is nothing to offer here, not even a file.\n"
	"_wax_nothing()\n"
	"{\n"
	"\tcompopt +o bashdefault +o default\n"
	"}\n"
	"\n"
	"# Offers the names of contacts, in the quotes that were begun.\n"
	"_wax_contacts()\n"
	"{\n"
	"\tlocal name char typed quote from\n"
	"\t_wax_unquote\n"
	"\twhile IFS= read -r name; do\n"
	"\t\t[[ $name == \"$typed\"* ]] || continue\n"
	"\t\tname=${name:from}\n"
	"\t\tif [[ $quote == \\' ]]; then\n"
	"\t\t\tname=${name//\\'/\\'\\\\\\'\\'}\n"
	"\t\telif [[ $quote ]]; then\n"
	"\t\t\tfor char in \\\\ \\\" \\$ \\`; do\n"
	"\t\t\t\tname=${name//\"$char\"/\"\\\\$char\"}\n"
	"\t\t\tdone\n"
	"\t\t\t# History is expanded here too, and nothing escapes it.\n"
	"\t\t\tname=${name//!/\\\"\\'!\\'\\\"}\n"
	"\t\telif [[ $name ]]; then\n"
	"\t\t\tprintf -v name %q \"$name\"\n"
	"\t\tfi\n"
	"\t\tCOMPREPLY+=(\"$name\")\n"
	"\tdone < <(" LIST_NAMES ")\n"
	"\t# readline closes no quote behind one that is in the name.\n"
	"\t[[ ! $quote || ${#COMPREPLY[@]} -ne 1 ]] || COMPREPLY[0]+=$quote\n"
	"\t_wax_nothing\n"
	"}\n"
	"\n"
	"# Offers those of the words in $1 that begin as what is typed.\n"
	"_wax_offer()\n"
	"{\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
	"\t_wax_nothing\n"
	"}\n"
	"\n"
	"# Completes an operand of a tool that has commands, or a file.\n"
	"_wax_operand()\n"
	"{\n"
	"\tlocal kind=${kinds#* \"${operands[0]}\":}\n"
	"\tif [[ ! $commands ]]; then\n"
	"\t\treturn\n"
	"\telif ((!${#operands[@]})); then\n"
	"\t\t_wax_offer \"$commands\"\n"
	"\t\treturn\n"
	"\tfi\n"
	"\t[[ $kind != \"$kinds\" ]] || kind=none:none\n"
	"\tkind=${kind%% *}\n"
	"\tif ((${#operands[@]} > 1)) || [[ \" ${words[*]} \" == *' --all '* ]]; then\n"
	"\t\tkind=${kind#*:}\n"
	"\tfi\n"
	"\tcase ${kind%:*} in\n"
	"\twho) _wax_contacts ;;\n"
	"\tnone) _wax_nothing ;;\n"
	"\tesac\n"
	"}\n"
	"\n"
	"# Completes for tool $1, whose arguments begin with word $2. Where the\n"
	"# result is empty, readline completes files by itself.\n"
	"_wax_arguments()\n"
	"{\n"
	"\tlocal flags levels files folders names texts commands kinds\n"
	"\tlocal pending ended operands cur\n"
	"\t_wax_table \"$1\"\n"
	"\t_wax_look \"$2\"\n"
	"\tif [[ $pending && \" $names \" == *\" $pending \"* ]]; then\n"
	"\t\t_wax_contacts\n"
	"\telif [[ $pending ]]; then\n"
	"\t\t[[ \" $files \" == *\" $pending \"* ]] || _wax_nothing\n"
	"\t\t[[ \" $folders \" != *\" $pending \"* ]] || compopt -o dirnames\n"
	"\telif [[ ! $ended && $cur == -* ]]; then\n"
	"\t\t_wax_offer \"$flags $levels $files $folders $names $texts\"\n"
	"\telse\n"
	"\t\t_wax_operand\n"
	"\tfi\n"
	"}\n"
	"\n"
	"_wax()\n"
	"{\n"
	"\tlocal tool=${1##*/} words last cur IFS=$' \\t\\n'\n"
	"\tCOMPREPLY=()\n"
	"\t_wax_words\n"
	"\tif [[ $tool != wax ]]; then\n"
	"\t\t_wax_arguments \"$tool\" 1\n"
	"\telif ((last > 1)); then\n"
	"\t\ttool=${words[1]#wax-}\n"
	"\t\tif [[ \" $_wax_tools \" == *\" $tool \"* ]]; then\n"
	"\t\t\t_wax_arguments \"wax-$tool\" 2\n"
	"\t\telse\n"
	"\t\t\t_wax_nothing\n"
	"\t\tfi\n"
	"\telif [[ ${words[1]} == -* ]]; then\n"
	"\t\t_wax_arguments wax 1\n"
	"\telse\n"
	"\t\tcur=${words[1]}\n"
	"\t\t_wax_offer \"$_wax_tools\"\n"
	"\tfi\n"
	"}\n"
	"\n";

void bash_print(void)
{
	const char *space = "";

	printf("# bash completion of wax and its tools; needs bash 4.\n" MADE_BY
	       "\n"
	       "_wax_tools='");
	for (size_t i = 0; tools[i]; i++, space = " ")
		printf("%s%s", space, short_name(tools[i]));
	printf("'\n\n"
	       "# The options of tool $1: those without a value, with a level,\n"
	       "# a file, a folder, a contact, and with another value. Its\n"
	       "# commands, and of what kinds the first and the other operands\n"
	       "# of each are.\n"
	       "_wax_table()\n"
	       "{\n"
	       "\tcase $1 in\n");
	table(&tool_wax);
	for (size_t i = 0; tools[i]; i++)
		table(tools[i]);
	printf("\tesac\n"
	       "}\n"
	       "\n"
	       "%s%scomplete -o bashdefault -o default -F _wax wax",
	       looking, offering);
	for (size_t i = 0; tools[i]; i++)
		printf(" \\\n\t%s", tools[i]->name);
	printf("\n");
}
