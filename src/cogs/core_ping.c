/* SPDX-License-Identifier: MIT
 *
 * core_ping: /ping. The gateway's latency is known from the last heartbeat;
 * that of the API is measured with a request.
 */
#include "cogs/core_int.h"

#define MEASURE_WAIT_MS 2000
#define GOOD_MS 150
#define SLOW_MS 400

static uint32_t color(double ms)
{
	if (ms < 0 || ms >= SLOW_MS)
		return ms < 0 ? ZX_COLOR_BLURPLE : ZX_COLOR_RED;
	return ms < GOOD_MS ? ZX_COLOR_GREEN : ZX_COLOR_ORANGE;
}

static void latency_field(struct zx_message *out, const char *name, double ms)
{
	if (ms < 0)
		zx_embed_field(out, 1, name, "with the next heartbeat");
	else
		zx_embed_field(out, 1, name, "`%.0f ms`", ms);
}

void zx__ping_render(const struct zx__ping_view *v, struct zx_message *out)
{
	double worst = v->gateway_ms > v->rest_ms ? v->gateway_ms : v->rest_ms;

	zx_embed(out, color(worst), "🏓 Pong!");
	latency_field(out, "Gateway", v->gateway_ms);
	latency_field(out, "API", v->rest_ms);
	zx_embed_field(out, 1, "Shard", "%u (%u in all)", v->shard,
		       v->shard_count);
	if (v->wall)
		zx_embed_time(out, v->wall);
}

/* The shard that serves the guild of the call; 0 in direct messages. */
static uint32_t shard_of(struct zx_bot *bot, const struct zx_call *call)
{
	uint64_t id = zx_call_info(call)->guild_id;
	const struct zx_guild *guild = id ? zx_bot_guild(bot, id) : NULL;

	return guild ? guild->shard : 0;
}

static double shard_latency(struct zx_bot *bot, uint32_t id)
{
	const struct zx_shard *shard;
	size_t i;

	for (i = 0; (shard = zx_bot_shard(bot, i)) != NULL; i++)
		if (zx_shard_id(shard) == id)
			return zx_shard_stats(shard)->latency_ms;
	return -1;
}

static void answer(struct zx_call *call, double rest_ms)
{
	struct zx_bot *bot = zx_call_bot(call);
	struct zx__ping_view v = { .rest_ms = rest_ms };
	struct zx_bot_info info;
	struct zx_message m;

	zx_bot_info(bot, &info);
	v.shard = shard_of(bot, call);
	v.shard_count = info.shard_count;
	v.gateway_ms = shard_latency(bot, v.shard);
	v.wall = zx_call_info(call)->wall;
	zx_message_init(&m, zx_call_alloc(call));
	zx__ping_render(&v, &m);
	zx_reply(call, &m);
	zx_message_release(&m);
}

static void measured(const struct zx_rest_result *result, void *ud)
{
	struct zx_call *call = ud;

	answer(call, result->err ? -1 : (double)result->took_ms);
	zx_call_release(call);
}

void zx__core_ping(struct zx_call *call, void *ud)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;

	(void)ud;
	req.method = ZX_GET;
	req.path = ZX_STR("/users/@me");
	req.max_wait_ms = MEASURE_WAIT_MS;
	req.retries = 1;
	req.ud = call;
	zx_call_keep(call);
	if (!zx_bot_rest(zx_call_bot(call), &req, measured, NULL))
		return;
	answer(call, -1);
	zx_call_release(call);
}
