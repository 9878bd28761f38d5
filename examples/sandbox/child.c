/* SPDX-License-Identifier: MIT
 *
 * The program that zoryx-sandbox runs.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "child.h"

extern char **environ;

#define VARS_MAX 16

static int is_named(const char *entry, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(entry, name, n) && entry[n] == '=';
}

static int is_changed(const char *entry, const char *const vars[][2])
{
	for (size_t i = 0; vars[i][0]; i++)
		if (is_named(entry, vars[i][0]))
			return 1;
	return 0;
}

static char *entry_of(const char *name, const char *value)
{
	size_t n = strlen(name) + strlen(value) + 2;
	char *entry = malloc(n);

	if (entry)
		snprintf(entry, n, "%s=%s", name, value);
	return entry;
}

/* The environment with the changes; the first *n entries are to be freed. */
static char **changed_environ(const char *const vars[][2], size_t *n)
{
	size_t old = 0, at;
	char **env;

	while (environ[old])
		old++;
	env = calloc(old + VARS_MAX + 1, sizeof(*env));
	*n = 0;
	if (!env)
		return NULL;
	for (size_t i = 0; vars[i][0]; i++)
		if (vars[i][1] && *n < VARS_MAX)
			env[(*n)++] = entry_of(vars[i][0], vars[i][1]);
	at = *n;
	for (size_t i = 0; i < old; i++)
		if (!is_changed(environ[i], vars))
			env[at++] = environ[i];
	return env;
}

int child_start(struct child *c, char *const argv[],
		const char *const vars[][2], const sigset_t *mask)
{
	posix_spawnattr_t attr;
	sigset_t usual;
	size_t own;
	char **env = changed_environ(vars, &own);
	int err;

	*c = (struct child){ .name = argv[0] };
	if (!env)
		return -1;
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, mask);
	/* A shell starts what is in its background with SIGINT ignored. */
	sigemptyset(&usual);
	sigaddset(&usual, SIGINT);
	sigaddset(&usual, SIGTERM);
	posix_spawnattr_setsigdefault(&attr, &usual);
	err = posix_spawnp(&c->pid, argv[0], NULL, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	while (own)
		free(env[--own]);
	free(env);
	errno = err;
	return err ? -1 : 0;
}

static void note_end(struct child *c, int status)
{
	c->ended = 1;
	c->exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
					   : WEXITSTATUS(status);
}

int child_ended(struct child *c)
{
	int status;

	if (!c->ended && waitpid(c->pid, &status, WNOHANG) == c->pid)
		note_end(c, status);
	return c->ended;
}

void child_wait(struct child *c)
{
	int status;

	while (!c->ended) {
		if (waitpid(c->pid, &status, 0) == c->pid)
			note_end(c, status);
		else if (errno != EINTR)
			c->ended = 1;
	}
}

void child_signal(const struct child *c, int sig)
{
	if (!c->ended)
		kill(c->pid, sig);
}
