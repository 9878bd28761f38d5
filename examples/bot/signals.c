/* SPDX-License-Identifier: MIT
 *
 * SIGINT and SIGTERM.
 */
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "signals.h"

/* Whoever stops a whole group of processes stops also the one that passes its
 * signals on to us: what comes so soon after the first is the same wish. */
#define SAME_WISH_MS 300

static volatile sig_atomic_t asked;
static struct timespec asked_at;
static struct zx_bot *volatile woken;

static long ms_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)(now.tv_sec - then->tv_sec) * 1000 +
	       (now.tv_nsec - then->tv_nsec) / 1000000;
}

static void on_signal(int signal)
{
	int saved = errno;

	if (asked && ms_since(&asked_at) >= SAME_WISH_MS)
		_exit(128 + signal);
	if (!asked)
		clock_gettime(CLOCK_MONOTONIC, &asked_at);
	asked = 1;
	if (woken)
		zx_bot_wake(woken);
	errno = saved;
}

static void install(void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

void signals_open(struct zx_bot *bot)
{
	woken = bot;
	install(on_signal);
}

void signals_close(void)
{
	woken = NULL;
	install(SIG_DFL);
}

int signals_asked_to_stop(void)
{
	return asked;
}
