/* SPDX-License-Identifier: MIT
 *
 * What there is to say about a bot that has started.
 */
#include "bot/bot_int.h"

#include <string.h>

static void add_ids(const struct zx_bot *b, struct zx_buf *out)
{
	size_t i;

	zx_buf_addc(out, "Shard IDs: ");
	for (i = 0; i < b->member_count; i++)
		zx_buf_addf(out, "%s%u", i ? ", " : "", b->members[i].id);
	zx_buf_addch(out, '\n');
}

/* Switched on, and really a part of this bot. */
static const char *on_off(const struct zx_bot *b, int on, const char *cog)
{
	size_t i;

	for (i = 0; on && i < b->cog_count; i++)
		if (!strcmp(b->cogs[i].cog->name, cog))
			return "Enabled";
	return "Disabled";
}

static void add_uptime(const struct zx_bot *b, struct zx_buf *out)
{
	uint64_t s = (zx_loop_now(b->loop) - b->started) / 1000;

	zx_buf_addf(out, "Uptime: %llu:%02u:%02u\n",
		    (unsigned long long)(s / 3600), (unsigned)(s / 60 % 60),
		    (unsigned)(s % 60));
}

static void add_latency(const struct zx_bot_info *i, struct zx_buf *out)
{
	if (i->latency_ms >= 0)
		zx_buf_addf(out, "Latency: %.2f ms\n", i->latency_ms);
	else
		zx_buf_addc(out, "Latency: not measured yet\n");
}

void zx_bot_panel(const struct zx_bot *b, struct zx_buf *out)
{
	const struct zx_config *c = b->config;
	struct zx_bot_info i;

	zx_bot_info(b, &i);
	zx_buf_addf(out, "User: %s (%llu)\n", i.user_name,
		    (unsigned long long)i.user_id);
	zx_buf_addf(out, "Owner: %llu\n", (unsigned long long)i.owner_id);
	zx_buf_addf(out, "Status: %s\n",
		    i.shards && i.shards_ready == i.shards ? "Online"
							   : "Connecting");
	add_latency(&i, out);
	add_uptime(b, out);
	zx_buf_addf(out, "Servers: ");
	zx_commas(out, i.guilds);
	zx_buf_addc(out, " | Users: ");
	zx_commas(out, i.users);
	zx_buf_addf(out, "\nCommands: %zu\n", zx_commands_count(b->commands));
	zx_buf_addf(out, "Shards: %u\n", i.shard_count);
	add_ids(b, out);
	if (!c)
		return;
	zx_buf_addf(out, "Shard Monitor: %s\n",
		    on_off(b, c->shard_monitor, "Shard Monitor"));
	zx_buf_addf(out, "Shard Manager: %s\n",
		    on_off(b, c->shard_manager, "Shard Manager"));
	zx_buf_addf(out, "Backup System: %s\n",
		    on_off(b, c->backup_restore, "Backup & Restore"));
}
