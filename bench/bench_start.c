/* SPDX-License-Identifier: MIT
 *
 * bench_start: how long zoryx-bot with all its cogs takes from exec to "ready":
 * a new process each time, once with no state file (it registers its commands)
 * and once with the one it left. Against a sandbox in another process.
 */
#include <fcntl.h>
#include <poll.h>

#include "box.h"
#include "report.h"

#define RUNS_MAX 15

static char folder[] = "/tmp/zx-bench-start-XXXXXX";

static void exec_bot(const struct box *b, const char *program, int out)
{
	if (chdir(folder) || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
	    setenv("DISCORD_TOKEN", b->token, 1) ||
	    setenv("ZX_API_URL", b->api_url, 1) ||
	    setenv("ENABLE_SHARD_MANAGER", "true", 1) ||
	    setenv("SHARD_IPC_SECRET", "bench", 1) ||
	    setenv("SHARD_IPC_PORT", "28641", 0))
		_exit(1);
	execl(program, program, (char *)NULL);
	_exit(1);
}

/* Milliseconds until it says that it is ready. */
static double until_ready(int in)
{
	double begin = report_wall_ns();
	char text[16384];
	size_t n = 0;
	ssize_t got;

	for (;;) {
		struct pollfd p = { .fd = in, .events = POLLIN };

		if (poll(&p, 1, 30000) != 1 || n + 1 >= sizeof(text))
			box_fail("the bot says nothing");
		got = read(in, text + n, sizeof(text) - 1 - n);
		if (got <= 0)
			box_fail("the bot ended");
		n += (size_t)got;
		text[n] = 0;
		if (strstr(text, "ready as "))
			return (report_wall_ns() - begin) / 1e6;
	}
}

static double start_once(const struct box *b, const char *program)
{
	int ends[2], status;
	double ms;
	pid_t pid;

	if (pipe(ends))
		box_fail("no pipe");
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	pid = fork();
	if (pid < 0)
		box_fail("no process");
	if (!pid)
		exec_bot(b, program, ends[1]);
	close(ends[1]);
	ms = until_ready(ends[0]);
	kill(pid, SIGTERM);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status))
		box_fail("the bot did not stop well");
	close(ends[0]);
	return ms;
}

static void empty_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'/*", folder);
	if (system(command))
		box_fail("cannot remove the state");
}

/* A sandbox of its own for each first start: one takes an identify per 5 s. */
static struct box new_box(void)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	return box_start(&o);
}

static double start_first(const char *program, int runs)
{
	double ms[RUNS_MAX];
	struct box b;
	int i;

	for (i = 0; i < runs; i++) {
		empty_folder();
		b = new_box();
		ms[i] = start_once(&b, program);
		box_stop(&b);
	}
	return report_median(ms, (size_t)runs);
}

/* The session is resumed. */
static double start_again(const char *program, int runs)
{
	struct box b = new_box();
	double ms[RUNS_MAX];
	int i;

	empty_folder();
	start_once(&b, program);
	for (i = 0; i < runs; i++)
		ms[i] = start_once(&b, program);
	box_stop(&b);
	return report_median(ms, (size_t)runs);
}

int main(void)
{
	const char *build = getenv("B");
	int runs = report_quick() ? 3 : RUNS_MAX;
	char name[512], *program;

	if (!mkdtemp(folder))
		box_fail("no folder");
	snprintf(name, sizeof(name), "%s/zoryx-bot", build ? build : "build");
	program = realpath(name, NULL);
	if (!program)
		box_fail("no zoryx-bot: B names the build folder");
	report_add("start.ready", start_first(program, runs), "ms", 0);
	report_add("start.ready.again", start_again(program, runs), "ms", 0);
	empty_folder();
	rmdir(folder);
	free(program);
	return 0;
}
