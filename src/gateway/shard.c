/* SPDX-License-Identifier: MIT
 *
 * shard: the verbs of the machine: feed, tick, poll, deadline, free. What the
 * messages mean is in op_*.c.
 */
#include <stdio.h>

#include "gateway/gateway_int.h"

static const struct {
	zx__op_fn *run;
	int before_hello; /* may come before HELLO or in its place */
} ops[] = {
	[ZX__OP_DISPATCH] = { zx__op_dispatch, 0 },
	[ZX__OP_HEARTBEAT] = { zx__op_heartbeat, 0 },
	[ZX__OP_RECONNECT] = { zx__op_reconnect, 1 },
	[ZX__OP_INVALID] = { zx__op_invalid, 1 },
	[ZX__OP_HELLO] = { zx__op_hello, 1 },
	[ZX__OP_ACK] = { zx__op_ack, 0 },
};

static void free_text(struct zx_shard *s)
{
	if (!s->text.ptr)
		return;
	zx_wipe(s->text.ptr, s->text.len);
	zx_buf_release(&s->text);
}

void zx__shard_input(struct zx_shard *s, zx_time now)
{
	/* Time only moves forward, whatever the host believes. */
	if (now > s->now)
		s->now = now;
	zx__send_trim(s);
	if (!(s->pending & (ZX__PEND_LOGIN | ZX__PEND_CONNECT)))
		free_text(s);
	if (s->link.inflate && !s->link.open &&
	    !(s->pending & ZX__PEND_EVENT)) {
		zx_inflate_free(s->link.inflate);
		s->link.inflate = NULL;
	}
}

void zx__shard_enter(struct zx_shard *s, enum zx_shard_state state,
		     zx_time until)
{
	s->state = state;
	s->until = until;
	s->pending |= ZX__PEND_STATE;
}

void zx__shard_trouble(struct zx_shard *s, enum zx_log_level level,
		       const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->error, sizeof(s->error), fmt, ap);
	va_end(ap);
	zx_logf(s->opt.log, level, "gateway", "shard %u: %s", s->opt.shard_id,
		s->error);
}

int zx__shard_nomem(struct zx_shard *s)
{
	s->err = ZX_E_NOMEM;
	s->pending = 0;
	/* Due at once, so that the host learns of it from tick. */
	s->until = 0;
	return s->err;
}

static int failed(struct zx_shard *s)
{
	s->until = ZX_TIME_NEVER;
	return s->err;
}

/* The decoder is broken or the message too big: a fresh connection replays it.
 * A session that breaks it again and again at one place is given up (CP-05). */
static void stream_failed(struct zx_shard *s, int err)
{
	s->stats.bad_frames++;
	zx__shard_trouble(s, ZX_LOG_ERROR, "compressed stream: %s",
			  zx_strerror(err));
	s->broken = s->broken && s->broken_seq == s->session.seq ? s->broken + 1
								 : 1;
	s->broken_seq = s->session.seq;
	if (s->broken >= ZX__STREAM_FAILURES)
		zx__shard_forget(s);
	zx__close(s, ZX__CLOSE_KEEP);
}

/* ZX_OK and the text, which is empty when more input is needed. */
static int inflate(struct zx_shard *s, struct zx_str in, struct zx_str *text)
{
	int err = ZX_OK;

	if (s->opt.compress == ZX_COMPRESS_NONE) {
		*text = in;
		return in.len > s->opt.max_message ? ZX_E_TOOBIG : ZX_OK;
	}
	if (!s->link.inflate)
		err = zx_inflate_new(&s->link.inflate, s->opt.compress,
				     s->opt.max_message, s->opt.alloc);
	if (!err)
		err = zx_inflate_feed(s->link.inflate, in, text);
	return err;
}

static int run(struct zx_shard *s, struct zx_str text)
{
	struct zx_envelope e;
	const size_t known = sizeof(ops) / sizeof(*ops);

	if (zx_envelope_scan(text, &e)) {
		s->stats.bad_frames++;
		zx_logf(s->opt.log, ZX_LOG_WARN, "gateway",
			"shard %u: %zu bytes that are no gateway message",
			s->opt.shard_id, text.len);
		return ZX_OK;
	}
	if ((size_t)e.op >= known || !ops[e.op].run ||
	    (!s->link.hello && !ops[e.op].before_hello)) {
		s->stats.bad_frames++;
		zx_logf(s->opt.log, ZX_LOG_DEBUG, "gateway",
			"shard %u: op %d ignored", s->opt.shard_id, e.op);
		return ZX_OK;
	}
	return ops[e.op].run(s, &e);
}

int zx_shard_feed(struct zx_shard *s, uint32_t generation,
		  struct zx_str message, zx_time now)
{
	struct zx_str text = { NULL, 0 };
	int err;

	if (s->err)
		return failed(s);
	if (generation != s->generation || s->state < ZX_SHARD_HELLO ||
	    s->state > ZX_SHARD_READY)
		return ZX_OK;
	if (s->pending & ZX__PEND_EVENT)
		return ZX_E_STATE;
	zx__shard_input(s, now);
	s->link.bytes += message.len;
	s->link.frame_bytes += message.len;
	s->stats.bytes_in += message.len;
	if (s->state == ZX_SHARD_READY)
		s->session_alive = s->now;
	err = inflate(s, message, &text);
	if (err == ZX_E_NOMEM)
		return zx__shard_nomem(s);
	if (err) {
		stream_failed(s, err);
		return ZX_OK;
	}
	s->stats.bytes_inflated += text.len;
	return text.len ? run(s, text) : ZX_OK;
}

/* The state has lasted too long, or just as long as it should. */
static int timed_out(struct zx_shard *s)
{
	switch (s->state) {
	case ZX_SHARD_BACKOFF:
		return zx__connect(s);
	case ZX_SHARD_CLOSING:
		zx__lost(s);
		return ZX_OK;
	case ZX_SHARD_CONNECTING:
	case ZX_SHARD_HELLO:
	case ZX_SHARD_IDENTIFYING:
	case ZX_SHARD_RESUMING:
		zx__shard_trouble(s, ZX_LOG_WARN, "timed out while %s",
				  zx_shard_state_name(s->state));
		zx__close(s, ZX__CLOSE_KEEP);
		return ZX_OK;
	default:
		s->until = ZX_TIME_NEVER;
		return ZX_OK;
	}
}

int zx_shard_tick(struct zx_shard *s, zx_time now)
{
	int err = ZX_OK;

	if (s->err)
		return failed(s);
	zx__shard_input(s, now);
	if (s->until <= s->now)
		err = timed_out(s);
	if (!err && s->link.next_beat <= s->now)
		zx__beat_due(s);
	if (!err && s->link.again_at <= s->now)
		zx__beat_again(s);
	if (!err)
		zx__send_release(s);
	return err;
}

zx_time zx_shard_deadline(const struct zx_shard *s)
{
	if (s->err)
		return s->until;
	return zx_time_min(zx_time_min(s->until, s->link.next_beat),
			   zx_time_min(s->link.again_at, zx__send_when(s)));
}

static void fill_event(struct zx_shard *s, struct zx_shard_out *out)
{
	out->kind = ZX_SHARD_OUT_EVENT;
	out->event = s->event.event;
	out->replayed = s->event.replayed;
	out->seq = s->event.seq;
	out->name = s->event.name;
	out->text = s->event.d;
}

static void fill_send(struct zx_shard_out *out, struct zx_str text)
{
	out->kind = ZX_SHARD_OUT_SEND;
	out->text = text;
}

int zx_shard_poll(struct zx_shard *s, struct zx_shard_out *out)
{
	unsigned next = s->pending & (0 - s->pending);

	if (!next)
		return 0;
	s->pending &= ~next;
	*out = (struct zx_shard_out){ .generation = s->generation };
	switch ((enum zx__pending)next) {
	case ZX__PEND_STATE:
		out->kind = ZX_SHARD_OUT_STATE;
		out->state = s->state;
		break;
	case ZX__PEND_SESSION:
		out->kind = ZX_SHARD_OUT_SESSION;
		break;
	case ZX__PEND_EVENT:
		fill_event(s, out);
		break;
	case ZX__PEND_TURN:
		out->kind = ZX_SHARD_OUT_IDENTIFY;
		break;
	case ZX__PEND_LOGIN:
		fill_send(out, zx_buf_str(&s->text));
		break;
	case ZX__PEND_BEAT:
		fill_send(out, zx_str(s->beat));
		break;
	case ZX__PEND_COMMAND:
		s->pending |= next;
		fill_send(out, zx__send_next(s));
		break;
	case ZX__PEND_CLOSE:
		out->kind = ZX_SHARD_OUT_CLOSE;
		out->code = s->close_code;
		break;
	case ZX__PEND_CONNECT:
		out->kind = ZX_SHARD_OUT_CONNECT;
		out->text = zx_buf_str(&s->text);
		break;
	case ZX__PEND_DEAD:
		out->kind = ZX_SHARD_OUT_DEAD;
		out->code = s->close_code;
		out->text = zx_str(s->error);
		break;
	}
	return 1;
}

void zx_shard_free(struct zx_shard *s)
{
	const struct zx_alloc *a;

	if (!s)
		return;
	a = s->opt.alloc;
	zx_inflate_free(s->link.inflate);
	free_text(s);
	zx_buf_release(&s->commands.bytes);
	if (s->token)
		zx_wipe(s->token, zx_str(s->token).len);
	zx_delete(a, s->token);
	zx_delete(a, (char *)s->opt.gateway_url);
	zx_delete(a, (char *)s->opt.os);
	zx_delete(a, (char *)s->opt.presence.ptr);
	zx_wipe(s, sizeof(*s));
	zx_delete(a, s);
}
