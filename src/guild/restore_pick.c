/* SPDX-License-Identifier: MIT
 *
 * Which operation begins next: phases wait for each other, some keep an order,
 * and where refusals are likely few are out at a time.
 */
#include "guild/restore_int.h"

enum { AHEAD = 64 }; /* operations looked at for one that may begin */

static int may_begin(const struct zx_restore_run *r, int phase)
{
	uint32_t after = zx_plan_phase_after((enum zx_phase)phase);

	for (int p = 0; p < ZX_PHASE_COUNT; p++)
		if ((after & 1u << p) && r->phase[p].open)
			return 0;
	return 1;
}

static unsigned out_of_act(struct zx_restore_run *r, unsigned act)
{
	unsigned n = 0;

	for (int i = 0; i < ZX__RUN_SLOTS; i++)
		n += r->slot[i].state != ZX__SLOT_FREE &&
		     zx__run_result(r, r->slot[i].op)->act == act;
	return n;
}

/* Never more at a time than refusals are put up with. */
static int allowed(struct zx_restore_run *r, const struct zx__result *res)
{
	return r->held[res->rate] <= r->now &&
	       out_of_act(r, res->act) + r->denied[res->act] <
		       r->opt.denied_max;
}

static int is_over(const struct zx__result *res)
{
	return res->outcome != ZX_OUTCOME_WAITING &&
	       res->outcome != ZX_OUTCOME_RUNNING;
}

static uint32_t in_order(struct zx_restore_run *r, int p)
{
	struct zx__result *res;

	while (is_over(&r->results[r->phase[p].next]))
		r->phase[p].next++;
	res = &r->results[r->phase[p].next];
	if (res->outcome != ZX_OUTCOME_WAITING || !allowed(r, res))
		return 0;
	return r->phase[p].next + 1;
}

static uint32_t any(struct zx_restore_run *r, int p)
{
	uint32_t i = r->phase[p].next, n = 0;

	/* What was begun and is to be begun again sets it back. */
	while (i < r->phase[p].end &&
	       r->results[i].outcome != ZX_OUTCOME_WAITING)
		i++;
	r->phase[p].next = i;
	for (; i < r->phase[p].end && n < AHEAD; i++) {
		struct zx__result *res = &r->results[i];

		if (res->outcome != ZX_OUTCOME_WAITING)
			continue;
		if (allowed(r, res))
			return i + 1;
		n++;
	}
	return 0;
}

uint32_t zx__run_pick(struct zx_restore_run *r)
{
	uint32_t op = 0;

	for (int p = 0; !op && p < ZX_PHASE_COUNT; p++) {
		if (!r->phase[p].open || !may_begin(r, p))
			continue;
		op = zx_plan_phase_in_order((enum zx_phase)p) ? in_order(r, p)
							      : any(r, p);
	}
	return op;
}

zx_time zx__run_held(const struct zx_restore_run *r)
{
	zx_time at = ZX_TIME_NEVER;

	for (int i = 0; i < ZX_RATE_COUNT; i++)
		if (r->held[i] > r->now)
			at = zx_time_min(at, r->held[i]);
	return at;
}
