/* SPDX-License-Identifier: MIT
 *
 * trace: plays every traces/NAME.trace as a test of that name.
 */
#include <dirent.h>
#include <stdio.h>

#include "ipc/trace.h"

#define FOLDER "tests/ipc/traces/"
#define MOST 128

static void plays(void **state)
{
	trace_play(*state, 0);
}

/* Sorted, so that two runs tell the same story. */
static int by_name(const void *a, const void *b)
{
	const struct CMUnitTest *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static size_t collect(struct CMUnitTest *tests)
{
	DIR *d = opendir(FOLDER);
	struct dirent *e;
	size_t n = 0;

	while (d && n < MOST && (e = readdir(d))) {
		size_t len = strlen(e->d_name);
		char *path;

		if (len < 7 || strcmp(e->d_name + len - 6, ".trace"))
			continue;
		path = malloc(sizeof(FOLDER) + len);
		sprintf(path, FOLDER "%s", e->d_name);
		tests[n].name = strndup(e->d_name, len - 6);
		tests[n].test_func = plays;
		tests[n].initial_state = path;
		n++;
	}
	if (d)
		closedir(d);
	return n;
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[MOST] = { { 0 } };
	size_t i, n;
	int failed;

	if (argc == 3 && !strcmp(argv[1], "--record")) {
		trace_play(argv[2], 1);
		return 0;
	}
	n = collect(tests);
	if (!n) {
		fprintf(stderr, "no traces in " FOLDER "\n");
		return 1;
	}
	qsort(tests, n, sizeof(*tests), by_name);
	failed = _cmocka_run_group_tests("ipc/trace", tests, n, NULL, NULL);
	for (i = 0; i < n; i++) {
		free((char *)tests[i].name);
		free(tests[i].initial_state);
	}
	return failed;
}
