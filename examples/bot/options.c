/* SPDX-License-Identifier: MIT
 *
 * The command line.
 */
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "zoryx/base.h"

static const char usage[] =
	"Usage: zoryx-bot [--check | --token-set | --help | --version]\n"
	"       zoryx-bot export DIR | import DIR\n"
	"       zoryx-bot db check [FILE] | vacuum [FILE] | backup FILE\n"
	"       zoryx-bot restore --plan FILE --guild ID [--only PARTS]\n"
	"                         [--role-sync] [--update] [--json]\n"
	"\n"
	"Runs the bot until SIGINT (Ctrl-C) or SIGTERM; a second one ends it\n"
	"at once.\n"
	"\n"
	"  --check      say what is wrong with the configuration, if anything\n"
	"  --token-set  succeed when a token is configured; prints nothing\n"
	"  --help       this text\n"
	"  --version    the version\n"
	"  export DIR   write the Python framework's files into DIR, with the\n"
	"               layout of its ./data; not while the bot runs\n"
	"  import DIR   take such files over; not while the bot runs\n"
	"  db check     look for damage in the state file and its snapshots\n"
	"  db vacuum    give its unused space back\n"
	"  db backup    copy it to FILE; none of these while the bot runs\n"
	"  restore      say what restoring the snapshot in FILE, one that was\n"
	"               exported, would do to the server; do nothing. Also\n"
	"               while the bot runs. PARTS: roles,channels,... or all\n"
	"\n"
	"Settings come from the environment, then ./.env, then ./config.json.\n"
	"All variables and their defaults are in .env.example.\n"
	"\n"
	"Exit codes: 0 stopped as asked, or the answer is yes;\n"
	"            1 the configuration is wrong, or Discord refuses the token\n"
	"              or the intents: starting it again does not help;\n"
	"            2 the command line is not understood;\n"
	"            3 it could not go on: disk, memory, network, or the state\n"
	"              file is in use. Starting it again may help.\n";

static enum action parse_db(int argc, char **argv)
{
	int check = argc > 2 &&
		    (!strcmp(argv[2], "check") || !strcmp(argv[2], "vacuum"));

	if ((check && argc <= 4) || (argc == 4 && !strcmp(argv[2], "backup")))
		return ACTION_DB;
	fprintf(stderr, "zoryx-bot: db check [FILE], db vacuum [FILE] or db "
			"backup FILE; see zoryx-bot --help\n");
	return ACTION_CONFUSED;
}

enum action options_parse(int argc, char **argv)
{
	if (argc < 2)
		return ACTION_RUN;
	if (!strcmp(argv[1], "db"))
		return parse_db(argc, argv);
	if (!strcmp(argv[1], "restore"))
		return ACTION_RESTORE;
	if (argc == 3 && !strcmp(argv[1], "export"))
		return ACTION_EXPORT;
	if (argc == 3 && !strcmp(argv[1], "import"))
		return ACTION_IMPORT;
	if (argc == 2 &&
	    (!strcmp(argv[1], "export") || !strcmp(argv[1], "import"))) {
		fprintf(stderr, "zoryx-bot: %s needs a folder\n", argv[1]);
		return ACTION_CONFUSED;
	}
	if (argc > 2) {
		fprintf(stderr, "zoryx-bot: only one option at a time; see "
				"zoryx-bot --help\n");
		return ACTION_CONFUSED;
	}
	if (!strcmp(argv[1], "--check"))
		return ACTION_CHECK;
	if (!strcmp(argv[1], "--token-set"))
		return ACTION_TOKEN_SET;
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		fputs(usage, stdout);
		return ACTION_HELPED;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("zoryx-bot %s\n", zx_version());
		return ACTION_HELPED;
	}
	fprintf(stderr, "zoryx-bot: unknown option %s; see zoryx-bot --help\n",
		argv[1]);
	return ACTION_CONFUSED;
}
