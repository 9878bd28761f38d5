/* SPDX-License-Identifier: MIT
 *
 * Stopping: sessions are saved and closed, answers on their way are finished,
 * and all of it within 5 seconds.
 */
#include "bot/bot_int.h"

void zx__bot_cogs_stop(struct zx_bot *b)
{
	struct zx__bot_cog *c;
	size_t i;

	for (i = b->cog_count; i > 0; i--) {
		c = &b->cogs[i - 1];
		if (!c->started)
			continue;
		c->started = 0;
		if (c->cog->stop)
			c->cog->stop(b, c->data);
	}
}

static void tell_leave(struct zx_bot *b)
{
	size_t i;

	for (i = b->cog_count; i > 0; i--)
		if (b->cogs[i - 1].started && b->cogs[i - 1].cog->leave)
			b->cogs[i - 1].cog->leave(b, b->cogs[i - 1].data);
}

static void clear_timers(struct zx_bot *b)
{
	struct zx_timer *const timers[] = {
		&b->ask_timer,	    &b->queue_timer,  &b->start_timer,
		&b->rebuild_timer,  &b->save_timer,   &b->ready_timer,
		&b->presence_timer, &b->members_timer
	};
	size_t i;

	for (i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		zx_timer_set(b->loop, timers[i], ZX_TIME_NEVER);
}

void zx_bot_stop(struct zx_bot *b, int resumable)
{
	if (!b->loop || b->phase >= ZX__BOT_STOPPING)
		return;
	b->phase = ZX__BOT_STOPPING;
	b->stop_resumable = resumable;
	clear_timers(b);
	/* Events that come from now on are not looked at, so the sequence
	 * numbers of this moment are those to resume from. */
	if (resumable)
		zx__bot_save(b);
	zx_timer_set(b->loop, &b->stop_timer, zx_loop_now(b->loop));
}

/* Without a turn of the loop: for freeing a bot that still runs. */
void zx__bot_halt(struct zx_bot *b)
{
	zx__bot_cogs_stop(b);
	clear_timers(b);
	zx_timer_set(b->loop, &b->command_timer, ZX_TIME_NEVER);
	zx_timer_set(b->loop, &b->stop_timer, ZX_TIME_NEVER);
	if (b->phase < ZX__BOT_STOPPING)
		zx__bot_save(b);
	b->phase = ZX__BOT_STOPPED;
}

static int is_quiet(struct zx_bot *b)
{
	const struct zx_rest_stats *s;

	s = zx_rest_stats(b->rest, zx_loop_now(b->loop));
	return !s->waiting && !s->in_flight;
}

static void finish(struct zx_bot *b)
{
	zx_timer_set(b->loop, &b->stop_timer, ZX_TIME_NEVER);
	zx__bot_cogs_stop(b);
	b->phase = ZX__BOT_STOPPED;
	zx_loop_wake(b->loop);
}

/* First the shards are told to close, then comes the deadline. */
void zx__bot_on_stop(struct zx_timer *t, void *ud)
{
	struct zx_bot *b = ud;
	size_t i;

	(void)t;
	if (b->stop_deadline) {
		finish(b);
		return;
	}
	b->stop_deadline = zx_time_add(zx_loop_now(b->loop), ZX__BOT_STOP_MS);
	zx_timer_set(b->loop, &b->stop_timer, b->stop_deadline);
	if (!b->stop_resumable)
		for (i = 0; i < b->member_count; i++)
			zx__bot_session_drop(&b->members[i]);
	tell_leave(b);
	zx__bot_fleet_stop(b, b->stop_resumable);
	zx__bot_stop_check(b);
}

void zx__bot_stop_check(struct zx_bot *b)
{
	if (b->phase != ZX__BOT_STOPPING || !b->stop_deadline ||
	    b->stop_timer.at <= zx_loop_now(b->loop))
		return;
	/* Asked from inside outputs of shards and REST: end in a turn of its
	 * own. */
	if (zx__bot_fleet_stopped(b) && is_quiet(b))
		zx_timer_set(b->loop, &b->stop_timer, zx_loop_now(b->loop));
}
