/* SPDX-License-Identifier: MIT
 *
 * restore_list: the restores a bot has in its hands, and those it had.
 */
#include "cogs/restore_job.h"

enum { KEEP_MS_DAYS = 30 };

zx_time zx__restore_now(const struct zx__backup *b)
{
	return zx_loop_now(zx_bot_loop(b->bot));
}

struct zx__restores *zx__restores(struct zx__backup *b)
{
	if (!b->restore)
		b->restore = zx_new(b->alloc, sizeof(struct zx__restores));
	return b->restore;
}

int zx__restore_append(struct zx_str piece, void *ud)
{
	struct zx_buf *b = ud;

	zx_buf_adds(b, piece);
	return b->err;
}

struct zx__restore_job *zx__restore_make(struct zx__backup *b)
{
	struct zx__restore_job *j = zx_new(b->alloc, sizeof(*j));

	if (!j)
		return NULL;
	j->b = b;
	j->gone = 1;
	j->differences = UINT32_MAX;
	j->timer = (struct zx_timer){ .fn = zx__restore_on_timer, .ud = j };
	zx_buf_init(&j->meta, b->alloc, 64 << 10);
	zx_buf_init(&j->lines, b->alloc, 256 << 10);
	zx_buf_init(&j->member, b->alloc, 1 << 20);
	return j;
}

void zx__restore_keep(struct zx__restore_job *j)
{
	struct zx__restores *all = zx__restores(j->b);

	j->gone = 0;
	j->next = all->jobs;
	all->jobs = j;
}

static void free_job(struct zx__restore_job *j)
{
	(void)zx_timer_set(zx_bot_loop(j->b->bot), &j->timer, ZX_TIME_NEVER);
	zx_restore_run_free(j->run);
	zx_plan_free(j->plan);
	zx_plan_free(j->back);
	zx_buf_release(&j->meta);
	zx_buf_release(&j->lines);
	zx_buf_release(&j->member);
	zx_delete(j->b->alloc, j);
}

static void unlink_job(struct zx__restore_job **at, struct zx__restore_job *j)
{
	while (*at && *at != j)
		at = &(*at)->next;
	if (*at)
		*at = j->next;
}

void zx__restore_let_go(struct zx__restore_job *j)
{
	if (!j->gone || j->flying)
		return;
	unlink_job(&zx__restores(j->b)->leaving, j);
	free_job(j);
}

void zx__restore_drop(struct zx__restore_job *j)
{
	struct zx__restores *all = zx__restores(j->b);

	unlink_job(&all->jobs, j);
	(void)zx_timer_set(zx_bot_loop(j->b->bot), &j->timer, ZX_TIME_NEVER);
	j->gone = 1;
	j->next = all->leaving;
	all->leaving = j;
	zx__restore_let_go(j);
}

struct zx__restore_job *zx__restore_find(struct zx__backup *b, uint64_t guild)
{
	struct zx__restores *all = zx__restores(b);
	struct zx__restore_job *j = all ? all->jobs : NULL;

	while (j && (j->row.guild != guild || !j->row.open))
		j = j->next;
	return j;
}

/* Looking ------------------------------------------------------------------ */

void zx__restore_hook(struct zx__backup *b, zx__restore_changed *fn, void *ud)
{
	struct zx__restores *all = zx__restores(b);

	if (!all)
		return;
	all->changed = fn;
	all->changed_ud = ud;
}

int zx__restore_open(struct zx__backup *b, uint64_t guild,
		     struct zx__restore_view *out)
{
	struct zx__restore_job *j = zx__restore_find(b, guild);

	if (!j)
		return ZX_E_NOTFOUND;
	zx__restore_view_of(j, out);
	return ZX_OK;
}

static int newest(const struct zx_state_restore *r, void *ud)
{
	uint64_t *n = ud;

	if (r->open)
		return 0;
	*n = r->n;
	return 1;
}

/* One that is over stays until another is looked at. */
static int show(struct zx__backup *b, uint64_t n, struct zx__restore_job **out)
{
	struct zx__restores *all = zx__restores(b);
	struct zx__restore_job *j = all ? all->jobs : NULL;
	int err;

	if (!all)
		return ZX_E_NOMEM;
	while (j && j->row.n != n)
		j = j->next;
	if (!j && all->shown && all->shown->row.n == n)
		j = all->shown;
	if (!j) {
		err = zx__restore_load(b, n, &j);
		if (err)
			return err;
		if (all->shown)
			zx__restore_let_go(all->shown);
		all->shown = j;
	}
	*out = j;
	return ZX_OK;
}

int zx__restore_last(struct zx__backup *b, uint64_t guild,
		     struct zx__restore_view *out)
{
	struct zx__restore_job *j;
	uint64_t n = 0;
	int err = zx_state_restore_each(b->state, guild, newest, &n);

	if (err < 0)
		return err;
	if (!n)
		return ZX_E_NOTFOUND;
	err = show(b, n, &j);
	if (!err)
		zx__restore_view_of(j, out);
	return err;
}

int zx__restore_meta_set(struct zx__backup *b, uint64_t n, struct zx_str meta)
{
	struct zx__restore_job *j;
	int err = show(b, n, &j);

	if (err)
		return err;
	zx_buf_clear(&j->meta);
	zx_buf_adds(&j->meta, meta);
	return j->meta.err ? j->meta.err : zx__restore_save(j);
}

int zx__restore_meta(struct zx__backup *b, uint64_t n, struct zx_buf *out)
{
	struct zx__restore_job *j;
	int err = show(b, n, &j);

	if (!err)
		zx_buf_adds(out, zx_buf_str(&j->meta));
	return err ? err : out->err;
}

int zx__restore_text(struct zx__backup *b, uint64_t n,
		     int (*write)(struct zx_str piece, void *ud), void *ud)
{
	struct zx__restore_job *j;
	int err = show(b, n, &j);

	if (err)
		return err;
	return j->run ? zx_restore_run_text(j->run, zx__restore_now(b), write,
					    ud)
		      : ZX_E_CORRUPT;
}

/* Steering ----------------------------------------------------------------- */

int zx__restore_pause(struct zx__backup *b, uint64_t guild, int paused)
{
	struct zx__restore_job *j = zx__restore_find(b, guild);

	if (!j)
		return ZX_E_NOTFOUND;
	if (j->phase != ZX__RESTORE_RUNNING || j->settling)
		return ZX_E_STATE;
	zx_restore_run_pause(j->run, paused, zx__restore_now(b));
	zx__restore_tell(j);
	zx__restore_pump(j);
	return ZX_OK;
}

int zx__restore_cancel(struct zx__backup *b, uint64_t guild)
{
	struct zx__restore_job *j = zx__restore_find(b, guild);

	if (!j)
		return ZX_E_NOTFOUND;
	if (j->phase == ZX__RESTORE_SAFETY) {
		(void)zx_backup_cancel(b->bot, guild);
		return ZX_OK;
	}
	if (j->phase != ZX__RESTORE_RUNNING || j->settling)
		return ZX_E_STATE;
	zx_restore_run_cancel(j->run, zx__restore_now(b));
	for (int i = 0; i < ZX__RESTORE_SLOTS; i++)
		if (j->sent[i].id)
			(void)zx_bot_rest_cancel(b->bot, j->sent[i].rest);
	zx__restore_pump(j);
	return ZX_OK;
}

int zx__restore_give_up(struct zx__backup *b, uint64_t guild)
{
	struct zx__restore_job *j = zx__restore_find(b, guild);

	if (!j)
		return ZX_E_NOTFOUND;
	if (j->phase != ZX__RESTORE_STOPPED || j->settling)
		return ZX_E_STATE;
	zx__restore_finish(j);
	return ZX_OK;
}

/* The cog ------------------------------------------------------------------ */

struct found {
	struct zx__backup *b;
	uint64_t open[256], old[256];
	size_t opens, olds;
	zx_wall now;
};

static int sort_out(const struct zx_state_restore *r, void *ud)
{
	struct found *f = ud;
	zx_wall age = f->now - r->changed;

	if (r->open && zx__restore_find(f->b, r->guild))
		return 0; /* is in somebody's hands */
	if (r->open && f->opens < 256)
		f->open[f->opens++] = r->n;
	else if (!r->open && f->olds < 256 &&
		 age > (zx_wall)KEEP_MS_DAYS * 24 * 3600 * 1000)
		f->old[f->olds++] = r->n;
	return 0;
}

void zx__restores_start(struct zx__backup *b)
{
	struct found f = { .b = b, .now = zx_wall_clock() };
	struct zx__restore_job *j;

	if (!zx__restores(b) ||
	    zx_state_restore_each(b->state, 0, sort_out, &f) < 0)
		return;
	for (size_t i = 0; i < f.olds; i++)
		(void)zx_state_restore_delete(b->state, f.old[i]);
	for (size_t i = 0; i < f.opens; i++) {
		if (zx__restore_load(b, f.open[i], &j))
			continue;
		if (zx__restore_find(b, j->row.guild)) {
			zx__restore_let_go(j);
			continue;
		}
		zx__restore_keep(j);
		zx__backup_log(b, ZX_LOG_WARN,
			       "restore %llu of guild %llu is open: %s",
			       (unsigned long long)j->row.n,
			       (unsigned long long)j->row.guild, j->why);
		zx__restore_tell(j);
	}
}

void zx__restores_stop(struct zx__backup *b)
{
	struct zx__restores *all = b->restore;
	struct zx__restore_job *j = all ? all->jobs : NULL, *next;

	for (; j; j = next) {
		next = j->next;
		if (j->phase != ZX__RESTORE_RUNNING || !j->run)
			continue;
		zx_restore_run_suspend(j->run, zx__restore_now(b));
		for (int i = 0; i < ZX__RESTORE_SLOTS; i++)
			if (j->sent[i].id)
				(void)zx_bot_rest_cancel(b->bot,
							 j->sent[i].rest);
		zx__restore_pump(j);
	}
}

void zx__restores_free(struct zx__backup *b)
{
	struct zx__restores *all = b->restore;
	struct zx__restore_job *j;

	if (!all)
		return;
	zx__restore_plannings_free(b);
	while ((j = all->jobs ? all->jobs : all->leaving)) {
		*(all->jobs ? &all->jobs : &all->leaving) = j->next;
		free_job(j);
	}
	if (all->shown)
		free_job(all->shown);
	zx_delete(b->alloc, all);
	b->restore = NULL;
}
