/* SPDX-License-Identifier: MIT
 *
 * Before the first connection: who are we, and where is the gateway? Asked
 * again, with growing pauses, until Discord answers (GW-01).
 */
#include "bot/bot_int.h"

#include <stdio.h>
#include <string.h>

static int ask(struct zx_bot *b, const char *path, zx_rest_done *done)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;

	req.method = ZX_GET;
	req.path = zx_str(path);
	req.timeout_ms = ZX__BOT_ASK_MS;
	req.retries = 1; /* we try again by ourselves, and say so */
	req.ud = b;
	return zx_rest_call(b->rest_conn, &req, done, NULL);
}

/* Failures --------------------------------------------------------------- */

static void again(struct zx_bot *b, const char *why)
{
	uint64_t ms = zx_backoff_next(&b->backoff, &b->rand);

	zx__bot_log(b, ZX_LOG_WARN,
		    "Discord is out of reach at %s: %s. Check the network, the "
		    "firewall, and ZX_API_URL and ZX_PROXY when they are set. "
		    "Trying again in %.1f s",
		    b->api_url ? b->api_url : "https://discord.com/api/v10",
		    why, (double)ms / 1000);
	zx_timer_set(b->loop, &b->ask_timer,
		     zx_time_add(zx_loop_now(b->loop), ms));
}

static const char *reason(const struct zx_rest_result *r, char *text,
			  size_t size)
{
	if (r->status)
		snprintf(text, size, "it answered with HTTP status %d",
			 r->status);
	else
		snprintf(text, size, "%s", zx_strerror(r->err));
	return text;
}

/* Nonzero when the answer was no good; what follows from it is begun. */
static int refused(struct zx_bot *b, const struct zx_rest_result *r)
{
	char text[96];

	if (!r->err)
		return 0;
	b->asking = 0;
	if (r->err == ZX_E_CANCELLED || r->err == ZX_E_CLOSED ||
	    b->phase >= ZX__BOT_STOPPING)
		return 1;
	if (r->err == ZX_E_AUTH || r->status == 401) {
		zx__bot_fail(b, ZX_E_AUTH,
			     "Discord refuses the token. Check DISCORD_TOKEN: "
			     "the developer portal shows a new one under "
			     "Bot, Reset Token");
		return 1;
	}
	if (r->status >= 400 && r->status < 500 && r->status != 408 &&
	    r->status != 429) {
		zx__bot_fail(b, ZX_E_REMOTE,
			     "Discord refuses to tell the gateway (HTTP "
			     "status %d). Check ZX_API_URL",
			     r->status);
		return 1;
	}
	again(b, reason(r, text, sizeof(text)));
	return 1;
}

/* GET /gateway/bot ------------------------------------------------------- */

/* The file may know of identifies that Discord's number does not count yet, as
 * when it answers from a cache to a process that crashes again and again. */
static void take_budget(struct zx_bot *b, struct zx_identify_options *o)
{
	zx_wall now = zx_wall_clock();

	if (b->budget.reset_at > now && b->budget.total == o->total &&
	    b->budget.remaining < o->remaining)
		o->remaining = b->budget.remaining;
	b->budget.total = o->total;
	b->budget.remaining = o->remaining;
	b->budget.reset_at = now + (zx_wall)o->reset_after_ms;
}

static void take_limits(struct zx_bot *b, struct zx_str d, uint32_t need)
{
	struct zx_identify_options o = ZX_IDENTIFY_OPTIONS_INIT;
	struct zx_str limit = zx_json_get(d, "session_start_limit");

	o.max_concurrency = (uint32_t)zx_json_get_u64(limit, "max_concurrency");
	o.interval_ms = ZX__BOT_TURN_MS;
	o.total = (uint32_t)zx_json_get_u64(limit, "total");
	o.remaining = (uint32_t)zx_json_get_u64(limit, "remaining");
	o.reset_after_ms = zx_json_get_u64(limit, "reset_after");
	o.need = need;
	take_budget(b, &o);
	o.alloc = b->alloc;
	b->concurrency = o.max_concurrency ? o.max_concurrency : 1;
	if (b->queue)
		zx_identify_limits(b->queue, &o, zx_loop_now(b->loop));
	else if (zx_identify_new(&b->queue, &o, zx_loop_now(b->loop)))
		b->queue = NULL;
	if (o.remaining < 50)
		zx__bot_log(b, ZX_LOG_WARN,
			    "only %u of %u session starts are left today",
			    o.remaining, o.total);
}

static int take_url(struct zx_bot *b, struct zx_str d)
{
	struct zx_str url = zx_json_plain(zx_json_get(d, "url"));
	char *copy;

	if (!zx_str_starts(url, "wss://") && !zx_str_starts(url, "ws://"))
		return ZX_E_PROTOCOL;
	copy = zx_str_dup(b->alloc, url);
	if (!copy)
		return ZX_E_NOMEM;
	zx_delete(b->alloc, b->gateway_url);
	b->gateway_url = copy;
	return ZX_OK;
}

static int settle_shards(struct zx_bot *b, uint32_t recommended)
{
	size_t i;

	b->shard_count =
		b->shard_count_asked ? b->shard_count_asked : recommended;
	if (!b->shard_count)
		b->shard_count = 1;
	for (i = 0; i < b->shard_id_count; i++)
		if (b->shard_ids[i] >= b->shard_count)
			break;
	if (i < b->shard_id_count) {
		zx__bot_fail(b, ZX_E_INVALID,
			     "shard id %u is not below the number of shards, "
			     "%u. Check SHARD_IDS and SHARD_COUNT",
			     b->shard_ids[i], b->shard_count);
		return ZX_E_INVALID;
	}
	if (!b->shard_id_count && b->shard_count > ZX__BOT_SHARDS) {
		zx__bot_fail(b, ZX_E_TOOBIG,
			     "%u shards are too many for one process (at most "
			     "%d). Divide them with SHARD_IDS",
			     b->shard_count, ZX__BOT_SHARDS);
		return ZX_E_TOOBIG;
	}
	return ZX_OK;
}

static void on_gateway(const struct zx_rest_result *r, void *ud)
{
	struct zx_bot *b = ud;
	uint32_t recommended;
	size_t i;
	int err;

	if (refused(b, r))
		return;
	b->asking = 0;
	if (b->phase >= ZX__BOT_STOPPING)
		return;
	if (zx_json_check(r->body, 0, NULL) || take_url(b, r->body)) {
		again(b, "the answer makes no sense");
		return;
	}
	zx_backoff_reset(&b->backoff);
	recommended = (uint32_t)zx_json_get_u64(r->body, "shards");
	if (b->phase == ZX__BOT_RUNNING) {
		take_limits(b, r->body, 0);
		for (i = 0; i < b->member_count; i++)
			zx_shard_set_url(b->members[i].shard, b->gateway_url);
		return;
	}
	if (settle_shards(b, recommended))
		return;
	err = zx__bot_fleet_new(b);
	/* Those that resume need no turn. */
	if (!err)
		take_limits(b, r->body, zx__bot_fleet_need(b));
	if (err || !b->queue)
		zx__bot_fail(b, ZX_E_NOMEM, "out of memory");
}

/* GET /applications/@me -------------------------------------------------- */

static void take_owner(struct zx_bot *b, struct zx_str d)
{
	struct zx_str team = zx_json_get(d, "team");
	uint64_t id = zx_json_get_u64(team, "owner_user_id");

	if (!id)
		id = zx_json_get_u64(zx_json_get(d, "owner"), "id");
	if (!id)
		return;
	b->owners[0] = id;
	b->owner_count = 1;
	zx_commands_set_owners(b->commands, b->owners, 1);
	zx__bot_log(b, ZX_LOG_INFO,
		    "BOT_OWNER_ID is not set; the application's owner is %llu",
		    (unsigned long long)id);
}

/* It says who owns us and which intents are switched on: good to know, but no
 * reason to stay away when something between us and Discord does not have it.
 */
static int is_missing(const struct zx_rest_result *r)
{
	return r->status == 403 || r->status == 404 || r->status == 405;
}

static void on_application(const struct zx_rest_result *r, void *ud)
{
	struct zx_bot *b = ud;

	if (!is_missing(r) && refused(b, r))
		return;
	b->asking = 0;
	if (b->phase >= ZX__BOT_STOPPING)
		return;
	if (!r->err && zx_json_check(r->body, 0, NULL)) {
		again(b, "the answer makes no sense");
		return;
	}
	b->app_known = 1;
	if (!r->err) {
		b->app_flags = zx_json_get_u64(r->body, "flags");
		if (!b->owner_count)
			take_owner(b, r->body);
	}
	zx__bot_discover(b);
}

void zx__bot_discover(struct zx_bot *b)
{
	int err;

	if (b->asking || b->phase >= ZX__BOT_STOPPING)
		return;
	b->asking = 1;
	b->asked_at = zx_loop_now(b->loop);
	if (b->app_known)
		err = ask(b, "/gateway/bot", on_gateway);
	else
		err = ask(b, "/applications/@me", on_application);
	if (err) {
		b->asking = 0;
		again(b, zx_strerror(err));
	}
}

void zx__bot_refetch(struct zx_bot *b)
{
	if (b->phase != ZX__BOT_RUNNING || b->ask_timer.slot ||
	    zx_loop_now(b->loop) < zx_time_add(b->asked_at, ZX__BOT_REFETCH_MS))
		return;
	zx__bot_discover(b);
}

void zx__bot_on_ask(struct zx_timer *t, void *ud)
{
	(void)t;
	zx__bot_discover(ud);
}
