/* SPDX-License-Identifier: MIT
 *
 * The program that zoryx-sandbox runs.
 */
#ifndef SANDBOX_CHILD_H
#define SANDBOX_CHILD_H

#include <signal.h>
#include <sys/types.h>

struct child {
	const char *name;
	pid_t pid;
	int ended, exit_code; /* 128 + n when signal n ended it */
};

/*
 * Runs argv with our environment changed by vars: {name, value} until a NULL
 * name, a NULL value unsets. Ours stays as it is. `mask` are the signals it
 * starts with blocked. 0, or -1 with errno.
 */
int child_start(struct child *c, char *const argv[],
		const char *const vars[][2], const sigset_t *mask);
/* Nonzero when it has ended; does not wait. */
int child_ended(struct child *c);
void child_wait(struct child *c);
void child_signal(const struct child *c, int sig);

#endif
