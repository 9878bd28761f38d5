/* SPDX-License-Identifier: MIT
 *
 * From one round of a plan to the next: what of the rounds before it has anew,
 * and what it does nothing about.
 */
#include <string.h>

#include "guild/restore_int.h"

/* What tells this plan from others, for the journal; further rounds do not
 * change what was written of those before. That its text is what was written is
 * zx_plan_read's to say. */
static uint64_t mark_of(const struct zx_restore_run *r)
{
	uint64_t v = zx__guild_mix(zx_plan_guild(r->plan));

	v = zx__guild_mix_text(v, zx_str(zx_plan_id(r->plan)));
	return zx__guild_mix(v ^ r->end);
}

/* What the round has anew -------------------------------------------------- */

/* Of the same, about the same. */
static uint64_t key_of(const struct zx_plan_op *op)
{
	uint64_t v = zx__guild_mix(op->snapshot_id ^ op->section);

	v = zx__guild_mix(v ^ op->role);
	/* Images of the server have its id, all of them. */
	if (op->section == ZX_SECTION_IMAGES)
		v ^= zx__guild_mix_text(op->name.len, op->name);
	return zx__guild_mix(v ^ op->act) | 1;
}

/* Of a thing that is made anew or brought back as a whole; 0 when the operation
 * is about something else. */
static uint64_t whole_key(const struct zx_plan_op *op)
{
	if (!op->snapshot_id || (op->section != ZX_SECTION_ROLES &&
				 op->section != ZX_SECTION_CHANNELS &&
				 !(op->flags & ZX_PLAN_MAKES)))
		return 0;
	return zx__guild_mix(zx__guild_mix(op->snapshot_id) ^ op->section) | 1;
}

static int learn(struct zx_restore_run *r, struct zx_idmap *anew)
{
	struct zx_plan_op op;
	int err = ZX_OK;

	for (size_t i = r->first; !err && i < r->end; i++) {
		if (!zx_plan_op(r->plan, i, &op) || op.act == ZX_ACT_NONE)
			continue;
		err = zx_idmap_put(anew, ZX_ID_ROLE, key_of(&op), 1);
		if (!err && !op.role && whole_key(&op))
			err = zx_idmap_put(anew, ZX_ID_CHANNEL, whole_key(&op),
					   1);
	}
	return err;
}

static int has(const struct zx_idmap *anew, const struct zx_plan_op *op)
{
	uint64_t whole = whole_key(op);

	return zx_idmap_get(anew, ZX_ID_ROLE, key_of(op)) ||
	       (whole && zx_idmap_get(anew, ZX_ID_CHANNEL, whole));
}

/* What was not done and is not in the new round stays failed: nobody makes up
 * for it. */
static int look_back(struct zx_restore_run *r)
{
	struct zx_idmap anew;
	struct zx_plan_op op;
	int err;

	if (!r->first)
		return ZX_OK;
	zx_idmap_init(&anew, r->alloc);
	err = learn(r, &anew);
	for (size_t i = 0; !err && i < r->first; i++) {
		struct zx__result *res = &r->results[i];

		if ((res->outcome != ZX_OUTCOME_FAILED &&
		     res->outcome != ZX_OUTCOME_STOPPED) ||
		    !zx_plan_op(r->plan, i, &op) || !has(&anew, &op))
			continue;
		r->failed -= res->outcome == ZX_OUTCOME_FAILED;
		r->stopped -= res->outcome == ZX_OUTCOME_STOPPED;
		res->was = res->outcome;
		res->outcome = ZX_OUTCOME_AGAIN;
	}
	zx_idmap_release(&anew);
	return err;
}

/* The round ---------------------------------------------------------------- */

static void count_open(struct zx_restore_run *r)
{
	memset(r->phase, 0, sizeof(r->phase));
	for (size_t i = r->first; i < r->end; i++) {
		unsigned p = r->results[i].phase;

		if (r->results[i].outcome == ZX_OUTCOME_NOTHING)
			continue;
		if (!r->phase[p].end)
			r->phase[p].first = r->phase[p].next = (uint32_t)i;
		r->phase[p].end = (uint32_t)i + 1;
		r->phase[p].open++;
	}
}

int zx__run_round(struct zx_restore_run *r, unsigned k)
{
	int err;

	(void)zx_plan_round(r->plan, k, &r->first, &r->end);
	r->round = k;
	r->mark = mark_of(r);
	r->begun = r->guarded = 0;
	memset(r->denied, 0, sizeof(r->denied));
	count_open(r);
	err = look_back(r);
	zx_idmap_release(&r->ids);
	zx_idmap_init(&r->ids, r->alloc);
	return err ? err : zx__plan_round_ids(r->plan, k, &r->ids);
}
