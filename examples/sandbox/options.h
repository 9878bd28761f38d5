/* SPDX-License-Identifier: MIT
 *
 * The command line of zoryx-sandbox.
 */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include "zoryx/sandbox.h"

struct options {
	struct zx_sandbox_options box;
	int port_given, quiet;
	char **run; /* program and arguments, NULL-terminated; or NULL */
};

/* -1 to go on, or the exit code: after --help and after a mistake, which is
 * said on stderr. */
int options_read(struct options *o, int argc, char **argv);

#endif
