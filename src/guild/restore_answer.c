/* SPDX-License-Identifier: MIT
 *
 * Answers to operations: done, refused, not carried out, or not known.
 */
#include <string.h>

#include "guild/restore_int.h"

enum {
	UNKNOWN_GUILD = 10004,
	UNKNOWN_MEMBER = 10007,
	UNKNOWN_OVERWRITE = 10009,
	UNKNOWN_ROLE = 10011,
	UNKNOWN_BAN = 10026,
	MISSING_ACCESS = 50001,
	NOBODY_BANNED = 500000,
	SILENT_MAX = 3, /* operations without an answer, then it is Discord */
	WAIT_MIN = 1000,
	WAIT_MAX = 60000,
	HELD = 60000
};

zx_time zx__run_backoff(struct zx_restore_run *r, struct zx__flight *f)
{
	unsigned by = f->fails < 6 ? f->fails : 6;
	uint64_t ms = (uint64_t)WAIT_MIN << by;

	if (ms > WAIT_MAX)
		ms = WAIT_MAX;
	f->fails++;
	return zx_time_add(r->now, ms + zx_rand_below(&r->opt.rand, ms));
}

void zx__run_drop(struct zx_restore_run *r, struct zx__flight *f)
{
	struct zx__record rec = { .kind = ZX__RECORD_DROP, .op = f->op };

	zx__run_record(r, &rec);
	zx__run_free_slot(r, f);
}

void zx__run_failed(struct zx_restore_run *r, struct zx__flight *f,
		    const struct zx_restore_reply *reply, const char *why)
{
	struct zx__record rec = { .kind = ZX__RECORD_FAIL, .op = f->op };

	rec.err = reply && reply->err ? reply->err : ZX_E_REMOTE;
	if (reply) {
		rec.status = reply->status;
		rec.code = reply->code > 0 ? reply->code : 0;
		rec.why = zx_utf8_head(reply->message, ZX__RUN_WHY);
	}
	if (why)
		rec.why = zx_str(why);
	zx__run_record(r, &rec);
	zx__run_free_slot(r, f);
}

static void done(struct zx_restore_run *r, struct zx__flight *f,
		 const struct zx_restore_reply *reply, int makes)
{
	struct zx__record rec = { .kind = ZX__RECORD_DONE,
				  .op = f->op,
				  .lost = f->lost };
	int err = makes ? zx__run_learn(r, f->op, reply->body, &rec.id) : ZX_OK;

	if (err == ZX_E_NOMEM) {
		zx__run_fail(r, err);
	} else if (err) {
		/* Discord said yes and nothing else: the server knows. */
		zx__run_lost(r, f, zx__run_backoff(r, f) - r->now);
	} else {
		if (makes)
			rec.pairs = zx_buf_str(&r->pairs);
		zx__run_record(r, &rec);
		zx__run_free_slot(r, f);
	}
}

static void good(struct zx_restore_run *r, struct zx__flight *f,
		 const struct zx_restore_reply *reply)
{
	const struct zx__result *res = zx__run_result(r, f->op);

	r->silent = 0;
	if (res->act == ZX_ACT_ROLE_ORDER || res->act == ZX_ACT_CHANNEL_ORDER ||
	    res->act == ZX_ACT_AUTOMOD_ADOPT ||
	    res->act == ZX_ACT_OVERWRITE_OPEN) {
		zx_buf_clear(&f->answer);
		/* An answer to PATCH may be empty: any text but "" asks on. */
		zx_buf_adds(&f->answer,
			    reply->body.len ? reply->body : ZX_STR("null"));
		if (f->answer.err)
			zx__run_fail(r, f->answer.err);
		f->state = ZX__SLOT_READY;
		f->fails = 0;
		return;
	}
	done(r, f, reply, (res->flags & ZX_PLAN_MAKES) != 0);
}

/* The guild, or all of Discord, is out of reach: nobody's fault but ours to
 * wait. */
static int out_of_reach(const struct zx__flight *f,
			const struct zx_restore_reply *reply)
{
	if (reply->err == ZX_E_AUTH || reply->err == ZX_E_LIMIT ||
	    reply->status == 401)
		return 1;
	if (reply->code == UNKNOWN_GUILD)
		return 1;
	return reply->status == 403 && reply->code == MISSING_ACCESS &&
	       f->of_guild;
}

static int taken_back(const struct zx_restore_reply *reply)
{
	return reply->err == ZX_E_CANCELLED || reply->err == ZX_E_CLOSED;
}

/* The bot has given up its own overwrite, by a request whose answer was lost,
 * and does not see the channel any more. With it, it would. */
static int shut_out(const struct zx_restore_run *r, const struct zx__flight *f,
		    const struct zx_restore_reply *reply)
{
	return reply->status == 403 && reply->code == MISSING_ACCESS &&
	       (f->fails || f->old) &&
	       zx__run_op(r, f->op).role == r->plan->bot_user;
}

/* What should go is gone, who should be banned was banned by a request whose
 * answer was lost. */
static int there_already(struct zx_restore_run *r, const struct zx__flight *f,
			 const struct zx_restore_reply *reply)
{
	const struct zx__result *res = zx__run_result(r, f->op);

	switch (res->act) {
	case ZX_ACT_DELETE:
		return reply->status == 404;
	case ZX_ACT_MEMBER_REMOVE:
		return reply->status == 404 && (reply->code == UNKNOWN_MEMBER ||
						reply->code == UNKNOWN_ROLE);
	case ZX_ACT_UNBAN:
		return reply->status == 404 && reply->code == UNKNOWN_BAN;
	case ZX_ACT_OVERWRITE:
		return reply->code == UNKNOWN_OVERWRITE;
	case ZX_ACT_OVERWRITE_OPEN:
		return reply->code == UNKNOWN_OVERWRITE ||
		       shut_out(r, f, reply);
	case ZX_ACT_BAN_BULK:
		return reply->code == NOBODY_BANNED && (f->fails || f->old);
	default:
		return 0;
	}
}

static int no_answer(const struct zx_restore_reply *reply)
{
	return (!reply->status || reply->status >= 500) &&
	       reply->code != NOBODY_BANNED && reply->err != ZX_E_TOOBIG;
}

/* Nobody said anything, or the server has a fault of its own. */
static void unanswered(struct zx_restore_run *r, struct zx__flight *f,
		       const struct zx_restore_reply *reply)
{
	const struct zx__result *res = zx__run_result(r, f->op);
	int repeatable = (res->flags & ZX_PLAN_REPEATABLE) != 0;

	if (!repeatable && reply->maybe_done) {
		zx__run_lost(r, f, zx__run_backoff(r, f) - r->now);
	} else if (f->fails < r->opt.tries) {
		f->due = zx__run_backoff(r, f);
		f->state = ZX__SLOT_LATER;
	} else if (++r->silent < SILENT_MAX) {
		zx__run_failed(r, f, reply, NULL);
	} else {
		zx__run_free_slot(r, f);
		zx__run_stop(r, ZX_E_CLOSED, r->now);
	}
}

/* An earlier attempt may have been carried out: it stays begun. */
static int in_doubt(const struct zx__flight *f,
		    const struct zx_restore_reply *reply)
{
	return reply->maybe_done || f->fails || f->old || f->steps > 1;
}

static void hold(struct zx_restore_run *r, struct zx__flight *f,
		 const struct zx_restore_reply *reply)
{
	const struct zx__result *res = zx__run_result(r, f->op);
	zx_time until = zx_time_add(
		r->now, reply->would_wait_ms ? reply->would_wait_ms : HELD);

	r->held[res->rate] = until;
	if (in_doubt(f, reply)) {
		f->state = ZX__SLOT_LATER;
		f->due = until;
	} else {
		zx__run_drop(r, f);
	}
}

static void back(struct zx_restore_run *r, struct zx__flight *f,
		 const struct zx_restore_reply *reply)
{
	if (!in_doubt(f, reply))
		zx__run_drop(r, f);
	else
		zx__run_free_slot(r, f); /* the journal says: begun */
	zx__run_stop(r, ZX_E_CLOSED, r->now);
}

void zx__run_answer(struct zx_restore_run *r, struct zx__flight *f,
		    const struct zx_restore_reply *reply)
{
	struct zx__record rec = { .kind = ZX__RECORD_FOUND, .op = f->op };

	if (!reply->err) {
		good(r, f, reply);
	} else if (reply->err == ZX_E_NOMEM) {
		/* it may have been done: the next machine looks */
		zx__run_fail(r, ZX_E_NOMEM);
	} else if (taken_back(reply) || out_of_reach(f, reply)) {
		back(r, f, reply);
	} else if (reply->err == ZX_E_WOULDWAIT || reply->status == 429) {
		hold(r, f, reply);
	} else if (there_already(r, f, reply)) {
		zx__run_record(r, &rec);
		zx__run_free_slot(r, f);
	} else if (no_answer(reply)) {
		unanswered(r, f, reply);
	} else {
		r->silent = 0;
		zx__run_failed(r, f, reply, NULL);
	}
}
