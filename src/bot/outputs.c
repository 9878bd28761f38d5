/* SPDX-License-Identifier: MIT
 *
 * What a shard says: events, states, wishes to identify, its end.
 */
#include "bot/bot_int.h"

static void tell_cogs(struct zx__bot_member *m, enum zx_shard_state state)
{
	struct zx_bot *b = m->bot;
	size_t i;

	for (i = 0; i < b->cog_count; i++)
		if (b->cogs[i].started && b->cogs[i].cog->state)
			b->cogs[i].cog->state(b, b->cogs[i].data, m->id, state);
}

static void lost_connection(struct zx__bot_member *m)
{
	m->failures++;
	if (m->failures % ZX__BOT_REFETCH_FAILURES == 0)
		zx__bot_refetch(m->bot);
}

static void on_state(struct zx__bot_member *m, enum zx_shard_state state)
{
	struct zx_bot *b = m->bot;
	enum zx_shard_state before = m->state;

	m->state = state;
	if (before == ZX_SHARD_READY)
		b->ready_count--;
	if (before == ZX_SHARD_QUEUED && state != ZX_SHARD_IDENTIFYING)
		zx__bot_turn_forget(m);
	if (state == ZX_SHARD_BACKOFF)
		lost_connection(m);
	if (state == ZX_SHARD_READY) {
		b->ready_count++;
		m->was_ready = 1;
		m->failures = 0;
		zx__bot_log(b, ZX_LOG_INFO, "shard %u %s", m->id,
			    before == ZX_SHARD_RESUMING ? "has resumed"
							: "is online");
	}
	tell_cogs(m, state);
	if (b->phase == ZX__BOT_RUNNING && b->next_start < b->member_count)
		zx_timer_set(b->loop, &b->start_timer, zx_loop_now(b->loop));
	if (b->phase == ZX__BOT_STOPPING)
		zx__bot_stop_check(b);
	else
		zx__bot_ready_check(b);
}

static void on_dead(struct zx__bot_member *m, const struct zx_shard_out *o)
{
	struct zx_bot *b = m->bot;

	zx__bot_session_drop(m);
	if (o->code == 4014 && b->intents_fallback &&
	    b->intents & ZX_INTENTS_PRIVILEGED) {
		zx__bot_intents_refused(b);
		return;
	}
	switch (o->code) {
	case 0:
		zx__bot_fail(b, ZX_E_NOMEM, "shard %u: %.*s", m->id,
			     ZX_ARG(o->text));
		return;
	case 4004:
		zx__bot_fail(b, ZX_E_AUTH,
			     "Discord refuses the token (4004). Check "
			     "DISCORD_TOKEN: the developer portal shows a new "
			     "one under Bot, Reset Token");
		return;
	case 4013:
	case 4014:
		zx__bot_fail(b, ZX_E_PERM, "Discord refuses the intents: %.*s",
			     ZX_ARG(o->text));
		return;
	default:
		zx__bot_fail(b, ZX_E_REMOTE, "shard %u: %.*s", m->id,
			     ZX_ARG(o->text));
	}
}

void zx__bot_on_output(struct zx_shard *s, const struct zx_shard_out *o,
		       void *ud)
{
	struct zx__bot_member *m = ud;
	struct zx_bot *b = m->bot;

	(void)s;
	switch (o->kind) {
	case ZX_SHARD_OUT_EVENT:
		if (b->phase == ZX__BOT_RUNNING)
			zx__bot_dispatch(m, o);
		break;
	case ZX_SHARD_OUT_STATE:
		on_state(m, o->state);
		break;
	case ZX_SHARD_OUT_IDENTIFY:
		zx__bot_turn_ask(m);
		break;
	case ZX_SHARD_OUT_SESSION:
		m->session_dirty = 1;
		zx__bot_save_within(b, ZX__BOT_SAVE_SOON_MS);
		break;
	case ZX_SHARD_OUT_DEAD:
		on_dead(m, o);
		break;
	default:
		break;
	}
}
