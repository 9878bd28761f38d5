/* SPDX-License-Identifier: MIT
 *
 * When start-up is over: all shards are live, and their guilds are there or
 * have had their time (GS-01).
 */
#include "bot/bot_int.h"

static void tell(struct zx_bot *b)
{
	size_t i;

	b->ready_told = 1;
	zx__bot_log(b, ZX_LOG_INFO,
		    "ready as %s: %zu servers, %llu users, %zu of %u shards",
		    b->user_name, b->guilds.map.count,
		    (unsigned long long)b->guilds.users, b->member_count,
		    b->shard_count);
	zx__bot_on_presence(NULL, b);
	for (i = 0; i < b->cog_count; i++)
		if (b->cogs[i].started && b->cogs[i].cog->ready)
			b->cogs[i].cog->ready(b, b->cogs[i].data);
	zx__bot_pump(b);
}

void zx__bot_ready_check(struct zx_bot *b)
{
	zx_time now = zx_loop_now(b->loop), quiet;

	if (b->ready_told || b->phase != ZX__BOT_RUNNING ||
	    b->ready_count < b->member_count)
		return;
	if (!b->all_ready) {
		b->all_ready = 1;
		b->guild_at = now;
	}
	quiet = zx_time_add(b->guild_at, ZX__BOT_QUIET_MS);
	/* Never from here: a shard is in the middle of its outputs. */
	zx_timer_set(b->loop, &b->ready_timer,
		     b->guilds.unavailable && now < quiet ? quiet : now);
}

void zx__bot_on_ready_timer(struct zx_timer *t, void *ud)
{
	struct zx_bot *b = ud;

	(void)t;
	if (b->ready_told || b->phase != ZX__BOT_RUNNING ||
	    b->ready_count < b->member_count)
		return;
	if (b->guilds.unavailable &&
	    zx_loop_now(b->loop) < zx_time_add(b->guild_at, ZX__BOT_QUIET_MS))
		zx__bot_ready_check(b);
	else
		tell(b);
}
