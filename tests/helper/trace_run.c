/* SPDX-License-Identifier: MIT */
#include <dirent.h>

#include "helper/trace_run.h"
#include "helper/zx_test.h"

#define MOST 128

struct one {
	const struct trace_run *t;
	char path[512];
};

static void plays(void **state)
{
	const struct one *o = *state;

	o->t->play(o->path, 0);
}

/* Sorted, so that two runs tell the same story. */
static int by_name(const void *a, const void *b)
{
	const struct CMUnitTest *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static size_t collect(const struct trace_run *t, struct CMUnitTest *tests)
{
	DIR *d = opendir(t->folder);
	struct dirent *e;
	size_t n = 0;

	while (d && n < MOST && (e = readdir(d))) {
		size_t len = strlen(e->d_name);
		struct one *o;

		if (len < 7 || strcmp(e->d_name + len - 6, ".trace"))
			continue;
		o = malloc(sizeof(*o));
		o->t = t;
		snprintf(o->path, sizeof(o->path), "%s%s", t->folder,
			 e->d_name);
		tests[n].name = strndup(e->d_name, len - 6);
		tests[n].test_func = plays;
		tests[n].initial_state = o;
		n++;
	}
	if (d)
		closedir(d);
	return n;
}

int trace_run(const struct trace_run *t, int argc, char **argv)
{
	struct CMUnitTest tests[MOST] = { { 0 } };
	size_t i, n;
	int failed;

	if (argc == 3 && !strcmp(argv[1], "--record")) {
		t->play(argv[2], 1);
		return 0;
	}
	n = collect(t, tests);
	if (!n) {
		fprintf(stderr, "no traces in %s\n", t->folder);
		return 1;
	}
	qsort(tests, n, sizeof(*tests), by_name);
	failed = _cmocka_run_group_tests(t->group, tests, n, NULL, NULL);
	for (i = 0; i < n; i++) {
		free((char *)tests[i].name);
		free(tests[i].initial_state);
	}
	return failed;
}
