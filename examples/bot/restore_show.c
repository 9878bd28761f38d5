/* SPDX-License-Identifier: MIT
 *
 * A plan for people to read.
 */
#include <inttypes.h>
#include <stdio.h>

#include "restore.h"

static void problems(const struct zx_plan *p)
{
	struct zx_plan_problem at;

	for (size_t i = 0; zx_plan_problem(p, i, &at); i++)
		printf("%s (%" PRIu32 "): %.*s\n",
		       at.blocks ? "BLOCKED" : "Problem", at.ops,
		       ZX_ARG(at.text));
	if (zx_plan_problem(p, 0, &at))
		printf("\n");
}

static void operations(const struct zx_plan *p)
{
	struct zx_plan_op op;
	struct zx_buf line;

	zx_buf_init(&line, NULL, 0);
	for (size_t i = 0; zx_plan_op(p, i, &op); i++) {
		zx_buf_clear(&line);
		if (!zx_plan_line(&op, &line))
			printf("%5" PRIu32 "  %s\n", op.id, zx_buf_cstr(&line));
	}
	zx_buf_release(&line);
}

static void limits(const struct zx_plan *p)
{
	struct zx_plan_limit l;

	for (int i = 0; i < ZX_LIMIT_COUNT; i++) {
		zx_plan_limit(p, (enum zx_limit)i, &l);
		if (l.adds)
			printf("%s: %" PRIu32 " now, %" PRIu32
			       " to be made, of %" PRIu32 "\n",
			       l.name, l.used, l.adds, l.max);
	}
}

static void totals(const struct zx_plan *p)
{
	const struct zx_plan_totals *t = zx_plan_totals(p);
	uint64_t s = (t->eta_ms + 999) / 1000;

	for (int i = 0; i < ZX_VERB_COUNT; i++)
		if (t->verb[i])
			printf("%s: %" PRIu32 "\n",
			       zx_verb_name((enum zx_verb)i), t->verb[i]);
	if (t->absent)
		printf("members who are not there: %" PRIu32 "\n", t->absent);
	if (zx_plan_empty(p))
		printf("Nothing has to be done.\n");
	else
		printf("%" PRIu32 " changes with %" PRIu32
		       " requests, about %" PRIu64 " h %" PRIu64 " min %" PRIu64
		       " s.\n",
		       t->changes, t->requests, s / 3600, s / 60 % 60, s % 60);
}

void restore_show(const struct zx_plan *p)
{
	printf("The plan for server %" PRIu64 ". Nothing has been done.\n\n",
	       zx_plan_guild(p));
	problems(p);
	operations(p);
	if (zx_plan_count(p))
		printf("\n");
	limits(p);
	totals(p);
}
