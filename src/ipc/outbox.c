/* SPDX-License-Identifier: MIT
 *
 * outbox: what a session sends. Frames wait as plain bytes; they are encrypted
 * when the transport takes them, so that one record carries as many as fit.
 */
#include <string.h>

#include "ipc/ipc_int.h"

static int encrypts(const struct zx_ipc_session *s)
{
	return s->tls && s->tls->ready;
}

int zx__session_pending(const struct zx_ipc_session *s)
{
	if (s->state == ZX__S_CLOSING && encrypts(s) && !s->bye)
		return 1;
	return s->out.bytes || (s->tls && s->tls->out.len);
}

int zx__session_queue(struct zx_ipc_session *s, const struct zx__slice *at,
		      int stats, zx_time now)
{
	const struct zx_ipc_options *o = &s->k->opt;
	int err;

	if (s->state >= ZX__S_CLOSING)
		return ZX_E_CLOSED;
	if (stats && s->out.bytes > o->queue_soft) {
		s->stats_left_out++;
		return ZX_OK;
	}
	if (s->out.bytes + at->len > o->queue_hard)
		err = ZX_E_LIMIT;
	else
		err = zx__queue_add(&s->out, &s->k->pool, at);
	if (err) {
		s->slow = err == ZX_E_LIMIT;
		zx__session_fail(s, err, "does not read: %zu bytes wait for it",
				 s->out.bytes);
		return err;
	}
	s->frames_out++;
	if (s->moved_at == ZX_TIME_NEVER)
		s->moved_at = now;
	return ZX_OK;
}

static int queue_text(struct zx_ipc_session *s, struct zx_str message)
{
	struct zx__pool *p = &s->k->pool;
	struct zx__slice at;
	char *to;

	if (!message.len)
		return ZX_E_PROTOCOL;
	if (message.len > ZX_IPC_FRAME_MAX)
		return ZX_E_TOOBIG;
	to = zx__pool_room(p, ZX_IPC_HEADER + message.len, &at);
	if (!to)
		return ZX_E_NOMEM;
	zx_ipc_header((unsigned char *)to, (uint32_t)message.len);
	memcpy(to + ZX_IPC_HEADER, message.ptr, message.len);
	zx__pool_used(p, ZX_IPC_HEADER + message.len, &at);
	return zx__session_queue(s, &at, 0, s->now);
}

int zx_ipc_session_send(struct zx_ipc_session *s, struct zx_str message,
			zx_time now)
{
	if (s->state != ZX__S_READY)
		return ZX_E_STATE;
	s->now = now;
	return queue_text(s, message);
}

int zx__session_say(struct zx_ipc_session *s, struct zx_str op,
		    struct zx_str data, struct zx_str target)
{
	struct zx_buf b;
	int err;

	zx_buf_init(&b, s->k->opt.alloc, ZX_IPC_FRAME_MAX);
	zx__keys_message(s->k, &b, op, data, target, s->now);
	err = b.err;
	if (!err)
		err = queue_text(s, zx_buf_str(&b));
	if (b.len)
		zx_wipe(b.ptr, b.len); /* may hold the secret */
	zx_buf_release(&b);
	if (err && s->state != ZX__S_DEAD)
		zx__session_fail(s, err, "cannot write to it: %s",
				 zx_strerror(err));
	return err;
}

/* One record of up to 16 KiB after the other until there is enough. */
static void encrypt(struct zx_ipc_session *s)
{
	struct zx_buf *out = &s->tls->out;
	struct zx_str plain;

	while (s->out.bytes && out->len + ZX__IPC_RECORD <= ZX__IPC_PULL) {
		plain = zx__queue_peek(&s->out, &s->k->pool, ZX__IPC_RECORD);
		if (s->tls->ops->write(s->tls, plain)) {
			zx__session_fail(s, ZX_E_TLS, "cannot encrypt");
			return;
		}
		zx__queue_skip(&s->out, &s->k->pool, plain.len);
	}
	if (s->state == ZX__S_CLOSING && !s->out.bytes && !s->bye) {
		s->bye = 1;
		s->tls->ops->goodbye(s->tls);
	}
}

struct zx_str zx_ipc_session_pull(struct zx_ipc_session *s)
{
	struct zx_str all;

	if (!s->tls) {
		if (s->state == ZX__S_DEAD)
			return (struct zx_str){ NULL, 0 };
		return zx__queue_peek(&s->out, &s->k->pool, ZX__IPC_PULL);
	}
	if (encrypts(s) && s->state != ZX__S_DEAD)
		encrypt(s);
	/* Of a failed handshake the alert still goes out. */
	all = zx_buf_str(&s->tls->out);
	if (all.len > ZX__IPC_PULL)
		all.len = ZX__IPC_PULL;
	return all;
}

size_t zx__session_pieces(struct zx_ipc_session *s, struct zx_str *v, size_t n)
{
	if (!n || (!s->tls && s->state == ZX__S_DEAD))
		return 0;
	if (!s->tls)
		return zx__queue_pieces(&s->out, ZX__IPC_PIECES, v, n);
	v[0] = zx_ipc_session_pull(s);
	return v[0].len > 0;
}

void zx_ipc_session_wrote(struct zx_ipc_session *s, size_t n, zx_time now)
{
	struct zx_buf *out;

	s->now = now;
	s->bytes_out += n;
	if (s->tls) {
		out = &s->tls->out;
		zx_buf_skip(out, n);
		if (!out->len)
			zx_buf_release(out);
	} else {
		zx__queue_skip(&s->out, &s->k->pool, n);
	}
	s->moved_at = zx__session_pending(s) ? now : ZX_TIME_NEVER;
	if (s->state == ZX__S_CLOSING && !zx__session_pending(s))
		s->state = ZX__S_DEAD;
}
