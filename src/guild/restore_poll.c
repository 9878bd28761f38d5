/* SPDX-License-Identifier: MIT
 *
 * What the machine gives out: records for the journal before anything else,
 * then requests.
 */
#include <string.h>

#include "guild/restore_int.h"

/* The journal ------------------------------------------------------------- */

void zx__run_record(struct zx_restore_run *r, const struct zx__record *rec)
{
	size_t at = r->records.len;
	uint32_t len = 0;
	int err;

	if (r->err)
		return;
	zx_buf_add(&r->records, &len, sizeof(len));
	err = zx__journal_write(&r->journal, rec, r->alloc, &r->records);
	if (!err)
		err = zx__run_apply(r, rec);
	if (err) {
		zx__run_fail(r, err);
		return;
	}
	len = (uint32_t)(r->records.len - at - sizeof(len));
	memcpy(r->records.ptr + at, &len, sizeof(len));
}

static int next_record(struct zx_restore_run *r, struct zx_restore_out *out)
{
	uint32_t len;

	if (r->records_at == r->records.len) {
		zx_buf_clear(&r->records);
		r->records_at = 0;
		return 0;
	}
	memcpy(&len, r->records.ptr + r->records_at, sizeof(len));
	zx_buf_clear(&r->given);
	zx_buf_add(&r->given, r->records.ptr + r->records_at + sizeof(len),
		   len);
	r->records_at += sizeof(len) + len;
	if (r->given.err) {
		zx__run_fail(r, r->given.err);
		return 0;
	}
	out->kind = ZX_RESTORE_OUT_JOURNAL;
	out->record = zx_buf_str(&r->given);
	return 1;
}

int zx_restore_run_replay(struct zx_restore_run *r, struct zx_str record)
{
	struct zx__record rec;
	struct zx_buf why;
	int err;

	if (r->polled || r->ended)
		return r->polled ? ZX_E_STATE : ZX_E_CORRUPT;
	if (r->err)
		return r->err;
	r->replayed = 1;
	zx_buf_init(&why, r->alloc, ZX__RECORD_MAX);
	err = zx__journal_read(&r->journal, record, &rec, &why);
	if (!err && (rec.kind == ZX__RECORD_BEGIN) != !r->begun)
		err = ZX_E_CORRUPT;
	if (!err)
		err = zx__run_apply(r, &rec);
	zx_buf_release(&why);
	return err ? zx__run_fail(r, err) : ZX_OK;
}

/* What the journal says was begun goes back to a slot. */
static void take_up(struct zx_restore_run *r)
{
	unsigned n = 0;

	for (uint32_t op = 1; op <= r->n; op++) {
		struct zx__result *res = zx__run_result(r, op);
		struct zx__flight *f = &r->slot[n];

		if (res->outcome != ZX_OUTCOME_RUNNING)
			continue;
		if (n++ == ZX__RUN_SLOTS) {
			zx__run_fail(r, ZX_E_CORRUPT);
			return;
		}
		f->op = op;
		r->pace[res->rate].out++;
		f->old = 1;
		if (res->flags & ZX_PLAN_REPEATABLE)
			f->state = ZX__SLOT_READY;
		else
			zx__run_lost(r, f, ZX__RUN_SETTLE_MS);
	}
}

/* Requests ----------------------------------------------------------------- */

static void stop_op(struct zx_restore_run *r, struct zx__flight *f, int err)
{
	static const char *const kinds[ZX_ID_KIND_COUNT] = {
		"role", "channel", "emoji",   "sticker", "sound",
		"tag",	"rule",	   "webhook", "event"
	};
	struct zx__record rec = { .kind = ZX__RECORD_STOP,
				  .op = f->op,
				  .err = err };

	zx_buf_clear(&r->path);
	if (err == ZX_E_NOTFOUND)
		zx_buf_addf(&r->path,
			    "the %s %llu it names is not in the server",
			    kinds[r->req.missed_kind],
			    (unsigned long long)r->req.missed);
	else if (err == ZX_E_STATE && r->req.missed)
		zx_buf_addf(&r->path,
			    "the overwrite of %llu is not as it has to be "
			    "before more is opened",
			    (unsigned long long)r->req.missed);
	else
		zx_buf_addf(&r->path, "its request could not be made: %s",
			    zx_strerror(err));
	rec.why = zx_buf_str(&r->path);
	zx__run_record(r, &rec);
	zx__run_free_slot(r, f);
}

static void fill(struct zx_restore_run *r, struct zx__flight *f,
		 struct zx_restore_out *out)
{
	const struct zx__result *res = zx__run_result(r, f->op);
	const struct zx_plan_request *q = &r->req;

	out->kind = q->method == ZX_PLAN_HOST ? ZX_RESTORE_OUT_HOST
					      : ZX_RESTORE_OUT_REQUEST;
	out->id = f->wire = ++r->next_wire;
	out->op = f->op;
	out->method = q->method;
	out->path = q->path;
	out->body = q->body;
	out->reason = q->reason;
	out->file = q->file;
	out->file_name = q->file_name;
	out->file_type = q->file_type;
	/* Of a ban that was there already it must be known that it may be
	 * ours. */
	out->once = !(res->flags & ZX_PLAN_REPEATABLE) ||
		    res->act == ZX_ACT_BAN_BULK;
	f->state = ZX__SLOT_SENT;
	f->of_guild = zx_str_starts(q->path, "/guilds/");
	f->lost = q->lost;
	r->requests++;
	r->repeated += f->fails > 0;
}

/* Sends the request of a slot: 1, or 0 when there was none after all. */
static int send(struct zx_restore_run *r, struct zx__flight *f,
		struct zx_restore_out *out)
{
	struct zx__record rec = { .kind = ZX__RECORD_DONE, .op = f->op };
	int rc = zx_plan_request(r->plan, f->op, &r->ids, &r->opt.store,
				 zx_buf_str(&f->answer), &r->req);

	if (rc == 1 && f->steps++ < ZX__RUN_ORDER_MAX) {
		fill(r, f, out);
		return 1;
	}
	if (rc == ZX_E_NOMEM) {
		zx__run_fail(r, rc);
	} else if (rc == 0) {
		rec.lost = f->lost;
		zx__run_record(r, &rec);
		zx__run_free_slot(r, f);
	} else if (rc == 1) {
		rec.kind = ZX__RECORD_FAIL;
		rec.err = ZX_E_LIMIT;
		rec.why = ZX_STR("the order does not stay as it is set: "
				 "somebody else is moving things");
		zx__run_record(r, &rec);
		zx__run_free_slot(r, f);
	} else {
		stop_op(r, f, rc);
	}
	return 0;
}

/* 1: something is given out, -1: something happened, 0: nothing. */
static int work_on(struct zx_restore_run *r, struct zx__flight *f,
		   struct zx_restore_out *out)
{
	switch (f->state) {
	case ZX__SLOT_LATER:
		if (f->due > r->now || r->paused)
			return 0;
		f->state = ZX__SLOT_READY;
		/* fall through */
	case ZX__SLOT_READY:
		if (r->paused)
			return 0;
		return send(r, f, out) ? 1 : -1;
	case ZX__SLOT_LOST:
		return f->due > r->now ? 0 : zx__run_look(r, f, out);
	default:
		return 0;
	}
}

static int begin_one(struct zx_restore_run *r)
{
	struct zx__record rec = { .kind = ZX__RECORD_TRY };
	struct zx__flight *f = NULL;

	for (unsigned i = 0; !f && i < r->opt.in_flight; i++)
		if (r->slot[i].state == ZX__SLOT_FREE)
			f = &r->slot[i];
	if (!f || r->paused || r->unavailable)
		return 0;
	rec.op = zx__run_pick(r);
	if (!rec.op)
		return 0;
	f->state = ZX__SLOT_READY;
	f->op = r->op = rec.op;
	r->pace[zx__run_result(r, f->op)->rate].out++;
	zx__run_record(r, &rec);
	return -1;
}

static int busy(const struct zx_restore_run *r)
{
	for (int i = 0; i < ZX__RUN_SLOTS; i++)
		if (r->slot[i].state != ZX__SLOT_FREE)
			return 1;
	return 0;
}

static int finished(const struct zx_restore_run *r)
{
	for (int p = 0; p < ZX_PHASE_COUNT; p++)
		if (r->phase[p].open)
			return 0;
	return !busy(r);
}

static int step(struct zx_restore_run *r, struct zx_restore_out *out)
{
	struct zx__record rec = { .kind = ZX__RECORD_BEGIN, .mark = r->mark };
	int rc = 0;

	if (r->err)
		return 0;
	if (next_record(r, out))
		return 1;
	if (r->over)
		return 0;
	if (!r->begun) {
		zx__run_record(r, &rec);
		return -1;
	}
	for (int i = 0; !rc && !r->stopping && i < ZX__RUN_SLOTS; i++)
		if (!r->unavailable)
			rc = work_on(r, &r->slot[i], out);
	if (!rc && !r->stopping)
		rc = begin_one(r);
	if (!rc && finished(r)) {
		rec.kind = ZX__RECORD_END;
		zx__run_record(r, &rec);
		return -1;
	}
	if (!rc && r->stopping && (!busy(r) || r->now >= r->cancel_due))
		r->over = 1;
	return rc;
}

int zx_restore_run_poll(struct zx_restore_run *r, struct zx_restore_out *out)
{
	int rc;

	memset(out, 0, sizeof(*out));
	if (!r->polled) {
		r->polled = 1;
		take_up(r);
	}
	do {
		rc = step(r, out);
	} while (rc < 0);
	if (rc > 0)
		return 1;
	if (r->over && !r->told) {
		r->told = 1;
		out->kind = ZX_RESTORE_OUT_DONE;
		out->err = r->err ? r->err : r->ended ? ZX_OK : r->stopping;
		return 1;
	}
	if (r->moved && !r->over) {
		r->moved = 0;
		out->kind = ZX_RESTORE_OUT_PROGRESS;
		return 1;
	}
	return 0;
}
