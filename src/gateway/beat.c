/* SPDX-License-Identifier: MIT
 *
 * beat: heartbeats, and from their silence the end of a connection.
 *
 * A dead peer shows in a beat without an ACK. An ACK can be late without harm
 * when it stands behind a flood of events in the same stream, so bytes count
 * as life, but not for ever: without a flood of whole messages the second
 * overdue beat is the last (GW-08, GW-10).
 *
 * A round trip that becomes slow, or quick again, is measured once more soon:
 * otherwise it would take two intervals to know that it was no accident.
 */
#include <inttypes.h>
#include <stdio.h>

#include "gateway/gateway_int.h"

enum {
	SLOW_MS = 1000,
	AGAIN_MS = 5000,
	IDLE_BYTES = 1024 /* of an interval, besides the ACK next to nothing */
};

static void send_beat(struct zx_shard *s)
{
	if (s->has_seq)
		snprintf(s->beat, sizeof(s->beat),
			 "{\"op\":1,\"d\":%" PRId64 "}", s->session.seq);
	else
		snprintf(s->beat, sizeof(s->beat), "{\"op\":1,\"d\":null}");
	s->pending |= ZX__PEND_BEAT;
	s->stats.beats++;
	zx__send_count(s);
	if (s->link.beat_at == ZX_TIME_NEVER)
		s->link.beat_at = s->now;
}

void zx__beat_start(struct zx_shard *s, uint64_t interval_ms)
{
	struct zx__link *l = &s->link;
	double jitter = zx_rand_unit(&s->opt.rand);

	l->interval_ms = interval_ms;
	l->next_beat =
		zx_time_add(s->now, (uint64_t)((double)interval_ms * jitter));
	l->beat_at = ZX_TIME_NEVER;
	l->again_at = ZX_TIME_NEVER;
	l->owed = 0;
	l->excused = 0;
}

/* May an overdue ACK still be on its way? */
static int excusable(const struct zx_shard *s)
{
	const struct zx__link *l = &s->link;

	if (l->excused)
		return l->frame_bytes >= ZX__FLOOD_BYTES;
	/* When we come late ourselves, the ACK may lie unread in the socket. */
	return l->bytes || s->now - l->next_beat > l->interval_ms / 2;
}

void zx__beat_due(struct zx_shard *s)
{
	struct zx__link *l = &s->link;

	s->stats.missed_acks += (uint64_t)l->owed;
	if (l->owed && !excusable(s)) {
		s->stats.zombies++;
		zx__shard_trouble(s, ZX_LOG_WARN,
				  "no heartbeat ACK for %" PRIu64 " ms",
				  s->now - l->beat_at);
		zx__close(s, ZX__CLOSE_KEEP);
		return;
	}
	l->excused += l->owed;
	/* Idle: a thousand shards share this process. */
	if (l->bytes < IDLE_BYTES && !(s->pending & ZX__PEND_EVENT))
		zx_inflate_rest(l->inflate);
	send_beat(s);
	l->owed = 1;
	l->bytes = 0;
	l->frame_bytes = 0;
	l->next_beat = zx_time_add(l->next_beat, l->interval_ms);
	/* After a long sleep go on from here instead of catching up. */
	if (l->next_beat <= s->now)
		l->next_beat = zx_time_add(s->now, l->interval_ms);
}

void zx__beat_asked(struct zx_shard *s)
{
	if (zx__send_full(s)) {
		zx_logf(s->opt.log, ZX_LOG_WARN, "gateway",
			"shard %u: heartbeat request over the send limit",
			s->opt.shard_id);
		return;
	}
	send_beat(s);
}

void zx__beat_again(struct zx_shard *s)
{
	s->link.again_at = ZX_TIME_NEVER;
	if (s->link.beat_at != ZX_TIME_NEVER || zx__send_full(s))
		return;
	send_beat(s);
	s->link.extra = 1;
}

static void measured(struct zx_shard *s, uint64_t ms)
{
	struct zx__link *l = &s->link;
	int slow = ms > SLOW_MS;

	s->stats.round_trips++;
	s->stats.latency_ms = (double)ms;
	/* When a regular beat is near, it tells. */
	if (slow != l->slow && !l->extra &&
	    l->next_beat > zx_time_add(s->now, AGAIN_MS))
		l->again_at = zx_time_add(s->now, AGAIN_MS);
	l->slow = slow;
	l->extra = 0;
}

void zx__beat_acked(struct zx_shard *s)
{
	struct zx__link *l = &s->link;

	s->stats.acks++;
	if (l->beat_at != ZX_TIME_NEVER)
		measured(s, s->now - l->beat_at);
	l->beat_at = ZX_TIME_NEVER;
	l->owed = 0;
	l->excused = 0;
	zx__login_extend(s);
}
