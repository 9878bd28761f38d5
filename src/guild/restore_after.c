/* SPDX-License-Identifier: MIT
 *
 * Afterwards: the way back, and whether the server is as it should be.
 */
#include <string.h>

#include "guild/restore_int.h"

/* Was it, or may it have been, carried out? */
static int was_done(uint32_t op, uint64_t *made, void *ud)
{
	const struct zx_restore_run *r = ud;
	const struct zx__result *res = &r->results[op - 1];

	*made = res->made;
	switch ((enum zx_outcome)res->outcome) {
	case ZX_OUTCOME_DONE:
	case ZX_OUTCOME_FOUND:
	case ZX_OUTCOME_RUNNING:
		return 1;
	case ZX_OUTCOME_AGAIN:
		if (res->was == ZX_OUTCOME_STOPPED)
			return 0;
		/* fall through */
	case ZX_OUTCOME_FAILED:
		/* given up on without an answer */
		return !res->status || res->status >= 500;
	default:
		return 0;
	}
}

int zx_restore_run_undo(struct zx_plan **out, const struct zx_restore_run *r,
			const char *id)
{
	struct zx_restore_run *self = (struct zx_restore_run *)(uintptr_t)r;
	struct zx_restore_progress p;

	*out = NULL;
	zx_restore_run_progress(r, r->now, &p);
	if (r->err || p.reconciling)
		return r->err ? r->err : ZX_E_STATE;
	return zx_plan_undo(out, r->plan, id, &r->ids, was_done, self);
}

/* Another round -------------------------------------------------------------
 */

/* What is known of an operation of all rounds: how often it was carried out,
 * and whether it was refused the last time. */
enum { TWICE = 2, REFUSED = 1 << 8 };

static uint64_t key_of(const struct zx_plan_op *op)
{
	uint64_t v = zx__guild_mix(op->snapshot_id);

	v = zx__guild_mix(v ^ op->role);
	return zx__guild_mix(v ^ ((uint64_t)op->section << 8 | op->act)) | 1;
}

/* Discord said no, and will again. */
static int refused(const struct zx__result *res)
{
	switch ((enum zx_outcome)res->outcome) {
	case ZX_OUTCOME_STOPPED:
		return 1;
	case ZX_OUTCOME_AGAIN:
		if (res->was == ZX_OUTCOME_STOPPED)
			return 1;
		/* fall through */
	case ZX_OUTCOME_FAILED:
		return res->status >= 400 && res->status < 500;
	default:
		return 0;
	}
}

/* What was carried out and is still wanted may not stay as it was set. Of what
 * was made or given it is certain that others took it away again. */
static int set(const struct zx_plan_op *op)
{
	return !(op->flags & ZX_PLAN_MAKES) &&
	       (op->verb == ZX_VERB_UPDATE || op->verb == ZX_VERB_DOWNGRADE ||
		op->verb == ZX_VERB_ORDER);
}

static int count_tries(const struct zx_restore_run *r, struct zx_idmap *tries)
{
	struct zx_plan_op op;
	int err = ZX_OK;

	for (uint32_t i = 0; !err && zx_plan_op(r->plan, i, &op); i++) {
		const struct zx__result *res = &r->results[i];
		uint64_t key = key_of(&op), n;

		n = zx_idmap_get(tries, ZX_ID_ROLE, key);
		if (refused(res))
			n |= REFUSED;
		else if (res->outcome == ZX_OUTCOME_DONE)
			n = (n & ~(uint64_t)REFUSED) + (uint64_t)set(&op);
		err = zx_idmap_put(tries, ZX_ID_ROLE, key, n);
	}
	return err;
}

int zx_restore_run_another(const struct zx_restore_run *r,
			   const struct zx_plan *more)
{
	struct zx_idmap tries;
	struct zx_plan_op op;
	int rc;

	if (zx_plan_rounds(r->plan) == ZX_PLAN_ROUNDS ||
	    zx_plan_is_undo(r->plan) || zx_plan_blocked(more))
		return 0;
	zx_idmap_init(&tries, r->alloc);
	rc = count_tries(r, &tries);
	for (size_t i = 0; !rc && zx_plan_op(more, i, &op); i++)
		rc = op.act != ZX_ACT_NONE &&
		     zx_idmap_get(&tries, ZX_ID_ROLE, key_of(&op)) < TWICE;
	zx_idmap_release(&tries);
	return rc;
}

/* Is it as it should be? --------------------------------------------------- */

int zx_restore_verify(const struct zx_guild_reader *snapshot,
		      const struct zx_guild_reader *fresh,
		      const struct zx_restore_options *opt,
		      const struct zx_idmap *ids, uint32_t *n,
		      int (*differs)(const struct zx_plan_op *op, void *ud),
		      void *ud)
{
	struct zx_restore_options o = ZX_RESTORE_OPTIONS_INIT;
	struct zx_plan *p;
	struct zx_plan_op op;
	int err;

	*n = 0;
	memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	o.earlier = ids;
	err = zx_plan_new(&p, snapshot, fresh, &o);
	if (err)
		return err;
	for (size_t i = 0; !err && zx_plan_op(p, i, &op); i++) {
		if (op.act == ZX_ACT_NONE)
			continue;
		++*n;
		if (differs)
			err = differs(&op, ud);
	}
	zx_plan_free(p);
	return err;
}
