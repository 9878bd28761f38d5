/* SPDX-License-Identifier: MIT
 *
 * How long it still takes: what is left, at the pace of each class of requests
 * as it is known by then. Limits come in windows: the first requests of a class
 * all go at once and say nothing about the others. So what the plan assumed
 * counts for as much as TRUST requests, and that a class is faster is believed
 * after a WINDOW only.
 */
#include <string.h>

#include "guild/restore_int.h"

enum { TRUST = 10, WINDOW = 10000 };

void zx__run_clock(struct zx_restore_run *r, zx_time now)
{
	if (now <= r->now)
		return;
	for (int i = 0; !r->paused && !r->unavailable && i < ZX_RATE_COUNT; i++)
		if (r->pace[i].out)
			r->pace[i].busy += now - r->now;
	r->now = now;
}

void zx__run_leave(struct zx_restore_run *r, const struct zx__result *res,
		   int sent)
{
	r->left[res->phase][res->rate] -= res->requests;
	/* Not what an earlier machine did. */
	if (sent && r->polled)
		r->pace[res->rate].done += res->requests;
}

static uint64_t pace_of(const struct zx_restore_run *r, int rate)
{
	uint64_t prior = zx__plan_pace(r->plan, (enum zx_rate)rate);
	uint64_t busy = r->pace[rate].busy, done = r->pace[rate].done;

	if (busy < WINDOW && done * prior > busy)
		return prior;
	return (prior * TRUST + busy) / (TRUST + done);
}

uint64_t zx__run_eta(const struct zx_restore_run *r)
{
	uint32_t left[ZX_PHASE_COUNT][ZX_RATE_COUNT];
	uint64_t pace[ZX_RATE_COUNT];

	memcpy(left, r->left, sizeof(left));
	for (int i = 0; i < ZX_RATE_COUNT; i++)
		pace[i] = pace_of(r, i);
	return zx__plan_eta(left, pace) +
	       (left[ZX_PHASE_ROLES][ZX_RATE_ROLE_CREATE] ? r->plan->wait_ms
							  : 0);
}
