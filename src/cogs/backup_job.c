/* SPDX-License-Identifier: MIT
 *
 * backup_job: one capture, from the first request to the commit. What was
 * captured lies in a draft of the state file until it is complete, so that
 * nothing half is ever there.
 */
#include "cogs/backup_job.h"

enum { IMAGE_MS = 30 * 1000, BODY_MS = 30 * 1000, ASKED_MS = 31 * 1000 };

static zx_time now_of(const struct zx__backup *b)
{
	return zx_loop_now(zx_bot_loop(b->bot));
}

/* Ending ------------------------------------------------------------------- */

static void drop_draft(struct zx__backup_job *j)
{
	if (!j->draft)
		return;
	if (zx_state_snap_abort(j->b->state, j->draft))
		zx__backup_log(j->b, ZX_LOG_WARN,
			       "a draft stays until the next start: %s",
			       zx_state_error(j->b->state));
	j->draft = 0;
}

static void tell_glance(struct zx__backup_job *j, int err)
{
	struct zx_guild_store store = zx__backup_store(j->b);
	struct zx_guild_reader r;

	if (!err)
		err = zx_guild_open(&r, j->written.manifest, &store,
				    j->b->alloc);
	j->glance(err, err ? j->error : "", err ? NULL : &r, j->ud);
}

static void tell(struct zx__backup_job *j, int err)
{
	struct zx_backup_result r = { .guild = j->req.guild,
				      .err = err,
				      .error = err ? j->error : "",
				      .requests = j->requests,
				      .images_reused = j->reused,
				      .took_ms = now_of(j->b) - j->begun };

	if (!err) {
		memcpy(r.id, j->id, sizeof(r.id));
		memcpy(r.hash, j->written.hash, sizeof(r.hash));
		r.bytes = j->written.bytes;
		r.counts = j->written.counts;
	}
	if (j->done)
		j->done(&r, j->ud);
}

static void end(struct zx__backup_job *j, int err)
{
	struct zx__backup *b = j->b;

	if (j->ended)
		return;
	j->ended = 1;
	j->phase = ZX_BACKUP_NONE;
	zx_timer_set(zx_bot_loop(b->bot), &j->timer, ZX_TIME_NEVER);
	if (err && !j->error[0])
		snprintf(j->error, sizeof(j->error), "%s", zx_strerror(err));
	zx__backup_log(b, err ? ZX_LOG_WARN : ZX_LOG_INFO,
		       err ? "guild %llu: no backup: %s"
			   : "guild %llu: backup %s",
		       (unsigned long long)j->req.guild,
		       err	   ? j->error
		       : j->glance ? "(compared)"
				   : j->id);
	/* Before the draft goes: it may be read until the callback returns. */
	if (j->glance)
		tell_glance(j, err);
	drop_draft(j);
	if (!j->glance)
		tell(j, err);
	if (!b->stopped)
		zx__backup_jobs_next(b);
	zx__backup_job_let_go(j);
}

void zx__backup_job_fail(struct zx__backup_job *j, int err, const char *why)
{
	if (!j->error[0])
		snprintf(j->error, sizeof(j->error), "%s", why);
	end(j, err);
}

static void finish(struct zx__backup_job *j, const struct zx_capture_out *o)
{
	int err = o->err;

	if (err) {
		zx__backup_job_fail(j, err, zx_capture_error(j->capture));
		return;
	}
	j->written = o->written;
	j->phase = ZX_BACKUP_STORING;
	if (!j->glance)
		err = zx__backup_commit(j);
	end(j, err);
}

/* Parts -------------------------------------------------------------------- */

static int put(const unsigned char hash[ZX_HASH], struct zx_str data, void *ud)
{
	struct zx__backup_job *j = ud;

	return zx_state_snap_part(j->b->state, j->draft, hash, data);
}

static int share(const unsigned char hash[ZX_HASH], void *ud)
{
	struct zx__backup_job *j = ud;
	int err = zx_state_snap_share(j->b->state, j->draft, hash);

	j->reused += !err;
	return err;
}

/* All parts of one answer are made durable together. Never beyond the call:
 * others write to the same file. */
static void group(struct zx__backup_job *j)
{
	j->grouped = !zx_state_begin(j->b->state);
}

static int ungroup(struct zx__backup_job *j)
{
	if (!j->grouped)
		return ZX_OK;
	j->grouped = 0;
	return zx_state_commit(j->b->state);
}

/* Answers ------------------------------------------------------------------ */

static void pump(struct zx__backup_job *j);

static void after(struct zx__backup_job *j)
{
	int err = ungroup(j);

	j->heard = now_of(j->b);
	if (err)
		zx__backup_job_fail(j, err, zx__backup_why(j->b, err));
	else
		pump(j);
}

static void on_reply(const struct zx_rest_result *r, void *ud)
{
	struct zx__backup_sent *s = ud;
	struct zx__backup_job *j = s->job;
	struct zx_capture_reply reply = { r->err, r->status, r->code, r->body };
	uint32_t id = s->id;

	s->id = 0;
	j->flying--;
	if (j->ended) {
		zx__backup_job_let_go(j);
		return;
	}
	group(j);
	(void)zx_capture_feed(j->capture, id, &reply, now_of(j->b));
	after(j);
}

static void submit(struct zx__backup_job *j, const struct zx_capture_out *o)
{
	struct zx_rest_request r = ZX_REST_REQUEST_INIT;
	struct zx_capture_reply reply = { .err = ZX_E_LIMIT };
	struct zx__backup_sent *s = j->sent;

	while (s->id)
		s++; /* the capture has no more under way than slots */
	*s = (struct zx__backup_sent){ j, o->id };
	r.method = ZX_GET;
	r.path = o->path;
	r.flags = o->absolute ? ZX_REST_ABSOLUTE : 0;
	r.timeout_ms = o->absolute ? IMAGE_MS : BODY_MS;
	r.max_body = o->max_body;
	r.ud = s;
	j->requests++;
	reply.err = zx_bot_rest(j->b->bot, &r, on_reply, NULL);
	if (!reply.err) {
		j->flying++;
		return;
	}
	s->id = 0;
	(void)zx_capture_feed(j->capture, o->id, &reply, now_of(j->b));
}

static void on_members(const struct zx_members_out *o, void *ud)
{
	struct zx__backup_job *j = ud;
	zx_time now = now_of(j->b);

	if (o->kind >= ZX_MEMBERS_OUT_DONE)
		j->members = 0;
	if (j->ended) {
		zx__backup_job_let_go(j);
		return;
	}
	group(j);
	if (o->kind == ZX_MEMBERS_OUT_CHUNK)
		(void)zx_capture_chunk(j->capture, o->members, o->count, now);
	else if (o->kind == ZX_MEMBERS_OUT_RESTART)
		zx_capture_chunks_again(j->capture, now);
	else if (o->kind == ZX_MEMBERS_OUT_FAILED)
		zx_capture_chunks_failed(j->capture, now);
	after(j);
}

/* Discord gives all members once per guild and 30 s (GS-07). Some pages of REST
 * are there sooner than the end of that. */
static int may_ask(struct zx__backup *b, uint64_t guild)
{
	zx_time now = now_of(b);

	for (size_t i = 0; i < ZX__BACKUP_ASKED; i++)
		if (b->asked[i].guild == guild &&
		    now < zx_time_add(b->asked[i].at, ASKED_MS))
			return 0;
	b->asked[b->asked_next].guild = guild;
	b->asked[b->asked_next].at = now;
	b->asked_next = (b->asked_next + 1) % ZX__BACKUP_ASKED;
	return 1;
}

static void ask_members(struct zx__backup_job *j)
{
	struct zx_members_request q = ZX_MEMBERS_REQUEST_INIT;

	q.guild_id = j->req.guild;
	q.query = "";
	q.ud = j;
	j->members = may_ask(j->b, q.guild_id) &&
		     !zx_bot_request_members(j->b->bot, &q, on_members, NULL);
	if (!j->members)
		zx_capture_chunks_failed(j->capture, now_of(j->b));
}

static void pump(struct zx__backup_job *j)
{
	struct zx_capture_out o;

	while (!j->ended && zx_capture_poll(j->capture, &o) > 0) {
		if (o.kind == ZX_CAPTURE_OUT_REQUEST) {
			submit(j, &o);
		} else if (o.kind == ZX_CAPTURE_OUT_MEMBERS) {
			ask_members(j);
		} else {
			finish(j, &o);
			return; /* j may be gone */
		}
	}
	if (!j->ended)
		zx_timer_set(zx_bot_loop(j->b->bot), &j->timer,
			     zx_capture_deadline(j->capture));
}

void zx__backup_job_on_timer(struct zx_timer *t, void *ud)
{
	struct zx__backup_job *j = ud;

	(void)t;
	if (j->phase != ZX_BACKUP_READING)
		return;
	group(j);
	(void)zx_capture_tick(j->capture, now_of(j->b));
	after(j);
}

/* Beginning ---------------------------------------------------------------- */

/* What the bot itself keeps of the guild. */
static void settings(struct zx__backup *b, uint64_t guild, struct zx_buf *out)
{
	struct zx_json_writer w;
	struct zx_buf value;

	zx_jw_init(&w, out);
	zx_jw_obj(&w, NULL);
	zx_buf_init(&value, b->alloc, 0);
	if (!zx_state_get(b->state, "settings", guild, "mention_prefix",
			  &value))
		zx_jw_bool(&w, "mention_prefix",
			   zx_str_is(zx_buf_str(&value), "1"));
	zx_buf_clear(&value);
	if (!zx_state_get(b->state, "settings", guild, "prefix", &value))
		zx_jw_str(&w, "prefix", zx_buf_str(&value));
	zx_jw_obj_end(&w);
	zx_buf_release(&value);
}

static int open_capture(struct zx__backup_job *j)
{
	struct zx_capture_options o = ZX_CAPTURE_OPTIONS_INIT;
	struct zx__backup *b = j->b;
	struct zx_bot_info info;
	struct zx_buf bot;
	int err;

	zx_bot_info(b->bot, &info);
	zx_buf_init(&bot, b->alloc, 0);
	settings(b, j->req.guild, &bot);
	o.store = zx__backup_store(b);
	o.store.put = put;
	o.store.share = share;
	o.store.ud = j;
	o.guild = j->req.guild;
	o.captured_at = j->captured;
	o.bot_settings = zx_buf_str(&bot);
	o.known = zx__backup_known;
	o.known_ud = j;
	o.members_max = b->opt.members_max;
	o.no_members = !(info.intents & ZX_INTENT_GUILD_MEMBERS);
	o.self = info.user_id;
	o.cdn = b->cdn;
	o.media = b->media;
	o.alloc = b->alloc;
	err = bot.err ? bot.err : zx_capture_new(&j->capture, &o, now_of(b));
	zx_buf_release(&bot);
	return err;
}

void zx__backup_job_run(struct zx__backup_job *j)
{
	struct zx__backup *b = j->b;
	int err;

	j->phase = ZX_BACKUP_READING;
	j->begun = j->heard = now_of(b);
	j->captured = zx_wall_clock();
	err = zx__backup_known_load(j);
	if (!err)
		err = zx_state_snap_begin(b->state, j->req.guild, &j->draft);
	if (err)
		snprintf(j->error, sizeof(j->error), "%s",
			 zx__backup_why(b, err));
	group(j);
	if (!err)
		err = open_capture(j);
	if (err) {
		(void)ungroup(j);
		end(j, err);
		return;
	}
	after(j);
}
