/* SPDX-License-Identifier: MIT
 *
 * How far it is, and what became of it.
 */
#include <string.h>

#include "guild/restore_int.h"

/* Progress ----------------------------------------------------------------- */

static enum zx_phase phase_now(const struct zx_restore_run *r)
{
	for (int p = 0; p < ZX_PHASE_COUNT; p++)
		if (r->phase[p].open)
			return (enum zx_phase)p;
	return ZX_PHASE_NONE;
}

/* Operations whose answer was lost and which are still looked for. */
static int reconciling(const struct zx_restore_run *r)
{
	for (int i = 0; i < ZX__RUN_SLOTS; i++)
		if (r->slot[i].state == ZX__SLOT_LOST ||
		    r->slot[i].state == ZX__SLOT_LOOKING)
			return 1;
	if (r->polled)
		return 0;
	for (uint32_t i = 0; i < r->n; i++)
		if (r->results[i].outcome == ZX_OUTCOME_RUNNING &&
		    !(r->results[i].flags & ZX_PLAN_REPEATABLE))
			return 1;
	return 0;
}

void zx_restore_run_progress(const struct zx_restore_run *r, zx_time now,
			     struct zx_restore_progress *out)
{
	memset(out, 0, sizeof(*out));
	if (now < r->began)
		now = r->began;
	out->ops = r->changing;
	out->done = r->done;
	out->failed = r->failed;
	out->stopped = r->stopped;
	out->requests = r->requests;
	out->requests_known =
		zx_plan_totals(r->plan)->requests + r->looks + r->repeated;
	out->op = r->op;
	out->phase = phase_now(r);
	out->paused = r->paused || r->unavailable;
	out->reconciling = reconciling(r);
	out->cancelled = r->stopping == ZX_E_CANCELLED;
	out->eta_ms = r->over ? 0 : zx__run_eta(r);
	out->elapsed_ms = now - r->began;
}

int zx_restore_run_result(const struct zx_restore_run *r, uint32_t op,
			  struct zx_restore_result *out)
{
	const struct zx__result *res;

	memset(out, 0, sizeof(*out));
	if (!op || op > r->n)
		return ZX_E_NOTFOUND;
	res = &r->results[op - 1];
	out->op = op;
	out->outcome = (enum zx_outcome)res->outcome;
	out->status = res->status;
	out->code = res->code;
	out->made = res->made;
	out->lost = res->lost;
	if (res->why_len)
		out->message = (struct zx_str){ r->texts.ptr + res->why,
						res->why_len };
	return ZX_OK;
}

/* Report ------------------------------------------------------------------- */

/* Members that were counted. */
struct counted {
	uint64_t last;
	struct zx_idmap *rounds; /* NULL: there is one round */
};

/* Those of one member stand together in a round. */
static int is_new(struct counted *c, uint64_t member)
{
	if (member == c->last)
		return 0;
	c->last = member;
	if (!c->rounds)
		return 1;
	if (zx_idmap_get(c->rounds, ZX_ID_ROLE, member))
		return 0;
	/* Without memory it is counted in each round. */
	(void)!zx_idmap_put(c->rounds, ZX_ID_ROLE, member, 1);
	return 1;
}

static void count_done(struct zx_restore_report *t, const struct zx_plan_op *op,
		       struct counted *c)
{
	switch (op->act) {
	case ZX_ACT_MEMBER_ADD:
	case ZX_ACT_MEMBER_REMOVE:
		t->roles_added += op->act == ZX_ACT_MEMBER_ADD;
		t->roles_removed += op->act == ZX_ACT_MEMBER_REMOVE;
		t->members += (uint32_t)is_new(c, op->snapshot_id);
		break;
	case ZX_ACT_ROLE_ORDER:
	case ZX_ACT_CHANNEL_ORDER:
		t->ordered++;
		break;
	case ZX_ACT_DELETE:
	case ZX_ACT_UNBAN:
		t->deleted++;
		break;
	default:
		/* To raise what was just made is part of its making, and so
		 * are the overwrites and flags that follow it. */
		if ((op->act == ZX_ACT_OVERWRITE ||
		     op->act == ZX_ACT_OVERWRITE_OPEN ||
		     op->act == ZX_ACT_CHANNEL_UPDATE) &&
		    !op->live_id)
			break;
		if (op->flags & ZX_PLAN_MAKES || op->verb == ZX_VERB_CREATE)
			t->created += op->act != ZX_ACT_ROLE_RAISE;
		else
			t->updated += op->act != ZX_ACT_ROLE_RAISE;
	}
}

static void count(struct zx_restore_report *t, const struct zx_plan_op *op,
		  const struct zx__result *res, struct counted *c)
{
	t->skipped += op->verb == ZX_VERB_SKIP;
	t->impossible += op->verb == ZX_VERB_IMPOSSIBLE;
	t->downgraded += op->verb == ZX_VERB_DOWNGRADE;
	t->failed += res->outcome == ZX_OUTCOME_FAILED;
	t->stopped += res->outcome == ZX_OUTCOME_STOPPED;
	t->found += res->outcome == ZX_OUTCOME_FOUND;
	if (res->outcome == ZX_OUTCOME_DONE)
		count_done(t, op, c);
}

void zx_restore_run_report(const struct zx_restore_run *r, zx_time now,
			   struct zx_restore_report *out)
{
	struct counted c = { .last = 0 };
	struct zx_idmap members;
	struct zx_plan_op op;

	memset(out, 0, sizeof(*out));
	zx_idmap_init(&members, r->alloc);
	if (zx_plan_rounds(r->plan) > 1)
		c.rounds = &members;
	for (uint32_t i = 0; i < r->n; i++)
		if (zx_plan_op(r->plan, i, &op))
			count(out, &op, &r->results[i], &c);
	zx_idmap_release(&members);
	out->requests = r->requests;
	out->repeated = r->repeated;
	if (r->ended)
		now = r->ended_at;
	out->took_ms = now > r->began ? now - r->began : 0;
}
