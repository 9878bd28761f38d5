/* SPDX-License-Identifier: MIT
 *
 * SIGINT and SIGTERM.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "signals.h"

static volatile sig_atomic_t asked;
static struct zx_bot *volatile woken;

static void on_signal(int signal)
{
	int saved = errno;

	if (asked)
		_exit(128 + signal);
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
