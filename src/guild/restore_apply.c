/* SPDX-License-Identifier: MIT
 *
 * What a record of the journal means. Nothing else changes what is known about
 * operations, so a machine that reads the journal knows what the one knew that
 * wrote it.
 */
#include <string.h>

#include "guild/restore_int.h"

static void keep_text(struct zx_restore_run *r, struct zx__result *res,
		      struct zx_str text)
{
	text = zx_utf8_head(text, ZX__RUN_WHY);
	/* So many failures that their texts do not fit are told by their
	 * numbers alone. */
	if (r->texts.len + text.len > ZX__RUN_TEXT_MAX)
		return;
	res->why = (uint32_t)r->texts.len;
	res->why_len = (uint32_t)text.len;
	zx_buf_adds(&r->texts, text);
}

static void over(struct zx_restore_run *r, struct zx__result *res,
		 enum zx_outcome outcome)
{
	res->outcome = (uint8_t)outcome;
	r->phase[res->phase].open--;
	r->done++;
	r->failed += outcome == ZX_OUTCOME_FAILED;
	r->stopped += outcome == ZX_OUTCOME_STOPPED;
	zx__run_leave(r, res, outcome != ZX_OUTCOME_STOPPED);
	r->moved = 1;
}

/* Those of this round that `like` is nonzero for can never begin any more. */
static void close_some(struct zx_restore_run *r,
		       int (*like)(const struct zx__result *res, unsigned v),
		       unsigned v, struct zx_str why)
{
	struct zx__result first = { 0 };

	for (size_t i = r->first; i < r->end; i++) {
		struct zx__result *res = &r->results[i];

		if (res->outcome != ZX_OUTCOME_WAITING || !like(res, v))
			continue;
		if (!first.why_len)
			keep_text(r, &first, why);
		res->why = first.why;
		res->why_len = first.why_len;
		over(r, res, ZX_OUTCOME_STOPPED);
	}
}

static int of_act(const struct zx__result *res, unsigned act)
{
	return res->act == act;
}

static int makes_channels(const struct zx__result *res, unsigned v)
{
	(void)v;
	return res->phase == ZX_PHASE_CATEGORIES ||
	       res->phase == ZX_PHASE_CHANNELS ||
	       res->phase == ZX_PHASE_SPECIAL;
}

/* What a failure means for others. */
static void spread(struct zx_restore_run *r, const struct zx__result *res)
{
	if ((res->flags & ZX_PLAN_GUARD) && !r->guarded) {
		r->guarded = 1;
		close_some(r, makes_channels, 0,
			   ZX_STR("permissions could not be taken away first: "
				  "hidden channels could be seen"));
	}
	if (res->status != 403 || (res->code != 50001 && res->code != 50013))
		return;
	if (++r->denied[res->act] == r->opt.denied_max)
		close_some(r, of_act, res->act,
			   ZX_STR("the same was denied to others before it"));
}

static int fail_op(struct zx_restore_run *r, struct zx__result *res,
		   const struct zx__record *rec, enum zx_outcome outcome)
{
	res->status = (int16_t)rec->status;
	res->code = rec->code;
	keep_text(r, res,
		  rec->why.len ? rec->why : zx_str(zx_strerror(rec->err)));
	over(r, res, outcome);
	spread(r, res);
	return r->texts.err;
}

/* [kind, "from", "to", kind, ...] */
static int take_pairs(struct zx_restore_run *r, struct zx_str pairs)
{
	struct zx_json_iter it = zx_json_each(pairs);
	uint64_t v[3];
	int n = 0, err = ZX_OK;

	while (!err && zx_json_next(&it)) {
		if (zx_json_u64(it.value, &v[n++]))
			return ZX_E_CORRUPT;
		if (n < 3)
			continue;
		n = 0;
		if (v[0] >= ZX_ID_KIND_COUNT || !v[1] || !v[2])
			return ZX_E_CORRUPT;
		err = zx_idmap_put(&r->ids, (enum zx_id_kind)v[0], v[1], v[2]);
	}
	return n ? ZX_E_CORRUPT : err;
}

static int made(struct zx_restore_run *r, struct zx__result *res,
		const struct zx__record *rec, enum zx_outcome outcome)
{
	res->made = rec->id;
	res->lost = rec->lost;
	over(r, res, outcome);
	return rec->pairs.len ? take_pairs(r, rec->pairs) : ZX_OK;
}

static int drop(struct zx_restore_run *r, struct zx__result *res, uint32_t op)
{
	int closed = r->denied[res->act] >= r->opt.denied_max ||
		     (r->guarded && makes_channels(res, 0));

	if (closed) {
		keep_text(r, res, ZX_STR("what it needs was denied"));
		over(r, res, ZX_OUTCOME_STOPPED);
		return r->texts.err;
	}
	res->outcome = ZX_OUTCOME_WAITING;
	if (r->phase[res->phase].next > op - 1)
		r->phase[res->phase].next = op - 1;
	return ZX_OK;
}

static int of_op(struct zx_restore_run *r, const struct zx__record *rec)
{
	struct zx__result *res;

	if (rec->op <= r->first || rec->op > r->end)
		return ZX_E_CORRUPT;
	res = zx__run_result(r, rec->op);
	if (rec->kind == ZX__RECORD_TRY) {
		if (res->outcome != ZX_OUTCOME_WAITING)
			return ZX_E_CORRUPT;
		res->outcome = ZX_OUTCOME_RUNNING;
		res->tries += res->tries < UINT8_MAX;
		r->op = rec->op;
		r->moved = 1;
		return ZX_OK;
	}
	if (res->outcome != ZX_OUTCOME_RUNNING)
		return ZX_E_CORRUPT;
	switch (rec->kind) {
	case ZX__RECORD_DONE:
		return made(r, res, rec, ZX_OUTCOME_DONE);
	case ZX__RECORD_FOUND:
		return made(r, res, rec, ZX_OUTCOME_FOUND);
	case ZX__RECORD_FAIL:
		return fail_op(r, res, rec, ZX_OUTCOME_FAILED);
	case ZX__RECORD_STOP:
		return fail_op(r, res, rec, ZX_OUTCOME_STOPPED);
	default:
		return drop(r, res, rec->op);
	}
}

int zx__run_apply(struct zx_restore_run *r, const struct zx__record *rec)
{
	if (rec->kind == ZX__RECORD_BEGIN) {
		r->begun = 1;
		return rec->mark == r->mark ? ZX_OK : ZX_E_CORRUPT;
	}
	if (rec->kind == ZX__RECORD_END &&
	    r->round + 1 < zx_plan_rounds(r->plan))
		return zx__run_round(r, r->round + 1);
	if (rec->kind == ZX__RECORD_END) {
		r->ended = r->over = 1;
		r->ended_at = r->now;
		return ZX_OK;
	}
	return of_op(r, rec);
}

/* Ids ---------------------------------------------------------------------- */

struct learning {
	struct zx_json_writer w;
	uint64_t first;
};

static int pair(enum zx_id_kind kind, uint64_t from, uint64_t to, void *ud)
{
	struct learning *l = ud;

	if (!l->first)
		l->first = to;
	zx_jw_u64(&l->w, NULL, (uint64_t)kind);
	zx_jw_id(&l->w, NULL, from);
	zx_jw_id(&l->w, NULL, to);
	return ZX_OK;
}

int zx__run_learn(struct zx_restore_run *r, uint32_t op, struct zx_str answer,
		  uint64_t *id)
{
	struct learning l = { .first = 0 };
	int err;

	zx_buf_clear(&r->pairs);
	zx_jw_init(&l.w, &r->pairs);
	zx_jw_arr(&l.w, NULL);
	err = zx_json_check(answer, ZX__GUILD_DEPTH, NULL);
	if (!err)
		err = zx_plan_learn(r->plan, op, answer, pair, &l);
	zx_jw_arr_end(&l.w);
	if (!err && !l.first)
		err = ZX_E_SYNTAX;
	*id = l.first;
	return err ? err : r->pairs.err;
}
