/* SPDX-License-Identifier: MIT
 *
 * restore_run: carries a restore out: the machine's records into the state
 * file, its requests to Discord, the answers back.
 */
#include "cogs/restore_job.h"

static void submit(struct zx__restore_job *j, const struct zx_restore_out *o);

/* Telling ------------------------------------------------------------------ */

void zx__restore_view_of(struct zx__restore_job *j, struct zx__restore_view *v)
{
	memset(v, 0, sizeof(*v));
	v->n = j->row.n;
	v->guild = j->row.guild;
	v->user = j->row.user;
	memcpy(v->snapshot, j->row.snapshot, sizeof(v->snapshot));
	memcpy(v->safety, j->row.safety, sizeof(v->safety));
	v->created = j->row.created;
	v->phase = j->phase;
	v->err = j->err;
	v->why = j->why;
	v->undo = j->takes_back != 0;
	v->undone = j->taken_back_by;
	v->plan = j->plan;
	v->run = j->run;
	v->differences = j->differences;
	v->lines = zx_buf_cstr(&j->lines);
	if (j->run)
		zx_restore_run_progress(j->run, zx__restore_now(j->b),
					&v->progress);
}

void zx__restore_tell(struct zx__restore_job *j)
{
	struct zx__restores *all = zx__restores(j->b);
	struct zx__restore_view v;

	j->told = zx__restore_now(j->b);
	if (!all->changed || j->settling)
		return;
	zx__restore_view_of(j, &v);
	all->changed(&v, all->changed_ud);
}

/* Ending ------------------------------------------------------------------- */

static void take_back(struct zx__restore_job *j)
{
	for (int i = 0; i < ZX__RESTORE_SLOTS; i++)
		if (j->sent[i].id)
			(void)zx_bot_rest_cancel(j->b->bot, j->sent[i].rest);
}

void zx__restore_halt(struct zx__restore_job *j, int err, const char *why)
{
	take_back(j);
	if (j->settling) {
		zx__restore_settled(j, err);
		return;
	}
	(void)zx_timer_set(zx_bot_loop(j->b->bot), &j->timer, ZX_TIME_NEVER);
	j->phase = ZX__RESTORE_STOPPED;
	j->err = err;
	snprintf(j->why, sizeof(j->why), "%s", why);
	zx__backup_log(j->b, ZX_LOG_WARN, "restore %llu of guild %llu: %s",
		       (unsigned long long)j->row.n,
		       (unsigned long long)j->row.guild, why);
	(void)zx__restore_save(j);
	zx__restore_tell(j);
}

void zx__restore_finish(struct zx__restore_job *j)
{
	struct zx_restore_report r = { 0 };

	j->phase = ZX__RESTORE_OVER;
	(void)zx_timer_set(zx_bot_loop(j->b->bot), &j->timer, ZX_TIME_NEVER);
	if (zx__restore_save(j)) {
		j->phase = ZX__RESTORE_STOPPED;
		zx__restore_tell(j);
		return;
	}
	if (j->run)
		zx_restore_run_report(j->run, zx__restore_now(j->b), &r);
	zx__backup_audit(j->b, j->row.guild, j->row.user,
			 j->takes_back ? "undo" : "restore", j->row.snapshot,
			 "%u created, %u updated, %u deleted, %u failed, %u "
			 "not tried%s%s",
			 r.created, r.updated, r.deleted, r.failed, r.stopped,
			 j->why[0] ? "; " : "", j->why);
	zx__restore_tell(j);
	zx__restore_drop(j);
}

static const char *reason(int err)
{
	switch (err) {
	case ZX_E_CANCELLED:
		return "cancelled; it can be carried on with or taken back";
	case ZX_E_CLOSED:
		return "the server is out of reach, or the bot ends; it can be "
		       "carried on with";
	default:
		return zx_strerror(err);
	}
}

static void done(struct zx__restore_job *j, int err)
{
	if (j->settling) {
		zx__restore_settled(j, err);
	} else if (err) {
		zx__restore_halt(j, err, reason(err));
	} else {
		j->phase = ZX__RESTORE_CHECKING;
		(void)zx__restore_save(j);
		zx__restore_tell(j);
		zx__restore_check(j);
	}
}

/* The machine -------------------------------------------------------------- */

static int record(struct zx__restore_job *j, struct zx_str text)
{
	int err = zx_state_record(j->b->state, j->row.n, text);

	if (!err)
		return ZX_OK;
	/* What was not written down is found in the server the next time. */
	zx__restore_halt(j, err, zx__backup_why(j->b, err));
	return err;
}

static int apply_settings(struct zx__restore_job *j, struct zx_str body)
{
	struct zx_str prefix = zx_json_get(body, "prefix"), mention;
	struct zx_buf text;
	int err = ZX_OK, on;

	zx_buf_init(&text, j->b->alloc, 256);
	if (prefix.len)
		err = zx_json_text(prefix, &text);
	if (!err && prefix.len)
		err = zx_bot_set_prefix(j->b->bot, j->row.guild,
					zx_buf_cstr(&text));
	mention = zx_json_get(body, "mention_prefix");
	if (!err && !zx_json_bool(mention, &on))
		err = zx_bot_set_mention_prefix(j->b->bot, j->row.guild, on);
	zx_buf_release(&text);
	return err;
}

static void host(struct zx__restore_job *j, const struct zx_restore_out *o)
{
	struct zx_restore_reply r = { .err = apply_settings(j, o->body) };

	if (r.err) {
		r.status = 400; /* it will not be better the next time */
		r.message = zx_str(zx_strerror(r.err));
	}
	(void)zx_restore_run_feed(j->run, o->id, &r, zx__restore_now(j->b));
}

void zx__restore_pump(struct zx__restore_job *j)
{
	struct zx_restore_progress p;
	struct zx_restore_out o;

	while (j->run && j->phase == ZX__RESTORE_RUNNING &&
	       zx_restore_run_poll(j->run, &o) == 1) {
		if (o.kind == ZX_RESTORE_OUT_JOURNAL) {
			if (record(j, o.record))
				return;
		} else if (o.kind == ZX_RESTORE_OUT_REQUEST) {
			submit(j, &o);
		} else if (o.kind == ZX_RESTORE_OUT_HOST) {
			host(j, &o);
		} else if (o.kind == ZX_RESTORE_OUT_DONE) {
			done(j, o.err);
			return; /* j may be gone */
		}
	}
	if (j->phase != ZX__RESTORE_RUNNING)
		return;
	zx_restore_run_progress(j->run, zx__restore_now(j->b), &p);
	if (j->settling && !p.reconciling && !j->flying) {
		zx__restore_settled(j, ZX_OK);
		return;
	}
	(void)zx_timer_set(zx_bot_loop(j->b->bot), &j->timer,
			   zx_time_min(zx_restore_run_deadline(j->run),
				       zx_time_add(zx__restore_now(j->b),
						   ZX__RESTORE_TICK)));
	if (zx__restore_now(j->b) - j->told >= j->b->opt.progress_ms)
		zx__restore_tell(j);
}

static void on_reply(const struct zx_rest_result *res, void *ud)
{
	struct zx__restore_sent *s = ud;
	struct zx__restore_job *j = s->job;
	struct zx_restore_reply r = { .err = res->err,
				      .status = res->status,
				      .code = res->code,
				      .maybe_done = res->maybe_done,
				      .body = res->body,
				      .message = res->message,
				      .would_wait_ms = res->would_wait_ms };
	uint32_t id = s->id;

	s->id = 0;
	j->flying--;
	if (j->gone) {
		zx__restore_let_go(j);
		return;
	}
	if (j->run)
		(void)zx_restore_run_feed(j->run, id, &r,
					  zx__restore_now(j->b));
	zx__restore_pump(j);
}

static void submit(struct zx__restore_job *j, const struct zx_restore_out *o)
{
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	struct zx_restore_reply lost = { 0 };
	struct zx__restore_sent *s = j->sent;
	char name[128], type[64];
	struct zx_file file;

	/* Answers of an earlier machine may still be awaited. */
	while (s < j->sent + ZX__RESTORE_SLOTS && s->id)
		s++;
	q.method = (enum zx_method)o->method;
	q.path = o->path;
	q.body = o->body;
	q.reason = o->reason;
	q.retries = o->once ? 1 : 0;
	q.ud = s;
	if (o->file.len) {
		snprintf(name, sizeof(name), "%.*s", ZX_ARG(o->file_name));
		snprintf(type, sizeof(type), "%.*s", ZX_ARG(o->file_type));
		file = (struct zx_file){ name, type, o->file };
		q.files = &file;
		q.file_count = 1;
		q.flags = ZX_REST_FORM;
	}
	lost.err = ZX_E_LIMIT;
	if (s < j->sent + ZX__RESTORE_SLOTS) {
		*s = (struct zx__restore_sent){ .job = j, .id = o->id };
		lost.err = zx_bot_rest(j->b->bot, &q, on_reply, &s->rest);
	}
	if (!lost.err) {
		j->flying++;
		return;
	}
	if (s < j->sent + ZX__RESTORE_SLOTS)
		s->id = 0;
	(void)zx_restore_run_feed(j->run, o->id, &lost, zx__restore_now(j->b));
}

/* Time --------------------------------------------------------------------- */

static void look_at_guild(struct zx__restore_job *j)
{
	const struct zx_guild *g = zx_bot_guild(j->b->bot, j->row.guild);
	zx_time now = zx__restore_now(j->b);
	int away = g && g->unavailable;

	if (!g)
		zx_restore_run_suspend(j->run, now);
	else if (away != j->unavailable)
		zx_restore_run_unavailable(j->run, away, now);
	j->unavailable = away;
}

void zx__restore_on_timer(struct zx_timer *t, void *ud)
{
	struct zx__restore_job *j = ud;

	(void)t;
	if (j->phase == ZX__RESTORE_CHECKING) {
		zx__restore_check(j);
		return;
	}
	if (j->phase != ZX__RESTORE_RUNNING || !j->run)
		return;
	look_at_guild(j);
	(void)zx_restore_run_tick(j->run, zx__restore_now(j->b));
	zx__restore_pump(j);
}
