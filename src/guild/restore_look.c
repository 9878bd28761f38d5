/* SPDX-License-Identifier: MIT
 *
 * Was it done? The answer to a request that makes something was lost, or the
 * process that sent it was killed. The audit log names what was made, by the
 * operation's tag in the reason; the list of its kind says whether it is there.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guild/restore_int.h"

void zx__run_lost(struct zx_restore_run *r, struct zx__flight *f, zx_time wait)
{
	f->state = ZX__SLOT_LOST;
	f->looks = 0;
	f->due = zx_time_add(r->now, wait);
}

static void made(struct zx_restore_run *r, struct zx__flight *f,
		 struct zx_str object, enum zx__record_kind kind)
{
	struct zx__record rec = { .kind = kind, .op = f->op, .lost = f->lost };
	struct zx_plan_op op = zx__run_op(r, f->op);
	char text[80];

	if (object.len && zx__run_learn(r, f->op, object, &rec.id) == ZX_OK) {
		rec.pairs = zx_buf_str(&r->pairs);
	} else {
		/* Its id is all there is to know. */
		rec.id = f->claim;
		snprintf(text, sizeof(text),
			 "[%d,\"%" PRIu64 "\",\"%" PRIu64 "\"]", (int)op.kind,
			 op.snapshot_id, f->claim);
		rec.pairs = zx_str(text);
	}
	zx__run_record(r, &rec);
	zx__run_free_slot(r, f);
}

static void not_there(struct zx_restore_run *r, struct zx__flight *f)
{
	if (zx__run_result(r, f->op)->tries > r->opt.tries)
		zx__run_failed(r, f, NULL,
			       "it was tried often and is not there");
	else
		zx__run_drop(r, f);
}

/* Asking ------------------------------------------------------------------- */

static int ask(struct zx_restore_run *r, struct zx__flight *f,
	       struct zx_restore_out *out)
{
	if (r->path.err) {
		zx__run_fail(r, r->path.err);
		return -1;
	}
	out->kind = ZX_RESTORE_OUT_REQUEST;
	out->id = f->wire = ++r->next_wire;
	out->method = ZX_PLAN_GET;
	out->path = zx_buf_str(&r->path);
	f->state = ZX__SLOT_LOOKING;
	r->requests++;
	r->looks++;
	return 1;
}

int zx__run_look(struct zx_restore_run *r, struct zx__flight *f,
		 struct zx_restore_out *out)
{
	struct zx_plan_op op = zx__run_op(r, f->op);
	int action = zx_plan_audit_action(op.act);

	zx_buf_clear(&r->path);
	if (f->looks == 0) {
		f->looks = 1;
		if (action) {
			zx_buf_addf(&r->path,
				    "/guilds/%" PRIu64
				    "/audit-logs?action_type=%d&limit=100",
				    zx_plan_guild(r->plan), action);
			return ask(r, f, out);
		}
	}
	if (f->looks == 1) {
		int err = zx_plan_list_path(r->plan, f->op, &r->ids, &r->path);

		f->looks = 2;
		if (!err && r->path.len)
			return ask(r, f, out);
	}
	if (f->claim)
		made(r, f, (struct zx_str){ NULL, 0 }, ZX__RECORD_DONE);
	else
		not_there(r, f);
	return -1;
}

/* Seeing ------------------------------------------------------------------- */

/* The number in "[zx:ID:N]" of a reason, 0 when it has none of this restore. */
static uint32_t tagged(const struct zx_restore_run *r, struct zx_str reason)
{
	char tag[48];
	size_t n = (size_t)snprintf(tag, sizeof(tag),
				    "[zx:%s:", zx_plan_id(r->plan));

	for (size_t i = 0; i + n < reason.len; i++) {
		struct zx_str rest = zx_str_from(reason, i + n);
		uint64_t op;

		if (memcmp(reason.ptr + i, tag, n) != 0)
			continue;
		if (!zx_str_u64(zx_str_split(&rest, ']'), &op) && op <= r->n)
			return (uint32_t)op;
	}
	return 0;
}

/* Names what was made by any operation that is looked for. */
static void read_audit(struct zx_restore_run *r, struct zx_str body)
{
	struct zx_json_iter it =
		zx_json_each(zx_json_get(body, "audit_log_entries"));

	while (zx_json_next(&it)) {
		uint32_t op = tagged(r, zx_json_get(it.value, "reason"));
		uint64_t target = zx_json_get_u64(it.value, "target_id");

		for (int i = 0; op && target && i < ZX__RUN_SLOTS; i++) {
			struct zx__flight *f = &r->slot[i];

			/* the newest entry comes first */
			if (f->state != ZX__SLOT_FREE && f->op == op &&
			    !f->claim)
				f->claim = target;
		}
	}
}

static uint64_t id_of(struct zx_str object)
{
	uint64_t id = zx_json_get_u64(object, "id");

	return id ? id : zx_json_get_u64(object, "sound_id");
}

/* It was there before, or another operation made it. */
static int taken(const struct zx_restore_run *r, const struct zx__flight *f,
		 enum zx_id_kind kind, uint64_t id)
{
	const struct zx_idmap_pair *p;
	size_t at = 0;

	for (int i = 0; i < ZX__RUN_SLOTS; i++)
		if (&r->slot[i] != f && r->slot[i].state != ZX__SLOT_FREE &&
		    r->slot[i].claim == id)
			return 1;
	while ((p = zx_idmap_next(&r->ids, &at)))
		if (p->kind == kind && p->to == id)
			return 1;
	return 0;
}

static void read_list(struct zx_restore_run *r, struct zx__flight *f,
		      struct zx_str body)
{
	struct zx_plan_op op = zx__run_op(r, f->op);
	struct zx_str list = zx_json_kind(body) == ZX_JSON_ARRAY
				     ? body
				     : zx_json_get(body, "items");
	struct zx_json_iter it = zx_json_each(list);

	while (zx_json_next(&it)) {
		uint64_t id = id_of(it.value);

		if (f->claim ? id == f->claim
			     : zx_plan_is(r->plan, f->op, &r->ids, it.value) &&
				       !taken(r, f, op.kind, id)) {
			made(r, f, it.value,
			     f->claim ? ZX__RECORD_DONE : ZX__RECORD_FOUND);
			return;
		}
	}
	/* Somebody has deleted it again, or it was never made. */
	f->claim = 0;
	not_there(r, f);
}

/* Looking is not possible: better not made than made twice. */
static void blind(struct zx_restore_run *r, struct zx__flight *f,
		  const struct zx_restore_reply *reply)
{
	if (f->claim)
		made(r, f, (struct zx_str){ NULL, 0 }, ZX__RECORD_DONE);
	else
		zx__run_failed(r, f, reply,
			       "the answer was lost, and whether it was made "
			       "cannot be read");
}

void zx__run_seen(struct zx_restore_run *r, struct zx__flight *f,
		  const struct zx_restore_reply *reply)
{
	int good = !reply->err &&
		   !zx_json_check(reply->body, ZX__GUILD_DEPTH, NULL);

	f->state = ZX__SLOT_LOST;
	f->due = r->now;
	if (good && f->looks == 1) {
		read_audit(r, reply->body);
	} else if (good) {
		r->silent = 0;
		read_list(r, f, reply->body);
	} else if (reply->err == ZX_E_NOMEM) {
		zx__run_fail(r, ZX_E_NOMEM);
	} else if (reply->err && reply->status >= 400 && reply->status < 500 &&
		   reply->status != 401 && reply->status != 429 &&
		   reply->code != 10004) {
		if (f->looks == 2)
			blind(r, f, reply);
	} else if (f->fails < r->opt.tries && reply->err != ZX_E_CANCELLED &&
		   reply->err != ZX_E_CLOSED && reply->err != ZX_E_AUTH &&
		   reply->err != ZX_E_LIMIT && reply->code != 10004) {
		f->looks--;
		f->due = zx__run_backoff(r, f);
	} else {
		zx__run_free_slot(r, f);
		zx__run_stop(r, ZX_E_CLOSED, r->now);
	}
}
