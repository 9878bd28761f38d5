/* SPDX-License-Identifier: MIT
 *
 * What cogs and commands ask the bot for.
 */
#include "bot/bot_int.h"

struct zx_bot *zx_call_bot(const struct zx_call *call)
{
	return zx_call_host(call);
}

struct zx_loop *zx_bot_loop(struct zx_bot *b)
{
	return b->loop;
}

struct zx_state *zx_bot_state(struct zx_bot *b)
{
	return b->state;
}

struct zx_commands *zx_bot_commands(struct zx_bot *b)
{
	return b->commands;
}

const struct zx_config *zx_bot_config(const struct zx_bot *b)
{
	return b->config;
}

const struct zx_log *zx_bot_log(const struct zx_bot *b)
{
	return b->log;
}

const struct zx_alloc *zx_bot_alloc(const struct zx_bot *b)
{
	return b->alloc;
}

const struct zx_rest_stats *zx_bot_rest_stats(struct zx_bot *b)
{
	return zx_rest_stats(b->rest, zx_loop_now(b->loop));
}

void *zx_bot_cog_data(const struct zx_bot *b, const struct zx_cog *cog)
{
	size_t i;

	for (i = 0; i < b->cog_count; i++)
		if (b->cogs[i].cog == cog && b->cogs[i].started)
			return b->cogs[i].data;
	return NULL;
}

static double latency(const struct zx_bot *b)
{
	double sum = 0, one;
	size_t i, n = 0;

	for (i = 0; i < b->member_count; i++) {
		if (!b->members[i].shard)
			continue;
		one = zx_shard_stats(b->members[i].shard)->latency_ms;
		if (one >= 0) {
			sum += one;
			n++;
		}
	}
	return n ? sum / (double)n : -1;
}

void zx_bot_info(const struct zx_bot *b, struct zx_bot_info *out)
{
	*out = (struct zx_bot_info){
		.user_id = b->user_id,
		.application_id = b->application_id,
		.user_name = b->user_name,
		.owner_id = b->owner_count ? b->owners[0] : 0,
		.guilds = b->guilds.map.count,
		.guilds_unavailable = b->guilds.unavailable,
		.users = b->guilds.users,
		.shards = (uint32_t)b->member_count,
		.shards_ready = (uint32_t)b->ready_count,
		.shard_count = b->shard_count,
		.latency_ms = latency(b),
		.rest_latency_ms = zx_rest_stats(b->rest, zx_loop_now(b->loop))
					   ->latency_ms,
		.started = b->started,
		.messages_seen = b->messages_seen,
		.intents = b->intents,
		.intents_missing = b->intents_asked & ~b->intents,
	};
}
