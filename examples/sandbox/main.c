/* SPDX-License-Identifier: MIT
 *
 * zoryx-sandbox: the local Discord as a program, alone or with a bot in it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "zoryx/json.h"
#include "zoryx/sandbox.h"

#include "child.h"
#include "options.h"

#define FIRST_PORT 8080 /* when free and no other is asked for */
#define CHILD_STOP_MS 6000

/* A line for people and one for bots; scripts get both at once. */
static void announce(struct zx_sandbox *box)
{
	printf("zoryx-sandbox: open %s\n"
	       "zoryx-sandbox: a bot gets in with DISCORD_TOKEN=%s "
	       "ZX_API_URL=%s BOT_OWNER_ID=%llu\n",
	       zx_sandbox_page_url(box), zx_sandbox_token(box),
	       zx_sandbox_api_url(box),
	       (unsigned long long)zx_sandbox_user(box, ZX_SANDBOX_OWNER));
	fflush(stdout);
}

/* A thousand shards are a thousand connections. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int start(struct zx_sandbox **box, struct options *o)
{
	int err;

	allow_many_files();
	if (!o->port_given)
		o->box.port = FIRST_PORT;
	err = zx_sandbox_start(box, &o->box);
	if (err == ZX_E_BUSY && !o->port_given) {
		o->box.port = 0;
		err = zx_sandbox_start(box, &o->box);
	}
	if (err == ZX_E_BUSY)
		fprintf(stderr,
			"zoryx-sandbox: port %u is in use; choose another "
			"with --port, or 0 for any\n",
			(unsigned)o->box.port);
	else if (err == ZX_E_INVALID && o->box.kinds)
		fprintf(stderr,
			"zoryx-sandbox: --kinds %s: known are plain, empty, "
			"bare, unboosted, everything and huge\n",
			o->box.kinds);
	else if (err)
		fprintf(stderr, "zoryx-sandbox: cannot start: %s\n",
			zx_strerror(err));
	return err;
}

/* What a bot should not have done is worth knowing at the end. */
static void report_violations(struct zx_sandbox *box)
{
	struct zx_sandbox_stats stats;
	struct zx_json_iter it;
	struct zx_buf state, text;

	zx_sandbox_stats(box, &stats);
	if (!stats.violations)
		return;
	zx_buf_init(&state, NULL, 0);
	zx_buf_init(&text, NULL, 0);
	zx_sandbox_state(box, &state);
	printf("zoryx-sandbox: %llu times a rule of Discord was broken:\n",
	       (unsigned long long)stats.violations);
	it = zx_json_each(zx_json_at(zx_buf_str(&state), "gateway.violations"));
	while (zx_json_next(&it)) {
		zx_buf_clear(&text);
		zx_json_text(it.value, &text);
		printf("  %s\n", zx_buf_cstr(&text));
	}
	zx_buf_release(&state);
	zx_buf_release(&text);
}

/* Signals ------------------------------------------------------------------ */

static void signals_to_wait_for(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGCHLD);
}

/* The next signal; 0 when none came in time. wait_ms below 0: without end. */
static int next_signal(const sigset_t *set, siginfo_t *info, long wait_ms)
{
	struct timespec t = { wait_ms / 1000, (wait_ms % 1000) * 1000000 };
	int sig;

	do
		sig = wait_ms < 0 ? sigwaitinfo(set, info)
				  : sigtimedwait(set, info, &t);
	while (sig < 0 && errno == EINTR);
	return sig < 0 ? 0 : sig;
}

static int run_alone(const sigset_t *set)
{
	siginfo_t info;

	while (next_signal(set, &info, -1) == SIGCHLD)
		;
	return 0;
}

/*
 * Until the program ends. A signal of ours is passed on, but for Ctrl-C, which
 * the terminal has sent to the program already: two would mean "at once" to it.
 */
static int run_with(const sigset_t *set, struct child *c, int quiet)
{
	siginfo_t info;
	long wait_ms = -1;
	int sig, stopping = 0;

	while (!child_ended(c)) {
		sig = next_signal(set, &info, wait_ms);
		if (!sig) {
			fprintf(stderr,
				"zoryx-sandbox: %s does not end, killed\n",
				c->name);
			child_signal(c, SIGKILL);
			child_wait(c);
			break;
		}
		if (sig == SIGCHLD)
			continue;
		if (info.si_code != SI_KERNEL)
			child_signal(c, sig);
		wait_ms = CHILD_STOP_MS;
		stopping = 1;
	}
	if (!stopping && !quiet)
		printf("zoryx-sandbox: %s has ended (%d), so this ends too\n",
		       c->name, c->exit_code);
	return c->exit_code;
}

static int run_child(struct zx_sandbox *box, const struct options *o,
		     const sigset_t *set, const sigset_t *before)
{
	struct child c;
	char id[24];
	const char *const vars[][2] = {
		{ "DISCORD_TOKEN", zx_sandbox_token(box) },
		{ "ZX_API_URL", zx_sandbox_api_url(box) },
		{ "BOT_OWNER_ID", id },
		{ "DISCORD_INTENTS", NULL }, /* the bot's own choice */
		{ NULL, NULL },
	};

	snprintf(id, sizeof(id), "%llu",
		 (unsigned long long)zx_sandbox_user(box, ZX_SANDBOX_OWNER));
	if (child_start(&c, o->run, vars, before)) {
		fprintf(stderr, "zoryx-sandbox: cannot run %s: %s\n", o->run[0],
			strerror(errno));
		return 127;
	}
	return run_with(set, &c, o->quiet);
}

int main(int argc, char **argv)
{
	struct zx_sandbox *box;
	struct options o;
	sigset_t set, before;
	int code = options_read(&o, argc, argv);

	if (code >= 0)
		return code;
	/* Before the thread starts, so that it blocks them too. */
	signals_to_wait_for(&set);
	pthread_sigmask(SIG_BLOCK, &set, &before);
	if (start(&box, &o))
		return 1;
	announce(box);
	code = o.run ? run_child(box, &o, &set, &before) : run_alone(&set);
	if (!o.quiet)
		report_violations(box);
	zx_sandbox_stop(box);
	return code;
}
