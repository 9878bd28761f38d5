/* SPDX-License-Identifier: MIT
 *
 * core_stats: /stats, with a button that looks again.
 */
#include "cogs/core_int.h"

#define TOP 5

static void number_field(struct zx_message *out, const char *name, uint64_t n)
{
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	zx_commas(&text, n);
	zx_embed_field(out, 1, name, "%s", zx_buf_cstr(&text));
	zx_buf_release(&text);
}

static void uptime(const struct zx__stats_view *v, struct zx_message *out)
{
	uint64_t ms = v->now > v->bot.started ? v->now - v->bot.started : 0;
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	zx_duration(&text, ms / 1000, 0);
	if (v->wall) {
		zx_buf_addch(&text, '\n');
		zx_timestamp(&text, v->wall - (zx_wall)ms, 'R');
	}
	zx_embed_field(out, 1, "⏱️ Uptime", "%s", zx_buf_cstr(&text));
	zx_buf_release(&text);
}

static void servers(const struct zx__stats_view *v, struct zx_message *out)
{
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	zx_commas(&text, v->bot.guilds);
	if (v->bot.guilds_unavailable)
		zx_buf_addf(&text, " (%zu unavailable)",
			    v->bot.guilds_unavailable);
	zx_embed_field(out, 1, "🏠 Servers", "%s", zx_buf_cstr(&text));
	zx_buf_release(&text);
}

static void latency(const struct zx__stats_view *v, struct zx_message *out)
{
	char gateway[32] = "–", rest[32] = "–";

	if (v->bot.latency_ms >= 0)
		snprintf(gateway, sizeof(gateway), "%.0f ms",
			 v->bot.latency_ms);
	if (v->bot.rest_latency_ms >= 0)
		snprintf(rest, sizeof(rest), "%.0f ms", v->bot.rest_latency_ms);
	zx_embed_field(out, 1, "📡 Latency", "Gateway %s\nAPI %s", gateway,
		       rest);
}

/* The most used command that is not among those done. */
static const struct zx_command *most_used(const struct zx_commands *list,
					  const struct zx_command **done,
					  size_t done_count)
{
	const struct zx_command *command, *best = NULL;
	size_t i, k;

	for (i = 0; (command = zx_commands_get(list, i)) != NULL; i++) {
		for (k = 0; k < done_count && done[k] != command; k++)
			;
		if (k < done_count || !zx_commands_uses(list, command))
			continue;
		if (!best || zx_commands_uses(list, command) >
				     zx_commands_uses(list, best))
			best = command;
	}
	return best;
}

static void top(const struct zx__stats_view *v, struct zx_message *out)
{
	const struct zx_command *done[TOP];
	struct zx_buf text;
	size_t n;

	if (!v->list)
		return;
	zx_buf_init(&text, out->alloc, 0);
	for (n = 0; n < TOP; n++) {
		done[n] = most_used(v->list, done, n);
		if (!done[n])
			break;
		zx_buf_addf(&text, "%s`%s` × ", n ? "\n" : "", done[n]->name);
		zx_commas(&text, zx_commands_uses(v->list, done[n]));
	}
	if (text.len)
		zx_embed_field(out, 0, "🏆 Most used", "%s", zx_buf_cstr(&text));
	zx_buf_release(&text);
}

void zx__stats_render(const struct zx__stats_view *v, struct zx_message *out)
{
	zx_embed(out, ZX_COLOR_BLURPLE, "📊 Statistics");
	uptime(v, out);
	servers(v, out);
	number_field(out, "👥 Users", v->bot.users);
	number_field(out, "⚙️ Commands run", v->commands.calls);
	number_field(out, "💬 Messages seen", v->bot.messages_seen);
	latency(v, out);
	zx_embed_field(out, 1, "🧩 Shards", "%u of %u ready",
		       v->bot.shards_ready, v->bot.shards);
	number_field(out, "⚡ Slash commands", v->slash);
	number_field(out, "⚠️ Errors", v->commands.failed);
	top(v, out);
	zx_embed_footer(out, "zoryx %s", zx_version());
	if (v->wall)
		zx_embed_time(out, v->wall);
}

static size_t slash_count(const struct zx_commands *c)
{
	const struct zx_command *command;
	size_t i, n = 0;

	for (i = 0; (command = zx_commands_get(c, i)) != NULL; i++)
		n += !(command->flags & ZX_COMMAND_NO_SLASH);
	return n;
}

static void panel_render(struct zx_call *call, const void *state, int over,
			 struct zx_message *out, void *ud)
{
	struct zx_bot *bot = zx_call_bot(call);
	struct zx__stats_view v = { .list = zx_bot_commands(bot) };

	(void)state;
	(void)over;
	(void)ud;
	zx_bot_info(bot, &v.bot);
	v.commands = *zx_commands_stats(v.list);
	v.slash = slash_count(v.list);
	v.now = zx_call_info(call)->at;
	v.wall = zx_call_info(call)->wall;
	zx__stats_render(&v, out);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "refresh", "🔄", "Refresh", 0);
}

static enum zx_press_result panel_press(struct zx_call *call, void *state,
					const struct zx_press *press, void *ud)
{
	(void)call;
	(void)state;
	(void)press;
	(void)ud;
	return ZX_PRESS_UPDATE;
}

static const struct zx_panel panel = {
	.name = "stats",
	.timeout_ms = 180000,
	.render = panel_render,
	.press = panel_press,
};

void zx__core_stats(struct zx_call *call, void *ud)
{
	(void)ud;
	zx_reply_panel(call, &panel, NULL);
}
