/* SPDX-License-Identifier: MIT
 *
 * backup_clock: what happens by itself: the schedule, and once a day retention,
 * one guild per turn of the loop, so that nobody waits for it.
 */
#include "cogs/backup_int.h"

enum { DAY = 24 * 60 * 60 * 1000 };

static zx_time now_of(const struct zx__backup *b)
{
	return zx_loop_now(zx_bot_loop(b->bot));
}

/* Retention ---------------------------------------------------------------- */

static int drop(struct zx__backup *b, uint64_t guild,
		const struct zx__backup_list *l, const struct zx_retained *v)
{
	int err = zx_state_begin(b->state);
	unsigned n = 0;

	for (size_t i = 0; !err && i < l->count; i++) {
		const char *id = l->items[i].id;

		if (v[i].keep != ZX_DROP_AGE && v[i].keep != ZX_DROP_COUNT)
			continue;
		err = zx_state_snap_delete(b->state, guild, id);
		if (!err)
			err = zx__backup_flags_drop(b, guild, id);
		if (!err)
			zx__backup_audit(b, guild, 0, "cleanup", id, "%s: %.*s",
					 v[i].keep == ZX_DROP_AGE
						 ? "Expired"
						 : "Over the limit",
					 ZX_ARG(l->items[i].label));
		n += !err;
	}
	if (!err)
		err = zx_state_commit(b->state);
	zx_state_rollback(b->state);
	if (!err)
		zx__backup_log(b, ZX_LOG_INFO,
			       "guild %llu: retention removed %u backups",
			       (unsigned long long)guild, n);
	return err;
}

static int retain(struct zx__backup *b, uint64_t guild,
		  const struct zx__backup_list *l)
{
	const struct zx_retention rule = { .max_count = b->config.max,
					   .days = b->config.keep_days,
					   .now = zx_wall_clock() };
	struct zx_retained *v = zx_new(b->alloc, (l->count + 1) * sizeof(*v));
	size_t gone = 0;
	int err = ZX_OK;

	if (!v)
		return ZX_E_NOMEM;
	for (size_t i = 0; i < l->count; i++)
		v[i] = zx__backup_retained(&l->items[i]);
	(void)zx_retention(v, l->count, &rule);
	for (size_t i = 0; i < l->count; i++)
		gone += v[i].keep >= ZX_DROP_AGE;
	if (gone)
		err = drop(b, guild, l, v);
	zx_delete(b->alloc, v);
	return err;
}

static void clean(struct zx__backup *b, uint64_t guild)
{
	struct zx__backup_list l;
	int err;

	/* Of a server that the bot has left nothing is removed: it may be asked
	 * back to rebuild it. */
	if (!zx_bot_guild(b->bot, guild))
		return;
	err = zx__backup_list(b, guild, &l);
	if (!err)
		err = retain(b, guild, &l);
	zx__backup_list_release(&l);
	if (err)
		zx__backup_log(b, ZX_LOG_ERROR, "guild %llu: no retention: %s",
			       (unsigned long long)guild,
			       zx__backup_why(b, err));
}

static void on_clean(struct zx_timer *t, void *ud)
{
	struct zx__backup *b = ud;

	if (b->clean_count)
		clean(b, b->clean_list[--b->clean_count]);
	if (b->clean_count) {
		zx_timer_set(zx_bot_loop(b->bot), t, now_of(b));
		return;
	}
	zx_delete(b->alloc, b->clean_list);
	b->clean_list = NULL;
}

static int note(const struct zx_state_snapshot *s, void *ud)
{
	struct zx__backup *b = ud;
	uint64_t *v;

	for (size_t i = b->clean_count; i > 0; i--)
		if (b->clean_list[i - 1] == s->guild)
			return 0;
	v = zx_resize(b->alloc, b->clean_list,
		      (b->clean_count + 1) * sizeof(*v));
	if (!v)
		return ZX_E_NOMEM;
	b->clean_list = v;
	v[b->clean_count++] = s->guild;
	return 0;
}

static void begin_cleaning(struct zx__backup *b)
{
	int err;

	if (b->clean_count)
		return;
	b->cleaned = zx_wall_clock();
	err = zx_state_snap_each(b->state, 0, note, b);
	if (err)
		zx__backup_log(b, ZX_LOG_ERROR, "no retention: %s",
			       zx__backup_why(b, err));
	zx_timer_set(zx_bot_loop(b->bot), &b->clean, now_of(b));
}

/* The clock ---------------------------------------------------------------- */

static void on_look(struct zx_timer *t, void *ud)
{
	struct zx__backup *b = ud;
	zx_wall now = zx_wall_clock();

	zx__backup_plans_look(b);
	if (now - b->cleaned >= DAY || now < b->cleaned)
		begin_cleaning(b);
	zx_timer_set(zx_bot_loop(b->bot), t,
		     zx_time_add(now_of(b), b->opt.look_ms));
}

void zx__backup_clock_start(struct zx__backup *b)
{
	b->look = (struct zx_timer){ .fn = on_look, .ud = b };
	b->clean = (struct zx_timer){ .fn = on_clean, .ud = b };
	zx_timer_set(zx_bot_loop(b->bot), &b->look, now_of(b));
}

void zx__backup_clock_stop(struct zx__backup *b)
{
	struct zx_loop *l = zx_bot_loop(b->bot);

	if (b->look.fn)
		zx_timer_set(l, &b->look, ZX_TIME_NEVER);
	if (b->clean.fn)
		zx_timer_set(l, &b->clean, ZX_TIME_NEVER);
}
