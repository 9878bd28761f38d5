/* SPDX-License-Identifier: MIT
 *
 * login: Identify or Resume, one of them once per connection (ID-02), and the
 * wait for READY or RESUMED. The only place where the token is written.
 */
#include <string.h>

#include "gateway/gateway_int.h"

static void write_identify(const struct zx_shard *s, struct zx_buf *out)
{
	struct zx_json_writer w;
	struct zx_str presence = { s->opt.presence.ptr, s->opt.presence.len };

	zx_jw_init(&w, out);
	zx_jw_obj(&w, NULL);
	zx_jw_u64(&w, "op", ZX__OP_IDENTIFY);
	zx_jw_obj(&w, "d");
	zx_jw_cstr(&w, "token", s->token);
	zx_jw_u64(&w, "intents", s->opt.intents);
	zx_jw_arr(&w, "shard");
	zx_jw_u64(&w, NULL, s->opt.shard_id);
	zx_jw_u64(&w, NULL, s->opt.shard_count);
	zx_jw_arr_end(&w);
	zx_jw_u64(&w, "large_threshold", s->opt.large_threshold);
	zx_jw_obj(&w, "properties");
	zx_jw_cstr(&w, "os", s->opt.os);
	zx_jw_cstr(&w, "browser", "zoryx");
	zx_jw_cstr(&w, "device", "zoryx");
	zx_jw_obj_end(&w);
	if (presence.len)
		zx_jw_raw(&w, "presence", presence);
	zx_jw_obj_end(&w);
	zx_jw_obj_end(&w);
}

static void write_resume(const struct zx_shard *s, struct zx_buf *out)
{
	struct zx_json_writer w;

	zx_jw_init(&w, out);
	zx_jw_obj(&w, NULL);
	zx_jw_u64(&w, "op", ZX__OP_RESUME);
	zx_jw_obj(&w, "d");
	zx_jw_cstr(&w, "token", s->token);
	zx_jw_cstr(&w, "session_id", s->session.id);
	zx_jw_i64(&w, "seq", s->session.seq);
	zx_jw_obj_end(&w);
	zx_jw_obj_end(&w);
}

/* Room for all in one piece, for growing would leave the token behind in freed
 * memory. A byte takes six at most (\u00xx). */
static void reserve(const struct zx_shard *s, struct zx_buf *out)
{
	zx_buf_room(out, 6 * (strlen(s->token) + strlen(s->opt.os) +
			      sizeof(s->session.id)) +
				 s->opt.presence.len + 512);
}

int zx__identify_size(const struct zx_shard *s, size_t *size)
{
	struct zx_buf b;
	int err;

	zx_buf_init(&b, s->opt.alloc, 0);
	reserve(s, &b);
	write_identify(s, &b);
	*size = b.len;
	err = b.err;
	if (b.ptr)
		zx_wipe(b.ptr, b.len);
	zx_buf_release(&b);
	return err;
}

/* Beats may come less often than the wait is long; one has to fit into it. */
static zx_time ready_by(const struct zx_shard *s)
{
	uint64_t wait = s->opt.ready_timeout_ms;
	uint64_t beats = s->link.interval_ms + s->opt.hello_timeout_ms;

	return zx_time_add(s->now, wait > beats ? wait : beats);
}

int zx__login(struct zx_shard *s, enum zx__op op)
{
	int resume = op == ZX__OP_RESUME;

	zx_buf_clear(&s->text);
	reserve(s, &s->text);
	if (resume)
		write_resume(s, &s->text);
	else
		write_identify(s, &s->text);
	if (s->text.err)
		return zx__shard_nomem(s);
	s->link.logged_in = 1;
	s->pending |= ZX__PEND_LOGIN;
	zx__send_count(s);
	s->stats.resumes += (uint64_t)resume;
	s->stats.identifies += (uint64_t)!resume;
	zx__shard_enter(s, resume ? ZX_SHARD_RESUMING : ZX_SHARD_IDENTIFYING,
			ready_by(s));
	return ZX_OK;
}

void zx__login_extend(struct zx_shard *s)
{
	if (s->state == ZX_SHARD_IDENTIFYING || s->state == ZX_SHARD_RESUMING)
		s->until = ready_by(s);
}

void zx__login_done(struct zx_shard *s)
{
	s->link.live_at = s->now;
	s->stats.ready_at = s->now;
	s->session_alive = s->now;
	s->resume_failures = 0;
	zx__shard_enter(s, ZX_SHARD_READY, ZX_TIME_NEVER);
	zx__send_release(s);
}

void zx_shard_grant(struct zx_shard *s, zx_time now)
{
	if (s->err || s->state != ZX_SHARD_QUEUED)
		return;
	zx__shard_input(s, now);
	s->pending &= ~(unsigned)ZX__PEND_TURN;
	(void)zx__login(s, ZX__OP_IDENTIFY);
}
