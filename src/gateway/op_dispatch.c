/* SPDX-License-Identifier: MIT
 *
 * op 0, Dispatch: an event. READY and RESUMED also say where we stand.
 */
#include "gateway/gateway_int.h"

static void bad_frame(struct zx_shard *s, const char *what)
{
	s->stats.bad_frames++;
	zx_logf(s->opt.log, ZX_LOG_WARN, "gateway", "shard %u: dispatch %s",
		s->opt.shard_id, what);
}

/* Remembers s. Nonzero when this event was given out before the connection
 * broke and now only comes again. */
static int note_seq(struct zx_shard *s, int64_t seq)
{
	int64_t last = s->session.seq;

	if (s->has_seq && seq <= last)
		return s->state == ZX_SHARD_RESUMING;
	/* Believing a wild number would make all that follow look old. */
	if (seq < 0 || (s->has_seq && seq - last > ZX__SEQ_LEAP)) {
		bad_frame(s, "with an impossible sequence number");
		return 0;
	}
	s->session.seq = seq;
	s->has_seq = 1;
	return 0;
}

static void offer(struct zx_shard *s, const struct zx_envelope *e,
		  enum zx_event event)
{
	s->event.name = e->t;
	s->event.d = e->d;
	s->event.seq = e->seq;
	s->event.event = event;
	s->event.replayed = s->state == ZX_SHARD_RESUMING;
	s->pending |= ZX__PEND_EVENT;
	s->stats.events++;
	s->stats.unknown_events += event == ZX_EVENT_UNKNOWN;
	s->stats.last_event_at = s->now;
}

static int ready(struct zx_shard *s, const struct zx_envelope *e)
{
	if (zx__session_take(s, e->d)) {
		s->stats.bad_frames++;
		zx__close(s, ZX__CLOSE_KEEP);
		return ZX_OK;
	}
	s->session.seq = 0;
	s->has_seq = 0;
	if (e->has_seq)
		(void)note_seq(s, e->seq);
	zx__login_done(s);
	offer(s, e, ZX_EVENT_READY);
	return ZX_OK;
}

int zx__op_dispatch(struct zx_shard *s, const struct zx_envelope *e)
{
	enum zx_event event = zx_event_find(e->t);

	if (!s->link.logged_in) {
		bad_frame(s, "before the session began");
		return ZX_OK;
	}
	if (event == ZX_EVENT_READY)
		return ready(s, e);
	if (e->has_seq && note_seq(s, e->seq) && event != ZX_EVENT_RESUMED)
		return ZX_OK;
	if (!e->t.len || !e->d.len) {
		bad_frame(s, "without t or d");
		return ZX_OK;
	}
	if (event == ZX_EVENT_RESUMED && s->state == ZX_SHARD_RESUMING) {
		s->stats.resumed++;
		zx__login_done(s);
	}
	/* A long replay is progress like any other. */
	zx__login_extend(s);
	s->session_alive = s->now;
	offer(s, e, event);
	return ZX_OK;
}
