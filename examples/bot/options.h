/* SPDX-License-Identifier: MIT
 *
 * The command line.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

enum { /* exit codes, as --help says */
       EXIT_GOOD = 0,
       EXIT_BAD = 1,
       EXIT_USAGE = 2,
       EXIT_LATER = 3 /* starting it again may help */
};

enum action {
	ACTION_RUN,
	ACTION_CHECK,
	ACTION_TOKEN_SET,
	ACTION_EXPORT, /* argv[2] is the folder */
	ACTION_IMPORT,
	ACTION_DB,	/* argv[2] is what to do, argv[3] the file or NULL */
	ACTION_RESTORE, /* restore_args() understands the rest */
	ACTION_HELPED,	/* help or version was printed */
	ACTION_CONFUSED /* what is wrong was printed */
};

enum action options_parse(int argc, char **argv);

#endif
