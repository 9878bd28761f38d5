/* SPDX-License-Identifier: MIT
 *
 * status: what a shard tells about itself.
 */
#include "gateway/gateway_int.h"

static const char *const state_names[] = {
	[ZX_SHARD_IDLE] = "idle",
	[ZX_SHARD_BACKOFF] = "backing off",
	[ZX_SHARD_CONNECTING] = "connecting",
	[ZX_SHARD_HELLO] = "waiting for hello",
	[ZX_SHARD_QUEUED] = "queued",
	[ZX_SHARD_IDENTIFYING] = "identifying",
	[ZX_SHARD_RESUMING] = "resuming",
	[ZX_SHARD_READY] = "ready",
	[ZX_SHARD_CLOSING] = "closing",
	[ZX_SHARD_STOPPED] = "stopped",
	[ZX_SHARD_DEAD] = "dead",
};

const char *zx_shard_state_name(enum zx_shard_state state)
{
	if ((unsigned)state > ZX_SHARD_DEAD)
		return "unknown";
	return state_names[state];
}

enum zx_shard_state zx_shard_state(const struct zx_shard *s)
{
	return s->state;
}

uint32_t zx_shard_id(const struct zx_shard *s)
{
	return s->opt.shard_id;
}

const struct zx_shard_stats *zx_shard_stats(const struct zx_shard *s)
{
	return &s->stats;
}

uint64_t zx_shard_waiting(const struct zx_shard *s, zx_time now)
{
	zx_time at = s->link.beat_at;

	return at != ZX_TIME_NEVER && now > at ? now - at : 0;
}

const char *zx_shard_error(const struct zx_shard *s)
{
	return s->error;
}
