/* SPDX-License-Identifier: MIT
 *
 * op 10, Hello: the beats begin, and the session is taken up or asked for.
 */
#include <inttypes.h>

#include "gateway/gateway_int.h"

static uint64_t clamp(const struct zx_shard *s, double ms)
{
	uint64_t taken = ms < ZX__INTERVAL_LEAST_MS  ? ZX__INTERVAL_LEAST_MS
			 : ms > ZX__INTERVAL_MOST_MS ? ZX__INTERVAL_MOST_MS
						     : (uint64_t)ms;

	if (ms < ZX__INTERVAL_LEAST_MS || ms > ZX__INTERVAL_MOST_MS)
		zx_logf(s->opt.log, ZX_LOG_WARN, "gateway",
			"shard %u: heartbeat interval of %g ms taken as %" PRIu64
			" ms",
			s->opt.shard_id, ms, taken);
	return taken;
}

int zx__op_hello(struct zx_shard *s, const struct zx_envelope *e)
{
	double ms;

	if (zx_json_f64(zx_json_get(e->d, "heartbeat_interval"), &ms)) {
		s->stats.bad_frames++;
		zx__shard_trouble(s, ZX_LOG_WARN,
				  "HELLO without heartbeat_interval");
		return ZX_OK;
	}
	s->link.hello = 1;
	zx__beat_start(s, clamp(s, ms));
	/* A second one sets the beats again and nothing else (ID-02). */
	if (s->state != ZX_SHARD_HELLO)
		return ZX_OK;
	if (s->session.id[0])
		return zx__login(s, ZX__OP_RESUME);
	s->pending |= ZX__PEND_TURN;
	zx__shard_enter(s, ZX_SHARD_QUEUED, ZX_TIME_NEVER);
	return ZX_OK;
}
