/* SPDX-License-Identifier: MIT
 *
 * The report as text for a file: nothing is cut.
 */
#include <inttypes.h>
#include <string.h>

#include "guild/restore_int.h"

struct text {
	struct zx_buf b;
	int (*write)(struct zx_str piece, void *ud);
	void *ud;
	int err;
};

static void flush(struct text *t)
{
	if (!t->err)
		t->err = t->b.err;
	if (!t->err && t->b.len)
		t->err = t->write(zx_buf_str(&t->b), t->ud);
	zx_buf_clear(&t->b);
}

static const char *const outcomes[] = { [ZX_OUTCOME_WAITING] = "not begun",
					[ZX_OUTCOME_RUNNING] = "under way",
					[ZX_OUTCOME_DONE] = "done",
					[ZX_OUTCOME_FOUND] = "was there",
					[ZX_OUTCOME_FAILED] = "failed",
					[ZX_OUTCOME_STOPPED] = "not tried",
					[ZX_OUTCOME_NOTHING] = "as planned",
					[ZX_OUTCOME_AGAIN] =
						"not done, planned anew" };

static void row(struct text *t, const char *name, uint32_t n)
{
	if (n)
		zx_buf_addf(&t->b, "%-25s %" PRIu32 "\n", name, n);
}

static void totals(const struct zx_restore_run *r, zx_time now, struct text *t)
{
	struct zx_restore_report p;

	zx_restore_run_report(r, now, &p);
	zx_buf_addf(&t->b, "Restore %s of server %" PRIu64 "\n\n",
		    zx_plan_id(r->plan), zx_plan_guild(r->plan));
	row(t, "created", p.created);
	row(t, "updated", p.updated);
	row(t, "put in order", p.ordered);
	row(t, "deleted", p.deleted);
	row(t, "roles given to members", p.roles_added);
	row(t, "roles taken from members", p.roles_removed);
	row(t, "members changed", p.members);
	row(t, "there already", p.found);
	row(t, "downgraded", p.downgraded);
	row(t, "skipped", p.skipped);
	row(t, "impossible", p.impossible);
	row(t, "failed", p.failed);
	row(t, "not tried", p.stopped);
	/* What an earlier process or round took it cannot know. */
	if (!r->replayed)
		row(t, "requests", p.requests);
	if (zx_plan_rounds(r->plan) > 1)
		row(t, "rounds", zx_plan_rounds(r->plan));
	if (!r->replayed)
		zx_buf_addf(&t->b, "%-25s %" PRIu64 ".%" PRIu64 " s\n", "took",
			    p.took_ms / 1000, p.took_ms / 100 % 10);
}

static void line(const struct zx_restore_run *r, const struct zx_plan_op *op,
		 struct text *t)
{
	struct zx_restore_result res;
	unsigned round = 0;
	size_t first, end;

	(void)zx_restore_run_result(r, op->id, &res);
	zx_buf_addf(&t->b, "%" PRIu32 ". ", op->id);
	while (zx_plan_round(r->plan, round + 1, &first, &end) &&
	       first < op->id)
		round++;
	if (round)
		zx_buf_addf(&t->b, "(round %u) ", round + 1);
	(void)!zx_plan_line(op, &t->b);
	zx_buf_addf(&t->b, " - %s", outcomes[res.outcome]);
	if (res.status)
		zx_buf_addf(&t->b, " (HTTP %d, code %d)", res.status, res.code);
	if (res.message.len)
		zx_buf_addf(&t->b, ": %.*s", ZX_ARG(res.message));
	if (res.made)
		zx_buf_addf(&t->b, ", id %" PRIu64, res.made);
	if (res.lost)
		zx_buf_addf(&t->b, ", %" PRIu32 " references left out",
			    res.lost);
	zx_buf_addch(&t->b, '\n');
	flush(t);
}

/* Simply done, and exactly what the snapshot had. */
static int plain(const struct zx_restore_run *r, const struct zx_plan_op *op)
{
	const struct zx__result *res = &r->results[op->id - 1];

	return res->outcome == ZX_OUTCOME_DONE && !res->lost &&
	       op->verb != ZX_VERB_DOWNGRADE;
}

static void lines(const struct zx_restore_run *r, struct text *t, int simple)
{
	struct zx_plan_op op;
	int any = 0;

	for (uint32_t i = 0; !t->err && i < r->n; i++) {
		if (!zx_plan_op(r->plan, i, &op) || plain(r, &op) != simple)
			continue;
		if (!any++)
			zx_buf_addc(&t->b, simple ? "\nDone\n"
						  : "\nTo be looked at\n");
		line(r, &op, t);
	}
}

int zx_restore_run_text(const struct zx_restore_run *r, zx_time now,
			int (*write)(struct zx_str piece, void *ud), void *ud)
{
	struct text t = { .write = write, .ud = ud };

	zx_buf_init(&t.b, r->alloc, 0);
	totals(r, now, &t);
	flush(&t);
	lines(r, &t, 0);
	lines(r, &t, 1);
	flush(&t);
	zx_buf_release(&t.b);
	return t.err;
}
