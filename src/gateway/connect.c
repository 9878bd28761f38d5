/* SPDX-License-Identifier: MIT
 *
 * connect: where to connect to and when, and how a connection ends.
 */
#include <string.h>

#include "gateway/gateway_int.h"

/* Printable, no spaces, a WebSocket scheme and something behind it. */
int zx__gateway_url(struct zx_str url, int need_tls)
{
	size_t i;

	if (!zx_str_starts(url, "wss://") &&
	    (need_tls || !zx_str_starts(url, "ws://")))
		return 0;
	if (url.len < 7 || url.len > ZX__URL_BYTES)
		return 0;
	for (i = 0; i < url.len; i++)
		if (url.ptr[i] <= ' ' || url.ptr[i] >= 0x7f)
			return 0;
	return 1;
}

/* The query goes on every connection, also on those that resume (GW-02). */
static void write_url(struct zx_buf *out, struct zx_str base,
		      enum zx_compression c)
{
	int query = base.len && memchr(base.ptr, '?', base.len) != NULL;
	struct zx_str host =
		zx_str_from(base, zx_str_starts(base, "wss") ? 6 : 5);

	zx_buf_adds(out, base);
	if (!query && !memchr(host.ptr, '/', host.len))
		zx_buf_addch(out, '/');
	zx_buf_addc(out, query ? "&v=10&encoding=json" : "?v=10&encoding=json");
	if (zx_compression_name(c)) {
		zx_buf_addc(out, "&compress=");
		zx_buf_addc(out, zx_compression_name(c));
	}
}

static void reset_link(struct zx_shard *s)
{
	/* An event that nobody polled would point into the old decoder. */
	if (s->link.inflate)
		s->pending &= ~(unsigned)ZX__PEND_EVENT;
	zx_inflate_free(s->link.inflate);
	s->link = (struct zx__link){
		.live_at = ZX_TIME_NEVER,
		.next_beat = ZX_TIME_NEVER,
		.beat_at = ZX_TIME_NEVER,
		.again_at = ZX_TIME_NEVER,
		.interval_ms = ZX__INTERVAL_MOST_MS,
	};
	s->window = (struct zx__window){ .count = 0 };
}

int zx__connect(struct zx_shard *s)
{
	const char *url = s->opt.gateway_url;

	if (!zx__session_usable(s))
		zx__shard_forget(s);
	reset_link(s);
	/* A session's own host may be dead while the session is not (ID-04). */
	if (s->session.resume_url[0] &&
	    s->resume_failures < ZX__RESUME_FAILURES) {
		s->link.resume_host = 1;
		url = s->session.resume_url;
	}
	zx_buf_clear(&s->text);
	write_url(&s->text, zx_str(url), s->opt.compress);
	if (s->text.err)
		return zx__shard_nomem(s);
	s->generation++;
	s->stats.connects++;
	s->pending |= ZX__PEND_CONNECT;
	zx__shard_enter(s, ZX_SHARD_CONNECTING,
			zx_time_add(s->now, s->opt.connect_timeout_ms));
	return ZX_OK;
}

static void silence(struct zx_shard *s)
{
	s->pending &= ~(unsigned)(ZX__PEND_SENDS | ZX__PEND_TURN |
				  ZX__PEND_CLOSE | ZX__PEND_CONNECT);
	zx__send_hold(s);
	s->link.next_beat = ZX_TIME_NEVER;
	s->link.again_at = ZX_TIME_NEVER;
	s->link.beat_at = ZX_TIME_NEVER;
	s->stats.ready_at = ZX_TIME_NEVER;
}

void zx__close(struct zx_shard *s, int code)
{
	int asked = !(s->pending & ZX__PEND_CONNECT);

	silence(s);
	/* Nobody has heard of this connection yet: nothing to close. */
	if (!asked) {
		zx__lost(s);
		return;
	}
	s->close_code = code;
	s->pending |= ZX__PEND_CLOSE;
	zx__shard_enter(s, ZX_SHARD_CLOSING,
			zx_time_add(s->now, ZX__CLOSING_MS));
}

/* After a good connection come back at once, but not in step with a thousand
 * others; after a bad one later and later. */
static uint64_t pause_ms(struct zx_shard *s)
{
	zx_time live_at = s->link.live_at;
	uint64_t pause;

	if (live_at != ZX_TIME_NEVER && s->now - live_at >= ZX__STABLE_MS) {
		zx_backoff_reset(&s->backoff);
		pause = zx_rand_below(&s->opt.rand, s->backoff.min_ms);
	} else {
		pause = zx_backoff_next(&s->backoff, &s->opt.rand);
	}
	if (pause < s->wait_ms)
		pause = s->wait_ms;
	s->wait_ms = 0;
	return pause;
}

void zx__lost(struct zx_shard *s)
{
	struct zx__link *l = &s->link;

	silence(s);
	if (!l->open)
		s->stats.connect_failures++;
	if (l->resume_host && l->live_at == ZX_TIME_NEVER)
		s->resume_failures++;
	l->open = 0;
	if (s->stopping)
		zx__shard_enter(s, ZX_SHARD_STOPPED, ZX_TIME_NEVER);
	else
		zx__shard_enter(s, ZX_SHARD_BACKOFF,
				zx_time_add(s->now, pause_ms(s)));
}

/* Is the notice about the connection we care for (GW-09)? */
static int current(const struct zx_shard *s, uint32_t generation)
{
	return !s->err && generation == s->generation &&
	       s->state >= ZX_SHARD_CONNECTING && s->state <= ZX_SHARD_CLOSING;
}

void zx_shard_on_open(struct zx_shard *s, uint32_t generation, zx_time now)
{
	if (!current(s, generation) || s->state != ZX_SHARD_CONNECTING)
		return;
	zx__shard_input(s, now);
	s->link.open = 1;
	zx__shard_enter(s, ZX_SHARD_HELLO,
			zx_time_add(s->now, s->opt.hello_timeout_ms));
}

void zx_shard_on_closed(struct zx_shard *s, uint32_t generation, int code,
			zx_time now)
{
	if (!current(s, generation))
		return;
	zx__shard_input(s, now);
	if (!code)
		code = ZX__CLOSE_NONE;
	s->stats.last_close = code;
	if (!zx__close_react(s, code))
		zx__lost(s);
}

void zx_shard_on_failed(struct zx_shard *s, uint32_t generation,
			const char *why, zx_time now)
{
	if (!current(s, generation))
		return;
	zx__shard_input(s, now);
	zx__shard_trouble(s, ZX_LOG_WARN, "cannot connect: %s",
			  why ? why : "no reason given");
	zx__lost(s);
}

void zx_shard_on_bytes(struct zx_shard *s, uint32_t generation, size_t n,
		       zx_time now)
{
	if (!current(s, generation) || !s->link.open)
		return;
	zx__shard_input(s, now);
	s->link.bytes += n;
}

int zx_shard_set_url(struct zx_shard *s, const char *url)
{
	char *copy;

	if (!zx__gateway_url(zx_str(url), 0))
		return ZX_E_INVALID;
	copy = zx_str_dup(s->opt.alloc, zx_str(url));
	if (!copy)
		return ZX_E_NOMEM;
	zx_delete(s->opt.alloc, (char *)s->opt.gateway_url);
	s->opt.gateway_url = copy;
	return ZX_OK;
}

int zx_shard_start(struct zx_shard *s, zx_time now)
{
	if (s->err)
		return s->err;
	if (s->state != ZX_SHARD_IDLE)
		return ZX_E_STATE;
	zx__shard_input(s, now);
	s->session_alive = s->now;
	return zx__connect(s);
}

void zx_shard_stop(struct zx_shard *s, int resumable, zx_time now)
{
	int code = resumable ? ZX__CLOSE_KEEP : 1000;

	if (s->err || s->state >= ZX_SHARD_STOPPED)
		return;
	zx__shard_input(s, now);
	s->stopping = 1;
	if (!resumable)
		zx__shard_forget(s);
	else if (s->session.id[0])
		s->pending |= ZX__PEND_SESSION;
	if (s->state == ZX_SHARD_IDLE || s->state == ZX_SHARD_BACKOFF)
		zx__shard_enter(s, ZX_SHARD_STOPPED, ZX_TIME_NEVER);
	else if (s->state != ZX_SHARD_CLOSING || s->pending & ZX__PEND_CLOSE)
		zx__close(s, code);
}
