/* SPDX-License-Identifier: MIT
 *
 * backup_jobs: the captures there are: one at a time per guild and a few in
 * all.
 */
#include "cogs/backup_job.h"

enum { QUIET_MS = 3000 };

static zx_time now_of(const struct zx__backup *b)
{
	return zx_loop_now(zx_bot_loop(b->bot));
}

static struct zx__backup_job *find(const struct zx__backup *b, uint64_t guild)
{
	struct zx__backup_job *j = b->jobs;

	while (j && (j->ended || j->req.guild != guild))
		j = j->next;
	return j;
}

static void free_job(struct zx__backup_job *j)
{
	zx_capture_free(j->capture);
	zx_buf_release(&j->known);
	zx_delete(j->b->alloc, j);
}

/* The memory goes when no answer can come any more. */
void zx__backup_job_let_go(struct zx__backup_job *j)
{
	struct zx__backup *b = j->b;
	struct zx__backup_job **at = &b->jobs;

	if (!j->ended || j->flying || j->members)
		return;
	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	b->job_count--;
	free_job(j);
}

static int is_free(const struct zx__backup *b)
{
	const struct zx__backup_job *j;
	size_t running = 0;

	for (j = b->jobs; j; j = j->next)
		running += !j->ended && j->phase != ZX_BACKUP_QUEUED;
	return running < b->opt.jobs;
}

void zx__backup_jobs_next(struct zx__backup *b)
{
	struct zx__backup_job *j = b->jobs;

	while (j && (j->ended || j->phase != ZX_BACKUP_QUEUED))
		j = j->next;
	if (j)
		zx_timer_set(zx_bot_loop(b->bot), &j->timer, now_of(b));
}

/* In a turn of its own, so that `done` is never called from inside. */
static void on_begin(struct zx_timer *t, void *ud)
{
	struct zx__backup_job *j = ud;

	if (!is_free(j->b))
		return; /* the end of another one begins it */
	t->fn = zx__backup_job_on_timer;
	zx__backup_job_run(j);
}

static struct zx__backup_job *
make(struct zx__backup *b, const struct zx_backup_request *req, void *ud)
{
	struct zx__backup_job *j = zx_new(b->alloc, sizeof(*j));
	struct zx__backup_job **at = &b->jobs;

	if (!j)
		return NULL;
	j->b = b;
	j->req = *req;
	memcpy(j->label, req->label.len ? req->label.ptr : "", req->label.len);
	j->req.label.ptr = j->label;
	j->ud = ud;
	j->phase = ZX_BACKUP_QUEUED;
	j->timer = (struct zx_timer){ .fn = on_begin, .ud = j };
	zx_buf_init(&j->known, b->alloc, 0);
	if (zx_timer_set(zx_bot_loop(b->bot), &j->timer, now_of(b))) {
		free_job(j);
		return NULL;
	}
	while (*at)
		at = &(*at)->next;
	*at = j;
	b->job_count++;
	return j;
}

static int may_begin(struct zx__backup *b, uint64_t guild)
{
	if (b->stopped)
		return ZX_E_STATE;
	if (!zx_bot_guild(b->bot, guild))
		return ZX_E_NOTFOUND;
	if (find(b, guild) || b->job_count >= ZX__BACKUP_QUEUE)
		return ZX_E_BUSY;
	return ZX_OK;
}

/* BACKUP_MAX_PER_GUILD is known to be reached before anything is asked. */
static int has_room(struct zx__backup *b, uint64_t guild)
{
	struct zx__backup_room room;

	zx__backup_room(b, guild, 0, &room);
	zx_delete(b->alloc, room.drop);
	return room.err;
}

int zx_backup_create(struct zx_bot *bot, const struct zx_backup_request *req,
		     zx_backup_done *done, void *ud)
{
	struct zx_backup_request q = ZX_BACKUP_REQUEST_INIT;
	struct zx__backup *b = zx__backup_in(bot);
	struct zx__backup_job *j;
	int err;

	memcpy(&q, req, req->size < sizeof(q) ? req->size : sizeof(q));
	if (!b)
		return ZX_E_STATE;
	if (zx_utf8_count(q.label) > ZX__BACKUP_LABEL ||
	    q.label.len >= sizeof(j->label))
		return ZX_E_TOOBIG;
	if (!zx_utf8_valid(q.label))
		return ZX_E_INVALID;
	err = may_begin(b, q.guild);
	if (!err && !q.beyond_limit)
		err = has_room(b, q.guild);
	if (err)
		return err;
	j = make(b, &q, ud);
	if (!j)
		return ZX_E_NOMEM;
	j->done = done;
	return ZX_OK;
}

int zx__backup_glance(struct zx__backup *b, uint64_t guild,
		      zx__backup_glance_fn *done, void *ud)
{
	struct zx_backup_request q = ZX_BACKUP_REQUEST_INIT;
	struct zx__backup_job *j;
	int err = may_begin(b, guild);

	if (err)
		return err;
	q.guild = guild;
	j = make(b, &q, ud);
	if (!j)
		return ZX_E_NOMEM;
	j->glance = done;
	return ZX_OK;
}

/* It has ended, and its draft goes when the callback returns. */
uint64_t zx__backup_glance_keep(struct zx__backup *b, uint64_t guild)
{
	struct zx__backup_job *j = b->jobs;
	uint64_t draft;

	while (j &&
	       (!j->glance || !j->draft || !j->ended || j->req.guild != guild))
		j = j->next;
	if (!j)
		return 0;
	draft = j->draft;
	j->draft = 0;
	return draft;
}

void zx__backup_glance_cancel(struct zx__backup *b, uint64_t guild, void *ud)
{
	struct zx__backup_job *j = find(b, guild);

	if (j && j->glance && j->ud == ud)
		zx__backup_job_fail(j, ZX_E_CANCELLED, "cancelled");
}

/* Looking ------------------------------------------------------------------ */

int zx_backup_progress(struct zx_bot *bot, uint64_t guild,
		       struct zx_backup_progress *out)
{
	struct zx__backup *b = zx__backup_in(bot);
	struct zx__backup_job *j = b ? find(b, guild) : NULL;
	struct zx_capture_progress p = { .doing = "" };

	memset(out, 0, sizeof(*out));
	out->doing = "";
	if (!j)
		return ZX_E_NOTFOUND;
	out->phase = j->phase;
	if (!j->capture)
		return ZX_OK;
	zx_capture_progress(j->capture, &p);
	out->requests = p.requests;
	out->requests_known = p.requests_known;
	out->images = p.images;
	out->images_known = p.images_known;
	out->members = p.members;
	out->members_expected = p.members_expected;
	out->incomplete = p.incomplete;
	out->doing = p.doing;
	out->ms = now_of(b) - j->begun;
	out->held = now_of(b) - j->heard > QUIET_MS;
	return ZX_OK;
}

int zx_backup_cancel(struct zx_bot *bot, uint64_t guild)
{
	struct zx__backup *b = zx__backup_in(bot);
	struct zx__backup_job *j = b ? find(b, guild) : NULL;

	if (!j)
		return ZX_E_NOTFOUND;
	zx__backup_job_fail(j, ZX_E_CANCELLED,
			    "cancelled; nothing of it was kept");
	return ZX_OK;
}

void zx__backup_jobs_stop(struct zx__backup *b)
{
	struct zx__backup_job *j, *next;

	for (j = b->jobs; j; j = next) {
		next = j->next;
		if (!j->ended)
			zx__backup_job_fail(
				j, ZX_E_CANCELLED,
				"the bot stops; nothing of it was kept, the other "
				"backups are as they were");
	}
}

void zx__backup_jobs_free(struct zx__backup *b)
{
	struct zx__backup_job *j;

	while ((j = b->jobs)) {
		b->jobs = j->next;
		free_job(j);
	}
	b->job_count = 0;
}
