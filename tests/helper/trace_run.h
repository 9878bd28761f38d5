/* SPDX-License-Identifier: MIT
 *
 * trace_run: the program that plays every NAME.trace of a folder as a test of
 * that name.
 */
#ifndef TRACE_RUN_H
#define TRACE_RUN_H

struct trace_run {
	const char *group;  /* of the tests */
	const char *folder; /* with the slash behind it */
	void (*play)(const char *file, int record);
};

/* What main() returns. "--record FILE" plays that one, and records. */
int trace_run(const struct trace_run *t, int argc, char **argv);

#endif
