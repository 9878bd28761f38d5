/* SPDX-License-Identifier: MIT
 *
 * box: a sandbox in a process of its own, so that its CPU time and memory are
 * not those of the measured program.
 */
#ifndef BENCH_BOX_H
#define BENCH_BOX_H

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zoryx/sandbox.h"

struct box {
	pid_t pid;
	int orders; /* faults, one per line */
	char api_url[128], gateway_url[128], token[128];
};

static inline void box_fail(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

static inline void box_serve(const struct zx_sandbox_options *opt, int orders,
			     int answers)
{
	struct box b = { .pid = getpid() };
	struct zx_sandbox *box;
	char line[512];
	FILE *in = fdopen(orders, "r");

	if (!in || zx_sandbox_start(&box, opt))
		_exit(1);
	snprintf(b.api_url, sizeof(b.api_url), "%s", zx_sandbox_api_url(box));
	snprintf(b.gateway_url, sizeof(b.gateway_url), "%s",
		 zx_sandbox_gateway_url(box));
	snprintf(b.token, sizeof(b.token), "%s", zx_sandbox_token(box));
	if (write(answers, &b, sizeof(b)) != (ssize_t)sizeof(b))
		_exit(1);
	while (fgets(line, sizeof(line), in))
		if (zx_sandbox_fault(box, line))
			_exit(2);
	_exit(0);
}

/* Ends the program when it cannot. No thread may run yet. */
static inline struct box box_start(const struct zx_sandbox_options *opt)
{
	int orders[2], answers[2];
	struct box b;
	pid_t pid;

	if (pipe(orders) || pipe(answers))
		box_fail("no pipe");
	pid = fork();
	if (pid < 0)
		box_fail("no process");
	if (!pid) {
		close(orders[1]);
		close(answers[0]);
		box_serve(opt, orders[0], answers[1]);
	}
	close(orders[0]);
	close(answers[1]);
	if (read(answers[0], &b, sizeof(b)) != (ssize_t)sizeof(b))
		box_fail("the sandbox did not start");
	close(answers[0]);
	b.pid = pid;
	b.orders = orders[1];
	return b;
}

static inline void box_fault(const struct box *b, const char *fmt, ...)
	ZX_PRINTF(2, 3);
static inline void box_fault(const struct box *b, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	line[n++] = '\n';
	if (write(b->orders, line, (size_t)n) != n)
		box_fail("the sandbox has gone");
}

static inline void box_stop(struct box *b)
{
	close(b->orders);
	waitpid(b->pid, NULL, 0);
}

#endif
