/* SPDX-License-Identifier: MIT
 *
 * Carries the command machine's requests to REST and the results back, and runs
 * handlers.
 */
#include "bot/bot_int.h"

static void on_result(struct zx_bot *b, const struct zx_rest_result *r)
{
	zx_commands_result(b->commands, r, zx_loop_now(b->loop));
	zx__bot_pump(b);
	if (r->err == ZX_E_AUTH &&
	    zx_rest_stats(b->rest, zx_loop_now(b->loop))->unauthorized)
		zx__bot_fail(b, ZX_E_AUTH,
			     "Discord no longer accepts the token. Check "
			     "DISCORD_TOKEN");
	zx__bot_stop_check(b);
}

static void send(struct zx_bot *b, const struct zx_rest_request *req,
		 uint64_t guild)
{
	struct zx_rest_result lost = { .ud = req->ud };

	lost.err = zx__bot_send(b, req, guild, on_result);
	if (lost.err)
		zx_commands_result(b->commands, &lost, zx_loop_now(b->loop));
}

static const char *form_mark(const struct zx_call_info *i)
{
	switch (i->form) {
	case ZX_FORM_SLASH:
		return "/";
	case ZX_FORM_PREFIX:
		return "!";
	case ZX_FORM_MENTION:
		return "@";
	default:
		return "press of ";
	}
}

static void run(struct zx_bot *b, struct zx_call *call)
{
	const struct zx_call_info *i = zx_call_info(call);

	if (i->command)
		zx__bot_log(b, ZX_LOG_INFO, "%s%s by %s (%llu) in %s %llu",
			    form_mark(i), i->command->name, i->user_name,
			    (unsigned long long)i->user_id,
			    i->guild_id ? "guild" : "channel",
			    (unsigned long long)(i->guild_id ? i->guild_id
							     : i->channel_id));
	/* Events are replayed from the stored number on after a crash: the
	 * sooner this one is behind it, the less likely it is answered twice.
	 */
	zx__bot_save_within(b, ZX__BOT_SAVE_SOON_MS);
	zx__bot_tell_command(b, call);
	zx_call_run(call);
}

static void on_synced(struct zx_bot *b, const struct zx_commands_out *o)
{
	if (o->err) {
		b->synced = 0;
		zx__bot_log(b, ZX_LOG_WARN,
			    "slash commands could not be registered: %s",
			    zx_commands_error(b->commands)[0]
				    ? zx_commands_error(b->commands)
				    : zx_strerror(o->err));
		return;
	}
	zx__bot_log(b, ZX_LOG_INFO, "%zu slash commands %s", o->count,
		    o->changed ? "registered" : "are registered already");
}

void zx__bot_pump(struct zx_bot *b)
{
	struct zx_commands_out o;
	zx_time at;
	int n;

	if (b->pumping)
		return; /* the outer one goes on until there is nothing */
	b->pumping = 1;
	while ((n = zx_commands_poll(b->commands, &o)) > 0) {
		if (o.kind == ZX_COMMANDS_OUT_RUN)
			run(b, o.call);
		else if (o.kind == ZX_COMMANDS_OUT_REST)
			send(b, &o.request, o.guild_id);
		else
			on_synced(b, &o);
	}
	b->pumping = 0;
	at = zx_commands_deadline(b->commands);
	if (n < 0) /* out of memory: not at once again */
		at = zx_time_min(at, zx_time_add(zx_loop_now(b->loop), 100));
	zx_timer_set(b->loop, &b->command_timer, at);
}

void zx__bot_on_command_timer(struct zx_timer *t, void *ud)
{
	struct zx_bot *b = ud;

	(void)t;
	zx_commands_tick(b->commands, zx_loop_now(b->loop));
	zx__bot_pump(b);
}

void zx__bot_sync(struct zx_bot *b)
{
	if (b->synced || !zx_commands_count(b->commands))
		return;
	b->synced = !zx_commands_sync(b->commands, zx_loop_now(b->loop));
	zx__bot_pump(b);
}
