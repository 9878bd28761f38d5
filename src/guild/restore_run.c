/* SPDX-License-Identifier: MIT
 *
 * The machine that carries a plan out: made, freed, fed and stopped.
 */
#include <string.h>

#include "guild/restore_int.h"

static void take_op(struct zx_restore_run *r, uint32_t i,
		    const struct zx_plan_op *op)
{
	struct zx__result *res = &r->results[i];

	res->act = (uint8_t)op->act;
	res->phase = (uint8_t)op->phase;
	res->rate = (uint8_t)op->rate;
	res->flags = (uint8_t)op->flags;
	res->requests = op->requests;
	if (op->act == ZX_ACT_NONE) {
		res->outcome = ZX_OUTCOME_NOTHING;
		return;
	}
	r->changing++;
	r->left[res->phase][res->rate] += res->requests;
}

static int prepare(struct zx_restore_run *r)
{
	struct zx_plan_op op;

	r->n = (uint32_t)zx_plan_count(r->plan);
	r->results = zx_new(r->alloc, (r->n + 1) * sizeof(*r->results));
	if (!r->results)
		return ZX_E_NOMEM;
	for (uint32_t i = 0; i < r->n; i++)
		if (zx_plan_op(r->plan, i, &op))
			take_op(r, i, &op);
	return zx__run_round(r, 0);
}

static void defaults(struct zx_restore_run_options *o)
{
	if (!o->in_flight)
		o->in_flight = 4;
	if (o->in_flight > ZX__RUN_SLOTS)
		o->in_flight = ZX__RUN_SLOTS;
	if (!o->denied_max)
		o->denied_max = 3;
	if (!o->tries)
		o->tries = 5;
	if (o->tries > 100)
		o->tries = 100;
}

int zx_restore_run_new(struct zx_restore_run **out, const struct zx_plan *plan,
		       const struct zx_restore_run_options *opt, zx_time now)
{
	struct zx_restore_run_options o = ZX_RESTORE_RUN_OPTIONS_INIT;
	struct zx_restore_run *r;
	int err;

	*out = NULL;
	if (!plan)
		return ZX_E_INVALID;
	if (zx_plan_blocked(plan))
		return ZX_E_STATE;
	if (opt)
		memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	r = zx_new(o.alloc, sizeof(*r));
	if (!r)
		return ZX_E_NOMEM;
	defaults(&o);
	r->plan = plan;
	r->alloc = o.alloc;
	r->opt = o;
	r->now = r->began = now;
	zx__journal_init(&r->journal);
	zx_idmap_init(&r->ids, o.alloc);
	zx_buf_init(&r->records, o.alloc, 16 << 20);
	zx_buf_init(&r->given, o.alloc, ZX__RECORD_MAX + 64);
	zx_buf_init(&r->texts, o.alloc, ZX__RUN_TEXT_MAX);
	zx_buf_init(&r->path, o.alloc, 4096);
	zx_buf_init(&r->pairs, o.alloc, ZX__RECORD_MAX / 2);
	zx_plan_request_init(&r->req, o.alloc);
	for (int i = 0; i < ZX__RUN_SLOTS; i++)
		zx_buf_init(&r->slot[i].answer, o.alloc, 8 << 20);
	err = prepare(r);
	if (err) {
		zx_restore_run_free(r);
		return err;
	}
	*out = r;
	return ZX_OK;
}

void zx_restore_run_free(struct zx_restore_run *r)
{
	if (!r)
		return;
	for (int i = 0; i < ZX__RUN_SLOTS; i++)
		zx_buf_release(&r->slot[i].answer);
	zx_plan_request_release(&r->req);
	zx_buf_release(&r->records);
	zx_buf_release(&r->given);
	zx_buf_release(&r->texts);
	zx_buf_release(&r->path);
	zx_buf_release(&r->pairs);
	zx_idmap_release(&r->ids);
	zx_delete(r->alloc, r->results);
	zx_delete(r->alloc, r);
}

struct zx__result *zx__run_result(struct zx_restore_run *r, uint32_t op)
{
	return &r->results[op - 1];
}

struct zx_plan_op zx__run_op(const struct zx_restore_run *r, uint32_t op)
{
	struct zx_plan_op o;

	memset(&o, 0, sizeof(o));
	(void)zx_plan_op(r->plan, op - 1, &o);
	return o;
}

int zx__run_fail(struct zx_restore_run *r, int err)
{
	if (!r->err)
		r->err = err;
	r->over = 1;
	return r->err;
}

void zx__run_free_slot(struct zx_restore_run *r, struct zx__flight *f)
{
	struct zx_buf keep = f->answer;

	if (f->op)
		r->pace[zx__run_result(r, f->op)->rate].out--;
	zx_buf_clear(&keep);
	memset(f, 0, sizeof(*f));
	f->answer = keep;
}

/* Time and answers --------------------------------------------------------- */

int zx_restore_run_tick(struct zx_restore_run *r, zx_time now)
{
	zx__run_clock(r, now);
	return r->err;
}

zx_time zx_restore_run_deadline(const struct zx_restore_run *r)
{
	zx_time at = ZX_TIME_NEVER;

	if (r->over)
		return at;
	if (r->stopping)
		return r->cancel_due;
	for (int i = 0; !r->unavailable && i < ZX__RUN_SLOTS; i++)
		if ((r->slot[i].state == ZX__SLOT_LATER && !r->paused) ||
		    r->slot[i].state == ZX__SLOT_LOST)
			at = zx_time_min(at, r->slot[i].due);
	if (!r->paused && !r->unavailable)
		at = zx_time_min(at, zx__run_held(r));
	return at;
}

int zx_restore_run_feed(struct zx_restore_run *r, uint32_t id,
			const struct zx_restore_reply *reply, zx_time now)
{
	struct zx__flight *f = NULL;

	zx_restore_run_tick(r, now);
	for (int i = 0; id && !f && i < ZX__RUN_SLOTS; i++)
		if (r->slot[i].wire == id)
			f = &r->slot[i];
	if (!f)
		return ZX_E_NOTFOUND;
	f->wire = 0;
	if (r->over)
		return ZX_OK;
	if (f->state == ZX__SLOT_SENT)
		zx__run_answer(r, f, reply);
	else
		zx__run_seen(r, f, reply);
	return ZX_OK;
}

/* Stopping ----------------------------------------------------------------- */

void zx__run_stop(struct zx_restore_run *r, int err, zx_time now)
{
	struct zx__record rec = { .kind = ZX__RECORD_DROP };

	zx_restore_run_tick(r, now);
	if (r->over || r->stopping)
		return;
	r->stopping = err;
	r->cancel_due = zx_time_add(r->now, ZX__RUN_CANCEL_MS);
	for (int i = 0; i < ZX__RUN_SLOTS; i++) {
		struct zx__flight *f = &r->slot[i];

		if (f->state == ZX__SLOT_FREE || f->wire)
			continue;
		rec.op = f->op;
		/* never sent since its intent was written: not in doubt */
		if (f->state == ZX__SLOT_READY && !f->fails && !f->steps &&
		    !f->old)
			zx__run_record(r, &rec);
		zx__run_free_slot(r, f);
	}
}

void zx_restore_run_cancel(struct zx_restore_run *r, zx_time now)
{
	zx__run_stop(r, ZX_E_CANCELLED, now);
}

void zx_restore_run_suspend(struct zx_restore_run *r, zx_time now)
{
	zx__run_stop(r, ZX_E_CLOSED, now);
}

void zx_restore_run_pause(struct zx_restore_run *r, int paused, zx_time now)
{
	zx_restore_run_tick(r, now);
	r->paused = paused != 0;
	r->moved = 1;
}

void zx_restore_run_unavailable(struct zx_restore_run *r, int unavailable,
				zx_time now)
{
	zx_restore_run_tick(r, now);
	r->unavailable = unavailable != 0;
	r->moved = 1;
}

const struct zx_idmap *zx_restore_run_ids(const struct zx_restore_run *r)
{
	return &r->ids;
}
