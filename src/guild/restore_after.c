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
